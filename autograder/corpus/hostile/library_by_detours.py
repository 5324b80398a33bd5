"""Asks the library for a hidden check by detours: up from Python's folder, by /proc, as bytes, in a crowd of bad questions.
What stops it: a path must be plain and in one of its folders, and whatever cannot be read as one is answered with no.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, the library's folders
Ends: wrong
"""

import os


@once
def attack():
    imports = finder()
    python, (_, grader) = os.path.dirname(os.__file__), code_of_the_grader()
    for question in (b"\xff\xfe" * 2048, b"/" * 150_000, b"/" + b"a/" * 2000, python.encode() + b"\0", b"."):
        works(imports._library.send, question)
        imports._library.recv(1)
    check = f"{grader}/checks/assignment1/test_ddpm_step.py"
    ways = [
        f"{python}{'/..' * python.count('/')}{check}",
        f"/{check}",
        f"/proc/self/root{check}",
        f"{check[:1]}.{check}",
    ]
    return [works(lambda way=way: os.close(imports.open(way))) for way in ways]
