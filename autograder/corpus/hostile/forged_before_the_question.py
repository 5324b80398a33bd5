"""Sends replies while the file is being imported, before any question, so that all later ones are one behind.
What stops it: it is taken for the reply to the import, and the import's own for the first answer, which that is not.

Loses: 1.1.1, 1.1.2, 1.1.3, 1.2.1, 1.2.2, 1.2.3, 1.3.1, 1.3.2, 1.3.3, 1.4.1, 1.4.2, 1.4.3, 1.4.4, 1.4.5,
1.5.1, 1.5.2, 1.5.3, 1.5.4, 1.5.5, 1.5.6, 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
Wall: none, what it sends is taken for the reply to an import, which holds no answer.
Ends: broke the protocol
"""

channel().sock.sendall(frame({"replies": [{"returned": 0.0, "changed": []}]}))


def q_sample(x_0, alpha_bar_t, eps):
    return x_0
