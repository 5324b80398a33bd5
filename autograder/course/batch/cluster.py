"""A Dask cluster: `SCHEDULER=` of `make grade-all`. A worker marks one submission at a time, so it has one thread.

Where a worker dies, Dask gives its marking to another; its nanny starts it anew.
"""

import asyncio
import contextlib
import time
from concurrent.futures import Future
from typing import Any

from course.batch.machines import GONE, Files, Job, Mark, NoMachines, has_cuda, marked
from grader.claim import assignments
from grader.marking import version

CONNECT_SECONDS = 30
ALONE_SECONDS = 600.0  # without any worker, after which it ends


class Cluster:
    """A Dask cluster, by its scheduler's address; GPU work goes to workers that have the resource `GPU` alone."""

    def __init__(self, address: str, gpu: bool = False, mark: Mark = marked):
        """Raises NoMachines."""
        try:
            from distributed import Client
        except ImportError as error:
            raise NoMachines(
                "a cluster needs Dask; type: .venv/bin/python -m pip install --editable '.[cluster]'"
            ) from error
        self._mark, self._seen = mark, time.monotonic()
        self.gpu, self.resources = gpu, {"GPU": 1} if gpu else {}
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS)
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            raise NoMachines(f"no Dask scheduler answers at {address}") from error
        try:
            self._require_workers()
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False, resources=self.resources)

    @property
    def slots(self) -> int:
        """As many as there are workers now: some may come later, or go."""
        return max(1, len(self._workers()))

    def submit(self, job: Job) -> "Future[Files | str]":
        """Raises NoMachines where there is no scheduler any more."""
        if self._client.status in ("closing", "closed"):  # it tries for a while to reach the scheduler again
            raise NoMachines(GONE)
        return self._executor.submit(self._mark, job)

    def look(self) -> None:
        """Raises NoMachines where there has been no worker for some time; till then, new ones may come."""
        if self._workers():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > ALONE_SECONDS:
            raise NoMachines(f"the Dask cluster has had no worker for {ALONE_SECONDS / 60:.0f} minutes; start some")

    def close(self) -> None:
        if self._client.status not in ("closing", "closed"):  # it closes by itself where the scheduler is gone
            self._executor.shutdown(wait=False)  # which cancels what is at work
        self._client.close()

    def _workers(self) -> dict[str, Any]:
        """The workers that can take a marking, by address."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return {name: each for name, each in workers.items() if self.resources.items() <= each["resources"].items()}

    def _require_workers(self) -> None:
        """Raises NoMachines unless there are workers, each with one thread and this version of the grader."""
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        workers = self._workers()
        if not workers:
            options = "--nthreads 1" + (" --resources GPU=1" if self.resources else "")
            raise NoMachines(f"the Dask cluster has no worker for this; start some with {options}")
        if any(each["nthreads"] != 1 for each in workers.values()):
            raise NoMachines("a Dask worker has more than one thread; start all of them with --nthreads 1")
        try:
            versions = self._client.run(_version, workers=list(workers))
        except Exception as error:
            raise NoMachines(
                "a Dask worker lacks the grader; start it in this folder, with PYTHONPATH=autograder"
            ) from error
        if set(versions.values()) != {_version()}:
            raise NoMachines("a Dask worker has another version of the grader; give all of them the same")
        if self.gpu and not all(self._client.run(has_cuda, workers=list(workers)).values()):
            raise NoMachines("a Dask worker that says it has a GPU has none that torch can use")


def _version() -> str:
    """The version of the grader, wherever this runs."""
    return " ".join(map(version.digest, assignments()))
