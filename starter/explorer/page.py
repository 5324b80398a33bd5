"""The page, one HTML file that needs nothing else: page.html with its style, its scripts, the words and the data."""

import json
import re
from pathlib import Path

from explorer.grid import SCHEDULES, SPACINGS, UNIT, Grid, T, packed
from explorer.points import LINE, MOONS

HERE = Path(__file__).parent
INLINED = re.compile(r'<link rel="stylesheet" href="(.+?)">|<script src="(.+?)"></script>')


def page(parts: dict[str, dict], grid: Grid) -> str:
    """The page that shows these parts."""
    fixed = {"steps": grid.steps, "etas": grid.etas, "schedules": [*SCHEDULES], "spacings": SPACINGS, "T": T}
    fixed |= {"line": LINE, "moons": {"means": packed(MOONS.means), "std": MOONS.std}, "unit": UNIT}
    words = json.loads(_read("words.json"))
    filled = {"words": words, "data": {**fixed, **parts}}
    html = INLINED.sub(lambda found: _inlined(*found.groups()), _read("page.html"))
    for name, content in filled.items():
        html = html.replace(f"{{{{{name}}}}}", _json(content))
    return html


def _inlined(style: str | None, script: str | None) -> str:
    return f"<style>\n{_read(style)}</style>" if style else f"<script>\n{_read(script or '')}</script>"


def _json(content: object) -> str:
    """JSON that can stand in a script element: no < can end it."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _read(name: str) -> str:
    return (HERE / name).read_text("utf-8")
