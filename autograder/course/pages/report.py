"""The report page of one marking, for course staff: one file, without scripts, that loads nothing from anywhere."""

import hashlib
from collections.abc import Iterable
from typing import Any

from course.pages import staff_page
from course.pages.exhibits import exhibits, galleries
from grader import files
from grader.claim import REPORT
from grader.marking.findings import findings, not_run, rows
from grader.marking.mark import Facts
from grader.marking.results import Line, Results
from grader.outcomes import Outcome
from grader.phrases import phrase
from grader.transcript.regression import figure

NAME = REPORT
FAILED = "The report could not be made, which costs no marks: {}"
MARKS = {"passed": "✓", "passed with a stand-in": "✓", "to do": "…", "not run": "–"}  # of a label; others have ✗


def write(results: Results, facts: Facts) -> str:
    """Write `report.html` beside the results, for their owner's eyes; the path, or a sentence that says what failed.

    Nothing of it is worth a marking, so it never raises.
    """
    try:
        path = results.path.with_name(NAME)
        files.replace_private(path, page(results, facts))
        return str(path)
    except Exception as error:
        return FAILED.format(f"{type(error).__name__}: {error}")


def page(results: Results, facts: Facts) -> str:
    """The page as text; all that is not the template's own is escaped, and without characters that are not seen."""
    drawn, listed = exhibits(results.lines)
    known: dict[str, Any] = {
        "results": results,
        "facts": facts,
        "rows": rows(results),
        "findings": findings(results),
        "not_run": not_run(results),
        "drawn": drawn,
        "listed": listed,
        "galleries": list(galleries(results.lines)),
        "tables": [(line, *_table(line)) for line in results.lines if line.evidence.cells],
        "faults": list(_faults(results.lines)),
        "missing": [wall for wall, stands in facts.walls.items() if not stands],
        "stood_in": [line for line in results.lines if line.outcome == Outcome.STOOD_IN],
        "passed": phrase("Passed."),
        "bonus": sum(line.points for line in results.lines if line.bonus and line.passed),
    }
    here = staff_page.environment()
    here.filters["points"] = lambda value: f"{round(value, 2):g}"
    here.filters["figure"] = lambda value: "–" if value != value else figure(value)
    here.filters["digest"] = lambda content: hashlib.sha256(content).hexdigest()[:12]
    here.filters["mark"] = lambda label: MARKS.get(label, "✗")
    return here.get_template(NAME).render(known)


def _table(line: Line) -> tuple[list[str], list[str]]:
    """The rows and the columns of a check's table, in the order in which they came."""
    return [list(dict.fromkeys(key[axis] for key in line.evidence.cells)) for axis in (0, 1)]  # type: ignore[return-value]


def _faults(lines: Iterable[Line]) -> Iterable[str]:
    for line in lines:
        if line.outcome == Outcome.FAULT:
            yield f"{line.number} could not be done."
        for fault in line.evidence.faults[:3]:
            yield f"{line.number}: {fault}."
