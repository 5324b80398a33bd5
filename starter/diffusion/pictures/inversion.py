"""Figure 8: from a real image to its x_T and back; and the table of what is lost on the way for each S."""

from matplotlib.axes import Axes
from torch import Tensor

from diffusion import data, plots
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures import tables as papers
from diffusion.pictures.letters import label
from diffusion.pictures.page import Page, picture
from diffusion.pictures.step_grid import sample
from diffusion.pictures.table import Table, cell, interval
from diffusion.pictures.tau import steps
from diffusion.pictures.yours import DEVICE, yours
from diffusion.schedule import linear_schedule

STEPS = (10, 20, 50, 100, 200)
PAPER = dict(zip(*(papers.PAPER["reconstruction"][each] for each in ("steps", "error"))))  # by the number of steps
MEASURED, COUNT = (10, 20, 50, 100, 200), 40  # steps, and images of the test set
CAPTION = phrase(r"""
Left: real images that the network never saw. Then the $x_T$ that your ddim_invert finds for them in 200 steps, and
what DDIM at η = 0 makes of it: the same image, the closer the more steps there and back. The error is the root of the
mean square over pixels from −1 to 1. Look at $x_T$, too: where the image is plain, it is weaker than a draw from
$\mathcal{N}(0,I)$ would be, because neither the network nor the steps are perfect. Drawn by tasks 2.10, 2.11 and 2.12.
""")


def invert(x_0: Tensor, S: int) -> Tensor:
    """The x_T of images, with your ddim_invert in S steps."""
    alpha_bar = linear_schedule().to(DEVICE)
    tau = steps(len(alpha_bar) - 1, S)
    return yours("2.12", images.network(), x_0, alpha_bar, tau, shape=x_0.shape)


def error(x_0: Tensor, back: Tensor) -> float:
    """The root of the mean square of what is different."""
    return (x_0.cpu() - back.cpu()).square().mean().sqrt().item()


def measure(which: tuple[int, ...] = MEASURED, count: int = COUNT) -> Table:
    """The reconstruction error for each S (DDIM, Table 2: the mean square over pixels of 0..1), and the size of x_T."""
    rows, x_0 = [], images.real(list(range(count)))
    for S in which:
        x_T = invert(x_0, S)
        squares = ((sample(x_T, S, 0.0) - x_0.cpu()) / 2).square().flatten(1).mean(dim=1)
        sizes = x_T.square().flatten(1).mean(dim=1).sqrt()
        ours, size = cell(*interval(squares.tolist()), 5), cell(*interval(sizes.tolist()), 3)
        rows.append((str(S), ours, PAPER.get(S, ""), size))
    title = phrase("From {count} real images to x_T and back, η = 0, ± half a 95 % interval", count=count)
    head = phrase("S there and back"), phrase("reconstruction error"), phrase("the paper's, CIFAR-10")
    return Table(title, (*head, phrase("size of x_T")), rows)


def inversion(which: tuple[int, ...] = STEPS) -> Page:
    """The page: five images, their x_T, and what comes back for each S."""
    page = Page("inversion", phrase("There and back: an image, its noise, the image"), CAPTION, 6.6)
    columns = page.subplots(1, len(which) + 2)
    with page.panel(*columns):
        x_0 = images.real([0, 1, 8, 13, 18])
        found = {S: invert(x_0, S) for S in which}
        show(columns[0], x_0, label("image"))
        show(columns[1], found[which[-1]], label("its $x_T$"))
        for axes, (S, x_T) in zip(columns[2:], found.items()):
            back = sample(x_T, S, 0.0)
            show(axes, back, f"S = {S}", label("error {error:.3f}", error=error(x_0, back)))
    return page.finished()


def show(axes: Axes, x: Tensor, title: str, below: str = "") -> None:
    """States as images, one below the other."""
    picture(axes, plots.tiles(data.to_pixels(x), 1)[:-1, :-1], title, below)
