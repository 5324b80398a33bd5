"""Asks the grader for what nobody offered: the model, a right helper, a file, an attribute.
What stops it: a question is answered only where the check has something to ask.

Loses: 1.1.1, 1.1.2, 1.1.3
"""


def q_sample(x_0, alpha_bar_t, eps):
    for what in ("callback", "q_sample", "ddim_step", "__class__", "../checks", None, ["q_sample"], {"q_sample": 1}):
        channel().sock.sendall(frame({"ask": what, "args": [[1.0], {}]}))
    return x_0
