"""Opens descriptors until there are no more: pipes, eventfds, epoll.
What stops it: a limit on open files.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: resource limits
Ends: wrong
"""

import os
import select


def many(make):
    """Whether we get a hundred; what we got is closed."""
    held = []
    try:
        while len(held) < 100:
            held += make()
        return True
    except OSError:
        return False
    finally:
        for each in held:
            os.close(each)


def attack():
    epoll = select.epoll()
    return [many(make) for make in (os.pipe, lambda: [os.eventfd(0)], lambda: [os.dup(epoll.fileno())])]
