"""Reading a sampler's transcript: which steps it took, and what each of them really was.

The grader answered every call of the model, so it knows x_t and eps of each step, and x_prev is the state of the next
call (or the result). What is left of x_prev beside the right mean must be σ_t z, whatever the code looks like.
"""

from dataclasses import dataclass

import numpy as np

from checks import noise
from checks.judge import ROUGH, close, expect, numbers
from grader.checking import Call, Examiner, Returned, phrase
from oracle import samplers, steps
from oracle.arrays import Array, along_first_axis, f64
from oracle.gaussian import GaussianData
from oracle.mixture import GaussianMixture

PIXELS = (48, 64)  # a state with enough numbers for the statistics of one step
FEW_PIXELS = (16, 64)  # for chains of 1000 steps
TOGETHER = 50  # steps whose noise is looked at together, which a processor keeps at hand
DATA = GaussianData(np.linspace(-1, 1, PIXELS[1]), np.linspace(0.2, 1.5, PIXELS[1]))


@dataclass(frozen=True)
class Step:
    """One reverse step as it happened: from x_t with eps to x_prev, and the coefficients that were right for it."""

    t: int
    t_prev: int
    alpha_bar_t: float
    alpha_bar_prev: float
    x_t: Array
    eps: Array
    x_prev: Array

    @property
    def where(self) -> str:
        return phrase("In the step from t = {t} to {t_next}", t=self.t, t_next=self.t_prev)

    @property
    def after(self) -> str:
        return state_after(self.t, self.t_prev)

    @property
    def scale(self) -> float:
        """How large the numbers are that make up x_prev, for tolerances of rounding."""
        size = np.abs(self.x_t).max() + np.abs(self.eps).max()
        return float(1 + size * np.sqrt(self.alpha_bar_prev / self.alpha_bar_t))


def state_after(t: int, t_next: int) -> str:
    """The state that a step puts out, in words."""
    return phrase("The state after the step from t = {t} to {t_next}", t=t, t_next=t_next)


def noise_predictor(
    alpha_bar: Array,
    shape: tuple[int, ...] = PIXELS,
    limit: int = 1000,
    data: GaussianData | GaussianMixture = DATA,
    wobble: float = 0.3,
) -> Examiner:
    """An examiner that predicts noise: exact for the data, plus a wobble that no sampler can know beforehand."""
    rng = np.random.default_rng(2)

    def model(x: Array, t: np.ndarray) -> Array:
        eps = data.eps(x, alpha_bar[t[0] if (t == t[0]).all() else t])
        return eps + wobble * rng.standard_normal(shape) if wobble else eps

    return Examiner(model, shape, limit, T=len(alpha_bar) - 1)


def called_in_order(examiner: Examiner, steps_wanted: list[int]) -> None:
    """Fail unless the model was asked once at each wanted step, in that order, every item at the same t."""
    count, wanted = len(examiner.calls), len(steps_wanted)
    expect(count == wanted, "The model was called {count} times instead of {wanted}.", count=count, wanted=wanted)
    for number, (call, t) in enumerate(zip(examiner.calls, steps_wanted), start=1):
        expect(
            (call.t == t).all(),
            "Call {number} of {wanted} asked the model at another t than this step needs.",
            number=number,
            wanted=wanted,
        )


def keeps_dtype(call: Call, x_T: np.ndarray) -> None:
    """Fail unless the model was asked about a state of the dtype of x_T."""
    right = call.x.dtype == x_T.dtype
    expect(right, "The model got {got} states from a {dtype} x_T.", got=call.x.dtype, dtype=x_T.dtype)


def steps_taken(examiner: Examiner, returned: Returned, alpha_bar: Array, tau: np.ndarray) -> list[Step]:
    """The steps of a finished sampler, noisiest first; fails where their number or their t is wrong."""
    pairs = samplers.step_pairs(alpha_bar, tau)
    called_in_order(examiner, [t for t, *_ in pairs])
    x_0 = numbers(returned.value, examiner.shape, phrase("What it returned"))
    return [
        Step(*pair, f64(call.x), f64(call.answer), f64(x_prev))
        for pair, (call, x_prev) in zip(pairs, examiner.transitions(x_0))
    ]


def is_deterministic(taken: list[Step], tolerance: float = ROUGH) -> None:
    """Fail unless every step is the DDIM step at η = 0."""
    for step in taken:
        want = steps.ddim_step(step.x_t, step.eps, step.alpha_bar_t, step.alpha_bar_prev, 0.0, 0 * step.x_t)
        close(step.x_prev, want, step.after, step.scale, tolerance)


def is_stochastic(taken: list[Step], eta: float) -> None:
    """Fail unless every step has the DDIM's mean and fresh N(0, σ_t²) noise, σ_t = η √β̃_t of its own pair.

    False-alarm rate below 1e-9 for a right sampler: see `oracle.normal`.
    """
    *noisy, last = taken  # where σ = 0, and nothing is drawn
    drawn = _noise(noisy, eta) if noisy else np.zeros((0, 1))
    mean = steps.ddim_step(last.x_t, last.eps, last.alpha_bar_t, last.alpha_bar_prev, eta, 0 * last.x_t)
    close(last.x_prev, mean, last.after, last.scale)
    if noisy:
        noise.fresh_everywhere(drawn, phrase("The noise of the steps"))
        noise.normal_shape(drawn[:: max(1, len(drawn) // 10)], phrase("The noise of the steps"))


def _noise(taken: list[Step], eta: float) -> Array:
    """What is left of x_prev in each step, over σ_t; fails unless it is standard normal in each of them."""
    drawn: list[Array] = []
    for first in range(0, len(taken), TOGETHER):
        part = taken[first : first + TOGETHER]
        x_t, eps, x_prev = (np.stack([getattr(step, name) for step in part]) for name in ("x_t", "eps", "x_prev"))
        a, a_prev = (np.array([getattr(step, name) for step in part]) for name in ("alpha_bar_t", "alpha_bar_prev"))
        mean = steps.ddim_step(x_t, eps, a, a_prev, eta, 0 * x_t)
        z = (x_prev - mean) / along_first_axis(steps.ddim_sigma(a, a_prev, eta), x_t)
        for index in np.flatnonzero(~noise.are_standard_normal(z, [x_t, eps], drawn)):
            noise.standard_normal(z[index], [x_t[index], eps[index]], [*drawn, *z[:index]], part[index].where)
        drawn += [*z]
    return np.stack(drawn)
