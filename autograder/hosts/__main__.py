"""What a host's entry types: `python -m hosts HOST SUBMISSION --out OUT` marks one submission as Gradescope does.

What the grader says while it marks is for the staff: it goes to a file of its own, and not to where a host may show it.
"""

import contextlib
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from grader import claim, files
from grader.commands import refuse
from grader.marking import command
from grader.marking.results import Results
from grader.settings import load
from hosts import autolab, classroom50, junit, marks, pictures, prairielearn
from hosts.marks import FAULT, Marks

HOSTS: dict[str, ModuleType] = {
    "autolab": autolab,
    "classroom50": classroom50,
    "junit": junit,
    "prairielearn": prairielearn,
}


def main(
    host: Annotated[str, typer.Argument(help=", ".join(HOSTS))],
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")],
    out: Annotated[Path, typer.Option(help="where the host's file goes")] = claim.OUT,
    assignment: Annotated[int | None, typer.Option("--assignment", "-a", min=1, max=2)] = None,
) -> None:
    """Mark one submission for a host; exit 0 whatever the mark, and where the grader failed, what that host needs."""
    if host not in HOSTS:
        refuse(f"There is no host {host}; give one of {', '.join(HOSTS)}, or type run_autograder for Gradescope.")
    if missing := [name for name in HOSTS[host].NEEDS if not os.environ.get(name)]:
        refuse(f"Nothing was marked: the environment lacks what {host} sets there: {', '.join(missing)}.")
    number = assignment or (claim.assignments()[0] if len(claim.assignments()) == 1 else 0)
    if not number:
        refuse("Nothing was marked: there are two assignments here; end with 1 or 2 (run_host), or give --assignment.")
    try:
        _hand_over(HOSTS[host], FAULT, out)  # until the marking has ended
    except OSError as error:
        refuse(f"Nothing was marked: {out} cannot be written: {error.strerror}.")
    try:
        marked = _marked(submission, number, HOSTS[host] is prairielearn)
        _hand_over(HOSTS[host], marked, out, last=True)
    except OSError as error:
        refuse(f"The marks were not handed over: {error.filename or out} cannot be written: {error.strerror}.")
    raise typer.Exit(0 if marked.ended else HOSTS[host].FAULT_STATUS)


def _marked(submission: Path, assignment: int, drawn: bool) -> Marks:
    """The marks; those of a marking that did not end where it did not. drawn: whether the host shows pictures."""
    found: list[Marks] = []

    def show(results: Results, number: int) -> None:
        found.append(marks.of_results(results, number))

    with tempfile.TemporaryDirectory() as place:
        log, name = tempfile.mkstemp(prefix="grader-", suffix=".log")  # which its owner alone may read
        with open(log, "w") as file, contextlib.redirect_stdout(file), contextlib.suppress(typer.Exit, SystemExit):
            command.grade(submission, Path(place), show, assignment)
    if not found:
        print(f"The marking did not end; what the grader said is in {name}.", file=sys.stderr, flush=True)
        return FAULT
    Path(name).unlink()
    shown = pictures.of_own_run(submission, assignment, load()) if drawn and found[0].checks else []
    return replace(found[0], pictures=shown)


def _hand_over(host: ModuleType, given: Marks, out: Path, last: bool = False) -> None:
    """Put the host's file in place, or print what it reads; it reads that once, so only the last."""
    out.mkdir(parents=True, exist_ok=True)
    text = host.told(given, os.environ)
    if not host.FILE:
        print(text if last else "", end="", flush=True)
    elif text:
        files.replace(out / host.FILE, text.encode(errors="replace"))
    else:
        (out / host.FILE).unlink(missing_ok=True)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
