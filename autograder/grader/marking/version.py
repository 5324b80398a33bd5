"""Which grader marks: the number of its release, and a digest over all that a mark depends on."""

import hashlib
import json
import re
from pathlib import Path

from grader import course_file
from grader.paths import ROOT

MANIFEST = "MANIFEST.json"  # at the top of an autograder zip
UNKNOWN = "unknown"

# What a mark depends on. A name without `*` must be there; `*` stands for any name without a leading dot.
ROOMS = "sandbox transcript student causes marking".split()
SHIPPED = ["oracle", "grader", *(f"grader/{room}" for room in ROOMS), "checks"]  # folders of autograder/
CODE = [
    "autograder/course.toml",
    "autograder/grader/tasks.json",
    "autograder/grader/__main__.py",
    "autograder/grader/locale/zh_TW/LC_MESSAGES/grader.mo",
    *(f"autograder/{each}/*.py" for each in SHIPPED),
]
STARTER = "sampler.py score.py diffusion/tasks.json diffusion/tensors.py".split()
STARTER += "diffusion/*.py diffusion/*.json diffusion/pictures/*.py".split()
CHECKED = "fashion-statistics.npz closed-form-bands.json".split()  # of assets/, by the checks alone
CHECKED += "image-bands.json fashion-answers.safetensors".split()
DECIDED = "visibility tier leaderboard exposed reweigh bonus points".split()  # of course.toml
NETWORKS = "MANIFEST.json fashion-unet.safetensors fashion-features.safetensors fashion-reference.safetensors".split()


def number(root: Path = ROOT) -> str:
    """The version in pyproject.toml, the only place where it is written; in an autograder zip, its manifest has it."""
    try:
        if (project := root / "pyproject.toml").exists():
            found = re.search(r'^version = "(.+)"$', project.read_text("utf-8"), re.MULTILINE)
            return found[1] if found else UNKNOWN
        return str(json.loads((root / MANIFEST).read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return UNKNOWN  # no mark hangs on it


def patterns(assignment: int) -> list[str]:
    """The names, below the root, of all that the marks of an assignment depend on."""
    checks = f"autograder/checks/assignment{assignment}/*.py"
    return [*CODE, checks, *(f"starter/{each}" for each in STARTER), *(f"assets/{each}" for each in CHECKED + NETWORKS)]


def digest(assignment: int, root: Path = ROOT) -> str:
    """12 hexadecimal digits of all that the marks of an assignment depend on, as it is now.

    They are the same in the repository and in its autograder zip; "unknown" where a file cannot be read.
    """
    found = {path for pattern in patterns(assignment) for path in root.glob(pattern)}
    kept = sorted(path for path in found if path.is_file() and not path.is_symlink() and path.name[0] != ".")
    total = hashlib.sha256()
    try:
        for path in kept:
            name, content = path.relative_to(root).as_posix(), hashlib.sha256(_content(path))
            total.update(f"{content.hexdigest()}  {name}\n".encode())
    except (OSError, ValueError):
        return UNKNOWN
    return total.hexdigest()[:12]


def _content(path: Path) -> bytes:
    """What a mark depends on in a file: of the course's, not what the handout says; of its languages, the first."""
    if path.name != course_file.FILE.name:
        return path.read_bytes()
    decided = course_file.read(path)
    kept = {name: decided.get(name) for name in DECIDED} | {"language": course_file.language(decided)}
    return json.dumps(kept, sort_keys=True).encode()


def stamp(assignment: int) -> dict[str, str]:
    """What the results say of the grader that made them."""
    return {"version": number(), "checks": digest(assignment)}
