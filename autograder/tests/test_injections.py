"""Harm that ends a marking within seconds; `python -m grader injections` does the rest. And that harm is seen."""

import signal

import pytest

from grader import harmed
from grader.injections import INJECTIONS


@pytest.fixture(autouse=True)
def signals():
    """As in a terminal: a process that runs in the background may have been started with these ignored."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("injection", [each for each in INJECTIONS if each.quick], ids=str)
def test_whatever_happens_the_marks_count_or_are_said_not_to(injection):
    fault, said = injection.do()
    if fault == harmed.NOT_HERE:
        pytest.skip(fault)
    assert fault == "" and "Traceback" not in said, said
