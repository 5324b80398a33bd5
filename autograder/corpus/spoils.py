"""What a hostile case is laid over: q_sample is right only if the attack got what it wanted, so that success is a mark.

A case defines `attack()`, which returns what it won, a truth or a list of one for each of its parts. It may raise
OSError where it was refused, and nothing else: any other error is one of its own, and it missed. One that goes for an
answer itself (a forged value, a subclass) defines q_sample.
"""

import ctypes
import functools
import gc
import json
import os
import struct
import sys

import torch

# What a case may go for; the harness (bait.py and traces.py of workshop/attacks) has it there, under one of these numbers.
RUNS = range(8)
PORTS = [20250 + n for n in RUNS]  # on 127.0.0.1, TCP and UDP
SOCKETS = [name.format(n) for n in RUNS for name in ("\0hostile-{}", "/tmp/hostile-{}.sock")]  # Unix, stream
BAIT = [  # files that anyone may write to, each in a folder that anyone may write to
    f"{place}/hostile-{n}/file" for n in RUNS for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")
]
QUEUE = "/hostile-queue"  # for a POSIX message queue
SECRET = "0.1257"  # in the grader's environment, and in the memory of a process of another user, `witness`
once = functools.cache  # of an attack that changes or holds what it finds: each worker makes it once
ENOUGH = any  # of the parts of an attack, to be worth a mark; with its walls down the harness wants all


def system(name, *args):
    """Call a function of the C library, which no stand-in of the grader's hears of; raises OSError."""
    result = getattr(ctypes.CDLL(None, use_errno=True), name)(*args)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def works(act, *args):
    """Whether the system lets us do something."""
    try:
        act(*args)
        return True
    except OSError:
        return False


def swap(place, **new):
    """Replace attributes that must be there."""
    for name, value in new.items():
        getattr(place, name)
        setattr(place, name, value)


def near():
    """The numbers of the processes around us."""
    return [pid for pid in range(max(os.getppid() - 300, 2), os.getpid() + 60) if pid != os.getpid()]


def code_of_the_grader():
    """The files of the grader's modules that the worker has loaded, and the folder that they and the checks are in."""
    files = [each.__file__ for name, each in sorted(sys.modules.items()) if name.startswith("grader.")]
    return files, os.path.dirname(os.path.dirname(os.path.dirname(sys.modules["grader.sandbox.worker"].__file__)))


def right(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)


def channel():
    """The worker's own end of the wire."""
    return next(each for each in gc.get_objects() if type(each).__name__ == "Channel" and each.sock.fileno() >= 0)


def finder():
    """What the worker imports with: it asks the library beside the zygote for Python's own files."""
    return next(each for each in gc.get_objects() if type(each).__name__ == "Finder")


def frame(body, arrays=(), payload=b""):
    """A frame of a body, or of the bytes of a header as they are."""
    header = body if isinstance(body, bytes) else json.dumps({"body": body, "arrays": list(arrays)}).encode()
    return struct.pack(">II", len(header), len(payload)) + header + payload


def attack():
    return False


def q_sample(x_0, alpha_bar_t, eps):
    try:
        won = attack()
    except OSError:
        won = False
    parts = won if isinstance(won, list) else [won]
    return right(x_0, alpha_bar_t, eps) if parts and ENOUGH(parts) else torch.zeros_like(x_0)
