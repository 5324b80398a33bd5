"""What a class handed in, as the grader finds it: exports as zips and folders, and what may be wrong with them."""

import json
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
import yaml

from course.downloads import people
from course.downloads.gradescope import METADATA
from course.downloads.kinds import find
from course.downloads.people import NoSubmissions, Person
from course.marks.read_back import keyed
from grader.outcomes import GraderFault
from grader.paths import ROOT

CASES = ROOT.parent / "shared" / "cases" / "files"  # inputs from the field, where they are at hand
ADA = {":name": "Ada L.", ":sid": 7, ":email": "ada@example.org"}
BEN = {":name": "Ben", ":sid": None}
FILES = {
    "submission_9/sampler.py": b"nine",
    "submission_9/score.py": b"score",
    "submission_9/notes/private.txt": b"x",
    "submission_10/hand-in/sampler.py": b"ten",
    "submission_10/hand-in/score.py": b"score",
    "__MACOSX/submission_9/._sampler.py": b"x",
    ".DS_Store": b"x",
}
ROWS = {
    "submission_10": {":submitters": [ADA, BEN], ":created_at": "2026-11-20 10:00:00 +0100", ":history": [1]},
    "submission_9": {":submitters": [{}], ":results": {":tests": [{":number": "1.1", "score": 5}], "score": 5.0}},
    "submission_11": None,
}


def written(at: Path, rows=ROWS, files=FILES) -> Path:
    """An export, unpacked."""
    for name, content in {
        **files,
        METADATA: rows if isinstance(rows, bytes) else yaml.safe_dump(rows).encode(),
    }.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(content)
    return at


def packed(folder: Path, top: str, folders: bool = False) -> Path:
    """A zip of a folder, with all of it below `top`."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(folder.rglob("*")):
            if folders or each.is_file():
                archive.write(each, top + str(each.relative_to(folder)))
    return path


def as_folder(at):
    return written(at)


def in_a_folder_of_its_own(at):
    written(at / "assignment_1_export")
    return at


def as_zip(at):
    return packed(written(at / "x"), "")


def as_zip_of_a_folder(at):
    return packed(written(at / "x"), "assignment_1_export/", folders=True)


def as_zip_of_windows(at):
    path = packed(written(at / "x"), "assignment_1_export/")
    content = path.read_bytes()
    for name in FILES:  # zipfile itself never writes a backslash
        content = content.replace(f"export/{name}".encode(), f"export/{name}".replace("/", "\\").encode())
    path.write_bytes(content)
    return path


EXPORTS = [as_folder, in_a_folder_of_its_own, as_zip, as_zip_of_a_folder, as_zip_of_windows]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda each: each.__name__)
def test_an_export_is_the_same_whatever_it_comes_in(export, tmp_path):
    found = find(export(tmp_path))
    nine, ten, eleven = found.entries
    assert found.left_out == found.renamed == []
    assert [each.id for each in (nine, ten, eleven)] == ["submission_9", "submission_10", "submission_11"]
    assert ten.people == (Person("Ada L.", "7", "ada@example.org"), Person("Ben")) and ten.created_at[:4] == "2026"
    assert nine.people == (Person(),) and eleven.people == ()
    assert nine.results == keyed({"tests": [{"number": "1.1", "score": 5}], "score": 5.0}) and ten.results is None
    assert nine.submission().files == {"sampler.py": b"nine", "score.py": b"score"}
    assert ten.submission().files == {"sampler.py": b"ten", "score.py": b"score"}
    with pytest.raises(GraderFault, match="has no files of this submission"):  # no zero
        eleven.submission()


def test_a_folder_without_metadata_is_one_of_zips_and_folders(tmp_path):
    inside = tmp_path / "inside"
    written(inside / "anna", rows={}, files={"sampler.py": b"a", "score.py": b""})
    (inside / "anna" / METADATA).unlink()
    packed(inside / "anna", "somewhere/")
    (inside / "bad.ZIP").write_bytes(b"PK no zip")
    (inside / "empty").mkdir()
    (inside / "list.txt").touch()
    (inside / "link").symlink_to(tmp_path)
    for ignored in ("__MACOSX", ".git", ".ipynb_checkpoints"):
        (inside / ignored).mkdir()
    found = find(inside)
    assert found.left_out == [
        f"Left out: '{name}', which is no submission's folder, zip or tar" for name in ("link", "list.txt")
    ]
    entries = {each.id: each for each in found.entries}
    assert list(entries) == ["anna", "anna.zip", "bad.ZIP", "empty"]
    assert entries["anna"].submission() == entries["anna.zip"].submission()
    assert entries["anna"].submission().files["sampler.py"] == b"a"
    for name, why in (("bad.ZIP", "cannot be read"), ("empty", "sampler.py is not in the submission")):
        with pytest.raises(GraderFault, match=rf"{why}.* Or mark it by hand\.") as caught:
            entries[name].submission()
        assert str(tmp_path) not in str(caught.value)


def test_an_export_beside_other_submissions_is_no_zero_and_stops_none(tmp_path):
    written(tmp_path / "assignment_1_export", files=FILES | {"submission_12/sampler.py": b"twelve"})
    written(tmp_path / "ben", files={"sampler.py": b"b"})
    export, ben = find(tmp_path).entries
    assert ben.submission().files == {"sampler.py": b"b"}
    with pytest.raises(GraderFault, match="where it is an export, give it by itself"):
        export.submission()


def test_metadata_may_lack_anything_and_folders_may_lack_metadata(tmp_path):
    rows = {"submission_9": {":submitters": "?", ":results": {"tests": 3}}, 12: {":submitters": [3, ADA]}}
    entries = {each.id: each for each in find(written(tmp_path, rows)).entries}
    assert list(entries) == ["12", "submission_9", "submission_10"]
    assert [len(each.people) for each in entries.values()] == [1, 0, 0]
    assert entries["submission_9"].results is None and entries["submission_10"].submission().files


@pytest.mark.parametrize(
    "rows, says",
    [
        (b"a: [", "cannot be read: while parsing"),
        (b"- 1\n- 2\n", "is not a table of submissions"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"!!python/object/apply:os.getcwd []", "is not a table of submissions"),
    ],
)
def test_metadata_that_are_not_in_order_are_one_clear_sentence(tmp_path, rows, says):
    with pytest.raises(NoSubmissions) as refused:
        find(written(tmp_path / "x", rows))
    assert says in str(refused.value) and "\n" not in str(refused.value)


RUBYS = b"""
submission_9:
  :submitters:
  - :name: Ada
    :sid: !ruby/object:Sid {a: 1}
  :results:
    :output: !binary |-
      U3RlcCAx/iDD
    :tests: [{name: !!binary c2F5, at: 2026-11-20 08:11:12, score: .nan}]
submission_10:
  submitters:
  - name: Ben
    email: ben@x
"""


def test_what_ruby_marks_with_a_tag_is_a_plain_value_and_keys_need_no_colon(tmp_path):
    ada, ben = find(written(tmp_path / "x", RUBYS)).entries[:2]
    assert (ada.people[0].name, ben.people[0].name, ben.people[0].email) == ("Ada", "Ben", "ben@x")
    assert ada.results["output"].startswith("Step 1") and ada.results["tests"][0]["name"] == "say"
    json.dumps(ada.results, allow_nan=False)


@pytest.mark.parametrize("name", ["export_binary.zip", "export_no_metadata.zip"])
def test_an_export_from_the_field_is_read(name, tmp_path):
    if not (CASES / name).is_file():
        pytest.skip("the inputs from the field are not here")
    source = CASES / name
    if "no_metadata" in name:
        with zipfile.ZipFile(source) as archive:
            archive.extractall(tmp_path)
        source = tmp_path
    assert [bool(entry.submission().files) for entry in find(source).entries] == [True, True]


def test_an_export_without_metadata_in_a_folder_of_its_own_is_a_class(tmp_path):
    for name in ("submission_1", "submission_2"):
        (tmp_path / "export" / name).mkdir(parents=True)
        (tmp_path / "export" / name / "sampler.py").write_bytes(b"x")
    assert [entry.id for entry in find(tmp_path).entries] == ["submission_1", "submission_2"]


def test_a_folder_with_the_zip_that_make_submission_writes(tmp_path):
    (tmp_path / "Ada").mkdir()
    with zipfile.ZipFile(tmp_path / "Ada" / "submission.zip", "w") as archive:
        archive.writestr("sampler.py", "x")
    with tarfile.open(tmp_path / "ben.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("score.py"), None)
    (tmp_path / "cleo.7z").write_bytes(b"7z")
    found = find(tmp_path)
    assert [list(entry.submission().files) for entry in found.entries] == [["sampler.py"], ["score.py"]]
    assert found.left_out == ["Left out: 'cleo.7z', which is no submission's folder, zip or tar"]


ODD = [
    "../up",
    "..",
    "",
    "/etc",
    "ä" * 200,
    "a\x1b",
    "a\x07",
    "a\N{ZERO WIDTH SPACE}",
    "e\N{COMBINING ACUTE ACCENT}",
    "é",
    "fix",
    "\N{LATIN SMALL LIGATURE FI}x",
]


def test_names_that_no_folder_can_have_or_that_look_the_same_get_ids_of_their_own(tmp_path):
    found = find(written(tmp_path, {name: {":submitters": [{":sid": name}]} for name in ODD}, files={}))
    ids = [entry.id for entry in found.entries]
    assert len({unicodedata.normalize("NFKC", each) for each in ids}) == len(ODD) == len(found.renamed) + 2
    for name in ids:
        (tmp_path / "out" / name).mkdir(parents=True)
        assert name.isprintable() and (tmp_path / "out" / name).parent == tmp_path / "out"
    assert people.ids(ODD) == people.ids(reversed(ODD))


def test_a_graded_file_beside_submissions_is_left_out_and_stops_none(tmp_path):
    written(tmp_path, b"", {"anna/sampler.py": b"a", "score.py": b"stray"})
    (tmp_path / METADATA).unlink()
    found = find(tmp_path)
    assert [entry.submission().files for entry in found.entries] == [{"sampler.py": b"a"}]
    assert found.left_out == ["Left out: 'score.py', which is no submission's folder, zip or tar"]


def test_an_export_of_one_submission_is_an_export(tmp_path):
    files = {"submission_1/code/sampler.py": b"one", f"submission_1/{METADATA}": b"code: {}"}
    source = written(tmp_path / "x", {"submission_1": None}, files)
    assert [entry.id for entry in find(source).entries] == ["submission_1"]
    for top in ("", "assignment_1_export/"):
        assert [entry.id for entry in find(packed(source, top)).entries] == ["submission_1"]


HANDED_IN = {
    f"submission_9/{METADATA}": b"a: [",
    f"submission_10/{METADATA}": b"submission_9: {}",
    "score.py": b"stray",
}


@pytest.mark.parametrize("export", EXPORTS, ids=lambda each: each.__name__)
def test_what_is_odd_in_an_export_costs_no_submission(export, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "FILES", FILES | HANDED_IN)
    monkeypatch.setattr(written, "__defaults__", (ROWS, FILES))
    found = find(export(tmp_path))
    assert [entry.id for entry in found.entries] == ["submission_9", "submission_10", "submission_11"]
    assert [entry.submission().files["sampler.py"] for entry in found.entries[:2]] == [b"nine", b"ten"]
    assert found.left_out == ["Left out: 'score.py', which is no submission's folder, zip or tar"]


@pytest.mark.parametrize("export", [in_a_folder_of_its_own, as_zip_of_a_folder], ids=lambda each: each.__name__)
def test_what_lies_beside_the_folder_of_an_export_costs_no_submission(export, tmp_path):
    source = export(tmp_path)
    if source.is_dir():
        (source / "score.py").touch()
    else:
        with zipfile.ZipFile(source, "a") as archive:
            archive.writestr("score.py", b"")
    found = find(source)
    assert [entry.id for entry in found.entries] == ["submission_9", "submission_10", "submission_11"]
    assert found.left_out == ["Left out: 'score.py', which is no submission's folder, zip or tar"]


@pytest.mark.parametrize("handed_in", [b"a: [", b"someone: {}", b"anna: {}\nben: {}\ncode: {}"])
@pytest.mark.parametrize("others", [["ben"], []])
def test_in_a_class_without_metadata_a_file_of_that_name_is_as_any_other(tmp_path, handed_in, others):
    written(tmp_path / "class" / "anna", handed_in, {"sampler.py": b"a"} if not others else {"code/sampler.py": b"a"})
    for other in others:
        written(tmp_path / "class" / other, handed_in, {"sampler.py": b"b"})
    found = find(tmp_path / "class")
    assert [entry.id for entry in found.entries] == ["anna", *others] and found.left_out == []
    assert found.entries[0].submission().files == {"sampler.py": b"a"}
    with pytest.raises(NoSubmissions, match="is no Gradescope export"):
        find(packed(tmp_path / "class", ""))


def test_metadata_that_cannot_be_read_stop_an_export_in_a_folder_of_its_own_too(tmp_path):
    written(tmp_path / "x" / "assignment_1_export", b"a: [")
    for source in (tmp_path / "x", packed(tmp_path / "x", "")):
        with pytest.raises(NoSubmissions, match="cannot be read: while parsing"):
            find(source)


def test_what_a_terminal_would_obey_is_out_of_ids_and_names(tmp_path):
    rows = {"a\x1b[31m\n": {":submitters": [{":name": "\x1b]0;x\x07Eve"}]}}
    (entry,) = find(written(tmp_path, rows, files={})).entries
    assert entry.id.isprintable() and entry.people[0].name.isprintable()


def nothing(at):
    return at / "nowhere"


def empty(at):
    return at


def one_submission(at):
    (at / "sampler.py").touch()
    return at


def no_export(at):
    (at / "x").mkdir()
    (at / "x" / "sampler.py").touch()
    return packed(at / "x", "")


def no_zip(at):
    (at / "x.zip").write_bytes(b"none")
    return at / "x.zip"


def cut(at):
    path = as_zip(at)
    path.write_bytes(path.read_bytes()[:-30])
    return path


def encrypted(at):
    path = as_zip(at)
    with zipfile.ZipFile(path) as archive:
        metadata = archive.getinfo(METADATA)
    content = bytearray(path.read_bytes())
    content[metadata.header_offset + 6] |= 1
    content[content.rindex(b"PK\1\2", 0, content.rindex(METADATA.encode())) + 8] |= 1
    path.write_bytes(content)
    return path


SOURCES = {
    nothing: "there are no submissions at",
    empty: "holds no submissions",
    one_submission: "is one submission, not a class",
    no_export: "is no Gradescope export",
    no_zip: "cannot be read: File is not a zip file",
    cut: "cannot be read",
    encrypted: "cannot be read",
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda each: each.__name__)
def test_a_source_without_submissions_is_one_clear_sentence(source, tmp_path):
    with pytest.raises(NoSubmissions, match=SOURCES[source]):
        find(source(tmp_path))


def test_a_zip_is_opened_once_for_the_whole_class(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *a, plain=zipfile.ZipFile: opened.append(a) or plain(*a))
    assert sum(len(each.submission().files) for each in find(as_zip(tmp_path)).entries if each.place) == 4
    assert len(opened) == 2  # to write it and to read it
