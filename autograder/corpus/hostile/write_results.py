"""Writes full marks into results.json, wherever it may lie.
What stops it: no such file is in reach, and the grader holds the marks in its own memory.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


def attack():
    up = [os.path.join(os.getcwd(), *[".."] * n) for n in range(9)]
    for place in ("/autograder/results", "/autograder", ".", "/tmp", *up, *(f"{each}/results" for each in up)):
        for name in ("results.json", "results.new", "results.json.new", "1/results.json"):
            try:
                with open(f"{place}/{name}", "w") as file:
                    file.write('{"score": 100, "tests": []}')
            except OSError:
                continue
    return False
