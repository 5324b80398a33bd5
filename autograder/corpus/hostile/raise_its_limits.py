"""Raises its own limits, gives itself a better place before the out-of-memory killer, and keeps a core file.
What stops it: hard limits, and no file can be opened.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, hard limits
Ends: wrong
"""

import os
import resource


def raises(which):
    soft, hard = resource.getrlimit(which)
    more = 2 * soft + 1
    try:
        resource.setrlimit(which, (more, hard if hard == resource.RLIM_INFINITY else max(hard, more)))
        return True
    except (ValueError, OSError):
        return False


def write(name, value):
    os.write(os.open(f"/proc/self/{name}", os.O_WRONLY), value)


@once
def attack():
    works(system, "prctl", 4, 1, 0, 0, 0)  # dumpable, or our files in /proc are root's
    return [
        *[raises(which) for which in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)],
        works(write, "oom_score_adj", b"0"),
        works(write, "coredump_filter", b"0x7f"),
        works(write, "comm", b"init"),
    ]
