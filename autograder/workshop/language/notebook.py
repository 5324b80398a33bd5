"""The notebook in another language: its paragraphs, and the comments and messages of its code, from the catalogue."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from grader.paths import STARTER
from grader.settings import Language

NAMES: dict[Language, str] = {"en": "assignment.ipynb", "zh-TW": "assignment.zh-TW.ipynb"}  # of the starter
SOURCE = STARTER / NAMES["en"]
SPOKEN = 'os.environ["LANGUAGE"] = "{}"'  # in the first cell: what the commands and the figures speak
SAID = re.compile(r"""(?<=# )(?!@param).+$|(?<=Error\(f").+?(?="\))|(?<=print\(f").+?(?="\))""", re.MULTILINE)


def sentences() -> Iterator[tuple[int, str]]:
    """Each paragraph, comment and message, and the number of its cell."""
    for number, cell in enumerate(_book()["cells"]):
        text = "".join(cell["source"])
        for said in SAID.findall(text) if cell["cell_type"] == "code" else _paragraphs(text):
            yield number, said


def translated(language: Language, known: Mapping[str, str]) -> str:
    """The notebook in a language. known: its sentences by the English ones; one that is missing stays English."""
    book = _book()
    for cell in book["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            text = SAID.sub(lambda found: known.get(found[0], found[0]), text)
            text = text.replace(SPOKEN.format("en"), SPOKEN.format(language.replace("-", "_")))
        else:
            text = "\n\n".join(known.get(each, each) for each in _paragraphs(text))
        cell["source"] = text.splitlines(keepends=True)
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _book() -> dict[str, Any]:
    return dict(json.loads(SOURCE.read_text("utf-8")))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.split("\n\n")]
