"""What a hostile case is laid over: q_sample is right only if the attack got what it wanted, so that success is a mark.

A case defines `attack() -> bool`; one that goes for an answer itself (a forged value, a subclass) defines q_sample.
"""

import gc
import json
import struct

import torch

# What a case may go for; the harness (grader/bait.py, grader/traces.py) has it there, under one of eight numbers.
PORTS = range(20250, 20258)  # on 127.0.0.1, TCP and UDP
SOCKETS = [name.format(n) for n in range(8) for name in ("\0hostile-{}", "/tmp/hostile-{}.sock")]  # Unix, stream
BAIT = [  # files that anyone may write to, each in a folder that anyone may write to
    f"{place}/hostile-{n}/file" for n in range(8) for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")
]
QUEUE = "/hostile-queue"  # for a POSIX message queue
SECRET = "0.1257"  # in the grader's environment, and in the memory of a process of another user, `witness`


def channel():
    """The worker's own end of the wire."""
    return next(each for each in gc.get_objects() if type(each).__name__ == "Channel" and each.sock.fileno() >= 0)


def frame(body, arrays=(), payload=b""):
    """A frame of a body, or of the bytes of a header as they are."""
    header = body if isinstance(body, bytes) else json.dumps({"body": body, "arrays": list(arrays)}).encode()
    return struct.pack(">II", len(header), len(payload)) + header + payload


def attack():
    return False


def q_sample(x_0, alpha_bar_t, eps):
    try:
        won = attack()
    except Exception:
        won = False
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
    return x_t.to(x_0.dtype) if won else torch.zeros_like(x_0)
