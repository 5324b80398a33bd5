"""Sends a thousand replies at once, for every question still to come.
What stops it: each is an answer, and a wrong one.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, each of its replies is an answer, and a wrong one.
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    answer = {"@": "array", "index": 0}
    reply = {"replies": [{"returned": answer, "changed": []}]}
    one = frame(reply, [["float64", list(x_0.shape)]], bytes(8 * x_0.numel()))
    channel().sock.settimeout(1)
    try:
        channel().sock.sendall(one * 1000)
    except OSError:
        pass
    return x_0
