"""What went wrong in your files, in one sentence, for the tests, the figures and the commands that call them."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from diffusion.phrases import phrase

FILES = ("sampler.py", "score.py")  # the two files that are yours


class Place(NamedTuple):
    """A line of one of your files, and the function that it is in."""

    file: Path
    line: int
    function: str = ""

    def __str__(self) -> str:
        return phrase("{file}, line {line}", file=self.file.name, line=self.line)


def place(error: BaseException) -> Place | None:
    """The innermost place in your files that an error passed through, if there is one."""
    if isinstance(error, SyntaxError):
        return Place(Path(error.filename), error.lineno or 0) if _yours(error.filename) else None
    found, trace = None, error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        if _yours(code.co_filename):
            found = Place(Path(code.co_filename), trace.tb_lineno, code.co_name)
        trace = trace.tb_next
    return found


def told(error: BaseException) -> str:
    """One line: where in your files, what kind of error, and what it says."""
    where = f"{found}: " if (found := place(error)) else ""
    what = error.msg if isinstance(error, SyntaxError) else (str(error).strip().splitlines() or [""])[0]
    return f"{where}{type(error).__name__}: {what}".rstrip(": ")


def sentence(error: BaseException) -> str:
    """What a command says of an error in your files, or of packages that are missing here or don't fit together.

    Raises the error again where it is neither: then its traceback says more.
    """
    found = place(error)
    if not found and isinstance(error, ModuleNotFoundError):
        name = str(error.name).split(".")[0]
        return phrase(
            "the package {name} is missing here; python assignment.py lists the commands that bring it", name=name
        )
    if not found and isinstance(error, (RuntimeError, TypeError)) and not _numpy_is_known():
        return phrase("this torch was built for NumPy 1 and knows no newer one; type: pip install 'numpy<2'")
    if not found:
        raise error
    if isinstance(error, NotImplementedError):
        return phrase("your {file} isn't finished: {todo}", file=found.file.name, todo=error)
    return told(error)


def run(script: str, main: Callable[[], int | None]) -> NoReturn:
    """Run a command to its exit code; an error in your files or in any other, and Ctrl-C, are a sentence."""
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"{script}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{script}: {phrase('stopped')}")
    except Exception as error:
        sys.exit(f"{script}: {sentence(error)}")


def _numpy_is_known() -> bool:
    """Whether torch and NumPy hand arrays to each other here; the last torch for Intel Macs and NumPy 2 don't."""
    import torch

    try:
        torch.zeros(()).numpy()
    except RuntimeError:
        return False
    return True


def _yours(path: str | None) -> bool:
    """Whether a file is one of yours, and not torch's own sampler.py, which is part of a package."""
    file = Path(path or "")
    return file.name in FILES and not file.with_name("__init__.py").exists()
