"""The grader's commands; `make help` lists them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader import starter as starter_files
from grader.marking import assignments, mark
from grader.outcomes import GraderFault
from grader.paths import SOLUTION
from grader.table import show
from grader.zygote import Zygote

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()


@app.command()
def grade(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")] = SOLUTION,
    assignment: Annotated[int | None, typer.Option("--assignment", "-a", min=1, max=2)] = None,
    out: Annotated[Path, typer.Option(help="where results.json goes")] = Path("out"),
) -> None:
    """Mark one submission as Gradescope would; exit 0 whatever the mark, 2 when the grader itself failed."""
    if not submission.exists():
        console.print(f"There is no submission at {submission}; give a folder or a zip with sampler.py and score.py.")
        raise typer.Exit(2)
    wanted = [assignment] if assignment else assignments()
    try:
        with Zygote() as zygote:
            for number in wanted:
                results = mark(submission, number, out if len(wanted) == 1 else out / str(number), zygote)
                show(console, results, number)
    except GraderFault as fault:
        console.print(f"[bold red]The grader failed:[/] {fault}")
        raise typer.Exit(2) from None


@app.command()
def starter() -> None:
    """Write starter/sampler.py and starter/score.py from the solution."""
    try:
        changed = starter_files.write()
    except starter_files.RegionError as error:
        console.print(f"The solution's regions are not in order: {error}")
        raise typer.Exit(2) from None
    console.print(*[f"wrote {path.name}" for path in changed] or ["the starter was in step already"])


@app.command()
def solution_check() -> None:
    """Check the grader against the solution, the starter, the corpora and the zips."""
    from grader.solution_check import run

    raise typer.Exit(0 if run(console) else 1)


@app.command()
def release(out: Annotated[Path, typer.Option(help="where the zips go")] = Path("out/release")) -> None:
    """Build the two student zips and the two autograder zips."""
    from grader.release import build

    for path in build(out):
        console.print(f"{path}  {path.stat().st_size / 1024:.0f} KiB", highlight=False)


@app.command()
def bench() -> None:
    """Measure one marking: where its time goes, and the cost of keeping the student's code outside."""
    from grader.bench import run

    run(console)


if __name__ == "__main__":
    app()
