"""Marks one submission, and nothing else."""

import os

# Before numpy is imported: its threads wait in a loop, on the processors that the student's code and the network need.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
