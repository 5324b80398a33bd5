"""The commands of this assignment: `make test T=1.4` and `python assignment.py test T=1.4` are one and the same.

    python assignment.py                        lists them
    uv run assignment.py test T=1.4             the same with uv, which also brings a Python

A command runs in the Python that runs this file, if that has the packages; otherwise in `.venv` beside this file, which
is made, with the versions of pyproject.toml, when it is first needed. On Linux PyTorch comes from the index that stands
there, of builds for the CPU. The environment variable TORCH_INDEX names another; empty it is pip's own, with CUDA.
"""

from __future__ import annotations  # so that an older Python can say that it is too old

import json
import os
import runpy
import sys
from typing import NamedTuple

from diffusion import environment
from diffusion.environment import BASE, HERE, IMAGES, Refused
from diffusion.phrases import phrase


class Command(NamedTuple):
    """What it does, the file that it runs, the option that each of its words stands for, and the packages it needs."""

    does: str
    runs: str
    words: dict[str, str] = {}
    needs: dict[str, tuple[int, ...]] = IMAGES


GIVEN = {row["task"] for row in json.loads((HERE / "diffusion" / "tasks.json").read_text(encoding="utf-8"))}
COMMANDS = {
    "test": Command(
        phrase("the visible tests: T=1.4 one task, T=1.4,1.5 two, A=1 one assignment"),
        "pytest",
        {"T": "--task", "A": "--assignment"},
        BASE,
    ),
    "submission": Command(
        phrase("checks your two files and makes the zip that you hand in"), "submission.py", needs=BASE
    ),
    "figures": Command(phrase("the lecture's pictures, drawn by your functions"), "figures.py"),
    "measure": Command(
        phrase("what the lecture says, in numbers, by your functions: N=few_images one table"),
        "measure.py",
        {"N": "--only"},
    ),
    "explore": Command(phrase("explore.html, a page with sliders that shows what your DDIM does"), "explore.py"),
    "train": Command(
        phrase(
            "your own network: DATA=fashion (an hour), moons or swissroll (a minute), LOSS=score; goes on where it was"
        )
        if GIVEN >= {"2.1", "2.3"}
        else phrase("your own network: DATA=fashion (an hour), moons or swissroll (a minute); goes on where it was"),
        "train.py",
        {"DATA": "--data", "LOSS": "--loss"},
    ),
    "sample": Command(
        phrase("samples.png: S=20 ETA=0, or DDPM=1; DATA=moons with the network of train DATA=moons")
        if "2.11" in GIVEN
        else phrase("samples.png, by your DDPM; DATA=moons with the network of train DATA=moons"),
        "sample.py",
        {"S": "--steps", "ETA": "--eta", "DDPM": "--ddpm", "DATA": "--data"},
    ),
    "evaluate": Command(
        phrase("FID, KID and IS for each S and eta, in runs/evaluate; goes on where it was"), "evaluate.py"
    ),
}
FLAGS = {"--ddpm"}  # options without a value


HERE_ARE = {
    name: command for name, command in COMMANDS.items() if command.runs == "pytest" or (HERE / command.runs).exists()
}


def main(name: str = "help", *words: str) -> int:
    """Run a command, in this Python or in that of .venv; returns its exit code. Raises Refused."""
    if name in ("help", "-h", "--help"):
        print(phrase("make COMMAND, or without make: python assignment.py COMMAND") + "\n")
        print("\n".join(f"{name:<12}{command.does}" for name, command in HERE_ARE.items()))
        return 0
    if name not in HERE_ARE:
        raise Refused(
            phrase("there is no command {name}; there are help, {others}", name=name, others=", ".join(HERE_ARE))
        )
    command, options = COMMANDS[name], options_of(name, words)
    if environment.missing(command.needs):
        if not environment.within_venv():
            return environment.again_in_venv(name, *words)
        environment.install(command.needs)
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
    """The options that words such as T=1.4 stand for; of make's own PYTHON= none. Raises Refused."""
    known = COMMANDS[name].words
    options = ["-q"] if name == "test" else []
    for word in words:
        key, equals, value = word.partition("=")
        if key in known and equals:
            option = known[key]
            options += [] if not value else [option] if option in FLAGS else [option, value]
        elif key != "PYTHON":
            if not known:
                raise Refused(phrase("{name} does not know {word}; it takes no such word", name=name, word=word))
            takes = ", ".join(f"{each}=" for each in known)
            raise Refused(phrase("{name} does not know {word}; it takes {takes}", name=name, word=word, takes=takes))
    return options


if __name__ == "__main__":
    if sys.version_info < environment.OLDEST:
        here, oldest = map(environment.dotted, (sys.version_info, environment.OLDEST))
        said = phrase(
            "expected Python {oldest} or newer, this is {here}; {other}",
            oldest=oldest,
            here=here,
            other=environment.OTHER,
        )
        sys.exit(f"assignment.py: {said}")
    from diffusion import console

    console.spell_out()
    try:
        sys.exit(main(*sys.argv[1:]))
    except Refused as reason:
        sys.exit(f"assignment.py: {reason}")
    except KeyboardInterrupt:
        sys.exit(f"assignment.py: {phrase('stopped; the same command goes on')}")
