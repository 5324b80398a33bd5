"""The zygote: imports torch once, then forks a fresh worker whenever the grader asks for one.

Run as a script, isolated (`python -I -B zygote_main.py FD`), with FD a control socket. It runs no torch operation,
sees no test and no submission; the file descriptor of a worker's own channel comes with each request.
"""

import importlib
import os
import resource
import socket
import sys
from pathlib import Path

# What a worker may need after the fork, when another user id may not be able to read Python's own folders.
PRELOAD = """
    abc array bisect cmath collections contextlib copy dataclasses decimal enum fractions functools heapq inspect
    itertools json linecache logging math numbers operator os pathlib pprint random re statistics string sys textwrap
    time traceback types typing typing_extensions unicodedata warnings numpy numpy.linalg numpy.random numpy.testing
    torch torch.nn torch.nn.functional torch.linalg torch.fft torch.special torch.distributions torch.func
""".split()


def main(control_fd: int) -> None:
    here = str(Path(__file__).resolve().parents[1])
    sys.path.insert(0, here)
    from grader import worker
    from grader.wire import Channel, Closed

    for name in PRELOAD:
        importlib.import_module(name)
    sys.path.remove(here)

    control = socket.socket(fileno=control_fd)
    channel = Channel(control)
    channel.send({"ready": os.getpid(), "walls": worker.walls()})
    while True:
        try:
            request = channel.receive()
        except Closed:
            return
        if "spawn" in request:
            _, (worker_fd,), _, _ = socket.recv_fds(control, 1, 1)
            pid = os.fork()
            if pid == 0:
                control.close()
                worker.main(socket.socket(fileno=worker_fd), **request["spawn"])
            os.close(worker_fd)
            channel.send({"pid": pid})
        elif "reap" in request:
            _, status = os.waitpid(request["reap"], 0)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            channel.send({"exit": os.waitstatus_to_exitcode(status), "peak_kib": peak})


if __name__ == "__main__":
    main(int(sys.argv[1]))
