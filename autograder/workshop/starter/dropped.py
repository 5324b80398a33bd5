"""What becomes of the functions of tasks that a course does not give.

One that a given task calls is there, filled in. So are those of Assignment 1 where Assignment 2 is given alone, which
goes on from them. Any other is left out.
"""

import ast
from collections.abc import Collection, Iterator

from grader.paths import GRADED_FILES, SOLUTION
from grader.tasks import BY_FUNCTION, ROWS, Task
from workshop import regions


def filled_in(tasks: Collection[Task]) -> set[str]:
    """The tasks that are not given, and whose functions are there nevertheless."""
    calls = {name: set(_called(tree)) for file in GRADED_FILES for name, tree in _functions(_solution(file))}
    there = {task.function for task in tasks}
    if any(task.assignment == 2 for task in tasks):
        there |= {row.function for row in ROWS if row.assignment == 1}
    while more := {name for function in there for name in calls[function]} - there:
        there |= more
    return {BY_FUNCTION[name].task for name in there} - {task.task for task in tasks}


def without(source: str, name: str, tasks: Collection[Task]) -> str:
    """A file of the solution with the regions of the given tasks alone. name: is used in messages."""
    filled = filled_in(tasks)
    there = {task.task for task in tasks} | filled
    gone = set(_lines_of(source, {row.function for row in ROWS if row.task not in there}))
    kept = [
        line.text
        for line in regions.lines(source, name)
        if line.number not in gone and not (line.task in filled and (line.is_marker or line.kind == "stub"))
    ]
    while gone and (not kept[-1] or kept[-1].startswith("#")):  # a heading over functions that are all left out
        kept.pop()
    return "\n".join(kept) + "\n"


def _solution(file: str) -> str:
    return (SOLUTION / file).read_text("utf-8")


def _functions(source: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    yield from ((node.name, node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))


def _called(tree: ast.AST) -> Iterator[str]:
    """The functions of tasks that are named in a piece of code."""
    yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in BY_FUNCTION)


def _lines_of(source: str, functions: Collection[str]) -> Iterator[int]:
    """The lines of these functions, from 1, each with the empty ones above it."""
    lines = source.splitlines()
    for name, node in _functions(source):
        if name in functions:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            while first > 1 and not lines[first - 2].strip():
                first -= 1
            yield from range(first, (node.end_lineno or 0) + 1)
