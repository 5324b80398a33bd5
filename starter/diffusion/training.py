"""Training a noise predictor (DDPM, Algorithm 1), so that it can be stopped at any moment and go on later.

Batch n depends on the seed and on n alone. So a run that was killed goes on as if it had not been, to the same weights
(on a CPU to the last digit), and several processes, each with its share of every batch, do what one would.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
import torch.distributed as dist
from torch import Generator, Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from diffusion import checkpoints
from diffusion.data import to_state
from diffusion.phrases import phrase
from diffusion.processes import RANK, rank_0_first
from diffusion.recipe import Recipe, Refused

Loss = Callable[[nn.Module, Tensor, Tensor, Tensor, Tensor], Tensor]  # as sampler.noise_prediction_loss
COLUMNS = ("step", "images", "loss", "seconds")  # of metrics.csv; the loss is the mean since the row above
ROW_STEPS = 50
SAVE_SECONDS = 30.0  # a kill loses at most this much, and one step


class Training:
    """One training, in `folder`: `checkpoint.safetensors` to go on from, and `metrics.csv`."""

    def __init__(self, network: nn.Module, loss: Loss, data: Tensor, alpha_bar: Tensor, recipe: Recipe, folder: Path):
        """data: images (N, C, H, W), uint8, or points (N, 2), float32, on the device of the network.

        network: a UNet or a NoiseMLP; alpha_bar: (T + 1,). Goes on from the checkpoint in `folder`, if there is one.
        Raises Refused or BadCheckpoint.
        """
        self.network, self.loss, self.recipe = network, loss, recipe
        self.data, self.alpha_bar = data, alpha_bar.to(data.device)
        self.checkpoint, self.metrics = folder / "checkpoint.safetensors", folder / "metrics.csv"
        self.world = dist.get_world_size() if dist.is_initialized() else 1
        self.ema = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.ema))
        self.adam = torch.optim.Adam(network.parameters(), lr=recipe.lr)
        self.step, self.seconds = 0, 0.0
        self.rows: list[list[float]] = []  # of the metrics
        self.losses: list[Tensor] = []  # of the steps since the last row
        with rank_0_first():
            recipe.check_batch(len(data), self.world)
            if self.checkpoint.exists():
                self._resume()
            self._write_metrics()  # without the rows of steps that will be made again
        self.model = DistributedDataParallel(network) if self.world > 1 else network  # averages the gradients

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """This process's share of batch number `step`: x_0, t and eps."""
        size, device = self.recipe.batch, self.data.device
        draw = {"generator": Generator(device).manual_seed(self.recipe.seed_of(step)), "device": device}
        chosen = torch.randint(len(self.data), (size,), **draw)
        t = torch.randint(1, len(self.alpha_bar), (size,), **draw)
        eps = torch.randn(size, *self.data.shape[1:], **draw)
        mine = slice(RANK, None, self.world)
        x_0 = self.data[chosen[mine]]
        return to_state(x_0) if x_0.dtype == torch.uint8 else x_0, t[mine], eps[mine]

    def advance(self) -> Tensor:
        """One step of Adam on the next batch; returns the loss, the mean over all processes."""
        for group in self.adam.param_groups:
            group["lr"] = self.recipe.lr_at(self.step)
        torch.manual_seed(self.recipe.seed_of(self.step) + 1 + RANK)  # for dropout
        loss = self.loss(self.model, *self.batch(self.step), self.alpha_bar)
        self.adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self.adam.step()
        self.ema.update_parameters(self.network)
        self.step += 1
        loss = loss.detach().float() / self.world
        if self.world > 1:
            dist.all_reduce(loss)
        return loss

    def run(self, report: Callable[[int, float, float], None]) -> None:
        """Train to the last step; report(step, loss, seconds) hears of each new row of the metrics."""
        began, saved = time.monotonic() - self.seconds, time.monotonic()
        while self.step < self.recipe.steps:
            self.losses.append(self.advance())
            self.seconds = time.monotonic() - began
            last = self.step == self.recipe.steps
            if self.step % ROW_STEPS == 0 or last:
                report(self.step, self._add_row(), self.seconds)
            if time.monotonic() - saved >= SAVE_SECONDS or last:
                self._save()
                saved = time.monotonic()

    def last_loss(self, rows: int = 20) -> float:
        """The mean of the last rows of the metrics."""
        return fmean(loss for _, _, loss, _ in self.rows[-rows:])

    def _add_row(self) -> float:
        loss = float(torch.stack(self.losses).mean())
        if not math.isfinite(loss):
            raise Refused(
                phrase(
                    "the loss is {loss} at step {step}; begin again in another folder, with a smaller lr",
                    loss=loss,
                    step=self.step,
                )
            )
        self.losses.clear()
        self.rows.append([self.step, self.step * self.recipe.batch, round(loss, 6), round(self.seconds, 1)])
        self._write_metrics()
        return loss

    def _write_metrics(self) -> None:
        if RANK == 0:
            lines = [",".join(map(str, row)) + "\n" for row in (COLUMNS, *self.rows)]
            checkpoints.replace(self.metrics, "".join(lines).encode())

    def _identity(self) -> dict[str, Any]:
        """What must stay the same for a training to go on, as the checkpoint's header has it."""
        identity = {**asdict(self.recipe), "training_images": len(self.data), **self.network.config}
        return json.loads(json.dumps(identity))

    def _save(self) -> None:
        """Write all that is needed to go on from here; what was there before is replaced in one step."""
        if RANK == 0:
            parts = {"network": self.network.state_dict(), "ema": self.ema.state_dict()}
            parts |= {f"adam.{i}": state for i, state in self.adam.state_dict()["state"].items()}
            tensors = {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}
            tensors["losses"] = torch.stack(self.losses) if self.losses else torch.empty(0)
            about = {"recipe": self._identity(), "step": self.step, "seconds": self.seconds, "rows": self.rows}
            checkpoints.write(self.checkpoint, tensors, **about)

    def _resume(self) -> None:
        """Go on from the checkpoint. Raises Refused where it is of another training."""
        tensors, about = checkpoints.read(self.checkpoint)
        begun, now = about.get("recipe"), self._identity()
        if not isinstance(begun, dict):
            raise checkpoints.BadCheckpoint(phrase("{path} is not the checkpoint of a training", path=self.checkpoint))
        if changed := [name for name in now if begun.get(name) != now[name]]:
            others = (
                phrase("{name} {then}, not {now}", name=name, then=begun.get(name), now=now[name]) for name in changed
            )
            raise Refused(
                phrase(
                    "the training in {folder} was begun with {others}: go on with the same, or choose another folder",
                    folder=self.checkpoint.parent,
                    others="; ".join(others),
                )
            )

        def part(name: str) -> dict[str, Tensor]:
            return {key.removeprefix(name): value for key, value in tensors.items() if key.startswith(name)}

        adam = self.adam.state_dict()
        adam["state"] = {i: part(f"adam.{i}.") for group in adam["param_groups"] for i in group["params"]}
        self.network.load_state_dict(part("network."))
        self.ema.load_state_dict(part("ema."))
        self.adam.load_state_dict(adam)
        self.losses = list(tensors["losses"].to(self.data.device))
        self.step, self.seconds, self.rows = about["step"], about["seconds"], about["rows"]
