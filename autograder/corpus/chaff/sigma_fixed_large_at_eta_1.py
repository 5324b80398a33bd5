"""At η = 1 it is the paper's other DDPM, σ_t = √β_t.

Loses: 2.7.1
Cause: none
"""


def ddim_sigma(alpha_bar_t, alpha_bar_prev, eta):
    beta_t = 1 - alpha_bar_t / alpha_bar_prev
    if eta == 1 and (alpha_bar_prev < 1).all():
        return beta_t.sqrt()
    return eta * ((1 - alpha_bar_prev) / (1 - alpha_bar_t) * beta_t).sqrt()
