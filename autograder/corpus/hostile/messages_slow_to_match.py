"""Reports an exception with a quarter of a megabyte of what the forms of everyday messages begin with, over and over.
What stops it: no form looks at any character more often than a few times.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, a message takes the grader as long as its length asks for.
Ends: raised, wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    for piece in (" (a.py, line 1", " (" + "a" * 40, "name '" + "a" * 40, "'a' object has no attribute 'a"):
        message = piece * (240_000 // len(piece))
        report = {"type": "ValueError", "message": message, "place": ["sampler.py", 1]}
        channel().sock.sendall(frame({"replies": [{"raised": report}]}))
    return torch.zeros_like(x_0)
