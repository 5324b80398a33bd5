"""Each sentence of the code that a student reads, its translation, and the compiled catalogues beside the code.

A sentence is what stands in `phrase("…")`, or in another of `SAYING`; a module's docstring where it says
`phrase(__doc__)`; the first docstring of a test or of a check, which is its claim; and a paragraph, comment or message
of the notebook.
"""

import ast
import io
import string
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader.paths import AUTOGRADER, CHECKS, ROOT, STARTER
from workshop.language import notebook

FILE = Path(__file__).with_name("zh_TW.po")
GRADER = AUTOGRADER / "grader"
SAID = {  # each compiled catalogue, and the folders whose sentences it has
    STARTER / "locale/zh_TW/LC_MESSAGES/assignment.mo": [STARTER, GRADER / "causes"],  # causes.json has their words
    GRADER / "locale/zh_TW/LC_MESSAGES/grader.mo": [GRADER, CHECKS, AUTOGRADER / "hosts"],
}
SAYING = dict.fromkeys("phrase label fail Hint".split(), 0) | {"check": 1, "expect": 1}  # which argument is said
WIDTH = 120
LONG_AGO = datetime(1980, 1, 1, tzinfo=timezone.utc)  # the same bytes every time
HEADER = r"""msgid ""
msgstr ""
"Language: zh_TW\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"

"""


def compiled() -> dict[Path, bytes]:
    """What each compiled catalogue holds."""
    return {path: _compiled(folders) for path, folders in SAID.items()}


def _compiled(folders: list[Path]) -> bytes:
    known, part = translations(), Catalog("zh_TW", charset="utf-8", creation_date=LONG_AGO, revision_date=LONG_AGO)
    for text in sentences(folders):
        if text in known:
            part.add(text, known[text])
    target = io.BytesIO()
    write_mo(target, part)
    return target.getvalue()


def sentences(folders: list[Path]) -> dict[str, list[tuple[str, int]]]:
    """Each sentence of the modules in these folders, and where it stands: (name of the file, line)."""
    found: dict[str, list[tuple[str, int]]] = {}
    for folder in folders:
        for path in sorted([*folder.rglob("*.py"), *folder.glob(notebook.SOURCE.name)]):
            here = notebook.sentences() if path == notebook.SOURCE else (*_in_calls(path), *_claims(path))
            for line, text in here:
                found.setdefault(text, []).append((path.relative_to(ROOT).as_posix(), line))
    return found


def everything() -> dict[str, list[tuple[str, int]]]:
    """Each sentence that any of the compiled catalogues has, and where it stands."""
    return sentences([folder for folders in SAID.values() for folder in folders])


def _in_calls(path: Path) -> list[tuple[int, str]]:
    """What is said by a call, in the order of the lines."""
    tree = ast.parse(path.read_text("utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
            match node.args[SAYING[node.func.id] :]:
                case [ast.Constant(value=str(text)), *_]:
                    found.append((node.lineno, text))
                case [ast.Name(id="__doc__"), *_]:
                    found.append((1, ast.get_docstring(tree, clean=False) or ""))
    return sorted(found)


def _claims(path: Path) -> Iterator[tuple[int, str]]:
    """The first paragraph of each test's docstring, on one line."""
    if path.name.startswith("test_"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                if said := ast.get_docstring(node):
                    yield node.lineno, " ".join(said.split("\n\n")[0].split())


def translations() -> dict[str, str]:
    """Each sentence that has one, and its translation."""
    return {str(message.id): str(message.string) for message in load() if message.id and message.string}


def load() -> Catalog:
    """The catalogue as it is written."""
    with FILE.open("rb") as file:
        return read_po(file, "zh_TW", abort_invalid=True)


def write() -> list[Path]:
    """Bring the catalogue in step with the code: new sentences wait for a translation, old ones are dropped."""
    before, after = load(), Catalog("zh_TW", charset="utf-8", header_comment="", fuzzy=False)
    for text, places in everything().items():
        known = before.get(text)
        names = dict.fromkeys(name for name, _ in places)
        after.add(text, known.string if known else "", [(name, 0) for name in names], flags=_flags(text))
    target = io.BytesIO()
    write_po(target, after, width=WIDTH, omit_header=True, include_lineno=False)
    content = HEADER.encode() + target.getvalue()
    changed = [FILE] if FILE.read_bytes() != content else []
    FILE.write_bytes(content)
    return changed


def _flags(text: str) -> set[str]:
    return {"python-brace-format"} if names(text) else set()


def names(text: str) -> set[str]:
    """The names of the values in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def faults() -> list[str]:
    """What is wrong with the catalogue, a line each: a sentence without translation, or with other values."""
    known = translations()
    found = []
    for text, places in everything().items():
        if text not in known:
            found.append(f"{places[0][0]}, line {places[0][1]}: {text!r}")
        elif names(known[text]) != names(text):
            found.append(f"{places[0][0]}, line {places[0][1]}, which has other values: {text!r}")
    return found
