"""What this assignment says, in the language of your terminal: English, or one that the course gives.

LANGUAGE=en or LANGUAGE=zh_TW before a command chooses one by hand.
"""

from __future__ import annotations  # so that an older Python can say that it is too old

import gettext
import json
import locale
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

STARTER = Path(__file__).resolve().parents[1]
LANGUAGES = Path(__file__).with_name("languages.json")
GIVEN = json.loads(LANGUAGES.read_text(encoding="utf-8")) if LANGUAGES.exists() else ["en"]  # a worker has code alone
CHOICES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # of the environment, in the order that counts
WINDOWS = {"Chinese": "zh", "English": "en"}  # what its names of locales begin with
LETTERS = {"zh": "\u4e2d\u6587"}  # some without which a language cannot be read


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


@lru_cache(1)
def language() -> str:
    """The first that is asked for and that the course gives, or else the course's; English where no other is shown."""
    asked = next((found for name in CHOICES if (found := os.environ.get(name))), None) or _of_the_system()
    for each in asked.split(":"):
        for given in GIVEN:
            if _family(each) == _family(given):
                return _if_shown(given)
    return _if_shown(GIVEN[0])


def _of_the_system() -> str:
    """The locale, in the words of the system, "" where it has none that Python knows."""
    try:
        return locale.getlocale()[0] or ""
    except ValueError:
        return ""


def _family(name: str) -> str:
    """zh of zh-TW, zh_TW.UTF-8 and "Chinese (Traditional)_Taiwan"."""
    known = (code for word, code in WINDOWS.items() if name.startswith(word))
    return next(known, name.replace("_", "-").split(".")[0].split("-")[0])


def _if_shown(name: str) -> str:
    """The language, or English where the console lacks its letters; a notebook shows all letters."""
    encoding = getattr(sys.__stdout__, "encoding", None)
    try:
        LETTERS.get(_family(name), "").encode(encoding if encoding and "ipykernel" not in sys.modules else "utf-8")
    except UnicodeEncodeError:
        return "en"
    return name


@lru_cache(1)
def catalogue() -> gettext.NullTranslations:
    """The sentences of the language; where one is missing, it stays English."""
    name = language().replace("-", "_")
    return gettext.translation("assignment", STARTER / "locale", [name], fallback=True)
