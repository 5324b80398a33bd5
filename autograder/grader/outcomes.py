"""What can become of a call, each with its own sentence for the student.

The sentences never quote an input or an expected value. A message that the student's code raised is quoted only
where it has one of the forms that Python and torch give to everyday mistakes: anything else might carry inputs.
"""

import builtins
import re
import signal
from typing import Any

from grader.paths import GRADED_FILES


class Loses(Exception):
    """A reason, in one or two sentences for the student, why a check does not pass."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class Wrong(Loses):
    """The call returned, but not what it should have."""


class ToDo(Loses):
    """The function, or one that it calls, still raises its TODO."""


class Raised(Loses):
    """The student's code raised an exception."""


class TimedOut(Loses):
    """The call did not end in time."""


class Died(Loses):
    """The worker process ended in the middle of the call."""


class Flooded(Loses):
    """The call sent or asked for more than is allowed."""


class BrokeProtocol(Loses):
    """The worker sent something that is not an answer."""


class NotRun(Loses):
    """The check did not run."""


class GraderFault(Exception):
    """Something of the grader's own failed; it must never cost a student marks silently."""


TODO = re.compile(r"TODO (\d+\.\d+): (\w+)")

_NAME = r"'?\w{1,60}'?"
_SHAPE = r"[\[(]?[\d, x]{0,40}[\])]?"
EVERYDAY_MESSAGES = [
    rf"name {_NAME} is not defined",
    rf"cannot access local variable {_NAME} where it is not associated with a value",
    rf"local variable {_NAME} referenced before assignment",
    rf"module {_NAME} has no attribute {_NAME}",
    rf"{_NAME} object has no attribute {_NAME}",
    rf"{_NAME} object is not (callable|iterable|subscriptable)",
    r"No module named [\w'.]{1,60}",
    rf"cannot import name {_NAME} from {_NAME}.*",
    r"unsupported operand type\(s\) for [-+*/@%&|^<>=*. \w()]{1,30}: '\w+' and '\w+'",
    r"\w+\(\) (missing|takes|got) [\w ,'-]{1,120}",
    r"cannot unpack non-iterable \w+ object",
    r"(too many|not enough) values to unpack \([\w ,]{1,40}\)",
    r"The size of tensor a \(\d{1,6}\) must match the size of tensor b \(\d{1,6}\) at non-singleton dimension \d",
    r"expected scalar type \w+ but found \w+",
    rf"shape '?{_SHAPE}'? is invalid for input of size \d{{1,6}}",
    rf"output with shape {_SHAPE} doesn't match the broadcast shape {_SHAPE}",
    r"expected m1 and m2 to have the same dtype, but got: [\w:! ]{1,40}",
    r"a leaf Variable that requires grad is being used in an in-place operation\.",
    r"(float|integer) division by zero|division by zero|math domain error",
    r"index out of range in self|list index out of range|(tuple|string) index out of range",
    r"(sqrt|log|exp)\(\): argument 'input' \(position 1\) must be Tensor, not \w+",
    r"invalid syntax.*|unexpected indent|expected an indented block.*|'[\[({]' was never closed|unmatched '[\])}]'",
    r"expected ':'|invalid character.*|unindent does not match any outer indentation level|EOL while scanning.*",
    r"unterminated string literal.*|maximum recursion depth exceeded.*|source code string cannot contain null bytes",
    r"CUDA .{0,60}|Found no NVIDIA driver.*|Torch not compiled with CUDA enabled",
]
EVERYDAY = re.compile("|".join(f"(?:{form})" for form in EVERYDAY_MESSAGES))


def raised(function: str, report: Any, sources: dict[str, bytes]) -> Loses:
    """The reason for an exception in `function`, from the worker's report (which is not trusted)."""
    report = report if isinstance(report, dict) else {}
    kind, message = str(report.get("type")), str(report.get("message")).split("\n")[0]
    if kind == "NotImplementedError" and (todo := TODO.match(message)):
        task, name = todo.groups()
        if name == function:
            return ToDo(f"To do: {function} ({task}) is not written yet.")
        return ToDo(f"{function} calls {name} ({task}), which is not written yet.")
    doing = (
        f"{report['place'][0]} could not be imported: it raised"
        if _place(report) and report.get("importing")
        else f"{function} raised"
    )
    where = _where(report, sources)
    if kind in ("SystemExit", "KeyboardInterrupt"):
        return Raised(f"{doing} {kind}{where}: it tried to end Python instead of returning its result.")
    if not isinstance(getattr(builtins, kind, None), type) and not any(kind.encode() in s for s in sources.values()):
        kind = "an exception"
    message = re.sub(r" \(\w+\.py, line \d+\)$", "", message)
    if EVERYDAY.fullmatch(message):
        return Raised(f"{doing} {kind}: {message}{where}.")
    return Raised(
        f"{doing} {kind}{where}. "
        "(The message is not shown, since it could quote hidden inputs; the visible tests show it.)"
    )


def _place(report: dict[str, Any]) -> bool:
    """Whether the report names a graded file and a line."""
    place = report.get("place")
    return isinstance(place, list) and len(place) == 2 and place[0] in GRADED_FILES and isinstance(place[1], int)


def _where(report: dict[str, Any], sources: dict[str, bytes]) -> str:
    """ ", at sampler.py, line 3: `code`" with the code taken from the submission, never from the worker."""
    if not _place(report):
        return ""
    name, line = report["place"]
    code = sources.get(name, b"").decode(errors="replace").splitlines()[line - 1 : line]
    return f", at {name}, line {line}: `{code[0].strip()[:120]}`" if code else f", at {name}, line {line}"


def died(function: str, exit_code: int) -> Died:
    """The reason for a worker that ended: by itself, with an exit code, or by a signal (negative)."""
    if exit_code >= 0:
        return Died(f"{function} ended the Python process (exit code {exit_code}) instead of returning its result.")
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return Died(f"Python crashed or was killed inside {function} ({name}); perhaps it used too much memory.")
