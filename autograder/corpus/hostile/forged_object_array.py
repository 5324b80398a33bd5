"""Sends arrays of objects, of dates, of text and of dtypes by odd names.
What stops it: five dtypes are known by name, and no other is ever made.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: the wire's forms
Ends: broke the protocol
"""


def q_sample(x_0, alpha_bar_t, eps):
    for dtype in ("object", "O", "|O", "V8", "float128", "datetime64[ns]", "str", "<U1000000", "i8,O", "float64"):
        arrays = [[dtype, [1] * 40 if dtype == "float64" else [1]]]
        reply = {"returned": {"@": "array", "index": 0}, "changed": []}
        channel().sock.sendall(frame({"replies": [reply]}, arrays, bytes(16)))
    return x_0
