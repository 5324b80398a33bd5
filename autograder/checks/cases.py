"""The inputs of the checks: states, coefficients, schedules, sub-sequences. Never shown to a student.

They are the same in every marking, on every machine: edges by name, and numbers from generators of fixed seeds. No ᾱ_t
is below `LEAST`, so that a guard against a division by zero (`clamp(min=1e-8)`) costs nothing.
"""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from itertools import cycle
from typing import Any

import numpy as np

from grader.checking import Returned
from oracle import schedule
from oracle.arrays import Array

POINTS, IMAGES, COLUMN, ONE, LINE, ODD = (4, 2), (3, 2, 5, 5), (6, 1), (1, 2), (7,), (1, 17)
SHAPES = (ONE, COLUMN, POINTS, LINE, (5, 4, 3), IMAGES, (2, 1, 3, 2, 3))  # of states, with 1 to 5 dimensions
T = 1000
LEAST = 1e-6  # of all ᾱ_t; the cosine schedule's last one, 2.4e-9, would be below


def cosine_alpha_bar(T: int) -> Array:
    """The cosine schedule with its β clipped at ½, which keeps ᾱ_T above `LEAST`."""
    return schedule.cosine_alpha_bar(T, max_beta=0.5)


SCHEDULES = {"linear": schedule.linear_alpha_bar(T), "cosine": cosine_alpha_bar(T)}
LINEAR, COSINE = SCHEDULES["linear"], SCHEDULES["cosine"]
FINE = schedule.linear_alpha_bar(10, 1e-8, 1e-8)  # in float32, these steps lose their β_t
DRAWN = 26  # rows of each kind, besides the edges
Pair = tuple[Any, Any]  # ᾱ_t and ᾱ_prev: two numbers, or two arrays of shape (B,)
Asking = Generator[tuple[Any, ...], Returned, None]  # yields calls, each a name and arguments; gets what returns
Property = Callable[..., Asking]  # of a row of inputs, by name


@dataclass(frozen=True)
class Inputs:
    """The rows that a property is held to. kind and bounds: where `workshop.trust.hunt` looks for more of them."""

    rows: list[Any]
    kind: str
    bounds: tuple[Any, ...] = ()


def each(**inputs: Inputs) -> Callable[[Property], Callable[[Any], None]]:
    """Hold a property to each row of its inputs. It asks by `returned = yield "q_sample", x_0, alpha_bar_t, eps`.

    Where there are several inputs, those after the first are in an order of their own; short ones begin again.
    """
    count = max(len(column.rows) for column in inputs.values())
    columns = [[row for row, _ in zip(cycle(column.rows), range(count))] for column in inputs.values()]
    for index, column in enumerate(columns[1:]):
        np.random.default_rng(index).shuffle(column)
    rows = [dict(zip(inputs, row)) for row in zip(*columns)]

    def decorate(holds: Property) -> Callable[[Any], None]:
        @wraps(holds)
        def check(student: Any) -> None:
            hold(student, [holds(**row) for row in rows])

        del check.__wrapped__  # whose arguments pytest would take for fixtures
        check.holds, check.inputs = holds, inputs  # type: ignore[attr-defined]  # for `workshop.trust.hunt`
        return check

    return decorate


def hold(student: Any, properties: list[Asking]) -> None:
    """Fail unless the properties hold. The calls that they wait for, of one function, cross to the worker together."""
    calls = [next(each) for each in properties]
    while calls:
        returned = student.map(calls[0][0], [arguments for _, *arguments in calls])
        still, calls = [], []
        for each, value in zip(properties, returned):
            with contextlib.suppress(StopIteration):
                calls.append(each.send(value))
                still.append(each)
        properties = still


def choices(*values: float) -> Inputs:
    """A few values, each of them in many rows."""
    return Inputs(list(values), "choices", values)


def states(seed: int, count: int, shape: tuple[int, ...] = POINTS) -> list[Array]:
    """`count` different states of standard normal numbers."""
    return list(np.random.default_rng(seed).standard_normal((count, *shape)))


# ᾱ_t, alone


def alpha_bars(below: float = 1.0) -> Inputs:
    """ᾱ_t from nearly pure noise to `below`, dense near both ends, and of both schedules."""
    u = np.random.default_rng(1).random(DRAWN)
    edges = [LEAST, LINEAR[T], COSINE[T], LINEAR[T // 2], COSINE[T // 2], 0.5, LINEAR[1], COSINE[1]]
    ends = [below * (1 - 1e-4), below * (1 - 1e-6), below]
    drawn = [*np.maximum(LEAST, below * u**3), *below * (1 - u**3 * 0.999)]
    rows = [np.float64(value) for value in (*edges, *ends, *drawn) if value <= below]
    return Inputs(rows, "alpha_bars", (below,))


# (ᾱ_t, ᾱ_prev), ᾱ_t < ᾱ_prev < 1: neighbours or far apart, of either schedule, or of none. The last step, ᾱ_prev = 1,
# has checks of its own.


def _pairs() -> Iterable[tuple[float, float]]:
    rng = np.random.default_rng(2)
    for table in SCHEDULES.values():
        for t, t_prev in ((2, 1), (3, 2), (3, 1), (T, T - 1), (T, 1), (T, T // 2), (500, 499), (60, 40)):
            yield table[t], table[t_prev]
        for t in rng.permutation(np.arange(4, T))[: DRAWN // 2]:
            yield table[t], table[rng.choice([t - 1, t // 2, max(1, t - 100), rng.integers(1, t)])]
    yield LEAST, 1e-3
    yield LEAST, 0.9999
    yield 0.9999 * (1 - 1e-4), 0.9999
    yield 0.5 * (1 - 1e-4), 0.5
    for u, share in rng.random((DRAWN, 2)):
        a_prev = 1e-3 + 0.9989 * u
        yield a_prev * (1e-3 + 0.9989 * share), a_prev


PAIRS = Inputs([(np.float64(a), np.float64(a_prev)) for a, a_prev in _pairs()], "pairs")


def pair_batch(count: int) -> Pair:
    """ᾱ_t and ᾱ_prev, (count,) each, one pair for each item of a batch, from the linear schedule."""
    rng = np.random.default_rng(5)
    t = np.sort(rng.choice(np.arange(60, T + 1), count, replace=False))[::-1]
    prev = t - rng.integers(1, 60, count)
    return LINEAR[t], LINEAR[prev]


def everywhere() -> Pair:
    """ᾱ_t and ᾱ_prev of every step of both schedules, whole and on sub-sequences, to t = 0: one long batch."""
    taus = [schedule.even_timesteps(T, S) for S in (T, 600, 50, 7, 1)]
    steps = np.concatenate([np.stack([tau, np.concatenate([[0], tau[:-1]])]) for tau in taus], axis=1)
    both = np.concatenate([table[steps] for table in SCHEDULES.values()], axis=1)
    return both[0], both[1]


def batches(shapes: Iterable[tuple[int, ...]]) -> Iterator[tuple[tuple[int, ...], Pair]]:
    """A shape and a pair for each of its items: a few, and once `everywhere`."""
    for shape in shapes:
        yield shape, pair_batch(shape[0])
    pairs = everywhere()
    yield (len(pairs[0]), 2), pairs


def between(low: float, high: float, kind: type = np.float64) -> Inputs:
    """Numbers from low to high: both ends, evenly spread, and evenly spread over the orders of magnitude."""
    inside = [*np.geomspace(low, high, DRAWN + 5)[1:-1], *np.linspace(low, high, DRAWN + 5)[1:-1]]
    return Inputs([kind(row) for row in (low, high, *inside)], "between", (low, high, kind))
