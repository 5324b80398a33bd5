"""Tries the system calls that sandboxes forget: io_uring, userfaultfd, perf, pidfd, keys, and more.
Those that take root's power in any case are not among them.
What stops it: seccomp refuses each.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp
Ends: wrong
"""

import ctypes
import os
import platform


@once
def attack():
    if platform.machine() != "x86_64":
        return False
    page, me, parent = ctypes.create_string_buffer(4096), os.getpid(), os.getppid()
    perf = ctypes.create_string_buffer((1).to_bytes(4, "little") + (128).to_bytes(4, "little"), 128)
    perf[40] = 0b1100000  # of what a program does itself
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(page), 8)
    context = ctypes.c_ulong(0)
    calls = {
        "io_uring_setup": (425, 1, page),
        "userfaultfd": (323, 1),
        "perf_event_open": (298, perf, 0, -1, -1, 0),
        "pidfd_open": (434, parent, 0),
        "memfd_create": (319, b"x", 0),
        "unshare": (272, 0x400),
        "keyctl": (250, 0, -2, 1, 0),
        "open_tree": (428, -100, b"/", 0),
        "process_vm_readv": (310, me, vector, 1, vector, 1, 0),
        "kcmp": (312, me, me, 0, 0, 0),
        "io_setup": (206, 1, ctypes.byref(context)),
        "inotify_init1": (294, 0),
        "personality": (135, -1),
        "mlock": (149, page, 100),
        "modify_ldt": (154, 0, page, 100),
        "fadvise64": (221, 0, 0, 0, 0),
    }
    return [works(system, "syscall", *map(long, call)) for call in calls.values()]


def long(value):
    return ctypes.c_long(value) if isinstance(value, int) else value
