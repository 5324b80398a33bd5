"""The files that a student's code writes into its own folder and reads there: in memory, since it can open none."""

import builtins
import contextlib
import errno
import io
import os
import pathlib
import tokenize
from typing import Any

import torch

from grader.sandbox.library import Finder


class OwnFiles:
    """Stands in the place of Python's way to files, for those in one folder; Python's own files can be read.

    Folders are not kept: each is there as soon as a file in it is written.
    """

    def __init__(self, home: str, files: dict[str, bytes], finder: Finder):
        """files: what is there already, by path; it grows."""
        self._home, self._files, self._finder = home + os.sep, files, finder
        self._open, self._save = builtins.open, torch.save
        self._plain = {name: getattr(os, name) for name in ("mkdir", "rmdir", "listdir", "unlink", "replace")}

    def install(self) -> None:
        builtins.open = io.open = self.open
        tokenize._builtin_open = self.open  # type: ignore[attr-defined]  # what `inspect.getsource` reads with
        os.mkdir, os.rmdir, os.listdir = self.mkdir, self.rmdir, self.listdir  # type: ignore[assignment]
        os.unlink = os.remove = self.unlink
        os.replace = os.rename = self.replace  # type: ignore[assignment]
        torch.save = self.save
        if accessor := getattr(pathlib, "_NormalAccessor", None):  # in Python 3.10, what a Path calls
            for name in ("open", "mkdir", "rmdir", "listdir", "unlink", "replace"):
                setattr(accessor, name, staticmethod(getattr(self, name)))
            accessor.rename = staticmethod(self.replace)

    def open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        name = self._name(file)
        if not name or opener:
            if isinstance(file, (str, os.PathLike)) and not set(mode) & set("wax+") and not opener:
                with contextlib.suppress(FileNotFoundError):
                    file = self._finder.open(os.path.abspath(os.fsdecode(file)))
            return self._open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if "r" in mode and name not in self._files and name != os.devnull:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
        if "x" in mode and name in self._files:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), file)
        opened = _File(self._files, name, mode)
        return opened if "b" in mode else io.TextIOWrapper(opened, encoding, errors, newline, buffering == 1)

    def mkdir(self, path: Any, *args: Any, **kwargs: Any) -> None:
        if not self._name(path):
            self._plain["mkdir"](path, *args, **kwargs)

    def rmdir(self, path: Any, *args: Any, **kwargs: Any) -> None:
        if not self._name(path):
            self._plain["rmdir"](path, *args, **kwargs)

    def listdir(self, path: Any = ".") -> list[str]:
        if not (name := self._name(os.path.join(path, "x"))):
            return self._plain["listdir"](path)
        below = [file.removeprefix(name[:-1]) for file in self._files if file.startswith(name[:-1])]
        return list(dict.fromkeys(file.split(os.sep)[0] for file in below))

    def unlink(self, path: Any, *args: Any, **kwargs: Any) -> None:
        if not (name := self._name(path)):
            self._plain["unlink"](path, *args, **kwargs)
        elif self._files.pop(name, None) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def replace(self, old: Any, new: Any, *args: Any, **kwargs: Any) -> None:
        name, to = self._name(old), self._name(new)
        if name in self._files and to:
            self._files[to] = self._files.pop(name)
        else:
            self._plain["replace"](old, new, *args, **kwargs)

    def save(self, obj: Any, f: Any, *args: Any, **kwargs: Any) -> None:
        """torch.save, which opens a path in C++ and so past us."""
        if not isinstance(f, (str, os.PathLike)):
            return self._save(obj, f, *args, **kwargs)
        with self.open(f, "wb") as file:
            return self._save(obj, file, *args, **kwargs)

    def _name(self, path: Any) -> str:
        """The absolute path of a file of its own, or of what leads nowhere; "" for all else."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return ""
        name = os.path.abspath(os.fsdecode(path))
        return name if name == os.devnull or name.startswith(self._home) else ""


class _File(io.BytesIO):
    """An open file; what it holds is kept when it is closed."""

    def __init__(self, files: dict[str, bytes], name: str, mode: str):
        super().__init__(b"" if set(mode) & set("wx") else files.get(name, b""))
        self._files, self.name = files, name
        self._writes = bool(set(mode) & set("wxa+")) and name != os.devnull
        if self._writes:
            files.setdefault(name, b"")
        if "a" in mode:
            self.seek(0, io.SEEK_END)

    def flush(self) -> None:
        if self._writes and not self.closed:
            self._files[self.name] = self.getvalue()
        super().flush()

    def close(self) -> None:
        self.flush()
        super().close()
