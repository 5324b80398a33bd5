"""`make tiers`: which known mistakes each tier of sampling quality sees. Prints the table of `autograder/README.md`.

A tier sees a mistake when one of its checks fails on the submission as it is; whether a right helper that stands in
then saves the points is another matter.
"""

import tempfile
import time
from pathlib import Path

from rich.console import Console

from grader import overlay
from grader.marking.mark import mark_loaded
from grader.marking.results import Line
from grader.paths import CORPUS, SOLUTION
from grader.sandbox.zygote import Zygote
from workshop.trust import corpus

TIERS = {  # columns: a tier, or a part of one, and its checks
    "exact chain": ("1.5.6", "2.9.7"),
    "Gaussian images": ("1.6.6", "2.11.8"),
    "ten Gaussians": ("2.11.9",),
    "CPU, η = 0": ("2.11.10",),
    "CPU, η = 1": ("1.6.7", "2.11.11"),
    "GPU": ("1.6.8", "2.11.12", "2.11.13"),
}
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
    say("mistake", *TIERS)
    say(*["---"] * (1 + len(TIERS)))
    started = time.monotonic()
    with Zygote() as zygote, tempfile.TemporaryDirectory() as folder:
        for assignment, names in MISTAKES.items():
            for name in ["none: the solution", *names]:
                case = CORPUS / "chaff" / f"{name}.py"
                submission = corpus.load(case).submission if case.exists() else overlay.load(SOLUTION)
                lines = mark_loaded(submission, assignment, Path(folder), zygote, tier).lines
                say(f"{assignment}: {name.replace('_', ' ')}", *(seen(lines, checks) for checks in TIERS.values()))
    console.print(f"\n{time.monotonic() - started:.0f} s", highlight=False)


def seen(lines: list[Line], checks: tuple[str, ...]) -> str:
    """Whether one of the checks failed on the submission as it is: "seen", "–", or "" where none of them ran."""
    outcomes = {line.outcome for line in lines if line.number in checks} - {"not run"}
    return "seen" if outcomes - {"passed"} else "–" if outcomes else ""
