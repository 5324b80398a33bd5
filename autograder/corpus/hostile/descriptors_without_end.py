"""Opens descriptors until there are no more: files, pipes, eventfds, timers, epoll.
What stops it: a limit on open files. A right answer needs none, so it loses nothing.

Loses: none
"""

import os
import select

HELD = []


def attack():
    for make in (os.pipe, select.epoll, lambda: os.open("/dev/null", os.O_RDWR)):
        try:
            for _ in range(1000):
                HELD.append(make())
        except OSError:
            continue


def q_sample(x_0, alpha_bar_t, eps):
    attack()
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
