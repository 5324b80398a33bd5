"""Why a file of the submission cannot be imported, in words. No hidden input is there by then, so all may be said."""

import re
from collections.abc import Sequence

# kind of the exception, its message, the line of code (patterns, found anywhere), and what its author reads
Row = tuple[str, str, str, str]
UNDER_MAIN = 'put what runs by itself below `if __name__ == "__main__":`'
REASONS: Sequence[Row] = [
    ("", "No module named 'google", r"google\.colab", "Google Colab is not in the grader; leave out what needs it"),
    (
        "ModuleNotFoundError",
        r"No module named 'diffusion['.]",
        "",
        "the folder diffusion/ is taken fresh, without your changes and without what draws and measures; "
        "put a function of your own into this file",
    ),
    (
        "ModuleNotFoundError",
        r"No module named '([\w.]+)",
        "",
        "{} is not in the grader, which has torch, numpy and most of Python's own modules; do without it",
    ),
    (
        "ImportError|AttributeError",
        "'diffusion['.]",
        "",
        "the folder diffusion/ is taken fresh, without your changes; put a function of your own into this file",
    ),
    ("SyntaxError", "", r"^(<{7}|={7}|>{7})( |$)", "the marks of a merge that was not finished stand there"),
    ("SyntaxError", "", r"^[!%]\w", "a notebook's command, which is no Python, stands there"),
    ("EOFError", "", r"\binput\(", "it asks for input, and nobody answers there"),
    ("SystemExit", "", "", f"it ended Python; {UNDER_MAIN}, such as the reading of a command line"),
    (
        "RuntimeError|AssertionError|AcceleratorError",
        "CUDA|NVIDIA",
        "",
        "it needs a GPU, and there is none; take the device of the tensors that come",
    ),
    ("", "can't allocate memory|^MemoryError", ".", f"it needs more memory than there is; {UNDER_MAIN}"),
    ("", "source code .*null bytes|source code cannot", "", "it is not UTF-8 text; save it as UTF-8"),
    (
        "SyntaxError",
        "codec can't decode|Non-UTF-8|unknown encoding|encoding problem",
        "",
        "its letters are not UTF-8; save it so",
    ),
]
EMPTY = "{} is empty: hand in the file with your functions."
ENDLESS = "{} could not be imported within {:.0f} s: " + UNDER_MAIN + ", such as training."
OFTEN = "{} takes long to import, and every check imports it anew: " + UNDER_MAIN + ", such as training."


def reason(kind: str, message: str, code: str) -> str:
    """What stopped an import, and what to do; "" where it is none of the known reasons."""
    for kinds, said, line, words in REASONS:
        found = re.search(said, message or kind)
        if re.match(f"({kinds})$" if kinds else "", kind) and found and re.search(line, code):
            return words.format(*found.groups()[:1])
    return ""
