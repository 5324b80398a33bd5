"""The system calls that a worker may not make, as a filter that is made once and loaded by every worker.

It refuses what opens or changes any file, and what reaches other processes, the network or the kernel's settings, or
tells what other processes have read. What only Linux 6.5 and later know is as if the kernel did not.
"""

import ctypes
import errno
import functools
import os

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _SECCOMP_FILTER = 1, 4, 22, 2
_CLONE_THREAD = 0x00010000
# The few commands and options that Python needs; all others change files or reach other processes.
_FCNTL = (0, 1, 2, 3, 4, 1030)  # F_DUPFD to F_SETFL, F_DUPFD_CLOEXEC
_FCNTL_KNOWN = (*range(40), *range(1024, 1064))  # to Linux; it has none in between
_IOCTL = (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_GETSOCKOPT = (3, 4, 7, 8, 38, 39)  # SO_TYPE, _ERROR, _SNDBUF, _RCVBUF, _PROTOCOL, _DOMAIN
_CLOCKS = range(12)  # without those of other processes
_PAGES_OUT = (20, 21)  # madvise's MADV_COLD, MADV_PAGEOUT: pages that other processes have, too
_SINCE_LINUX_6_5 = range(451, 512)  # the same numbers on every architecture

DENIED = """
    open openat openat2 creat mkdir mkdirat mknod mknodat link linkat symlink symlinkat
    rename renameat renameat2 unlink unlinkat rmdir truncate
    fadvise64 mincore readahead preadv2 pwritev2
    socket socketpair connect bind listen accept accept4
    fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
    timer_create setrlimit sync syncfs
    kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
    keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    io_setup io_submit
    shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset personality
    memfd_create memfd_secret chmod fchmod fchmodat chown fchown lchown fchownat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr utime utimes utimensat futimesat
    sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority ioprio_set move_pages migrate_pages
    flock inotify_init inotify_init1 fanotify_init fanotify_mark name_to_handle_at open_by_handle_at
    mlock mlock2 mlockall modify_ldt ioperm iopl vhangup acct syslog lookup_dcookie nfsservctl
    sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff quotactl quotactl_fd
""".split()


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def available() -> bool:
    """Whether libseccomp and its Python interface are there."""
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError):
        return False
    return True


@functools.cache
def program() -> bytes:
    """The filter as the kernel takes it."""
    import pyseccomp as seccomp

    refuse, unknown = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.ENOSYS)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)  # another architecture's numbers, x32's with them

    def add(action: int, call: str | int, *conditions: tuple[int, int, int]) -> None:
        """conditions: of an argument, the bits to look at and what they must be."""
        try:
            arguments = [seccomp.Arg(index, seccomp.MASKED_EQ, bits, value) for index, bits, value in conditions]
            rules.add_rule(action, call, *arguments)
        except (OSError, ValueError, RuntimeError):
            return  # a system call that this architecture does not have

    for name in DENIED:
        add(refuse, name)
    for number in (*_SINCE_LINUX_6_5, "clone3"):  # clone3's flags cannot be seen; the C library then uses clone
        add(unknown, number)
    add(refuse, "clone", (0, _CLONE_THREAD, 0))  # threads only
    every = 0xFFFFFFFF  # the kernel looks at the low 32 bits only
    for name, index, values in (
        ("prctl", 0, (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE)),
        ("fcntl", 1, set(_FCNTL_KNOWN) - set(_FCNTL)),
        ("ioctl", 1, set(range(_IOCTL[0], _IOCTL[-1])) - set(_IOCTL)),
        ("getsockopt", 2, set(range(_GETSOCKOPT[-1])) - set(_GETSOCKOPT)),
        ("madvise", 2, _PAGES_OUT),
    ):
        for value in values:
            add(refuse, name, (index, every, value))
    for name, index, comparison, value in (
        ("fcntl", 1, seccomp.GT, _FCNTL_KNOWN[-1]),
        ("ioctl", 1, seccomp.LT, _IOCTL[0]),
        ("ioctl", 1, seccomp.GT, _IOCTL[-1]),
        ("getsockopt", 2, seccomp.GT, _GETSOCKOPT[-1]),
        ("clock_gettime", 0, seccomp.GT, _CLOCKS[-1]),
        ("prlimit64", 0, seccomp.NE, 0),  # only one's own limits can be looked at,
        ("prlimit64", 2, seccomp.NE, 0),  # and none set: the kernel kills who is over that of the processor's time
    ):
        rules.add_rule(refuse, name, seccomp.Arg(index, comparison, value))
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def load() -> None:
    """Put this process behind the filter; it must have no_new_privs. Raises OSError where the kernel refuses."""
    code = program()
    if _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.byref(_Program(len(code) // 8, code)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")
