"""The solution's samplers agree with the ones that most people use: diffusers' DDIMScheduler and DDPMScheduler.

What differs by convention is set the same on both sides: diffusers counts its steps from 0, so its t is ours less 1;
it gets our float64 table and the noise that our sampler drew; x_0 is not clipped and the last step goes to ᾱ = 1.
"""

import importlib.util

import pytest
import torch

from grader.paths import SOLUTION, STARTER

T = 1000
SHAPES = {"points": (5, 2), "images": (2, 3, 4, 4)}
SETTINGS = {"num_train_timesteps": T, "clip_sample": False, "steps_offset": 0}  # DDIM: and set_alpha_to_one
TOLERANCE = 1e-10


@pytest.fixture(scope="module")
def schedulers():
    """diffusers' two modules, imported here because that takes a second."""
    reason = "diffusers is not installed (it needs Python 3.11); make installs it with the other development tools"
    return tuple(
        pytest.importorskip(f"diffusers.schedulers.scheduling_{name}", reason=reason, exc_type=ImportError)
        for name in ("ddim", "ddpm")
    )


@pytest.fixture(scope="module")
def sampler():
    """The solution's sampler.py as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(STARTER)
        spec = importlib.util.spec_from_file_location("solution_sampler", SOLUTION / "sampler.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["linear", "cosine"])
def alpha_bar(request):
    """Our table of one of the schedules: float64, T + 1 entries, the first one 1."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(STARTER)
        from diffusion import schedule
    return getattr(schedule, f"{request.param}_schedule")(T)


@pytest.fixture
def eps_model(alpha_bar):
    """A noise predictor that is not linear and differs from step to step: it takes tanh(2 x_t + t/T) for x_0."""

    def model(x_t, t):
        alpha_bar_t = alpha_bar[t].reshape(-1, *[1] * (x_t.ndim - 1))
        x_0 = torch.tanh(2 * x_t + (t / T).to(x_t.dtype).reshape(alpha_bar_t.shape))
        return (x_t - alpha_bar_t.sqrt() * x_0) / (1 - alpha_bar_t).sqrt()

    return model


def seeded(seed=1):
    return torch.Generator().manual_seed(seed)


def start(shape):
    return torch.randn(SHAPES[shape], generator=seeded(0), dtype=torch.float64)


def theirs(scheduler, alpha_bar, eps_model, x, step):
    """diffusers' loop over scheduler.timesteps; step(eps, t, x) makes one step with that scheduler."""
    scheduler.alphas_cumprod = alpha_bar[1:]
    for t in scheduler.timesteps.tolist():
        x = step(eps_model(x, torch.full(x.shape[:1], t + 1)), t, x).prev_sample
    return x


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("S", [1, 10, 50, T])
@pytest.mark.parametrize("spacing", ["leading", "trailing"])
def test_ddim_sample(schedulers, sampler, alpha_bar, eps_model, spacing, S, eta, shape):
    """ddim_sample is DDIMScheduler's loop, with S a divisor of T (else its previous step is not the next τ)."""
    scheduler = schedulers[0].DDIMScheduler(**SETTINGS, set_alpha_to_one=True, timestep_spacing=spacing)
    scheduler.set_timesteps(S)
    noise = seeded()

    def step(eps, t, x):
        z = torch.randn(x.shape, generator=noise, dtype=x.dtype)
        return scheduler.step(eps, t, x, eta=eta, variance_noise=z)

    tau = scheduler.timesteps.flip(0) + 1
    ours = sampler.ddim_sample(eps_model, start(shape), alpha_bar, tau, eta, seeded())
    want = theirs(scheduler, alpha_bar, eps_model, start(shape), step)
    torch.testing.assert_close(ours, want, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", ["ddpm_sample", "ddim_sample"])
def test_ddpm_sample(schedulers, sampler, alpha_bar, eps_model, function, shape):
    """ddpm_sample is DDPMScheduler's loop with the fixed small variance; so is ddim_sample at η = 1 on the full chain.

    DDPMScheduler takes no noise, only a generator: from one of the same seed it draws what ours draws, step by step.
    """
    scheduler, noise = schedulers[1].DDPMScheduler(**SETTINGS, variance_type="fixed_small"), seeded()
    more = (torch.arange(1, T + 1), 1.0) if function == "ddim_sample" else ()
    ours = getattr(sampler, function)(eps_model, start(shape), alpha_bar, *more, generator=seeded())
    want = theirs(
        scheduler, alpha_bar, eps_model, start(shape), lambda eps, t, x: scheduler.step(eps, t, x, generator=noise)
    )
    torch.testing.assert_close(ours, want, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("S", [1, 10, 50, T])
def test_ddim_timesteps(schedulers, sampler, S):
    """ddim_timesteps is the trailing spacing where S divides T."""
    scheduler = schedulers[0].DDIMScheduler(**SETTINGS, timestep_spacing="trailing")
    scheduler.set_timesteps(S)
    assert torch.equal(sampler.ddim_timesteps(T, S), scheduler.timesteps.flip(0) + 1)
