"""JUnit XML, which CodeGrade, Artemis and GitLab read: which check passed, with no points.

There is no official schema; this is what all readers of it take. So a suite holds test cases alone, each with a time
(CodeGrade refuses others), names are unique (Artemis and GitLab know a test by them), and what a failure says stands
in its `message` (Artemis) and in its text (GitLab).
Sources: Jenkins' junit-10.xsd (031e285); Artemis' TestResultXmlParser.java (03a0dea); psef/helpers/junit of CodeGrade,
as its open source had it last; GitLab's page "Unit test reports".
"""

from collections.abc import Mapping
from xml.etree import ElementTree

from grader.outcomes import Outcome
from grader.phrases import phrase
from grader.tasks import BY_ID, task_of
from hosts.marks import Check, Marks

FILE = "junit.xml"
NEEDS: tuple[str, ...] = ()
FAULT_STATUS = 2


def told(marks: Marks, environment: Mapping[str, str]) -> str:
    """The content of the file; where the marking did not end, one test that is an error."""
    kinds = [_kind(check) for check in marks.checks] or ["error"] * (not marks.ended)
    counts = {"failures": kinds.count("failure"), "errors": kinds.count("error"), "skipped": kinds.count("skipped")}
    about = {"name": phrase("Assignment {number}", number=marks.assignment), "tests": len(kinds), **counts}
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", {key: str(value) for key, value in about.items()})
    for check, kind in zip(marks.checks, kinds):
        where = f"{task_of(check.number)} {BY_ID[task_of(check.number)].function}"
        _case(suite, where, f"{check.number} {check.claim}", kind, check.said)
    if not marks.ended:
        _case(suite, "grader", phrase("the marking came to its end"), "error", marks.said)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, where: str, name: str, kind: str, said: str) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=where, name=name, time="0")
    if kind:
        ElementTree.SubElement(case, kind, message=said).text = said


def _kind(check: Check) -> str:
    """The element in a test case; "" where the check passed. What did not run is never passed."""
    if check.outcome in (Outcome.PASSED, Outcome.STOOD_IN):
        return ""
    return "error" if check.outcome == Outcome.FAULT else "failure" if check.outcome.ran else "skipped"
