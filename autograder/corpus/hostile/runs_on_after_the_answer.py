"""Leaves threads, timers and finalisers behind that go on after the answer: they send, write and change what they can.
What stops it: the worker ends with its check; until then, all that it has is its own.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import gc


import threading
import weakref


class Last:
    def __del__(self):
        channel().sock.sendall(frame({"returned": 0.0, "changed": []}))


def q_sample(x_0, alpha_bar_t, eps):
    last, x_t = Last(), torch.zeros_like(x_0)
    last.me = last
    weakref.finalize(x_t, gc.collect)
    for path in BAIT:
        threading.Timer(0.001, lambda path=path: open(path, "w").write("later")).start()
    return x_t
