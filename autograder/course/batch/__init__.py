"""Marks a class."""
