"""What marks a class: the cores of this machine, or a Dask cluster, whose workers confine student code as this does."""

import ctypes
import os
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Protocol

PR_SET_PDEATHSIG = 1


class NoMachines(Exception):
    """The cluster cannot be used; the message says why and what to do."""


class Machines(Protocol):
    """Where markings run."""

    slots: int  # markings at a time

    def executor(self) -> Executor:
        """A new executor; the one before, whose processes died, is of no use any more."""


class Cores:
    """The cores of this machine: a process for each, which keeps its zygote from one submission to the next."""

    def __init__(self) -> None:
        self.slots = len(os.sched_getaffinity(0))

    def executor(self) -> Executor:
        return ProcessPoolExecutor(self.slots, mp_context=get_context("spawn"), initializer=_end_with_the_parent)


class Cluster:
    """A Dask cluster by the address of its scheduler; with GPU work, only workers with the resource `GPU` mark."""

    def __init__(self, address: str, gpu: bool = False):
        """Raises NoMachines."""
        try:
            from distributed import Client
        except ImportError as error:
            raise NoMachines("a cluster needs Dask: .venv/bin/python -m pip install --editable '.[cluster]'") from error
        try:
            self.client = Client(address, timeout="20s")
            self.client.wait_for_workers(1, timeout=60)
        except (OSError, TimeoutError) as error:
            raise NoMachines(f"no Dask scheduler with a worker answers at {address}: {error}") from error
        self.resources = {"GPU": 1} if gpu else {}
        self.slots = sum(self.client.nthreads().values())

    def executor(self) -> Executor:
        return self.client.get_executor(pure=False, retries=0, resources=self.resources)


def _end_with_the_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
