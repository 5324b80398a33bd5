"""A reader of Moodle XML for tests, written from what Moodle's own import reads (question/format/xml/format.php).

It is stricter than Moodle, which passes over what it does not know: every element and attribute must be one that is
read there, in a place where it is read, and what Moodle would refuse or guess at is an error, too.
"""

import base64
import re
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

COMMON = {"name", "questiontext", "generalfeedback", "defaultgrade", "penalty"}
OF_TYPE = {
    "multichoice": {"single", "shuffleanswers", "answernumbering", "answer"},
    "numerical": {"unitgradingtype", "showunits", "answer"},
    "essay": {"responseformat", "responserequired", "responsefieldlines", "attachments", "graderinfo"},
}
FORMATS = {"html", "plain_text", "markdown", "moodle_auto_format"}
NUMBERINGS = {"abc", "ABCD", "123", "iii", "IIII", "none"}
EDITORS = {"editor", "editorfilepicker", "plain", "monospaced", "noinline"}


@dataclass
class Answer:
    text: str
    share: float  # of the points
    feedback: str
    tolerance: float | None = None


@dataclass
class Question:
    category: str
    kind: str
    name: str
    text: str
    points: float
    feedback: str
    answers: list[Answer] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    info: str = ""
    shuffled: bool = False


def read(content: bytes) -> list[Question]:
    """The questions of a file, each with its category. AssertionError: what Moodle's import would not read."""
    quiz = ElementTree.fromstring(content)
    assert quiz.tag == "quiz" and not quiz.attrib
    found, category = [], ""
    for element in quiz:
        assert element.tag == "question" and element.attrib.keys() == {"type"}, element
        if element.attrib["type"] == "category":
            assert [child.tag for child in element] == ["category"]
            category = text_of(element, "category")
            assert category.startswith("$course$/") and all(part.strip() for part in category.split("/"))
        else:
            found.append(question(element, category))
    return found


def question(element: Element, category: str) -> Question:
    kind = element.attrib["type"]
    tags = {child.tag for child in element}
    assert COMMON | OF_TYPE[kind] == tags, (kind, tags)
    once = [child.tag for child in element if child.tag != "answer"]
    assert len(set(once)) == len(once)
    made = Question(
        category,
        kind,
        text_of(element, "name"),
        text_of(element, "questiontext"),
        float(value(element, "defaultgrade")),
        text_of(element, "generalfeedback"),
        [answer(each, kind) for each in element.findall("answer")],
        files(element.find("questiontext")),
    )
    assert (
        category
        and made.text
        and 0 < len(made.name) <= 255
        and made.points > 0
        and 0 <= float(value(element, "penalty")) <= 1
    )
    assert set(re.findall(r"@@PLUGINFILE@@/([^\"]+)", made.text)) == made.files.keys()
    if kind == "essay":
        assert value(element, "responseformat") in EDITORS and int(value(element, "responsefieldlines")) > 0
        assert value(element, "responserequired") in "01" and int(value(element, "attachments")) >= 0
        made.info = text_of(element, "graderinfo")
        return made
    assert sorted(each.share for each in made.answers)[-2:] == [0, 1], "one answer is right, and all others are not"
    if kind == "multichoice":
        assert value(element, "single") == "true" and value(element, "answernumbering") in NUMBERINGS
        made.shuffled = {"true": True, "false": False}[value(element, "shuffleanswers")]
    else:
        assert value(element, "unitgradingtype") == "0" and value(element, "showunits") == "3", "there are no units"
    return made


def answer(element: Element, kind: str) -> Answer:
    wanted = ["text", "feedback", *(["tolerance"] if kind == "numerical" else [])]
    assert [child.tag for child in element] == wanted and element.attrib.keys() == {"fraction", "format"}
    made = Answer(value(element, "text"), float(element.attrib["fraction"]) / 100, text_of(element, "feedback"))
    if kind == "numerical":
        assert element.attrib["format"] == "plain_text"
        made.text = str(float(made.text))
        made.tolerance = float(value(element, "tolerance"))
        assert made.tolerance > 0
    return made


def text_of(element: Element, tag: str) -> str:
    """The text below <tag><text>; its format, where it has one, is one that Moodle knows."""
    holder = element.find(tag)
    assert holder is not None and {child.tag for child in holder} <= {"text", "file"}
    assert holder.attrib.keys() <= {"format"} and holder.attrib.get("format", "html") in FORMATS
    return value(holder, "text")


def value(element: Element, tag: str) -> str:
    found = element.findall(tag)
    assert len(found) == 1 and not len(found[0]), tag
    return (found[0].text or "").strip()


def files(holder: Element | None) -> dict[str, bytes]:
    assert holder is not None
    found = {}
    for file in holder.findall("file"):
        assert file.attrib.keys() == {"name", "path", "encoding"} and file.attrib["encoding"] == "base64"
        found[file.attrib["name"]] = base64.b64decode(file.text or "", validate=True)
    return found
