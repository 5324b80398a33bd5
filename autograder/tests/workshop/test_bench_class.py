"""The synthetic class, and the parts of `python -m workshop bench-class` that decide what it prints."""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from types import ModuleType

import pytest
from rich.console import Console
from typer.testing import CliRunner

from course.downloads import kinds
from grader import overlay
from grader.marking.mark import mark
from grader.outcomes import GraderFault
from grader.paths import AUTOGRADER, CORPUS
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.__main__ import app
from workshop.bench import bench_class, bench_otter, synthetic_class
from workshop.bench.synthetic_class import HandIn
from workshop.trust import corpus

HERE_PASSES = "import json; from workshop.bench import bench_otter; print(json.dumps(sorted(bench_otter._passed(1))))"


@pytest.fixture(scope="module")
def made():
    return synthetic_class.made(2)


def test_a_class_has_all_kinds_and_is_the_same_each_time(made):
    kinds = Counter(each.kind for each in made)
    assert len(made) == 500 and made == synthetic_class.made(2)
    assert kinds["wrong"] == len(corpus.files("chaff")) and kinds["hostile"] == len(corpus.files("hostile"))
    assert kinds["broken"] == 20 and kinds["copied"] == synthetic_class.COPIED and kinds["right"] > 100


def test_only_copies_are_the_same_as_another(made):
    files = [tuple(sorted(each.files.items())) for each in made if each.kind != "copied" and each.files]
    assert len(set(files)) == len(files)
    assert all(tuple(sorted(each.files.items())) in files for each in made if each.kind == "copied" and each.files)


def test_an_export_is_found_again_with_groups_and_missing_ids(made, tmp_path):
    synthetic_class.export(tmp_path / "export", made[:40])
    found = kinds.find(tmp_path / "export").entries
    assert [entry.submission().files for entry in found if len(entry.people) == 2 and not entry.people[0].sid]
    assert Counter(len(entry.people) for entry in found) == {1: 38, 2: 2}
    whole = [each.files == entry.submission().files for each, entry in zip(made, found) if each.kind == "right"]
    assert whole and all(whole)


def test_of_broken_zips_some_are_cut_in_the_middle_and_none_ends_the_reading(made, tmp_path):
    synthetic_class.zips(tmp_path / "zips", [each for each in made if each.kind == "broken"])
    said = []
    for entry in kinds.find(tmp_path / "zips").entries:
        try:
            said.append(" ".join(entry.submission().problems.values()))
        except GraderFault as fault:
            said.append(str(fault))
    assert len(said) == 20 and sum("cannot be read" in each for each in said) >= 5


def test_calls_in_one_process_pass_the_checks_that_workers_pass(tmp_path):
    """With a wrong helper, for which a right one stands in, in some checks and not in others."""
    wrong = corpus.load(CORPUS / "chaff" / "posterior_slide.py")
    overlay.lay(wrong.submission, tmp_path / "tree")
    options = {"env": {**os.environ, "PYTHONPATH": str(AUTOGRADER)}, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", HERE_PASSES], cwd=tmp_path / "tree", **options)
    with Zygote() as zygote:
        lines = mark(Session(zygote, wrong.submission, "closed-form"), 1, tmp_path / "out").lines
    assert json.loads(done.stdout or "0") == sorted(line.number for line in lines if line.passed), done.stderr
    assert {line.number for line in lines if line.lost} == wrong.loses


def test_a_test_file_of_otters_asks_whether_its_check_holds(monkeypatch):
    asked = []
    monkeypatch.setattr(bench_otter, "holds", lambda *what: asked.append(what) or False)
    monkeypatch.setitem(sys.modules, "otter", ModuleType("otter"))
    monkeypatch.setitem(sys.modules, "otter.test_files", ModuleType("otter.test_files"))
    sys.modules["otter.test_files"].test_case = lambda: lambda function: function
    file = {}
    exec(bench_otter.test_of("1.1.2", 2.5, 1), file)
    with pytest.raises(AssertionError):
        file["check"](None)
    assert asked == [(1, "1.1.2")] and file["points"] == 2.5


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Two markings of one submission, and what the bench says of them."""
    monkeypatch.setattr(synthetic_class, "made", lambda *_: [HandIn("right", {})])
    said = io.StringIO()
    bench = bench_class.Bench(Console(file=said, width=200), tmp_path / "bench")

    def write(name, seconds=1.0, passed=("2.1",), grades="a", rows=("one",)):
        for row in rows:
            folder = bench.out / name / "submissions" / row
            folder.mkdir(parents=True, exist_ok=True)
            tests = [{"number": number, "status": "passed"} for number in passed]
            body = {"execution_time": seconds, "extra_data": {"seconds": seconds, "calls": 3}, "tests": tests}
            (folder / "results.json").write_text(json.dumps(body))
        (bench.out / name / "grades.csv").write_text(grades)

    write("one")
    return bench, write, said


def test_results_that_differ_in_time_alone_are_the_same(bench):
    bench, write, said = bench
    write("other", seconds=2.0)
    assert bench._same("one", "other") and "but for time: the same" in said.getvalue()


@pytest.mark.parametrize("how", [{"passed": ()}, {"grades": "b"}, {"rows": ("one", "two")}, {"rows": ("two",)}])
def test_results_that_differ_otherwise_are_said_to(bench, how):
    bench, write, said = bench
    write("other", **how)
    assert not bench._same("one", "other") and "DIFFER" in said.getvalue()


def test_a_folder_that_is_there_is_refused_and_kept(tmp_path):
    (tmp_path / "mine").touch()
    done = CliRunner().invoke(app, ["bench-class", "--out", str(tmp_path)])
    assert done.exit_code == 2 and "is there already" in done.output and (tmp_path / "mine").exists()
