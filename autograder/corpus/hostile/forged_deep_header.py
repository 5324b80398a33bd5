"""Sends JSON that is nested a hundred thousand times.
What stops it: a header that cannot be parsed is no answer.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's forms
Ends: broke the protocol
"""


def q_sample(x_0, alpha_bar_t, eps):
    channel().sock.sendall(frame(b'{"arrays": [], "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
    return x_0
