"""The right answers as people write them, and what they give.

A spelling is a few assignments, in order; a tree is a name, a number, or an operation with its parts. `edits` has what
a spelling becomes by one small edit.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from oracle.arrays import along_first_axis, f64

Tree = str | float | tuple[Any, ...]
Spelling = tuple[tuple[str, Tree], ...]  # (name, tree), one assignment after the other

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
STATES = {"x_0", "x_t", "x", "eps", "z", "x_0_pred", "e", "score", "mean"}

# Reading and evaluating


def of(function: str) -> list[Spelling]:
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


def names(spelling: Spelling) -> frozenset[str]:
    """All names that a spelling reads."""
    return frozenset[str]().union(*(names_in(tree) for _, tree in spelling))


def names_in(tree: Tree) -> set[str]:
    """All names in a tree."""
    if isinstance(tree, str):
        return {tree}
    return set[str]().union(*map(names_in, tree[1:])) if isinstance(tree, tuple) else set()


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
