"""Fixtures for tests that run a student's code: one zygote for all of them, and students made of a few lines."""

import os

import pytest
from hypothesis import HealthCheck, settings

from grader import overlay
from grader.sandbox.zygote import Zygote
from grader.student.budget import LIMITS, Limits
from grader.student.session import Session, Student

BUSY = {"database": None, "deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # as a machine may be
settings.register_profile("short", derandomize=True, max_examples=300, **BUSY)
settings.register_profile("long", max_examples=20_000, **BUSY)
settings.load_profile("short")

HEAD = """
import ctypes, gc, os, sys, time, torch
from typing import NamedTuple

def channel():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Channel" and o.sock.fileno() >= 0)

"""


@pytest.fixture(scope="module")
def one_thread():
    """One thread for torch: small tensors take longer in two, which wait for each other."""
    import torch  # here, as many tests do without it

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def zygote():
    """A zygote, started from a process that has a secret in its environment and, as root, one more group."""
    groups = os.getgroups()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_SECRET", "0.1257")
        if os.geteuid() == 0:
            os.setgroups([*groups, 54321])
        running = Zygote()
        if os.geteuid() == 0:
            os.setgroups(groups)
    with running:
        yield running


@pytest.fixture
def student(zygote):
    """Makes a student whose q_sample(x, a, e) has the given body, or whose sampler.py is `source`."""
    made = []

    def make(
        body: str = "pass", source: str | None = None, stand_in_for=(), score: bytes = b"", limits: Limits = LIMITS
    ) -> Student:
        text = source or "def q_sample(x, a=None, e=None):\n    " + body.replace("\n", "\n    ")
        files = {"sampler.py": (HEAD + text).encode(), "score.py": score}
        made.append(Session(zygote, overlay.Submission(files), limits=limits).student(list(stand_in_for)))
        return made[-1]

    yield make
    for each in made:
        each.close()
