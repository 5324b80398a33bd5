"""What went wrong in your files, in one sentence, for the commands that call them."""

from pathlib import Path


def sentence(error: BaseException) -> str:
    """Where in sampler.py or score.py an error came from, and what it says; or which package is missing here.

    Raises the error again where it is neither: then its traceback says more.
    """
    place = _place(error)
    if not place and isinstance(error, ModuleNotFoundError):
        return f"the package {str(error.name).split('.')[0]} is missing; type: pip install '.[images]'"
    if not place:
        raise error
    file, line = place
    if isinstance(error, NotImplementedError):
        return f"your {file} isn't finished: {error}"
    what = error.msg if isinstance(error, SyntaxError) else str(error).strip().split("\n")[0]
    return f"{file}, line {line}: {type(error).__name__}: {what}".rstrip(": ")


def _place(error: BaseException) -> tuple[str, int] | None:
    """File and line of the innermost place in your files that the error passed through, if there is one."""
    if isinstance(error, SyntaxError):
        return (Path(error.filename).name, error.lineno or 0) if _yours(error.filename) else None
    place, trace = None, error.__traceback__
    while trace:
        if _yours(trace.tb_frame.f_code.co_filename):
            place = Path(trace.tb_frame.f_code.co_filename).name, trace.tb_lineno
        trace = trace.tb_next
    return place


def _yours(path: str | None) -> bool:
    return Path(path or "").name in ("sampler.py", "score.py")
