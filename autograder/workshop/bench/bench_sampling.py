"""The second half of `make bench`: the solution's samplers and a training step, beside diffusers'.

It wants solution/ and starter/ on the path, and runs in this process, on one thread; its seconds are the processor's.
What is compared runs in turns, so a ratio is of two runs that followed each other.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from diffusers import DDIMPipeline, DDIMScheduler, DDPMScheduler, UNet2DModel
from torch import Tensor, nn

from diffusion.schedule import linear_schedule
from diffusion.training import Recipe, Training
from diffusion.unet import UNet
from sampler import ddim_sample, ddim_timesteps, noise_prediction_loss

SIZE, BATCH = 28, 64  # of the images of Fashion-MNIST, and of one step of training on them
THEIRS = {"clip_sample": False, "timestep_spacing": "trailing"}  # as in our sampler
Note = Callable[[str, float], None]
EpsModel = Callable[[Tensor, Tensor], Tensor]


def compare(note: Note) -> None:
    """Measure everything, in less than a minute; note(name, value) hears each figure of each round."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with torch.no_grad():
        _overhead(note)
        _loops(note)
    _training(note)


def _overhead(note: Note, steps: int = 50) -> None:
    """What a step of the plain DDIM loop costs beside the network: with a free one, which answers with its input."""
    for batch in (1, 16):
        x = torch.randn(batch, 3, 32, 32)
        ours = _our_loop(lambda x_t, t: x_t, x, steps)
        theirs = _their_loop(lambda x_t, t: SimpleNamespace(sample=x_t), x, steps)
        for seconds in _in_turns([ours, theirs], rounds=100):
            micros = [1e6 * each / steps for each in seconds]
            note(f"DDIM step beside the network, B = {batch}, µs", micros[0])
            note(f"  with diffusers' scheduler, B = {batch}, µs", micros[1])
            note(f"  ratio to diffusers' scheduler, B = {batch}", micros[0] / micros[1])


def _loops(note: Note) -> None:
    """How much longer a whole DDIM loop takes than its calls of the network, which is our U-Net for all."""
    network = _Clocked(UNet().eval())
    for batch, steps, rounds in ((1, 50, 15), (64, 5, 7)):
        x = torch.randn(batch, 1, SIZE, SIZE)
        pipeline = DDIMPipeline(_AsTheirs(network), DDIMScheduler(**THEIRS))
        pipeline.set_progress_bar_config(disable=True)
        runs: dict[str, Callable[[], Any]] = {
            "ddim_sample": _our_loop(network, x, steps),
            "diffusers' scheduler": _their_loop(_AsTheirs(network), x, steps),
            "diffusers' pipeline": partial(pipeline, batch, num_inference_steps=steps, output_type="pt"),
        }
        for _ in range(rounds):
            for name, run in runs.items():
                network.seconds = 0.0
                seconds = _seconds(run)
                note(f"call of the network, B = {batch}, ms", 1000 * network.seconds / steps)
                note(f"  loop of {steps} on top of its calls: {name}, %", 100 * (seconds / network.seconds - 1))


def _training(note: Note) -> None:
    """One step of our training, and the usual one of diffusers with a network of about as many parameters."""
    data, recipe = torch.randn(512, 1, SIZE, SIZE), Recipe("random", steps=1000, batch=BATCH)
    with tempfile.TemporaryDirectory() as folder:
        training = Training(UNet(), noise_prediction_loss, data, linear_schedule(), recipe, Path(folder))
    blocks = {"down_block_types": ("DownBlock2D", "AttnDownBlock2D"), "up_block_types": ("AttnUpBlock2D", "UpBlock2D")}
    theirs = UNet2DModel(SIZE, 1, 1, block_out_channels=(40, 72), layers_per_block=1, norm_num_groups=8, **blocks)
    scheduler, adam = DDPMScheduler(), torch.optim.Adam(theirs.parameters(), lr=recipe.lr)

    def their_step() -> None:
        x_0, t, eps = training.batch(training.step)
        answer = theirs(scheduler.add_noise(x_0, eps, t - 1), t - 1).sample
        adam.zero_grad()
        nn.functional.mse_loss(answer, eps).backward()
        nn.utils.clip_grad_norm_(theirs.parameters(), recipe.clip)
        adam.step()

    sizes = [sum(p.numel() for p in network.parameters()) / 1e6 for network in (training.network, theirs)]
    for seconds in _in_turns([training.advance, their_step], rounds=7):
        note(f"training step, {BATCH} images, {sizes[0]:.2f} M parameters, ms", 1000 * seconds[0])
        note(f"  diffusers' UNet2DModel, {sizes[1]:.2f} M parameters, ms", 1000 * seconds[1])
        note("  ratio to diffusers' training step", seconds[0] / seconds[1])


@dataclass
class _Clocked:
    """The network, and the seconds that are spent in it."""

    network: EpsModel
    seconds: float = 0.0

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        started = time.process_time()
        eps = self.network(x_t, t)
        self.seconds += time.process_time() - started
        return eps


@dataclass(frozen=True)
class _AsTheirs:
    """Our network as diffusers wants one: t from 0, one for all images, and an answer with `.sample`."""

    network: EpsModel
    dtype = torch.float32
    config = SimpleNamespace(sample_size=SIZE, in_channels=1)

    def __call__(self, x_t: Tensor, t: Tensor) -> SimpleNamespace:
        return SimpleNamespace(sample=self.network(x_t, t.expand(len(x_t)) + 1))


def _our_loop(eps_model: EpsModel, x: Tensor, steps: int) -> Callable[[], Any]:
    return partial(ddim_sample, eps_model, x, linear_schedule(), ddim_timesteps(1000, steps))


def _their_loop(model: Any, x: Tensor, steps: int) -> Callable[[], Any]:
    scheduler = DDIMScheduler(**THEIRS)
    scheduler.set_timesteps(steps)

    def loop() -> None:
        x_t = x
        for t in scheduler.timesteps:
            x_t = scheduler.step(model(x_t, t).sample, t, x_t).prev_sample

    return loop


def _seconds(run: Callable[[], Any]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _in_turns(runs: list[Callable[[], Any]], rounds: int) -> list[list[float]]:
    """The seconds of each run in each round, after one round that warms up."""
    return [[_seconds(run) for run in runs] for _ in range(rounds + 1)][1:]
