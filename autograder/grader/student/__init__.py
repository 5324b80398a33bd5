"""The calls that checks make on a student's functions."""
