"""A student's functions called in workers, each of which serves one check: the callers of every marking."""

import os
import secrets
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from grader import outcomes, overlay, reasons
from grader.outcomes import GraderFault
from grader.phrases import phrase
from grader.sandbox import confine, wire
from grader.sandbox.zygote import Zygote, remove
from grader.student.budget import Budget, Clock
from grader.student.calls import SMALL_REPLY, Ask, Request, Returned, returned
from grader.student.worker_process import WorkerProcess

T = TypeVar("T")
EXPOSED = (
    "a student's code could read {}: use a kernel with Landlock, or install libseccomp2, or be root and close the "
    "grader's folder to others (chmod 700); exposed = true in course.toml marks nevertheless"
)


class Workers:
    """The workers of one marking. exposed: whether one may be used that could read the grader's files.

    While it is entered, a thread starts a worker ahead while a check is at work, and ends it afterwards. The graded
    tree on the disk goes at its end, or else with the zygote.
    """

    def __init__(self, zygote: Zygote, submission: overlay.Submission, exposed: bool = False):
        self.zygote, self.submission, self.exposed = zygote, submission, exposed
        self.cannot_start: Exception | None = None  # why none does: what failed once is not waited for again
        self._beside: ThreadPoolExecutor | None = None
        self._ahead: tuple[WorkerProcess, Future[list[str] | None]] | None = None
        self._ends: list[Future[Any]] = []

    def fresh(self) -> "InWorker":
        """A worker that is started when it is first called."""
        return InWorker(self, self._process())

    def _process(self) -> WorkerProcess:
        uid = 20000 + secrets.randbelow(30000)  # one after the other, they would tell how many there were
        return WorkerProcess(self.zygote, lambda: self.tree, uid if os.geteuid() == 0 else None)

    @cached_property
    def tree(self) -> Path:
        """Where the graded tree is, which is laid once; every worker reads it before it meets the student's code."""
        folder = Path(tempfile.mkdtemp(prefix="tree-", dir=self.zygote.folder))
        try:
            folder.chmod(0o711)
            overlay.lay(self.submission, folder / "tree")
        except BaseException:
            remove(folder)
            raise
        return folder / "tree"

    def start(self, process: WorkerProcess) -> WorkerProcess:
        """Start a worker, or give the one that was started ahead.

        Raises the grader's own fault, and the same one for every worker after.
        """
        if self.cannot_start:
            raise self.cannot_start
        try:
            if self._ahead:
                (process, start), self._ahead = self._ahead, None
                reached = start.result()
            else:
                reached = process.start()
            if reached is None:
                reached = process.start()
            if reached is None:
                raise GraderFault("a worker did not start: it was killed or stopped from outside, twice")
            self.zygote.walls[confine.OUT_OF_REACH] = not reached
            if reached and not self.exposed:
                process.stop()
                raise GraderFault(EXPOSED.format(reached[0]))
        except Exception as fault:
            self.cannot_start = fault
            raise
        if self._beside:
            ahead = self._process()
            self._ahead = ahead, self._beside.submit(ahead.start)
        return process

    def end(self, process: WorkerProcess) -> None:
        """End a worker that is not needed any more."""
        if self._beside:
            self._ends.append(self._beside.submit(process.end))
        else:
            process.end()

    def __enter__(self) -> "Workers":
        self._beside = ThreadPoolExecutor(1)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Raises what went wrong with an end, unless something else did before."""
        assert self._beside
        if self._ahead:
            self.end(self._ahead[0])  # once it has started
        self._beside.shutdown(wait=kind is None)
        self._beside = self._ahead = None
        if "tree" in vars(self):
            remove(self.tree.parent)
        for ended in self._ends if kind is None else ():
            ended.result()


class InWorker:
    """Calls the student's functions in a worker of its own."""

    def __init__(self, workers: Workers, process: WorkerProcess):
        self.workers, self.submission, self.process = workers, workers.submission, process
        self.imported: set[str] = set()  # of the student's files
        self.gone: outcomes.Loses | None = None

    def prepare(self, file: str, budget: Budget, ask: Ask) -> None:
        """Start the worker and import one of the student's files, unless that is done. Raises a `Loses`."""
        if not self.process.running:
            self.process = self.workers.start(self.process)
        if file in self.imported:
            return
        try:
            with budget.an_import(file) as clock:
                if not self.submission.files[file].strip():
                    raise outcomes.Raised(phrase("{file} is empty: hand in the file with your functions.", file=file))
                name, read = phrase("The import of {file}", file=file), partial(self._imported, file)
                self._converse(name, {"file": file}, SMALL_REPLY, ask, clock, read)
        except outcomes.Loses as reason:
            self.gone = reason
            raise
        self.imported.add(file)

    def call(self, requests: list[Request], ask: Ask, clock: Clock) -> list[Returned | outcomes.Loses]:
        """Call a function of a file that was imported: see `Caller.call`."""
        message, most = {"calls": [request.body for request in requests]}, sum(request.most for request in requests)
        return self._converse(requests[0].function, message, most, ask, clock, partial(self._outcomes, requests))

    def close(self) -> None:
        """End the worker."""
        if self.process.running:
            self.gone = outcomes.NotRun("the check is over")
            self.workers.end(self.process)

    def _converse(
        self, name: str, message: dict[str, Any], most: int, ask: Ask, clock: Clock, read: Callable[[dict[str, Any]], T]
    ) -> T:
        """Send a message and answer what is asked, until the reply comes; returns what `read` makes of the reply.

        name: of what is done, for the student. most: bytes that the reply may have.
        """
        channel, marking = self.process.channel, clock.budget
        self.process.allow(clock)  # which ends it when the time of the call is over
        try:
            channel.send(message, marking.deadline)
            while True:
                reply = channel.receive(marking.deadline, most)
                if not isinstance(reply, dict):
                    raise wire.ProtocolError("a reply is not an object")
                if "ask" in reply:
                    answer = ask(str(reply["ask"]), reply.get("args"), clock)  # which may put off the deadlines
                    channel.send(answer, marking.deadline)
                elif "flooded" in reply:
                    raise wire.TooLarge
                else:
                    return read(reply)
        except TimeoutError:
            raise self._end(clock.ran_out()) from None
        except wire.Closed:
            raise self._end(None, name) from None
        except wire.TooLarge:
            sentence = phrase("{name} returned more data than any answer has.", name=name)
            raise self._end(outcomes.Flooded(sentence)) from None
        except wire.ProtocolError:
            sentence = phrase("{name} sent the grader something that is not an answer.", name=name)
            raise self._end(outcomes.BrokeProtocol(sentence)) from None
        except (outcomes.Wrong, outcomes.Flooded, outcomes.Stopped) as fault:  # of the examiner, or of a look
            raise self._end(fault) from None
        finally:
            clock.used = self.process.used_since()

    def _imported(self, file: str, reply: dict[str, Any]) -> None:
        """Raise the reason for a failed import; that of the first may be told whole, since no input is there yet."""
        if "raised" not in reply:
            return
        if self.imported:
            raise reasons.raised(phrase("The import of {file}", file=file), reply["raised"], self.submission.files)
        raise reasons.not_imported(file, reply["raised"], self.submission.files)

    def _outcomes(self, requests: list[Request], reply: dict[str, Any]) -> list[Returned | outcomes.Loses]:
        """What came of the calls that the worker made; it makes one at least."""
        replies = reply.get("replies")
        if not isinstance(replies, list) or not 0 < len(replies) <= len(requests):
            raise wire.ProtocolError("the replies do not belong to the calls")
        return [self._outcome(requests[0].function, each) for each in replies]

    def _outcome(self, function: str, reply: Any) -> Returned | outcomes.Loses:
        if not isinstance(reply, dict):
            raise wire.ProtocolError("a reply is not an object")
        if "raised" in reply:
            return reasons.raised(function, reply["raised"], self.submission.files)
        return returned(reply)

    def _end(self, fault: outcomes.Loses | None, died_in: str = "") -> outcomes.Loses:
        """Stop the worker and remember why: later calls in this check fail with the same reason.

        died_in: the function in which the worker ended by itself, where that is the reason.
        """
        exit_code, ended = self.process.stop(patience=1.0 if died_in else 0.0)
        self.gone = fault or reasons.died(died_in, exit_code, ended)
        return self.gone
