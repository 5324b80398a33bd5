"""A student's laptop: one entry with and without make, pins, odd folders and consoles, torch without NumPy."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement

from grader.paths import AUTOGRADER, GRADED_FILES, SOLUTION, STARTER

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    import assignment
    from diffusion import console, environment

PYPROJECT = tomllib.loads((STARTER / "pyproject.toml").read_text("utf-8"))
BASE = [Requirement(each) for each in PYPROJECT["project"]["dependencies"]]
IMAGES = [Requirement(each) for each in PYPROJECT["project"]["optional-dependencies"]["images"]]
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "MAKE", "COLUMNS"))}
ENVIRONMENT |= {"PIP_REQUIRE_VIRTUALENV": "1", "PIP_NO_INDEX": "1"}  # no test installs anything, whatever is broken
FOLDER = "課程 作業 (1)"
# torch as it is where it was built for another NumPy: it looks for NumPy once, and does not find it
NO_NUMPY = """
import sys, warnings
warnings.simplefilter("ignore")
sys.modules["numpy"] = None
import torch
try:
    torch.zeros(1).numpy()
except RuntimeError:
    del sys.modules["numpy"]
"""


def run(*command, folder, encoding="utf-8", **more):
    """A command in a folder: its exit code and all that it said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
    )
    return SimpleNamespace(code=done.returncode, text=done.stdout.decode(encoding))


@pytest.fixture
def student(tmp_path):
    """student(change): the solution's files, their text changed, in a folder with spaces and CJK in its name."""

    def _student(change=lambda text: text):
        tree = tmp_path / FOLDER / "assignment2"
        shutil.copytree(STARTER, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "runs", "data", "figures"))
        (tree / "assets").symlink_to(STARTER.parent / "assets")
        for name in GRADED_FILES:
            (tree / name).write_text(change((SOLUTION / name).read_text("utf-8")), "utf-8")
        return tree

    return _student


# The entry, with and without make


def test_make_alone_lists_every_command_and_what_it_does():
    listed = run("make", folder=STARTER)
    assert listed.code == 0
    for same in (["make", "help"], [sys.executable, "assignment.py"], [sys.executable, "-m", "assignment", "help"]):
        assert run(*same, folder=STARTER).text == listed.text
    assert re.findall(r"^([a-z]+) {2,}\S.{10,}$", listed.text, re.MULTILINE) == list(assignment.COMMANDS)
    makefile = (STARTER / "Makefile").read_text("utf-8")
    assert re.search(r"^COMMANDS := (.*)", makefile, re.MULTILINE)[1].split() == ["help", *assignment.COMMANDS]


def test_make_hands_on_what_was_typed_and_nothing_else():
    """Whatever else the environment holds."""
    stray = {"S": "3", "ETA": "x", "T": "1.1", "A": "1", "DATA": "/data", "DDPM": "1"}
    said = run("make", "--dry-run", "PYTHON=/my python", "sample", "DATA=moons", "S=50", folder=STARTER, **stray).text
    start = '"/my python" assignment.py sample '
    assert said.startswith(start) and sorted(said.removeprefix(start).replace("\\ ", "_").split()) == [
        "DATA=moons",
        "PYTHON=/my_python",
        "S=50",
    ]


@pytest.mark.parametrize(
    "typed, options",
    {
        "test": "-q",
        "test T=2.8 A=2 PYTHON=python3.12": "-q --task 2.8 --assignment 2",
        "submission": "",
        "measure N=small_steps": "--only small_steps",
        "train DATA=swissroll LOSS=score": "--data swissroll --loss score",
        "sample DATA=moons S=50 ETA=0.5": "--data moons --steps 50 --eta 0.5",
        "sample DDPM=1": "--ddpm",
        "sample DDPM= S=": "",
    }.items(),
)
def test_what_the_words_of_a_command_stand_for(typed, options):
    name, *words = typed.split()
    assert assignment.options_of(name, words) == options.split()


@pytest.mark.parametrize(
    "typed, said",
    {
        "tset": "there is no command tset; there are help, test, ",
        "test T": "test does not know T; it takes T=, A=",
        "test X=3": "test does not know X=3; it takes T=, A=",
        "figures N=4": "figures does not know N=4; it takes no such word",
    }.items(),
)
def test_what_was_mistyped_is_one_sentence(typed, said):
    done = run(sys.executable, "assignment.py", *typed.split(), folder=STARTER)
    assert done.code == 1 and done.text.startswith(f"assignment.py: {said}") and done.text.count("\n") == 1


def test_the_exit_code_of_a_command_is_its_own(student):
    """0 where all is done, 1 where an answer is wrong, pytest's 4 where there is no such task."""
    tree = student()
    (tree / "tests" / "test_assignment1.py").write_text("def test_it():\n    assert False\n")
    codes = [run(sys.executable, "assignment.py", "test", each, folder=tree).code for each in ("T=2.1", "A=1", "T=9.9")]
    assert codes == [0, 5, 4]  # 5: a test of no task is none of Assignment 1's


def test_another_command_runs_in_the_same_way(student):
    tree = student()
    done = run(sys.executable, str(tree / "assignment.py"), "measure", "N=forward_chain", folder=tree.parent)
    assert done.code == 0 and "runs/measure/forward_chain.csv" in done.text, done.text
    assert (tree / "runs" / "measure" / "forward_chain.csv").is_file()


# The environment


def test_a_command_goes_into_its_own_environment(student):
    """From a Python without the packages, in a folder with spaces and CJK in its name, on a console of cp950."""
    tree = student(lambda text: text.replace("omega_t = (radicand", "omega_t = -(radicand"))
    bare = Path(sys._base_executable)
    subprocess.run([bare, "-m", "venv", "--without-pip", tree / ".venv"], check=True, env=ENVIRONMENT)
    inside = run(tree / ".venv/bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=tree)
    Path(inside.text.strip(), "all.pth").write_text(sysconfig.get_path("purelib"))
    more = {"PYTHONIOENCODING": "cp950", "COLUMNS": "80"}
    done = run("make", "test", "T=2.8", f"PYTHON={bare}", folder=tree, encoding="cp950", **more)
    assert done.code == 2 and "Traceback" not in done.text and "\\u" not in done.text
    assert re.search(r"^  x  2\.8  ddim_coefficients +18  wrong$", done.text, re.MULTILINE), done.text
    assert "ω_t is the positive root of σ_t^2 + ω_t^2 (1 - alpha_bar_t) = 1 - alpha_bar_prev" in " ".join(
        done.text.split()
    )


def no_package(name):
    raise importlib.metadata.PackageNotFoundError(name)


@pytest.fixture
def steps(monkeypatch):
    """The commands that an installation runs; all of them go well, and bring nothing where `fails`."""
    ran = []
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    monkeypatch.setattr(environment, "missing", lambda packages: [] if ran else list(packages))
    monkeypatch.setattr(environment.metadata, "version", no_package)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(
        environment.subprocess, "run", lambda command, cwd: ran.append(command[1:]) or SimpleNamespace(returncode=0)
    )
    monkeypatch.setattr(environment.util, "find_spec", lambda name: name)
    return ran


PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
INDEX = PYPROJECT["tool"]["uv"]["index"][0]["url"]


def named(requirements, *names):
    return [str(each) for each in requirements if each.name in names]


def test_on_linux_torch_comes_from_the_index_for_the_cpu_before_all_else(steps):
    environment.install(environment.BASE)
    first, second = steps
    assert first[:8] == [*PIP, "--no-deps", "--index-url", INDEX] and second == [*PIP, "."]
    assert sorted(map(Requirement, first[8:]), key=str) == sorted(map(Requirement, named(BASE, "torch")), key=str)


def test_pictures_need_more(steps):
    environment.install(environment.IMAGES)
    assert {Requirement(each).name for each in steps[0][8:]} == {"torch", "torchvision"}
    assert steps[1] == [*PIP, ".[images]"]


@pytest.mark.parametrize("case", ["empty index", "macOS", "a torch with CUDA is there"])
def test_elsewhere_all_comes_from_pip_s_own_index(steps, monkeypatch, case):
    if case == "empty index":
        monkeypatch.setenv("TORCH_INDEX", "")
    elif case == "macOS":
        monkeypatch.setattr(environment.sys, "platform", "darwin")
    else:
        monkeypatch.setattr(environment.metadata, "version", lambda name: "2.13.0")
    environment.install(environment.IMAGES)
    assert steps == [[*PIP, ".[images]"]]


def test_an_environment_of_uv_s_is_completed_by_uv(steps, monkeypatch):
    monkeypatch.setattr(environment.util, "find_spec", lambda name: None)
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/bin/{name}")
    environment.install(environment.IMAGES)
    assert steps == [["sync", "--inexact", "--extra", "images"]]
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    with pytest.raises(environment.Refused, match="has no pip, and there is no uv; delete the folder .venv"):
        environment.install(environment.IMAGES)


def test_packages_that_cannot_be_had_are_one_sentence(steps, monkeypatch):
    monkeypatch.setattr(environment, "missing", list)
    monkeypatch.setenv("TORCH_INDEX", "file:///nowhere")
    with pytest.raises(environment.Refused, match="says why; PyTorch was looked for in file:///nowhere, TORCH_INDEX"):
        environment.install(environment.BASE)
    assert len(steps) == 2


def test_a_python_that_pytorch_is_not_built_for_is_refused(monkeypatch, tmp_path):
    oldest, newest = environment.OLDEST, (3, environment.NEWEST[1] + 1)
    assert PYPROJECT["project"]["requires-python"] == f">={environment.dotted(oldest)},<{environment.dotted(newest)}"
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "VENV_PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(environment.sys, "version_info", (3, 15, 0))
    with pytest.raises(
        environment.Refused, match="no PyTorch for Python 3.15 yet, only to 3.14; call another one: make"
    ):
        environment.again_in_venv("test")
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    "there, missing",
    {
        "torch 2.2.2, numpy 1.26.4, pytest 8.0.0": [],
        "torch 1.13.0a0+git1, numpy 1.24.2, pytest 7.2.1": ["torch", "pytest"],
        "torch 2.14.1+cu130, numpy 2.4.6": ["pytest"],
    }.items(),
)
def test_packages_that_are_there_have_to_be_new_enough(monkeypatch, there, missing):
    versions = dict(each.split() for each in there.split(", "))
    monkeypatch.setattr(environment.metadata, "version", lambda name: versions.get(name) or no_package(name))
    assert environment.missing(environment.BASE) == missing


def test_an_environment_of_another_machine_is_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "pyvenv.cfg").touch()
    (tmp_path / "python").write_text("of another machine")
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "VENV_PYTHON", tmp_path / "python")
    with pytest.raises(environment.Refused, match=r"does not run here \(.+\); delete the folder"):
        environment.again_in_venv("test")


# The versions


def test_every_package_has_one_version_and_what_they_need_is_among_them():
    """pip and uv have nothing left to choose. What is installed here says what each of them needs."""
    pinned = {each.name.lower() for each in [*BASE, *IMAGES]}
    assert all(re.fullmatch(r"==[\d.]+", str(each.specifier)) for each in [*BASE, *IMAGES])
    for name in pinned:
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # of another platform or Python
            continue
        for need in map(Requirement, needs):
            here = need.marker is None or need.marker.evaluate({"extra": "", "sys_platform": "darwin"})
            if here and not re.match("nvidia|cuda|triton|torch-c-dlpack", need.name):
                assert need.name.lower().replace("_", "-") in pinned, f"{name} needs {need}"


def test_a_student_has_the_grader_s_versions():
    for lock in (AUTOGRADER / "requirements").glob("py3*.txt"):
        here = {"python_version": f"3.{lock.stem[3:]}", "python_full_version": f"3.{lock.stem[3:]}.0"}
        graders = dict(line.split("==") for line in lock.read_text("utf-8").split())
        shared = [each for each in [*BASE, *IMAGES] if each.name in graders]
        shared = [each for each in shared if each.marker is None or each.marker.evaluate(here)]
        assert {"torch", "numpy", "pytest"} <= {each.name for each in shared}
        assert {each.name: str(each.specifier) for each in shared} == {
            each.name: f"=={graders[each.name]}" for each in shared
        }


def test_what_a_command_needs_is_what_is_pinned_for_it():
    direct = [each.name for each in BASE[: [each.name for each in BASE].index("pytest") + 1]]
    assert set(direct) == set(environment.BASE)
    assert {each.name for each in IMAGES[:6]} == set(environment.IMAGES) - set(environment.BASE)


def test_torch_comes_from_the_index_that_the_grader_has_it_from():
    setup = (AUTOGRADER / "setup.sh").read_text("utf-8")
    assert environment.torch_index() in ("", INDEX) and f"TORCH_INDEX-{INDEX}}}" in setup
    uv = PYPROJECT["tool"]["uv"]
    assert {name: rows[0]["index"] for name, rows in uv["sources"].items()} == dict.fromkeys(
        ("torch", "torchvision"), uv["index"][0]["name"]
    )


# Consoles


def test_every_letter_that_is_printed_can_be_spelt():
    """In ASCII, so on any console: none of the provided files has a letter that would become a question mark."""
    texts = [path.read_text("utf-8") for path in STARTER.rglob("*.py")]
    texts += [(STARTER / name).read_text("utf-8") for name in ("tests/causes.json", "diffusion/tasks.json")]
    letters = {letter for text in texts for letter in text if not letter.isascii()}
    assert {"ᾱ", "✓", "░", "η"} <= letters
    assert {letter: console._letter(letter) for letter in letters if "?" in console._letter(letter)} == {}
    assert all(console._letter(letter).isascii() for letter in letters)


def test_every_command_spells_what_the_console_lacks():
    """Each file that is run calls spell_out before it says a word."""
    for path in [*STARTER.glob("*.py"), STARTER / "tests/conftest.py"]:
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        spells = any(isinstance(each, ast.Attribute) and each.attr == "spell_out" for each in calls)
        assert spells == (path.name not in GRADED_FILES), path.name


@pytest.mark.parametrize("encoding, said", {"cp950": "alpha_bar, η and ?", "ascii": "alpha_bar, eta and ?"}.items())
def test_what_a_console_lacks_is_spelt_or_a_question_mark(encoding, said):
    code = "from diffusion import console; console.spell_out(); print('ᾱ, η and 😀')"
    done = run(sys.executable, "-c", code, folder=STARTER, PYTHONIOENCODING=encoding, encoding=encoding)
    assert done.code == 0 and done.text == f"{said}\n"


# torch without NumPy


@pytest.fixture
def no_numpy(tmp_path):
    """What makes the torch of a command know no NumPy, as an environment."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_NUMPY)
    return {"PYTHONPATH": str(tmp_path / "site")}


def test_the_tests_need_no_numpy_in_torch(student, no_numpy):
    tree = student()
    broken = run(sys.executable, "-c", "import numpy, torch; torch.zeros(1).numpy()", folder=tree, **no_numpy)
    assert "RuntimeError: Numpy is not available" in broken.text
    done = run(sys.executable, "assignment.py", "submission", folder=tree, **no_numpy)
    assert done.code == 0 and "WRONG" not in done.text, done.text
    assert done.text.count("TO DO") == 1 and "TO DO: answers.md has no answer to W1, W2" in done.text


@pytest.mark.parametrize(
    "command", ["figures.py --only 5", "sample.py --steps 2 --images 2", "evaluate.py --images 64"]
)
def test_where_torch_must_know_numpy_a_sentence_says_what_to_type(student, no_numpy, command):
    done = run(sys.executable, *command.split(), folder=student(), **no_numpy)
    name = command.split()[0]
    assert done.code == 1, done.text
    said = "this torch was built for NumPy 1 and knows no newer one; type: pip install 'numpy<2'\n"
    assert done.text.endswith(f"{name}: {said}") and "Traceback" not in done.text


# What opens the folder in a container, and what runs its tests on GitHub


def test_a_container_and_github_type_what_a_student_types():
    container = json.loads((STARTER / ".devcontainer/devcontainer.json").read_text("utf-8"))
    workflow = yaml.safe_load((STARTER / ".github/workflows/tests.yml").read_text("utf-8"))
    typed = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert [container["postCreateCommand"], *typed] == ["make test", "make test"] and "test" in assignment.COMMANDS
    python = container["image"].removeprefix("python:")
    assert environment.OLDEST <= tuple(map(int, python.split("."))) <= environment.NEWEST
    assert [step["with"]["python-version"] for step in workflow["jobs"]["test"]["steps"] if "with" in step] == [python]
    assert workflow["permissions"] == {"contents": "read"}
