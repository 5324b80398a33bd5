"""Builds the zips of a release."""
