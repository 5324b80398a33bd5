"""`make solution-check`: does the grader say what is known to be true? Prints a line for each thing that it holds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from grader import overlay
from grader.marking.results import Results
from grader.outcomes import Outcome
from grader.paths import CORPUS, SOLUTION, STARTER
from grader.sandbox.zygote import Zygote
from grader.tasks import TASKS
from workshop.regions import RegionError
from workshop.release import zips
from workshop.starter import stubs
from workshop.trust import corpus, pool
from workshop.trust.pool import marks

# What this command marks of the corpora, as differently written or as differently wrong as they come.
SOME = {
    "wheat": """
        angle_form batch_item_loops coefficient_tables eps_form helpers_everywhere in_place log_space monolithic
        numpy_inside own_draws recursion score_form variance_exploding_form x_0_form
    """,
    "chaff": """
        slide_beta_outside_root table_beta_on_subsequence coefficients_negative_root sigma_eta_ignored posterior_slide
        ddpm_step_fixed_large loss_summed langevin_root_eta annealed_ratio_not_squared reverse_sde_forward_drift
        timesteps_range sample_starts_from_zeros sample_no_noise_at_last_but_one sample_previous_by_division
    """,
}


def run(console: Console) -> bool:
    """Hold the grader to everything that is known; True where all of it is so."""
    faults = 0
    with tempfile.TemporaryDirectory() as folder, Zygote() as zygote:
        for what, fault in _all(Path(folder), zygote):
            console.print(
                f"[red]WRONG[/] {what}: {escape(fault)}" if fault else f"[green]holds[/] {what}", highlight=False
            )
            faults += bool(fault)
    console.print(f"{faults} of these do not hold." if faults else "All of it holds.", style="bold")
    return not faults


def _all(folder: Path, zygote: Zygote) -> Iterator[tuple[str, str]]:
    """What has to hold, and what is wrong with it ("" where nothing is)."""
    yield "the starter is in step with the solution", _starter_fault()
    yield "the release zips hold what they should, and no answer", _release_fault(folder)
    solution = marks(overlay.load(SOLUTION), folder, zygote, tier="cpu")
    full = sum(task.points for task in TASKS)
    yield f"the solution gets {full:g} points, the bonus with them", _unless(score(solution) == full, lost(solution))
    untouched = marks(overlay.load(STARTER), folder, zygote)
    yield (
        "the untouched starter gets 0, each check to do",
        _unless(
            score(untouched) == 0 and {line.outcome for r in untouched for line in r.lines} == {Outcome.TO_DO},
            f"{score(untouched):g} points",
        ),
    )
    cases = [corpus.load(CORPUS / kind / f"{name}.py") for kind, names in SOME.items() for name in names.split()]
    for case, lines in pool.marked(cases):
        loses = f"loses {', '.join(sorted(case.loses))} and nothing else" if case.loses else "gets full marks"
        yield f"{case.kind}: {case.name} {loses}", case.fault(lines)


def score(results: list[Results]) -> float:
    return round(sum(each.score for each in results), 2)


def lost(results: list[Results]) -> str:
    """The checks that did not pass, each with its reason."""
    return "; ".join(f"{line.number} {line.output}" for r in results for line in r.lines if line.lost)


def _starter_fault() -> str:
    try:
        stale = [path.name for path in stubs.out_of_step()]
    except RegionError as error:
        return str(error)
    return f"{', '.join(stale)} would change: run make course" if stale else ""


def _release_fault(folder: Path) -> str:
    try:
        zips.build(folder / "release")
    except zips.ReleaseError as error:
        return str(error)
    return ""


def _unless(right: bool, fault: str) -> str:
    return "" if right else fault or "it does not"
