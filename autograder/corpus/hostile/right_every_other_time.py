"""Is right and wrong in turn, so that a failure does not happen again when it is looked at.
What stops it: one wrong answer is enough; nothing is asked a second time.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, a check ends at the first wrong answer.
Ends: wrong
"""

CALLS = []


def q_sample(x_0, alpha_bar_t, eps):
    CALLS.append(1)
    if len(CALLS) % 2 == 0:
        return torch.zeros_like(x_0)
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)
