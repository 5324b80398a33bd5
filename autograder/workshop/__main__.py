"""The commands of the maintainer: the starter, the release, the corpora, the assets, the benchmarks."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from grader.commands import console, refusals, refuse, say, settings
from grader.marking import version
from grader.outcomes import GraderFault, Loses, SubmissionError
from grader.paths import ROOT, SOLUTION
from workshop.regions import RegionError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
@refusals("The solution's regions are not in order", RegionError)
def course() -> None:
    """Write what is made in starter/ from course.toml: handout, pages, points, stubs, what known mistakes are told."""
    settings()
    from workshop.language import catalogue
    from workshop.starter import stubs, visible_causes

    for path in (changed := catalogue.write() + stubs.write() + visible_causes.write()):
        say(f"{'wrote' if path.exists() else 'took away'} {path.relative_to(ROOT)}")
    if not changed:
        say("The starter was in step already.")
    if faults := catalogue.faults():
        say(f"{len(faults)} sentences lack a right translation in {catalogue.FILE.name}; the first: {faults[0]}")


@app.command()
def new_task(
    task: Annotated[str, typer.Option("--task", "-t", help="its number, the next one: 2.13")],
    name: Annotated[str, typer.Option(help="of its function")],
    title: Annotated[str, typer.Option(help="a few words")],
    title_zh: Annotated[str, typer.Option(help="the same in Chinese; English, if not given")] = "",
    file: Annotated[str, typer.Option(help="sampler.py or score.py")] = "sampler.py",
) -> None:
    """Lay a task down in each place that it has: solution, oracle, check, visible test, handout, a wrong answer."""
    from workshop.starter.new_task import NewTask, NoTask, lay

    settings()
    with refusals("Nothing was written", NoTask):
        for path in lay(NewTask(task, name, file, title, title_zh or title)):
            say(f"wrote {path.relative_to(ROOT)}")
    say(f"Now type make course, and make grade T={task}: it works, and returns its first argument.")


@app.command()
def errata() -> None:
    """Print the slides' misprints, each with the slide's number and the right one."""
    from workshop.starter.errata import show

    print(show())


@app.command()
def solution_check() -> None:
    """Check the grader against the solution, the starter, the corpora and the zips."""
    from workshop.trust.solution_check import run

    raise typer.Exit(0 if run(console) else 1)


@app.command()
def release(out: Annotated[Path, typer.Option(help="where the zips go")] = Path("out/release")) -> None:
    """Build the two student zips and the two autograder zips, and print their checksums."""
    from workshop.release.zips import SUMS, ReleaseError, build
    from workshop.starter import handout_text

    decided = settings()
    _in_step("No zip was made")
    try:
        zips = build(out)
    except ReleaseError as error:
        refuse(f"No zip was left in {out}, as one of them would be wrong:\n{error}")
    say(f"Release {version.number()}, in {out}: {sum(path.stat().st_size for path in zips) / 1e6:.1f} MB")
    say((out / SUMS).read_text("utf-8"), end="")
    if missing := ", ".join(handout_text.unwritten(decided)):
        say(f"The handout leaves room for the course's rules on {missing}: course.toml, [rules].")


@app.command()
def public(out: Annotated[Path, typer.Option(help="a new or empty folder")] = Path("out/public")) -> None:
    """Write the starter alone, for a public repository: no answer, no check, nothing made from the corpora."""
    from workshop.release.public import write
    from workshop.release.zips import ReleaseError

    settings()
    _in_step("Nothing was written")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        refuse(f"Nothing was written, as {out} is there and is not an empty folder: give another OUT.")
    with refusals("Nothing was written", ReleaseError):
        files = write(out)
    say(f"{out}: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB")


def _in_step(nothing: str) -> None:
    """Refuse a starter that is not what course.toml and the solution make it."""
    from workshop.starter import stubs

    with refusals("The solution's regions are not in order", RegionError):
        if stale := ", ".join(str(path.relative_to(ROOT)) for path in stubs.out_of_step()):
            refuse(f"{nothing}, as make course would change {stale}: type make course.")


@app.command()
def assets(
    tier: Annotated[Literal["cpu", "gpu"], typer.Option(help="gpu: the larger network, for CIFAR-10")] = "cpu",
    steps: Annotated[int | None, typer.Option(help="of training, in the gpu tier")] = None,
    batch: Annotated[int | None, typer.Option(help="images a step of training, in the gpu tier")] = None,
    manifest: Annotated[bool, typer.Option("--manifest", help="make nothing, list what is there")] = False,
) -> None:
    """Make what is in assets/: what is there as MANIFEST.json has it stays, and what was stopped goes on."""
    from workshop.assets.assets import AssetError, list_anew, make
    from workshop.assets.recipe import cifar10, fashion

    with refusals("The assets could not be made", AssetError):
        if manifest:
            say(f"assets/ has {list_anew(fashion()) / 2**20:.1f} MiB")
            return
        if tier == "cpu" and (steps or batch):
            raise AssetError("--steps and --batch are for --tier gpu: what is shipped has one recipe")
        for line in make(cifar10(steps, batch) if tier == "gpu" else fashion()):
            say(line)


@app.command()
def tiers(tier: Annotated[Literal["cpu", "gpu"], typer.Option()] = "cpu") -> None:
    """Print which known mistakes each tier of sampling quality sees."""
    from workshop.quality.tiers import run

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
    from workshop.quality.paper_table import PaperTable, Refused

    failed = ""
    try:
        table = PaperTable(data, steps, etas, out)
        if weights and features:
            table.fill(images, submission, weights, features)
    except Loses as reason:
        failed = f"The submission failed: {reason}"
    except (Refused, SubmissionError, GraderFault, ImportError) as error:
        hint = "; type: .venv/bin/python -m pip install --editable '.[paper]'" if isinstance(error, ImportError) else ""
        refuse(f"The table could not be made: {error}{hint}")
    say(str(table))
    if failed or not (weights and features):
        say(failed or "Nothing was sampled: that takes WEIGHTS and FEATURES.", style="bold")
    raise typer.Exit(1 if failed else 0)


@app.command()
def bench() -> None:
    """Measure one marking: where its time goes, and the cost of keeping the student's code outside."""
    from workshop.bench.bench import run

    run(console)


@app.command()
def bench_class(
    only: Annotated[Literal["", "class", "alone", "cpu", "machines"], typer.Option(help="one part of it")] = "",
    out: Annotated[Path, typer.Option(help="a new folder, for what is marked")] = Path("out/bench"),
) -> None:
    """Measure the marking of a class of 500 (two hours); exit 1 where results differ that should be the same."""
    from workshop.bench.bench_class import run

    if out.exists():
        refuse(f"Nothing was measured: {out} is there already; give another folder.")
    raise typer.Exit(0 if run(console, out, only) else 1)


@app.command()
def bench_laptop(
    torch_index: Annotated[str, typer.Option(envvar="TORCH_INDEX", help="where PyTorch comes from")] = "",
) -> None:
    """Measure how long a student waits for the first table: from an empty folder, with pip and with uv."""
    from workshop.bench.bench_laptop import NoTable, run

    with refusals("A way came to no table", NoTable):
        run(console, torch_index)


@app.command()
def trust(
    only: Annotated[Literal["", "wheat", "chaff", "hostile", "mutants"], typer.Option(help="one part of it")] = "",
    out: Annotated[Path, typer.Option(help="where trust.md goes")] = Path("out"),
) -> None:
    """Hold the grader to the whole corpora and to every mutant, and write the page that says so; exit 1 on a fault."""
    from workshop.trust.trust import run

    raise typer.Exit(0 if run(console, only, out) else 1)


@app.command()
def test_pythons() -> None:
    """Run the visible tests, a marking and the quick half of the tests on each Python that has a lock and is here."""
    from workshop.trust.pythons import run

    raise typer.Exit(0 if run(console) else 1)


@app.command()
def hunt(
    submission: Annotated[Path, typer.Argument(help="a folder or zip with sampler.py and score.py")] = SOLUTION,
    examples: Annotated[int, typer.Option(min=1, help="inputs of each check")] = 1000,
) -> None:
    """Look for inputs at which a submission is wrong, beside those of every marking; exit 1 where one is found."""
    from workshop.trust.hunt import run

    with refusals("Nothing was looked for", SubmissionError):
        found_none = run(console, submission, examples)
    raise typer.Exit(0 if found_none else 1)


@app.command()
def injections() -> None:
    """Harm a marking in every way: it gives full marks, or says that they do not count; exit 1 where it does not."""
    from workshop.attacks.injections import run

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
    from workshop.attacks.environments import Environment, NotHere
    from workshop.attacks.hostile import marked, run_down
    from workshop.trust.corpus import files

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
