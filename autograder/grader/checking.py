"""What a check needs of the grader, in one place; the student, the network and where evidence goes are its fixtures."""

from grader.outcomes import Loses, Wrong
from grader.paths import ASSETS
from grader.sandbox.networks import Networks
from grader.sandbox.wire import Seed
from grader.student.calls import Returned
from grader.transcript.examiner import Examiner, describe, model_of_a_loss, tame

__all__ = ["ASSETS", "Examiner", "Loses", "Networks", "Returned", "Seed", "Wrong"]
__all__ += ["describe", "model_of_a_loss", "tame"]
