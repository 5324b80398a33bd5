"""Images of the shipped network at each position of the sliders: yours, yours with a mistake, and there and back."""

import base64
import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from diffusion import data
from diffusion.pictures import images, inversion, step_grid
from explorer import wrong
from explorer.grid import Grid, packed, watched

X_T, REAL = [1, 2, 3, 4], [0, 1, 8, 18]  # seeds of the x_T, and images of the test set that are inverted
LINE = 128  # the grey of the line between two images


def pictures(grid: Grid) -> dict:
    """Images by your ddim_sample for each S and η, always from the same four x_T.

    off: how far they are from those of the largest S with the same η, (S, η).
    """
    x_T = images.noise(X_T)
    pixels = [[yours(x_T, S, eta) for eta in grid.etas] for S in watched("images", grid.image_steps)]
    off = np.array([[apart(each, last) for each, last in zip(row, pixels[-1])] for row in pixels])
    return {"png": [[png(each) for each in row] for row in pixels], "off": packed(off), "steps": grid.image_steps}


def mistaken(grid: Grid) -> dict:
    """The same with each mistake in your step, for a few η: png[mistake][S][η].

    off: how far they are from yours, (mistake, S, η).
    """
    x_T, found, off = images.noise(X_T), {name: [] for name in wrong.MISTAKES}, []
    for S in watched("images with a mistake", grid.image_steps):
        right = [yours(x_T, S, eta) for eta in grid.mistaken]
        made = {name: data.to_pixels(each) for name, each in wrong.sample(x_T, S, grid.mistaken).items()}
        for name, by_eta in made.items():
            found[name].append([png(each) for each in by_eta])
        off.append([[apart(*pair) for pair in zip(by_eta, right)] for by_eta in made.values()])
    return {
        "png": found,
        "off": packed(np.array(off).swapaxes(0, 1)),
        "names": [*found],
        "etas": grid.mistaken,
        "steps": grid.image_steps,
    }


def inverted(grid: Grid) -> dict:
    """Real images, their x_T by your ddim_invert, and what comes back, for each S: png[S][which of the three]."""
    x_0, rows, errors = images.real(REAL), [], []
    for S in watched("inverted images", grid.steps):
        x_T = inversion.invert(x_0, S)
        image, noise, back = (data.to_pixels(each.cpu()) for each in (x_0, x_T, step_grid.sample(x_T, S, 0.0)))
        rows.append([png(each) for each in (image, noise, back)])
        errors.append(apart(image, back))
    return {"png": rows, "errors": packed(np.array(errors))}


def yours(x_T: Tensor, S: int, eta: float) -> Tensor:
    """Images by your ddim_sample, as pixels (B, 1, 28, 28)."""
    return data.to_pixels(step_grid.sample(x_T, S, eta))


def apart(some: Tensor, others: Tensor) -> float:
    """The root of the mean square of what is different, pixels from −1 to 1."""
    return (data.to_state(some) - data.to_state(others)).square().mean().sqrt().item()


def png(pixels: Tensor) -> str:
    """Grey images (B, 1, H, W), one below the other, as a PNG in base64."""
    lined = torch.nn.functional.pad(pixels, (0, 0, 0, 1), value=LINE)
    buffer = io.BytesIO()
    Image.fromarray(lined.reshape(-1, lined.shape[-1])[:-1].numpy()).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
