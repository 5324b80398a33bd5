"""What `make grade` does before anything that can fail: it takes OUT for itself and leaves no older marks there.

It needs the standard library alone, since a package may be missing.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TextIO

from grader import files
from grader.paths import CHECKS
from grader.phrases import phrase

OUT = Path("out")  # where no --out is given
RESULTS, REPORT = "results.json", "report.html"
FAULT = phrase(
    "The marking did not end: a fault of the grader, not yours. These marks do not count. Tell the course staff."
)
NO_MARKS = {"score": 0, "execution_time": 0, "output": FAULT, "tests": [], "stdout_visibility": "hidden"}
_locks: dict[Path, TextIO] = {}  # kept as long as this process lives


def before_all(arguments: list[str]) -> None:
    """Take the OUT of a marking with these arguments; whatever keeps it from its start afterwards ends in status 2."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--assignment", "-a")
    parser.add_argument("--task", default="")
    try:
        given, _ = parser.parse_known_args(arguments)
    except argparse.ArgumentError:  # an option without its value, of which typer will tell
        return
    if "--help" not in arguments:
        answer_signals(lambda *_: _end("The marking was stopped before it began."))
        sys.excepthook = _failed
        take(folders(given.out, given.assignment or given.task[:1]).values())


def assignments() -> list[int]:
    """The assignments whose hidden checks are here: both in the repository, one in an autograder zip."""
    return [n for n in (1, 2) if (CHECKS / f"assignment{n}").is_dir()]


def folders(out: Path, assignment: str) -> dict[str, Path]:
    """Where the results of each assignment that is to be marked go; all that are here where it is "".

    An assignment is as it was typed, since it may be none: that is told later.
    """
    wanted = [assignment] if assignment else [str(number) for number in assignments()]
    return {number: out if len(wanted) == 1 else out / number for number in wanted}


def take(places: Collection[Path]) -> None:
    """Keep other commands out of folders, and leave no older results in them.

    Where that cannot be, the process ends with a sentence and status 2.
    """
    place = OUT
    try:
        for place in places:
            _locks[place] = _locks.get(place) or files.lock(place)
        for place in places:
            no_marks(place)
    except BlockingIOError as busy:
        print(f"Nothing was marked: {busy}.")
        sys.exit(2)
    except OSError as error:
        for older in places:
            with contextlib.suppress(OSError):
                (older / RESULTS).unlink()
        stays = " What is there is of an earlier marking." if os.path.lexists(place / RESULTS) else ""
        print(f"Nothing was marked: {place / RESULTS} cannot be written: {error}.{stays}")
        sys.exit(2)


def no_marks(place: Path) -> None:
    """Put a zero that says that the marking did not end in the place of older results. Raises OSError."""
    with contextlib.suppress(OSError):
        (place / REPORT).unlink()
    place.mkdir(parents=True, exist_ok=True)
    files.replace(place / RESULTS, json.dumps(NO_MARKS).encode())


def answer_signals(handler: Callable[[int, Any], Any]) -> None:
    """What to do at a signal that asks to stop; what the process was started to ignore, as by nohup, stays ignored."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, handler)


def _failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For `sys.excepthook`: tell a failed import in a sentence, and what nobody thought of with its traceback."""
    if issubclass(kind, ImportError):
        _end(f"The grader failed: {error}. Make its environment anew: delete .venv, or run setup.sh on Gradescope.")
    _end("".join(traceback.format_exception(kind, error, trace)))


def _end(sentence: str) -> NoReturn:
    print(sentence, flush=True)
    os._exit(2)
