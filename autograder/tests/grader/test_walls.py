"""The walls around a worker as they stand on this machine: what a student's code can read, write, start and keep."""

import contextlib
import errno
import importlib.util
import os
import platform
import select
import shlex
import signal
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from grader import overlay
from grader.marking import version
from grader.outcomes import Died, GraderFault, Raised
from grader.paths import AUTOGRADER, CHECKS, ROOT, SOLUTION
from grader.sandbox import confine, library, seccomp
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.attacks import environments

X = np.zeros(2)
DENIED = (errno.EPERM, errno.EACCES)
rooted = pytest.mark.skipif(os.geteuid() != 0, reason="not root: a worker keeps the user id of the grader")
landlocked = pytest.mark.skipif(not confine.landlock_abi(), reason="this kernel has no Landlock")
intel = pytest.mark.skipif(platform.machine() != "x86_64", reason="this processor has one kind of system call")
filtered = pytest.mark.skipif(not seccomp.available(), reason="libseccomp or pyseccomp is not there")


OPENING = [
    "os.open(__file__, os.O_RDONLY)",
    "os.open(torch.__file__, os.O_RDONLY)",
    "os.open('.', os.O_DIRECTORY)",
    "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "os.open('left-by-a-worker', os.O_CREAT)",
    "os.open('/dev/null', os.O_RDWR)",
    "os.mkfifo('left-by-a-worker')",
    "os.symlink('/', 'left-by-a-worker')",
    "os.link(__file__, 'left-by-a-worker')",
    "os.rename(__file__ + 'c', '/tmp/left-by-a-worker')",
    "os.unlink('/tmp/left-by-a-worker')",
    "os.truncate('/dev/null', 0)",
    "open('/tmp/left-by-a-worker', 'w')",
    "open('/dev/shm/left-by-a-worker', 'x')",
    "open(torch.__file__, 'a')",
    "open(os.path.join(os.path.dirname(torch.__file__), '..', '..', '..', 'pyvenv.cfg'))",
    "os.mkdir('/tmp/left-by-a-worker')",
]
OWN_FILES = [
    "print('x', file=open('debug.txt', 'w'))\nreturn len(open('debug.txt').read()) - 1",
    "open(os.path.abspath('debug'), 'xb').write(b'x')\nreturn os.listdir() == ['debug']",
    "open(os.devnull, 'w').write('x')\nreturn open(os.devnull).read() == ''",
    "torch.save(x, 'x.pt')\nreturn torch.equal(torch.load('x.pt'), x)",
    "torch.save(x, open('x.pt', 'wb'))\nreturn len(open('x.pt', 'rb').read()) > 99",
    "import numpy\nnumpy.save('x.npy', x)\nreturn numpy.load('x.npy').shape == (2,)",
    "from pathlib import Path\nPath('a').mkdir()\nPath('a/b').write_text('x')\nreturn Path('a/b').read_text() == 'x'",
    "os.makedirs('a/b')\nfor n in 'xy': open('a/b/c', 'a').write(n)\nreturn open('a/b/c').read() == 'xy'",
    "open('a', 'w').write('x')\nos.replace('a', 'b')\nos.remove('b')\nreturn os.listdir() == []",
    "import tempfile\nwith tempfile.TemporaryDirectory() as folder: open(folder + '/x', 'w').write('x')\nreturn 1",
    "import logging\nlogging.basicConfig(filename='log')\nlogging.error('x')\nreturn 'x' in open('log').read()",
    "import inspect, diffusion.tensors\nreturn inspect.getsource(q_sample).strip() in open(__file__).read()",
]
LATE = [
    "import encodings.cp1250, xml.dom.minidom, html.parser, concurrent.futures.process, email.mime.text",
    "import torch.nn.utils.parametrizations, torch.testing; torch.optim.Adam([torch.nn.Parameter(x)]).zero_grad()",
    "import safetensors.torch; safetensors.torch.save({'x': x})",
    "import inspect; inspect.getsource(torch.nn.functional.silu)",
    "assert torch.compile(q_sample) is q_sample and torch.compile(dynamic=True)(q_sample) is q_sample",
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Makes a student like `student`, in a worker that has no Landlock."""
    python = tmp_path_factory.mktemp("bare") / "python"
    command = [*environments.entering(refuses=environments.LANDLOCK), sys.executable]
    python.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    python.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", str(python))
        zygote = Zygote()
    made = []

    def make(body: str):
        text = "import os, sys, torch\ndef q_sample(x, a=None, e=None):\n    " + body.replace("\n", "\n    ")
        made.append(Session(zygote, overlay.Submission({"sampler.py": text.encode(), "score.py": b""})).student())
        return made[-1]

    with zygote:
        yield make
        for each in made:
            each.close()


@pytest.fixture(params=["as it is", "without Landlock"])
def anywhere(request):
    """Makes a student like `student`, with and without Landlock."""
    if request.param == "as it is":
        return request.getfixturevalue("student")
    if not seccomp.available():
        pytest.skip("libseccomp or pyseccomp is not there")
    return request.getfixturevalue("bare")


def tried(student, code: str):
    """What became of `code` in a worker: 0 if it worked, the error number if the system refused it."""
    body = f"try:\n    {code}\nexcept OSError as error:\n    return error.errno\nreturn 0"
    return student(body)("q_sample", X).value


def called(student, body: str):
    return student(body)("q_sample", X).value


# Who a worker is


@rooted
def test_each_worker_has_a_user_of_its_own_and_no_groups(student):
    ids = "return [*os.getresuid(), *os.getresgid(), len(os.getgroups())]"
    first = student(ids)
    mine = first("q_sample", X).value
    assert len(set(mine[:6])) == 1 and mine[0] >= 20000 and mine[6] == 0
    second = first.session.student()
    assert second("q_sample", X).value[0] != mine[0]
    second.close()


def test_no_new_privileges_and_no_core_and_small_limits(student):
    made = student("import resource\nreturn [*resource.getrlimit(4), *resource.getrlimit(1), *resource.getrlimit(7)]")
    assert made("q_sample", X).value == [0, 0, 0, 0, confine.OPEN_FILES, confine.OPEN_FILES]  # core, size, number
    assert "NoNewPrivs:\t1" in Path(f"/proc/{made.caller.process.pid}/status").read_text()


def test_the_environment_is_clean(student):
    names = "PATH HOME LANG TMPDIR OMP_NUM_THREADS OPENBLAS_ GLIBC_TUNABLES LC_CTYPE".split()
    others = f"return sum(not name.startswith({tuple(names)}) for name in os.environ)"
    assert "GRADER_SECRET" not in os.environ and called(student, others) == 0
    assert called(student, "return sum('0.1257' in value for value in os.environ.values())") == 0


KINDS = """
import stat
kinds = []
for number in range(64):
    try: kinds.append(stat.S_IFMT(os.fstat(number).st_mode))
    except OSError: pass
return [kinds.count(stat.S_IFCHR), kinds.count(stat.S_IFSOCK), len(kinds)]
"""


def test_only_its_own_sockets_are_open(student):
    """Besides standard input, output and error, which lead nowhere: that of the grader and that of the library."""
    assert called(student, KINDS) == [3, 2, 5]


# What it can reach


@filtered
@pytest.mark.parametrize(
    "code",
    [
        "os.fork()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "os.execv('/bin/true', ['true'])",
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import socket; socket.socketpair()",
        "os.kill(os.getppid(), 0)",
        "os.kill(-1, 0)",
        "os.pidfd_open(os.getppid())",
        "os.posix_fadvise(open(torch.__file__).fileno(), 0, 0, 4)",
        "os.setuid(0)",
        "os.unshare(0x10000000) if hasattr(os, 'unshare') else os.setgroups([0])",
    ],
)
def test_processes_sockets_and_other_processes_are_out_of_reach(student, code):
    assert tried(student, code) in DENIED


@filtered
@pytest.mark.parametrize(
    "call",
    [
        "ptrace(0, 0, 0, 0)",
        "shmget(1, 4096, 0o1666)",
        "semtimedop(0, 0, 0, 0)",
        "mq_open(b'/left', 66, 0o666, 0)",
        "mount(0, b'/', 0, 4096, 0)",
        "fanotify_init(0x200, 0)",
        "flock(open(torch.__file__).fileno(), 2)",  # a lock on a file that all can read would tell others something
        "fcntl(open(torch.__file__).fileno(), 6, bytes(32))",
        "prctl(4, 1, 0, 0, 0)",  # whether other processes of the same user may look into this one
        "prctl(1, 0, 0, 0, 0)",  # whether it ends with the zygote
        "capset(bytes(8), bytes(24))",
        "mincore(0, 1, bytes(1))",  # this and the next three: what another worker has read
        "readahead(open(torch.__file__).fileno(), 0, 4096)",
        "preadv2(open(torch.__file__).fileno(), 0, 0, 0, 8)",
        "madvise(0, 4096, 21)",
        "timer_create(1, None, bytes(8))",  # it could send itself what only others send
        "setrlimit(0, (ctypes.c_long * 2)(60, 60))",
        "fcntl(open(torch.__file__).fileno(), 1035, bytes(8))",  # a mark on a file of Python's, for other workers
        "fcntl(open(torch.__file__).fileno(), 9)",
        "ioctl(open(torch.__file__).fileno(), ctypes.c_ulong(0x80086601), bytes(8))",
        "ioctl(4, 0x8912, bytes(64))",  # this machine's addresses
        "getsockopt(4, 1, 77, bytes(4), bytes(4))",  # a handle of the grader's process
        "clock_gettime(-6, bytes(16))",  # the clock of another process
        "syncfs(4)",
    ],
)
def test_system_calls_beside_pythons_own_are_refused(student, call):
    body = f"libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.{call}, ctypes.get_errno()]"
    assert called(student, body) in [[-1, error] for error in DENIED]


@filtered
def test_clone3_is_as_if_the_kernel_did_not_have_it(student):
    """A filter cannot see its flags; the C library then uses clone, whose flags it sees."""
    body = "libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.syscall(435, None, 0), ctypes.get_errno()]"
    assert called(student, body) == [-1, errno.ENOSYS]


@filtered
@pytest.mark.parametrize("number", [451, 463, 500])  # cachestat, setxattrat, and one that is still to come
def test_system_calls_newer_than_the_filter_are_as_if_the_kernel_did_not_have_them(student, number):
    body = "libc = ctypes.CDLL(None, use_errno=True)\n"
    assert called(student, body + f"return [libc.syscall({number}, -100, b'/', 0, 0, 0, 0), ctypes.get_errno()]") == [
        -1,
        errno.ENOSYS,
    ]


X32 = "ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 41), 2, 1, 0)"  # socket by its number in the x32 ABI
I386 = """
import mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(bytes([0x53, 0xb8, 102, 0, 0, 0, 0xbb, 1, 0, 0, 0, 0xcd, 0x80, 0x5b, 0xc3]))  # socketcall by interrupt
return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
"""


@intel
@filtered
@pytest.mark.parametrize("body", [X32, I386], ids=["x32", "i386"])
def test_the_numbers_of_another_architecture_end_the_worker(student, body):
    with pytest.raises(Died):
        called(student, body)


def test_a_worker_has_no_capabilities(student):
    made = student("return 1")
    made("q_sample", X)
    rows = [row.split() for row in Path(f"/proc/{made.caller.process.pid}/status").read_text().splitlines()]
    assert [int(row[1], 16) for row in rows if row and row[0] in ("CapEff:", "CapPrm:", "CapAmb:")] == [0, 0, 0]


def test_threads_may_be_started(student):
    body = "from threading import Thread\nseen = []\nthread = Thread(target=seen.append, args=(1,))\n"
    assert called(student, body + "thread.start()\nthread.join()\nreturn seen") == [1]


@pytest.mark.skipif(confine.landlock_abi() < 4, reason="this kernel's Landlock knows no network")
@pytest.mark.parametrize("act", ["socket.create_connection(('127.0.0.1', 9))", "open(__import__('os').__file__)"])
def test_landlock_alone_keeps_from_the_network_and_from_files(act):
    """As where libseccomp is missing."""
    code = "import socket; from grader.sandbox import confine; confine.hide()\n"
    code += "confine.seccomp.available = bool; confine.confine(None)\n"
    code += f"try: {act}\nexcept OSError as error: raise SystemExit(error.errno)"
    run = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(AUTOGRADER)}, stderr=subprocess.DEVNULL)
    assert run.returncode == errno.EACCES


@landlocked
@pytest.mark.parametrize(
    "code",
    [
        f"os.listdir({str(CHECKS)!r})",
        f"open({str(CHECKS / 'judge.py')!r})",
        f"os.listdir({str(ROOT)!r})",
        f"open({str(Path(__file__))!r})",
        "os.listdir('/')",
        "os.listdir('/tmp')",
        "os.listdir(f'/proc/{os.getppid()}')",
        "open(f'/proc/{os.getppid()}/mem', 'rb')",
        "open('/proc/1/environ', 'rb')",
        "open('/etc/passwd')",
        "open('/proc/self/root/etc/passwd')",
        "os.listdir('/proc/self/cwd/..')",
        "os.listdir('/proc/self/task/../..')",
        "open('/proc/self/oom_score_adj', 'w')",
    ],
)
def test_what_is_not_its_own_cannot_be_read(student, code):
    assert tried(student, code) in DENIED


@pytest.mark.parametrize("code", OPENING)
def test_no_file_is_opened_past_python(anywhere, code):
    assert tried(anywhere, code) in DENIED


@pytest.mark.parametrize("line", OWN_FILES)
def test_a_file_of_its_own_is_in_memory(anywhere, line):
    made = anywhere(line)
    assert made("q_sample", X).value == 1
    work = made.caller.process.folder / "work"
    assert not any(work.iterdir())


@pytest.mark.parametrize("line", LATE)
def test_modules_are_imported_late_wherever_python_lies(anywhere, line):
    assert called(anywhere, f"{line}\nreturn 1") == 1


# What it can use up


@pytest.mark.parametrize(
    "body, kinds",
    [
        ("return bytearray(1 << 34)", Raised),
        ("return torch.zeros(1 << 32)", Raised),
        ("v = [x]\nwhile True: v.append(torch.ones(1 << 20))", (Raised, Died)),
        ("v = [0]\nwhile True: v += v", (Raised, Died)),
    ],
)
def test_a_memory_bomb_hits_its_own_limit_only(student, body, kinds):
    with pytest.raises(kinds):
        called(student, body)
    assert called(student, "return 1") == 1


def test_what_is_printed_goes_nowhere(student, capfd):
    body = "print('PASSED' * 10**6)\nsys.__stderr__.write('PASSED' * 10**6)\nos.write(1, b'PASSED')\nreturn 1"
    assert called(student, body) == 1
    assert capfd.readouterr() == ("", "")


# What it can keep


KEEPING = """
try: seen = len(os.listdir('.')) + hasattr(torch, 'mine') + ('MINE' in os.environ) + q_sample.count
except AttributeError: seen = 0
q_sample.count = torch.mine = 1
os.environ['MINE'] = '1'
open('mine', 'w').close()
return seen
"""


def test_every_check_has_a_fresh_worker(student):
    """Globals, files, the environment and patches stay within one check, and leave nothing on the disk."""
    first = student(KEEPING)
    assert [first("q_sample", X).value for _ in range(2)] == [0, 4]
    second = first.session.student()
    assert second("q_sample", X).value == 0
    folders = [each.caller.process.folder for each in (first, second)]
    assert folders[0] != folders[1] and all(folder.is_dir() for folder in folders)
    first.close()
    second.close()
    assert not any(folder.exists() for folder in folders)


def test_a_worker_that_is_killed_leaves_nothing_on_the_disk(student):
    dead = student("open('mine', 'w').close()\nos._exit(1)")
    with pytest.raises(Died):
        dead("q_sample", X)
    assert not dead.caller.process.folder.exists()


@rooted
def test_a_strict_umask_of_the_grader_does_not_cost_marks(student):
    before = os.umask(0o077)
    try:
        assert called(student, "return 1") == 1
    finally:
        os.umask(before)


# Without Landlock and a user of its own


AS_A_USER = """
import os, numpy as np
from grader import overlay
from grader.student.session import Session
from grader.sandbox.zygote import Zygote, remove
def tried(path):
    return f"def q_sample(x):\\n    try: open({path!r}, 'rb')\\n    except OSError as error: return error.errno\\n"
with Zygote() as zygote:
    first = None
    for pid in (os.getpid(), zygote.process.pid, "first", "self"):
        for what in ("mem", "environ", "maps"):
            source = tried(f"/proc/{first.caller.process.pid if pid == 'first' else pid}/{what}").encode()
            student = Session(zygote, overlay.Submission({"sampler.py": source, "score.py": b""})).student()
            student.caller.process.uid = None
            print(student("q_sample", np.zeros(2)).value)
            if first: student.close()
            else: first = student
    first.close()
"""


def test_without_landlock_and_a_user_of_its_own_the_memory_of_the_grader_is_out_of_reach():
    """Nor is that of the zygote, or of another worker."""
    plan = {"uid": 65532, "keeps": environments.to_read_python()} if os.geteuid() == 0 else {}
    command = environments.entering(refuses=environments.LANDLOCK, **plan)
    environment = {"PYTHONPATH": str(AUTOGRADER), "PATH": "/usr/bin:/bin"}
    run = subprocess.run([*command, sys.executable, "-c", AS_A_USER], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    answers = run.stdout.split()
    assert answers == [str(errno.EPERM)] * 12


SAVES = b"""import torch
def q_sample(x):
    torch.save(x, "last.pt")
    return torch.load("last.pt")
"""
FROM_ELSEWHERE = f"""
import numpy as np
from grader import overlay
from grader.student.session import Session
from grader.sandbox.zygote import Zygote
with Zygote() as zygote:
    student = Session(zygote, overlay.Submission({{"sampler.py": {SAVES!r}, "score.py": b""}})).student()
    print(student("q_sample", np.ones(2)).value.sum())
    student.close()
"""


def test_torch_may_lie_outside_the_environment_that_python_runs_in(tmp_path):
    """As modules on a cluster do; torch.save imports more of it when it is called."""
    venv.create(tmp_path / "bare", symlinks=True)
    (site,) = (tmp_path / "bare").glob("lib/python3*/site-packages")
    (site / "elsewhere.pth").write_text(str(Path(np.__file__).parents[1]))
    command = [tmp_path / "bare" / "bin" / "python", "-c", FROM_ELSEWHERE]
    run = subprocess.run(command, env={"PYTHONPATH": str(AUTOGRADER)}, capture_output=True, text=True)
    assert run.stdout == "2.0\n", run.stderr


def test_the_report_names_the_walls_that_stand(zygote):
    assert zygote.walls == confine.walls()
    assert zygote.walls["a user id of its own"] == (os.geteuid() == 0)


# What it could read is a fault of the grader's


@pytest.mark.parametrize("exposed", [False, True])
def test_files_of_the_graders_that_a_worker_can_read_are_a_fault_unless_the_course_knows(
    zygote, tmp_path, monkeypatch, exposed
):
    """A file of Python's stands for one of the grader's, since the library hands it out."""
    monkeypatch.setattr(zygote, "_private", [[], [np.__file__]])
    monkeypatch.setattr(zygote, "walls", confine.walls())
    before = {*zygote.folder.iterdir()}
    with Session(zygote, overlay.load(SOLUTION), exposed=exposed) as session:
        student = session.student()
        with contextlib.nullcontext() if exposed else pytest.raises(GraderFault, match="could read .*numpy"):
            student("q_sample", X, np.float64(0.5), X)
        student.close()
    assert zygote.walls[confine.OUT_OF_REACH] is False
    assert {*zygote.folder.iterdir()} == before


def test_a_worker_tries_each_folder_of_the_graders(zygote):
    folders = {Path(path).parent for paths in zygote._private for path in paths}
    of_the_code = {AUTOGRADER / each for each in ("course", "workshop/trust", "corpus/wheat", *version.SHIPPED)}
    assert of_the_code | {CHECKS / "assignment2", SOLUTION} <= folders


@pytest.mark.parametrize(
    "path, handed_out",
    [
        ("{python}/site-packages/one/two.py", True),
        ("{python}/site-packages/one/data.json", True),
        ("{python}/site-packages/missing.py", False),
        ("{python}/site-packages/../secret.py", False),
        ("{python}/secret.py", False),
        ("{python}/site-packages-too/x.py", False),
        ("{python}/site-packages/grader/judge.py", False),
        ("{python}/site-packages/link/judge.py", False),
        ("site-packages/one/two.py", False),
        ("", False),
        ("{python}/site-packages/one", False),  # a folder, which could be listed
    ],
)
def test_the_library_hands_out_what_is_pythons_alone(tmp_path, path, handed_out):
    site = tmp_path / "site-packages"
    for name in ("site-packages/one/two.py", "site-packages/one/data.json", "secret.py", "site-packages-too/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("here")
    (site / "grader").mkdir()
    (site / "grader" / "judge.py").write_text("here")
    (site / "link").symlink_to(site / "grader")
    shelf = library.Library([str(site)], [str(site / "grader")])
    with shelf.reader() as reader, contextlib.closing(shelf):
        finder = library.Finder(reader, {})
        for _ in range(2):
            found = []
            with contextlib.suppress(FileNotFoundError):
                found.append(finder.read(path.format(python=tmp_path))[0])
            assert found == [b"here"] * handed_out


def test_of_packages_only_torch_numpy_and_what_they_need_is_there(student):
    """Whatever else is installed, so that the marks are the same everywhere."""
    body = """found = []
for name in NAMES:
    try:
        __import__(name)
        found.append(1)
    except ModuleNotFoundError:
        found.append(0)
return found"""
    names = dict.fromkeys("torch numpy sympy safetensors json".split(), 1)
    names |= dict.fromkeys("pytest hypothesis rich yaml".split(), 0)
    assert called(student, body.replace("NAMES", repr(list(names)))) == list(names.values())
    assert all(importlib.util.find_spec(name) for name in names)


def test_python_in_a_folder_with_its_packages_hands_out_its_own_alone(tmp_path):
    for name in ("os.py", "site-packages/torch/x.py", "site-packages/tqdm/x.py", "site-packages/six.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("here")
    roots = [str(tmp_path), str(tmp_path / "site-packages" / "torch")]
    found = [library._is_ours(str(path), roots, []) for path in sorted(tmp_path.rglob("*.py"))]
    assert found == [True, False, True, False]  # os, six, torch, tqdm


def test_the_library_ends_with_the_zygote_even_where_it_is_stopped():
    """A pipe that it holds open is closed then."""
    read, write = os.pipe()
    zygote = os.fork()
    if zygote == 0:
        os.close(read)
        os.dup2(write, 1)  # the library keeps standard output
        shelf = library.Library([], [])
        with contextlib.suppress(FileNotFoundError):
            library.Finder(shelf.reader(), {}).open("anything")  # it is at work when this is answered
        os.kill(shelf.pid, signal.SIGSTOP)
        os._exit(0)
    os.close(write)
    os.waitpid(zygote, 0)
    with open(read) as pipe:
        assert select.select([pipe], [], [], 60)[0] and pipe.read() == ""
