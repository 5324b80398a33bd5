"""Loops for ever, ignores every signal, cancels every timer and catches whatever is raised.
What stops it: a deadline in another process, which ends in SIGKILL.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import signal


def attack():
    signal.alarm(0)
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        try:
            while True:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except BaseException:
            continue
