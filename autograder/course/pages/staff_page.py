"""What the pages for course staff have in common: their head, and how their templates are filled."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.outcomes import plain

HERE = Path(__file__).parent


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
