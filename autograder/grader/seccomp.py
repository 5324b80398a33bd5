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
_SIGNALS = (8, 10, 15)  # fcntl's F_SETOWN, F_SETSIG, F_SETOWN_EX: signals at other processes
_LOCKS = (6, 7, 37, 38, 1024, 1026)  # fcntl's F_SETLK, F_SETLKW, the two of open files, leases, F_NOTIFY
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_PAGES_OUT = (20, 21)  # madvise's MADV_COLD, MADV_PAGEOUT: pages that other processes have, too
_SINCE_LINUX_6_5 = range(451, 512)  # the same numbers on every architecture

DENIED = """
    open openat openat2 creat mkdir mkdirat mknod mknodat link linkat symlink symlinkat
    rename renameat renameat2 unlink unlinkat rmdir truncate
    fadvise64 mincore readahead preadv2 pwritev2
    socket socketpair connect bind listen accept accept4
    fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
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
    rules.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))  # prlimit64(0, ...) is one's own limits
    every = 0xFFFFFFFF  # the kernel looks at the low 32 bits only
    for name, index, values in (
        ("prctl", 0, (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE)),
        ("fcntl", 1, _SIGNALS + _LOCKS),
        ("ioctl", 1, (_FIOSETOWN, _SIOCSPGRP)),
        ("madvise", 2, _PAGES_OUT),
    ):
        for value in values:
            add(refuse, name, (index, every, value))
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def load() -> None:
    """Put this process behind the filter; it must have no_new_privs. Raises OSError where the kernel refuses."""
    code = program()
    if _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.byref(_Program(len(code) // 8, code)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")
