"""Figure 12: sets of images that are wrong, or not new, and what IS, FID and KID say of them."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffusion import data, metrics, plots
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.letters import written
from diffusion.pictures.page import Page, picture
from diffusion.pictures.table import Table
from diffusion.pictures.tau import steps
from diffusion.pictures.yours import DEVICE, yours
from diffusion.schedule import linear_schedule
from diffusion.tensors import time_like

COUNT, S, SHOWN = 1000, 10, 14
CAPTION = phrase(r"""
A few images of each set of the table that make measure N=blind_spots prints. Row 2 is copied from the training set,
which no metric can tell. Row 3 has ten images, again and again, and the best IS of all. In row 4 noise was added. In
row 5 the states reach far outside −1..1, but pixels are cut off there, so that they are those of row 1. Rows 6 and 7
are the network's in ten steps with DDPM's noise, with the right σ and with the one that the slide of 2.7 misprints. The
latter is wrong, and FID and KID like it better. Drawn by tasks 2.9 and 2.10 (rows 6 and 7).
""")


def test_set(count: int) -> Tensor:
    """Real images that the network has never seen, as states."""
    return images.real(list(range(count)))


def training_set(count: int) -> Tensor:
    """Images that the network was trained on."""
    return data.to_state(images.all_training()[:count])


def ten_images(count: int) -> Tensor:
    """One image of each class, the one that the feature network is surest of, again and again."""
    pixels = images.all_training()[:10_000]
    sure = metrics.extract(metrics.shipped_extractor(), pixels)[1].softmax(dim=1)
    return data.to_state(pixels[sure.argmax(dim=0)]).repeat(count // 10 or 1, 1, 1, 1)


def noisy(count: int) -> Tensor:
    """Real images with noise of standard deviation 0.1 on pixels from −1 to 1."""
    x_0 = test_set(count).cpu()
    return x_0 + 0.1 * torch.randn(x_0.shape, generator=Generator().manual_seed(1))


def too_bright(count: int) -> Tensor:
    """Real images whose black is −3 and whose white is 3, which pixels cannot show."""
    x_0 = test_set(count)
    return torch.where(x_0.abs() == 1, 3 * x_0, x_0)


def ddpm_noise(count: int, misprinted: bool = False) -> Tensor:
    """Images of the network in S steps by your 2.9 with η = 1; misprinted: with the σ_t of the slide of 2.7.

    The slide has β_t outside the root, so that its σ_t is √β_t times too small, which is 2.9 with η = √β_t.
    """
    alpha_bar, draw = linear_schedule().to(DEVICE), Generator(DEVICE).manual_seed(2)
    x, tau = images.noise(list(range(count))), [0, *steps(len(alpha_bar) - 1, S).tolist()]
    for prev, t in reversed([*zip(tau, tau[1:])]):
        a, p = alpha_bar[t], alpha_bar[prev]
        eps = torch.cat([images.network()(part, time_like(part, t)) for part in x.split(250)])
        z = torch.randn(x.shape, generator=draw, device=DEVICE)
        x = yours("2.9", x, eps, a, p, (1 - a / p).sqrt().item() if misprinted else 1.0, z, shape=x.shape)
    return x


SETS: dict[str, Callable[[int], Tensor]] = {
    phrase("test set"): test_set,
    phrase("training set, copied"): training_set,
    phrase("ten images, repeated"): ten_images,
    phrase("test set, noise 0.1"): noisy,
    phrase("test set, outside −1..1"): too_bright,
    phrase("network, η = 1"): ddpm_noise,
    phrase("network, η = 1, misprinted σ"): lambda count: ddpm_noise(count, misprinted=True),
}


def measure(count: int = COUNT, sets: dict[str, Callable[[int], Tensor]] = SETS) -> Table:
    """IS, FID with half its 95 % interval, and KID with its spread over subsets, of so many images of each set."""
    rows, extractor, real = [], metrics.shipped_extractor(DEVICE), metrics.shipped_reference()
    pixels = {name: data.to_pixels(made(count)).cpu() for name, made in reversed(sets.items())}  # first what may wait
    for name in sets:
        of = metrics.measure(*metrics.extract(extractor, pixels[name]), real)
        cells = (f"{of[each]:.2f} ± {of[spread]:.2f}" for each, spread in (("fid", "fid_interval"), ("kid", "kid_std")))
        rows.append((name, f"{of['is']:.2f}", *cells))
    title = phrase("{count:,} images of each set", count=count)
    return Table(title, (phrase("images"), "IS", "FID", "KID"), rows)


def blind_spots(shown: int = SHOWN) -> Page:
    """The page: a row of images of each set."""
    page = Page("blind_spots", phrase("What IS, FID and KID do not see"), CAPTION, 5.4)
    for number, (axes, (name, made)) in enumerate(zip(page.subplots(len(SETS), 1), SETS.items()), 1):
        with page.panel(axes):
            pixels = data.to_pixels(made(20)[:shown])
            picture(axes, plots.tiles(pixels, shown)[:-1, :-1])
            axes.set_title(f"{number}. {written(name)}", loc="left", fontsize=10)
    return page.finished()
