"""The answers.md of a submission: found as its graded files are, in any folder, in an archive, under a copy's name."""

import io
import re

from course.downloads.people import Entry
from course.written.sheet import ANSWERS
from grader import handed_in, overlay
from grader.handed_in import MAX_ARCHIVE, MAX_BYTES, Files
from grader.outcomes import SubmissionError

# what programs make of its name: "answers (1).md", "answers-1.md", "answers - Kopie.md", "Answers.md.txt"; digits as in
# overlay's
NAMED = re.compile(r"answers(?:[ _-]*(?:\(\d{1,3}\)|copy|copia|kopie|\d+(?!\d)))*\.md(?:\.txt)?")
NONE = f"no {ANSWERS} was handed in"


class NoAnswers(Exception):
    """There are no answers that could be read; the message says why."""


def answers(entry: Entry) -> str:
    """What the answers.md of a submission holds. Raises NoAnswers."""
    if entry.place is None:
        raise NoAnswers(NONE)
    try:
        content = _content(handed_in.files(entry.place))
    except NoAnswers:
        raise
    except Exception as error:  # as for the graded files: zipfile does not say what it raises
        why = str(error) if isinstance(error, SubmissionError) else type(error).__name__
        raise NoAnswers(f"the submission cannot be read ({why})") from error
    if len(content) > MAX_BYTES:
        raise NoAnswers(f"{ANSWERS} is larger than {MAX_BYTES >> 20} MiB: look at it in the submission")
    return content.decode("utf-8-sig", errors="replace")


def _content(files: Files, inside: bool = False) -> bytes:
    plain = {path: file for path, file in files.items() if file.plain}
    written = {path: file for path, file in plain.items() if not any(map(handed_in.is_noise, path.parts))}
    named = sorted((path for path in written if NAMED.fullmatch(path.name.lower())), key=lambda path: len(path.parts))
    archive = None if named or inside else overlay.only_archive(written)
    if archive:
        inner = io.BytesIO(written[archive].read(MAX_ARCHIVE))
        return _content(handed_in.unpacked(archive.name, inner), inside=True)
    if not named:
        raise NoAnswers(NONE)
    if len(named) > 1 and len(named[0].parts) == len(named[1].parts):
        both = " and ".join(map(overlay.quoted, named[:2]))
        raise NoAnswers(f"{both} are both there: look at the submission")
    return written[named[0]].read(MAX_BYTES + 1)
