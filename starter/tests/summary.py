"""The end of what `make test` prints: each thing that is wrong, once, a table of the tasks, and what to do next."""

from dataclasses import dataclass

from diffusion import console
from diffusion.phrases import english, phrase
from likely import likely
from tasks import ROWS, TASKS, belongs, next_step, order

SIGNS = {"done": "✓", "wrong": "✗", "to do": "·"}
COLORS = {"done": {"green": True}, "wrong": {"red": True, "bold": True}}  # all else in the terminal's own colour


@dataclass(frozen=True)
class Outcome:
    """What came of one test: "done", "wrong", "broken" (its file can't be imported), "to do" or "waits for 1.2"."""

    task: str  # "" for a test of the provided code
    test: str
    status: str
    claim: str
    said: str
    place: str
    file: str  # that can't be imported
    helpers: frozenset[str]  # the other tasks whose functions it used
    printed: str


def write_summary(terminal, outcomes: list[Outcome]) -> None:
    """Write it all to pytest's terminal reporter."""
    by_task = {task: [o for o in outcomes if o.task == task] for task in ["", *TASKS]}
    state = {task: worst([o.status for o in by_task[task]]) for task in TASKS if by_task[task]}
    first = {task: wrong_helpers(group, state) for task, group in by_task.items()}
    if any(o.said for o in outcomes):
        write_heading(terminal, phrase("what is wrong"))
        for sentence in dict.fromkeys(o.said for o in outcomes if o.status == "broken"):
            say(terminal, f"{sentence}\n\n")
        for task, group in by_task.items():
            if wrong := [o for o in group if o.status == "wrong"]:
                write_wrong(terminal, task, group, first[task])
                write_rerun(terminal, task, wrong, state)
    if state:
        write_heading(terminal, phrase("what the visible tests see"))
        if by_task[""]:
            status, given = worst([o.status for o in by_task[""]]), phrase("the code that you were given")
            gap = " " * max(31 - console.width(given), 1)
            terminal.write_line(f"  {SIGNS.get(status, '·')}       {given}{gap}{word(status)}\n")
        write_table(terminal, state, first)
        if step := next_step(state, [o.file for o in outcomes if o.file]):
            say(terminal, phrase("next: {step}", step=step), bold=True)
        terminal.write_line(phrase("Hidden tests decide the mark: they try more cases than these."))


def word(status: str) -> str:
    """A status as it is said."""
    known = {"done": phrase("done"), "wrong": phrase("wrong"), "to do": phrase("to do")}
    return known.get(status) or phrase("waits for {task}", task=status.split()[-1])


def write_heading(terminal, title: str) -> None:
    """A line across the terminal with a title in it."""
    wider = console.width(title) - len(title)  # pytest counts letters, not columns
    terminal.write_sep("-", title, fullwidth=terminal._tw.fullwidth - wider)


def wrong_helpers(outcomes: list[Outcome], state: dict[str, str]) -> list[str]:
    """The tasks that are wrong themselves and whose functions the failed ones of these tests used."""
    helpers = {helper for o in outcomes if o.status == "wrong" for helper in o.helpers}
    return sorted((helper for helper in helpers if state.get(helper) == "wrong"), key=order)


def write_wrong(terminal, task: str, outcomes: list[Outcome], first: list[str]) -> None:
    """What is wrong with a task; only what to repair first, where a function that it uses is wrong, too."""
    given = phrase("the code that you were given (no points hang on it)")
    terminal.write_line(f"{task} {TASKS[task]['function']}" if task else given, bold=True)
    if first:
        names = listed([f"{helper} {TASKS[helper]['function']}" for helper in first])
        say(terminal, phrase("it uses {names}, which must be repaired first", names=names), indent=2)
    else:
        write_claims(terminal, [o for o in outcomes if o.status == "wrong"])
        failures = {o.test: english(o.said) for o in outcomes if o.status == "wrong"}
        if sentence := likely(task, failures, passed=sum(o.status == "done" for o in outcomes)):
            say(terminal, sentence, indent=2, bold=True)


def write_rerun(terminal, task: str, wrong: list[Outcome], state: dict[str, str]) -> None:
    """How to run the tests of a task again, and of what it uses, if that was not run."""
    if unknown := sorted({helper for o in wrong for helper in o.helpers if helper not in state}, key=order):
        say(terminal, phrase("it uses {tasks}, not tested in this run: make test", tasks=listed(unknown)), indent=2)
    command = f"make test T={task}" if task else "make test"
    say(terminal, phrase("run again: {command}", command=command) + "\n\n", indent=2)


def listed(names: list[str]) -> str:
    """One name, or several with "and" between them."""
    first, *others = names
    for other in others:
        first = phrase("{first} and {other}", first=first, other=other)
    return first


def write_claims(terminal, wrong: list[Outcome]) -> None:
    """Each claim once, with what came instead."""
    for claim in dict.fromkeys(o.claim for o in wrong):
        these = [o for o in wrong if o.claim == claim]
        say(terminal, phrase("{claim} ({place})", claim=claim, place=these[0].place), indent=2)
        for said in dict.fromkeys(o.said for o in these):
            say(terminal, said, indent=6, red=True)
        for printed in dict.fromkeys(o.printed[:2000] for o in these if o.printed):
            say(terminal, phrase("printed: {text}", text=printed), indent=6)


def write_table(terminal, state: dict[str, str], first: dict[str, list[str]]) -> None:
    """A row for each task that was run, and a bar with the points for each assignment that was run in full."""
    for assignment in ("1", "2"):
        rows = [row for row in ROWS if belongs(row["task"], assignment)]
        shown = [row for row in rows if row["task"] in state]
        for row in shown:
            status = state[row["task"]]
            points = f"+{row['points']}" if row.get("bonus") else row["points"]
            said = word(status)
            if status == "wrong" and first[row["task"]]:
                said = phrase("wrong, repair {task} first", task=first[row["task"]][0])
            line = f"  {SIGNS.get(status, '·')} {row['task']:>4}  {row['function']:<25}{points:>3}  {said}"
            terminal.write_line(line, **COLORS.get(status, {}))
        if shown and shown == rows:
            write_points(terminal, assignment, rows, [row for row in rows if state[row["task"]] == "done"])


def write_points(terminal, assignment: str, rows: list[dict], done: list[dict]) -> None:
    """The points of the tasks that are done, of those of the assignment, as a bar and in words."""
    points, bonus = (sum(row["points"] for row in done if bool(row.get("bonus")) is b) for b in (False, True))
    whole = sum(row["points"] for row in rows if not row.get("bonus"))
    values, bar = {"assignment": assignment, "points": points, "whole": whole}, int(20 * points / whole)
    said = phrase("Assignment {assignment}: {points:g} of {whole:g} points so far", **values)
    if bonus:
        said = phrase("{said}, and {bonus:g} of bonus", said=said, bonus=bonus)
    terminal.write(f"  {'█' * bar}", green=True)
    terminal.write_line(f"{'░' * (20 - bar)}  {said}\n")


def worst(results: list[str]) -> str:
    """A task is wrong if one of its tests is, else to do or waiting if one of them is, else done."""
    ranked = ("wrong", "broken", "to do", "waits", "done")
    return next("wrong" if r == "broken" else r for start in ranked for r in results if r.startswith(start))


def say(terminal, text: str, indent: int = 0, **markup: bool) -> None:
    """Write a paragraph, wrapped to the terminal."""
    for line in text.splitlines():
        for piece in console.wrapped(line, min(100, terminal._tw.fullwidth - 1) - indent):
            terminal.write_line(" " * indent + piece if piece else "", **markup)
