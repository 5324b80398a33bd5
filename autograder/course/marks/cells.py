"""What goes into the cells of a table for a spreadsheet, or for a host that takes marks in; and a mark out of one."""

import html
import unicodedata
from typing import Any


def plain_cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula, nor for one behind spaces or in full-width signs."""
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if first in ("=", "+", "-", "@", "'") or text[:1] in ("\t", "\r", "\n") else text


def mark(cell: str, points: float) -> float | None:
    """The mark that a person wrote into a cell, from 0 to the points; None where it is none."""
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if 0 <= found <= points else None  # NaN is neither


def no_mark(cell: str, points: float) -> str:
    """What is wrong with a cell into which a person wrote something else than a mark; "" where nothing is."""
    wrong = cell and mark(cell, points) is None
    return f"{cell!r} is no mark; give a number from 0 to {points}" if wrong else ""


def feedback(results: dict[str, Any]) -> str:
    """What the marking tells the student above all checks, as HTML on one line."""
    said = str(results.get("output") or "")
    said = said if results.get("output_format") == "html" else html.escape(said).replace("\n", "<br>")
    return " ".join(said.split())
