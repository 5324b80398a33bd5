"""Build the four zips of a release from an allow-list, and say what is wrong with a zip."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from grader.paths import ROOT, SOLUTION
from grader.real_images import PART
from grader.starter import MARKER

# The allow-list. A name without `*` must be there; `*` stands for any name without a leading dot.
STARTER = "README.md README.html README.zh-TW.md README.zh-TW.html Makefile pyproject.toml assignment.ipynb".split()
STARTER += "sampler.py score.py train.py sample.py evaluate.py figures.py submission.py *.py".split()
STARTER += "tests/causes.json tests/*.py diffusion/pictures/*.py".split()
STARTER += "diffusion/tasks.json diffusion/tensors.py diffusion/*.py diffusion/*.json".split()
SCRIPTS = "setup.sh run_autograder".split()
LOCKS = [f"requirements/py3{minor}.txt" for minor in (10, 11, 12, 13)]
GRADER = "grader/__main__.py grader/paths.py grader/*.py grader/*.json grader/*.html".split()
GRADER += "checks/__init__.py checks/*.py checks/oracle/__init__.py checks/oracle/*.py".split()
ASSETS = "fashion-statistics.npz closed-form-bands.json image-bands.json".split()  # those that the checks alone read
NETWORKS = "MANIFEST.json fashion-unet.safetensors fashion-features.safetensors fashion-reference.safetensors".split()
IMAGES = ["README.md", "LICENSE-fashion-mnist", *(f"fashion-part/{name}.gz" for name in PART)]
ZIPS = [f"assignment{n}-{kind}.zip" for n in (1, 2) for kind in ("student", "autograder")]


class ReleaseError(RuntimeError):
    """A zip would hold what it must not, or lack what it needs; the message has a line for each fault."""


def allow_list(zip_name: str) -> dict[PurePosixPath, str]:
    """Each pattern of names in the zip, and the pattern of files in the repository that it is made from."""
    folder = zip_name.split("-")[0]
    if zip_name.endswith("-student.zip"):
        rows = {f"{folder}/{each}": f"starter/{each}" for each in [*STARTER, f"tests/test_{folder}.py"]}
        rows |= {f"{folder}/assets/{each}": f"assets/{each}" for each in NETWORKS + IMAGES}
    else:
        checked = [*GRADER, f"checks/{folder}/*.py", f"checks/{folder}/*.json"]
        kept = [f"autograder/{each}" for each in [*checked, "settings.toml"]] + [f"starter/{each}" for each in STARTER]
        kept += [f"assets/{each}" for each in ASSETS + NETWORKS]
        rows = {each: f"autograder/{each}" for each in SCRIPTS + LOCKS} | {each: each for each in kept}
    return {PurePosixPath(inside): home for inside, home in rows.items()}


def allowed(name: PurePosixPath, zip_name: str) -> bool:
    """Whether the zip may hold a file of this name; Assignment 1 leaves out the tests of Assignment 2."""
    later = zip_name.startswith("assignment1") and name.name == "test_assignment2.py"
    fits = any(name.parent == each.parent and name.match(each.name) for each in allow_list(zip_name))
    return fits and not later and not name.name.startswith(".")


def build(out: Path, root: Path = ROOT) -> list[Path]:
    """Write the four zips to `out`, the same bytes every time; leave none if one has a problem."""
    out.mkdir(parents=True, exist_ok=True)
    zips = [write(out / name, root) for name in ZIPS]
    if faults := [f"{path.name}: {fault}" for path in zips for fault in problems(path)]:
        for path in zips:
            path.unlink()
        raise ReleaseError("\n".join(faults))
    return zips


def write(path: Path, root: Path) -> Path:
    """Write one zip: names sorted, dates fixed, modes 0644 or 0755; symbolic links are left out."""
    rows = allow_list(path.name).items()
    found = {each.parent / file.name: file for each, home in rows for file in root.glob(home)}
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in sorted(found.items()):
            if allowed(name, path.name) and file.is_file() and not file.is_symlink():
                entry = zipfile.ZipInfo(str(name), date_time=(1980, 1, 1, 0, 0, 0))
                entry.external_attr = (stat.S_IFREG | (0o755 if str(name) in SCRIPTS else 0o644)) << 16
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return path


def problems(path: Path) -> list[str]:
    """What is wrong with a zip, a sentence each: forbidden content, an answer, a missing file."""
    with zipfile.ZipFile(path) as archive:
        files = {each.filename: (each.external_attr >> 16, archive.read(each)) for each in archive.infolist()}
    needed = [str(each) for each in allow_list(path.name) if "*" not in each.name]
    found = [f"{name} is missing" for name in needed if name not in files]
    secrets = solution()
    for name, (mode, data) in files.items():
        if not allowed(PurePosixPath(name), path.name) or not stat.S_ISREG(mode):
            found.append(f"{name} is not in the allow-list")
        if name in SCRIPTS and not mode & 0o111:
            found.append(f"{name} is not executable")
        text = squeezed(data.decode(errors="replace"))
        found += [f"{name} holds the solution's {what}" for what in secrets if secrets[what] in text]
    return found


def solution() -> dict[str, str]:
    """Each file of the solution and each task's answer, squeezed; none where there is no solution."""
    files = [each for each in SOLUTION.glob("*.*") if each.is_file()]
    secrets, kind, task = {each.name: each.read_text() for each in files}, "", ""
    for line in "".join(secrets.values()).splitlines(keepends=True):
        if marker := MARKER.match(line):
            kind, task = marker.groups()
        elif kind == "answer":
            secrets[f"answer to {task}"] = secrets.get(f"answer to {task}", "") + line
    return {name: squeezed(text) for name, text in secrets.items() if text.strip()}


def squeezed(text: str) -> str:
    """The code of `text`, line for line: without spaces, comments and empty lines."""
    lines = ("".join(line.split("#")[0].split()) for line in text.splitlines())
    return "\n" + "".join(line + "\n" for line in lines if line)
