"""Your functions as the figures call them: one that isn't done, or fails, is a sentence and never a crash."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from diffusion import faults
from diffusion.phrases import phrase

HERE = Path(__file__).parents[2]
ROWS = json.loads(HERE.joinpath("diffusion/tasks.json").read_text("utf-8"))
TASKS = {row["task"]: row for row in ROWS}
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def is_here(name: str) -> bool:
    """Whether a module of this folder came with the assignment: a figure of tasks that a course leaves out does not."""
    return Path(__file__).with_name(f"{name}.py").exists()


class Waits(Exception):
    """Something cannot be drawn yet; the message says what has to be done for it.

    Where that is a task, `about` has the same as data: the task, its function, and `fault`, what is wrong with it, or
    `later`, whether it is one of an assignment that isn't here yet.
    """

    def __init__(self, said: str, **about: str | bool) -> None:
        super().__init__(said)
        self.about = about


def yours(task: str, *arguments: Any, shape: torch.Size | tuple[int, ...]) -> Tensor:
    """What your function of that task answers: a tensor of that shape, of finite numbers. Raises Waits."""
    name = TASKS[task]["function"]
    copies = [a.clone() if isinstance(a, Tensor) else a for a in arguments]  # the next call has to see the same
    try:
        answer = _function(task)(*copies)
    except (Exception, SystemExit) as error:
        raise _reason(task, error) from error
    if not isinstance(answer, Tensor) or answer.shape != shape:
        raise wrong(task, _of_other_shape(name, answer, tuple(shape)))
    if answer.is_complex() or not answer.isfinite().all():
        raise wrong(task, phrase("{function} gave NaN, infinity or complex numbers", function=name))
    return answer.detach()


def path(task: str, eps_model: Callable, x_T: Tensor, *others: Any) -> Tensor:
    """All states that your sampler of that task comes through, x_T first and x_0 last: (calls + 1, B, *D), on the CPU.

    They are those at which it asks its model, and what it returns. Raises Waits.
    """
    seen = []

    def spy(x: Tensor, *t: Any) -> Tensor:
        if x.shape != x_T.shape:
            got, wanted = tuple(x.shape), tuple(x_T.shape)
            raise ValueError(
                phrase("the model was given a state of shape {got}; expected {wanted}", got=got, wanted=wanted)
            )
        seen.append(x.detach().clone())
        return eps_model(x, *t)

    last = yours(task, spy, x_T, *others, shape=x_T.shape)
    states = torch.stack([*seen, last]).cpu()
    if not states.isfinite().all():
        raise wrong(task, phrase("{function} came through NaN or infinity", function=TASKS[task]["function"]))
    return states


def wrong(task: str, fault: str) -> Waits:
    """What is raised where your function of that task has to be repaired."""
    said = phrase("waits for task {task} to be repaired: {fault} (make test T={task})", task=task, fault=fault)
    return Waits(said, task=task, function=TASKS[task]["function"], fault=fault)


def _of_other_shape(function: str, answer: Any, wanted: tuple[int, ...]) -> str:
    """What is said of an answer that is no tensor, or one of another shape."""
    known = {"function": function, "wanted": wanted}
    if isinstance(answer, Tensor):
        return phrase(
            "{function} gave shape {got}; expected a tensor of shape {wanted}", got=tuple(answer.shape), **known
        )
    return phrase("{function} gave a {kind}; expected a tensor of shape {wanted}", kind=type(answer).__name__, **known)


def _function(task: str) -> Callable:
    row = TASKS[task]
    module = importlib.import_module(row["file"].removesuffix(".py"))
    return getattr(module, row["function"])


def _reason(task: str, error: BaseException) -> Waits:
    """What to do about an error that came out of the function of a task, or out of one that it called."""
    if found := faults.place(error):
        task = next((each for each, row in TASKS.items() if row["function"] == found.function), task)
    if not (isinstance(error, NotImplementedError) and str(error).startswith("TODO")):
        return wrong(task, faults.told(error))
    name, later = TASKS[task]["function"], not HERE.joinpath(f"tests/test_assignment{task[0]}.py").exists()
    told = {"task": task, "function": name, "assignment": task[0]}
    said = phrase("waits for task {task}, {function}", **told)
    if later:
        said = phrase("waits for task {task} of Assignment {assignment}, {function}", **told)
    return Waits(said, task=task, function=name, later=later)
