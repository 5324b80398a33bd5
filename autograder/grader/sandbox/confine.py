"""Confine the present process: what a worker does to itself before it meets the student's code.

Afterwards it can open no file, neither to read nor to write: seccomp refuses it, and so does Landlock. Nothing here
needs a namespace, so all of it works in an unprivileged container. As root the worker gets a user id of its own;
otherwise the same walls stand but for that one, and the report says so.
"""

import ctypes
import functools
import os
import resource
import signal
from pathlib import Path

from grader.sandbox import seccomp

MEMORY_HEADROOM = 512 << 20  # address space above what the zygote already has
OPEN_FILES = 64
THREADS = 16  # with more, busy ones, a worker would leave others too little of the processors
THREADS_BESIDE = 4096  # for a worker that shares its user id, on top of what that user had running at the start
OUT_OF_REACH = "the grader's files out of reach"

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 1, 4, 38, 47, 4
_CAPABILITIES_VERSION_3 = 0x20080522
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same numbers on every architecture
_LANDLOCK_VERSION_FLAG = 1
_ACCESS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}


def prepare() -> dict[str, bool]:
    """Do once, before the workers are forked, what would take each of them long; returns `walls()`."""
    hide()
    if seccomp.available():
        seccomp.program()
    if os.geteuid() != 0:
        _tasks_of_user()
    return walls()


def hide() -> None:
    """Close our memory to other processes of our own user, such as a worker where it shares it."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent() -> None:
    """Have the kernel kill us, even where we are stopped, as soon as the process that forked us is gone."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine(uid: int | None) -> None:
    """Give up everything that a worker does not need. uid: the user and group to become, None to stay who we are."""
    end_with_parent()
    _set_limits(own_uid=uid is not None)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        end_with_parent()  # changing the user id cleared it
    hide()
    _drop_capabilities()
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if landlock_abi():
        _landlock()
    if seccomp.available():
        seccomp.load()


def walls() -> dict[str, bool]:
    """Each wall that `confine` knows, in words for the report, and whether this machine has it."""
    return {
        "resource limits": True,
        "no new privileges": True,
        "a user id of its own": os.geteuid() == 0,
        "Landlock": landlock_abi() > 0,
        "seccomp": seccomp.available(),
        OUT_OF_REACH: landlock_abi() > 0 or seccomp.available(),  # each worker tries, and says if it is not so
    }


def _set_limits(own_uid: bool) -> None:
    size, *_, data, _ = (int(pages) * resource.getpagesize() for pages in Path("/proc/self/statm").read_text().split())
    limits = {
        resource.RLIMIT_AS: size + MEMORY_HEADROOM,
        resource.RLIMIT_DATA: data + MEMORY_HEADROOM,  # what lies in the place of a library counts here
        resource.RLIMIT_FSIZE: 0,
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


def landlock_abi() -> int:
    """The kernel's Landlock version; 0 where it has none."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_LANDLOCK_VERSION_FLAG))
    return max(version, 0)


def _landlock() -> None:
    """Put this process behind a set of rules that allows nothing of what Landlock knows."""

    class Ruleset(ctypes.Structure):
        _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))

    abi = landlock_abi()
    everything = _ACCESS_BY_ABI[min(abi, 5)]
    attributes = Ruleset(everything, 0b11, 0b11)  # no TCP; no abstract sockets and no signals to the outside
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8  # an older kernel knows the first fields
    ruleset = _libc.syscall(_LANDLOCK_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused a rule set")
    if _libc.syscall(_LANDLOCK_RESTRICT, ruleset, ctypes.c_uint32(0)):
        raise OSError(ctypes.get_errno(), "Landlock could not be switched on")
    os.close(ruleset)
