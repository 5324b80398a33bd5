"""The marks of one submission as a table in the terminal."""

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from grader.commands import console, say
from grader.marking.results import Results
from grader.outcomes import Outcome
from grader.tasks import BY_ID

STYLES = {"passed": "green", "passed with a stand-in": "green", "to do": "yellow", "not run": "yellow"}


def show(results: Results, assignment: int) -> None:
    """Print a row for each check, with the reason below where one did not pass."""
    table = Table(title=f"Assignment {assignment}", title_justify="left", show_lines=False, box=None, pad_edge=False)
    table.add_column("check")
    table.add_column("points", justify="right")
    table.add_column("outcome")
    table.add_column("claim", overflow="fold")
    task = ""
    for line in results.lines:
        if line.task != task:
            if task:
                table.add_row()
            task = line.task
            mine = [other for other in results.lines if other.task == task]
            got, of = sum(other.points for other in mine if other.passed), sum(other.points for other in mine)
            title = f"{BY_ID[task].function}: {BY_ID[task].title}" + (" (bonus)" if BY_ID[task].bonus else "")
            table.add_row(Text(task, "bold"), Text(f"{got:.4g}/{of:.4g}", "bold"), "", Text(title, "bold"))
        style = STYLES.get(line.outcome.label, "red")
        claim = Text(line.claim)
        if line.outcome != Outcome.PASSED:
            claim.append(f"\n{line.output}", style=style)
        label = line.outcome.label.removeprefix("passed with a ")
        table.add_row(f" {line.number}", f"{line.points if line.passed else 0:.4g}", Text(label, style), claim)
    console.print(table)
    console.print(escape(results.message), style="bold", highlight=False)
    seconds, peak = results.extra["seconds"], results.extra["peak_mib"]
    told = (
        f"{results.path}: {results.extra['calls']} calls in {seconds['checks']:.1f} s, after {seconds['zygote']:.1f} s "
        f"for torch; at most {peak['grader']} MiB in the grader, {peak['worker']} in a worker (most of it shared)"
    )
    say(told, style="dim")
    say(f"report for course staff: {results.report}\n", style="dim")
