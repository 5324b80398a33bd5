"""Why a call comes to nothing, in a sentence for the student.

The sentences never quote an input or an expected value. A message that the student's code raised in a call is quoted
only where it has one of the forms that Python and torch give to everyday mistakes: anything else might carry inputs.
"""

import builtins
import re
import signal
import sys
from typing import Any

from grader import imports, outcomes
from grader.messages import everyday
from grader.outcomes import Died, Killed, Loses, Raised, ToDo
from grader.phrases import phrase
from grader.tasks import BY_ID

NEW = (SyntaxError, ImportError, NameError)  # raised by code that only a Python newer than the grader's can run
MESSAGE = 200  # letters of an exception's message
TODO = re.compile(r"TODO (\d+\.\d+): (\w+)")


def raised(function: str, report: Any, sources: dict[str, bytes]) -> Loses:
    """The reason for an exception in `function`, from the worker's report (which is not trusted)."""
    kind, message, place = _parts(report, sources)
    todo = TODO.match(message) if kind == "NotImplementedError" else None
    if todo and (task := BY_ID.get(todo[1])) and task.function == todo[2]:
        if task.function == function:
            return ToDo(phrase("To do: {function} ({task}) is not written yet.", function=function, task=task.task))
        return ToDo(
            phrase(
                "{function} calls {other} ({task}), which is not written yet.",
                function=function,
                other=task.function,
                task=task.task,
            )
        )
    what = {"function": function, "kind": _kind(kind), "where": _at(place)}
    if kind in ("SystemExit", "KeyboardInterrupt"):
        return Raised(
            phrase("{function} raised {kind}{where}: it tried to end Python instead of returning its result.", **what)
        )
    if kind == "MemoryError" or kind == "RuntimeError" and "can't allocate memory" in message:
        return Raised(phrase("{function} needs more memory than the grader gives{where}.", **what))
    if quoted := everyday(message, sources):
        return Raised(phrase("{function} raised {kind}: {quoted}{where}.", quoted=quoted, **what))
    if not message:
        return Raised(phrase("{function} raised {kind}{where}.", **what))
    return Raised(
        phrase(
            "{function} raised {kind}{where}. "
            "(The message is not shown, since it could quote hidden inputs; call the function yourself to see it.)",
            **what,
        )
    )


def not_imported(file: str, report: Any, sources: dict[str, bytes]) -> Raised:
    """The reason for an exception in the import of a file, before any input was there: its message is shown."""
    kind, message, place = _parts(report, sources)
    message = re.sub(r"/[^\s'\"]*/|0x[0-9a-f]+", "…", message)  # a folder or an address is another one each time
    said = ": ".join(filter(None, (_kind(kind), message[:MESSAGE]))) + _at(place)
    failed, other = phrase("{file} could not be imported", file=file), place[0] if place else file
    if other != file:
        failed = phrase("{file} could not be imported, because of {other}, which it imports", file=file, other=other)
    if why := imports.reason(kind, message, place[2] if place else ""):
        return Raised(phrase("{failed}: {why}. ({said})", failed=failed, why=why, said=said))
    sentence = phrase("{failed}: it raised {said}.", failed=failed, said=said)
    if other != file:
        sentence = phrase("{failed}: {other} raised {said}.", failed=failed, other=other, said=said)
    if issubclass(_class(kind), NEW):
        python = "{}.{}".format(*sys.version_info)
        sentence = phrase("{sentence} (The grader's Python is {python}.)", sentence=sentence, python=python)
    return Raised(sentence)


def _class(kind: str) -> type:
    """The exception of a name, as far as it is Python's."""
    found = getattr(builtins, kind, None)
    return found if isinstance(found, type) else Exception


def _parts(report: Any, sources: dict[str, bytes]) -> tuple[str, str, tuple[str, int, str] | None]:
    """Kind ("": unknown), message and place of an exception, each of a known form; a message may still say anything."""
    report = report if isinstance(report, dict) else {}
    kind, message = (value if isinstance(value, str) else "" for value in map(report.get, ("type", "message")))
    message = re.sub(r" \(\S+\.py(, line \d+)?\)$", "", message.split("\n")[0])
    return kind if _is_exception(kind, sources) else "", message, _place(report, sources)


def _kind(kind: str) -> str:
    """The name of an exception, in words where it is not known."""
    return kind or phrase("an exception")


def _is_exception(kind: str, sources: dict[str, bytes]) -> bool:
    """Whether a name is that of one of Python's exceptions, or of a class that the submission itself defines."""
    if not re.fullmatch(r"[A-Za-z_]\w{0,79}", kind, re.ASCII):
        return False
    builtin = getattr(builtins, kind, None)
    if isinstance(builtin, type) and issubclass(builtin, BaseException):
        return True
    return any(re.search(rf"class {kind}\b", s.decode(errors="replace")) for s in sources.values())


def _at(place: tuple[str, int, str] | None) -> str:
    """A place in words, to follow what happened there."""
    return phrase(", at {file}, line {line}: `{code}`", file=place[0], line=place[1], code=place[2]) if place else ""


def _place(report: dict[str, Any], sources: dict[str, bytes]) -> tuple[str, int, str] | None:
    """File, line and code of a report, if the submission has that line; the code never comes from the worker."""
    match report.get("place"):
        case [str(name), int(line)] if name in sources and not isinstance(line, bool) and line >= 1:
            code = re.split(r"\r\n|\r|\n", sources[name].decode(errors="replace"))[line - 1 : line]  # as Python counts
            shown = code[0].strip()[:120].replace("`", "'") if code else ""  # between backquotes
            return (name, line, shown) if shown else None
    return None


def died(function: str, exit_code: int, ended: bool) -> Died:
    """The reason for a worker that ended: by itself, with an exit code, or by a signal (negative).

    ended: whether the worker had ended before the grader ended it.
    """
    if exit_code >= 0:
        return Died(
            phrase(
                "{function} ended the Python process (exit code {code}), but must return.",
                function=function,
                code=exit_code,
            )
        )
    try:
        name: str = signal.Signals(-exit_code).name
    except ValueError:
        name = phrase("signal {number}", number=-exit_code)
    kind = Killed if outcomes.killed(exit_code, ended) else Died
    return kind(
        phrase(
            "Python crashed or was killed inside {function} ({signal}); perhaps it used too much memory.",
            function=function[:1].lower() + function[1:],
            signal=name,
        )
    )
