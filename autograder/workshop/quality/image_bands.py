"""The bands of the quality tiers: FID and roughness of many right blocks of images. Part of `make assets`.

Each draw is a block of images at η = 1 from the tier's own x_T, with noise of its own, as a student's has. By a normal
model of the draws' logarithms (FID itself is skewed), one more lies outside mean ± t·s·√(1 + 1/n) with probability
RATE, t being Student's quantile for n − 1 degrees of freedom: a prediction interval, as mean and s are not known.

Run in a tree that has the solution's sampler.py, with the checks on the path: `make assets` does so.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import stats
from tqdm import tqdm

from checks import network as quality
from diffusion import checkpoints, data
from diffusion.assets import find
from diffusion.features import FeatureNet
from diffusion.schedule import linear_schedule
from sampler import ddim_sample

RATE = 1e-6
DRAWS = {quality.CPU: {10: 200}, quality.GPU: {10: 200, 20: 200, 50: 200, 100: 200, 1000: 41}}
AT_ONCE = 10  # blocks


class Drawer:
    """Right draws on one device."""

    def __init__(self, device: str):
        self.device, self.alpha_bar = device, linear_schedule().to(device)
        self.network, _ = checkpoints.load_network(find("fashion-unet.safetensors"), device)
        self.features, _ = checkpoints.load_network(find("fashion-features.safetensors"), device, FeatureNet)

    @torch.inference_mode()
    def draw(self, block: int, blocks: list[int], S: int, seed: int) -> list[tuple[float, float]]:
        """FID and roughness of a right draw from each block's x_T at η = 1. block: images in each."""
        generator = torch.Generator(self.device).manual_seed(seed)
        x_T = torch.from_numpy(np.concatenate([quality.x_T(number)[:block] for number in blocks])).to(self.device)
        x_0 = ddim_sample(self.network, x_T, self.alpha_bar, torch.from_numpy(quality.tau_of(S)), 1.0, generator)
        seen = self.features(data.to_state(data.to_pixels(x_0)))[0].double().cpu().numpy()
        images = x_0.cpu().numpy()
        parts = [slice(i, i + block) for i in range(0, len(images), block)]
        return [(quality.fid(seen[part]), quality.roughness(images[part])) for part in parts]


def row(values: list[float]) -> dict[str, Any]:
    """What `checks.network.band` needs of the draws of one figure: of their logarithms, mean, std and quantile."""
    quantile = float(stats.t.ppf(1 - RATE / 2, len(values) - 1))
    mean, std = float(np.mean(np.log(values))), float(np.std(np.log(values), ddof=1))
    return {"draws": len(values), "mean": mean, "std": std, "quantile": quantile, "values": values}


def make(path: Path, tiers: list[str]) -> None:
    """Draw for each cell that the file does not have yet; it is written after each cell."""
    asset = json.loads(path.read_text()) if path.exists() else {}
    drawer = Drawer("cuda" if torch.cuda.is_available() else "cpu")
    cells = [(tier, S, count) for tier, sizes in DRAWS.items() for S, count in sizes.items() if tier.name in tiers]
    for tier, S, count in cells:
        if str(S) in asset.setdefault(tier.name, {}):
            continue
        drawn: list[tuple[float, float]] = []
        for first in tqdm(range(0, count, AT_ONCE), f"{tier.name}, S = {S}", disable=None):
            blocks = [draw % tier.blocks for draw in range(first, min(first + AT_ONCE, count))]
            drawn += drawer.draw(tier.block, blocks, S, 10_000 * S + first)
        fids, rough = ([round(value, 5) for value in each] for each in zip(*drawn))
        asset[tier.name][str(S)] = {"FID": row(fids), "roughness": row(rough)}
        path.write_text(json.dumps(asset) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Find the bands of the quality tiers.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--tier", nargs="+", choices=["cpu", "gpu"], default=["cpu"])
    arguments = parser.parse_args()
    make(arguments.path, arguments.tier)
