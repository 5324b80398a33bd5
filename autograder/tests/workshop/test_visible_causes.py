"""What the visible tests say, in this process: of right submissions nothing, of wrong ones the likely cause or none.

The causes that they name are in `starter/tests/causes.json`, which is generated from the catalogue and the chaff.
"""

import contextlib
import importlib
import io
import json
import logging
import re
import sys
from pathlib import PurePosixPath

import numpy as np
import pytest
import torch

from grader.causes import hints
from grader.paths import GRADED_FILES, SOLUTION, STARTER
from grader.tasks import BY_FUNCTION, TASKS, task_of
from workshop.release import zips
from workshop.starter import visible_causes, visible_run, wrong_functions
from workshop.starter.visible_causes import Mistake, render, steady, told
from workshop.trust import corpus

FILE = STARTER / "tests" / "causes.json"
SLOW = "test_loss_trains_a_network"  # half a second; run for those who write a loss or a jump of their own


@pytest.fixture(scope="module")
def chaff():
    """What each chaff makes the visible tests say."""
    return {case.name: (case.cause, visible_causes.of_chaff(case)) for case in corpus.cases("chaff")}


@pytest.fixture(scope="module")
def catalogue():
    return list(visible_causes.of_catalogue())


@pytest.fixture(scope="module")
def likely():
    """The module with which a student's run looks a cause up."""
    visible_run.visible_tests()
    return importlib.import_module("likely")


def verdicts(chaff, known, likely):
    """ "right", "silent" or "wrong" for each chaff, with the causes of `known` (task -> mistakes) as the file's."""

    def named(mistake):
        return {each.cause for each in known[mistake.task] if likely.alike(each.seen, mistake.seen)} - {"none"}

    found = {}
    for name, (cause, mistakes) in chaff.items():
        causes = set().union(*(named(mistake) for mistake in mistakes if mistake.seen))
        found[name] = "silent" if not causes else "right" if causes == {cause} else "wrong"
    return found


def solution():
    return visible_run.loaded({name: (SOLUTION / name).read_bytes() for name in GRADED_FILES})


def per_item(coefficient, x):
    return coefficient.reshape(-1, *[1] * (x.ndim - 1)) if coefficient.ndim else coefficient


def langevin_with_a_graph(score_fn, x, step_size, num_steps, generator=None):
    for _ in range(num_steps):
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        x = x + step_size * score_fn(x) + (2 * step_size) ** 0.5 * z
    return x


# The file


def test_the_causes_file_is_in_step_with_what_the_visible_tests_say(chaff, catalogue, likely):
    """Run `make course` where this fails. Last digits may differ from machine to machine."""
    mistakes = [*catalogue, *(mistake for _, each in chaff.values() for mistake in each)]
    fresh, kept = json.loads(render(mistakes)), json.loads(FILE.read_text(encoding="utf-8"))
    assert kept.keys() == fresh.keys()
    for task in fresh:
        old, new = kept[task]["mistakes"], fresh[task]["mistakes"]
        assert (kept[task]["tests"], len(old)) == (fresh[task]["tests"], len(new)), f"{task} would change"
        for (*words, seen), (*new_words, new_seen) in zip(old, new):
            assert words == new_words and likely.alike(seen, new_seen), f"{task} would change"


def test_no_chaff_is_told_another_cause_than_its_own_and_most_are_told_it(chaff, catalogue, likely):
    mistakes = [*catalogue, *(mistake for _, each in chaff.values() for mistake in each)]
    found = verdicts(chaff, {task.task: told(mistakes, task.task) for task in TASKS}, likely)
    declared = [name for name, (cause, _) in chaff.items() if cause != "none"]
    right = sum(found[name] == "right" for name in declared)
    print(f"likely causes from the visible tests: {right} of {len(declared)} chaffs right, 0 wrong")
    assert [name for name, verdict in found.items() if verdict == "wrong"] == []
    assert right >= 0.95 * len(declared), [name for name in declared if found[name] != "right"]
    seen = sum(any(mistake.seen for mistake in mistakes) for _, mistakes in chaff.values())
    assert seen >= 0.9 * len(chaff)


def test_the_catalogue_alone_already_names_most_chaffs_and_none_wrongly(chaff, catalogue, likely):
    """The chaffs as students whom the file has never seen; more than a third of them have a mistake without a name."""
    found = verdicts(chaff, {task.task: told(catalogue, task.task) for task in TASKS}, likely)
    assert [name for name, verdict in found.items() if verdict == "wrong"] == []
    assert sum(verdict == "right" for verdict in found.values()) >= 120


def test_the_file_holds_words_and_what_wrong_answers_give_but_no_formula(likely):
    known, known_words = json.loads(FILE.read_text(encoding="utf-8")), {words for words, _ in hints.HINTS.values()}
    sections = {getattr(section, "english", section) for _, section in hints.HINTS.values()}
    assert set(known) == {task.task for task in TASKS}
    for task, rows in known.items():
        assert rows["tests"] == sum(test.task == task for test in visible_run.visible_tests())
        for causes, section, seen in rows["mistakes"]:
            assert 1 <= len(causes) <= 2 and {*causes} <= known_words and section in sections
            assert seen and not re.search(r"[=√]|sqrt|torch|lambda", "".join(causes))
            assert not any(said.startswith(visible_run.ERROR) or "sqrt" in said for said in seen.values())


@pytest.mark.parametrize("folder", ["assignment1", "assignment2"])
def test_a_student_zip_must_hold_the_file(folder):
    assert PurePosixPath(f"{folder}/tests/causes.json") in zips.allow_list(f"{folder}-student.zip")


# Who is told nothing


@pytest.mark.filterwarnings("ignore")  # some of them warn
@pytest.mark.parametrize("path", corpus.files("wheat"), ids=lambda path: path.stem)
def test_a_right_submission_passes_every_visible_test(path):
    """The visible tests are no stricter than the hidden ones."""
    case = corpus.load(path)
    own = {
        BY_FUNCTION[name].task for name in re.findall(r"^def (\w+)\(", path.read_text(), re.M) if name in BY_FUNCTION
    }
    logging.disable()  # some of them talk
    try:
        with contextlib.redirect_stdout(io.StringIO()), visible_run.loaded(case.submission.files) as student:
            for test in visible_run.visible_tests():
                if test.name != SLOW or own & {"1.1", "1.3"}:
                    assert test.says(student) == "", test.name
    finally:
        logging.disable(logging.NOTSET)


def test_two_causes_that_look_alike_are_not_told():
    seen = {"test_a": "x: got 0.5, by hand it is 1"}
    one, other = Mistake("2.7", "extra_root", "one", seen), Mistake("2.7", "fixed_large", "other", dict(seen))
    assert told([one], "2.7") == [one] == told([one, one], "2.7") and told([one, other], "2.7") == []
    assert told([one, Mistake("2.7", "none", "other", seen)], "2.7") == []
    assert told([Mistake("2.7", "extra_root", "one", {"test_a": "! TypeError: no"})], "2.7") == []
    assert told([Mistake("2.7", "extra_root", "one", {})], "2.7") == []


def test_a_loss_may_ask_its_model_item_by_item_and_twice():
    def loss(model, x_0, t, eps, alpha_bar):
        x_t = student["sampler"].q_sample(x_0, alpha_bar[t], eps)
        items = range(len(t))
        answers = [torch.cat([model(x_t[i : i + 1], t[i : i + 1]) for i in items[::step]]) for step in (-1, 1)]
        return (answers[1] - eps).square().mean()

    with solution() as student:
        student["sampler"].noise_prediction_loss = loss
        assert visible_run.failures(student, ["1.3"]) == {"1.3": {}}


# What a student reads about a mistake of form


def scaled(x_0, alpha_bar_t, eps, by=torch.sqrt):
    a = per_item(alpha_bar_t, x_0)
    return by(a) * x_0 + by(1 - a) * eps


MISTAKES_OF_FORM = {
    "returns None": ("q_sample", lambda x, a, e: None, "x_t must be a tensor of shape (1, 2); it is None"),
    "returns a tuple": ("q_sample", lambda x, a, e: (x, e), "x_t must be a tensor of shape (1, 2); it is a tuple of 2"),
    "sums": ("q_sample", lambda x, a, e: x.sum(1), "x_t must have shape (1, 2); it has shape (1,)"),
    "float64": ("q_sample", lambda x, a, e: scaled(x, a, e).double(), "x_t of points must be float32, as what goes in"),
    "float32": ("q_sample", lambda x, a, e: scaled(x, a.float(), e), "x_t is only nearly right: perhaps a number i"),
    "in place": ("q_sample", lambda x, a, e: x.mul_(0.6) + e, "q_sample changed the x that it was given: no += or *="),
    "NaN": ("q_sample", lambda x, a, e: x + (a - 2).sqrt(), "got [[nan, nan]] (a division by 0, or the root of a neg"),
    "no variance": ("ddpm_posterior", lambda x, y, a, p: y, "it must return 2 values, (mean, variance); it returned a"),
    "int t": ("ddpm_sample", lambda m, x, a, g=None: m(x, 5), "an int64 tensor of shape (3,), as time_like makes it"),
    "no call": ("ddpm_sample", lambda m, x, a, g=None: x + 0, "the steps are 5, 4, 3, 2, 1; they were []"),
    "graph": ("langevin_sample", langevin_with_a_graph, "x must carry no graph: sample under torch.no_grad()"),
}


@pytest.mark.parametrize("mistake", MISTAKES_OF_FORM)
def test_a_mistake_of_form_is_told_in_a_sentence_that_says_what_is_expected(mistake):
    name, function, says = MISTAKES_OF_FORM[mistake]
    task = BY_FUNCTION[name]
    with solution() as student:
        module = student[task.file.removesuffix(".py")]
        setattr(module, name, function)
        sys.modules["yours"].watched(module)
        said = visible_run.failures(student, [task.task])[task.task].values()
    assert any(says in sentence for sentence in said), said


# When two sentences are the same


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("x: got [0.5, 1], by hand [1, 1]", "x: got [0.50000001, 1], by hand [1, 1]", True),
        ("x: got [0.5, 1], by hand [1, 1]", "x: got [0.501, 1], by hand [1, 1]", False),
        ("x: got 0.5", "y: got 0.5", False),
        ("x: got 0.5", "x: got -0.5", False),
        ("x: got nan", "x: got nan", True),
        ("x: got nan", "x: got 0.5", False),
        ("asked at [3, 1]", "asked at [3, 2, 1]", False),
        ("asked at [3, 1]", "asked at [3, 2]", False),
        ("must be 1, give or take 0.03; it is 0.7", "must be 1, give or take 0.03; it is 0.72", True),
        ("must be 1, give or take 0.03; it is 0.7", "must be 1, give or take 0.03; it is 0.74", False),
        ("x: got ~", "x: got 1.5e-07", True),
        ("x_0: got 1", "x_1: got 1", False),
    ],
)
def test_sentences_are_the_same_where_words_are_and_numbers_nearly(likely, one, other, same):
    assert likely.says_the_same(one, other) is same


def test_numbers_that_chance_decides_are_left_open():
    assert steady("x: got 0.25, by hand it is 1", "x: got 0.75, by hand it is 1") == "x: got ~, by hand it is 1"
    assert steady("x: got 0.25, not 1", "") == "x: got ~, not ~"


def test_a_mistake_beside_another_or_with_a_test_not_run_is_met_with_silence(likely):
    seen = {"test_a": "x: got 0.5", "test_b": "x: got 2"}
    assert likely.alike(seen, dict(seen))
    assert not likely.alike(seen, {"test_a": "x: got 0.5"})
    assert not likely.alike(seen, {**seen, "test_c": "x: got 3"})
    known = json.loads(FILE.read_text(encoding="utf-8"))["1.1"]
    causes, section, seen = known["mistakes"][0]
    passed = known["tests"] - len(seen)
    assert likely.likely("1.1", seen, passed) == likely.sentence(causes, section, "1.1")
    assert likely.likely("1.1", seen, passed - 1) == likely.likely("2.13", seen, passed) == ""


def test_a_cause_is_said_with_where_to_read_on(likely):
    one, two = "both roots are missing", "a sign is wrong"
    assert likely.sentence([one], "", "1.1") == f"likely: {one}; read 1.1 in the handout"
    assert likely.sentence([one, two], "2.1", "2.3") == f"likely: {one}, and {two}; read 2.3 and 2.1 in the handout"
    said = f'likely: {one}; read 1.4 and "Misprints on the slides" in the handout'
    assert likely.sentence([one], "Misprints on the slides", "1.4") == said


# A formula and a chain of the catalogue as a student's function


def test_a_right_formula_and_a_right_chain_in_torch_pass_the_visible_tests():
    from oracle import misconceptions, steps, wrong_chains

    values = [name for name in misconceptions.FORMULAS if name in vars(steps)]
    right = {name: wrong_functions.of_formula(name, getattr(steps, name)) for name in values}
    right |= {name: wrong_functions.of_chain(name, makes[0]) for name, makes in wrong_chains.RIGHT.items()}
    assert len(right) == 15
    with np.errstate(all="ignore"), solution() as student:
        for name, function in right.items():
            setattr(student[BY_FUNCTION[name].file.removesuffix(".py")], name, function)
        tasks = [BY_FUNCTION[name].task for name in right]
        assert visible_run.failures(student, tasks) == {task_of(task): {} for task in tasks}
