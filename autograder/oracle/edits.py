"""The right answers as people write them, and what they become by one small edit: a root left out, a sign turned, …

A spelling is a few assignments, in order; a tree is a name, a number, or an operation with its parts. `edited` gives
all single edits of a spelling, each with its kind, which is the name of a cause: what is found by its value alone is
told by its kind alone. Whether an edit explains an answer is for `grader.causes` to find.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from oracle.arrays import along_first_axis, f64

Tree = str | float | tuple[Any, ...]
Spelling = tuple[tuple[str, Tree], ...]  # (name, tree), one assignment after the other
Edits = Iterator[tuple[str, Tree]]

X_0_PRED = "x_0_pred = (x_t - sqrt(1 - a) * eps) / sqrt(a)"
DDIM_SIGMA = "sigma = eta * sqrt((1 - p) / (1 - a) * (1 - a / p))"
BETA = "alpha = a / p; beta = 1 - alpha"
TILDE = "variance = (1 - p) / (1 - a) * beta"

# a, p: ᾱ_t and ᾱ_prev; h: the size of a Langevin step; s, last: its noise level and the smallest
RIGHT: dict[str, tuple[str, ...]] = {
    "q_sample": ("x_t = sqrt(a) * x_0 + sqrt(1 - a) * eps",),
    "predict_x_0": (X_0_PRED, "x_0_pred = x_t / sqrt(a) - sqrt(1 / a - 1) * eps"),
    "ddpm_posterior": (
        f"{BETA}; {TILDE}; mean = (sqrt(p) * beta * x_0 + sqrt(alpha) * (1 - p) * x_t) / (1 - a)",
        f"{BETA}; {TILDE}; mean = sqrt(p) * beta / (1 - a) * x_0 + sqrt(alpha) * (1 - p) / (1 - a) * x_t",
    ),
    "ddpm_step": (
        f"{X_0_PRED}; {BETA}; {TILDE}; mean = (sqrt(p) * beta * x_0_pred + sqrt(alpha) * (1 - p) * x_t) / (1 - a); "
        "x_prev = mean + sqrt(variance) * z",
        f"{X_0_PRED}; {BETA}; {TILDE}; x_prev = sqrt(p) * beta / (1 - a) * x_0_pred"
        " + sqrt(alpha) * (1 - p) / (1 - a) * x_t + sqrt(variance) * z",
        f"{BETA}; {TILDE}; x_prev = (x_t - beta / sqrt(1 - a) * eps) / sqrt(alpha) + sqrt(variance) * z",
    ),
    "score_from_eps": ("score = -eps / sqrt(1 - a)",),
    "tweedie_mean": ("mean = x + variance * score",),
    "langevin_sample": ("x = x + h * score + sqrt(2 * h) * z",),
    "annealed_langevin_sample": (
        "h = h * (s / last) ** 2; x = x + h * score + sqrt(2 * h) * z",
        "h = h * s ** 2 / last ** 2; x = x + h * score + sqrt(2 * h) * z",
    ),
    "reverse_sde_step": (
        "x = x + (beta * x / 2 + beta * score) * dt + sqrt(beta * dt) * z",
        "x = x + beta * (x / 2 + score) * dt + sqrt(beta) * sqrt(dt) * z",
        "g = sqrt(beta); x = x + (g ** 2 * x / 2 + g ** 2 * score) * dt + g * sqrt(dt) * z",
    ),
    "ddim_sigma": (DDIM_SIGMA, "sigma = eta * sqrt((1 - p) / (1 - a)) * sqrt(1 - a / p)"),
    "ddim_coefficients": (
        "omega_t = sqrt((1 - p - sigma ** 2) / (1 - a)); omega_0 = sqrt(p) - sqrt(a) * omega_t",
        "omega_t = sqrt(1 - p - sigma ** 2) / sqrt(1 - a); omega_0 = sqrt(p) - sqrt(a) * omega_t",
    ),
    "ddim_step": (
        f"{X_0_PRED}; {DDIM_SIGMA}; x_prev = sqrt(p) * x_0_pred + sqrt(1 - p - sigma ** 2) * eps + sigma * z",
        f"{X_0_PRED}; {DDIM_SIGMA}; omega_t = sqrt((1 - p - sigma ** 2) / (1 - a)); "
        "omega_0 = sqrt(p) - sqrt(a) * omega_t; x_prev = omega_0 * x_0_pred + omega_t * x_t + sigma * z",
        f"{X_0_PRED}; {DDIM_SIGMA}; e = (x_t - sqrt(a) * x_0_pred) / sqrt(1 - a); "
        "x_prev = sqrt(p) * x_0_pred + sqrt(1 - p - sigma ** 2) * e + sigma * z",
    ),
    "ddim_invert": ("x_0_pred = (x - sqrt(1 - p) * eps) / sqrt(p); x = sqrt(a) * x_0_pred + sqrt(1 - a) * eps",),
}
ALPHAS = ("a", "p", "alpha")
STATES = {"x_0", "x_t", "x", "eps", "z", "x_0_pred", "e", "score", "mean"}
NAMES = {  # that are taken for one another, and the kind of that edit
    ("a", "p"): "alpha_bar_prev_for_t",
    ("p", "a"): "alpha_bar_t_for_prev",
    ("alpha", "a"): "alpha_bar_for_alpha",
    ("alpha", "p"): "alpha_bar_for_alpha",
    ("a", "alpha"): "alpha_for_alpha_bar",
    ("p", "alpha"): "alpha_for_alpha_bar",
}
TOGETHER = {  # the kinds that come in pairs
    *("root_missing", "root_extra", "square_missing", "sign", "one_minus_missing", "factor_missing", "factor_two"),
    *("upside_down", "alpha_bar_prev_for_t", "alpha_bar_t_for_prev", "alpha_bar_for_alpha", "alpha_for_alpha_bar"),
}
TWICE = {"root_missing", "sign", "alpha_bar_prev_for_t", "alpha_bar_t_for_prev", "alpha_bar_for_alpha"}  # made alike
ORDER = (  # of the kinds that may be two words for one thing: the first is the plainest
    *("term_missing", "one_minus_missing", "root_missing", "square_missing", "sign", "factor_missing", "root_reach"),
    *("root_extra", "square_extra", "parentheses", "upside_down", "factor_twice", "one_minus_extra", "factor_two"),
)


def plainest(kinds: set[str]) -> str:
    """The kind that is told where all of these explain an answer; "" where they are not one thing in other words."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if {"sign", "term_missing"} <= kinds:  # under a root whose clamp hides the one, and leaves what the other does
        return ""
    return min(kinds, key=ORDER.index) if kinds and kinds <= set(ORDER) else ""


# Reading and evaluating


def spellings(function: str) -> list[Spelling]:
    """The spellings of a function's right answer, the most usual first; none of a function that has no formula."""
    return [_parsed(text) for text in RIGHT.get(function, ())]


def _parsed(text: str) -> Spelling:
    made = []
    for statement in ast.parse(text).body:
        assert isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        made.append((statement.targets[0].id, _tree(statement.value)))
    return tuple(made)


def _tree(node: ast.expr) -> Tree:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=int(value)):
            return float(value)
        case ast.UnaryOp(operand=operand):
            return "neg", _tree(operand)
        case ast.Call(args=[argument]):
            return "sqrt", _tree(argument)
        case ast.BinOp(left=left, op=ast.Pow()):
            return "square", _tree(left)
        case ast.BinOp(left=left, op=op, right=right):
            signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
            return signs[type(op)], _tree(left), _tree(right)
    raise ValueError(f"a spelling cannot hold {ast.unparse(node)}")


OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "sqrt": lambda value: np.sqrt(np.maximum(value, 0)),  # since a clamp may hide a negative one
    "square": np.square,
    "neg": operator.neg,
}
OF_FLOATS: dict[str, Callable[..., Any]] = OPERATIONS | {  # the same for plain floats, and ten times as fast
    "/": lambda over, under: over / under if under else math.nan,
    "sqrt": lambda value: math.sqrt(value) if value > 0 else 0.0,
    "square": lambda value: value * value,
}


def evaluate(
    spelling: Spelling, given: Mapping[str, Any], operations: dict[str, Callable[..., Any]] = OPERATIONS
) -> dict[str, Any]:
    """All names of a spelling, the given ones and those that it makes."""
    found = dict(given)
    for name, tree in spelling:
        found[name] = _value(tree, found, operations)
    return found


def _value(tree: Tree, known: Mapping[str, Any], operations: dict[str, Callable[..., Any]]) -> Any:
    if isinstance(tree, str):
        return known[tree]
    if isinstance(tree, float):
        return tree
    if len(tree) == 2:
        return operations[tree[0]](_value(tree[1], known, operations))
    return operations[tree[0]](_value(tree[1], known, operations), _value(tree[2], known, operations))


# Editing


def edited(spelling: Spelling) -> Iterator[tuple[str, Spelling]]:
    """Every single edit of a spelling: its kind, and the spelling with it."""
    for place, known in enumerate(_known(spelling)):
        yield from _edited_at(place, spelling, known)


def edited_twice(spelling: Spelling) -> Iterator[tuple[str, Spelling]]:
    """The common pairs of edits; the kinds of a pair are joined by "+", in alphabetical order, each once."""
    places = list(enumerate(_known(spelling)))
    for place, known in places:
        for first, once in _edited_at(place, spelling, known):
            if first in TOGETHER:
                for later, known_later in places[place:]:
                    for second, twice in _edited_at(later, once, known_later):
                        if second in TOGETHER and (second != first or second in TWICE):
                            yield "+".join(sorted({first, second})), twice


def names(spelling: Spelling) -> frozenset[str]:
    """All names that a spelling reads."""
    return frozenset[str]().union(*(_names(tree) for _, tree in spelling))


def _known(spelling: Spelling) -> list[frozenset[str]]:
    """The names that are known at each of the assignments: the given ones, and those made before."""
    return [names(spelling) - {name for name, _ in spelling[place:]} for place in range(len(spelling))]


def _edited_at(place: int, spelling: Spelling, known: frozenset[str]) -> Iterator[tuple[str, Spelling]]:
    name, tree = spelling[place]
    for kind, new in _edits(tree, known):
        yield kind, (*spelling[:place], (name, new), *spelling[place + 1 :])


def _edits(tree: Tree, known: frozenset[str]) -> Edits:
    """The edits of a tree, at its root and further down."""
    if isinstance(tree, float):
        return
    yield from _of_any(tree)
    if isinstance(tree, str):
        yield from _of_name(tree, known)
        return
    yield from _of_operation(tree)
    for place, part in enumerate(tree[1:], start=1):
        for kind, new in _edits(part, known):
            yield kind, (*tree[:place], new, *tree[place + 1 :])


def _names(tree: Tree) -> set[str]:
    if isinstance(tree, str):
        return {tree}
    return set[str]().union(*map(_names, tree[1:])) if isinstance(tree, tuple) else set()


def _is_state(tree: Tree) -> bool:
    return not STATES.isdisjoint(_names(tree))


def _operation(tree: Tree) -> str:
    return tree[0] if isinstance(tree, tuple) else ""


def _of_any(tree: Tree) -> Edits:
    if _is_state(tree):
        return
    if _operation(tree) not in ("square", "sqrt"):
        yield "square_extra", ("square", tree)
    if _operation(tree) != "square":
        yield "root_extra", ("sqrt", tree)
    yield "factor_two", ("*", 2.0, tree)
    yield "factor_two", ("/", tree, 2.0)


def _of_name(name: str, known: frozenset[str]) -> Edits:
    for (old, new), kind in NAMES.items():
        if name == old and new in known:
            yield kind, new
    if name in ALPHAS:
        yield "one_minus_extra", ("-", 1.0, name)
    if name in STATES:
        yield from (("states_mixed_up", other) for other in sorted(STATES & known - {name}))


def _of_operation(tree: tuple[Any, ...]) -> Edits:
    match tree:
        case ("neg", part):
            yield "sign", part
        case ("square", part):
            yield "square_missing", part
        case ("sqrt", part):
            yield "root_missing", part
            yield from (("root_reach", new) for new in _other_reach(part))
        case ("+" | "-" as sign, left, right):
            yield "sign", ("-" if sign == "+" else "+", left, right)
            if left == 1.0:
                yield "one_minus_missing", right
                return
            yield "sign", (sign, ("neg", left), right)
            yield "term_missing", left
            if sign == "+":
                yield "term_missing", right
        case ("*" | "/" as times, left, right):
            yield "factor_missing", left
            if times == "*":
                yield "factor_missing", right
            if not _is_state(right) and right != 2.0:
                yield "upside_down", ("/" if times == "*" else "*", left, right)
                if _operation(right) not in ("sqrt", "square"):
                    yield "factor_twice", (times, tree, right)
            if not _is_state(left) and not _is_state(right):
                yield "upside_down", ("/", right, left)
            yield from (("parentheses", new) for new in _other_parentheses(times, left, right))
            if _operation(left) == "sqrt" and not _is_state(right):
                yield "root_reach", ("sqrt", (times, left[1], right))
            if _operation(right) == "sqrt" and not _is_state(left):
                yield "root_reach", ("sqrt", (times, left, right[1]))


def _other_reach(part: Tree) -> Iterator[Tree]:
    """What becomes of the root of `part` where the root reaches over one side alone, or over both apart."""
    if isinstance(part, tuple) and len(part) == 3:
        sign, left, right = part
        yield sign, ("sqrt", left), right
        yield sign, left, ("sqrt", right)
        if sign in "+-":
            yield sign, ("sqrt", left), ("sqrt", right)


def _other_parentheses(times: str, left: Tree, right: Tree) -> Iterator[Tree]:
    """What becomes of a product or a fraction where the parentheses around one side are left out."""
    match left:
        case ("+" | "-" as sign, first, second):
            yield sign, first, (times, second, right)
    match right:
        case ("+" | "-" as sign, first, second):
            yield sign, (times, left, first), second
        case ("*", first, second) if times == "/":
            yield "*", ("/", left, first), second


# Functions that return values

PARAMETERS = {
    "q_sample": "x_0 a eps",
    "predict_x_0": "x_t a eps",
    "ddpm_posterior": "x_0 x_t a p",
    "ddpm_step": "x_t eps a p z",
    "score_from_eps": "eps a",
    "tweedie_mean": "x score variance",
    "reverse_sde_step": "x score beta dt z",
    "ddim_sigma": "a p eta",
    "ddim_coefficients": "a p sigma",
    "ddim_step": "x_t eps a p eta z",
}
RESULTS = {"ddpm_posterior": ("mean", "variance"), "ddim_coefficients": ("omega_0", "omega_t")}  # else the last name


def value(function: str, spelling: Spelling, args: tuple[Any, ...]) -> Any:
    """What a function spelt so gives for these arguments."""
    given = {name: f64(each) for name, each in zip(PARAMETERS[function].split(), args)}
    if states := [each for name, each in given.items() if name in STATES]:
        given = {name: each if name in STATES else along_first_axis(each, states[0]) for name, each in given.items()}
    found = evaluate(spelling, given)
    if function == "ddpm_posterior":
        return found["mean"], np.reshape(found["variance"], np.shape(args[2]))
    if function == "ddim_coefficients":
        return found["omega_0"], found["omega_t"], 0.0
    return found[spelling[-1][0]]


def first_numbers(function: str, spelling: Spelling, args: tuple[Any, ...]) -> list[float]:
    """The first number of each of the results: cheap, so that most edits need no more to be ruled out."""
    given = {name: float(np.ravel(each)[0]) for name, each in zip(PARAMETERS[function].split(), args)}
    found = evaluate(spelling, given, OF_FLOATS)
    return [found[name] for name in RESULTS.get(function, (spelling[-1][0],))]
