"""Each formula of the handout is read by a program and held against the oracle, each way to break one is seen.

A claim must hold in worlds where every symbol has the oracle's value. What only names something, such as "t = 1",
is in ASSUMED; a formula that is neither fails.
"""

import re

import numpy as np
import pytest

from grader.paths import STARTER
from latex import RELATIONS, Distribution, Formula, Reader, Unknown, distance, formulas, statements, tokens
from oracle import losses, samplers, schedule, steps

README = (STARTER / "README.md").read_text(encoding="utf-8")
T = 1000
TABLE = schedule.linear_alpha_bar(T)
WORLDS = range(6)

# What sets a symbol to a number, says what is drawn from what, or runs through a range: nothing to evaluate.
NAMES = re.compile(r"(\\?[a-zA-Z_0{}|\\ ]+ = )+(\\pm )?[0-9.^{}-]+|S = 1, .*")
ASSUMED = {
    r"t = T, \dots, 1",
    r"t = T, T - 1, \dots, 1",
    r"1, \dots, T",
    r"i = 1, \dots, S",
    r"\tau = 1, \dots, T",
    r"\tau_S \to \tau_{S-1} \to \dots \to \tau_1 \to 0",
    r"0 \to \tau_1 \to \dots \to \tau_S",
    r"(t, \mathrm{prev})",
    r"\omega_0, \omega_t, b",
    r"\varepsilon \sim \mathcal N(0, I)",
    r"x \sim \mathcal N(\mu, \Sigma)",
    r"x \sim \mathcal N(\mu, \sigma_x^2 I)",
    r"y \sim \mathcal N(a x + c, \sigma_y^2 I)",
    r"dt > 0",
    r"t > 1",
    r"t \ge 1",
    r"\pm 1",
    r"\eta \to 0",
    r"T \to \infty",
    r"\eta T \to \infty",
    r"\int \dots dx",
    r"x_0 \sim q(x_0)",
    r"x_t \sim q(x_t)",
    # symbols that are only named, where they stand for no number or for another one than the formulas around them
    *r"\alpha \bar\alpha \tau \tau_1 \tau_i \tau_{i-1} p x i S x_T dx_0 s_\theta \sigma_t q(x_t)".split(),
    *(r"\hat\varepsilon_\theta", r"\varepsilon_t", r"q(x_t \mid x_0)", r"q_\sigma(x_t \mid x_0)"),
    *(r"\mathbb E[\mu \mid x_t]", r"\mathcal N(x_0, \sigma_t^2 I)"),
    *(r"\nabla_{x_t} \log q(x_0)", r"\nabla_{x_t} \log q(x_t)"),
}
FALSE = "the slide prints"  # the column whose claims must not hold


# Worlds


def world(f: Formula, seed: int) -> dict[str, object]:
    """What each symbol stands for where the formula stands; the first worlds are the corners of what is allowed."""
    rng = np.random.default_rng(seed)
    task = (re.match(r"\d\.\d+", f.heading) or re.match(r"\d\.\d+", f.row) or [""])[0]
    prev, t = sorted(rng.choice(np.arange(1, T), 2, replace=False))
    if task == "1.6":
        prev = 0  # it speaks of the last step
    a, p, eta = TABLE[t], TABLE[prev], float(rng.uniform(0.1, 0.9))
    if not task and not f.column:
        eta = 1.0  # "Change one line" speaks of η = 1 under its table
    if task == "2.7" and not f.row:
        eta *= seed > 0
    steps_of_loss = rng.integers(1, T, 3)
    if task in ("1.3", "2.3"):
        a = TABLE[steps_of_loss][:, None]
    x_0, eps, eps_hat, z, x, score = rng.normal(size=(6, 3, 2))
    x_t = steps.q_sample(x_0, np.ravel(a) if np.ndim(a) else a, eps)
    common = {
        **{r"\bar\alpha_t": a, r"\bar\alpha_{\mathrm{prev}}": p, r"\bar\alpha_{t-1}": p, r"\bar\alpha_0": TABLE[0]},
        **{"x_0": x_0, r"\varepsilon": eps, r"\hat\varepsilon": eps_hat, "z": z, "x_t": x_t, r"\eta": eta, "I": 1.0},
        **{"t": float(t), "T": float(T), r"\theta": 1.0, r"\infty": np.inf},
    }
    if task in ("1.3", "2.3"):
        return common | loss(task, x_0, steps_of_loss, eps)
    if task in ("2.2", "2.4", "2.5", "2.6"):
        return common | score_world(task, f.latex, common, x, score, rng)
    if task == "2.10":
        return common | even(f.latex, seed)
    return common | reverse_step(task or f.column, common, seed, rng)


def reverse_step(where, common, seed, rng):
    """One step back, by DDPM or by DDIM."""
    a, p, x_0, eps, eps_hat, z, x_t, eta = (
        common[s]
        for s in (r"\bar\alpha_t", r"\bar\alpha_{\mathrm{prev}}", "x_0", r"\varepsilon", r"\hat\varepsilon", "z", "x_t")
        + (r"\eta",)
    )
    ones = np.ones_like(x_t)
    alpha = (steps.q_sample(ones, a, 0 * ones) / steps.q_sample(ones, p, 0 * ones)).flat[0] ** 2
    beta = (steps.q_sample(0 * ones, a, ones) ** 2 - alpha * steps.q_sample(0 * ones, p, ones) ** 2).flat[0]
    x_0_pred = steps.predict_x_0(x_t, a, eps_hat)
    sigma = steps.ddim_sigma(a, p, eta)
    if where == "2.8" and seed < 2:
        sigma = [np.float64(0), steps.ddim_sigma_max(p)][seed]
    omega_0, omega_t, b = steps.ddim_coefficients(a, p, sigma)
    posterior_mean, posterior_variance = steps.ddpm_posterior(x_0 if where == "1.4" else x_0_pred, x_t, a, p)
    ddpm, ddim = (steps.ddpm_step(x_t, eps_hat, a, p, z), steps.ddim_step(x_t, eps_hat, a, p, eta, z))
    marginal, variance = steps.ddim_marginal(omega_0, omega_t, b, sigma, a)
    known = steps.ddim_marginal(omega_0 * x_0, 0, omega_t * x_t, sigma, a)[0]  # x_0 and x_t are given
    slope, c, mu, sigma_x, sigma_y = rng.uniform(0.2, 0.9, 5)
    y = steps.ddim_marginal(c, slope, 0.0, sigma_y, mu**2)  # Hint 2, for which the oracle has x's own two numbers
    return {
        **{r"\alpha_t": alpha, r"\beta_t": beta, r"\tilde\beta_t": posterior_variance, r"\tilde\mu": posterior_mean},
        **{
            r"x_{0 \mid t}": x_0_pred,
            "x_{t-1}": ddpm,
            r"x_{\mathrm{prev}}": ddpm if "DDPM" in where or where < "2" else ddim,
        },
        **{r"\sigma_t": sigma, r"\omega_0": omega_0, r"\omega_t": omega_t, "b": b},
        r"\nabla \log q(x_t \mid x_0)": steps.score_from_eps(eps, a),
        r"q(x_t \mid x_0)": Distribution(
            steps.q_sample(x_0, a, 0 * eps), steps.q_sample(0 * ones, a, ones).flat[0] ** 2
        ),
        r"q(x_{t-1} \mid x_t, x_0)": Distribution(posterior_mean, posterior_variance),
        r"q_\sigma(x_{\mathrm{prev}} \mid x_t, x_0)": Distribution(known, sigma**2),
        r"\int q_\sigma(x_t \mid x_0) q_\sigma(x_{\mathrm{prev}} \mid x_t, x_0) dx_t": Distribution(
            marginal * x_0, variance
        ),
        **{
            "y": Distribution(*y),
            "a": slope,
            "c": c,
            r"\mu": mu,
            r"\sigma_x": np.sqrt(1 - mu**2),
            r"\sigma_y": sigma_y,
        },
    }


def loss(task, x_0, t, eps):
    """The losses of a small model."""
    x_t = steps.q_sample(x_0, TABLE[t], eps)
    answer = 0.7 * x_t - 0.2 + 0.001 * t[:, None]
    of = losses.noise_prediction_loss if task == "1.3" else losses.score_matching_loss
    value = of(lambda *_: answer, x_0, t, eps, TABLE)[0]
    return {"L": value, r"\hat\varepsilon_\theta(x_t, t)": answer, r"s_\theta(x_t, t)": answer}


def score_world(task, latex, common, x, score, rng):
    """Tweedie, Langevin and the SDE: the state x, its score, and the state after one step."""
    a, z, x_0 = common[r"\bar\alpha_t"], common["z"], common["x_0"]
    if task == "2.2":
        variance = steps.q_sample(np.zeros(1), a, np.ones(1))[0] ** 2
        mean, mu = steps.tweedie_mean(x, score, variance), steps.q_sample(x_0, a, 0 * x_0)
        return {r"\mathbb E[\mu \mid x]": mean, "x": x, r"\nabla \log p(x)": score, r"\Sigma": variance, r"\mu": mu}
    if task == "2.4":
        after = steps.langevin_step(x, score, common[r"\eta"], z)
        return {"x": x, "x'": after, r"\nabla \log q(x)": score}
    if task == "2.5":
        (low, high), size = np.sort(rng.uniform(0.1, 2, 2)), 0.01
        asked = lambda x, sigma: np.full_like(x, float(sigma == high))  # noqa: E731
        one = samplers.annealed_langevin_sample(asked, [[0.0]], [high, low], size, 1, lambda: np.zeros((1, 1)))
        after = steps.langevin_step(x, score, float(one[0, 0]), z)
        levels = {r"\sigma_i": high, r"\sigma_{\mathrm{last}}": low, "a": size, "a_i": one[0, 0]}
        return levels | {"x": x, "x'": after, r"\nabla \log q_{\sigma_i}(x)": score}
    forward = latex.startswith("dx") and r"\nabla" not in latex  # the limit of small jumps; the reverse is exact
    beta, dt = float(rng.uniform(0.5, 2)), 1e-7 if forward else 0.1
    z = z * rng.integers(0, 2)  # in some worlds without noise, beside which a small drift is not seen
    names = {"x": x, r"\beta": beta, "f": -beta * x / 2, "g": beta**0.5, r"\nabla \log p_t(x)": score, "z": z}
    names |= {"dw": dt**0.5 * z, r"d\bar w": dt**0.5 * z, "dt": dt}
    if forward:
        return names | {"dx": steps.q_sample(x, 1 - beta * dt, z) - x}
    undone = steps.reverse_sde_step(x, score, beta, dt, z)
    backwards = {"dx": undone - x, "dt": -dt} if latex.startswith("dx") else {}
    return names | {"x'": undone} | backwards


def even(latex, seed):
    """A step of either even spacing."""
    T, S, start = (1000, 7, "trailing") if "i T / S" in latex else (1000, 9, "linspace")
    i = seed + 1
    return {"T": float(T), "S": float(S), "i": float(i), r"\tau_i": float(schedule.even_timesteps(T, S, start)[i - 1])}


# Reading and judging


def judge(f: Formula, statement: str) -> bool | None:
    """Whether a statement holds in all worlds, an inequality as an equality in one of them; None: it claims nothing."""
    held, tight, claims = True, set(), 0
    for seed in WORLDS:
        names = world(f, seed)
        with np.errstate(invalid="ignore", divide="ignore"):
            sides, relations = Reader(statement.replace(r"x \leftarrow", "x' ="), names).sides()
        claims = len(relations)
        for i, (left, relation, right) in enumerate(zip(sides, relations, sides[1:])):
            same = distance(left, right) < 1e-6
            if relation in ("=", r"\sim"):
                held &= same
            else:
                held &= bool(same or (left < right if relation in (r"\le", "<") else left > right))
                tight |= {i} if same or r"\lvert" in statement else set()
    slack = any(r in (r"\le", r"\ge") for r in relations) and len(tight) < claims
    return (held and not slack) if claims else None


def claimed() -> list[tuple[Formula, str]]:
    """Each statement that claims something, once for each place."""
    found = {}
    for f in formulas(README):
        for statement in statements(f.latex):
            if statement not in ASSUMED and (not NAMES.fullmatch(statement) or r"\alpha_0" in statement):
                if any(token in RELATIONS for token in tokens(statement)):
                    found.setdefault((f.heading, f.column, f.row[:4], statement), (f, statement))
    return list(found.values())


CLAIMS = claimed()
TRUE = [(f, s) for f, s in CLAIMS if f.column != FALSE]
MISPRINTS = [(f, s) for f, s in CLAIMS if f.column == FALSE]


def ids(cases):
    return [f"{f.heading.split()[0]} {s[:50]}" for f, s, *_ in cases]


def test_every_formula_is_known():
    """A formula is assumed, or can be read in its world; none that is assumed is no longer there."""
    seen, unknown = set(), []
    for f in formulas(README):
        for statement in statements(f.latex):
            seen.add(statement)
            if statement not in ASSUMED and not NAMES.fullmatch(statement):
                try:
                    judge(f, statement)
                except Unknown as why:
                    unknown.append(f"{f.heading}: {why}")
    assert not unknown, "\n".join(unknown)
    assert seen >= ASSUMED, ASSUMED - seen
    assert len(TRUE) >= 35 and len(MISPRINTS) == 4


@pytest.mark.parametrize("f, statement", TRUE, ids=ids(TRUE))
def test_the_formula_holds(f, statement):
    assert judge(f, statement)


@pytest.mark.parametrize("f, statement", MISPRINTS, ids=ids(MISPRINTS))
def test_what_a_slide_misprints_does_not_hold(f, statement):
    assert judge(f, statement) is False


def broken(statement):
    """The statement with one sign turned, one root taken away, or one ᾱ for the other."""
    swaps = [(r"\bar\alpha_t", r"\bar\alpha_{\mathrm{prev}}"), (r"\bar\alpha_{\mathrm{prev}}", r"\bar\alpha_t")]
    for old, new in [("+", "-"), ("-", "+"), (r"\sqrt", ""), *swaps]:
        for at in re.finditer(re.escape(old), statement):
            if not statement[at.end() :].startswith((" b", "1}")):  # b is 0, and t-1 is a name
                yield statement[: at.start()] + new + statement[at.end() :]


def test_every_way_to_break_a_formula_is_seen():
    unseen, count = [], 0
    for f, statement in TRUE:
        for wrong in broken(statement):
            count += 1
            try:
                if judge(f, wrong):
                    unseen.append(wrong)
            except Unknown:
                pass  # a leading "+": not a formula any more
    assert not unseen and count > 80, (count, unseen)
