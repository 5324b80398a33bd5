"""Connects to whatever listens: TCP, UDP, Unix sockets by path and by name.
What stops it: seccomp refuses to make a socket; Landlock would let only some be reached.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import socket


def attack():
    def send(family, kind, address):
        with socket.socket(family, kind) as sock:
            sock.connect(address)
            sock.send(b"x")

    inet = [("127.0.0.1", port) for port in PORTS]
    return [
        any([works(send, socket.AF_INET, socket.SOCK_STREAM, each) for each in inet]),
        any([works(send, socket.AF_INET, socket.SOCK_DGRAM, each) for each in inet]),
        any([works(send, socket.AF_UNIX, socket.SOCK_STREAM, each) for each in SOCKETS if each[0] == "/"]),
        any([works(send, socket.AF_UNIX, socket.SOCK_STREAM, each) for each in SOCKETS if each[0] != "/"]),
    ]
