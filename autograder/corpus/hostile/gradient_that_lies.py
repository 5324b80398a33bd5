"""Returns the right loss with a graph of its own, whose gradient is made up.
What stops it: the gradient at the model's answers is held to the right one.

Loses: 1.3.2
Wall: none, a check asks for the gradient, and a made-up one is wrong.
Ends: wrong
"""


class Lie(torch.autograd.Function):
    @staticmethod
    def forward(context, loss, answer):
        context.shape = answer.shape
        return loss.clone()

    @staticmethod
    def backward(context, gradient):
        return None, torch.ones(context.shape, dtype=torch.float64)


def q_sample(x_0, alpha_bar_t, eps):
    alpha_bar_t = per_item(alpha_bar_t, x_0)
    return (alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps).to(x_0.dtype)


def noise_prediction_loss(eps_model, x_0, t, eps, alpha_bar):
    answer = eps_model(q_sample(x_0, alpha_bar[t], eps), t)
    return Lie.apply((answer - eps).square().mean().detach(), answer)
