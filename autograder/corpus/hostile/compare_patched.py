"""Patches everything that could compare an answer: allclose, equal, numpy.testing, unittest, abs, isinstance.
What stops it: the comparison is made in another process.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import builtins
import unittest

import numpy as np


def attack():
    yes = lambda *args, **kwargs: True
    for place, names in (
        (np, ("allclose", "isclose", "array_equal", "isfinite", "abs", "all", "any")),
        (np.testing, ("assert_allclose", "assert_array_equal", "assert_almost_equal")),
        (torch, ("allclose", "equal", "isclose", "isfinite")),
        (unittest.TestCase, ("assertEqual", "assertTrue", "assertAlmostEqual", "fail")),
        (builtins, ("abs", "all", "any")),
    ):
        for name in names:
            setattr(place, name, yes)
    return False
