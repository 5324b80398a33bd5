"""`make assets`: everything in `assets/` by one recipe, and MANIFEST.json, which lists what is there.

A step is skipped while MANIFEST.json has its files with their sha256, and its command and what it reads are what they
were then; changes of the code are not noticed. To have a file made again, delete it: its step begins afresh. A step
that was stopped goes on where it was, if its command can.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader import overlay
from grader.paths import AUTOGRADER, GRADED_FILES, ROOT, SOLUTION, STARTER
from workshop.assets.recipe import BUILD, TREE, Step

Entries = dict[str, dict[str, Any]]  # MANIFEST.json's "files": each by its name in assets/
UNLISTED = {"README.md", "MANIFEST.json", "LICENSE-fashion-mnist"}
TABLE = re.compile(r"(?<=<!-- files -->\n).*?(?=<!-- end -->)", re.DOTALL)  # in README.md


class AssetError(RuntimeError):
    """An asset could not be made or listed; the message says which, and why."""


def make(steps: list[Step], root: Path = ROOT) -> Iterator[str]:
    """Take the steps that are needed, in order, and say what is done. Raises AssetError."""
    _lay_tree(root)
    for step in steps:
        if all(_right(step, name, root) for name in step.makes):
            yield from (f"{name} is up to date" for name in step.makes)
        else:
            yield from _take(step, steps, root)


def list_anew(steps: list[Step], root: Path = ROOT) -> int:
    """Write MANIFEST.json, and the table in README.md, from the files that are there; returns their size in bytes."""
    makers = {name: step for step in steps for name in step.makes}
    paths = sorted(path for path in (root / "assets").rglob("*") if path.is_file())
    names = [str(path.relative_to(root)) for path in paths if path.name not in UNLISTED]
    if strangers := [name for name in names if name not in makers]:
        raise AssetError(f"no step of workshop/assets/recipe.py makes {', '.join(strangers)}")
    files = {name.removeprefix("assets/"): _entry(makers[name], name, root) for name in names}
    if unknown := sorted({each for entry in files.values() for each, sha256 in entry["from"].items() if not sha256}):
        raise AssetError(f"{', '.join(unknown)} must be there: something listed was made from it")
    _write(files, root)
    return sum(path.stat().st_size for path in paths)


def listed(root: Path = ROOT) -> Entries:
    """The files of MANIFEST.json."""
    path = root / "assets" / "MANIFEST.json"
    return json.loads(path.read_text("utf-8"))["files"] if path.exists() else {}


def _right(step: Step, name: str, root: Path) -> bool:
    """Whether a file is there and, for an asset, as listed; a source that is not there is taken to be as it was."""
    entry = listed(root).get(name.removeprefix("assets/"), {})
    if not (root / name).exists() or not name.startswith("assets/"):
        return (root / name).exists()
    sums = {"sha256": _sha256(root / name), "command": step.command, "from": _sums_of_sources(step, entry, root)}
    return entry == entry | sums


def _take(step: Step, steps: list[Step], root: Path) -> Iterator[str]:
    """Run a step's commands, after those of the steps whose files it lacks, and list what came out."""
    for name in step.reads:
        if not (root / name).exists():
            yield from _take(next(each for each in steps if name in each.makes + each.leaves), steps, root)
    names = {name.removeprefix("assets/"): root / name for name in step.makes}
    if names.keys() & listed(root).keys():  # it was finished once, so there is nothing to go on with
        for path in (root / step.folder, *names.values()) if step.folder else names.values():
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        _write({name: entry for name, entry in listed(root).items() if name not in names}, root)
    for path in names.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    for command in step.commands:
        yield f"$ {command}"
        if status := subprocess.run(_words(command), cwd=root, env=_environment(root)).returncode:
            raise AssetError(f"{step.what}: exit status {status} of: {command}")
    if lacking := [name for name in step.makes + step.leaves if not (root / name).exists()]:
        raise AssetError(f"{step.what}: {', '.join(lacking)} did not come out of: {step.command}")
    if made := {n.removeprefix("assets/"): _entry(step, n, root) for n in step.makes if n.startswith("assets/")}:
        _write(listed(root) | made, root)


def _entry(step: Step, name: str, root: Path) -> dict[str, Any]:
    """What MANIFEST.json has to say about a file."""
    path, before = root / name, listed(root).get(name.removeprefix("assets/"), {})
    return {
        "is": step.what,
        "sha256": _sha256(path),
        "bytes": path.stat().st_size,
        "licence": step.licence,
        "command": step.command,
        "from": _sums_of_sources(step, before, root),
    }


def _sums_of_sources(step: Step, entry: dict[str, Any], root: Path) -> dict[str, str | None]:
    """The sha256 of each file that a step reads; of one that is not there, the one in the entry."""
    known = entry.get("from", {})
    return {name: _sha256(root / name) if (root / name).exists() else known.get(name) for name in step.reads}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(files: Entries, root: Path) -> None:
    """Write MANIFEST.json and the table in README.md, both in the order of the names."""
    files = {name: files[name] for name in sorted(files)}
    text = json.dumps({"files": files}, indent=1, ensure_ascii=False) + "\n"
    rows = [f"| `{name}` | {e['is']} | {e['bytes'] / 1024:,.0f} | {e['licence']} |\n" for name, e in files.items()]
    readme = root / "assets" / "README.md"
    table = "".join(["| file | is | KiB | licence |\n|---|---|---|---|\n", *rows])
    (root / "assets" / "MANIFEST.json").write_text(text, "utf-8")
    readme.write_text(TABLE.sub(lambda _: table, readme.read_text("utf-8")), "utf-8")


def _lay_tree(root: Path) -> None:
    """The starter with the solution's two files, and beside it `assets`, where the starter looks for them."""
    overlay.lay(overlay.load(SOLUTION), root / TREE)
    for script in STARTER.glob("*.py"):
        if script.name not in GRADED_FILES:
            shutil.copy(script, root / TREE)
    if not (link := root / BUILD / "assets").is_symlink():
        link.symlink_to("../../assets")


def _words(command: str) -> list[str]:
    """A command for this machine: by this Python; without a GPU a training in two processes, which is faster."""
    import torch

    program, *words = shlex.split(command)
    if words[0].endswith("train.py") and not torch.cuda.is_available() and (os.cpu_count() or 1) > 1:
        words = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *words]
    return [sys.executable if program == "python" else program, *words]


def _environment(root: Path) -> dict[str, str]:
    path = [str(AUTOGRADER), str(root / TREE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
