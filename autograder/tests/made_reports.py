"""Report pages made without a worker: the oracle's samplers, right and wrong, in a student's place."""

import numpy as np

from checks import transcript
from checks.cases import SCHEDULES
from course.pages import report
from grader import overlay
from grader.causes import hints
from grader.marking.results import Line, Results
from grader.outcomes import Outcome
from grader.tasks import BY_ID, TASKS, order
from grader.transcript.evidence import Evidence
from grader.transcript.examiner import Examiner
from oracle import samplers, schedule, steps

LINEAR = SCHEDULES["linear"]
TAU = schedule.even_timesteps(1000, 10)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} \x1b[31m \u202e `</style>` & \ud800'
WALLS = {"resource limits": True, "seccomp": True}


def right_sigma(t, t_prev, eta):
    return float(steps.ddim_sigma(LINEAR[t], LINEAR[t_prev], eta))


def table_sigma(t, t_prev, eta):
    """With the full table's β_t, which is another one on a sub-sequence."""
    beta = 1 - LINEAR[t] / LINEAR[t - 1]
    return float(eta * np.sqrt((1 - LINEAR[t_prev]) / (1 - LINEAR[t]) * beta))


class Student:
    """A ddim_sample that asks the examiner directly; `sigma` may be wrong, `stop` ends it after so many steps.

    times: how often it asks in a step; with 0 it leaves the step out.
    """

    def __init__(self, sigma=right_sigma, stop=None, shift=0.0, ask=lambda t: t, x_0=lambda x: x, times=lambda t: 1):
        self.sigma, self.stop, self.shift, self.ask, self.x_0, self.times = sigma, stop, shift, ask, x_0, times

    def run(self, evidence: Evidence, eta=0.5, tau=TAU, shape=transcript.PIXELS, wobble=0.3, data=transcript.DATA):
        """Sample once, and hand the transcript to the evidence, which has still to be settled."""
        rng = np.random.default_rng(4)
        examiner = transcript.noise_predictor(LINEAR, shape, len(tau) + 20, data, wobble)
        x_T = x = rng.standard_normal(shape)
        for number, (t, t_prev, a, a_prev) in enumerate(samplers.step_pairs(LINEAR, tau)):
            if number == self.stop:
                x = None
                break
            for _ in range(self.times(t)):
                eps = examiner.answer([x, np.full(len(x), self.ask(t))])
            if self.times(t) == 0:
                continue
            sigma = self.sigma(t, t_prev, eta)
            kept = np.sqrt(max(1 - a_prev - sigma**2, 0))
            x = np.sqrt(a_prev) * steps.predict_x_0(x, a, eps) + kept * eps + sigma * rng.standard_normal(shape)
            x = x + self.shift
        value = None if x is None else self.x_0(x)
        evidence.ran("ddim_sample", (examiner, x_T, LINEAR, tau, eta), {}, examiner, value)
        return evidence


def line(
    number: str, outcome="passed", output="Passed.", evidence=None, claim="It holds.", points=2.0, cause="", hint=""
) -> Line:
    made = Line(number, claim, points, [f"task {number}"], "visible", passed=outcome.startswith("passed"))
    made.drawn = number in ("2.11.2", "2.11.3")  # as those checks' markers say
    made.output, made.outcome, made.cause, made.hint = output, Outcome(outcome), cause, hint
    made.evidence = evidence or Evidence()
    made.evidence.settle()
    return made


def made(tmp_path, lines, fault="", title="student 7", problems=None, walls=WALLS) -> tuple[Results, report.Facts]:
    results = Results(tmp_path / "results.json", message="2 of 4 points.", lines=lines)
    results.extra = {"calls": 7, "seconds": {"zygote": 1.0, "checks": 2.0}, "peak_mib": {"grader": 90, "worker": 400}}
    submission = overlay.Submission({"sampler.py": b"x = 1\n", "score.py": b""}, problems or {})
    return results, report.Facts(title, 2, "closed-form", submission, fault, walls)


def images(evidence: Evidence) -> Evidence:
    """With images of its own, and right ones beside them."""
    ramp = np.linspace(-1, 1, 20 * 28 * 28).reshape(20, 1, 28, 28)
    examiner = Examiner(lambda x, t: 0 * x, ramp.shape, 5, T=1000, remembers=False)
    for t in TAU[:1:-1][:3]:
        examiner.answer([ramp, np.full(20, t)])
    evidence.ran("ddim_sample", (examiner, ramp, LINEAR, TAU), {"eta": 0.0}, examiner, ramp)
    evidence.images(-ramp)
    return evidence


def wrong_cells(evidence: Evidence) -> Evidence:
    for row in ("S = 5", "S = 10"):
        for column, fits in (("η = 0.0", True), ("η = 1.0", False)):
            evidence.cell(row, column, 12.9, 12.9 if fits else 24.4, fits)
    return evidence


def right_page(tmp_path):
    lines = [line(f"{task.task}.1") for task in TASKS if task.assignment == 2]
    lines += [
        line("2.11.2", evidence=Student().run(Evidence(), 0.0)),
        line("2.11.3", evidence=Student().run(Evidence())),
    ]
    lines += [line("2.11.10", evidence=images(Evidence()))]
    return made(tmp_path, sorted(lines, key=lambda each: order(each.number)))


def wrong_page(tmp_path):
    cause = "table_beta_on_subsequence"
    hint = hints.sentence(cause, "in the step from t = 980 to 640", "2.11")
    lines = [
        line("2.7.1", "to do", "To do: ddim_sigma (2.7) is not written yet."),
        line("2.9.7", "wrong", "At S = 5, no.", wrong_cells(Evidence())),
        line("2.11.2", evidence=Student().run(Evidence(), 0.0)),
        line(
            "2.11.3", "wrong", f"The noise is off. {hint}", Student(table_sigma).run(Evidence()), cause=cause, hint=hint
        ),
        line("2.11.8", "raised", "ddim_sample raised ValueError.", Student(stop=4).run(Evidence(), 0.2)),
        line("2.11.10", evidence=images(Evidence())),
        line("2.11.12", "waits for a GPU", "Not run: the GPU tier was not asked for.", points=0.0),
    ]
    return made(tmp_path, lines, walls={"seccomp": True, "a user id of its own": False})


def hostile_page(tmp_path):
    evidence = Student(shift=1e50).run(Evidence(), tau=np.arange(1, 1001), shape=(16, 64))
    evidence.faults.append(HOSTILE)
    lines = [line(f"{number}.1", "raised", HOSTILE, claim=HOSTILE) for number in list(BY_ID)[6:]]
    lines.append(line("2.11.3", "wrong", HOSTILE, evidence))
    return made(tmp_path, lines, HOSTILE, HOSTILE, {"score.py": HOSTILE}, {HOSTILE: False})


PAGES = {"right": right_page, "wrong": wrong_page, "hostile": hostile_page}
