"""`make quiz SEED=1 PAPERS=30`: what it writes, and what it says."""

import os
import shutil
import subprocess
from pathlib import Path

from course.quiz import marks, moodle, page
from course.quiz.papers import TooMany, papers
from grader import files
from grader.commands import refuse, say
from grader.settings import LANGUAGES

PRINTERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 300  # seconds for one file


def run(seed: str, count: str, out: Path) -> int:
    """Write the papers, keys and marking sheets, as PDF too where there is a Chromium, and the files for Moodle.

    Each in both languages. Returns the exit status; ends with a sentence and status 2 where nothing can be written.
    """
    drawn, wanted = _whole("SEED", seed, 0), _whole("PAPERS", count, 1)
    try:
        made = papers(drawn, wanted)
    except TooMany as reason:
        refuse(
            f"Nothing was written: with seed {drawn} no more than {reason.possible} papers differ; give a smaller "
            f"PAPERS."
        )
    pages = {
        out / f"{sheet}{_ending(language)}.html": page.page(sheet, made, drawn, language)
        for sheet in page.SHEETS
        for language in LANGUAGES
    }
    exports = {
        out / f"moodle{_ending(language)}.xml": moodle.Export(made, drawn, language).content() for language in LANGUAGES
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, text in pages.items():
            files.replace_private(path, text)
            path.with_suffix(".pdf").unlink(missing_ok=True)
        for path, content in exports.items():
            files.replace(path, content, 0o600)
        kept = marks.write(out, made, drawn)
    except OSError as error:
        refuse(f"Not all was written: {error.filename or out}: {error.strerror}. Give another OUT.")
    say(f"{wanted} papers of {made[0].points} points, each with a key and a marking sheet, in two languages: {out}")
    if not kept:
        say(f"{out / marks.NAME} is there already and stays: it may have marks. Give another OUT for another quiz.")
    return _print(list(pages))


def _whole(name: str, given: str, least: int) -> int:
    """A whole number, at least so large; ends the command where it is none."""
    if not (given.isascii() and given.isdecimal() and least <= int(given) < 10**9):
        refuse(
            f"Nothing was written: {name} is {given!r}; give a whole number from {least} to 999999999, as {name}=30."
        )
    return int(given)


def _ending(language: str) -> str:
    return "" if language == "en" else f".{language}"


def _print(pages: list[Path]) -> int:
    """Print pages to PDF; the exit status: 1 where a printer is there and fails."""
    program = next(filter(None, map(shutil.which, PRINTERS)), None)
    if program is None:
        say("No PDF was made, since there is no Chromium here: print the pages from a browser.")
        return 0
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    for number, path in enumerate(pages):
        pdf = path.with_suffix(".pdf")
        command = [program, "--headless", "--disable-gpu", *as_root, "--no-pdf-header-footer", f"--print-to-pdf={pdf}"]
        try:
            subprocess.run(
                [*command, path.resolve().as_uri()], capture_output=True, timeout=PATIENCE, check=True, umask=0o077
            )
        except (OSError, subprocess.SubprocessError) as error:
            pdf.unlink(missing_ok=True)
            left = ", ".join(each.name for each in pages[number:])
            say(f"{pdf} could not be printed ({type(error).__name__}): print from a browser {left}.", style="bold red")
            return 1
    return 0
