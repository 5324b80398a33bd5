"""What a release holds of the starter where the course does not give every task: nothing names one of the others."""

import ast
import io
import json
import re
import tokenize
from collections.abc import Collection
from itertools import count
from pathlib import PurePosixPath

from grader.paths import GRADED_FILES
from grader.tasks import KNOWN, ROWS, TASKS, Task
from workshop.starter.dropped import filled_in

SECTION = re.compile(r"^(?=# \d\.\d+  )", re.MULTILINE)  # where the visible tests of a task begin
ROW = re.compile(r' +\("(\w+)", .*\),(?:  #.*)?$')  # of a table of tests, for one function
NUMBER = re.compile(r"(?<![\d.−-])\d\.\d+(?![\d.]*\d)")
CHAPTER = re.compile(r"^## \d+\. ", re.MULTILINE)  # of the notebook
DRAWN = re.compile(r'draw\("(\w+)"\)')
PACKAGES = ("diffusion", "explorer")
PAGE = "explore"  # how the modules of the page with sliders begin
MAY_BE_AWAY = re.compile(r"(?:.*/)?(?:explore\.py|explorer/[^/]+|evaluate\.py)")  # of what a release must have


def only(files: dict[str, bytes], tasks: Collection[Task]) -> dict[str, bytes]:
    """The files of a release, by name: without the tests, cells, figures and commands of tasks that are not given."""
    given = {task.task for task in tasks}
    if given == KNOWN:
        return files
    absent = {row.function for row in ROWS if row.task not in given | filled_in(tasks)}
    away = _left_out({name: data.decode() for name, data in files.items() if _is_code(name)}, given, absent)
    kept = {name: data for name, data in files.items() if name not in away}
    if any(_module(name).startswith(PAGE) for name in away):  # the page with sliders is there as a whole, or not at all
        kept = {name: data for name, data in kept.items() if not _module(name).startswith(PAGE)}
    for name, data in kept.items():
        path = PurePosixPath(name)
        if re.fullmatch(r"test_\w+\.py", path.name):
            kept[name] = _tests(data.decode(), given, absent).encode()
        elif path.suffix == ".ipynb":
            kept[name] = _notebook(data.decode(), given, {PurePosixPath(each).stem for each in away}).encode()
    return kept


def may_be_away(name: str) -> bool:
    """Whether a release without some of the tasks may lack a file."""
    return len(TASKS) < len(KNOWN) and bool(MAY_BE_AWAY.fullmatch(name))


def named(text: str) -> frozenset[str]:
    """The tasks that a text names by their numbers."""
    return KNOWN & {*NUMBER.findall(text)}


def words(source: str) -> str:
    """The strings and comments of a module, and its names: where a number may be that of a task."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join(token.string for token in tokens if token.type not in (tokenize.NUMBER, tokenize.OP))


def _is_code(name: str) -> bool:
    """Whether it is a module that can be left out: not what is handed in, a test, or what makes a folder a package."""
    path = PurePosixPath(name)
    return path.suffix == ".py" and path.name not in (*GRADED_FILES, "__init__.py") and path.parent.name != "tests"


def _module(name: str) -> str:
    """What a module is imported as: of assignment2/diffusion/sde.py, diffusion.sde."""
    parts = PurePosixPath(name).with_suffix("").parts
    return ".".join(parts[next((i for i, part in enumerate(parts) if part in PACKAGES), -1) :])


def _left_out(sources: dict[str, str], given: Collection[str], absent: set[str]) -> set[str]:
    """The modules of a package that name a task that is not given, those without its function, and who needs them."""
    away = {
        name
        for name, source in sources.items()
        if _imports(source, lazily=False) & absent
        or (_module(name).split(".")[0] in PACKAGES and not named(words(source)) <= {*given})
    }
    while more := {
        name for name in sources.keys() - away if _imports(sources[name]) & {_module(each) for each in away}
    }:
        away |= more
    return away


def _imports(source: str, lazily: bool = True) -> set[str]:
    """The modules that a module imports, and of the graded files the functions. lazily: in a function, too."""
    tops = [node for node in ast.parse(source).body if lazily or not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    found: set[str] = set()
    for node in (each for top in tops for each in ast.walk(top) if isinstance(each, ast.ImportFrom)):
        names = [each.name for each in node.names]
        graded = f"{node.module}.py" in GRADED_FILES
        found |= {*names} if graded else {str(node.module), *(f"{node.module}.{name}" for name in names)}
    return found


def _tests(source: str, given: Collection[str], absent: set[str]) -> str:
    """Visible tests, without those of tasks that are not given, and those that use a function that is not there."""
    head, *sections = SECTION.split(source)
    text = "".join([head, *(each for each in sections if each.split()[1] in given)])
    lines = [line for line in text.splitlines() if not ((row := ROW.match(line)) and row[1] in absent)]
    gone: set[int] = set()
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            own = "\n".join(lines[first - 1 : node.end_lineno])
            if {*re.findall(r"\w+", own)} & absent or re.search(r"\[\s*\],", own):
                gone |= {*range(first, (node.end_lineno or 0) + 1)}
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in gone) + "\n"


def _notebook(source: str, given: Collection[str], away: Collection[str]) -> str:
    """The notebook, without the cells that name or need a task that is not given, or draw what is left out."""
    book = json.loads(source)
    book["cells"] = [
        cell
        for cell in book["cells"]
        if named(text := "".join(cell["source"])) | {*cell["metadata"].get("tasks", [])} <= {*given}
        and not {*DRAWN.findall(text)} & {*away}
    ]
    chapter = count(1)
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            text = CHAPTER.sub(lambda _: f"## {next(chapter)}. ", "".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"
