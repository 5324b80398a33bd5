"""The walls around a worker as they stand on this machine: what a student's code can read, write, start and keep."""

import errno
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np
import pytest

from grader import environments, overlay, sandbox, seccomp
from grader.outcomes import Died, Flooded, GraderFault, Raised
from grader.paths import AUTOGRADER, CHECKS, ROOT
from grader.session import Session
from grader.zygote import Zygote, remove

X = np.zeros(2)
DENIED = (errno.EPERM, errno.EACCES)
rooted = pytest.mark.skipif(os.geteuid() != 0, reason="not root: a worker keeps the user id of the grader")
landlocked = pytest.mark.skipif(not sandbox.landlock_abi(), reason="this kernel has no Landlock")
intel = pytest.mark.skipif(platform.machine() != "x86_64", reason="this processor has one kind of system call")
filtered = pytest.mark.skipif(not seccomp.available(), reason="libseccomp or pyseccomp is not there")


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
    body = "import resource\nreturn [open('/proc/self/status').read().count('NoNewPrivs:\\t1'), "
    body += "*resource.getrlimit(4), *resource.getrlimit(resource.RLIMIT_NOFILE)]"  # 4: core files
    assert called(student, body) == [1, 0, 0, sandbox.OPEN_FILES, sandbox.OPEN_FILES]


def test_the_environment_is_clean(student):
    names = "PATH HOME LANG TMPDIR OMP_NUM_THREADS OPENBLAS_ LC_CTYPE".split()
    others = f"return sum(not name.startswith({tuple(names)}) for name in os.environ)"
    assert "GRADER_SECRET" not in os.environ and called(student, others) == 0
    assert called(student, "return sum('0.1257' in value for value in os.environ.values())") == 0


def test_only_its_own_socket_is_open(student):
    """Besides standard input, output and error, which lead nowhere, and the descriptor that lists them."""
    body = "kinds = [os.readlink(entry.path) for entry in os.scandir('/proc/self/fd')]\n"
    body += "return [kinds.count('/dev/null'), sum(kind.startswith('socket:') for kind in kinds), len(kinds)]"
    assert called(student, body) == [3, 1, 5]


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
        "flock(os.open(torch.__file__, 0), 2)",  # a lock on a file that all can read would tell others something
        "fcntl(os.open(torch.__file__, 0), 6, bytes(32))",
        "prctl(4, 1, 0, 0, 0)",  # whether other processes of the same user may look into this one
        "prctl(1, 0, 0, 0, 0)",  # whether it ends with the zygote
        "capset(bytes(8), bytes(24))",
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
@pytest.mark.parametrize("number", [463, 500])  # setxattrat of Linux 6.13, and one that is still to come
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
    body = "rows = [row.split() for row in open('/proc/self/status') if row.startswith(('CapEff', 'CapPrm', 'CapAmb'))]"
    assert called(student, body + "\nreturn [int(row[1], 16) for row in rows]") == [0, 0, 0]


def test_threads_may_be_started(student):
    body = "from threading import Thread\nseen = []\nthread = Thread(target=seen.append, args=(1,))\n"
    assert called(student, body + "thread.start()\nthread.join()\nreturn seen") == [1]


@pytest.mark.skipif(sandbox.landlock_abi() < 4, reason="this kernel's Landlock knows no network")
def test_landlock_alone_keeps_from_the_network(tmp_path):
    """As where libseccomp is missing."""
    code = "import socket; from pathlib import Path; from grader import sandbox; sandbox.hide()\n"
    code += f"sandbox.seccomp.available = bool; sandbox.confine(Path({str(tmp_path)!r}), [], None)\n"
    code += "try: socket.create_connection(('127.0.0.1', 9))\nexcept OSError as error: raise SystemExit(error.errno)"
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
        "os.listdir(os.path.dirname(os.getcwd()))",
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


def test_its_own_tree_can_be_read(student):
    assert tried(student, "open(__file__); import diffusion.tensors") == 0


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("open('/tmp/left-by-a-worker', 'w')", marks=landlocked),
        pytest.param("open('/dev/shm/left-by-a-worker', 'w')", marks=landlocked),
        pytest.param("open('/var/tmp/left-by-a-worker', 'w')", marks=landlocked),
        pytest.param("os.symlink('/', os.path.join(os.getcwd(), '..', 'link'))", marks=rooted),
        pytest.param("open(__file__, 'a')", marks=rooted),
        pytest.param("open(os.path.join(os.path.dirname(__file__), 'torch.py'), 'w')", marks=rooted),
        pytest.param("os.rename(__file__, 'mine.py')", marks=rooted),
        pytest.param("os.chmod(__file__, 0o777)", marks=rooted),
    ],
)
def test_nothing_outside_its_work_folder_can_be_written(student, code):
    assert tried(student, code) in DENIED


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


@landlocked
def test_a_file_has_a_largest_size(student):
    assert tried(student, f"f = open('big', 'wb'); f.write(bytes({sandbox.FILE_SIZE} + 1)); f.close()") == errno.EFBIG


@landlocked
@pytest.mark.parametrize(
    "body",
    [
        "for n in range(10**6): open(f'{n}', 'w').close()",
        "for n in range(10**6): open(f'{n}', 'wb').write(bytes(1 << 20))",
        "while True: os.mkdir('d' * 200); os.chdir('d' * 200)",
        "import threading\nthreading.Timer(9, os._exit, (0,)).start()\nfor n in range(10**6): os.mkdir(f'{n}', 0)",
    ],
    ids=["many files", "large files", "a path without end", "closed folders"],
)
def test_a_worker_that_fills_its_folder_is_ended(student, body):
    with pytest.raises(Flooded, match="more files"):
        called(student, body)


NOT_READING = """
def fill():
    for n in range(10**6): os.mkdir(f'{n}')
channel().receive = fill
return 1
"""


@landlocked
def test_a_worker_that_fills_its_folder_instead_of_reading_is_ended(student):
    filling = student(NOT_READING)
    assert filling("q_sample", X).value == 1
    with pytest.raises(Flooded, match="more files"):
        filling("q_sample", np.zeros(1 << 22))


TRICKLE = """
sock = channel().sock
sock.sendall((20).to_bytes(4, 'big') + (1 << 20).to_bytes(4, 'big'))
for n in range(10**6):
    os.mkdir(f'{n}')
    sock.sendall(b'x')
"""


@landlocked
def test_a_worker_that_fills_its_folder_while_it_sends_byte_after_byte_is_ended(student):
    with pytest.raises(Flooded, match="more files"):
        called(student, TRICKLE)


def test_a_few_files_of_its_own_do_no_harm(student):
    assert called(student, "open('debug.txt', 'w').write('x' * 1000)\nreturn 1") == 1


@pytest.mark.parametrize(
    "files, size, over", [(1000, 0, False), (1001, 0, True), (31, 1 << 20, False), (33, 1 << 20, True)]
)
def test_a_folder_is_overfull_above_its_caps(tmp_path, files, size, over):
    for n in range(files):
        (tmp_path / f"{n}").write_bytes(bytes(size))
    assert sandbox.overfull(tmp_path) is over


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
    assert [first("q_sample", X).value for _ in range(2)] == [0, 3 + sandbox.writable()]
    second = first.session.student()
    assert second("q_sample", X).value == 0
    folders = [first.folder, second.folder]
    assert folders[0] != folders[1] and all(folder.is_dir() for folder in folders)
    first.close()
    second.close()
    assert not any(folder.exists() for folder in folders)


def test_a_worker_that_is_killed_leaves_nothing_on_the_disk(student):
    dead = student("open('mine', 'w').close()\nos._exit(1)")
    with pytest.raises(Died):
        dead("q_sample", X)
    assert not dead.folder.exists()


@rooted
def test_a_strict_umask_of_the_grader_does_not_cost_marks(student):
    before = os.umask(0o077)
    try:
        assert called(student, "return 1") == 1
    finally:
        os.umask(before)


@rooted
def test_a_tree_that_the_worker_cannot_read_is_a_fault_of_the_grader(zygote, student, tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(zygote, "folder", tmp_path)
    with pytest.raises(GraderFault):
        called(student, "return 1")


# Without Landlock, which older kernels and many containers do not have


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


@filtered
@pytest.mark.parametrize(
    "code",
    [
        "open('/tmp/left-by-a-worker', 'w')",
        "open('/dev/shm/left-by-a-worker', 'x')",
        "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
        "os.open('/tmp/left-by-a-worker', os.O_CREAT)",
        "os.open('/dev/null', os.O_WRONLY)",
        "os.open('/dev/null', os.O_RDWR)",
        "os.mkdir('/tmp/left-by-a-worker')",
        "os.mkfifo('/tmp/left-by-a-worker')",
        "os.symlink('/', '/tmp/left-by-a-worker')",
        "os.link(__file__, '/tmp/left-by-a-worker')",
        "os.rename('/tmp/left', '/tmp/left-by-a-worker')",
        "os.unlink('/tmp/left-by-a-worker')",
        "os.truncate('/dev/null', 0)",
    ],
)
def test_without_landlock_no_file_is_written_anywhere(bare, code):
    assert tried(bare, code) in DENIED


@filtered
@pytest.mark.parametrize(
    "line",
    [
        "with open('debug.txt', 'w') as file: print(x, file=file)",
        "open(os.path.abspath('debug'), 'xb').write(b'x')",
        "open(os.devnull, 'w').write('x')",
        "torch.save(x, open('x.pt', 'wb'))",
        "from pathlib import Path; Path('debug.txt').write_text('x')",
        "os.makedirs('plots/new', exist_ok=True); open('plots/new/x', 'a').close()",
        "from pathlib import Path; Path('plots').mkdir(exist_ok=True)",
    ],
)
def test_without_landlock_a_file_of_its_own_goes_nowhere_unnoticed(bare, line):
    assert called(bare, line + "\nreturn len(os.listdir('.'))") == 0


AS_A_USER = """
import os, numpy as np
from grader import overlay
from grader.session import Session
from grader.zygote import Zygote, remove
def tried(path):
    return f"def q_sample(x):\\n    try: open({path!r}, 'rb')\\n    except OSError as error: return error.errno\\n"
with Zygote() as zygote:
    first = None
    for pid in (os.getpid(), zygote.process.pid, "first", "self"):
        for what in ("mem", "environ", "maps"):
            source = tried(f"/proc/{first.pid if pid == 'first' else pid}/{what}").encode()
            student = Session(zygote, overlay.Submission({"sampler.py": source, "score.py": b""})).student()
            student.uid = None
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
    assert answers[:9] == [str(errno.EACCES)] * 9 and answers[9:] == ["13", "13", "None"]


SAVES = b"""import torch
def q_sample(x):
    torch.save(x, "last.pt")
    return torch.load("last.pt")
"""
FROM_ELSEWHERE = f"""
import numpy as np
from grader import overlay
from grader.session import Session
from grader.zygote import Zygote
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
    assert zygote.walls == sandbox.walls()
    assert zygote.walls["a user id of its own"] == (os.geteuid() == 0)


@rooted
def test_a_folder_that_not_even_its_owner_can_list_is_deleted():
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o777)
        folder = Path(place, "work")
        if (child := os.fork()) == 0:  # root may list all folders, so this is done as another user
            try:
                os.setresuid(65534, 65534, 65534)
                (folder / "inside").mkdir(parents=True)
                (folder / "inside" / "file").touch()
                (folder / "inside").chmod(0o300)
                remove(folder)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert not folder.exists()
