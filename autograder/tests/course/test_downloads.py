"""A class as Moodle, Canvas and git hand it over: names, ids and lateness stay, nobody is lost, no zero is silent."""

import csv
import hashlib
import io
import json
import os
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
import yaml
from rich.console import Console

import made_downloads as made
from at_hand import AtHand
from course.batch import grade_all
from course.downloads import clones, kinds, lateness
from course.downloads.gradescope import METADATA
from course.downloads.kinds import find
from course.downloads.people import NoSubmissions
from grader.outcomes import GraderFault

DUE = "2026-11-20 23:59 +0800"


@pytest.fixture
def mark(tmp_path, monkeypatch):
    """Runs the command on a download; its exit code, what it said, and OUT."""
    monkeypatch.setattr(grade_all, "Cores", lambda gpu: AtHand())

    def run(source, roster=None, due=""):
        said = io.StringIO()
        console = Console(file=said, width=200)
        code = grade_all.run(console, source, 2, tmp_path / "out", "cpu", "", roster=roster, due=due)
        return code, said.getvalue(), tmp_path / "out"

    return run


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def unpacked(made_so):
    """The same download, unpacked into a folder of its own, as a file manager does."""

    def make(at):
        source, roster = made_so(at)
        with zipfile.ZipFile(source) as archive:
            archive.extractall(at / "unpacked" / source.stem)
        return at / "unpacked", roster

    return make


FAULTS = {
    "Finn None": "nothing was handed in, or the download is not whole",
    "Gül Gün": "graded files lie in more than one folder",
    "Hal Hull": "which has 'inner.zip'",
    "Jo Text": "only text was handed in online",
}
OF_CANVAS = {"Gül Gün": "two files are called sampler.py", "Jo Text": "only a text or a link was handed in"}
OF_CLONES = {"Finn None": "there is no clone", "Jo Text": "is not in the submission, which has 'README.md'"}
DOWNLOADS = {
    "moodle": (made.moodle, "2 hours 5 mins", FAULTS),
    "moodle, unpacked": (unpacked(made.moodle), "2 hours 5 mins", FAULTS),
    "canvas": (made.canvas, "late", FAULTS | OF_CANVAS),
    "canvas, unpacked": (unpacked(made.canvas), "late", FAULTS | OF_CANVAS),
    "clones": (made.clones, "26:00:30", FAULTS | OF_CLONES),
}


@pytest.mark.parametrize("download, late, faults", DOWNLOADS.values(), ids=DOWNLOADS)
def test_a_class_of_twelve_keeps_names_ids_and_lateness_and_loses_nobody(download, late, faults, mark, tmp_path):
    source, roster = download(tmp_path)
    code, said, out = mark(source, roster, DUE)
    grades = {row["name"]: row for row in rows(out / "grades.csv")}
    assert code == 1 and grades.keys() == made.CLASS.keys() and "Left out" not in said
    for name, number in made.NUMBERS.items():
        row = grades[name]
        assert row["total"] == (f"{float(made.TOTALS[name])}" if name in made.TOTALS else ""), name
        assert row["late"] == (late if name == made.LATE else "")
        assert row["email"] == f"{number}@example.org" and str(number) in row["sid"]
        assert faults[name] in row["fault"] if name in faults else row["fault"] == ""
        assert name not in faults or row["fault"] in said
    assert json.loads((out / "faults.json").read_text()).keys() == {grades[name]["submission"] for name in faults}


def test_where_files_were_found_is_told_to_the_staff_alone_since_the_same_files_share_their_results(mark, tmp_path):
    for name, inside in (("Ada_1", "ada-and-her-secret"), ("Ben_2", ".")):
        for file, content in made.both(3).items():
            path = tmp_path / "in" / f"{name}_assignsubmission_file" / inside / "deep" / "er" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    seen = []
    submit = AtHand.submit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AtHand, "submit", lambda self, job: seen.append(job.submission.notes) or submit(self, job))
        _, _, out = mark(tmp_path / "in")
    assert seen == [()]
    notes = {row["name"]: row["note"] for row in rows(out / "grades.csv")}
    assert "ada-and-her-secret/deep/er/sampler.py' was taken as sampler.py" in notes["Ada"].replace("''", "'")
    assert "secret" not in notes["Ben"]


def test_moodle_takes_its_worksheet_back_filled_for_those_who_are_marked(mark, tmp_path):
    source, roster = made.moodle(tmp_path)
    _, said, out = mark(source, roster)
    filled = {row["Full name"]: row for row in rows(out / "moodle.csv")}
    before = {row["Full name"]: row for row in rows(roster)}
    assert {name: row["Grade"] for name, row in filled.items()} == made.TOTALS
    for name, row in filled.items():
        points = made.TOTALS[name]
        assert row == before[name] | {"Grade": points, "Feedback comments": row["Feedback comments"]}
        assert row["Feedback comments"] == f"{points} of 100 points.<br>At `a &lt; b`, =no.<br>"
    assert "set that to 105 or more" in said and (out / "moodle.csv").stat().st_mode & 0o777 == 0o600


def test_without_its_worksheet_no_file_for_moodle_is_written_since_a_number_may_be_a_groups(mark, tmp_path):
    source, roster = made.moodle(tmp_path)
    mark(source, roster)
    code, said, out = mark(source)
    assert code == 1 and not (out / "moodle.csv").exists() and "since a folder's number may be a group's" in said
    grades = {row["name"]: row["total"] for row in rows(out / "grades.csv")}
    assert grades == {name: "" for name in ("Gül Gün", "Hal Hull", "Jo Text")} | {
        name: f"{float(points)}" for name, points in made.TOTALS.items()
    }


def test_each_of_a_moodle_group_gets_its_mark_and_nobody_whose_number_is_the_groups(mark, tmp_path):
    with zipfile.ZipFile(tmp_path / "groups.zip", "w") as archive:
        for group in ("Team A_1", "Team B_2"):
            for name, content in made.both(10 if "A" in group else 20).items():
                archive.writestr(f"{group}_assignsubmission_file/{name}", content)
    people = [(1, "Ada", "Team: B"), (2, "Ben", "Team A"), (3, "Cleo", "Team: B")]
    lines = ["Identifier,Full name,Group,Grade,Last modified (grade)"]
    lines += [f"Participant {number},{name},{group},," for number, name, group in people]
    (tmp_path / "sheet.csv").write_text("\n".join(lines))
    code, _, out = mark(tmp_path / "groups.zip", tmp_path / "sheet.csv")
    assert code == 0
    assert {row["Full name"]: row["Grade"] for row in rows(out / "moodle.csv")} == {
        "Ada": "20",
        "Ben": "10",
        "Cleo": "20",
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_moodle_without_folders_gives_files_whose_names_say_whose_they_are(tmp_path):
    with zipfile.ZipFile(tmp_path / "flat.zip", "w") as archive:
        for name in ("sampler.py", "score.py", "notes_1.txt"):
            archive.writestr(f"Ada L_7_assignsubmission_file_{name}", b"x")
        archive.writestr("Ben_8_assignsubmission_file_sampler.py", b"one")
        archive.writestr("Ben_8_assignsubmission_file_sampler.py", b"two")
        archive.writestr("stray.txt", b"")
    found = find(tmp_path / "flat.zip")
    ada, ben = found.entries
    assert ada.id == "Ada L_7" and ada.people[0].name == "Ada L" and len(ada.submission().files) == 2
    with pytest.raises(GraderFault, match=r"^two files are called sampler\.py"):
        ben.submission()
    assert found.left_out == ["Left out: 'stray.txt', which is no submission's folder, zip or tar"]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_person_whose_name_begins_with_a_dot_is_no_file_of_a_systems(zipped, tmp_path):
    """Who has one name alone may have typed a dot for the other, since Moodle wants both."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in (". Ada_7_assignsubmission_file", "Ben ._8_assignsubmission_file", ".git", "__MACOSX"):
            archive.writestr(f"{name}/sampler.py", b"x")
            archive.writestr(f"{name}/.DS_Store", b"x")
        archive.writestr("..Eve_9_assignsubmission_file_sampler.py", b"x")
        archive.writestr("._Ben ._8_assignsubmission_file", b"x")
    with zipfile.ZipFile(tmp_path / "class.zip") as archive:
        archive.extractall(tmp_path / "class")
    found = find(tmp_path / ("class.zip" if zipped else "class"))
    assert [each.id for each in found.entries] == [". Ada_7", "..Eve_9", "Ben ._8"]
    assert all(each.submission().files for each in found.entries)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_path_in_a_download_are_no_choice_of_ours(tmp_path):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        for content in (b"one", b"two"):
            archive.writestr("Ada_7_assignsubmission_file/sampler.py", content)
        archive.writestr("Ben_8_assignsubmission_file/sampler.py", b"x")
    ada, ben = find(tmp_path / "twice.zip").entries
    assert ben.submission().files
    with pytest.raises(GraderFault, match="two files are called"):
        ada.submission()


@pytest.mark.parametrize("given", [True, False])
def test_canvas_takes_its_gradebook_back_with_one_column(given, mark, tmp_path):
    source, roster = made.canvas(tmp_path)
    _, _, out = mark(source, roster if given else None)
    head = (out / "canvas.csv").read_text("utf-8-sig").partition("\n")[0]
    assert head == f"Student,ID,{'SIS User ID,SIS Login ID,' * given}Section,Assignment 2"
    filled = {int(row["ID"]): row["Assignment 2"] for row in rows(out / "canvas.csv")}
    assert filled == {made.NUMBERS[name]: points for name, points in made.TOTALS.items()}


def test_a_file_that_canvas_numbered_since_there_are_two_is_no_choice_of_ours(tmp_path):
    """It calls the second of two files of one name `sampler-1.py`, as it does with the only one of a later attempt."""
    theirs = ["ada_7_1_sampler.py", "ada_7_2_sampler-1.py", "ada_7_3_score.py"]
    for name in (*theirs, "ben_8_4_sampler-2.py", "ben_8_5_score.py"):
        (tmp_path / name).write_text("x")
    ada, ben = find(tmp_path).entries
    assert len(ben.submission().files) == 2
    with pytest.raises(GraderFault, match=r"^two files are called sampler\.py; mark it by hand"):
        ada.submission()


def test_canvas_hides_names_and_its_gradebook_takes_none_of_those(mark, tmp_path):
    (tmp_path / "in").mkdir()
    for name, content in made.both(3).items():
        (tmp_path / "in" / f"anon_x1Yz9_55_{name}").write_bytes(content)
        (tmp_path / "in" / f"LATE_anon_Q7_56_{name}").write_bytes(content)
    code, said, out = mark(tmp_path / "in")
    assert code == 0 and "hides the names of 2 marked submissions" in said
    assert [(row["submission"], row["late"]) for row in rows(out / "grades.csv")] == [
        ("anon_Q7", "late"),
        ("anon_x1Yz9", ""),
    ]
    assert rows(out / "canvas.csv") == []


def test_gradescope_takes_back_a_zip_that_answers_with_these_marks(mark, tmp_path):
    for number in (1, 22):
        (tmp_path / "export" / f"submission_{number}").mkdir(parents=True)
        for name, content in made.both(number).items():
            (tmp_path / "export" / f"submission_{number}" / name).write_bytes(content)
    table = {f"submission_{n}": {":created_at": "2026-11-21 00:00:30 +0800"} for n in (1, 22)}
    (tmp_path / "export" / METADATA).write_text(yaml.safe_dump(table))
    code, _, out = mark(tmp_path / "export", due=DUE)
    assert code == 0 and [row["late"] for row in rows(out / "grades.csv")] == ["0:01:30", "0:01:30"]
    root = tmp_path / "autograder"
    with zipfile.ZipFile(out / "gradescope.zip") as archive:
        archive.extractall(root / "source")
        assert all(archive.getinfo(name).external_attr >> 16 == 0o100755 for name in ("setup.sh", "run_autograder"))
        assert b"staff alone" not in b"".join(map(archive.read, archive.namelist()))
    for number, score, said in ((22, 22, "22 of 100"), (3, 0, "will mark it")):
        (root / "submission_metadata.json").write_text(json.dumps({"id": number}))
        script = root / "source" / "run_autograder"
        subprocess.run(["python3", "-I", str(script)], env={"AUTOGRADER_ROOT": str(root)}, check=True)
        results = json.loads((root / "results" / "results.json").read_text())
        assert results["score"] == score and said in results["output"]


STRANGERS = [(made.moodle, "陳小明_107"), (made.canvas, "陳小明_107"), (made.clones, "class-a2-user-107")]


@pytest.mark.parametrize("download, stranger", STRANGERS, ids=["moodle", "canvas", "clones"])
def test_who_is_not_in_the_roster_is_marked_and_named(download, stranger, mark, tmp_path):
    source, roster = download(tmp_path)
    lines = roster.read_text("utf-8-sig").splitlines(keepends=True)
    roster.write_text("".join(line for line in lines if "107" not in line), "utf-8-sig")
    code, said, out = mark(source, roster)
    assert code == 1 and f"'{stranger}' is not in {roster}: it is marked, and in no file for the host." in said
    assert {row["total"] for row in rows(out / "grades.csv") if row["submission"] == stranger} == {"105.0"}
    for path in (*out.glob("moodle.csv"), *out.glob("canvas.csv")):
        assert len(rows(path)) == len(made.TOTALS) - 1


# What cannot be told is refused in a sentence


def both_kinds(at):
    with zipfile.ZipFile(at / "x.zip", "w") as archive:
        archive.writestr("Ada_7_assignsubmission_file_sampler.py", b"x")
        archive.writestr("ada_7_8_sampler.py", b"x")
    return at / "x.zip", None, ""


def canvas_beside_folders(at):
    (at / "x" / "anna").mkdir(parents=True)
    (at / "x" / "ada_7_8_sampler.py").touch()
    return at / "x", None, ""


def in_another_language(at):
    source, roster = made.moodle(at)
    roster.write_text(roster.read_text("utf-8-sig").replace("Identifier", "識別代碼"), "utf-8")
    return source, roster, ""


def of_another_host(at):
    return made.moodle(at)[0], made.canvas(at)[1], ""


def not_utf_8(at):
    source, roster = made.moodle(at)
    roster.write_bytes(roster.read_text("utf-8-sig").encode("cp950", errors="replace"))
    return source, roster, ""


def no_roster_there(at):
    return made.moodle(at)[0], at / "none.csv", ""


def roster_for_plain_zips(at):
    (at / "x").mkdir()
    (at / "x" / "anna.zip").touch()
    return at / "x", made.moodle(at)[1], ""


def folder_of_a_download_and_its_roster(at):
    (at / "in").mkdir()
    source, roster = made.canvas(at / "in")
    return source.parent, roster, ""


def groups_of_one_name(at):
    source, roster = made.moodle(at)
    heads = "Identifier,Full name,Group,Grade,Last modified (grade)"
    roster.write_text(f"{heads}\nParticipant 1,Ada,C,,\nParticipant 2,Ben,C++,,\n")
    return source, roster, ""


def due_in_no_zone_of_this_world(at):
    return made.moodle(at)[0], None, "2026-11-20 23:59 +8000"


def due_without_zone(at):
    return made.moodle(at)[0], None, "2026-11-20 23:59"


REFUSED = {
    both_kinds: "holds names of Moodle's download and Canvas' download, so its kind cannot be told",
    canvas_beside_folders: "so its kind cannot be told; give each kind by itself",
    in_another_language: "is not Moodle's grading worksheet, downloaded with Moodle's language set to English: it has",
    of_another_host: "it has no column 'Identifier'",
    not_utf_8: "is not in UTF-8; take it as the host gives it",
    no_roster_there: "cannot be read: No such file",
    roster_for_plain_zips: "is a folder of zips and folders, which needs no ROSTER; leave it out",
    folder_of_a_download_and_its_roster: "holds 'submissions.zip', which is Canvas' download; give it by itself",
    groups_of_one_name: ".csv apart: 'C', 'C++'; rename them",
    due_in_no_zone_of_this_world: "is no time with its zone",
    due_without_zone: "is no time with its zone; give it as '2026-11-20 23:59 +0800'",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_cannot_be_told_is_one_sentence_and_touches_nothing(make, mark, tmp_path):
    source, roster, due = make(tmp_path)
    code, said, out = mark(source, roster, due)
    assert code == 2 and said.startswith("The class is not marked: ") and REFUSED[make] in said
    assert len(said.splitlines()) == 1 and not (out / "grades.csv").exists()


@pytest.mark.parametrize("download", [made.moodle, made.canvas], ids=["moodle", "canvas"])
def test_a_download_beside_zips_is_a_fault_that_says_to_give_it_by_itself(download, mark, tmp_path):
    (tmp_path / "in").mkdir()
    source, _ = download(tmp_path)
    source.rename(tmp_path / "in" / "download.zip")
    (tmp_path / "in" / "ada.zip").write_bytes(made.packed(made.both(7)))
    code, _, out = mark(tmp_path / "in")
    ada, whole = rows(out / "grades.csv")
    assert code == 1 and ada["total"] == "7.0" and whole["total"] == ""
    assert "download: give it by itself. Or mark it by hand." in whole["fault"]


@pytest.mark.parametrize("download", [made.moodle, made.canvas], ids=["moodle", "canvas"])
def test_a_due_that_nothing_can_be_held_to_is_said(download, mark, tmp_path):
    source, roster = download(tmp_path)
    _, said, _ = mark(source, roster, DUE)
    assert "DUE is not used: " in said and "download does not say by a clock when anything was handed in." in said
    assert "DUE" not in mark(source, roster)[1]


def test_a_clone_whose_commit_tells_no_time_is_named_where_due_is_given(mark, tmp_path):
    source, roster = made.clones(tmp_path)
    clone = next(path for path in source.iterdir() if path.name.endswith("101"))
    (clone / ".git" / "HEAD").write_text("nothing")
    _, said, _ = mark(source, roster, DUE)
    assert f"DUE is not used for {clone.name}: nothing says when that was handed in." in said
    assert said.count("DUE is not used") == 1


def test_a_clone_of_a_person_who_is_not_in_the_roster_takes_nobody_elses_row(tmp_path):
    (tmp_path / "a2").mkdir()
    for login in ("ann-smith", "smith"):
        (tmp_path / "a2" / f"a2-{login}" / ".git").mkdir(parents=True)
    (tmp_path / "roster.csv").write_text("username,first_name\nsmith,Sue\n")
    found = find(tmp_path / "a2", tmp_path / "roster.csv").entries
    names = {each.id: [person.name for person in each.people] for each in found}
    assert names == {"a2-smith": ["Sue"], "a2-ann-smith": []}


# Clones come from students


def test_no_program_that_a_clone_names_is_run(tmp_path):
    """A pager, a signature's program, a file-system monitor and a promised object's remote would each leave a file."""
    source, _ = made.clones(tmp_path)
    clone = next(path for path in source.iterdir() if path.name.endswith("101"))
    harm = f"touch {tmp_path / 'ran'}; false"
    for key in ("core.pager", "core.fsmonitor", "gpg.program", "core.sshCommand", "alias.cat-file", "core.hooksPath"):
        subprocess.run(["git", "-C", str(clone), "config", key, harm], check=True)
    for key, value in (
        ("log.showSignature", "true"),
        ("remote.origin.url", str(tmp_path)),
        ("remote.origin.promisor", "1"),
    ):
        subprocess.run(["git", "-C", str(clone), "config", key, value], check=True)
    subprocess.run(["git", "-C", str(clone), "config", "remote.origin.uploadpack", harm], check=True)
    (clone / ".git" / "refs" / "heads" / "gone").write_text("0" * 39 + "1\n")
    for head in ((clone / ".git" / "HEAD").read_text(), "ref: refs/heads/gone\n", "ref: refs/../../x\n", "\xff"):
        (clone / ".git" / "HEAD").write_text(head, "latin-1")
        assert find(source).entries
    assert not (tmp_path / "ran").exists()


def test_when_a_commit_was_made_is_read_from_packed_references_too(tmp_path):
    source, _ = made.clones(tmp_path)
    for clone in source.iterdir():
        subprocess.run(["git", "-C", str(clone), "gc", "-q"], check=True)
    at = {each.id: each.created_at for each in find(source).entries}
    assert at["class-a2-user-105"] == "2026-11-22 01:59:30+08:00" and all(at.values())


def test_an_object_of_a_clones_that_unpacks_to_any_size_is_not_read(tmp_path):
    """A commit of 32 MB lies in a file of 32 KB."""
    source, _ = made.clones(tmp_path)
    (clone, *_) = sorted(source.iterdir())
    assert find(source).entries[0].created_at
    commit = b"tree %s\ncommitter a <b> 1700000000 +0000\n\n%s" % (b"0" * 40, b"A" * (32 << 20))
    content = b"commit %d\0%s" % (len(commit), commit)
    name = hashlib.sha1(content).hexdigest()
    (clone / ".git" / "objects" / name[:2]).mkdir(exist_ok=True)
    (clone / ".git" / "objects" / name[:2] / name[2:]).write_bytes(zlib.compress(content))
    (clone / ".git" / "HEAD").write_text(f"{name}\n")
    assert find(source).entries[0].created_at == ""


def test_a_clone_whose_head_is_no_file_is_not_waited_for(tmp_path):
    """It could be a link to a terminal, which would be asked; this one would answer."""
    source, _ = made.clones(tmp_path)
    (clone, *_) = sorted(source.iterdir())
    read, write = os.pipe()
    os.write(write, (clone / ".git" / "HEAD").read_bytes())
    os.close(write)
    (clone / ".git" / "HEAD").unlink()
    (clone / ".git" / "HEAD").symlink_to(f"/proc/self/fd/{read}")
    assert find(source).entries[0].created_at == ""
    os.close(read)


def test_without_git_a_clone_is_marked_and_its_time_is_not_known(tmp_path, monkeypatch):
    source, _ = made.clones(tmp_path)
    monkeypatch.setattr(clones, "_git", lambda *_: None)
    assert {each.created_at for each in find(source).entries} == {""}


def test_a_student_who_handed_in_a_clone_makes_no_class_of_clones(tmp_path):
    (tmp_path / "anna" / "work" / ".git").mkdir(parents=True)
    (tmp_path / "anna" / "work" / "sampler.py").write_bytes(b"x")
    assert [each.id for each in find(tmp_path).entries] == ["anna"]


@pytest.mark.parametrize(
    "said, seconds",
    [
        ("2026-11-20 10:00:00 +0100", 0),
        ("2026-11-20T09:00:01Z", 1),
        ("2026-11-20 09:00:02.5 UTC", 2),
        ("2026-11-20T03:30:00-05:30", 0),
        ("2026-11-20 09:00", None),
        ("yesterday", None),
        ("2026-11-20 10:00 +8000", None),
        ("2026-13-20 10:00:00 +0100", None),
    ],
)
def test_times_with_their_zone_are_read_as_hosts_write_them(said, seconds):
    at = lateness.time(said)
    assert (None if at is None else int((at - lateness.time("2026-11-20 09:00 UTC")).total_seconds())) == seconds


def test_a_submission_that_has_files_named_as_canvas_names_them_is_no_class(tmp_path):
    for name in ("sampler.py", "run_1_2_loss.png", "plots/x.png"):
        (tmp_path / "anna" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "anna" / name).write_bytes(b"x")
    assert [(each.id, list(each.submission().files)) for each in find(tmp_path).entries] == [("anna", ["sampler.py"])]


def test_two_submissions_of_one_name_are_both_there(tmp_path):
    with zipfile.ZipFile(tmp_path / "groups.zip", "w") as archive:
        archive.writestr("Ada_5_assignsubmission_file/sampler.py", b"a group's")
    lines = [
        "Identifier,Full name,Group,Grade,Last modified (grade)",
        "Participant 5,Ada,B,,",
        "Participant 6,Ben,Ada,,",
    ]
    (tmp_path / "sheet.csv").write_text("\n".join(lines))
    found = find(tmp_path / "groups.zip", tmp_path / "sheet.csv")
    assert [(each.id, each.people[0].name, bool(each.place)) for each in found.entries] == [
        ("Ada_5", "Ben", True),
        ("Ada_5 (2)", "Ada", False),
    ]


@pytest.mark.parametrize("download", [made.moodle, made.canvas, made.clones])
def test_links_are_followed_nowhere_and_named(download, tmp_path):
    (tmp_path / "made").mkdir()
    source, _ = (download if download is made.clones else unpacked(download))(tmp_path / "made")
    source = source if download is made.clones else next(source.iterdir())
    name = next(path.name for path in source.iterdir())
    (source / f"{name}x").symlink_to(source / name)
    assert find(source).left_out == [f"Left out: {name + 'x'!r}, which is no submission's folder, zip or tar"]


def test_only_what_is_known_to_be_a_kind_is_one(tmp_path):
    (tmp_path / "anna_1.zip").touch()
    assert find(tmp_path).kind is kinds.plain
    with pytest.raises(NoSubmissions, match="no names as Moodle or Canvas give them"):
        with zipfile.ZipFile(tmp_path / "anna_1.zip", "w") as archive:
            archive.writestr("anna/sampler.py", b"x")
        find(tmp_path / "anna_1.zip")
