"""Of which kind a download is: told here alone, by its names, and never guessed; each kind has a module of its own.

What is odd about one submission costs no other: it stays nameable, or it is named as left out.
"""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from course.downloads import canvas, clones, gradescope, lateness, moodle, plain, tables, tops
from course.downloads.lateness import Due
from course.downloads.people import Entry, NoSubmissions, ids
from course.downloads.tables import Table
from course.downloads.tops import Top
from grader.overlay import quoted
from grader.paths import GRADED_FILES

NAMED = (moodle, canvas)  # kinds that are told by what the host calls each file


@dataclass(frozen=True)
class Found:
    """A class: its submissions in the order of their ids, and sentences about what is odd."""

    kind: ModuleType  # of which it is
    entries: list[Entry]
    left_out: list[str]  # what lies beside the submissions and is none
    renamed: list[str]  # submissions whose id is not the name that they have there
    unknown: list[str]  # submissions of people who are not in the table
    table: Table | None = None  # the host's own, of the people
    untold: tuple[str, ...] = ()  # whose lateness nothing tells, though DUE is given


def find(source: Path, roster: Path | None = None, due: Due | None = None) -> Found:
    """The submissions of a class. roster: the host's own table of the people. Raises NoSubmissions."""
    try:
        kind, top, beside = kind_of(tops.opened(source))
        if roster and not kind.TABLE:
            if kind is plain and (inner := plain.downloads(top)):
                name, what = inner.popitem()
                raise NoSubmissions(f"{source} holds {quoted(name)}, which is {what}; give it by itself")
            raise NoSubmissions(f"{source} is {kind.NAME}, which needs no ROSTER; leave it out")
        table = tables.read(roster) if roster else None
        entries, strange, unknown = kind.read(top, table)
    except NoSubmissions:
        raise
    except Exception as error:  # neither zipfile nor yaml says what it raises for what is not in order
        raise NoSubmissions(f"{source} cannot be read: {' '.join(str(error).split())}") from error
    if not entries:
        raise NoSubmissions(f"{source} holds no submissions; give a host's download or a folder of zips and folders")
    entries = _apart(entries)
    names = ids(each.id for each in entries)
    entries = [replace(lateness.told(_of_one_name(each, top), due), id=names[each.id]) for each in entries]
    others = sorted(beside + strange + top.links)
    left_out = [f"Left out: {quoted(name)}, which is no submission's folder, zip or tar" for name in others]
    renamed = [f"The submission {quoted(raw)} is called {name!r} here" for raw, name in names.items() if raw != name]
    theirs = "and in no file for the host"
    unknown = [f"{quoted(name)} is not in {roster}: it is marked, {theirs}" for name in unknown]
    entries = sorted(entries, key=lambda entry: _natural(entry.id))
    untold = tuple(lateness.untold(entries, due, kind.NAME))
    return Found(kind, entries, left_out, renamed, unknown, table, untold)


def kind_of(top: Top) -> tuple[ModuleType, Top, list[str]]:
    """The kind, where it lies (perhaps in the only folder there), and what lies beside that. Raises NoSubmissions."""
    if kind := _told(top):
        return kind, top, []
    inner = top.inside()
    archives = [] if top.zipped else [name for name, _ in top.files if name.lower().endswith(plain.ARCHIVES)]
    if inner and not archives and (kind := _told_inside(inner)):
        return kind, inner, [name for name, _ in top.files] + top.links
    if top.zipped:
        why = f"has no {gradescope.METADATA}, so it is no Gradescope export, and no names as Moodle or Canvas give them"
        raise NoSubmissions(f"{top.where} {why}; unpack it and give the folder")
    return plain, top, []


def _told(top: Top) -> ModuleType | None:
    if gradescope.fits(top):
        return gradescope
    fitting = [kind for kind in NAMED if kind.fits(top)]
    if len(fitting) > 1:
        both = " and ".join(kind.NAME for kind in fitting)
        raise NoSubmissions(f"{top.where} holds names of {both}, so its kind cannot be told; give each by itself")
    return fitting[0] if fitting else clones if clones.fits(top) else None


def _told_inside(inner: Top) -> ModuleType | None:
    """The kind of the only folder: a class, and no submission in which some such file was handed in."""
    if any(name in GRADED_FILES for name, _ in inner.files) and not gradescope.fits(inner):
        return None
    if (kind := _told(inner)) in NAMED or kind is gradescope and inner.folders:
        return kind
    folders = [place for place in inner.folders.values() if isinstance(place, Path)]
    submissions = [each for each in folders if any((each / name).exists() for name in (".git", *GRADED_FILES))]
    return (kind or plain) if len(submissions) > 1 and kind is not gradescope else None


def _apart(entries: list[Entry]) -> list[Entry]:
    """The entries, none with the id of another."""
    count = Counter[str]()
    found = []
    for each in entries:
        count[each.id] += 1
        found.append(replace(each, id=f"{each.id} ({count[each.id]})") if count[each.id] > 1 else each)
    return found


def _of_one_name(entry: Entry, top: Top) -> Entry:
    """The entry, unless its folder in a zip has two files of one name, of which none can be chosen."""
    name = next((twice for folder, twice in top.twice.items() if top.folders[folder] is entry.place), "")
    return replace(entry, place=None, fault=tops.TWICE.format(name)) if name else entry


def _natural(name: str) -> tuple[str, int, str]:
    """Names in the order of the number at their end: submission_9 before submission_10."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1), name
