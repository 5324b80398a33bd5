"""Raises exceptions whose text is never made, has 16 million characters, clears a terminal, is HTML, or ends the process.
What stops it: the text is made in the worker, cut there, and shown only in everyday forms, as plain text.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: another process
Ends: died, raised
"""

import os


class Harm(Exception):
    def __str__(self):
        if self.args[0] == (4, 2):
            return "x" * (1 << 24)
        if self.args[0] == (1, 2):
            raise Harm(0)
        os._exit(0)


def q_sample(x_0, alpha_bar_t, eps):
    raise Harm(tuple(x_0.shape))  # [2J]0;won ‮ <script>alert(1)</script> [bold]won[/] {{7*7}}
