"""A made class of twelve as Moodle, Canvas and git hand it to a course, with what goes wrong in real ones."""

import csv
import functools
import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

SCORE = b"score"


def packed(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def both(points: int) -> dict[str, bytes]:
    """Two graded files; the stand-in for a marking gives as many points as `sampler.py` says."""
    return {"sampler.py": str(points).encode(), "score.py": SCORE}


# whose -> what was handed in, by path; None: no file, and Finn's nothing at all
CLASS: dict[str, dict[str, bytes] | None] = {
    "Ada Lovelace": both(90),
    "Ben Bär": {"submission.zip": packed(both(80))},
    "Cleo O'Neil": {"hw/a2/sampler.py": b"70", "hw/a2/score.py": SCORE, "notes.txt": b"x"},
    "Dan Dao": {"sampler (1).py": b"60", "score.py": SCORE},
    "Eve Late": both(50),
    "Finn None": None,
    "陳小明": both(105),
    "Gül Gün": {"a/sampler.py": b"1", "a/score.py": SCORE, "b/sampler.py": b"2", "b/score.py": SCORE},
    "Hal Hull": {"work.zip": packed({"inner.zip": packed(both(40))})},
    "Ida Ito": {"sampler.py.txt": b"30", "score.py": SCORE},
    "Jo Text": {},
    "Kay Copy": both(90),
}
NUMBERS = {name: 101 + i for i, name in enumerate(CLASS)}
TOTALS = {
    "Ada Lovelace": "90",
    "Ben Bär": "80",
    "Cleo O'Neil": "70",
    "Dan Dao": "60",
    "Eve Late": "50",
    "陳小明": "105",
    "Ida Ito": "30",
    "Kay Copy": "90",
}  # of those whose work is found
LATE = "Eve Late"
HEADS = "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed".split(",")
HEADS += ["Last modified (submission)", "Last modified (grade)", "Feedback comments"]


def moodle(at: Path) -> tuple[Path, Path]:
    """The zip of "Download all submissions" and the grading worksheet."""
    with zipfile.ZipFile(at / "Course-A2-12.zip", "w") as archive:
        for name, files in CLASS.items():
            for path, content in (files or {}).items():
                archive.writestr(f"{name}_{NUMBERS[name]}_assignsubmission_file/{path}", content)
        archive.writestr(f"Jo Text_{NUMBERS['Jo Text']}_assignsubmission_onlinetext/onlinetext.html", b"<p>mine</p>")
    with open(at / "Grades-A2.csv", "w", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictWriter(file, HEADS, restval="")
        rows.writeheader()
        for name, number in NUMBERS.items():
            status = "No submission" if CLASS[name] is None else "Submitted for grading"
            who = {"Identifier": f"Participant {number}", "Full name": name, "ID number": f"s{number}"}
            rows.writerow(
                who
                | {"Email address": f"{number}@example.org", "Maximum grade": "100.00", "Grade can be changed": "Yes"}
                | {"Status": f"{status} - 2 hours 5 mins late" if name == LATE else status}
                | {"Last modified (submission)": "-", "Last modified (grade)": "-", "Feedback comments": "by hand"}
            )
    return at / "Course-A2-12.zip", at / "Grades-A2.csv"


def canvas(at: Path) -> tuple[Path, Path]:
    """The zip of "Download submissions", in which all lies flat, and the gradebook that Export gives."""
    with zipfile.ZipFile(at / "submissions.zip", "w") as archive:
        for i, (name, files) in enumerate(CLASS.items()):
            begin = f"{squeezed(name)}_{'LATE_' * (name == LATE)}{NUMBERS[name]}"
            for j, (path, content) in enumerate((files or {}).items()):
                archive.writestr(f"{begin}_{9000 + 10 * i + j}_{path.rpartition('/')[2]}", content)
        archive.writestr(f"{squeezed('Jo Text')}_{NUMBERS['Jo Text']}_text.html", b"<p>mine</p>")
    with open(at / "gradebook.csv", "w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A1 (7)", "Final Score"])
        rows.writerow(["", "", "", "", "", "Manual Posting", ""])
        rows.writerow(["    Points Possible", "", "", "", "", "100.00", "(read only)"])
        for name, number in NUMBERS.items():
            rows.writerow([name, number, f"s{number}", f"{number}@example.org", "1", "99", "1"])
    return at / "submissions.zip", at / "gradebook.csv"


def squeezed(name: str) -> str:
    """A name as Canvas writes it into a file's: the family name first, small, letters and digits alone."""
    first, _, last = name.partition(" ")
    return "".join(c for c in f"{last}{first}".lower() if c.isalnum())


def clones(at: Path) -> tuple[Path, Path]:
    """A folder of clones `class-a2-login`, and Classroom 50's students.csv."""
    shutil.copytree(_repositories().name, at / "clones")
    with open(at / "students.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["username", "first_name", "last_name", "email", "section", "github_id"])
        for name, number in NUMBERS.items():
            first, _, last = name.partition(" ")
            rows.writerow([f"user-{number}", first, last, f"{number}@example.org", "", number])
    return at / "clones", at / "students.csv"


@functools.cache
def _repositories() -> tempfile.TemporaryDirectory:
    """The clones, made once."""
    folder = tempfile.TemporaryDirectory()
    for name, files in CLASS.items():
        if files is None:
            continue
        clone = Path(folder.name) / f"class-a2-user-{NUMBERS[name]}"
        for path, content in {**files, "README.md": b"x"}.items():
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_bytes(content)
        day = "2026-11-22T01:59:30+08:00" if name == LATE else "2026-11-20T12:00:00+08:00"
        who = {f"GIT_{role}_{key}": "bot" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        dated = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "work"]):
            subprocess.run(["git", "-C", str(clone), *command], check=True, env=who | dated)
    return folder
