"""Faults: whatever is killed, full, read-only or missing, results.json is valid and says whose fault it is.

"At the n-th message" counts what the grader sends and receives, so that each moment can be had again.
"""

import errno
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from course.__main__ import app
from grader import claim, files, overlay
from grader.marking import mark as marking
from grader.marking.results import Results
from grader.outcomes import GraderFault
from grader.paths import AUTOGRADER
from grader.sandbox import networks, wire
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from gradescope import METADATA, SCHEMA, SCRIPTS, not_json

pytestmark = pytest.mark.slow

CHECKS = '''
import numpy as np
from gradescope_utils.autograder_utils.decorators import number
from checks import cases
from checks.judge import close
from grader.transcript.examiner import Examiner

X = np.ones((1, 1, 28, 28))

@number("1.1.1")
def test_value(student):
    """It doubles."""
    close(student("q_sample", X).value, 2 * X, "x_t")

@number("1.1.2")
@cases.each(size=cases.choices(1, 3))
def test_search(size):
    """It doubles whatever it is given."""
    returned = yield "q_sample", size * X
    close(returned.value, 2 * size * X, "x_t")
'''
NETWORK = '''
@number("1.6.1")
def test_network(student, network):
    """It asks the model."""
    examiner = Examiner(network.eps, X.shape, 3, T=9)
    assert student("ddpm_sample", examiner, X).value.shape == X.shape and len(examiner.calls) == 2
'''
RIGHT = b"def q_sample(x): return 2 * x\ndef ddpm_sample(model, x): return model(model(x, 2), 1)\n"
ENDLESS = RIGHT.replace(b"return 2 * x", b"\n    while True: open('a', 'w').close()")  # while its folder is deleted
WAIT = 60  # seconds after which a test that hangs fails


@pytest.fixture(autouse=True)
def signals():
    """As in a terminal: a process that runs in the background may have been started with these ignored."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with checks, and with right files in `hand-in`; marking takes the checks from there."""
    (tmp_path / "checks" / "assignment1").mkdir(parents=True)
    (tmp_path / "hand-in").mkdir()
    write(tmp_path, CHECKS, RIGHT)
    for module in (claim, marking):
        monkeypatch.setattr(module, "CHECKS", tmp_path / "checks")
    return tmp_path


def write(folder: Path, checks: str, sampler: bytes) -> None:
    (folder / "checks" / "assignment1" / f"test_{folder.name}.py").write_text(checks)
    (folder / "hand-in" / "sampler.py").write_bytes(sampler)


def mark(folder: Path, zygote: Zygote) -> str:
    """Mark; the fault of the grader, if there was one."""
    try:
        marking.mark(Session(zygote, overlay.load(folder / "hand-in")), 1, folder / "out")
    except GraderFault as fault:
        assert str(fault)
        return str(fault)
    return ""


def read(out: Path) -> dict:
    """results.json, which must be there and be valid."""
    results = json.loads((out / "results.json").read_text(encoding="utf-8"), parse_constant=not_json)
    jsonschema.validate(results, SCHEMA, jsonschema.Draft202012Validator)
    assert results["output"] != claim.FAULT or {results["score"], *(test["score"] for test in results["tests"])} == {0}
    return results


def outcomes_in(results: dict) -> set[str]:
    return {test["extra_data"]["outcome"] for test in results["tests"]}


def at_message(patch: pytest.MonkeyPatch, n: int, act) -> list[int]:
    """Call `act` before the n-th message that the grader sends or receives; the list grows with each message."""
    seen: list[int] = []

    def counted(plain):
        def call(*args, **kwargs):
            seen.append(1)
            if len(seen) == n:
                act()
            return plain(*args, **kwargs)

        return call

    patch.setattr(wire.Channel, "send", counted(wire.Channel.send))
    patch.setattr(wire.Channel, "receive", counted(wire.Channel.receive))
    return seen


def kill(pid: int) -> None:
    """End a process by SIGKILL and wait until it has ended, whosever child it is."""
    ended = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([ended], [], [], WAIT)[0]
    os.close(ended)


# Something is killed


def test_a_worker_that_is_killed_once_at_any_moment_costs_nothing(folder, zygote, monkeypatch):
    """Its check is made once more; `test_reporter` has what becomes of a second time."""
    before = {*zygote.folder.iterdir()}
    pids: list[int] = []
    spawn = zygote.spawn

    def spawned(*args):
        pid, channel = spawn(*args)
        pids.append(pid)
        return pid, channel

    monkeypatch.setattr(zygote, "spawn", spawned)
    killed: list[int] = []
    for n in itertools.count(1):
        with monkeypatch.context() as patch:
            pids.clear()
            act = lambda: pids and Path(f"/proc/{pids[-1]}").exists() and killed.append(kill(pids[-1]))  # noqa: E731
            living = at_message(patch, n, act)
            fault, results = mark(folder, zygote), read(folder / "out")
        if len(living) < n:
            break
        assert (fault, outcomes_in(results)) == ("", {"passed"}), n
        assert {*zygote.folder.iterdir()} == before  # neither workers' folders nor the tree
    assert n > 15 and len(killed) > 8


@pytest.mark.parametrize("n", [2, 6, 14])
def test_a_zygote_that_is_killed_is_a_fault_of_the_grader(n, folder, monkeypatch):
    with Zygote() as mortal:
        at_message(monkeypatch, n, lambda: kill(mortal.process.pid))
        fault, results = mark(folder, mortal), read(folder / "out")
    assert fault and results["output"] == claim.FAULT
    assert outcomes_in(results) <= {"passed", "fault of the grader"}
    assert "fault of the grader" in outcomes_in(results) or n == 14  # where only the end of a worker failed
    assert not mortal.folder.exists()


def test_a_zygote_that_hangs_is_waited_for_once(folder, monkeypatch):
    with Zygote() as hung:
        monkeypatch.setattr("grader.sandbox.zygote.START_SECONDS", 0.2)
        monkeypatch.setattr("grader.sandbox.zygote.END_SECONDS", 0.0)
        os.kill(hung.process.pid, signal.SIGSTOP)
        fault, results = mark(folder, hung), read(folder / "out")
    assert fault.count("does not answer (TimeoutError)") == 2 and "the zygote is gone" not in fault  # it was asked once
    assert outcomes_in(results) == {"fault of the grader"} and not hung.folder.exists()


@pytest.mark.parametrize("end", [kill, lambda pid: os.kill(pid, signal.SIGSTOP)], ids=["killed", "hung"])
def test_a_network_that_is_gone_is_a_fault_of_the_grader(end, folder, zygote, monkeypatch):
    """Not even the student's own time limit hides it: a network that hangs is not the student's."""
    write(folder, CHECKS + NETWORK, RIGHT)
    asked = networks.Predictor._ask

    def ask(self, *args):
        monkeypatch.setattr(networks, "ANSWER_SECONDS", 0.0)
        end(self.pid)
        return asked(self, *args)

    monkeypatch.setattr(networks.Predictor, "_ask", ask)
    zygote.predictor("cpu")
    fault, results = mark(folder, zygote), read(folder / "out")
    os.kill(zygote.predictors.pop("cpu").pid, signal.SIGKILL)
    assert fault and results["output"] == claim.FAULT
    assert [test["extra_data"]["outcome"] for test in results["tests"]] == ["passed", "passed", "fault of the grader"]


def test_why_a_network_failed_is_what_the_staff_read(zygote):
    """Here by a question that it does not know."""
    predictor = zygote.predictor("cpu")
    with pytest.raises(GraderFault, match="the trained network cannot be used: .*nothing"):
        predictor._ask("nothing", np.zeros((1, 1, 28, 28)))
    zygote.predictors.pop("cpu").close()


# The grader itself is stopped

GRADE = """
import os, signal, sys
from pathlib import Path
folder, n, name, here = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
sys.path.insert(0, here)
from test_faults import app, at_message, claim, marking, pytest
claim.CHECKS = marking.CHECKS = folder / "checks"
seen = at_message(pytest.MonkeyPatch(), n, lambda: os.killpg(0, signal.Signals[name]))
app(["grade", str(folder / "hand-in"), "--out", str(folder / "out")])
"""


@pytest.fixture
def temp():
    """A folder for temporary files that other user ids may pass through."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def grade(folder: Path, temp: Path, n: int = 0, name: str = "", *before: str) -> subprocess.CompletedProcess[str]:
    """`make grade` with the checks of a folder; at the n-th message its process group gets a signal."""
    command = [*before, sys.executable, "-c", GRADE, str(folder), str(n), name, str(Path(__file__).parent)]
    path = os.pathsep.join(map(str, (AUTOGRADER, AUTOGRADER / "tests")))
    settings = os.environ | {"TMPDIR": str(temp), "PYTHONPATH": path}
    terminal = {"start_new_session": True, "stdin": subprocess.DEVNULL, "timeout": WAIT}
    return subprocess.run(command, env=settings, capture_output=True, text=True, **terminal)


def survivors(temp: Path) -> list[int]:
    """The processes that a zygote with its folder in `temp` is or has forked: they share its command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"{temp}/marking-".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has just ended
    return found


def all_end(temp: Path) -> None:
    """Wait until nothing of a marking lives any more; fail if that does not come by itself."""
    while pids := survivors(temp):
        for pid in pids:
            try:
                ended = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            assert select.select([ended], [], [], WAIT)[0], Path(f"/proc/{pid}/status").read_text()
            os.close(ended)
    assert list(temp.iterdir()) == []


@pytest.mark.parametrize(
    "name, n, sampler",
    [
        ("SIGKILL", 1, RIGHT),  # the zygote has not started yet
        ("SIGKILL", 6, ENDLESS),  # a worker is in an endless loop
        ("SIGTERM", 1, RIGHT),
        ("SIGTERM", 6, ENDLESS),
        ("SIGINT", 25, RIGHT),  # a worker waits for the network's answer
    ],
)
def test_a_grader_that_is_stopped_says_so_and_leaves_nothing_behind(name, n, sampler, folder, temp):
    write(folder, CHECKS + NETWORK, sampler)
    done = grade(folder, temp, n, name)
    all_end(temp)
    results = read(folder / "out")
    assert results["output"] == claim.FAULT and outcomes_in(results) <= {"passed", "not reached"}
    assert ("passed" in outcomes_in(results)) == (n == 25)
    assert done.returncode == (-signal.SIGKILL if name == "SIGKILL" else 2), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert name == "SIGKILL" or "stopped before its end; its marks do not count" in done.stdout


STUB = f"""#!{sys.executable}
import pathlib, signal
home = pathlib.Path(__file__).parent
try:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    (home / "started").write_text("started")
    signal.pause()
finally:
    (home / "ended").write_text("ended")
"""


def front_door(tmp_path: Path, python: str) -> Path:
    """Gradescope's folders, with a program in the place of Python; returns where that lies."""
    home = tmp_path / "venv" / "bin"
    for each in (home, tmp_path / "source" / "autograder", tmp_path / "results", tmp_path / "submission"):
        each.mkdir(parents=True)
    (home / "python").write_text(python)
    (home / "python").chmod(0o755)
    (tmp_path / "submission_metadata.json").write_text(json.dumps(METADATA))
    return home


def run_autograder(tmp_path: Path) -> subprocess.Popen[str]:
    settings = {"AUTOGRADER_ROOT": str(tmp_path), "GRADER_VENV": str(tmp_path / "venv"), "PATH": os.environ["PATH"]}
    return subprocess.Popen([str(SCRIPTS[1])], env=settings, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_to_run_autograder_ends_the_grader_first(name, tmp_path):
    home = front_door(tmp_path, STUB)
    os.mkfifo(home / "started")
    running = run_autograder(tmp_path)
    assert (home / "started").read_text() == "started"
    running.send_signal(signal.Signals[name])
    assert running.wait(WAIT) == 2
    assert (home / "ended").read_text() == "ended"
    assert "a fault of the grader, not yours" in read(tmp_path / "results")["output"]


# Something is full, read-only or missing


def test_a_full_disk_when_results_are_written_is_a_fault_at_whichever_write(folder, zygote, monkeypatch):
    """For one write the disk is full; what was written before stays, which has no marks."""
    plain, writes = Results.write, []
    for n in itertools.count(1):

        def write_or_not(results, n=n):
            writes.append(1)
            results.path.parent.mkdir(exist_ok=True)
            with monkeypatch.context() as patch:
                if len(writes) == n:
                    patch.setattr(files, "open", lambda *_, **__: open("/dev/full", "wb"), raising=False)
                plain(results)

        writes.clear()
        monkeypatch.setattr(Results, "write", write_or_not)
        fault = mark(folder, zygote)
        if len(writes) < n:
            break
        assert "No space left on device" in fault or "did not end" in fault, n
        assert read(folder / "out")["output"] == claim.FAULT
    assert n == 5 and not fault and read(folder / "out")["score"] == 10


@pytest.mark.parametrize("n, made", [(1, "tree"), (1, "folder"), (2, "folder")])
def test_a_full_disk_when_a_workers_folder_is_made_is_a_fault_of_the_grader(n, made, folder, zygote, monkeypatch):
    """Once is enough: what has failed is not tried again, neither in that check nor in those after it."""
    place, name = (overlay, "lay") if made == "tree" else (Path, "symlink_to")
    plain, calls = getattr(place, name), []

    def makes(*args):
        plain(*args)
        calls.append(args)
        if len(calls) == n:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(place, name, makes)
    before = {*zygote.folder.iterdir()}
    fault, results = mark(folder, zygote), read(folder / "out")
    assert "No space left on device" in fault and results["output"] == claim.FAULT
    found = [test["extra_data"]["outcome"] for test in results["tests"]]
    assert found == ["fault of the grader" if n <= i else "passed" for i in (1, 2)]
    assert {*zygote.folder.iterdir()} == before  # neither workers' folders nor the tree


@pytest.mark.parametrize("given", [["--task", "1.7"], ["--task", "x"], ["--task", "1.4", "-a", "2"]])
def test_a_task_that_is_not_there_is_told_with_those_that_are(given, folder):
    done = CliRunner().invoke(app, ["grade", str(folder / "hand-in"), "--out", str(folder / "out"), *given])
    where = "Assignment 2 has" if "-a" in given else "There is"
    assert done.exit_code == 2 and f"{where} no task {given[1]}; give one of " in done.output
    assert not any(path.is_dir() for path in (folder / "out").iterdir()) and read(folder / "out")["score"] == 0


def test_one_task_is_marked_alone(folder):
    """Into OUT itself, since a task is of one assignment."""
    command = ["grade", str(folder / "hand-in"), "--task", "1.1", "--out", str(folder / "out")]
    done = CliRunner().invoke(app, command)
    results = read(folder / "out")
    assert done.exit_code == 0 and "Marked, for a look, only: 1.1. " in done.output
    assert [test["number"] for test in results["tests"]] == ["1.1.1", "1.1.2"] and results["score"] > 0


def test_each_assignment_has_a_folder_of_its_own_unless_one_is_named():
    out = Path("out")
    assert claim.folders(out, "") == {"1": out / "1", "2": out / "2"} and claim.folders(out, "2") == {"2": out}


def test_a_results_folder_that_cannot_be_written_to_is_a_fault(folder):
    done = CliRunner().invoke(app, ["grade", str(folder / "hand-in"), "--out", "/proc/nowhere"])
    assert done.exit_code == 2 and "/proc/nowhere/results.json cannot be written" in done.output


def test_a_path_that_reads_like_markup_is_printed_as_it_is(folder):
    out = folder / "week 5 [final]" / "a[/b]"
    done = CliRunner().invoke(app, ["grade", str(folder / "hand-in"), "-a", "1", "--out", str(out)])
    said = "".join(done.output.split())
    assert done.exit_code == 0, done.output
    assert all("".join(f"{out}/{name}".split()) in said for name in ("results.json", "report.html"))


def test_no_folder_for_temporary_files_is_a_fault_and_no_older_marks_stay(folder, monkeypatch):
    def refuse(*_, **__):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    (folder / "out").mkdir()
    (folder / "out" / "results.json").write_text('{"score": 100}')
    done = CliRunner().invoke(app, ["grade", str(folder / "hand-in"), "--out", str(folder / "out")])
    assert done.exit_code == 2 and "No usable temporary directory" in done.output and "Traceback" not in done.output
    assert read(folder / "out")["output"] == claim.FAULT and read(folder / "out")["score"] == 0


def test_what_nobody_thought_of_is_a_fault_with_its_traceback(folder, monkeypatch):
    monkeypatch.setattr("grader.marking.command.Zygote", lambda: 1 / 0)
    done = CliRunner().invoke(app, ["grade", str(folder / "hand-in"), "--out", str(folder / "out")])
    assert done.exit_code == 2 and "ZeroDivisionError" in done.output
    assert read(folder / "out")["output"] == claim.FAULT


@pytest.mark.parametrize("fault", [OSError("no"), KeyboardInterrupt()], ids=["fails", "is stopped"])
def test_what_comes_after_the_marks_were_written_costs_nothing(fault, folder, monkeypatch):
    close = Zygote.close

    def close_and_raise(zygote):
        close(zygote)
        raise fault

    monkeypatch.setattr(Zygote, "close", close_and_raise)
    done = CliRunner().invoke(app, ["grade", str(folder / "hand-in"), "--out", str(folder / "out")])
    assert done.exit_code == 0 and "The marks count" in done.output and read(folder / "out")["score"] == 10


def test_without_shared_memory_marks_are_the_same(folder, temp):
    write(folder, CHECKS + NETWORK, RIGHT)
    hide = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "sh"]
    if subprocess.run([*hide, "true"], capture_output=True).returncode:
        pytest.skip("/dev/shm cannot be hidden here")
    done = grade(folder, temp, 0, "", *hide)
    assert done.returncode == 0 and outcomes_in(read(folder / "out")) == {"passed"}, done.stdout + done.stderr


def test_a_full_disk_leaves_no_half_a_file_where_gradescope_reads(tmp_path):
    front_door(tmp_path, "#!/bin/sh\nexit 1\n")
    (tmp_path / "results" / "results.json.new").symlink_to("/dev/full")
    running = run_autograder(tmp_path)
    assert "No space left on device" in running.communicate(timeout=WAIT)[1] and running.returncode == 2
    assert not os.path.lexists(tmp_path / "results" / "results.json")


OLDER = {
    "a file": lambda path: path.write_text('{"score": 100}'),
    "a folder": lambda path: (path / "results.json").mkdir(parents=True),
    "a link": lambda path: path.symlink_to(path.parents[1] / "submission_metadata.json"),
    "a link to a folder": lambda path: path.symlink_to(path.parent),
    "not even its folder": lambda path: path.parent.rmdir(),
}


@pytest.mark.parametrize("older", OLDER)
@pytest.mark.parametrize("missing", ["venv/bin", "source"])
def test_whatever_is_where_results_go_run_autograder_puts_a_zero_in_its_place(older, missing, tmp_path):
    front_door(tmp_path, "")
    OLDER[older](tmp_path / "results" / "results.json")
    shutil.rmtree(tmp_path / missing)
    assert run_autograder(tmp_path).wait(WAIT) == 2
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["results.json"]
    assert not (tmp_path / "results" / "results.json").is_symlink() and read(tmp_path / "results")["score"] == 0
    assert json.loads((tmp_path / "submission_metadata.json").read_text()) == METADATA


def test_a_clock_that_jumps_changes_nothing(folder, zygote, monkeypatch):
    """Back and forth by days at each look; only the monotonic clock may matter."""
    days = itertools.cycle([-9, 9, 0])
    monkeypatch.setattr(time, "time", lambda plain=time.time: plain() + 86_400 * next(days))
    monkeypatch.setattr(time, "time_ns", lambda plain=time.time_ns: plain() + 86_400_000_000_000 * next(days))
    write(folder, CHECKS + NETWORK, RIGHT)
    assert mark(folder, zygote) == ""
    results = read(folder / "out")
    assert outcomes_in(results) == {"passed"} and 0 <= results["execution_time"] < WAIT
