"""Connects to whatever listens: TCP, UDP, Unix sockets by path and by name.
What stops it: seccomp refuses to make a socket, so data could leave over none.

Loses: 1.1.1, 1.1.2, 1.1.3
"""

import socket


def attack():
    reached = False
    inet = [
        (socket.AF_INET, kind, ("127.0.0.1", port))
        for port in PORTS
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    ]
    for family, kind, address in (*inet, *((socket.AF_UNIX, socket.SOCK_STREAM, name) for name in SOCKETS)):
        try:
            with socket.socket(family, kind) as sock:
                sock.connect(address)
                sock.send(b"x")
                reached = True
        except OSError:
            continue
    return reached
