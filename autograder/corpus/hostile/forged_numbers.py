"""Sends integers of a hundred thousand digits, NaN as a word, and floats by odd names.
What stops it: JSON's own numbers only, none above 64 bits.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's forms
Ends: broke the protocol, flooded
"""


def q_sample(x_0, alpha_bar_t, eps):
    for number in (
        b"1" * 100_000,
        b"NaN",
        b"-Infinity",
        b"1e999999",
        b'{"@": "float", "value": [1]}',
        b'{"@": "float", "value": "x"}',
    ):
        reply = b'{"changed": [], "returned": ' + number + b"}"
        channel().sock.sendall(frame(b'{"arrays": [], "body": {"replies": [' + reply + b"]}}"))
    return x_0
