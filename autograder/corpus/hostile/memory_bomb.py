"""Takes memory without end, in small pieces and in large ones, touched and untouched.
What stops it: a limit on the worker's address space, which is its own.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import mmap


def attack():
    held = []
    for size in (1 << 34, 1 << 28, 1 << 24, 1 << 20, 1 << 14):
        try:
            while True:
                held.append(mmap.mmap(-1, size))
        except (MemoryError, OSError, ValueError):
            pass
        try:
            while True:
                held.append(bytearray(size))
        except MemoryError:
            continue
    while True:
        held.append([held] * 1000)
