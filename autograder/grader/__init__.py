"""Marks one submission, and nothing else."""
