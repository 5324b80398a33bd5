"""The zygote: imports torch once, then forks a fresh worker whenever the grader asks for one.

Run as a script, isolated (`python -I -B zygote_main.py FD`), with FD a control socket. It runs no torch operation,
sees no test and no submission; the file descriptor of a worker's own channel comes with each request.
"""

import contextlib
import importlib
import os
import resource
import socket
import sys
import warnings
from pathlib import Path

# What a worker may need after the fork: all of the standard library that has no window and no side effect, since
# another user id may not be able to read the folder that it lies in, and marks must not hang on that.
APART = "antigravity this idlelib turtle turtledemo tkinter _tkinter lib2to3 test ensurepip venv __main__".split()
BESIDE = """
    concurrent.futures.thread importlib.resources logging.handlers multiprocessing.pool xml.etree.ElementTree
    ctypes.wintypes
    numpy numpy.linalg numpy.random numpy.fft numpy.testing typing_extensions
    torch torch.nn torch.nn.functional torch.linalg torch.fft torch.special torch.distributions torch.func
    torch.autograd.functional torch.utils.checkpoint torch.utils.data
""".split()


def main(control_fd: int) -> None:
    here = str(Path(__file__).resolve().parents[1])
    sys.path.insert(0, here)
    from grader import predictor_main, worker
    from grader.wire import Channel, Closed

    for name in [*sorted(sys.stdlib_module_names - set(APART)), *BESIDE]:
        with contextlib.suppress(ImportError), warnings.catch_warnings():  # of other systems, or deprecated
            warnings.simplefilter("ignore")
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
            _, (its_fd,), _, _ = socket.recv_fds(control, 1, 1)
            pid = os.fork()
            if pid == 0:
                control.close()
                worker.main(socket.socket(fileno=its_fd), **request["spawn"])
            os.close(its_fd)
            channel.send({"pid": pid})
        elif "predict" in request:
            _, (its_fd,), _, _ = socket.recv_fds(control, 1, 1)
            if os.fork() == 0:
                control.close()
                predictor_main.main(socket.socket(fileno=its_fd), **request["predict"])
            os.close(its_fd)
        elif "reap" in request:
            _, status = os.waitpid(request["reap"], 0)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            channel.send({"exit": os.waitstatus_to_exitcode(status), "peak_kib": peak})


if __name__ == "__main__":
    main(int(sys.argv[1]))
