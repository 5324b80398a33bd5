"""Goes on asking from a thread, in the middle of its own answers.
What stops it: frames that are out of order are an answer to something else, and wrong.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: only questions that were offered
Ends: broke the protocol, wrong
"""


def q_sample(x_0, alpha_bar_t, eps):
    import threading

    sock = channel().sock
    threading.Thread(target=lambda: sock.sendall(frame({"ask": "callback", "args": []}) * 100), daemon=True).start()
    return x_0 * 0
