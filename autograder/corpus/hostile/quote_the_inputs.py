"""Raises what a student may read everyday, with the hidden inputs in it: as names, as numbers, as types, as text.
What stops it: a message is quoted only in forms that hold no numbers of an input.

Loses: 1.1.1, 1.1.2, 1.1.3
"""


def q_sample(x_0, alpha_bar_t, eps):
    number = "_".join(str(int(1e6 * value)) for value in x_0.flatten().abs())[:30]
    raise {
        1: NameError(f"name 'x_{number}' is not defined"),
        2: type(f"E{number}", (Exception,), {})(number),
        4: SyntaxError(f"invalid syntax {number}", ("sampler.py", 1, 1, number)),
    }[x_0.ndim]
