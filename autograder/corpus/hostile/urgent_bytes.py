"""Sends urgent bytes among those of its answers, which the kernel takes out of the stream, or puts at its head.
What stops it: what arrives is a frame, or it is not.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, an urgent byte is one byte less of an answer, or none.
Ends: wrong, broke the protocol, flooded
"""

import socket


def q_sample(x_0, alpha_bar_t, eps):
    reply = {"returned": 7, "changed": [], "carries_graph": False}
    sock, mine = channel().sock, frame({"replies": [reply]})
    sock.send(b"!", socket.MSG_OOB)
    sock.send(mine[:9])
    sock.send(mine[9:10], socket.MSG_OOB)
    sock.send(mine[10:])
    return torch.zeros_like(x_0)
