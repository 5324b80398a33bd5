"""The walls around a worker as they stand on this machine: what a student's code can read, write, start and keep."""

import errno
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from grader import sandbox
from grader.outcomes import Died, GraderFault, Raised
from grader.paths import CHECKS, ROOT

X = np.zeros(2)
DENIED = (errno.EPERM, errno.EACCES)
rooted = pytest.mark.skipif(os.geteuid() != 0, reason="not root: a worker keeps the user id of the grader")
landlocked = pytest.mark.skipif(not sandbox.landlock_abi(), reason="this kernel has no Landlock")
filtered = pytest.mark.skipif(not sandbox.seccomp_available(), reason="libseccomp or pyseccomp is not there")


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
@pytest.mark.parametrize("call", ["ptrace(0, 0, 0, 0)", "shmget(1, 4096, 0o1666)", "mount(0, b'/', 0, 4096, 0)"])
def test_system_calls_beside_pythons_own_are_refused(student, call):
    body = f"libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.{call}, ctypes.get_errno()]"
    assert called(student, body) in [[-1, error] for error in DENIED]


@filtered
def test_clone3_is_as_if_the_kernel_did_not_have_it(student):
    """A filter cannot see its flags; the C library then uses clone, whose flags it sees."""
    body = "libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.syscall(435, None, 0), ctypes.get_errno()]"
    assert called(student, body) == [-1, errno.ENOSYS]


def test_threads_may_be_started(student):
    body = "from threading import Thread\nseen = []\nthread = Thread(target=seen.append, args=(1,))\n"
    assert called(student, body + "thread.start()\nthread.join()\nreturn seen") == [1]


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


def test_a_file_has_a_largest_size(student):
    assert tried(student, f"f = open('big', 'wb'); f.write(bytes({sandbox.FILE_SIZE} + 1)); f.close()") == errno.EFBIG


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
def test_a_tree_that_the_worker_cannot_read_is_a_fault_of_the_grader(student, tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(GraderFault):
        called(student, "return 1")


def test_the_report_names_the_walls_that_stand(zygote):
    assert zygote.walls == sandbox.walls()
    assert zygote.walls["a user id of its own"] == (os.geteuid() == 0)
