"""A loop's transcript held against chains of moves: what was asked, the mean and the noise of each step.

The examiner answered every call, so of each step x_t, the answer and x_prev are known. What is left of x_prev beside a
chain's mean must be its σ times standard normal noise; the bounds are those of `oracle.normal`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import outcomes
from grader.causes import probes
from grader.causes.hints import NOT_A_NUMBER
from grader.causes.probes import SHAPE, STATE
from grader.phrases import phrase
from grader.sandbox.wire import Seed
from grader.student.session import Session
from grader.transcript.examiner import Call, Examiner
from oracle import edited_chains, normal, wrong_chains
from oracle.arrays import f64
from oracle.gaussian import GaussianData
from oracle.wrong_chains import Chain, Move

TIGHT = 1e-5  # for a step without noise, relative to its largest number


@dataclass(frozen=True)
class Run:
    """A loop's transcript on a probe; `ended` is False where the model refused to answer, or NaN came back."""

    transitions: list[tuple[Call, Any]]
    ended: bool
    broke: bool = False  # whether NaN came out of its last step


def suspects(session: Session, function: str, stand_in_for: list[str]) -> tuple[str, list[str]]:
    """Where a loop first leaves the right chain ("": nowhere), and the causes whose chains it follows on all probes."""
    runs = [(rest, _run(session, function, stand_in_for, rest)) for rest in probes.of_loop(function)]
    made_from = [((*rest, STATE) if function == "ddim_invert" else rest, run) for rest, run in runs]
    faults = [_least((make(*args) for make in wrong_chains.RIGHT[function]), run) for args, run in made_from]
    where = next(filter(None, faults), "")
    if not where:
        return "", []
    for makes in (wrong_chains.CHAINS[function], edited_chains.of(function), wrong_chains.LAST[function]):
        if found := [cause for cause, make in makes if all(_follows(make(*args), run) for args, run in made_from)]:
            return where, found
    broken = [at for at, (_, run) in zip(faults, runs) if run.broke]
    return (broken[0], [NOT_A_NUMBER]) if broken else (where, [])


def _run(session: Session, function: str, stand_in_for: list[str], rest: tuple[Any, ...]) -> Run:
    """One probe of a loop; raises `Loses` where the loop did not end, unless the model refused to answer."""
    examiner, seed = _examiner(function, rest), {} if function == "ddim_invert" else {"generator": Seed(14)}
    student = session.student(stand_in_for)
    end = None
    try:
        value = student(function, examiner, STATE, *rest, **seed).value  # type: ignore[arg-type]
        if (
            not isinstance(value, np.ndarray)
            or value.shape != SHAPE
            or value.dtype.kind != "f"
            or np.isinf(value).any()
        ):
            raise outcomes.NotRun("no state came back")
        broke = bool(np.isnan(value).any())
        end = None if broke else value
    except outcomes.Wrong:
        broke = examiner.refused is not None and bool(np.isnan(examiner.refused).any())
    finally:
        student.close()
    return Run(examiner.transitions(end), end is not None, broke)


def _examiner(function: str, rest: tuple[Any, ...]) -> Examiner:
    """A model for a probe: the exact noise or score of Gaussian data, with a wobble that no loop can know.

    The wobble of a score is large, so that what the loop does with it stands out from the noise.
    """
    rng = np.random.default_rng(13)

    def wobble(size: float = 0.3) -> np.ndarray:
        return size * rng.standard_normal(SHAPE)

    if function == "langevin_sample":
        return Examiner(lambda x: 0.5 - x + wobble(30), SHAPE, 100, parameters=("x",))
    if function == "annealed_langevin_sample":
        return Examiner(lambda x, s: (0.5 - x) / (1 + s**2) + wobble(30), SHAPE, 100, parameters=("x", "sigma"))
    data = GaussianData(np.linspace(-1, 1, SHAPE[1]), np.linspace(0.2, 1.5, SHAPE[1]))
    table, T = rest[0], len(rest[0]) - 1
    return Examiner(lambda x, t: data.eps(x, table[t]) + wobble(), SHAPE, 2 * T + 20, T=T)


def _least(rights: Iterable[Chain], run: Run) -> str:
    """Where a run leaves the first of the right chains; "" where it is one of them."""
    faults = [fault(right, run) for right in rights]
    return "" if "" in faults else faults[0]


def _follows(chain: Chain, run: Run) -> bool:
    """Whether a run is what a chain would have done; most chains fail at once at the two places looked at first."""
    count = len(run.transitions)
    for number in (count - 2, 0) if len(chain.moves) == count and run.ended else ():
        if 0 <= number < count and not _moved(chain.moves[number], chain.z, *run.transitions[number], []):
            return False
    return not fault(chain, run)


def fault(chain: Chain, run: Run) -> str:
    """Where a run is not what a chain would have done, in words; "" where it is."""
    moves, count = chain.moves, len(run.transitions)
    start = {"given": STATE, "zeros": 0 * STATE}.get(chain.start)
    if not count or not moves:
        return phrase("in the number of calls")
    first = run.transitions[0][0].x
    if not (_fresh_start(first) if start is None else np.allclose(first, start, atol=1e-6)):
        return phrase("in the first state")
    residuals: list[np.ndarray] = []
    for number, (move, (call, after)) in enumerate(zip(moves, run.transitions)):
        if move.asked is not None and not np.allclose(call.t, move.asked, rtol=1e-6):
            return phrase("in call {number} of the model", number=number + 1)
        if after is not None and not _moved(move, chain.z, call, after, residuals):
            return _place(moves, number)
    if residuals and not _fits_together(chain.z, np.stack(residuals)):
        return phrase("in the noise of the steps")
    if run.broke and count <= len(moves):
        return "" if moves[count - 1].breaks else _place(moves, count - 1)
    right_end = count == len(moves) if run.ended else count < len(moves) and moves[count].asked == 0
    return "" if right_end else phrase("in the number of calls")


def _place(moves: Sequence[Move], index: int) -> str:
    """Which move it is, in words."""
    if times := moves[index].times:
        return phrase("in the step from t = {t} to {t_next}", t=times[0], t_next=times[1])
    return phrase("in step {number} of {count}", number=index + 1, count=len(moves))


def _fresh_start(first: np.ndarray) -> bool:
    """Whether a first state is noise of its own, and not the given numbers in another order."""
    return _normal(first, [STATE]) and not np.allclose(np.sort(first, None), np.sort(STATE, None), atol=1e-6)


def _moved(move: Move, z: str, call: Call, after: np.ndarray, residuals: list[np.ndarray]) -> bool:
    """Whether a move of a run has this mean and this noise; the noise that it had is added to `residuals`."""
    x, answer, after = f64(call.x), f64(call.answer), f64(after)
    rest = after - move.mean(x, answer)
    if move.sigma <= 0:
        return bool(np.abs(rest).max() <= TIGHT * (1 + np.abs(x).max() + np.abs(after).max()))
    rest = rest / move.sigma
    residuals.append(rest)
    shared = bool((np.abs(rest[1] - rest[0]) < 1e-3).all()) and bool((np.abs(rest - rest[0]) < 1e-3).all())
    if z == "shared":
        return shared and 0.5 < rest[0].std() < 2 and _normal(rest[0], [])  # few numbers: 0 would pass as normal
    if z == "same":
        return _normal(rest, []) if len(residuals) == 1 else bool(np.allclose(rest, residuals[0], atol=1e-2))
    if z in ("not_normal", "scaled"):
        rest = rest / rest.std()
    return not shared and (z == "unit" or _normal(rest, [x, answer, *residuals[-2:-1]]))


def _fits_together(z: str, residuals: np.ndarray) -> bool:
    """Whether the noise of all steps together, so more strictly, is of its kind."""
    if z == "unit":
        return bool(residuals.min() >= -1e-3 and 0.9 < residuals.max() < 1.001)
    spreads = np.array([step.std() for step in residuals])
    if z == "scaled":
        scaled = residuals / residuals.std()
        alike = all(_normal(step, []) for step in scaled) and normal.shape_fits(scaled)
        return alike and abs(residuals.std() - 1) > 0.02
    if z == "not_normal":
        return bool((abs(spreads - 1) < 0.2).all()) and not normal.shape_fits(
            np.stack([*map(np.divide, residuals, spreads)])
        )
    return z != "fresh" or _normal(residuals, []) and normal.shape_fits(residuals)


def _normal(numbers: np.ndarray, beside: list[np.ndarray]) -> bool:
    """Whether numbers are standard normal and not correlated with what was known before: bounds of `oracle.normal`."""
    flat = numbers.astype(np.float64).ravel()
    known = [np.ones(flat.size), *(other.astype(np.float64).ravel() for other in beside)]
    return bool(normal.moments_fit(flat, known))
