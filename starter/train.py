"""Train a noise predictor, with your `noise_prediction_loss`: on points in the plane, or on images.

    python train.py --data moons                                         points: less than a minute on a CPU
    python train.py --data fashion                                       images: an hour on two CPU cores
    python train.py --data fashion --loss score                          the same network, by your score_matching_loss
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

from diffusion import command_line, console, faults

try:
    import torch
    from torch import Generator, Tensor, nn
    from tqdm import tqdm

    from diffusion import checkpoints, data, processes, toy
    from diffusion.mlp import NoiseMLP
    from diffusion.phrases import phrase
    from diffusion.recipe import Recipe, Refused
    from diffusion.schedule import linear_schedule
    from diffusion.training import Training
    from diffusion.unet import UNet
    from sampler import noise_prediction_loss
except Exception as error:
    sys.exit(f"train.py: {faults.sentence(error)}")


def score_loss(network: nn.Module, x_0: Tensor, t: Tensor, eps: Tensor, alpha_bar: Tensor) -> Tensor:
    """Your score_matching_loss of the score that the network's noise stands for, by your score_from_eps.

    So what is trained is a noise predictor, too, and every sampler can use it. Arguments as in 1.3.
    """
    from score import score_from_eps, score_matching_loss  # here, as 1.3 needs no score.py

    def score_model(x_t: Tensor, t: Tensor) -> Tensor:
        return score_from_eps(network(x_t, t), alpha_bar[t])

    return score_matching_loss(score_model, x_0, t, eps, alpha_bar)


POINTS = 20_000  # of a 2-D set
LOSSES = {"noise": noise_prediction_loss, "score": score_loss}
DEFAULTS = {  # steps, batch, Adam's highest learning rate, decay of the weights' average
    "points": (6000, 512, 4e-3, 0.99),
    "images": (9000, 64, Recipe.lr, Recipe.ema),
}


def main() -> None:
    console.spell_out()
    args = arguments()
    word = phrase("points") if args.kind == "points" else phrase("images")
    device = processes.join()
    with processes.rank_0_first():
        recipe = Recipe(args.data, args.steps, args.batch, args.lr, ema=args.ema, seed=args.seed, match=args.loss)
        x_0 = load(args.data)
        torch.manual_seed(args.seed)
        network = build(x_0, args)
        args.out.mkdir(parents=True, exist_ok=True)
    loss = LOSSES[args.loss]
    training = Training(network.to(device), loss, x_0.to(device), linear_schedule(), recipe, args.out)
    if processes.RANK == 0:
        start = phrase(
            "{count:,} training {kind}; from step {step:,} to {steps:,}",
            count=len(x_0),
            kind=word,
            step=training.step,
            steps=recipe.steps,
        )
        print(start, flush=True)
    with progress(training) as report:
        training.run(report)
    if processes.RANK == 0:
        path, record = args.out / "network.safetensors", about(training, device)
        checkpoints.save_network(path, training.ema.module, record)
        seen = record["images_seen"]
        print(
            phrase(
                "{path}: loss {loss:.4f} after {count:,} {kind}", path=path, loss=record["loss"], count=seen, kind=word
            )
        )


def arguments() -> argparse.Namespace:
    parser = command_line.parser(phrase(__doc__))
    parser.add_argument("--data", choices=[*toy.SETS, *data.NAMES], default="fashion", help=phrase("default fashion"))
    parser.add_argument(
        "--loss", choices=LOSSES, default="noise", help=phrase("what the loss compares: the noise, or the score")
    )
    parser.add_argument(
        "--out", type=Path, help=phrase("a folder; default runs/fashion, or what --data and --loss say")
    )
    parser.add_argument("--steps", type=int, help=phrase("default 9000 for images, 6000 for points"))
    parser.add_argument(
        "--batch", type=int, help=phrase("items a step, over all processes; default 64 images or 512 points")
    )
    parser.add_argument(
        "--lr", type=float, help=phrase("Adam's highest learning rate; default 1.5e-3 images, 4e-3 points")
    )
    parser.add_argument(
        "--ema", type=float, help=phrase("decay of the weights' average; default 0.999 images, 0.99 points")
    )
    parser.add_argument("--seed", type=int, default=0, help=phrase("default 0"))
    unet = parser.add_argument_group(phrase("the network for images, a U-Net"))
    unet.add_argument("--patch", type=int, default=2, help=phrase("pixels to a side; default 2, DDPM has 1"))
    unet.add_argument("--channels", type=int, nargs="+", default=[32, 64], help=phrase("of each level; default 32 64"))
    unet.add_argument("--blocks", type=int, nargs="+", default=[1, 2], help=phrase("of each level; default 1 2"))
    unet.add_argument(
        "--attention", type=int, nargs="+", default=[0, 1], help=phrase("0 or 1 for each level; default 0 1")
    )
    unet.add_argument("--dropout", type=float, default=0.0, help=phrase("default 0, DDPM has 0.1"))
    args = parser.parse_args()
    args.kind = "points" if args.data in toy.SETS else "images"
    args.out = args.out or Path("runs") / (args.data if args.loss == "noise" else f"{args.data}-{args.loss}")
    for name, default in zip(("steps", "batch", "lr", "ema"), DEFAULTS[args.kind]):
        if getattr(args, name) is None:
            setattr(args, name, default)
    return args


def load(name: str) -> Tensor:
    """All x_0 to train on: points (N, 2) float32, always the same, or images (N, C, H, W) uint8. Raises NoData."""
    if name in toy.SETS:
        return toy.SETS[name]().sample(POINTS, Generator().manual_seed(0))
    return data.load(name)[0]


def build(x_0: Tensor, args: argparse.Namespace) -> nn.Module:
    """The network that the arguments ask for. Raises Refused where it cannot be, or the images don't fit it."""
    if args.kind == "points":
        return NoiseMLP()
    _, colours, *size = x_0.shape
    try:
        network = UNet(colours, args.patch, args.channels, args.blocks, args.attention, args.dropout)
        network.check_size(*size)
    except ValueError as error:
        raise Refused(error.args[0]) from error
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
                line = phrase(
                    "step {step} of {steps}, loss {loss:.4f}, {left:.0f} minutes left",
                    step=step,
                    steps=steps,
                    loss=loss,
                    left=left,
                )
                print(line, file=sys.stderr, flush=True)

        yield report


def about(training: Training, device: torch.device) -> dict:
    """The record of a training that has come to its end, for the header of the network's file."""
    recipe = training.recipe
    return {
        **asdict(recipe),
        "images_seen": recipe.steps * recipe.batch,
        "training_images": len(training.data),
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
    except (Refused, data.NoData, checkpoints.BadCheckpoint, OSError) as error:
        fault = f"train.py: {error}"
    except KeyboardInterrupt:
        fault = f"train.py: {phrase('stopped; the same command goes on from the last checkpoint')}"
    except Exception as error:
        fault = f"train.py: {faults.sentence(error)}"
    processes.leave(fault)
