"""Sends headers in other encodings, with halves of characters, with keys twice, and no JSON at all.
What stops it: whatever cannot be read is no answer.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's forms
Ends: broke the protocol
"""


def q_sample(x_0, alpha_bar_t, eps):
    for header in (
        b"\xff\xfe{\x00",
        "{}".encode("utf-16"),
        b"\x80" * 99,
        b'{"body": 1, "body": 2, "arrays": []}',
        b"",
        b"null",
        b'{"body": "\\ud800", "arrays": []}',
    ):
        channel().sock.sendall(frame(header))
    return x_0
