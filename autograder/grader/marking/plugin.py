"""The pytest plugin that turns checks into results: seeds them from the collection, runs them, says why one fails."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import pytest

from grader import outcomes
from grader.causes import hints, search
from grader.marking.results import FAULT, Line, Results
from grader.outcomes import Outcome
from grader.phrases import phrase
from grader.sandbox.networks import Networks
from grader.sandbox.remembered import Remembering
from grader.settings import DEFAULTS, Settings, Tier
from grader.student import stand_ins
from grader.student.session import Session, Student
from grader.tasks import ALL_TASKS, BY_FUNCTION, BY_ID, KNOWN, order, shares, task_of
from grader.transcript.evidence import Evidence


class Reporter:
    """Runs every collected check against one submission; `results` has a line for each, whatever happens."""

    def __init__(
        self,
        session: Session,
        results: Results,
        settings: Settings = DEFAULTS,
        tasks: Collection[str] = ALL_TASKS,
        shown: bool = True,
    ):
        """shown: whether evidence is kept, for a page."""
        self.session, self.results, self.settings, self.tasks, self.shown = session, results, settings, tasks, shown
        self.line: dict[str, Line] = {}
        self.faults: list[str] = []
        self.failed_functions: set[str] = set()
        self.right_helpers: dict[str, bool] = {}
        self.suspects: dict[tuple[str, ...], search.Suspects] = {}  # by function and helpers stood in for
        self.current: Student | None = None
        self.note = ""  # what the last check that passed has to say

    @pytest.hookimpl
    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "network: needs the trained network; not in the closed-form tier")
        config.addinivalue_line("markers", "gpu: belongs to the GPU tier")
        config.addinivalue_line("markers", "leaderboard: only where the settings have a leaderboard")
        config.addinivalue_line("markers", "drawn: the report page draws its runs; of other checks, only lost ones")
        config.addinivalue_line("markers", "quality(column): of the samples' quality, in this column of make tiers")

    # Collection: one line for each check, worth its share of its task's points

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.session.tier == "closed-form":
            items[:] = [item for item in items if not item.get_closest_marker("network")]
        if not self.settings.leaderboard:
            items[:] = [item for item in items if not item.get_closest_marker("leaderboard")]
        items[:] = [item for item in items if _task(item) in self.tasks or _task(item) not in KNOWN]
        items.sort(key=lambda item: order(item.function.__number__))  # type: ignore[attr-defined]

    @pytest.hookimpl
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        checks = [item for item in session.items if isinstance(item, pytest.Function)]
        of_task: dict[str, list[pytest.Function]] = defaultdict(list)
        for item in checks:
            of_task[_task(item)].append(item)
            if "subtests" in item.fixturenames:  # pytest's: one that fails would not fail its check
                self.faults.append(f"{item.nodeid} uses subtests; make a check of each, or one sentence")
        points: dict[str, float] = {}
        for task, items in of_task.items():
            points |= zip([item.nodeid for item in items], shares(BY_ID[task].points, list(map(self._weight, items))))
        for item in checks:
            function = item.function
            self.line[item.nodeid] = Line(
                number=function.__number__,
                claim=phrase(_claim(item)),
                points=points[item.nodeid],
                tags=[f"task {_task(item)}", *(["bonus"] if BY_ID[_task(item)].bonus else [])],
                visibility=getattr(function, "__visibility__", self.settings.visibility),
                bonus=BY_ID[_task(item)].bonus,
                drawn=item.get_closest_marker("drawn") is not None,
            )
        self.results.lines = list(self.line.values())
        self.results.write()

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(f"{report.nodeid} could not be collected: {report.longreprtext}")

    # Running: as submitted, then, where a wrong helper may be to blame, with a right one in its place

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        line, started = self.line[pyfuncitem.nodeid], time.monotonic()
        function = BY_ID[line.task].function
        if pyfuncitem.get_closest_marker("gpu") and (why := self.session.no_gpu()):
            line.outcome, line.output = Outcome.WAITS, why
            return True
        try:
            reason = self._run(pyfuncitem, [])
            if reason is None:
                line.passed, line.outcome, line.output = True, Outcome.PASSED, _said(phrase("Passed."), self.note)
                return True
            wrong = self._wrong_helpers(function)
            again = self._run(pyfuncitem, wrong) if wrong else reason
            names = ", ".join(name for name in wrong if self.current and name in self.current.answered)
            if again is None:
                line.passed, line.outcome = True, Outcome.STOOD_IN
                passed = phrase(
                    "Passed, with a right {names} standing in for yours, which is wrong or not written yet.",
                    names=names or ", ".join(wrong),
                )
                line.output = _said(passed, self.note)
            else:
                self.failed_functions.add(function)
                line.outcome = reason.outcome
                line.cause, line.hint = self._hint(function, again)
                differs = names and again.sentence != reason.sentence
                second = phrase("With a right {names} in the place of yours: {why}", names=names, why=again.sentence)
                line.output = _said(reason.sentence, second if differs else "", line.hint)
        finally:
            line.seconds = time.monotonic() - started
            self.results.write()
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Whatever a check raises but a `Loses`, in its set-up or in itself, is the grader's own fault."""
        if call.excinfo is not None:
            line = self.line[item.nodeid]
            line.passed, line.outcome = False, Outcome.FAULT
            line.output = FAULT
            self.faults.append(f"{line.number}: {call.excinfo.exconly()}")
            self.results.write()
        return (yield)

    def _weight(self, item: pytest.Function) -> Fraction:
        """Its share of its task: none in a tier that does not count, one at least in a GPU tier that does."""
        tier: Tier = "gpu" if item.get_closest_marker("gpu") else "cpu"
        if not item.get_closest_marker("network"):
            tier = "closed-form"
        weight = Fraction(getattr(item.function, "__weight__", 1)) if self.settings.counts(tier) else Fraction(0)
        return max(weight, Fraction(1)) if tier == "gpu" and self.settings.counts(tier) else weight

    def _run(self, item: pytest.Function, helpers: list[str]) -> outcomes.Loses | None:
        """Run a check with stand-ins for `helpers`; the reason why it does not pass, or None.

        Where the worker was killed or stopped by another than itself, it is run once more.
        """
        reason = self._run_once(item, helpers)
        return self._run_once(item, helpers) if outcomes.from_outside(reason) else reason

    def _run_once(self, item: pytest.Function, helpers: list[str]) -> outcomes.Loses | None:
        self.current = self.session.student(helpers)
        line = self.line[item.nodeid]
        if self.shown and line.evidence.empty:  # the page shows what was submitted, unless it came to nothing
            line.evidence = self.current.evidence = Evidence(helpers)
        try:
            arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
            arguments |= {"student": self.current} if "student" in arguments else {}
            self.note = item.obj(**arguments) or ""
            return None
        except outcomes.Loses as reason:
            return reason
        finally:
            self.current.close()
            if self.current.evidence:
                self.current.evidence.settle()

    def _hint(self, function: str, reason: outcomes.Loses) -> tuple[str, str]:
        """The likely cause of a wrong answer, and its sentence; both "" unless it is known for certain."""
        try:
            return self._suspected(function, reason)
        except Exception:  # no hint is worth a fault of the grader
            return "", ""

    def _suspected(self, function: str, reason: outcomes.Loses) -> tuple[str, str]:
        if not isinstance(reason, (outcomes.Wrong, outcomes.Flooded)) or self.current is None:
            return "", ""
        key = (function, *self.current.stand_in_for)
        if key not in self.suspects:
            self.suspects[key] = search.Suspects()  # where the next line fails, once is enough
            self.suspects[key] = search.suspects(self.session, function, self.current.stand_in_for)
        seen = [(args, value) for name, args, value in self.current.seen if name == function]
        cause = self.suspects[key].cause(seen)
        where, task = self.suspects[key].where, BY_FUNCTION[function].task
        return cause, hints.sentence(cause, where, task) if cause else ""

    def _wrong_helpers(self, function: str) -> list[str]:
        """The public helpers that `function` may call and that failed a check of their own, or a probe."""
        mine = BY_FUNCTION[function].assignment
        helpers = stand_ins.MAY_CALL.get(function, ())
        marked = [name for name in helpers if BY_FUNCTION[name].assignment <= mine]  # a later one costs nothing
        return [name for name in marked if not self._is_right(name)]

    def _is_right(self, helper: str) -> bool:
        if helper not in self.right_helpers:
            self.right_helpers[helper] = True  # while its own helpers are looked at: two may call each other
            self.right_helpers[helper] = self.session.is_right(helper, self._wrong_helpers(helper))
        return self.right_helpers[helper] and helper not in self.failed_functions

    @pytest.fixture
    def student(self) -> None:
        """The student's functions, `student("ddim_step", x_t, ...)`: `_run_once` puts those of a new worker here."""

    @pytest.fixture
    def evidence(self) -> Iterator[Any]:
        """Where a check puts what the report page is to show: `evidence().cell(...)`."""
        yield lambda: (self.current and self.current.evidence) or Evidence()

    @pytest.fixture
    def leaderboard(self) -> Iterator[Any]:
        """Where a check enters a figure, the lower the better: `leaderboard("FID", 12.9)`; as submitted alone."""

        def enter(name: str, value: float) -> None:
            if self.current and not self.current.stand_in_for:
                self.results.leaderboard = [{"name": name, "value": round(value, 2), "order": "asc"}]

        yield enter

    @pytest.fixture
    def network(self, request: pytest.FixtureRequest) -> Networks | None:
        """The trained networks, on the GPU for a check that is marked `gpu`; None where that does not run."""
        if not request.node.get_closest_marker("gpu"):
            return Remembering(partial(self.session.zygote.predictor, "cpu"))
        return None if self.session.no_gpu() else self.session.zygote.predictor("cuda")


def _said(*sentences: str) -> str:
    return reduce(lambda one, other: phrase("{one} {other}", one=one, other=other), filter(None, sentences))


def _task(item: Any) -> str:
    return task_of(item.function.__number__)


def _claim(item: pytest.Function) -> str:
    return " ".join((item.function.__doc__ or item.name).split("\n\n")[0].split())
