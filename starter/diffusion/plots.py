"""Pictures of images and of figures, as PNG files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import imsave
from torch import Tensor

from diffusion.pictures.letters import label, written


def save_grid(pixels: Tensor, path: Path, columns: int = 8, zoom: int = 2) -> None:
    """Write images (N, C, H, W) uint8, C 1 or 3, side by side, `columns` in a row, each pixel zoom × zoom."""
    imsave(path, tiles(pixels, columns).repeat(zoom, 0).repeat(zoom, 1))


def tiles(pixels: Tensor, columns: int) -> np.ndarray:
    """Images (N, C, H, W) uint8 as one, (rows · (H + 1), columns · (W + 1), 3) uint8, a white line between them."""
    n, channels, height, width = pixels.shape
    rows = -(-n // columns)
    page = np.full((rows, columns, height + 1, width + 1, 3), 255, np.uint8)
    for i, image in enumerate(pixels.permute(0, 2, 3, 1).expand(-1, -1, -1, 3).cpu().numpy()):
        page[i // columns, i % columns, :height, :width] = image
    return page.transpose(0, 2, 1, 3, 4).reshape(rows * (height + 1), columns * (width + 1), 3)


def save_cells(cells: list[list[Tensor]], steps: Sequence[int], etas: Sequence[float], path: Path) -> None:
    """Write images of every cell: cells[i][j], (n, C, H, W) uint8, made with etas[i] and steps[j]."""
    side = int(np.ceil(np.sqrt(len(cells[0][0]))))
    figure = Figure(figsize=(1.6 * len(steps) + 0.7, 1.65 * len(etas) + 0.7), dpi=200, layout="constrained")
    axes = figure.subplots(len(etas), len(steps), squeeze=False)
    for i, eta in enumerate(etas):
        for j in range(len(steps)):
            axes[i, j].imshow(tiles(cells[i][j], side), interpolation="nearest")
            axes[i, j].set(xticks=[], yticks=[])
            axes[i, j].spines[:].set_visible(False)
        axes[i, 0].set_ylabel(f"η = {eta:g}", fontsize=11)
    for j, S in enumerate(steps):
        axes[0, j].set_title(f"S = {S}", fontsize=11)
    figure.savefig(path)


def save_heat_map(
    figures: np.ndarray, intervals: np.ndarray, steps: Sequence[int], etas: Sequence[float], title: str, path: Path
) -> None:
    """Write a map of figures[i, j] ± intervals[i, j], of etas[i] and steps[j]."""
    figure = Figure(figsize=(1.2 * len(steps) + 0.9, 0.75 * len(etas) + 1.1), dpi=200, layout="constrained")
    axes = figure.subplots()
    heat_map(axes, figures, intervals, steps, etas)
    axes.set_title(written(title), fontsize=11)
    figure.savefig(path)


def heat_map(
    axes: Axes, figures: np.ndarray, intervals: np.ndarray | None, steps: Sequence, etas: Sequence[float]
) -> None:
    """Draw figures[i, j], of etas[i] and steps[j], the darker the lower, on a log scale; NaN stays blank.

    intervals: what stands behind ±; None for no such line.
    """
    low = max(float(np.nanmin(figures)), 1e-6)
    scale = LogNorm(low, max(float(np.nanmax(figures)), 1.01 * low))
    axes.imshow(figures.clip(min=low), cmap="cividis", norm=scale, aspect="auto")  # for the colour-blind; grey prints
    for (i, j), value in np.ndenumerate(figures):
        if np.isnan(value):
            continue
        ink = {"ha": "center", "va": "center", "color": "black" if scale(max(value, low)) > 0.45 else "white"}
        lift = 0 if intervals is None else 0.13
        axes.text(j, i - lift, f"{value:#.3g}".rstrip("."), fontsize=13, **ink)
        if intervals is not None:
            axes.text(j, i + 0.2, f"± {intervals[i, j]:#.2g}".rstrip("."), fontsize=9, **ink)
    axes.set(xticks=range(len(steps)), xticklabels=steps, xlabel=label("S, the number of steps"))
    axes.set(yticks=range(len(etas)), yticklabels=[f"{eta:g}" for eta in etas], ylabel="η")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def save_points(real: Tensor, drawn: Tensor, title: str, path: Path) -> None:
    """Write points of the data, (N, 2), in grey, and over them those that a sampler drew, (M, 2), in blue."""
    figure = Figure(figsize=(6, 6.2), dpi=150, layout="constrained")
    axes = figure.subplots()
    names = label("{count:,} points of the data", count=len(real)), label("{count:,} samples", count=len(drawn))
    for points, color, name in zip((real, drawn), ("0.72", "#0072b2"), names):
        axes.scatter(*points.T, s=7, color=color, alpha=0.6, linewidth=0, label=name)
    axes.set(aspect="equal", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), title=written(title))
    axes.legend(loc="upper right", markerscale=3, framealpha=1)
    figure.savefig(path)
