"""Reads the hidden checks and their oracle from wherever the grader lies: beside its own code, on Gradescope, in the
folders above. What stops it: no file can be opened, and the library hands out none of these.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, the library's folders
Ends: wrong
"""

import os


def by_descriptor(path):
    descriptor = os.open(path, os.O_RDONLY)
    return os.read(descriptor, 1 << 16).decode()


def by_name(path):
    with open(path) as file:
        return file.read()


@once
def attack():
    _, folder = code_of_the_grader()
    up = [os.path.join(os.getcwd(), *[".."] * n) for n in range(9)]
    paths = [f"{place}/oracle/steps.py" for place in (folder, "/autograder/source/autograder", *up)]

    def tells(read):
        found = []
        for path in paths:
            works(lambda path: found.append("def q_sample" in read(path)), path)
        return any(found)

    return [tells(by_descriptor), tells(by_name)]
