"""The files that come with the assignment: trained networks, reference statistics, a part of the data.

`MANIFEST.json` lists each with its sha256, its licence and the command that made it.
"""

import hashlib
import json
from pathlib import Path

from diffusion.phrases import phrase

STARTER = Path(__file__).resolve().parents[1]
ASSETS = next((p for p in (STARTER / "assets", STARTER.parent / "assets") if p.is_dir()), STARTER / "assets")


class NoAsset(Exception):
    """A file that should have come with the assignment is missing or damaged; the message says which."""


def find(name: str) -> Path:
    """The path of an asset, by its name in MANIFEST.json. Raises NoAsset unless it is there and its sha256 fits."""
    path = ASSETS / name
    try:
        wanted = json.loads((ASSETS / "MANIFEST.json").read_text("utf-8"))["files"][name]["sha256"]
        content = path.read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoAsset(
            phrase("{path} or its line in MANIFEST.json is missing; unpack the assignment's zip again", path=path)
        ) from error
    if hashlib.sha256(content).hexdigest() != wanted:
        raise NoAsset(
            phrase(
                "{path} is damaged (its sha256 is not that of MANIFEST.json); unpack the assignment's zip again",
                path=path,
            )
        )
    return path
