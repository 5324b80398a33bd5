"""A marking in a course whose first language is Chinese: the same facts, no English but code and the lecture's terms.

It is made in a copy of the tree, since a language is that of a process and of its course.toml.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from grader.paths import ROOT
from grader.phrases import LOCALE
from workshop.language import catalogue
from workshop.release import zips

CASES = {  # and the task of which each is marked; one of each way to lose, and two that are right
    "solution": "2.10",
    "starter": "1.2",
    "chaff/langevin_one_step_short": "2.4",
    "chaff/step_two_mistakes": "2.9",
    "chaff/table_beta_on_subsequence": "2.11",
    "chaff/timesteps_float": "2.10",
    "chaff/loss_without_graph": "1.3",
    "chaff/step_name_error": "2.9",
    "hostile/returns_complex": "1.1",
    "hostile/crash": "1.1",
    "hostile/forged_numbers": "1.1",
    "hostile/million_questions": "1.6",
}
MARK = """
import json, pathlib, sys, tempfile
from grader import overlay
from grader.marking.mark import mark
from grader.paths import CORPUS, ROOT
from grader.sandbox.zygote import Zygote
from grader.student.session import Session
from workshop.trust import corpus

found = {}
with Zygote() as zygote, tempfile.TemporaryDirectory() as folder:
    for name, task in json.loads(sys.argv[1]).items():
        case = "/" in name and corpus.load(CORPUS / f"{name}.py").submission
        session = Session(zygote, case or overlay.load(ROOT / name), "closed-form")
        results = mark(session, int(task[0]), pathlib.Path(folder), tasks={task})
        found[name] = json.loads(results.path.read_text(encoding="utf-8"))
print(json.dumps(found))
"""
TERMS = {*"batch bit clamp cosine covariance detach direction exit global graph list merge nan none tier tuple".split()}


def marked(root) -> dict[str, dict]:
    """The results of all cases in a tree."""
    command = [sys.executable, "-c", MARK, json.dumps(CASES)]
    environment = {**os.environ, "PYTHONPATH": str(root / "autograder")}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree, whose results are told in Chinese."""
    root = tmp_path_factory.mktemp("course")
    for name in ("starter", "solution", "autograder"):
        unneeded = shutil.ignore_patterns(".*_cache", "__pycache__", ".venv", "tests" if name == "autograder" else "")
        shutil.copytree(ROOT / name, root / name, ignore=unneeded)
    (root / "assets").symlink_to(ROOT / "assets")
    shutil.copy(ROOT / "pyproject.toml", root)
    speak(root, '["zh-TW"]')
    return root


def speak(root, languages):
    file = root / "autograder" / "course.toml"
    text, count = re.subn("^languages = .*$", f"languages = {languages}", file.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 1
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def chinese(tree):
    return marked(tree)


def facts(results):
    """What a marking found, without a sentence."""
    tests = [{key: test[key] for key in test.keys() - {"name", "output"}} for test in results["tests"]]
    return tests, results["score"], results["extra_data"]["ended"], results["leaderboard"]


def test_points_outcomes_and_causes_are_those_of_the_english_marking(chinese):
    english = marked(ROOT)
    assert {name: facts(found) for name, found in chinese.items()} == {n: facts(f) for n, f in english.items()}
    outcomes = {test["extra_data"]["outcome"] for found in chinese.values() for test in found["tests"]}
    assert {"passed", "wrong", "to do", "raised", "died", "flooded", "broke the protocol"} <= outcomes
    causes = {test["extra_data"]["cause"] for found in chinese.values() for test in found["tests"]}
    assert {"one_step_short", "table_beta_on_subsequence"} <= causes and any("+" in cause for cause in causes)


def test_a_student_reads_no_english_but_code_and_the_words_of_the_handout(chinese):
    handout = (ROOT / "autograder/workshop/starter/text/README.zh-TW.md").read_text("utf-8")
    known = TERMS | {word.lower() for word in re.findall("[A-Za-z]+", handout)}
    for name, found in chinese.items():
        for said in (found["output"], *(test[key] for test in found["tests"] for key in ("name", "output"))):
            assert re.search("[一-龥]", said), (name, said)
            assert not [word for word in english(said) if word.lower() not in known], (name, said)
            assert not re.search("[a-z]+ [a-z]+ [a-z]+ [a-z]+", without_code(said)), (name, said)


def without_code(said):
    """A text without tags, code, names of code and what Python itself says."""
    return re.sub(r"<[^>]+>|`[^`]*`|[A-Z]\w+Error: [^，]*|\w*[_.]\w+|SIG[A-Z]+", " ", said)


def english(said):
    """Words of Latin letters, of two at least."""
    return re.findall("[A-Za-z]{2,}", without_code(said))


def test_english_left_in_a_sentence_would_be_seen():
    said = "q_sample 發生 NameError: name 'x' is not defined，位置在 sampler.py 第 3 行：`return no_such`。SIGSEGV <b>"
    assert english(said) == [] and english(said + "It is wrong.") == ["It", "is", "wrong"]


def digests(root):
    """Of the checks of Assignment 2, as the results and the zip have it."""
    say = "from grader.marking import version; print(version.digest(2))"
    environment = {**os.environ, "PYTHONPATH": str(root / "autograder")}
    return subprocess.run([sys.executable, "-c", say], env=environment, capture_output=True, text=True).stdout


def test_the_digest_is_of_the_first_language_and_of_the_compiled_words_alone(tree):
    catalogues = [path for path in tree.rglob("*.mo")]
    chinese = digests(tree)
    speak(tree, '["zh-TW", "en"]')
    assert digests(tree) == chinese != ""
    speak(tree, '["en", "zh-TW"]')
    assert digests(tree) != chinese
    speak(tree, '["zh-TW"]')
    for path in catalogues:
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        assert (digests(tree) == chinese) == (path.name != "grader.mo")
        path.write_bytes(before)


def test_an_autograder_zip_holds_the_graders_words_and_a_student_zip_none_of_them(tmp_path):
    compiled = LOCALE.relative_to(ROOT).as_posix() + "/zh_TW/LC_MESSAGES/grader.mo"
    hidden = catalogue.sentences([catalogue.CHECKS]).keys() - catalogue.sentences([ROOT / "starter"]).keys()
    for name in zips.ZIPS:
        with zipfile.ZipFile(zips.write(tmp_path / name, ROOT)) as archive:
            assert (compiled in archive.namelist()) == name.endswith("-autograder.zip")
            if name.endswith("-student.zip"):
                texts = [archive.read(each).decode(errors="replace") for each in archive.namelist()]
                assert not [said for said in hidden if len(said) > 30 and any(said in text for text in texts)]


def test_a_student_zip_with_the_graders_words_is_refused(tmp_path):
    path = zips.write(tmp_path / "assignment2-student.zip", ROOT)
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(LOCALE / "zh_TW/LC_MESSAGES/grader.mo", "assignment2/locale/zh_TW/LC_MESSAGES/grader.mo")
    assert [fault for fault in zips.problems(path) if "grader.mo is not in the allow-list" in fault]
