"""Looks for the grader's environment: its own, that of its parents and of process 1, and its command lines.
What stops it: a clean environment, another user, and no way into /proc beyond its own.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    texts = list(os.environ.values())
    for pid in {"self", "1", "2", os.getppid(), *range(os.getppid() - 40, os.getpid() + 40)}:
        for name in ("environ", "cmdline", "maps"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    texts.append(file.read().decode(errors="replace"))
            except OSError:
                continue
    return any(SECRET in text for text in texts)
