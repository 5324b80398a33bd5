"""How a command speaks, and how it ends where it cannot do what was asked: one sentence in bold red, exit status 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

from grader.outcomes import BadSettings, plain
from grader.settings import Settings, load

console = Console()


def say(text: str, style: str = "", end: str = "\n") -> None:
    """Print words as they are, on one line; what could do something to a terminal is seen and not done."""
    console.print(plain(text), style=style, end=end, highlight=False, markup=False, soft_wrap=True)


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
