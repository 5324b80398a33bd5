"""η is ignored: always the DDPM's noise.

Loses: 2.7.2, 2.7.4
Cause: eta_ignored
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    return ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt()
