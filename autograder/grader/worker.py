"""The worker: a confined process that imports the student's files and calls one function at a time.

It lives for one check. Whatever it says is only an answer: the expected values, the noise predictor and the checks
stay in the grader. A callable argument is a stub here, which asks the grader over the wire.
"""

import builtins
import contextlib
import importlib
import io
import os
import pathlib
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from grader import wire
from grader.sandbox import confine, prepare, writable

__all__ = ["main", "prepare"]

TENSOR_TYPES = {getattr(torch, name): name for name in wire.DTYPES}


def main(sock: socket.socket, folder: str, uid: int | None) -> NoReturn:
    """Serve calls on `sock` until it closes. `folder` holds `tree` (the overlay) and `work` (ours to write)."""
    try:
        tree, work = Path(folder, "tree"), Path(folder, "work")
        _only_keep(sock)
        os.chdir(work)
        os.environ.update(HOME=str(work), TMPDIR=str(work))
        system = [Path(p) for p in {sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache"}]
        system += {
            Path(str(each.__file__)).parents[1] for each in (torch, np)
        }  # which may lie elsewhere, as on clusters
        with contextlib.suppress(OSError):  # short of memory, the kernel is to end us, not the grader
            Path("/proc/self/oom_score_adj").write_text("1000")
        confine(work, [tree, *system, Path("/dev/urandom"), Path("/proc/self"), Path("/proc/cpuinfo")], uid)
        if not writable():
            _write_nowhere()
        os.listdir(tree)  # what the worker may not read is the grader's fault, so it ends here
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        sys.path.insert(0, str(tree))
        channel = wire.Channel(sock)
        channel.send({"ready": True})
        Worker(channel, tree).serve()
    except BaseException:  # nothing of ours may reach the student's hooks; the grader sees the exit code
        os._exit(70)
    os._exit(0)


def _write_nowhere() -> None:
    """Where no file may be written, let what the student's code puts into its own folder go nowhere, unnoticed."""
    home, plain_open, plain_mkdir = os.getcwd(), builtins.open, os.mkdir

    def own(path: Any) -> bool:
        return isinstance(path, (str, os.PathLike)) and os.path.realpath(path).startswith(home + os.sep)

    def open_(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if set(mode) & set("wax+") and (own(file) or file == os.devnull):
            return io.BytesIO() if "b" in mode else io.StringIO()
        return plain_open(file, mode, *args, **kwargs)

    def mkdir(path: Any, *args: Any, **kwargs: Any) -> None:
        if not own(path):
            plain_mkdir(path, *args, **kwargs)

    builtins.open = io.open = open_
    os.mkdir = mkdir
    if accessor := getattr(pathlib, "_NormalAccessor", None):  # in Python 3.10, what a Path calls
        accessor.open, accessor.mkdir = staticmethod(open_), staticmethod(mkdir)


def _only_keep(sock: socket.socket) -> None:
    """Close every descriptor but `sock`; standard input, output and error lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.closerange(3, sock.fileno())
    os.closerange(sock.fileno() + 1, 1 << 16)


class Worker:
    def __init__(self, channel: wire.Channel, tree: Path):
        self.channel = channel
        self.tree = tree
        self.imported = False

    def serve(self) -> None:
        while True:
            try:
                request = self.channel.receive()
            except wire.Closed:
                return
            try:
                reply = self.call(**request)
            except wire.Closed:
                return
            except BaseException as error:
                reply = {"raised": self.describe(error) | {"importing": not self.imported}}
            try:
                self.channel.send(reply)
            except wire.Flooded:
                self.channel.send({"flooded": True})

    def call(
        self, module: str, function: str, args: list, kwargs: dict, seed: int, stand_ins: list[str]
    ) -> dict[str, Any]:
        """Call one public function of the student's and describe what came out and what it did to its arguments."""
        torch.manual_seed(seed)
        student = importlib.import_module(module)
        self.imported = True
        for name in stand_ins:
            self.stand_in(name)
        given = {str(i): self.unpack(v) for i, v in enumerate(args)}
        given |= {name: self.unpack(v) for name, v in kwargs.items()}
        before = {name: v.clone() for name, v in given.items() if isinstance(v, torch.Tensor)}
        positional = [given[str(i)] for i in range(len(args))]
        value = getattr(student, function)(*positional, **{name: given[name] for name in kwargs})
        reply = {
            "returned": pack(value),
            "changed": [name for name, old in before.items() if not _same(given[name], old)],
            "carries_graph": any(getattr(v, "requires_grad", False) for v in _flat(value)),
        }
        for model in given.values():
            if isinstance(model, Examined):
                reply["gradients"] = model.gradients(value)
        return reply

    def stand_in(self, name: str) -> None:
        """Have the grader answer for a helper, under its own name and under any other that the modules gave it."""
        modules = [sys.modules[module] for module in ("sampler", "score") if module in sys.modules]
        helpers = [getattr(module, name) for module in modules if hasattr(module, name)]
        for module in modules:
            for key, value in list(vars(module).items()):
                if any(value is helper for helper in helpers):
                    setattr(module, key, StandIn(self.ask, name))

    def unpack(self, value: Any) -> Any:
        """What the student's function is handed for a value from the wire."""
        if isinstance(value, (np.ndarray, np.generic)):
            return torch.from_numpy(np.array(value))
        if isinstance(value, wire.Seed):
            return torch.Generator().manual_seed(value.seed)
        if isinstance(value, wire.Callback):
            return Examined(self.ask, value.parameters, value.gradients)
        return value

    def ask(self, what: str, args: list) -> Any:
        self.channel.send({"ask": what, "args": [pack(a) for a in args]})
        answer = self.channel.receive()
        return [self.unpack(a) for a in answer] if isinstance(answer, list) else self.unpack(answer)

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Type, message and the last line of the submission that an exception passed through."""
        lines = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError) and error.filename:
            lines.append((error.filename, error.lineno or 0))
        mine = [(Path(name).name, line) for name, line in lines if name.startswith(str(self.tree))]
        return {"type": type(error).__name__[:80], "message": str(error)[:500], "place": mine[-1] if mine else None}


class Examined(torch.nn.Module):
    """A model whose answers come from the grader. It has a parameter, so an answer carries a graph like any other.

    wanted: whether it keeps its answers, so that `gradients` can be asked for.
    """

    def __init__(self, ask: Any, parameters: tuple[str, ...], wanted: bool):
        super().__init__()
        self._ask, self._parameter_names, self.wanted = ask, parameters, wanted
        self._answers: list[torch.Tensor | None] = []  # None where the answer was to carry no graph
        self.one = torch.nn.Parameter(torch.ones((), dtype=torch.float64))

    def forward(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        given = [*args, *(kwargs.pop(name) for name in self._parameter_names[len(args) :] if name in kwargs)]
        if kwargs or len(given) != len(self._parameter_names):
            raise TypeError(f"call it with {', '.join(self._parameter_names)}")
        answer = self._ask("callback", given)
        graph = torch.is_grad_enabled() and self.one.requires_grad
        if self.wanted:
            self._answers.append(answer.requires_grad_() if graph else None)
        return answer * self.one.to(answer.dtype) if graph else answer

    def gradients(self, loss: Any) -> list[Any] | None:
        """d loss / d answer for each answer, None where no graph reaches it; None where the loss is no loss."""
        if type(loss) is not torch.Tensor or loss.ndim != 0 or not loss.requires_grad:
            return None
        leaves = [answer for answer in self._answers if answer is not None]
        found = iter(torch.autograd.grad(loss, leaves, allow_unused=True) if leaves else ())
        return [pack(None if answer is None else next(found)) for answer in self._answers]


class StandIn:
    """A right helper in the place of one of the student's that failed its own check: the grader answers."""

    def __init__(self, ask: Any, name: str):
        self._ask, self.__name__ = ask, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.__name__ == "langevin_sample":
            return self._langevin(*args, **kwargs)
        return self._ask(self.__name__, [list(args), kwargs])

    def _langevin(self, score_fn: Any, x: Any, step_size: Any, num_steps: int, generator: Any = None) -> Any:
        for _ in range(num_steps):
            z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
            x = self._ask("langevin_step", [[x, score_fn(x), step_size, z], {}])
        return x


def pack(value: Any) -> Any:
    """A value as the wire carries it. What is not a plain number or tensor becomes a description."""
    if type(value) is torch.Tensor and value.dtype in TENSOR_TYPES and value.layout is torch.strided:
        array = value.detach().resolve_conj().resolve_neg().cpu().numpy()
        return array if array.ndim == 0 else np.ascontiguousarray(array)
    if isinstance(value, (list, tuple)):
        return [pack(item) for item in value]
    if type(value) is dict:
        return {str(key)[:80]: pack(item) for key, item in value.items()}
    if value is None or type(value) in (bool, int, float):
        return value
    if isinstance(value, (np.floating, np.integer)):
        return value.item()
    if isinstance(value, torch.Tensor) and type(value) is torch.Tensor:
        return wire.Other(f"a {value.dtype} tensor of shape {tuple(value.shape)}")
    return wire.Other(f"a value of type {type(value).__name__[:80]}")


def _flat(value: Any) -> list[Any]:
    return [v for item in value for v in _flat(item)] if isinstance(value, (list, tuple)) else [value]


def _same(now: torch.Tensor, before: torch.Tensor) -> bool:
    return now.shape == before.shape and now.dtype == before.dtype and torch.equal(now, before)
