"""The grader's end of a trained network: it lives in a process of its own, forked from the zygote.

So the grader itself needs no torch, the memory of torch is shared with the zygote, and no student's code is near it.
"""

import socket
import time
from typing import Any, Protocol

import numpy as np

from grader.outcomes import GraderFault, NoDevice
from grader.sandbox import wire

ANSWER_SECONDS = 120.0  # for one batch on a slow, busy machine
BATCH = 4000  # images in one message: 12 MB


class Networks(Protocol):
    """The trained networks: noise predictor and features."""

    def eps(self, x_t: np.ndarray, t: np.ndarray) -> np.ndarray:
        """The predicted noise, float32, for x_t (B, 1, 28, 28) and t (B,)."""

    def features(self, images: np.ndarray) -> np.ndarray:
        """What the feature network sees in images (B, 1, 28, 28): (B, 64) float64, after rounding to 8 bits."""


class Predictor:
    """`Networks` on one device, "cpu" or "cuda"."""

    def __init__(self, sock: socket.socket):
        """Raises NoDevice, or GraderFault where a network cannot be loaded."""
        self._channel = wire.Channel(sock)
        ready = self._hear()
        if "no_device" in ready:
            raise NoDevice(ready["no_device"])
        self.pid: int = ready["pid"]

    def eps(self, x_t: np.ndarray, t: np.ndarray) -> np.ndarray:
        parts = range(0, len(x_t), BATCH)
        return np.concatenate([self._ask("eps", x_t[i : i + BATCH], t[i : i + BATCH]) for i in parts])

    def features(self, images: np.ndarray) -> np.ndarray:
        parts = range(0, len(images), BATCH)
        return np.concatenate([self._ask("features", images[i : i + BATCH]) for i in parts]).astype(np.float64)

    def _ask(self, what: str, *arrays: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):  # a number that float32 does not hold is infinite to the network
            message = [what, *(np.asarray(a, np.int64 if a.ndim == 1 else np.float32) for a in arrays)]
        try:
            self._channel.send(message, time.monotonic() + ANSWER_SECONDS)
        except (wire.Closed, OSError) as error:
            raise GraderFault("the process of the trained network is gone") from error
        return self._hear()

    def _hear(self) -> Any:
        try:
            heard = self._channel.receive(time.monotonic() + ANSWER_SECONDS)
        except (wire.WireError, TimeoutError) as error:
            self.close()  # a late answer must not be taken for that to another question
            raise GraderFault(f"the process of the trained network does not answer ({type(error).__name__})") from error
        if isinstance(heard, dict) and "fault" in heard:
            raise GraderFault(f"the trained network cannot be used: {heard['fault']}")
        return heard

    def close(self) -> None:
        self._channel.close()
