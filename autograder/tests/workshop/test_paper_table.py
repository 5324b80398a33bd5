"""The paper's table with a tiny random UNet2DModel and a made-up extractor: images, figures, what is refused."""

import importlib.util
import json
import math
import shutil
import socket
import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from checks import cases
from grader import overlay
from grader.outcomes import GraderFault
from grader.paths import AUTOGRADER, SOLUTION, STARTER
from grader.student.session import Session
from oracle import samplers
from workshop.__main__ import app
from workshop.quality import paper_table

diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed (it needs Python 3.11); make does so")
pytest.importorskip("torch_fidelity", reason="torch-fidelity is not installed; make installs it")

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import data, metrics

    spec = importlib.util.spec_from_file_location("solution_sampler_of_the_paper", SOLUTION / "sampler.py")
    solution = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(solution)

pytestmark = pytest.mark.usefixtures("one_thread")
INCEPTION, LOAD = metrics.inception, data.load
IMAGES = 5
RIGHT = "right(eps_model, x_T, alpha_bar, tau)"
BLOCKS = {"down_block_types": ("DownBlock2D", "AttnDownBlock2D"), "up_block_types": ("AttnUpBlock2D", "UpBlock2D")}
TINY = {"block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 8} | BLOCKS
CIFAR = {
    "0": [13.36, 6.84, 4.67, 4.16, 4.04],
    "0.2": [14.04, 7.11, 4.77, 4.25, 4.09],
    "0.5": [16.66, 8.35, 5.25, 4.46, 4.29],
    "1": [41.07, 18.36, 8.01, 5.78, 4.73],
    "σ̂": [367.43, 133.37, 32.72, 9.99, 3.17],
}


def tiny(**settings):
    """A random network for 32 × 32 colours, whose answer depends much on t."""
    torch.manual_seed(0)
    network = diffusers.UNet2DModel(**{"sample_size": 32, **TINY, **settings}).eval()
    for block in network.modules():
        if hasattr(block, "time_emb_proj"):
            block.time_emb_proj.weight.data *= 30
    return network


@pytest.fixture(scope="module")
def network():
    return tiny()


@pytest.fixture(scope="module")
def weights(network, tmp_path_factory):
    """A folder with the network, as diffusers writes it."""
    path = tmp_path_factory.mktemp("weights") / "tiny"
    network.save_pretrained(path)
    return path


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """What the command changes in its process is put back; no test may reach the network."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("WEIGHTS", "FEATURES", "DATA", "IMAGES", "STEPS", "ETAS"):
        monkeypatch.delenv(name, raising=False)
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *others, **more: asked.append(host) or 1 / 0)
    yield
    assert not asked


@pytest.fixture
def command(weights, zygote, tmp_path, monkeypatch):
    """command(name=value, ...): runs paper-table with the tiny network, few images and an extractor of 4 features."""
    features, real = tmp_path / "inception.pth", np.random.default_rng(5).integers(0, 256, (50, 3, 32, 32), np.uint8)
    features.write_bytes(b"made up")
    monkeypatch.setattr(paper_table, "Zygote", lambda: nullcontext(zygote))
    monkeypatch.setattr(metrics, "inception", lambda path, device: quarters)
    monkeypatch.setattr(data, "load", lambda name: {"cifar10": (torch.from_numpy(real), None)}[name])

    def run(submission=SOLUTION, **options):
        usual = {"weights": weights, "features": features, "images": IMAGES, "steps": "10", "etas": "0"}
        options = {"out": tmp_path, **usual, **options}
        given = [f"--{name}={value}" for name, value in options.items() if value is not None]
        result = CliRunner().invoke(app, ["paper-table", str(submission), *given])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    return run


def quarters(pixels):
    """The mean grey of each quarter of the images, for features."""
    means = pixels.float().mean(dim=1).unfold(1, 16, 16).unfold(2, 16, 16).mean(dim=(3, 4)).flatten(1)
    return means, means


def submission(tmp_path, body):
    """A folder with the solution's sampler.py, whose ddim_sample has another body; `right` is the solution's."""
    folder = tmp_path / "submission"
    shutil.copytree(SOLUTION, folder)
    signature = "def ddim_sample(eps_model, x_T, alpha_bar, tau, eta=0.0, generator=None):"
    source = (SOLUTION / "sampler.py").read_text("utf-8") + f"\n\nright = ddim_sample\n{signature}\n    {body}\n"
    (folder / "sampler.py").write_text(source, "utf-8")
    return folder


def ask(network):
    """The network as the lecture asks it, t = 1..T; diffusers counts from 0."""
    return torch.no_grad()(lambda x_t, t: network(x_t, t - 1).sample)


def drawn(count):
    return np.random.default_rng(0).standard_normal((count, 3, 32, 32), np.float32)


# The images


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_images_are_those_of_the_sampler_and_the_network_without_a_wall(network, weights, zygote, monkeypatch, eta):
    """In batches of two: those of a call of the solution with the network itself, to the last bit."""
    monkeypatch.setattr(paper_table, "FLOATS", 2 * 3 * 32 * 32 + 1)
    eps_model, _ = paper_table.open_network(str(weights), (3, 32, 32))
    student = Session(zygote, overlay.load(SOLUTION)).student()
    tau = paper_table.tau_of(10, "quadratic")
    pixels = paper_table.sample(student, eps_model, (IMAGES, 3, 32, 32), tau, eta)
    student.close()
    table = torch.from_numpy(cases.SCHEDULES["linear"])
    wanted = []
    for first in (0, 2, 4):
        x_T, noise = torch.from_numpy(drawn(IMAGES)[first : first + 2]), torch.Generator().manual_seed(first)
        wanted.append(solution.ddim_sample(ask(network), x_T, table, torch.from_numpy(tau), eta, noise))
    assert pixels.dtype == np.uint8 and pixels.std() > 20
    assert np.array_equal(pixels, data.to_pixels(torch.cat(wanted)).numpy())


def test_images_are_the_oracles(network, weights, zygote):
    """Within one level of brightness, since the oracle's states are float64."""
    eps_model, _ = paper_table.open_network(str(weights), (3, 32, 32))
    student = Session(zygote, overlay.load(SOLUTION)).student()
    tau, x_T = paper_table.tau_of(20, "leading"), drawn(2)
    pixels = paper_table.sample(student, eps_model, x_T.shape, tau, 0.0)
    student.close()

    def predict(x, t):
        return ask(network)(torch.from_numpy(x).float(), torch.from_numpy(t)).double().numpy()

    wanted = samplers.ddim_sample(predict, x_T, cases.SCHEDULES["linear"], tau, 0.0, lambda: 0 * x_T)
    assert np.abs((wanted.clip(-1, 1) + 1) * 127.5 - pixels).max() <= 1


def test_the_network_is_asked_one_step_lower(network, weights):
    eps_model, _ = paper_table.open_network(str(weights), (3, 32, 32))
    x_t = drawn(3).astype(np.float64)
    for t in (np.array([1, 2, 1000]), np.array([700, 3, 41])):
        asked = [network(torch.from_numpy(x_t).float(), torch.from_numpy(t - less)).sample for less in (1, 0)]
        lower, same = (each.detach().numpy() for each in asked)
        assert np.array_equal(eps_model(x_t, t), lower)
        assert np.abs(lower - same).max() > 1e-3


def test_the_steps_are_those_of_the_papers_authors():
    quadratic = paper_table.tau_of(10, "quadratic")
    assert quadratic.tolist() == [1 + 800 * i * i // 81 for i in range(10)]
    assert paper_table.tau_of(20, "leading").tolist() == list(range(1, 1001, 50))
    for spacing in ("quadratic", "leading"):
        assert paper_table.tau_of(1000, spacing).tolist() == list(range(1, 1001))
        for S in (20, 50, 100):
            tau = paper_table.tau_of(S, spacing)
            assert (np.diff(tau) > 0).all() and tau.dtype == np.int64 and 0.9 * S < len(tau) <= S
            assert tau[0] == 1 and tau[-1] in (801, 1001 - 1000 // S)


def test_weights_in_the_older_names_and_in_a_pipelines_folder(network, weights, tmp_path):
    """Published weights have attention layers of older names; a saved pipeline has its network in unet/."""
    shutil.copytree(weights, tmp_path / "unet")
    file = tmp_path / "unet" / "diffusion_pytorch_model.safetensors"
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    tensors = load_file(file)
    for new, name in old.items():
        tensors = {key.replace(f".{new}.", f".{name}."): tensor for key, tensor in tensors.items()}
    assert any(".query." in key for key in tensors)
    save_file(tensors, file, {"format": "pt"})
    (eps_model, digest), (wanted, same) = (
        paper_table.open_network(str(path), (3, 32, 32)) for path in (tmp_path, weights)
    )
    x_t, t = drawn(1).astype(np.float64), np.array([500])
    assert digest == same and np.array_equal(eps_model(x_t, t), wanted(x_t, t))


# The table


def test_the_paper_has_its_figures_and_its_trend():
    assert {row: figures for row, figures in paper_table.PAPER["data"]["cifar10"]["fid"].items()} == CIFAR
    for paper in paper_table.PAPER["data"].values():
        figures = np.array(list(paper["fid"].values()))
        assert figures.shape == (5, 5) and (np.diff(figures, axis=1) < 0).all()
        assert (np.diff(figures[:4], axis=0) > 0).all() and (figures[4, :4] > figures[3, :4]).all()
        assert list(paper["fid"])[:4] == paper_table.ETAS


def test_a_table_has_figures_where_a_cell_was_run_and_blanks_elsewhere(command, tmp_path):
    code, said = command(etas="0 1")
    assert code == 0
    lines, found = said.splitlines(), json.loads((tmp_path / "paper-table-cifar10.json").read_text())["fid"]
    assert set(found) == {"10 0", "10 1"} and found["10 0"] != found["10 1"]
    start = next(i for i, line in enumerate(lines) if line.startswith("FID on CIFAR-10"))
    assert lines[start].endswith(f"ours of {IMAGES} images a cell")
    head, rows = lines[start + 2 : start + 4], lines[start + 4 : start + 9]
    assert head[0].split() == "S = 10 S = 20 S = 50 S = 100 S = 1000".split()
    assert head[1].split() == ["η", *["ours", "paper"] * 5]
    for row, (name, figures) in zip(rows, CIFAR.items()):
        ours = [f"{found[f'10 {name}']:.2f}"] if f"10 {name}" in found else []
        assert row.split() == [name, *ours, *(f"{figure:.2f}" for figure in figures)]
    ends = [len(row.replace("\N{COMBINING CIRCUMFLEX ACCENT}", "")) for row in [*head, *rows]]
    assert set(ends) == {97} and max(len(line) for line in lines[start:]) <= 100
    assert "never sampled here, and not in the lecture" in said


@pytest.mark.parametrize("lacks", ["weights", "features"])
def test_without_weights_or_features_the_paper_stands_alone(command, lacks, tmp_path):
    code, said = command(**{lacks: None, "data": "celeba"})
    assert code == 0 and "FID on CelebA" in said and "ours of no images" in said
    assert "33.12             26.03             18.48             13.93              5.98" in said
    assert "Nothing was sampled: that takes WEIGHTS and FEATURES." in said
    assert not list(tmp_path.glob("paper-table*"))


def test_the_figure_is_the_fid_of_the_images_against_the_training_images(command, network, tmp_path):
    command()
    tau, x_T = paper_table.tau_of(10, "quadratic"), torch.from_numpy(drawn(IMAGES))
    x_0 = solution.ddim_sample(ask(network), x_T, torch.from_numpy(cases.SCHEDULES["linear"]), torch.from_numpy(tau))
    real = metrics.Reference.of(metrics.reference(data.load("cifar10")[0], quarters))
    wanted = metrics.fid(quarters(data.to_pixels(x_0))[0], real)
    found = json.loads((tmp_path / "paper-table-cifar10.json").read_text())["fid"]
    assert found == {"10 0": pytest.approx(wanted, rel=1e-6)} and wanted > 10


def test_what_is_done_stays_done(command, tmp_path, monkeypatch):
    """Stopped in its second cell, the command goes on there; the training images are not seen again."""
    made, sample = [], paper_table.sample

    def stopped(student, eps_model, shape, tau, eta):
        made.append((len(tau), eta))
        if len(made) == 2:
            raise GraderFault("the machine went down")
        return sample(student, eps_model, shape, tau, eta)

    monkeypatch.setattr(paper_table, "sample", stopped)
    code, said = command(etas="0 1")
    assert code == 2 and "the machine went down" in said
    before = json.loads((tmp_path / "paper-table-cifar10.json").read_text())["fid"]
    monkeypatch.setattr(data, "load", None)
    assert command(etas="0 1")[0] == 0 and made == [(10, 0.0), (10, 1.0), (10, 1.0)]
    assert command(etas="0 1")[0] == 0 and len(made) == 3
    after = json.loads((tmp_path / "paper-table-cifar10.json").read_text())["fid"]
    assert list(before) == ["10 0"] and list(after) == ["10 0", "10 1"] and after["10 0"] == before["10 0"]


def test_the_seconds_of_a_marking_do_not_hold_here(command, monkeypatch):
    """A table has many calls, for many images each."""
    limits = []

    def session(zygote, submission, **options):
        limits.append(options["limits"])
        return Session(zygote, submission, **options)

    monkeypatch.setattr(paper_table, "Session", session)
    assert command()[0] == 0 and [(each.run, each.function) for each in limits] == [(math.inf, math.inf)]


def test_figures_made_in_different_ways_are_not_mixed(command, tmp_path):
    assert command()[0] == 0
    for changed, options in {
        "IMAGES": {"images": IMAGES + 1},
        "SUBMISSION": {"submission": submission(tmp_path, f"return {RIGHT}")},
    }.items():
        code, said = command(etas="1", **options)
        assert code == 2 and f"was begun with other {changed}; give another OUT" in said
    (tmp_path / "inception.pth").write_bytes(b"others")
    assert "was begun with other FEATURES;" in command()[1]


# What goes wrong


FAILS = {  # at η = 1 only
    f"if eta: raise ValueError('no')\n    return {RIGHT}": "ddim_sample raised ValueError",
    f"return {RIGHT} / (1 - eta)": "x_0 has NaN, infinite or huge values.",
    "return right(eps_model, x_T, alpha_bar, tau if not eta else tau[1:])": "9 calls on 10 steps.",
    f"return {RIGHT}[: None if not eta else 1]": "x_0 is float32 of shape (1, 3, 32, 32)",
    f"import os\n    return os._exit(3) if eta else {RIGHT}": "(exit code 3)",
}


@pytest.mark.parametrize("body, sentence", FAILS.items(), ids=["raises", "NaN", "too few calls", "shape", "dies"])
def test_a_submission_that_fails_is_told_so_and_keeps_its_cells(command, tmp_path, body, sentence):
    code, said = command(submission(tmp_path, body), etas="0 1")
    assert code == 1 and "The submission failed: " in said and sentence in said.split("The submission failed: ")[1]
    found = json.loads((tmp_path / "paper-table-cifar10.json").read_text())["fid"]
    assert list(found) == ["10 0"] and f"{found['10 0']:.2f}             13.36" not in said
    assert f"{found['10 0']:.2f}   13.36" in said


def change(folder, **settings):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | settings))


def empty(folder):
    shutil.rmtree(folder)
    folder.mkdir()


def drop_a_tensor(folder):
    file = folder / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    del tensors["conv_out.bias"]
    save_file(tensors, file, {"format": "pt"})


WEIGHTS = {
    "no config.json": (empty, "Error no file named config.json"),
    "a list": (lambda folder: (folder / "config.json").write_text("[]"), "indices must be integers"),
    "another network": (lambda folder: change(folder, _class_name="AutoencoderKL"), "its config.json is of a Auto"),
    "not all weights": (drop_a_tensor, "weights are not all there"),
    "wider than its weights": (lambda folder: change(folder, block_out_channels=[16, 16]), "size mismatch"),
    "damaged": (lambda folder: next(folder.glob("*.safetensors")).write_text("no"), "Unable to load weights"),
    "other images": (lambda folder: change(folder, sample_size=64), "it is for images of 64"),
    "grey images": (lambda folder: tiny(in_channels=1, out_channels=1).save_pretrained(folder), "channels"),
    "two answers": (lambda folder: tiny(out_channels=6).save_pretrained(folder), "it is for images of 32"),
    "classes": (lambda folder: tiny(num_class_embeds=3).save_pretrained(folder), "class_labels should be provided"),
}


@pytest.mark.parametrize("spoil, sentence", WEIGHTS.values(), ids=WEIGHTS)
def test_weights_that_are_no_fitting_unet2dmodel(command, weights, tmp_path, spoil, sentence):
    folder = tmp_path / "spoilt"
    shutil.copytree(weights, folder)
    spoil(folder)
    code, said = command(weights=folder)
    assert code == 2 and len(said.splitlines()) == 1 and sentence in said
    assert said.startswith(f"The table could not be made: {folder}: no UNet2DModel for images (3, 32, 32) (")


@pytest.mark.parametrize("name", ["/nowhere/weights", "weights", "./weights", "a/b/c", f"{AUTOGRADER.name}/weights"])
def test_what_looks_like_a_path_is_not_asked_of_the_hub(command, monkeypatch, name):
    monkeypatch.chdir(AUTOGRADER.parent)
    monkeypatch.setattr(diffusers.UNet2DModel, "load_config", None)
    code, said = command(weights=name)
    assert code == 2 and len(said.splitlines()) == 1 and f"there is nothing at {name}: give a folder" in said


def test_a_name_is_asked_of_the_hub(command, weights, monkeypatch):
    """And a folder is not, whatever its name."""
    asked = []

    def load_config(name, **options):
        asked.append((name, options["local_files_only"]))
        return {"_class_name": "UNet2DModel"}

    def from_pretrained(name, **options):
        asked.append((name, options["local_files_only"]))
        raise OSError("We couldn't connect to\nthe hub")

    monkeypatch.setattr(diffusers.UNet2DModel, "load_config", load_config)
    monkeypatch.setattr(diffusers.UNet2DModel, "from_pretrained", from_pretrained)
    code, said = command(weights="nobody/ddpm")
    assert code == 2 and said.splitlines()[0].endswith("(We couldn't connect to the hub)")
    command(weights=weights)
    assert asked == [("nobody/ddpm", False)] * 2 + [(str(weights), True)] * 2


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"data": "mnist"}, "the paper has cifar10 celeba, S = 10 20 50 100 1000, η = 0 0.2 0.5 1 only"),
        ({"steps": "10 15"}, "the paper has cifar10 celeba"),
        ({"etas": "0.3"}, "the paper has cifar10 celeba"),
        ({"images": 3}, "expected at least 4 images, as many as there are features; got 3"),
        ({"submission": "/nowhere"}, "there is no submission at /nowhere"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_sentence(command, options, sentence):
    code, said = command(**options)
    assert code == 2 and len(said.splitlines()) == 1 and sentence in said


def test_no_inception_and_no_data(command, tmp_path, monkeypatch):
    monkeypatch.setattr(metrics, "inception", INCEPTION)
    monkeypatch.setattr(data, "load", LOAD)
    monkeypatch.setattr(data, "DATA", tmp_path / "data")
    code, said = command()
    assert code == 2 and said.splitlines() == [said.strip()] and "torch-fidelity's Inception weights" in said
    monkeypatch.setattr(metrics, "inception", lambda path, device: quarters)
    code, said = command()
    assert code == 2 and said.splitlines() == [said.strip()] and "python -m diffusion.data cifar10" in said


@pytest.mark.parametrize("package", ["diffusers", "torch_fidelity.metric_fid"])
def test_a_missing_package_is_named(command, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "diffusion.metrics")
    monkeypatch.delattr("diffusion.metrics")
    code, said = command()
    assert code == 2 and package in said and "pip install --editable '.[paper]'" in said


def test_the_grader_imports_no_torch_for_it():
    code = "import workshop.quality.paper_table, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=AUTOGRADER, check=True)
