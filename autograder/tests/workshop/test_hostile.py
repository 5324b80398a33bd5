"""The harness of the hostile corpus: whatever an attack could leave behind is seen, and each environment is one."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.marking.results import Line, Results
from grader.paths import AUTOGRADER
from grader.sandbox import seccomp
from workshop.attacks import bait, environments, hostile, traces, walls_down
from workshop.attacks.bait import Bait
from workshop.attacks.environments import Environment, NotHere
from workshop.attacks.hostile import Lane
from workshop.trust import corpus

rooted = pytest.mark.skipif(os.geteuid() != 0, reason="not root: there is one environment, the user that we are")
filtered = pytest.mark.skipif(not seccomp.available(), reason="libseccomp or pyseccomp is not there")

RIGHT = """
def q_sample(x_0, alpha_bar_t, eps):
    leave()
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
"""
LEAVES = """
import contextlib, ctypes, os, socket, time
libc = ctypes.CDLL(None)
def leave():
    try: open('/tmp/left-by-a-case', 'x')
    except FileExistsError: return
    libc.shmget(20257, 4096, 0o1666)
    libc.mq_open(QUEUE.encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
    inet = [(2, kind, ('127.0.0.1', port)) for port in PORTS for kind in (1, 2)]
    for family, kind, address in inet + [(1, 1, name) for name in SOCKETS]:
        with contextlib.suppress(OSError), socket.socket(family, kind) as sock:
            sock.connect(address)
            sock.send(b'x')
    for name in BAIT:
        with contextlib.suppress(OSError): open(name, 'w')
    if os.fork() == 0: time.sleep(1000)
"""
SEEN = """
    a file of a worker's: /tmp/left-by-a-case
    a process:
    a System V object: shm
    a message queue:
    a file that is anyone's was changed: /tmp/
    a file that is anyone's was changed: /dev/shm/
"""
READS = """
def attack():
    return open('/proc/1/environ').read()
"""


def case(folder: Path, name: str, text: str, loses: str, wall: str = "none, it is made up.") -> Path:
    (folder / "hostile").mkdir(exist_ok=True)
    path = folder / "hostile" / f"{name}.py"
    path.write_text(f'"""A case.\n\nLoses: {loses}\nWall: {wall}\nEnds: wrong\n"""\n{text}')
    return path


# What is seen


@rooted
def test_whatever_an_attack_leaves_behind_is_seen(tmp_path):
    """A case that does everything at once, where the walls are torn down but for the user id."""
    leaky, plain = (
        case(tmp_path, "leaky", LEAVES + RIGHT, "none"),
        case(tmp_path, "plain", "leave = int" + RIGHT, "none"),
    )
    with Environment("root") as place, Bait() as reach, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # pytest's own is closed to a worker
        lane = Lane(place, 0, Path(folder, "lane"))
        walls_down.take_down(["seccomp", "Landlock"], lane.folder / "tree" / "autograder", reach.number)
        try:
            fault = "; ".join([*lane.mark(leaky)[0], *reach.taken()])
            assert [each.strip() for each in SEEN.split("\n") if each.strip() not in fault] == []
            assert fault.count("a socket was reached") == 4
            assert lane.mark(plain) == ([], [])
        finally:
            lane.close()
            Path("/tmp/left-by-a-case").unlink(missing_ok=True)
            libc = ctypes.CDLL(None)
            libc.shmctl(libc.shmget(20257, 0, 0), 0, None)


@pytest.fixture
def watch(tmp_path, monkeypatch):
    """Looks at this process, at tmp_path/tree and at tmp_path/temporary; what a test changes is put back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEFT", "0")
    for name in ("tree", "temporary"):
        Path(name).mkdir()
    zygote = SimpleNamespace(uids=set(), process=SimpleNamespace(pid=os.getpid()))
    yield traces.Traces(zygote, os.getpid(), tmp_path / "tree", tmp_path / "temporary")
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda: Path("tree/new").touch(), "a file of the grader's: "),
        (lambda: Path("temporary/new").touch(), "a temporary file: "),
        (lambda: os.environ.update(LEFT="1"), "the grader's: environment LEFT 1"),
        (lambda: os.chdir("/"), "the grader's: folder /"),
        (lambda: signal.signal(signal.SIGUSR1, print), "the grader's: handler 10"),
        (lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]), "the grader's: signal mask"),
    ],
)
def test_a_change_to_the_grader_is_seen(watch, change, said):
    assert watch.changes() == []
    change()
    assert any(each.startswith(said) for each in watch.changes())
    assert watch.changes() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave something as another user")
def test_what_was_there_before_a_worker_drew_its_user_is_not_the_workers(watch):
    def leave() -> str:
        code = "import ctypes, os; os.setuid(19998); print(ctypes.CDLL(None).shmget(0, 4096, 0o600))"
        return subprocess.run(["python3", "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    left = [leave()]
    try:
        watch.changes()
        watch.zygote.uids.add(19998)
        assert watch.changes() == []
        left.append(leave())
        watch.zygote.uids.add(19998)
        assert [each.split()[-1] for each in watch.changes()] == [left[1]]
    finally:
        for number in left:
            assert ctypes.CDLL(None).shmctl(int(number), 0, None) == 0  # 0: IPC_RMID


def test_a_process_that_runs_now_and_slept_before_is_no_other_one(watch):
    """The zygote's own processes do so; here ours does, which stops in the place of running."""
    with subprocess.Popen(["sleep", "1000"]) as child:
        watch.before = watch._look(traces.EVERYONE)
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        assert watch.changes() == [] and child.poll() is None
        child.kill()


def test_where_the_zygote_has_ended_no_process_is_taken_for_a_worker(watch):
    """The kernel's own have no command line either."""
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        watch.ours.add(ended.pid)
        watch.zygote.process.pid = ended.pid
        assert watch._look([])["a process"] == set()


def test_a_witness_that_is_ended_is_missed(monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", traces.SECRET)
    witness = traces.Witness()
    assert witness.fault() == ""
    os.kill(witness.pid, signal.SIGKILL)
    os.waitid(os.P_PID, witness.pid, os.WEXITED | os.WNOWAIT)
    assert witness.fault() == "another process was ended"
    witness.close()


@pytest.mark.parametrize(
    "added, output, peaks, reached",
    [
        ("", "Passed.", (90, 99), []),
        (" ", "Passed.", (90, 99), ["results.json is not what the grader wrote"]),
        ("", "Passed.", (90, 990), ["the grader took 900 MiB more than ever"]),
        ("", "x_123456 is not defined.", (90, 99), ["1.1.1 says 'x_123456 is not defined.'"]),
        ("", "x" * 3000, (90, 99), [f"1.1.1 says '{'x' * 99}'"]),
    ],
)
def test_what_is_reached_in_the_marks_is_seen(tmp_path, monkeypatch, added, output, peaks, reached):
    def tampered(_, number, out, *__):
        results = Results(out / "results.json")
        results.lines = [Line("1.1.1", "x_t is right.", 1.0, [], "visible", passed=True, output=output)]
        results.ended = True
        results.write()
        results.path.write_text(results.path.read_text() + added)
        return results

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hostile, "mark", tampered)
    monkeypatch.setattr(hostile, "_peak_mib", iter(peaks).__next__)
    assert hostile._marks(case(tmp_path, "plain", "", "none"), None) == (reached, [])


def test_where_the_graders_process_ends_or_says_something_else_that_is_reached_and_the_next_case_gets_a_new_one(
    tmp_path, monkeypatch
):
    start = Environment.start
    scripts = ["input(); raise SystemExit(3)", "input(); print('PASSED')", "input(); print('[[], []]')"]
    run_next = lambda place, _, *rest, **options: start(place, [sys.executable, "-c", scripts.pop(0)], *rest, **options)  # noqa: E731
    monkeypatch.setattr(Environment, "start", run_next)
    with Environment("user") as place:
        lane = Lane(place, 0, tmp_path / "lane")
        assert [lane.mark(case(tmp_path, "plain", "", "none")) for _ in range(3)] == [
            (["the grader's process ended (3)"], []),
            (["the grader's process said 'PASSED\\n'"], []),
            ([], []),
        ]
        lane.close()


def test_the_cases_know_the_names_of_what_is_in_their_reach():
    text, names = (corpus.CORPUS / "spoils.py").read_text(), {}
    exec(text[text.index("RUNS =") : text.index("once =")], names)
    assert list(names["PORTS"]) == [bait.PORT + n for n in range(bait.RUNS)]
    assert set(names["SOCKETS"]) == {name.format(n) for name in bait.UNIX for n in range(bait.RUNS)}
    assert set(names["BAIT"]) == {f"{name.format(n)}/file" for name in bait.BAIT for n in range(bait.RUNS)}
    assert (names["QUEUE"].encode(), names["SECRET"]) == (traces.QUEUE, traces.SECRET)


# With walls down


@pytest.mark.parametrize("wall", walls_down.WALLS)
def test_a_wall_can_be_taken_down(tmp_path, wall):
    shutil.copytree(AUTOGRADER, tmp_path / "autograder", ignore=shutil.ignore_patterns("hostile", "__pycache__"))
    walls_down.take_down([wall], tmp_path / "autograder", 0)
    for name in walls_down.WALLS[wall]:
        text = (tmp_path / "autograder" / name).read_text()
        assert text != (AUTOGRADER / name).read_text()
        compile(text, name, "exec")


@pytest.mark.parametrize("change, brick", [(("brick", ""), "brick"), ("brick = 1", "brick = 1")], ids=["text", "name"])
def test_a_wall_whose_text_or_name_is_not_there_cannot_be_taken_down(tmp_path, monkeypatch, change, brick):
    monkeypatch.setattr(walls_down, "WALLS", {"wall": {"corpus/spoils.py": change}})
    (tmp_path / "corpus").mkdir()
    shutil.copy(corpus.CORPUS / "spoils.py", tmp_path / "corpus")
    with pytest.raises(ValueError, match=f"takes down '{brick}', which corpus/spoils.py does not have"):
        walls_down.take_down(["wall"], tmp_path, 0)


@rooted
@filtered
def test_with_its_walls_down_a_case_must_reach_something_by_each_of_its_parts(tmp_path):
    """One that is in the grader's process, and one of which a part is not."""
    part = 'import sys\ndef attack():\n    return ["pytest" in sys.modules{}]'
    paths = [
        case(tmp_path, name, part.format(more), "1.1.1, 1.1.2, 1.1.3", "another process")
        for name, more in (("gains", ""), ("misses", ", False"))
    ]
    gained = "1.1.1 does not see it; 1.1.2 does not see it; 1.1.3 does not see it"
    try:
        assert list(hostile.run_down(paths)) == [
            ("no attack with another process down", "", ""),
            ("gains", gained, ""),
            ("misses", "", "misses its target with another process down"),
        ]
    except NotHere as reason:
        pytest.skip(str(reason))


def test_what_reaches_something_without_an_attack_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(hostile, "_mark_down", lambda case, path: "a process")
    assert list(hostile.run_down([case(tmp_path, "plain", "", "1.1.1", "seccomp")])) == [
        ("no attack with seccomp down", "a process", "reaches something: a process"),
        ("plain", "a process", ""),
    ]


@rooted
def test_what_has_its_walls_down_has_bounds():
    try:
        with Environment("user", bounded=True) as place:
            process = place.start([sys.executable, "-c", ABOUT % str(AUTOGRADER)], stdout=-1)
            found = json.loads(process.communicate()[0])
    except NotHere as reason:
        pytest.skip(str(reason))
    assert found["uid"] in environments.USERS and place.lanes == 1
    assert found["groups of control"].count("hostile-") >= 1


# The environments


ABOUT = """
import ctypes, errno, json, os, sys
sys.path.insert(0, %r)
from grader.sandbox import confine
libc = ctypes.CDLL(None, use_errno=True)
status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)
print(json.dumps({
    'uid': os.getuid(), 'groups': os.getgroups(),
    'capabilities': int(status['CapEff'], 16), 'most': int(status['CapBnd'], 16),
    'landlock': confine.landlock_abi(), 'mount': libc.mount(b'none', b'/mnt', b'tmpfs', 0, 0) and ctypes.get_errno(),
    'unshare': libc.unshare(0x10000000) and ctypes.get_errno(), 'groups of control': open('/proc/self/cgroup').read(),
}))
"""


def about(environment: str, lane: int) -> tuple[dict, list[str]]:
    with Environment(environment) as place:
        process = place.start([sys.executable, "-c", ABOUT % str(AUTOGRADER)], lane, stdout=-1)
        return json.loads(process.communicate()[0]), place.notes


@rooted
@filtered
def test_a_user_without_landlock_is_a_user_without_it():
    found, _ = about("user-without-landlock", 0)
    assert found["uid"] in environments.USERS and found["landlock"] == 0


@rooted
def test_a_user_has_neither_groups_nor_capabilities():
    found, notes = about("user", 1)
    assert found["uid"] - 1 in environments.USERS and found["groups"] == []
    assert found["capabilities"] == found["most"] == (4 if notes else 0)  # 4: to read the interpreter


@rooted
@filtered
def test_a_container_is_root_without_power():
    found, notes = about("container", 0)
    assert (found["uid"], found["landlock"], found["mount"], found["unshare"]) == (0, 0, 1, 1)
    assert found["capabilities"] == found["most"] == 0xA80425FB  # Docker's
    for controller in ("memory", "cpu"):
        limited = f"no limit on {controller}: no control group could be made" not in notes
        assert limited == ("hostile-" in found["groups of control"])


@rooted
@filtered
@pytest.mark.parametrize("environment", ["user", "container"])
def test_cases_are_marked_in_an_environment(environment, tmp_path):
    """One that is as it says, one that misses by an error of its own, one that declares too much and too little."""
    steals, misses, declares = (
        case(tmp_path, "steals", READS, "1.1.1, 1.1.2, 1.1.3"),
        case(tmp_path, "misses", "def attack():\n    return {}['x']", "1.1.1, 1.1.2, 1.1.3"),
        case(tmp_path, "declares", "", "1.1.1, 1.2.1"),
    )
    with Environment(environment) as place:
        found = dict(hostile.marked(place, [steals, misses, declares]))
    assert found["steals"] == ""
    assert found["misses"].startswith("1.1.1 ended otherwise (raised): q_sample raised KeyError")
    assert all(each in found["declares"] for each in ("1.2.1 does not see it", "1.1.2 ", "1.1.3 "))


def test_an_environment_that_cannot_be_made_is_not_run(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotHere):
        Environment("container")
    assert list(hostile.run("root")) == []


@rooted
def test_an_environment_that_cannot_be_entered_is_a_fault(tmp_path):
    with Environment("root") as place:
        place._groups[0] = [str(tmp_path / "missing")]
        process = place.start([sys.executable, "-c", "print('entered')"], stdout=-1, stderr=-1)
        out, complaint = process.communicate()
        place._groups.clear()
    assert (process.returncode, out) == (125, "") and "could not be entered" in complaint
