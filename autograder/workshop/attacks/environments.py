"""The environments that the hostile corpus is marked in: as root, as a plain user, as a user of a kernel without
Landlock, and as root in a poor container.

A process enters one before it has imported anything: `start` runs this file as a script, which gives up what that
environment does not have and then becomes the command. It takes root to make one; what could not be made, or only
in part, is said in words, and never counts as passed.
"""

import contextlib
import ctypes
import errno
import itertools
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

NAMES = ("root", "user", "user-without-landlock", "container")
USERS = range(51_000, 60_000)  # of which a lane becomes one; a worker of root's grader is never one of them
DAC_READ_SEARCH = 2
DOCKER_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)  # as Docker gives them to every container
DOCKER_REFUSES = """
    mount umount2 setns unshare pivot_root open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
    ptrace process_vm_readv process_vm_writev kcmp keyctl add_key request_key bpf perf_event_open userfaultfd
    io_uring_setup io_uring_enter io_uring_register acct swapon swapoff reboot syslog quotactl settimeofday
    clock_settime clock_adjtime sethostname setdomainname init_module finit_module delete_module kexec_load
    kexec_file_load lookup_dcookie open_by_handle_at name_to_handle_at fanotify_init ioperm iopl mbind move_pages
    migrate_pages set_mempolicy vhangup nfsservctl
""".split()
LANDLOCK = ["landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"]  # older kernels, and gVisor
NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
CGROUPS = Path("/sys/fs/cgroup")
LIMITS: dict[str, dict[str, Any]] = {  # by controller, the files of both versions: 768 MiB and half a core
    "memory": {"memory.limit_in_bytes": 768 << 20, "memory.max": 768 << 20},
    "cpu": {"cpu.cfs_quota_us": 50_000, "cpu.max": "50000 100000"},
}
BOUNDS: dict[str, dict[str, Any]] = {  # of what an attack may take while its walls are down
    "memory": {"memory.limit_in_bytes": 2 << 30, "memory.max": 2 << 30},
    "pids": {"pids.max": 500},
}

_libc = ctypes.CDLL(None, use_errno=True)
_CAPABILITIES_VERSION_3 = 0x20080522
_PR_SET_KEEPCAPS, _PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 24, 47, 2


class NotHere(Exception):
    """This machine, or this user, cannot make the environment; the message says why."""


class Environment:
    """One of the four, made on this machine. `lanes` is how many markings fit beside each other in it."""

    def __init__(self, name: str, bounded: bool = False):
        """Raises NotHere. bounded: with one lane, whose memory and processes have a limit, to take walls down there."""
        if (name != "user" or bounded) and os.geteuid() != 0:
            raise NotHere(f"only root can make the environment {name}{' with bounds' if bounded else ''}")
        self.lanes, self.notes = 2, list[str]()  # notes: what is not as it should be, in words
        self._uid: int | None = None
        self._plan: dict[str, Any] = {}
        self._groups: dict[int, list[str]] = {}  # the control groups of each lane
        if name.startswith("user"):
            self._become_user()
        if name == "user-without-landlock":
            self._refuses(LANDLOCK)
        if name == "container":
            self._become_container()
        if bounded:
            self._bound()

    def uid(self, lane: int) -> int:
        """The user that a lane's grader runs as."""
        return os.geteuid() if self._uid is None else self._uid + lane

    def start(self, command: list[str], lane: int = 0, **options: Any) -> "subprocess.Popen[str]":
        """Start a command in it. The process ends with status 125 where the environment could not be entered."""
        uid = None if self._uid is None else self.uid(lane)
        entrance = entering(groups=self._groups.get(lane, []), uid=uid, **self._plan)
        return subprocess.Popen([*entrance, *command], text=True, **options)

    def close(self) -> None:
        for group in itertools.chain(*self._groups.values()):
            Path(group).rmdir()

    def __enter__(self) -> "Environment":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _become_user(self) -> None:
        if os.geteuid() != 0:
            self.lanes = 1
            self.notes.append("what a case leaves in a folder like /tmp is not told from other files of this user")
            return
        self._uid, self._plan["keeps"] = secrets.choice(USERS), to_read_python()
        if self._plan["keeps"]:
            self.notes.append("the grader keeps CAP_DAC_READ_SEARCH, since only root can read this machine's Python")

    def _refuses(self, calls: list[str]) -> None:
        try:
            import pyseccomp  # noqa: F401
        except (ImportError, OSError, RuntimeError):
            raise NotHere("system calls cannot be refused without libseccomp and pyseccomp") from None
        self._plan["refuses"] = calls

    def _bound(self) -> None:
        self.lanes = 1
        for controller, values in BOUNDS.items():
            if not self._limit(controller, values, 0):
                self.close()
                raise NotHere(f"no control group can be made that limits {controller}, so walls stay up")

    def _become_container(self) -> None:
        self._refuses([*DOCKER_REFUSES, *LANDLOCK])
        self.lanes = 2 * (os.cpu_count() or 1)  # each a container of its own, with half a processor
        self._plan["keeps"] = DOCKER_CAPABILITIES
        self.notes.append("the file system and the numbers of the processes are the host's")
        self.notes.append("pages of libraries that the host has read already do not count as the container's memory")
        for controller, values in LIMITS.items():
            if not all([self._limit(controller, values, lane) for lane in range(self.lanes)]):
                self.notes.append(f"no limit on {controller}: no control group could be made")

    def _limit(self, controller: str, values: dict[str, Any], lane: int) -> bool:
        """Make a control group with a limit, of version 1 or 2; False where that is not possible."""
        groups = self._groups.setdefault(lane, [])
        for parent in (CGROUPS / controller, CGROUPS):
            group = parent / f"hostile-{os.getpid()}-{lane}"
            with contextlib.suppress(OSError):
                group.mkdir(exist_ok=True)
                if str(group) not in groups:
                    groups.append(str(group))
                files = [group / name for name in values if (group / name).exists()]
                for file in files:
                    file.write_text(f"{values[file.name]}")
                if files:
                    return True
        return False


def to_read_python() -> list[int]:
    """The capability that a user needs to run this Python, if it lies where only root can read."""
    python = Path(sys.executable).resolve()
    return [] if all(path.stat().st_mode & 0o005 == 0o005 for path in (python, *python.parents)) else [DAC_READ_SEARCH]


def entering(**plan: Any) -> list[str]:
    """The beginning of a command line whose rest runs with less.

    groups: folders of control groups to join. refuses: system calls. keeps: capabilities. uid: the user to become.
    """
    return [sys.executable, "-I", "-B", __file__, json.dumps(plan)]


def _enter(groups: Any = (), refuses: Any = (), keeps: Any = None, uid: int | None = None) -> None:
    for group in groups:
        Path(group, "cgroup.procs").write_text(str(os.getpid()))
    if refuses:
        _refuse(refuses)
    if keeps is not None:
        for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
            if capability not in keeps:
                _checked(_libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    if uid is not None:
        _checked(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if keeps is not None:
        bits = sum(1 << capability for capability in keeps)
        header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
        inherited = 0 if uid is None else bits  # root's own go on anyway
        data = [each >> shift & 0xFFFFFFFF for shift in (0, 32) for each in (bits, bits, inherited)]
        _checked(_libc.capset(header, (ctypes.c_uint32 * 6)(*data)))
    for capability in keeps if uid is not None else ():
        _checked(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _refuse(names: list[str]) -> None:
    """Refuse system calls, and new namespaces."""
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in names:
        try:
            rules.add_rule(seccomp.ERRNO(errno.EPERM), name)
        except (OSError, ValueError, RuntimeError):
            continue  # a system call that this architecture does not have
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for flag in NEW_NAMESPACES:
        rules.add_rule(seccomp.ERRNO(errno.EPERM), "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    try:
        rules.set_attr(seccomp.Attr.CTL_NNP, 0)  # as in a container, what is set-uid still works
        rules.load()
    except OSError:  # that takes root with all its power
        rules.set_attr(seccomp.Attr.CTL_NNP, 1)
        rules.load()


def _checked(status: int) -> None:
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    try:
        _enter(**json.loads(sys.argv[1]))
    except OSError as error:
        print(f"the environment could not be entered: {error}", file=sys.stderr)
        sys.exit(125)
    os.execv(sys.argv[2], sys.argv[2:])
