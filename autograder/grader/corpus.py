"""The corpora: submissions that are known to be right (wheat) or wrong (chaff), to mark the grader with.

A case is one Python file, a small overlay on the solution (a chaff: on the solution with `corpus/plain_loop.py`): each
of its functions that is named like a task replaces that one; everything else at its top level goes below the imports.
The docstring says what it is; a chaff's ends with "Wrong: 2.7", the tasks that it must lose marks in (and no others),
and "Cause: beta_outside_root", the misconception that the student must be told, or "none".
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from grader.overlay import Submission
from grader.paths import CORPUS, GRADED_FILES, SOLUTION
from grader.tasks import BY_FUNCTION


@dataclass(frozen=True)
class Case:
    """One submission of a corpus: the tasks in which it must lose marks, and the cause that must be named there."""

    kind: str
    name: str
    story: str
    wrong: frozenset[str]
    submission: Submission
    cause: str = "none"


def cases(kind: str) -> list[Case]:
    """All cases of a corpus, by name."""
    return [load(path) for path in sorted((CORPUS / kind).glob("*.py"))]


def load(path: Path) -> Case:
    """Read a case; raises ValueError where its docstring does not declare what it must."""
    source = path.read_text()
    story = ast.get_docstring(ast.parse(source)) or ""
    declared = re.search(r"^Wrong: ([\d., ]+)$", story, re.MULTILINE)
    kind = path.parent.name
    if not story or (declared is None) != (kind == "wheat"):
        raise ValueError(f"{kind}/{path.name}: the docstring must say what it is, and a chaff's which tasks are wrong")
    wrong = frozenset(declared.group(1).replace(",", " ").split()) if declared else frozenset()
    cause = re.search(r"^Cause: (\w+)$", story, re.MULTILINE)
    base = "" if kind == "wheat" else (CORPUS / "plain_loop.py").read_text()
    return Case(kind, path.stem, story, wrong, Submission(splice(source, base)), cause.group(1) if cause else "none")


def splice(case: str, base: str = "") -> dict[str, bytes]:
    """The two graded files of the solution, with functions of `base`, then those of a case in place of theirs."""
    functions, rest = _parts(case)
    functions = _parts(base)[0] | functions
    files = {}
    for name in GRADED_FILES:
        mine = {function: text for function, text in functions.items() if BY_FUNCTION[function].file == name}
        source = (SOLUTION / name).read_text()
        files[name] = (_replace(source, mine, rest) if mine else source).encode()
    return files


def _parts(case: str) -> tuple[dict[str, str], str]:
    """The text of each function that is named like a task, and of all else but the docstring."""
    functions, rest = {}, []
    for node in ast.parse(case).body:
        if isinstance(node, ast.FunctionDef) and node.name in BY_FUNCTION:
            functions[node.name] = _text(case, node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            rest.append(_text(case, node))
    return functions, "\n\n".join(rest)


def _replace(source: str, functions: dict[str, str], rest: str) -> str:
    lines = source.splitlines()
    body = ast.parse(source).body
    for node in reversed(body):  # from the end, so that line numbers stay true
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            lines[_start(node) - 1 : node.end_lineno] = functions[node.name].splitlines()
    imports = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    lines.insert(imports[-1].end_lineno or 0, f"\n{rest}\n")
    return "\n".join(lines) + "\n"


def _text(source: str, node: ast.stmt) -> str:
    return "\n".join(source.splitlines()[_start(node) - 1 : node.end_lineno])


def _start(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
