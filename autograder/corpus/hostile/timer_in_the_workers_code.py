"""Sets a timer whose handler raises wherever the worker then is: in its own code, between two questions.
What stops it: the worker ends there, which costs this check and no other.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died, wrong, raised
"""

import signal


def late(*args):
    raise ValueError("late")


def attack():
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
    return False
