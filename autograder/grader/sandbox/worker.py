"""The worker: a confined process that imports the student's files and calls one function after the other.

It lives for one check. Whatever it says is only an answer: the expected values, the noise predictor and the checks
stay in the grader. A callable argument is a stub here, which asks the grader over the wire.
"""

import contextlib
import importlib
import os
import re
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from grader.sandbox import wire
from grader.sandbox.confine import confine
from grader.sandbox.library import Finder
from grader.sandbox.own_files import OwnFiles

BATCH_SECONDS = 0.2  # after which no further call of a batch is begun
TENSOR_TYPES = {getattr(torch, name) for name in wire.DTYPES}
GRADED = ("sampler", "score")


def main(
    sock: socket.socket, library: socket.socket, folder: str, uid: int | None, private: list[list[str]]
) -> NoReturn:
    """Serve calls on `sock` until it closes. `folder` holds `tree`, the overlay, and `work`, where the code runs.

    library: where modules come from. private: files that must be out of our reach, those of a root together.
    """
    try:
        tree, work = Path(folder, "tree"), Path(folder, "work")
        _only_keep(sock, library)
        os.chdir(work)
        os.environ.update(HOME=str(work), TMPDIR=str(work))
        files = dict(_files(str(tree)))
        with contextlib.suppress(OSError):  # short of memory, the kernel is to end us, not the grader
            Path("/proc/self/oom_score_adj").write_text("1000")
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        torch.compile = _uncompiled
        confine(uid)
        finder = Finder(library, files)
        reached = [path for paths in private for path in paths if _opens(path, lambda path: os.open(path, os.O_RDONLY))]
        reached += [path for path, *_ in filter(None, private) if _opens(path, finder.open)]  # alike in all of a root
        finder.install()
        OwnFiles(folder, files, finder).install()
        tempfile.tempdir = str(work)
        sys.path.insert(0, str(tree))
        channel = wire.Channel(sock)
        channel.send({"ready": True, "reached": reached})
        Worker(channel, tree).serve()
    except BaseException:  # nothing of ours may reach the student's hooks; the grader sees the exit code
        os._exit(70)
    os._exit(0)


def _files(folder: str) -> Iterator[tuple[str, bytes]]:
    """Each file below a folder, by path."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files(entry.path)
        else:
            with open(entry.path, "rb") as file:
                yield entry.path, file.read()


def _opens(path: str, open_: Callable[[str], int]) -> bool:
    """Whether a file is opened."""
    with contextlib.suppress(OSError):
        os.close(open_(path))
        return True
    return False


def _uncompiled(model: Any = None, **_: Any) -> Any:
    """In the place of torch.compile, which takes a compiler and minutes: the function as it is."""
    return model if model is not None else lambda each: each


def _only_keep(*socks: socket.socket) -> None:
    """Close every descriptor but these; standard input, output and error lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    kept = sorted(sock.fileno() for sock in socks)
    for after, before in zip([2, *kept], [*kept, 1 << 16]):
        os.closerange(after + 1, before)


class Worker:
    def __init__(self, channel: wire.Channel, tree: Path):
        self.channel = channel
        self.tree = tree
        self.helped: set[str] = set()  # the modules for whose functions helpers were stood in

    def serve(self) -> None:
        while True:
            try:
                request = self.channel.receive()
            except wire.Closed:
                return
            try:
                reply = self.import_(**request) if "file" in request else self.call_all(**request)
            except wire.Closed:
                return
            try:
                self.channel.send(reply)
            except wire.TooLarge:
                self.channel.send({"flooded": True})

    def import_(self, file: str) -> dict[str, Any]:
        """Import one of the student's files, before a call brings an input along."""
        try:
            importlib.import_module(Path(file).stem)
            return {"returned": None, "changed": []}
        except wire.Closed:
            raise
        except BaseException as error:
            return {"raised": self.describe(error)}

    def call_all(self, calls: list[dict[str, Any]]) -> dict[str, Any]:
        """Make calls in their order; none after one that raises, or after some time, so that each has its own limit."""
        replies: list[dict[str, Any]] = []
        end = time.monotonic() + BATCH_SECONDS
        while len(replies) < len(calls) and (not replies or time.monotonic() < end):
            try:
                replies.append(self.call(**calls[len(replies)]))
            except wire.Closed:
                raise
            except BaseException as error:
                replies.append({"raised": self.describe(error)})
                break
        return {"replies": replies}

    def call(
        self, module: str, function: str, args: list, kwargs: dict, seed: int, stand_ins: list[str]
    ) -> dict[str, Any]:
        """Call one public function of the student's and describe what came out and what it did to its arguments."""
        student = importlib.import_module(module)
        if stand_ins and module not in self.helped:
            self.import_late(module)
            self.helped.add(module)
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would format the whole stack, for a GPU to come
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

    def import_late(self, module: str) -> None:
        """Import now what a function of a graded file imports of the other one when it is called, helpers with it."""
        source = (self.tree / f"{module}.py").read_text("utf-8", errors="replace")
        for name in GRADED:
            if re.search(rf"^\s*(?:from|import)\b.*\b{name}\b", source, re.MULTILINE):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)

    def stand_in(self, name: str) -> None:
        """Have the grader answer for a helper, under its own name and under any other that the modules gave it."""
        modules = [sys.modules[module] for module in GRADED if module in sys.modules]
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
        """Type, message and the last line of a graded file that an exception passed through."""
        lines = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError) and error.filename:
            lines.append((error.filename, error.lineno or 0))
        mine = [(Path(name).name, line) for name, line in lines if Path(name).parent == self.tree]
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
