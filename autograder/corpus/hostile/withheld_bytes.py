"""Announces a frame and sends it byte by byte, slower and slower.
What stops it: the time of the whole call is limited, not that of each byte.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import struct


def q_sample(x_0, alpha_bar_t, eps):
    import time

    for byte in struct.pack(">II", 100, 100) + b" " * 200:
        channel().sock.sendall(bytes([byte]))
        time.sleep(0.5)
