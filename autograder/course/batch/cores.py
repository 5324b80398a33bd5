"""The cores of this machine: a process for each. When the grader ends, by kill -9 too, they end with it."""

import contextlib
import math
import os
import queue
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from course.batch.machines import Files, Job, Mark, end, has_cuda, marked
from grader.sandbox import confine

GPU_DEVICES = ("/dev/nvidiactl", "/dev/dxg")
MEMORY = 1 << 30  # bytes that one marking takes, with all its processes


class Cores:
    """The cores of this machine: a process for each, which keeps its zygote from one submission to the next."""

    def __init__(self, count: int = 0, mark: Mark = marked, gpu: bool = False):
        """count: of processes; if not given, as many as this machine, or the container that it is, has room for.

        gpu: whether to look for one.
        """
        self.slots = count or _room()
        self.gpu = gpu and any(map(os.path.exists, GPU_DEVICES)) and has_cuda()
        self._mark, self._closed = mark, False
        self._threads = ThreadPoolExecutor(self.slots)
        self._idle: queue.SimpleQueue[_Process | None] = queue.SimpleQueue()
        self._all: set[_Process] = set()
        for _ in range(self.slots):
            self._idle.put(None)

    def submit(self, job: Job) -> "Future[Files | str]":
        return self._threads.submit(self._run, job)

    def _run(self, job: Job) -> Files | str:
        process = self._idle.get()
        try:
            if process is None:
                process = _Process(self._mark)
                self._all.add(process)
            if self._closed:
                process.kill()
            return process.run(job)
        except (OSError, EOFError) as error:
            if process is None:
                return f"no process can be started: {error}"
            ended, process = process, None
            self._all.discard(ended)
            return f"the process that marked it ended{ended.how()}"
        finally:
            self._idle.put(process)

    def look(self) -> None:
        """Nothing: a process that ends is known at once."""

    def close(self) -> None:
        self._closed = True
        for process in tuple(self._all):
            process.kill()
        self._threads.shutdown(cancel_futures=True)


class _Process:
    """A process that does one job after the other."""

    def __init__(self, mark: Mark):
        context = get_context("spawn")
        self.pipe, its = context.Pipe()
        self.process = context.Process(target=_serve, args=(its, mark, os.getpid()), daemon=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # of this thread, not the main one, and the process
        self.process.start()
        its.close()

    def run(self, job: Job) -> Files | str:
        self.pipe.send(job)
        return self.pipe.recv()

    def how(self) -> str:
        self.process.join()
        return f" (exit code {self.process.exitcode})"

    def kill(self) -> None:
        self.process.kill()


def _room(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """How many markings fit on this machine at a time: more would take each other's time, or memory, and cost marks."""
    limits: list[float] = [len(os.sched_getaffinity(0))]
    with contextlib.suppress(OSError, ValueError):  # "max", or no such group
        quota, period = map(int, (groups / "cpu.max").read_text().split())
        limits.append(math.ceil(quota / period))
    with contextlib.suppress(OSError, ValueError):
        limits.append(int((groups / "memory.max").read_text()) / MEMORY)
    with contextlib.suppress(OSError, ValueError):
        limits.append(1024 * int(Path("/proc/meminfo").read_text().split("MemAvailable:")[1].split()[0]) / MEMORY)
    return max(1, int(min(limits)))


def _serve(pipe: Connection, mark: Mark, parent: int) -> None:
    """Do the jobs that come; an interrupt from a terminal is the parent's alone to answer, and its end is ours."""
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    confine.end_with_parent()
    if os.getppid() != parent:
        return
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(mark(pipe.recv()))
    end()
