"""The item analysis of a class, held to a second implementation, to what made rows must have, and to odd classes."""

import json
import re
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import made_class
from browser import chromium, opened  # noqa: F401
from course.marks import class_marks, comparable, items
from course.marks.class_counts import Class
from course.pages import class_page
from grader.tasks import task_of
from made_class import COIN, EASY, HARD, NUMBERS, REVERSED, SHARP, submission

ALL = [number for number, _ in NUMBERS]
MARKED = 501  # of the large class: 500 and one that is the same as another


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A class of 500 whose checks tell people apart as they are known to."""
    return made_class.large(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def found(large):
    return Class(class_marks.read(large)).items


def analysed(folder) -> items.Analysis:
    return items.analyse(class_marks.read(folder))


def page(folder) -> str:
    return class_page.page(Class(class_marks.read(folder)))


def text(folder) -> str:
    """The section of the item analysis, without tags."""
    section = re.search(r'<section aria-labelledby="items">(.*?)</section>', page(folder), re.DOTALL)[1]
    return " ".join(re.sub("<[^>]*>", " ", section).replace("&nbsp;", " ").split())


# Against a second implementation, which reads the results by itself


def matrix(out) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the marked submissions below `out`: points by person and check, the most of each, and seconds."""
    bodies = [json.loads(path.read_text()) for path in sorted(out.glob("submissions/*/results.json"))]
    points = np.array([[test["score"] for test in body["tests"]] for body in bodies])
    seconds = np.array([[body["extra_data"]["seconds"]["each"][number] for number in ALL] for body in bodies])
    return points, np.array([test["max_score"] for test in bodies[0]["tests"]]), seconds


def with_rest(covariance: np.ndarray, k: int) -> float:
    """The correlation of item k with the sum of the others, from that with the sum of all (Nunnally 1967)."""
    s_t, s_k = sqrt(covariance.sum()), sqrt(covariance[k, k])
    r = covariance[k].sum() / (s_t * s_k)
    return (r * s_t - s_k) / sqrt(s_t**2 + s_k**2 - 2 * r * s_t * s_k)


def of_tasks(points: np.ndarray) -> tuple[list[str], np.ndarray]:
    names = list(dict.fromkeys(map(task_of, ALL)))
    return names, np.stack([points[:, [task_of(n) == name for n in ALL]].sum(axis=1) for name in names], axis=1)


def test_checks_of_500_are_as_a_second_implementation_has_them(large, found):
    points, most, seconds = matrix(large)
    assert points.shape == (MARKED, len(ALL)) and len(found.counted) == MARKED and [*found.checks] == ALL
    covariance = np.cov(points, rowvar=False)
    for k, item in enumerate(found.checks.values()):
        assert item.difficulty == pytest.approx(points[:, k].mean() / most[k], abs=1e-12)
        assert item.seconds == pytest.approx(seconds[:, k].mean(), abs=1e-12)
        if item.number in (EASY, HARD):
            assert item.discrimination is None and item.why == {EASY: "all pass", HARD: "none passes"}[item.number]
            continue
        assert item.discrimination == pytest.approx(with_rest(covariance, k), abs=1e-9)
        r = stats.pearsonr(points[:, k], points.sum(axis=1) - points[:, k]).statistic
        assert item.discrimination == pytest.approx(r, abs=1e-9)


def test_tasks_and_reliability_of_500_are_as_a_second_implementation_has_them(large, found):
    points, most, seconds = matrix(large)
    names, sums = of_tasks(points)
    covariance, k = np.cov(sums, rowvar=False), len(names)
    assert [*found.tasks] == names and found.reliability.tasks == k
    for index, item in enumerate(found.tasks.values()):
        assert item.discrimination == pytest.approx(with_rest(covariance, index), abs=1e-9)
        assert item.difficulty == pytest.approx(sums[:, index].mean() / of_tasks(most[None])[1][0, index], abs=1e-12)
        assert item.seconds == pytest.approx(of_tasks(seconds)[1][:, index].mean(), abs=1e-12)
    between = (covariance.sum() - np.trace(covariance)) / (k * (k - 1))  # alpha by the mean of the covariances
    alpha = k * between / (np.trace(covariance) / k + (k - 1) * between)
    assert found.reliability.alpha == pytest.approx(alpha, abs=1e-9)
    assert found.reliability.error == pytest.approx(sums.sum(axis=1).std(ddof=1) * sqrt(1 - alpha), abs=1e-9)


def said_as(r: float) -> str:
    return f"{r:.2f}".replace("-", "−")


def test_the_page_says_these_figures(large, found):
    points, most, _ = matrix(large)
    names, sums = of_tasks(points)
    whole, said = page(large), text(large)
    of_checks, of_names = np.cov(points, rowvar=False), np.cov(sums, rowvar=False)
    for k, number in enumerate(ALL):
        row = re.search(rf'<th scope="row" class="text">{number}</th>.*?</tr>', whole, re.DOTALL)[0]
        r = said_as(with_rest(of_checks, k)) if of_checks[k, k] else found.checks[number].why
        assert re.search(rf"<td>{points[:, k].mean() / most[k]:.2f}</td><td[^>]*>{r}</td><td>\d\.\d\d</td>", row), (
            number
        )
    for k, name in enumerate(names):
        row = re.search(rf'href="#task-{name}">.*?</tr>', whole, re.DOTALL)[0]
        assert re.search(rf"<td>\d\.\d\d</td><td[^>]*>{said_as(with_rest(of_names, k))}</td><td>\d\.\d\d</td>", row), (
            name
        )
    assert f"Cronbach’s α is {found.reliability.alpha:.2f} over the 12 tasks that vary: the reliability" in said
    assert f"sure to about ± {found.reliability.error:.1f} points" in said
    assert "all pass : 2.1.1" in said and "none passes : 2.12.2" in said
    assert re.search(rf"discrimination below 0\.2 : {REVERSED} \(−0\.\d\d\), {COIN} \(−?0\.\d\d\)", said)
    assert "501 of 502 submissions count. Left out are: not marked: 1 submission submission_2" in said
    assert "nan" not in whole.lower()


# Against what is known


def test_a_class_of_four_worked_by_hand():
    """The totals 0, 20, 20, 30 have the variance 475/3, the tasks 100/3, 100/3 and 75/3: alpha = 3/2 (1 - 275/475)."""
    a, b, c = [0, 0, 1000, 1000], [0, 1000, 0, 1000], [0, 1000, 1000, 1000]
    found = items.reliability({"a": a, "b": b, "c": c, "the same for all": [700] * 4})
    assert (found.alpha, found.tasks) == (pytest.approx(12 / 19), 3)
    assert found.error == pytest.approx(sqrt(7 / 19 * 475 / 3))
    assert items.discrimination(c, [0, 2000, 2000, 3000]) == pytest.approx(sqrt(2 / 3))


def test_the_made_rows_are_told_apart_as_they_must_be(found):
    """What is known of `made_class.loses`, exactly: given the ability, checks are independent of one another.

    A correlation of 500 rows has a standard error of 0.045 at most; the rows are fixed.
    """
    ability = 1 - np.arange(500) / 500
    passes = 1 - np.array([[made_class.loses(number, u) for u in ability] for number in ALL])
    points = np.array([task.points / 2 for _, task in NUMBERS])
    covariance = np.cov(passes, ddof=0)
    np.fill_diagonal(covariance, passes.mean(axis=1) * (1 - passes.mean(axis=1)))
    covariance *= np.outer(points, points)
    for k, item in enumerate(found.checks.values()):
        assert item.difficulty == pytest.approx(passes[k].mean(), abs=0.08)
        if item.discrimination is not None:
            assert item.discrimination == pytest.approx(with_rest(covariance, k), abs=0.13), item.number
    r = {number: item.discrimination for number, item in found.checks.items() if not item.why}
    assert r[REVERSED] < -0.2 < r[COIN] < 0.1 < 0.4 < r[SHARP] == max(r.values())
    assert {number for _, number in found.weak} >= {REVERSED, COIN} and found.weak[0] == (r[REVERSED], REVERSED)


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=0, max_size=9))
def test_a_figure_is_numpys_or_none_and_never_nan(rows):
    columns = {f"2.{k}": [row[k] for row in rows] for k in range(4)}
    totals = [sum(row) for row in rows]
    for mine in columns.values():
        rest, r = [t - m for t, m in zip(totals, mine)], items.discrimination(mine, totals)
        assert (r is None) == (len({*mine}) < 2 or len({*rest}) < 2)
        assert r is None or r == pytest.approx(np.corrcoef(mine, rest)[0, 1], abs=1e-9)
    found = items.reliability(columns)
    assert found is None or found.alpha <= 1 + 1e-9 and found.error >= 0
    assert (found is None) == (sum(len({*mine}) > 1 for mine in columns.values()) < 2 or len({*totals}) < 2)


# Who counts


def ten(folder) -> None:
    """Ten submissions that lose more and more checks."""
    for n in range(10):
        submission(folder, f"s{n}", lost=ALL[: 2 * n])


def none_written(folder):
    submission(folder, "odd", lost=ALL, outcome="to do")


def one_file_missing(folder):
    submission(folder, "odd", lost=ALL[:12], outcome="not run")


def a_fault(folder):
    submission(folder, "odd", lost=ALL[:1], outcome="fault of the grader")


def another_version(folder):
    submission(folder, "odd", lost=ALL[5:], checks="a2")


def another_tier(folder):
    submission(folder, "odd", lost=ALL[6:], numbers=NUMBERS[::2])


def other_points(folder):
    submission(folder, "odd", lost=ALL[:3])
    path = folder / "marks" / "odd" / "results.json"
    body = json.loads(path.read_text())
    body["tests"][-1]["max_score"] = 90
    path.write_text(json.dumps(body))


def not_ended(folder):
    submission(folder, "odd", lost=ALL[:3])
    path = folder / "marks" / "odd" / "results.json"
    body = json.loads(path.read_text())
    path.write_text(json.dumps(body | {"extra_data": body["extra_data"] | {"ended": False}}))


def not_marked(folder):
    made_class.unmarked(folder, "odd", "no graded file was found")


ODD = {
    none_written: comparable.NOTHING,
    one_file_missing: comparable.IN_PART,
    a_fault: comparable.IN_PART,
    another_version: comparable.OTHERWISE,
    another_tier: comparable.OTHERWISE,
    other_points: comparable.OTHERWISE,
    not_ended: comparable.NOT_MARKED,
    not_marked: comparable.NOT_MARKED,
}


@pytest.mark.parametrize("odd", ODD, ids=lambda each: each.__name__)
def test_who_has_no_marks_that_compare_is_left_out_named_and_moves_no_figure(odd, tmp_path):
    ten(tmp_path)
    before = analysed(tmp_path)
    odd(tmp_path)
    after = analysed(tmp_path)
    assert {why: [each.id for each in some] for why, some in after.left_out.items()} == {ODD[odd]: ["odd"]}
    assert (after.checks, after.tasks, after.reliability) == (before.checks, before.tasks, before.reliability)
    assert f"10 of 11 submissions count. Left out are: {ODD[odd]}: 1 submission odd" in text(tmp_path)


def test_most_decide_which_version_counts(tmp_path):
    for n in range(3):
        submission(tmp_path, f"old{n}", lost=ALL[:n], checks="a1")
    for n in range(4):
        submission(tmp_path, f"new{n}", lost=ALL[: 9 + n], checks="a2")
    found = analysed(tmp_path)
    assert sorted(each.id for each in found.counted) == ["new0", "new1", "new2", "new3"]
    assert sorted(each.id for each in found.left_out[comparable.OTHERWISE]) == ["old0", "old1", "old2"]


def test_a_zero_that_was_earned_counts(tmp_path):
    ten(tmp_path)
    submission(tmp_path, "wrong", lost=ALL, outcome="wrong")
    submission(tmp_path, "half", lost=ALL[:12], outcome="to do")
    assert len(analysed(tmp_path).counted) == 12 and not analysed(tmp_path).left_out


# Odd classes: words, never NaN


def test_a_check_that_all_pass_and_one_that_nobody_passes_are_said_to(tmp_path):
    for n in range(12):
        submission(tmp_path, f"s{n}", lost=[ALL[0], *([ALL[1], ALL[2]] if n % 2 else [])])
    found = analysed(tmp_path)
    assert found.same == {"none passes": [ALL[0]], "all pass": ALL[3:]}
    assert found.checks[ALL[3]].difficulty == 1 and found.checks[ALL[0]].difficulty == 0
    assert found.checks[ALL[1]].discrimination == pytest.approx(1)
    assert "all pass</td>" in page(tmp_path) and "nan" not in page(tmp_path).lower()


def test_one_check_that_varies_alone_has_nothing_to_be_held_to(tmp_path):
    for n in range(12):
        submission(tmp_path, f"s{n}", lost=[ALL[0]] * (n % 2))
    found = analysed(tmp_path)
    assert found.checks[ALL[0]].why == "nothing else varies" and found.reliability is None
    assert "so there is no reliability" in text(tmp_path) and "nan" not in page(tmp_path).lower()


@pytest.mark.parametrize("count, few", [(0, False), (1, True), (2, True), (9, True), (10, False)])
def test_a_small_class_is_told_that_figures_mean_little(count, few, tmp_path):
    none_written(tmp_path)
    for n in range(count):
        submission(tmp_path, f"s{n}", lost=ALL[: 2 * n])
    said = text(tmp_path)
    assert ("With fewer than 10, none of these figures means much." in said) == few
    assert ("No submission counts, so there is none." in said) == (count == 0)
    assert ("chance alone moves" in said) == (count >= 10) and "nan" not in page(tmp_path).lower()


def test_tasks_that_have_nothing_in_common_have_no_reliability(tmp_path):
    for n in range(12):
        submission(tmp_path, f"s{n}", lost=ALL[:2] if n % 2 else ALL[4:6])
    said = text(tmp_path)
    assert re.search(r"α is −\d+\.\d\d over the 2 tasks that vary: .* The tasks have nothing in common", said)


def test_results_of_a_former_version_have_no_seconds_and_all_other_figures(tmp_path):
    ten(tmp_path)
    before = analysed(tmp_path)
    for path in tmp_path.glob("marks/*/results.json"):
        body = json.loads(path.read_text())
        body["extra_data"]["seconds"] = {"zygote": 1.0, "checks": 2.0}
        path.write_text(json.dumps(body))
    after = analysed(tmp_path)
    assert {item.seconds for item in (*after.checks.values(), *after.tasks.values())} == {None}
    assert after.reliability == before.reliability and "<td>–</td>" in page(tmp_path)


def test_a_check_without_points_is_no_item(tmp_path):
    """As those of the GPU tier, which wait for one on most machines."""
    ten(tmp_path)
    for path in tmp_path.glob("marks/*/results.json"):
        body = json.loads(path.read_text())
        extra = {"outcome": "waits for a GPU", "cause": ""}
        body["tests"].append({"number": "2.11.9", "name": "It waits.", "max_score": 0, "extra_data": extra})
        path.write_text(json.dumps(body))
    found = analysed(tmp_path)
    assert len(found.counted) == 10 and "2.11.9" not in found.checks and "2.11.9" not in page(tmp_path)


def test_a_click_sorts_numbers_below_zero_and_words_apart(large, opened, tmp_path):  # noqa: F811
    class_page.write(large, class_marks.read(large))
    table = opened(large / "class.html").page.locator("[aria-label='Table of all checks'] table")
    heads = [head.split(" ")[0] for head in table.locator("thead th").all_text_contents()]
    column = heads.index("Discrimination") + 1
    table.get_by_role("button", name="Discrimination").click()
    table.get_by_role("button", name="Discrimination").click()
    cells = table.locator(f"tbody tr > :nth-child({column})").all_text_contents()
    numbers = [float(cell.replace("−", "-")) for cell in cells if not cell.isascii() or cell[0].isdigit()]
    assert len(numbers) == len(ALL) - 2 and numbers == sorted(numbers) and numbers[0] < 0
    assert {cell for cell in cells if cell[0].isalpha()} == {"all pass", "none passes"}
