"""Asks the grader for what nobody offered: a right helper, the model, a file, an attribute.
What stops it: a question is answered only where the check has something to ask.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: only questions that were offered
Ends: broke the protocol
"""


def q_sample(x_0, alpha_bar_t, eps):
    if x_0.shape == (4, 2):
        channel().send({"ask": "q_sample", "args": [[each.numpy() for each in (x_0, alpha_bar_t, eps)], {}]})
        return torch.from_numpy(channel().receive().copy())
    for what in ("callback", "ddim_step", "__class__", "../checks", None, ["q_sample"], {"q_sample": 1}):
        channel().sock.sendall(frame({"ask": what, "args": [[1.0], {}]}))
    return x_0
