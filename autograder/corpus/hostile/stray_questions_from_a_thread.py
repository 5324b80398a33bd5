"""Goes on asking from a thread, in the middle of its own answers.
What stops it: frames that are out of order are an answer to something else, and wrong.

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
    import threading

    sock = channel().sock
    threading.Thread(target=lambda: sock.sendall(frame({"ask": "callback", "args": []}) * 100), daemon=True).start()
    return x_0 * 0
