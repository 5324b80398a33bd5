"""The student's `make submission`, and what the commands share; the others have tests of their own.

Most submissions here have no torch in them and no visible tests beside them, so that a run costs a Python and no more.
"""

import hashlib
import importlib.metadata
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest

from grader.paths import GRADED_FILES, SOLUTION, STARTER

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    import submission
    from diffusion import faults
    from diffusion.source import digest

# Refuses to import what isn't there for `pip install .`: a package of this environment that is not in ALLOWED.
GUARD = """
import json, os, sys

class Guard:
    refused = set(json.loads(os.environ["REFUSED"]))

    def find_spec(self, name, path=None, target=None):
        if name in self.refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Guard())
"""
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "MAKE", "COLUMNS"))}


def run(*command, folder, **more):
    """A command in a folder: its exit code and all that it said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
    )
    return SimpleNamespace(code=done.returncode, text=done.stdout)


# make submission


@pytest.fixture
def student(tmp_path):
    """student(sampler=…, score=…, tests=…): a folder with submission.py and these texts; None leaves a file out."""

    def _student(**files):
        for folder in ("tests", "diffusion"):
            (tmp_path / folder).mkdir(exist_ok=True)
        provided = [
            f"diffusion/{name}"
            for name in "__init__.py command_line.py console.py faults.py phrases.py languages.json".split()
        ]
        for name in ("submission.py", *provided, "tests/provided.json"):
            shutil.copy(STARTER / name, tmp_path / name)
        texts = {"sampler.py": "", "score.py": "", "tests/test_it.py": "def test_it(): pass\n"}
        texts |= {f"{name}.py" if name != "tests" else "tests/test_it.py": text for name, text in files.items()}
        for name, text in texts.items():
            if text is not None:
                (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return _student


def submit(folder, **more):
    """python submission.py, from another folder, as on Windows a double click may."""
    return run(sys.executable, str(folder / "submission.py"), folder=folder.parent, **more)


def test_the_zip_has_the_two_files_and_nothing_else(student):
    folder = student(sampler="x = 1\r\n", score="# ᾱ\n")
    (folder / "notes.txt").write_text("mine")
    done = submit(folder)
    assert done.code == 0, done.text
    assert (
        done.text.endswith("The visible tests find nothing wrong: hand it in.\n")
        and "Hidden tests decide the mark" in done.text
    )
    with zipfile.ZipFile(folder / "submission.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {name: (folder / name).read_bytes() for name in GRADED_FILES}


def test_the_same_files_give_the_same_bytes(student):
    """Whenever they are written, and on every machine: nothing is compressed, no date, no system in it."""
    folder = student(sampler="x = 1\n", score="y = 2\n")
    submit(folder)
    first = (folder / "submission.zip").read_bytes()
    for name in GRADED_FILES:
        os.utime(folder / name, (1_000_000_000, 1_000_000_000))
        (folder / name).chmod(0o600)
    submit(folder)
    assert (folder / "submission.zip").read_bytes() == first
    assert hashlib.sha256(first).hexdigest().startswith("2e9ba6063482ecd5")


@pytest.mark.parametrize(
    "text, sentence",
    [
        (b"x = 1\ndef broken(:\n", "score.py, line 2: invalid syntax"),
        (b"\xff\n", "score.py, line 1: "),
        (b"x = '" + b"x" * (1 << 20) + b"'", "score.py is larger than 1 MiB, which the grader refuses"),
        (
            b"import os\n\nimport scipy.stats\n",
            "score.py, line 3: the grader does not have scipy.stats; do without this import",
        ),
        (b"def f():\n    from tqdm import tqdm\n", "score.py, line 2: the grader does not have tqdm;"),
        (b"from diffusion import plots\n", "score.py, line 1: the grader does not have diffusion.plots;"),
        (b"import diffusion.metrics as m\n", "score.py, line 1: the grader does not have diffusion.metrics;"),
        (
            b"from diffusion.pictures.page import Page\n",
            "score.py, line 1: the grader does not have diffusion.pictures;",
        ),
        (b"from . import score\n", "score.py, line 1: the grader does not have .;"),
        (b"from train import main\n", "score.py, line 1: the grader does not have train;"),
        (b"import tomllib\n", "score.py, line 1: the grader does not have tomllib;"),
        (b"import math, numpy as np, torch.nn\nimport score, collections.abc\nfrom diffusion import data, toy\n", ""),
    ],
)
def test_a_file_is_read_before_it_is_imported(tmp_path, monkeypatch, text, sentence):
    monkeypatch.setattr(submission, "HERE", tmp_path)
    (tmp_path / "score.py").write_bytes(text)
    fault = submission.read("score.py")
    assert fault.startswith(sentence) if sentence else not fault


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python cannot read it")
def test_what_the_graders_python_cannot_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "HERE", tmp_path)
    (tmp_path / "score.py").write_bytes(b"try:\n    pass\nexcept* ValueError:\n    pass\n")
    fault = submission.read("score.py")
    assert "only supported in Python 3.11 and greater, and the grader's Python is 3.10" in fault


F_STRINGS = {
    """f"{d["S"]}" """: 1,
    """f"{'\\n'.join(d)}" """: 1,
    """x = 1\nf"{\n1}" """: 2,
    """f"{d['S']}" """: 0,
    '''f"""{d["S"]:>{1}} {{}}"""''': 0,
    """f'''{\n1\n}'''""": 0,
    """f"{1!r}\\n" + "a" """: 0,
}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="this Python refuses them by itself")
@pytest.mark.parametrize("text, line", F_STRINGS.items())
def test_an_f_string_that_only_newer_pythons_read_is_named(text, line):
    assert submission.newer_f_string(f"d = 1\n{text}\n".encode()) == (line and line + 1)


def test_a_change_in_what_the_grader_takes_fresh_is_named(student):
    """Not the way in which a line ends, which git may change."""
    folder = student()
    path = folder / "diffusion" / "faults.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "WRONG" not in submit(folder).text
    (folder / "diffusion" / "mine.py").write_text("x = 1\n")
    path.write_bytes(path.read_bytes() + b"\r\nx = 1\r\n")
    done = submit(folder)
    assert done.code == 1 and done.text.count("WRONG: ") == 2
    for name in ("faults.py", "mine.py"):
        assert f"WRONG: diffusion/{name} is not as you received it, and the grader takes it fresh" in done.text


def test_a_name_that_an_annotation_lacks_is_named_on_every_python(student):
    done = submit(student(sampler="def f(x: Tensor): pass\n"))
    assert done.code == 1 and "WRONG: sampler.py cannot be imported. " in done.text
    assert "NameError: name 'Tensor' is not defined" in done.text


@pytest.mark.parametrize(
    "files, sentence",
    [
        ({"sampler": "def broken(:\n"}, "sampler.py, line 1: invalid syntax"),
        ({"sampler": "a = 1\na[0]\n"}, "sampler.py cannot be imported. sampler.py, line 2: TypeError: 'int' object is"),
        ({"sampler": "raise SystemExit"}, "sampler.py cannot be imported. sampler.py, line 1: SystemExit"),
        (
            {"score": "from sampler import f"},
            "score.py cannot be imported. score.py, line 1: ImportError: cannot import",
        ),
        ({"score": "input()"}, "score.py cannot be imported. score.py, line 1: EOFError"),
        ({"score": "import os\nos._exit(0)"}, "score.py ends Python when it is imported (exit code 0)"),
        ({"tests": "def test_it(): assert False"}, "a visible test fails; what is printed above says which and why"),
        ({"tests": "import nothing"}, "the visible tests could not be run (pytest's exit code 2)"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_the_zip_is_written(student, files, sentence):
    folder = student(**files)
    done = submit(folder)
    assert done.code == 1 and "nothing wrong" not in done.text
    assert f"WRONG: {sentence}" in done.text and done.text.count("WRONG: ") == 1, done.text
    assert done.text.splitlines()[-1].endswith("Repair it, then make submission again.")
    assert zipfile.ZipFile(folder / "submission.zip").namelist() == list(GRADED_FILES)


def test_what_is_to_do_is_named_where_it_belongs_to_this_assignment(student):
    """It is no fault; Assignment 1's zip, which has no tests of Assignment 2, says nothing of the latter's tasks."""
    stub = 'def {}():\n    raise NotImplementedError("TODO {}: {}")\n'
    folder = student(sampler=stub.format("f", "1.2", "f") + stub.format("g", "2.10", "g"))
    (folder / "tests" / "test_it.py").rename(folder / "tests" / "test_assignment1.py")
    done = submit(folder)
    assert done.code == 0 and "WRONG" not in done.text
    assert done.text.endswith("TO DO: 1.2; there are no points for these yet\n")


def test_the_written_answers_go_along_and_what_is_empty_is_said_kindly(student):
    """What a student's answer holds, headings too, is part of it; the exit code is that of the code alone."""
    folder = student()
    sheet = (STARTER / "answers.md").read_text("utf-8")
    (folder / "answers.md").write_text(sheet, "utf-8")
    done = submit(folder)
    every = ", ".join(f"W{number}" for number in range(1, 15))
    assert done.code == 0 and "hand it in" not in done.text and "WRONG" not in done.text
    last = f"TO DO: answers.md has no answer to {every} yet; a person marks these, not the tests"
    assert done.text.splitlines()[-1] == last and "has sampler.py, score.py, answers.md." in done.text
    answered = re.sub(r"(?m)^(### W\d+: .*)$", r"\1\n## mine\n因為 $x$", sheet, count=13)
    (folder / "answers.md").write_bytes(answered.replace("\n", "\r\n").encode())
    assert submit(folder).text.splitlines()[-1].startswith("TO DO: answers.md has no answer to W14 yet;")
    (folder / "answers.md").write_bytes(b"\xff" + answered.encode() + b"mine, too")
    assert submit(folder).text.endswith("The visible tests find nothing wrong: hand it in.\n")
    with zipfile.ZipFile(folder / "submission.zip") as archive:
        assert archive.namelist() == [*GRADED_FILES, "answers.md"]
        assert archive.read("answers.md") == (folder / "answers.md").read_bytes()


def test_an_import_that_does_not_end_is_ended(student):
    folder = student(sampler="while True: pass\n")
    source = (folder / "submission.py").read_text()
    (folder / "submission.py").write_text(source.replace("SECONDS = 120", "SECONDS = 1"))
    done = submit(folder)
    assert done.code == 1 and "its import does not end within 1 s" in done.text


def test_a_missing_file_is_named_and_nothing_is_written(student):
    folder = student(score=None)
    done = submit(folder)
    assert done.code == 1 and done.text.startswith("submission.py: score.py missing in ")
    assert done.text.count("\n") == 1 and not (folder / "submission.zip").exists()


def test_without_torch_the_zip_is_said_not_to_be_looked_at(student):
    folder = student()
    (folder / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\nu.find_spec = lambda n: None if n == 'torch' else find(n)\n"
    )
    done = submit(folder, PYTHONPATH=str(folder))
    assert done.code == 1 and (folder / "submission.zip").exists()
    assert "submission.zip is written, but not looked at: there is no torch here" in done.text


# What make test and make submission need


def needed(*packages):
    """The top-level modules of packages and of all that they require."""
    look, seen = list(packages), set()
    while look:
        name = re.sub(r"[-_.]+", "-", look.pop()).lower()
        if name in seen:
            continue
        try:
            requires = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # of another platform or Python
            continue
        seen.add(name)
        look += [re.match(r"[\w.-]+", each)[0] for each in requires if "extra ==" not in each]
    modules = importlib.metadata.packages_distributions().items()
    return {module for module, of in modules if {re.sub(r"[-_.]+", "-", each).lower() for each in of} & seen}


def test_make_test_and_make_submission_need_torch_numpy_and_pytest_only(tmp_path):
    """All else that is installed here is refused; the local mark of the visible tests is shown."""
    refused = set(importlib.metadata.packages_distributions()) - needed("torch", "numpy", "pytest")
    assert {"matplotlib", "safetensors", "torchvision", "tqdm", "scipy"} <= refused and "pluggy" not in refused
    guard, tree = tmp_path / "guard", tmp_path / "starter"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    shutil.copytree(STARTER, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "runs", "data", "assets"))
    for name in GRADED_FILES:
        shutil.copy(SOLUTION / name, tree)
    more = {"PYTHONPATH": str(guard), "REFUSED": json.dumps(sorted(refused)), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    assert run(sys.executable, "-c", "import tqdm", folder=tree, **more).code == 1
    done = run("make", "submission", f"PYTHON={sys.executable}", folder=tree, **more)
    assert done.code == 0, done.text
    assert "Assignment 1: 100 of 100" in done.text and "Assignment 2: 100 of 100" in done.text
    assert "WRONG" not in done.text and done.text.endswith("W14 yet; a person marks these, not the tests\n")


# What the commands share: which figures still hold, and a student's errors in a sentence

SOURCE = '''
"""About this file."""
import torch
SCALE = 2

def helper(x):
    """Twice x."""
    return SCALE * x

def ddim_sample(x):
    # a comment
    return helper(x)

def ddim_invert(x):
    return x
'''


@pytest.mark.parametrize(
    "old, new, same",
    [
        ("# a comment", "# another", True),
        ('"""Twice x."""', "", True),
        ('"""About this file."""', "", True),
        ("SCALE * x", "(SCALE\n        * x)", True),
        ("def ddim_invert(x):\n    return x", "def ddim_invert(x):\n    return -x", True),
        ("SCALE * x", "SCALE + x", False),
        ("SCALE = 2", "SCALE = 3", False),
        ("return helper(x)", "return ddim_invert(helper(x))", False),
        ("import torch", "import numpy as torch", False),
    ],
)
def test_figures_hold_as_long_as_the_ddim_is_the_same(old, new, same):
    assert SOURCE.count(old) == 1
    changed = SOURCE.replace(old, new)
    assert (digest(changed, "ddim_sample") == digest(SOURCE, "ddim_sample")) is same


@pytest.mark.parametrize(
    "body, sentence",
    [
        ("return torch.zeros(2) + torch.zeros(3)", "sampler.py, line 4: RuntimeError: The size of tensor a"),
        ("raise NotImplementedError('TODO 2.8: f')", "your sampler.py isn't finished: TODO 2.8: f"),
        ("assert False", "sampler.py, line 4: AssertionError"),
        ("return len(", "sampler.py, line 4: SyntaxError: '(' was never closed"),
    ],
)
def test_an_error_in_a_student_s_file_is_a_sentence(tmp_path, body, sentence):
    path = tmp_path / "sampler.py"
    path.write_text(f"import torch\n\ndef f():\n    {body}\n")
    with pytest.raises(Exception) as caught:  # noqa: B017
        runpy.run_path(str(path))["f"]()
    assert faults.sentence(caught.value).startswith(sentence)


def test_an_error_of_our_own_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        faults.sentence(ZeroDivisionError("division by zero"))
    missing = ModuleNotFoundError("No module named 'a.b'", name="a.b")
    assert (
        faults.sentence(missing)
        == "the package a is missing here; python assignment.py lists the commands that bring it"
    )
