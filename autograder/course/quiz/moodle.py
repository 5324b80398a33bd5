"""The questions of the papers as Moodle XML: a category for each stratum, from which a quiz draws one question.

Moodle has no schema of its format: what its import reads is in question/format/xml/format.php of its source. Formulas
are LaTeX, which Moodle's MathJax shows; figures are files beside the text.
"""

import base64
import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from course.pages import markdown
from course.quiz.mistakes import told
from course.quiz.page import WORDS
from course.quiz.papers import Paper
from course.quiz.question import Asked, Text, shown, tolerance
from course.quiz.strata import STRATA, Stratum
from grader.settings import Language

TYPES = {"choice": "multichoice", "number": "numerical", "written": "essay"}
FIGURE = "figure.svg"


class Export:
    """The file in one language."""

    def __init__(self, papers: list[Paper], seed: int, language: Language) -> None:
        self.language, self.seed = language, seed
        self.parser = markdown.parser(WORDS[language]["table"], _latex)
        self.asked = list(dict.fromkeys(item.asked for paper in papers for item in paper.items))

    def content(self) -> bytes:
        """The file's bytes."""
        quiz = Element("quiz")
        for number, stratum in enumerate(STRATA, start=1):
            self._category(quiz, number, stratum)
            for asked in self.asked:
                if asked.question.stratum is stratum:
                    self._question(quiz, asked)
        ElementTree.indent(quiz)
        return ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True)

    def _category(self, quiz: Element, number: int, stratum: Stratum) -> None:
        question = SubElement(quiz, "question", type="category")
        topic = stratum.topic.said(self.language, {})
        path = f"$course$/top/{WORDS[self.language]['quiz']} {self.seed}/{number:02} {topic}"
        SubElement(SubElement(question, "category"), "text").text = path

    def _question(self, quiz: Element, asked: Asked) -> None:
        stratum = asked.question.stratum
        question = SubElement(quiz, "question", type=TYPES[stratum.kind])
        number = 1 + asked.question.drawable.index(asked)
        SubElement(SubElement(question, "name"), "text").text = f"{asked.question.key} {number}"
        text = self._said(question, "questiontext", self._html(asked.text(self.language)))
        if figure := asked.figure(self.language):
            self._figure(question, text, figure)
        must = self._list(asked.must(self.language))
        self._said(question, "generalfeedback", must if stratum.kind != "written" else "")
        SubElement(question, "defaultgrade").text = str(stratum.points)
        SubElement(question, "penalty").text = "0"
        {"choice": self._choice, "number": self._number, "written": self._written}[stratum.kind](question, asked)

    def _choice(self, question: Element, asked: Asked) -> None:
        numbers = isinstance(asked.right, float)
        SubElement(question, "single").text = "true"
        SubElement(question, "shuffleanswers").text = "false" if numbers else "true"
        SubElement(question, "answernumbering").text = "ABCD"
        options = [("", asked.right), *asked.wrong.items()]
        if numbers:
            options.sort(key=lambda option: option[1])  # type: ignore[arg-type,return-value]
        for cause, answer in options:
            self._answer(question, asked, cause, self._html(asked.answer(answer, self.language)), numbers, "html")

    def _number(self, question: Element, asked: Asked) -> None:
        for cause, answer in (("", asked.right), *asked.wrong.items()):
            assert isinstance(answer, float)
            made = self._answer(question, asked, cause, repr(round(answer, 9)), True, "plain_text")
            SubElement(made, "tolerance").text = shown(tolerance(answer))
        for name, value in (("unitgradingtype", "0"), ("showunits", "3")):
            SubElement(question, name).text = value

    def _written(self, question: Element, asked: Asked) -> None:
        w = WORDS[self.language]
        common = [asked.answer(answer, self.language) for answer in asked.wrong.values()]
        info = f"<p>{w['must']}:</p>{self._list(asked.must(self.language))}<p>{w['common']}:</p>{self._list(common)}"
        SubElement(question, "responseformat").text = "editor"
        SubElement(question, "responserequired").text = "1"
        SubElement(question, "responsefieldlines").text = "10"
        SubElement(question, "attachments").text = "0"
        self._said(question, "graderinfo", info)

    def _answer(self, question: Element, asked: Asked, cause: str, text: str, named: bool, kind: str) -> Element:
        """An answer; named: whether its misconception is told as feedback, since the answer does not say it itself."""
        answer = SubElement(question, "answer", fraction="0" if cause else "100", format=kind)
        SubElement(answer, "text").text = text
        words = told(cause, asked.wrong[cause]) if cause and named else Text("", "")
        self._said(answer, "feedback", self._html(words.said(self.language, asked.numbers)))
        return answer

    def _figure(self, question: Element, text: Element, figure: str) -> None:
        said = re.search(r'aria-label="([^"]*)"', figure)
        source = figure.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        within = text.find("text")
        assert within is not None and said is not None
        within.text = f'{within.text}<p><img src="@@PLUGINFILE@@/{FIGURE}" alt="{said[1]}"></p>'
        file = SubElement(text, "file", name=FIGURE, path="/", encoding="base64")
        file.text = base64.b64encode(source.encode()).decode()

    def _said(self, parent: Element, name: str, content: str) -> Element:
        """Text in HTML."""
        made = SubElement(parent, name, format="html")
        SubElement(made, "text").text = content
        return made

    def _html(self, text: str) -> str:
        return markdown.bound(self.parser.render(text, {"heading": "", "tables": 0})).strip() if text else ""

    def _list(self, lines: list[str]) -> str:
        return f"<ul>{''.join(self._items(lines))}</ul>"

    def _items(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            yield f"<li>{self.parser.renderInline(line, {'heading': '', 'tables': 0})}</li>"


def _latex(latex: str, display: bool) -> str:
    """A formula as Moodle's MathJax reads it."""
    return rf"\[{html.escape(latex)}\]" if display else rf"\({html.escape(latex)}\)"
