"""Takes over: answers all later questions of the check from a loop of its own, in the worker's place.
What stops it: whoever answers has to be right.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, whoever answers in the worker has to be right.
Ends: wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    import numpy as np

    mine = channel()
    while True:
        mine.send({"replies": [{"returned": np.zeros(x_0.shape), "changed": [], "carries_graph": False}]})
        mine.receive()
