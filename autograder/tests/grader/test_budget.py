"""The time of a marking, by a clock that a test sets: what each call may take, and what is left after it."""

import math

import pytest

from grader import imports
from grader.outcomes import Killed, Loses, NotRun, Raised, TimedOut
from grader.student import budget
from grader.student.budget import Budget, Limits

KEY, FILE = ("q_sample", False), "sampler.py"


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(budget, "time", clock)
    return clock


def refused(left: Budget, key=KEY, file=FILE) -> str:
    """The sentence with which a call is refused; "" where it is allowed."""
    try:
        left.allow(key, file)
    except Loses as reason:
        return f"{reason.outcome}: {reason.sentence}"
    return ""


def test_a_function_has_its_seconds_and_the_same_with_right_helpers(clock):
    left = Budget()
    for used in (29.0, 1.5):
        assert refused(left) == ""
        with left.call(KEY, 0) as call:
            call.used = used
    assert refused(left) == "timed out: q_sample has used up the 30 s of all its checks together."
    assert refused(left, ("q_sample", True)) == refused(left, ("ddim_step", False)) == ""


def test_what_is_waited_for_counts_a_third_and_what_the_grader_took_does_not(clock):
    left = Budget()
    with left.call(KEY, 0) as call:
        clock.now += 6
        with call.stopped():
            clock.now += 50
    assert left.spent[KEY] == 2


def test_what_was_waited_for_a_processor_counts_neither_for_the_call_nor_for_its_function(clock):
    """Only the marking as a whole does not last longer by it: a host has a limit of its own."""
    left = Budget()
    with left.call(KEY, 0) as call:
        clock.now, call.waited = 1036, 6.5
        assert not call.over
        clock.now, call.used = 1037, 0.5
        assert call.over and call.taken() == (37 - 6.5) / 3
        call.waited = 30
    assert left.spent[KEY] == (37 - 30) / 3 and left.deadline == 1420
    with left.call(KEY, 0) as call:
        clock.now, call.waited = 1420, 383
        assert call.over and isinstance(call.ran_out(), NotRun)


def test_the_network_prolongs_a_call_and_the_marking_as_long_as_there_is_grace(clock):
    left = Budget(Limits(run=100.0, own=30.0))
    for more in (25, 5):
        with left.call(KEY, 0) as call:
            before = left.deadline, call.deadline
            with call.stopped():
                clock.now += 25
            assert (left.deadline, call.deadline) == (before[0] + more, before[1] + 25)
    clock.now = 1090
    with left.call(KEY, 0) as call, call.stopped():
        clock.now += 25
    assert (left.deadline, call.deadline) == (1130, 1145)
    assert not call.over
    clock.now = 1130
    assert call.over


def test_a_sampler_of_many_numbers_has_more_time_of_all_three_kinds(clock):
    left = Budget(Limits(call=0.0, run=10.0, function=0.0))
    with left.call(KEY, 10**8) as call:
        clock.now += 15
        call.used = 15
        assert (call.seconds, call.deadline, left.deadline) == (20, 1060, 1030)
    assert left.spent[KEY] == -5 and refused(left) == ""


def test_a_call_that_hangs_is_not_made_again_unless_the_marking_was_over(clock):
    left = Budget(Limits(run=100.0))
    with pytest.raises(TimedOut), left.call(KEY, 0) as call:
        raise call.ran_out()
    assert refused(left) == "timed out: q_sample did not return within 10 s. It was not called again."
    clock.now += 95
    with pytest.raises(NotRun), left.call(("ddim_step", False), 0) as call:
        clock.now += 5
        raise call.ran_out()
    assert left.hung.keys() == {KEY}
    clock.now += 1
    over = "not run: Not finished: the whole marking has 100 s, and they were used up."
    assert refused(left, ("ddim_step", False)) == over


@pytest.mark.parametrize(
    "reason, counts", [(Raised("a"), True), (TimedOut("a"), True), (NotRun("a"), False), (Killed("a"), False)]
)
def test_imports_that_fail_twice_by_the_submissions_own_doing_are_not_tried_again(clock, reason, counts):
    left = Budget()
    for _ in range(2):
        assert refused(left) == ""
        with pytest.raises(type(reason)), left.an_import(FILE):
            raise reason
    assert bool(refused(left)) == counts and refused(left, file="score.py") == ""


def test_imports_that_take_long_are_too_long_together(clock):
    left = Budget()
    for _ in range(4):
        with left.an_import(FILE) as each:
            each.used = 40
    with pytest.raises(TimedOut) as caught, left.an_import(FILE):
        pytest.fail("it was imported once more")
    assert caught.value.sentence == (
        f"{FILE} takes long to import, and every check imports it anew: {imports.UNDER_MAIN}, such as training."
    )
    assert left.spent == {}
    with left.an_import("score.py") as other:
        assert other.ran_out().sentence == "score.py could not be imported within 10 s: " + imports.UNDER_MAIN + (
            ", such as training."
        )


def test_what_is_asked_beside_a_marking_costs_nothing(clock):
    left = Budget(Limits(run=math.inf))
    with pytest.raises(TimedOut), left.beside(KEY), left.call(KEY, 0) as call:
        call.used = 99
        raise call.ran_out()
    assert (left.hung, left.spent[KEY]) == ({}, 0)
