"""Reads the memory of its parents, and of every process near them: through /proc, process_vm_readv and ptrace.
What stops it: another user, seccomp, Landlock.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import ctypes
import os


def attack():
    libc, won = ctypes.CDLL(None, use_errno=True), False
    for pid in range(os.getppid() - 60, os.getpid() + 60):
        if pid in (os.getpid(), 0):
            continue
        try:
            with open(f"/proc/{pid}/mem", "rb"):
                won = True
        except OSError:
            pass
        seen = ctypes.create_string_buffer(8)
        here, there = (ctypes.c_void_p * 2)(ctypes.addressof(seen), 8), (ctypes.c_void_p * 2)(id(None), 8)
        won |= libc.process_vm_readv(pid, here, 1, there, 1, 0) > 0
        won |= libc.ptrace(16, pid, 0, 0) == 0
    return won
