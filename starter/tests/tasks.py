"""The tasks, as diffusion/tasks.json lists them, and which of them to go on with."""

import json
from pathlib import Path

from diffusion.phrases import phrase

STARTER = Path(__file__).resolve().parents[1]
ROWS = json.loads((STARTER / "diffusion/tasks.json").read_text(encoding="utf-8"))
TASKS = {row["task"]: row for row in ROWS}


def belongs(task: str, wanted: str) -> bool:
    """Whether `task` is `wanted`, or one of assignment `wanted`; or of several, "1.4,1.5"."""
    return any(task == each or task.startswith(f"{each}.") for each in wanted.replace(",", " ").split())


def order(task: str) -> tuple[int, ...]:
    """In the order of their numbers, in which 10 comes after 9."""
    return tuple(map(int, task.split(".")))


def tests_are_here(task: str) -> bool:
    return Path(__file__).with_name(f"test_assignment{task[0]}.py").exists()


def next_step(state: dict[str, str], broken: list[str]) -> str:
    """Where to go on: the first task that is not done, of those that were run or else of those that follow."""
    if broken:
        return phrase("repair {file}, then make test", file=broken[0])
    open_ = [task for task, status in state.items() if status != "done"]
    later = [task for task in TASKS if task not in state and order(task) > order(max(state, key=order))]
    later = [task for task in later if tests_are_here(task) and todo_line(task)]
    if not open_ + later:
        return "" if len(state) < len(ROWS) // 3 else phrase("all of it is done; make submission makes the zip")
    task = (open_ + later)[0]
    row = TASKS[task]
    line = todo_line(task) or line_of(task, f"def {row['function']}(")
    where = {"task": task, "function": row["function"], "file": row["file"], "line": line}
    if begun_above(task):
        return phrase("{task} {function}, take its raise away, {file} line {line}: make test T={task}", **where)
    return phrase("{task} {function}, {file} line {line}: make test T={task}", **where)


def todo_line(task: str) -> int:
    """The line of a task's TODO in your file, 0 where it is no longer there."""
    return line_of(task, f'raise NotImplementedError("TODO {task}:')


def begun_above(task: str) -> bool:
    """Whether there is code right above a task's TODO, which then is never left."""
    text = (STARTER / TASKS[task]["file"]).read_text(encoding="utf-8", errors="replace")
    above = [line.strip() for line in text.splitlines()[: max(todo_line(task) - 1, 0)] if line.strip()]
    return bool(above) and not above[-1].startswith("#")


def line_of(task: str, start: str) -> int:
    """The line of a task's file that begins with `start`, 0 where there is none."""
    lines = (STARTER / TASKS[task]["file"]).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((n for n, line in enumerate(lines, start=1) if line.strip().startswith(start)), 0)
