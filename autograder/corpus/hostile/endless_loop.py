"""Loops longer than a call may, ignores every signal, cancels every timer and catches whatever is raised.
What stops it: a deadline in another process, which ends in SIGKILL.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: a deadline
Ends: timed out
"""

import signal
import time

LONG = 12.0  # seconds on a processor, of which a call has ten; so it does end where nobody ends it


def attack():
    signal.alarm(0)
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while time.process_time() < LONG:
        try:
            while time.process_time() < LONG:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except BaseException:
            continue
    return True
