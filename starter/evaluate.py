"""Measure your DDIM on images: FID, KID and IS for each number of steps S and each eta.

    python evaluate.py                                            the lecture's table, 2000 images a cell
    python evaluate.py --steps 10 20 --etas 0 1 --images 1000     a part of it
    python evaluate.py --network runs/fashion/network.safetensors --out runs/mine

It can be stopped at any moment; the same command goes on where it was, also after a change of sampler.py that the
DDIM doesn't see. What comes out, in --out: figures.csv, one row a cell; fid.png, the table as a map; grid.png, images
of every cell from the same x_T.
Every x_T is drawn on the CPU and is the same everywhere; the noise of the steps (eta > 0) depends on the kind of device
and, a little, on --batch.
"""

import argparse
import hashlib
import sys
import time
from pathlib import Path

from diffusion import command_line, console, faults

try:
    import torch
    from torch import Tensor
    from tqdm import tqdm

    import sampler
    from diffusion import checkpoints, data, metrics, toy
    from diffusion.assets import NoAsset, find
    from diffusion.checkpoints import BadCheckpoint
    from diffusion.data import NoData
    from diffusion.phrases import phrase
    from diffusion.results import OtherSettings, Results
    from diffusion.sampling import draw_x_T, generators, open_network, state_shape
    from diffusion.schedule import linear_schedule
    from diffusion.source import digest
    from sampler import ddim_sample, ddim_timesteps
except Exception as error:
    sys.exit(f"evaluate.py: {faults.sentence(error)}")

SHOWN = 9  # images of a cell that are kept for grid.png


class Refused(Exception):
    """This evaluation cannot be made; the message says why, and what can be done."""


def main() -> None:
    console.spell_out()
    args = arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network, trained_on = open_network(args.network, device)
    name = args.data or trained_on
    if trained_on in toy.SETS:
        raise Refused(
            phrase("{path} draws points, and FID, KID and IS are of images; sample.py shows points", path=args.network)
        )
    if name != "fashion" and not args.features:
        raise Refused(
            phrase(
                "the shipped feature network knows Fashion-MNIST only; for {name} give Inception's --features",
                name=name,
            )
        )
    extractor = metrics.inception(args.features, device) if args.features else metrics.shipped_extractor(device)
    shape = state_shape(network, name)
    metrics.require(args.images, metrics.extract(extractor, torch.zeros(1, *shape, dtype=torch.uint8))[0].shape[1])
    alpha_bar = linear_schedule().to(device)
    T = len(alpha_bar) - 1
    if not all(1 <= S <= T for S in args.steps) or not all(0 <= eta <= 1 for eta in args.etas):
        raise Refused(phrase("expected every S in 1 … {T} and every eta in 0 … 1", T=T))
    decisive = settings(args, name)
    results = Results(args.out, decisive)
    real = reference(args, decisive, extractor)
    missing = [(S, eta) for S in args.steps for eta in args.etas if not results.has(S, eta)]
    if missing and len(missing) < len(args.steps) * len(args.etas):
        done = phrase(
            "{folder} has some of the table already; {count} cells are left to do", folder=args.out, count=len(missing)
        )
        print(done, file=sys.stderr)
    calls = sum(S for S, _ in missing) * args.images
    with tqdm(total=calls, unit="call", unit_scale=True, mininterval=2, disable=not calls) as bar:

        def eps_model(x_t: Tensor, t: Tensor) -> Tensor:
            bar.update(len(x_t))
            return network(x_t, t)

        for S, eta in missing:
            bar.set_description(f"S {S}, η {eta:g}")
            began = time.monotonic()
            pixels = sample(eps_model, shape, alpha_bar, S, eta, args)
            features, logits = metrics.extract(extractor, pixels)
            figures = metrics.measure(features, logits, real, args.seed)
            seconds = round(time.monotonic() - began, 1)
            results.add(S, eta, {"images": args.images, **figures, "seconds": seconds}, pixels[:SHOWN])
    print(results.tables(args.steps, args.etas))
    results.draw(args.steps, args.etas)
    print(f"{args.out}: figures.csv, fid.png, grid.png")


def sample(eps_model, shape: tuple[int, int, int], alpha_bar: Tensor, S: int, eta: float, args) -> Tensor:
    """The images of one cell, (N, C, H, W) uint8."""
    from_x_T, from_steps = generators(args.seed, alpha_bar.device)
    tau, pixels = ddim_timesteps(len(alpha_bar) - 1, S), []
    batch = args.batch or (1000 if alpha_bar.is_cuda else 250)
    for first in range(0, args.images, batch):
        x_T = draw_x_T(shape, min(batch, args.images - first), from_x_T).to(alpha_bar.device)
        x_0 = ddim_sample(eps_model, x_T, alpha_bar, tau, eta, from_steps)
        if x_0.shape != x_T.shape or not x_0.isfinite().all():
            raise Refused(
                phrase("ddim_sample gave no images, or NaN, at S = {S}, η = {eta:g}; make test says more", S=S, eta=eta)
            )
        pixels.append(data.to_pixels(x_0).cpu())
    return torch.cat(pixels)


def reference(args: argparse.Namespace, decisive: dict, extractor: metrics.Extractor) -> metrics.Reference:
    """Of the training images: for Inception made once and kept in --out, otherwise shipped."""
    if not args.features:
        return metrics.shipped_reference()
    path = args.out / f"reference-{decisive['data']}-{decisive['features']}.safetensors"
    if not path.exists():
        print(phrase("{path} is missing: it is made once, from all training images", path=path), file=sys.stderr)
        checkpoints.write(path, metrics.reference(data.load(decisive["data"])[0], extractor))
    return metrics.Reference.of(checkpoints.read(path)[0])


def settings(args: argparse.Namespace, name: str) -> dict[str, str | int]:
    """What decides the figures of a cell; files by the beginning of their sha256, sampler.py by what the DDIM is."""
    files = {
        "network": args.network or find("fashion-unet.safetensors"),
        "features": args.features or find("fashion-features.safetensors"),
    }
    digests = {each: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for each, path in files.items()}
    digests["sampler.py"] = digest(Path(sampler.__file__).read_text("utf-8"), "ddim_sample", "ddim_timesteps")
    return {"data": name, "images": args.images, "seed": args.seed, **digests}


def arguments() -> argparse.Namespace:
    parser = command_line.parser(phrase(__doc__))
    parser.add_argument(
        "--steps", type=int, nargs="+", default=[5, 10, 20, 50, 100], help=phrase("S; default 5 10 20 50 100")
    )
    parser.add_argument(
        "--etas", type=float, nargs="+", default=[0.0, 0.2, 0.5, 1.0], help=phrase("default 0 0.2 0.5 1")
    )
    parser.add_argument("--images", type=int, default=2000, help=phrase("of each cell; default 2000"))
    parser.add_argument("--network", type=Path, help=phrase("as train.py wrote it; default the one of the assignment"))
    parser.add_argument(
        "--data", choices=data.NAMES, help=phrase("to compare with; default what the network was trained on")
    )
    parser.add_argument(
        "--features", type=Path, help=phrase("torch-fidelity's Inception weights; default the shipped network")
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs/evaluate"), help=phrase("a folder; default runs/evaluate")
    )
    parser.add_argument("--seed", type=int, default=0, help=phrase("default 0"))
    parser.add_argument("--batch", type=int, help=phrase("images at a time; default 1000 with CUDA, 250 without"))
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (Refused, OtherSettings, metrics.TooFewImages, NoAsset, NoData, BadCheckpoint, OSError) as error:
        sys.exit(f"evaluate.py: {error}")
    except KeyboardInterrupt:
        sys.exit(f"evaluate.py: {phrase('stopped; the same command goes on after the last finished cell')}")
    except Exception as error:
        sys.exit(f"evaluate.py: {faults.sentence(error)}")
