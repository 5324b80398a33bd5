"""Has a right answer, and sends it byte by byte for longer than a call may take.
What stops it: the time of the whole call is limited, not that of each byte.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: a deadline
Ends: timed out, wrong
"""

import sys


def q_sample(x_0, alpha_bar_t, eps):
    import time

    wire, mine = sys.modules["grader.sandbox.wire"], channel()

    def slowly(body):
        del mine.send
        answer = wire.encode(body)
        for number in range(72):
            mine.sock.sendall(answer[number : number + 1])
            time.sleep(0.5)
        mine.sock.sendall(answer[72:])

    if alpha_bar_t.ndim == 0:
        return torch.zeros_like(x_0)
    if x_0.shape == (1, 2):
        mine.send = slowly
    return right(x_0, alpha_bar_t, eps)
