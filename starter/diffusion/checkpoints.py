"""Networks on disk: safetensors, which holds numbers only and so is safe to open, wherever it came from.

The header of a file also holds the network's configuration, so that it can be built again, and the record of its
training: data, seed, images seen, time, machine, loss.
"""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from diffusion.phrases import phrase
from diffusion.unet import UNet


class BadCheckpoint(Exception):
    """A file is not a checkpoint of the kind that was asked for; the message says what is wrong."""


def write(path: Path, tensors: dict[str, Tensor], **about: Any) -> None:
    """Write tensors and what is to be known about them, in one step."""
    header = {name: json.dumps(value) for name, value in about.items()}
    replace(path, save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, header))


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step: whenever this is stopped, the file is the old one or the new one."""
    half = path.with_name(path.name + ".half")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def read(path: Path, device: torch.device | str = "cpu") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file and what its header says about them. Raises BadCheckpoint."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            about = {name: json.loads(value) for name, value in (file.metadata() or {}).items() if name != "format"}
            return {name: file.get_tensor(name) for name in file.keys()}, about
    except (OSError, SafetensorError, ValueError) as error:
        raise BadCheckpoint(
            phrase("{path} cannot be read as a checkpoint ({error})", path=path, error=error)
        ) from error


def save_network(path: Path, network: nn.Module, record: dict[str, Any]) -> None:
    """Write a network in float16, half the bytes, and its training record; its `config` builds it again."""
    tensors = {name: tensor.half() for name, tensor in network.state_dict().items()}
    write(path, tensors, config=network.config, record=record)


def load_network(
    path: Path, device: torch.device | str = "cpu", kind: type[nn.Module] = UNet
) -> tuple[nn.Module, dict[str, Any]]:
    """The network of a file, float32 and ready to predict, and its training record. Raises BadCheckpoint.

    kind: the class of the network, UNet or FeatureNet.
    """
    tensors, about = read(path, device)
    if not isinstance(about.get("config"), dict):
        raise BadCheckpoint(
            phrase("{path} does not say which network it holds: it is not a network of this assignment", path=path)
        )
    try:
        network = kind(**about["config"])
        network.load_state_dict(tensors)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        name = kind.__name__
        raise BadCheckpoint(
            phrase("{path} does not hold a {name} of this assignment ({reason})", path=path, name=name, reason=reason)
        ) from error
    return network.to(device).eval().requires_grad_(False), about.get("record", {})
