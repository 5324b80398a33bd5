"""What run_autograder types: `python -m grader SUBMISSION --out OUT` marks one submission."""

import sys
from pathlib import Path
from typing import Annotated

from grader import claim

if __name__ == "__main__":  # the imports below can fail, too
    claim.before_all(sys.argv[1:])

import typer

from grader.commands import say
from grader.marking import command
from grader.marking.results import Results


def main(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")],
    out: Annotated[Path, typer.Option(help="where results.json goes")] = claim.OUT,
) -> None:
    """Mark one submission as Gradescope does; exit 0 whatever the mark, 2 when the grader itself failed."""
    command.grade(submission, out, _say)


def _say(results: Results, assignment: int) -> None:
    say(f"Assignment {assignment}: {results.message}")


if __name__ == "__main__":
    typer.run(main)
