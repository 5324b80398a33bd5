"""The numbers of a viva by other means: the functions are called in this process, and fitted by least squares.

Only for files of our own corpora. `numbers(function, module)` gives what `course.viva` reads in the sandbox.
"""

import math

import numpy as np
import torch

A, P, SIGMA, H = 0.36, 0.64, 0.48, 0.02
COUNT = 60_000  # numbers of a state


def linear_table():
    return np.append(1.0, np.cumprod(1 - np.linspace(1e-4, 0.02, 1000)))


def cosine_table():
    f = np.cos((np.arange(51) / 50 + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.append(1.0, np.cumprod(np.maximum(f[1:] / f[:-1], 0.001)))


def fitted(function, *names):
    """The factors of states that a function of them has."""
    states = torch.randn(len(names), 40, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    made = function(*states)
    factors = np.linalg.lstsq(states.reshape(len(names), -1).T.numpy(), made.numpy().ravel(), rcond=None)[0]
    return dict(zip(names, map(float, factors)))


def numbers(function, module):
    """What a function of a module does, as {name: number}."""
    return MEASURES[function](getattr(module, function))


def of_pair(function, *names):
    return fitted(lambda *states: function(*states, t(A), t(P)), *names)


def t(value):
    return torch.tensor(value, dtype=torch.float64)


def posterior(function):
    variance = float(function(torch.zeros(1, 1), torch.zeros(1, 1), t(A), t(P))[1])
    return {**fitted(lambda x_0, x_t: function(x_0, x_t, t(A), t(P))[0], "x_0", "x_t"), "variance": variance}


def coefficients(function):
    return dict(zip(("omega_0", "omega_t"), map(float, function(t(A), t(P), t(SIGMA))[:2])))


def sigmas(function):
    return {"sigma": float(function(t(A), t(P), 1.0)), "half": float(function(t(A), t(P), 0.5))}


def sde(function):
    made = fitted(lambda x, score, z: function(x, score, t(2.0), 0.02, z) - x, "x", "score", "z")
    return made


def langevin(function):
    gen = torch.Generator().manual_seed(3)
    x, score = torch.randn(2, COUNT, dtype=torch.float64, generator=gen)
    made = function(lambda _: 50 * score, x, H, 1, gen) - x
    columns = torch.stack([x, 50 * score]).T.numpy()
    factors, rest = np.linalg.lstsq(columns, made.numpy(), rcond=None)[:2]
    return {"x": factors[0], "score": factors[1], "z": math.sqrt(float(rest[0]) / COUNT)}


def annealed(function):
    gen, asked, states = torch.Generator().manual_seed(4), [], []

    def score(x, sigma):
        asked.append(float(sigma))
        states.append(x)
        return 5000 * torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(len(asked)))

    states.append(function(score, torch.zeros(COUNT, dtype=torch.float64), t([2.0, 1.0]), H, 3, gen))
    drifts = []
    for number in (1, len(asked)):
        answer = 5000 * torch.randn(COUNT, dtype=torch.float64, generator=torch.Generator().manual_seed(number))
        drifts.append(float((states[number] - states[number - 1]) @ answer / (answer @ answer)))
    found = (len(asked), asked[0], asked[-1], *drifts)
    return dict(zip(("calls", "first", "last", "drift", "fine"), found))


def invert(function):
    gen = torch.Generator().manual_seed(5)
    states = torch.randn(3, 40, 5, dtype=torch.float64, generator=gen)
    answers = iter(states[1:])
    made = function(lambda x, _: next(answers), states[0], t(linear_table()), torch.tensor([250, 500]))
    factors = np.linalg.lstsq(states.reshape(3, -1).T.numpy(), made.numpy().ravel(), rcond=None)[0]
    return {"calls": 2 - len(list(answers)), **dict(zip(("x_0", "eps_1", "eps_2"), factors))}


def sampler(table, middle, *rest):
    def measure(function):
        a = torch.tensor(table)

        def ran(model):
            gen, asked, states = torch.Generator().manual_seed(6), [], []
            x_T = torch.randn(COUNT // 50, 50, dtype=torch.float64, generator=gen)

            def answered(x, steps):
                asked.append(int(steps[0]))
                states.append(x.clone())
                return model(x, asked[-1])

            states.append(function(answered, x_T, a, *rest, generator=gen))
            return asked, states

        def exact(x, step):
            return (1 - a[step]) ** 0.5 * x / (a[step] / 4 + 1 - a[step])

        noises = {}

        def any_noise(x, step):
            noises[step] = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(step))
            return noises[step]

        asked, states = ran(any_noise)

        def step(at):
            """Its two factors, and what is left of the state after it: its noise."""
            columns = torch.stack([states[at].ravel(), noises[asked[at]].ravel()]).T.numpy()
            factors = np.linalg.lstsq(columns, states[at + 1].ravel().numpy(), rcond=None)[0]
            return factors, (states[at + 1].ravel().numpy() - columns @ factors).reshape(states[at].shape)

        place = asked.index(middle)
        (x_t, eps), left = step(place)
        end = step(len(asked) - 1)[1].std()
        after = step(place + 1)[1] if place + 1 < len(asked) else 0 * left
        shared = left.std() > 1e-3 and abs(left - left.mean(0)).max() < 0.1 * left.std()
        again = min(left.std(), after.std()) > 1e-3 and abs((left * after).mean()) > 0.9 * left.std() * after.std()
        return {
            **{"calls": len(asked), "first": asked[0], "last": asked[-1], "x_t": x_t, "eps": eps, "z": left.std()},
            **{"end": end, "spread": float(ran(exact)[1][-1].std()), "shared": shared, "again": again},
        }

    return measure


MEASURES = {
    "q_sample": lambda f: fitted(lambda x_0, eps: f(x_0, t(A), eps), "x_0", "eps"),
    "predict_x_0": lambda f: fitted(lambda x_t, eps: f(x_t, t(A), eps), "x_t", "eps"),
    "ddpm_posterior": posterior,
    "ddpm_step": lambda f: fitted(lambda x, eps, z: f(x, eps, t(A), t(P), z), "x_t", "eps", "z"),
    "ddpm_sample": sampler(cosine_table(), 25),
    "score_from_eps": lambda f: fitted(lambda eps: f(eps, t(A)), "eps"),
    "tweedie_mean": lambda f: fitted(lambda x, score: f(x, score, t(1 - A)), "x", "score"),
    "langevin_sample": langevin,
    "annealed_langevin_sample": annealed,
    "reverse_sde_step": sde,
    "ddim_sigma": sigmas,
    "ddim_coefficients": coefficients,
    "ddim_step": lambda f: fitted(lambda x, eps, z: f(x, eps, t(A), t(P), 1.0, z), "x_t", "eps", "z"),
    "ddim_sample": sampler(linear_table(), 500, torch.arange(100, 1001, 100), 1.0),
    "ddim_invert": invert,
}
