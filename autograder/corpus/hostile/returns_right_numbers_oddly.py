"""Right numbers in odd clothes, which are right: expanded, with negative steps, with a graph, not contiguous.
A right answer never loses a point, however written.

Loses: none
Wall: none, its answers are right.
Ends: none
"""


def q_sample(x_0, alpha_bar_t, eps):
    x_t = alpha_bar_t.sqrt().reshape(-1, *[1] * (x_0.ndim - 1)) * x_0
    x_t = (x_t + (1 - alpha_bar_t).sqrt().reshape(-1, *[1] * (x_0.ndim - 1)) * eps).to(x_0.dtype)
    x_t = torch.stack([x_t, x_t], dim=-1).requires_grad_()[..., 0]
    return x_t if x_0.ndim == 1 else x_t.transpose(0, 1).contiguous().transpose(0, 1).flip(0).flip(0)
