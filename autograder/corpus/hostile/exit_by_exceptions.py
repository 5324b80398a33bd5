"""Raises what is no Exception: SystemExit, a class of its own, KeyboardInterrupt, GeneratorExit, CancelledError.
What stops it: the worker catches whatever is raised, and it costs that call.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import asyncio


class Leave(SystemExit):
    code = property(lambda self: Leave(self))


def q_sample(x_0, alpha_bar_t, eps):
    raise {1: Leave(0), 2: KeyboardInterrupt(x_0), 4: asyncio.CancelledError(x_0)}.get(x_0.ndim, GeneratorExit(x_0))
