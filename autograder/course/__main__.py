"""The commands of a course during the term: `make grade`, `grade-all`, `regrade`, `quiz`, `viva`, `items`."""

import signal
import sys
from pathlib import Path
from typing import Annotated

from grader import claim

if __name__ == "__main__" and sys.argv[1:2] == ["grade"]:  # the imports below can fail, too
    claim.before_all(sys.argv[2:])

import typer

from course.pages import report
from course.table import show
from grader.commands import console, settings
from grader.marking import command
from grader.paths import SOLUTION
from grader.settings import Tier

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def grade(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")] = SOLUTION,
    assignment: Annotated[int | None, typer.Option("--assignment", "-a", min=1, max=2)] = None,
    out: Annotated[Path, typer.Option(help="where results.json and report.html go")] = claim.OUT,
    tier: Annotated[Tier | None, typer.Option(help="of sampling quality; if not given, that of course.toml")] = None,
    task: Annotated[str, typer.Option(help="only this task, for a look, as 2.7")] = "",
) -> None:
    """Mark one submission as Gradescope would; exit 0 whatever the mark, 2 when the grader itself failed."""
    command.grade(submission, out, show, assignment, tier, task, report.write)


@app.command()
def grade_all(
    submissions: Annotated[Path, typer.Argument(help="a download of Gradescope, Moodle or Canvas, or a folder")],
    assignment: Annotated[int, typer.Option("--assignment", "-a", min=1, max=2)],
    out: Annotated[Path, typer.Option(help="where the marks go; the same command goes on where it was")] = Path("out"),
    tier: Annotated[Tier | None, typer.Option(help="which checks of sampling quality; default: the settings'")] = None,
    scheduler: Annotated[str, typer.Option(help="of a Dask cluster, as tcp://host:port; else this machine")] = "",
    roster: Annotated[Path | None, typer.Option(help="the host's own table of the people")] = None,
    due: Annotated[str, typer.Option(help="when it was due, as '2026-11-20 23:59 +0800'")] = "",
    against: Annotated[str, typer.Option(help="earlier classes and folders of solutions, separated as in PATH")] = "",
) -> None:
    """Mark a class: each distinct submission once; exit 1 where some could not be marked, 2 where it did not end."""
    from course.batch.grade_all import run

    decided = settings()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tier = tier or decided.tier
    raise typer.Exit(run(console, submissions, assignment, out, tier, scheduler, decided, roster, due, against))


@app.command()
def regrade(
    old: Annotated[Path, typer.Argument(help="the OUT of a make grade-all")],
    new: Annotated[Path, typer.Argument(help="that of a later one, on the same submissions")],
) -> None:
    """Print what a changed check changed: who gained, who lost, at which check; and write NEW/changes.csv."""
    from course.marks.regrade import run

    raise typer.Exit(run(console, old, new))


@app.command()
def quiz(
    seed: Annotated[str, typer.Option(help="a whole number; the same one gives the same papers")],
    papers: Annotated[str, typer.Option(help="how many papers to make")] = "30",
    out: Annotated[Path, typer.Option(help="where papers, keys, marking sheets and Moodle's files go")] = Path("out"),
) -> None:
    """Make printable papers, a key and a marking sheet for each; exit 1 where a PDF could not be printed."""
    from course.quiz.command import run

    raise typer.Exit(run(seed, papers, out))


@app.command()
def viva(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")],
    assignment: Annotated[int, typer.Option("--assignment", "-a", min=1, max=2)],
    out: Annotated[Path, typer.Option(help="where the page goes, in two languages")] = Path("out"),
) -> None:
    """Make questions about a submission's own lines, with answers; exit 1 where there is nothing to ask about."""
    from course.viva.command import run

    raise typer.Exit(run(submission, assignment, out, settings()))


@app.command("items")
def analysis(
    marks: Annotated[Path, typer.Argument(help="a quiz's marks.csv, or a class' written.csv, filled in")],
) -> None:
    """Print how hard each question was, how well it tells people apart, and how far totals can be relied on."""
    from course.marked_items import run

    raise typer.Exit(run(console, marks))


if __name__ == "__main__":
    app()
