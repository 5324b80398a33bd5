"""The corpora: submissions that are known to be right (wheat) or wrong (chaff), to mark the grader with.

A case is one Python file, a small overlay on the solution: each of its functions that is named like a task replaces
the solution's; everything else at its top level goes below the imports of the files that it changes. The docstring
says what it is; a chaff's ends with "Wrong: 2.7", the tasks that it must lose marks in (and no others).
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
    """One submission of a corpus: `wrong` are the tasks that it must lose marks in."""

    kind: str
    name: str
    story: str
    wrong: frozenset[str]
    submission: Submission


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
    return Case(kind, path.stem, story, wrong, Submission(splice(source)))


def splice(case: str) -> dict[str, bytes]:
    """The two graded files of the solution with the functions of a case in the place of theirs."""
    module = ast.parse(case)
    replacements: dict[str, dict[str, str]] = {name: {} for name in GRADED_FILES}
    rest = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name in BY_FUNCTION:
            replacements[BY_FUNCTION[node.name].file][node.name] = _text(case, node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            rest.append(_text(case, node))
    files = {}
    for name, functions in replacements.items():
        source = (SOLUTION / name).read_text()
        files[name] = (_replace(source, functions, "\n\n".join(rest)) if functions else source).encode()
    return files


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
