"""`make viva SUBMISSION=… A=2`: what it writes, and what it says."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course.viva import page
from course.viva.question import Question
from course.viva.questions import FEWEST, Viva
from grader import files, outcomes, overlay
from grader.commands import refusals, refuse, say
from grader.marking.mark import mark
from grader.outcomes import GraderFault, SubmissionError
from grader.sandbox.zygote import Zygote
from grader.settings import LANGUAGES, Settings
from grader.student.budget import Limits
from grader.student.session import Session

TRIAL = Limits(call=3.0, one_import=6.0)  # a run with an edit takes 0.2 s; one that does not end must not take long

LATE = "but the time for runs with an edit was over. Try again when the machine has less to do."


def run(submission: Path, assignment: int, out: Path, decided: Settings) -> int:
    """Write the questions in both languages; the exit status: 1 where there is nothing to ask about.

    Ends with a sentence and status 2 where the submission cannot be read, marked or run, or nothing can be written.
    """
    pages = {language: out / f"viva{'' if language == 'en' else f'.{language}'}.html" for language in LANGUAGES}
    with _writing("Nothing", out):
        for path in pages.values():  # an older one could be taken for this submission's
            path.unlink(missing_ok=True)
    with refusals("Nothing was written", SubmissionError, GraderFault):
        asked, late = questions(overlay.load(submission), assignment, decided)
    if not asked and late:
        say(f"Nothing was found to ask about in Assignment {assignment}, {LATE}")
        return 1
    if not asked:
        say(f"There is nothing to ask about in Assignment {assignment}: no function is written that does its work.")
        return 1
    title = outcomes.plain(submission.resolve().name)
    with _writing("Not all", out):
        out.mkdir(parents=True, exist_ok=True)
        for language, path in pages.items():
            files.replace_private(path, page.page(title, assignment, asked, language))
    fewer = f" There is no more to ask about, so they are fewer than {FEWEST}." if len(asked) < FEWEST else ""
    fewer = f" There may be more to ask about, {LATE}" if late else fewer
    say(f"{len(asked)} {'question' if len(asked) == 1 else 'questions'}, in two languages: {out}.{fewer}")
    return 0


@contextmanager
def _writing(what: str, out: Path) -> Iterator[None]:
    """End the command with a sentence where OUT cannot be written."""
    try:
        yield
    except OSError as error:
        refuse(f"{what} was written: {error.filename or out}: {error.strerror}. Give another OUT.")


def questions(submission: overlay.Submission, assignment: int, decided: Settings) -> tuple[list[Question], bool]:
    """Mark a submission in the closed form, which needs no network, and find what to ask about; whether it was late."""
    with Zygote() as zygote, tempfile.TemporaryDirectory() as folder:

        def session(trial: overlay.Submission) -> Session:
            return Session(zygote, trial, "closed-form", decided.exposed, TRIAL)

        marked = Session(zygote, submission, "closed-form", decided.exposed)
        results = mark(marked, assignment, Path(folder), settings=decided)
        viva = Viva(submission, assignment, results, session)
        return viva.questions(), viva.late
