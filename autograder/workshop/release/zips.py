"""Build the four zips of a release from an allow-list, and say what is wrong with a zip."""

import hashlib
import json
import stat
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath

from course.written import questions
from course.written.sheet import ANSWERS, criteria
from grader import settings
from grader.marking import version
from grader.paths import ROOT, SOLUTION
from grader.tasks import TASKS
from workshop import regions
from workshop.assets.real_images import PART
from workshop.language import notebook
from workshop.release.given import may_be_away, only
from workshop.release.manifest import manifest
from workshop.release.notebook import with_address
from workshop.starter.dropped import filled_in
from workshop.starter.handout_text import NAMES

# The allow-list. A name without `*` must be there; `*` stands for any name without a leading dot.
STARTER = "Makefile pyproject.toml AGENTS.md CLAUDE.md".split()
STARTER += "assignment.py train.py sample.py evaluate.py figures.py measure.py explore.py submission.py *.py".split()
STARTER += version.STARTER
STARTER += [f"explorer/{name}" for name in "*.py page.html page.css words.json".split()]
STARTER += [f"explorer/{name}.js" for name in "engine draw words show images page".split()]
STARTER += "tests/causes.json tests/provided.json tests/*.py".split()
AROUND = ".gitignore .github/workflows/tests.yml .devcontainer/devcontainer.json".split()  # a student's own repository
LOCKS = [f"requirements/py3{minor}.txt" for minor in (10, 11, 12, 13, 14)]
SETUP = [*"setup.sh run_autograder Dockerfile".split(), *LOCKS]  # of autograder/, at the top of its zip
HOSTS = ["autograder/run_host", "autograder/hosts/*.py"]  # for an image made of the zip; no mark depends on them
SCRIPTS = "setup.sh run_autograder autograder/run_host".split()  # which can be run
IMAGES = ["README.md", "LICENSE-fashion-mnist", *(f"fashion-part/{name}.gz" for name in PART)]
GIVEN = sorted({task.assignment for task in TASKS})
ZIPS = [f"assignment{n}-{kind}.zip" for n in GIVEN for kind in ("student", "autograder")]
TABLES = [f"tables/{name}.csv" for name in "fashion-seed0 few_images blind_spots".split()]  # for make explore
SUMS = "SHA256SUMS"  # beside the zips, as sha256sum writes it


class ReleaseError(RuntimeError):
    """A zip would hold what it must not, or lack what it needs; the message has a line for each fault."""


@cache
def allow_list(zip_name: str) -> dict[PurePosixPath, str]:
    """Each pattern of names in the zip, and the pattern of files in the repository that it is made from.

    It is asked for each file of the zip.
    """
    folder = zip_name.split("-")[0]
    if zip_name.endswith("-student.zip"):
        rows = {f"{folder}/{each}": f"starter/{each}" for each in [*starter(), *AROUND, f"tests/test_{folder}.py"]}
        rows |= {f"{folder}/assets/{each}": f"assets/{each}" for each in version.NETWORKS + IMAGES + TABLES}
        rows |= {f"{folder}/{each}": f"starter/{each}" for each in written(int(folder[-1]))}
    else:
        kept = [*version.patterns(int(folder[-1])), *HOSTS, *(f"starter/{each}" for each in starter())]
        rows = {each: f"autograder/{each}" for each in SETUP} | {each: each for each in kept}
        rows[version.MANIFEST] = version.MANIFEST  # made by `write`
    return {PurePosixPath(inside): home for inside, home in rows.items()}


def starter() -> list[str]:
    """What a release has of the starter, with handout and notebook in its languages."""
    languages = settings.load().languages
    handouts = [PurePosixPath(NAMES[language]) for language in languages]
    pages = [str(each.with_suffix(kind)) for each in handouts for kind in (".md", ".html")]
    said = [f"locale/{each.replace('-', '_')}/LC_MESSAGES/assignment.mo" for each in languages if each != "en"]
    return STARTER + pages + [notebook.NAMES[each] for each in languages] + said


def written(assignment: int) -> list[str]:
    """answers.md, where the course asks questions of this assignment."""
    tasks = [task for task in TASKS if task.assignment == assignment]
    return [ANSWERS] if questions.asked(settings.load(), tasks) else []


def allowed(name: PurePosixPath, zip_name: str) -> bool:
    """Whether the zip may hold a file of this name; Assignment 1 leaves out the tests of Assignment 2."""
    later = zip_name.startswith("assignment1") and name.name == "test_assignment2.py"
    rows = allow_list(zip_name)
    fits = any(name.parent == each.parent and name.match(each.name) for each in rows)
    return fits and not later and (name in rows or not name.name.startswith("."))


def contents(zip_name: str, root: Path) -> dict[str, Path]:
    """The files that the zip is made from, each by its name in it, in the order of code points; no symbolic links."""
    rows = allow_list(zip_name).items()
    found = {each.parent / file.name: file for each, home in rows for file in root.glob(home)}
    kept = {str(name): file for name, file in found.items() if allowed(name, zip_name)}
    return {name: kept[name] for name in sorted(kept) if kept[name].is_file() and not kept[name].is_symlink()}


def build(out: Path, root: Path = ROOT) -> list[Path]:
    """Write the four zips and their checksums to `out`, the same bytes every time; leave none if one has a problem."""
    out.mkdir(parents=True, exist_ok=True)
    (out / SUMS).unlink(missing_ok=True)
    zips = [write(out / name, root) for name in ZIPS]
    if faults := [f"{path.name}: {fault}" for path in zips for fault in problems(path)]:
        for path in zips:
            path.unlink()
        raise ReleaseError("\n".join(faults))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(zips)]
    (out / SUMS).write_text("".join(lines), "utf-8", newline="\n")
    return zips


def write(path: Path, root: Path) -> Path:
    """Write one zip: names sorted, dates fixed, modes 0644 or 0755.

    Nothing is compressed, as another zlib would make other bytes; that adds a tenth to a quarter of the size.
    """
    files = {name: file.read_bytes() for name, file in contents(path.name, root).items()}
    files = with_address(only(files, TASKS), path.name[: len("assignment1")])
    if path.name.endswith("-autograder.zip"):
        about = manifest(int(path.name[len("assignment")]), files, root)
        files[version.MANIFEST] = (json.dumps(about, indent=1) + "\n").encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, whatever this is
            entry.external_attr = (stat.S_IFREG | (0o755 if name in SCRIPTS else 0o644)) << 16
            archive.writestr(entry, files[name], zipfile.ZIP_STORED)
    return path


def problems(path: Path) -> list[str]:
    """What is wrong with a zip, a sentence each: forbidden content, an answer, a missing file."""
    with zipfile.ZipFile(path) as archive:
        files = {each.filename: (each.external_attr >> 16, archive.read(each)) for each in archive.infolist()}
    needed = [str(each) for each in allow_list(path.name) if "*" not in each.name]
    found = [f"{name} is missing" for name in needed if name not in files and not may_be_away(name)]
    handed_out = {f"answer to {task}" for task in filled_in(TASKS)}  # by the course
    secrets = {what: text for what, text in solution().items() if what not in handed_out}
    for name, (mode, data) in files.items():
        if not allowed(PurePosixPath(name), path.name) or not stat.S_ISREG(mode):
            found.append(f"{name} is not in the allow-list")
        if name in SCRIPTS and not mode & 0o111:
            found.append(f"{name} is not executable")
        text = squeezed(data.decode(errors="replace"))
        found += [f"{name} holds the solution's {what}" for what in secrets if secrets[what] in text]
    return found


def solution() -> dict[str, str]:
    """The solution's files, each task's answer, each question's rubric, squeezed; none where there is no solution."""
    files = [each for each in SOLUTION.glob("*.*") if each.is_file()]
    secrets = {each.name: each.read_text("utf-8") for each in files}
    for file in files:
        for line in regions.lines(secrets[file.name], file.name):
            if line.kind == "answer" and not line.is_marker:
                secrets[f"answer to {line.task}"] = secrets.get(f"answer to {line.task}", "") + line.text + "\n"
    for each in questions.QUESTIONS if files else ():
        secrets |= {f"rubric of {each.number} ({lang})": criteria(each, lang) for lang in settings.LANGUAGES}
    return {name: squeezed(text) for name, text in secrets.items() if text.strip()}


def squeezed(text: str) -> str:
    """The code of `text`, line for line: without spaces, comments and empty lines."""
    lines = ("".join(line.split("#")[0].split()) for line in text.splitlines())
    return "\n" + "".join(line + "\n" for line in lines if line)
