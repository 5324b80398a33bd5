"""What a check needs of the grader, in one place; the student, the network and where evidence goes are its fixtures."""

from grader.outcomes import Loses, Wrong
from grader.paths import ASSETS
from grader.phrases import Phrase, phrase
from grader.sandbox.networks import Networks
from grader.sandbox.wire import Seed
from grader.student.calls import Returned
from grader.transcript.examiner import Call, Examiner, describe, model_of_a_loss, tame

__all__ = ["ASSETS", "Call", "Examiner", "Loses", "Networks", "Returned", "Seed", "Wrong"]
__all__ += ["Phrase", "describe", "model_of_a_loss", "phrase", "tame"]
