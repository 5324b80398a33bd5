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
def catalogue(language: str) -> gettext.NullTranslations:
    """The sentences of a language; English where there are none."""
    return gettext.translation("grader", LOCALE, [language.replace("-", "_")], fallback=True)


@cache
def _catalogue() -> gettext.NullTranslations:
    """The sentences of the course's language; where the course's file cannot be read, `settings` says so."""
    try:
        from grader import course_file  # it takes a package, which may be missing where `claim` speaks

        return catalogue(course_file.language(course_file.read()))
    except (ImportError, OSError, ValueError, TypeError, AttributeError, KeyError):
        return gettext.NullTranslations()
