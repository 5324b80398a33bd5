"""What a release holds of the starter where the course does not give every task: nothing names one of the others."""

import io
import json
import re
import tokenize
from collections.abc import Collection
from pathlib import PurePosixPath

from grader.tasks import BY_FUNCTION, KNOWN

SECTION = re.compile(r"^(?=# \d\.\d+  )", re.MULTILINE)  # where the visible tests of a task begin
NUMBER = re.compile(r"(?<![\d.−-])\d\.\d+(?![\d.]*\d)")
ROW = re.compile(r' +\("(\w+)", .*\),(?:  #.*)?$')
IMPORTED = re.compile(r"^ *from diffusion\.(?:pictures\.)?(\w+) import", re.MULTILINE)
DRAWN = re.compile(r'draw\("(\w+)"\)')
PROVIDED = "diffusion"  # the folder whose modules may be left out


def only(files: dict[str, bytes], given: Collection[str]) -> dict[str, bytes]:
    """The files of a release, by name: without the tests, cells, figures and tables of tasks that are not given."""
    if KNOWN <= {*given}:
        return files
    away = _left_out({name: data.decode() for name, data in files.items() if _is_provided(name)}, given)
    kept = {name: data for name, data in files.items() if name not in away}
    for name in kept:
        if re.fullmatch(r"test_\w+\.py", PurePosixPath(name).name):
            kept[name] = _tests(kept[name].decode(), given).encode()
        elif name.endswith(".ipynb"):
            kept[name] = _notebook(kept[name].decode(), given, {PurePosixPath(each).stem for each in away}).encode()
    return kept


def named(text: str) -> frozenset[str]:
    """The tasks that a text names by their numbers."""
    return KNOWN & {*NUMBER.findall(text)}


def _is_provided(name: str) -> bool:
    return PROVIDED in PurePosixPath(name).parts and name.endswith(".py")


def _left_out(modules: dict[str, str], given: Collection[str]) -> set[str]:
    """Those that name a task that is not given, and those that import one of them."""
    away = {name for name, source in modules.items() if not named(_words(source)) <= {*given}}
    while more := {name for name in modules.keys() - away if _imports(modules[name]) & {_stem(each) for each in away}}:
        away |= more
    return away


def _words(source: str) -> str:
    """The strings and comments of a module, where a number may be that of a task."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join(token.string for token in tokens if token.type not in (tokenize.NUMBER, tokenize.OP))


def _imports(source: str) -> set[str]:
    return {*IMPORTED.findall(source)}


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _tests(source: str, given: Collection[str]) -> str:
    """Visible tests, without the sections of tasks that are not given, and the rows of a table that begin with one."""
    head, *sections = SECTION.split(source)
    lines = "".join([head, *(each for each in sections if each.split()[1] in given)]).splitlines(keepends=True)
    rows = [(ROW.match(line), line) for line in lines]
    return "".join(
        line for row, line in rows if not (row and row[1] in BY_FUNCTION and BY_FUNCTION[row[1]].task not in given)
    )


def _notebook(source: str, given: Collection[str], away: Collection[str]) -> str:
    """The notebook, without the cells that name a task that is not given, or draw what is left out."""
    book = json.loads(source)
    texts = ["".join(cell["source"]) for cell in book["cells"]]
    book["cells"] = [
        cell
        for cell, text in zip(book["cells"], texts)
        if named(text) <= {*given} and not {*DRAWN.findall(text)} & {*away}
    ]
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"
