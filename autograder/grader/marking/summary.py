"""The report for a student, as HTML above all checks on Gradescope: marks by task, what went wrong, what did not run.

Tables, lists and plain text alone, which its sanitiser keeps. Nothing of an input or of a right answer is in it.
"""

from jinja2 import Environment

from grader.marking.findings import Finding, findings, not_run, rows
from grader.marking.results import Results
from grader.phrases import phrase

PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
{% for sentence in sentences %}{{ sentence }}<br>{% endfor %}

<table><thead><tr>{% for word in head %}<th>{{ word }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}
<tr><td>{{ row.task.task }}</td><td>{{ row.task.function }}{{ bonus if row.task.bonus }}</td>
<td>{{ "%g"|format(row.got|round(2)) }}</td><td>{{ "%g"|format(row.of|round(2)) }}</td>
<td>{{ row.lost|map(attribute="number")|join(", ") or none_lost }}</td></tr>
{% endfor %}
</tbody></table>
{% if findings %}
<p><strong>{{ went_wrong }}</strong></p>
<ul>
{% for each in findings %}
<li>{{ each.headline }}
{{ cost(each) }}</li>
{% endfor %}
</ul>
{% endif %}
{% if not_run %}
<p>{{ not_run }}</p>
{% endif %}
""")
PAGE.globals.update(
    head=[phrase("Task"), phrase("Function"), phrase("Points"), phrase("Of"), phrase("Checks lost")],
    bonus=phrase(" (bonus)"),
    none_lost=phrase("none"),
    went_wrong=phrase("What went wrong"),
)


def html(results: Results) -> str:
    """The summary of a finished marking; `results.message` comes first, a line for each sentence."""
    numbers = ", ".join(line.number for line in not_run(results))
    left = phrase("Not run: {numbers}. What did not run is not counted as passed.", numbers=numbers)
    return PAGE.render(
        sentences=results.message.splitlines(),
        rows=rows(results),
        findings=findings(results),
        cost=_cost,
        not_run=left if numbers else "",
    )


def _cost(finding: Finding) -> str:
    """The points that it took."""
    points = round(finding.points, 2)
    if finding.kind == "cause":
        return phrase("(points: {points:g}; the likely cause)", points=points)
    return phrase("(points: {points:g})", points=points)
