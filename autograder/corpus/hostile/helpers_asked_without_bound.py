"""Leaves a helper wrong, so that the grader answers for it, and asks it with arguments whose product fills the memory.
What stops it: a helper is answered only for one state, and one coefficient or one for each item of it.

Loses: 2.4.1, 2.4.2, 2.4.3, 2.5.1, 2.5.2, 2.5.3
Wall: helpers are asked about one state
Ends: wrong
"""


def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    return x


def annealed_langevin_sample(score_fn, x, sigmas, step_size, steps_per_sigma, generator=None):
    state = torch.zeros(30_000, 1)
    return langevin_sample(lambda x: x, state, torch.ones(30_000, dtype=torch.float64), 1, generator)
