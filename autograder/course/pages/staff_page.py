"""What the pages for course staff have in common: how their templates are filled."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.outcomes import plain


def environment(folder: Path = Path(__file__).parent) -> Environment:
    """Of the templates in a folder: what is not theirs is escaped, and without characters that are not seen."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
