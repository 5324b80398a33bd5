"""What is in assets/, the recipe that makes it, and what of it the zips carry."""

import gzip
import hashlib
import json
import os
import pickle
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from grader.paths import ASSETS, ROOT
from workshop.assets import assets, real_images, recipe
from workshop.assets.recipe import Step
from workshop.release import zips

LISTED = assets.listed()
SHIPPED = sorted(str(path.relative_to(ASSETS)) for path in ASSETS.rglob("*") if path.is_file())
IN_RECIPE = {name.removeprefix("assets/"): step for step in recipe.fashion() for name in step.makes}


# What is there


def test_each_file_is_listed_with_its_sum_its_licence_and_its_command():
    assert set(SHIPPED) - assets.UNLISTED == set(LISTED)
    for name, entry in LISTED.items():
        content = (ASSETS / name).read_bytes()
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content)), name
        assert entry["command"] == IN_RECIPE[name].command, name
        assert entry["licence"].startswith("MIT"), name
        assert tuple(entry["from"]) == IN_RECIPE[name].reads and all(map(is_sha256, entry["from"].values())), name
    zalando = [name for name in LISTED if "LICENSE-fashion-mnist" in LISTED[name]["licence"]]
    assert zalando == sorted(f"fashion-part/{name}.gz" for name in real_images.PART)
    assert "© 2017 Zalando SE" in (ASSETS / "LICENSE-fashion-mnist").read_text("utf-8")


def is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def test_what_was_made_from_assets_was_made_from_these():
    for name, entry in LISTED.items():
        for source, sha256 in entry["from"].items():
            if source.startswith("assets/"):
                assert sha256 == LISTED[source.removeprefix("assets/")]["sha256"], name


def test_they_are_small():
    assert sum((ASSETS / name).stat().st_size for name in SHIPPED) < 25e6


def test_in_a_fresh_clone_all_is_as_listed_and_listing_it_anew_changes_nothing(tmp_path):
    shutil.copytree(ASSETS, tmp_path / "assets")
    steps = [step for step in recipe.fashion() if all((tmp_path / name).exists() for name in step.makes)]
    assert [line for line in assets.make(steps, tmp_path) if not line.endswith(" is up to date")] == []
    assert assets.list_anew(recipe.fashion(), tmp_path) < 25e6
    for name in ("MANIFEST.json", "README.md"):
        assert (tmp_path / "assets" / name).read_bytes() == (ASSETS / name).read_bytes()


# The recipe is followed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "README.md").write_text("before\n<!-- files -->\n<!-- end -->\nafter\n")
    return tmp_path


def step(makes: str, reads: str = "", leaves: str = "", code: str = "", folder: str = "") -> Step:
    """A step that writes its name and what it reads to what it makes and leaves, after running `code`."""
    lines = f"""
{code}
text = "".join(open(name).read() for name in {reads.split()})
for name in {(makes + " " + leaves).split()}:
    open(name, "w").write(text + name[-1])
"""
    return Step(makes, *(tuple(x.split()) for x in (makes, reads)), (command(lines),), tuple(leaves.split()), folder)


def command(lines: str) -> str:
    return f"python -c {shlex.quote(lines)}"


def made(steps: list[Step], root: Path) -> str:
    """The names of the steps that ran, in order."""
    ran = [line for line in assets.make(steps, root) if line.startswith("$ ")]
    return " ".join(each.what[-1] for line in ran for each in steps if line == f"$ {each.command}")


STEPS = [
    step("", leaves="out/assets/d"),
    step("assets/a", "out/assets/d"),
    step("assets/b", "assets/a", leaves="out/assets/n"),
    step("assets/deep/c", "assets/a out/assets/n"),
]
STEPS[0] = replace(STEPS[0], what="d")


def test_steps_are_taken_in_order_and_once(root):
    assert made(STEPS, root) == "d a b c"
    assert (root / "assets/deep/c").read_text() == "da" + "dan" + "c"
    assert made(STEPS, root) == ""


def test_the_list_says_what_was_made_how_and_from_what(root):
    made(STEPS, root)
    entry = assets.listed(root)["deep/c"]
    sums = {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in ("assets/a", "out/assets/n")}
    assert entry["from"] == sums and entry["bytes"] == 6 and entry["command"] == STEPS[3].command
    assert list(assets.listed(root)) == ["a", "b", "deep/c"]
    readme = (root / "assets/README.md").read_text()
    assert readme.startswith("before\n<!-- files -->\n| file") and readme.endswith("| 0 | MIT |\n<!-- end -->\nafter\n")


@pytest.mark.parametrize(
    "gone, again",
    [
        ("assets/a", "a"),  # comes out the same, so nothing else is touched
        ("assets/b", "b"),
        ("assets/deep/c", "c"),
        ("assets/deep/c out/assets/n", "b c"),  # what only steps read is made when one reads it
        ("out/assets/n out/assets/d", ""),
        ("assets/a out/assets/d", "d a"),
    ],
)
def test_what_was_deleted_is_made_again(gone, again, root):
    made(STEPS, root)
    for name in gone.split():
        (root / name).unlink()
    assert made(STEPS, root) == again
    assert made(STEPS, root) == ""


def test_what_was_changed_is_made_again(root):
    made(STEPS, root)
    (root / "assets/b").write_text("damaged")
    assert made(STEPS, root) == "b"
    (root / "out/assets/d").write_text("other data")
    assert made(STEPS, root) == "a b c"
    assert (root / "assets/deep/c").read_text() == "other dataaother dataanc"
    other = replace(STEPS[1], commands=(STEPS[1].command.replace("[-1]", "[-1].upper()"),))
    assert made([STEPS[0], other, *STEPS[2:]], root) == "a b c"


def test_a_step_that_was_stopped_goes_on_and_one_that_was_finished_begins_afresh(root):
    code = """
import os
os.makedirs("out/assets/work", exist_ok=True)
names = os.listdir("out/assets/work")
open(f"out/assets/work/{len(names)}", "w").close()
if not names:
    raise SystemExit(3)
"""
    steps = [step("assets/a", code=code, folder="out/assets/work")]
    for _ in range(2):
        with pytest.raises(assets.AssetError, match="assets/a: exit status 3 of: python"):
            made(steps, root)
        assert assets.listed(root) == {}
        assert made(steps, root) == "a"
        assert sorted(os.listdir(root / "out/assets/work")) == ["0", "1"]
        (root / "assets/a").unlink()


def test_what_does_not_come_out_is_named(root):
    nothing = Step("nothing", ("assets/a",), (), (command("print()"),), ("out/assets/b",))
    with pytest.raises(assets.AssetError, match="nothing: assets/a, out/assets/b did not come out of: python"):
        made([nothing], root)


def test_a_stranger_cannot_be_listed_nor_what_was_made_from_something_unknown(root):
    made(STEPS, root)
    (root / "assets/MANIFEST.json").unlink()
    assets.list_anew(STEPS, root)
    (root / "out/assets/d").unlink()
    assets.list_anew(STEPS, root)  # it is in the list
    (root / "assets/MANIFEST.json").unlink()
    with pytest.raises(assets.AssetError, match="^out/assets/d must be there"):
        assets.list_anew(STEPS, root)
    (root / "assets/e").write_text("")
    with pytest.raises(assets.AssetError, match="^no step of workshop/assets/recipe.py makes assets/e$"):
        assets.list_anew(STEPS, root)


def test_every_source_has_a_step_that_makes_it():
    for steps in (recipe.fashion(), recipe.cifar10()):
        there: set[str] = set()
        for each in steps:
            assert set(each.reads) <= there, each.what
            there |= {*each.makes, *each.leaves}


# The part of Fashion-MNIST


def idx(shape: tuple[int, ...]) -> bytes:
    """An idx file of bytes."""
    sizes = b"".join(size.to_bytes(4, "big") for size in shape)
    return bytes([0, 0, 8, len(shape)]) + sizes + bytes(i % 251 for i in range(prod(shape)))


@pytest.mark.parametrize("shape", [(7,), (7, 3, 2)])
def test_the_first_items_of_an_idx_file(shape):
    few = real_images.first(idx(shape), 5)
    assert few[4:8] == (5).to_bytes(4, "big")
    assert few[:4] + (7).to_bytes(4, "big") + few[8:] == idx(shape)[: len(idx(shape)) - 2 * prod(shape[1:])]


def test_the_part_has_the_same_bytes_every_time(tmp_path):
    for name, count in real_images.PART.items():
        (tmp_path / name).write_bytes(idx((count + 1, 2, 2) if "idx3" in name else (count + 1,)))
    parts = []
    for out in (tmp_path / "one", tmp_path / "two"):
        real_images.part(out, tmp_path)
        parts.append({path.name: path.read_bytes() for path in out.iterdir()})
        os.utime(tmp_path / name, (0, 0))
    assert parts[0] == parts[1]
    for name, count in real_images.PART.items():
        assert gzip.decompress(parts[0][f"{name}.gz"]) == real_images.first((tmp_path / name).read_bytes(), count)
        assert parts[0][f"{name}.gz"][3:8] == bytes(5)  # no name, no date


# The GPU tier


def fake_cifar10(folder: Path, count: int = 40) -> None:
    """A folder in torchvision's format, with random images."""
    folder.mkdir(parents=True)
    for name in [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]:
        pixels = np.random.default_rng(0).integers(0, 256, (count, 3072), np.uint8)
        (folder / name).write_bytes(pickle.dumps({"data": pixels, "labels": [0] * count}))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["frog"]}))


def test_the_gpu_recipe_trains(root, monkeypatch):
    """On few images, a few steps, in a smaller network; torchvision is told that these images are the right ones."""
    patch = "import torchvision.datasets.cifar as cifar\ncifar.check_integrity = lambda *a: True\n"
    (root / "sitecustomize.py").write_text(patch)
    monkeypatch.setenv("PYTHONPATH", str(root))
    fake_cifar10(root / recipe.TREE / "data/cifar-10-batches-py")
    data, train = recipe.cifar10(steps=3, batch=4)
    smaller = train.command.replace("128 256 256 256", "16 16 16 16")
    assert smaller != train.command
    (network,) = train.makes
    assert list(assets.make([data, replace(train, commands=(smaller,))], root)) == [f"$ {smaller}"]
    assert list(assets.make([data, train], root)) == [f"{network} is up to date"]
    with safe_open(root / network, framework="np") as file:
        config, record = (json.loads(file.metadata()[name]) for name in ("config", "record"))
    assert (config["in_channels"], config["patch"], config["dropout"]) == (3, 1, 0.1)
    assert (record["data"], record["steps"], record["training_images"]) == ("cifar10", 3, 200)
    assert not (root / "assets/MANIFEST.json").exists()


# The zips


def test_a_student_can_train_and_sample_with_nothing_but_the_zip(tmp_path):
    """Where there is no Fashion-MNIST, and what the zip has is what its manifest says."""
    with zipfile.ZipFile(zips.write(tmp_path / "assignment2-student.zip", ROOT)) as archive:
        archive.extractall(tmp_path)
    code = """
import pathlib
from diffusion import assets, checkpoints, data
data.DEBIAN = pathlib.Path("nowhere")
for train in (True, False):
    images, labels = data.load("fashion", train)
    print(*images.shape, images.dtype, labels.bincount().min().item() > 150)
print(assets.ASSETS == pathlib.Path("assets").resolve())
print(checkpoints.load_network(assets.find("fashion-unet.safetensors"))[1]["images_seen"] > 0)
print(all(assets.find(f"fashion-{name}.safetensors") for name in ("features", "reference")))
from explorer import metrics
print(sorted(metrics.kept(None)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "assignment2", capture_output=True, text=True)
    shapes = "10000 1 28 28 torch.uint8 True\n2000 1 28 28 torch.uint8 True\n"
    assert done.stdout == shapes + "True\n" * 3 + "['blind', 'cells', 'few']\n", done.stderr
    carried = {path.name for path in (tmp_path / "assignment2" / "assets").iterdir()}
    assert {"README.md", "MANIFEST.json", "LICENSE-fashion-mnist"} <= carried
    assert not {"fashion-statistics.npz", "closed-form-bands.json"} & carried


@pytest.mark.parametrize("name", zips.ZIPS)
def test_the_zips_carry_only_what_is_listed(name):
    inside = [str(path).partition("assets/")[2] for path in zips.allow_list(name) if "assets/" in str(path)]
    assert inside and set(inside) - assets.UNLISTED <= set(LISTED)
