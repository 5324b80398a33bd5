"""Whatever value a student returns, or asks a model with, a check passes or loses: it never raises or warns.

The right answers are the solution's, made once for each call of a check. The check is then run again and again, each
time with one forged value from its first or its second call on.
"""

import importlib
import inspect
import itertools
import pickle
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from checks import network as quality
from grader.outcomes import Loses, NotRun
from grader.overlay import Submission
from grader.paths import CHECKS
from grader.sandbox.networks import Predictor
from grader.sandbox.wire import Other, Seed
from grader.student import stand_ins
from grader.student.budget import NO_END
from grader.student.session import Returned, Session
from grader.tasks import order
from grader.transcript.evidence import Evidence
from grader.transcript.examiner import Examiner
from oracle import schedule
from workshop.trust.in_process import InProcess

MODULES = [
    importlib.import_module(f"checks.{path.parent.name}.{path.stem}") for path in CHECKS.glob("assignment*/test_*.py")
]
ALL = {check.__number__: check for module in MODULES for check in vars(module).values() if hasattr(check, "__number__")}
EVERY = 41  # of all forgeries one in so many is tried; 1 for a long run
CALLS = 12  # of a check that goes on in spite of forged values
HERE = InProcess()

# Forged values, each made of the right one


def filled(number, dtype=np.float64):
    return lambda right: np.full(np.shape(right), number, dtype)


def with_one(number, dtype=np.float64):
    def last_element(right):
        forged = np.array(right, dtype)
        forged.reshape(-1)[-1:] = number
        return forged

    return last_element


def alternating(right):
    return 0.99e100 * (-1.0) ** np.arange(np.size(right)).reshape(np.shape(right))


NUMBERS = [1e300, -1e300, 1.01e100, 0.99e100, -0.99e100, 1e50, 1e-300, 5e-324, np.nan, np.inf, -np.inf, -0.0, 0.0, 1.0]
SINGLE = [3.4e38, 0.99e15, 1e-45, np.nan]
INTEGERS = [2**63 - 1, -(2**63), 0, 1]
WRAPPING = np.array([1, 2**63 - 1, -(2**63), *range(-6, 0), 1000])  # ten steps whose differences in int64 are positive
FORGED = {
    **{f"all {number}": filled(number) for number in NUMBERS},
    **{f"one {number}": with_one(number) for number in NUMBERS},
    **{f"all {number} in float32": filled(number, np.float32) for number in SINGLE},
    **{f"one {number} in float32": with_one(number, np.float32) for number in SINGLE},
    **{f"all {number} in int64": filled(number, np.int64) for number in INTEGERS},
    **{f"one {number} in int64": with_one(number, np.int64) for number in INTEGERS},
    **{f"the float {number}": lambda right, number=number: number for number in NUMBERS},
    **{f"0-d {number}": lambda right, number=number: np.array(number) for number in NUMBERS},
    **{f"{number} of shape (1,)": lambda right, number=number: np.array([number]) for number in NUMBERS},
    **{f"the int {number}": lambda right, number=number: number for number in INTEGERS},
    **{
        f"times {factor}": lambda right, factor=factor: factor * np.asarray(right, float)
        for factor in (1e31, -1e80, 1e-30)
    },
    "alternating": alternating,
    "steps that wrap": lambda right: WRAPPING,
    "int32": filled(2**31 - 1, np.int32),
    "bool": filled(True, bool),
    "True": lambda right: True,
    "float32": lambda right: np.asarray(right, np.float32),
    "empty": lambda right: np.zeros(0),
    "no items": lambda right: np.zeros((0, *np.shape(right)[1:])),
    "one more axis": lambda right: np.asarray(right)[None],
    "a list of numbers": lambda right: np.asarray(right).tolist(),
    **{f"a list of {count}": lambda right, count=count: [right] * count for count in range(5)},
    "a list in a list": lambda right: [[right]],
    "a dict": lambda right: {"x": right},
    "None": lambda right: None,
    "text": lambda right: "\ud800",
    "a marker": lambda right: Seed(1),
    "something else": lambda right: Other("a huge integer"),
}
ALWAYS = ("one 1e+300", "all 9.9e+99", "one 9.9e+99", "alternating")


def of_parts(forge, value):
    """What a forger makes of an answer: of a tuple, of all its parts, of each alone and of the first for the whole."""
    if not isinstance(value, list):
        return [forge(value)]
    alone = [[*value[:i], forge(part), *value[i + 1 :]] for i, part in enumerate(value)]
    return [[forge(part) for part in value], *alone, forge(value[0])]


# A check with a student whose answers are replayed, right or forged


class Network(Predictor):
    """The grader's end of the trained networks; at the other end are any functions of their shapes."""

    def __init__(self):
        self._channel = self

    def send(self, message, deadline):
        self.message = message

    def _hear(self):
        what, images, *_ = self.message
        return np.float32(0.9) * images if what == "eps" else images.reshape(len(images), -1).clip(-1, 1)[:, :768:12]


class Replayed:
    """A student whose answers are forged from one call on; what is forged is "value", or 0 or 1: what a model is asked.

    right: the answers so far, by the call; forge: from a right value to a list of forged ones, of which one is taken.
    """

    def __init__(self, right, what="value", first=0, forge=lambda value: value):
        self.right, self.what, self.first, self.forge = right, what, first, forge
        self.calls, self.evidence = 0, Evidence()

    def __call__(self, function, *args, seed=0, **kwargs):
        self.calls += 1
        if self.calls > CALLS:
            raise NotRun("that is enough")
        examiner = next((each for each in args if isinstance(each, Examiner)), None)
        key = pickle.dumps([each.shape if each is examiner else each for each in args] + [function, seed, kwargs])
        if key not in self.right:
            self.right[key] = recorded(function, *args, seed=seed, **kwargs)
        returned, calls = self.right[key]
        forging = self.calls > self.first
        if forging and self.what == "value":
            returned = replace(returned, value=self.forge(returned.value))
        if examiner:
            model, examiner.calls = examiner.model, []
            for call in calls:
                asked = [call.x] if call.t is None else [call.x, call.t]
                last = forging and call is calls[-1] and self.what in range(len(asked))
                if last:
                    asked[self.what] = self.forge(asked[self.what])
                examiner.model = model if last else lambda *asked, call=call: call.answer
                examiner.answer(asked)
            if forging:
                self.evidence.ran(function, args, kwargs, examiner, returned.value)
        return returned

    def map(self, function, calls):
        return (self(function, *args) for args in calls)


def recorded(function, *args, **kwargs):
    """What the solution returns, and how it asked the model."""
    examiner = next((each for each in args if isinstance(each, Examiner)), None)
    student = Session(None, Submission({}), limits=NO_END, caller=lambda: HERE).student()
    if not examiner:
        return student(function, *args, **kwargs), []
    remembers, examiner.remembers = examiner.remembers, True
    returned = student(function, *args, **kwargs)
    examiner.remembers = remembers
    return returned, examiner.calls


def outcome(check, student):
    """How a check ended: "" if it passed, or what the student is told."""
    given = {
        "student": student,
        "network": Network(),
        "evidence": lambda: student.evidence,
        "leaderboard": lambda *entry: None,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check(**{name: given[name] for name in inspect.signature(check).parameters})
        return ""
    except Loses as reason:
        reason.sentence.encode()
        return reason.sentence
    finally:
        student.evidence.settle()
        assert student.evidence.faults == []


@pytest.fixture(scope="module", autouse=True)
def solution():
    """The solution in this process, and small tiers."""
    with HERE, pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality, "tau_of", lambda S: schedule.even_timesteps(1000, min(S, 20)))
        for name in ("CPU", "GPU", "ALL_STEPS"):
            patch.setattr(quality, name, replace(getattr(quality, name), images=64, block=64, blocks=1, batch=64))
        yield
    for name in ("sampler", "score"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("number", sorted(ALL, key=order))
def test_no_value_raises_in_a_check(number):
    check, right, raised = ALL[number], {}, []
    outcome(check, student := Replayed(right))
    asks = max(len(calls) and 1 + (calls[0].t is not None) for _, calls in right.values())
    parts = max(len(of_parts(lambda value: value, returned.value)) for returned, _ in right.values())
    places = [("value", first, part) for part in range(parts) for first in range(min(student.calls, 2))]
    places += [(argument, 0, 0) for argument in range(asks)]
    forgeries = list(itertools.product(places, FORGED))
    often = [(place, name) for place, name in forgeries if name in ALWAYS and place[2] == 0]
    for (what, first, part), name in often + forgeries[list(ALL).index(number) % EVERY :: EVERY]:
        one = lambda value: of_parts(FORGED[name], value)[part]  # noqa: B023, E731
        try:
            outcome(check, Replayed(right, what, first, one))
        except Exception as error:
            raised.append(f"{name}, as {what} from call {first}, part {part}: {type(error).__name__}: {error}")
    assert raised == []


@pytest.mark.parametrize("number", ["2.10.1", "2.11.14"])
def test_steps_do_not_rise_by_wrapping_around(number):
    """Else the oracle would be asked for a sampler in steps that no table has."""

    def student(function, *args, **kwargs):
        steps = WRAPPING if args == (1000, 10) else schedule.even_timesteps(*args) if len(args) == 2 else args[1]
        return Returned(steps, [], False)

    student.evidence, student.map = Evidence(), lambda function, calls: (student(function, *args) for args in calls)
    assert "ascend" in (said := outcome(ALL[number], student)) or "rise" in said


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("helper", sorted({helper for helpers in stand_ins.MAY_CALL.values() for helper in helpers}))
def test_no_value_of_a_probed_helper_raises(helper):
    for args in stand_ins.probes(helper):
        right = stand_ins.answer(helper, list(args), {})
        assert stand_ins.agrees(helper, args, right)
        for forge in FORGED.values():
            for value in of_parts(forge, right):
                stand_ins.agrees(helper, args, value)
