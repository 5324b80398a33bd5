"""What a marking says to a student, in the first of the course's languages."""

import gettext
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")


class Phrase(str):
    """A sentence as it is said; `english` is the same one in English, for what is no marking."""

    english: str


def phrase(text: str, /, **values: object) -> Phrase:
    """The sentence `text`, whose {names} are filled in, in the course's language."""
    said = Phrase(_catalogue().gettext(text).format(**values))
    said.english = text.format(**{name: getattr(value, "english", value) for name, value in values.items()})
    return said


@cache
def _catalogue() -> gettext.NullTranslations:
    """The sentences of the language; where the course's file cannot be read, `settings` says so."""
    try:
        from grader import course_file  # it takes a package, which may be missing where `claim` speaks

        name = course_file.language(course_file.read()).replace("-", "_")
        return gettext.translation("grader", LOCALE, [name], fallback=True)
    except (ImportError, OSError, ValueError, TypeError, AttributeError, KeyError):
        return gettext.NullTranslations()
