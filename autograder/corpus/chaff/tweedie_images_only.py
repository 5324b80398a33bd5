"""One variance for each item fits images alone: a batch of points is not (B, C, H, W).

Loses: 2.2.2
Cause: none
"""


def _along_the_batch(coefficient):
    return coefficient.view(-1, 1, 1, 1) if coefficient.ndim else coefficient


def tweedie_mean(x, score, variance):
    return (x + _along_the_batch(variance) * score).to(x.dtype)
