"""What a changed check changed: two markings of one class side by side."""

import csv
import io
import json

import pytest
from rich.console import Console

import made_class
from course.marks import class_marks, regrade
from made_class import submission


@pytest.fixture
def folders(tmp_path):
    """OLD and NEW: a gains, b loses, c stays, d wins one and loses one, e is marked only now, f only then."""
    old, new = tmp_path / "old", tmp_path / "new"
    submission(old, "a", lost=["2.8.1", "2.8.2"])
    submission(new, "a", lost=["2.8.2"])
    submission(old, "b")
    submission(new, "b", lost=["2.8.1"])
    for out in (old, new):
        submission(out, "c", lost=["2.7.1"])
    submission(old, "d", lost=["2.1.1"])
    submission(new, "d", lost=["2.2.1"])
    made_class.unmarked(old, "e")
    submission(new, "e", lost=["2.8.1"])
    submission(old, "f")
    made_class.people(new, [("Ada", "a"), ("Ben", "a"), ("=1+1", "b")])
    return old, new


def run(*folders):
    console = Console(file=io.StringIO(), width=200)
    return regrade.run(console, *folders), console.file.getvalue()


def test_it_tells_who_gained_who_lost_and_at_which_checks(folders):
    found = {each.id: each for each in regrade.changes(*folders)}
    assert [(found["a"].before, found["a"].after, found["a"].won, found["a"].lost)] == [(87, 96, ["2.8.1"], [])]
    assert [(found["b"].before, found["b"].after, found["b"].won, found["b"].lost)] == [(105, 96, [], ["2.8.1"])]
    assert (found["d"].by, found["d"].won, found["d"].lost) == (0, ["2.1.1"], ["2.2.1"])
    assert (found["e"].before, found["e"].after, found["e"].won) == (None, 96, [])
    assert (found["f"].before, found["f"].after, found["f"].lost) == (105, None, [])
    assert "c" not in found and next(iter(found)) == "b"


def test_it_counts_the_checks(folders):
    code, said = run(*folders)
    assert code == 0
    assert "won: 2.1.1 by 1, 2.8.1 by 1" in said and "lost: 2.2.1 by 1, 2.8.1 by 1" in said
    assert "1 gain, 1 lose, 3 change otherwise." in said


@pytest.mark.parametrize("between", [b";", b"\t"])
def test_grades_that_a_spreadsheet_saved_with_other_commas_are_read(folders, between):
    saved = (folders[1] / "grades.csv").read_bytes()
    (folders[1] / "grades.csv").write_bytes(saved.replace(b",", between))
    assert run(*folders)[0] == 0


@pytest.mark.parametrize(
    "saved",
    [
        b"name,email,submission\nAda,,a\n",
        b"name,sid\nAda\n",
        "陳".encode("cp950"),
    ],
    ids=["a column less", "short rows", "another encoding"],
)
def test_grades_that_a_spreadsheet_saved_anew_are_one_sentence(folders, saved):
    (folders[1] / "grades.csv").write_bytes(b"name,sid,email,submission\n" * (saved[0] > 127) + saved)
    code, said = run(*folders)
    assert code == 2 and "grades.csv is not as it was written; type the make grade-all of this folder again" in said


def test_a_spreadsheet_that_spoilt_the_grades_does_no_harm_where_the_people_are_kept_as_data(folders):
    """In folders of this version; a group has several people, and one of them may lack any part of a name."""
    ada, bob = {"name": "Ada", "sid": "7", "email": "a@x"}, {"name": "", "sid": "8", "email": ""}
    (folders[1] / "people.json").write_text(json.dumps({"a": [ada, bob]}))
    (folders[1] / "grades.csv").write_bytes(b"name;sid\nAda\n")
    assert run(*folders)[0] == 0
    found = {each.id: each for each in class_marks.read(folders[1])}
    assert found["a"].people == ("Ada", "8") and found["a"].emails == ("a@x",) and found["b"].people == ()


def test_the_csv_names_people_and_holds_no_formula(folders):
    run(*folders)
    path = folders[1] / "changes.csv"
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert rows["a"]["names"] == "Ada; Ben" and (rows["a"]["before"], rows["a"]["after"]) == ("87", "96")
    assert rows["b"]["names"] == "'=1+1" and rows["b"]["lost"] == "2.8.1"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_check_that_is_new_is_nobodys_gain(folders, monkeypatch):
    monkeypatch.setattr(made_class, "NUMBERS", made_class.NUMBERS[:-2])
    made_class.results(folders[0] / "marks" / "c")
    found = {each.id: each for each in regrade.changes(*folders)}
    assert (found["c"].won, found["c"].lost) == ([], ["2.7.1"]) and found["c"].before == 100


def test_two_equal_markings_change_nothing(folders):
    code, said = run(folders[0], folders[0])
    assert code == 0 and said.startswith("0 gain, 0 lose, 0 change otherwise.")


def test_a_table_that_cannot_be_written_is_one_sentence(folders):
    (folders[1] / regrade.NAME).mkdir()
    code, said = run(*folders)
    assert code == 2 and said.startswith("Nothing was compared: ") and said.count("\n") == 1


def test_a_folder_without_marks_is_one_sentence(tmp_path):
    code, said = run(tmp_path, tmp_path)
    assert (
        code == 2
        and said == f"Nothing was compared: {tmp_path} holds no marks of a class; give the OUT of a make grade-all.\n"
    )
