"""Takes more memory than it may, in small pieces and in large ones, touched and untouched.
What stops it: a limit on the worker's address space, which is its own.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: resource limits
Ends: wrong, died
"""

import mmap

MORE = 768 << 20  # bytes; a worker may take 512 MiB more than it starts with


def gets(take, size):
    """Whether we get so much in pieces of a size."""
    held = []
    try:
        while len(held) * size < MORE:
            held.append(take(size))
        return True
    except (MemoryError, OSError):
        return False


@once
def attack():
    sizes = (MORE, 1 << 28, 1 << 24, 1 << 20)
    mapped = [gets(lambda size: mmap.mmap(-1, size), size) for size in sizes]
    return [*mapped, *[gets(bytearray, size) for size in sizes], gets(lambda size: [None] * (size // 8), 8000)]
