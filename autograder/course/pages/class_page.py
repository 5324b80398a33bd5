"""OUT/class.html, for course staff: a marked class on one page, made from what is in OUT, beside earlier work."""

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from course.downloads.earlier import COPYDETECT, Earlier
from course.marks import items
from course.marks.class_counts import Class
from course.marks.class_marks import Marked
from course.pages import staff_page
from grader import files
from grader.tasks import task_of

NAME = "class.html"
FAILED = "The page of the class could not be made, which costs no marks: {}"
MANY = 8  # checks, which are counted rather than listed
WIDTH, HEIGHT, SIDE, TOP, BOTTOM, BIN = 760, 240, 10, 24, 40, 5


@dataclass(frozen=True)
class Alike:
    """What was found alike, and what was not looked at."""

    why: str = ""  # none was looked for
    pairs: list[tuple[Marked, Marked, float, int, str]] = field(default_factory=list)  # share, characters, lost by both
    too_long: list[tuple[Marked, str]] = field(default_factory=list)
    earlier: list[tuple[Marked, str, float, int]] = field(default_factory=list)  # like whose work
    cut: list[str] = field(default_factory=list)  # earlier work with files that are too long


def write(out: Path, submissions: list[Marked], earlier: Sequence[Earlier] = ()) -> str:
    """Write `class.html` in the folder of a marked class, for its owner's eyes; the path, or what failed in a sentence.

    earlier: what the class is compared with. Nothing of it is worth a marking, so it never raises.
    """
    try:
        path = out / NAME
        files.replace_private(path, page(Class(submissions), earlier))
        return str(path)
    except Exception as error:
        return FAILED.format(f"{type(error).__name__}: {error}")


def page(marked: Class, earlier: Sequence[Earlier] = ()) -> str:
    """The page as text; all that is not the template's own is escaped."""
    here = staff_page.environment()
    here.filters["points"] = lambda value: f"{round(value, 2):g}"
    here.filters["figure"] = lambda value: f"{round(value, 1):g}"
    here.filters["hundredths"] = lambda value: f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
    here.filters["address"] = lambda path: quote(os.fsencode(path))
    here.filters["sha256"] = lambda text: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    found = {"histogram": histogram(marked), "alike": alike(marked, earlier), "earlier": earlier}
    found |= {"items": marked.items, "few": items.FEW, "weak": items.WEAK}
    return here.get_template(NAME).render(marked=marked, **found)


def alike(marked: Class, earlier: Sequence[Earlier]) -> Alike:
    """The submissions that are like one another, or like earlier work."""
    first = {each.key: each for each in reversed(marked.submissions) if each.files}
    if not first:
        return Alike("the students' files are not in this folder")
    try:
        from course.marks import similar
    except ImportError:
        return Alike(COPYDETECT)
    given = {key: each.files for key, each in first.items()}
    pairs, too_long = similar.pairs(given)
    works = {name: files for each in earlier for name, files in each.works.items()}
    beside, cut = similar.against(given, works) if works else ([], [])
    return Alike(
        pairs=[_lost_by_both(first[pair.one], first[pair.other], pair.share, pair.characters) for pair in pairs],
        too_long=[(first[key], name) for key, name in too_long],
        earlier=[(first[pair.one], pair.other, pair.share, pair.characters) for pair in beside],
        cut=cut,
    )


def _lost_by_both(one: Marked, other: Marked, share: float, characters: int) -> tuple[Marked, Marked, float, int, str]:
    both = [number for number in one.lost if number in other.lost]
    return one, other, share, characters, _briefly(both)


def _briefly(numbers: list[str]) -> str:
    """Checks by number, or where they are many, how many of which tasks."""
    if len(numbers) <= MANY:
        return ", ".join(numbers) or "nothing"
    return f"{len(numbers)} checks, of {', '.join(dict.fromkeys(map(task_of, numbers)))}"


def histogram(marked: Class) -> Markup:
    """How many submissions have how many points, in steps of BIN; "" where none is marked."""
    if not marked.scores:
        return Markup()
    bins = max(int(marked.of), *map(int, marked.scores)) // BIN + 1
    counts = [0] * bins
    for score in marked.scores:
        counts[int(score // BIN)] += 1
    wide, foot, most = (WIDTH - 2 * SIDE) / bins, HEIGHT - BOTTOM, max(counts)
    said = ", ".join(f"{count} from {BIN * number}" for number, count in enumerate(counts) if count)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="histogram-title histogram-desc">',
        '<title id="histogram-title">Distribution of the totals</title>',
        f'<desc id="histogram-desc">Submissions in each step of {BIN} points: {said}.</desc>',
        f'<path class="axis" d="M{SIDE} {foot}H{WIDTH - SIDE}"/>',
    ]
    for number, count in enumerate(counts):
        left, high = SIDE + number * wide, count / most * (foot - TOP)
        if count:
            parts.append(
                f'<rect class="bar" x="{left + 1:.1f}" y="{foot - high:.1f}" width="{wide - 2:.1f}" '
                f'height="{high:.1f}"/>'
                f'<text x="{left + wide / 2:.1f}" y="{foot - high - 5:.1f}" text-anchor="middle">{count}</text>'
            )
        if number % 2 == 0:
            parts.append(f'<text x="{left:.1f}" y="{foot + 17}" text-anchor="middle">{BIN * number}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">points</text></svg>')
    return Markup("".join(parts))
