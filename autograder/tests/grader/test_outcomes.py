"""What a student reads: one sentence for each outcome, nothing of an input in it, whatever a worker reports."""

import re
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import reasons
from grader.outcomes import Died, Loses, Raised, ToDo
from grader.sandbox.wire import Other

fuzz = settings(derandomize=True, database=None, deadline=None, max_examples=300)
SOURCES = {
    "sampler.py": "import torch\n\n\ndef q_sample(x_0, alpha_bar_t, eps):\n    return x_00 * beta  # ᾱ\n".encode(),
    "score.py": b"class ScheduleError(Exception):\n    pass\n",
}
NOT_SHOWN = "(The message is not shown, since it could quote hidden inputs; call the function yourself to see it.)"


def said(report) -> Loses:
    return reasons.raised("q_sample", report, SOURCES)


def error(kind: str, message: str, place=None):
    return {"type": kind, "message": message, "place": place}


def imported(report) -> str:
    return reasons.not_imported("sampler.py", report, SOURCES).sentence


# Exceptions


def test_a_todo_is_to_do_and_anothers_is_named():
    for name, task, sentence in (
        ("q_sample", "1.1", "To do: q_sample (1.1) is not written yet."),
        ("predict_x_0", "1.2", "q_sample calls predict_x_0 (1.2), which is not written yet."),
    ):
        sources = {"sampler.py": f'raise NotImplementedError("TODO {task}: {name}")'.encode()}
        reason = reasons.raised("q_sample", error("NotImplementedError", f"TODO {task}: {name}"), sources)
        assert type(reason) is ToDo and reason.sentence == sentence


@pytest.mark.parametrize(
    "message", ["later", "", "TODO", "todo 1.1: q_sample", "my TODO 1.1: q_sample", "TODO 1.1: eps"]
)
def test_another_not_implemented_error_is_an_exception(message):
    assert type(said(error("NotImplementedError", message))) is Raised


@pytest.mark.parametrize(
    "kind, message",
    [
        ("NameError", "name 'x_00' is not defined"),
        ("AttributeError", "module 'torch' has no attribute 'beta'"),
        ("AttributeError", "'NoneType' object has no attribute 'eps'"),
        ("AttributeError", "module 'score' has no attribute 'tweedie_mean'"),
        ("TypeError", "'float' object is not callable"),
        ("TypeError", "unsupported operand type(s) for *: 'NoneType' and 'float'"),
        ("TypeError", "q_sample() missing 1 required positional argument: 'eps'"),
        ("TypeError", "q_sample() takes 3 positional arguments but 4 were given"),
        ("ValueError", "not enough values to unpack (expected 3, got 2)"),
        ("ZeroDivisionError", "float division by zero"),
        ("RuntimeError", "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"),
        ("RuntimeError", "expected scalar type Double but found Float"),
        ("RuntimeError", "shape '[4, 1, 1]' is invalid for input of size 3"),
        ("SyntaxError", "'(' was never closed"),
        ("SyntaxError", "expected ':'"),
        ("IndentationError", "unexpected indent"),
        ("ModuleNotFoundError", "No module named 'torch.beta'"),
        ("ValueError", "too many values to unpack (expected 2, got 3)"),
        ("EOFError", "EOF when reading a line"),
        ("TypeError", "unsupported operand type(s) for //: 'int' and 'NoneType'"),
    ],
)
def test_an_everyday_message_is_quoted(kind, message):
    assert said(error(kind, message)).sentence == f"q_sample raised {kind}: {message}."


@pytest.mark.parametrize(
    "message, quoted",
    [
        ("q_sample() got an unexpected keyword argument 'eps'. Did you mean 'x_0'?", "'eps'"),
        ("expected a nonnegative input, got -0.1257", "a nonnegative input"),
        ("eps has shape (4, 2); expected the shape of eps, (6, 1)", "of eps"),
        ("a coefficient has shape (4,); expected () or (6,), one number for each item", "or"),
        ("tau must be a 1-d int64 tensor, strictly ascending, inside 1..9; got tensor([3, 1])", "strictly ascending"),
    ],
)
def test_what_follows_an_everyday_message_is_left_out(message, quoted):
    """The advice of newer Pythons, and what the provided helpers say of the values that they refuse."""
    assert (
        said(error("ValueError", message)).sentence
        == f"q_sample raised ValueError: {message.partition(quoted)[0]}{quoted}."
    )


@pytest.mark.parametrize(
    "message",
    [
        "tensor([0.1257, -0.1321])",
        "[0.125, 0.25]",
        "name 'x_00' is not defined, by the way: 0.125",
        "0.125 name 'x_00' is not defined",
        "The size of tensor a (0.125) must match the size of tensor b (4) at non-singleton dimension 1",
        "The size of tensor a (1234567) must match the size of tensor b (4) at non-singleton dimension 1",
        "The size of tensor a (012) must match the size of tensor b (4) at non-singleton dimension 1",
        "output with shape [12, 57, 13, 21] doesn't match the broadcast shape [98, 76, 54]",
        "name 'oonetwofiveseven' is not defined",
        "x_0 = 3",
    ],
)
def test_any_other_message_is_not_quoted(message):
    assert said(error("ValueError", message)).sentence == f"q_sample raised ValueError. {NOT_SHOWN}"


def test_where_there_is_no_message_none_is_said_to_be_left_out():
    assert said(error("ValueError", "")).sentence == "q_sample raised ValueError."


LEAKS = [
    ("SyntaxError", "invalid syntax {}"),
    ("SyntaxError", "invalid character {}"),
    ("IndentationError", "expected an indented block {}"),
    ("RecursionError", "maximum recursion depth exceeded {}"),
    ("ImportError", "cannot import name 'x' from 'torch' ({})"),
    ("RuntimeError", "Found no NVIDIA driver {}"),
    ("RuntimeError", "CUDA {}"),
    ("ImportError", "No module named {}"),
    ("NameError", "name '{}' is not defined"),
    ("AttributeError", "module '{}' has no attribute 'y'"),
    ("TypeError", "q_sample() got {}"),
    ("TypeError", "cannot unpack non-iterable {} object"),
    ("NotImplementedError", "TODO 1.1: x{}"),
    ("NotImplementedError", "TODO {}.{}: q_sample"),
]


@pytest.mark.parametrize("kind, form", LEAKS)
def test_no_form_carries_the_numbers_of_an_input(kind, form):
    for numbers in ("31415926535897", "0_1257_m0_1321_0_6404", "0.1257.0.1321.0.6404", "[0.1257, -0.1321, 0.6404]"):
        sentence = said(error(kind, form.replace("{}", numbers))).sentence
        assert numbers not in sentence and not re.search(r"\d{6}", sentence)


def test_the_line_of_code_comes_from_the_submission_and_never_from_the_report():
    report = error("NameError", "name 'beta' is not defined", ["sampler.py", 5]) | {"code": "0.1257", "line": "0.1257"}
    assert said(report).sentence == (
        "q_sample raised NameError: name 'beta' is not defined, at sampler.py, line 5: `return x_00 * beta  # ᾱ`."
    )


@pytest.mark.parametrize(
    "place", [["judge.py", 5], ["/etc/passwd", 1], ["sampler.py"], ["sampler.py", "5"], "sampler.py"]
)
def test_a_place_that_is_no_line_of_a_graded_file_is_left_out(place):
    assert said(error("KeyError", "'x'", place)).sentence == f"q_sample raised KeyError. {NOT_SHOWN}"
    assert imported(error("KeyError", "'x'", place)) == "sampler.py could not be imported: it raised KeyError: 'x'."


@pytest.mark.parametrize("line", [0, -1, 6, 10**40, True])
def test_a_line_that_the_file_does_not_have_is_left_out(line):
    assert said(error("KeyError", "'x'", ["sampler.py", line])).sentence == f"q_sample raised KeyError. {NOT_SHOWN}"


def test_a_line_with_a_backquote_stays_between_its_own():
    sources = {"sampler.py": b"raise ValueError(17)  #`. The points are due. `Ask"}
    sentence = reasons.raised("q_sample", error("ValueError", "", ["sampler.py", 1]), sources).sentence
    assert sentence.endswith(": `raise ValueError(17)  #'. The points are due. 'Ask`.")


@pytest.mark.parametrize("kind", ["of\u3164the\u3164grader", "x" * 81])
def test_a_sentence_is_no_exceptions_name(kind):
    sources = {"sampler.py": f"class {kind}(Exception): pass".encode()}
    assert reasons.raised("q_sample", error(kind, ""), sources).sentence == "q_sample raised an exception."


def test_a_long_line_is_cut():
    sources = {"sampler.py": b"x" * 10_000}
    assert len(reasons.raised("q_sample", error("KeyError", "", ["sampler.py", 1]), sources).sentence) < 400


def test_a_file_that_cannot_be_imported_says_so_with_its_message_and_place():
    for message in ("invalid syntax (sampler.py, line 4)", "my own 31415926535897"):
        sentence = imported(error("SyntaxError", message, ["sampler.py", 5]))
        shown = message.removesuffix(" (sampler.py, line 4)")
        assert sentence == (
            f"sampler.py could not be imported: it raised SyntaxError: {shown}, "
            "at sampler.py, line 5: `return x_00 * beta  # ᾱ`. "
            f"(The grader's Python is {sys.version_info[0]}.{sys.version_info[1]}.)"
        )


def test_where_an_import_fails_in_the_other_file_both_are_named():
    failed = "sampler.py could not be imported, because of score.py, which it imports"
    place = "at score.py, line 2: `pass`"
    assert imported(error("KeyError", "'x'", ["score.py", 2])) == f"{failed}: score.py raised KeyError: 'x', {place}."
    why = "it ended Python; put what runs by itself"
    assert imported(error("SystemExit", "", ["score.py", 2])).startswith(f"{failed}: {why}")


def test_a_message_of_an_import_names_no_folder_and_no_address_and_is_cut():
    report = error("ImportError", "cannot import 'x' from 'y' (/tmp/marking-1/tree/y.py)")
    assert "ImportError: cannot import 'x' from 'y'. (The" in imported(report)
    assert "it raised ValueError: no <f at …> in …y.x." in imported(error("ValueError", "no <f at 0x7f01> in /a/b/y.x"))
    assert len(imported(error("ValueError", "x" * 10_000))) < 400


@pytest.mark.parametrize(
    "kind, message",
    [
        ("MemoryError", ""),
        ("RuntimeError", "[enforce fail at alloc_cpu.cpp:127] err == 0. can't allocate memory: 0.1257"),
    ],
)
def test_out_of_memory_says_so(kind, message):
    sentence = said(error(kind, message, ["sampler.py", 5])).sentence
    assert sentence.startswith("q_sample needs more memory than the grader gives, at sampler.py, line 5: ")
    assert "0.1257" not in sentence


@pytest.mark.parametrize("kind", ["SystemExit", "KeyboardInterrupt"])
def test_an_attempt_to_end_python_says_so(kind):
    sentence = said(error(kind, "0.1257", ["sampler.py", 5])).sentence
    assert f"raised {kind}, at sampler.py, line 5" in sentence and "tried to end Python" in sentence
    assert "0.1257" not in sentence


def test_only_a_name_that_python_or_the_submission_has_is_named():
    assert "raised ScheduleError." in said(error("ScheduleError", "")).sentence
    for name in ("X01257M01321", "len", "int", "0.1257", "__name__"):
        assert "raised an exception." in said(error(name, "")).sentence


# Reports are not trusted


texts = st.text(st.characters()) | st.sampled_from(
    ["sampler.py", "NameError", "TODO 1.1: q_sample", "\ud800", "x" * 999]
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(np.zeros(3)) | st.just(Other("x"))
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
fields = {name: values for name in ("type", "message", "place")}
places = st.tuples(values | st.just("sampler.py"), values).map(list)
reports = values | st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries({**fields, "place": places})


@fuzz
@given(reports)
@example({"type": "\ud800"})
@example({"type": "KeyError", "place": [np.zeros(2), 1]})
@example({"type": "SyntaxError", "message": "invalid syntax \ud800"})
def test_no_report_does_more_than_lose(report):
    """And the sentence can be written to a file."""
    for reason in (said(report), reasons.not_imported("score.py", report, SOURCES)):
        assert isinstance(reason, Loses) and reason.sentence.encode()


# Ends of the worker


@pytest.mark.parametrize("code", [0, 1, 70, 255])
def test_an_exit_is_told_with_its_code(code):
    reason = reasons.died("q_sample", code, True)
    assert type(reason) is Died
    assert reason.sentence == f"q_sample ended the Python process (exit code {code}), but must return."


@pytest.mark.parametrize("code, name", [(-9, "SIGKILL"), (-11, "SIGSEGV"), (-6, "SIGABRT"), (-63, "signal 63")])
def test_a_signal_is_told_by_its_name(code, name):
    reason = reasons.died("q_sample", code, True)
    assert isinstance(reason, Died) and f"crashed or was killed inside q_sample ({name})" in reason.sentence
