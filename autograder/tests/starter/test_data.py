"""The images: where they are found, in which order, that damaged ones are refused, and what is said without them."""

import gzip
import hashlib
import json
import pickle
import sys
from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pytest
import torch
from PIL import Image

from grader.paths import STARTER

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import assets, data

datasets = pytest.importorskip("torchvision.datasets", reason="torchvision is not installed")
DEBIAN = data.DEBIAN


def idx(array):
    """An array of bytes as an idx file, the format of Fashion-MNIST."""
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.astype(np.uint8).tobytes()


def files(seed, train=7, test=3):
    """The four files of a tiny Fashion-MNIST, unzipped."""
    rng = np.random.default_rng(seed)
    sizes = {name: train if name.startswith("train") else test for name in data.FASHION}
    return {
        name: idx(rng.integers(256, size=(n, 28, 28)) if "images" in name else rng.integers(10, size=n))
        for name, n in sizes.items()
    }


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A machine without any images. place.here(), .debian() and .part() put tiny ones where `data` looks for them."""
    here, debian, shipped = (tmp_path / name for name in ("data", "debian", "assets"))
    whole, part = files(0), files(1, train=4, test=2)
    for name, path in {"DATA": here, "DEBIAN": debian}.items():
        monkeypatch.setattr(data, name, path)
    monkeypatch.setattr(assets, "ASSETS", shipped)
    monkeypatch.setattr(data, "FASHION", {name: hashlib.sha256(whole[name]).hexdigest() for name in whole})

    def write(folder, contents, end=""):
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / f"{name}{end}").write_bytes(content)

    def put_part():
        zipped = {name: gzip.compress(content) for name, content in part.items()}
        write(shipped / "fashion-part", zipped, ".gz")
        sums = {f"fashion-part/{n}.gz": {"sha256": hashlib.sha256(zipped[n]).hexdigest()} for n in zipped}
        (shipped / "MANIFEST.json").write_text(json.dumps({"files": sums}))

    def put_debian(level=1):
        write(debian, {name: gzip.compress(content, level) for name, content in whole.items()}, ".gz")

    return SimpleNamespace(
        here=lambda: write(here / data.RAW, whole),
        debian=put_debian,
        part=put_part,
        whole=whole,
        of_part=part,
        raw=here / data.RAW,
        packed=debian,
        shipped=shipped / "fashion-part",
        path=here,
    )


def assert_holds(loaded, contents, kind):
    """What was loaded are the images and labels of these files."""
    images, labels = loaded
    pixels = np.frombuffer(contents[f"{kind}-images-idx3-ubyte"], np.uint8, offset=16)
    assert images.dtype == torch.uint8 and images.shape[1:] == (1, 28, 28) and images.is_contiguous()
    assert np.array_equal(images.numpy().ravel(), pixels)
    assert labels.dtype == torch.int64
    assert np.array_equal(labels.numpy(), np.frombuffer(contents[f"{kind}-labels-idx1-ubyte"], np.uint8, offset=8))


def refusal(function, *args):
    """What the NoData says that function(*args) raises: one line."""
    with pytest.raises(data.NoData) as caught:
        function(*args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Fashion-MNIST


@pytest.mark.parametrize(("train", "kind"), [(True, "train"), (False, "t10k")])
def test_what_lies_in_data_is_used(place, train, kind):
    place.here()
    place.part()
    assert_holds(data.load("fashion", train), place.whole, kind)


@pytest.mark.parametrize("level", [1, 9])
def test_debians_package_is_used_however_it_was_packed(place, level, capsys):
    place.debian(level)
    place.part()
    assert_holds(data.load("fashion"), place.whole, "train")
    assert_holds(data.load("fashion", train=False), place.whole, "t10k")
    assert not any(capsys.readouterr())
    assert sorted(path.name for path in place.raw.iterdir()) == sorted(place.whole)


@pytest.mark.parametrize(("train", "kind"), [(True, "train"), (False, "t10k")])
def test_the_shipped_part_is_used_when_there_is_nothing_else(place, train, kind, capsys):
    place.part()
    assert_holds(data.load("fashion", train), place.of_part, kind)
    assert "python -m diffusion.data fashion" in capsys.readouterr().err
    place.here()  # downloaded since
    assert_holds(data.load("fashion", train), place.whole, kind)


def test_half_of_debians_package_is_not_used(place):
    place.debian()
    place.part()
    (place.packed / "t10k-labels-idx1-ubyte.gz").unlink()
    assert_holds(data.load("fashion"), place.of_part, "train")


@pytest.mark.parametrize("name", data.FASHION)
def test_a_damaged_file_is_refused(place, name):
    place.here()
    damaged = place.raw / name
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    text = refusal(data.load, "fashion")
    assert str(damaged) in text and "sha256" in text and "delete it" in text


def test_a_damaged_package_is_refused(place):
    place.debian()
    damaged = place.packed / "train-images-idx3-ubyte.gz"
    whole = damaged.read_bytes()
    for content in (whole[:-20], b"not gzip", whole[:10] + b"\xff" * 20 + whole[30:]):
        damaged.write_bytes(content)
        assert str(damaged) in refusal(data.load, "fashion")
    damaged.write_bytes(gzip.compress(b"other images"))
    assert "sha256" in refusal(data.load, "fashion")


def test_a_damaged_part_is_refused(place):
    place.part()
    damaged = place.shipped / "train-labels-idx1-ubyte.gz"
    damaged.write_bytes(gzip.compress(b"other labels"))
    assert f"{damaged} is damaged" in refusal(data.load, "fashion")


def test_without_any_images_a_sentence_says_how_to_get_them(place):
    text = refusal(data.load, "fashion")
    assert text.startswith("there is no Fashion-MNIST on this machine; to download all of it: python -m diffusion.data")


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_the_sums_are_those_of_debians_package():
    for name, wanted in data.FASHION.items():
        with gzip.open(DEBIAN / f"{name}.gz") as file:
            assert hashlib.sha256(file.read()).hexdigest() == wanted


# CIFAR-10 and CelebA


@pytest.mark.parametrize("name", ["cifar10", "celeba"])
def test_what_is_not_there_is_a_sentence(place, name):
    assert f"to download it: python -m diffusion.data {name}" in refusal(data.load, name)


def test_an_unknown_name_is_a_sentence():
    assert "fashion, cifar10, celeba" in refusal(data.load, "imagenet")


@pytest.mark.parametrize(("train", "label"), [(True, 1), (False, 2)])
def test_cifar10_is_read(place, monkeypatch, train, label):
    """Channels first, the rows and the columns in place. The sums of the real files are torchvision's to check."""
    folder = place.path / datasets.CIFAR10.base_folder
    folder.mkdir(parents=True)
    images = np.random.default_rng(0).integers(256, size=(2, 3, 32, 32), dtype=np.uint8)
    for name, entry in {
        "data_batch_1": {"data": images.reshape(2, -1), "labels": [1, 1]},
        "test_batch": {"data": images.reshape(2, -1), "labels": [2, 2]},
        "batches.meta": {"label_names": ["aeroplane"]},
    }.items():
        (folder / name).write_bytes(pickle.dumps(entry))
    monkeypatch.setattr(datasets.CIFAR10, "train_list", [["data_batch_1", None]])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [["test_batch", None]])
    monkeypatch.setattr(datasets.CIFAR10, "meta", {**datasets.CIFAR10.meta, "md5": None})
    loaded, labels = data.load("cifar10", train)
    assert loaded.dtype == torch.uint8 and loaded.is_contiguous() and np.array_equal(loaded.numpy(), images)
    assert labels.dtype == torch.int64 and labels.tolist() == [label, label]


@pytest.mark.parametrize(("train", "reds", "labels"), [(True, [90, 30], [7, 8]), (False, [60, 20], [9, 7])])
def test_celeba_is_cut_as_by_ddim(place, monkeypatch, train, reds, labels):
    """The 128 × 128 pixels around the face, on 64 × 64: here they are red, and white around them."""
    folder = place.path / datasets.CelebA.base_folder
    (folder / "img_align_celeba").mkdir(parents=True)
    pictures = {
        "1.png": (90, 0, 7),
        "2.png": (60, 2, 9),
        "3.png": (30, 0, 8),
        "4.png": (20, 2, 7),
    }  # red, split, person
    for name, (red, _, _) in pictures.items():
        picture = np.full((218, 178, 3), 255, np.uint8)
        picture[57:185, 25:153] = red, 0, 0
        Image.fromarray(picture).save(folder / "img_align_celeba" / name)
    tables = {
        "list_eval_partition.txt": [f"{name} {split}" for name, (_, split, _) in pictures.items()],
        "identity_CelebA.txt": [f"{name} {person}" for name, (_, _, person) in pictures.items()],
    }
    for name in ("list_bbox_celeba.txt", "list_landmarks_align_celeba.txt", "list_attr_celeba.txt"):
        tables[name] = ["3", "a column", *(f"{each} 0" for each in pictures)]
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(datasets.CelebA, "file_list", [(None, None, name) for name in tables])
    images, loaded = data.load("celeba", train)
    assert images.dtype == torch.uint8 and images.shape == (len(reds), 3, 64, 64)
    assert all(torch.equal(i, torch.tensor([red, 0, 0])[:, None, None].expand_as(i)) for i, red in zip(images, reds))
    assert loaded.dtype == torch.int64 and loaded.tolist() == labels


# What else can be


def test_without_torchvision_a_sentence_says_so(place, monkeypatch):
    place.here()
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert "pip install torchvision" in refusal(data.load, "fashion")
    assert "pip install torchvision" in refusal(data.download, "fashion")


def test_a_download_that_fails_is_a_sentence(place, monkeypatch):
    def no_network(*args, **kwargs):
        raise URLError("no route to host")

    monkeypatch.setattr(datasets, "CIFAR10", no_network)
    assert "cifar10 could not be downloaded" in refusal(data.download, "cifar10")


def test_pixels_as_states_and_back():
    pixels = torch.arange(256, dtype=torch.uint8)
    states = data.to_state(pixels)
    assert states.dtype == torch.float32 and states.min() == -1 and states.max() == 1
    assert torch.equal(data.to_pixels(states), pixels)
    assert data.to_pixels(torch.tensor([-3.0, 7.0, 0.0031])).tolist() == [0, 255, 128]
