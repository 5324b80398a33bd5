"""Figure 11: what FID and KID say of right images when there are few of them."""

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Generator, Tensor

from diffusion import metrics
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.letters import label
from diffusion.pictures.page import COLOURS, GREY, MARKERS, STYLE, Page
from diffusion.pictures.table import Table, cell, interval

NUMBERS, KID_UP_TO, DRAWS, FEATURES = (65, 100, 200, 384, 1000), 384, 10, 64
CAPTION = phrase(r"""
Nothing here is wrong with the images. On the left they are exact draws from the Gaussian that they are compared with
(64 features), on the right real images of the test set, as the shipped feature network sees them. Still FID is far from
0, the farther the fewer they are: it says "worse" where it should say "fewer". So compare only FIDs of as many images.
Drawn by provided functions alone.
""")


def gaussians(n: int, seed: int) -> Tensor:
    """Features of n images, (n, 64), that are standard normal."""
    return torch.randn(n, FEATURES, generator=Generator().manual_seed(seed), dtype=torch.float64)


def exact() -> metrics.Reference:
    """What is known of such images: mean 0, covariance I, and for KID 10,000 draws."""
    return metrics.Reference(np.zeros(FEATURES), np.eye(FEATURES), gaussians(metrics.KEPT, 2**20).float())


def real() -> Tensor:
    """Features of the first 2000 images of the test set, (2000, 64), by the shipped network. Raises NoAsset, NoData."""
    return metrics.extract(metrics.shipped_extractor(), images.all_real()[:2000])[0]


def some(features: Tensor, n: int, seed: int) -> Tensor:
    """n of the images, another choice for each seed."""
    return features[torch.randperm(len(features), generator=Generator().manual_seed(seed))[:n]]


def measure(numbers: tuple[int, ...] = NUMBERS, draws: int = DRAWS) -> Table:
    """FID and KID of so many right images, each the mean over independent draws."""
    rows, known, seen, reference = [], exact(), real(), metrics.shipped_reference()
    for n in numbers:
        drawn = [gaussians(n, seed) for seed in range(draws)]
        cells = [cell(*interval([metrics.fid(x, known) for x in drawn]), 2)]
        kid = [metrics.kid(x, known)[0] for x in drawn] if n <= KID_UP_TO else []
        cells += [cell(*interval(kid), 4), f"{sum(x < 0 for x in kid)}/{draws}"] if kid else ["", ""]
        fids = [metrics.fid(some(seen, n, seed), reference) for seed in range(draws)]
        rows.append((str(n), *cells, cell(*interval(fids), 2)))
    head = phrase("images"), phrase("FID, Gaussians"), phrase("KID, Gaussians"), phrase("KID below 0")
    title = phrase("Right images, the mean over {draws} draws ± half a 95 % interval", draws=draws)
    return Table(title, (*head, phrase("FID, test set")), rows)


def few_images(numbers: tuple[int, ...] = NUMBERS) -> Page:
    """The page: FID over the number of images, of Gaussians on the left and of real images on the right."""
    page = Page("few_images", phrase("FID of right images, when there are few"), CAPTION, 3.9)
    left, right = page.subplots(1, 2)
    with page.panel(left):
        known = exact()
        draw(left, [[metrics.fid(gaussians(n, seed), known) for seed in range(DRAWS)] for n in numbers], numbers)
        left.set_title(label("exact Gaussians"), **STYLE)
    with page.panel(right):
        seen, reference = real(), metrics.shipped_reference()
        fids = [[metrics.fid(some(seen, n, seed), reference) for seed in range(DRAWS)] for n in numbers]
        draw(right, fids, numbers)
        right.set_title(label("Fashion-MNIST, test set"), **STYLE)
    return page.finished()


def draw(axes: Axes, fids: list[list[float]], numbers: tuple[int, ...]) -> None:
    """Each draw's FID, and the line of their means."""
    for place, values in enumerate(fids):
        axes.plot([place] * len(values), values, MARKERS[0], color=GREY, markersize=4)
    axes.plot([np.mean(values) for values in fids], MARKERS[1], color=COLOURS[0], linestyle="-")
    axes.set_xticks(range(len(numbers)), [f"{n:,}" for n in numbers])
    top = 1.1 * max(map(max, fids))
    axes.set(xlabel=label("number of images"), ylabel="FID")
    axes.set(ylim=(0, top), yticks=[y for y in (0, 5, 10, 20, 30) if y < top])
