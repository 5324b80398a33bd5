"""A folder of zips and folders, one for each submission: whose they are, nothing says but their names."""

import contextlib
from pathlib import Path

from course.downloads import canvas, gradescope, moodle
from course.downloads.gradescope import METADATA
from course.downloads.people import Entry, NoSubmissions, Read
from course.downloads.tables import Table
from course.downloads.tops import Top, of_folder, opened
from grader.handed_in import ARCHIVES
from grader.paths import GRADED_FILES

NAME = "a folder of zips and folders"
FILE = ""
TABLE = ""
DOWNLOAD = "It is {}: give it by itself."
EXPORT = f"It has a {METADATA} and no graded files; where it is an export, give it by itself."


def read(top: Top, table: Table | None) -> Read:
    """The submissions, and what lies beside them and is none. Raises NoSubmissions where it is one submission."""
    zips = {name: place for name, place in top.files if name.lower().endswith(ARCHIVES)}
    strange = [name for name, _ in top.files if name not in zips]
    if not (top.folders or zips) and any(name in GRADED_FILES for name in strange):
        raise NoSubmissions(
            f"{top.where} is one submission, not a class; mark it with make grade SUBMISSION={top.where}"
        )
    places = top.folders | zips
    return Read([Entry(name, place=places[name], advice=_advice(places[name])) for name in sorted(places)], strange)


def downloads(top: Top) -> dict[str, str]:
    """Which of the zips are a host's download of a whole class, as where it lies beside its roster: name -> kind."""
    return {name: kind for name, place in top.files if (kind := _download(place))}


def _download(place: object) -> str:
    with contextlib.suppress(Exception):  # what is no zip, or cannot be read
        if isinstance(place, Path) and place.is_file():
            zipped = opened(place)
            return next((kind.NAME for kind in (gradescope, moodle, canvas) if kind.fits(zipped)), "")
    return ""


def _advice(place: object) -> str:
    if download := _download(place):
        return DOWNLOAD.format(download)
    exported = isinstance(place, Path) and place.is_dir() and (place / METADATA).is_file()
    return EXPORT if exported and of_folder(place).folders else ""  # type: ignore[arg-type]
