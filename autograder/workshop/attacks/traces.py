"""What a hostile case must not leave behind or change: looked at before and after it."""

import ctypes
import errno
import os
import resource
import shutil
import signal
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from grader.sandbox import confine
from grader.sandbox.zygote import Zygote
from workshop.attacks.environments import USERS

PLACES = [Path(place) for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", "/dev/mqueue")]  # anyone may write
QUEUE = b"/hostile-queue"  # the name that a case gives to a POSIX message queue
SECRET = "0.1257"  # in the grader's environment, and in the witness's memory
WITNESS_UID = 19999
EVERYONE = range(2**32)

_libc = ctypes.CDLL(None, use_errno=True)
Facts = set[tuple[Any, ...]]


class Watched(Zygote):
    """A zygote that remembers which users its workers were, but for one that has other processes, too."""

    def __init__(self) -> None:
        self.uids: set[int] = set()
        super().__init__()

    def spawn(self, folder: Path, uid: int | None) -> Any:
        if uid is not None or os.geteuid() in USERS:
            self.uids.add(os.geteuid() if uid is None else uid)
        return super().spawn(folder, uid)


class Witness:
    """A process, of another user if we are root, that has a secret and says on request whether it still has it."""

    def __init__(self) -> None:
        (asked, self._ask), (self._hear, told) = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._ask)
                if os.geteuid() == 0:
                    os.setgroups([])
                    os.setresgid(WITNESS_UID, WITNESS_UID, WITNESS_UID)
                    os.setresuid(WITNESS_UID, WITNESS_UID, WITNESS_UID)
                confine._drop_capabilities()  # or one without them may not look at it, even with all walls down
                while os.read(asked, 1):
                    os.write(told, os.environ["GRADER_SECRET"].encode())
            finally:
                os._exit(0)
        os.close(asked)
        os.close(told)

    def fault(self) -> str:
        """What became of it: "" while it is as it was."""
        try:
            os.write(self._ask, b"?")
            return "" if os.read(self._hear, 100) == SECRET.encode() else "another process's memory was changed"
        except BrokenPipeError:
            return "another process was ended"

    def close(self) -> None:
        os.close(self._ask)
        os.close(self._hear)
        os.waitpid(self.pid, 0)


class Traces:
    """Everything that a case could change and must not, as it was; `changes` says what is different now."""

    def __init__(self, zygote: Watched, witness: int, tree: Path, temporary: Path):
        """tree: the files of the grader. temporary: where it puts its temporary files, none of which may stay."""
        self.zygote, self.tree, self.temporary = zygote, tree, temporary
        self.ours = {os.getpid(), zygote.process.pid, witness}
        self.before = self._look(EVERYONE)

    def changes(self) -> list[str]:
        """What is new since the last look, or gone of the grader's own, in words.

        A process that was left is ended, and a file of a lane's own user is deleted.
        """
        now = self._look(self.zygote.uids)
        for pid, *_ in now["a process"] - self.before["a process"]:
            os.kill(pid, signal.SIGKILL)
        for path, *_ in now["a file of a worker's"] - self.before["a file of a worker's"]:
            if os.geteuid() in USERS:  # a lane's own user; another's number may be a person's, too
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        changes = [
            f"{what}: {' '.join(map(str, fact))}"
            for what, facts in now.items()
            for fact in sorted(facts ^ self.before[what] if "grader" in what else facts - self.before[what], key=str)
        ]
        self.zygote.uids.clear()  # another grader's worker may get one of these user ids later
        self.before = self._look(EVERYONE)  # a later worker may get a user id whose things are there already
        return changes

    def _look(self, workers: Container[int]) -> dict[str, Facts]:
        """workers: the users whose files, processes and objects are looked for."""
        return {
            "a file of a worker's": {
                fact for place in PLACES if place.is_dir() for fact in self._left_in(place, workers)
            },
            "a file of the grader's": {(path, *_stat(path)) for path in self.tree.rglob("*")},
            "a temporary file": {(path,) for path in self.temporary.rglob("*")},
            "a process": set(self._workers(workers)),
            "a System V object": set(_system_v(workers)),
            "a message queue": _queue(workers),
            "the grader's": set(_state()),
        }

    def _left_in(self, place: Path, workers: Container[int]) -> Iterator[tuple[Any, ...]]:
        for path in place.iterdir():
            try:
                if path.lstat().st_uid in workers and not self.temporary.is_relative_to(path):
                    yield path, *_stat(path)
            except FileNotFoundError:  # somebody else's, and gone by now
                continue

    def _workers(self, workers: Container[int]) -> Iterator[tuple[Any, ...]]:
        """Processes that are workers, or came of one: by their user, their parent or their command line."""
        zygote = str(self.zygote.process.pid)
        mine = Path("/proc", zygote, "cmdline").read_bytes()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                rows = [row.split() for row in (process / "status").read_text().splitlines()]
                line = (process / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            status = {row[0]: row[1] for row in rows if len(row) > 1}
            # one that ends, or a worker of another grader's that got the same user id
            others = not line or line != mine and b"zygote_main" in line
            by_user = int(status["Uid:"]) in workers and not others
            of_worker = status["PPid:"] == zygote or line == mine != b"" or by_user  # a zygote that has ended has none
            if of_worker and int(process.name) not in self.ours:
                yield int(process.name), status["Name:"]  # whether it runs or sleeps makes it no other one


def _system_v(workers: Container[int]) -> Iterator[tuple[Any, ...]]:
    for path in Path("/proc/sysvipc").glob("*"):
        head, *rows = [row.split() for row in path.read_text().splitlines()]
        yield from ((path.name, *row[:2]) for row in rows if _ours(int(row[head.index("uid")]), workers))


def _queue(workers: Container[int]) -> Facts:
    """The message queue, if it is there and theirs; it is deleted."""
    descriptor = _libc.mq_open(QUEUE, os.O_RDONLY | os.O_NONBLOCK)
    if descriptor < 0:
        return {(QUEUE,)} if ctypes.get_errno() == errno.EACCES else set()
    owner = os.fstat(descriptor).st_uid
    os.close(descriptor)
    return {(QUEUE,)} if _ours(owner, workers) and _libc.mq_unlink(QUEUE) == 0 else set()


def _ours(owner: int, workers: Container[int]) -> bool:
    return owner == os.geteuid() or owner in workers


def _stat(path: Path) -> tuple[Any, ...]:
    stat = path.lstat()
    return oct(stat.st_mode), stat.st_uid, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _state() -> Iterator[tuple[Any, ...]]:
    """What this process is, beside its memory."""
    yield from (("environment", name, value) for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST")
    for name in os.listdir("/proc/self/fd"):
        if os.path.islink(f"/proc/self/fd/{name}"):  # not the one that listed them
            yield "descriptor", name, os.readlink(f"/proc/self/fd/{name}")
    yield from (("handler", int(each), repr(signal.getsignal(each))) for each in signal.valid_signals())
    yield "signal mask", *sorted(signal.pthread_sigmask(signal.SIG_BLOCK, []))
    yield "timers", *signal.getitimer(signal.ITIMER_REAL), *signal.getitimer(signal.ITIMER_PROF)
    yield "processors", *sorted(os.sched_getaffinity(0))
    yield "priority", os.getpriority(os.PRIO_PROCESS, 0)
    yield "folder", os.getcwd()
    yield "limits", *(each for which in range(16) for each in resource.getrlimit(which))
