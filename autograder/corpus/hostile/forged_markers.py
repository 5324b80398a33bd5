"""Sends the grader's own markers back, and markers that would build anything.
What stops it: three are known, and each is checked.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's forms
Ends: broke the protocol
"""


def q_sample(x_0, alpha_bar_t, eps):
    for marker in ("Callback", "Seed", "Other", "Channel", "__import__", ["Seed"], {}, None):
        value = {"@": marker, "seed": [1], "parameters": 3, "description": {}, "command": "id"}
        channel().sock.sendall(frame({"replies": [{"returned": value, "changed": []}]}))
    return x_0
