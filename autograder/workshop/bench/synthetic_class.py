"""A class made of the corpora, to measure `make grade-all` with: right, wrong, hostile, broken and copied ones."""

import io
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from course.downloads.gradescope import METADATA
from grader import overlay
from grader.overlay import MAX_BYTES
from grader.paths import SOLUTION
from workshop.trust import corpus

COPIED = 27  # submissions that are the same as another one
FAMILY_NAMES = "陳 林 黃 張 李 Müller O'Brien García Nguyễn Ivanova Smith van_Dijk Kowalska".split()
GIVEN_NAMES = "怡君 志明 雅婷 家豪 Zoë Ada Noor Émile Søren Jun Maria Tom Priya Li".split()


@dataclass(frozen=True)
class HandIn:
    """What one student handed in."""

    kind: str  # right, wrong, hostile, broken or copied
    files: dict[str, bytes]  # by path


def made(assignment: int, count: int = 500) -> list[HandIn]:
    """A class in a mixed order, the same each time: each wrong and hostile case once, right ones as often as fits."""
    rng = random.Random(count)
    right, wrong, hostile = (
        [case.submission.files for case in corpus.cases(kind) if case.since <= assignment]
        for kind in ("wheat", "chaff", "hostile")
    )
    made = [HandIn("wrong", files) for files in wrong] + [HandIn("hostile", files) for files in hostile]
    made += [HandIn("broken", files) for files in _broken()]
    rest = max(0, count - COPIED - len(made))
    made += [HandIn("right", right[number % len(right)]) for number in range(rest)]
    signed = [HandIn(each.kind, _signed(each.files, number)) for number, each in enumerate(made[: count - COPIED])]
    signed += [HandIn("copied", each.files) for each in rng.sample(signed, count - len(signed))]
    rng.shuffle(signed)
    return signed


def export(folder: Path, made: list[HandIn]) -> None:
    """Write a class as Gradescope exports it; every 20th is a group of two, every 40th row lacks the students' ids."""
    rng, rows = random.Random(1), {}
    for number, each in enumerate(made, 1):
        name = f"submission_{100_000 + number}"
        _write(folder / name, each.files)
        people = []
        for member in range(2 if number % 20 == 0 else 1):
            who = f"{rng.choice(FAMILY_NAMES).replace('_', ' ')} {rng.choice(GIVEN_NAMES)}"
            person = {":name": who, ":email": f"s{number}.{member}@example.edu", ":sid": f"b09{number:04}{member}"}
            people.append(person if number % 40 else {":name": who})
        rows[name] = {":submitters": people, ":created_at": f"2026-11-{number % 28 + 1:02}T23:5{number % 10}:00+08:00"}
    (folder / METADATA).write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")


def zips(folder: Path, made: list[HandIn]) -> None:
    """Write a class as a folder of zips, as other platforms give it; every second broken one is cut in the middle."""
    folder.mkdir(parents=True)
    for number, each in enumerate(made, 1):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in each.files.items():
                archive.writestr(name, content)
        whole = buffer.getvalue()
        cut = each.kind == "broken" and number % 2
        (folder / f"{number:03}_{each.kind}.zip").write_bytes(whole[: len(whole) // 2] if cut else whole)


def _broken() -> list[dict[str, bytes]]:
    """Twenty that cannot be marked as they are, or only in part."""
    good = overlay.load(SOLUTION).files
    sampler, score = good["sampler.py"], good["score.py"]
    return 2 * [
        {},
        {"sampler.py": sampler},
        {"score.py": score},
        {"sampler.py": sampler[: len(sampler) // 2], "score.py": score},
        {"sampler.py": sampler.decode().encode("utf-16"), "score.py": score},
        {"sampler.py": sampler + bytes(MAX_BYTES), "score.py": score},
        {"sampler.py": b"\x89PNG\r\n" + bytes(range(256)), "score.py": b""},
        {f"{folder}/{name}": content for folder in ("old", "new") for name, content in good.items()},
        {"sampler.ipynb": b"{}", "score.ipynb": b"{}"},
        {"submission.zip": b"PK\3\4" + sampler[:1000]},
    ]


def _signed(files: dict[str, bytes], number: int) -> dict[str, bytes]:
    """The files with a last line that no other student has."""
    return {name: content + f"\n# student {number}\n".encode() for name, content in files.items()}


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
