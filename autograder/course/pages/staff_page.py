"""What the pages for course staff have in common: their head, and how their templates are filled."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.outcomes import plain

HERE = Path(__file__).parent
SPACE = re.compile(r"[^\S\n]")  # a tab, or the wide space of a Chinese text


def spaced(text: str) -> str:
    """A student's text whose tabs and other spaces are plain ones, which alone are shown as spaces."""
    return SPACE.sub(" ", text.expandtabs(4))


def environment(folder: Path = HERE) -> Environment:
    """Of a folder's templates, each of which extends `staff_page.html`.

    What is not theirs is escaped, and without characters that are not seen.
    """
    return Environment(
        loader=FileSystemLoader([folder, HERE]),
        autoescape=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
