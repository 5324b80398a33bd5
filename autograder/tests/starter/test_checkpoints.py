"""Networks on disk: written whole or not at all, read back the same, and refused in one sentence where they are not."""

import os
import pickle

import pytest
import torch
from safetensors.torch import save_file

from grader.paths import STARTER

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints
    from diffusion.features import FeatureNet
    from diffusion.unet import UNet

SMALL = {"channels": (8,), "blocks": (1,), "attention": (1,)}
TENSORS = {"weights": torch.arange(6.0).reshape(2, 3).T, "count": torch.tensor(7), "none": torch.empty(0)}


@pytest.fixture
def small():
    """A small network, every weight random."""
    torch.manual_seed(0)
    network = UNet(**SMALL)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    return network


class Command:
    """Pickled, it is a command that runs where the file is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def refusal(function, *args):
    """What the BadCheckpoint says that function(*args) raises: one line, with the path in it."""
    with pytest.raises(checkpoints.BadCheckpoint) as caught:
        function(*args)
    text = str(caught.value)
    assert "\n" not in text and str(args[0]) in text and len(text) < 500 + len(str(args[0]))
    return text


def test_what_was_written_is_read(tmp_path):
    about = {"step": 3, "seconds": 0.1, "rows": [[1, 0.5]], "recipe": {"data": "ᾱ", "attention": [False, True]}}
    checkpoints.write(tmp_path / "file", TENSORS, **about)
    tensors, read = checkpoints.read(tmp_path / "file")
    assert read == about and tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    """The disk is full when the bytes go to it, or the program is stopped before the file has its name."""
    checkpoints.write(tmp_path / "file", TENSORS, step=1)
    old = (tmp_path / "file").read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoints.write(tmp_path / "file", {"weights": torch.ones(1000)}, step=2)
    assert (tmp_path / "file").read_bytes() == old
    monkeypatch.undo()
    checkpoints.write(tmp_path / "file", {"weights": torch.ones(1000)}, step=2)
    assert checkpoints.read(tmp_path / "file")[1] == {"step": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "checkpoint"
    assert "cannot be read" in refusal(checkpoints.read, path)  # there is none
    assert "cannot be read" in refusal(checkpoints.read, tmp_path)  # a folder
    checkpoints.write(path, TENSORS, step=1)
    whole = path.read_bytes()
    for content in (
        b"",
        b"no checkpoint",
        whole[:100],
        whole[:-1],
        whole + b"more",
        pickle.dumps(Command(tmp_path / "ran")),
    ):
        path.write_bytes(content)
        refusal(checkpoints.read, path)
    assert not (tmp_path / "ran").exists()
    save_file({"weights": torch.ones(2)}, path, metadata={"author": "a sentence, not JSON"})
    refusal(checkpoints.read, path)


def test_a_network_is_read_as_it_was_written(tmp_path, small):
    """But for the digits that float16 has not; it is ready to predict, and knows how it was trained."""
    record = {"seed": 1, "loss": 0.25}
    checkpoints.save_network(tmp_path / "network", small, record)
    network, read = checkpoints.load_network(tmp_path / "network")
    x_t, t = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0)), torch.tensor([1, 10, 100, 1000])
    assert read == record and not network.training
    assert all(p.dtype == torch.float32 and not p.requires_grad for p in network.parameters())
    wanted = small(x_t, t).detach()
    torch.testing.assert_close(network(x_t, t), wanted, rtol=0, atol=0.01 * float(wanted.std()))
    assert (tmp_path / "network").stat().st_size < 2 * sum(p.numel() for p in small.parameters()) + 20_000


def test_a_feature_network_is_read_as_it_was_written(tmp_path):
    network = FeatureNet().half().float()
    checkpoints.save_network(tmp_path / "network", network, {})
    read, _ = checkpoints.load_network(tmp_path / "network", "cpu", FeatureNet)
    assert all(torch.equal(a, b) for a, b in zip(network.state_dict().values(), read.state_dict().values()))


def test_another_network_is_refused(tmp_path, small):
    path, tensors, config = tmp_path / "network", small.state_dict(), small.config
    for about in ({}, {"config": None}, {"config": [1]}):
        checkpoints.write(path, tensors, **about)
        assert "does not say which network it holds" in refusal(checkpoints.load_network, path)
    less = dict(list(tensors.items())[:-1])
    for held, about in (
        (tensors, {**config, "channels": [16]}),
        (tensors, {**config, "channels": [7]}),
        (tensors, {**config, "colour": "blue"}),
        (tensors, {**config, "blocks": 1}),
        (less, config),
        ({**tensors, "more": torch.ones(1)}, config),
    ):
        checkpoints.write(path, held, config=about)
        assert "does not hold a UNet" in refusal(checkpoints.load_network, path)
    checkpoints.save_network(path, FeatureNet(), {})
    refusal(checkpoints.load_network, path)
    checkpoints.save_network(path, small, {})
    assert "does not hold a FeatureNet" in refusal(checkpoints.load_network, path, "cpu", FeatureNet)
