"""Figure 7: between two x_T lie images, if η = 0."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from diffusion import data, plots
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.images import SHAPE
from diffusion.pictures.letters import label
from diffusion.pictures.page import STYLE, Page, picture
from diffusion.pictures.step_grid import sample

S, FRAMES = 50, 11
ENDS = ((37, 48), (24, 43))  # seeds of the x_T at both ends
CAPTION = phrase(r"""
From one $x_T$ (left) to another (right), twice. Above: at η = 0 the image depends on $x_T$ alone, so one thing turns
into the other through things between them. In the middle: at η = 1 each image gets fresh noise on the way, and
neighbours have little in common. Below: straight on instead of around (slerp). Halfway the noise is then too weak, as
the numbers say, and from noise that it has never seen the network makes dull, flat images. Drawn by tasks 2.10 and
2.11.
""")


def slerp(a: Tensor, b: Tensor, frames: int) -> Tensor:
    """On the arc from a to b, (1, *D) each: (frames, *D), as long as they are."""
    cosine = torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), dim=0)
    angle, part = cosine.arccos(), torch.linspace(0, 1, frames).to(a).reshape(-1, 1, 1, 1)
    return (((1 - part) * angle).sin() * a + (part * angle).sin() * b) / angle.sin()


def lerp(a: Tensor, b: Tensor, frames: int) -> Tensor:
    """On the straight line from a to b."""
    part = torch.linspace(0, 1, frames).to(a).reshape(-1, 1, 1, 1)
    return (1 - part) * a + part * b


def size(x_T: Tensor) -> list[float]:
    """|x_T|/√d of each, about 1 for standard normal noise."""
    return x_T.square().flatten(1).mean(dim=1).sqrt().tolist()


def interpolation(number: int = S) -> Page:
    """The page: for two pairs of x_T an arc at η = 0, the same at η = 1, and a straight line at η = 0."""
    page = Page("interpolation", phrase("Between two noises"), CAPTION, 6.5)
    rows = page.subplots(3, 1)
    pairs = [images.noise(list(pair)).split(1) for pair in ENDS]
    ways = (label("slerp, η = 0"), slerp, 0.0), (label("slerp, η = 1"), slerp, 1.0)
    ways += ((label("straight line, η = 0"), lerp, 0.0),)
    for axes, (title, way, eta) in zip(rows, ways):
        with page.panel(axes):
            x_T = torch.cat([way(*pair, FRAMES) for pair in pairs])
            picture(axes, plots.tiles(data.to_pixels(sample(x_T, number, eta)), FRAMES)[:-1, :-1], title)
            if way is lerp:
                write_sizes(axes, size(x_T[:FRAMES]))
    return page.finished()


def write_sizes(axes: Axes, sizes: list[float]) -> None:
    """Write the size of its x_T below each image."""
    side = SHAPE[-1] + 1
    axes.set_xticks([side * (i + 0.5) for i in range(len(sizes))], [f"{each:.2f}" for each in sizes])
    axes.tick_params(length=0, labelsize=11)
    axes.set_xlabel(label(r"$|x_T|/\sqrt{d}$ on the straight line; on the arc it stays about 1"), **STYLE)
