"""Asks the model with states and steps of every kind: huge, empty, of truth values, at t = 2^62, by wrong names.
What stops it: a question that no network could answer is refused in a sentence.

Loses: 1.6.1, 1.6.2, 1.6.3, 1.6.4, 1.6.5, 1.6.6
Wall: questions of known forms
Ends: wrong, raised
"""


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)


def ddpm_sample(eps_model, x_T, alpha_bar, generator=None):
    T, t = len(alpha_bar) - 1, torch.full(x_T.shape[:1], len(alpha_bar) - 1)
    match T:
        case 1:
            return eps_model(x_T, t > 0)
        case 10:
            return eps_model(torch.full_like(x_T, 1.7e308), torch.linspace(1, T, len(x_T)).long()) + eps_model(
                x_T, None
            )
        case 25 | 60:
            return eps_model(x_T, 2**62)
        case 40 if x_T.dtype == torch.float32:
            return eps_model(x_T[:0], t[:0])
        case 40:
            return eps_model(x_T.expand(1 << 12, *x_T.shape), t)
    return eps_model(x_T, x_T)
