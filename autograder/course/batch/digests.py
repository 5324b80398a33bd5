"""What the marks of one submission depend on, as a digest."""

import hashlib

from grader.overlay import Submission


def digest(submission: Submission, assignment: int, tier: str, version: str) -> str:
    """What the marks of a submission depend on, as 20 hexadecimal digits. version: the digest of the grader."""
    parts = [version, str(assignment), tier]
    parts += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(submission.files.items())]
    parts += [f"{name} {problem}" for name, problem in sorted(submission.problems.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
