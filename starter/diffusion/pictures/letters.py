"""The words of a figure: in the language of the terminal where this machine has a font for it, or else in English."""

import re
import sys
from functools import cache
from typing import Any

from matplotlib import font_manager, rcParams
from matplotlib.textpath import TextPath

from diffusion.console import ENDS, OPENS, WIDE
from diffusion.phrases import english, language, phrase

FONTS = ("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "Microsoft JhengHei", "PingFang TC", "PingFang HK")
FONTS += ("Heiti TC", "Noto Sans CJK HK", "Noto Sans CJK JP", "Noto Sans CJK SC", "Source Han Sans", "Arial Unicode MS")
FONTS += ("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "AR PL UMing TW", "PMingLiU")
CHINESE = re.compile(f"[{WIDE}]")  # as wide as it is high
WORD = rf"(?:\$[^$\s]*\$|[^\s{WIDE}]){{1,34}}"  # formulas whole
PIECE = re.compile(rf"[{OPENS}]*(?:[{WIDE}]|{WORD})[{ENDS}]*\s*")  # what stays on one line
SPACE = TextPath((0, 0), "i i", size=11).get_extents().width - TextPath((0, 0), "ii", size=11).get_extents().width


def label(text: str, /, **values: Any) -> str:
    """A phrase, as a figure has it."""
    return written(phrase(text, **values))


def written(said: str) -> str:
    """What is said, as a figure has it."""
    return said if can_be_written() else str(english(said))


@cache
def can_be_written() -> bool:
    """Whether there is a font for the language, which all text has from then on; where there is none, says so once."""
    if language() == "en":
        return True
    installed = {font.name for font in font_manager.fontManager.ttflist}
    if found := next((name for name in FONTS if name in installed), None):
        rcParams["font.family"] = [found, *rcParams["font.family"]]  # first, as text with formulas has one font only
    else:
        said = phrase("This machine has no font with Chinese letters, so the figures have English words.")
        print(said, file=sys.stderr)
    return found is not None


def wrapped(text: str, width: float) -> list[str]:
    """The lines of a text with formulas between $, in letters of 11 points; width: of a line, in points."""
    lines, room = [""], width
    for piece in PIECE.findall(" ".join(text.split())):
        if (needs := _width(piece)) > room:
            lines, room = [*lines, ""], width
        lines[-1] += piece
        room -= needs
    return [line.strip() for line in lines]


@cache
def _width(piece: str) -> float:
    """How wide a part of a line is, in points."""
    word = CHINESE.sub("", piece).strip()
    ink = TextPath((0, 0), word, size=11).get_extents().width + SPACE if word else 0
    return 11 * len(CHINESE.findall(piece)) + ink
