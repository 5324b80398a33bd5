"""evaluate.py and sample.py as a student runs them: resumed after a kill, their tables and pictures, what they refuse.

The tree has the solution, a tiny noise predictor and the shipped feature network. A start of torch takes seconds, so
what needs no Python of its own is forked from one that has imported the packages.
"""

import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch

from grader.paths import ASSETS, GRADED_FILES, SOLUTION, STARTER

pytest.importorskip("torch_fidelity", reason="torch-fidelity is not installed; make installs it")
from matplotlib.image import imread  # noqa: E402

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints, data, results, sampling
    from diffusion.mlp import NoiseMLP
    from diffusion.unet import UNet

CELLS = ["--steps", "2", "3", "--etas", "0", "1", "--images", "70", "--batch", "32"]  # three batches to a cell
WRAPPED = """
import os
_ddim_sample, _calls = ddim_sample, []
def ddim_sample(eps_model, x_T, *others):
    _calls.append(1)
    if os.environ.get("DIE_IN_CALL") == str(len(_calls)):
        os.kill(os.getpid(), 9)
    return x_T if "SHOW_X_T" in os.environ else _ddim_sample(eps_model, x_T, *others)
"""
FORKS = """
import json, os, runpy, sys
import matplotlib.figure, torch, torch_fidelity, tqdm
for name, folder, blocked, environment, argv in json.load(sys.stdin):
    if os.fork() == 0:
        for stream, ending in ((1, "out"), (2, "error")):
            os.dup2(os.open(f"{name}.{ending}", os.O_WRONLY | os.O_CREAT), stream)
        os.chdir(folder)
        os.environ.update(environment)
        sys.argv, sys.path[0] = argv, folder
        sys.modules.update(dict.fromkeys(blocked))
        code = 0
        try:
            runpy.run_path(argv[0], run_name="__main__")
        except SystemExit as reason:
            code = reason.code if isinstance(reason.code, int) else print(reason, file=sys.stderr) or 1
        sys.stdout.flush()
        os._exit(code)  # the end of a Python with torch takes a second
    open(f"{name}.code", "w").write(str(os.waitstatus_to_exitcode(os.wait()[1])))
"""
IMAGES_EXTRA = ["torchvision", "safetensors", "torch_fidelity", "tqdm", "matplotlib"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The starter with the solution, whose ddim_sample can be told to die, and with assets of its own."""
    tree = tmp_path_factory.mktemp("student") / "starter"
    shutil.copytree(STARTER, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "runs", "data", "assets"))
    for name in GRADED_FILES:
        source = (SOLUTION / name).read_text("utf-8")
        (tree / name).write_text(source + WRAPPED if name == "sampler.py" else source, "utf-8")
    torch.manual_seed(0)
    network = UNet(channels=(8,), blocks=(1,), attention=(False,))
    torch.nn.init.normal_(network.out[-1].weight, std=0.1)
    (tree / "assets").mkdir()
    checkpoints.save_network(tree / "assets" / "fashion-unet.safetensors", network, {"data": "fashion"})
    (tree / "runs" / "moons").mkdir(parents=True)
    checkpoints.save_network(tree / "runs" / "moons" / "network.safetensors", NoiseMLP(), {"data": "moons"})
    for name in ("fashion-features.safetensors", "fashion-reference.safetensors"):
        shutil.copy(ASSETS / name, tree / "assets")
    digests = {p.name: {"sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in (tree / "assets").iterdir()}
    (tree / "assets" / "MANIFEST.json").write_text(json.dumps({"files": digests}))
    return tree


@pytest.fixture(scope="module")
def start(tree):
    """start(command): Python in the tree, with one thread, so that two runs add in the same order."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON")) and k != "COLUMNS"}

    def _start(*command, folder=tree, **more):
        environment = {**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", **more}
        pipe = subprocess.PIPE
        arguments = [sys.executable, "-B", *command]
        streams = {"stdin": pipe, "stdout": pipe, "stderr": pipe, "encoding": "utf-8"}
        return subprocess.Popen(arguments, cwd=folder, env=environment, **streams)

    return _start


def end(process):
    """Its exit code, standard output and standard error."""
    out, error = process.communicate(timeout=120)
    return process.returncode, out, error


def rows(folder):
    """The rows of figures.csv, without the time that each took."""
    with (folder / "figures.csv").open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def runs(tree, start):
    """Two evaluations side by side: one undisturbed, one killed in its second cell; the latter then goes on."""
    whole = start("evaluate.py", *CELLS, "--out", "runs/whole")
    killed = start("evaluate.py", *CELLS, "--out", "runs/killed", DIE_IN_CALL="5")
    ends = {"whole": end(whole), "killed": end(killed)}
    left = rows(tree / "runs" / "killed")
    resumed = end(start("evaluate.py", *CELLS, "--out", "runs/killed", DIE_IN_CALL="10"))  # nine calls are left to do
    return {**ends, "left": left, "resumed": resumed}


def test_a_killed_run_keeps_its_finished_cells(runs):
    assert runs["killed"][0] == -signal.SIGKILL
    assert [(row["S"], row["eta"]) for row in runs["left"]] == [("2", "0")]


def test_a_resumed_run_ends_with_the_table_of_an_undisturbed_one(runs, tree):
    (code, table, error), (code_resumed, table_resumed, error_resumed) = runs["whole"], runs["resumed"]
    assert code == code_resumed == 0, error + error_resumed
    assert table_resumed.replace("killed", "whole") == table
    assert rows(tree / "runs" / "killed") == rows(tree / "runs" / "whole")
    assert len(rows(tree / "runs" / "whole")) == 4


def test_of_two_runs_in_one_folder_neither_loses_what_the_other_finished(tmp_path):
    figures = dict.fromkeys(results.COLUMNS[2:], 1.0)
    one, other = (results.Results(tmp_path, {"seed": 0}) for _ in range(2))
    one.add(5, 0.0, figures, torch.zeros(1, 1, 2, 2, dtype=torch.uint8))
    other.add(10, 0.0, figures, torch.ones(1, 1, 2, 2, dtype=torch.uint8))
    both = results.Results(tmp_path, {"seed": 0})
    assert both.has(5, 0.0) and both.has(10, 0.0) and sorted(both.images) == ["10 0", "5 0"]


def test_the_table_has_every_figure_with_what_stands_behind_it(runs, tree):
    table = runs["whole"][1]
    for line in ("FID ± half a 95 % confidence interval", "KID ± standard deviation", "IS ± standard deviation"):
        assert line in table
    for row in rows(tree / "runs" / "whole"):
        values = {name: float(value) for name, value in row.items()}
        assert all(np.isfinite(value) for value in values.values())
        assert values["fid"] > values["fid_interval"] > 0 and 1 <= values["is"] <= 10 and values["images"] == 70
        assert f"{values['fid']:.2f} ± {values['fid_interval']:.2f}" in table


def test_the_pictures_are_drawn(runs, tree):
    for name in ("fid.png", "grid.png"):
        picture = imread(tree / "runs" / "whole" / name)
        assert min(picture.shape[:2]) > 200 and picture[..., :3].std() > 0.05, name


@pytest.fixture(scope="module")
def forked(runs, tree, start, tmp_path_factory):
    """Short runs: the exit code, standard output and standard error of each."""
    names = ("unfinished", "damaged", "wrong", "broken")
    unfinished, damaged, wrong, broken = (tmp_path_factory.mktemp(name) / "starter" for name in names)
    for each in (unfinished, damaged, wrong, broken):
        shutil.copytree(tree, each, ignore=shutil.ignore_patterns("runs"))
    shutil.copy(STARTER / "sampler.py", unfinished)
    source = (SOLUTION / "sampler.py").read_text("utf-8")
    (wrong / "sampler.py").write_text(source + "def ddim_sample(model, x_T, *_):\n    return x_T.nothing\n")
    (broken / "sampler.py").write_text(source + "def broken(:\n")
    for each, old, new in (
        ("comment", "import torch\n", "import torch  # ours\n"),
        ("inversion", "ddim_invert(", "other("),
    ):
        shutil.copytree(tree, tree.with_name(each))
        text = (tree / "sampler.py").read_text("utf-8")
        assert text.count(old) == 1
        (tree.with_name(each) / "sampler.py").write_text(text.replace(old, new), "utf-8")
    shutil.copytree(tree, tree.with_name("torn"))
    (tree.with_name("torn") / "runs" / "whole" / "settings.json").unlink()
    (damaged / "assets" / "fashion-reference.safetensors").write_bytes(b"damaged")
    commands = [  # name, folder, packages that are missing, environment, command
        ("images", tree, [], {}, ["evaluate.py", *CELLS, "--images", "80", "--out", "runs/whole"]),
        ("few", tree, [], {}, ["evaluate.py", *CELLS, "--images", "63", "--out", "runs/few"]),
        ("data", tree, [], {}, ["evaluate.py", "--data", "cifar10", "--out", "runs/data"]),
        ("network", tree, [], {}, ["evaluate.py", "--network", "no.safetensors", "--out", "runs/network"]),
        ("inception", tree, [], {}, ["evaluate.py", "--features", "sampler.py", "--out", "runs/inception"]),
        ("damaged", damaged, [], {}, ["evaluate.py", *CELLS]),
        ("todo", unfinished, [], {}, ["evaluate.py", *CELLS]),
        ("package", tree, ["tqdm"], {}, ["evaluate.py", *CELLS]),
        ("other sampler", wrong, [], {}, ["evaluate.py", *CELLS, "--out", str(tree / "runs" / "whole")]),
        ("comment", tree.with_name("comment"), [], {}, ["evaluate.py", *CELLS, "--out", "runs/whole"]),
        ("inversion", tree.with_name("inversion"), [], {}, ["evaluate.py", *CELLS, "--out", "runs/whole"]),
        ("torn", tree.with_name("torn"), [], {}, ["evaluate.py", *CELLS, "--out", "runs/whole"]),
        ("wrong", wrong, [], {}, ["evaluate.py", *CELLS]),
        ("steps", tree, [], {}, ["evaluate.py", *CELLS, "--steps", "0"]),
        ("eta", tree, [], {}, ["evaluate.py", *CELLS, "--etas", "2"]),
        ("of points", tree, [], {}, ["evaluate.py", *CELLS, "--network", "runs/moons/network.safetensors"]),
        ("sample broken", broken, [], {}, ["sample.py"]),
        ("sample wrong", wrong, [], {}, ["sample.py", "--steps", "2"]),
        ("sample steps", tree, [], {}, ["sample.py", "--steps", "1001"]),
        ("sample untrained", tree, [], {}, ["sample.py", "--data", "swissroll"]),
        (
            "points",
            tree,
            [],
            {},
            ["sample.py", "--data", "moons", "--points", "50", "--steps", "2", "--out", "points.png"],
        ),
        *((f"help {each}", tree, [], {}, [f"{each}.py", "--help"]) for each in ("train", "sample", "evaluate")),
        ("sample todo", unfinished, [], {}, ["sample.py", "--images", "4"]),
        ("sample package", tree, ["safetensors"], {}, ["sample.py"]),
        ("ddim", tree, [], {}, ["sample.py", "--steps", "2", "--images", "10", "--out", "ddim.png"]),
        ("ddpm", tree, [], {}, ["sample.py", "--ddpm", "--images", "1", "--out", "ddpm.png"]),
        ("x_T", tree, [], {"SHOW_X_T": "yes"}, ["evaluate.py", *CELLS, "--out", "runs/x_T"]),
    ]
    folder = tmp_path_factory.mktemp("ends")
    process = start("-c", FORKS, folder=folder)
    _, error = process.communicate(json.dumps(commands, default=str), timeout=120)
    assert process.returncode == 0, error

    def read(name, ending):
        return (folder / f"{name}.{ending}").read_text("utf-8")

    return {name: (int(read(name, "code")), read(name, "out"), read(name, "error")) for name, *_ in commands}


def test_all_cells_begin_with_the_same_x_T_whatever_the_batch(forked, tree):
    assert forked["x_T"][0] == 0, forked["x_T"][2]
    x_T = sampling.draw_x_T((1, 28, 28), 9, sampling.generators(0, torch.device("cpu"))[0])
    images, _ = checkpoints.read(tree / "runs" / "x_T" / "images.safetensors")
    assert set(images) == {"2 0", "2 1", "3 0", "3 1"}
    assert all(torch.equal(each, data.to_pixels(x_T)) for each in images.values())


@pytest.mark.parametrize(
    "name, sentence",
    {
        "images": "evaluate.py: runs/whole holds figures of another images (then 70, now 80); to measure again, delete",
        "other sampler": "runs/whole holds figures of another sampler.py (then ",
        "torn": "evaluate.py: runs/whole is not as it was left; delete that folder to begin again",
        "wrong": "evaluate.py: sampler.py, line ",
        "steps": "evaluate.py: expected every S in 1 … 1000 and every eta in 0 … 1",
        "eta": "evaluate.py: expected every S in 1 … 1000 and every eta in 0 … 1",
        "of points": "evaluate.py: runs/moons/network.safetensors draws points, and FID, KID and IS are of images",
        "few": "evaluate.py: expected at least 64 images, as many as there are features; got 63",
        "data": "evaluate.py: the shipped feature network knows Fashion-MNIST only; for cifar10 give",
        "network": "evaluate.py: no.safetensors cannot be read as a checkpoint",
        "inception": "evaluate.py: sampler.py cannot be read as torch-fidelity's Inception weights",
        "damaged": "fashion-reference.safetensors is damaged",
        "todo": "evaluate.py: your sampler.py isn't finished: TODO 2.10: ddim_timesteps",
        "package": "evaluate.py: the package tqdm is missing here; python assignment.py ",
        "sample todo": "sample.py: your sampler.py isn't finished: TODO 2.10: ddim_timesteps; with DDPM=1, or --ddpm",
        "sample broken": "sample.py: sampler.py, line ",
        "sample wrong": "sample.py: sampler.py, line ",
        "sample steps": "sample.py: expected 1 to 1000 steps, an eta of 0 or more, and at least one image or point",
        "sample untrained": "sample.py: there is no runs/swissroll/network.safetensors yet; to train it: make train",
        "sample package": "sample.py: the package safetensors is missing here; python assignment.py ",
    }.items(),
)
def test_what_cannot_be_done_is_said_in_one_sentence(name, sentence, forked):
    code, out, error = forked[name]
    last = error.replace("\r", "\n").strip().splitlines()[-1]
    assert code == 1 and sentence in last and "Traceback" not in error and out == ""


def test_a_refused_run_leaves_the_results_as_they_were(forked, tree):
    assert len(rows(tree / "runs" / "whole")) == 4
    assert not (tree / "runs" / "few").exists()


def test_sample_draws_a_grid(forked, tree):
    for name, how in (("ddim", "10 images, S = 2, η = 0"), ("ddpm", "1 images, 1000 steps of DDPM")):
        code, out, error = forked[name]
        assert (code, out) == (0, f"{name}.png: {how}\n"), error
    assert imread(tree / "ddim.png").shape[:2] == (2 * 2 * 29, 2 * 8 * 29)
    assert imread(tree / "ddpm.png")[..., :3].std() > 0.05


def test_sample_draws_points_over_those_of_the_data(forked, tree):
    code, out, error = forked["points"]
    assert (code, out) == (0, "points.png: 50 points, S = 2, η = 0\n"), error
    picture = imread(tree / "points.png")[..., :3]
    blue = (picture[..., 2] > picture[..., 0] + 0.3).mean()
    grey = (np.ptp(picture, axis=2) < 0.02) & (abs(picture[..., 0] - 0.8) < 0.1)
    assert blue > 1e-4 and grey.mean() > 1e-4


@pytest.mark.parametrize("name", ["comment", "inversion"])
def test_figures_outlive_a_change_that_the_ddim_does_not_see(name, forked, runs):
    code, out, error = forked[name]
    assert (code, out) == (0, runs["whole"][1]), error


@pytest.mark.parametrize("command", ["train", "sample", "evaluate"])
def test_every_option_is_explained(command, forked):
    code, out, error = forked[f"help {command}"]
    assert code == 0 and error == "" and f"python {command}.py" in out
    options = re.split(r"^  (?=-)", out.partition("options:")[2], flags=re.MULTILINE)[1:]
    assert len(options) >= 7 and [each for each in options if not re.search(r"\S\s{2,}\S.{6,}", each)] == []


def test_the_visible_tests_need_no_package_for_images(tree, start):
    blocked = f"import sys; sys.modules.update(dict.fromkeys({IMAGES_EXTRA}))"
    code, out, error = end(start("-c", f"{blocked}; import pytest; sys.exit(pytest.main(['--collect-only', '-q']))"))
    assert code == 0, out + error
