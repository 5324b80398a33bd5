"""The written answers: the sheet and its rubric, what of a submission is taken, the table of marks, and the page."""

import csv
import io
import re
import time
from dataclasses import replace

import pytest
from rich.console import Console
from test_downloads import rows

import made_downloads as made
from at_hand import AtHand
from browser import DESK, PHONE, chromium, opened  # noqa: F401  fixtures
from course.batch import grade_all
from course.downloads.people import Entry, Person
from course.quiz.bank.bank import BANK
from course.written import handed_in, page, sheet, table
from course.written.handed_in import NoAnswers
from course.written.questions import QUESTIONS, asked
from grader.paths import SOLUTION, STARTER
from grader.settings import DEFAULTS, LANGUAGES, Settings
from grader.tasks import TASKS

SHEET = sheet.answers(QUESTIONS, LANGUAGES)
NUMBERS = [each.number for each in QUESTIONS]
HOSTILE = '"><script>alert(1)</script> {{ 7 * 7 }} $\\href{javascript:x}{y}$ ![](http://x.example) \u202e'


def answered(answers: dict[str, str], text: str = SHEET) -> str:
    """The sheet with answers in their places."""
    for number, answer in answers.items():
        text, found = re.subn(rf"(?m)^(### {number}: .*\n)", lambda head: f"{head[1]}\n{answer}\n", text)  # noqa: B023
        assert found == 1
    return text


# The questions


def test_the_lectures_fourteen_questions_are_asked_in_its_order():
    assert [each.number for each in QUESTIONS] == DEFAULTS.written == [f"W{n}" for n in range(1, 15)]
    for each in QUESTIONS:
        question = each.question
        assert question.slide in {each.slide for each in BANK} and each.points == len(question.must) == 3, each.number
        assert question.right is None and 1 <= len(question.wrong) <= 3
    assert len({each.question.text for each in QUESTIONS}) == 14


def test_a_question_of_a_task_or_an_assignment_that_is_not_given_is_not_asked():
    without = [task for task in TASKS if task.task != "2.8"]
    gone = {each.number for each in QUESTIONS} - {each.number for each in asked(DEFAULTS, without)}
    assert gone == {"W6", "W7", "W8", "W9", "W13"}
    assert asked(DEFAULTS, [task for task in TASKS if task.assignment == 1]) == []
    assert [each.number for each in asked(Settings(written=["W3", "W1"]), TASKS)] == ["W1", "W3"]
    assert asked(Settings(written=[]), TASKS) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_has_its_slide_its_points_and_a_place_in_each_language(language):
    both, one = SHEET, sheet.answers(QUESTIONS, [language])
    for each in QUESTIONS:
        question = each.question.text.said(language, {})
        section = re.search(rf"(?ms)^## {each.number} .*?(?=^## W|\Z)", both)[0]
        assert question in section and f"*{each.question.slide}*" in section and "3 points · 3 分" in section
        assert question in one and one.count(f"### {each.number}: ") == 1
    assert ("你的回答" in one) == (language == "zh-TW") and ("your answer" in one) == (language == "en")
    assert "42" in one and "submission" in one


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rubric_has_what_must_be_said_and_the_sheet_nothing_of_it(language):
    rubric = sheet.rubric(QUESTIONS, LANGUAGES)
    lines = {line for each in QUESTIONS for line in sheet.criteria(each, language).splitlines() if line}
    assert len(lines) > 14 * 4
    assert all(f"\n{line}\n" in rubric for line in lines)
    assert not [line for line in lines if line.removeprefix("* ") in SHEET]


def test_chinese_has_the_space_before_a_formula_that_github_wants():
    for text in (SHEET, sheet.rubric(QUESTIONS, LANGUAGES)):
        assert not re.findall(r"[、，。；：？（「]\$", text)


def test_what_lies_in_the_repository_is_what_is_made():
    assert (STARTER / sheet.ANSWERS).read_text("utf-8") == SHEET
    assert (SOLUTION / sheet.RUBRIC).read_text("utf-8") == sheet.rubric(QUESTIONS, LANGUAGES)


# What a student wrote


def test_what_is_written_is_found_wherever_it_stands_and_nothing_else_is():
    assert sheet.split(SHEET, QUESTIONS, LANGUAGES) == {}
    assert sheet.split(SHEET.replace("\n", "\r\n"), QUESTIONS, LANGUAGES) == {}
    written = answered({"W1": "one\n\n  two", "W14": "# last\n\n"})
    written = written.replace("*Key Idea*", "*Key Idea*\n\nabove its place")  # W7 and W9
    written = f"Ada, 7\n{written}".replace("### W2: your answer · 你的回答", "### W2 my answer is this")
    found = sheet.split(written, QUESTIONS, LANGUAGES)
    assert found == {
        "": "Ada, 7",
        "W1": "one\n\n  two",
        "W2": "### W2 my answer is this",
        "W7": "above its place",
        "W9": "above its place",
        "W14": "# last",
    }
    assert sheet.split("all in one, and no heading", QUESTIONS, LANGUAGES) == {"": "all in one, and no heading"}


def entry(tmp_path, files: dict[str, bytes]) -> Entry:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return Entry("submission_1", place=tmp_path)


@pytest.mark.parametrize(
    "files",
    [
        {"answers.md": b"mine"},
        {"sampler.py": b"", "hw/a2/answers.md": b"\xef\xbb\xbfmine"},
        {"Answers (1).md": b"mine"},
        {"answers-2.md.txt": b"mine"},
        {"answers - Kopie.md": b"mine"},
        {"answers.md": b"mine", ".venv/answers.md": b"x", "old/answers.md": b"x"},
        {"submission.zip": made.packed({"sampler.py": b"", "answers.md": b"mine"})},
    ],
    ids=lambda files: " ".join(files),
)
def test_answers_are_taken_from_where_graded_files_are(files, tmp_path):
    assert handed_in.answers(entry(tmp_path, files)) == "mine"


@pytest.mark.parametrize(
    "files, why",
    [
        ({"sampler.py": b""}, "no answers.md was handed in"),
        ({"a/answers.md": b"1", "b/answers.md": b"2"}, "'a/answers.md' and 'b/answers.md' are both there"),
        ({"answers.md": b"x" * (2 << 20)}, "answers.md is larger than 1 MiB"),
        ({"x.zip": b"PK\3\4 no zip"}, "the submission cannot be read (BadZipFile)"),
        ({"x.zip": b"Rar!\x1a"}, "x.zip is a rar archive"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_answers_that_cannot_be_taken_are_a_sentence(files, why, tmp_path):
    with pytest.raises(NoAnswers, match=re.escape(why)):
        handed_in.answers(entry(tmp_path, files))


def test_a_name_of_many_digits_takes_no_time(tmp_path):
    """It stands in a class's folder beside all others."""
    began = time.process_time()
    assert handed_in.answers(entry(tmp_path, {f"answers{'1' * 27}x.md": b"x", "answers.md": b"mine"})) == "mine"
    assert time.process_time() - began < 1


def test_no_link_is_followed(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "answers.md").symlink_to(tmp_path / "secret")
    with pytest.raises(NoAnswers, match="no answers.md"):
        handed_in.answers(Entry("one", place=tmp_path / "in"))


# The table of marks

CLASS = [
    Entry("s1", (Person("Ada", "007", "ada@x.example"),)),
    Entry("s2", (Person("=Ben"), Person("Cleo", "9", ""))),
    Entry("s3"),
]
TWO = QUESTIONS[:2]


def filled(out, marks: dict[int, tuple[str, str]], text=None) -> None:
    """Write marks of W1 and W2 into rows of the table, from 0."""
    found = rows(out / table.NAME)
    for place, (one, two) in marks.items():
        found[place] |= {"W1": one, "W2": two}
    with open(out / table.NAME, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, found[0].keys(), delimiter=text or ",")
        writer.writeheader()
        writer.writerows(found)


def test_the_table_has_a_row_for_each_person_and_a_cell_for_each_question(tmp_path):
    marks = table.brought(tmp_path, CLASS, TWO)
    found = rows(tmp_path / table.NAME)
    assert [*found[0]] == ["name", "sid", "email", "submission", "W1", "W2"]
    assert [row["name"] for row in found] == ["Ada", "'=Ben", "Cleo", ""]
    assert {row["W1"] + row["W2"] for row in found} == {""}
    assert (tmp_path / table.NAME).stat().st_mode & 0o777 == 0o600
    for each, person in table.everybody(CLASS):
        assert marks.total(each, person) is None and marks.unmarked(each, person) == "not marked yet"


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_marks_come_back_person_by_person_and_an_empty_cell_is_no_zero(tmp_path, between):
    table.brought(tmp_path, CLASS, TWO)
    filled(tmp_path, {0: ("3", "0"), 1: ("2.5", "1"), 2: ("", "1")}, between)
    before = (tmp_path / table.NAME).read_bytes()
    marks = table.brought(tmp_path, CLASS, TWO)
    assert marks.faults == [] and (tmp_path / table.NAME).read_bytes() == before
    totals = {person.name: marks.total(each, person) for each, person in table.everybody(CLASS)}
    assert totals == {"Ada": 3, "=Ben": 3.5, "Cleo": None, "": None}
    why = {person.name: marks.unmarked(each, person) for each, person in table.everybody(CLASS)}
    assert why == {"Ada": "", "=Ben": "", "Cleo": "no mark for W1", "": "not marked yet"}


@pytest.mark.parametrize("between", [",", ";"])
def test_who_is_new_is_added_below_and_no_byte_before_changes(tmp_path, between):
    table.brought(tmp_path, CLASS[:1], TWO)
    filled(tmp_path, {0: ("3", "2")}, between)
    path = tmp_path / table.NAME
    path.write_bytes(before := path.read_bytes().rstrip(b"\r\n"))
    marks = table.brought(tmp_path, CLASS, TWO)
    assert path.read_bytes().startswith(before + b"\n") and marks.total(CLASS[0], CLASS[0].people[0]) == 5
    again = path.read_bytes()
    assert table.brought(tmp_path, CLASS, TWO).faults == [] and path.read_bytes() == again
    filled_rows = list(csv.DictReader(io.StringIO(again.decode("utf-8-sig")), delimiter=between))
    assert [row["submission"] for row in filled_rows] == ["s1", "s2", "s2", "s3"]


HEAD = "name,sid,email,submission,W1,W2\n"
BAD = {  # a table, what is said of it, and the total that Ada has nevertheless
    HEAD + "Ada,7,,s1,3,2\nZoe,1,,s9,1,1\n": ("row 3: nobody of this class is 'Zoe, 1, s9'", 5),
    HEAD + "Ada,7,,s1,3,2\n,,,,,\nZoe,1,,s9,1,1\n": ("row 4: nobody of this class is 'Zoe, 1, s9'", 5),
    HEAD + "Ada,7,,s1,3.5,2\n": ("row 2, W1: '3.5' is no mark; give a number from 0 to 3", None),
    HEAD + "Ada,7,,s1,-1,2\n": ("row 2, W1: '-1' is no mark", None),
    HEAD + "Ada,7,,s1,2,well done\n": ("row 2, W2: 'well done' is no mark", None),
    HEAD + "Ada,7,,s1,nan,2\n": ("row 2, W1: 'nan' is no mark", None),
    HEAD + "Ada,7,,s1,3,2\nAda,7,,s1,1,2\n": ("rows 2 and 3 are of the same person; keep one", None),
    "name,sid,email,submission,W1\nAda,7,,s1,3\n": ("written.csv has no column W2; add it, or take W2 out of", None),
    HEAD.strip() + ",W1\nAda,7,,s1,3,2,0\n": ("written.csv has two columns W1; keep one", None),
    "name,W1,W2\nAda,3,2\n": ("it has no column 'submission'; it is left as it is", None),
    "": ("is empty; save it as CSV in UTF-8", None),
    HEAD + "\udcff,7,,s1,3,2\n": ("is not in UTF-8; save it as CSV in UTF-8", None),
}


@pytest.mark.parametrize("content", BAD, ids=lambda text: BAD[text][0][:40])
def test_what_is_wrong_is_one_sentence_and_nothing_is_lost(content, tmp_path):
    path, (said, total) = tmp_path / table.NAME, BAD[content]
    path.write_bytes(before := content.encode(errors="surrogateescape"))
    marks = table.brought(tmp_path, CLASS[:1], TWO)
    assert len(marks.faults) == 1 and said in marks.faults[0]
    assert path.read_bytes() == before and marks.total(CLASS[0], CLASS[0].people[0]) == total
    assert bool(marks.unmarked(CLASS[0], CLASS[0].people[0])) == (total is None)


# A class


@pytest.fixture
def mark(tmp_path, monkeypatch):
    """make grade-all on Moodle's download, in which some have answers; the exit code, and what it said."""
    mine = {"Ada Lovelace": answered({"W1": "Ada's own", "W2": HOSTILE}), "Kay Copy": SHEET}
    held = {
        name: (files or {}) | {"answers.md": mine[name].encode()} for name, files in made.CLASS.items() if name in mine
    }
    monkeypatch.setattr(
        made, "CLASS", made.CLASS | held | {"Jo Text": {"answers.md": answered({"W3": "no code"}).encode()}}
    )
    monkeypatch.setattr(grade_all, "Cores", lambda gpu: AtHand())

    def run(settings: Settings = DEFAULTS):
        said = io.StringIO()
        source, roster = made.moodle(tmp_path)
        out, console = tmp_path / "out", Console(file=said, width=200)
        code = grade_all.run(console, source, 2, out, "cpu", "", settings, roster)
        return code, said.getvalue(), {row["name"]: row for row in rows(out / "grades.csv")}

    return run


def test_marks_of_the_table_go_into_the_grades_beside_those_of_the_code(mark, tmp_path):
    code, said, grades = mark()
    path = tmp_path / "out" / table.NAME
    assert code == 1 and f"0 people have all marks in {path}" in said.replace("\n", "")
    assert {row["written"] + row["W1"] for row in grades.values()} == {""}
    assert {row["unmarked"] for row in grades.values()} == {"not marked yet"}
    found = rows(path)
    assert [row["name"] for row in found] == [*grades]
    for row in found:
        if row["name"] in ("Ada Lovelace", "Finn None"):
            row |= dict.fromkeys(NUMBERS, "2.5" if row["name"].startswith("Ada") else "0")
        if row["name"] == "Kay Copy":
            row |= {"W1": "9", "W2": "1"}
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        writer.writerows(found)
    before = path.read_bytes()
    code, said, grades = mark()
    assert path.read_bytes() == before and code == 1 and "2 people have all marks" in said
    assert (grades["Ada Lovelace"]["total"], grades["Ada Lovelace"]["written"]) == ("90.0", "35.0")
    assert (grades["Finn None"]["total"], grades["Finn None"]["written"], grades["Finn None"]["unmarked"]) == (
        "",
        "0.0",
        "",
    )
    kay = grades["Kay Copy"]
    assert (kay["W1"], kay["W2"], kay["written"]) == ("", "1.0", "")
    assert kay["unmarked"] == f"no mark for {', '.join(n for n in NUMBERS if n != 'W2')}"
    assert "W1: '9' is no mark; give a number from 0 to 3." in said.replace("\n", " ")


def test_a_table_that_is_wrong_is_the_exit_status_of_a_class_that_is_marked_else(tmp_path, monkeypatch):
    monkeypatch.setattr(grade_all, "Cores", lambda gpu: AtHand())
    for name, content in made.both(3).items():
        (tmp_path / "in" / "ada").mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / "ada" / name).write_bytes(content)
        (tmp_path / "in" / "ben").mkdir(exist_ok=True)
        (tmp_path / "in" / "ben" / name).write_bytes(content)

    def run():
        return grade_all.run(Console(file=io.StringIO()), tmp_path / "in", 2, tmp_path / "out", "cpu", "")

    assert run() == 0
    path = tmp_path / "out" / table.NAME
    path.write_bytes(path.read_bytes().replace(b"ada,", b"ada,7"))
    assert run() == 1


def test_a_course_that_asks_nothing_has_no_column_table_or_page(mark, tmp_path):
    _, said, grades = mark(replace_written([]))
    assert not {"written", "unmarked", "W1"} & grades["Ada Lovelace"].keys() and "written" not in said
    assert not [path.name for path in (tmp_path / "out").iterdir() if "written" in path.name]
    assert {row["late"] for row in grades.values()} == {"", "2 hours 5 mins"} and None not in grades["Ada Lovelace"]


def replace_written(written) -> Settings:
    return DEFAULTS.model_copy(update={"written": written})


def test_the_page_has_every_answer_below_its_question_and_what_a_student_wrote_is_text(mark, opened, tmp_path):  # noqa: F811
    mark()
    path = tmp_path / "out" / page.NAME
    text = path.read_text("utf-8")
    assert (
        path.stat().st_mode & 0o777 == 0o600
        and "<script" not in text
        and "{{ 7 * 7 }}" in text
        and "\u202e" not in text
    )
    for width, scheme in ((PHONE, "dark"), (DESK, "light")):
        shown = opened(path, width, scheme)
        assert shown.violations() == [] and shown.asked == [] and shown.overflow() <= 0, width
    sections = {
        each.get_attribute("aria-labelledby"): each.inner_text() for each in shown.page.query_selector_all("section")
    }
    assert [*sections] == [*NUMBERS, "without"]
    assert "Ada's own" in sections["W1"] and "Answered in 1 submission." in sections["W1"]
    assert '"><script>alert(1)</script>' in sections["W2"] and "no code" in sections["W3"]
    assert "One point for each" in sections["W1"] and "每項一分" in sections["W1"]
    assert "Kay Copy): nothing is written in it" in sections["without"]
    assert "Finn None): no answers.md was handed in" in sections["without"]
    assert not shown.page.query_selector_all("img, a[href^='javascript']")


def test_what_stands_under_no_question_is_shown_too(tmp_path):
    entries = [entry(tmp_path, {"answers.md": "　no\theading".encode()}), replace(CLASS[0], id="s1")]
    found = page.collected(entries, QUESTIONS, LANGUAGES)
    assert found.beside == [(entries[0], "no  heading")] and found.by_question == {}
    text = page.page(found, QUESTIONS, ["zh-TW"])
    assert "Beside the questions" in text and "no  heading" in text and "每項一分" in text and "One point" not in text
