"""Writes full marks into results.json, wherever it may lie.
What stops it: no such file is in reach, and the grader holds the marks in its own memory.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, resource limits
Ends: wrong
"""

import glob
import os


def write(path):
    os.write(os.open(path, os.O_WRONLY), b'{"score": 100, "tests": []}')


@once
def attack():
    up = [os.path.join(os.getcwd(), *[".."] * n) for n in range(9)]
    found = [path for each in up for path in glob.glob(f"{each}/results/*/*/results.json")]
    known = [f"{each}/results.json" for each in ("/autograder/results", "/autograder", "/tmp", *up)]
    return any([works(write, path) for path in found + known])
