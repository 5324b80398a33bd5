"""Asks the grader for a model's answer in a function that has no model, by the worker's own way to ask.
What stops it: nobody is there to be asked.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: only questions that were offered
Ends: broke the protocol
"""

import gc


def q_sample(x_0, alpha_bar_t, eps):
    worker = next(each for each in gc.get_objects() if type(each).__name__ == "Worker")
    return worker.ask("callback", [x_0, torch.ones(4, dtype=torch.int64)])
