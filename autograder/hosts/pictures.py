"""A picture of a student's own sampler: the σ_t that each step really adds, in a run on inputs that nobody hides.

No check uses these inputs, so whatever a submission puts into its noise tells nothing of one; and what would be right
is not in the picture.
"""

import base64
import math
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from grader import overlay
from grader.phrases import phrase
from grader.sandbox.wire import Seed
from grader.sandbox.zygote import Zygote
from grader.settings import Settings
from grader.student.session import Session
from grader.transcript import steps
from grader.transcript.examiner import Examiner
from hosts.marks import Picture
from oracle import schedule
from oracle.gaussian import GaussianData

T, S, SHAPE = 1000, 20, (32, 64)
RUNS = {  # by assignment: what is called, and how a student reads it
    1: ("ddpm_sample", phrase("the σ_t that each step of your ddpm_sample adds: linear schedule, T = {T}", T=T // 10)),
    2: (
        "ddim_sample",
        phrase("the σ_t that each step of your ddim_sample adds: linear schedule, T = {T}, S = {S}, η = 1", T=T, S=S),
    ),
}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 220, 56, 12, 14, 34
Point = tuple[float, float]


def of_own_run(submission: Path, assignment: int, settings: Settings) -> list[Picture]:
    """The picture, or none where the run told no step, as where the function is not written yet."""
    function, caption = RUNS[assignment]
    alpha_bar = schedule.linear_alpha_bar(T if assignment == 2 else T // 10)
    data = GaussianData(np.zeros(SHAPE[1]), np.linspace(0.2, 1.5, SHAPE[1]))
    rng = np.random.default_rng(1848)
    wobble = 0.3 * rng.standard_normal((T, *SHAPE))  # of the answers, which no sampler can know beforehand

    def model(x: np.ndarray, t: np.ndarray) -> np.ndarray:
        return data.eps(x, alpha_bar[t[0]]) + wobble[t[0] - 1]

    examiner = Examiner(model, SHAPE, T, T=len(alpha_bar) - 1)
    given = (rng.standard_normal(SHAPE), alpha_bar) + (schedule.even_timesteps(T, S), 1.0) * (assignment == 2)
    try:
        with Zygote() as zygote:
            student = Session(zygote, overlay.opened(submission), exposed=settings.exposed).student()
            try:
                value = student(function, examiner, *given, generator=Seed(8)).value
            finally:
                student.close()
        run = steps.run(function, (examiner, *given), {}, examiner, value)
    except Exception:  # no picture is worth a marking
        return []
    found = [(step.asked, step.values["sigma"].found) for step in run.steps if step.values]
    points = [(t, sigma) for t, sigma in found if t is not None and math.isfinite(sigma)]
    return [Picture(caption, _url(points))] if points else []


def _url(points: list[Point]) -> str:
    """A drawing of the points over t, as what stands in `src`."""
    top_t, top = max(t for t, _ in points), max(max(sigma for _, sigma in points), 1e-3)
    across, up = WIDTH - RIGHT - LEFT, HEIGHT - BOTTOM - TOP
    dots = [
        f'<circle cx="{LEFT + t / top_t * across:.1f}" cy="{HEIGHT - BOTTOM - sigma / top * up:.1f}" r="2.6"/>'
        for t, sigma in points
    ]
    words = [
        (LEFT - 6, TOP + 8, f"{top:.3g}"),
        (LEFT - 6, HEIGHT - BOTTOM, "0"),
        (LEFT - 6, (TOP + HEIGHT - BOTTOM) // 2, "σ_t"),
        (WIDTH - RIGHT, HEIGHT - 12, f"t = {top_t:.4g}"),
    ]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#555"/>',
        '<g font-family="sans-serif" font-size="12" text-anchor="end">',
        *(f'<text x="{x}" y="{y}">{escape(word)}</text>' for x, y, word in words),
        '</g><g fill="#0b5cad">',
        *dots,
        "</g></svg>",
    ]
    return "data:image/svg+xml;base64," + base64.b64encode("".join(parts).encode()).decode()
