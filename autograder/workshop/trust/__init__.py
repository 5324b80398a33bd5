"""Holds the grader to submissions of which the marks are known."""
