"""The wire between the grader and a worker: frames of a JSON header and raw array buffers.

A frame is two lengths, a JSON header {"body": ..., "arrays": [[dtype, shape], ...]} and the arrays' bytes, one
after the other. Nothing else is ever decoded: no pickle, no object arrays. What arrives from a worker is
untrusted; anything out of order raises `ProtocolError`, anything above the caps `TooLarge`.
"""

import json
import math
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

DTYPES = ("float32", "float64", "int64", "int32", "bool")
MAX_HEADER = 1 << 18
MAX_PAYLOAD = 1 << 26
LENGTHS = struct.Struct(">II")
WATCH_SECONDS = 0.2
READ, MOST = 1 << 16, 1 << 20  # bytes that are asked for at once: beyond a frame, and in all


class WireError(Exception):
    """The other side does not answer as it must. Not in the tree of `outcomes`, which a worker does not import."""


class ProtocolError(WireError):
    """The other side sent something that is not a frame."""


class TooLarge(WireError):
    """The other side sent more than the caps allow."""


class Closed(WireError):
    """The other side is gone."""


@dataclass(frozen=True)
class Callback:
    """In the place of a callable argument: calls are sent to the grader. `parameters` are its names, in order.

    gradients: whether the gradient of what the function returns is wanted, at each of the answers.
    """

    parameters: tuple[str, ...]
    gradients: bool = False


@dataclass(frozen=True)
class Seed:
    """In the place of a `torch.Generator`: the worker makes one, on the state's device, with this seed."""

    seed: int


@dataclass(frozen=True)
class Other:
    """A value that the wire does not carry; only its description crosses."""

    description: str


MARKERS: dict[str, type[Any]] = {cls.__name__: cls for cls in (Callback, Seed, Other)}


def _refuse(constant: str) -> None:
    raise ProtocolError(f"{constant} is not JSON")


# These are made once, since json and numpy would make each of them anew for every frame.
_NAMES = {np.dtype(name): name for name in DTYPES}
_to_text = json.JSONEncoder(allow_nan=False).encode
_from_text = json.JSONDecoder(parse_constant=_refuse).decode


def encode(body: Any) -> bytes:
    """A frame of `body`: None, bool, int, float, str, arrays and markers, in lists, tuples and dicts."""
    arrays: list[np.ndarray] = []
    tree = _to_json(body, arrays)
    header = _to_text({"body": tree, "arrays": [[_NAMES[a.dtype], a.shape] for a in arrays]}).encode()
    size = sum(a.nbytes for a in arrays)
    if len(header) > MAX_HEADER or size > MAX_PAYLOAD:
        raise TooLarge("a message is larger than the wire allows")
    return b"".join([LENGTHS.pack(len(header), size), header, *(np.ascontiguousarray(a).data for a in arrays)])


def _to_json(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):  # before float, as np.float64 is one as well
        array = np.asarray(value)
        if array.dtype not in _NAMES:
            raise TypeError(f"the wire does not carry arrays of {array.dtype}")
        arrays.append(array)
        return {"@": "array", "index": len(arrays) - 1}
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else {"@": "Other", "description": "a huge integer"}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"@": "float", "value": repr(value)}
    if isinstance(value, (list, tuple)):
        return [_to_json(item, arrays) for item in value]
    if isinstance(value, dict):
        return {str(key): _to_json(item, arrays) for key, item in value.items()}
    if type(value).__name__ in MARKERS:
        return {"@": type(value).__name__, **_to_json(vars(value), arrays)}
    raise TypeError(f"the wire does not carry a {type(value).__name__}")


def decode(header: bytes | bytearray, payload: bytes | bytearray | memoryview) -> Any:
    """The body of a frame; raises ProtocolError for anything that `encode` could not have made."""
    try:
        parsed = _from_text(header.decode())
        arrays: list[np.ndarray | None] = []
        offset = 0
        for dtype, shape in parsed["arrays"]:
            plain = type(shape) is list and len(shape) <= 8 and all(type(n) is int for n in shape)
            if dtype not in DTYPES or not plain or not all(0 <= n <= MAX_PAYLOAD for n in shape):
                raise ProtocolError("an array's dtype or shape is not allowed")
            count = math.prod(shape)
            end = offset + count * np.dtype(dtype).itemsize
            if end > len(payload):
                raise ProtocolError("an array is shorter than its shape says")
            arrays.append(np.frombuffer(payload, dtype, count, offset).reshape(shape))
            offset = end
        if offset != len(payload):
            raise ProtocolError("there are bytes left over")
        return _from_json(parsed["body"], arrays)
    except ProtocolError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ProtocolError(f"a header cannot be read ({type(error).__name__})") from error


def _from_json(tree: Any, arrays: list[np.ndarray | None]) -> Any:
    if isinstance(tree, list):
        return [_from_json(item, arrays) for item in tree]
    if isinstance(tree, int) and abs(tree) >= 1 << 63:
        raise ProtocolError("an integer is too large")
    if not isinstance(tree, dict):
        return tree
    kind = tree.pop("@", None)
    if kind is None:
        return {key: _from_json(item, arrays) for key, item in tree.items()}
    if kind == "array":
        index = tree["index"]
        if type(index) is not int or index < 0 or arrays[index] is None:
            raise ProtocolError("an array's index is not allowed")
        array, arrays[index] = arrays[index], None  # one use each, or a small frame could stand for a huge tree
        return array
    if kind == "float":
        return float(tree["value"])
    return _marker(MARKERS[kind], {key: _from_json(item, arrays) for key, item in tree.items()})


def _marker(cls: type[Any], given: dict[str, Any]) -> Any:
    for each in fields(cls):
        value = given[each.name]
        if each.type is str or each.type is int or each.type is bool:
            right = type(value) is each.type
        else:
            right = type(value) is list and all(type(item) is str for item in value)
        if not right:
            raise ProtocolError(f"a {cls.__name__} is not made of that")
    return cls(**{key: tuple(value) if type(value) is list else value for key, value in given.items()})


class Channel:
    """One end of the socket pair. `watch` is called now and then while we wait for the other end; it may raise.

    ahead: bytes that may be read beyond a frame; none where a descriptor comes between two frames.
    """

    def __init__(self, sock: socket.socket, watch: Callable[[], None] | None = None, ahead: int = READ):
        self.sock, self.watch, self.ahead = sock, watch, ahead
        self._ahead = bytearray()  # what came with the frame before

    def send(self, body: Any, deadline: float | None = None) -> None:
        """Send a frame; raises Closed, or TimeoutError at the deadline (on the monotonic clock)."""
        left = memoryview(encode(body))
        while left:
            self._arm(deadline)
            try:
                left = left[self.sock.send(left) :]
            except TimeoutError:
                self._waited()
            except (BrokenPipeError, ConnectionResetError) as error:
                raise Closed from error

    def receive(self, deadline: float | None = None, most: int = MAX_PAYLOAD) -> Any:
        """Receive a frame; raises Closed, ProtocolError, TimeoutError at the deadline, TooLarge above `most` bytes."""
        header_length, payload_length = LENGTHS.unpack(self._read(LENGTHS.size, deadline))
        if header_length > MAX_HEADER or payload_length > min(most, MAX_PAYLOAD):
            raise TooLarge("a message is larger than the wire allows")
        frame = self._read(header_length + payload_length, deadline)
        return decode(frame[:header_length], memoryview(frame)[header_length:])

    def _read(self, count: int, deadline: float | None) -> bytearray:
        """The next bytes; what comes with them is kept for the next time."""
        while len(self._ahead) < count:
            self._arm(deadline)
            try:
                received = self.sock.recv(min(count - len(self._ahead) + self.ahead, MOST))
            except TimeoutError:
                self._waited()
                continue
            except ConnectionResetError as error:
                raise Closed from error
            if not received:
                raise Closed
            self._ahead += received
            if self.watch is not None:
                self.watch()
        read = self._ahead[:count]
        del self._ahead[:count]
        return read

    def _arm(self, deadline: float | None) -> None:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            wait = left if self.watch is None else min(left, WATCH_SECONDS)
            if self.sock.gettimeout() != wait:  # to set it takes a system call
                self.sock.settimeout(wait)

    def _waited(self) -> None:
        """A fifth of a second of nothing, if somebody watches, or else all the time that there was."""
        if self.watch is None:
            raise TimeoutError
        self.watch()

    def close(self) -> None:
        self.sock.close()
