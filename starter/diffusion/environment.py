"""The Python that a command runs in: this one, or that of `.venv`, which gets the versions of pyproject.toml."""

from __future__ import annotations  # so that an older Python can say that it is too old

import os
import re
import shutil
import signal
import subprocess
import sys
from importlib import invalidate_caches, metadata, util
from pathlib import Path

from diffusion.phrases import phrase

HERE = Path(__file__).resolve().parents[1]
PYPROJECT = HERE / "pyproject.toml"
VENV = HERE / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 10)
INTEL_MAC = sys.platform == "darwin" and os.uname().machine == "x86_64"
NEWEST = (3, 12) if INTEL_MAC else (3, 14)  # the last one that PyTorch's version in pyproject.toml is built for
OTHER = phrase("call another one: make test PYTHON=python3.12, or python3.12 assignment.py test")

# packages, and the least version that will do where one is there already; (0,) is any
BASE = {"torch": (2, 2), "numpy": (0,), "pytest": (8,)}
IMAGES = {**BASE, **dict.fromkeys(("torchvision", "safetensors", "torch-fidelity", "tqdm", "matplotlib"), (0,))}


class Refused(Exception):
    """A command cannot be run; the message says why, and what can be done."""


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
            here, newest = dotted(sys.version_info), dotted(NEWEST)
            raise Refused(
                phrase(
                    "there is no PyTorch for Python {here} yet, only to {newest}; {other}",
                    here=here,
                    newest=newest,
                    other=OTHER,
                )
            )
        say(phrase("making {venv}, which takes a minute or more", venv=VENV.name))
        if subprocess.run([sys.executable, "-m", "venv", "--clear", VENV]).returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            said = phrase("{python} could not make {venv}, and says above why", python=sys.executable, venv=VENV)
            if sys.platform == "linux":
                said = phrase("{said}; on Debian and Ubuntu type first: sudo apt install python3-venv", said=said)
            raise Refused(said)
    try:
        process = subprocess.Popen([VENV_PYTHON, HERE / "assignment.py", *arguments])
    except OSError as error:
        raise Refused(
            phrase(
                "{python} does not run here ({error}); delete the folder {venv}",
                python=VENV_PYTHON,
                error=error.strerror,
                venv=VENV.name,
            )
        ) from error
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which may have something to save
    return process.wait()


def install(packages: dict[str, tuple[int, ...]]) -> None:
    """Bring packages into .venv, where this runs. Raises Refused."""
    more = "images" if set(packages) > set(BASE) else ""
    say(phrase("bringing {packages} into {venv}", packages=", ".join(missing(packages)), venv=VENV.name))
    if util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        index, pins = torch_index(), re.findall(r'"((torch|torchvision)==[^"]+)"', PYPROJECT.read_text("utf-8"))
        torch = [pin for pin, name in pins if name in packages]
        steps = [[*pip, "--no-deps", "--index-url", index, *torch]] if index else []
        steps.append([*pip, f".[{more}]" if more else "."])
    elif uv := shutil.which("uv"):
        steps = [[uv, "sync", "--inexact", *(["--extra", more] if more else [])]]
    else:
        raise Refused(
            phrase(
                "{venv} has no pip, and there is no uv; delete the folder {venv}, and type this again", venv=VENV.name
            )
        )
    failed = any(subprocess.run(step, cwd=HERE).returncode for step in steps)
    invalidate_caches()
    if failed or missing(packages):
        said = phrase("not all packages could be had, and what is printed above says why")
        if index := torch_index():
            said = phrase(
                "{said}; PyTorch was looked for in {index}, TORCH_INDEX names another index", said=said, index=index
            )
        raise Refused(said)


def say(sentence: str) -> None:
    """Say what is done now, at once."""
    print(f"assignment.py: {sentence}", flush=True)


def torch_index() -> str:
    """Where pip takes PyTorch from; "" is its own index: on other systems than Linux, and beside a torch from there."""
    if sys.platform != "linux" or (version("torch") and "+cpu" not in metadata.version("torch")):
        return ""
    known = re.search(r'^url = "(.*)"', PYPROJECT.read_text("utf-8"), re.MULTILINE)[1]
    return os.environ.get("TORCH_INDEX", known)


def dotted(version: tuple[int, ...]) -> str:
    """(3, 12, 1) is 3.12."""
    return f"{version[0]}.{version[1]}"
