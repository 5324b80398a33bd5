"""Training: stopped at any moment it goes on to the same result, several processes do what one does, and the rest."""

import csv
import importlib.util
import itertools
import os
import random
import re
import runpy
import signal
import subprocess
import sys
from functools import cache
from types import SimpleNamespace

import pytest
import torch

from grader.paths import SOLUTION, STARTER

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints, data, sampling, toy, training
    from diffusion.mlp import NoiseMLP
    from diffusion.recipe import Recipe, Refused
    from diffusion.schedule import linear_schedule
    from diffusion.training import Training
    from diffusion.unet import UNet

IMAGES = torch.randint(256, (40, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
SMALL = {"channels": (8,), "blocks": (1,), "attention": (0,)}
STEPS, BATCH, ROW = 24, 8, 5  # ROW is what these tests take for ROW_STEPS
ARGUMENTS = f"--steps {STEPS} --batch {BATCH} --channels 8 --blocks 1 --attention 0".split()


def loss(model, x_0, t, eps, alpha_bar):
    """The simple loss, written again."""
    a = alpha_bar[t].float().reshape(-1, 1, 1, 1)
    return (model(a.sqrt() * x_0 + (1 - a).sqrt() * eps, t) - eps).square().mean()


def flat_loss(model, x_0, t, eps, alpha_bar):
    """The simple loss of points."""
    a = alpha_bar[t].float()[:, None]
    return (model(a.sqrt() * x_0 + (1 - a).sqrt() * eps, t) - eps).square().mean()


@pytest.fixture(autouse=True)
def rows(monkeypatch):
    """A row of the metrics every ROW steps."""
    monkeypatch.setattr(training, "ROW_STEPS", ROW)


@pytest.fixture
def begin(tmp_path):
    """begin(): a tiny training in a folder of its own, or as far as it has come there."""

    def _begin(folder="run", loss=loss, images=IMAGES, network=SMALL, alpha_bar=None, **numbers):
        torch.manual_seed(numbers.get("seed", 0))
        (tmp_path / folder).mkdir(exist_ok=True)
        numbers = {"data": "noise", "steps": STEPS, "batch": BATCH, **numbers}
        table = linear_schedule() if alpha_bar is None else alpha_bar
        return Training(UNet(**network), loss, images, table, Recipe(**numbers), tmp_path / folder)

    return _begin


def run(made):
    """Train to the end; returns what was reported."""
    heard = []
    made.run(lambda *row: heard.append(row))
    return heard


def metrics(folder):
    """The rows of metrics.csv without the column of seconds, which no two runs share."""
    text = (folder / "metrics.csv").read_bytes().decode()
    assert "\r" not in text and text.endswith("\n")
    with (folder / "metrics.csv").open(newline="") as file:
        return [(int(row["step"]), int(row["images"]), float(row["loss"])) for row in csv.DictReader(file)]


def weights(folder):
    """All that a training ends with: the network, its moving average, Adam's moments."""
    return checkpoints.read(folder / "checkpoint.safetensors")[0]


def assert_same(one, other):
    """Two trainings ended with the same numbers, to the last digit."""
    assert metrics(one) == metrics(other)
    ours, theirs = weights(one), weights(other)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


# Batches and steps


def test_a_batch_depends_on_its_number_and_the_seed_alone(begin):
    made, again, other = begin("a"), begin("b"), begin("c", seed=1)
    made.advance()
    for ours, theirs in zip(made.batch(5), again.batch(5)):
        assert torch.equal(ours, theirs)
    for different in (made.batch(6), other.batch(5)):
        assert all(not torch.equal(a, b) for a, b in zip(made.batch(5), different))


def test_a_batch_holds_images_times_and_noise(begin):
    """The images in [−1, 1], each t of 1 … T, standard normal noise, all of them independent."""
    made = begin(alpha_bar=linear_schedule(T=5), batch=40)
    x_0, t, eps = (torch.cat(each) for each in zip(*(made.batch(step) for step in range(50))))
    states = IMAGES.double() / 255 * 2 - 1
    which = (x_0[:, None] - states).abs().amax(dim=(2, 3, 4))
    assert x_0.dtype == eps.dtype == torch.float32 and t.dtype == torch.int64 and eps.shape == x_0.shape
    assert which.amin(dim=1).max() < 1e-6
    assert set(which.argmin(dim=1).tolist()) == set(range(40))  # none is left out: 40 · e⁻⁵⁰
    assert t.bincount().tolist()[0] == 0 and t.bincount()[1:] == pytest.approx([400] * 5, abs=6 * 18)
    assert float(eps.mean()) == pytest.approx(0, abs=6 / 128000**0.5)
    assert float(eps.square().mean()) == pytest.approx(1, abs=6 * (2 / 128000) ** 0.5)
    assert float((eps * x_0).mean()) == pytest.approx(0, abs=6 / 128000**0.5)


@pytest.mark.parametrize("world", [2, 4])
def test_the_processes_share_a_batch(begin, monkeypatch, world):
    made = begin()
    whole, made.world, shares = made.batch(3), world, []
    for rank in range(world):
        monkeypatch.setattr(training, "RANK", rank)
        shares.append(made.batch(3))
    for part, parts in zip(whole, zip(*shares)):
        assert torch.equal(part, torch.stack(parts, dim=1).flatten(0, 1))


def test_the_learning_rate_rises_and_falls():
    long, short = Recipe("", steps=1000, batch=1, lr=2.0, warmup=100), Recipe("", steps=5, batch=1, lr=2.0, warmup=100)
    assert [long.lr_at(step) for step in (0, 49, 99)] == pytest.approx([0.02, 1.0, 2.0])
    assert [long.lr_at(step) for step in (100, 550, 999)] == pytest.approx([2.0, 1.0, 2 / 900])
    assert [short.lr_at(step) for step in (0, 4)] == pytest.approx([0.02, 0.1])
    assert Recipe("", steps=5, batch=1, warmup=0).lr_at(4) > 0


def test_training_learns(begin):
    """One image, so that the noise can be told from it: the loss falls well below 1, and so does the average's."""
    made = begin(images=IMAGES[:1].expand(8, 1, 8, 8), steps=200, warmup=20, ema=0.9, lr=1e-2)
    heard = run(made)
    x_0, t, eps = made.batch(1000)
    assert heard[0][1] > 0.8 and made.last_loss(3) < 0.4
    assert float(loss(made.ema.module, x_0, t, eps, made.alpha_bar).detach()) < 0.5


def test_the_average_is_that_of_the_weights(begin):
    """The first weights, then a share of 1 − ema of each step's."""
    made, average = begin(ema=0.75), None
    for _ in range(5):
        made.advance()
        now = [p.detach().double() for p in made.network.parameters()]
        average = [p.clone() for p in now] if average is None else [0.75 * a + 0.25 * p for a, p in zip(average, now)]
    for ours, wanted in zip(made.ema.module.parameters(), average):
        torch.testing.assert_close(ours.double(), wanted, rtol=0, atol=1e-6)


def test_what_is_reported_is_what_the_metrics_hold(begin, tmp_path):
    """A row every ROW steps and one at the end; a row's loss is the mean since the row above."""
    made, losses = begin(), []
    advance = made.advance
    made.advance = lambda: losses.append(advance()) or losses[-1]
    heard = run(made)
    assert [step for step, _, _ in heard] == [*range(ROW, STEPS, ROW), STEPS]
    for (step, mean, _), above in zip(heard, [0, *(step for step, _, _ in heard)]):
        assert mean == pytest.approx(float(torch.stack(losses[above:step]).mean()), abs=1e-6)
    assert metrics(tmp_path / "run") == [(step, step * BATCH, round(mean, 6)) for step, mean, _ in heard]
    assert (tmp_path / "run" / "metrics.csv").read_text().startswith("step,images,loss,seconds\n")


# To stop and to go on


class Stop(Exception):
    """Stands for a kill, inside a step."""


def stop_at(made, step):
    """Train until the middle of a step, and stop there."""
    loss = made.loss

    def stopping(*args):
        if made.step == step:
            raise Stop
        return loss(*args)

    made.loss = stopping
    with pytest.raises(Stop):
        run(made)


@pytest.mark.parametrize("config", [SMALL, {**SMALL, "dropout": 0.5}], ids=["plain", "dropout"])
def test_a_training_that_was_stopped_goes_on(begin, tmp_path, monkeypatch, config):
    """After a row, in the middle of a row, before the first one, twice at once; saved after every step."""
    run(begin("whole", network=config))
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    for step in (ROW - 2, ROW, ROW + 1, 2 * ROW, 2 * ROW, STEPS - 1):
        stop_at(begin("stopped", network=config), step)
    made = begin("stopped", network=config)
    assert made.step == STEPS - 1
    heard = run(made)
    assert [step for step, _, _ in heard] == [STEPS]
    assert_same(tmp_path / "whole", tmp_path / "stopped")


def test_steps_since_the_checkpoint_are_made_again(begin, tmp_path, monkeypatch):
    """And their rows are not in the metrics twice."""
    run(begin("whole"))
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    stop_at(begin("stopped"), ROW + 2)
    monkeypatch.setattr(training, "SAVE_SECONDS", 1e9)
    stop_at(begin("stopped"), 3 * ROW)
    assert [step for step, _, _ in metrics(tmp_path / "stopped")] == [ROW, 2 * ROW, 3 * ROW]
    made = begin("stopped")
    assert made.step == ROW + 2
    assert [step for step, _, _ in metrics(tmp_path / "stopped")] == [ROW]
    run(made)
    assert_same(tmp_path / "whole", tmp_path / "stopped")


@pytest.mark.parametrize("torn", [None, b"", b"step,ima", b"step,images,loss,seconds\n5,40,0.98", b"\0\0\n\0"])
def test_the_metrics_are_whole_whatever_was_left_of_them(begin, tmp_path, monkeypatch, torn):
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    stop_at(begin(), 2 * ROW + 1)
    left = tmp_path / "run" / "metrics.csv"
    whole = left.read_bytes()
    left.unlink() if torn is None else left.write_bytes(torn)
    begin()
    assert left.read_bytes() == whole and len(metrics(tmp_path / "run")) == 2


def test_a_training_at_its_end_stays_there(begin, tmp_path):
    run(begin())
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    made = begin()
    assert run(made) == [] and made.step == STEPS and made.seconds > 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before
    assert made.last_loss() == pytest.approx(sum(row[2] for row in metrics(tmp_path / "run")) / 5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 70}, "steps 24, not 70"),
        ({"batch": 4}, "batch 8, not 4"),
        ({"lr": 1e-4}, "lr 0.0015, not 0.0001"),
        ({"seed": 1}, "seed 0, not 1"),
        ({"match": "score"}, "match noise, not score"),
        ({"data": "other"}, "data noise, not other"),
        ({"images": IMAGES[:30]}, "training_images 40, not 30"),
        ({"network": {**SMALL, "channels": (16,)}}, "channels [8], not [16]"),
        ({"network": {**SMALL, "attention": (1,)}, "batch": 16}, "batch 8, not 16; attention [0], not [1]"),
    ],
)
def test_another_training_in_the_same_folder_is_refused(begin, tmp_path, monkeypatch, change, words):
    """In a sentence that says what differs, and nothing in the folder is touched."""
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    stop_at(begin(), ROW + 1)
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    with pytest.raises(Refused) as caught:
        begin(**change)
    assert f"was begun with {words}: go on with the same, or choose another folder" in str(caught.value)
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_what_is_no_checkpoint_of_a_training_is_refused(begin, tmp_path):
    (tmp_path / "run").mkdir()
    file = tmp_path / "run" / "checkpoint.safetensors"
    file.write_bytes(b"no checkpoint")
    with pytest.raises(checkpoints.BadCheckpoint, match="cannot be read as a checkpoint"):
        begin()
    checkpoints.save_network(file, UNet(**SMALL), {})
    with pytest.raises(checkpoints.BadCheckpoint, match="is not the checkpoint of a training"):
        begin()


def test_a_loss_that_is_not_a_number_ends_the_training(begin):
    with pytest.raises(Refused, match=f"the loss is nan at step {ROW}; begin again in another folder"):
        run(begin(loss=lambda *args: loss(*args) * float("nan")))


# train.py, in this process


@pytest.fixture
def train(tmp_path, monkeypatch, capsys):
    """train(*arguments): train.py with the solution's sampler.py and the tiny images; how it ended and what it said."""

    def _train(*arguments, sampler=SOLUTION, folder="fashion"):
        spec = importlib.util.spec_from_file_location("sampler", sampler / "sampler.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setitem(sys.modules, "sampler", module)
        monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
        code = 0
        try:
            runpy.run_path(str(STARTER / "train.py"), run_name="__main__")
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err, network=tmp_path / "runs" / folder / "network.safetensors")

    monkeypatch.syspath_prepend(STARTER)
    monkeypatch.setattr(data, "load", lambda name: (IMAGES, None))
    monkeypatch.chdir(tmp_path)
    return _train


def test_train_leaves_a_network_with_its_record(train):
    result = train(*ARGUMENTS, "--lr", "1e-2", "--seed", "3")
    assert result.code == 0 and result.err == ""
    assert result.out.startswith("40 training images; from step 0 to 24\n")
    network, record = checkpoints.load_network(result.network)
    assert sorted(path.name for path in result.network.parent.iterdir()) == [
        "checkpoint.safetensors",
        "metrics.csv",
        "network.safetensors",
    ]
    wanted = {"data": "fashion", "steps": 24, "batch": 8, "lr": 0.01, "seed": 3, "images_seen": 192, "processes": 1}
    assert {**record, **wanted, "training_images": 40, "torch": torch.__version__} == record
    assert record["machine"] and record["date"] and record["seconds"] >= 0
    assert record["loss"] == pytest.approx(sum(row[2] for row in metrics(result.network.parent)) / 5)
    average = {n.removeprefix("ema.module."): w for n, w in weights(result.network.parent).items() if "ema.module" in n}
    assert all(torch.equal(w.half().float(), average[name].half().float()) for name, w in network.state_dict().items())


@pytest.mark.parametrize("name", toy.SETS)
def test_train_on_points_leaves_a_network_that_sample_py_opens(train, name):
    """A NoiseMLP in runs/NAME; the points are the same whatever the seed."""
    points = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "run", lambda self, report: points.append(self.data) or self._add_row())
        patch.setattr(Training, "_add_row", lambda self: self.rows.append([0, 0, 1.0, 0.0]))
        for seed in ("1", "2"):
            train("--data", name, "--seed", seed, "--out", f"runs/{seed}")
    assert points[0].shape == (20_000, 2) and points[0].dtype == torch.float32 and torch.equal(*points)
    result = train("--data", name, "--steps", "24", folder=name)
    assert result.code == 0 and result.err == ""
    assert result.out.startswith("20,000 training points; from step 0 to 24\n")
    assert re.search(rf"runs/{name}/network.safetensors: loss \d\.\d+ after 12,288 points\n$", result.out)
    network, trained_on = sampling.open_network(result.network, torch.device("cpu"))
    assert isinstance(network, NoiseMLP) and trained_on == name
    assert sampling.state_shape(network, trained_on) == (2,) == network(points[0][:1], torch.tensor([1])).shape[1:]


def test_points_are_trained_on_as_they_are(tmp_path):
    """Only pixels are brought into [−1, 1]."""
    points = torch.tensor([[-3.0, 0.5]]).expand(8, 2)
    made = Training(NoiseMLP(), loss, points, linear_schedule(), Recipe("", 1, BATCH), tmp_path)
    x_0, t, eps = made.batch(0)
    assert torch.equal(x_0, points) and eps.shape == (8, 2) and t.shape == (8,)


def test_a_training_on_points_that_was_stopped_goes_on(tmp_path, monkeypatch):
    points = toy.two_moons().sample(100, torch.Generator().manual_seed(0))

    def begin(folder):
        torch.manual_seed(0)
        (tmp_path / folder).mkdir(exist_ok=True)
        recipe = Recipe("moons", steps=STEPS, batch=BATCH, ema=0.9)
        return Training(NoiseMLP(hidden=8), flat_loss, points, linear_schedule(), recipe, tmp_path / folder)

    run(begin("whole"))
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    for step in (ROW + 1, 2 * ROW):
        stop_at(begin("stopped"), step)
    run(begin("stopped"))
    assert_same(tmp_path / "whole", tmp_path / "stopped")


def test_train_goes_on_with_the_same_command(train, monkeypatch):
    monkeypatch.setattr(training, "SAVE_SECONDS", 0)
    advance = Training.advance

    def interrupted(self):
        if self.step == 10:
            raise KeyboardInterrupt
        return advance(self)

    monkeypatch.setattr(Training, "advance", interrupted)
    result = train(*ARGUMENTS)
    assert result.code == 1
    assert result.err == "train.py: stopped; the same command goes on from the last checkpoint\n"
    monkeypatch.setattr(Training, "advance", advance)
    assert train(*ARGUMENTS).out.startswith("40 training images; from step 10 to 24\n")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--steps", "0"], "0 steps of 8 images are none: both must be 1 or more"),
        (["--batch", "-1"], "24 steps of -1 images are none: both must be 1 or more"),
        (["--batch", "41"], "a batch of 41 is more than the 40 training images"),
        (["--lr", "0"], "a learning rate of 0.0 is not a positive number"),
        (["--lr", "nan"], "a learning rate of nan is not a positive number"),
        (["--ema", "1"], "a decay of 1.0 is not at least 0 and below 1"),
        (["--seed", "-1"], "a seed of -1 is not in 0 … 2³² − 1"),
        (["--channels", "8", "8"], "channels [8, 8], blocks [1] and attention [0]: expected as many of each"),
        (["--channels", "12"], "patch 2, channels [12]: expected a patch of 1 or more, multiples of 8"),
        (["--patch", "3"], "images of 8 × 8 pixels: this network wants multiples of 3"),
        (["--dropout", "2"], "dropout probability has to be between 0 and 1"),
        (["--out", "file/run"], "[Errno 20] Not a directory"),
    ],
)
def test_train_refuses_what_cannot_be_in_a_sentence(train, tmp_path, more, sentence):
    (tmp_path / "file").touch()
    result = train(*ARGUMENTS, *more)
    assert result.code == 1 and result.out == "" and not result.network.exists()
    assert result.err.startswith(f"train.py: {sentence}") and result.err.count("\n") == 1


def test_train_without_data_is_a_sentence(train, monkeypatch):
    def nothing(name):
        raise data.NoData("there are no images")

    monkeypatch.setattr(data, "load", nothing)
    assert train(*ARGUMENTS).err == "train.py: there are no images\n"


def test_train_says_where_a_student_s_own_mistake_is(train, tmp_path):
    source = (SOLUTION / "sampler.py").read_text()
    old = "loss = (eps_model(x_t, t)"
    assert source.count(old) == 1
    (tmp_path / "sampler.py").write_text(source.replace(old, "loss = (eps_model(x_t.reshape(-1), t)"))
    result = train(*ARGUMENTS, sampler=tmp_path)
    assert result.code == 1 and re.fullmatch(r"train\.py: sampler\.py, line \d+: \w+: .*\n", result.err)


def test_train_on_the_untouched_starter_says_what_is_to_do(train):
    assert (
        train(*ARGUMENTS, sampler=STARTER).err
        == "train.py: your sampler.py isn't finished: TODO 1.3: noise_prediction_loss\n"
    )


def test_a_log_gets_a_plain_line_a_minute(train, monkeypatch):
    """Where stderr is no terminal; here a step takes ten seconds."""
    now = itertools.count(0, 5)
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    lines = train(*ARGUMENTS).err.splitlines()
    assert 2 <= len(lines) <= 4
    assert all(re.fullmatch(r"step \d+ of 24, loss \d\.\d{4}, \d+ minutes left", line) for line in lines)


def test_a_terminal_gets_a_bar(train, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    err = train(*ARGUMENTS).err
    assert re.search(r"\| 24/24 \[\d\d:\d\d<\d\d:\d\d, .*step.*, loss=\d\.\d{4}\]\n$", err)


# train.py as a program, killed, and in two processes

PROGRAM = "--steps 60 --batch 8 --channels 8 16 --blocks 1 1 --attention 0 1".split()
DRIVER = """
import os, random, runpy, signal, sys, threading

solution, starter, kill_at, row = sys.argv[1:5]
del sys.argv[1:5]
sys.path[:0] = solution, starter
import torch
from diffusion import data, training

kill_at, training.ROW_STEPS = int(kill_at), int(row)
images = torch.randint(256, (40, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
data.load = lambda name: (images, None)
timer = threading.Timer(random.uniform(0, 0.01), os.kill, (os.getpid(), signal.SIGKILL))
advance = training.Training.advance

def watched(self):
    loss = advance(self)
    due = self.step == training.ROW_STEPS or random.random() < 0.3
    training.SAVE_SECONDS = 0 if due else 1e9
    if 0 < kill_at <= self.step and timer.ident is None:
        timer.start()
    if self.step == 20:
        gradients = {name: p.grad for name, p in self.network.named_parameters()}
        torch.save(gradients, self.metrics.with_name(f"gradients{training.RANK}.pt"))
    return loss

training.Training.advance = watched
runpy.run_path(os.path.join(starter, "train.py"), run_name="__main__")
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """start(folder, *more): train.py in a process, or several; kill_at: it is killed within 10 ms after this step."""
    home, started = tmp_path_factory.mktemp("training"), []
    (home / "driver.py").write_text(DRIVER)

    def _start(folder, *more, kill_at=0, processes=1):
        launch = f"-m torch.distributed.run --standalone --nproc-per-node {processes}".split() if processes > 1 else []
        driver = [str(each) for each in (home / "driver.py", SOLUTION, STARTER, kill_at, ROW)]
        command = [sys.executable, "-B", *launch, *driver, *PROGRAM, "--out", str(home / folder), *more]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON"))}
        environment |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        process = subprocess.Popen(command, env=environment, cwd=home, **pipes)
        started.append(process)

        @cache
        def end():
            text, _ = process.communicate(timeout=300)
            return SimpleNamespace(code=process.returncode, text=text, folder=home / folder)

        return end

    yield _start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def runs(start):
    """Three runs, side by side: undisturbed, in two processes, and in two that cannot share a batch. Call to await."""
    odd = start("odd", "--batch", "7", processes=2)
    return SimpleNamespace(one=start("one"), two=start("two", processes=2), odd=odd)


def test_a_training_killed_twice_ends_as_if_it_had_not_been(start, runs):
    """With SIGKILL, at any step and anywhere in it, saved after some steps only."""
    for first in (ROW + 1, 30):
        killed = start("killed", kill_at=random.randrange(first, first + 10))()
        assert killed.code == -signal.SIGKILL, killed.text
    last = start("killed")()
    assert last.code == 0, last.text
    assert ROW <= int(re.search(r"from step (\d+) to 60", last.text)[1]) < 60
    assert_same(runs.one().folder, last.folder)
    ours, theirs = (checkpoints.read(each.folder / "network.safetensors")[0] for each in (runs.one(), last))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert not list(last.folder.glob("*.half"))


def test_two_processes_do_what_one_does(runs):
    """The same gradients in each, and the same losses, to 1e-5."""
    alone, shared = runs.one(), runs.two()
    assert alone.code == shared.code == 0, alone.text + shared.text
    wanted = torch.load(alone.folder / "gradients0.pt")
    assert max(float(gradient.abs().max()) for gradient in wanted.values()) > 0.01
    for rank in (0, 1):
        gradients = torch.load(shared.folder / f"gradients{rank}.pt")
        for name in wanted:
            torch.testing.assert_close(gradients[name], wanted[name], rtol=0, atol=1e-5)
    one, two = metrics(alone.folder), metrics(shared.folder)
    assert [row[:2] for row in one] == [row[:2] for row in two]
    assert [row[2] for row in two] == pytest.approx([row[2] for row in one], abs=1e-5)
    assert checkpoints.load_network(shared.folder / "network.safetensors")[1]["processes"] == 2


def test_what_two_processes_refuse_they_say_once(runs):
    """Before what torchrun says of it, and without a traceback of our own."""
    odd = runs.odd()
    assert odd.code == 1
    said = re.findall(r"^train\.py: .*$", odd.text, re.MULTILINE)
    assert said == ["train.py: a batch of 7 cannot be shared equally by 2 processes"]
    assert not re.search('terminate called|diffusion/|train.py", line|rank 0 has said', odd.text)
