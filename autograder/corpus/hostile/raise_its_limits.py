"""Raises its own limits, gives itself a better place before the out-of-memory killer, and keeps a core file.
What stops it: hard limits, and /proc is read-only.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import resource


def attack():
    won = False
    for which in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE):
        _, hard = resource.getrlimit(which)
        try:
            resource.setrlimit(which, (hard + 1, hard + 1))
            won = True
        except (ValueError, OSError):
            pass
    for name, value in (
        ("oom_score_adj", "-1000"),
        ("oom_score_adj", "0"),
        ("coredump_filter", "0x7f"),
        ("comm", "init"),
    ):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(value)
            won = True
        except OSError:
            continue
    return won
