"""The end of what `make test` prints: each thing that is wrong, once, and a table of the tasks."""

import json
from collections import Counter
from pathlib import Path

ROWS = json.loads(Path(__file__).parents[1].joinpath("diffusion/tasks.json").read_text(encoding="utf-8"))
TASKS = {row["task"]: row for row in ROWS}


def belongs(task: str, wanted: str) -> bool:
    """Whether `task` is `wanted`, or one of assignment `wanted`; or of several, "2.7,2.8"."""
    return any(task == each or task.startswith(f"{each}.") for each in wanted.split(","))


def write_summary(terminal, results: dict[str, list[str]]) -> None:
    """Write both to pytest's terminal reporter; results: task -> what came of each of its tests."""
    failures = terminal.stats.get("failed", []) + terminal.stats.get("error", [])
    if failures:
        terminal.write_sep("-", "what is wrong")
    for (text, printed), count in Counter((str(f.longrepr), f.capstdout) for f in failures).items():
        terminal.write_line(text + (f" ({count} tests)" if count > 1 else ""))
        terminal.write_line(f"     printed: {printed[:2000]}" if printed else "")
    state = {task: worst(results[task]) for task in TASKS if task in results}
    if state:
        terminal.write_sep("-", "what the visible tests see")
        for task, status in state.items():
            color = {"done": "green", "wrong": "red"}.get(status, "yellow")
            terminal.write_line(f"{task:>5}  {name_and_points(TASKS[task])}  {status}", **{color: True})
        for assignment in ("1", "2"):
            terminal.write(total(assignment, state))
        terminal.write_line("Hidden tests decide the mark: they try more cases than these.")


def worst(results: list[str]) -> str:
    """A task is wrong if one of its tests is, else to do or waiting if one of them is, else done."""
    return next(r for start in ("wrong", "to do", "waits", "done") for r in results if r.startswith(start))


def name_and_points(row: dict) -> str:
    """The function and its points, a bonus with a plus."""
    points = f"+{row['points']}" if row.get("bonus") else row["points"]
    return f"{row['function']:<25}{points:>3}"


def total(assignment: str, state: dict[str, str]) -> str:
    """A line with the points so far, if every task of the assignment was run."""
    rows = [row for row in ROWS if belongs(row["task"], assignment)]
    if any(row["task"] not in state for row in rows):
        return ""
    done = [row for row in rows if state[row["task"]] == "done"]
    points, bonus = (sum(row["points"] for row in done if bool(row.get("bonus")) is b) for b in (False, True))
    extra = f", and {bonus} of bonus" if bonus else ""
    return f"Assignment {assignment}: {points} of 100 points so far{extra}\n"
