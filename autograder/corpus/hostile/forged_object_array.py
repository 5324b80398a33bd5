"""Sends arrays of objects, of dates, of text and of dtypes by odd names.
What stops it: five dtypes are known by name, and no other is ever made.

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
    for dtype in ("object", "O", "|O", "V8", "float128", "datetime64[ns]", "str", "<U1000000", "i8,O", "float64"):
        arrays = [[dtype, [1] * 40 if dtype == "float64" else [1]]]
        channel().sock.sendall(frame({"returned": {"@": "array", "index": 0}, "changed": []}, arrays, bytes(16)))
    return x_0
