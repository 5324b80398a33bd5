"""Draw images, or points, with a trained network and your sampler.

    python sample.py --steps 20 --eta 0                your ddim_sample, the network of the assignment
    python sample.py --ddpm                            your ddpm_sample, all 1000 steps: a few minutes on a CPU
    python sample.py --data moons --steps 20           points, the network that `python train.py --data moons` made

The same seed begins with the same noise x_T, whatever the sampler.
"""

import argparse
import sys
from pathlib import Path

from diffusion import command_line, console, faults

try:
    import torch
    from torch import Generator, Tensor
    from tqdm import tqdm

    import sampler
    from diffusion import assets, checkpoints, data, plots, toy
    from diffusion.phrases import phrase
    from diffusion.sampling import draw_x_T, generators, open_network, state_shape
    from diffusion.schedule import linear_schedule
except Exception as error:
    sys.exit(f"sample.py: {faults.sentence(error)}")


class Refused(Exception):
    """What was asked for cannot be drawn; the message says why, and what can be done."""


def main() -> None:
    console.spell_out()
    args = arguments()
    ddpm = args.ddpm or not hasattr(sampler, "ddim_sample")  # of a course that ends with Assignment 1
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network, name = open_network(args.network or trained_on(args.data), device)
    count = args.count or (2000 if name in toy.SETS else 64)
    alpha_bar = linear_schedule().to(device)
    T = len(alpha_bar) - 1
    if not (1 <= args.steps <= T and args.eta >= 0 and count >= 1):
        raise Refused(phrase("expected 1 to {T} steps, an eta of 0 or more, and at least one image or point", T=T))
    from_x_T, from_steps = generators(args.seed, device)
    x_T = draw_x_T(state_shape(network, name), count, from_x_T).to(device)
    tau = None if ddpm else sampler.ddim_timesteps(T, args.steps)
    with tqdm(total=T if ddpm else args.steps, unit="step", mininterval=1, disable=None) as bar:

        def eps_model(x_t: Tensor, t: Tensor) -> Tensor:
            bar.update()
            return network(x_t, t)

        if ddpm:
            x_0 = sampler.ddpm_sample(eps_model, x_T, alpha_bar, from_steps)
        else:
            x_0 = sampler.ddim_sample(eps_model, x_T, alpha_bar, tau, args.eta, from_steps)
    if x_0.shape != x_T.shape or not x_0.isfinite().all():
        raise Refused(phrase("your sampler gave NaN, or a state of another shape than x_T; make test says more"))
    how = phrase("{T} steps of DDPM", T=T) if ddpm else f"S = {args.steps}, η = {args.eta:g}"
    if name in toy.SETS:
        real = toy.SETS[name]().sample(count, Generator().manual_seed(args.seed))
        plots.save_points(real, x_0.cpu(), f"{name}: {how}", args.out)
        drawn = phrase("{count:,} points, {how}", count=count, how=how)
    else:
        plots.save_grid(data.to_pixels(x_0), args.out)
        drawn = phrase("{count:,} images, {how}", count=count, how=how)
    print(f"{args.out}: {drawn}")


def trained_on(name: str | None) -> Path | None:
    """The network that train.py made of a set of data. Raises Refused where it hasn't yet."""
    if name is None:
        return None
    path = Path("runs") / name / "network.safetensors"
    if not path.exists():
        raise Refused(
            phrase(
                "there is no {path} yet; to train it: make train DATA={name}, or python train.py --data {name}",
                path=path,
                name=name,
            )
        )
    return path


def arguments() -> argparse.Namespace:
    parser = command_line.parser(phrase(__doc__))
    parser.add_argument("--steps", type=int, default=20, help=phrase("S, of the DDIM; default 20"))
    parser.add_argument("--eta", type=float, default=0.0, help=phrase("of the DDIM; default 0"))
    parser.add_argument("--ddpm", action="store_true", help=phrase("with Assignment 1's sampler instead"))
    sets = [*toy.SETS, *data.NAMES]
    parser.add_argument(
        "--data", choices=sets, help=phrase("your own network of this set; default the one of the assignment")
    )
    parser.add_argument("--network", type=Path, help=phrase("a network that train.py wrote, wherever it is"))
    parser.add_argument(
        "--images", "--points", type=int, dest="count", help=phrase("how many; default 64 images, 2000 points")
    )
    parser.add_argument("--out", type=Path, default=Path("samples.png"), help=phrase("default samples.png"))
    parser.add_argument("--seed", type=int, default=0, help=phrase("default 0"))
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as error:
        said = phrase("your {file} isn't finished: {todo}", file="sampler.py", todo=error)
        if "TODO 2" in str(error):
            said = phrase("{said}; with DDPM=1, or --ddpm, it takes Assignment 1's sampler", said=said)
        sys.exit(f"sample.py: {said}")
    except (Refused, assets.NoAsset, checkpoints.BadCheckpoint, OSError) as error:
        sys.exit(f"sample.py: {error}")
    except KeyboardInterrupt:
        sys.exit(f"sample.py: {phrase('stopped')}")
    except Exception as error:
        sys.exit(f"sample.py: {faults.sentence(error)}")
