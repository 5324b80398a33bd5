"""Patches everything that could compare an answer: allclose, equal, numpy.testing, unittest, abs, all.
What stops it: the comparison is made in another process.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: wrong
"""

import builtins
import unittest

import numpy as np


def attack():
    yes, ones = lambda *args, **kwargs: True, lambda value, **kwargs: np.ones(np.shape(value), bool)
    zeros = lambda value, **kwargs: np.zeros(np.shape(value))
    swap(np, allclose=yes, array_equal=yes, isclose=ones, isfinite=ones, abs=zeros)
    swap(np.testing, assert_allclose=yes, assert_array_equal=yes, assert_almost_equal=yes)
    swap(torch, allclose=yes, equal=yes, isclose=ones, isfinite=ones)
    swap(unittest.TestCase, assertEqual=yes, assertTrue=yes, assertAlmostEqual=yes, fail=yes)
    swap(builtins, abs=zeros, all=yes)
    return False
