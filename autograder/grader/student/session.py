"""One marking: the calls that checks make on the student's functions, each check in a worker of its own."""

import math
import os
import secrets
import tempfile
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader import imports, outcomes, overlay
from grader.outcomes import GraderFault
from grader.sandbox import confine, wire
from grader.sandbox.networks import NoDevice
from grader.sandbox.zygote import START_SECONDS, Zygote, remove
from grader.student import stand_ins
from grader.tasks import BY_FUNCTION
from grader.transcript.evidence import Evidence
from grader.transcript.examiner import Examiner

CALL_SECONDS = 10.0  # for one call of a student's function, on a processor; the solution's slowest takes under 1 s
RUN_SECONDS = 420.0  # for a whole marking; Gradescope's own limit is 600 s, the zygote's start with it
OWN_SECONDS = 100.0  # more for the grader's own answers, most of them the network's: it takes 10 s on a processor
FUNCTION_SECONDS = 30.0  # for all calls of one function, so that a slow one leaves time for the others
IMPORT_SECONDS = 10.0  # for one import of a file
ALL_IMPORTS_SECONDS = 150.0  # for all of them, in each check anew; of sympy, the slowest that is there, 60 s
IMPORTS = 2  # that may fail, before none is tried any more
PATIENCE = 3.0  # times both on the clock, for a worker that has to wait for a processor, or just waits
NUMBER_SECONDS = 2e-7  # more of all three for each number of a sampler's state and each step; the solution takes 5e-8
SMALL_REPLY, LARGER = 1 << 20, 32  # bytes of a reply: so many, and so many times those that the call was given
OUT_OF_TIME = f"Not finished: the whole marking has {RUN_SECONDS:.0f} s, and they were used up."

EXPOSED = (
    "a student's code could read {}: use a kernel with Landlock, or install libseccomp2, or be root and close the "
    "grader's folder to others (chmod 700); exposed = true in settings.toml marks nevertheless"
)


@dataclass(frozen=True)
class Returned:
    """What a call gave back, as arrays and numbers, and what it did beside that."""

    value: Any
    changed: list[str]  # the arguments that the call modified, by position or name
    carries_graph: bool
    gradients: list[np.ndarray | None] | None = None  # of a loss, at each answer of its model


class Session:
    """One submission being marked: hands out a fresh `Student` for each check."""

    def __init__(self, zygote: Zygote, submission: overlay.Submission, tier: str = "cpu", exposed: bool = False):
        """tier: "closed-form", "cpu" with the trained network, too, "gpu" with the checks that need CUDA, too.

        exposed: whether a worker may be used that could read the grader's files.
        """
        self.zygote, self.tier, self.exposed = zygote, tier, exposed
        self.submission = submission
        self.deadline = time.monotonic() + RUN_SECONDS
        self.grace = math.inf if tier == "gpu" else OWN_SECONDS  # where a GPU is, Gradescope's limit is not
        # by function, and whether helpers were replaced: one that hung, and the seconds that each has used
        self.hung: dict[tuple[str, bool], outcomes.TimedOut] = {}
        self.spent: dict[tuple[str, bool], float] = defaultdict(float)
        self.importing: dict[str, float] = defaultdict(float)  # seconds for all imports of a file
        self.not_imported: dict[str, list[outcomes.Loses]] = defaultdict(list)  # by file, at most two
        self.calls = 0
        self.cannot_start: Exception | None = None  # why no worker starts: what failed once is not waited for again

    def student(self, stand_in_for: list[str] | None = None) -> "Student":
        """A student in a worker of its own; the grader answers for the helpers in `stand_in_for`."""
        uid = 20000 + secrets.randbelow(30000)  # one after the other, they would tell how many there were
        return Student(self, uid if os.geteuid() == 0 else None, stand_in_for or [])

    def no_gpu(self) -> str:
        """Why the checks of the GPU tier do not run; empty where they do."""
        if self.tier != "gpu":
            return "the GPU tier was not asked for"
        try:
            self.zygote.predictor("cuda")
        except NoDevice as reason:
            return str(reason)
        return ""

    def is_right(self, helper: str, stand_in_for: list[str], again: bool = True) -> bool:
        """Whether a public helper, with right helpers of its own, gives right answers on a few plain inputs."""
        student = self.student(stand_in_for)
        try:
            return all(
                stand_ins.agrees(helper, args, student(helper, *args).value) for args in stand_ins.probes(helper)
            )
        except outcomes.Loses as reason:
            return again and outcomes.from_outside(reason) and self.is_right(helper, stand_in_for, again=False)
        finally:
            student.close()


class Student:
    """The student's functions, in one worker. `student("ddim_step", x_t, ...)` calls one of them."""

    def __init__(self, session: Session, uid: int | None, stand_in_for: list[str]):
        self.session, self.uid, self.stand_in_for = session, uid, stand_in_for
        self.folder: Path | None = None
        self.running = False
        self.looked = 0.0  # when, on the monotonic clock, at what it uses up
        self.used = 0.0  # processor seconds, when they were last looked at
        self.may_use = 0.0  # processor seconds, those of the calls before with them
        self.own = 0.0  # seconds of the present call in which the grader was at work
        self.imported: set[str] = set()  # of the student's files
        self.gone: outcomes.Loses | None = None  # why it cannot be called any more
        self.seen: deque[tuple[str, tuple[Any, ...], Any]] = deque(maxlen=8)  # the last calls and what they returned
        self.answered: set[str] = set()  # the helpers for which the grader answered
        self.evidence: Evidence | None = None  # where the transcripts go, if they are wanted

    def __call__(self, function: str, *args: Any, seed: int = 0, **kwargs: Any) -> Returned:
        """Call a function with arrays, numbers, `Seed` or an `Examiner` in a callable's place.

        seed: of torch's global generator before the call. Raises a `Loses` unless the call returned.
        """
        task = BY_FUNCTION[function]
        if problem := self.session.submission.problems.get(task.file):
            raise outcomes.NotRun(problem)
        if len(failed := self.session.not_imported[task.file]) == IMPORTS:
            raise failed[-1]
        if self.gone:
            raise self.gone
        key = function, bool(self.stand_in_for)
        if hung := self.session.hung.get(key):
            raise outcomes.TimedOut(f"{hung.sentence} It was not called again.")
        if time.monotonic() > self.session.deadline:
            raise outcomes.NotRun(OUT_OF_TIME)
        if self.session.spent[key] > FUNCTION_SECONDS:
            raise outcomes.TimedOut(f"{function} has used up the {FUNCTION_SECONDS:.0f} s of all its checks together.")
        if not self.running:
            self._start()
        if task.file not in self.imported:
            self._import(task.file)
        self.session.calls += 1
        answer: Returned | None = None
        started = time.monotonic()
        examiners = [a for a in (*args, *kwargs.values()) if isinstance(a, Examiner)]
        loops = [each for each in examiners if not each.items]
        extra = sum(NUMBER_SECONDS * math.prod(each.shape) * each.limit for each in examiners)
        self.session.deadline += extra
        self.session.spent[key] -= extra
        deadline = min(time.monotonic() + PATIENCE * (CALL_SECONDS + extra), self.session.deadline)
        self.own, self.may_use = 0.0, self.used + CALL_SECONDS + extra
        request = {
            "module": Path(task.file).stem,
            "function": function,
            "args": [to_wire(a) for a in args],
            "kwargs": {name: to_wire(a) for name, a in kwargs.items()},
            "seed": seed,
            "stand_ins": self.stand_in_for,
        }
        try:
            answer = self._converse(function, request, examiners[0] if examiners else None, deadline)
            if not loops:  # they are judged by transcripts of their own
                self.seen.append((function, args, answer.value))
            return answer
        except outcomes.TimedOut as fault:
            self.session.hung[key] = fault
            raise
        finally:
            waited = (time.monotonic() - started - self.own) / PATIENCE
            self.session.spent[key] += max(self._used_since(), waited)
            if loops and self.evidence:
                self.evidence.ran(function, args, kwargs, loops[0], answer.value if answer else None)

    def _converse(self, function: str, request: dict[str, Any], examiner: Examiner | None, deadline: float) -> Returned:
        given = [8 * math.prod(examiner.shape)] if examiner else []
        values = (*request.get("args", ()), *request.get("kwargs", {}).values())
        given += [a.nbytes for a in values if isinstance(a, np.ndarray)]
        most = SMALL_REPLY + LARGER * sum(given)
        try:
            self.channel.send(request, deadline)
            while True:
                reply = self.channel.receive(deadline, most)
                if not isinstance(reply, dict):
                    raise wire.ProtocolError("a reply is not an object")
                if "ask" in reply:
                    asked = time.monotonic()
                    answer = self._answer(reply, examiner)
                    if reply["ask"] == "callback":  # of which there are only so many; a network's time is not theirs
                        own = time.monotonic() - asked
                        more = min(own, self.session.grace)
                        self.session.grace -= more
                        self.session.deadline += more
                        self.own += own
                        deadline = min(deadline + own, self.session.deadline)
                    self.channel.send(answer, deadline)
                elif "raised" in reply:
                    files = self.session.submission.files
                    if "file" in request and not self.imported:
                        raise outcomes.not_imported(request["file"], reply["raised"], files)
                    raise outcomes.raised(function, reply["raised"], files)
                elif "flooded" in reply:
                    raise wire.Flooded
                else:
                    return returned(reply)
        except TimeoutError:
            if deadline == self.session.deadline:
                raise self._end(outcomes.NotRun(OUT_OF_TIME)) from None
            raise self._end(outcomes.TimedOut(f"{function} did not return within {CALL_SECONDS:.0f} s.")) from None
        except wire.Closed:
            raise self._end(None, function) from None
        except wire.Flooded:
            raise self._end(outcomes.Flooded(f"{function} returned more data than any answer has.")) from None
        except wire.ProtocolError:
            sentence = f"{function} sent the grader something that is not an answer."
            raise self._end(outcomes.BrokeProtocol(sentence)) from None
        except (outcomes.Wrong, outcomes.Flooded, outcomes.Stopped) as fault:  # of the examiner, or of `_look`
            raise self._end(fault) from None

    def _look(self) -> None:
        """Refuse a worker that was stopped, or has used up its time; no work where the last look was just now."""
        if self.running and time.monotonic() > self.looked + wire.WATCH_SECONDS:
            self.looked = time.monotonic()
            if self._processor_seconds() > self.may_use:
                raise TimeoutError
            if self._status()[:1] == ["T"]:
                raise outcomes.Stopped("Python was stopped from outside.")

    def _status(self) -> list[str]:
        """The kernel's figures of the worker, its state the first; none where there is no worker."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split() if self.running else []
        except OSError:  # it has just ended
            return []

    def _processor_seconds(self) -> float:
        """What the worker has used so far; 0 where there is none."""
        fields = self._status()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def _used_since(self) -> float:
        """Processor seconds since this was asked last, so that what a thread uses between two calls counts, too."""
        before, self.used = self.used, self._processor_seconds()
        return self.used - before

    def _answer(self, reply: dict[str, Any], examiner: Examiner | None) -> Any:
        what, args = str(reply["ask"]), reply.get("args")
        if what == "callback" and examiner and isinstance(args, list) and len(args) == len(examiner.parameters):
            return examiner.answer(args)
        helper = "langevin_sample" if what == "langevin_step" else what
        if helper in self.stand_in_for and isinstance(args, list) and len(args) == 2:
            self.answered.add(helper)
            try:
                return stand_ins.answer(what, *args)
            except Exception:
                raise outcomes.Wrong(f"{helper} was called with arguments that do not fit it.") from None
        raise wire.ProtocolError("nobody was to be asked that")

    def _import(self, file: str) -> None:
        """Import one of the student's files; none is tried more than twice where that fails."""
        failed, seconds = self.session.not_imported[file], self.session.importing
        started = time.monotonic()
        self.may_use = self.used + IMPORT_SECONDS
        deadline = min(started + PATIENCE * IMPORT_SECONDS, self.session.deadline)
        try:
            if not self.session.submission.files[file].strip():
                raise outcomes.Raised(imports.EMPTY.format(file))
            if seconds[file] > ALL_IMPORTS_SECONDS:
                raise outcomes.TimedOut(imports.OFTEN.format(file))
            try:
                self._converse(f"The import of {file}", {"file": file}, None, deadline)
            except outcomes.TimedOut:
                raise outcomes.TimedOut(imports.ENDLESS.format(file, IMPORT_SECONDS)) from None
            self.imported.add(file)
        except outcomes.Loses as reason:
            self.gone = reason
            if not isinstance(reason, outcomes.NotRun) and not outcomes.from_outside(reason):
                failed.append(reason)
            raise
        finally:
            seconds[file] += max(self._used_since(), (time.monotonic() - started) / PATIENCE)

    def _start(self) -> None:
        """Start the worker. Raises the grader's own fault, and the same one for every worker after."""
        if self.session.cannot_start:
            raise self.session.cannot_start
        try:
            reached = self._started()
            if reached is None:
                reached = self._started()
            if reached is None:
                raise GraderFault("a worker did not start: it was killed or stopped from outside, twice")
            self.session.zygote.walls[confine.OUT_OF_REACH] = not reached
            if reached and not self.session.exposed:
                self._stop()
                raise GraderFault(EXPOSED.format(reached[0]))
        except Exception as fault:
            self.session.cannot_start = fault
            raise

    def _started(self) -> list[str] | None:
        """Start a worker; the private files that it can read. None where another than the grader ended it first."""
        self.folder = Path(tempfile.mkdtemp(dir=self.session.zygote.folder))
        try:
            self.folder.chmod(0o711)
            overlay.lay(self.session.submission, self.folder / "tree")
            (self.folder / "work").mkdir()
            self.pid, self.channel = self.session.zygote.spawn(self.folder, self.uid)
        except BaseException:
            remove(self.folder)
            raise
        self.running, self.looked, self.may_use = True, time.monotonic(), START_SECONDS
        self.channel.watch = self._look
        try:
            reached: list[str] = self.channel.receive(time.monotonic() + START_SECONDS)["reached"]
            self.used = self._processor_seconds()
            return reached
        except outcomes.Stopped:
            self._stop()
            return None
        except (wire.Closed, wire.ProtocolError, wire.Flooded, TimeoutError) as error:
            exit_code, ended = self._stop(patience=1.0)
            if outcomes.from_outside(outcomes.died("", exit_code, ended)):
                return None
            raise GraderFault(f"a worker did not start (exit code {exit_code})") from error

    def _end(self, fault: outcomes.Loses | None, died_in: str = "") -> Any:
        """Stop the worker and remember why: later calls in this check fail with the same reason.

        died_in: the function in which the worker ended by itself, where that is the reason.
        """
        exit_code, ended = self._stop(patience=1.0 if died_in else 0.0)
        self.gone = fault or outcomes.died(died_in, exit_code, ended)
        return self.gone

    def _stop(self, patience: float = 0.0) -> tuple[int, bool]:
        """Give the worker `patience` seconds to end by itself, end it; returns how it ended, and whether by itself."""
        self.running = False
        try:
            return self.session.zygote.reap(self.pid, patience)
        finally:
            self.channel.close()
            remove(self.folder)

    def close(self) -> None:
        """End the worker; a check that is over needs it no more."""
        if self.running:
            self._end(outcomes.NotRun("the check is over"))


def to_wire(value: Any) -> Any:
    """A call's argument as the worker gets it: an examiner stays here, and only its name goes."""
    return wire.Callback(value.parameters, value.items > 0) if isinstance(value, Examiner) else value


def returned(reply: dict[str, Any]) -> Returned:
    """A worker's reply to a call; it is untrusted, so its form is checked."""
    gradients, changed = reply.get("gradients"), reply.get("changed")
    if (
        "returned" not in reply
        or not (isinstance(changed, list) and all(isinstance(name, str) for name in changed))
        or not (isinstance(gradients, list | None) and all(isinstance(g, np.ndarray | None) for g in gradients or []))
    ):
        raise wire.ProtocolError("a reply lacks something")
    return Returned(reply["returned"], changed, reply.get("carries_graph") is True, gradients)
