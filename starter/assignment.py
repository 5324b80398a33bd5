"""The commands of this assignment: `make test T=2.8` and `python assignment.py test T=2.8` are one and the same.

    python assignment.py                        lists them
    uv run assignment.py test T=2.8             the same with uv, which also brings a Python

A command runs in the Python that runs this file, if that has the packages; otherwise in `.venv` beside this file, which
is made, with the versions of pyproject.toml, when it is first needed. On Linux PyTorch comes from the index that stands
there, of builds for the CPU. The environment variable TORCH_INDEX names another; empty it is pip's own, with CUDA.
"""

from __future__ import annotations  # so that an older Python can say that it is too old

import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
from importlib import invalidate_caches, metadata, util
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PYPROJECT = HERE / "pyproject.toml"
VENV = HERE / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 10)
INTEL_MAC = sys.platform == "darwin" and os.uname().machine == "x86_64"
NEWEST = (3, 12) if INTEL_MAC else (3, 14)  # the last one that PyTorch's version in pyproject.toml is built for
OTHER = "call another one: make test PYTHON=python3.12, or python3.12 assignment.py test"

# packages, and the least version that will do where one is there already; (0,) is any
BASE = {"torch": (2, 2), "numpy": (0,), "pytest": (8,)}
IMAGES = {**BASE, **dict.fromkeys(("torchvision", "safetensors", "torch-fidelity", "tqdm", "matplotlib"), (0,))}


class Command(NamedTuple):
    """What it does, the file that it runs, the option that each of its words stands for, and the packages it needs."""

    does: str
    runs: str
    words: dict[str, str] = {}
    needs: dict[str, tuple[int, ...]] = IMAGES


COMMANDS = {
    "test": Command(
        "the visible tests: T=2.8 one task, T=2.7,2.8 two, A=2 one assignment",
        "pytest",
        {"T": "--task", "A": "--assignment"},
        BASE,
    ),
    "submission": Command("checks your two files and makes the zip that you hand in", "submission.py", needs=BASE),
    "figures": Command("the lecture's pictures, drawn by your functions", "figures.py"),
    "measure": Command(
        "what the lecture says, in numbers, by your functions: N=small_steps one table", "measure.py", {"N": "--only"}
    ),
    "explore": Command("explore.html, a page with sliders that shows what your DDIM does", "explore.py"),
    "train": Command(
        "your own network: DATA=fashion (an hour), moons or swissroll (a minute), LOSS=score; goes on where it was",
        "train.py",
        {"DATA": "--data", "LOSS": "--loss"},
    ),
    "sample": Command(
        "samples.png: S=20 ETA=0, or DDPM=1; DATA=moons with the network of train DATA=moons",
        "sample.py",
        {"S": "--steps", "ETA": "--eta", "DDPM": "--ddpm", "DATA": "--data"},
    ),
    "evaluate": Command("FID, KID and IS for each S and eta, in runs/evaluate; goes on where it was", "evaluate.py"),
}
FLAGS = {"--ddpm"}  # options without a value


class Refused(Exception):
    """A command cannot be run; the message says why, and what can be done."""


def main(name: str = "help", *words: str) -> int:
    """Run a command, in this Python or in that of .venv; returns its exit code. Raises Refused."""
    if name in ("help", "-h", "--help"):
        print("make COMMAND, or without make: python assignment.py COMMAND\n")
        print("\n".join(f"{name:<12}{command.does}" for name, command in COMMANDS.items()))
        return 0
    if name not in COMMANDS:
        raise Refused(f"there is no command {name}; there are help, {', '.join(COMMANDS)}")
    command, options = COMMANDS[name], options_of(name, words)
    if missing(command.needs):
        if not within_venv():
            return again_in_venv(name, *words)
        install(command.needs)
    os.chdir(HERE)
    sys.path.insert(0, str(HERE))
    sys.argv = [command.runs, *options]
    if command.runs.endswith(".py"):
        runpy.run_path(command.runs, run_name="__main__")
    else:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the tests need none, and some take seconds to load
        runpy.run_module(command.runs, run_name="__main__", alter_sys=True)
    return 0


def options_of(name: str, words: tuple[str, ...]) -> list[str]:
    """The options that words such as T=2.8 stand for; of make's own PYTHON= none. Raises Refused."""
    known = COMMANDS[name].words
    options = ["-q"] if name == "test" else []
    for word in words:
        key, equals, value = word.partition("=")
        if key in known and equals:
            option = known[key]
            options += [] if not value else [option] if option in FLAGS else [option, value]
        elif key != "PYTHON":
            takes = f"it takes {', '.join(f'{each}=' for each in known)}" if known else "it takes no such word"
            raise Refused(f"{name} does not know {word}; {takes}")
    return options


# The environment


def missing(packages: dict[str, tuple[int, ...]]) -> list[str]:
    """Those of the packages that this Python does not have, or only in an older version than will do."""
    return [name for name, least in packages.items() if version(name) < least]


def version(package: str) -> tuple[int, ...]:
    """The version of a package, as far as it is numbers; () where this Python does not have it."""
    try:
        return tuple(map(int, re.findall(r"\d+", metadata.version(package))))
    except metadata.PackageNotFoundError:
        return ()


def within_venv() -> bool:
    """Whether this is the Python of .venv."""
    return VENV.exists() and VENV.samefile(sys.prefix)


def again_in_venv(*arguments: str) -> int:
    """The same command in .venv, made if it is missing; returns its exit code. Raises Refused."""
    if not (VENV_PYTHON.exists() and (VENV / "pyvenv.cfg").exists()):
        if sys.version_info[:2] > NEWEST:
            raise Refused(
                f"there is no PyTorch for Python {dotted(sys.version_info)} yet, only to {dotted(NEWEST)}; {OTHER}"
            )
        print(f"assignment.py: making {VENV.name}, which takes a minute or more", flush=True)
        if subprocess.run([sys.executable, "-m", "venv", "--clear", VENV]).returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            hint = "; on Debian and Ubuntu type first: sudo apt install python3-venv" if sys.platform == "linux" else ""
            raise Refused(f"{sys.executable} could not make {VENV}, and says above why{hint}")
    try:
        process = subprocess.Popen([VENV_PYTHON, __file__, *arguments])
    except OSError as error:
        raise Refused(f"{VENV_PYTHON} does not run here ({error.strerror}); delete the folder {VENV.name}") from error
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which may have something to save
    return process.wait()


def install(packages: dict[str, tuple[int, ...]]) -> None:
    """Bring packages into .venv, where this runs. Raises Refused."""
    more = "images" if set(packages) > set(BASE) else ""
    print(f"assignment.py: bringing {', '.join(missing(packages))} into {VENV.name}", flush=True)
    if util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        index, pins = torch_index(), re.findall(r'"((torch|torchvision)==[^"]+)"', PYPROJECT.read_text("utf-8"))
        torch = [pin for pin, name in pins if name in packages]
        steps = [[*pip, "--no-deps", "--index-url", index, *torch]] if index else []
        steps.append([*pip, f".[{more}]" if more else "."])
    elif uv := shutil.which("uv"):
        steps = [[uv, "sync", "--inexact", *(["--extra", more] if more else [])]]
    else:
        raise Refused(f"{VENV.name} has no pip, and there is no uv; delete the folder {VENV.name}, and type this again")
    failed = any(subprocess.run(step, cwd=HERE).returncode for step in steps)
    invalidate_caches()
    if failed or missing(packages):
        where = f"; PyTorch was looked for in {torch_index()}, TORCH_INDEX names another index" if torch_index() else ""
        raise Refused(f"not all packages could be had, and what is printed above says why{where}")


def torch_index() -> str:
    """Where pip takes PyTorch from; "" is its own index: on other systems than Linux, and beside a torch from there."""
    if sys.platform != "linux" or (version("torch") and "+cpu" not in metadata.version("torch")):
        return ""
    known = re.search(r'^url = "(.*)"', PYPROJECT.read_text("utf-8"), re.MULTILINE)[1]
    return os.environ.get("TORCH_INDEX", known)


def dotted(version: tuple[int, ...]) -> str:
    """(3, 12, 1) is 3.12."""
    return f"{version[0]}.{version[1]}"


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit(
            f"assignment.py: expected Python {dotted(OLDEST)} or newer, this is {dotted(sys.version_info)}; {OTHER}"
        )
    from diffusion import console

    console.spell_out()
    try:
        sys.exit(main(*sys.argv[1:]))
    except Refused as reason:
        sys.exit(f"assignment.py: {reason}")
    except KeyboardInterrupt:
        sys.exit("assignment.py: stopped; the same command goes on")
