"""The page of a class: what it counts, what it finds alike, and 500 submissions in a real Chromium."""

import json
import re
from collections import Counter

import pytest

import made_class
from browser import DESK, PHONE, chromium, opened  # noqa: F401
from course.marks import class_marks, passages, similar
from course.marks.class_counts import Check, Class
from course.pages import class_page
from grader.outcomes import Outcome
from grader.paths import GRADED_FILES, STARTER
from made_class import CAUSE, NAMED, renamed, submission, wheat


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The page of a class of 500."""
    out = made_class.large(tmp_path_factory.mktemp("class"))
    assert class_page.write(out, class_marks.read(out)) == str(out / "class.html")
    return out / "class.html"


@pytest.mark.parametrize("width, scheme", [(PHONE, "dark"), (DESK, "light")])
def test_axe_finds_nothing_in_500_rows_and_nothing_is_wider_than_the_window(large, opened, width, scheme):  # noqa: F811
    seen = opened(large, width, scheme)
    assert seen.violations() == []
    assert seen.overflow() <= 0


def test_it_reads_the_same_without_scripts_and_asks_for_nothing_else(large, opened):  # noqa: F811
    with_scripts, without = opened(large), opened(large, scripts=False)
    assert len(without.text()) > 20_000 and without.text() == with_scripts.text()
    assert with_scripts.asked == without.asked == []


def test_what_is_hostile_does_nothing(large, opened):  # noqa: F811
    said = []
    seen = opened(large)
    seen.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    seen.page.reload()
    assert said == [] and len(seen.page.query_selector_all("script")) == 1
    assert "<script>alert(1)</script> {{ 7 * 7 }} \N{REPLACEMENT CHARACTER}" in seen.text()


def test_a_click_on_a_head_sorts_the_rows_by_number(large, opened):  # noqa: F811
    page = opened(large).page
    table = page.locator("[aria-label='Table of all submissions'] table")
    totals = lambda: [float(cell) for cell in table.locator("td.total").all_text_contents()]  # noqa: E731
    assert len(totals()) == 501 and totals() == sorted(totals(), reverse=True)
    table.get_by_role("button", name="Seconds").click()
    seconds = [float(row) for row in table.locator("tbody td:last-child").all_text_contents() if row != "–"]
    assert seconds == sorted(seconds, reverse=True) != []
    table.get_by_role("button", name="Total").click()
    table.get_by_role("button", name="Total").click()
    assert totals() == sorted(totals())
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"


def test_the_head_of_the_long_table_stays_in_sight(large, opened):  # noqa: F811
    page = opened(large).page
    region = page.locator("[aria-label='Table of all submissions']")
    region.evaluate("each => { each.scrollIntoView(); each.scrollTop = 5000 }")
    assert abs(region.locator("thead th").first.bounding_box()["y"] - region.bounding_box()["y"]) <= 2


def test_a_class_prints_whole(large, opened):  # noqa: F811
    seen = opened(large, 760)
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate("getComputedStyle(document.querySelector('.tall')).maxHeight") == "none"
    assert seen.page.pdf(format="A4").startswith(b"%PDF")


def test_a_check_that_passed_with_a_stand_in_has_not_failed():
    outcomes = Counter({Outcome.PASSED: 3, Outcome.STOOD_IN: 2, Outcome.WRONG: 1})
    assert Check("2.9.1", "It holds.", 2.0, outcomes, Counter()).failed == 1


def test_a_check_that_waits_for_a_gpu_is_nobodys_failure(tmp_path):
    submission(tmp_path, "a", lost=["2.8.1"], outcome="waits for a GPU")
    submission(tmp_path, "b", lost=["2.8.2"], outcome="not run")
    found = {check.number: check.failed for check in Class(class_marks.read(tmp_path)).checks}
    assert found["2.8.1"] == 0 and found["2.8.2"] == 1 and found["2.9.1"] == 0


def test_it_counts_what_became_of_each_check_and_task(tmp_path):
    submission(tmp_path, "a")
    submission(tmp_path, "b", lost=["2.8.1", "2.8.2"], output=NAMED, cause=CAUSE)
    submission(tmp_path, "c", lost=["2.8.1"])
    submission(tmp_path, "d", key="a")
    found = Class(class_marks.read(tmp_path))
    checks = {check.number: check for check in found.checks}
    assert [checks[number].failed for number in ("2.8.1", "2.8.2", "2.9.1")] == [2, 1, 0]
    assert checks["2.8.1"].outcomes == {"passed": 2, "wrong": 2}
    row = next(row for row in found.rows if row.task.task == "2.8")
    assert (row.mean, row.full, row.none) == (pytest.approx((18 + 0 + 9 + 18) / 4), 2, 1)
    assert found.scores == [105, 105, 96, 87] and found.of == 100
    [(cause, tasks, whose)] = found.causes
    assert "full table's β_t" in cause and [task.task for task in tasks] == ["2.8"] and [b.id for b in whose] == ["b"]
    assert [[each.id for each in group] for group in found.identical] == [["a", "d"]]


@pytest.mark.parametrize(
    "extra, cause",
    [
        ({"outcome": "wrong", "cause": CAUSE}, CAUSE),
        ({"outcome": "wrong", "cause": ""}, ""),  # the sentence is a student's own comment
        ({"outcome": "wrong"}, CAUSE),  # of a former version
        ({"outcome": "flooded"}, CAUSE),
        ({"outcome": "raised"}, ""),  # of a former version, in the quoted line
        ({"outcome": "wrong", "cause": "of another version"}, ""),
        ({}, ""),
    ],
)
def test_a_cause_is_a_field_and_in_results_of_a_former_version_a_sentence(tmp_path, extra, cause):
    submission(tmp_path, "a")
    test = {"number": "2.11.3", "score": 0, "max_score": 9, "output": NAMED, "extra_data": extra}
    (tmp_path / "marks" / "a" / "results.json").write_text(json.dumps({"score": 0, "tests": [test]}))
    found = Class(class_marks.read(tmp_path))
    assert [test.cause for test in found.marked[0].tests] == [cause] and len(found.causes) == bool(cause)


def test_what_could_not_be_marked_is_apart_and_counts_in_no_mean(tmp_path):
    submission(tmp_path, "a")
    submission(tmp_path, "b", lost=["2.7.1"], outcome="timed out")
    made_class.unmarked(tmp_path, "c", "OSError: no space")
    found = Class(class_marks.read(tmp_path))
    assert found.mean == pytest.approx((105 + 99) / 2)
    assert [(each.id, each.fault, dict(each.odd)) for each in found.faulty] == [
        ("b", "", {"timed out": 1}),
        ("c", "OSError: no space", {}),
    ]
    assert "not marked: OSError: no space" in class_page.page(found)


def test_a_fault_beside_older_results_is_told(tmp_path):
    """What the GPU tier marked without one is marked again where there is one, and that may fail."""
    submission(tmp_path, "a")
    (tmp_path / "faults.json").write_text(json.dumps({"a": "OSError: no space"}))
    found = Class(class_marks.read(tmp_path))
    assert found.scores == [105] and found.faulty == found.marked
    assert "not marked again: OSError: no space" in class_page.page(found)


def test_what_did_not_run_is_one_thing_to_people_whatever_its_key(tmp_path):
    submission(tmp_path, "a", lost=["2.8.1"], outcome="waits for a GPU")
    submission(tmp_path, "b", lost=["2.8.1"], outcome="not run")
    submission(tmp_path, "c", lost=["2.8.1"], outcome="died")
    found = Class(class_marks.read(tmp_path))
    assert [dict(each.odd) for each in found.marked] == [{"not run": 1}, {"not run": 1}, {"died": 1}]
    [outcomes] = [check.outcomes for check in found.checks if check.number == "2.8.1"]
    assert outcomes == {"not run": 1, "died": 1}  # what waits for a GPU is no part of how a check ended


def test_a_bar_of_the_histogram_for_each_five_points(tmp_path):
    submission(tmp_path, "a")
    submission(tmp_path, "b", lost=[number for number, _ in made_class.NUMBERS])
    submission(tmp_path, "c", lost=["2.12.1", "2.12.2"])
    picture = class_page.histogram(Class(class_marks.read(tmp_path)))
    assert "1 from 0, 1 from 100, 1 from 105" in picture and picture.count("<rect") == 3


def test_the_page_is_for_its_owner_and_links_each_report_that_is_there(tmp_path):
    submission(tmp_path, "a b?", report=True)
    submission(tmp_path, "c")
    class_page.write(tmp_path, class_marks.read(tmp_path))
    text = (tmp_path / "class.html").read_text()
    assert (tmp_path / "class.html").stat().st_mode & 0o777 == 0o600
    assert set(re.findall(r'href="(submissions/[^"]*)"', text)) == {"submissions/a%20b%3F/report.html"}


@pytest.mark.parametrize("broken", ["", "{", "[]"])
def test_a_class_without_any_whole_results_has_a_page_too(tmp_path, broken):
    submission(tmp_path, "a")
    (tmp_path / "marks" / "a" / "results.json").write_text(broken)
    assert class_page.write(tmp_path, class_marks.read(tmp_path)) == str(tmp_path / "class.html")
    assert "not marked yet" in (tmp_path / "class.html").read_text()


def test_results_that_gradescope_made_are_read_beside_the_report_of_the_gpu_tier(tmp_path):
    """There OUT/submissions/<id> is a folder, its report a link, and any part of a test may be missing."""
    submission(tmp_path, "a", report=True)
    shown = tmp_path / "submissions" / "a"
    shown.unlink()
    shown.mkdir()
    (shown / "report.html").symlink_to(tmp_path / "marks" / "a" / "report.html")
    body = {"score": 7, "tests": [{"number": "2.8.1", "score": 7, "max_score": 9}, {"name": "no number"}]}
    (shown / "results.json").write_text(json.dumps(body))
    [found] = class_marks.read(tmp_path)
    assert (found.key, found.score, found.lost, found.page) == ("a", 7, ["2.8.1"], "submissions/a/report.html")
    assert found.files == {"sampler.py": b"x = 1\n"}
    assert class_page.write(tmp_path, [found]) == str(tmp_path / "class.html")


def test_a_folder_without_marks_is_one_sentence(tmp_path):
    with pytest.raises(
        class_marks.NoMarks, match=f"{tmp_path} holds no marks of a class; give the OUT of a make grade"
    ):
        class_marks.read(tmp_path)


def test_a_page_that_cannot_be_made_is_one_sentence(tmp_path):
    submission(tmp_path, "a")
    said = class_page.write(tmp_path / "nowhere", class_marks.read(tmp_path))
    assert said.startswith("The page of the class could not be made, which costs no marks: FileNotFoundError")


def test_a_copy_in_disguise_is_found():
    files = {name: wheat(name) for name in ("monolithic", "matrix_form", "recursion")}
    files["copy"] = renamed(files["monolithic"])
    pair = similar.pairs(files)[0][0]
    assert {pair.one, pair.other} == {"monolithic", "copy"} and pair.share > 0.9


def test_what_the_starter_holds_makes_nobody_alike():
    starter = {name: (STARTER / name).read_bytes() for name in GRADED_FILES}
    files = {str(n): {name: text + b"# %d" % n for name, text in starter.items()} for n in range(3)}
    assert similar.pairs(files) == ([], [])


def test_what_many_have_in_common_makes_nobody_alike():
    files = {str(n): {"sampler.py": wheat("monolithic")["sampler.py"] + b"# %d" % n} for n in range(similar.COMMON + 1)}
    assert similar.pairs(files) == ([], [])
    del files["0"]
    assert len(similar.pairs(files)[0]) == similar.COMMON * (similar.COMMON - 1) / 2


@pytest.mark.parametrize(
    "text, what",
    [
        ("def f(x):  # add\n    return x + 1\n", "defV(V):returnV+1"),
        (r"y = 1e-3 * σ_t['é'] @ rb'\''", "V=1e-3*V[S]@S"),
        ("'''a\n'b'\\'''c''' if \"\" else \"d\\\ne\"", "SifSelseS"),
        ("f'{x!r:>{w}}' 'open\nx", "SSV"),
        ('"""open\n\\', "S"),
        ("'open\\", "S\\"),
    ],
)
def test_what_is_compared_of_a_file(text, what):
    assert passages.text(text.encode()) == what


HOSTILE_TEXTS = ["\\N{a ", "match ", "match", " ", "{a[", "\\'", "\\", "'''\\", "'", '"a\n', "(", "\n", "@", "f'{", "."]


@pytest.mark.parametrize("start", ["", "'", '"""', "match"])
def test_a_file_costs_no_more_than_its_length_asks_for(start):
    """Some of these take Pygments the square of their length, which is minutes: this test would not end."""
    for text in HOSTILE_TEXTS:
        whole = (start + text * passages.LARGEST)[: passages.LARGEST].encode()
        too_long = len(passages.text(whole)) > passages.MOST
        assert similar.pairs({"a": {"sampler.py": whole}})[1] == [("a", "sampler.py")] * too_long


def test_a_file_much_longer_than_a_right_answer_is_not_compared():
    large, long = b"#" * passages.LARGEST, b"(" * passages.MOST
    files = {"a": {"sampler.py": large, "score.py": large + b"#"}, "b": {"sampler.py": long + b"(", "score.py": long}}
    assert similar.pairs(files) == ([], [("a", "score.py"), ("b", "sampler.py")])


def test_the_page_names_the_files_that_were_not_compared(tmp_path):
    submission(tmp_path, "a", files={"sampler.py": b"x = 1", "score.py": b"(" * (passages.MOST + 1)})
    submission(tmp_path, "b", files={"sampler.py": b"(" * passages.MOST})
    assert "than any right answer: score.py of a.</p>" in class_page.page(Class(class_marks.read(tmp_path)))


def test_what_two_lost_is_listed_or_where_it_is_much_counted_by_task():
    numbers = [f"2.{task}.{n}" for task in (7, 10) for n in range(1, 5)]
    assert class_page._briefly([]) == "nothing" and class_page._briefly(numbers[:2]) == "2.7.1, 2.7.2"
    assert class_page._briefly([*numbers, "2.11.1"]) == "9 checks, of 2.7, 2.10, 2.11"


def test_files_that_are_no_python_are_compared_without_a_fault():
    junk = bytes(range(256)) * 20
    assert similar.pairs({"a": {"sampler.py": junk}, "b": {"sampler.py": b""}, "c": {}}) == ([], [])
