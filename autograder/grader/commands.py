"""How a command speaks, and how it ends where it cannot do what was asked: one sentence in bold red, exit status 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NoReturn

import typer
from rich.console import Console

from grader.outcomes import BadSettings
from grader.settings import Settings, load

console = Console()
say = partial(console.print, highlight=False, markup=False, soft_wrap=True)  # words as they are, on one line


def refuse(sentence: str) -> NoReturn:
    """End the command with a sentence and exit status 2."""
    say(sentence, style="bold red")
    raise typer.Exit(2)


@contextmanager
def refusals(what: str, *kinds: type[Exception]) -> Iterator[None]:
    """End the command with "what: reason." where an exception of these kinds is raised; also decorates a command.

    Any other exception is a fault of ours and keeps its traceback.
    """
    try:
        yield
    except kinds as reason:
        refuse(f"{what}: {reason}.")


def settings() -> Settings:
    """The course's settings; bad ones end the command before anything runs."""
    with refusals("Nothing was done", BadSettings):
        return load()
