"""A student's functions called in workers, each of which serves one check: the callers of every marking."""

import os
import secrets
from typing import Any

from grader import imports, outcomes
from grader.outcomes import GraderFault
from grader.overlay import Submission
from grader.sandbox import confine, wire
from grader.sandbox.zygote import Zygote
from grader.student.budget import Budget, Clock
from grader.student.calls import SMALL_REPLY, Ask, Request, Returned, returned
from grader.student.worker_process import WorkerProcess

EXPOSED = (
    "a student's code could read {}: use a kernel with Landlock, or install libseccomp2, or be root and close the "
    "grader's folder to others (chmod 700); exposed = true in settings.toml marks nevertheless"
)


class Workers:
    """The workers of one marking. exposed: whether one may be used that could read the grader's files."""

    def __init__(self, zygote: Zygote, submission: Submission, exposed: bool = False):
        self.zygote, self.submission, self.exposed = zygote, submission, exposed
        self.cannot_start: Exception | None = None  # why none does: what failed once is not waited for again

    def fresh(self) -> "InWorker":
        """A worker that is started when it is first called."""
        uid = 20000 + secrets.randbelow(30000)  # one after the other, they would tell how many there were
        return InWorker(self, uid if os.geteuid() == 0 else None)

    def start(self, process: WorkerProcess) -> None:
        """Start a worker. Raises the grader's own fault, and the same one for every worker after."""
        if self.cannot_start:
            raise self.cannot_start
        try:
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


class InWorker:
    """Calls the student's functions in a worker of its own."""

    def __init__(self, workers: Workers, uid: int | None):
        self.workers, self.submission = workers, workers.submission
        self.process = WorkerProcess(workers.zygote, workers.submission, uid)
        self.imported: set[str] = set()  # of the student's files
        self.gone: outcomes.Loses | None = None

    def prepare(self, file: str, budget: Budget, ask: Ask) -> None:
        """Start the worker and import one of the student's files, unless that is done. Raises a `Loses`."""
        if not self.process.running:
            self.workers.start(self.process)
        if file in self.imported:
            return
        try:
            with budget.an_import(file) as clock:
                if not self.submission.files[file].strip():
                    raise outcomes.Raised(imports.EMPTY.format(file))
                self._converse(f"The import of {file}", {"file": file}, SMALL_REPLY, ask, clock)
        except outcomes.Loses as reason:
            self.gone = reason
            raise
        self.imported.add(file)

    def call(self, request: Request, ask: Ask, clock: Clock) -> Returned:
        """Call a function of a file that was imported. Raises a `Loses` unless the call returned."""
        return self._converse(request.function, request.body, request.most, ask, clock)

    def close(self) -> None:
        """End the worker."""
        if self.process.running:
            self._end(outcomes.NotRun("the check is over"))

    def _converse(self, name: str, message: dict[str, Any], most: int, ask: Ask, clock: Clock) -> Returned:
        """Send a message and answer what is asked, until the reply comes. name: of what is done, for the student."""
        channel = self.process.channel
        self.process.allow(clock.seconds)
        try:
            channel.send(message, clock.deadline)
            while True:
                reply = channel.receive(clock.deadline, most)
                if not isinstance(reply, dict):
                    raise wire.ProtocolError("a reply is not an object")
                if "ask" in reply:
                    answer = ask(str(reply["ask"]), reply.get("args"), clock)  # which may put off the deadline
                    channel.send(answer, clock.deadline)
                elif "raised" in reply:
                    raise self._raised(name, message, reply["raised"])
                elif "flooded" in reply:
                    raise wire.TooLarge
                else:
                    return returned(reply)
        except TimeoutError:
            raise self._end(clock.ran_out()) from None
        except wire.Closed:
            raise self._end(None, name) from None
        except wire.TooLarge:
            raise self._end(outcomes.Flooded(f"{name} returned more data than any answer has.")) from None
        except wire.ProtocolError:
            sentence = f"{name} sent the grader something that is not an answer."
            raise self._end(outcomes.BrokeProtocol(sentence)) from None
        except (outcomes.Wrong, outcomes.Flooded, outcomes.Stopped) as fault:  # of the examiner, or of a look
            raise self._end(fault) from None
        finally:
            clock.used = self.process.used_since()

    def _raised(self, name: str, message: dict[str, Any], report: Any) -> outcomes.Loses:
        """The reason for an exception; that of the first import may be told whole, since no input is there yet."""
        if "file" in message and not self.imported:
            return outcomes.not_imported(message["file"], report, self.submission.files)
        return outcomes.raised(name, report, self.submission.files)

    def _end(self, fault: outcomes.Loses | None, died_in: str = "") -> outcomes.Loses:
        """Stop the worker and remember why: later calls in this check fail with the same reason.

        died_in: the function in which the worker ended by itself, where that is the reason.
        """
        exit_code, ended = self.process.stop(patience=1.0 if died_in else 0.0)
        self.gone = fault or outcomes.died(died_in, exit_code, ended)
        return self.gone
