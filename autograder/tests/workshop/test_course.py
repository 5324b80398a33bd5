"""A course of its own: course.toml without three tasks and re-weighed, in a copy of the tree, up to marks and zips."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from grader import course_file, tasks
from grader.paths import ROOT, SOLUTION
from grader.settings import Rules, Settings
from grader.tasks import KNOWN, TASKS
from workshop import regions
from workshop.__main__ import app
from workshop.release import given as release
from workshop.release import zips
from workshop.starter import dropped, handout_text, new_task, stubs
from workshop.starter.handout_text import render

NO_SCORES = {"2.4", "2.5", "2.6"}
FUNCTIONS = ("langevin_sample", "reverse_sde_step")  # annealed_langevin_sample holds the first
POINTS = {"2.1": 6, "2.2": 6, "2.3": 10, "2.7": 14, "2.8": 22, "2.9": 14, "2.10": 7, "2.11": 21, "2.12": 5}  # by hand


class Course:
    """A copy of the tree, whose commands are run."""

    def __init__(self, folder: Path):
        self.folder, self.file = folder, folder / "autograder" / "course.toml"
        for name in ("starter", "autograder", "solution"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns(".*_cache", "__pycache__", ".venv")
            )
        (folder / "assets").symlink_to(ROOT / "assets")
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, folder)

    def change(self, *pairs: tuple[str, str]) -> None:
        text = self.file.read_text("utf-8")
        for old, new in pairs:
            text, found = re.subn(old, new, text, flags=re.MULTILINE)
            assert found
        self.file.write_text(text, "utf-8")

    def run(self, *words: str, folder: str = "") -> subprocess.CompletedProcess:
        return self.python("-m", *words, folder=folder)

    def python(self, *words: str, folder: str = "") -> subprocess.CompletedProcess:
        where = {"cwd": self.folder / folder, "env": {**os.environ, "PYTHONPATH": str(self.folder / "autograder")}}
        return subprocess.run([sys.executable, *words], capture_output=True, text=True, **where)

    def marks(self, submission: Path, task: str = "") -> float:
        """In Assignment 2, of all tasks or of one."""
        out = self.folder / "out"
        words = f"course grade {submission} --assignment 2 --tier closed-form --out {out}".split()
        assert self.run(*words, *(["--task", task] if task else [])).returncode == 0
        return json.loads((out / "results.json").read_text())["score"]


@pytest.fixture(scope="module")
def no_scores(tmp_path_factory):
    """A course without 2.4 to 2.6, re-weighed, made anew: the course, and what `make course` said."""
    course = Course(tmp_path_factory.mktemp("course"))
    course.change((r"^2\.[456] = .*\n", ""), ("^reweigh = false", "reweigh = true"), ('^term = ""', 'term = "Spring"'))
    refused = course.run("workshop", "release", "--out", "out/release")
    assert (refused.returncode, refused.stdout.count("\n")) == (2, 1)
    assert re.match(r"No zip was made, as make course would change starter/score\.py, .*: type make", refused.stdout)
    done = course.run("workshop", "course")
    assert done.returncode == 0, done.stderr
    return course, done.stdout


def test_make_course_says_what_changed(no_scores):
    _, said = no_scores
    files = "score.py README.md README.zh-TW.md README.html README.zh-TW.html diffusion/tasks.json answers.md"
    wrote = [*(f"starter/{name}" for name in files.split()), "solution/RUBRIC.md", "starter/tests/causes.json"]
    assert sorted(said.split("\n")[:-1]) == sorted(f"wrote {name}" for name in [*wrote, "README.md"])


def test_the_repositorys_own_table_is_that_of_the_course(no_scores):
    course, _ = no_scores
    text = (course.folder / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| (2\.\d+) \| `\S+` \| `\w+` \| (\d+)(?: bonus)? \|", text, re.MULTILINE))
    assert rows == {task: str(points) for task, points in POINTS.items()}
    assert "Assignment 1 is worth 100 points. Assignment 2 is worth 100 points, and 5 of bonus.\n" in text


def test_the_handout_has_the_points_of_the_course_and_no_other_task(no_scores):
    course, _ = no_scores
    for name in handout_text.NAMES.values():
        text = (course.folder / "starter" / name).read_text("utf-8")
        rows = dict(re.findall(r"^\| (2\.\d+) \| `\w+` \| .+ \| `\w+\.py` \| \+?(\d+) \|$", text, re.MULTILINE))
        sections = dict(re.findall(r"^### (2\.\d+) .*\n`\w+\.py` · \+?(\d+) ", text, re.MULTILINE))
        assert rows == sections == {task: str(points) for task, points in POINTS.items()}
        assert "\nSpring\n" in text
        left = [line for line in text.splitlines() if "±" not in line and release.named(line) & NO_SCORES]
        assert not left  # a table of measurements has such numbers, too


def test_the_marks_are_whole(no_scores):
    course, _ = no_scores
    assert course.marks(SOLUTION) == 105 and course.marks(course.folder / "starter") == 0


def test_the_zips_name_no_dropped_task_and_pass_their_own_tests(no_scores, tmp_path):
    """The visible tests of what was released, on the solution with the functions of the dropped tasks taken out."""
    course, _ = no_scores
    done = course.run("workshop", "release", "--out", "out/release")
    assert done.returncode == 0, done.stdout
    assert "leaves room for the course's rules on discussion, ai, late_days" in done.stdout
    with zipfile.ZipFile(course.folder / "out/release/assignment2-student.zip") as archive:
        archive.extractall(tmp_path)
    texts = {path: path.read_text("utf-8") for path in tmp_path.rglob("*.py")}
    assert not [path for path, text in texts.items() if any(name in text for name in FUNCTIONS)]
    book = json.loads((tmp_path / "assignment2" / "assignment.ipynb").read_text("utf-8"))
    cells = "\n".join("".join(cell["source"]) for cell in book["cells"])
    assert release.named(cells) == KNOWN - NO_SCORES and 'draw("langevin")' not in cells
    home = tmp_path / "assignment2"
    asked = re.findall(r"^## (W\d+) ", (home / "answers.md").read_text("utf-8"), re.MULTILINE)
    assert asked == [f"W{n}" for n in range(1, 15) if n != 3]  # the question of 2.4
    assert "has 13 questions of the lecture" in (home / "README.md").read_text("utf-8")
    kept = [task for task in TASKS if task.task not in NO_SCORES]
    for name in ("sampler.py", "score.py"):
        text = dropped.without((SOLUTION / name).read_text("utf-8"), name, kept)
        (home / name).write_text(
            "".join(line.text + "\n" for line in regions.lines(text) if line.kind != "stub"), "utf-8"
        )
    done = course.run("pytest", "-q", folder=str(home))
    assert done.returncode == 0 and "Assignment 2: 100 of 100 points so far, and 5 of bonus" in done.stdout


DECLARED = """
from workshop.trust import corpus, mutations
print(*{number for kind in ("chaff", "hostile") for case in corpus.cases(kind) for number in case.loses})
print(*{mutant.task for mutant in mutations.mutants("score.py")})
"""


def test_the_corpora_declare_nothing_of_a_dropped_task(no_scores):
    course, _ = no_scores
    done = course.python("-c", DECLARED)
    lost, mutated = (set(map(tasks.task_of, line.split())) for line in done.stdout.splitlines())
    assert mutated == {"2.1", "2.2", "2.3"}
    assert lost == mutated | {task.task for task in TASKS if task.file == "sampler.py"}


def test_what_is_public_gives_no_answer_away(tmp_path):
    """No file has an answer, a hidden check or anything from the corpora; and its own tests run."""
    out = tmp_path / "public"
    run = CliRunner().invoke(app, ["public", "--out", str(out)])
    assert run.exit_code == 0, run.output
    files = [path for path in out.rglob("*") if path.is_file()]
    texts = {path.relative_to(out).as_posix(): path.read_bytes().decode(errors="replace") for path in files}
    answers = zips.solution()
    assert len(answers) == len(TASKS) + 4 + 2 * 14  # the solution's four files, a rubric in two languages
    assert not [
        (name, what) for name, text in texts.items() for what in answers if answers[what] in zips.squeezed(text)
    ]
    assert not {name for name in texts if re.search(r"causes\.json|oracle|checks|corpus|autograder", name)}
    rubric = {line[2:] for line in (SOLUTION / "RUBRIC.md").read_text("utf-8").splitlines() if line.startswith("* ")}
    assert len(rubric) > 100 and not [(name, line) for name, text in texts.items() for line in rubric if line in text]
    assert "## W14 (3 points" in texts["answers.md"]
    hidden = [*(ROOT / "autograder" / "checks").rglob("test_*.py"), *(ROOT / "autograder" / "corpus").rglob("*.py")]
    claims = {line for path in hidden for line in path.read_text("utf-8").splitlines() if len(line) > 60}
    shown = {line for text in texts.values() for line in text.splitlines()}
    assert len(claims) > 1000 and not {
        line for line in claims & shown if not line.startswith(("from ", "import ", "def "))
    }
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=out, capture_output=True, text=True)
    assert done.returncode == 0 and "0 of 100 points so far" in done.stdout
    again = CliRunner().invoke(app, ["public", "--out", str(out)])
    assert again.exit_code == 2 and "is not an empty folder" in again.output


# Assignment 1 alone, in Chinese, without the trained network


@pytest.fixture(scope="module")
def first_alone(tmp_path_factory):
    """Such a course, made anew and released: the course, and the student's folder."""
    course = Course(tmp_path_factory.mktemp("first"))
    course.change(
        (r"^2\.\d+ = .*\n", ""),
        (r"^bonus = .*", "bonus = []"),
        (r"^languages = .*", 'languages = ["zh-TW"]'),
        ('^tier = "cpu"', 'tier = "closed-form"'),
        ('^zip = ""', 'zip = "https://example.edu/a/assignment{assignment}-student.zip"'),
    )
    for words in (("course",), ("release", "--out", "out/release")):
        done = course.run("workshop", *words)
        assert done.returncode == 0, done.stdout + done.stderr
    released = course.folder / "out" / "release"
    assert sorted(path.name for path in released.glob("*.zip")) == [
        "assignment1-autograder.zip",
        "assignment1-student.zip",
    ]
    with zipfile.ZipFile(released / "assignment1-student.zip") as archive:
        archive.extractall(released)
    return course, released / "assignment1"


def test_make_course_takes_away_the_handout_in_a_language_that_the_course_does_not_have(first_alone):
    course, _ = first_alone
    starter = course.folder / "starter"
    assert sorted(path.name for path in starter.glob("README*")) == ["README.zh-TW.html", "README.zh-TW.md"]
    assert (starter / "assignment.ipynb").is_file()  # by hand, and what the Chinese one is made of


def test_a_student_of_assignment_1_alone_sees_nothing_of_2(first_alone):
    """No module, cell, test or handout has a function of it; a handout in English is not there."""
    _, home = first_alone
    later = [row for row in tasks.ROWS if row.assignment == 2]
    texts = {
        path.relative_to(home).as_posix(): path for path in home.rglob("*") if path.suffix in (".py", ".md", ".ipynb")
    }
    assert "README.zh-TW.md" in texts and "README.md" not in texts and not (home / "explorer").exists()
    tools = {"sample.py", "train.py"}  # which can do more than this course asks for
    for name, path in texts.items():
        if name not in tools and not name.startswith("assets/"):
            text = path.read_text("utf-8")
            assert not [row.function for row in later if re.search(rf"\b{row.function}\b", text)], name
            assert not re.search(r"(T=|TODO |task )2\.\d", text), name
    others = {name: (home / name).read_text("utf-8") for name in ("pyproject.toml", "diffusion/paper_table.json")}
    for name, text in [*others.items(), *((name, release.words(texts[name].read_text("utf-8"))) for name in tools)]:
        assert not re.search(r"(task |example |\()2\.\d", text), name
    assert "assignment.ipynb" not in texts
    assert "the TODOs in `sampler.py`, and\n" in (told := texts["AGENTS.md"].read_text("utf-8"))
    assert "`README.zh-TW.md` is the handout" in told and "score.py" not in told
    book = texts["assignment.zh-TW.ipynb"].read_text("utf-8")
    cells = json.loads(book)["cells"]
    assert 'ZIP = "https://example.edu/a/assignment1-student.zip"  #' in "".join(cells[1]["source"])
    assert '"2.11"' not in book and "## 1. DDPM：noise" in book
    assert re.findall(r"## (\d)\. ", book) == ["1", "2"]  # the first chapter, and how to hand in
    assert (home / "README.zh-TW.md").read_text("utf-8").startswith("# 從 DDPM 到 DDIM：作業一\n")


def test_a_student_of_assignment_1_alone_can_work(first_alone):
    """The visible tests pass on the solution, the commands that are left are named, and figures are drawn."""
    course, home = first_alone
    done = course.run("pytest", "-q", folder=str(home))
    assert done.returncode == 0 and "作業 1：目前 0 分，滿分 100 分" in done.stdout and "作業 2" not in done.stdout
    kept = [task for task in TASKS if task.assignment == 1]
    text = dropped.without((SOLUTION / "sampler.py").read_text("utf-8"), "sampler.py", kept)
    solved = "".join(line.text + "\n" for line in regions.lines(text) if line.kind != "stub")
    (home / "sampler.py").write_text(solved, "utf-8")
    done = course.run("pytest", "-q", folder=str(home))
    assert done.returncode == 0 and "作業 1：目前 100 分，滿分 100 分" in done.stdout
    done = course.python("assignment.py", folder=str(home))
    assert re.findall(r"^(\w+)  ", done.stdout, re.MULTILINE) == "test submission figures measure train sample".split()
    assert not re.search(r"A=2|LOSS=|ETA=|step_grid|DDIM", done.stdout)  # what only Assignment 2 has
    done = course.python("figures.py", "--only", "2", folder=str(home))
    assert done.stderr == "figures.py: 沒有圖 2；有的是 1, 11\n"
    done = course.python("figures.py", "--only", "1", folder=str(home))
    assert done.returncode == 0 and done.stdout.endswith("1-noising.png: 加噪：一次跳躍，資料就被淹沒\n")
    out = course.folder / "out" / "marked"
    words = f"course grade {home} --assignment 1 --out {out}"
    assert course.run(*words.split()).returncode == 0
    results = json.loads((out / "results.json").read_text())
    assert results["score"] == 100 and not [test for test in results["tests"] if test["number"].startswith("1.6.7")]
    both = course.folder / "out" / "both"
    done = course.run(*f"course grade {home} --out {both}".split())
    assert done.returncode == 0 and [path.parent.name for path in both.rglob("results.json")] == ["1"]
    done = course.run(*f"course grade {home} --assignment 2 --out {both}".split())
    assert (done.returncode, done.stdout.count("\n")) == (2, 1) and "This course has no Assignment 2;" in done.stdout


# A task of its own

NEW = "new-task --task 2.13 --name forward_sde_step --file score.py --title".split()
TITLE = "one step of the forward SDE"
WRITE_CASE = """
import sys
from pathlib import Path
from workshop.trust import corpus
case = corpus.load(Path("autograder/corpus/chaff/forward_sde_step_doubled.py"))
for name, data in case.submission.files.items():
    Path(sys.argv[1], name).write_bytes(data)
print(*case.loses)
"""


def example(folder: Path) -> None:
    """What the manual says to write into each place of the new task."""
    text = (ROOT / "autograder" / "README.md").read_text("utf-8").split("```diff\n")[1].split("```")[0]
    for place in text.split("--- ")[1:]:
        name, _, changes = place.partition("\n")
        path = folder / name
        for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", changes, re.MULTILINE):
            old, new = (re.sub(r"^.", "", lines, flags=re.MULTILINE).rstrip("\n") for lines in (old, new))
            source = path.read_text("utf-8")
            assert source.count(old) == 1, (name, old)
            path.write_text(source.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def longer(tmp_path_factory):
    """A course with a task more."""
    course = Course(tmp_path_factory.mktemp("longer"))
    done = course.run("workshop", *NEW, TITLE)
    assert done.returncode == 0 and done.stdout.count("\nwrote ") == 8
    return course


@pytest.mark.parametrize("written", [False, True], ids=["as laid down", "as in the manual"])
def test_a_new_task_is_marked_and_shown(longer, tmp_path, written):
    if written:
        example(longer.folder)
    done = longer.python("-c", "from workshop.starter import stubs; print(*stubs.write())")
    assert "README.md" in done.stdout, done.stderr
    assert longer.marks(longer.folder / "solution", "2.13") == 5
    done = longer.python("-c", WRITE_CASE, str(tmp_path))
    assert done.stdout.split() == ["2.13.1"] and longer.marks(tmp_path, "2.13") == 0
    home = tmp_path / "starter"
    shutil.copytree(longer.folder / "starter", home)
    assert (
        "| 2.13 | `forward_sde_step` | one step of the forward SDE | `score.py` | +5 |"
        in (home / "README.md").read_text()
    )
    shutil.copy(longer.folder / "solution" / "score.py", home)
    done = longer.run("pytest", "-q", "--task", "2.13", folder=str(home))
    assert done.returncode == 0 and "2.13  forward_sde_step" in done.stdout


@pytest.mark.parametrize(
    "change, said",
    [
        ({"--task": "2.14"}, "T=2.14 is not the next task: give T=2.13."),
        ({"--name": "ddim_step"}, "NAME=ddim_step is no new name of a function, as forward_sde_step is."),
        ({"--file": "sde.py"}, "FILE=sde.py is none of sampler.py, score.py."),
        ({"--title": 'a "b"'}, "is not a few words without a quotation mark or a backslash."),
    ],
)
def test_a_task_that_cannot_be_laid_down_is_one_sentence(change, said):
    words = dict(zip(NEW[1::2], [*NEW[2::2], TITLE])) | change
    done = CliRunner().invoke(app, [NEW[0], *(word for pair in words.items() for word in pair)])
    assert (
        done.exit_code == 2
        and done.output.startswith("Nothing was written: ")
        and said in done.output.replace("\n", " ")
    )


@pytest.mark.parametrize(
    "text, bonus",
    [
        ('bonus = ["2.12"]\n[points]\n2.12 = 5\n', ["2.12", "2.13"]),
        ("bonus = []\n[points] # all\n2.12 = 5\n[rules]\n", ["2.13"]),
        ('bonus = [\n  "2.12",\n]\n[points]\n', ["2.12", "2.13"]),
        ('title = "x"\n[points]\n2.12 = 5\n', ["2.12", "2.13"]),
    ],
    ids=["as shipped", "no bonus", "on lines", "not said"],
)
def test_a_new_task_is_a_bonus_in_whatever_way_the_course_says_which_are(text, bonus, tmp_path):
    (file := tmp_path / "course.toml").write_text(text)
    file.write_text(new_task.with_bonus(text, course_file.read(file).get("bonus", tasks.BONUS), "2.13"))
    decided = course_file.read(file)
    assert decided["bonus"] == bonus and decided["points"]["2.13"] == new_task.POINTS


# Each part, alone


def test_a_function_that_the_course_fills_in_is_no_answer_that_leaks(tmp_path, monkeypatch):
    """Without 2.4, which 2.5 calls: a release with its answer is refused only where 2.4 is given."""
    kept = [task for task in TASKS if task.task != "2.4"]
    filled = stubs.stub_out(dropped.without((SOLUTION / "score.py").read_text("utf-8"), "score.py", kept), "score.py")
    path = zips.write(tmp_path / "assignment2-student.zip", ROOT)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()} | {"assignment2/score.py": filled.encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    assert zips.problems(path) == ["assignment2/score.py holds the solution's answer to 2.4"]
    monkeypatch.setattr(zips, "TASKS", kept)
    assert zips.problems(path) == []


def test_a_text_keeps_what_is_given():
    lines = "# A\n\n## 1\n\n### 1.1 x\ntext 1.1\n\n## 2\nat 2\n\n### 2.4 y\n\n#### more\n\n| 2.4 | a |\n| 2.10 | b |\n"
    kept = handout_text._without(lines.splitlines(keepends=True), {"2.4"})
    assert "".join(kept) == "# A\n\n## 1\n\n### 1.1 x\ntext 1.1\n\n## 2\nat 2\n\n"
    kept = handout_text._without(lines.splitlines(keepends=True), {"1.1"})
    assert "".join(kept).startswith("# A\n\n## 2\nat 2\n\n### 2.4 y\n")


@pytest.mark.parametrize(
    "rules, said",
    [
        ({}, ["* **Discussion, AI assistants, late days:** *[the course writes its rules here]*"]),
        ({"late_days": "Three."}, ["* **Late days:** Three.", "* **Discussion, AI assistants:** *[the course"]),
        ({"ai": "free"}, ["* **AI assistants:** allowed. Say in a comment", "* **Discussion, late days:** *[the"]),
        ({"ai": {"en": "Ask.", "zh-TW": "問。"}, "discussion": "a", "late_days": "b"}, ["* **Discussion:** a"]),
    ],
)
def test_the_rules_are_those_of_the_course(rules, said):
    text = render("en", Settings(rules=Rules(**rules)), TASKS)
    for line in said:
        assert f"\n{line}" in text
    assert ("writes its rules here" in text) == (len(rules) < 3)


@pytest.mark.parametrize(
    "ai, said, never",
    [
        ("", "it has not written one, so explain and ask", "So please do not help"),
        ("explain", "So you may\n\n* explain the lecture", "So please do not help"),
        ("none", "can be asked: Write to us.", "So you may"),
        ("free", "So you may help with everything.", "Please do not"),
        (
            {"en": "On Mondays.", "zh-TW": "週一。"},
            "The course's rule on AI assistants: On Mondays.\n\nPlease keep",
            "So",
        ),
    ],
)
def test_what_assistants_are_told_is_the_rule_of_the_course(ai, said, never):
    text = handout_text.for_assistants(Settings(rules=Rules(ai=ai), contact="Write to us."), TASKS)
    assert said in text and never not in text and not text.endswith("\n\n")


@pytest.mark.parametrize(
    "numbers, said",
    [
        (KNOWN, "Those of 1.4 (the first), 1.5 (the first), 2.6 and 2.7\n"),
        (KNOWN - {"2.6"}, "Those of 1.4 (the first), 1.5 (the first) and 2.7\n"),
        ({"2.7"}, "Those of 2.7\n"),
    ],
)
def test_a_list_of_tasks_has_those_that_are_given(numbers, said):
    assert said in render("en", Settings(), [task for task in TASKS if task.task in numbers])


def test_what_a_course_says_of_itself_is_under_the_title():
    decided = Settings(title="Noise", term="Spring", contact="Ask.", links={"forum": "https://forum.example.edu"})
    english = render("en", decided, TASKS)
    assert english.startswith("# Noise: Assignments 1 and 2\n")
    assert "\nSpring\n\nAsk.\n\n[forum](https://forum.example.edu)\n\n## What" in english
    assert "README.zh-TW" in english and "README.zh-TW" not in render("en", Settings(languages=["en"]), TASKS)


@pytest.mark.parametrize(
    "given_, filled",
    [
        (KNOWN, set()),
        (KNOWN - {"2.4"}, {"2.4"}),  # 2.5 calls it
        (KNOWN - {"2.4", "2.5"}, set()),
        (KNOWN - {"2.7", "2.8"}, {"2.7", "2.8"}),
        ({"2.7"}, {f"1.{n}" for n in range(1, 7)}),  # Assignment 2 goes on where 1 stopped
        ({"1.6"}, {"1.2", "1.4", "1.5"}),
    ],
)
def test_what_a_given_task_calls_is_filled_in(given_, filled):
    kept = [task for task in TASKS if task.task in given_]
    assert dropped.filled_in(kept) == filled
    for name in ("sampler.py", "score.py"):
        text = stubs.stub_out(dropped.without((SOLUTION / name).read_text("utf-8"), name, kept), name)
        here = [task for task in TASKS if task.file == name]
        assert re.findall(r"^def (\w+)", text, re.MULTILINE) == [
            task.function for task in here if task.task in given_ | filled
        ]
        assert re.findall(r"raise NotImplementedError\(\"TODO ([\d.]+):", text) == [
            task.task for task in here if task.task in given_
        ]


TABLES = st.lists(st.integers(1, 10_000), min_size=6, max_size=6)


@given(TABLES, TABLES)
def test_reweighed_points_are_whole_and_sum_to_100(first, second):
    points = {
        f"{n}.{k}": hundredths / 100 for n, row in ((1, first), (2, second)) for k, hundredths in enumerate(row, 1)
    }
    found = tasks.given({"points": points, "bonus": ["1.6"], "reweigh": True})
    for assignment in (1, 2):
        counted = [task.points for task in found if task.assignment == assignment and not task.bonus]
        assert sum(counted) == 100 and all(each == int(each) for each in counted)
    assert next(task.points for task in found if task.bonus) == points["1.6"]
