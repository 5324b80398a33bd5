"""Confine the present process: what a worker does to itself before it meets the student's code.

Nothing here needs a namespace, so all of it works in an unprivileged container. As root the worker gets a user
id of its own; otherwise the same walls stand but for that one, and the report says so.
"""

import ctypes
import functools
import os
import resource
import signal
from collections.abc import Iterable
from pathlib import Path

from grader import seccomp

MEMORY_HEADROOM = 512 << 20  # address space above what the zygote already has
FILE_SIZE = 32 << 20
OPEN_FILES = 64
THREADS = 64
THREADS_BESIDE = 4096  # for a worker that shares its user id, on top of what that user had running at the start
REMOVE = ("/bin/sh", "-c", 'chmod -R u+rwx -- "$0"; exec rm -rf -- "$0"')  # a folder, whatever a worker made of it
FOLDER_FILES, FOLDER_SIZE = 1000, FILE_SIZE  # what a worker may have in its folder

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 1, 4, 38, 47, 4
_CAPABILITIES_VERSION_3 = 0x20080522
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
_LANDLOCK_VERSION_FLAG, _LANDLOCK_PATH_BENEATH = 1, 1
_READ = (1 << 0) | (1 << 2) | (1 << 3)  # execute, read a file, list a directory
_ACCESS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_FILE_ACCESS = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14) | (1 << 15)  # what a rule for a plain file may say


def prepare() -> dict[str, bool]:
    """Do once, before the workers are forked, what would take each of them long; returns `walls()`."""
    hide()
    if seccomp.available():
        seccomp.program(writable())
    if os.geteuid() != 0:
        _tasks_of_user()
    return walls()


def hide() -> None:
    """Close our memory to other processes of our own user, such as a worker where it shares it."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def writable() -> bool:
    """Whether a worker may write files: without Landlock it could do so wherever its user may, so it may not at all."""
    return landlock_abi() > 0 or not seccomp.available()


def confine(work: Path, readable: Iterable[Path], uid: int | None) -> None:
    """Give up everything that a worker does not need. `work` is the one folder that it may write to.

    readable: the folders that it may read. uid: the user and group to become, None to stay who we are.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _set_limits(own_uid=uid is not None)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # changing the user id cleared it
    hide()
    _drop_capabilities()
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if landlock_abi():
        _landlock(work, readable)
    if seccomp.available():
        seccomp.load(writable())


def walls() -> dict[str, bool]:
    """Each wall that `confine` knows, in words for the report, and whether this machine has it."""
    return {
        "resource limits": True,
        "no new privileges": True,
        "a user id of its own": os.geteuid() == 0,
        "Landlock": landlock_abi() > 0,
        "seccomp": seccomp.available(),
    }


def _set_limits(own_uid: bool) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + MEMORY_HEADROOM,
        resource.RLIMIT_FSIZE: FILE_SIZE,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    limits[resource.RLIMIT_NPROC] = THREADS if own_uid else _tasks_of_user() + THREADS_BESIDE  # it counts all of a user
    for which, value in limits.items():
        if (most := resource.getrlimit(which)[1]) != resource.RLIM_INFINITY:
            value = min(value, most)
        resource.setrlimit(which, (value, value))


@functools.cache
def _tasks_of_user() -> int:
    """How many threads our user has running."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            count += len(os.listdir(process / "task")) if process.stat().st_uid == os.geteuid() else 0
        except OSError:  # it has ended
            continue
    return count


def _drop_capabilities() -> None:
    """Give up all of them; a change of the user id has done so already."""
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if _libc.capset((ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0), (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "the capabilities could not be dropped")


def overfull(folder: Path) -> bool:
    """Whether a worker has put more into its folder than it may; looks at no more than that."""
    files, size, folders = 0, 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    files, size = files + 1, size + entry.stat(follow_symlinks=False).st_blocks * 512
                    if files > FOLDER_FILES or size > FOLDER_SIZE:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # it is changed as we look
        except OSError:  # closed even to its owner, or a path longer than any that is meant well
            return files > 0
    return False


def landlock_abi() -> int:
    """The kernel's Landlock version; 0 where it has none."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_LANDLOCK_VERSION_FLAG))
    return max(version, 0)


def _landlock(work: Path, readable: Iterable[Path]) -> None:
    class Ruleset(ctypes.Structure):
        _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))

    class PathBeneath(ctypes.Structure):
        _pack_ = 1
        _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))

    abi = landlock_abi()
    everything = _ACCESS_BY_ABI[min(abi, 5)]
    attributes = Ruleset(everything, 0b11, 0b11)  # no TCP; no abstract sockets and no signals to the outside
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8  # an older kernel knows the first fields
    ruleset = _libc.syscall(_LANDLOCK_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused a rule set")
    write = everything & ~(1 << 0)  # all but execute
    rules = [(work, write), (Path("/dev/null"), write), *((path, _READ) for path in readable)]
    for path, access in rules:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # what is not there, or out of this user's reach, needs no rule
        access &= everything if path.is_dir() else _FILE_ACCESS & everything
        rule = PathBeneath(access, descriptor)
        if _libc.syscall(_LANDLOCK_ADD, ruleset, _LANDLOCK_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0)):
            raise OSError(ctypes.get_errno(), f"Landlock refused the rule for {path}")
        os.close(descriptor)
    if _libc.syscall(_LANDLOCK_RESTRICT, ruleset, ctypes.c_uint32(0)):
        raise OSError(ctypes.get_errno(), "Landlock could not be switched on")
    os.close(ruleset)
