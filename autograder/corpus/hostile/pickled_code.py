"""Returns an object whose pickle runs code where it is loaded.
What stops it: the wire has no pickle.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: no pickle
Ends: wrong
"""

import os


class Runs:
    def __reduce__(self):
        return os.system, (f"echo won > {BAIT[0]}; touch /tmp/pickled",)

    def __reduce_ex__(self, protocol):
        return self.__reduce__()


def q_sample(x_0, alpha_bar_t, eps):
    return [Runs(), {"x_t": Runs()}]
