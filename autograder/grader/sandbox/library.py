"""The library: the files of Python and its packages, for workers, which can open no file themselves.

A process of its own, beside the zygote, opens them: a worker sends a path and gets a descriptor to read from. So what
Python needs can be imported late, wherever it lies and whoever the worker is, and nothing else can be read.
"""

import contextlib
import errno
import importlib.machinery
import importlib.util
import os
import selectors
import socket
import stat
import sys
import sysconfig
import threading
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from grader.sandbox import confine

LONGEST = 4096  # bytes of a path
# What may be imported besides Python's own, whatever else is installed: torch and numpy, and what these import.
PACKAGES = """
    torch torchgen functorch numpy safetensors typing_extensions sympy mpmath networkx jinja2 markupsafe fsspec filelock
    setuptools _distutils_hack pkg_resources
""".split()


class Library:
    """The zygote's end: it forks the process, and each worker gets a socket to it."""

    def __init__(self, roots: Sequence[str], private: Sequence[str]):
        """roots: the folders that modules are found in. private: those of which nothing is handed out nevertheless."""
        self._control, its = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                confine.end_with_parent()
                os.closerange(3, its.fileno())
                os.closerange(its.fileno() + 1, 1 << 16)
                _serve(its, list(map(os.path.abspath, roots)), list(map(os.path.realpath, private)))
            finally:
                os._exit(70)
        its.close()

    def reader(self) -> socket.socket:
        """A worker's end."""
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            socket.send_fds(self._control, [b"x"], [its.fileno()])
        return mine

    def close(self) -> None:
        """End the process."""
        self._control.close()
        os.waitpid(self.pid, 0)


def _serve(control: socket.socket, roots: list[str], private: list[str]) -> NoReturn:
    """Answer every reader whose socket comes over `control`, until that closes."""
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                sock: Any = key.fileobj
                if sock is control:
                    _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
                    if not descriptors:
                        os._exit(0)
                    reader = socket.socket(fileno=descriptors[0])
                    reader.setblocking(False)  # one that does not take its answers must not keep others waiting
                    selector.register(reader, selectors.EVENT_READ)
                elif not _answer(sock, roots, private):
                    selector.unregister(sock)
                    sock.close()


def _answer(reader: socket.socket, roots: list[str], private: list[str]) -> bool:
    """Answer one question; False where the reader is gone, or does not behave."""
    try:
        path = os.fsdecode(reader.recv(LONGEST))
        if not path:
            return False
        descriptor = _opened(path) if _is_ours(path, roots, private) else None
    except (OSError, ValueError):
        descriptor = None
    try:
        if descriptor is None:
            reader.send(b"0")
        else:
            socket.send_fds(reader, [b"1"], [descriptor])
        return True
    except OSError:
        return False
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _opened(path: str) -> int | None:
    """A descriptor of a plain file; its time of last reading, which others can see, stays where we may keep it."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        return None
    try:
        return os.open(path, os.O_RDONLY | os.O_NOATIME)
    except PermissionError:  # the file is another user's
        return os.open(path, os.O_RDONLY)


def _is_ours(path: str, roots: list[str], private: list[str]) -> bool:
    """Whether a path is plain, in one of the roots, and does not lead into a private folder.

    A root is a folder, or a module without its `.py`; the packages that lie in Python's own folder are not its own.
    """
    inside = [path[len(root) :] for root in roots if path == f"{root}.py" or path.startswith(f"{root}/")]
    if path != os.path.normpath(path) or all(
        part.startswith(("/site-packages/", "/dist-packages/")) for part in inside
    ):
        return False
    place = os.path.realpath(path)
    return not any(place.startswith(f"{folder}/") for folder in private)


def pythons() -> list[str]:
    """The folders of Python's own modules, and `PACKAGES`, without what else may be installed or on its path."""
    own = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    folders = [folder for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages")]
    return own + [os.path.join(folder, name) for folder in folders for name in PACKAGES]


# In a worker


class Finder:
    """Finds modules by the library, and those of the graded tree in memory, in the place of Python's path finder."""

    def __init__(self, library: socket.socket, tree: dict[str, bytes]):
        """tree: the files of the graded tree, by path."""
        self._library, self._tree = library, tree
        self._asking = threading.Lock()

    def install(self) -> None:
        """From now on, all imports that are not built in come this way."""
        here = sys.meta_path.index(importlib.machinery.PathFinder)
        sys.meta_path[here] = self

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        for folder in sys.path if path is None else path:
            base = os.path.join(folder, name.rpartition(".")[2])
            for file, inside in ((f"{base}/__init__.py", [base]), (f"{base}.py", None)):
                with contextlib.suppress(FileNotFoundError):
                    loader = _Loader(name, file, self)
                    return importlib.util.spec_from_file_location(
                        name, file, loader=loader, submodule_search_locations=inside
                    )
        return None

    def read(self, path: str) -> tuple[bytes, os.stat_result | None]:
        """The content of a file, and what the system says of it if it is no file of the tree's."""
        if path in self._tree:
            return self._tree[path], None
        with open(self.open(path), "rb") as file:
            return file.read(), os.fstat(file.fileno())

    def open(self, path: str) -> int:
        """A descriptor of a file of Python's, to read. Raises FileNotFoundError."""
        with self._asking:
            self._library.send(os.fsencode(path)[:LONGEST] or b"/")
            _, descriptors, _, _ = socket.recv_fds(self._library, 1, 1)
        if not descriptors:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return descriptors[0]


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads one module, from its compiled file where there is one."""

    def __init__(self, name: str, path: str, finder: Finder):
        """Raises FileNotFoundError."""
        super().__init__(name, path)
        self._finder = finder
        self._source, self._stat = finder.read(path)

    def get_data(self, path: str | bytes) -> bytes:
        return self._source if path == self.path else self._finder.read(os.fsdecode(path))[0]

    def path_stats(self, path: str | bytes) -> Any:
        if not self._stat:
            raise FileNotFoundError(path)  # what is in memory has no compiled file
        return {"mtime": self._stat.st_mtime, "size": self._stat.st_size}
