"""What a marking says to a student, in the first of the course's languages."""

import gettext
from functools import cache
from pathlib import Path

from grader import course_file

LOCALE = Path(__file__).with_name("locale")


def phrase(text: str, /, **values: object) -> str:
    """The sentence `text`, whose {names} are filled in where it has values, in the course's language."""
    said = _catalogue().gettext(text)
    return said.format(**values) if values else said


@cache
def _catalogue() -> gettext.NullTranslations:
    """The sentences of the language; where the course's file cannot be read, `settings` says so."""
    try:
        languages = course_file.read().get("languages") or ["en"]
        return gettext.translation("grader", LOCALE, [str(languages[0]).replace("-", "_")], fallback=True)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return gettext.NullTranslations()
