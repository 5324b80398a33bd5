"""Raises exceptions whose text is never made, is a gigabyte, clears a terminal, is HTML, or ends the process.
What stops it: the text is made in the worker, cut there, and shown only in everyday forms, as plain text.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import os


class Harm(Exception):
    def __str__(self):
        if self.args[0] == 1:
            return "x" * (1 << 30)
        if self.args[0] == 2:
            raise Harm(2)
        os._exit(0)


def q_sample(x_0, alpha_bar_t, eps):
    raise Harm(x_0.ndim)  # [2J]0;won ‮ <script>alert(1)</script> [bold]won[/] {{7*7}}
