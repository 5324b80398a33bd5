"""Raises what a student may read everyday, with the hidden inputs in it: as names, as numbers, as types, as text.
What stops it: a message is quoted only in forms that hold no numbers of an input.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: everyday messages only
Ends: raised
"""


def q_sample(x_0, alpha_bar_t, eps):
    number = "_".join(str(int(1e6 * value)) for value in x_0.flatten().abs())[:30]
    if x_0.shape == (4, 2):
        raise NameError(f"name 'x_{number}' is not defined")
    if x_0.shape == (1, 2):
        raise type(f"E{number}", (Exception,), {})(number)
    raise SyntaxError(f"invalid syntax {number}", ("sampler.py", 1, 1, number))
