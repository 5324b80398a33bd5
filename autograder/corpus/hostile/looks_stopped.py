"""Names itself so that the kernel's line about it reads as that of a process that another has stopped, and waits: a check
whose worker was stopped is made again.
What stops it: the name is skipped to its last parenthesis.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, its name is no part of what is read.
Ends: wrong
"""

import time


@once
def attack():
    system("prctl", 15, b"a) T 1 1 1 (b)", 0, 0, 0)
    time.sleep(0.5)
    return False
