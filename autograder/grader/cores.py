"""The cores of this machine: a process for each. When the grader ends, by kill -9 too, they end with it."""

import contextlib
import ctypes
import os
import queue
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection

from grader.machines import Files, Job, Mark, end, marked

PR_SET_PDEATHSIG = 1
GPU_DEVICES = ("/dev/nvidiactl", "/dev/dxg")


class Cores:
    """The cores of this machine: a process for each, which keeps its zygote from one submission to the next."""

    def __init__(self, count: int = 0, mark: Mark = marked):
        self.slots = count or len(os.sched_getaffinity(0))
        self.gpu = any(map(os.path.exists, GPU_DEVICES))
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


def _serve(pipe: Connection, mark: Mark, parent: int) -> None:
    """Do the jobs that come; an interrupt from a terminal is the parent's alone to answer, and its end is ours."""
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(mark(pipe.recv()))
    end()
