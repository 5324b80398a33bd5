"""The grader's commands; `make help` lists them."""

import signal
import sys
import traceback
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from grader import claim

if __name__ == "__main__":  # the imports below can fail, too
    claim.before_all(sys.argv[1:])

import typer
from rich.console import Console

from grader import report
from grader import starter as starter_files
from grader.marking import mark
from grader.outcomes import GraderFault, Loses
from grader.overlay import SubmissionError
from grader.paths import SOLUTION
from grader.regions import RegionError
from grader.settings import BadSettings, Settings, Tier, load
from grader.table import show
from grader.tasks import ALL_TASKS, TASKS
from grader.zygote import Zygote

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()


def _settings() -> Settings:
    """The course's settings; bad ones end the command before anything runs."""
    try:
        return load()
    except BadSettings as reason:
        console.print(f"Nothing was done: {reason}.", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


@app.command()
def grade(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")] = SOLUTION,
    assignment: Annotated[int | None, typer.Option("--assignment", "-a", min=1, max=2)] = None,
    out: Annotated[Path, typer.Option(help="where results.json and report.html go")] = claim.OUT,
    tier: Annotated[Tier | None, typer.Option(help="of sampling quality; if not given, that of settings.toml")] = None,
    task: Annotated[str, typer.Option(help="only this task, for a look, as 2.7")] = "",
) -> None:
    """Mark one submission as Gradescope would; exit 0 whatever the mark, 2 when the grader itself failed."""
    folders = claim.folders(out, assignment or task[:1])
    claim.take(folders.values())
    why = ""
    if not submission.exists():
        why = f"There is no submission at {submission}; give a folder or a zip with sampler.py and score.py."
    elif task and task not in (here := [row.task for row in TASKS if assignment in (None, row.assignment)]):
        where = f"Assignment {assignment} has" if assignment else "There is"
        why = f"{where} no task {task}; give one of {', '.join(here)}."
    if why:
        console.print(why, markup=False, soft_wrap=True)
        raise typer.Exit(2)
    settings, tasks = _settings(), {task} if task else ALL_TASKS
    claim.answer_signals(signal.default_int_handler)
    left = set(folders)
    try:
        with Zygote() as zygote:
            for number, folder in folders.items():
                results = mark(submission, int(number), folder, zygote, tier or settings.tier, settings, tasks)
                left.remove(number)
                show(console, results, int(number))
    except (KeyboardInterrupt, Exception) as fault:  # whatever it is, it is not the student's
        if left:
            _say_why(fault, folders.values())
            raise typer.Exit(2) from None
        console.print(f"The marks count; only afterwards something failed: {fault!r}", markup=False, soft_wrap=True)


def _say_why(fault: BaseException, folders: Iterable[Path]) -> None:
    """Tell why a marking did not end, and where what was known by then is."""
    if isinstance(fault, KeyboardInterrupt):
        console.print("The marking was stopped before its end; its marks do not count.", style="bold red")
        return
    what = fault if isinstance(fault, GraderFault) else traceback.format_exc()
    console.print(f"The grader failed: {what}", style="bold red", markup=False, soft_wrap=True)
    for page in filter(Path.exists, (folder / report.NAME for folder in folders)):
        console.print(f"what was known by then: {page}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def grade_all(
    submissions: Annotated[Path, typer.Argument(help="a Gradescope export, or a folder of zips and folders")],
    assignment: Annotated[int, typer.Option("--assignment", "-a", min=1, max=2)],
    out: Annotated[Path, typer.Option(help="where the marks go; the same command goes on where it was")] = Path("out"),
    tier: Annotated[Tier | None, typer.Option(help="which checks of sampling quality; default: the settings'")] = None,
    scheduler: Annotated[str, typer.Option(help="of a Dask cluster, as tcp://host:port; else this machine")] = "",
) -> None:
    """Mark a class: each distinct submission once; exit 1 where some could not be marked, 2 where it did not end."""
    from grader.grade_all import run

    settings = _settings()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    raise typer.Exit(run(console, submissions, assignment, out, tier or settings.tier, scheduler, settings))


@app.command()
def regrade(
    old: Annotated[Path, typer.Argument(help="the OUT of a make grade-all")],
    new: Annotated[Path, typer.Argument(help="that of a later one, on the same submissions")],
) -> None:
    """Print what a changed check changed: who gained, who lost, at which check; and write NEW/changes.csv."""
    from grader.regrade import run

    raise typer.Exit(run(console, old, new))


@app.command()
def starter() -> None:
    """Write what is generated in starter/: the stubs, the handout's pages, what known mistakes make the tests say."""
    from grader import visible_causes

    try:
        changed = starter_files.write() + visible_causes.write()
    except RegionError as error:
        console.print(f"The solution's regions are not in order: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    console.print(*[f"wrote {path.name}" for path in changed] or ["the starter was in step already"])


@app.command()
def errata() -> None:
    """Print the slides' misprints, each with the slide's number and the right one."""
    from grader.errata import show

    print(show())


@app.command()
def solution_check() -> None:
    """Check the grader against the solution, the starter, the corpora and the zips."""
    from grader.solution_check import run

    raise typer.Exit(0 if run(console) else 1)


@app.command()
def release(out: Annotated[Path, typer.Option(help="where the zips go")] = Path("out/release")) -> None:
    """Build the two student zips and the two autograder zips, and print their checksums."""
    from grader.manifest import version
    from grader.release import SUMS, ReleaseError, build

    _settings()
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    try:
        zips = build(out)
    except ReleaseError as error:
        say(f"No zip was left in {out}, as one of them would be wrong:\n{error}", style="bold red")
        raise typer.Exit(2) from None
    say(f"Release {version()}, in {out}: {sum(path.stat().st_size for path in zips) / 1e6:.1f} MB")
    say((out / SUMS).read_text("utf-8"), end="")


@app.command()
def assets(
    tier: Annotated[Literal["cpu", "gpu"], typer.Option(help="gpu: the larger network, for CIFAR-10")] = "cpu",
    steps: Annotated[int | None, typer.Option(help="of training, in the gpu tier")] = None,
    batch: Annotated[int | None, typer.Option(help="images a step of training, in the gpu tier")] = None,
    manifest: Annotated[bool, typer.Option("--manifest", help="make nothing, list what is there")] = False,
) -> None:
    """Make what is in assets/: what is there as MANIFEST.json has it stays, and what was stopped goes on."""
    from grader.assets import AssetError, list_anew, make
    from grader.recipe import cifar10, fashion

    try:
        if manifest:
            console.print(f"assets/ has {list_anew(fashion()) / 2**20:.1f} MiB", highlight=False)
            return
        if tier == "cpu" and (steps or batch):
            raise AssetError("--steps and --batch are for --tier gpu: what is shipped has one recipe")
        for line in make(cifar10(steps, batch) if tier == "gpu" else fashion()):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    except AssetError as error:
        console.print(f"The assets could not be made: {error}", style="bold red", markup=False)
        raise typer.Exit(2) from None


@app.command()
def tiers(tier: Annotated[Literal["cpu", "gpu"], typer.Option()] = "cpu") -> None:
    """Print which known mistakes each tier of sampling quality sees."""
    from grader.tiers import run

    run(console, tier)


@app.command()
def paper_table(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py")] = SOLUTION,
    weights: Annotated[str, typer.Option(envvar="WEIGHTS", help="a folder with a UNet2DModel, or its hub name")] = "",
    features: Annotated[Path | None, typer.Option(envvar="FEATURES", help="torch-fidelity's Inception weights")] = None,
    data: Annotated[str, typer.Option(envvar="DATA", help="cifar10 or celeba")] = "cifar10",
    images: Annotated[int, typer.Option(envvar="IMAGES", min=1, help="of each cell; the paper's are 50000")] = 50_000,
    steps: Annotated[str, typer.Option(envvar="STEPS", help="the columns to fill")] = "10 20 50 100 1000",
    etas: Annotated[str, typer.Option(envvar="ETAS", help="the rows to fill")] = "0 0.2 0.5 1",
    out: Annotated[Path, typer.Option(help="keeps what is measured, so that the same command goes on")] = Path("out"),
) -> None:
    """Print the DDIM paper's Table 1 with figures of the submission beside it; exit 1 where the submission failed."""
    from grader.paper_table import PaperTable, Refused

    failed = ""
    try:
        table = PaperTable(data, steps, etas, out)
        if weights and features:
            table.fill(images, submission, weights, features)
    except Loses as reason:
        failed = f"The submission failed: {reason}"
    except (Refused, SubmissionError, GraderFault, ImportError) as error:
        hint = "; type: .venv/bin/python -m pip install --editable '.[paper]'" if isinstance(error, ImportError) else ""
        console.print(f"The table could not be made: {error}{hint}", style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    console.print(str(table), highlight=False, markup=False, soft_wrap=True)
    if failed or not (weights and features):
        console.print(failed or "Nothing was sampled: that takes WEIGHTS and FEATURES.", style="bold", markup=False)
    raise typer.Exit(1 if failed else 0)


@app.command()
def bench() -> None:
    """Measure one marking: where its time goes, and the cost of keeping the student's code outside."""
    from grader.bench import run

    run(console)


@app.command()
def bench_class(
    only: Annotated[Literal["", "class", "alone", "cpu", "machines"], typer.Option(help="one part of it")] = "",
    out: Annotated[Path, typer.Option(help="a new folder, for what is marked")] = Path("out/bench"),
) -> None:
    """Measure the marking of a class of 500 (two hours); exit 1 where results differ that should be the same."""
    from grader.bench_class import run

    if out.exists():
        why = f"Nothing was measured: {out} is there already; give another folder."
        console.print(why, style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(2)
    raise typer.Exit(0 if run(console, out, only) else 1)


@app.command()
def trust(
    only: Annotated[str, typer.Option(help="a part: wheat, chaff, hostile or mutants")] = "",
    out: Annotated[Path, typer.Option(help="where trust.md goes")] = Path("out"),
) -> None:
    """Hold the grader to the whole corpora and to every mutant, and write the page that says so; exit 1 on a fault."""
    from grader.trust import run

    raise typer.Exit(0 if run(console, only, out) else 1)


@app.command()
def hunt(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")] = SOLUTION,
    examples: Annotated[int, typer.Option(min=1, help="inputs of each check")] = 1000,
) -> None:
    """Look for inputs at which a submission is wrong, beside those of every marking; exit 1 where one is found."""
    from grader.hunt import run

    raise typer.Exit(0 if run(console, submission, examples) else 1)


@app.command()
def injections() -> None:
    """Harm a marking in every way: it gives full marks, or says that they do not count; exit 1 where it does not."""
    from grader.injections import run

    raise typer.Exit(0 if run(console) else 1)


@app.command()
def hostile(
    cases: Annotated[list[Path] | None, typer.Argument(help="files of hostile cases; the corpus, if not given")] = None,
    environment: Annotated[
        Literal["root", "user", "user-without-landlock", "container"], typer.Option(help="where to mark them")
    ] = "root",
    walls_down: Annotated[bool, typer.Option("--walls-down", help="without the walls that stop each")] = False,
) -> None:
    """Mark hostile submissions: each must lose what it declares and change nothing else; exit 1 where one does not.

    With --walls-down each must reach what it goes for.
    """
    from grader.corpus import files
    from grader.environments import Environment, NotHere
    from grader.hostile import marked, run_down

    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    faults = 0
    try:
        if walls_down:
            for name, reached, fault in run_down(cases or files("hostile")):
                say(f"WRONG {name}: {fault}" if fault else f"as it should be, {name}: {reached or 'reaches nothing'}")
                faults += bool(fault)
            raise typer.Exit(1 if faults else 0)
        with Environment(environment) as place:
            for note in place.notes:
                say(f"Not as it should be: {note}.")
            for name, fault in marked(place, cases or files("hostile")):
                say(f"WRONG {name}: {fault}" if fault else f"holds {name}")
                faults += bool(fault)
    except NotHere as reason:
        say(f"Not run: {reason}.")
        raise typer.Exit(1) from None
    raise typer.Exit(1 if faults else 0)


if __name__ == "__main__":
    app()
