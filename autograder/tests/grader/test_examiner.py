"""What the grader answers in the middle of a call: the noise predictor, and right helpers in place of wrong ones."""

import re
from contextlib import closing, nullcontext

import numpy as np
import pytest

from checks import loss, noise, promises
from checks.loss import LossChecks
from grader.outcomes import Flooded, Loses, Raised, TimedOut, Wrong
from grader.paths import CORPUS, SOLUTION
from grader.sandbox.wire import Other
from grader.student import stand_ins
from grader.student.budget import Limits
from grader.student.session import Returned, Session
from grader.transcript.examiner import Examiner, describe, model_of_a_loss
from oracle import losses, schedule, steps
from workshop.trust import corpus

X, E, T = np.arange(8.0).reshape(4, 2), np.ones((4, 2)), np.arange(1, 5)

# The examiner


def asked(student, body, T=10, parameters=("x_t", "t"), limit=3):
    """Call q_sample(model) with an examiner that answers 2 x."""
    examiner = Examiner(lambda x, *rest: 2 * x, X.shape, limit, T, parameters)
    return examiner, student(body)("q_sample", examiner, X)


@pytest.mark.parametrize("call", ["x(a, t)", "x(a, t=t)", "x(x_t=a, t=t)", "x.eval()(a, t)", "x.forward(a, t)"])
def test_the_examiner_answers_and_keeps_the_transcript(student, call):
    examiner, returned = asked(student, f"t = torch.full((4,), 7)\nreturn {call}, {call}")
    assert [answer.tolist() for answer in returned.value] == [(2 * X).tolist()] * 2
    assert [(each.x.tolist(), each.t.tolist(), each.t_as_asked) for each in examiner.calls] == [
        (X.tolist(), [7] * 4, "int64 of shape (4,)")
    ] * 2


def test_as_many_calls_as_are_allowed_are_answered(student):
    assert len(asked(student, "for _ in range(3): x(a, 1)")[0].calls) == 3


def test_the_examiner_looks_like_a_module(student):
    _, returned = asked(
        student, "p = list(x.parameters())\nreturn [isinstance(x, torch.nn.Module), len(p), x.training]"
    )
    assert returned.value == [True, 1, True]
    _, returned = asked(student, "y = x(a, 1)\nwith torch.no_grad():\n  return [y, x(a, 1)]")
    assert returned.carries_graph and np.array_equal(returned.value[1], 2 * X)


@pytest.mark.parametrize(
    "body, kind, sentence",
    [
        ("for _ in range(4): x(a, 1)", Flooded, "called more than 3 times"),
        (
            "x(a[:2], 1)",
            Wrong,
            r"got float64 of shape \(2, 2\) as the state; expected a float32 or float64 tensor of shape \(4, 2\)",
        ),
        ("x(a.long(), 1)", Wrong, "got int64 of shape"),
        ("x(a / 0, 1)", Wrong, "NaN, infinite or huge"),
        ("x(a * 1e200, 1)", Wrong, "NaN, infinite or huge"),
        ("x(a, 0)", Wrong, "outside 1..T"),
        ("x(a, 11)", Wrong, "outside 1..T"),
        ("x(a, torch.tensor([1, 2, 3, 0]))", Wrong, "outside 1..T"),
        ("x(a, 1.5)", Wrong, "got a float as t"),
        ("x(a, torch.ones(4, 1))", Wrong, r"got float32 of shape \(4, 1\) as t"),
        ("x(a, 'now')", Wrong, "as t; expected int64"),
        ("x(a, [1, [2]])", Wrong, "got a tuple or a list as t"),
        ("x(a)", Raised, "TypeError"),
        ("x(a, 1, y=2)", Raised, "TypeError"),
    ],
)
def test_what_no_noise_predictor_could_answer_loses(student, body, kind, sentence):
    with pytest.raises(Loses) as caught:
        asked(student, body)
    assert type(caught.value) is kind and re.search(sentence, caught.value.sentence), caught.value.sentence


@pytest.mark.parametrize("sigma", ["1e200", "'x'", "None", "x", "a[0]", "[1, 2]", "[1, [2]]", "{'a': 1}"])
def test_a_noise_level_that_is_no_number_loses(student, sigma):
    with pytest.raises(Wrong, match="as sigma; expected one finite number"):
        asked(student, f"x(a, {sigma})", T=None, parameters=("x", "sigma"))


# Stand-ins


WRONG_SIGMA = (SOLUTION / "sampler.py").read_text() + "\ndef ddim_sigma(a, b, eta): return 2 * eta * a\n"
STEP = X, E, *schedule.linear_alpha_bar(1000)[[500, 400]], 0.5, X - 1


def test_a_right_helper_stands_in_for_a_wrong_one(student):
    want = steps.ddim_step(*STEP)
    assert not np.allclose(student(source=WRONG_SIGMA)("ddim_step", *STEP).value, want)
    assert np.allclose(student(source=WRONG_SIGMA, stand_in_for=["ddim_sigma"])("ddim_step", *STEP).value, want)


@pytest.mark.parametrize("alias", ["sigma = ddim_sigma", "import sampler; sigma = sampler.ddim_sigma"])
def test_a_right_helper_stands_in_under_another_name_too(student, alias):
    source = f"{WRONG_SIGMA}\n{alias}\ndef ddim_step(x_t, eps, a, b, eta, z): return sigma(a, b, eta)\n"
    want = steps.ddim_sigma(*STEP[2:5])
    assert np.allclose(student(source=source, stand_in_for=["ddim_sigma"])("ddim_step", *STEP).value, want)


def test_the_time_of_a_helper_that_stands_in_is_the_students(student):
    """The grader answers for as long as it is asked, so asking without end must end."""
    source = f"{WRONG_SIGMA}\ndef ddim_step(x_t, eps, a, b, eta, z):\n    while True: ddim_sigma(a, b, eta)\n"
    with pytest.raises(TimedOut):
        student(source=source, stand_in_for=["ddim_sigma"], limits=Limits(call=0.3))("ddim_step", *STEP)


def test_a_sampler_stands_in_with_the_students_own_score(student):
    """It takes Langevin steps: x + a score + √(2a) z, with a = 0.5 here."""
    score = b"def langevin_sample(*a): 1/0\ndef annealed_langevin_sample(f, x): return langevin_sample(f, x, 0.5, 2)"
    x = np.linspace(-9, 9, 4096).reshape(64, 64)
    examiner = Examiner(lambda x: -x, x.shape, 9, None, ("x",))
    value = student(score=score, stand_in_for=["langevin_sample"])("annealed_langevin_sample", examiner, x).value
    states = [call.x for call in examiner.calls] + [value]
    assert len(states) == 3 and np.array_equal(states[0], x)
    for before, after in zip(states, states[1:]):
        z = after - 0.5 * before
        assert abs(z.mean()) < 0.1 and abs(z.std() - 1) < 0.1


def test_arguments_that_do_not_fit_the_helper_lose(student):
    source = "def ddim_sigma(): pass\ndef ddim_step(x): return ddim_sigma('a', None)"
    with pytest.raises(Wrong, match="ddim_sigma was called with arguments that do not fit it"):
        student(source=source, stand_in_for=["ddim_sigma"])("ddim_step", X)


@pytest.mark.parametrize("step_size, right", [(0.5, True), (np.full(1, 0.5), True), (np.full(64, 0.5), False)])
def test_a_langevin_step_has_one_step_size(step_size, right):
    """One for each item could be broadcast with the state, to as many numbers as would fill the memory."""
    x = np.ones((64, 1))
    with nullcontext() if right else pytest.raises(ValueError, match="without bound"):
        assert stand_ins.answer("langevin_step", [x, x, step_size, 0 * x], {}).tolist() == [[1.5]] * 64


def test_helpers_are_told_right_or_wrong(student):
    own = student(source=WRONG_SIGMA).session
    assert own.is_right("ddim_coefficients", []) and not own.is_right("ddim_sigma", [])


ODD = [None, "x", 1.0, True, [], [[]], [X, X], [X, X, 0.0], {"a": 1}, Other("x"), np.full((), 7.0), X * np.nan, X > 0]


@pytest.mark.parametrize("helper", sorted(set().union(*stand_ins.MAY_CALL.values()) - {"langevin_sample"}))
def test_a_helper_is_right_with_its_right_answer_and_with_no_odd_one(helper):
    assert len(stand_ins.probes(helper)) >= 5
    for args in stand_ins.probes(helper):
        right = stand_ins.answer(helper, list(args), {})
        assert stand_ins.agrees(helper, args, right)
        assert not any(stand_ins.agrees(helper, args, odd) for odd in ODD)


def test_an_odd_b_is_no_right_answer():
    (args, *_), helper = stand_ins.probes("ddim_coefficients"), "ddim_coefficients"
    omega_0, omega_t, _ = stand_ins.answer(helper, list(args), {})
    for b in (1e-3, None, "0", [0, [0]], {"b": 0}, Other("x"), np.zeros(3) * np.nan):
        assert not stand_ins.agrees(helper, args, [omega_0, omega_t, b])


# The model of a loss


def questions(*calls):
    """The model of a loss of X at T, asked about (x, t) of each call."""
    examiner = model_of_a_loss(X.shape, 10)
    for x, t in calls:
        examiner.answer([x, t])
    return examiner


def test_an_item_gets_the_same_answer_whenever_and_with_whatever_it_is_asked_about():
    examiner = questions((X, T), (X[[2]], T[[2]]), (X[::-1], T[::-1]), (np.tile(X, (2, 1)), np.tile(T, 2)))
    whole, *others = (call.answer for call in examiner.calls)
    for other, items in zip(others, ([2], [3, 2, 1, 0], [0, 1, 2, 3] * 2)):
        assert np.array_equal(other, whole[items])
    assert questions((X.astype(np.float32), T)).calls[0].answer.dtype == np.float32


@pytest.mark.parametrize(
    "calls, kind",
    [
        ([(X[:1], T[:1])] * 40, None),
        ([(X[:0], T[:0])] * 41, Flooded),
        ([(X, T)] * 10, None),
        ([(X, T)] * 10 + [(X[:1], T[:1])], Flooded),
        ([(np.tile(X, (11, 1)), np.tile(T, 11))], Flooded),
        ([(X.ravel(), T)], Wrong),
        ([(X[0], T[:2])], Wrong),
        ([(np.float64(1), T[:1])], Wrong),
        ([(X, T[:3])], Wrong),
        ([(X[:3], T)], Wrong),
        ([(X, T - 1)], Wrong),
    ],
)
def test_the_model_of_a_loss_answers_about_any_number_of_items_up_to_ten_times_its_own(calls, kind):
    with pytest.raises(kind) if kind else nullcontext():
        questions(*calls)


@pytest.mark.parametrize(
    "calls, want",
    [
        ([(X, T)], [0, 1, 2, 3]),
        ([(X[2:], T[2:]), (X[:2], T[:2])], [2, 3, 0, 1]),
        ([(X + 1e-6, T), (X + 1, T)], [0, 1, 2, 3] + [-1] * 4),
        ([(X[[0, 1, 1, 3]], T[[0, 1, 1, 3]])], "every item"),
        ([(X, T[::-1])], "every item"),
        ([(X + 1, T)], "every item"),
        ([], "never called"),
    ],
)
def test_a_loss_must_ask_its_model_about_every_item(calls, want):
    with pytest.raises(Wrong, match=want) if isinstance(want, str) else nullcontext():
        assert promises.items_asked(questions(*calls), X, T, 1e-5) == want


@pytest.mark.parametrize("check", ["value", "gradient", "model_call"])
def test_a_loss_forged_without_a_question_loses_though_its_numbers_are_right(zygote, monkeypatch, check):
    files = corpus.load(CORPUS / "hostile" / "forged_loss_without_a_question.py").submission
    checks, mark = LossChecks("noise_prediction_loss", losses.noise_prediction_loss), Session(zygote, files)
    with closing(mark.student()) as student, pytest.raises(Wrong, match="never called the model"):
        getattr(checks, check)(student)
    monkeypatch.setattr("checks.loss.items_asked", lambda *_: [])  # the wall taken down
    lost = pytest.raises(Wrong, match="No gradient") if check == "gradient" else nullcontext()
    with closing(mark.student()) as student, lost:
        getattr(checks, check)(student)


@pytest.mark.parametrize(
    "answer",
    [
        "m(x_t=x, t=t)",
        "torch.cat([m(row[None], step.expand(1)) for row, step in zip(x, t)])",
        "torch.cat([m(x[i : i + 1], t[i : i + 1]) for i in reversed(range(len(x)))]).flip(0)",
        "(m(x, t) + m(x.flip(0), t.flip(0)).flip(0)) / 2",
        "m.eval()(torch.cat([x, x]), torch.cat([t, t]))[len(x) :]",
    ],
)
def test_a_loss_may_ask_its_model_in_any_way(student, answer):
    source = f"""
def noise_prediction_loss(m, x_0, t, e, table):
    a = table[t].reshape(-1, *[1] * (x_0.ndim - 1))
    x = (a.sqrt() * x_0 + (1 - a).sqrt() * e).to(x_0.dtype)
    return ({answer} - e).square().mean()
"""
    checks = LossChecks("noise_prediction_loss", losses.noise_prediction_loss)
    for check in (checks.value, checks.gradient, checks.model_call):
        check(student(source=source))


def test_a_gradient_where_no_item_is_loses(student):
    source = """
def noise_prediction_loss(m, x_0, t, e, table):
    a = table[t].reshape(-1, *[1] * (x_0.ndim - 1))
    x, other = a.sqrt() * x_0 + (1 - a).sqrt() * e, m(x_0 + 9, t)
    return (m(x, t) - e).square().mean() + (other - other.detach()).sum()
"""
    checks = LossChecks("noise_prediction_loss", losses.noise_prediction_loss)
    checks.value(student(source=source))
    with pytest.raises(Wrong, match="about something else"):
        checks.gradient(student(source=source))
    with pytest.raises(Wrong, match="no item of the batch has"):
        checks.model_call(student(source=source.replace("(other - other.detach()).sum()", "0")))


@pytest.mark.parametrize(
    "gradients",
    [None, [], [X], [None, None], [X, None, X], [X, X[:1]], [X, X > 0], [X, X + np.inf], [None, X * np.nan]],
)
def test_a_report_that_is_no_gradient_of_both_answers_loses(gradients):
    case = loss.Case(questions((X, T), (X, T)), X, T, X, 0.5, X, X)
    with np.errstate(all="ignore"), pytest.raises(Wrong):
        loss._gradient(Returned(np.ones(()), [], True, gradients), case)


@pytest.mark.parametrize(
    "value, said",
    [
        (np.zeros((48, 64)), "float64 of shape (48, 64)"),
        (np.zeros((1, 34192), np.bool_), "bool of shape (1, 34192)"),
        (np.zeros((1234, 567, 0)), "float64 of another shape"),
        (np.zeros((1000, 1, 784)), "float64 of another shape"),
        (Other("a torch.float16 tensor of shape (3, 64, 64)"), "a torch.float16 tensor of shape (3, 64, 64)"),
        (Other("a torch.float16 tensor of shape (3419, 2767, 2531)"), "a torch.float16 tensor of another shape"),
        (Other("a value of type str"), "a value of type str"),
        (Other("0.1257"), "something else"),
    ],
)
def test_a_value_is_described_without_digits_enough_for_a_hidden_number(value, said):
    assert describe(value) == said


# What is said of the noise of a step


@pytest.mark.parametrize(
    "made_of, said",
    [
        ({"fresh": 1.0}, ""),
        ({}, "no fresh noise was added"),
        ({"eps": 0.4}, "no fresh noise was added"),
        ({"x_t": 0.2, "eps": -0.4}, "no fresh noise was added"),
        ({"before": 1.0}, "the noise is that of the step before, but must be fresh"),
        ({"before": 1.0, "eps": 0.4}, "no fresh noise was added"),
        ({"fresh": 1.2}, "what is added to the right mean is 1.2 times as large as the noise must be"),
        ({"fresh": 1.0, "eps": 0.4}, "the mean is wrong, or the noise is not fresh"),
    ],
)
def test_what_is_said_of_the_noise_of_a_step_is_so(made_of, said):
    """A deterministic step leaves a multiple of ε, which is none of the step before."""
    arrays = dict(zip(("fresh", "x_t", "eps", "before"), np.random.default_rng(3).standard_normal((4, 40, 50))))
    residual = sum((factor * arrays[name] for name, factor in made_of.items()), np.zeros((40, 50)))
    with pytest.raises(Wrong, match=f"^In step 2, {said}[.:]") if said else nullcontext():
        noise.standard_normal(residual, [arrays["x_t"], arrays["eps"]], [arrays["before"]], "In step 2")
