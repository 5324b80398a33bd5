"""Named misconceptions: each entry of the catalogue explains itself alone, and what is unknown is met with silence."""

import itertools
import re
from functools import partial

import numpy as np
import pytest

from course.marks import read_back
from grader.causes import hints, loops, probes, search
from grader.causes.loops import Run
from grader.causes.search import Suspects, agrees
from grader.marking.mark import mark
from grader.overlay import Submission
from grader.paths import CORPUS, SOLUTION
from grader.student import stand_ins
from grader.student.budget import Limits
from grader.student.session import Session
from grader.tasks import BY_FUNCTION, BY_ID
from oracle import edited_chains, edited_losses, edits, spellings, wrong_chains
from oracle import misconceptions as formulas
from workshop.trust import corpus

pytestmark = pytest.mark.slow

CHAFF = corpus.cases("chaff")
VALUES = [(name, cause, f) for name, entries in formulas.FORMULAS.items() for cause, f in entries]
LOOPS = [(name, cause, make) for name, entries in wrong_chains.CHAINS.items() for cause, make in entries]
LAST = [(name, cause, make) for name, entries in wrong_chains.LAST.items() for cause, make in entries]
SAME_IN_A_DDPM = {"eta_ignored", "eta_squared", "eta_under_root", "eta_at_most_one", "eta_is_a_switch"}  # at η = 1


def ids(entries):
    return [f"{name}-{cause}-{number}" for number, (name, cause, _) in enumerate(entries)]


# The catalogue


def kinds(function):
    """The kinds of edits that a function's right answer can have."""
    if function.endswith("_loss"):
        return {kind for kind, _ in edited_losses.of(function)}
    right = spellings.of(edited_chains.STEP.get(function, function))
    return {kind for spelling in right for kind, _ in edits.edited(spelling)}


def test_every_cause_has_a_hint_and_every_hint_is_some_functions():
    causes = {cause for _, cause, _ in VALUES + LOOPS + LAST}
    assert causes.union(*map(kinds, BY_FUNCTION)) | {hints.NOT_A_NUMBER} == set(hints.HINTS)
    assert set(formulas.FORMULAS) | set(wrong_chains.CHAINS) == set(BY_FUNCTION)


def test_a_hint_names_itself_and_a_place_in_the_handout():
    handout = (SOLUTION.parent / "starter" / "README.md").read_text()
    for cause, (_, section) in hints.HINTS.items():
        output = "σ_t is not what it must be. " + hints.sentence(cause, "in the step from t = 20 to 19", "2.7")
        assert read_back.named(output) == cause and output.endswith(" in the handout.")
        assert section in BY_ID or section in handout
    assert read_back.named("σ_t is not what it must be.") == ""


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
            search._is_right(function, args, np.asarray(v) if BY_FUNCTION[function].task == "2.10" else v)
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


# Edits of the right answers

EDITED = [(name, place) for name in spellings.PARAMETERS for place in range(len(spellings.of(name)))]


def seen_on_the_probes(function, spelling):
    return [(where, args, wire(spellings.value(function, spelling, args))) for where, args in probes.of_value(function)]


@pytest.mark.parametrize("function, place", EDITED)
def test_a_spelling_is_right(function, place):
    spelling = spellings.of(function)[place]
    for _, args, value in seen_on_the_probes(function, spelling):
        assert search._is_right(function, args, value)
        firsts = [np.ravel(part)[0] for part in (value if isinstance(value, list) else [value])]
        numbers = spellings.first_numbers(function, spelling, args)
        assert np.allclose(numbers, firsts[: len(numbers)])


@pytest.mark.parametrize("function", spellings.RIGHT)
def test_an_edited_loop_without_an_edit_is_right(function):
    for spelling in spellings.of(edited_chains.STEP.get(function, function)):
        for make in edited_chains.MAKES.get(function, lambda _: ())(spelling):
            assert follows(make, play(function, make, np.random.default_rng(5)))
            assert any(
                follows(right, play(function, make, np.random.default_rng(5))) for right in wrong_chains.RIGHT[function]
            )


def told(function, spelling):
    """The cause that is told of a function that is spelt so; None where it is right or has no finite values."""
    seen = seen_on_the_probes(function, spelling)
    if any(search._any(lambda x: ~np.isfinite(x), value) for _, _, value in seen):
        return None
    if all(search._is_right(function, args, value) for _, args, value in seen):
        return None
    return Suspects("", search.explaining(function, seen)).cause([])


def test_a_b_that_is_a_whole_number_hides_no_edit():
    """`b = 0` comes over the wire as an integer."""
    function, told_of = "ddim_coefficients", set()
    for _, new in itertools.islice(edits.edited(spellings.of(function)[0]), 12):
        seen = seen_on_the_probes(function, new)
        whole = [(where, args, [*value[:-1], 0]) for where, args, value in seen]
        causes = [[cause for cause, _ in search.explaining(function, each)] for each in (seen, whole)]
        assert causes[0] == causes[1]
        told_of |= {*causes[0]}
    assert told_of - {cause for cause, _ in formulas.FORMULAS[function]}


@pytest.mark.parametrize("function, place", EDITED)
def test_an_edit_is_told_by_its_kind_or_by_a_plainer_word_for_it(function, place):
    """Whatever is told of an edited formula gives the same values; so where the catalogue has no name for it, it is the
    edit's own kind, a plainer one, or nothing."""
    order = {kind: number for number, kind in enumerate(edits.ORDER)}
    catalogue = {cause for cause, _ in formulas.FORMULAS[function]}
    told_of = 0
    with np.errstate(all="ignore"):
        for kind, new in edits.edited(spellings.of(function)[place]):
            cause = told(function, new)
            assert cause in (None, "", kind) or cause in catalogue or order[cause] < order[kind], kind
            told_of += bool(cause)
    assert told_of >= 12


def pair(function, place, *kinds):
    """The first pair of edits of these kinds that neither the catalogue nor one edit alone explains."""
    for kind, new in edits.edited_twice(spellings.of(function)[place]):
        if kind == "+".join(kinds) and told(function, new) == kind:
            return new
    return None


@pytest.mark.parametrize(
    "function, kinds",
    [
        ("ddim_step", ("root_missing", "sign")),
        ("ddim_sigma", ("one_minus_missing", "root_missing")),
        ("ddpm_posterior", ("factor_missing", "upside_down")),
        ("reverse_sde_step", ("factor_two", "sign")),
    ],
)
def test_two_edits_at_once_are_told_as_two(function, kinds):
    with np.errstate(all="ignore"):
        assert pair(function, 0, *kinds)
    said = hints.sentence("+".join(kinds), "at t = 600", "2.9")
    assert all(hints.HINTS[kind][0] in said for kind in kinds) and read_back.is_known("+".join(kinds))


@pytest.mark.parametrize("huge", [0.0, 1e15])
def test_an_answer_that_nothing_explains_is_not_held_against_every_edit_as_a_whole(huge, monkeypatch):
    """Whatever a student puts beside the first number, most edits are ruled out by that one."""
    seen, whole = seen_on_the_probes("ddpm_step", spellings.of("ddpm_step")[0]), []
    for _, _, value in seen:
        value.flat[0], value.flat[1:] = 1.01 * value.flat[0], huge
    monkeypatch.setattr(spellings, "value", lambda *args: whole.append(args))
    assert search.explaining("ddpm_step", seen) == [] and len(whole) < 1000
    empty = [(where, args, []) for where, args, _ in seen]
    assert search.explaining("ddpm_step", empty) == [] and len(whole) < 1000


@pytest.mark.parametrize(
    "kinds, plainest",
    [
        ({"sign"}, "sign"),
        ({"root_missing", "square_extra"}, "root_missing"),
        ({"alpha_bar_t_for_prev", "alpha_bar_prev_for_t"}, ""),
        ({"root_missing", "alpha_bar_t_for_prev"}, ""),
        ({"eta_ignored", "eta_squared"}, ""),
        (set(), ""),
    ],
)
def test_of_two_words_for_one_thing_the_plainest_is_told(kinds, plainest):
    assert edits.plainest(kinds) == plainest


@pytest.mark.parametrize("function", ["noise_prediction_loss", "score_matching_loss"])
def test_an_edited_loss_is_told_by_a_cause(function):
    order, told = {kind: number for number, kind in enumerate(edits.ORDER)}, 0
    with np.errstate(all="ignore"):
        for kind, formula in edited_losses.of(function):
            seen = [(where, args, wire(formula(*args))) for where, args in probes.of_value(function)]
            if all(np.isfinite(value) for _, _, value in seen):
                cause = Suspects("", search.explaining(function, seen)).cause([])
                right = all(search._is_right(function, args, value) for _, args, value in seen)
                catalogue = {cause for cause, _ in formulas.FORMULAS[function]}
                assert right or cause in ("", kind) or cause in catalogue or order[cause] < order[kind]
                told += bool(cause) and not right
    assert told >= 12


LOOP_EDITS = {
    "ddpm_sample": "parentheses",
    "ddim_sample": "one_minus_missing",
    "ddim_invert": "alpha_bar_prev_for_t",
    "langevin_sample": "term_missing",
    "annealed_langevin_sample": "upside_down",
}


@pytest.mark.parametrize("function, kind", LOOP_EDITS.items())
def test_an_edited_loop_is_told_by_its_kind(function, kind):
    """The first edits of a kind that are in no catalogue."""
    with np.errstate(all="ignore"):
        told = []
        for made, make in edited_chains.of(function):
            if made == kind and len(told) < 2:
                runs = play(function, make, np.random.default_rng(6))
                states = [each for _, run in runs for call, after in run.transitions for each in (call.x, after)]
                finite = all(np.isfinite(state).all() for state in states if state is not None)
                if finite and not any(follows(known, runs) for _, known in wrong_chains.CHAINS[function]):
                    told.append(
                        edits.plainest({other for other, chain in edited_chains.of(function) if follows(chain, runs)})
                    )
    assert kind in told and {*told} <= {kind, ""}


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
            z = {"fresh": fresh, "same": once, "shared": fresh[:1] + 0 * fresh}.get(chain.z)
            if z is None:
                other = {"unit": rng.random(fresh.shape), "not_normal": fresh * rng.standard_normal(fresh.shape)}
                z = other.get(chain.z, 1.3 * fresh)  # "scaled"
            x = move.mean(x, answer) + move.sigma * z
        runs.append((args, Run(examiner.transitions(x if ended else None), ended)))
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


@pytest.mark.parametrize("function, cause, make", LAST, ids=ids(LAST))
def test_a_loop_with_other_noise_is_explained_by_that_alone_and_by_no_edit(function, cause, make):
    with np.errstate(all="ignore"):
        runs = play(function, make, np.random.default_rng(7))
        others = [*wrong_chains.CHAINS[function], *edited_chains.of(function), *wrong_chains.LAST[function]]
        assert {other for other, chain in others if follows(chain, runs)} == {cause}
        assert not any(follows(right, runs) for right in wrong_chains.RIGHT[function])


@pytest.mark.parametrize("function", wrong_chains.CHAINS)
@pytest.mark.parametrize("source", ["NaN at the end", "no call"])
def test_a_loop_that_ends_in_nan_or_never_asks_is_held_against_every_chain(function, source, zygote):
    """Some chains have fewer moves than the loop has calls, and some have none."""
    name = BY_ID[BY_FUNCTION[function].task].file
    text = (SOLUTION / name).read_text() + f"\nright_loop = {function}\n"
    back = "right_loop(model, x, *args, **kwargs) * float('nan')" if source == "NaN at the end" else "x"
    text += f"def {function}(model, x, *args, **kwargs): return {back}\n"
    files = {each: (SOLUTION / each).read_bytes() for each in ("sampler.py", "score.py")} | {name: text.encode()}
    suspects = search.suspects(Session(zygote, Submission(files)), function, [])
    assert suspects.cause([]) == (hints.NOT_A_NUMBER if source == "NaN at the end" else "") and suspects.where


@pytest.mark.parametrize("function", wrong_chains.CHAINS)
def test_a_right_loop_is_explained_by_being_right(function):
    for make in wrong_chains.RIGHT[function]:
        runs = play(function, make, np.random.default_rng(4))
        assert follows(make, runs)


# What is said, and when


def test_two_causes_that_explain_all_are_not_told():
    same = [("eta_squared", lambda seen: True), ("eta_ignored", lambda seen: True)]
    assert Suspects("at t = 600", same).cause([((0.5,), 1.0)]) == ""
    assert Suspects("at t = 600", same[:1] * 2).cause([((0.5,), 1.0)]) == "eta_squared"


def test_nan_is_told_only_where_the_checks_own_calls_had_it():
    nan = Suspects("at t = 600", [(hints.NOT_A_NUMBER, search._gives_nan)])
    assert nan.cause([]) == nan.cause([((1,), np.ones(3)), ((2,), np.array([1, np.nan]))]) == hints.NOT_A_NUMBER
    assert nan.cause([((1,), np.ones(3))]) == ""


def test_a_cause_that_does_not_explain_the_checks_own_calls_is_not_told():
    one = Suspects("at t = 600", [("eta_squared", partial(search._gives, lambda args: 1.0))])
    assert one.cause([((0.5,), 1.0), ((0.5,), 1.1)]) == "" and one.cause([]) == "eta_squared"


@pytest.mark.parametrize("got", ["x", None, True, [1.0], np.zeros(2), np.zeros((2, 3)), 10**400])
def test_what_is_no_answer_agrees_with_no_formula(got):
    assert not agrees(got, np.ones(3)) and not agrees(got, (1.0, 2.0)) and not agrees(got, None)


@pytest.mark.parametrize(
    "declared, named, want",
    [("a", [], "silent"), ("none", [""], "silent"), ("a", ["", "a"], "right"), ("none", ["a"], "wrong")],
)
def test_a_verdict_holds_the_named_causes_to_the_declared_one(declared, named, want):
    assert corpus.verdict(declared, named) == want and corpus.verdict(declared, [*named, "b"]) == "wrong"


@pytest.mark.parametrize(
    "number, cause, where", [("nan", hints.NOT_A_NUMBER, "at t = 600"), ("inf", "", ""), ("-inf", "", "")]
)
def test_nan_is_told_as_nan_and_what_is_infinite_is_explained_by_nothing(number, cause, where, zygote):
    source = f"def q_sample(x, a, e): return x * 0 + float('{number}')\n".encode()
    suspects = search.suspects(Session(zygote, Submission({"sampler.py": source, "score.py": b""})), "q_sample", [])
    assert (suspects.cause([]), suspects.where) == (cause, where)


def test_a_suspect_costs_neither_time_nor_later_calls(zygote):
    endless = Submission({"sampler.py": b"def q_sample(*a):\n    while True: pass\n", "score.py": b""})
    session = Session(zygote, endless, limits=Limits(call=0.5))
    assert search.suspects(session, "q_sample", []) == Suspects()
    assert session.budget.hung == {} and session.budget.spent["q_sample", False] == 0


# The corpus


def test_every_chaff_declares_a_cause_that_the_catalogue_has_for_one_of_its_tasks():
    known = {(BY_FUNCTION[name].task, cause) for name, cause, _ in VALUES + LOOPS}
    known |= {(BY_FUNCTION[name].task, cause) for name, cause, _ in LAST}
    known |= {(row.task, cause) for name, row in BY_FUNCTION.items() for cause in {*kinds(name), hints.NOT_A_NUMBER}}
    for case in CHAFF:
        assert re.search(r"^Cause: [\w+]+$", case.story, re.MULTILINE), f"{case.name} declares none"
        parts = [] if case.cause == "none" else case.cause.split("+")
        assert all(any((task, part) in known for task in case.wrong) for part in parts), case.name


@pytest.mark.parametrize("case", CHAFF, ids=lambda case: case.name)
def test_a_chaffs_function_is_explained_by_the_declared_cause_and_no_other(case, zygote):
    """The probes alone, without the checks: fast enough for the whole corpus."""
    for task in case.wrong:
        suspects = search.suspects(Session(zygote, case.submission), BY_ID[task].function, [])
        assert (suspects.cause([]) or "none") == case.cause


SAMPLE = ["slide_beta_outside_root", "loss_summed", "ddpm_sample_zero_based_t", "step_float32_inside"]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_lost_check_names_the_declared_cause(name, zygote, tmp_path):
    case = corpus.load(CORPUS / "chaff" / f"{name}.py")
    folders = {int(task[0]) for task in case.wrong}
    results = [
        mark(Session(zygote, case.submission, "closed-form"), n, tmp_path / str(n), tasks=case.wrong) for n in folders
    ]
    lost = [line for each in results for line in each.lines if line.lost]
    assert lost and corpus.verdict(case.cause, [line.cause for line in lost]) == (
        "silent" if case.cause == "none" else "right"
    )
    assert [line.cause for line in lost] == [read_back.named(line.output) for line in lost]


@pytest.mark.parametrize("name", ["", "log_space", "monolithic", "score_form"])
def test_what_is_right_has_no_suspects(name, zygote):
    """The solution and wheat: no cause comes up, whether a check is lost or not."""
    solution = {file: (SOLUTION / file).read_bytes() for file in ("sampler.py", "score.py")}
    submission = corpus.load(CORPUS / "wheat" / f"{name}.py").submission if name else Submission(solution)
    session = Session(zygote, submission)
    for function in BY_FUNCTION:
        helpers = list(stand_ins.MAY_CALL.get(function, ()))
        assert search.suspects(session, function, helpers if not name else []) == Suspects()
