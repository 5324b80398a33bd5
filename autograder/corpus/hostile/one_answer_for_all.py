"""Answers the first question, and gives the same answer ever after, also by sending the same bytes again.
What stops it: no two questions have the same answer.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, its one answer is wrong for all questions but the first.
Ends: wrong
"""

import sys

FIRST = []


def q_sample(x_0, alpha_bar_t, eps):
    wire = sys.modules["grader.sandbox.wire"]
    if not FIRST:
        alpha = per_item(alpha_bar_t, x_0)
        FIRST.append(alpha.sqrt() * x_0 + (1 - alpha).sqrt() * eps)
        encode = wire.encode
        wire.encode = lambda body: FIRST[1] if len(FIRST) > 1 else FIRST.append(encode(body)) or FIRST[1]
    return FIRST[0]
