"""Announces four gigabytes, twice, and sends as much of them as is taken, up to half of one.
What stops it: lengths are capped before anything is read.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's caps
Ends: flooded
"""


def q_sample(x_0, alpha_bar_t, eps):
    channel().sock.sendall(b"\xff" * 8)
    for _ in range(512):
        channel().sock.sendall(bytes(1 << 20))
    return x_0
