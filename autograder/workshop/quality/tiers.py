"""`make tiers`: which known mistakes each tier of sampling quality sees. Prints the table of `autograder/README.md`.

A tier sees a mistake when one of its checks fails on the submission as it is; whether a right helper that stands in
then saves the points is another matter.
"""

import importlib
import tempfile
import time
from pathlib import Path

from rich.console import Console

from grader import overlay
from grader.marking.mark import mark
from grader.marking.results import Line
from grader.outcomes import Outcome
from grader.paths import CHECKS, CORPUS, SOLUTION
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.trust import corpus

COLUMNS = ("exact chain", "Gaussian images", "ten Gaussians", "CPU, η = 0", "CPU, η = 1", "GPU")  # a tier or a part
MISTAKES = {  # by assignment: cases of the corpus
    1: """
        ddpm_step_beta_outside_root ddpm_step_fixed_large ddpm_step_extra_root posterior_slide ddpm_step_x_0_clipped
        ddpm_sample_noise_at_the_end ddpm_sample_skips_last_step
    """.split(),
    2: """
        sample_beta_outside_root table_beta_on_subsequence slide_beta_outside_root sigma_eta_squared sample_eta_ignored
        sigma_is_the_variance coefficients_negative_root coefficients_extra_root sample_no_noise_at_last_but_one
        step_direction_ignores_sigma step_direction_without_eps sample_previous_by_division
        sample_ends_at_first_alpha_bar sample_clips_the_result sample_starts_from_zeros sample_skips_last_step
    """.split(),
}


def run(console: Console, tier: str) -> None:
    """Mark every mistake and print the table, in Markdown, a row as soon as it is known."""
    say = lambda *cells: console.print(f"| {' | '.join(cells)} |", soft_wrap=True, markup=False, highlight=False)  # noqa: E731
    say("mistake", *COLUMNS)
    say(*["---"] * (1 + len(COLUMNS)))
    numbers = checks()
    started = time.monotonic()
    with Zygote() as zygote, tempfile.TemporaryDirectory() as folder:
        for assignment, names in MISTAKES.items():
            for name in ["none: the solution", *names]:
                case = CORPUS / "chaff" / f"{name}.py"
                submission = corpus.load(case).submission if case.exists() else overlay.load(SOLUTION)
                lines = mark(Session(zygote, submission, tier), assignment, Path(folder)).lines
                say(f"{assignment}: {name.replace('_', ' ')}", *(seen(lines, numbers[column]) for column in COLUMNS))
    console.print(f"\n{time.monotonic() - started:.0f} s", highlight=False)


def checks() -> dict[str, list[str]]:
    """The numbers of the checks of quality, by the column that their marker names."""
    found: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for path in sorted(CHECKS.glob("assignment*/test_*.py")):
        for check in vars(importlib.import_module(f"checks.{path.parent.name}.{path.stem}")).values():
            for marker in getattr(check, "pytestmark", ()):
                if marker.name == "quality":
                    found[marker.args[0]].append(check.__number__)
    return found


def seen(lines: list[Line], numbers: list[str]) -> str:
    """Whether one of the checks failed on the submission as it is: "seen", "–", or "" where none of them ran."""
    outcomes = {line.outcome for line in lines if line.number in numbers and line.outcome.ran}
    return "seen" if outcomes - {Outcome.PASSED} else "–" if outcomes else ""
