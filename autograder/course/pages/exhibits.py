"""What the report page shows of a student's samplers: which runs, and the figures of each in rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from course.pages import curves, png
from grader.marking.results import Line
from grader.outcomes import Outcome
from grader.transcript.evidence import USUAL
from grader.transcript.regression import NAMES
from grader.transcript.steps import Run, Step

EDGE, WRONG = 12, 36  # rows of a long transcript: so many at either end, and so many wrong ones between


@dataclass(frozen=True)
class Exhibit:
    """One run of a loop, as submitted."""

    line: Line
    run: Run
    key: str  # unique on the page

    @property
    def title(self) -> str:
        run = self.run
        if not run.T:
            return run.function
        if run.function == "ddpm_sample":
            return f"ddpm_sample, T = {run.T}"
        return f"ddim_sample, η = {run.eta:g}, S = {run.S} of T = {run.T}"

    @property
    def made(self) -> str:
        """As submitted, or with whose help."""
        helpers = ", ".join(self.line.evidence.stand_in_for)
        return f"with a right {helpers} standing in" if helpers else "as submitted"

    @property
    def panels(self) -> list[tuple[str, Markup, str]]:
        """(symbol, picture, what it shows in words) of each coefficient that the run tells."""
        drawn = []
        for name in NAMES:
            points = [(step.asked, step.values[name]) for step in self.run.steps if step.values and step.asked]
            if picture := curves.panel(self.run, name, f"{self.key}-{name}"):
                drawn.append((curves.SYMBOLS[name], picture, curves.said_of(points)))
        return drawn

    @property
    def verdict(self) -> str:
        """The run in one sentence."""
        run = self.run
        calls = "1 call of the model" if len(run.steps) == 1 else f"{len(run.steps)} calls of the model"
        calls += f" instead of {run.S}" if run.wrong_count else ""
        if not run.T:
            return f"{calls}."
        if not run.ended:
            calls += ", then it ended without a result"
        asked = sum(step.wanted is not None and step.asked != step.wanted for step in run.steps)
        nowhere = sum(step.wanted is None for step in run.steps)
        parts = [calls, f"{asked} at another t than the step needs" if asked else ""]
        parts += [f"{nowhere} at a t that is not in the sequence" if nowhere else ""]
        told = sum(bool(step.values) and step.wanted is not None for step in run.steps)
        off = {name: sum(step.values[name].off for step in run.steps if step.values) for name in NAMES}
        for count in sorted(set(off.values()) - {0}, reverse=True):
            names = [curves.SYMBOLS[name] for name in NAMES if off[name] == count]
            parts.append(f"{', '.join(names)} {'are' if len(names) > 1 else 'is'} off in {count} of {told} steps")
        if off["sigma"] and not (off["omega_0"] or off["omega_t"]):
            parts.append("ω₀ and ω_t are as they must be")
        elif off["sigma"] and all(step.marginal for step in run.steps if step.values):
            parts.append("ω₀ and ω_t follow from the σ_t that is used, which alone is wrong")
        parts += ["a constant is added to the mean" if any(step.shift for step in run.steps) else ""]
        parts += [step.note for step in run.steps if step.note][:1]
        said = "; ".join(filter(None, parts))
        return f"{said}{'; each step is as it must be' if told and not self.wrong else ''}."

    @property
    def wrong(self) -> bool:
        return bool(self.run.wrong) or self.run.wrong_count or (not self.run.ended and bool(self.run.T))

    @property
    def rows(self) -> list[tuple[int, Step]]:
        """(number of the call, step) of those to list."""
        steps = list(enumerate(self.run.steps, start=1))
        if len(steps) <= 2 * EDGE + WRONG:
            return steps
        middle = [row for row in steps[EDGE:-EDGE] if row[1].off]
        return [*steps[:EDGE], *middle[:: -(-len(middle) // WRONG) or 1], *steps[-EDGE:]]


def exhibits(lines: list[Line]) -> tuple[list[Exhibit], list[Exhibit]]:
    """The runs to draw, and those of which only the transcript is listed: of other checks that were lost."""
    drawn, listed = [], []
    for line in lines:
        if not any(run.steps for run in line.evidence.runs):
            continue
        exhibit = Exhibit(line, _chosen(line), f"run-{line.number.replace('.', '-')}")
        if line.drawn:
            drawn.append(exhibit)
        elif exhibit.wrong or line.lost:
            listed.append(exhibit)
    return sorted(drawn, key=lambda each: not each.wrong), listed


def _chosen(line: Line) -> Run:
    """The run at which a check was lost, which is its last; of a check that holds, one of the usual size."""
    runs = [run for run in line.evidence.runs if run.steps]
    held = line.passed and (line.outcome == Outcome.PASSED or line.evidence.stand_in_for)
    return min(runs, key=lambda run: abs(run.S - USUAL)) if held else runs[-1]


def galleries(lines: list[Line]) -> Iterator[tuple[str, str, str, int]]:
    """(number of the check, caption, data URL, width in pixels) of each grid of images."""
    for line in lines:
        runs = [run for run in line.evidence.runs if run.images is not None]
        grids = [(f"{each.function}, η = {each.eta:g}, S = {each.S}, as submitted", each.images) for each in runs[:1]]
        grids.append(("the right sampler's, from the same x_T", line.evidence.right_images))
        for caption, images in grids:
            if images is not None:
                yield line.number, caption, png.data_url(images), png.grid(images).shape[1]
