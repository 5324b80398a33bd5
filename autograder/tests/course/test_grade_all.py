"""`make grade-all`: each distinct submission is marked once, whatever ends, dies or is missing on the way.

Most markings here are made by `stub`, which does what a submission's sampler.py says.
"""

import contextlib
import csv
import fcntl
import io
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from course.batch import batch as batches
from course.batch import cluster, grade_all, machines, merging
from course.batch import cores as cores_module
from course.batch.batch import Batch
from course.batch.cluster import Cluster
from course.batch.cores import Cores
from course.batch.machines import Job, NoMachines
from course.downloads.gradescope import METADATA
from course.downloads.kinds import find
from course.marks import class_marks, read_back
from course.marks.cells import plain_cell
from grader import files, overlay
from grader.marking import version
from grader.marking.mark import mark
from grader.outcomes import GraderFault
from grader.paths import AUTOGRADER, CORPUS, ROOT, SOLUTION
from grader.settings import DEFAULTS
from grader.student.session import Session
from workshop.bench.bench_class import untimed
from workshop.trust import corpus

HERE = Path(__file__).parent
WAITS = "waits for a GPU"
RUN = """
import sys
from pathlib import Path
from rich.console import Console
import test_grade_all
from course.batch import grade_all
from course.batch.cores import Cores
grade_all.Cores = lambda gpu: Cores(1, test_grade_all.stub)
sys.exit(grade_all.run(Console(width=200), Path(sys.argv[1]), 1, Path(sys.argv[2]), "closed-form", ""))
"""


def stub(job: Job) -> machines.Files | str:
    """A marking of points, or what else the submission says: `points`, `fault`, `die`, `once FILE`, `stay FIFO`, `gpu`.

    score.py names a file to which each marking adds a line.
    """
    what, _, where = job.submission.files["sampler.py"].decode().partition(" ")
    with open(job.submission.files["score.py"].decode(), "a") as log:
        log.write(f"{what}\n")
    if what == "fault":
        return "GraderFault: as it was told to"
    if what == "die" or what == "once" and not Path(where).exists():
        Path(where or os.devnull).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "stay":
        with open(where, "wb", buffering=0) as fifo:
            fifo.write(b"!")
            signal.pause()
    score = float(what) if what.isdigit() else 1.0
    on_gpu = ("passed", 5.0) if what == "gpu" else (WAITS,)
    tests = [{"number": "1.1", "score": score, "status": "passed"}, line("1.6.8", *on_gpu)]
    return {"results.json": json.dumps({"score": score, "tests": tests}).encode(), "report.html": job.title.encode()}


def changed(job: Job) -> machines.Files | str:
    """A marking by another version of the grader."""
    return machines.OTHER_VERSION


def line(number, outcome, score=0.0, points=5.0):
    """A check of some results, whose sentence tells nothing."""
    about = {"output": "…", "extra_data": {"outcome": outcome, "cause": ""}}
    return {"number": number, "score": score, "max_score": points, "status": "failed", **about}


@contextlib.contextmanager
def fifo(path):
    """Where a submission that stays says so: the next byte that it says, or b"" when its process has ended."""
    os.mkfifo(path)
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def heard():
        assert select.select([end], [], [], 60)[0], "nothing was heard for a minute"
        return os.read(end, 1)

    yield heard
    os.close(end)


@pytest.fixture
def course(tmp_path):
    """Makes an export of one submission for each word, and tells what was marked since it was last asked."""

    class Course:
        source, out, log = tmp_path / "export", tmp_path / "out", tmp_path / "log"

        def hand_in(self, *whats, **rows):
            shutil.rmtree(self.source, ignore_errors=True)
            self.source.mkdir()
            table = {}
            for number, what in enumerate(whats, 1):
                folder = self.source / f"submission_{number}"
                folder.mkdir()
                (folder / "sampler.py").write_text(what)
                (folder / "score.py").write_text(str(self.log))
                table[folder.name] = {":submitters": [{":name": f"S{number}", ":sid": number}]} | rows
            (self.source / METADATA).write_text(yaml.safe_dump(table))

        def batch(self, tier="closed-form"):
            batch = Batch(find(self.source).entries, 1, tier, self.out)
            batch.prepare()
            return batch

        def run(self, tier="closed-form", terminal=False, gpu=False):
            """The command with the stub; its exit code and what it said. gpu: whether there is one."""
            said = io.StringIO()
            console = Console(file=said, width=200, force_terminal=terminal)
            cores = Cores(2, stub)
            cores.gpu = gpu
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(grade_all, "Cores", lambda gpu: cores)
                code = grade_all.run(console, self.source, 1, self.out, tier, "")
            return code, said.getvalue()

        def apart(self):
            """The command with the stub and one core, in a process group of its own."""
            command = [sys.executable, "-c", RUN, str(self.source), str(self.out)]
            paths = f"{AUTOGRADER}{os.pathsep}{HERE}"
            more = {"start_new_session": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
            more["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # which a job may lack
            return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}, **more)

        def marked(self):
            lines = self.log.read_text().split() if self.log.exists() else []
            self.log.write_text("")
            return sorted(lines)

        def grades(self):
            rows = csv.DictReader(io.StringIO((self.out / "grades.csv").read_text("utf-8-sig")))
            return {row["name"]: (row["total"], row["fault"]) for row in rows}

    return Course()


# Once each


def test_each_distinct_submission_is_marked_once_and_each_gets_its_own_marks(course):
    course.hand_in("3", "5", "3", "7", "3", "9")
    code, said = course.run()
    assert code == 0 and "6 submissions, 4 of them distinct, 0 marked before" in said
    assert course.marked() == ["3", "5", "7", "9"]
    assert course.grades() == {f"S{n}": (f"{p}.0", "") for n, p in enumerate((3, 5, 3, 7, 3, 9), 1)}
    titles = [(course.out / "submissions" / f"submission_{n}" / "report.html").read_text() for n in (2, 3)]
    assert titles == ["submission_2", "submission_1 and 2 identical"]
    assert json.loads((course.out / "faults.json").read_text()) == {}


def test_a_batch_that_is_only_made_touches_nothing(course):
    course.hand_in("3")
    Batch(find(course.source).entries, 1, "closed-form", course.out)
    assert not course.out.exists()


def test_results_are_read_once_before_the_marking_and_once_after(course, monkeypatch):
    course.hand_in("3", "5", "3")
    course.run()
    plain, places = files.table, []
    monkeypatch.setattr(files, "table", lambda path: places.append(path.parent) or plain(path))
    course.run("closed-form")
    marks, shown = ([p.name for p in places if p.parent == course.out / name] for name in ("marks", "submissions"))
    assert len(marks) == len(set(marks)) == 2
    assert sorted(shown) == ["submission_1", "submission_2", "submission_3"]


def test_a_second_run_marks_what_is_new_and_drops_what_is_gone(course):
    course.hand_in("3", "5")
    course.run()
    course.marked()
    course.hand_in("3", "8", "5")
    code, said = course.run()
    assert code == 0 and "3 of them distinct, 2 marked before" in said and course.marked() == ["8"]
    course.hand_in("8")
    assert course.run()[0] == 0 and course.grades() == {"S1": ("8.0", "")} and not course.marked()
    assert [path.name for path in (course.out / "submissions").iterdir()] == ["submission_1"]


def test_a_changed_check_marks_anew_and_the_old_marks_stay(course, monkeypatch):
    course.hand_in("3")
    course.run()
    old = course.batch().folder(course.batch().digest_of["submission_1"])
    monkeypatch.setattr(version, "digest", lambda _: "another")
    course.run()
    assert course.marked() == ["3", "3"] and (old / "results.json").exists()


def test_a_grader_that_changes_while_it_marks_stops_and_keeps_no_mark(course, monkeypatch):
    """What was marked with files of both versions is of neither; a machine with another version marks nothing else."""
    course.hand_in("3", "5")
    batch, cores = course.batch(), Cores(1, changed)
    with pytest.raises(NoMachines, match="the grader has changed, or a machine has another version"):
        list(batch.run(cores))
    cores.close()
    assert not list((course.out / "marks").iterdir())
    versions = iter([batch.version, "changed"])
    monkeypatch.setattr(version, "digest", lambda _: next(versions))
    monkeypatch.setattr(machines, "mark", lambda *_, **__: None)
    assert machines.marked(batch._job(batch.digest_of["submission_1"])) == machines.OTHER_VERSION
    machines.end()


# What dies and what fails


def test_a_submission_that_ends_the_grader_costs_only_itself(course):
    course.hand_in("die", "3", "fault", "5", "die")
    code, said = course.run()
    assert code == 1 and course.marked() == ["3", "5", "die", "die", "fault", "fault"]
    died, fault = "the process that marked it ended (exit code -9)", "GraderFault: as it was told to"
    assert f"Not marked, and no zero: submission_1, submission_5: {died}" in said
    assert course.grades() == {
        "S1": ("", died),
        "S2": ("3.0", ""),
        "S3": ("", fault),
        "S4": ("5.0", ""),
        "S5": ("", died),
    }
    faults = {"submission_1": died, "submission_3": fault, "submission_5": died}
    assert json.loads((course.out / "faults.json").read_text()) == faults
    assert course.run()[0] == 1 and course.marked() == ["die", "die", "fault", "fault"]


def test_a_fault_that_does_not_come_again_costs_nothing(course, tmp_path):
    course.hand_in(f"once {tmp_path / 'mark'}", "3")
    code, said = course.run()
    assert code == 0 and "Not marked" not in said and course.marked() == ["3", "once", "once"]


def test_kill_9_leaves_no_process_and_loses_nothing(course, tmp_path):
    course.hand_in("3", "5", f"stay {tmp_path / 'fifo'}", "7")
    with fifo(tmp_path / "fifo") as heard:
        running = course.apart()
        assert heard() == b"!"  # the third is being marked
        running.kill()
        assert heard() == b""  # the process that marks it has ended
    running.communicate(timeout=60)
    assert course.marked() == ["3", "5", "stay"] and len(list((course.out / "marks").iterdir())) == 2
    (course.out / "marks" / "0123.half").mkdir()
    (course.source / "submission_3" / "sampler.py").write_text("6")
    assert course.run()[0] == 0 and course.marked() == ["6", "7"]
    assert [total for total, _ in course.grades().values()] == ["3.0", "5.0", "6.0", "7.0"]
    assert not list(course.out.rglob("*.half"))


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(course, tmp_path):
    course.hand_in("3", f"stay {tmp_path / 'fifo'}", "7")
    with fifo(tmp_path / "fifo") as heard:
        running = course.apart()
        assert heard() == b"!"
        os.killpg(running.pid, signal.SIGINT)
        assert heard() == b""
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 2 and "Stopped; the same command goes on where it was." in said
    assert "Traceback" not in said and course.marked() == ["3", "stay"]
    grades = course.grades()
    assert grades["S1"] == ("3.0", "") and grades["S2"] == grades["S3"] == ("", "not marked yet")


def test_two_at_once_in_one_folder_are_refused(course):
    course.hand_in("3")
    course.out.mkdir()
    with (course.out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = course.run()
    assert (
        code == 2 and said.startswith("The class is not marked: another command is at work in") and not course.marked()
    )


def test_what_cannot_begin_is_one_sentence(course, tmp_path):
    code, said = course.run()
    assert code == 2 and said.startswith("The class is not marked: there are no submissions at ")
    course.hand_in("3")
    (tmp_path / "file").touch()
    course.out = tmp_path / "file" / "out"
    code, said = course.run()
    assert code == 2 and "cannot be written: Not a directory" in said and "Traceback" not in said


@pytest.mark.parametrize("inside", ["submissions", "marks", "submissions/deeper", "."])
def test_submissions_are_never_taken_for_what_an_earlier_marking_left(inside, course):
    """They would be deleted, or marked with their own results among them."""
    course.hand_in("3", "5")
    course.out.mkdir()
    place = course.out / inside if inside != "." else course.out
    shutil.copytree(course.source, place, dirs_exist_ok=True)
    course.source, before = place, sorted(place.rglob("*"))
    code, said = course.run()
    assert code == 2 and "lies in the other; give an OUT beside the submissions" in said
    assert [path for path in sorted(place.rglob("*")) if path.name != ".lock"] == before


def test_a_folder_of_that_name_that_is_somebody_elses_is_kept(course):
    course.hand_in("3")
    theirs = course.out / "submissions" / "anna" / "sampler.py"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    code, said = course.run()
    assert code == 2 and f"{theirs.parent} is not of an earlier make grade-all" in said and theirs.read_text() == "mine"


def test_what_cannot_be_read_here_is_a_fault_and_tried_again(course, monkeypatch):
    course.hand_in("3", "5")
    plain = overlay.load

    def load(path):
        if path.name == "submission_2":
            raise GraderFault("submission_2 cannot be read: Stale file handle")
        return plain(path)

    monkeypatch.setattr(overlay, "load", load)
    code, said = course.run()
    assert code == 1 and "2 of them distinct, 0 marked before" in said
    assert "submission_2: submission_2 cannot be read: Stale file handle" in said
    assert course.grades()["S2"] == ("", "submission_2 cannot be read: Stale file handle")
    monkeypatch.undo()
    assert course.run()[0] == 0 and course.grades()["S2"] == ("5.0", "")
    assert json.loads((course.out / "faults.json").read_text()) == {}


def test_what_is_odd_in_an_export_is_named_and_the_others_are_marked(course):
    course.hand_in("3", "5", "7")
    shutil.rmtree(course.source / "submission_2")
    (course.source / "submission_3" / METADATA).write_text("a: [")
    code, said = course.run()
    assert code == 1 and course.grades()["S1"] == ("3.0", "") and course.grades()["S3"] == ("7.0", "")
    points, fault = course.grades()["S2"]
    assert points == "" and "no files of this submission" in fault and f"submission_2: {fault}" in said
    course.hand_in("3")
    (course.source / "score.py").touch()
    code, said = course.run()
    assert code == 1 and "Left out: 'score.py'" in said and course.grades() == {"S1": ("3.0", "")}


def test_results_that_are_not_whole_are_made_again(course):
    course.hand_in("3")
    course.run()
    next((course.out / "marks").glob("*/results.json")).write_text("")
    assert course.run()[0] == 0 and course.grades()["S1"] == ("3.0", "") and course.marked() == ["3", "3"]


@pytest.mark.parametrize("files, count", [({}, 3), ({"cpu.max": "150000 100000"}, 2), ({"cpu.max": "max 100000"}, 3)])
def test_no_more_is_marked_at_a_time_than_a_container_has_room_for(files, count, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    monkeypatch.setattr(cores_module, "MEMORY", 1 << 20)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert cores_module._room(tmp_path) == count
    (tmp_path / "memory.max").write_text(str(1 << 20))
    assert cores_module._room(tmp_path) == 1


# What it says


def test_a_tier_that_leaves_checks_out_is_said_to(course):
    course.hand_in("3")
    assert "In the tier closed-form some checks are left out" in course.run("closed-form")[1]
    assert "left out" not in course.run("cpu")[1]


def test_without_a_terminal_there_is_a_line_now_and_then(course):
    course.hand_in(*map(str, range(45)))
    lines = course.run()[1].splitlines()
    counts = [line for line in lines if "of 45 marked, about" in line]
    assert 15 <= len(counts) <= 20 and counts[-1].startswith("45 of 45 marked")


def test_in_a_terminal_there_is_a_bar_with_the_time_left(course):
    course.hand_in("3", "4")
    said = course.run(terminal=True)[1]
    assert "2/2" in said and "0:00:00" in said and "of 2 marked" not in said


def test_make_passes_a_class_on_as_given():
    given = ["SUBMISSIONS=my export.zip", "A=2", "OUT=some where", "TIER=gpu", "SCHEDULER=tcp://one:8786"]
    given += ["ROSTER=a table.csv", "DUE=2026-11-20 23:59 +0800", "AGAINST=old a2:public"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--dry-run", "grade-all", *given]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    options = '--assignment 2 --tier gpu --roster "a table.csv" --due "2026-11-20 23:59 +0800" '
    options += '--against "old a2:public" --out "some where" --scheduler "tcp://one:8786"'
    assert done.stdout.splitlines()[-1].endswith(f'-m course grade-all "my export.zip" {options}')
    for lacking in (given[1:], given[:1] + given[2:]):
        done = subprocess.run([*command[:3], *lacking], cwd=ROOT, env=environment, capture_output=True, timeout=60)
        assert done.returncode == 2 and b"give " in done.stderr


@pytest.mark.parametrize("cell", ["=1", "＝1", " =1", "\n=1", "\u3000+1", "﹢1", "－1", "＠A1", "\t1", "'1"])
def test_a_cell_is_no_formula_in_any_writing(cell):
    """A spreadsheet set to Chinese or Japanese takes a full-width sign for the sign."""
    assert plain_cell(cell) == f"'{cell}" and plain_cell(f"x{cell}") == f"x{cell}" and plain_cell("") == ""


def test_why_nothing_was_marked_is_no_formula(course):
    """The sentence begins with the name of what was handed in."""
    course.hand_in("1")
    for path in (course.source / "submission_1").iterdir():
        path.unlink()
    (course.source / "submission_1" / "=1+1.zip").write_bytes(b"Rar!")
    course.run()
    (row,) = csv.DictReader(io.StringIO((course.out / "grades.csv").read_text("utf-8-sig")))
    assert row["fault"].startswith("'=1+1.zip is a rar archive")


def test_grades_have_a_row_for_each_of_a_group_and_no_formula(course):
    people = [{":name": "=HYPERLINK(1)", ":email": "@x"}, {":name": "'t Hooft, B.", ":sid": "-1"}]
    course.hand_in("3", **{":submitters": people})
    course.run()
    rows = list(csv.reader(io.StringIO((course.out / "grades.csv").read_text("utf-8-sig"))))
    assert rows[0][:6] == ["name", "sid", "email", "submission", "1.1", "1.2"]
    assert [row[:5] for row in rows[1:]] == [
        ["'=HYPERLINK(1)", "", "'@x", "submission_1", "3.0"],
        ["''t Hooft, B.", "'-1", "", "submission_1", "3.0"],
    ]
    people = json.loads((course.out / "people.json").read_text())["submission_1"]
    assert [each["name"] for each in people] == ["=HYPERLINK(1)", "'t Hooft, B."]  # as they are, for no spreadsheet
    assert class_marks.read(course.out)[0].people == ("=HYPERLINK(1)", "'t Hooft, B.")
    (course.out / "people.json").unlink()  # as in a folder of a former version
    assert class_marks.read(course.out)[0].people == ("=HYPERLINK(1)", "'t Hooft, B.")


# The GPU tier


def test_a_check_that_waits_for_a_gpu_is_replaced_by_one_that_ran_and_by_nothing_else():
    kept = [line("1.1", "wrong"), line("1.2", "passed", 4.0), line("1.3", "not run")]
    base = {"tests": [*kept, line("1.6.8", WAITS), line("1.6.9", WAITS)], "score": 4.0, "output": "4 of 9"}
    marked = {"tests": [line(n, "passed", 5.0) for n in ("1.1", "1.2", "1.3", "1.6.8")]}
    marked["tests"].append(line("1.6.9", WAITS))
    whole = merging.merged(base, marked)
    assert whole["tests"] == [*kept, marked["tests"][3], line("1.6.9", WAITS)]
    assert whole["score"] == 9.0 and whole["output"].startswith("9 points")
    unchanged = merging.merged(base, {"tests": [line("1.6.8", WAITS)]})
    assert unchanged == base and merging.without_gpu(unchanged)


def test_what_a_person_changed_in_a_score_stays():
    base = {"tests": [line("1.1", "wrong"), line("1.6.8", WAITS)], "score": 7.5}
    marked = {"tests": [line("1.6.8", "passed", 5.0)]}
    assert merging.merged(base, marked)["score"] == 12.5 and merging.merged(base, {"tests": []})["score"] == 7.5
    by_hand = {"tests": [line("1.6.8", WAITS, 3.0)], "score": 3.0}
    assert merging.merged(by_hand, marked) == by_hand


def test_a_check_that_is_worth_other_points_elsewhere_is_not_merged_and_it_is_said(course):
    theirs = [line("1.6.8", WAITS, points=4.0)]
    whole = merging.merged({"tests": theirs, "score": 1.0}, {"tests": [line("1.6.8", "passed", 5.0)]})
    assert whole["score"] == 1.0 and merging.of_other_points(whole) and not merging.without_gpu(whole)
    course.hand_in("gpu", **{":results": {"tests": theirs, "score": 1.0}})
    code, said = course.run("gpu")
    assert code == 0 and f"1 submissions: {merging.OTHER_POINTS}" in said and course.grades()["S1"][0] == "1.0"


@pytest.mark.parametrize(
    "theirs", [{"tests": []}, {"tests": [line("1.1", "passed", 5.0)], "extra_data": {"ended": False}}]
)
def test_a_fault_of_the_grader_on_gradescope_is_no_mark_in_the_gpu_tier(theirs, course):
    course.hand_in("3", **{":results": theirs | {"score": 0.0}})
    course.run("gpu")
    assert course.grades()["S1"][0] == "3.0"


def test_where_a_marking_fails_beside_gradescopes_results_it_is_told(course):
    course.hand_in("fault", **{":results": {"tests": [line("1.1", "passed", 5.0)], "score": 5.0}})
    code, said = course.run("gpu")
    assert code == 1 and course.grades()["S1"] == ("", "GraderFault: as it was told to")
    assert "not marked: GraderFault: as it was told to" in (course.out / "class.html").read_text()


def test_a_gpu_that_torch_cannot_use_is_none(monkeypatch):
    monkeypatch.setattr(cores_module, "GPU_DEVICES", ("/dev/null",))
    for works in (False, True):
        monkeypatch.setattr(cores_module, "has_cuda", lambda works=works: works)
        for asked in (False, True):
            cores = Cores(1, stub, gpu=asked)
            assert cores.gpu == (works and asked)
            cores.close()


def test_the_gpu_tier_completes_what_gradescope_has(course):
    theirs = [{"number": "1.1", "score": 2.5, "output": "by hand"}, line("1.6.8", WAITS)]
    course.hand_in("3", **{":results": {"tests": theirs, "score": 2.5}})
    code, said = course.run("gpu")
    assert code == 0 and "The GPU tier was not run for 1 submissions: no CUDA device" in said
    assert course.grades()["S1"][0] == "2.5"
    assert not course.batch("gpu").missing
    assert class_marks.read(course.out)[0].results["tests"] == read_back.keyed({"tests": theirs})["tests"]
    assert (course.out / "submissions" / "submission_1" / "report.html").read_text() == "submission_1"


def test_what_the_gpu_tier_marked_without_a_gpu_is_marked_again_where_there_is_one(course):
    course.hand_in("3")
    course.run("gpu")
    course.run("gpu")
    assert course.marked() == ["3"]
    course.run("gpu", gpu=True)
    assert course.marked() == ["3"]


def test_what_waits_for_a_gpu_is_known_by_its_sentence_too(zygote):
    said = [Session(zygote, overlay.Submission({}), tier).no_gpu() for tier in ("cpu", "gpu")]
    if not said[1]:
        pytest.skip("there is a CUDA device here")
    waits = [sentence for sentence, outcome in read_back.SENTENCES.items() if outcome == WAITS]
    assert said == waits


# Real markings


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A right submission and a wrong one, in a folder of folders."""
    folder = tmp_path_factory.mktemp("two")
    wrong = corpus.load(CORPUS / "chaff" / "posterior_slide.py").submission
    for name, submission in (("right", overlay.load(SOLUTION)), ("wrong", wrong)):
        overlay.lay(submission, folder / name)
    return folder


@pytest.fixture(scope="module")
def on_two_cores(two, tmp_path_factory):
    out = tmp_path_factory.mktemp("marked") / "out"
    assert grade_all.run(Console(file=io.StringIO()), two, 1, out, "closed-form", "") == 0
    return out


def test_marks_of_a_class_are_those_of_each_submission_alone(two, on_two_cores, zygote, tmp_path):
    mark(Session(zygote, overlay.load(two / "wrong"), "closed-form"), 1, tmp_path)
    shown = on_two_cores / "submissions" / "wrong"
    assert untimed(shown) == untimed(tmp_path) and untimed(shown) is not None
    assert "<title>" in (shown / "report.html").read_text()
    rows = csv.DictReader(io.StringIO((on_two_cores / "grades.csv").read_text("utf-8-sig")))
    assert [row["total"] for row in rows] == ["100.0", "85.0"]


# A cluster


@pytest.fixture(scope="module")
def dask():
    """A Dask cluster of two workers on this machine, each with a nanny."""
    distributed = pytest.importorskip("distributed")
    options = {"host": "127.0.0.1", "dashboard_address": ":0", "silence_logs": "CRITICAL"}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **options) as local:
        yield local


def test_a_cluster_gives_the_same_marks(two, on_two_cores, dask, tmp_path):
    assert grade_all.run(Console(file=io.StringIO()), two, 1, tmp_path, "closed-form", dask.scheduler_address) == 0
    assert (tmp_path / "grades.csv").read_bytes() == (on_two_cores / "grades.csv").read_bytes()
    for name in ("right", "wrong"):
        here, there = (untimed(out / "submissions" / name) for out in (on_two_cores, tmp_path))
        assert here == there and here is not None


def test_where_a_worker_of_a_cluster_is_killed_its_marking_goes_to_another(course, dask, tmp_path):
    course.hand_in("3", f"once {tmp_path / 'mark'}", "5", "fault")
    batch, workers = course.batch(), Cluster(dask.scheduler_address, mark=stub)
    assert workers.slots == 2 and len(list(batch.run(workers))) == 4
    workers.close()
    assert set(batch.faults.values()) == {"GraderFault: as it was told to"}
    scores = {each.id: each.results and each.score for each in class_marks.read(course.out)}
    assert [scores[entry.id] for entry in batch.entries] == [3.0, 1.0, 5.0, None]
    assert course.marked().count("once") == 2


def test_a_cluster_that_lost_its_last_worker_is_not_waited_for_for_ever(dask, monkeypatch):
    workers = Cluster(dask.scheduler_address, mark=stub)
    workers.look()
    monkeypatch.setattr(workers, "_workers", dict)
    workers.look()
    monkeypatch.setattr(cluster, "ALONE_SECONDS", -1.0)
    with pytest.raises(NoMachines, match="has had no worker for"):
        workers.look()
    workers.close()


def test_a_cluster_that_cannot_mark_is_refused_in_a_sentence(dask, monkeypatch):
    address = dask.scheduler_address
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 3)
    for wrong in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(NoMachines, match="no Dask scheduler answers at"):
            Cluster(wrong)
    with pytest.raises(NoMachines, match="start some with --nthreads 1 --resources GPU=1"):
        Cluster(address, gpu=True)
    monkeypatch.setattr(cluster, "_version", lambda pid=os.getpid: str(pid()))  # another in each process
    with pytest.raises(NoMachines, match="another version"):
        Cluster(address)


def test_a_worker_that_came_later_with_another_version_marks_nothing():
    job = Job(overlay.Submission({}), 1, "closed-form", "", DEFAULTS, "another")
    assert machines.marked(job) == machines.OTHER_VERSION


def test_a_worker_with_more_than_one_thread_is_refused():
    distributed = pytest.importorskip("distributed")
    options = {"host": "127.0.0.1", "dashboard_address": ":0", "protocol": "tcp://", "processes": False}
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, silence_logs="CRITICAL", **options) as local:
        with pytest.raises(NoMachines, match="more than one thread; start all of them with --nthreads 1"):
            Cluster(local.scheduler_address)


def test_what_the_manual_says_of_slurm_makes_workers_of_one_thread():
    """The manual's own text, as far as it goes without SLURM: the job script."""
    pytest.importorskip("dask_jobqueue")
    text = (AUTOGRADER / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)cluster\.scale", text, re.DOTALL)
    for_gpu = re.search(r"# for TIER=gpu: (.*)", code)[1]
    gpu = re.sub(r"cores=16,.*\n *processes=16,", for_gpu + ",", code)
    scripts = []
    for each in (code, gpu):
        known = {}
        exec(each.replace("SLURMCluster(\n", 'SLURMCluster(\n    interface="lo",\n'), known)
        scripts.append(known["cluster"].job_script())
        known["cluster"].close()
    assert "--nthreads 1 " in scripts[0] and "--nworkers 16 " in scripts[0] and "--nanny" in scripts[0]
    assert "#SBATCH --cpus-per-task=16" in scripts[0] and "export PYTHONPATH=$PWD/autograder" in scripts[0]
    assert "#SBATCH --gpus=1" in scripts[1] and "--resources GPU=1" in scripts[1] and "--nthreads 1 " in scripts[1]


def test_a_scheduler_that_goes_is_one_sentence(course, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 3)
    distributed = pytest.importorskip("distributed")
    course.hand_in(f"stay {tmp_path / 'fifo'}")
    options = {"host": "127.0.0.1", "dashboard_address": ":0", "silence_logs": "CRITICAL"}
    local = distributed.LocalCluster(n_workers=1, threads_per_worker=1, **options)
    workers = Cluster(local.scheduler_address, mark=stub)
    batch = course.batch()
    job = batch._job(batch.digest_of["submission_1"])
    with fifo(tmp_path / "fifo") as heard:
        future = workers.submit(job)
        assert heard() == b"!"
        local.close()
    for submitted in (lambda: future, lambda: workers.submit(job)):  # which raises by itself once the client is closed
        with pytest.raises(NoMachines, match="the scheduler is gone"):
            batches._result(submitted())
    workers.close()
    with pytest.raises(NoMachines, match="the scheduler is gone"):
        workers.submit(job)
