"""The starter is generated from the solution: regions in order or an error that says where, and no answer in it."""

import shutil
import textwrap

import pytest

from grader.paths import GRADED_FILES, SOLUTION, STARTER
from grader.settings import Settings
from workshop.regions import MARKER, RegionError
from workshop.starter import stubs
from workshop.starter.stubs import stub_out

GOOD = textwrap.dedent('''\
    def ddim_sigma(eta):
        """A docstring."""
        # --- stub 2.7
        # TODO 2.7  The noise level
        # raise NotImplementedError("TODO 2.7: ddim_sigma")
        # --- answer 2.7
        sigma_t = eta
        # --- end 2.7
        return sigma_t


    def ddim_step(x):
        # --- stub 2.9
        # raise NotImplementedError("TODO 2.9: ddim_step")
        # --- answer 2.9
        x_prev = x
        # --- end 2.9
        return x_prev
''')


def test_each_answer_is_left_out_and_each_stub_comes_alive():
    assert stub_out(GOOD, "sampler.py") == textwrap.dedent('''\
        def ddim_sigma(eta):
            """A docstring."""
            # TODO 2.7  The noise level
            raise NotImplementedError("TODO 2.7: ddim_sigma")
            return sigma_t


        def ddim_step(x):
            raise NotImplementedError("TODO 2.9: ddim_step")
            return x_prev
    ''')


def test_a_text_without_regions_stays_as_it_is():
    text = "# raise NotImplementedError is only a comment here\nx = 1\n"
    assert stub_out(text, "score.py") == text


@pytest.mark.parametrize(
    "old, new, line, says",
    [
        ("# --- answer 2.7", "# --- stub 2.8", 6, "expected 'answer 2.7'"),
        ("# --- end 2.7", "# --- stub 2.8", 8, "expected 'end 2.7'"),
        ("    # --- answer 2.7\n", "", 7, "found 'end 2.7', expected 'answer 2.7'"),
        ("    # --- end 2.7\n", "", 12, "found 'stub 2.9', expected 'end 2.7'"),
        ("    # --- stub 2.7\n", "", 5, "found 'answer 2.7', expected 'stub"),
        ("# --- answer 2.7", "# --- end 2.7", 6, "found 'end 2.7', expected 'answer 2.7'"),
        ("# --- answer 2.7", "# --- answer 2.8", 6, "found 'answer 2.8', expected 'answer 2.7'"),
        ("# --- end 2.7", "# --- end 2.8", 8, "found 'end 2.8', expected 'end 2.7'"),
        ('    # raise NotImplementedError("TODO 2.7: ddim_sigma")\n', "", 5, "the stub of 2.7 needs one"),
        ("    # TODO 2.7", '    # raise NotImplementedError("TODO 2.7: twice")\n    # TODO 2.7', 7, "needs one"),
        ('"TODO 2.7: ddim_sigma"', '"TODO 2.8: ddim_sigma"', 5, 'the stub of 2.7 must raise "TODO 2.7: ..."'),
        ('"TODO 2.7: ddim_sigma"', '"2.7 is to do"', 5, "must raise"),
        ("# TODO 2.7  The noise level", "if eta:", 4, "does not compile"),
    ],
    ids="nested nested_in_answer no_answer no_end no_stub swapped answer_id end_id no_raise two_raises raise_id "
    "raise_without_id syntax".split(),
)
def test_a_region_that_is_not_in_order_is_an_error_at_file_and_line(old, new, line, says):
    broken = GOOD.replace(old, new, 1)
    assert broken != GOOD
    with pytest.raises(RegionError) as caught:
        stub_out(broken, "sampler.py")
    message = str(caught.value)
    assert message.startswith("sampler.py, ") and f"line {line}:" in message
    assert says in message


@pytest.mark.parametrize(
    "kept",
    [
        "    # --- stub 2.9\n",
        '    # --- stub 2.9\n    # raise NotImplementedError("TODO 2.9: x")\n    # --- answer 2.9\n    x_prev = x\n',
    ],
    ids=["in the stub", "in the answer"],
)
def test_a_region_that_is_not_closed_is_an_error_that_names_file_and_task(kept):
    with pytest.raises(RegionError, match=r"^sampler\.py.*2\.9 is not closed"):
        stub_out(GOOD[: GOOD.index("    # --- stub 2.9")] + kept, "sampler.py")


def test_a_region_that_is_not_closed_is_an_error_at_a_line():
    with pytest.raises(RegionError, match=r"line 15\b"):
        stub_out(GOOD.replace("    # --- end 2.9\n", ""), "sampler.py")


def test_an_answer_that_does_not_parse_does_not_matter_to_the_starter():
    """Only what a student receives has to compile; the solution's own tests compile the rest."""
    assert stub_out(GOOD.replace("sigma_t = eta", "sigma_t = ("), "s.py") == stub_out(GOOD, "s.py")


def test_the_committed_starter_is_in_step_with_the_solution():
    assert [path.name for path in stubs.out_of_step()] == []


def test_a_changed_or_missing_file_is_out_of_step_until_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(stubs, "STARTER", tmp_path)
    made = stubs.write()
    assert {path.name for path in made} >= {"sampler.py", "score.py", "README.md", "README.html", "tasks.json"}
    score, handout = tmp_path / "score.py", tmp_path / "README.md"
    score.write_text(score.read_text() + "# one line more\n")
    handout.unlink()
    assert stubs.out_of_step() == stubs.write() == [score, handout]
    assert stubs.out_of_step() == []
    assert score.read_text() == (STARTER / "score.py").read_text()


def test_a_course_that_asks_no_more_questions_keeps_neither_sheet_nor_rubric(tmp_path, monkeypatch):
    for folder in ("STARTER", "SOLUTION"):
        shutil.copytree(getattr(stubs, folder), tmp_path / folder)
        monkeypatch.setattr(stubs, folder, tmp_path / folder)
    assert stubs.out_of_step() == []
    monkeypatch.setattr("grader.settings.load", lambda: Settings(written=[]))
    gone = [tmp_path / "SOLUTION" / "RUBRIC.md", tmp_path / "STARTER" / "answers.md"]
    changed = stubs.write()
    assert changed[-2:] == gone and {path.name for path in changed[:-2]} >= {"README.md"}
    assert not any(path.exists() for path in gone) and stubs.out_of_step() == []


@pytest.mark.parametrize("name", GRADED_FILES)
def test_no_line_of_an_answer_is_in_the_starter(name):
    """Except for lines that the solution also has outside its answers."""
    answers, provided, kind = set(), set(), "end"
    for line in (SOLUTION / name).read_text().splitlines():
        if marker := MARKER.match(line):
            kind = marker.group(1)
        else:
            (answers if kind == "answer" else provided).add(line.strip())
    given = {line.strip() for line in (STARTER / name).read_text().splitlines()}
    assert len(answers - provided) >= 10  # the markers were found
    assert not (answers - provided) & given
