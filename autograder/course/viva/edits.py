"""What a student's lines become by one small edit of one expression: as text, with the place of each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from course.viva.code import UNREADABLE, Code, Definition, Quote, split

ROOTS, SQUARES = {"sqrt"}, {"square"}
NOISE = {"noise_like", "randn", "randn_like", "normal", "normal_"}
ATOMS = (ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Subscript)
OTHERS: dict[object, tuple[int, ...]] = {0: (1,), 1: (0, 2)}  # one more, or one less
SKIPPED = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom)  # no mathematics stands there


@dataclass(frozen=True)
class Edit:
    """One expression of a file, and what takes its place.

    own: the function around it if that is no task, or "". under: the condition of the `if` around its statement, or "".
    """

    code: Code
    kind: str
    node: ast.expr
    new: str
    statement: ast.stmt
    own: str
    under: str

    @cached_property
    def text(self) -> str:
        """The whole file with it."""
        start = self._offset(self.node.lineno, self.node.col_offset)
        end = self._offset(self.node.end_lineno or 0, self.node.end_col_offset or 0)
        before, after = self.code.text.encode()[:start], self.code.text.encode()[end:]
        alone = (
            before.endswith((b"(", b" = ", b"return "))
            and after.startswith((b")", b"\r", b"\n", b" + ", b" - "))
            and "\n" not in self.new
        )
        return (before + (_bare(self.new) if alone else self.new).encode() + after).decode()

    @cached_property
    def before(self) -> Quote:
        """The statement as it is; of one that holds others its head alone, but an `if` with what it decides about."""
        body = getattr(self.statement, "body", None)
        if body and isinstance(self.statement, ast.If):
            last = body[-1].end_lineno or body[-1].lineno
        else:
            last = body[0].lineno - 1 if body else self.statement.end_lineno or self.statement.lineno
        return self.code.quote(*range(self.statement.lineno, max(last, self.node.end_lineno or 0) + 1))

    @cached_property
    def after(self) -> Quote:
        """The same lines with the edit."""
        lines = split(self.text)
        last = self.before.last + len(lines) - len(self.code.lines)
        return Quote(self.code.name, tuple((at, lines[at - 1]) for at in range(self.before.first, last + 1)))

    @property
    def file(self) -> bytes:
        return self.text.encode(self.code.encoding)

    def _offset(self, line: int, column: int) -> int:
        """Where a place of `ast`, whose columns are bytes, is in the file."""
        place, text = 0, self.code.text
        for each in self.code.lines[: line - 1]:
            place += len(each)
            place += 2 if text[place : place + 2] == "\r\n" else 1
        return len(text[:place].encode()) + column


def edits(code: Code, function: str) -> Iterator[Edit]:
    """All edits of a function, and of what it is made of, in the order of the lines."""
    for definition in code.reached(function):
        own, alike = definition.name if definition.name != function else "", _Alike.of(code, definition)
        for statement, under, node in _expressions(code, definition):
            for kind, changed, new in _of(code, node, alike):
                yield Edit(code, kind, changed, new, statement, own, under)


def _expressions(code: Code, definition: Definition) -> Iterator[tuple[ast.stmt, str, ast.expr]]:
    """Each expression in the statements of a definition, with its statement and the condition that this is under.

    Those of defaults, annotations and error paths are left out.
    """
    for statement, under in _statements(code, definition.body):
        for part in ast.iter_child_nodes(statement):
            if isinstance(part, ast.expr):
                yield from ((statement, under, node) for node in ast.walk(part) if isinstance(node, ast.expr))


def _statements(code: Code, body: list[ast.stmt], under: str = "") -> Iterator[tuple[ast.stmt, str]]:
    for statement in body:
        if isinstance(statement, SKIPPED) or _raises(statement):
            continue
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement, under
        conditions = {"body": under, "orelse": under, "finalbody": under}
        if isinstance(statement, ast.If):
            condition = " ".join(code.segment(statement.test).split())
            conditions |= {"body": condition, "orelse": f"not ({condition})"}
        for name, each in conditions.items():
            yield from _statements(code, getattr(statement, name, []), each)
        for case in getattr(statement, "cases", []):
            yield from _statements(code, case.body, under)


def _raises(statement: ast.stmt) -> bool:
    """Whether a statement only refuses bad arguments."""
    return isinstance(statement, ast.If) and all(isinstance(each, ast.Raise) for each in statement.body)


@dataclass(frozen=True)
class _Alike:
    """What of a definition is taken for one another: two arguments, and the places where the table is read."""

    pair: dict[str, str]
    places: dict[str, set[str]]  # by the table's name: those that are no constant

    @classmethod
    def of(cls, code: Code, definition: Definition) -> "_Alike":
        arguments = [each.arg for each in definition.args.args] if isinstance(definition, ast.FunctionDef) else []
        prev = [name for name in arguments if "prev" in name]
        now = arguments[max(arguments.index(prev[0]) - 1, 0)] if len(prev) == 1 else ""
        places: dict[str, set[str]] = {}
        for node in ast.walk(definition):
            match node:
                case ast.Subscript(value=ast.Name(id=name), slice=place) if name.startswith("alpha_bar"):
                    if not isinstance(place, ast.Slice | ast.Constant | ast.Tuple):
                        places.setdefault(name, set()).add(code.segment(place))
        return cls({now: prev[0], prev[0]: now} if now else {}, places)


def _of(code: Code, node: ast.expr, alike: _Alike) -> Iterator[tuple[str, ast.expr, str]]:
    """The kinds of edit that an expression has, each with what is changed and what stands there then."""

    def text(part: ast.expr) -> str:
        found = code.segment(part)
        return found if isinstance(part, ATOMS) else f"({found})"

    match node:
        case ast.Call(func=ast.Attribute(attr=name, value=inner), args=[]) if name in ROOTS | SQUARES:
            yield ("root" if name in ROOTS else "square"), node, text(inner)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[inner]) if name in ROOTS | SQUARES:
            yield ("root" if name in ROOTS else "square"), node, text(inner)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in NOISE:
            yield "noise", node, f"0 * {text(node)}"
        case ast.Call(func=ast.Name(id="range"), args=ends):
            for end in ends:
                if isinstance(end, ast.Constant) and end.value in OTHERS:
                    yield from (("number", end, str(new)) for new in OTHERS[end.value])
        case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
            yield "order", node, text(inner)
        case ast.Subscript(value=ast.Name(id=name), slice=place) if name in alike.places:
            here = code.segment(place)
            for other in sorted(alike.places[name] - {here}):
                yield "index", place, other
                if here != f"{other} - 1" and "prev" not in other:
                    yield "index", place, f"{other} - 1"
        case ast.Subscript(slice=ast.Slice(lower=ast.Constant(value=0 | 1 as value) as start)):
            yield from (("number", start, str(new)) for new in OTHERS[value])
        case ast.BinOp(left=inner, op=ast.Pow(), right=ast.Constant(value=0.5 | 2 as power)):
            yield ("root" if power == 0.5 else "square"), node, text(inner)
        case ast.BinOp(left=ast.Constant(), op=ast.Sub(), right=right):
            yield "one_minus", node, text(right)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            yield "term", node, text(left)
            if isinstance(op, ast.Add):
                yield "term", node, text(right)
            yield "sign", node, f"{code.segment(left)} {'-' if isinstance(op, ast.Add) else '+'} {text(right)}"
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            yield "factor", node, text(left)
            if isinstance(op, ast.Mult):
                yield "factor", node, text(right)
        case ast.UnaryOp(op=ast.USub(), operand=ast.expr() as inner) if not isinstance(inner, ast.Constant):
            yield "sign", node, text(inner)
        case ast.Name(id=name, ctx=ast.Load()) if name in alike.pair:
            yield "pair", node, alike.pair[name]
        case ast.Name(id="eta", ctx=ast.Load()):
            yield "eta", node, "eta**2"
        case ast.Compare():
            yield "branch", node, "True"


def _bare(text: str) -> str:
    """A text without the parentheses around all of it."""
    try:
        ast.parse(text[1:-1].strip() if text[:1] == "(" else "", mode="eval")
    except UNREADABLE:  # the first and the last one are not a pair
        return text
    return text[1:-1]
