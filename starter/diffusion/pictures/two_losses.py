"""What the two losses make of one network: the table of the errors of their noise predictors at each step t."""

from pathlib import Path

import torch
from torch import Generator, Tensor

from diffusion import sampling
from diffusion.phrases import phrase
from diffusion.pictures.table import Table, cell, interval
from diffusion.pictures.yours import DEVICE, Waits
from diffusion.schedule import linear_schedule
from diffusion.toy import SETS

TRAINED = {  # the columns, and where `make train DATA=moons` leaves the networks, without and with LOSS=score
    phrase("loss of 1.3"): Path("runs/moons/network.safetensors"),
    phrase("loss of 2.3"): Path("runs/moons-score/network.safetensors"),
}
TIMES, POINTS = (1, 10, 100, 300, 500, 1000), 4000


def errors(network: torch.nn.Module, t: int, points: int) -> Tensor:
    """The squared error of the predicted noise of each point of x_t, (points,), beside the exact E[ε | x_t]."""
    moons, draw, a = SETS["moons"](), Generator().manual_seed(5), linear_schedule()[t]
    x_0 = moons.sample(points, draw)
    x_t = (a.sqrt() * x_0 + (1 - a).sqrt() * torch.randn(x_0.shape, generator=draw)).float()
    eps = network(x_t.to(DEVICE), torch.full((points,), t, device=DEVICE)).cpu()
    return (eps - moons.eps(x_t, a)).square().mean(dim=1)


def measure(points: int = POINTS) -> Table:
    """The mean squared errors at some t. Raises Waits where a network is not trained yet."""
    for path, command in zip(TRAINED.values(), ("make train DATA=moons", "make train DATA=moons LOSS=score")):
        if not path.exists():
            raise Waits(phrase("there is no {path} yet; to train it: {command}", path=path, command=command))
    networks = [sampling.open_network(path, DEVICE)[0] for path in TRAINED.values()]
    rows = []
    for t in TIMES:
        found = [interval(errors(network, t, points).tolist()) for network in networks]
        rows.append((str(t), *(cell(mean, half, 4) for mean, half in found)))
    title = phrase("Two moons: error of the predicted noise, ± half a 95 % interval")
    return Table(title, ("t", *TRAINED), rows)
