"""Sends reports of exceptions that are none: lists, huge texts, places in the checks, a TODO of another task.
What stops it: each part of a report is checked, and no code is quoted that is not the student's.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: everyday messages only
Ends: raised, to do, wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    kind, message = (["KeyError"], {})
    if x_0.shape == (4, 2):
        kind, message = ("NotImplementedError", "TODO 1.1: q_sample")
    if x_0.shape == (1, 2):
        kind, message = ("ab" * 9000, "x" * 90_000)
    report = {"type": kind, "message": message, "place": ["../checks/judge.py", 10**9], "importing": [1]}
    channel().sock.sendall(frame({"replies": [{"raised": report}]}))
    return x_0
