"""What `make quiz` writes: papers, keys and marking sheets on screen and in print, and the file for Moodle."""

import html
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

import moodle_xml
from browser import DESK, PHONE, chromium, opened  # noqa: F401  fixtures
from course.quiz import moodle, page
from course.quiz.bank.bank import BANK
from course.quiz.papers import papers
from course.quiz.question import Text, tolerance
from course.quiz.strata import STRATA
from elements import Elements
from grader.paths import AUTOGRADER
from grader.settings import LANGUAGES

MADE = papers(1, 30)
PAGES = {(sheet, language): page.page(sheet, MADE[:12], 1, language) for sheet in page.SHEETS for language in LANGUAGES}


# Pages


@pytest.mark.parametrize("sheet, language", PAGES)
def test_a_page_is_whole_by_itself(sheet, language):
    """Nothing to load, no script, each place filled, every formula MathML, every id once."""
    text = PAGES[sheet, language]
    elements = Elements(text)
    assert not elements.open
    names = [name for name, _ in elements.found]
    assert not {"script", "img", "link", "iframe"} & set(names)
    assert not re.search(r"https?://|url\(", text.replace("http://www.w3.org/1998/Math/MathML", ""))
    assert dict(elements.found)["html"]["lang"] == language
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert "$" not in elements.text and "\\" not in elements.text and not re.search(r"<\w+>", elements.text)
    assert names.count("article") == 12 and names.count("math") > 12 * 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paper_does_not_tell_its_answers(language):
    """The key and the marking sheet have what is right; the paper has the questions alone."""
    sheets = {sheet: Elements(PAGES[sheet, language]).text for sheet in page.SHEETS}
    w = page.WORDS[language]
    assert w["right"] not in sheets["papers"] and w["staff"] in sheets["key"]
    for paper in MADE[:12]:
        for item in paper.items:
            for line in item.asked.must(language):
                plain = re.split(r"\$[^$]*\$", line)
                longest = max(plain, key=len).strip()
                assert len(longest) < 16 or (longest in sheets["key"] and longest not in sheets["papers"]), longest


def test_the_key_and_the_marking_sheet_have_every_right_answer():
    for language in LANGUAGES:
        key, marking = (PAGES[sheet, language].split("<article")[1:] for sheet in ("key", "marking"))
        for paper, of_key, of_marking in zip(MADE, key, marking):
            rows = re.findall(r'<tr><th scope="row">\d+</th>.*?</tr>', of_marking, re.DOTALL)
            assert len(rows) == len(paper.items) == of_key.count('<div class="question"')
            for item, row in zip(paper.items, rows):
                if item.letter:
                    assert f"<strong>{item.letter}</strong>" in row
                elif item.question.stratum.kind == "number":
                    assert f'alttext="{item.asked.answer(item.asked.right, language).strip("$")}"' in row
                else:
                    assert row.count("☐") == item.question.stratum.points


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stop_is_not_torn_from_the_formula_before_it(language):
    """The last of the squares ended a line in print, and its stop stood alone on the next one."""
    assert not re.search(r"</math>[.,;:。，；：]", re.sub(r"<span>.*?</span>", "", PAGES["papers", language]))


def test_axe_finds_nothing_on_any_page(opened, tmp_path):  # noqa: F811
    """Light and dark, narrow and wide; nothing is asked for beside the page, and nothing is cut off."""
    for sheet, language in PAGES:
        path = tmp_path / f"{sheet}-{language}.html"
        path.write_text(page.page(sheet, MADE[:2], 1, language), encoding="utf-8")
        for width, scheme in ((PHONE, "dark"), (DESK, "light")):
            shown = opened(path, width, scheme)
            assert shown.violations() == [] and shown.asked == [] and shown.overflow() <= 0, (sheet, language, width)


def test_a_paper_begins_on_a_page_of_its_own_and_no_question_is_split(opened, tmp_path):  # noqa: F811
    """In print: as many first pages as papers, and every question's top and bottom on one page."""
    path = tmp_path / "papers.html"
    path.write_text(page.page("papers", MADE[:4], 1, "en"), encoding="utf-8")
    shown = opened(path, DESK)
    pdf = shown.page.pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 4 <= pages <= 16
    shown.page.emulate_media(media="print")
    for name in (".question", "article.paper + article.paper"):
        rule = "breakInside" if "question" in name else "breakBefore"
        values = shown.page.eval_on_selector_all(name, f"all => all.map(one => getComputedStyle(one).{rule})")
        assert values and set(values) <= {"avoid", "page"}


# Moodle


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodle_reads_what_the_papers_have(language):
    """Read back by a reader that is written apart: all questions, answers, points, tolerances and figures."""
    found = moodle_xml.read(moodle.Export(MADE, 1, language).content())
    wanted = list(dict.fromkeys(item.asked for paper in MADE for item in paper.items))
    wanted.sort(key=lambda asked: STRATA.index(asked.question.stratum))
    assert len(found) == len(wanted) and len({(q.category, q.name) for q in found}) == len(found)
    assert len({q.category for q in found}) == len(STRATA)
    for question, asked in zip(found, wanted):
        stratum = asked.question.stratum
        assert question.name.split()[0] == asked.question.key and question.points == stratum.points
        assert question.kind == {"choice": "multichoice", "number": "numerical", "written": "essay"}[stratum.kind]
        assert latex(question.text) == formulas(asked.text(language))
        assert bool(question.files) == bool(asked.question.figure)
        if question.kind == "essay":
            assert latex(question.info) >= formulas(" ".join(asked.must(language)))
            continue
        right, wrong = [a for a in question.answers if a.share == 1], [a for a in question.answers if a.share == 0]
        assert len(right) == 1 and len(wrong) == len(asked.wrong)
        if question.kind == "numerical":
            assert float(right[0].text) == pytest.approx(asked.right, abs=1e-9)
            assert right[0].tolerance == pytest.approx(tolerance(asked.right), rel=1e-3)
            assert sorted(float(a.text) for a in wrong) == pytest.approx(sorted(asked.wrong.values()), abs=1e-8)
            assert all(a.feedback for a in wrong)
        else:
            assert len({a.text for a in question.answers}) == 4
            assert latex(right[0].text) == formulas(asked.answer(asked.right, language))
            assert question.shuffled == isinstance(asked.right, Text)


def test_moodle_figures_are_pictures():
    found = moodle_xml.read(moodle.Export(MADE, 1, "en").content())
    figures = [content for question in found for content in question.files.values()]
    assert figures
    for content in figures:
        root = ElementTree.fromstring(content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("aria-label")


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text.replace('fraction="100"', 'fraction="50"', 1),
        lambda text: text.replace("<penalty>", "<penalties>", 1).replace("</penalty>", "</penalties>", 1),
        lambda text: text.replace('type="essay"', 'type="esay"', 1),
        lambda text: re.sub(r"<tolerance>[^<]*", "<tolerance>", text, count=1),
        lambda text: text.replace("$course$/top", "top", 1),
        lambda text: text.replace('name="figure.svg"', 'name="other.svg"', 1),
    ],
)
def test_the_reader_refuses_what_moodle_would_not_read(harm):
    text = moodle.Export(MADE, 1, "en").content().decode()
    assert harm(text) != text
    with pytest.raises((AssertionError, KeyError, ValueError)):
        moodle_xml.read(harm(text).encode())


def latex(text):
    """The formulas of a text for MathJax."""
    return {html.unescape(each.strip()) for each in re.findall(r"\\\((.+?)\\\)", html.unescape(text))}


def formulas(text):
    return {each.strip() for each in re.findall(r"\$([^$]+)\$", text)}


# The command


def quiz(*arguments, **environment):
    """`python -m course quiz` with no Chromium at hand, unless PATH is given."""
    known = {**os.environ, "PYTHONPATH": str(AUTOGRADER), "PATH": "/nowhere", "COLUMNS": "200", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "course", "quiz", *map(str, arguments)],
        env=known,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_command_writes_all_and_says_what_is_missing(tmp_path):
    out = tmp_path / "new" / "folder"
    code, said = quiz("--seed", 1, "--papers", 2, "--out", out)
    assert code == 0 and "2 papers of 30 points" in said and "No PDF was made" in said
    names = {f"{sheet}{end}.html" for sheet in page.SHEETS for end in ("", ".zh-TW")} | {
        "moodle.xml",
        "moodle.zh-TW.xml",
        "marks.csv",
    }
    assert {path.name for path in out.iterdir()} == names
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())  # for their owner's eyes
    again = {path.name: path.read_bytes() for path in out.iterdir()}
    assert quiz("--seed", 1, "--papers", 2, "--out", out)[0] == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == again


@pytest.mark.parametrize(
    "seed, count, sentence",
    [
        ("one", "3", "Nothing was written: SEED is 'one'; give a whole number"),
        ("-1", "3", "Nothing was written: SEED is '-1'; give a whole number"),
        ("1", "0", "Nothing was written: PAPERS is '0'; give a whole number from 1"),
        ("1", "2.5", "Nothing was written: PAPERS is '2.5'; give a whole number from 1"),
        ("1", "9999", "Nothing was written: with seed 1 no more than"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, seed, count, sentence):
    code, said = quiz(f"--seed={seed}", f"--papers={count}", "--out", tmp_path / "out")
    assert code == 2 and said.startswith(sentence) and said.count("\n") == 1 and not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "out").write_text("a file")
    code, said = quiz("--seed=1", "--papers=2", "--out", tmp_path / "out")
    assert code == 2 and said.startswith("Not all was written: ") and said.count("\n") == 1
    assert (tmp_path / "out").read_text() == "a file"


def test_a_printer_that_fails_is_said(tmp_path):
    printer = tmp_path / "bin" / "chromium"
    printer.parent.mkdir()
    printer.write_text("#!/bin/sh\nexit 3\n")
    printer.chmod(0o755)
    code, said = quiz("--seed=1", "--papers=1", "--out", tmp_path / "out", PATH=f"{printer.parent}:/usr/bin:/bin")
    assert code == 1 and "papers.pdf could not be printed" in said and (tmp_path / "out" / "papers.html").exists()
    assert said.rstrip().endswith("marking.html, marking.zh-TW.html.")


def test_a_printer_prints_each_page(tmp_path):
    printer = tmp_path / "bin" / "chromium"
    printer.parent.mkdir()
    printer.write_text(
        '#!/bin/sh\nfor each; do case "$each" in --print-to-pdf=*) echo "%PDF" > "${each#*=}";; esac; done\n'
    )
    printer.chmod(0o755)
    code, said = quiz("--seed=1", "--papers=1", "--out", tmp_path / "out", PATH=f"{printer.parent}:/usr/bin:/bin")
    assert code == 0 and "PDF" not in said
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "out").iterdir())
    assert len(list((tmp_path / "out").glob("*.pdf"))) == len(list((tmp_path / "out").glob("*.html"))) == 6


def test_every_formula_of_the_bank_can_be_shown():
    """Each question, what it must contain and its answers: no dollar and no command of LaTeX is left over."""
    for language in LANGUAGES:
        words = page.Words(language)
        for question in BANK:
            asked = question.drawable[0]
            answers = [asked.answer(answer, language) for answer in (asked.right, *asked.wrong.values())]
            shown = "".join(words.block(text) for text in (asked.text(language), *asked.must(language), *answers))
            assert not re.search(r"[$\\\\]", Elements(shown).text), (question.key, Elements(shown).text)
