"""Train a noise predictor on images, with your `noise_prediction_loss`.

    python train.py --data fashion                                       one process
    torchrun --standalone --nproc-per-node 2 train.py --data fashion     two: faster where there is no GPU

It can be stopped at any moment; the same command goes on where it was. What comes out, in --out:
network.safetensors (for sample.py and evaluate.py), metrics.csv, checkpoint.safetensors (to go on from).
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

import torch
from tqdm import tqdm

from diffusion import checkpoints, data, processes
from diffusion.recipe import Recipe, Refused
from diffusion.schedule import linear_schedule
from diffusion.training import Training
from diffusion.unet import UNet
from sampler import noise_prediction_loss


def main() -> None:
    args = arguments()
    device = processes.join()
    with processes.rank_0_first():
        recipe = Recipe(args.data, args.steps, args.batch, args.lr, seed=args.seed)
        images, _ = data.load(args.data)
        torch.manual_seed(args.seed)
        network = build(images, args)
        args.out.mkdir(parents=True, exist_ok=True)
    training = Training(
        network.to(device), noise_prediction_loss, images.to(device), linear_schedule(), recipe, args.out
    )
    if processes.RANK == 0:
        print(f"{len(images):,} training images; from step {training.step:,} to {recipe.steps:,}", flush=True)
    with progress(training) as report:
        training.run(report)
    if processes.RANK == 0:
        path, record = args.out / "network.safetensors", about(training, device)
        checkpoints.save_network(path, training.ema.module, record)
        print(f"{path}: loss {record['loss']:.4f} after {record['images_seen']:,} images")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", choices=data.NAMES, default="fashion")
    parser.add_argument("--out", type=Path, default=Path("runs/fashion"), help="a folder; default runs/fashion")
    parser.add_argument("--steps", type=int, default=9000, help="default 9000: an hour on two CPU cores")
    parser.add_argument("--batch", type=int, default=64, help="images a step, over all processes; default 64")
    parser.add_argument("--lr", type=float, default=1.5e-3, help="Adam's highest learning rate; default 1.5e-3")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patch", type=int, default=2, help="pixels to a side; default 2, DDPM has 1")
    parser.add_argument("--channels", type=int, nargs="+", default=[32, 64], help="of each level; default 32 64")
    parser.add_argument("--blocks", type=int, nargs="+", default=[1, 2], help="of each level; default 1 2")
    parser.add_argument("--attention", type=int, nargs="+", default=[0, 1], help="0 or 1 for each level; default 0 1")
    parser.add_argument("--dropout", type=float, default=0.0, help="default 0, DDPM has 0.1")
    return parser.parse_args()


def build(images: torch.Tensor, args: argparse.Namespace) -> UNet:
    """The network that the arguments ask for. Raises Refused where it cannot be, or the images don't fit it."""
    _, colours, *size = images.shape
    try:
        network = UNet(colours, args.patch, args.channels, args.blocks, args.attention, args.dropout)
        network.check_size(*size)
    except ValueError as error:
        raise Refused(str(error)) from error
    return network


@contextmanager
def progress(training: Training) -> Iterator[Callable[[int, float, float], None]]:
    """What shows how far the training is: a bar on a terminal; elsewhere, for a log, a line a minute."""
    steps, said = training.recipe.steps, time.monotonic()
    with tqdm(
        total=steps, initial=training.step, unit="step", disable=processes.RANK > 0 or not sys.stderr.isatty()
    ) as bar:

        def report(step: int, loss: float, seconds: float) -> None:
            nonlocal said
            if not bar.disable:
                bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
                bar.update(step - bar.n)
            elif processes.RANK == 0 and time.monotonic() - said >= 60:
                said, left = time.monotonic(), seconds / step * (steps - step) / 60
                print(f"step {step} of {steps}, loss {loss:.4f}, {left:.0f} minutes left", file=sys.stderr, flush=True)

        yield report


def about(training: Training, device: torch.device) -> dict:
    """The record of a training that has come to its end, for the header of the network's file."""
    recipe = training.recipe
    return {
        **asdict(recipe),
        "images_seen": recipe.steps * recipe.batch,
        "training_images": len(training.images),
        "loss": training.last_loss(),
        "seconds": round(training.seconds),
        "processes": training.world,
        "machine": processes.machine(device),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
    }


if __name__ == "__main__":
    fault = ""
    try:
        main()
    except (Refused, data.NoData, checkpoints.BadCheckpoint, NotImplementedError, OSError) as error:
        fault = f"train.py: {error}"
    except KeyboardInterrupt:
        fault = "train.py: stopped; the same command goes on from the last checkpoint"
    processes.leave(fault)
