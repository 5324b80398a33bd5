"""The corpora, to mark the grader with: submissions that are known to be right (wheat), wrong (chaff) or hostile.

A case is one Python file, a small overlay on the solution (a hostile case: on the solution with `corpus/spoils.py`):
each of its functions that is named like a task, or like one of the base, replaces that one; everything else at its top
level goes below the imports. The docstring says what it is. A chaff's and a hostile case's ends with "Loses: 2.7.1,
2.7.3", exactly the checks that it must lose in the closed form ("none" for an attack on top of right answers), and a
chaff's with "Cause: beta_outside_root", the misconception that the student must be told, or "none". A hostile case's
ends with "Wall: seccomp, Landlock", the walls of `attacks.walls_down` that stop it and without which it succeeds, or
"Wall: none, " and why there is none to take down; and with "Ends: wrong, died", the outcomes that its lost checks may
have.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.marking.results import Line
from grader.outcomes import BrokeProtocol, Died, Flooded, NotRun, Raised, TimedOut, ToDo, Wrong
from grader.overlay import Submission
from grader.paths import CORPUS, GRADED_FILES, SOLUTION
from grader.tasks import BY_FUNCTION, BY_ID, task_of
from workshop.attacks.walls_down import WALLS

OUTCOMES = {each.outcome for each in (Wrong, ToDo, Raised, TimedOut, Died, Flooded, BrokeProtocol, NotRun)}
BASES = {"hostile": "spoils.py"}


@dataclass(frozen=True)
class Case:
    """One submission of a corpus: the checks that it must lose, and the cause that must be named there."""

    kind: str
    name: str
    story: str
    loses: frozenset[str]
    submission: Submission
    cause: str = "none"
    since: int = 1  # the first assignment that has any of its functions
    walls: tuple[str, ...] = ()  # that stop an attack, all of which are taken down together
    no_wall: str = ""  # why there is none
    ends: frozenset[str] = frozenset()  # the outcomes that the checks which it loses may have

    @property
    def wrong(self) -> frozenset[str]:
        """The tasks in which it must lose marks."""
        return frozenset(map(task_of, self.loses))

    def fault(self, lines: Iterable[Line]) -> str:
        """What is wrong with its marks: "" where it loses exactly the checks that it declares."""
        lines = list(lines)
        return "; ".join(self.gains(lines) + self.strays(lines))

    def gains(self, lines: Iterable[Line]) -> list[str]:
        """The checks that it should have lost, and did not."""
        lost = {line.number for line in lines if line.lost}
        return [f"{number} does not see it" for number in sorted(self.loses - lost)]

    def strays(self, lines: Iterable[Line]) -> list[str]:
        """The checks that it lost and should not have, and those that ended in another way than it declares."""
        lost = {line.number: line for line in lines if line.lost}
        strays = [f"{number} {line.output}" for number, line in lost.items() if number not in self.loses]
        otherwise = [line for line in lost.values() if line.number in self.loses and line.outcome not in self.ends]
        ended = [f"{line.number} ended otherwise ({line.outcome}): {line.output}" for line in otherwise]
        return strays + (ended if self.kind == "hostile" else [])


def cases(kind: str) -> list[Case]:
    """All cases of a corpus, by name."""
    return [load(path) for path in files(kind)]


def files(kind: str) -> list[Path]:
    """The files of a corpus, one for each case, by name."""
    return sorted((CORPUS / kind).glob("*.py"))


def load(path: Path) -> Case:
    """Read a case; raises ValueError where its docstring does not declare what it must."""
    source = path.read_text()
    story = ast.get_docstring(ast.parse(source)) or ""
    declared = re.search(r"^Loses: (none|[\d., \n]+)$", story, re.MULTILINE)
    kind = path.parent.name
    if not story or (declared is None) != (kind == "wheat"):
        raise ValueError(f"{kind}/{path.name}: the docstring must say what it is, and if not right, what it loses")
    numbers = re.findall(r"[\d.]+", declared[1]) if declared else []
    loses = frozenset(number for number in numbers if task_of(number) in BY_ID)  # a course may leave tasks out
    walls, no_wall, ends = _stopped(story, f"{kind}/{path.name}") if kind == "hostile" else ((), "", frozenset())
    cause = re.search(r"^Cause: ([\w+]+)$", story, re.MULTILINE)
    base = (CORPUS / BASES[kind]).read_text() if kind in BASES else ""
    since = min((BY_FUNCTION[name].assignment for name in _parts(source)[0]), default=1)
    submission = Submission(splice(source, base))
    named = cause[1] if cause else "none"
    return Case(kind, path.stem, story, loses, submission, named, since, walls, no_wall, ends)


def _stopped(story: str, name: str) -> tuple[tuple[str, ...], str, frozenset[str]]:
    """The walls that a hostile case declares, why it has none, and how it ends."""
    wall = re.search(r"^Wall: (?:none, (.+)|(.+))$", story, re.MULTILINE)
    end = re.search(r"^Ends: (.+)$", story, re.MULTILINE)
    walls = tuple(wall[2].split(", ")) if wall and wall[2] else ()
    ends = frozenset(end[1].split(", ")) if end else frozenset()
    if not wall or not set(walls) <= WALLS.keys():
        raise ValueError(f"{name}: the docstring must say which walls of walls_down.py stop it, or none and why")
    if not end or not ends <= {"none", *OUTCOMES}:
        raise ValueError(f"{name}: the docstring must say how the checks that it loses end, or none")
    return walls, wall[1] or "", ends


def splice(case: str, base: str = "") -> dict[str, bytes]:
    """The two graded files of the solution, with functions of `base`, then those of a case in place of theirs."""
    base_functions, base_rest = _parts(base)
    functions, rest = _parts(case)
    functions, rest = base_functions | functions, base_rest | rest
    files = {}
    for name in GRADED_FILES:
        mine = {function: text for function, text in functions.items() if BY_FUNCTION[function].file == name}
        source = (SOLUTION / name).read_text()
        files[name] = (_replace(source, mine, "\n\n".join(rest.values())) if mine else source).encode()
    return files


def _parts(case: str) -> tuple[dict[str, str], dict[str, str]]:
    """The text of each function that is named like a task, by name, and of all else but the docstring."""
    functions, rest = {}, {}
    for node in ast.parse(case).body:
        if isinstance(node, ast.FunctionDef) and node.name in BY_FUNCTION:
            functions[node.name] = _text(case, node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            rest[getattr(node, "name", _text(case, node))] = _text(case, node)
    return functions, rest


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


def verdict(declared: str, causes: Iterable[str]) -> str:
    """Of the causes of the checks that a case lost: are they the declared one ("none": no cause)?

    "right" where one check has it, "silent" where none has any, "wrong" where one has another.
    """
    named = {*causes} - {""}
    return "silent" if not named else "right" if named == {declared} else "wrong"
