"""Gradescope's export: a folder for each submission, and `submission_metadata.yml`, which says whose they are.

What goes back is an autograder zip: `run_autograder` puts the results in place that this marking made, so that
"Regrade all submissions" shows them, those of the GPU tier with them. Gradescope takes no table of scores.
Sources: gradescope/autograder_samples, the pages on specs and metadata; six independent parsers of the export.
"""

import base64
import contextlib
import io
import math
import re
import zipfile
from pathlib import Path
from typing import Any

import yaml

from course.downloads.people import Entry, NoSubmissions, Person, Read, text
from course.downloads.tables import Table
from course.downloads.tops import Top, file
from course.marks import read_back

NAME = "Gradescope's export"
FILE = "gradescope.zip"
TABLE = ""  # of people: none, since the metadata say it
METADATA = "submission_metadata.yml"
MAX_METADATA = 1 << 30
RUN = Path(__file__).with_name("run_gradescope.py")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """As yaml.safe_load, ten times as fast where libyaml is there; what Ruby marks with a tag is a plain value."""


def _plain(loader: Any, node: yaml.Node) -> Any:
    """A value without its tag; bytes, which Ruby writes in base64, as text."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if not node.tag.endswith("binary"):
        return str(node.value)
    with contextlib.suppress(ValueError):
        return base64.b64decode(node.value).decode(errors="replace")
    return str(node.value)


for _tag in (None, "tag:yaml.org,2002:binary"):  # any tag that is unknown, and this one
    _Loader.add_constructor(_tag, _plain)


def fits(top: Top) -> bool:
    """Whether the metadata are there; what a student handed in under that name lies deeper."""
    return any(name == METADATA for name, _ in top.files)


def read(top: Top, table: Table | None) -> Read:
    """The submissions, and what lies beside them and is none. Raises NoSubmissions, and what yaml raises."""
    (metadata,) = (place for name, place in top.files if name == METADATA)
    rows = yaml.load(file(metadata).read(MAX_METADATA).decode("utf-8-sig"), _Loader)  # noqa: S506
    if rows is not None and not isinstance(rows, dict):
        raise NoSubmissions(f"{METADATA} is not a table of submissions; export them from Gradescope again")
    about = {str(name): row for name, row in (rows or {}).items()}
    entries = [_entry(name, about.get(name), top) for name in sorted(about.keys() | top.folders.keys())]
    return Read(entries, [name for name, _ in top.files if name != METADATA])


def _entry(name: str, about: Any, top: Top) -> Entry:
    """An entry from its row of the metadata, of which any part may be missing."""
    about = _unmarked(about if isinstance(about, dict) else {})
    people = about.get("submitters")
    people = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    persons = tuple(Person(*(text(each.get(key)) for key in ("name", "sid", "email"))) for each in people)
    results = about.get("results")
    keyed = read_back.keyed(results) if isinstance(results, dict) and isinstance(results.get("tests"), list) else None
    return Entry(name, persons, text(about.get("created_at")), top.folders.get(name), keyed)


def _unmarked(value: Any) -> Any:
    """A value with the colons off its keys, by which Ruby marks symbols, and of JSON's kinds alone."""
    if isinstance(value, dict):
        return {str(key).removeprefix(":"): _unmarked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    plain = value is None or isinstance(value, (str, int)) or isinstance(value, float) and math.isfinite(value)
    return value if plain else str(value)


def taken_in(marked: list[tuple[Entry, Path]], table: Table | None, assignment: int) -> tuple[bytes, list[str]]:
    """The zip for Gradescope, and sentences about it. marked: the submissions, and where the results of each are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("setup.sh", b"#!/bin/sh\n"), ("run_autograder", RUN.read_bytes())):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100755 << 16  # Unix, a plain file that may be run
            archive.writestr(entry, content)
        for each, results in marked:
            if number := re.fullmatch(r"submission_(\d+)", each.id):
                archive.writestr(f"results/{number[1]}.json", results.read_bytes())
    return packed.getvalue(), []
