"""Named misconceptions: each entry of the catalogue explains itself alone, and what is unknown is met with silence."""

import re

import numpy as np
import pytest

from checks.oracle import misconceptions as formulas
from checks.oracle import wrong_chains
from grader import corpus, hints, loops, marking, misconceptions, probes, stand_ins
from grader.loops import Run
from grader.misconceptions import Suspects, agrees, verdict
from grader.overlay import Submission
from grader.paths import CORPUS, SOLUTION
from grader.session import Session
from grader.tasks import BY_FUNCTION, BY_ID

CHAFF = corpus.cases("chaff")
VALUES = [(name, cause, f) for name, entries in formulas.FORMULAS.items() for cause, f in entries]
LOOPS = [(name, cause, make) for name, entries in wrong_chains.CHAINS.items() for cause, make in entries]
SAME_IN_A_DDPM = {"eta_ignored", "eta_squared", "eta_under_root", "eta_at_most_one", "eta_is_a_switch"}  # at η = 1


def ids(entries):
    return [f"{name}-{cause}-{number}" for number, (name, cause, _) in enumerate(entries)]


# The catalogue


def test_every_cause_has_a_hint_and_every_hint_is_some_functions():
    causes = {cause for _, cause, _ in VALUES + LOOPS}
    assert causes == set(hints.HINTS)
    assert set(formulas.FORMULAS) | set(wrong_chains.CHAINS) == set(BY_FUNCTION)


def test_a_hint_names_itself_and_a_place_in_the_handout():
    handout = (SOLUTION.parent / "starter" / "README.md").read_text()
    for cause, (_, section) in hints.HINTS.items():
        output = "σ_t is not what it must be. " + hints.sentence(cause, "in the step from t = 20 to 19", "2.7")
        assert hints.named(output) == cause and output.endswith(" in the handout.")
        assert section in BY_ID or section in handout
    assert hints.named("σ_t is not what it must be.") == ""


def test_no_hint_gives_the_formula():
    for what, _ in hints.HINTS.values():
        assert not re.search(r"[=√]", what), what


def wire(value):
    """A formula's value as it would come back from a worker."""
    return [wire(part) for part in value] if isinstance(value, tuple) else value if np.ndim(value) else float(value)


def explain(function, answer):
    """The causes that explain a function which answers so on all the probes."""
    seen = [(args, wire(answer(*args))) for _, args in probes.of_value(function)]
    return {cause for cause, f in formulas.FORMULAS[function] if all(agrees(v, f(*args)) for args, v in seen)}, seen


@pytest.mark.parametrize("function, cause, formula", VALUES, ids=ids(VALUES))
def test_a_wrong_formula_is_explained_by_its_own_cause_alone(function, cause, formula):
    with np.errstate(all="ignore"):
        causes, seen = explain(function, formula)
        right = [
            misconceptions._is_right(function, args, np.asarray(v) if BY_FUNCTION[function].task == "2.10" else v)
            for args, v in seen
        ]
    assert causes == {cause} and not all(right)


@pytest.mark.parametrize("function", [name for name in formulas.FORMULAS if name != "ddim_timesteps"])
@pytest.mark.parametrize("change", [lambda v: v, lambda v: 1.01 * v, lambda v: v + 0.01, lambda v: -2 * v])
def test_what_is_right_or_unknown_is_explained_by_nothing(function, change):
    def answer(*args):
        value = formulas.right(function, args)
        return tuple(map(change, value)) if isinstance(value, tuple) else change(value)

    assert explain(function, answer)[0] == set()


# Loops, played by the oracle


def play(function, make, rng):
    """The transcripts of a loop that follows a chain, on all the probes."""
    runs = []
    for rest in probes.of_loop(function):
        args = (*rest, probes.STATE) if function == "ddim_invert" else rest
        chain, examiner = make(*args), loops._examiner(function, rest)
        own, once = rng.standard_normal((2, *probes.SHAPE))
        x, ended = {"given": probes.STATE, "zeros": 0 * probes.STATE, "fresh": own}[chain.start], True
        for move in chain.moves:
            if move.asked == 0:
                ended = False
                break
            second = np.full(len(x), move.asked) if function.startswith("dd") else move.asked
            answer = examiner.answer([x] if second is None else [x, second])
            fresh = rng.standard_normal(probes.SHAPE)
            z = {"fresh": fresh, "same": once, "shared": fresh[:1] + 0 * fresh}[chain.z]
            x = move.mean(x, answer) + move.sigma * z
        calls = examiner.calls
        states = [call.x for call in calls] + [x] * ended
        runs.append((args, Run(states, [call.t for call in calls], [call.answer for call in calls], ended)))
    return runs


def follows(make, runs):
    return all(loops.fault(make(*args), run) == "" for args, run in runs)


@pytest.mark.parametrize("function, cause, make", LOOPS, ids=ids(LOOPS))
def test_a_wrong_loop_is_explained_by_its_own_cause_alone(function, cause, make):
    with np.errstate(all="ignore"):
        runs = play(function, make, np.random.default_rng(3))
        right = any(follows(other, runs) for other in wrong_chains.RIGHT[function])
        causes = {other for other, chain in wrong_chains.CHAINS[function] if follows(chain, runs)}
    if right:  # at η = 1 some mistakes make no difference, and then none is told
        assert function == "ddpm_sample" and cause in SAME_IN_A_DDPM
    else:
        assert causes == {cause}


@pytest.mark.parametrize("function", wrong_chains.CHAINS)
def test_a_right_loop_is_explained_by_being_right(function):
    for make in wrong_chains.RIGHT[function]:
        runs = play(function, make, np.random.default_rng(4))
        assert follows(make, runs)


# What is said, and when


def test_two_causes_that_explain_all_are_not_told():
    same = [("eta_squared", lambda args: 1.0), ("eta_ignored", lambda args: 1.0)]
    assert Suspects("at t = 600", same).cause([((0.5,), 1.0)]) == ""
    assert Suspects("at t = 600", same[:1] * 2).cause([((0.5,), 1.0)]) == "eta_squared"


def test_a_cause_that_does_not_explain_the_checks_own_calls_is_not_told():
    one = Suspects("at t = 600", [("eta_squared", lambda args: 1.0)])
    assert one.cause([((0.5,), 1.0), ((0.5,), 1.1)]) == "" and one.cause([]) == "eta_squared"


@pytest.mark.parametrize("got", ["x", None, True, [1.0], np.zeros(2), np.zeros((2, 3)), 10**400])
def test_what_is_no_answer_agrees_with_no_formula(got):
    assert not agrees(got, np.ones(3)) and not agrees(got, (1.0, 2.0)) and not agrees(got, None)


@pytest.mark.parametrize(
    "declared, named, want",
    [("a", [], "silent"), ("none", [""], "silent"), ("a", ["", "a"], "right"), ("none", ["a"], "wrong")],
)
def test_a_verdict_holds_the_named_causes_to_the_declared_one(declared, named, want):
    assert verdict(declared, named) == want and verdict(declared, [*named, "b"]) == "wrong"


def test_nan_is_explained_by_nothing(zygote):
    source = b"def q_sample(x, a, e): return x * float('nan')\n"
    session = Session(zygote, Submission({"sampler.py": source, "score.py": b""}))
    assert misconceptions.suspects(session, "q_sample", []) == Suspects()


def test_a_suspect_costs_neither_time_nor_later_calls(zygote, monkeypatch):
    monkeypatch.setattr("grader.session.CALL_SECONDS", 0.5)
    session = Session(zygote, Submission({"sampler.py": b"def q_sample(*a):\n    while True: pass\n", "score.py": b""}))
    assert misconceptions.suspects(session, "q_sample", []) == Suspects()
    assert session.hung == {} and session.spent["q_sample", False] == 0


# The corpus


def test_every_chaff_declares_a_cause_that_the_catalogue_has_for_one_of_its_tasks():
    known = {(BY_FUNCTION[name].task, cause) for name, cause, _ in VALUES + LOOPS}
    for case in CHAFF:
        assert re.search(r"^Cause: \w+$", case.story, re.MULTILINE), f"{case.name} declares none"
        assert case.cause == "none" or any((task, case.cause) in known for task in case.wrong), case.name


@pytest.mark.parametrize("case", CHAFF, ids=lambda case: case.name)
def test_a_chaffs_function_is_explained_by_the_declared_cause_and_no_other(case, zygote):
    """The probes alone, without the checks: fast enough for the whole corpus."""
    for task in case.wrong:
        suspects = misconceptions.suspects(Session(zygote, case.submission), BY_ID[task].function, [])
        assert (suspects.cause([]) or "none") == case.cause


SAMPLE = ["slide_beta_outside_root", "loss_summed", "ddpm_sample_zero_based_t", "step_float32_inside"]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_lost_check_names_the_declared_cause(name, zygote, tmp_path):
    case = corpus.load(CORPUS / "chaff" / f"{name}.py")
    folders = {int(task[0]) for task in case.wrong}
    results = [marking.mark_loaded(case.submission, n, tmp_path / str(n), zygote, "closed-form") for n in folders]
    lost = [line for each in results for line in each.lines if line.lost]
    assert lost and verdict(case.cause, [line.cause for line in lost]) == (
        "silent" if case.cause == "none" else "right"
    )
    assert [line.cause for line in lost] == [hints.named(line.output) for line in lost]


@pytest.mark.parametrize("name", ["", "log_space", "monolithic", "score_form"])
def test_what_is_right_has_no_suspects(name, zygote):
    """The solution and wheat: no cause comes up, whether a check is lost or not."""
    solution = {file: (SOLUTION / file).read_bytes() for file in ("sampler.py", "score.py")}
    submission = corpus.load(CORPUS / "wheat" / f"{name}.py").submission if name else Submission(solution)
    session = Session(zygote, submission)
    for function in BY_FUNCTION:
        helpers = list(stand_ins.MAY_CALL.get(function, ()))
        assert misconceptions.suspects(session, function, helpers if not name else []) == Suspects()
