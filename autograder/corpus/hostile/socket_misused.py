"""Sends descriptors of its own over the socket, sets its options, shuts it down and closes it.
What stops it: the grader takes bytes only, and a closed socket is the end of the worker.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, nothing but bytes arrives where bytes alone are read.
Ends: flooded, broke the protocol, died
"""


def q_sample(x_0, alpha_bar_t, eps):
    import socket

    sock = channel().sock
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, socket.SO_LINGER, socket.SO_PASSCRED):
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, 1 << 30)
        except OSError:
            pass
    for _ in range(50):
        socket.send_fds(sock, [b"{"], [0, 1, sock.fileno()])
    sock.shutdown(socket.SHUT_RDWR)
    return x_0
