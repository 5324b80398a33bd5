"""σ_t is kept above 1e-8, so that the last step has a little noise, too.

Loses: 2.7.3
Cause: none
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt().clamp(min=1e-8)
