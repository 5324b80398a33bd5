"""Sends shapes that overflow: negative, enormous, fractions, true, without end.
What stops it: a shape is up to eight whole numbers, and the bytes must be there.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's forms
Ends: broke the protocol
"""


def q_sample(x_0, alpha_bar_t, eps):
    for shape in ([2**62, 4], [-1], [0, 2**26, 2**26, 2**26], [1.5], [True], "44", [2**26] * 8, [None], [[1]]):
        reply = {"returned": {"@": "array", "index": 0}, "changed": []}
        channel().sock.sendall(frame({"replies": [reply]}, [["float64", shape]], bytes(8)))
    return x_0
