"""Attacks nothing, so that what is seen with a wall down can be compared with it.

Loses: 1.1.1, 1.1.2, 1.1.3
Wall: none, it goes for nothing.
Ends: wrong
"""
