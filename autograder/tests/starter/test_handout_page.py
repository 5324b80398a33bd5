"""The handout's two languages say the same, and its pages are whole without scripts or a network."""

import re
from collections import Counter
from xml.etree import ElementTree

import pytest

from course.pages.markdown import mathml
from elements import Elements
from grader.causes.hints import HINTS
from grader.paths import STARTER
from grader.tasks import BY_ID
from latex import formulas
from workshop.language import notebook
from workshop.starter import stubs
from workshop.starter.handout import page

PAGES = {"en": "README", "zh-TW": "README.zh-TW"}
TEXT = {language: (STARTER / f"{name}.md").read_text("utf-8") for language, name in PAGES.items()}
HTML = {language: (STARTER / f"{name}.html").read_text("utf-8") for language, name in PAGES.items()}


# Two languages


def alike(language):
    """The handout, with what differs on purpose as in English: each language has a notebook of its own."""
    return TEXT[language].replace(*map(notebook.NAMES.get, (language, "en")))


def headings(text):
    """Level and task of each heading."""
    lines = re.findall(r"^(#+) (\d\.\d+)?", text, flags=re.MULTILINE)
    return [(len(marks), task) for marks, task in lines]


def tables(text):
    """The cells of each table, row by row."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    return [[line.strip("| ").split(" | ") for line in block.splitlines()] for block in blocks]


def test_both_languages_have_the_same_sections_and_formulas():
    assert headings(TEXT["en"]) == headings(TEXT["zh-TW"])
    for section in {section for _, section in HINTS.values()} - {"", *BY_ID}:  # as the feedback names them
        assert all(re.search(rf"^## .*{section}", text, flags=re.MULTILINE) for text in TEXT.values())
    assert [f.latex for f in formulas(TEXT["en"])] == [f.latex for f in formulas(TEXT["zh-TW"])]


def test_both_languages_have_the_same_commands_names_and_numbers():
    """All that stands in `code`, and all numbers outside formulas, but for the 1 of "Assignment 1"."""
    code, numbers = ({each: Counter() for each in TEXT} for _ in range(2))
    for language in TEXT:
        text = alike(language)
        code[language].update(re.findall(r"`([^`]+)`", text))
        bare = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|Assignments? 1 and 2|Assignment [12]", "", text)
        numbers[language].update(re.findall(r"-?\d+(?:[.,]\d+)*(?:e-\d+)?", bare))
    assert code["en"] == code["zh-TW"] and numbers["en"] == numbers["zh-TW"]


def test_both_languages_have_the_same_points_and_errata():
    """Points, the table of S and η, the numbers of the misprints, and the outcomes, cell by cell."""
    here, there = tables(alike("en")), tables(alike("zh-TW"))
    assert [[len(row) for row in table] for table in here] == [[len(row) for row in table] for table in there]
    facts = re.compile(r"`[^`]+`|-?[\d.]+(?:e-\d+)? [/±] -?\d+(?:\.\d+)?|^\+?[\d.]+$")
    for left, right in zip(here, there):
        for a, b in zip((cell for row in left for cell in row), (cell for row in right for cell in row)):
            assert sorted(facts.findall(a)) == sorted(facts.findall(b)), (a, b)
    outcomes = [[row[0] for row in table[2:]] for table in (here[-1], there[-1])]
    words = [cell.split(", ") for cell in outcomes[0]]  # beside which the Chinese handout has the Chinese ones
    assert all(each in cell for names, cell in zip(words, outcomes[1], strict=True) for each in names)
    assert ["passed with a stand-in"] in words
    line = re.compile(r"`(\w+\.py)` · (\+?\d+) (?:points|分) · `(.+?)` · `(\w+\()")
    points = {each: line.findall(text) for each, text in TEXT.items()}
    assert points["en"] == points["zh-TW"] and len(points["en"]) == 18


@pytest.mark.parametrize("language", PAGES)
def test_github_sees_every_formula(language):
    """GitHub wants a space or a new line in front of a formula, and no letter behind it; all on one line."""
    places = re.findall(r"(?<!\$)(\s)\$(?!\$)([^$\n]+)\$(?![\w$])", TEXT[language])
    displays = re.findall(r"^\$\$.+\$\$$", TEXT[language], flags=re.MULTILINE)
    begun = 1  # "x_prev =" has a cell of its own
    assert len(places) + len(displays) == len(list(formulas(TEXT[language]))) + begun


# Pages


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_in_step_with_its_text(language):
    assert page(TEXT[language], language) == HTML[language]
    assert STARTER / f"{PAGES[language]}.html" in stubs.generate()


@pytest.mark.parametrize("language", PAGES)
def test_the_page_needs_nothing_but_itself(language):
    """No script, no style sheet, font or image from elsewhere; its links go to itself and its neighbours."""
    found = Elements(HTML[language])
    assert not found.open and not found.all("script", "link", "img", "iframe", "object", "base")
    assert not re.search(r"url\(|@import|https?:", HTML[language])
    ids = [attributes["id"] for _, attributes in found.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in found.all("a"):
        target = link["href"]
        assert target[1:] in ids if target.startswith("#") else (STARTER / target).is_file(), target


@pytest.mark.parametrize("language", PAGES)
def test_the_page_can_be_read_aloud(language):
    """A language, landmarks, headings in order, table headers with a scope, and each formula's LaTeX as its text."""
    found = Elements(HTML[language])
    assert found.all("html") == [{"lang": language}]
    assert [len(found.all(name)) for name in ("header", "nav", "main", "h1", "title")] == [1] * 5
    levels = [int(tag[1]) for tag, _ in found.found if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:]))
    entries = [a for a in found.all("a") if a["href"][:2] in ("#s", "#t") and a["href"] != "#text"]
    assert len(levels) == len(headings(TEXT[language])) == 1 + len(entries)
    assert all(cell.get("scope") in ("col", "row") for cell in found.all("th"))
    labels = [a["aria-label"] for a in found.all("div") if a.get("role") == "region"]
    assert len(labels) == len(set(labels)) == len(found.all("table")) == len(tables(TEXT[language]))
    assert all(formula["alttext"] for formula in found.all("math"))
    assert len(found.all("math")) >= len(list(formulas(TEXT[language])))
    assert "$" not in re.sub(r"<[^>]*>", "", HTML[language].split("</style>")[1])


def test_formulas_are_what_browsers_show():
    """Letters of a word are one identifier; script and blackboard letters are characters, not variants."""
    text = mathml(r"\mathbb E[\mu] \sim \mathcal N(\bar\alpha_{\mathrm{prev}}, \sqrt{\bar\alpha_t})")
    ElementTree.fromstring(text)
    assert "𝔼" in text and "𝒩" in text and ">prev<" in text and "mathvariant" not in text
    assert text.count('accent="false"') == 2 and "<mspace" in text.split("<msqrt>")[1]
    for language in PAGES:
        shown = re.sub(r'alttext="[^"]*"|<style>.*</style>', "", HTML[language], flags=re.DOTALL)
        assert "mathvariant" not in shown and "\\" not in shown
