"""The parts of the page: what your functions give at each position of the sliders, or why there is nothing yet."""

from collections.abc import Callable

import torch

from diffusion.assets import NoAsset
from diffusion.checkpoints import BadCheckpoint
from diffusion.data import NoData
from diffusion.pictures.yours import Waits
from explorer import metrics, photos, points
from explorer.grid import Grid

PARTS: dict[str, Callable[[Grid], dict]] = {
    "tables": points.tables,
    "pixels": points.pixels,
    "coefficients": points.coefficients,
    "paths": points.paths,
    "there_and_back": points.there_and_back,
    "images": photos.pictures,
    "mistaken": photos.mistaken,
    "inverted": photos.inverted,
    "metrics": metrics.kept,
}


def made(grid: Grid) -> dict[str, dict]:
    """Each part's data, or {"waits": why it has none}."""
    return {name: _part(make, grid) for name, make in PARTS.items()}


def _part(make: Callable[[Grid], dict], grid: Grid) -> dict:
    torch.manual_seed(0)  # should a function draw from torch's global generator
    try:
        return make(grid)
    except Waits as reason:
        return {"waits": {"said": str(reason), **reason.about}}
    except (NoAsset, NoData, BadCheckpoint) as reason:
        return {"waits": {"said": str(reason)}}
