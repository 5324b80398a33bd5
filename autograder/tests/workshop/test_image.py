"""The image: made of an autograder zip by setup.sh alone, on the base that Gradescope has, with the hosts' entry in it.

No Docker engine runs here; the manual says how its steps were run, and in what.
"""

import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.paths import AUTOGRADER
from workshop.release import zips as release

SETUP, MANUAL = ((AUTOGRADER / name).read_text("utf-8") for name in ("setup.sh", "README.md"))


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each with its arguments."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in "\n".join(lines).replace("\\\n", "").splitlines()]


DOCKERFILE = instructions((AUTOGRADER / "Dockerfile").read_text("utf-8"))


def all_of(instruction: str) -> list[str]:
    return [arguments for name, arguments in DOCKERFILE if name == instruction]


def test_setup_alone_installs_something():
    """One script and one list of packages, for Gradescope's zip and for the image."""
    assert all_of("RUN") == ["bash /autograder/source/setup.sh && rm -rf /var/lib/apt/lists/*"]
    assert {name for name, _ in DOCKERFILE} == {"ARG", "FROM", "COPY", "RUN"}  # the entry point stays the base's


def test_the_environment_is_made_anew_only_where_the_locks_or_setup_change():
    before = DOCKERFILE[: [name for name, _ in DOCKERFILE].index("RUN")]
    copied = [arguments for name, arguments in before if name == "COPY"]
    assert copied == ["setup.sh /autograder/source/", "requirements/ /autograder/source/requirements/"]


def test_the_base_is_the_one_that_setup_is_written_for():
    (base,) = [each.partition("=")[2] for each in all_of("ARG") if each.startswith("BASE=")]
    system = re.search(r"Prepares Gradescope's image: .*\((Ubuntu [\d.]+), ", SETUP)[1]
    assert base == f"gradescope/autograder-base:{system.lower().replace(' ', '-')}" and all_of("FROM") == ["${BASE}"]
    assert f"Base image: {system}, x86-64" in MANUAL


def test_a_build_argument_is_a_setting_of_setup():
    settings = set(re.findall(r"^#   ([A-Z_]+)  ", SETUP, re.MULTILINE))
    assert {each for each in all_of("ARG") if "=" not in each} == settings - {"GRADER_VENV"}  # the scripts know where


def test_the_sentence_of_a_missing_lock_names_the_locks_that_there_are():
    minors = [re.search(r"py3(\d+)", name)[1] for name in release.LOCKS]
    here = sorted(path.name for path in (AUTOGRADER / "requirements").iterdir())
    assert here == [f"py3{minor}.txt" for minor in minors]
    span = f"3.{minors[0]} to 3.{minors[-1]}"
    assert f"set GRADER_PYTHON to a Python {span}" in SETUP and f"the Python that makes it, {span}; " in MANUAL


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """Assignment 1's autograder zip, unpacked as unzip does."""
    home = tmp_path_factory.mktemp("image")
    with zipfile.ZipFile(release.write(home / "assignment1-autograder.zip", AUTOGRADER.parent)) as archive:
        for entry in archive.infolist():
            Path(archive.extract(entry, home / "zip")).chmod(stat.S_IMODE(entry.external_attr >> 16))
    return home / "zip"


def test_an_unpacked_zip_has_all_that_is_copied(unpacked):
    sources = [source for each in all_of("COPY") for source in each.split()[:-1] if not source.startswith("--")]
    assert [source for source in sources if not (unpacked / source).exists()] == []
    assert "MANIFEST.json" in sources and not (AUTOGRADER / "MANIFEST.json").exists()  # the folder is no context
    assert (unpacked / "Dockerfile").read_bytes() == (AUTOGRADER / "Dockerfile").read_bytes()


def test_the_entry_of_a_host_marks_in_an_unpacked_zip(unpacked, tmp_path):
    """The starter, which has no points; an image holds one assignment, so the entry need not say which."""
    environment = {"PATH": os.environ["PATH"], "GRADER_VENV": sys.prefix}
    command = [str(unpacked / "autograder" / "run_host"), "autolab", str(unpacked / "starter"), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout.splitlines()[-1])["scores"]
    assert len(scores) == 6 and set(scores.values()) == {0}
