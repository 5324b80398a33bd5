"""The process of the trained networks: forked from the zygote, which has torch; it answers until its channel closes.

It runs the provided code and the shipped weights only, on the grader's own copies, and never a student's.
"""

import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import torch

from grader.sandbox import wire

PART = 96  # images that one core looks at together, at most


def main(sock: socket.socket, device: str, code: str) -> NoReturn:
    """Serve `["eps", x_t, t]` and `["features", images]` with the provided code in the folder `code`."""
    channel = wire.Channel(sock)
    try:
        _serve(channel, device, code)
    except wire.Closed:
        os._exit(0)
    except BaseException as error:  # said once, instead of an answer; the grader makes a fault of it
        channel.send({"fault": f"{type(error).__name__}: {error}"[:500]})
        os._exit(70)


def _serve(channel: wire.Channel, device: str, code: str) -> NoReturn:
    if device == "cuda" and not torch.cuda.is_available():
        channel.send({"no_device": "no CUDA device"})
        os._exit(0)
    torch.backends.cudnn.allow_tf32 = False  # as exact on a GPU as on a CPU
    sys.path.insert(0, code)
    networks = Networks(device)
    channel.send({"pid": os.getpid()})
    while True:
        what, *arrays = channel.receive()
        channel.send(networks.answer(what, *map(torch.from_numpy, arrays)).numpy())


class Networks:
    """The noise predictor and the feature network on one device."""

    def __init__(self, device: str):
        from diffusion import checkpoints, data
        from diffusion.assets import find
        from diffusion.features import FeatureNet

        network, _ = checkpoints.load_network(find("fashion-unet.safetensors"), device)
        self._layout = torch.channels_last if device == "cpu" else torch.contiguous_format  # the faster one
        self._network = network.to(memory_format=self._layout)
        self._features, _ = checkpoints.load_network(find("fashion-features.safetensors"), device, FeatureNet)
        self._data, self._device = data, device
        self._most, self._cores = (PART, len(os.sched_getaffinity(0))) if device == "cpu" else (sys.maxsize, 1)
        self._pool = ThreadPoolExecutor(self._cores, initializer=lambda: torch.set_num_threads(1))

    def answer(self, what: str, *arrays: torch.Tensor) -> torch.Tensor:
        """What the method `what` says of the batch: each core takes parts of it, and so none waits for another."""
        part = min(self._most, -(-len(arrays[0]) // self._cores))
        parts = zip(*(array.split(part) for array in arrays))
        return torch.cat(list(self._pool.map(lambda part: getattr(self, what)(*part), parts)))

    @torch.inference_mode()
    def eps(self, x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        x_t = x_t.to(self._device, memory_format=self._layout)
        return self._network(x_t, t.to(self._device)).cpu().contiguous()

    @torch.inference_mode()
    def features(self, images: torch.Tensor) -> torch.Tensor:
        return self._features(self._data.to_state(self._data.to_pixels(images.to(self._device))))[0].cpu()
