"""What probably lies behind a wrong answer: causes.json says what each known mistake makes the tests of a task say.

A mistake is named only where every test of the task, passed or failed, came out as this mistake makes it come out,
and as no other known one does.
"""

import json
import math
import re
from pathlib import Path

from diffusion.phrases import phrase

# task -> "tests": how many it has, and "mistakes": [causes, section to read, {failed test: what it says}] of each
FILE = Path(__file__).with_name("causes.json")
NUMBER = re.compile(r"-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?|\bnan\b|-?\binf\b")
ANY = "~"  # in causes.json: a number that chance decides
Failures = dict[str, str]  # the name of each test that failed -> its sentence


def likely(task: str, failures: Failures, passed: int) -> str:
    """The probable cause and where to read on, "" unless it is known; passed: how many tests of the task."""
    known = json.loads(FILE.read_text(encoding="utf-8")).get(task, {}) if FILE.exists() else {}
    if len(failures) + passed != known.get("tests"):
        return ""
    alike_ones = (
        sentence(causes, section, task) for causes, section, seen in known["mistakes"] if alike(seen, failures)
    )
    return next(alike_ones, "")


def sentence(causes: list[str], section: str, task: str) -> str:
    """The causes in words; section: of the handout, or a task, to read beside the task's own, or ""."""
    cause, *others = map(phrase, causes)
    for other in others:
        cause = phrase("{cause}, and {other}", cause=cause, other=other)
    if not section:
        return phrase("likely: {cause}; read {task} in the handout", cause=cause, task=task)
    if section[0].isdigit():
        return phrase("likely: {cause}; read {task} and {other} in the handout", cause=cause, task=task, other=section)
    said = {"cause": cause, "task": task, "section": phrase(section)}
    return phrase('likely: {cause}; read {task} and "{section}" in the handout', **said)


def alike(seen: Failures, failures: Failures) -> bool:
    """Whether the same tests failed, and said the same but for rounding."""
    return seen.keys() == failures.keys() and all(says_the_same(seen[test], failures[test]) for test in seen)


def says_the_same(one: str, other: str) -> bool:
    """Whether two sentences have the same words, and numbers that agree to four digits or as the sentence allows."""
    if NUMBER.sub(ANY, one) != NUMBER.sub(ANY, other):
        return False
    allowed = re.search(r"give or take ([\d.]+)", other)
    within = float(allowed[1]) if allowed else 1e-6
    pairs = [pair for pair in zip(numbers(one), numbers(other)) if ANY not in pair]
    return all(a == b or math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=within) for a, b in pairs)


def numbers(sentence: str) -> list[str]:
    """The numbers of a sentence, as they are written, and each ANY."""
    return re.findall(rf"{NUMBER.pattern}|{ANY}", sentence)
