"""The grader's end of the zygote: start it once, have it fork workers, learn how they ended."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from grader import wire
from grader.outcomes import GraderFault
from grader.paths import STARTER
from grader.predictor import Predictor

START_SECONDS = 120.0  # for the import of torch on a cold, slow machine, and for each answer after that


class Zygote:
    """The process that has torch imported and forks workers. Use as a context manager."""

    def __init__(self) -> None:
        mine, its = socket.socketpair()
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or "1",
            **{name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")},
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-I", "-B", str(Path(__file__).with_name("zygote_main.py")), str(its.fileno())]
        started = time.monotonic()
        self.process = subprocess.Popen(
            command, env=environment, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL, cwd="/"
        )
        its.close()
        self.sock, self.channel = mine, wire.Channel(mine)
        self.peak_kib = 0
        self._predictors: dict[str, Predictor] = {}
        try:
            self.walls = self._hear(started + START_SECONDS)["walls"]
        except GraderFault:
            self.close()
            raise
        self.start_seconds = time.monotonic() - started

    def spawn(self, folder: Path, uid: int | None) -> tuple[int, wire.Channel]:
        """Fork a worker; returns its process id and our end of its channel."""
        mine, its = socket.socketpair()
        with its:
            self._say({"spawn": {"folder": str(folder), "uid": uid}})
            socket.send_fds(self.sock, [b"x"], [its.fileno()])
        return self._hear(time.monotonic() + START_SECONDS)["pid"], wire.Channel(mine)

    def predictor(self, device: str) -> Predictor:
        """The shipped networks on a device, "cpu" or "cuda", in a process that is started once. Raises NoDevice."""
        if device not in self._predictors:
            mine, its = socket.socketpair()
            with its:
                self._say({"predict": {"device": device, "code": str(STARTER)}})
                socket.send_fds(self.sock, [b"x"], [its.fileno()])
            self._predictors[device] = Predictor(mine)
        return self._predictors[device]

    def reap(self, pid: int) -> int:
        """Kill a worker, wait for it and return how it ended: an exit code, or minus the signal's number."""
        self._say({"reap": pid})
        report = self._hear(time.monotonic() + START_SECONDS)
        self.peak_kib = max(self.peak_kib, report["peak_kib"])
        return report["exit"]

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self.channel.send(message)
        except wire.Closed as error:
            raise GraderFault("the zygote is gone") from error

    def _hear(self, deadline: float) -> dict[str, Any]:
        try:
            return self.channel.receive(deadline)
        except (wire.Closed, wire.ProtocolError, wire.Flooded, TimeoutError) as error:
            raise GraderFault(f"the zygote does not answer ({type(error).__name__})") from error

    def close(self) -> None:
        for predictor in self._predictors.values():
            predictor.close()
        self.channel.close()
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
