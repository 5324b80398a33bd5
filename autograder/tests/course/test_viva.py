"""`make viva`: ten submissions of the corpora, each question's lines and numbers, and and what is said without any."""

import html
import re
import sys
import time
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import typer

import viva_numbers
from browser import DESK, PHONE, chromium, opened  # noqa: F401  fixtures
from course.viva import command, page
from course.viva import questions as questions_module
from course.viva.code import UNREADABLE, Code
from course.viva.edits import edits
from course.viva.question import READINGS, WORDS, Change, Mistake
from course.viva.questions import FEWEST, IDEAS, MOST, Viva
from elements import Elements
from grader import overlay
from grader.marking.mark import mark
from grader.marking.results import Results
from grader.paths import CORPUS, GRADED_FILES, SOLUTION, STARTER
from grader.settings import DEFAULTS, LANGUAGES
from grader.student.session import Session
from grader.tasks import TASKS
from workshop.trust import corpus

TEN = [
    *(("wheat/monolithic", 1), ("wheat/classes_and_closures", 1), ("wheat/coefficient_tables", 2)),
    *(("wheat/score_form", 2), ("wheat/numpy_inside", 2), ("chaff/ddpm_sample_same_noise", 1)),
    *(("chaff/ddpm_step_fixed_large", 1), ("chaff/table_beta_on_subsequence", 2)),
    *(("chaff/step_direction_ignores_sigma", 2), ("chaff/coefficients_omega_0_bare", 2)),
]


@pytest.fixture(scope="module")
def viva(zygote, tmp_path_factory):
    """The questions of a submission; of one that is wrong in some tasks those tasks are marked."""

    def questions(submission, assignment, wrong=()):
        results = Results(tmp_path_factory.mktemp("viva"))
        if wrong:
            marked = Session(zygote, submission, "closed-form")
            results = mark(marked, assignment, tmp_path_factory.mktemp("viva"), tasks=wrong)
        sessions = lambda trial: Session(zygote, trial, "closed-form", limits=command.TRIAL)  # noqa: E731
        return Viva(submission, assignment, results, sessions).questions()

    return questions


@pytest.fixture(scope="module")
def ten(viva):
    """(case, assignment, questions) of the ten."""
    loaded = [(corpus.load(CORPUS / f"{name}.py"), assignment) for name, assignment in TEN]
    return [(case, assignment, viva(case.submission, assignment, case.wrong)) for case, assignment in loaded]


def module_of(monkeypatch, files, function):
    """The module that has a function, of files of our own, imported in this process."""
    monkeypatch.syspath_prepend(STARTER)
    made = {name.removesuffix(".py"): ModuleType(name.removesuffix(".py")) for name in GRADED_FILES}
    for name, module in made.items():
        monkeypatch.setitem(sys.modules, name, module)
    for name, module in made.items():
        exec(compile(files[f"{name}.py"], f"{name}.py", "exec"), module.__dict__)
    return next(module for module in made.values() if function in vars(module))


def near(function, found, other):
    """Whether numbers are those found by other means; drawn noise is no more exact than its number of draws."""
    return all(
        abs(found[name] - other[name])
        <= (0.04 if READINGS[function].within > 0.01 else 1e-4) * (abs(found[name]) + 0.1)
        for name in found
    )


# The ten


def test_each_has_three_to_five_questions_about_different_functions(ten):
    for case, _, questions in ten:
        mistakes = sum(isinstance(question, Mistake) for question in questions)
        assert FEWEST <= len(questions) and len(questions) + mistakes <= MOST, case.name
        assert len({question.task.function for question in questions}) == len(questions), case.name


def test_a_right_submission_is_asked_about_edits_and_a_wrong_one_first_about_its_mistake(ten):
    for case, _, questions in ten:
        mistakes = [question for question in questions if isinstance(question, Mistake)]
        assert mistakes == questions[: len(mistakes)]
        assert {question.task.task for question in mistakes} == case.wrong, case.name
        for mistake in mistakes:
            assert mistake.finding.lines[0].cause == case.cause and mistake.notes, case.name
            assert any(f"def {mistake.task.function}(" in text for _, text in mistake.quote.lines)
            solution_lines = (SOLUTION / mistake.model.file).read_text("utf-8").split("\n")
            assert all(solution_lines[number - 1] == text for number, text in mistake.model.lines)
            shown = [text for _, text in mistake.model.lines]
            text = Elements(page.page("", 1, [mistake], "en")).text
            assert mistake.repair or all(line.strip() in text for line in shown), case.name


def test_every_line_stands_in_the_file_under_its_number(ten):
    for case, _, questions in ten:
        lines = {name: content.decode().split("\n") for name, content in case.submission.files.items()}
        quotes = [q.edit.before if isinstance(q, Change) else q.quote for q in questions]
        for quote in quotes:
            assert quote.lines and all(lines[quote.file][number - 1] == text for number, text in quote.lines)


def test_an_edit_changes_the_lines_that_are_shown_and_no_others(ten):
    for case, _, questions in ten:
        for edit in (question.edit for question in questions if isinstance(question, Change)):
            before, after = case.submission.files[edit.code.name].decode().split("\n"), edit.text.split("\n")
            first, last = edit.before.first - 1, edit.before.last
            assert after[:first] == before[:first] and after[len(after) - len(before) + last :] == before[last:]
            assert [text for _, text in edit.after.lines] == after[first : last + len(after) - len(before)]
            assert edit.before.lines != edit.after.lines


@pytest.mark.parametrize("place", range(len(TEN)), ids=[name for name, _ in TEN])
def test_every_number_is_found_again_by_other_means(ten, place, monkeypatch, one_thread):
    """As handed in and with the edit: the functions called in this process, fitted by least squares."""
    case, _, questions = ten[place]
    for question in questions:
        function, files = question.task.function, case.submission.files
        if isinstance(question, Change):
            edited = {**files, question.edit.code.name: question.edit.file}
            states = [(files, question.before), (edited, question.after)]
        else:
            states = [(files, question.after)] if question.after else []
        for source, found in states:
            other = viva_numbers.numbers(function, module_of(monkeypatch, source, function))
            assert near(function, found, other), (function, found, other)


@pytest.mark.parametrize("function", READINGS)
def test_the_right_numbers_are_those_of_the_solution(function, monkeypatch, one_thread):
    files = {name: (SOLUTION / name).read_bytes() for name in GRADED_FILES}
    other = viva_numbers.numbers(function, module_of(monkeypatch, files, function))
    assert near(function, READINGS[function].right, other), (READINGS[function].right, other)


def test_what_follows_from_the_factors_of_a_step_is_what_a_million_draws_show():
    """Mean and noise of x_prev given x_0, for steps that are right and wrong."""
    rng = np.random.default_rng(8)
    eps, z = rng.standard_normal((2, 10**6))
    for function in ("ddim_step", "ddpm_step"):
        for x_t, of_eps, of_z in ((1.33, -0.73, 0.5), (1.33, -0.47, 0.5), (0.9, -0.7, 0.0), (1.33, -1.4, 0.3)):
            told = READINGS[function].means({"x_t": x_t, "eps": of_eps, "z": of_z})
            x_prev = x_t * (0.6 * 2.0 + 0.8 * eps) + of_eps * eps + of_z * z
            assert told["signal"] * 2 == pytest.approx(x_prev.mean(), abs=0.01)
            assert told["noise"] == pytest.approx(x_prev.std(), abs=0.01)
    for omega_0, omega_t in ((0.53, 0.45), (0.8, 0.45), (0.53, -0.45)):
        told = READINGS["ddim_coefficients"].means({"omega_0": omega_0, "omega_t": omega_t})
        x_prev = omega_0 * 2.0 + omega_t * (0.6 * 2.0 + 0.8 * eps) + 0.48 * z
        assert (told["signal"] * 2, told["noise"]) == pytest.approx((x_prev.mean(), x_prev.std()), abs=0.01)
    found = {"x": 0.0, "score": 0.02, "z": 0.3}
    x = np.zeros(10**5)
    for _ in range(300):
        x = x + 0.02 * -x + 0.3 * rng.standard_normal(len(x))
    assert READINGS["langevin_sample"].means(found)["settles"] == pytest.approx(x.std(), rel=0.02)


def test_other_code_gets_other_questions_and_the_same_code_the_same(ten, viva):
    shown = [page.page("", assignment, questions, "en") for _, assignment, questions in ten]
    assert len(set(shown)) == len(ten)
    case, assignment, _ = ten[0]
    assert page.page("", assignment, viva(case.submission, assignment), "en") == shown[0]


# What is asked


def solution(old="", new="", name="sampler.py"):
    """The solution with one text replaced."""
    files = {each: (SOLUTION / each).read_text("utf-8") for each in GRADED_FILES}
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    return overlay.Submission({each: text.encode() for each, text in files.items()})


def test_an_edit_that_repairs_is_told(viva):
    wrong = "beta_t = 1.0 - alpha_bar_t / alpha_bar_prev\n    sigma_t = eta**2"
    questions = viva(solution("beta_t = 1.0 - alpha_bar_t / alpha_bar_prev\n    sigma_t = eta", wrong), 2, {"2.7"})
    mistake = questions[0]
    assert mistake.task.task == "2.7" and mistake.repair
    assert mistake.repair.after.lines[0][1].strip().startswith("sigma_t = (eta) *") or "eta *" in mistake.repair.text


def test_a_mistake_that_no_single_edit_repairs_has_no_repair(ten):
    assert [q.repair for _, _, questions in ten for q in questions if isinstance(q, Mistake)] == [None] * 5


def test_a_mistake_that_shows_in_no_number_has_the_model_answer(viva):
    wrong = solution("(eps_model(x_t, t) - eps).square()", "(eps_model(x_t, t).squeeze() - eps).square()")
    mistake = viva(wrong, 1, {"1.3"})[0]
    assert mistake.reading is None and mistake.repair is None
    assert [line.strip() for _, line in mistake.model.lines] == [
        "x_t = q_sample(x_0, alpha_bar[t], eps)",
        "loss = (eps_model(x_t, t) - eps).square().mean()",
    ]
    for language in LANGUAGES:
        text = Elements(page.page("", 1, [mistake], language)).text
        assert page.LABELS[language]["model"] in text and mistake.model.lines[1][1].strip() in text


def test_the_model_answer_of_each_task_is_found():
    for task in TASKS:
        lines = Code(task.file, (SOLUTION / task.file).read_bytes()).answer(task.task).lines
        assert lines and not any("# ---" in text for _, text in lines), task.task


def test_a_line_that_was_given_is_not_asked_about(tmp_path):
    """`radicand` stands in the starter, beside the line that the student writes."""
    asks = Viva(solution(), 2, Results(tmp_path), lambda trial: None)
    code = asks.codes["sampler.py"]
    before = {edit.before.lines[0][1].strip() for edit in asks.ordered(code, "ddim_coefficients", [])}
    assert before == {"omega_t = (radicand / (1.0 - alpha_bar_t)).sqrt()", OMEGA_0}
    assert "radicand = 1.0 - alpha_bar_prev - sigma_t.square()" in code.text


OMEGA_0 = "omega_0 = alpha_bar_prev.sqrt() - alpha_bar_t.sqrt() * omega_t"


def test_samples_that_are_no_numbers_are_told(zygote, tmp_path):
    """An edit that divides by 0 in the last step, where ᾱ_prev = 1, one that raises, and one that does neither."""
    sessions = lambda trial: Session(zygote, trial, "closed-form", limits=command.TRIAL)  # noqa: E731
    for function, new, told in (
        ("ddpm_step", "ddpm_posterior(x_0_pred, x_t, alpha_bar_prev, alpha_bar_prev)", "nan"),
        ("ddpm_step", "ddpm_posterior(x_0_pred, x_t, alpha_bar_t, alpha_bar_t)", 1.0),
        ("ddim_sigma", "((1.0 - alpha_bar_t) / (1.0 - alpha_bar_t) * beta_t)", "raised"),
    ):
        asks = Viva(solution(), 1, Results(tmp_path), sessions)
        code, reading = asks.codes["sampler.py"], READINGS[function]
        edit = next(each for each in edits(code, function) if new in each.text)
        change = asks.with_samples(Change(edit, reading, reading.right, reading.right))
        assert change.samples[0] == pytest.approx({"ddpm_step": 0.475, "ddim_sigma": 0.333}[function], rel=0.03)
        assert change.samples[1] == (told if isinstance(told, str) else pytest.approx(told, rel=0.03))
        for language in LANGUAGES:
            text = Elements(page.page("", 1, [change], language)).text
            assert not isinstance(told, str) or page.LABELS[language][told] in text


def test_steps_that_are_missing_at_an_end_of_a_run_are_told():
    reading, notes = READINGS["ddpm_sample"], WORDS["ddpm_sample"].notes
    for moved, name in (
        ({"calls": 49.0, "last": 2.0, "end": 0.03}, "stops"),
        ({"calls": 49.0, "last": 2.0}, "calls"),  # from there to clean data, in one step
        ({"calls": 49.0, "first": 49.0}, "starts"),
        ({"calls": 25.0}, "calls"),
    ):
        change = Change(None, reading, reading.right, {**reading.right, **moved})
        assert change.notes == [notes[name]], name


def test_noise_that_all_items_share_is_said_to_be_measured_less_well(zygote):
    """Each item has the right noise, so what the figures are off by is chance; it is more than the page's 3 %."""
    shared = solution("noise_like(x_t, generator))\n    x_0 = x_t\n    # --- end 1.6", SHARED)
    reading = READINGS["ddpm_sample"]
    found = reading.of(Session(zygote, shared, "closed-form", limits=command.TRIAL))
    off = max(abs(found[name] / reading.right[name] - 1) for name in ("z", "spread"))
    assert 0.03 < off < 0.13
    (note,) = Change(None, reading, reading.right, found).notes
    assert "a tenth off by chance" in note.en


SHARED = "noise_like(x_t[:1], generator).expand_as(x_t))\n    x_0 = x_t\n    # --- end 1.6"


def test_a_step_of_another_size_that_settles_where_it_did_is_told():
    reading = READINGS["langevin_sample"]
    ncsn = {"x": 0.0, "score": 0.01, "z": 0.02**0.5}
    assert Change(None, reading, reading.right, ncsn).notes == [WORDS["langevin_sample"].notes["fresh"]]


def test_a_run_of_one_call_is_told_without_a_comparison_of_levels():
    """And in words that hold for one, too."""
    reading = READINGS["annealed_langevin_sample"]
    found = {"calls": 1.0, "first": 2.0, "last": 2.0, "drift": 0.08, "fine": 0.08}
    notes = WORDS["annealed_langevin_sample"].notes
    assert Change(None, reading, reading.right, found).notes == [notes[name] for name in ("calls", "last", "fine")]
    for words in WORDS.values():
        for text in (words.shows, *words.notes.values()):
            assert "<calls> calls" not in text.en


def test_an_inversion_is_told_by_two_steps(zygote):
    """With one alone a loop that takes each second step would seem to take none."""
    reading, words = READINGS["ddim_invert"], WORDS["ddim_invert"].notes
    for old, new, told in (
        ("zip(steps, steps[1:]):\n        eps = eps_model(x_t, time_like(x_t, t))\n        x_t = q", "2:", ["calls"]),
        ("alpha_bar[t_prev], eps), alpha_bar[t], eps)", "t - 1", ["x_0", "noise_down"]),
        ("alpha_bar[t_prev], eps), alpha_bar[t], eps)", "t", ["idle"]),
    ):
        edited = solution(old, old.replace("1:" if new == "2:" else "t_prev", new))
        found = reading.of(Session(zygote, edited, "closed-form", limits=command.TRIAL))
        assert (reading.right["calls"], found["calls"]) == (2, 1 if told == ["calls"] else 2)
        assert Change(None, reading, reading.right, found).notes == [words[name] for name in told]


def test_nothing_is_asked_about_what_is_not_written(viva):
    starter = overlay.load(STARTER)
    assert viva(starter, 1, {"1.1"}) == viva(starter, 2, {"2.1"}) == []


def test_hostile_code_is_run_in_the_sandbox_alone(viva):
    """Its file is read as data here; what it does there costs it the question about what it does."""
    case = corpus.load(CORPUS / "hostile" / "forged_markers.py")
    questions = viva(case.submission, 1, {"1.1"})
    assert isinstance(questions[0], Mistake) and questions[0].task.task == "1.1" and questions[0].after is None
    assert "sendall" in page.page(case.name, 1, questions, "en")


def test_no_edit_is_run_when_the_time_is_over(viva, monkeypatch):
    """A file that sleeps in its import is no reason to wait for hours: a submission gets what was found by then."""
    monkeypatch.setattr(questions_module, "LONGEST", 0.0)
    monkeypatch.setattr(Viva, "_with", lambda *_: pytest.fail("an edit was run"))
    assert viva(solution(), 2) == []


@pytest.mark.parametrize("longest, late", [(0.0, True), (100.0, False)])
def test_a_viva_knows_whether_its_time_was_over(tmp_path, monkeypatch, longest, late):
    monkeypatch.setattr(questions_module, "LONGEST", longest)
    assert Viva(solution(), 2, Results(tmp_path), lambda trial: None).late is late


def test_a_file_that_is_no_python_is_not_asked_about(viva):
    files = {**solution().files, "sampler.py": b"def ddim_step(:"}
    questions = viva(overlay.Submission(files), 2, {"2.9"})
    assert {question.task.file for question in questions} == {"score.py"}


def test_every_idea_has_words_and_a_reading():
    functions = {function for ideas in IDEAS.values() for idea in ideas for function in idea}
    assert functions == set(READINGS) == set(WORDS)
    for function, words in WORDS.items():
        names = {*READINGS[function].means(READINGS[function].right)}
        told = {re.sub("_(up|down)$", "", name) for name in words.notes} - {"fresh", "turned", "spread"}
        assert told <= names and {*words.alone, *words.beside} <= names


# Code


def test_a_text_that_is_no_python_is_refused_not_run():
    for text in (b"def f(:", b"\xff\xfe", b"x = '\0'", b"x = " + b"-" * 20_000 + b"1", b"#" * 200_000):
        with pytest.raises(UNREADABLE):
            Code("sampler.py", text)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_edit_finds_its_place_in_any_layout(newline):
    text = newline.join(
        ["# ᾱ, 繁體", "def ddim_sigma(a, b_prev, eta):", "\tσ = eta * (1 - a / b_prev) ** .5; τ = σ", "\treturn σ", ""]
    )
    for source in (text.encode(), b"\xef\xbb\xbf" + text.encode()):
        made = list(edits(Code("sampler.py", source), "ddim_sigma"))
        shown = {edit.after.lines[0][1] for edit in made}
        assert "\tσ = eta * (1 - a / b_prev); τ = σ" in shown and "\tσ = eta * (a / b_prev) ** .5; τ = σ" in shown
        assert {edit.before.first for edit in made} == {3}
        for edit in made:
            compile(edit.text, "sampler.py", "exec")


def test_parentheses_that_are_no_pair_stay():
    made = edits(Code("sampler.py", b"def q_sample(x, a):\n    return (1 - a).sqrt() * x + (x * a)\n"), "q_sample")
    assert {"    return (1 - a).sqrt() * x - (x * a)", "    return x * a"} <= {edit.after.lines[0][1] for edit in made}


def test_docstrings_defaults_and_error_paths_are_left_alone():
    body = ['"""a - b"""', "if eta < 0:", "    raise ValueError(1 - eta)", "return x_t"]
    source = "\n    ".join(["def ddim_step(x_t, eta=0 * 1):", *body])
    assert list(edits(Code("sampler.py", source.encode()), "ddim_step")) == []


def test_a_file_is_read_in_the_encoding_that_it_declares():
    """In which Python runs it: what is a comment in UTF-8 may be a line in another one. An edited file keeps it."""
    hides = b"# coding: utf-7\ndef ddim_sigma(a, b_prev, eta):\n    s = 0 * a  #+AAo-    s = eta * a\n    return s\n"
    code = Code("sampler.py", hides)
    assert code.lines[2:4] == ["    s = 0 * a  #", "    s = eta * a"]
    chinese = Code("sampler.py", "# coding: big5\n# 繁體\ndef ddim_sigma(a, eta):\n    return eta * a\n".encode("big5"))
    for edit in (*edits(code, "ddim_sigma"), *edits(chinese, "ddim_sigma")):
        compile(edit.file, "sampler.py", "exec")
        assert Code("sampler.py", edit.file).lines == edit.text.split("\n")
    for unknown in (b"# coding: rot13\nx = 1\n", b"# coding: none\n"):
        with pytest.raises(UNREADABLE):
            Code("sampler.py", unknown)


def test_code_that_is_nested_too_deep_is_not_read_and_long_code_in_a_second():
    head = b"def ddim_sigma(a, b_prev, eta):\n"
    with pytest.raises(UNREADABLE):
        Code("sampler.py", head + b"    return " + b"1 + " * 900 + b"1\n")
    code = Code("sampler.py", head + b"    x = a + b_prev * eta - 1\n" * 1_000)
    began = time.process_time()
    assert len(list(edits(code, "ddim_sigma"))) > 5_000 and time.process_time() - began < 5


# Readings


ODD = [
    (),
    [],
    [1.0],
    [np.zeros(0)] * 2,
    [1e200] * 3,
    1e200,
    np.full((2, 3), 1e200),
    10**400,
    True,
    None,
    "x",
    1j,
    np.nan,
]


@pytest.mark.parametrize("function", READINGS)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_whatever_a_function_returns_it_is_read_or_it_is_not(function, value):
    """Also a huge number, whose square is none: of the first state alone, so that it is linear."""

    class Answers:
        close = staticmethod(lambda: None)

        def __call__(self, function, *args, **kwargs):
            if isinstance(value, float) and isinstance(args[0], np.ndarray):
                return SimpleNamespace(value=value * args[0])
            return SimpleNamespace(value=value)

    reading = READINGS[function]
    found = reading.of(SimpleNamespace(student=Answers))
    assert found is None or reading.means(found)


# The page


def test_tabs_and_wide_spaces_are_shown_as_spaces():
    code = Code("sampler.py", "def q_sample(x, a):\n\treturn x *\ta  # 一\u3000二\n".encode())
    (edit, *_) = edits(code, "q_sample")
    shown = ["".join(parts) for _, *parts in page._lines(edit.before, edit.after)]
    assert shown == ["    return x *  a  # 一 二"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_student_wrote_is_text(language):
    """Before the edit, in it and after it, in a mistake's lines, and as the submission's name."""
    line = "x_t = alpha_bar_t.sqrt() * x_0 + (1.0 - alpha_bar_t).sqrt() * eps"
    evil = (
        f'"<script>0</script>"; {line} * len("<script>1</script>")  # </pre><script>2</script>{{{{ 7 * 7 }}}}\u202e$x$'
    )
    code = Code("sampler.py", solution(line, evil).files["sampler.py"])
    right = READINGS["q_sample"].right
    asked = [Change(edit, READINGS["q_sample"], right, {"x_0": 0.36, "eps": 0.8}) for edit in edits(code, "q_sample")]
    elements = Elements(page.page("<b>a</b>", 1, [*asked], language))
    assert "script" not in {name for name, _ in elements.found} and not elements.open
    for part in ('"<script>0</script>"; x_t', 'len("<script>1</script>")', "<script>2</script>{{ 7 * 7 }}\ufffd$x$"):
        assert part in elements.text
    assert "<b>a</b>" in elements.text


def shown_of(source, function, line):
    """The page of the edit that makes a line of a file."""
    code, reading = Code("sampler.py", source), READINGS[function]
    edit = next(each for each in edits(code, function) if each.after.lines[0][1].strip() == line)
    return page.page("", 2, [Change(edit, reading, reading.right, reading.right)], "en")


def test_what_an_edit_leaves_out_is_marked_from_its_beginning():
    source = solution().files["sampler.py"]
    shown = shown_of(source, "ddim_step", "x_prev = per_item(omega_t, x_t) * x_t + per_item(sigma_t, z) * z")
    assert "<b> per_item(omega_0, x_t) * x_0_pred +</b> per_item" in shown
    shown = shown_of(source, "ddim_sigma", "beta_t = 1.0 - alpha_bar_t / alpha_bar_t")
    assert "alpha_bar_<b>prev</b>\n" in shown and "alpha_bar_<b>t</b>\n" in shown
    shown = shown_of(source, "q_sample", "x_t = alpha_bar_t.sqrt() * x_0 + (1.0 - alpha_bar_t) * eps")
    assert "(1.0 - alpha_bar_t)<b>.sqrt()</b> * eps" in shown


def test_what_an_if_decides_about_is_shown_with_it():
    """Of a loop the head is enough: it says which steps there are."""
    body = ["    for i in range(n, 0):", "        x = i", "    if n == 1:", "        return x", "    return n"]
    source = "\n".join(["def q_sample(x, n):", *body]).encode()
    shown = {edit.kind: edit.before.lines for edit in edits(Code("sampler.py", source), "q_sample")}
    assert shown["branch"] == ((4, "    if n == 1:"), (5, "        return x"))
    assert shown["number"] == ((2, "    for i in range(n, 0):"),)


def test_the_function_around_a_line_is_named_where_it_is_no_task():
    source = b"def _half(x):\n    return x ** 0.5\n\n\ndef ddim_sigma(a, b, eta):\n    return _half(a) - b\n"
    assert "sampler.py, <code>_half</code>" in shown_of(source, "ddim_sigma", "return x")
    assert "sampler.py</p>" in shown_of(source, "ddim_sigma", "return _half(a)")


def test_the_condition_that_a_line_is_under_is_told_above_it():
    body = "if a.ndim == 0:\n  return a.sqrt()\n elif (a >\n  b):\n  c = a - b\n else:\n  c = a + b\n return c * 2"
    source = f"def ddim_sigma(a, b, eta):\n {body}\n".encode()
    under = {edit.before.lines[0][1].strip(): edit.under for edit in edits(Code("sampler.py", source), "ddim_sigma")}
    assert [under[line] for line in ("return a.sqrt()", "c = a - b", "c = a + b", "return c * 2")] == [
        "a.ndim == 0",
        "a > b",
        "not (a > b)",
        "",
    ]
    assert "sampler.py, <code>if a.ndim == 0</code></p>" in shown_of(source, "ddim_sigma", "return a")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spread_of_samples_is_told_with_its_setting(language):
    code, reading = Code("sampler.py", solution().files["sampler.py"]), READINGS["ddim_step"]
    edit = next(edits(code, "ddim_step"))
    text = Elements(page.page("", 2, [Change(edit, reading, reading.right, reading.right, (0.3, 0.4))], language)).text
    assert page.LABELS[language]["spread"] in text and "T=1000" in text.replace(" ", "")


def test_a_mistake_that_does_not_show_in_the_setting_is_told_with_what_is_right_there(viva):
    """Along the wrong axis of a batch: one step of two numbers is right."""
    case = corpus.load(CORPUS / "chaff" / "ddpm_step_broadcasts_along_the_wrong_axis.py")
    mistake, *_ = viva(case.submission, 1, case.wrong)
    shown = page.page("", 1, [mistake], "en")
    assert mistake.after is None and ">right</dt>" in shown and ">as handed in</dt>" not in shown and ">Why<" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_by_itself(ten, language):
    for case, assignment, questions in ten:
        text = page.page(case.name, assignment, questions, language)
        elements = Elements(text)
        names = [name for name, _ in elements.found]
        assert not elements.open and dict(elements.found)["html"]["lang"] == language
        assert not {"script", "img", "link", "iframe"} & set(names) and not re.search(
            r"https?://|url\(", text.replace(MATHML, "")
        )
        assert names.count("section") == len(questions)
        said = re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
        assert "$" not in said and not re.search(r"&lt;\w+&gt;", said)
        assert html.unescape(said).count(page.LABELS[language]["why"]) >= len(questions)


MATHML = "http://www.w3.org/1998/Math/MathML"


CUT = "[...document.querySelectorAll('pre')].filter(each => each.scrollWidth > each.clientWidth).length"


def test_axe_finds_nothing_and_it_prints_on_two_pages(ten, opened, tmp_path):  # noqa: F811
    for place in (0, 2, 5, 7):  # right and wrong, of both assignments
        case, assignment, questions = ten[place]
        width, scheme = ((PHONE, "dark"), (DESK, "light"))[place % 2]
        path = tmp_path / "viva.html"
        path.write_text(page.page(case.name, assignment, questions, LANGUAGES[place // 2 % 2]), encoding="utf-8")
        shown = opened(path, width, scheme)
        assert shown.violations() == [] and shown.asked == [] and shown.overflow() <= 0, (case.name, width)
        assert not shown.page.evaluate(CUT), (case.name, width)
        printed = shown.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2, case.name


# The command


def test_the_command_says_that_there_is_nothing_to_ask_about(tmp_path, capsys):
    (tmp_path / "viva.html").write_text("of another submission")
    assert command.run(STARTER, 1, tmp_path, DEFAULTS) == 1
    assert "There is nothing to ask about in Assignment 1" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_the_command_writes_a_page_in_each_language_for_its_owner(tmp_path, capsys, ten, monkeypatch):
    _, _, questions = ten[0]
    monkeypatch.setattr(command, "questions", lambda *_: (questions, False))
    assert command.run(SOLUTION, 1, tmp_path / "out", DEFAULTS) == 0
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert set(written) == {"viva.html", "viva.zh-TW.html"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in written.values())
    assert f"{len(questions)} questions, in two languages" in capsys.readouterr().out
    (tmp_path / "file").write_text("a file")
    with pytest.raises(typer.Exit) as ended:
        command.run(SOLUTION, 1, tmp_path / "file", DEFAULTS)
    assert ended.value.exit_code == 2 and "Give another OUT." in capsys.readouterr().out


@pytest.mark.parametrize("count, status", [(0, 1), (2, 0), (4, 0)])
def test_the_command_does_not_say_that_there_is_no_more_when_its_time_was_over(
    tmp_path, capsys, monkeypatch, count, status
):
    reading, code = READINGS["q_sample"], Code("sampler.py", solution().files["sampler.py"])
    asked = [Change(edit, reading, reading.right, {"x_0": 0.36, "eps": 0.8}) for edit in edits(code, "q_sample")]
    monkeypatch.setattr(command, "questions", lambda *_: (asked[:count], True))
    assert command.run(SOLUTION, 1, tmp_path / "out", DEFAULTS) == status
    said = " ".join(capsys.readouterr().out.split())
    assert "the time for runs with an edit was over" in said
    assert "no more to ask" not in said and "no function is written" not in said


def test_a_name_in_a_submission_does_nothing_to_the_terminal(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x\x1b[2J\x1b]0;owned\x07.zip").write_bytes(b"Rar!")
    with pytest.raises(typer.Exit):
        command.run(tmp_path / "in", 1, tmp_path / "out", DEFAULTS)
    assert "x�[2J�]0;owned�.zip is a rar archive" in capsys.readouterr().out


@pytest.mark.parametrize("content, sentence", [(None, "there is no submission at"), (b"PK\3\4", "cannot be read")])
def test_a_submission_that_cannot_be_read_is_one_sentence(tmp_path, capsys, content, sentence):
    path = tmp_path / "submission.zip"
    if content:
        path.write_bytes(content)
    with pytest.raises(typer.Exit) as ended:
        command.run(path, 1, tmp_path / "out", DEFAULTS)
    said = capsys.readouterr().out
    assert ended.value.exit_code == 2 and said.startswith("Nothing was written: ") and sentence in said
    assert said.count("\n") == 1 and not (tmp_path / "out").exists()
