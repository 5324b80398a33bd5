"""A marked class made without marking: folders as `make grade-all` leaves them."""

import csv
import json
import random
import re
from pathlib import Path

from grader.causes import hints
from grader.marking.results import Line, Results
from grader.outcomes import Outcome
from grader.paths import CORPUS
from grader.tasks import TASKS
from workshop.trust.corpus import load

CAUSE = "table_beta_on_subsequence"
NAMED = f"No. {hints.sentence(CAUSE, 'in the step from t = 980 to 640', '2.11')}"
HOSTILE = '"><script>alert(1)</script> {{ 7 * 7 }} \u202e'
NUMBERS = [(f"{task.task}.{n}", task) for task in TASKS if task.assignment == 2 for n in (1, 2)]
EASY, HARD, COIN, REVERSED, SHARP = "2.1.1", "2.12.2", "2.2.1", "2.2.2", "2.8.1"  # checks unlike the others


def loses(number: str, ability: float) -> float:
    """How likely somebody is to lose a check of `large`. ability: 0 to 1."""
    known = {EASY: 0.0, HARD: 1.0, COIN: 0.5, REVERSED: ability / 2, SHARP: float(ability < 0.5)}
    return known.get(number, (1 - ability) / 2)


def results(
    folder: Path, lost=(), output="At t = 5, no.", outcome="wrong", cause="", seconds=7.0, checks="a1", numbers=()
) -> None:
    """Write a results.json of two checks for each task of Assignment 2, in which those in `lost` fail.

    checks: the version that marked it. numbers: the checks that there are, if not these.
    """
    lines, numbers = [], numbers or NUMBERS
    for number, task in numbers:
        line = Line(number, f"{task.title}, part {number[-1]}.", task.points / 2, [], "visible", task.bonus)
        line.passed, line.outcome, line.output = True, Outcome.PASSED, "Passed."
        if number in lost:
            line.passed, line.outcome, line.output, line.cause = False, Outcome(outcome), output, cause
        lines.append(line)
    spent = {number: seconds / len(numbers) for number, _ in numbers}
    extra = {"assignment": 2, "release": {"checks": checks}, "seconds": {"checks": seconds, "each": spent}}
    made = Results(folder / "results.json", lines=lines, extra=extra, ended=True)
    made.write()
    body = json.loads(made.path.read_text())
    made.path.write_text(json.dumps(body | {"execution_time": seconds}))


def submission(out: Path, name: str, key="", files=None, report=False, **marks) -> None:
    """Add a submission; with a `key` that is there already it is one more with the same files."""
    folder = out / "marks" / (key or name)
    (out / "submissions").mkdir(parents=True, exist_ok=True)
    (out / "submissions" / name).symlink_to(Path("..", "marks", folder.name), target_is_directory=True)
    if not folder.exists():
        folder.mkdir(parents=True)
        results(folder, **marks)
        for file, content in (files or {"sampler.py": b"x = 1\n"}).items():
            (folder / file).write_bytes(content)
        if report:
            (folder / "report.html").write_text("a report")


def unmarked(out: Path, name: str, fault="") -> None:
    """Add a submission that could not be marked, or is not yet."""
    (out / "submissions").mkdir(parents=True, exist_ok=True)
    (out / "submissions" / name).symlink_to(Path("..", "marks", f"none-{name}"))
    if fault:
        (out / "faults.json").write_text(json.dumps({name: fault}))


def people(out: Path, rows: list[tuple[str, str]]) -> None:
    """Write a grades.csv that says whose the submissions are: (name, submission)."""
    with open(out / "grades.csv", "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "sid", "email", "submission"])
        writer.writerows([name, "7", "", submission] for name, submission in rows)


def large(out: Path, count=500) -> Path:
    """A class of many, some of whom are faulty, hostile or alike."""
    rng, rows = random.Random(6), []
    for number in range(count):
        name = f"submission_{1000 + number}"
        rows.append((HOSTILE if number == 7 else f"Student {number}", name))
        lost = [each for each, _ in NUMBERS if rng.random() < loses(each, 1 - number / count)]
        given = rng.choice([("No.", "wrong", ""), (NAMED, "wrong", CAUSE), (HOSTILE, "timed out", "")])
        marks = dict(zip(("output", "outcome", "cause"), given), lost=lost, seconds=10 + number % 9)
        submission(out, name, report=True, **marks)
    submission(out, "submission_1", key="submission_1003")
    unmarked(out, "submission_2", f"OSError: {HOSTILE}")
    people(out, [*rows, ("One More", "submission_1")])
    return out


def wheat(name: str) -> dict[str, bytes]:
    """The files of a right answer of the corpus."""
    return load(CORPUS / "wheat" / f"{name}.py").submission.files


def renamed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same with other names for what is local, other comments and other strings."""
    disguised = {}
    for name, content in files.items():
        text = re.sub(r"\b(mean|variance|signal|noise|sigma_t|x_prev|x_0_pred|drift)\b", r"my_\1", content.decode())
        disguised[name] = re.sub(r"\n\n", "\n\n# all my own work\n", text).encode()
    return disguised
