"""Images to train on and to compare with: Fashion-MNIST, and CIFAR-10 or CelebA for those who have them.

`load` never goes to the network. It looks in `data/`, then in Debian's package `dataset-fashion-mnist`, and last in
the 10,000 images that come with the assignment, which are enough to begin with. To download a set into `data/`:

    python -m diffusion.data fashion
"""

import gzip
import hashlib
import os
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from diffusion import command_line
from diffusion.assets import NoAsset, find
from diffusion.phrases import phrase
from diffusion.processes import RANK

DATA = Path(__file__).resolve().parents[1] / "data"  # where torchvision keeps what it downloads
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
NAMES = ("fashion", "cifar10", "celeba")

RAW = Path("FashionMNIST") / "raw"  # below the root, as torchvision wants it
FASHION = {  # the four files of Fashion-MNIST (Zalando Research, MIT licence), unzipped, with their sha256
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


class NoData(Exception):
    """The images are not on this machine; the message says how to get them."""


def load(name: str, train: bool = True) -> tuple[Tensor, Tensor]:
    """The images, (N, C, H, W) uint8, and their labels, (N,) int64, of the training or the test set.

    name: "fashion" (28 × 28, grey), "cifar10" (32 × 32, colour) or "celeba" (64 × 64, colour; the labels are persons).
    Raises NoData, with what to do about it, where they are not on this machine.
    """
    if name not in NAMES:
        raise NoData(phrase("unknown data {name!r}; expected one of {names}", name=name, names=", ".join(NAMES)))
    root = _fashion_root() if name == "fashion" else DATA
    try:
        dataset = _open(name, root, train, download=False)
    except RuntimeError as error:
        raise NoData(
            phrase(
                "{name} is not in {root}, or not all of it; to download it: python -m diffusion.data {name}",
                name=name,
                root=root,
            )
        ) from error
    if name == "celeba":
        images = torch.stack([_thumbnail(picture) for picture, _ in dataset])
        return images, dataset.identity[:, 0]
    pixels = torch.as_tensor(np.asarray(dataset.data))
    images = pixels[:, None] if name == "fashion" else pixels.permute(0, 3, 1, 2)
    return images.contiguous(), torch.as_tensor(dataset.targets, dtype=torch.int64)


def to_state(images: Tensor) -> Tensor:
    """Pixels 0..255, uint8, as the network knows them: float32 in [−1, 1]."""
    return images.float() / 127.5 - 1


def to_pixels(x_0: Tensor) -> Tensor:
    """States as pixels: what lies outside [−1, 1] is cut off, the rest rounded to 0..255, uint8."""
    return (x_0.clamp(-1, 1) * 127.5 + 127.5).round().to(torch.uint8)


def download(name: str) -> None:
    """Download a set into `data/` with torchvision. Raises NoData where that fails."""
    try:
        _open(name, DATA, train=True, download=True)
    except Exception as error:  # urllib, zipfile, gdown and RuntimeError, by torchvision's version
        kind = type(error).__name__
        raise NoData(
            phrase("{name} could not be downloaded ({kind}: {error})", name=name, kind=kind, error=error)
        ) from error


def _open(name: str, root: Path, train: bool, download: bool):
    """torchvision's data set of that name. Raises RuntimeError where it is not below the root."""
    try:
        from torchvision import datasets
    except ImportError as error:
        raise NoData(
            phrase("torchvision reads the images and is not installed; type: pip install torchvision")
        ) from error
    if name == "celeba":
        return datasets.CelebA(root, split="train" if train else "test", target_type="identity", download=download)
    kind = datasets.FashionMNIST if name == "fashion" else datasets.CIFAR10
    return kind(root, train=train, download=download)


def _thumbnail(picture) -> Tensor:
    """A CelebA picture, 178 × 218, as DDIM's code has it: the 128 × 128 pixels around the face, reduced to 64 × 64."""
    small = picture.crop((25, 57, 153, 185)).resize((64, 64), resample=2)  # bilinear
    return torch.from_numpy(np.asarray(small).copy()).permute(2, 0, 1)


def _fashion_root() -> Path:
    """A folder in which torchvision finds Fashion-MNIST: all of it where this machine has it, or else a part."""
    if not all((DATA / RAW / name).exists() for name in FASHION):
        if not all((DEBIAN / f"{name}.gz").exists() for name in FASHION):
            return _shipped_part()
        _unzip({name: DEBIAN / f"{name}.gz" for name in FASHION}, DATA)
    for name, wanted in FASHION.items():
        if hashlib.sha256((DATA / RAW / name).read_bytes()).hexdigest() != wanted:
            raise NoData(
                phrase(
                    "{path} is damaged (its sha256 is not the published one); delete it, run again",
                    path=DATA / RAW / name,
                )
            )
    return DATA


def _shipped_part() -> Path:
    """The root of the part of Fashion-MNIST that comes with the assignment, unzipped."""
    how = phrase("to download all of it: python -m diffusion.data fashion")
    try:
        part = {name: find(f"fashion-part/{name}.gz") for name in FASHION}
    except NoAsset as error:
        raise NoData(
            phrase("there is no Fashion-MNIST on this machine; {how} ({error})", how=how, error=error)
        ) from error
    if RANK == 0:
        said = phrase("Fashion-MNIST: the part of it that comes with the assignment; {how}", how=how)
        print(said, file=sys.stderr)
    _unzip(part, DATA / "part")
    return DATA / "part"


def _unzip(packed: dict[str, Path], root: Path) -> None:
    """Write each packed file, unzipped, where torchvision looks for it below the root."""
    (root / RAW).mkdir(parents=True, exist_ok=True)
    for name, path in packed.items():
        half = root / RAW / f"{name}.{os.getpid()}.half"  # another program may unzip the same
        try:
            half.write_bytes(gzip.decompress(path.read_bytes()))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise NoData(
                phrase("{path} cannot be unzipped ({error}); put it there again", path=path, error=error)
            ) from error
        half.replace(root / RAW / name)


if __name__ == "__main__":
    parser = command_line.parser(phrase("Download a set of images into data/."))
    parser.add_argument("name", choices=NAMES)
    try:
        download(parser.parse_args().name)
    except NoData as error:
        sys.exit(str(error))
