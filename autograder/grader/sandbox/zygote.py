"""The grader's end of the zygote: start it once, have it fork workers, learn how they ended."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from grader.outcomes import GraderFault
from grader.paths import PRIVATE, STARTER
from grader.sandbox import confine, wire
from grader.sandbox.networks import Predictor

END_SECONDS = 10.0
START_SECONDS = 120.0  # for the import of torch on a cold, slow machine, and for each answer after that


class Zygote:
    """The process that has torch imported and forks workers. Use as a context manager.

    It is in a process group of its own, so that an interrupt from a terminal is the grader's alone to answer. Whenever
    the grader ends, however, it does too, and takes its workers and `folder`, where theirs lie, with it. Several
    threads may ask it, one after the other.
    """

    def __init__(self) -> None:
        """Raises GraderFault where it does not start."""
        confine.hide()
        mine, its = socket.socketpair()
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or "1",
            **{name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")},
            "OPENBLAS_NUM_THREADS": "1",
            "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # a fork copies a table entry for each page: fewer, larger ones
        }
        started = time.monotonic()
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="marking-"))
            self.folder.chmod(0o711)
            main = Path(__file__).with_name("zygote_main.py")
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(main), str(its.fileno()), str(self.folder)],
                env=environment,
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            remove(vars(self).get("folder"))
            raise GraderFault(f"the zygote cannot be started: {error}") from error
        its.close()
        self.sock, self.channel = mine, wire.Channel(mine)
        self._asking = threading.Lock()
        self.peak_kib = 0
        self.predictors: dict[str, Predictor] = {}  # that run, by device
        self._private = [_one_of_each_folder(root) for root in PRIVATE]  # which a worker tries to read
        try:
            self.walls = self._hear(started + START_SECONDS)["walls"]
        except BaseException:
            self.process.kill()
            self.close()
            raise
        self.start_seconds = time.monotonic() - started

    def spawn(self, folder: Path, uid: int | None) -> tuple[int, wire.Channel]:
        """Fork a worker; returns its process id and our end of its channel."""
        mine, its = socket.socketpair()
        with its, self._asking:
            self._say({"spawn": {"folder": str(folder), "uid": uid, "private": self._private}}, its)
            return self._hear(time.monotonic() + START_SECONDS)["pid"], wire.Channel(mine)

    def predictor(self, device: str) -> Predictor:
        """The shipped networks on a device, "cpu" or "cuda", in a process that is started once. Raises NoDevice."""
        if device not in self.predictors:
            mine, its = socket.socketpair()
            with its, self._asking:
                self._say({"predict": {"device": device, "code": str(STARTER)}}, its)
            self.predictors[device] = Predictor(mine)
        return self.predictors[device]

    def reap(self, pid: int, patience: float = 0.0) -> tuple[int, bool]:
        """Give a worker `patience` seconds to end before it is killed; returns how it ended, and whether by itself.

        The former is an exit code, or minus the signal's number.
        """
        with self._asking:
            self._say({"reap": {"pid": pid, "patience": patience}})
            report = self._hear(time.monotonic() + START_SECONDS)
        self.peak_kib = max(self.peak_kib, report["peak_kib"])
        return report["exit"], report["ended"]

    def _say(self, message: dict[str, Any], its: socket.socket | None = None) -> None:
        try:
            self.channel.send(message, time.monotonic() + START_SECONDS)
            if its is not None:
                socket.send_fds(self.sock, [b"x"], [its.fileno()])
        except (wire.Closed, OSError) as error:
            raise GraderFault("the zygote is gone") from error

    def _hear(self, deadline: float) -> dict[str, Any]:
        try:
            return self.channel.receive(deadline)
        except (wire.WireError, TimeoutError) as error:
            self.channel.close()  # a late answer must not be taken for that to another question
            raise GraderFault(f"the zygote does not answer ({type(error).__name__})") from error

    def close(self) -> None:
        """Let the zygote end all its processes and itself; what it leaves behind if it cannot is deleted here."""
        for predictor in self.predictors.values():
            predictor.close()
        self.channel.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        remove(self.folder)

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _one_of_each_folder(root: Path) -> list[str]:
    """A module of each folder in `root`."""
    return list({path.parent: str(path) for path in root.rglob("*.py")}.values())


def remove(folder: Path | None) -> None:
    """Delete a folder, if there is one, and what it holds; what cannot be deleted stays."""
    shutil.rmtree(folder or "", ignore_errors=True)
