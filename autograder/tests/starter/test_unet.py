"""The noise predictor for images, and that the shipped one is still what was trained."""

import gzip
import json

import numpy as np
import pytest
import torch

from grader.paths import ASSETS, STARTER

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import checkpoints, data
    from diffusion.schedule import linear_schedule
    from diffusion.unet import UNet

SMALL = {"channels": (8, 16), "blocks": (1, 2), "attention": (False, True)}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def network(**config):
    """A small network in which every weight is random, also those that begin at zero."""
    torch.manual_seed(0)
    made = UNet(**{**SMALL, **config})
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    return made


def states(*shape):
    return torch.randn(shape, generator=seeded()), torch.randint(1, 1001, shape[:1], generator=seeded())


@pytest.mark.parametrize(
    ("size", "config"),
    [
        ((1, 28, 28), {}),
        ((1, 8, 12), {}),
        (
            (3, 32, 32),
            {"in_channels": 3, "patch": 1, "channels": (8, 8, 16), "blocks": (2, 1, 1), "attention": (0, 1, 0)},
        ),
        ((3, 6, 3), {"in_channels": 3, "patch": 3, "channels": (8,), "blocks": (1,), "attention": (1,)}),
    ],
)
def test_eps_has_the_shape_of_the_state(size, config):
    x_t, t = states(3, *size)
    eps = network(**config)(x_t, t)
    assert eps.shape == x_t.shape and eps.dtype == torch.float32


def test_an_untrained_network_predicts_zero():
    torch.manual_seed(0)
    assert not UNet(**SMALL)(*states(2, 1, 8, 8)).any()


def test_config_builds_the_network_again():
    """Also after a way through JSON, which knows lists only."""
    first = network(patch=4, dropout=0.25)
    second = UNet(**json.loads(json.dumps(first.config)))
    second.load_state_dict(first.state_dict())
    x_t, t = states(2, 1, 16, 16)
    assert json.dumps(second.config) == json.dumps(first.config)
    assert torch.equal(first.eval()(x_t, t), second.eval()(x_t, t))


def test_every_parameter_gets_a_gradient():
    made = network(channels=(8, 16, 16), blocks=(1, 2, 1), attention=(0, 1, 1))
    made(*states(2, 1, 16, 16)).square().mean().backward()
    assert [name for name, p in made.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_an_item_of_a_batch_is_what_it_is_alone():
    made, (x_t, t) = network(), states(5, 1, 8, 8)
    alone = torch.cat([made(x_t[[i]], t[[i]]) for i in range(5)])
    torch.testing.assert_close(made(x_t, t), alone, rtol=0, atol=1e-5)


def test_time_matters():
    made, (x_t, _) = network(), states(1, 1, 8, 8)
    at = [made(x_t, torch.tensor([t])) for t in (1, 2, 999, 1000)]
    assert all(not torch.allclose(a, b, atol=1e-4) for i, a in enumerate(at) for b in at[:i])


def test_dropout_is_for_training_only():
    made, (x_t, t) = network(dropout=0.5), states(2, 1, 8, 8)
    assert not torch.equal(made(x_t, t), made(x_t, t))
    assert torch.equal(made.eval()(x_t, t), made(x_t, t))


def test_the_arithmetic_stays_as_it_is():
    """Networks that were trained before predict as they did: what comes out, for weights made by a rule."""
    made = UNet(**SMALL)
    with torch.no_grad():
        for i, parameter in enumerate(made.parameters()):
            rule = torch.arange(parameter.numel(), dtype=torch.float64).mul(0.7 + i).cos() * 0.3
            parameter.copy_(rule.reshape(parameter.shape) + (parameter.ndim == 1))
    x_t = torch.arange(2 * 8 * 8, dtype=torch.float64).sin().float().reshape(2, 1, 8, 8)
    eps = made(x_t, torch.tensor([1, 500])).double()
    weights = torch.arange(64, dtype=torch.float64).mul(1.3).cos().reshape(8, 8)
    assert (eps[:, 0] * weights).sum(dim=(1, 2)).tolist() == pytest.approx([1.455465, 5.703438], rel=1e-4)


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"channels": (8,)}, "as many of each"),
        ({"attention": (0, 1, 0)}, "as many of each"),
        ({"channels": (), "blocks": (), "attention": ()}, "as many of each"),
        ({"blocks": (1, 0)}, "at least one block"),
        ({"channels": (8, 12)}, "multiples of 8"),
        ({"channels": (0, 8)}, "multiples of 8"),
        ({"patch": 0}, "patch of 1 or more"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(config, word):
    with pytest.raises(ValueError, match=word):
        UNet(**{**SMALL, **config})


@pytest.mark.parametrize("size", [(6, 8), (8, 6), (7, 8)])
def test_a_size_that_cannot_be_halved_is_refused(size):
    with pytest.raises(ValueError, match=f"images of {size[0]} × {size[1]} pixels: this network wants multiples of 4"):
        UNet(**SMALL)(*states(1, 1, *size))


@pytest.mark.skipif(not (ASSETS / "fashion-unet.safetensors").exists(), reason="the trained network is not there")
def test_the_shipped_network_still_predicts_noise():
    """Its loss on real images, with fixed noise: whoever changes the arithmetic of the U-Net sees it here."""
    trained, record = checkpoints.load_network(ASSETS / "fashion-unet.safetensors")
    packed = (ASSETS / "fashion-part" / "t10k-images-idx3-ubyte.gz").read_bytes()
    pixels = np.frombuffer(gzip.decompress(packed), np.uint8, 100 * 28 * 28, offset=16).copy()
    x_0 = data.to_state(torch.from_numpy(pixels).reshape(100, 1, 28, 28))
    t, eps = torch.arange(5, 1001, 10), torch.randn(x_0.shape, generator=seeded())
    alpha_bar_t = linear_schedule()[t].float().reshape(-1, 1, 1, 1)
    answer = trained(alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps, t)
    assert (answer - eps).square().mean() < 1.3 * record["loss"]
