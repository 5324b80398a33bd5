"""Ends its main thread, so that the process looks dead while another thread of it answers.
What stops it: whoever answers has to be right, and the kernel ends all threads of a process together.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, whoever answers in the worker has to be right.
Ends: wrong
"""

import threading
import time


def q_sample(x_0, alpha_bar_t, eps):
    sock = channel().sock

    def answer():
        while True:
            time.sleep(0.3)
            sock.sendall(frame({"replies": [{"returned": 1.0, "changed": [], "carries_graph": False}]}))

    threading.Thread(target=answer, daemon=True).start()
    time.sleep(0.1)
    system("syscall", ctypes.c_long(60), ctypes.c_long(0))  # exit, of this thread alone
