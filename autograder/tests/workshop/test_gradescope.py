"""Gradescope's side: the release zips, the harness played on them, the results' format, the front door."""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from course.written.questions import QUESTIONS
from course.written.sheet import criteria
from grader.marking import version
from grader.paths import AUTOGRADER, GRADED_FILES, ROOT, SOLUTION, STARTER
from gradescope import METADATA, SCHEMA, SCRIPTS, not_json
from workshop.release import zips as release

TASKS = json.loads((STARTER / "diffusion" / "tasks.json").read_text())
VERSION = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)[1]


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The four release zips, by name."""
    return {path.name: path for path in release.build(tmp_path_factory.mktemp("release"))}


# The harness


class Harness:
    """Gradescope's container at the point where a submission has come in."""

    def __init__(self, home: Path, zip_path: Path, submission: list[Path]):
        self.root = home / "autograder"
        source = self.root / "source"
        with zipfile.ZipFile(zip_path) as archive:
            for entry in archive.infolist():  # as unzip does, modes and all
                Path(archive.extract(entry, source)).chmod(stat.S_IMODE(entry.external_attr >> 16))
        shutil.copy(source / "run_autograder", self.root / "run_autograder")
        (self.root / "results").mkdir()
        (self.root / "submission").mkdir()
        for path in submission:
            shutil.copy(path, self.root / "submission" / path.name)
        (self.root / "submission_metadata.json").write_text(json.dumps(METADATA))

    def run(self, venv: str = sys.prefix) -> subprocess.CompletedProcess[str]:
        """Run `run_autograder` as the harness does, with this environment in the place of setup.sh's."""
        settings = {"AUTOGRADER_ROOT": str(self.root), "GRADER_VENV": venv, "PATH": os.environ["PATH"]}
        command = [str(self.root / "run_autograder")]
        return subprocess.run(command, cwd=self.root, env=settings, capture_output=True, text=True, timeout=600)

    def results(self) -> dict:
        """results.json, held against the schema and free of NaN."""
        text = (self.root / "results" / "results.json").read_text(encoding="utf-8")
        results = json.loads(text, parse_constant=not_json)
        jsonschema.validate(results, SCHEMA, jsonschema.Draft202012Validator)
        return results


def by_task(results: dict, key: str) -> dict[str, float]:
    """The sum of a field over the checks of each task; a check's number begins with its task's."""
    sums: dict[str, float] = {}
    for test in results["tests"]:
        task = ".".join(test["number"].split(".")[:2])
        sums[task] = sums.get(task, 0) + test[key]
    return sums


def points(n: int) -> dict[str, float]:
    """Each task's points in Assignment n, to the rounding of its checks' shares."""
    table = {row["task"]: row["points"] for row in TASKS if row["task"].startswith(f"{n}.")}
    return {task: pytest.approx(value, abs=0.01) for task, value in table.items()}


@pytest.fixture(scope="module", params=[1, 2])
def marked(request: pytest.FixtureRequest, zips: dict[str, Path], tmp_path_factory: pytest.TempPathFactory):
    """The solution, marked by Gradescope: the assignment's number, the harness and the finished process."""
    home = tmp_path_factory.mktemp(f"assignment{request.param}")
    zip_path = zips[f"assignment{request.param}-autograder.zip"]
    harness = Harness(home, zip_path, [SOLUTION / name for name in GRADED_FILES])
    return request.param, harness, harness.run()


def test_the_solution_gets_full_marks(marked):
    n, harness, done = marked
    assert done.returncode == 0, done.stdout + done.stderr
    results = harness.results()
    lost = [
        f"{test['number']} {test['name']}: {test['output']}"
        for test in results["tests"]
        if test["status"] != "passed" and test["output"] != "Not run: the GPU tier was not asked for."
    ]
    assert not lost
    assert by_task(results, "score") == points(n)
    assert results["score"] == pytest.approx(sum(row["points"] for row in TASKS if row["task"].startswith(f"{n}.")))


def test_the_results_say_which_release_gave_the_marks(marked, zips):
    """Its version and that of its checks, as its manifest has them, and as the repository itself would say."""
    n, harness, _ = marked
    made = manifest_of(zips[f"assignment{n}-autograder.zip"])
    stamp = harness.results()["extra_data"]["release"]
    assert stamp == {"version": made["version"], "checks": made["checks"]} == version.stamp(n)
    assert stamp["version"] == VERSION


def test_each_line_of_the_results_is_complete(marked):
    _, harness, _ = marked
    wanted = {
        "score",
        "max_score",
        "status",
        "name",
        "number",
        "output",
        "output_format",
        "tags",
        "visibility",
    }
    results = harness.results()
    assert results["tests"]
    assert {"score", "execution_time", "tests", "visibility", "stdout_visibility", "leaderboard"} <= set(results)
    for test in results["tests"]:
        assert wanted <= set(test), test["name"]
        assert test["visibility"] == "visible"  # one hidden check would hide a student's total


def test_nobody_else_can_read_what_was_marked(marked):
    _, harness, _ = marked
    if os.geteuid() != 0:
        pytest.skip("only root drops the uid")
    private = ["source", "submission", "results", "submission_metadata.json", "source/autograder/checks"]
    assert [name for name in private if (harness.root / name).stat().st_mode & 0o077] == []


@pytest.mark.parametrize("n", [1, 2])
def test_an_empty_submission_still_gets_every_line(n, zips, tmp_path):
    harness = Harness(tmp_path, zips[f"assignment{n}-autograder.zip"], [])
    assert harness.run().returncode == 0
    results = harness.results()
    assert results["score"] == 0
    assert set(by_task(results, "score").values()) == {0}
    assert by_task(results, "max_score") == points(n)


def test_without_its_environment_the_grader_takes_the_blame(zips, tmp_path):
    harness = Harness(tmp_path, zips["assignment1-autograder.zip"], [SOLUTION / name for name in GRADED_FILES])
    done = harness.run(venv=str(tmp_path / "no-such-environment"))
    results = harness.results()
    assert done.returncode == 2
    assert results["score"] == 0
    assert "a fault of the grader, not yours" in results["output"]


def test_a_grader_that_fails_leaves_its_own_results(zips, tmp_path):
    """A check that cannot be imported: the grader's own results stay, and the exit status says so."""
    harness = Harness(tmp_path, zips["assignment1-autograder.zip"], [SOLUTION / name for name in GRADED_FILES])
    (harness.root / "source/autograder/checks/assignment1/test_broken.py").write_text("import no_such_module\n")
    (harness.root / "source/autograder/course.toml").write_text('tier = "closed-form"\n')
    done = harness.run()
    results = harness.results()
    assert done.returncode == 2
    assert results["output"] != json.loads(fallback())["output"]
    assert "not your" in results["output"]


def fallback() -> str:
    """The JSON that run_autograder writes before anything else."""
    return re.search(r"<<'JSON'\n(.*?)\nJSON\n", SCRIPTS[1].read_text(), re.DOTALL)[1]


def test_the_schema_refuses_what_gradescope_would():
    good = {"score": 1.0, "tests": [{"score": 1, "number": "1.1", "output": "ok", "status": "passed"}]}
    jsonschema.validate(good, SCHEMA, jsonschema.Draft202012Validator)
    jsonschema.validate(json.loads(fallback()), SCHEMA, jsonschema.Draft202012Validator)
    bad = [
        {"tests": []},
        {"tests": [{"name": "without a score"}]},
        good | {"execution_time": "1.5"},
        good | {"visibility": "public"},
        good | {"stdout_visibility": True},
        good | {"grade": 1},
        good | {"tests": [{"score": 1, "status": "ok"}]},
        good | {"tests": [{"score": 1, "number": 1.1}]},
        good | {"tests": [{"score": 1, "output": "x" * 100_000}]},
        good | {"leaderboard": [{"name": "W2", "value": 1, "order": "up"}]},
    ]
    accepted = [each for each in bad if jsonschema.Draft202012Validator(SCHEMA).is_valid(each)]
    assert accepted == []
    with pytest.raises(ValueError, match="NaN"):
        json.loads('{"score": NaN}', parse_constant=not_json)


# The zips


def top_level(path: Path, below: str = "") -> set[str]:
    with zipfile.ZipFile(path) as archive:
        inside = [name.removeprefix(below) for name in archive.namelist() if name.startswith(below)]
    return {name.split("/")[0] for name in inside}


def test_the_zips_hold_what_they_should_at_their_top(zips):
    assert {name: release.problems(path) for name, path in zips.items()} == {name: [] for name in release.ZIPS}
    for n in (1, 2):
        graded = zips[f"assignment{n}-autograder.zip"]
        assert top_level(graded) == {
            *"setup.sh run_autograder Dockerfile requirements autograder starter assets MANIFEST.json".split()
        }
        rooms = {"oracle", "grader", "checks", "hosts"}
        assert top_level(graded, "autograder/") == {*rooms, "course.toml", "run_host"}
        assert f"assignment{n}" in top_level(graded, "autograder/checks/")
        assert f"assignment{3 - n}" not in top_level(graded, "autograder/checks/")
        assert top_level(zips[f"assignment{n}-student.zip"]) == {f"assignment{n}"}
    assert "test_assignment2.py" in top_level(zips["assignment2-student.zip"], "assignment2/tests/")
    assert "test_assignment2.py" not in top_level(zips["assignment1-student.zip"], "assignment1/tests/")


def test_the_same_tree_gives_the_same_bytes(tmp_path, monkeypatch):
    """Whatever the files' dates, modes and order on the disk are."""
    tree, glob = copied_tree(tmp_path), Path.glob
    before = bytes_of(release.build(tmp_path / "before", tree))
    for path in tree.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    monkeypatch.setattr(Path, "glob", lambda self, pattern: sorted(glob(self, pattern), reverse=True))
    assert bytes_of(release.build(tmp_path / "after", tree)) == before


def test_another_person_gets_the_same_bytes(zips, tmp_path):
    """Another locale, umask, time zone, hash seed, folder and zlib."""
    elsewhere = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TZ": "Asia/Taipei"}
    code = "import os, zlib; os.umask(0o77); zlib.compressobj = None\nfrom pathlib import Path\n"
    code += f"from workshop.release.zips import build; build(Path('mine'), Path({str(copied_tree(tmp_path))!r}))"
    environment = elsewhere | {"PYTHONPATH": str(AUTOGRADER), "PYTHONHASHSEED": "7", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-B", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine" / "SHA256SUMS").read_bytes() == (zips[release.ZIPS[0]].parent / "SHA256SUMS").read_bytes()
    assert bytes_of([tmp_path / "mine" / name for name in zips]) == bytes_of(list(zips.values()))


def test_the_checksums_are_those_of_the_zips(zips):
    """In the order of their names, as `sha256sum --check` reads them."""
    sums = bytes_of(list(zips.values()))
    lines = (zips[release.ZIPS[0]].parent / "SHA256SUMS").read_text()
    assert lines == "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def test_the_names_in_a_zip_are_in_the_order_of_code_points(zips):
    for path in zips.values():
        with zipfile.ZipFile(path) as archive:
            assert archive.namelist() == sorted(archive.namelist())


@pytest.mark.parametrize("n", [1, 2])
def test_a_manifest_lists_every_other_file_and_the_points(n, zips):
    path = zips[f"assignment{n}-autograder.zip"]
    made = manifest_of(path)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name != "MANIFEST.json"]
        assert made["files"] == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    assert (made["version"], made["assignment"]) == (VERSION, n)
    assert {**made["points"], **made["bonus"]} == points(n)
    assert sum(made["points"].values()) == 100


def test_a_student_gets_no_manifest_but_the_version(zips):
    """It stands in the starter's pyproject.toml, so that a student who asks can say which files are meant."""
    for n in (1, 2):
        with zipfile.ZipFile(zips[f"assignment{n}-student.zip"]) as archive:
            assert f"assignment{n}/MANIFEST.json" not in archive.namelist()
            assert f'\nversion = "{VERSION}"\n' in archive.read(f"assignment{n}/pyproject.toml").decode()


@pytest.mark.parametrize(
    "name, other",
    [
        ("autograder/checks/cases.py", True),
        ("autograder/oracle/steps.py", True),
        ("autograder/grader/files.py", True),
        ("autograder/grader/student/session.py", True),
        ("autograder/course/table.py", False),
        ("autograder/workshop/bench/bench.py", False),
        ("autograder/checks/assignment1/test_ddpm_step.py", True),
        ("autograder/checks/assignment2/test_score.py", False),
        ("starter/diffusion/tasks.json", True),
        ("autograder/grader/tasks.json", True),
        ("autograder/course.toml", False),  # a new line is no other decision
        ("starter/README.md", False),
        ("assets/image-bands.json", True),
        ("autograder/setup.sh", False),
        ("autograder/Dockerfile", False),
        ("autograder/hosts/marks.py", False),
    ],
)
def test_the_version_of_the_checks_changes_with_what_a_mark_depends_on(name, other, zips, tmp_path):
    tree = copied_tree(tmp_path)
    with (tree / name).open("a") as file:
        file.write("\n")
    changed = manifest_of(release.write(tmp_path / "assignment1-autograder.zip", tree))["checks"]
    assert (changed != manifest_of(zips["assignment1-autograder.zip"])["checks"]) == other


def test_a_tree_without_a_version_still_marks(tmp_path):
    """As the hostile corpus' copies are, or a zip whose manifest somebody broke."""
    assert version.number(tmp_path) == "unknown"
    for broken in ("", "{}", "[1]"):
        (tmp_path / "MANIFEST.json").write_text(broken)
        assert version.number(tmp_path) == "unknown"


def test_the_release_has_an_entry_in_the_changelog():
    """The newest first, each version once."""
    text = (AUTOGRADER / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)\b", text, re.MULTILINE)
    assert versions[0] == VERSION
    assert versions == sorted(set(versions), key=lambda each: [int(part) for part in each.split(".")], reverse=True)


def manifest_of(path: Path) -> dict:
    """What an autograder zip says about itself."""
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("MANIFEST.json"))


def bytes_of(paths: list[Path]) -> dict[str, str]:
    """A checksum of each zip, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def copied_tree(home: Path) -> Path:
    """A copy of what the zips are made from."""
    tree = home / "tree"
    for name in ("starter", "autograder", "assets"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns(".venv", "__pycache__", "corpus"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


ANSWER = "def steps(T, S):\n        tau  =  torch.arange(1, S+1) * T // S  # copied\n        return tau\n"
PLANTED = {
    "assignment1-student.zip": {
        "assignment1/sampler.py": ((SOLUTION / "sampler.py").read_text(), "the solution's answer to 2.8"),
        "assignment1/diffusion/copied.py": (ANSWER, "the solution's answer to 2.10"),
        "assignment1/README.md": ((SOLUTION / "DERIVATIONS.md").read_text(), "the solution's DERIVATIONS.md"),
        "assignment1/DERIVATIONS.md": ("ω₀", "not in the allow-list"),
        "assignment1/RUBRIC.md": ("W1", "not in the allow-list"),
        "assignment1/answers.md": ("", "not in the allow-list"),
        "assignment1/train.py": (criteria(QUESTIONS[6], "zh-TW"), "the solution's rubric of W7 (zh-TW)"),
        "assignment1/tests/test_assignment2.py": ("", "not in the allow-list"),
        "assignment1/.env": ("", "not in the allow-list"),
        "assignment1/.venv/bin/activate.py": ("", "not in the allow-list"),
        "assignment1/autograder/checks/cases.py": ("", "not in the allow-list"),
    },
    "assignment2-autograder.zip": {
        "solution/sampler.py": ("", "not in the allow-list"),
        "starter/score.py": ((SOLUTION / "score.py").read_text(), "the solution's answer to 2.6"),
        "autograder/oracle/copied.py": (ANSWER, "the solution's answer to 2.10"),
        "autograder/corpus/wheat/right.py": ("", "not in the allow-list"),
        "autograder/tests/test_harness.py": ("", "not in the allow-list"),
        "autograder/checks/assignment1/test_1.py": ("", "not in the allow-list"),
        "autograder/grader/__pycache__/wire.cpython-310.pyc": ("", "not in the allow-list"),
        "../starter/sampler.py": ("", "not in the allow-list"),
    },
}


@pytest.mark.parametrize("zip_name, name", [(each, name) for each in PLANTED for name in PLANTED[each]])
def test_what_must_not_leave_is_named(zip_name, name, zips, tmp_path):
    content, fault = PLANTED[zip_name][name]
    faults = release.problems(edited(zips[zip_name], tmp_path, {name: content}))
    assert any(each.startswith(name) and fault in each for each in faults), faults


@pytest.mark.parametrize(
    "zip_name, name",
    [
        ("assignment1-student.zip", "assignment1/score.py"),
        ("assignment2-student.zip", "assignment2/tests/test_assignment2.py"),
        ("assignment2-autograder.zip", "run_autograder"),
        ("assignment2-autograder.zip", "MANIFEST.json"),
        ("assignment2-autograder.zip", "requirements/py310.txt"),
        ("assignment1-autograder.zip", "starter/diffusion/tasks.json"),
    ],
)
def test_what_must_be_there_is_missed(zip_name, name, zips, tmp_path):
    assert release.problems(edited(zips[zip_name], tmp_path, {name: None})) == [f"{name} is missing"]


def test_a_script_that_cannot_be_run_is_named(zips, tmp_path):
    path = edited(zips["assignment1-autograder.zip"], tmp_path, {"run_autograder": "#!/bin/sh\n"})
    assert release.problems(path) == ["run_autograder is not executable"]


def edited(path: Path, home: Path, changes: dict[str, str | None]) -> Path:
    """A copy of a zip with files replaced or added, mode 0644, or left out (None)."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(home / path.name, "w") as new:
        for entry in old.infolist():
            if entry.filename not in changes:
                new.writestr(entry, old.read(entry))
        for name, content in changes.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            if content is not None:
                new.writestr(entry, content)
    return home / path.name


def test_a_release_with_an_answer_in_it_is_not_written(tmp_path):
    tree = copied_tree(tmp_path)
    shutil.copy(SOLUTION / "sampler.py", tree / "starter" / "sampler.py")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "SHA256SUMS").write_text("of an earlier release")
    with pytest.raises(release.ReleaseError, match=r"assignment1-student.zip: .*answer to 1\.1"):
        release.build(tmp_path / "out", tree)
    assert list((tmp_path / "out").iterdir()) == []


def test_links_and_stray_files_stay_at_home(tmp_path):
    tree = copied_tree(tmp_path)
    before = bytes_of(release.build(tmp_path / "before", tree))
    (tree / "starter" / "notes.txt").write_text("mine")
    (tree / "starter" / ".secret.py").write_text("mine")
    (tree / "starter" / "linked.py").symlink_to(SOLUTION / "sampler.py")
    assert bytes_of(release.build(tmp_path / "after", tree)) == before


# The scripts and the locks


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_scripts_are_sound(path):
    assert os.access(path, os.X_OK)
    checkers = [["bash", "-n"]] + ([["shellcheck"]] if shutil.which("shellcheck") else [])
    for checker in checkers:
        done = subprocess.run([*checker, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "python, sentence",
    [
        ("/no/such/python", "there is no /no/such/python"),
        ("stub", "there is no lock for Python 3.9.18"),
    ],
)
def test_setup_says_what_it_lacks(python, sentence, tmp_path):
    stub = tmp_path / "stub"
    stub.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.18 || echo 39\n')
    stub.chmod(0o755)
    python = str(stub) if python == "stub" else python
    settings = {"PATH": os.environ["PATH"], "GRADER_PYTHON": python, "GRADER_VENV": str(tmp_path / "venv")}
    done = subprocess.run(["bash", SCRIPTS[0]], env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(f"setup.sh: {sentence}")
    assert not (tmp_path / "venv").exists()


def test_the_locks_pin_every_dependency():
    locks = {name: (AUTOGRADER / name).read_text().splitlines() for name in release.LOCKS}
    listed = re.search(r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE)
    direct = {match[1].lower() for match in re.finditer(r'"([\w-]+)', listed[1])}
    assert {"torch", "numpy", "pytest", "hypothesis"} <= direct
    for name, lines in locks.items():
        assert all(re.fullmatch(r"[a-z0-9-]+==\d[\w.]*", line) for line in lines), name
        needed = direct - {"torchvision", "hypothesis", "pyyaml", "pillow"}  # no marking needs them
        needed -= set() if name.endswith("py310.txt") else {"tomli"}  # newer ones have their own
        assert needed <= {line.split("==")[0] for line in lines}, name
    apart = [{line for line in lines if not line.startswith(("exceptiongroup", "tomli"))} for lines in locks.values()]
    newest = apart.pop()  # Python 3.14, for which that numpy has no wheel
    assert all(each == apart[0] for each in apart)  # the same versions, so the same marks, on every Python
    assert {line.split("==")[0] for line in newest ^ apart[0]} == {"numpy"}


# The front door


def test_the_readme_has_the_table_of_tasks():
    text = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| (\d\.\d+) \| `(\S+)` \| `(\w+)` \| (\d+)( bonus)? \| (.+?) \|$", text, re.MULTILINE)
    wanted = [
        (
            row["task"],
            row["file"],
            row["function"],
            str(row["points"]),
            " bonus" if row.get("bonus") else "",
            row["title"],
        )
        for row in TASKS
    ]
    assert rows == wanted


def test_every_command_that_the_documents_name_is_a_target():
    """`make submission` and `make test T=` are the starter's; everything else is the root's."""
    targets = {ROOT: set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))}
    targets[STARTER] = set(re.search(r"^COMMANDS := (.*)", (STARTER / "Makefile").read_text(), re.MULTILINE)[1].split())
    documents = [ROOT / "README.md", AUTOGRADER / "README.md"]
    named = {
        each for path in documents for each in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(), re.MULTILINE)
    }
    assert {"grade", "test", "release"} <= named
    assert named - targets[ROOT] - targets[STARTER] == set()
    assert {"grade", "test", "solution-check", "release", "course", "lint", "bench", "help"} <= targets[ROOT]
    assert len((ROOT / "Makefile").read_text().splitlines()) <= 65
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200


def test_make_passes_a_submission_on_as_given():
    command = ["make", "--dry-run", "grade", "SUBMISSION=my hand-in.zip", "A=1", "OUT=somewhere"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # of `make test`
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    given = '-m course grade "my hand-in.zip" --assignment 1 --out "somewhere"'
    assert done.stdout.splitlines()[-1].endswith(given)


def test_make_says_that_a_python_is_too_old(tmp_path):
    """Before it makes an environment, which would stay in the way of a newer one."""
    old = tmp_path / "old"
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 9); exec(sys.argv[2])' \"$@\"\n"
    )
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    command = ["make", f"PYTHON={old}", "release"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and not (tmp_path / ".venv").exists()
    assert done.stderr.splitlines()[0] == "Python 3.10 or newer is needed: PYTHON=python3.12 names another one"
