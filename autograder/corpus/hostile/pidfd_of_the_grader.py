"""Has the kernel give it a descriptor of the grader's and the zygote's process, as the other ends of its sockets, which
takes no pidfd_open, and signals through them.
What stops it: seccomp refuses whatever takes such a descriptor; Landlock refuses signals to the outside.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp, Landlock
Ends: wrong
"""

import socket
import struct

PEER = 77  # SO_PEERPIDFD, since Linux 6.5
SEND = 424  # pidfd_send_signal, the same number on every architecture


@once
def attack():
    library = finder()._library
    return [works(signal, each) for each in (channel().sock, library)]


def signal(sock):
    (descriptor,) = struct.unpack("i", sock.getsockopt(socket.SOL_SOCKET, PEER, 4))
    system("syscall", ctypes.c_long(SEND), ctypes.c_long(descriptor), ctypes.c_long(0), None, ctypes.c_long(0))
