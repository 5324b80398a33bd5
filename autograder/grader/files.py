"""Files that others read while they are written anew."""

import fcntl
import json
import os
from functools import partial
from pathlib import Path
from typing import Any, TextIO


def lock(folder: Path) -> TextIO:
    """Make a folder where it is missing, and keep other commands out until the file is closed.

    Raises BlockingIOError, which says so, where one is at work there, and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise BlockingIOError(f"another command is at work in {folder}; wait for its end or give another OUT") from None
    return file


def replace(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file in one step, so that a reader always finds a whole one. Raises OSError."""
    half = path.with_name(f"{path.name}.half")
    half.unlink(missing_ok=True)
    with open(half, "wb", opener=partial(os.open, mode=mode)) as file:
        file.write(content)
    os.replace(half, path)


def replace_private(path: Path, text: str, encoding: str = "utf-8") -> None:
    """The same for a text that its owner alone may read: students' names, and hidden checks. Raises OSError."""
    replace(path, text.encode(encoding, errors="replace"), 0o600)


def table(path: Path) -> dict[str, Any] | None:
    """The JSON object that a file holds; None where it is not there, or not whole."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
