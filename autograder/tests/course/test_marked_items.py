"""What a person marked: a quiz's table, its item analysis by a second implementation, and questions that differ."""

import csv
import random
import re
from math import comb

import numpy as np
import pytest
from test_items import with_rest
from typer.testing import CliRunner

from course.__main__ import app
from course.downloads import tables
from course.marks import items
from course.quiz import marks, unequal
from course.quiz.bank.bank import of
from course.quiz.marks import BY_KEY, NUMBERS
from course.quiz.papers import papers
from course.quiz.strata import STRATA

PAPERS = papers(1, 60)
POINTS = [stratum.points for stratum in STRATA]


def write(path, rows) -> None:
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def quiz(tmp_path):
    """quiz(chance): a table in which somebody with an ability of 0 to 1 gets each point with a chance; and its rows."""

    def _quiz(chance=lambda ability, question: 0.1 + 0.8 * ability, seed=1):
        assert marks.write(tmp_path, PAPERS, 1)
        path, rng = tmp_path / marks.NAME, random.Random(seed)
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
        for row in rows:
            ability = rng.random()
            for number, key, points in zip(NUMBERS, row["questions"].split(), POINTS):
                row[number] = str(sum(rng.random() < chance(ability, BY_KEY[key]) for _ in range(points)))
        write(path, rows)
        return path, rows

    return _quiz


def analysed(path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["items", str(path)])
    return done.exit_code, " ".join(done.output.split())


# The table


def test_the_table_has_a_row_for_each_paper_a_cell_for_each_question_and_no_mark(tmp_path):
    assert marks.write(tmp_path, PAPERS, 7)
    table = tables.read(tmp_path / marks.NAME)
    assert table.heads == ["seed", "paper", "name", "student number", *map(str, range(1, 13)), "questions"]
    for paper, row in zip(PAPERS, table.rows, strict=True):
        assert (row["seed"], row["paper"]) == ("7", str(paper.number)) and not any(row[number] for number in NUMBERS)
        assert row["questions"].split() == [item.question.key for item in paper.items]
    assert (tmp_path / marks.NAME).stat().st_mode & 0o777 == 0o600
    assert [paper.marks for paper in marks.read(table)] == [{}] * len(PAPERS)


def test_a_table_with_marks_is_never_overwritten(tmp_path):
    words = ["quiz", "--seed", "1", "--papers", "2", "--out", str(tmp_path)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")  # no Chromium: nothing is printed
        assert "stays" not in CliRunner().invoke(app, words).output
        path = tmp_path / marks.NAME
        assert "stays" not in CliRunner().invoke(app, words).output
        path.write_text(path.read_text("utf-8-sig").replace("1,2,,,,", "1,2,Ada,,3,"))
        before = path.read_bytes()
        said = " ".join(CliRunner().invoke(app, words).output.split())
    assert path.read_bytes() == before and "is there already and stays: it may have marks." in said


def replaced(old: str, new: str):
    return lambda text: text.replace(old, new, 1)


BAD = {
    "no column": (replaced(",12,", ",13,"), "has no column '12'; take the marks.csv that make quiz wrote."),
    "over": (lambda text: text.replace("1,1,,,", "1,1,,,9", 1), "seed 1, paper 1, question 1: '9"),
    "no number": (lambda text: re.sub("(?m)^1,2,,,", "1,2,,,?", text), "seed 1, paper 2, question 1: '?"),
    "question": (replaced("score_zero", "score_nil"), "paper 1: its questions are not 12 of this bank; take that cell"),
    "empty": (lambda text: "", "is empty; give the marks.csv of a quiz, or the written.csv of a class"),
    "twice": (replaced("name,student number", "1,student number"), "has two columns '1'; keep one"),
    "written twice": (lambda text: "submission,W1,W1\na,1,3\n", "has two columns 'W1'; keep one"),
    "neither": (lambda text: "a,b\n1,2\n", "is neither: give the marks.csv of a quiz"),
}


@pytest.mark.parametrize("change, said", BAD.values(), ids=BAD)
def test_a_table_that_cannot_be_taken_is_one_sentence(change, said, quiz):
    path, _ = quiz()
    path.write_text(change(path.read_text("utf-8-sig")), "utf-8")
    before = path.read_bytes()
    code, output = analysed(path)
    assert code == 2 and output.startswith("There is no item analysis: ") and said in output
    assert path.read_bytes() == before


def test_several_mistakes_are_a_sentence_each_and_no_mark_at_all_is_one(quiz):
    path, rows = quiz()
    rows[0]["1"], rows[1]["12"] = "-1", "nan"
    write(path, rows)
    assert analysed(path)[1].count(" is no mark; give a number from 0 to 2") == 2
    write(path, [row | dict.fromkeys(NUMBERS, "") for row in rows])
    assert analysed(path) == (2, "There is no item analysis: none of the papers has all of its marks.")


# The figures


def test_the_figures_are_those_of_a_second_implementation(quiz):
    path, rows = quiz()
    rows[9]["4"] = ""
    write(path, rows)
    points = np.array([[float(row[number]) for number in NUMBERS] for row in rows if row["4"]])
    covariance, k = np.cov(points, rowvar=False), len(NUMBERS)
    whole = [paper for paper in marks.read(tables.read(path)) if len(paper.marks) == k]
    found = items.of_marks(
        [{question.stratum.key: mark for question, mark in paper.marks.items()} for paper in whole],
        {stratum.key: stratum.points for stratum in STRATA},
    )
    code, output = analysed(path)
    assert code == 0 and len(found.counted) == len(points) == 59 and "59 papers" in output
    for place, (stratum, item) in enumerate(zip(STRATA, found.checks.values(), strict=True)):
        difficulty, r = points[:, place].mean() / stratum.points, with_rest(covariance, place)
        assert (item.number, item.why) == (stratum.key, "")
        assert (item.difficulty, item.discrimination) == (pytest.approx(difficulty), pytest.approx(r))
        assert f"{stratum.key} {stratum.points} {difficulty:.2f} {r:.2f}" in output
    between = (covariance.sum() - np.trace(covariance)) / (k * (k - 1))
    alpha = k * between / (np.trace(covariance) / k + (k - 1) * between)
    assert found.reliability.alpha == pytest.approx(alpha) and f"α is {alpha:.2f} over the 12 items" in output
    assert "Left out, since marks are missing: seed 1, paper 10." in output and "fewer than" not in output


def test_what_tells_nothing_or_little_apart_is_named(quiz):
    always = {"evaluation": 1.0, "misprints": 0.0, "steps": 0.5}
    path, _ = quiz(lambda ability, question: always.get(question.stratum.key, 0.1 + 0.8 * ability))
    _, output = analysed(path)
    assert "These items tell nobody apart, since all pass: evaluation." in output
    assert "These items tell nobody apart, since none passes: misprints." in output
    assert re.search(r"Discrimination below 0\.2, which is poor: .*steps \(-?0\.\d\d\)", output)


def test_few_papers_and_totals_that_do_not_vary_are_said_to_mean_little(quiz):
    path, rows = quiz()
    write(path, [row | dict.fromkeys(NUMBERS, "1") for row in rows[:4]])
    _, output = analysed(path)
    assert "With fewer than 10 papers none of these figures means much." in output
    assert "so there is no reliability" in output and "nan" not in output


def test_the_written_answers_of_a_class_are_analysed_once_for_each_submission(tmp_path):
    rng, rows = random.Random(3), []
    for number in range(20):
        cells = {f"W{n}": f"{rng.choice([number / 10, number / 20]):g}" for n in (1, 2, 7)}
        rows += [{"name": who, "submission": f"s{number}"} | cells for who in ("Ada", "Ben")]
    rows += [{"name": "Cleo", "submission": "late", "W1": "1", "W2": "", "W7": ""}]
    write(tmp_path / "written.csv", rows)
    code, output = analysed(tmp_path / "written.csv")
    points = np.array([[float(row[n]) for n in ("W1", "W2", "W7")] for row in rows[:-1:2]])
    r = with_rest(np.cov(points, rowvar=False), 2)
    assert code == 0 and "20 submissions" in output and f"W7 3 {points[:, 2].mean() / 3:.2f} {r:.2f}" in output
    assert "Left out, since marks are missing: late." in output
    rows[0]["W1"] = "4"
    rows[1]["W1"] = "4"
    write(tmp_path / "written.csv", rows)
    assert analysed(tmp_path / "written.csv")[1].endswith("s0, W1: '4' is no mark; give a number from 0 to 3.")


# Questions of one stratum


def test_a_question_that_is_harder_than_the_others_of_its_stratum_is_named(quiz):
    path, rows = quiz(lambda ability, question: 0.02 if question.key == "why_linear" else 0.1 + 0.8 * ability)
    (found,) = unequal.unequal(marks.read(tables.read(path)))
    assert found.stratum.key == "key_ideas" and found.p <= 0.05 / 12
    mine = [float(row["5"]) for row in rows if row["questions"].split()[4] == "why_linear"]
    named = next(share for question, share in found.shares.items() if question.key == "why_linear")
    assert named == (pytest.approx(np.mean(mine) / 3), len(mine))
    _, output = analysed(path)
    assert "The questions of key_ideas are not equally difficult (p = 0.0" in output and "why_linear 0.0" in output
    assert "one is named in 5% of quizzes at most" in output


def test_p_is_that_of_all_exchanges():
    """Two questions in three papers each, one always right: 2 of the 20 ways to share the marks differ as far."""
    one, other, *_ = of(STRATA[0])
    made = [marks.Marked(str(n), {question: points}) for question, points in ((one, 2), (other, 0)) for n in range(3)]
    assert unequal._of(STRATA[0], made).p == pytest.approx(2 / comb(6, 3), abs=0.01)
    assert unequal._of(STRATA[0], made[:3]) is None
    uneven = [(one, 0), (one, 0), (one, 0), (one, 2), (other, 2), (other, 2)]  # as far: where other has both alike
    of_uneven = unequal._of(STRATA[0], [marks.Marked("", {question: points}) for question, points in uneven])
    assert of_uneven.p == pytest.approx(6 / comb(6, 2), abs=0.02)
    assert unequal.unequal(made) == []


def test_equal_questions_are_named_as_rarely_as_is_said():
    """40 classes of 30 whose questions are equally difficult, though people are not equally good: 5 % is 2 of them."""
    named = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unequal, "EXCHANGES", 999)
        for seed in range(40):
            rng = random.Random(seed)
            made = []
            for paper in PAPERS[:30]:
                ability = rng.random()
                got = {
                    i.question: sum(rng.random() < ability for _ in range(i.question.stratum.points))
                    for i in paper.items
                }
                made.append(marks.Marked("", got))
            named += bool(unequal.unequal(made))
    assert named <= 6
