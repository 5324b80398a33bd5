"""OUT/written.html, for the course staff: each question with its rubric, and below it what each submission answers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from course.downloads.people import Entry
from course.pages import markdown, staff_page
from course.written import handed_in, sheet
from course.written.handed_in import NoAnswers
from course.written.questions import Written
from grader import files
from grader.settings import Language

NAME = "written.html"


@dataclass(frozen=True)
class Answered:
    """What was handed in: by question, whose the answers are; and why there are none of others."""

    by_question: dict[str, list[tuple[Entry, str]]]
    beside: list[tuple[Entry, str]]  # what stands above all questions, or below one that is not asked
    without: list[tuple[Entry, str]]  # why


def collected(entries: Sequence[Entry], questions: Sequence[Written], languages: Sequence[Language]) -> Answered:
    """The answers of a class."""
    numbers = {each.number for each in questions}
    found: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
    beside, without = [], []
    for entry in entries:
        try:
            parts = sheet.split(handed_in.answers(entry), questions, languages)
        except NoAnswers as reason:
            without.append((entry, str(reason)))
            continue
        for number in numbers & parts.keys():
            found[number].append((entry, staff_page.spaced(parts[number])))
        if others := [parts[number] for number in parts if number not in numbers]:
            beside.append((entry, staff_page.spaced("\n\n".join(others))))
        if not parts:
            without.append((entry, "nothing is written in it"))
    return Answered(found, beside, without)


def write(out: Path, entries: Sequence[Entry], questions: Sequence[Written], languages: Sequence[Language]) -> Path:
    """Write the page, for its owner's eyes. Raises OSError."""
    path = out / NAME
    files.replace_private(path, page(collected(entries, questions, languages), questions, languages))
    return path


def page(answered: Answered, questions: Sequence[Written], languages: Sequence[Language]) -> str:
    """The page as text; what a student wrote is escaped, and is never taken for Markdown."""
    here = staff_page.environment(Path(__file__).parent)
    parser, known = markdown.parser("Table"), {"heading": "", "tables": 0}

    def block(text: str) -> Markup:
        return Markup(markdown.bound(parser.render(text, known)))

    here.filters["block"] = block
    here.filters["who"] = lambda entry: ", ".join(each.name or each.email or each.sid for each in entry.people)
    words: dict[str, Any] = {"text": sheet.text, "criteria": sheet.criteria, "answered": answered}
    return here.get_template(NAME).render(words, questions=questions, languages=languages)
