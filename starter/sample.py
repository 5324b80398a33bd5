"""Draw images with a trained network and your sampler.

    python sample.py --steps 20 --eta 0                your ddim_sample
    python sample.py --ddpm                            your ddpm_sample, all 1000 steps: a few minutes on a CPU
    python sample.py --network runs/fashion/network.safetensors --images 16 --out mine.png

The same seed begins with the same noise x_T, whatever the sampler.
"""

import argparse
import sys
from pathlib import Path

try:
    import torch
    from torch import Tensor
    from tqdm import tqdm

    from diffusion import assets, checkpoints, data, plots
    from diffusion.sampling import draw_x_T, generators, image_shape, open_network
    from diffusion.schedule import linear_schedule
    from sampler import ddim_sample, ddim_timesteps, ddpm_sample
except ModuleNotFoundError as error:
    sys.exit(f"sample.py: the package {str(error.name).split('.')[0]} is missing; type: pip install '.[images]'")


def main() -> None:
    args = arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network, record = open_network(args.network, device)
    alpha_bar = linear_schedule().to(device)
    T = len(alpha_bar) - 1
    from_x_T, from_steps = generators(args.seed, device)
    x_T = draw_x_T(image_shape(network, record.get("data", "fashion")), args.images, from_x_T).to(device)
    with tqdm(total=T if args.ddpm else args.steps, unit="step", mininterval=1) as bar:

        def eps_model(x_t: Tensor, t: Tensor) -> Tensor:
            bar.update()
            return network(x_t, t)

        if args.ddpm:
            x_0 = ddpm_sample(eps_model, x_T, alpha_bar, from_steps)
        else:
            x_0 = ddim_sample(eps_model, x_T, alpha_bar, ddim_timesteps(T, args.steps), args.eta, from_steps)
    plots.save_grid(data.to_pixels(x_0), args.out)
    print(f"{args.out}: {args.images} images, {bar.total} steps")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=20, help="S, of the DDIM; default 20")
    parser.add_argument("--eta", type=float, default=0.0, help="of the DDIM; default 0")
    parser.add_argument("--ddpm", action="store_true", help="with Assignment 1's sampler instead")
    parser.add_argument("--images", type=int, default=64, help="default 64")
    parser.add_argument("--network", type=Path, help="as train.py wrote it; default the one of the assignment")
    parser.add_argument("--out", type=Path, default=Path("samples.png"), help="default samples.png")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as error:
        sys.exit(f"sample.py: your sampler.py isn't finished: {error}")
    except (assets.NoAsset, checkpoints.BadCheckpoint) as error:
        sys.exit(f"sample.py: {error}")
    except KeyboardInterrupt:
        sys.exit("sample.py: stopped")
