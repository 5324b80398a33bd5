"""Reads the memory of its parents, and of every process near them: through /proc, process_vm_readv and ptrace.
What stops it: another user, seccomp, Landlock.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import ctypes
import os


def mapped(pid):
    """Where a process has something; where we have something, if it does not let us know."""
    try:
        with open(f"/proc/{pid}/maps") as file:
            return int(file.read().split("-")[0], 16)
    except OSError:
        return id(None)


def copy(pid):
    seen = ctypes.create_string_buffer(8)
    here, there = (ctypes.c_void_p * 2)(ctypes.addressof(seen), 8), (ctypes.c_void_p * 2)(mapped(pid), 8)
    system("process_vm_readv", pid, here, 1, there, 1, 0)


def trace(pid):
    system("ptrace", 16, pid, 0, 0)
    os.waitpid(pid, 0x40000000)
    system("ptrace", 17, pid, 0, 0)


@once
def attack():
    ways = (lambda pid: os.open(f"/proc/{pid}/mem", os.O_RDONLY), copy, trace)
    return [any([works(way, pid) for pid in near()]) for way in ways]
