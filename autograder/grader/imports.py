"""Why a file of the submission cannot be imported, in words. No hidden input is there by then, so all may be said."""

import re
from collections.abc import Sequence

from grader.phrases import phrase

# kind of the exception, its message, the line of code (patterns, found anywhere), and what its author reads
Row = tuple[str, str, str, str]
UNDER_MAIN = phrase('put what runs by itself below `if __name__ == "__main__":`')
REASONS: Sequence[Row] = [
    (
        "",
        "No module named 'google",
        r"google\.colab",
        phrase("Google Colab is not in the grader; leave out what needs it"),
    ),
    (
        "ModuleNotFoundError",
        r"No module named 'diffusion['.]",
        "",
        phrase(
            "the folder diffusion/ is taken fresh, without your changes and without what draws and measures; "
            "put a function of your own into this file"
        ),
    ),
    (
        "ModuleNotFoundError",
        r"No module named '([\w.]+)",
        "",
        phrase(
            "{module} is not in the grader, which has torch, numpy and most of Python's own modules; do without it",
            module="{}",
        ),
    ),
    (
        "ImportError|AttributeError",
        "'diffusion['.]",
        "",
        phrase("the folder diffusion/ is taken fresh, without your changes; put a function of your own into this file"),
    ),
    (
        "SyntaxError",
        "",
        r"^(<{7}|={7}|>{7})( |$)",
        phrase("the marks of a merge that was not finished stand there"),
    ),
    ("SyntaxError", "", r"^[!%]\w", phrase("a notebook's command, which is no Python, stands there")),
    ("EOFError", "", r"\binput\(", phrase("it asks for input, and nobody answers there")),
    (
        "SystemExit",
        "",
        "",
        phrase("it ended Python; {advice}, such as the reading of a command line", advice=UNDER_MAIN),
    ),
    (
        "RuntimeError|AssertionError|AcceleratorError",
        "CUDA|NVIDIA",
        "",
        phrase("it needs a GPU, and there is none; take the device of the tensors that come"),
    ),
    (
        "",
        "can't allocate memory|^MemoryError",
        ".",
        phrase("it needs more memory than there is; {advice}", advice=UNDER_MAIN),
    ),
    ("", "source code .*null bytes|source code cannot", "", phrase("it is not UTF-8 text; save it as UTF-8")),
    (
        "SyntaxError",
        "codec can't decode|Non-UTF-8|unknown encoding|encoding problem",
        "",
        phrase("its letters are not UTF-8; save it so"),
    ),
]


def reason(kind: str, message: str, code: str) -> str:
    """What stopped an import, and what to do; "" where it is none of the known reasons."""
    for kinds, said, line, words in REASONS:
        found = re.search(said, message or kind)
        if re.match(f"({kinds})$" if kinds else "", kind) and found and re.search(line, code):
            return words.format(*found.groups()[:1])
    return ""
