"""Sends reports of exceptions that are none: lists, huge texts, places in the checks, a TODO of another task.
What stops it: each part of a report is checked, and no code is quoted that is not the student's.

Loses: 1.1.1, 1.1.2, 1.1.3
"""


def q_sample(x_0, alpha_bar_t, eps):
    for kind, message in (
        ("ab" * 9000, "x" * 90_000),
        (["KeyError"], {}),
        ("NotImplementedError", "TODO 1.1: q_sample"),
    ):
        report = {"type": kind, "message": message, "place": ["../checks/judge.py", 10**30], "importing": [1]}
        channel().sock.sendall(frame({"raised": report}))
    return x_0
