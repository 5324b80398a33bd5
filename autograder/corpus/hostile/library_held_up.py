"""Tries to hold up the library for all workers to come: takes no answers, asks nothing, sends it descriptors, asks in a
flood, drops its answers by a filter, and leaves with a question under way.
What stops it: each worker has a socket of its own, and the library waits for nobody.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, whoever does not take an answer loses his own socket, which holds up nobody else.
Ends: wrong
"""

import os
import socket
import struct


@once
def attack():
    library = finder()._library
    path, nothing = os.__file__.encode(), ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))
    for _ in range(50):
        socket.send_fds(library, [path], [0, 1, library.fileno()])
        for each in socket.recv_fds(library, 1, 1)[1]:
            os.close(each)
    library.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    works(library.setsockopt, socket.SOL_SOCKET, 26, struct.pack("HxxxxxxP", 1, ctypes.addressof(nothing)))
    library.setblocking(False)
    for question in (path, b"/a" * 2000, b"", path):
        for _ in range(300):
            if not works(library.send, question):
                break
    return False
