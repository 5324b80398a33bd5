"""What the pages for course staff have in common: how their templates are filled, and files for their owner's eyes."""

import os
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.outcomes import plain


def environment() -> Environment:
    """Of the templates beside this file: what is not theirs is escaped, and without characters that are not seen."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file that its owner alone may read, in one step, so that a reader always finds a whole one."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with open(half, "w", encoding=encoding, errors="replace", opener=_private) as file:
        file.write(text)
    os.replace(half, path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
