"""The zygote: imports torch once, then forks a fresh worker whenever the grader asks for one.

Run as a script, isolated (`python -I -B zygote_main.py FD FOLDER`), with FD a control socket. It sees no test and no
submission; the file descriptor of a worker's own channel comes with each request. When the grader is gone, even by
kill -9, it ends all that it forked and deletes FOLDER, in which the workers' files lie.
"""

import contextlib
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

# What a worker may need after the fork: all of the standard library that has no window and no side effect, and what
# holds compiled code, since a worker gets only the source of modules later, from the library.
APART = "antigravity this idlelib turtle turtledemo tkinter _tkinter lib2to3 test ensurepip venv __main__".split()
APART += ["_ios_support"]  # which looks for its library with a compiler and a linker, on any system
BESIDE = """
    numpy numpy.linalg numpy.random numpy.fft numpy.testing typing_extensions
    torch torch.nn torch.nn.functional torch.linalg torch.fft torch.special torch.distributions torch.func
    torch.autograd.functional torch.utils.checkpoint torch.utils.data
    safetensors safetensors.torch
""".split()


def main(control_fd: int, folder: str) -> None:
    gc.disable()  # what is imported stays
    here = Path(__file__).resolve().parents[2]
    sys.path.insert(0, str(here))
    from grader.sandbox.library import PACKAGES, Library, pythons

    library = Library(pythons(), [str(here), str(here.with_name("solution"))])  # before it costs the memory of torch
    from grader.sandbox import confine, networks_main, worker
    from grader.sandbox.wire import Channel, Closed

    import_all()
    sys.path.remove(str(here))
    _forget_all_but({*sys.stdlib_module_names, *PACKAGES, "grader", "__main__"})
    _use_once()
    gc.freeze()  # a collection in a worker would copy all the memory that it looks at
    gc.enable()

    channel = Channel(socket.socket(fileno=control_fd), ahead=0)
    forked = {library.pid}
    with contextlib.suppress(Closed):
        channel.send({"ready": os.getpid(), "walls": confine.prepare()})
        while True:
            request = channel.receive()
            if "spawn" in request:
                with library.reader() as reader:
                    pid = _fork(channel, worker.main, request["spawn"] | {"library": reader})
                forked.add(pid)
                channel.send({"pid": pid})
            elif "predict" in request:
                forked.add(_fork(channel, networks_main.main, request["predict"]))
            elif "reap" in request:
                ended, status, peak = _end(**request["reap"])
                forked.remove(request["reap"]["pid"])
                channel.send({"exit": os.waitstatus_to_exitcode(status), "ended": ended, "peak_kib": peak})
    for pid in forked:
        _end(pid)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # torch takes half a second to take itself down


def import_all() -> None:
    """Import what a worker may need, as far as it is there."""
    for name in [*sorted(sys.stdlib_module_names - set(APART)), *BESIDE]:
        with contextlib.suppress(ImportError), warnings.catch_warnings():  # of other systems, or deprecated
            warnings.simplefilter("ignore")
            importlib.import_module(name)


def _forget_all_but(packages: set[str]) -> None:
    """Have no other module at hand: torch imports some only where they happen to be installed, such as tqdm."""
    for name in list(sys.modules):
        package = name.partition(".")[0]
        if package not in packages and not package.startswith("_"):
            del sys.modules[name]


def _use_once() -> None:
    """Have torch open what some builds of it open at the first product or decomposition, on one thread."""
    torch = sys.modules["torch"]
    torch.set_num_threads(1)  # others would not be there after a fork
    torch.linalg.eigh(torch.eye(2) @ torch.eye(2))


def _fork(channel: Any, job: Callable[..., NoReturn], arguments: dict[str, Any]) -> int:
    """Fork a process that does a job on the socket that comes after the request; returns its id."""
    _, descriptors, _, _ = socket.recv_fds(channel.sock, 1, 1)
    if not descriptors:
        raise sys.modules["grader.sandbox.wire"].Closed
    its = socket.socket(fileno=descriptors[0])
    pid = os.fork()
    if pid == 0:
        try:
            channel.close()
            job(its, **arguments)
        finally:
            os._exit(70)
    its.close()
    return pid


def _end(pid: int, patience: float = 0.0) -> tuple[bool, int, int]:
    """Wait so many seconds for a process to end by itself and kill it.

    Returns whether it did, its wait status, and the most memory that it had, in KiB.
    """
    descriptor = os.pidfd_open(pid)
    ended, _, _ = select.select([descriptor], [], [], patience)
    os.close(descriptor)
    os.kill(pid, signal.SIGKILL)  # not yet waited for, so the number is still its own
    _, status, usage = os.wait4(pid, 0)
    return bool(ended), status, usage.ru_maxrss


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
