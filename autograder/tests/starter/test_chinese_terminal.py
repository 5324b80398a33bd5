"""A student's afternoon in Chinese: which language a terminal gets, where its lines end, and that no English is left.

What is left in Latin letters is code, what pytest and Python say, or a term that the Chinese handout has so, too.
"""

import argparse
import inspect
import os
import re
import shutil
import subprocess
import sys
import textwrap
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.paths import GRADED_FILES, SOLUTION, STARTER
from grader.tasks import TASKS
from workshop.language import catalogue

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(STARTER)
    from diffusion import command_line, console, phrases

PYTEST = "passed failed deselected in ERROR SyntaxError invalid syntax NameError ValueError name is not defined"
CODE = "make test submission PYTHON python python3 assignment train measure sample import zip raise"
FILES = "sampler score diffusion tests samples runs network explore png html csv py safetensors"
NAMES = (
    "COMMAND DATA LOSS ETA DDPM DDIM IS FID KID fashion moons swissroll step_grid float64 float32 int64 tensor dtype"
)
TERMS = "mean variance tau noise model batch item shape posterior graph loss seed generator step chain fixed small"
LEFT = {*" ".join((PYTEST, CODE, FILES, NAMES, TERMS)).split()}
WRONG = {  # what stands in a line of the solution, and what instead: known mistakes, one of form, and one of Python
    "x_0 + (1.0 - alpha_bar_t).sqrt() * eps": "x_0 + (1.0 - alpha_bar_t) * eps",
    "per_item(variance.sqrt(), z) * z": "per_item(variance, z) * z",
    "(1.0 - alpha_bar_t) * beta_t).sqrt()": "(1.0 - alpha_bar_t)).sqrt() * beta_t",
    "omega_t = (radicand": "omega_t = missing * (radicand",
    "torch.arange(1, S + 1) * T // S": "torch.arange(S) * T // S",
}


# Which language


@pytest.fixture
def chosen(monkeypatch):
    """chosen(): the language of a terminal with this environment, locale, console and course."""

    def _chosen(environment="", system=None, encoding="utf-8", course="en zh-TW", **modules):
        for name in phrases.CHOICES:
            monkeypatch.delenv(name, raising=False)
        for each in environment.split():
            monkeypatch.setenv(*each.split("="))
        monkeypatch.setattr(phrases, "GIVEN", course.split())
        monkeypatch.setattr(phrases.locale, "getlocale", lambda: (system, encoding))
        monkeypatch.setattr(sys, "__stdout__", SimpleNamespace(encoding=encoding))
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)
        return phrases.language.__wrapped__()

    return _chosen


@pytest.mark.parametrize(
    "environment, language",
    {
        "LANGUAGE=zh_TW": "zh-TW",
        "LANGUAGE=zh_TW LC_ALL=en_US.UTF-8": "zh-TW",
        "LANGUAGE=fr:zh_TW:en": "zh-TW",
        "LC_ALL=en_US.UTF-8 LANG=zh_TW.UTF-8": "en",
        "LC_MESSAGES=zh_TW LANG=en_US.UTF-8": "zh-TW",
        "LANG=zh_TW.UTF-8": "zh-TW",
        "LANG=zh-TW": "zh-TW",
        "LANG=C.UTF-8": "en",
        "LANG=fr_FR.UTF-8": "en",
        "": "en",
    }.items(),
)
def test_the_environment_chooses_the_language(chosen, environment, language):
    assert chosen(environment) == language


@pytest.mark.parametrize(
    "system, language",
    {
        "Chinese (Traditional)_Taiwan": "zh-TW",
        "Chinese_Taiwan": "zh-TW",
        "zh_TW": "zh-TW",
        "English_United States": "en",
        "en_US": "en",
        "German_Germany": "zh-TW",
        None: "zh-TW",
    }.items(),
)
def test_otherwise_the_system_does_by_the_names_of_windows_too(chosen, system, language):
    assert chosen(system=system, encoding="cp950", course="zh-TW en") == language


def test_a_locale_that_python_does_not_know_is_none(chosen, monkeypatch):
    def unknown():
        raise ValueError("unknown locale: UTF-8")

    assert chosen() == "en"
    monkeypatch.setattr(phrases.locale, "getlocale", unknown)
    assert phrases.language.__wrapped__() == "en"


@pytest.mark.parametrize("encoding, language", {"ascii": "en", "cp1252": "en", "cp950": "zh-TW", None: "zh-TW"}.items())
def test_a_console_without_chinese_letters_gets_english_whatever_is_asked_for(chosen, encoding, language):
    assert chosen("LANGUAGE=zh_TW", encoding=encoding) == language
    assert chosen(encoding=encoding, course="zh-TW") == language


def test_a_notebook_shows_all_letters(chosen):
    assert chosen("LANGUAGE=zh_TW", encoding="cp1252", ipykernel=sys) == "zh-TW"


def test_where_there_is_code_alone_as_in_a_worker_it_speaks_english(tmp_path):
    (tmp_path / "diffusion").mkdir()
    shutil.copy(STARTER / "diffusion" / "phrases.py", tmp_path / "diffusion")
    say = "from diffusion.phrases import phrase; print(phrase('run again: {command}', command='make'))"
    kept = {**os.environ, "LANGUAGE": "zh_TW", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", say], env=kept, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "run again: make\n", done.stderr


# How wide, and where a line ends


@settings(derandomize=True, database=None, deadline=None)
@given(st.text("ab-, .ᾱ—\u0303\t", max_size=60), st.integers(1, 30))
def test_a_paragraph_without_wide_letters_is_cut_as_textwrap_cuts_it(text, columns):
    cut = textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)
    assert console.wrapped(text, columns) == (cut or [""])


WORDS = st.sampled_from(["model", "x_t", "中文", "（字）", "字，", "字。", "「a」", "ab，", " "])


@settings(derandomize=True, database=None, deadline=None)
@given(st.lists(WORDS, max_size=20).map("".join), st.integers(6, 30))
def test_no_line_is_too_wide_begins_with_a_full_stop_or_loses_a_letter(text, columns):
    lines = console.wrapped(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(console.width(line) <= columns or len(console.PIECE.findall(line)) == 1 for line in lines)
    assert not any(line[0] in console.ENDS or line[-1] in console.OPENS for line in lines if line)


def test_wide_letters_take_two_columns():
    assert console.width("ᾱ_t 是 0.36，") == 13
    assert console.wrapped("呼叫 model 的是 x_t（見 1.1），不是 x_0。", 14) == [
        "呼叫 model 的",
        "是 x_t（見",
        "1.1），不是",
        "x_0。",
    ]


# The catalogue


def said():
    """Each sentence of the starter in English, and in Chinese."""
    known = {str(message.id): str(message.string) for message in catalogue.load() if message.id}
    return {text: known.get(text, "") for text in catalogue.sentences([STARTER])}


def test_a_console_of_cp950_shows_or_spells_each_letter():
    def shown(letter):
        return letter.encode("cp950", "ignore") or "?" not in console._letter(letter)

    assert {letter for text in said().values() for letter in text if not shown(letter)} == set()


def test_a_sentence_of_chinese_has_the_punctuation_of_chinese():
    """Between Chinese letters; not in code."""
    wide = "[\u4e00-\u9fff]"
    wrong = [text for text in said().values() if re.search(rf"{wide}[,;:?!]|{wide}\.(?!\w)|[,;:?!]{wide}", text)]
    assert wrong == []


# The afternoon


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """run(*command, change, base, **environment): a command in a student's folder; its exit code and what it said."""

    def _run(*command, change=lambda text: text, base=SOLUTION, encoding="utf-8", **environment):
        tree = tmp_path_factory.mktemp("student") / "assignment"
        shutil.copytree(STARTER, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "runs", "data", "figures"))
        (tree / "assets").symlink_to(STARTER.parent / "assets")
        for name in GRADED_FILES:
            text = (base / name).read_text("utf-8")
            (tree / name).write_text(change(text) if name == "sampler.py" else text, "utf-8")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHON", "LANG", "LC_"))}
        kept |= {"COLUMNS": "80", "LANGUAGE": "zh_TW", "PYTHONIOENCODING": encoding, "PYTHONDONTWRITEBYTECODE": "1"}
        done = [
            subprocess.run([sys.executable, *each.split()], cwd=tree, env={**kept, **environment}, capture_output=True)
            for each in command
        ]
        text = b"".join(each.stdout + each.stderr for each in done).decode(encoding)
        return SimpleNamespace(code=done[-1].returncode, text=text)

    return _run


def left(text):
    """The words in Latin letters of two or more that are neither code nor a term."""
    text = re.sub(r"^[.tF]+ +\[.*%\]$", "", text, flags=re.MULTILINE)
    text = re.sub("|".join(sorted((task.function for task in TASKS), key=len, reverse=True)), "", text)
    text = re.sub(r"\w+[_/.]\w[\w/.]*|\b\w*\d\w*\b|[A-Z]+=\S+|--\w+|<[^>]*>", "", text)  # x_0, tests/…, T=1.4, --out
    return {*re.findall("[A-Za-z]{2,}", text)} - LEFT


def narrow(text):
    return all(console.width(line) <= 80 for line in text.splitlines())


def test_the_list_of_commands(run):
    done = run("assignment.py", "assignment.py tset", "assignment.py test T", "assignment.py figures N=4")
    assert "公開測試：T=1.4 只測一題" in done.text and "\nassignment.py: 沒有 tset 這個指令" in done.text
    assert left(done.text) <= {"tset", "help", "figures", "evaluate"}


def test_the_untouched_starter(run):
    done = run("assignment.py test", "assignment.py test T=9.9", "assignment.py test A=1", base=STARTER)
    assert "\n下一步：1.1 q_sample，sampler.py 第 " in done.text and "ERROR: 沒有 9.9 這一題" in done.text
    assert left(done.text) == set() and narrow(done.text.split("ERROR")[0])


def test_right_answers(run):
    """The tests of the provided code pass, too, although its errors speak Chinese."""
    done = run("assignment.py submission")
    assert done.code == 0, done.text
    assert "作業 1：目前 100 分，滿分 100 分\n" in done.text and "另有加分 5 分" in done.text
    assert "待完成：answers.md 還沒有 W1, W2" in done.text and done.text.endswith("這些由人批改，不是由測試\n")
    assert left(done.text) == set()


def test_wrong_answers_are_told_the_same_causes_in_chinese(run):
    def wrong(text):
        for right, instead in WRONG.items():
            assert text.count(right) == 1, right
            text = text.replace(right, instead)
        return text

    chinese, english = (run("assignment.py test", change=wrong, LANGUAGE=each) for each in ("zh_TW", "en"))
    assert chinese.code == english.code == 1
    assert chinese.text.count("可能的原因：") == english.text.count("likely: ") >= 3
    assert "（這一行要回傳它" not in chinese.text and "NameError: name 'missing' is not defined" in chinese.text
    assert re.search(r"^  ✗  1\.3  noise_prediction_loss +15  錯誤，先修好 1\.1$", chinese.text, re.MULTILINE)
    assert left(chinese.text) <= {"missing"} and narrow(chinese.text)


def test_a_file_that_is_no_python_and_a_package_that_the_grader_lacks(run):
    def wrong(text):
        return text + "def broken(:\n"

    done = run("assignment.py submission", change=wrong)
    assert done.text.count("sampler.py 無法 import。sampler.py 第 ") == 1
    assert "\n下一步：修好 sampler.py，再執行 make test\n" in done.text
    assert "\n錯誤：sampler.py 第 " in done.text and "\n待做：" not in done.text
    assert left(done.text) == set()
    lacking = run("submission.py", change=lambda text: "import scipy\n" + text)
    assert "\n錯誤：sampler.py 第 1 行：評分環境沒有 scipy；請不要 import 它。" in lacking.text


def test_a_training_and_what_it_draws(run):
    done = run("train.py --data moons --steps 20", "sample.py --data moons --steps 2")
    assert (
        "20,000 筆訓練資料（點）；從第 0 步到第 20 步\n" in done.text and "samples.png: 2,000 個點，S = 2" in done.text
    )
    assert left(re.sub(r".*step/s\]", "", done.text)) == set()


def test_help(run):
    """With argparse's own words, but for the names of options and what the file's name says."""
    text = run("train.py --help", "evaluate.py --help", "submission.py --help", "-m diffusion.data --help").text
    assert text.count("用法：") == len(re.findall("\n選項[:：]\n", text)) == text.count("  顯示這份說明\n") == 4
    text = re.sub(r"^用法：.*(\n {3,}.*)*\n\n|^ +-\S.*?( {2,}|$)|`.*`|^ +{.*}$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ {4}(python|torchrun) .*?(   |$)", "", text, flags=re.MULTILINE)
    assert "預設 0 0.2 0.5 1" in text
    machine = "Python CPU GPU CUDA torch numpy pytest torchrun patch device process exit code checkpoint metrics data"
    network = "predictor fidelity feature Inception Net Adam learning rate"
    assert left(text) <= {*machine.split(), *network.split()}


def test_a_wrong_option(run):
    """The console decides for argparse, too: without Chinese letters it speaks English."""
    wrong = run("submission.py 5")
    assert wrong.code == 2 and wrong.text.endswith("\nsubmission.py: 錯誤：不認得的參數：5\n"), wrong.text
    assert run("sample.py --steps x").text.endswith("\nsample.py: 錯誤：參數 --steps：'x' 不是有效的 int\n")
    plain = run("submission.py 5", encoding="ascii")
    assert plain.text.startswith("usage: ") and plain.text.endswith(": error: unrecognized arguments: 5\n")


def test_the_words_of_argparse_are_those_of_this_python():
    source = inspect.getsource(argparse)
    newer = ["%(heading)s:"] if sys.version_info < (3, 12) else []
    assert [word for word in command_line.WORDS if repr(str(word)) not in source] == newer


@pytest.mark.parametrize("encoding, word", {"cp950": "完成", "ascii": "done"}.items())
def test_other_consoles(run, encoding, word):
    """One of Windows in Taiwan has the Chinese letters, and ᾱ is spelt; on one without them English comes."""
    done = run("assignment.py test T=2.8", encoding=encoding)
    assert re.search(rf"^  v  2\.8  ddim_coefficients +18  {word}$", done.text, re.MULTILINE), done.text
    assert "?" not in done.text
