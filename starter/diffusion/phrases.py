"""What this assignment says, in the language of your terminal: English, or one that the course gives.

LANGUAGE=en or LANGUAGE=zh_TW before a command chooses one by hand.
"""

import gettext
import json
import locale
import os
from functools import cache
from pathlib import Path
from typing import Any

STARTER = Path(__file__).resolve().parents[1]
GIVEN = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))  # by the course
CHOICES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # of the environment, in the order that counts


class Phrase(str):
    """A sentence as it is said; `english` is the same one in English, by which the tests know it."""

    english: str


def phrase(text: str, /, **values: Any) -> Phrase:
    """The sentence `text`, whose {names} are filled in where it has values, in the language of the terminal."""
    said = Phrase(_filled(catalogue().gettext(text), values))
    said.english = _filled(text, {name: english(value) for name, value in values.items()})
    return said


def english(said: Any) -> Any:
    """The same in English, where it is a phrase."""
    return getattr(said, "english", said)


def _filled(text: str, values: dict[str, Any]) -> str:
    return text.format(**values) if values else text  # which may have the braces of a formula


@cache
def language() -> str:
    """The first that is asked for and that the course gives; where there is none, the course's first one."""
    asked = next((found for name in CHOICES if (found := os.environ.get(name))), locale.getlocale()[0] or "")
    for each in asked.split(":"):
        name = each.split(".")[0].replace("_", "-").replace("Chinese (Traditional)", "zh")  # as Windows has it
        for given in GIVEN:
            if name.split("-")[0] == given.split("-")[0]:
                return given
    return GIVEN[0]


@cache
def catalogue() -> gettext.NullTranslations:
    """The sentences of the language; where one is missing, it stays English."""
    name = language().replace("-", "_")
    return gettext.translation("assignment", STARTER / "locale", [name], fallback=True)
