"""The report page and the summary: figures against the oracle, what is said of whom, and that no mark hangs on it."""

import base64
import io
import json
import re
import stat
from functools import partial
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

from checks import quality
from checks.transcript import PIXELS
from course import table
from course.__main__ import app
from course.pages import curves, png, report
from course.pages.exhibits import exhibits
from grader import overlay
from grader.causes import hints
from grader.marking import findings, summary
from grader.marking import mark as marking
from grader.outcomes import GraderFault, Raised, Wrong
from grader.paths import CORPUS, SOLUTION
from grader.student.session import Session
from grader.transcript import evidence, regression
from grader.transcript import steps as recovered
from grader.transcript.evidence import Evidence
from made_reports import (
    HOSTILE,
    LINEAR,
    PAGES,
    TAU,
    Student,
    images,
    line,
    made,
    right_sigma,
    table_sigma,
    wrong_cells,
    wrong_page,
)
from oracle import steps
from oracle.gaussian import GaussianData

DOWN = list(TAU[::-1])
PAIRS = list(zip(DOWN, [*DOWN[1:], 0]))


def run_of(**options):
    """The figures of one run of a made student."""
    given = {name: options.pop(name) for name in ("eta", "tau", "shape", "wobble", "data") if name in options}
    kept = Student(**options).run(Evidence(), **given)
    kept.settle()
    assert kept.faults == [] and kept.last is None
    return kept.runs[0]


def exhibit(number="2.11.3", outcome="passed", **options):
    kept = Student(**{k: v for k, v in options.items() if k != "eta"}).run(Evidence(), options.get("eta", 0.5))
    return exhibits([line(number, outcome, evidence=kept)])[0][0]


# What is recovered


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_a_right_samplers_coefficients_are_the_oracles(eta):
    found = run_of(eta=eta)
    assert [(step.asked, step.wanted) for step in found.steps] == [(t, t) for t in DOWN]
    for step, (t, t_prev) in zip(found.steps, PAIRS):
        sigma = steps.ddim_sigma(LINEAR[t], LINEAR[t_prev], eta)
        right = (*steps.ddim_coefficients(LINEAR[t], LINEAR[t_prev], sigma)[:2], sigma)
        for value, want in zip(step.values.values(), right):
            assert value.right == pytest.approx(want, abs=1e-12)
            assert abs(value.found - want) <= 5 * value.error + 1e-9
            assert value.error < (1e-9 if sigma == 0 else 0.2 * sigma)
        assert not step.off and step.marginal


def test_a_wrong_sigma_is_recovered_as_it_is_and_what_follows_from_it_is_told():
    found = run_of(sigma=table_sigma)
    assert [step.off for step in found.steps] == [True] * 9 + [False]  # the last step has none
    for step, (t, t_prev) in zip(found.steps, PAIRS):
        value = step.values["sigma"]
        assert abs(value.found - table_sigma(t, t_prev, 0.5)) <= 5 * value.error + 1e-9
    said = exhibit(sigma=table_sigma).verdict
    assert "σ_t are off in 9 of 10 steps; ω₀ and ω_t follow from the σ_t that is used, which alone is wrong" in said


def test_a_wrong_sigma_beside_a_right_mean_is_told():
    """Noise at η = 0 in the last step, which a right sampler never has."""
    noise = 0.05 * np.random.default_rng(9).standard_normal(PIXELS)
    said = exhibit(eta=0.0, x_0=lambda x: x + noise).verdict
    assert said == "10 calls of the model; σ_t is off in 1 of 10 steps; ω₀ and ω_t are as they must be."


def test_a_mean_that_does_not_fit_its_sigma_is_not_put_down_to_sigma():
    """The noise of η = 1 with the direction of η = 0.5: what is kept of x_t is too much."""

    class Mixed(Student):
        def run(self, kept, eta=0.5, **given):
            self.sigma = lambda t, t_prev, eta: 0.5 * right_sigma(t, t_prev, eta)
            return super().run(kept, eta, **given)

    kept = Mixed().run(Evidence())
    kept.settle()
    for step, (t, t_prev) in zip(kept.runs[0].steps[:-1], PAIRS):
        assert step.marginal and step.values["sigma"].off  # half the noise, and a direction for half the noise
        doubled = {**step.values, "sigma": regression.Value(2 * step.values["sigma"].found, 0.001, None)}
        assert not regression.keeps_marginal(doubled, LINEAR[t], LINEAR[t_prev])


def test_a_constant_in_the_mean_is_told():
    assert all(step.shift == pytest.approx(0.2, abs=0.05) for step in run_of(shift=0.2).steps)
    assert "a constant is added to the mean" in exhibit(shift=0.2).verdict
    assert not any(step.shift for step in run_of().steps)


def test_calls_at_another_t_are_told_and_steps_still_read():
    found = run_of(ask=lambda t: t - 1)
    assert [(step.asked, step.wanted, step.off) for step in found.steps] == [(t - 1, t, True) for t in DOWN]
    assert "10 at another t than the step needs" in exhibit(ask=lambda t: t - 1).verdict


def test_with_too_few_or_too_many_calls_steps_are_known_by_their_t():
    short = run_of(times=lambda t: int(t != 1000))
    assert [step.wanted for step in short.steps] == DOWN[1:] and short.wrong_count and short.wrong == []
    twice = run_of(times=lambda t: 1 + (t == 500))
    assert [step.asked for step in twice.steps] == sorted([*DOWN, 500], reverse=True)
    assert [step.off for step in twice.steps] == [step is twice.steps[5] for step in twice.steps]  # x_prev is x_t there
    strange = exhibit(times=lambda t: int(t != 1000), ask=lambda t: t - 1)
    assert [step.wanted for step in strange.run.steps] == [None] * 9 and strange.run.wrong == []
    assert "9 calls of the model instead of 10; 9 at a t that is not in the sequence" in strange.verdict
    picture = curves.panel(strange.run, "omega_0", "k")
    assert (marks(picture, "stray"), marks(picture, "dot"), marks(picture, "off")) == (9, 0, 0)


@pytest.mark.parametrize("stop", [1, 4])
def test_of_a_run_that_broke_off_there_is_what_there_was(stop):
    found = run_of(stop=stop)
    assert [step.asked for step in found.steps] == DOWN[:stop] and not found.ended
    assert [bool(step.values) for step in found.steps] == [True] * (stop - 1) + [False]
    assert not any(step.off for step in found.steps)
    said = exhibit(outcome="raised", stop=stop)
    assert said.wrong and said.verdict.startswith("1 call of" if stop == 1 else "4 calls of")
    assert said.verdict.endswith(" of the model instead of 10, then it ended without a result.")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_numbers_that_are_none_are_said_to_be_so(value):
    found = run_of(x_0=lambda x: np.full_like(x, value))
    assert [step.off for step in found.steps] == [False] * 9 + [True]
    assert "NaN, infinite or huge" in found.steps[-1].note


def test_what_came_back_in_another_shape_is_no_step():
    found = run_of(x_0=lambda x: x[:1])
    assert not found.ended and found.steps[-1].values == {}


def test_a_model_whose_answer_is_a_multiple_of_the_state_tells_no_coefficients():
    found = run_of(wobble=0.0, data=GaussianData(0.0, 1.0))
    assert all(step.values == {} and not step.off for step in found.steps)


def test_a_few_numbers_tell_nothing():
    assert all(step.values == {} for step in run_of(shape=(4, 2), data=GaussianData(0.0, 1.0)).steps)


# Pictures


def marks(picture: str, kind: str) -> int:
    return len(re.findall(f'class="{kind}"', picture))


def test_a_picture_has_a_dot_for_a_right_step_and_a_cross_for_a_wrong_one():
    right, wrong = (curves.panel(run_of(sigma=s), "sigma", "k") for s in (right_sigma, table_sigma))
    assert (marks(right, "dot"), marks(right, "off"), marks(right, "place")) == (10, 0, 10)
    assert (marks(wrong, "dot"), marks(wrong, "off"), marks(wrong, "way")) == (1, 9, 9)
    assert '<title id="k-title">σ_t over t</title>' in wrong and "off in 9 of 10 steps; at t = 1000" in wrong
    assert "<desc" in right and "all 10 steps as they must be" in right


def test_what_lies_beyond_a_picture_is_a_triangle_at_its_edge():
    picture = curves.panel(run_of(sigma=lambda t, *_: 30.0 * (t > 100)), "sigma", "k")
    assert picture.count("h10L") == 9 and marks(picture, "way") == 0


def test_no_right_step_is_drawn_beyond_the_picture():
    """Of 1000 steps each has so little of x_0 that ω₀ comes out negative by chance: no logarithms then."""
    run = run_of(tau=np.arange(1, 1001), shape=(16, 64), eta=1.0)
    assert any(step.values["omega_0"].found < 0 for step in run.steps)
    assert "h10L" not in curves.panel(run, "omega_0", "k") and "log scale)" in curves.panel(run, "omega_0", "k")
    assert ">log scale<" in curves.panel(run_of(), "omega_0", "k")


@pytest.mark.parametrize("name", regression.NAMES)
@pytest.mark.parametrize("sigma", [right_sigma, table_sigma, lambda *_: 0.0, lambda t, *_: 1e50 / t])
@pytest.mark.parametrize("tau", [TAU, np.arange(1, 1001), np.array([1000]), np.array([1, 2, 40, 333])], ids=len)
def test_every_place_in_a_picture_lies_inside_it(name, sigma, tau):
    picture = curves.panel(run_of(sigma=sigma, tau=tau, shape=(16, 64)), name, "k")
    places = re.findall(r'(?:cx|x)="([\d.e+-]+)" (?:cy|y)="([\d.e+-]+)"', picture)
    places += re.findall(r"[ML]([\d.e+-]+) ([\d.e+-]+)", picture)
    assert places and len(places) < 400 and "nan" not in picture and "inf" not in picture
    assert all(0 <= float(x) <= curves.WIDTH and 0 <= float(y) <= curves.HEIGHT for x, y in places)


def test_a_grid_of_images_is_a_png_that_holds_them():
    pixels = np.random.default_rng(0).integers(0, 256, (11, 5, 7), dtype=np.uint8)
    kind, _, data = png.data_url(pixels).partition(",")
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (kind, picture.format, picture.mode) == ("data:image/png;base64", "PNG", "L")
    read = np.asarray(picture)
    assert read.shape == (2 * 5 + 2, 8 * 7 + 7 * 2) and (read[5:7] == 255).all()
    assert (read[:5, :7] == pixels[0]).all() and (read[7:, 18:25] == pixels[10]).all()


def test_images_are_kept_as_they_look():
    kept = images(Evidence())
    kept.settle()
    assert kept.runs[0].images.shape == kept.right_images.shape == (16, 28, 28)
    assert kept.runs[0].images.min() == 0 and kept.right_images.max() == 255
    assert recovered.as_pixels(np.full((1, 1, 28, 28), np.nan)).max() == 0
    assert recovered.as_pixels(np.zeros((4, 2))) is None


# The page


class Read(HTMLParser):
    """A page as a browser reads it: its tags with their attributes, and its text."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def page(tmp_path):
    return lambda make: report.page(*make(tmp_path))


def test_the_page_says_what_went_wrong_whom_it_is_for_and_what_did_not_run(page):
    text = re.sub(r"\s+", " ", Read(page(wrong_page)).text)
    for said in (
        "For course staff.",
        "student 7",
        "4 of 12 points",
        "2.11 ddim_sample: σ_t uses the full table's β_t",
        "Not written yet: 2.7 ddim_sigma",
        "The code ran without: a user id of its own.",
        "Not run, and not counted as passed: 2.11.12. Not run: the GPU tier was not asked for.",
        "At most 90 MiB in the grader, 400 MiB in a worker",
        "7 calls of the student's functions in 2.0 s",
        "Tier of sampling quality: closed-form, so without the trained network.",
        "✗ 12.9not 24.4",
        "4 calls of the model instead of 10, then it ended without a result",
    ):
        assert said in text, said


def test_the_page_of_a_right_submission_says_that_nothing_is_wrong(page):
    read = Read(page(PAGES["right"]))
    assert "✓ Nothing: every check that carries points holds." in read.text and "✗" not in read.text
    assert [attrs["src"][:22] for tag, attrs in read.tags if tag == "img"] == ["data:image/png;base64,"] * 2


def test_no_text_of_a_students_becomes_markup(page):
    text = page(PAGES["hostile"])
    read = Read(text)
    own = {tag for tag, _ in Read(page(PAGES["wrong"])).tags}
    assert {tag for tag, _ in read.tags} <= own and "script" not in own
    assert not [attrs for _, attrs in read.tags if any(name.startswith("on") for name in attrs)]
    assert [attrs["src"] for tag, attrs in read.tags if tag == "img"] == []
    assert read.text.count("<script>alert(1)</script>") > 10 and "{{ 7 * 7 }}" in read.text
    assert not set("\x1b\u202e\ud800") & set(text)


def test_a_fault_of_the_grader_stands_above_all(tmp_path):
    lines = [line("2.7.1", "fault of the grader", "Not done."), line("2.7.2")]
    text = Read(report.page(*made(tmp_path, lines, fault="2.7.1: ZeroDivisionError"))).text
    assert (
        text.index("these marks do not count") < text.index("2.7.1: ZeroDivisionError") < text.index("What went wrong")
    )
    assert "Fault of the grader: 2.7.1 could not be done." in text


def test_a_long_transcript_is_cut_to_its_ends_and_its_wrong_steps():
    wrong = run_of(
        sigma=lambda t, t_prev, eta: right_sigma(t, t_prev, eta) + 0.5 * (t % 10 == 0), tau=np.arange(1, 1001)
    )
    shown = exhibits([line("2.11.3", "wrong", evidence=Evidence(runs=[wrong]))])[0][0]
    numbers = [number for number, _ in shown.rows]
    assert len(numbers) <= 60 and numbers[:12] == list(range(1, 13)) and numbers[-1] == 1000
    assert sum(step.off for _, step in shown.rows) >= 30


def test_of_a_lost_check_its_last_run_is_shown_and_of_another_one_of_the_usual_size():
    kept = Evidence()
    for eta, tau in ((0.1, TAU[-1:]), (0.2, TAU), (0.3, TAU[-2:]), (0.4, TAU), (0.3, TAU[-3:])):
        Student().run(kept, eta, tau)
        assert len(kept.runs) <= 1
    assert kept.runs[0].eta == 0.2 and kept.last.args[-1] == 0.3
    shown = {
        outcome: exhibits([line("2.11.3", outcome, evidence=kept)])[0][0].run.eta for outcome in ("passed", "wrong")
    }
    assert shown == {"passed": 0.2, "wrong": 0.3}


def test_checks_that_were_lost_for_one_cause_are_one_finding(tmp_path):
    results, _ = wrong_page(tmp_path)
    found = [(each.kind, [one.number for one in each.lines]) for each in findings.findings(results)]
    assert found == [
        ("wrong", ["2.9.7"]),
        ("cause", ["2.11.3"]),
        ("raised", ["2.11.8"]),
        ("to do", ["2.7.1"]),
    ]


def test_what_waits_for_a_gpu_is_not_run_to_people(tmp_path, monkeypatch):
    """On the page, in the table and to the student; and checks that did not run for one reason are one finding."""
    device, other = "Not run: no CUDA device.", "Not run: the time was used up."
    lines = [line(f"2.11.{n}", "waits for a GPU", device) for n in (12, 13)] + [line("2.11.14", "not run", other)]
    results, facts = made(tmp_path, lines)
    console = Console(file=io.StringIO(), width=200)
    monkeypatch.setattr(table, "console", console)
    table.show(results, 2)
    texts = [console.file.getvalue(), Read(report.page(results, facts)).text, Read(summary.html(results)).text]
    assert all("not run" in text and "waits for" not in text for text in texts)
    found = [(each.kind, [one.number for one in each.lines]) for each in findings.findings(results)]
    assert found == [("not run", ["2.11.12", "2.11.13"]), ("not run", ["2.11.14"])]
    assert [each.number for each in findings.not_run(results)] == ["2.11.12", "2.11.13", "2.11.14"]


def test_a_quoted_comment_is_no_cause_and_cuts_nothing_off(tmp_path):
    output = f"It raised, at sampler.py, line 3: `1 / 0  # {hints.sentence('noise_sign', 'at t = 5', '1.1')}`."
    results, _ = made(tmp_path, [line("2.7.1", "raised", output)])
    [found] = findings.findings(results)
    assert (found.kind, found.shows) == ("raised", output)


# What reaches the student


def test_the_summary_has_nothing_of_the_evidence(tmp_path):
    results, _ = wrong_page(tmp_path)
    with_it, written = summary.html(results), results.as_gradescope()
    for each in results.lines:
        each.evidence = Evidence()
    assert summary.html(results) == with_it
    bare = results.as_gradescope()
    assert bare.pop("execution_time") <= 60 and {**bare, "execution_time": written["execution_time"]} == written
    assert "24.4" not in json.dumps(written)


def test_the_summary_is_escaped_and_made_of_tables_and_lists_alone(tmp_path):
    results, _ = PAGES["hostile"](tmp_path)
    results.message = HOSTILE
    read = Read(summary.html(results))
    allowed = {"br", "table", "thead", "tbody", "tr", "th", "td", "p", "strong", "ul", "li"}
    assert {tag for tag, _ in read.tags} <= allowed and not any(attrs for _, attrs in read.tags)
    assert read.text.startswith('"><script>alert(1)</script>')


def test_the_summary_names_tasks_causes_and_what_did_not_run(tmp_path):
    text = re.sub(r"\s+", " ", Read(summary.html(wrong_page(tmp_path)[0])).text)
    assert text.startswith("2 of 4 points.")
    said = "2.11 ddim_sample: σ_t uses the full table's β_t, which is another one on a sub-sequence"
    assert f"{said} (points: 2; the likely cause)" in text
    assert "Not written yet: 2.7 ddim_sigma" in text and "Not run: 2.11.12." in text


# In a marking

CHECKS = """
import numpy as np
import pytest
from gradescope_utils.autograder_utils.decorators import number
from checks import cases, transcript
from oracle import schedule

LINEAR, TAU = cases.SCHEDULES["linear"], schedule.even_timesteps(1000, 10)

def run(student, eta, TAU=TAU):
    x_T = cases.states(1, 1, (16, 64))[0]
    examiner = transcript.noise_predictor(LINEAR, x_T.shape, 30)
    returned = student("ddim_sample", examiner, x_T, LINEAR, TAU, eta)
    return transcript.steps_taken(examiner, returned, LINEAR, TAU)

@number("2.11.2")
@pytest.mark.drawn
def test_eta_0(student):
    "At η = 0 it is right."
    for tau in (TAU, TAU[5:]):
        taken = run(student, 0.0, tau)
        transcript.is_deterministic(taken)

@number("2.11.3")
@pytest.mark.drawn
def test_sigma(student, evidence):
    "σ is right."
    taken = run(student, 0.5)
    evidence().cell("S = 10", "η = 0.5", 1.0, 2.0, False)
    transcript.is_stochastic(taken, 0.5)
"""
RIGHT = {name: (SOLUTION / name).read_bytes() for name in ("sampler.py", "score.py")}
CRASH = b"\nimport os\ndef ddim_sample(m, x, a, tau, eta=0.0, g=None):\n    for t in (1000, 900, 800):\n"
CRASH += b"        x = x - 0.1 * m(x, x.new_full((len(x),), t).long())\n    os._exit(3)\n"
FORGED = b"""
import gc
def ddim_sample(m, x, a, tau, eta=0.0, g=None):
    channel = next(o for o in gc.get_objects() if type(o).__name__ == "Channel" and o.sock.fileno() >= 0)
    t = x.new_full((len(x),), 1000).long()
    m(x, t)
    channel.send({"ask": "callback", "args": [x.numpy() * float("inf"), t.numpy()]})
    return channel.receive()
"""
KINDS = {
    "right": (RIGHT, ["passed", "passed"], [15, 10]),
    "empty": ({}, ["not run", "not run"], [0, 0]),
    "crash": ({**RIGHT, "sampler.py": RIGHT["sampler.py"] + CRASH}, ["died", "died"], [3, 3]),
    "forged": ({**RIGHT, "sampler.py": RIGHT["sampler.py"] + FORGED}, ["wrong", "wrong"], [1, 1]),
}


@pytest.fixture
def mark(tmp_path, monkeypatch, zygote):
    """Marks by the two checks above, with a page; gives the results and the fault of the grader."""
    monkeypatch.setattr(marking, "CHECKS", tmp_path / "checks")

    def run(files, checks=CHECKS):
        folder = tmp_path / "checks" / "assignment2"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"test_{tmp_path.name}.py").write_text(checks)
        given = overlay.Submission(files, {} if files else dict.fromkeys(RIGHT, "It is missing."))
        return marking.mark(Session(zygote, given, "closed-form"), 2, tmp_path / "out", "student 7", page=report.write)

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_a_marking_leaves_a_page_with_what_was_seen_of_it(kind, mark, tmp_path):
    files, outcomes, calls = KINDS[kind]
    results = mark(files)
    assert [each.outcome for each in results.lines] == outcomes
    assert [sum(len(run.steps) for run in each.evidence.runs) for each in results.lines] == calls
    assert [each.evidence.faults for each in results.lines] == [[], []]
    assert results.report == str(tmp_path / "out" / "report.html")
    path = tmp_path / "out" / "report.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600  # others on the machine have no business there
    read = Read(path.read_text())
    assert "student 7" in read.text and ("What the sampler does" in read.text) == (sum(calls) > 0)
    written = json.loads((tmp_path / "out" / "results.json").read_text())
    assert written["output_format"] == "html" and written["score"] == (17 if kind == "right" else 0)
    assert "evidence" not in json.dumps(written)


def test_with_a_stand_in_the_run_as_submitted_is_shown_unless_it_came_to_nothing(mark):
    source = RIGHT["sampler.py"].decode()
    wrong = source + "\ndef ddim_sigma(a, b, eta): return 0.5 * eta * (1 - b).sqrt()\n"
    tuned = (CORPUS / "wheat" / "tuned_loop.py").read_text()  # which needs σ_t before it asks the model anything
    missing = source + tuned + "\ndef ddim_sigma(a, b, eta): raise NotImplementedError('TODO 2.7: ddim_sigma')\n"
    for text, off, helpers in ((wrong, True, []), (missing, False, ["ddim_sigma"])):
        found = mark({**RIGHT, "sampler.py": text.encode()}).lines[1]
        assert found.outcome == "passed with a stand-in"
        assert bool(found.evidence.runs[-1].wrong) is off and found.evidence.stand_in_for == helpers


def test_evidence_that_cannot_be_kept_costs_nothing_and_is_told(mark, monkeypatch, tmp_path):
    monkeypatch.setattr(evidence.steps, "run", lambda *_: 1 / 0)
    assert mark(RIGHT).score == 17
    text = (tmp_path / "out" / "report.html").read_text()
    assert "2.11.3: a transcript of ddim_sample could not be kept: ZeroDivisionError" in text


@pytest.mark.parametrize("broken", ["page", "summary"])
def test_a_report_that_cannot_be_made_costs_nothing_and_is_told(broken, mark, monkeypatch, tmp_path):
    owner, name = (report, "page") if broken == "page" else (summary, "html")
    monkeypatch.setattr(owner, name, lambda *_: 1 / 0)
    results = mark(RIGHT)
    written = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results.score == written["score"] == 17 and written["output"].startswith("17 of 17 points.")
    if broken == "page":
        assert results.report.startswith("The report could not be made, which costs no marks: ZeroDivisionError")
        assert not (tmp_path / "out" / "report.html").exists()
    else:
        assert written["output_format"] == "text" and (tmp_path / "out" / "report.html").exists()


def test_no_page_of_an_earlier_marking_stays(tmp_path):
    (tmp_path / "report.html").write_text("of another submission")
    marking.begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_a_marking_that_did_not_end_leaves_a_page_that_says_so(mark, tmp_path):
    with pytest.raises(GraderFault):
        mark(RIGHT, CHECKS.replace("transcript.is_stochastic(", "1 / 0, ("))
    text = Read((tmp_path / "out" / "report.html").read_text()).text
    assert "these marks do not count" in text and "ZeroDivisionError" in text and "✓ passed" in text


@pytest.mark.parametrize("broken", [False, True])
def test_grade_prints_where_the_page_is(broken, tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "CHECKS", tmp_path / "checks")
    (tmp_path / "checks" / "assignment2").mkdir(parents=True)
    text = CHECKS.replace("transcript.is_stochastic(", "1 / 0, (") if broken else CHECKS
    (tmp_path / "checks" / "assignment2" / f"test_{tmp_path.name}.py").write_text(text)
    done = CliRunner().invoke(app, ["grade", str(SOLUTION), "-a", "2", "--out", str(tmp_path / "out")])
    assert done.exit_code == (2 if broken else 0)
    said = "what was known by then" if broken else "report for course staff"
    assert f"{said}: {tmp_path / 'out' / 'report.html'}\n" in done.output


def test_a_table_is_finished_before_its_check_is_lost_and_the_first_fault_counts():
    tried = []

    def attempt(n):
        tried.append(n)
        if n % 2:
            raise (Wrong, Raised)[n // 2](f"fault {n}")
        return float(n)

    with pytest.raises(Wrong, match="fault 1"):
        quality.each(partial(attempt, n) for n in range(5))
    assert tried == [0, 1, 2, 3, 4]
    assert quality.each(partial(attempt, n) for n in (0, 2)) == [0.0, 2.0]


def test_cells_of_a_table_are_kept_in_their_order(page):
    kept = wrong_cells(Evidence())
    assert report._table(line("2.9.7", evidence=kept)) == [["S = 5", "S = 10"], ["η = 0.0", "η = 1.0"]]
