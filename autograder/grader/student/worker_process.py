"""The grader's end of one worker's process: it is started, watched and ended here, and talked to elsewhere."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from grader import outcomes
from grader.outcomes import GraderFault
from grader.phrases import phrase
from grader.sandbox import wire
from grader.sandbox.zygote import START_SECONDS, Zygote, remove
from grader.student.budget import Clock


class WorkerProcess:
    """The process of one worker; while it is `running`, `channel` leads to it."""

    pid: int
    channel: wire.Channel

    def __init__(self, zygote: Zygote, tree: Callable[[], Path], uid: int | None):
        """tree: lays the graded tree, once, and says where it is."""
        self.zygote, self.tree, self.uid = zygote, tree, uid
        self.folder: Path | None = None
        self.running = False
        self.looked = 0.0  # when, on the monotonic clock, at what it uses up
        self.used = 0.0  # processor seconds, when they were last looked at
        self.used_in_all = 0.0  # those of one that has ended
        self.may_use = 0.0  # processor seconds, those of the calls before with them
        self.clock: Clock | None = None  # of the call that it makes
        self.waited = 0.0  # seconds for a processor, in the calls before

    def start(self) -> list[str] | None:
        """Start the worker; returns the private files that it can read, None where it was ended from outside first."""
        self.folder = Path(tempfile.mkdtemp(dir=self.zygote.folder))
        try:
            self.folder.chmod(0o711)
            (self.folder / "tree").symlink_to(self.tree())
            (self.folder / "work").mkdir()
            self.pid, self.channel = self.zygote.spawn(self.folder, self.uid)
        except BaseException:
            remove(self.folder)
            raise
        self.running, self.looked, self.may_use, self.used_in_all = True, time.monotonic(), START_SECONDS, 0.0
        self.channel.watch = self._look
        try:
            reached: list[str] = self.channel.receive(time.monotonic() + START_SECONDS)["reached"]
            self.used = self._seconds()
            return reached
        except outcomes.Stopped:
            self.stop()
            return None
        except (wire.WireError, TimeoutError) as error:
            exit_code, ended = self.stop(patience=1.0)
            if outcomes.killed(exit_code, ended):
                return None
            raise GraderFault(f"a worker did not start (exit code {exit_code})") from error

    def allow(self, clock: Clock) -> None:
        """Let it have the time of a call, from here on."""
        self.clock, self.may_use, self.waited = clock, self.used + clock.seconds, self._waited()

    def used_since(self) -> float:
        """Processor seconds since this was asked last, so that what a thread uses between two calls counts, too."""
        before, self.used = self.used, self._seconds()
        return self.used - before

    def end(self) -> None:
        """End the worker, if it runs."""
        if self.running:
            self.stop()

    def stop(self, patience: float = 0.0) -> tuple[int, bool]:
        """Give the worker `patience` seconds to end by itself, end it; returns how it ended, and whether by itself."""
        self.used_in_all, self.running = self._seconds(), False
        try:
            return self.zygote.reap(self.pid, patience)
        finally:
            self.channel.close()
            remove(self.folder)

    def _look(self) -> None:
        """Refuse a worker that was stopped, or has used up its time; no work where the last look was just now."""
        if self.running and time.monotonic() > self.looked + wire.WATCH_SECONDS:
            self.looked = time.monotonic()
            if self.clock:
                self.clock.waited = self._waited() - self.waited
            if self._seconds() > self.may_use or (self.clock and self.clock.over):
                raise TimeoutError
            if self._status()[:1] == ["T"]:
                raise outcomes.Stopped(phrase("Python was stopped from outside."))

    def _status(self) -> list[str]:
        """The kernel's figures of the worker, its state the first; none where there is no worker."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split() if self.running else []
        except OSError:  # it has just ended
            return []

    def _seconds(self) -> float:
        """What the worker has used of a processor so far, or until its end."""
        fields = self._status()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else self.used_in_all

    def _waited(self) -> float:
        """The seconds in which its main thread was ready and had no processor; 0 where the kernel does not tell."""
        try:
            return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9
        except (OSError, IndexError):
            return 0.0
