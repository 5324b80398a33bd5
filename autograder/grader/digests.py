"""What a mark depends on, as a digest: the graded files, and all code and data of the grader."""

import hashlib

from grader.overlay import Submission
from grader.paths import ASSETS, AUTOGRADER, GRADED_FILES, ROOT, STARTER


def digest(submission: Submission, assignment: int, tier: str, version: str) -> str:
    """What the marks of a submission depend on, as 20 hexadecimal digits. version: of the grader."""
    parts = [version, str(assignment), tier]
    parts += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(submission.files.items())]
    parts += [f"{name} {problem}" for name, problem in sorted(submission.problems.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def version() -> str:
    """The digest, as of now, of the grader, its checks, what it takes from the starter, and the list of the assets."""
    roots = [(AUTOGRADER / "grader", "*.py"), (AUTOGRADER / "checks", "*.*"), (STARTER / "diffusion", "*.*")]
    files = [path for root, pattern in roots for path in root.rglob(pattern) if "__pycache__" not in path.parts]
    files += [ASSETS / "MANIFEST.json", AUTOGRADER / "settings.toml", *(STARTER / name for name in GRADED_FILES)]
    total = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:20]
