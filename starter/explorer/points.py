"""What your functions give on the line and in the plane, at each position of the sliders.

Every part raises Waits where one of the functions isn't done.
"""

import torch
from torch import Generator, Tensor

from diffusion.pictures import images
from diffusion.pictures.paths import STARTS
from diffusion.pictures.yours import path, wrong, yours
from diffusion.tensors import noise_like
from diffusion.toy import two_moons
from explorer.grid import SCHEDULES, Chain, Grid, T, packed, short, watched

MOONS, DRAWN, OTHERS = two_moons(), len(STARTS) + 1, 200
DATA = MOONS.means[[4, 15, 22, 31]]  # the points that are inverted: on both moons, at their tips and between
SEED = 7  # of the noise of the steps
LINE = 0.5  # the standard deviation of the data on the line
ROUNDING = 1e-12  # a factor below it is 0
SHOWN = 500  # most steps whose states are drawn: of more, every second state


def tables(grid: Grid) -> dict:
    """ᾱ of each schedule, (T + 1,), and τ of each chain, (S,)."""
    taus = {chain.key: chain.tau.tolist() for chain in grid.chains}
    return {"alpha_bar": {name: packed(table) for name, table in SCHEDULES.items()}, "tau": taus}


def pixels(grid: Grid) -> dict:
    """The variances of Fashion-MNIST's pixels along their principal axes, (784,), the pixels from −1 to 1."""
    states = images.all_real().flatten(1).double() / 127.5 - 1  # in float64, as to_state is not
    return {"variances": packed(torch.linalg.eigvalsh(states.T.cov()).clamp(min=0))}


def coefficients(grid: Grid) -> dict:
    """ω₀, ω_t and σ_t of your ddim_step, for each chain (η, 3, S), from the first step, at τ_S, to the last."""
    chains = watched("coefficients", grid.chains)
    return {chain.key: packed(torch.stack([recovered(chain, eta) for eta in grid.etas])) for chain in chains}


def recovered(chain: Chain, eta: float) -> Tensor:
    """(3, S): a step is linear in x_0_pred, x_t and z, so its factors are what it gives where one of them is 1."""
    times = torch.cat([torch.zeros(1, dtype=torch.int64), chain.tau]).flip(0)
    a, p = chain.alpha_bar[times[:-1]], chain.alpha_bar[times[1:]]
    rows = []
    for x_0, x_t, z in torch.eye(3, dtype=torch.float64):
        eps = (x_t - a.sqrt() * x_0) / (1 - a).sqrt()  # the noise that leads from this x_0 to this x_t
        state, fresh = (each.expand(chain.S, 1).clone() for each in (x_t, z))
        rows.append(yours("2.9", state, eps[:, None], a, p, eta, fresh, shape=state.shape)[:, 0])
    factors = torch.stack(rows)
    return torch.where(factors.abs() < ROUNDING, 0.0, factors)


def paths(grid: Grid) -> dict:
    """Your ddim_sample on the two moons: all states from a few x_T, and the x_0 of OTHERS more.

    Beside them x_T and the noise of the steps, from which the page makes the paths of a wrong sampler.
    """
    x_T = torch.cat([torch.tensor([*STARTS, (0.3, 0.4)]), torch.randn(OTHERS, 2, generator=Generator().manual_seed(9))])
    x_T, drawn = x_T.double(), slice(DRAWN)
    noise, made = Generator().manual_seed(SEED), {}
    z = torch.stack([noise_like(x_T, noise)[drawn] for _ in range(T)])
    for chain in watched("paths", grid.chains):
        runs = torch.stack([_down(chain, x_T, eta) for eta in grid.etas])  # (η, S + 1, B, 2)
        made[chain.key] = {
            "states": short(runs[:, :: 1 + chain.S // (SHOWN + 1), drawn]),
            "others": short(runs[:, -1, DRAWN:]),
            "ends": packed(runs[:, -1, drawn]),
            "length": packed(runs[:, :, drawn].diff(dim=1).norm(dim=3).sum(dim=1).mean(dim=1)),
        }
    smooth = {name: _down(Chain(name, "even", T), x_T, 0.0)[:, drawn] for name in SCHEDULES}
    return {
        "chains": made,
        "smooth": {
            name: {"states": short(each[:: T // 50]), "ends": packed(each[-1])} for name, each in smooth.items()
        },
        "x_T": packed(x_T),
        "z": packed(z),
    }


def there_and_back(grid: Grid) -> dict:
    """Your ddim_invert from points of the two moons, and your ddim_sample at η = 0 back."""
    x_0, found = DATA, {}
    for chain in watched("there and back", grid.chains):
        up = _states("2.12", chain, x_0)
        down = _down(chain, up[-1], 0.0)
        error = (down[-1] - x_0).square().mean(dim=(0, 1), keepdim=True).sqrt()
        found[chain.key] = {"up": short(up), "down": short(down), "error": packed(error)}
    return {"chains": found}


def _down(chain: Chain, x_T: Tensor, eta: float) -> Tensor:
    """All states of your ddim_sample, (S + 1, B, 2). Raises Waits."""
    return _states("2.11", chain, x_T, eta, Generator().manual_seed(SEED))


def _states(task: str, chain: Chain, x: Tensor, *others: object) -> Tensor:
    states = path(task, MOONS.eps_model(chain.alpha_bar), x, chain.alpha_bar, chain.tau, *others)
    if len(states) != chain.S + 1:
        asked = f"it asked the model {len(states) - 1} times for S = {chain.S}"
        raise wrong(task, asked)
    return states
