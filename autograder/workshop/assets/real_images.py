"""What `assets/` keeps of the real images, Fashion-MNIST: a part of them, their moments, their features.

Run in the tree that `make assets` lays, for example:
python -m workshop.assets.real_images moments assets/fashion-statistics.npz
"""

import argparse
import gzip
from math import prod
from pathlib import Path

import numpy as np

PART = {  # the files of Fashion-MNIST, and how many of their images or labels the part has
    "train-images-idx3-ubyte": 10_000,
    "train-labels-idx1-ubyte": 10_000,
    "t10k-images-idx3-ubyte": 2_000,
    "t10k-labels-idx1-ubyte": 2_000,
}


def part(out: Path, raw: Path) -> None:
    """Write the first images and labels of the files in `raw` to the folder `out`, each packed as `name.gz`."""
    out.mkdir(parents=True, exist_ok=True)
    for name, count in PART.items():
        with (out / f"{name}.gz").open("wb") as file:
            with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:  # no name and no date: the same bytes every time
                packed.write(first((raw / name).read_bytes(), count))


def first(idx: bytes, count: int) -> bytes:
    """An idx file of bytes with its first items only.

    It has two zeros, a type, the number of dimensions; the dimensions, 4 bytes each, big-endian; the items.
    """
    _, *dimensions = np.frombuffer(idx, ">u4", 1 + idx[3])
    start = 4 + 4 * len(dimensions)
    return idx[:4] + count.to_bytes(4, "big") + idx[8 : start + count * prod(map(int, dimensions[1:]))]


def moments(out: Path) -> None:
    """Write mean and covariance of the training images, for the checks in closed form."""
    from diffusion import data
    from workshop.assets import image_statistics

    images, labels = data.load("fashion")
    image_statistics.make(images[:, 0].numpy(), labels.numpy(), out)


def reference(out: Path) -> None:
    """Write what FID and KID need of the training images, as the shipped feature network sees them."""
    from diffusion import checkpoints, data, metrics

    images, _ = data.load("fashion")
    checkpoints.write(out, metrics.reference(images, metrics.shipped_extractor()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["part", "moments", "reference"])
    parser.add_argument("out", type=Path)
    parser.add_argument("raw", type=Path, nargs="?", help="part: the folder of the unpacked files")
    arguments = parser.parse_args()
    if arguments.what == "part":
        part(arguments.out, arguments.raw)
    else:
        {"moments": moments, "reference": reference}[arguments.what](arguments.out)
