"""Printing where a console lacks some letters, as Windows' do when their output goes into a file or through a pipe.

Then ✓ is v there and ᾱ is alpha_bar: no letter ends a command, and no table is lost. And how wide letters are: those of
Chinese take two columns, and a line may end after each of them.
"""

import codecs
import re
import sys
import unicodedata

SPELT = dict(zip("✓✗·█░▶─└┘’−∣×", "vx.#.>-++'-|x"))
SPELT |= {
    "ᾱ": "alpha_bar",
    "\u0304": "_bar",
    "\u0303": "~",
    "\u0302": "^",
    "₀": "_0",
    "ᵀ": "^T",
    "ᵗ": "^t",
    "λ": "lambda",
}
SPELT |= {"²": "^2", "³": "^3", "½": "1/2", "√": "sqrt", "∇": "grad ", "∏": "prod ", "∫": "integral ", "Σ": "Sigma"}
SPELT |= {"±": "+-", "≤": "<=", "≥": ">=", "→": "->", "‖": "||", "°": " degrees", "…": "...", "—": "-"}


def spell_out() -> None:
    """Have standard output and standard error spell the letters that they lack; other streams stay as they are."""
    codecs.register_error("spelt", _spelt)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.reconfigure(errors="spelt")


def _spelt(error: UnicodeError) -> tuple[str, int]:
    """What stands for the letters that could not be written, and where to go on: codecs' own interface."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_letter, error.object[error.start : error.end])), error.end


def _letter(letter: str) -> str:
    name = unicodedata.name(letter, "").split()
    if name[:2] == ["GREEK", "SMALL"] and len(name) == 4:
        return SPELT.get(letter, name[3].lower())  # η is eta
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()  # é is e
    return SPELT.get(letter, plain or "?")


WIDE = (
    "\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60"  # letters of two columns, as a regex has them
)
OPENS, ENDS = (
    "\u300c\uff08",
    "\u3001\u3002\u300d\uff01\uff09\uff0c\uff1a\uff1b\uff1f",
)  # brackets; what no line begins with
PIECE = re.compile(rf"^\s+|(?:[{OPENS}]*(?:[{WIDE}]|[^\s{WIDE}]+)[{ENDS}]*)\s*")


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, columns: int) -> list[str]:
    """A paragraph in lines of at most so many columns: they end at spaces and after wide letters; no word is cut."""
    lines = [""]
    for piece in PIECE.findall(text.expandtabs()):
        if lines[-1] and width(lines[-1] + piece.rstrip()) > columns:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()] or [""]
