"""What a student reads goes through `phrase`, and is filled in once."""

import ast

import pytest

from grader import outcomes, phrases
from grader.paths import AUTOGRADER

LOSSES = {name for name, each in vars(outcomes).items() if isinstance(each, type) and issubclass(each, outcomes.Loses)}
SAYS = {*LOSSES, "SubmissionError", "raised", "died"}  # what is made of a sentence for a student
UNREAD = {"", "no state came back", "the check is over"}  # of a probe, and of a worker that nobody calls any more
FILES = [path for room in ("grader", "checks", "hosts") for path in sorted((AUTOGRADER / room).rglob("*.py"))]


def name_of(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def raw(source):
    """The lines on which a sentence for a student is made without `phrase`."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and call.args:
            if name_of(call) in SAYS and isinstance(call.args[0], (ast.JoinedStr, ast.Constant, ast.BinOp)):
                if getattr(call.args[0], "value", None) not in UNREAD:
                    yield call.lineno
            if name_of(call) == "expect" and not isinstance(call.args[1], ast.Constant):
                yield call.lineno
            if name_of(call) == "phrase" and isinstance(call.args[0], ast.JoinedStr):
                yield call.lineno


def test_each_sentence_for_a_student_is_a_phrase():
    assert not {str(path): lines for path in FILES if (lines := list(raw(path.read_text("utf-8"))))}


@pytest.mark.parametrize(
    "source",
    [
        'raise Wrong("It is wrong.")',
        'raise outcomes.Raised(f"{x} raised")',
        "expect(x, sentence)",
        'expect(x, f"{x}")',
        'phrase(f"{x} is")',
    ],
)
def test_one_that_is_none_is_seen(source):
    assert list(raw(source)) == [1]


def test_a_value_is_put_in_as_it_is_and_never_filled_in_itself():
    """What a student wrote may have braces."""
    said = phrases.phrase("{what} is {ratio:.2g} times as large.", what="{0.__class__} {what}", ratio=1.234)
    assert said == said.english == "{0.__class__} {what} is 1.2 times as large."


@pytest.mark.parametrize(
    "text, said", [('languages = ["zh-TW", "en"]\n', "通過。"), ('languages = ["en"]\n', "Passed."), ("[", "Passed.")]
)
def test_the_language_is_the_courses_first_and_english_where_its_file_cannot_be_read(text, said, tmp_path, monkeypatch):
    file = tmp_path / "course.toml"
    file.write_text(text, "utf-8")
    monkeypatch.setattr("grader.course_file.read.__defaults__", (file,))
    phrases._catalogue.cache_clear()
    try:
        told = phrases.phrase("{one} {other}", one=phrases.phrase("Passed."), other="")
        assert told.strip() == said and told.english == "Passed. "
    finally:
        phrases._catalogue.cache_clear()
