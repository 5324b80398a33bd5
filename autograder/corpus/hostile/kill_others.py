"""Signals at the zygote, the grader, its process group and every process near, by each system call that signals.
What stops it: seccomp; also another user, or Landlock.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import os
import signal


@once
def attack():
    """With signal 0, which harms nobody and asks for the same permission."""
    return [
        works(os.kill, 0, 0),
        works(os.kill, -1, 0),
        any([works(os.kill, pid, 0) for pid in near()]),
        any([works(system, "syscall", 200, pid, 0) for pid in near()]),
        any([works(system, "syscall", 234, pid, pid, 0) for pid in near()]),
        any([works(lambda pid: signal.pidfd_send_signal(os.pidfd_open(pid), 0), pid) for pid in near()]),
    ]
