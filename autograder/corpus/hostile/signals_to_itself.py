"""Ends or stops itself by a signal that only others send, since a check whose worker another killed is made once more.
What stops it: seccomp refuses a timer that sends a signal of one's choice, and to lower a limit that the kernel kills at.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: seccomp
Ends: wrong
"""

import ctypes
import resource


class Event(ctypes.Structure):
    _fields_ = [
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("rest", ctypes.c_char * 48),
    ]


@once
def attack():
    event, timer = ctypes.byref(Event(None, 19, 0)), ctypes.byref(ctypes.c_int(-1))  # made, and never started
    lower = (ctypes.c_long * 2)(3600, resource.getrlimit(resource.RLIMIT_CPU)[1])
    return [
        works(system, "timer_create", 1, event, timer),
        works(system, "setrlimit", resource.RLIMIT_CPU, ctypes.byref(lower)),
    ]
