"""Attacks on the grader, and harm to it."""
