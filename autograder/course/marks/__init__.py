"""The marks of a class."""
