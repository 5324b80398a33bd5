"""The figures and tables in Chinese: no English is left but the field's terms; without a font the figures stay English.

A language is fixed for a process, so each run has a Python of its own. Its list of fonts is put in place of the
machine's, so that a machine without Chinese letters tests the same.
"""

import json
import os
import re
import subprocess
import sys

import pytest

from grader.paths import AUTOGRADER, STARTER

pytest.importorskip("tqdm", reason="tqdm is not installed; make installs it")
HANDOUT = (STARTER / "README.zh-TW.md").read_text("utf-8")
FIGURES = (
    "noising langevin reverse_sde paths step_grid tables interpolation inversion small_steps forward_chain".split()
)
FIGURES += "few_images blind_spots annealed".split()
TABLES = ("small_steps", "forward_chain", "annealed")  # the quick ones
FUNCTION, COMMAND = r"[a-z]+(?:_[a-z0-9]+)+", r"make (?:evaluate|measure N=\w+|test T=\S+)"
TERMS = """
    CIFAR CelebA DDIM DDPM Euler FID Fashion IS KID Langevin MNIST ODE SDE Table annealed chain dt dynamics exploding
    feature mean mode moons network noise sampler score slerp two variance
""".split()
WITHOUT = "這台電腦沒有中文字型，所以圖上的字是英文。\n"


def said(folder, language, font, figures, tables=()):
    """What figures and tables say there, and what is written to standard error."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    command = [sys.executable, AUTOGRADER / "tests" / "figures_said.py", font, ",".join(figures), ",".join(tables)]
    environment = {**kept, "LANGUAGE": language, "PYTHONWARNINGS": "ignore", "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=400)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    """All figures and the quick tables in Chinese, where there is one font for it."""
    found, errors = said(tmp_path_factory.mktemp("chinese"), "zh_TW", "PingFang TC", FIGURES, TABLES)
    assert WITHOUT not in errors
    return found


def english(texts):
    """The words that are no code, no formula and no term of the field."""
    left = re.sub(rf"\$[^$]*\$|{COMMAND}|{FUNCTION}", " ", "\n".join(texts))
    return {word for word in re.findall(r"[A-Za-z]{2,}", left) if word not in TERMS and word.lower() not in TERMS}


def test_no_english_is_left_in_the_figures(chinese):
    for name, page in chinese["pages"].items():
        assert not english([*page["texts"], page["title"]]), name
        assert re.search("[一-鿿]", page["title"]) and f"圖 {FIGURES.index(name) + 1}：{page['title']}" in page["texts"]


def test_no_english_is_left_in_what_waits(chinese):
    assert chinese["waits"]["noising"] == ["要先完成 1.1 題的 q_sample"]
    waits = [reason for reasons in chinese["waits"].values() for reason in reasons]
    assert len(waits) > 15 and not english(waits)


def test_the_tables_are_those_of_the_chinese_handout_and_the_files_are_english(chinese):
    for table in chinese["tables"].values():
        rows = [" | ".join(row) for row in (table["head"], *table["rows"])]
        assert all(f"| {row} |\n" in HANDOUT for row in rows)
        assert not english([table["text"]]) and not re.search("[一-鿿，]", table["csv"])
        lines = table["text"].splitlines()[1:]  # of the same width, where a Chinese letter takes two columns
        assert len({len(line) + len(re.findall("[\u3000-鿿\uff00-\uff60]", line)) for line in lines}) == 1


def test_without_a_font_the_figures_are_english_and_one_sentence_says_so(tmp_path):
    figures = ["noising", "interpolation"]
    here, errors = said(tmp_path, "zh_TW", "none", figures)
    there, silent = said(tmp_path, "en", "none", figures)
    assert [page["texts"] for page in here["pages"].values()] == [page["texts"] for page in there["pages"].values()]
    assert errors.count(WITHOUT) == 1 and not silent
    assert here["waits"]["noising"] == ["要先完成 1.1 題的 q_sample"]  # of the terminal, which has the letters
