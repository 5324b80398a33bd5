"""Confine the present process: what a worker does to itself before it meets the student's code.

Nothing here needs a namespace, so all of it works in an unprivileged container. As root the worker gets a user
id of its own; otherwise the same walls stand but for that one, and the report says so.
"""

import ctypes
import errno
import os
import resource
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

MEMORY_HEADROOM = 512 << 20  # address space above what the zygote already has
FILE_SIZE = 1 << 20
OPEN_FILES = 64
THREADS = 64

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _FIOSETOWN, _SIOCSPGRP = 8, 10, 15, 0x8901, 0x8902
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
_LANDLOCK_VERSION_FLAG, _LANDLOCK_PATH_BENEATH = 1, 1
_READ = (1 << 0) | (1 << 2) | (1 << 3)  # execute, read a file, list a directory
_ACCESS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_FILE_ACCESS = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14) | (1 << 15)  # what a rule for a plain file may say

DENIED_SYSCALLS = """
    socket socketpair connect bind listen accept accept4
    fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp
    kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsmount
    keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup
    shmget shmat shmctl semget semop semctl msgget msgsnd msgrcv msgctl mq_open
    setuid setgid setreuid setregid setresuid setresgid setgroups personality
    memfd_create memfd_secret chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr utime utimes utimensat futimesat
    sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority ioprio_set
    inotify_init inotify_init1 mlock mlock2 mlockall
    init_module finit_module kexec_load reboot swapon swapoff quotactl
""".split()


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
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if landlock_abi():
        _landlock(work, readable)
    if seccomp_available():
        _seccomp()


def walls() -> dict[str, bool]:
    """Each wall that `confine` knows, in words for the report, and whether this machine has it."""
    return {
        "resource limits": True,
        "no new privileges": True,
        "a user id of its own": os.geteuid() == 0,
        "Landlock": landlock_abi() > 0,
        "seccomp": seccomp_available(),
    }


def _set_limits(own_uid: bool) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + MEMORY_HEADROOM,
        resource.RLIMIT_FSIZE: FILE_SIZE,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    if own_uid:  # the limit counts all processes of a user, so it only fits a user that has no others
        limits[resource.RLIMIT_NPROC] = THREADS
    for which, value in limits.items():
        resource.setrlimit(which, (value, value))


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
    attributes = Ruleset(everything, 0, 0b11)  # 0b11: no abstract sockets and no signals to the outside
    size = ctypes.sizeof(attributes) if abi >= 6 else ctypes.sizeof(ctypes.c_uint64)  # an older kernel knows the first
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


def seccomp_available() -> bool:
    """Whether libseccomp and its Python interface are there."""
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError):
        return False
    return sys.platform == "linux"


def _seccomp() -> None:
    import pyseccomp as seccomp

    clone_thread = 0x00010000
    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in DENIED_SYSCALLS:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError, RuntimeError):
            continue  # a system call that this kernel or architecture does not have
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen; the C library then uses clone
    rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, clone_thread, 0))  # threads only
    rules.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))  # prlimit64(0, ...) is one's own limits
    aimed = [("fcntl", 1, command) for command in (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX)]  # signals at other processes
    aimed += [("ioctl", 1, command) for command in (_FIOSETOWN, _SIOCSPGRP)]
    for name, index, value in [("prctl", 0, _PR_SET_PDEATHSIG), *aimed]:  # the kernel looks at the low 32 bits only
        rules.add_rule(refuse, name, seccomp.Arg(index, seccomp.MASKED_EQ, 0xFFFFFFFF, value))
    rules.load()
