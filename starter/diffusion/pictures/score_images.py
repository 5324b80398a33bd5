"""What the two losses make of one network for images: the table of its images and of its errors."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Generator, Tensor

from diffusion import data, metrics, sampling
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.step_grid import distances, sample
from diffusion.pictures.table import Table, cell, interval
from diffusion.pictures.yours import DEVICE, Waits, yours
from diffusion.schedule import linear_schedule
from diffusion.tensors import per_item

TRAINED = {  # where `make train` leaves the networks, without and with LOSS=score
    phrase("loss of 1.3"): Path("runs/fashion/network.safetensors"),
    phrase("loss of 2.3"): Path("runs/fashion-score/network.safetensors"),
}
S, COUNT, SAME, TIMES = 20, 500, 48, (10, 500)  # steps, images, those that are compared, and t of the errors
Model = Callable[[Tensor, Tensor], Tensor]


def by_score(network: Model) -> Model:
    """The same network, asked for its score (2.1), from which Tweedie's formula (2.2) finds the noise again."""
    alpha_bar = linear_schedule().to(DEVICE)

    def model(x_t: Tensor, t: Tensor) -> Tensor:
        a = alpha_bar[t]
        score = yours("2.1", network(x_t, t), a, shape=x_t.shape)
        mean = yours("2.2", x_t, score, 1 - a, shape=x_t.shape)
        return ((x_t - mean) / (1 - per_item(a, x_t)).sqrt()).to(x_t.dtype)

    return model


@torch.no_grad()
def errors(model: Model, t: int, count: int) -> Tensor:
    """The loss of 1.3 at one t of each of some real images, (count,)."""
    draw, a = Generator().manual_seed(5), linear_schedule()[t]
    x_0 = images.real(list(range(count))).cpu()
    eps = torch.randn(x_0.shape, generator=draw)
    x_t = (a.sqrt() * x_0 + (1 - a).sqrt() * eps).float().to(DEVICE)
    times = torch.full((count,), t, device=DEVICE)
    answer = torch.cat([model(x, each) for x, each in zip(x_t.split(250), times.split(250))])
    return (answer.cpu() - eps).square().flatten(1).mean(dim=1)


def need_trained() -> None:
    """Raises Waits unless both networks are there."""
    for path, command in zip(TRAINED.values(), ("make train DATA=fashion", "make train DATA=fashion LOSS=score")):
        if not path.exists():
            raise Waits(phrase("there is no {path} yet; to train it: {command}", path=path, command=command))


def measure(count: int = COUNT, same: int = SAME) -> Table:
    """Images of both trainings from the same x_T at η = 0. Raises Waits where a network is not trained yet."""
    need_trained()
    first, second = (sampling.open_network(path, DEVICE)[0] for path in TRAINED.values())
    by_noise, of_score = TRAINED
    asked = phrase("{network}, asked for its score", network=by_noise)
    models = {by_noise: first, asked: by_score(first), of_score: second}
    models[phrase("the shipped network (1.3)")] = images.network()
    extractor, real = metrics.shipped_extractor(DEVICE), metrics.shipped_reference()
    x_T, rows, aim = images.noise(list(range(count))), [], None
    for name, model in models.items():
        x_0 = torch.cat([sample(part, S, 0.0, model) for part in x_T.split(250)])
        aim = x_0[:same] if aim is None else aim
        apart = distances(x_0[:same], aim)
        own = (apart.argmin(dim=1) == torch.arange(same)).sum().item()
        of = metrics.measure(*metrics.extract(extractor, data.to_pixels(x_0)), real)
        losses = [cell(*interval(errors(model, t, count).tolist()), 4) for t in TIMES]
        cells = cell(*interval(apart.diagonal().tolist()), 3), f"{own}/{same}", cell(of["fid"], of["fid_interval"], 1)
        rows.append((name, *cells, *losses))
    head = phrase("network"), phrase("apart"), phrase("nearest is its own"), "FID"
    told = {"S": S, "same": same, "count": count}
    title = phrase("From the same x_T, S = {S}, η = 0: {same} pairs of images, FID of {count}", **told)
    losses = (phrase("loss of 1.3, t = {t}", t=t) for t in TIMES)
    return Table(title, (*head, *losses), rows)
