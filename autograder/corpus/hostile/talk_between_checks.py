"""Leaves word for the next check: in files that anyone may write to, in its work folder, in the modules.
What stops it: Landlock or modes, a fresh process and a fresh folder for each check.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    heard = os.path.exists("word") or hasattr(torch, "word")
    torch.word = True
    for path in ("word", "../word", "/tmp/word", "/var/tmp/word", "/dev/shm/word", "/run/lock/word", *BAIT):
        try:
            with open(path, "a") as file:
                file.write("word")
            heard |= path not in BAIT and os.path.getsize(path) > len("word")
        except OSError:
            continue
    return heard
