"""What the page of `make explore` must show: its numbers by the oracle, for a position of its sliders."""

import base64
import io
from functools import cache

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from grader.paths import STARTER
from oracle import gaussian, misconceptions, samplers, schedule, steps, wrong_chains
from oracle.mixture import GaussianMixture
from shipped import pixels

pytest.importorskip("tqdm", reason="tqdm is not installed; make installs it")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from explorer import grid as grids
    from explorer import points

GRID = grids.Grid(steps=(2, 5, 50), etas=(0.0, 0.3, 1.0), most=5, mistaken=(0.0, 1.0))
T = 1000
TABLES = {"linear": schedule.linear_alpha_bar(T), "cosine": schedule.cosine_alpha_bar(T)}


def tau_of(spacing, S):
    """τ of a chain; even: the solution's, which is one of the two that 2.10 allows."""
    i = np.arange(1, S + 1)
    return i * T // S if spacing == "even" else np.maximum(i, np.round(T * i**2 / S**2)).astype(int)


def chain_of(table, tau, eta, mistake):
    """The moves of a sampler, (a, ω₀, ω_t, σ) each, by the oracle's catalogue of mistakes."""
    if mistake in ("negative_root", "posterior_slide"):
        return [of_formulas(mistake, a, p, eta) for _, _, a, p in samplers.step_pairs(table, tau)]
    known = dict(reversed(wrong_chains.CHAINS["ddim_sample"])) | {"": wrong_chains.RIGHT["ddim_sample"][0]}
    return [factors(move, table[int(move.asked)]) for move in known[mistake](table, tau, eta).moves]


def of_formulas(mistake, a, p, eta):
    sigma = float(steps.ddim_sigma(a, p, eta))
    if mistake == "negative_root":
        return (a, *dict(misconceptions.OMEGAS)[mistake](a, p, sigma)[:2], sigma)
    w_0, w_t = next(row[1:] for row in misconceptions.WEIGHTS if row[0] == mistake)
    return a, w_0(a, p), w_t(a, p), sigma


def factors(move, a):
    """ω₀ and ω_t of a move: what comes out at z = 0 where x_0 or x_t is 1 and the other 0."""
    x_0, x_t = np.eye(2)
    return (a, *move.mean(x_t, (x_t - a**0.5 * x_0) / (1 - a) ** 0.5), move.sigma)


def spread(chain, std):
    """What comes out for data N(0, std²); std: a number or an array."""
    data, variance = gaussian.GaussianData(0.0, std), np.ones_like(std)
    for a, w_0, w_t, sigma in chain:
        one = np.ones_like(std)
        x_0_pred = steps.predict_x_0([one], a, data.eps([one], a))[0]
        variance = (w_0 * x_0_pred + w_t) ** 2 * variance + sigma**2
    return np.sqrt(variance)


@cache
def moons():
    means = points.MOONS.means.numpy()
    covariances = np.tile(points.MOONS.std**2 * np.eye(2), (len(means), 1, 1))
    return GaussianMixture(np.full(len(means), 1 / len(means)), means, covariances)


def states_of(chain, x, z):
    """The states of a chain on the two moons, (S + 1, B, 2)."""
    states = [x]
    for (a, w_0, w_t, sigma), fresh in zip(chain, z):
        x_0_pred = steps.predict_x_0(states[-1], a, moons().eps(states[-1], a))
        states.append(w_0 * x_0_pred + w_t * states[-1] + sigma * fresh)
    return np.stack(states)


@cache
def drawn():
    """x_T of the four paths, and the noise of their steps, as the solution draws it from the page's seed."""
    others = torch.randn(points.OTHERS, 2, generator=torch.Generator().manual_seed(9))
    x_T = torch.cat([torch.tensor([*points.STARTS, (0.3, 0.4)]), others]).double()
    noise = torch.Generator().manual_seed(points.SEED)
    z = [torch.randn(x_T.shape, generator=noise, dtype=torch.float64)[:4].numpy() for _ in range(T)]
    return x_T[:4].numpy(), z


@cache
def goal(name):
    """Where η = 0 with T steps ends."""
    x_T, z = drawn()
    return states_of(chain_of(TABLES[name], np.arange(1, T + 1), 0.0, ""), x_T, z)[-1]


@cache
def spectrum():
    states = pixels().numpy().reshape(-1, 784) / 127.5 - 1
    return np.sqrt(np.linalg.eigvalsh(np.cov(states, rowvar=False)).clip(min=0))


@cache
def round_trip(name, spacing, S):
    """The error of the way up and down again at η = 0."""
    x_0 = points.DATA.numpy()
    table, tau = TABLES[name], tau_of(spacing, S)
    model = lambda x, t: moons().eps(x, table[t])  # noqa: E731
    x_T = samplers.ddim_invert(model, x_0, table, tau)
    back = samplers.ddim_sample(model, x_T, table, tau, 0.0, lambda: np.zeros_like(x_T))
    return np.sqrt(np.mean((back - x_0) ** 2))


def path_numbers(chain, schedule_name):
    """The numbers of the four paths."""
    states = states_of(chain, *drawn())
    return {
        "length": np.linalg.norm(np.diff(states, axis=0), axis=2).sum(axis=0).mean(),
        "apart": np.linalg.norm(states[-1] - goal(schedule_name), axis=1).mean(),
    }


def rounding_of(state, grid=GRID):
    """How large a rounding of 64 bits becomes on the paths of a mistake, from some step to a later one."""
    S, (x_T, z), small, growth = grid.steps[state["S"]], drawn(), 1e-12, 0.0
    tau = tau_of(state["spacing"], S)
    chain = chain_of(TABLES[state["schedule"]], tau, grid.etas[state["eta"]], state["mistake"])
    states = states_of(chain, x_T, z)
    for i in range(0, S, 1 + S // 51):
        growth = max(growth, abs(states_of(chain[i:], states[i] + small, z[i:]) - states[i:]).max() / small)
    return growth * np.finfo(float).eps


def numbers_at(state, grid=GRID):
    """Every number that the page must show, by its id."""
    S, eta = grid.steps[state["S"]], grid.etas[state["eta"]]
    table, spacing = TABLES[state["schedule"]], state["spacing"]
    tau, found = tau_of(spacing, S), {}
    for who, mistake in (("yours", ""), ("other", state["mistake"])):
        if who == "other" and not mistake:
            continue
        chain = chain_of(table, tau, eta, mistake)
        out = float(spread(chain, np.array(0.5)))
        numbers = {
            "spread": out,
            "w2": gaussian.w2(0, out, 0, 0.5),
            "fid": gaussian.w2(0, spread(chain, spectrum()), 0, spectrum()) ** 2,
            **path_numbers(chain, state["schedule"]),
            **dict(zip(("w0", "wt", "sigma"), chain[state["step"] - 1][1:])),
        }
        found |= {f"{who}-{name}": value for name, value in numbers.items()}
    prev = [*tau[::-1], 0][state["step"]]
    found["yours-sigma-max"] = float(steps.ddim_sigma_max(table[prev]))
    found["back-error"] = round_trip(state["schedule"], spacing, S)
    return found


def strip(png):
    """The four images of a PNG on the page, (4, 28, 28), pixels from −1 to 1."""
    grey = np.rint(255 * imread(io.BytesIO(base64.b64decode(png)), format="png"))
    assert grey.shape == (4 * 29 - 1, 28) and (grey[28::29] == 128).all()
    return np.stack(np.split(np.vstack([grey, np.zeros((1, 28))]), 4))[:, :28] / 127.5 - 1


def off(png, other):
    """How far the images of two PNGs are apart, the root of the mean square."""
    return np.sqrt(np.mean((strip(png) - strip(other)) ** 2))


def image_numbers_at(state, made):
    """The numbers that the page must show below its images, by the images that it shows."""
    eta, yours = state["eta"], made["images"]["png"]
    found = {f"off-{S}": off(row[eta], yours[-1][eta]) for S, row in zip(GRID.image_steps, yours)}
    image, _, back = made["inverted"]["png"][state["S"]]
    found["trio-error"] = off(image, back)
    if state["mistake"]:
        near = min(GRID.mistaken, key=lambda each: abs(each - GRID.etas[eta]))
        rows = made["mistaken"]["png"][state["mistake"]]
        for S, row, mine in zip(GRID.image_steps, rows, yours):
            found[f"mistaken-off-{S}"] = off(row[GRID.mistaken.index(near)], mine[GRID.etas.index(near)])
    return found
