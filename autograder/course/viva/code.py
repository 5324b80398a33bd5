"""A student's file as data: its functions, and the lines that a question quotes. Nothing of it is run here."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from grader.tasks import BY_FUNCTION

LARGEST = 100_000  # bytes of a file that is read; the solution's have 20,000
MOST = 40  # lines that are quoted of several functions
UNREADABLE = (SyntaxError, ValueError, LookupError, RecursionError, MemoryError)  # what Python raises for a file
Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Quote:
    """Lines of a file, each with its number."""

    file: str
    lines: tuple[tuple[int, str], ...]

    @property
    def first(self) -> int:
        return self.lines[0][0]

    @property
    def last(self) -> int:
        return self.lines[-1][0]


class Code:
    """One file. Raises one of UNREADABLE where it is no Python, or far longer than an answer is."""

    def __init__(self, name: str, content: bytes) -> None:
        if len(content) > LARGEST:
            raise ValueError(f"{name} is longer than {LARGEST} bytes")
        self.name = name
        self.encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)  # in which Python runs it
        self.text = content.decode(self.encoding)
        self.lines = split(self.text)
        self.top = {node.name: node for node in ast.parse(self.text).body if isinstance(node, Definition)}
        self._bodies = {name: _body(node) for name, node in self.top.items()}
        self._bytes = [line.encode() for line in self.lines]

    def quote(self, *numbers: int) -> Quote:
        return Quote(self.name, tuple((number, self.lines[number - 1]) for number in numbers))

    def whole(self, function: str) -> Quote | None:
        """A function without its docstring, with what it is made of unless that is long.

        None where no plain `def` at the top has this name.
        """
        parts = [_lines(node) for node in self.reached(function)]
        if not parts:
            return None
        numbers = sorted(number for part in parts for number in part)
        return self.quote(*(numbers if len(numbers) <= MOST else parts[0]))

    def body(self, function: str) -> str:
        """A function's statements, whatever their layout and comments."""
        return self._bodies.get(function, "")

    def segment(self, node: ast.expr) -> str:
        """The text of an expression. `ast.get_source_segment` goes through the whole file each time."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        lines = self._bytes[first : last + 1]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode()

    def statements(self) -> set[str]:
        """All statements, whatever their layout and comments."""
        return {self.said(node) for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.stmt)}

    @staticmethod
    def said(statement: ast.stmt) -> str:
        """A statement, whatever its layout and comments."""
        return ast.unparse(statement)

    def answer(self, task: str) -> Quote:
        """The model answer of a task in the solution's file, without the markers around it."""
        first, last = (self.lines.index(f"    # --- {marker} {task}") + 1 for marker in ("answer", "end"))
        return self.quote(*range(first + 1, last))

    def reached(self, function: str) -> Iterator[Definition]:
        """The definition of a function, and those of the student's own that it names, and so on; no other task's."""
        found, left = dict[str, Definition](), [function]
        while left:
            name = left.pop(0)
            if name in self.top and name not in found and (name == function or name not in BY_FUNCTION):
                found[name] = node = self.top[name]
                yield node
                left += sorted({each.id for each in ast.walk(node) if isinstance(each, ast.Name)})


def split(text: str) -> list[str]:
    """The lines of a text as Python counts them."""
    return re.split(r"\r\n|\r|\n", text)


def _body(node: Definition) -> str:
    return "\n".join(map(ast.unparse, node.body if not _spoken(node) else node.body[1:]))


def _lines(node: Definition) -> list[int]:
    """The numbers of the lines of a definition but for its docstring."""
    head = node.body[0]
    silent = range(head.lineno, (head.end_lineno or head.lineno) + 1) if _spoken(node) else range(0)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return [number for number in range(first, (node.end_lineno or node.lineno) + 1) if number not in silent]


def _spoken(node: Definition) -> bool:
    """Whether a docstring stands before what a definition does."""
    return ast.get_docstring(node) is not None and len(node.body) > 1
