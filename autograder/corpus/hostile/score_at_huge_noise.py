"""Asks the score at a noise level whose square is no number any more.
What stops it: a noise level that no model knows is refused in a sentence.

Loses: 2.5.1, 2.5.2, 2.5.3
Wall: questions of known forms
Ends: wrong
"""


def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    return x + score_fn(x, torch.tensor(1e200, dtype=torch.float64))
