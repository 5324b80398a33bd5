"""The report for a student, as HTML above all checks on Gradescope: marks by task, what went wrong, what did not run.

Tables, lists and plain text alone, which its sanitiser keeps. Nothing of an input or of a right answer is in it.
"""

from jinja2 import Environment

from grader.marking.findings import findings, not_run, rows
from grader.marking.results import Results

PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
{% for sentence in sentences %}{{ sentence }}<br>{% endfor %}

<table><thead><tr><th>Task</th><th>Function</th><th>Points</th><th>Of</th><th>Checks lost</th></tr></thead><tbody>
{% for row in rows %}
<tr><td>{{ row.task.task }}</td><td>{{ row.task.function }}{{ " (bonus)" if row.task.bonus }}</td>
<td>{{ "%g"|format(row.got|round(2)) }}</td><td>{{ "%g"|format(row.of|round(2)) }}</td>
<td>{{ row.lost|map(attribute="number")|join(", ") or "none" }}</td></tr>
{% endfor %}
</tbody></table>
{% if findings %}
<p><strong>What went wrong</strong></p>
<ul>
{% for each in findings %}
<li>{{ each.headline }}
({{ "%g"|format(each.points|round(2)) }} points{{ "; the likely cause" if each.kind == "cause" }})</li>
{% endfor %}
</ul>
{% endif %}
{% if not_run %}
<p>Not run: {{ not_run|map(attribute="number")|join(", ") }}. What did not run is not counted as passed.</p>
{% endif %}
""")


def html(results: Results) -> str:
    """The summary of a finished marking; `results.message` comes first, a line for each sentence."""
    found = {"rows": rows(results), "findings": findings(results), "not_run": not_run(results)}
    return PAGE.render(sentences=results.message.splitlines(), **found)
