"""The diffusion coefficient draws noise of its own, so that two draws are multiplied: right mean and variance only.

Loses: 2.4.1
Cause: noise_not_normal
"""


@torch.no_grad()
def langevin_sample(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        diffusion = math.sqrt(2) * noise_like(x, generator)
        x = x + step_size * score_fn(x) + diffusion * math.sqrt(step_size) * noise_like(x, generator)
    return x
