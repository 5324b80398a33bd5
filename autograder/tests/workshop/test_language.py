"""The catalogue: complete, in step with the code, and the same values in both languages."""

from babel.messages.mofile import read_mo

from workshop.language import catalogue


def test_each_sentence_has_a_translation_with_the_same_values():
    assert catalogue.faults() == []


def test_the_catalogue_is_in_step_with_the_code():
    before = catalogue.FILE.read_bytes()
    try:
        assert catalogue.write() == []
    finally:
        catalogue.FILE.write_bytes(before)


def test_what_is_compiled_holds_the_sentences_of_its_own_folders_alone():
    for path, folders in catalogue.SAID.items():
        assert path.read_bytes() == catalogue.compiled()[path]
        with path.open("rb") as file:
            assert {str(message.id) for message in read_mo(file) if message.id} == catalogue.sentences(folders).keys()
