"""Imports the oracle beside the grader's own modules, which the worker has loaded, by the library and by itself.
What stops it: the library hands out the code of Python and its packages only, and the worker can open no file.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock, the library's folders
Ends: wrong
"""

import importlib
import importlib.machinery


@once
def attack():
    _, folder = code_of_the_grader()
    sys.path.insert(0, folder)
    try:
        imported = hasattr(importlib.import_module("oracle.steps"), "q_sample")
    except ImportError:
        imported = False
    spec = importlib.machinery.PathFinder.find_spec("steps", [f"{folder}/oracle"])
    return [imported, spec is not None and b"def q_sample" in spec.loader.get_data(spec.origin)]
