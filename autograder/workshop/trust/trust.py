"""`make trust`: hold the grader to the whole corpora, to every attack and to every mutant; one page says how it went.

The page is `OUT/trust.md`; what is printed while it runs is one line for each part, and each thing that does not hold.
"""

import os
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.console import Console

from grader.tasks import order
from workshop.attacks import environments, hostile
from workshop.attacks.environments import NotHere
from workshop.quality import tiers
from workshop.trust import corpus, mutants, pool

QUALITY = {number for numbers in tiers.checks().values() for number in numbers}
Rows = list[tuple[str, ...]]


@dataclass
class Page:
    """What is known so far."""

    summary: Rows = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cases: Rows = field(default_factory=list)
    attacks: Rows = field(default_factory=list)  # and the walls that stop each
    claims: dict[str, str] = field(default_factory=dict)  # of the checks, by number
    losers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # of a check, by kind
    alone: dict[str, str] = field(default_factory=dict)  # a case that loses this check and no other exact one

    def lost(self, kind: str, name: str, checks: list[str]) -> None:
        """Note the checks that a wrong case lost; those of quality may be lost beside any other."""
        checks = [number for number in checks if number[0].isdigit()]  # a mutant may also end the process
        for number in checks:
            self.losers[number][kind] += 1
        exact = [number for number in checks if number not in QUALITY]
        if len(exact) == 1:
            self.alone.setdefault(exact[0], f"{kind} {name}")

    def fault(self, what: str, fault: str) -> int:
        """Note what does not hold ("" if all does); 1 for a fault, to be counted."""
        self.faults += [f"{what}: {fault}"] if fault else []
        return bool(fault)


def run(console: Console, only: str, out: Path) -> bool:
    """Do all parts, or one; print and write the page; True where everything holds."""
    page, started = Page(), time.monotonic()
    for name, part in PARTS.items():
        if only in ("", name):
            begun, noted = time.monotonic(), len(page.faults)
            for row in part(page):
                page.summary.append((*row, f"{time.monotonic() - begun:.0f} s"))
                console.print("  ".join(page.summary[-1]), highlight=False, markup=False, soft_wrap=True)
                begun = time.monotonic()
            for fault in page.faults[noted:]:
                console.print(f"WRONG {fault}", style="red", highlight=False, markup=False, soft_wrap=True)
    if not only:
        _needed(page)
    out.mkdir(parents=True, exist_ok=True)
    (out / "trust.md").write_text(_text(page, time.monotonic() - started))
    held = f"{len(page.faults)} of these do not hold." if page.faults else "All of it holds."
    told = f"{out / 'trust.md'}: {held}"
    console.print(told, highlight=False, markup=False, soft_wrap=True)
    return not page.faults


# The parts: each gives the rows of the summary, (what, cases, how they ended)


def _wheat(page: Page) -> Iterator[tuple[str, ...]]:
    cases, wrong = corpus.cases("wheat"), 0
    for case, lines in pool.marked(cases):
        wrong += page.fault(f"wheat {case.name}", case.fault(lines))
        page.claims |= {line.number: line.claim for line in lines}
    yield "right answers (wheat)", f"{len(cases)}", f"{len(cases) - wrong} with full marks"


def _chaff(page: Page) -> Iterator[tuple[str, ...]]:
    cases, wrong, verdicts = corpus.cases("chaff"), 0, Counter[str]()
    for case, lines in pool.marked(cases):
        lost = [line for line in lines if line.lost]
        verdict = corpus.verdict(case.cause, [line.cause for line in lost])
        verdicts[verdict] += 1
        wrong += page.fault(f"chaff {case.name}", case.fault(lines))
        page.fault(f"chaff {case.name}", "another cause is named than the declared one" if verdict == "wrong" else "")
        page.lost("chaff", case.name, [line.number for line in lost])
        points = sum(line.points for line in lost)
        page.cases.append((case.name, f"−{points:.3g}", ", ".join(line.number for line in lost), case.cause, verdict))
    yield "wrong answers (chaff)", f"{len(cases)}", f"{len(cases) - wrong} lose exactly the checks that they declare"
    named = ", ".join(f"{verdicts[verdict]} {said}" for verdict, said in SAID.items())
    yield "their causes", f"{len(cases)}", named


SAID = {"right": "named rightly", "silent": "met with silence", "wrong": "named wrongly"}


def _hostile(page: Page) -> Iterator[tuple[str, ...]]:
    for environment in environments.NAMES:
        count = wrong = 0
        for name, fault in hostile.run(environment):
            count, wrong = count + 1, wrong + page.fault(f"hostile {name}, {environment}", fault)
        how = f"{count - wrong} gain nothing and leave nothing behind" if count else "not run: cannot be made here"
        yield f"attacks (hostile), {environment}", f"{count}", how
    yield from _walls_down(page)


def _walls_down(page: Page) -> Iterator[tuple[str, ...]]:
    """Does each attack reach something where its walls are down, and nothing else does?"""
    cases = {case.name: case for case in corpus.cases("hostile")}
    attacked = missed = 0
    try:
        for name, _, fault in hostile.run_down(corpus.files("hostile")):
            wrong = page.fault(f"hostile {name}", fault)
            if name in cases:  # and not what attacks nothing
                attacked, missed = attacked + 1, missed + wrong
        how = f"{attacked - missed} reach what they go for, {missed} miss it"
    except NotHere as reason:
        how = f"not run: {reason}"
    yield "attacks, with their walls down", f"{attacked}", how
    without = [case for case in cases.values() if case.no_wall]
    page.attacks += [(case.name, ", ".join(case.walls) or f"none, {case.no_wall}") for case in cases.values()]
    yield "attacks without a wall to take down", f"{len(without)}", "counted apart; why is said below"


def _mutants(page: Page) -> Iterator[tuple[str, ...]]:
    verdicts, right = Counter[str](), mutants.equivalents()
    for mutant, lost in mutants.marked():
        verdict = mutants.verdict_of(mutant, lost, right)
        verdicts[verdict] += 1
        page.fault(f"mutant of {mutant}", "" if verdict in (mutants.KILLED, mutants.PROVED) else verdict)
        page.lost("mutant", f"{mutant}", lost)
    for key in right.keys() - {mutant.key for mutant in mutants.made()}:
        page.fault("equivalent.json", f"has no mutant {' | '.join(key)}")
    survived = verdicts["survived"]
    how = f"{verdicts[mutants.KILLED]} killed, {verdicts[mutants.PROVED]} proved equivalent, {survived} survived"
    yield "mutants of the solution", f"{sum(verdicts.values())}", how


PARTS: dict[str, Callable[[Page], Iterator[tuple[str, ...]]]] = {
    "wheat": _wheat,
    "chaff": _chaff,
    "hostile": _hostile,
    "mutants": _mutants,
}


def _needed(page: Page) -> None:
    """Is each check needed: does some case lose it and no other?"""
    idle = [number for number in page.claims if number not in page.alone and number not in QUALITY]
    for number in idle:
        page.fault(f"check {number}", "is redundant: no case loses it alone")
    quality = sum(number in QUALITY for number in page.claims)
    how = f"{len(page.claims) - quality - len(idle)} needed, {len(idle)} redundant, {quality} of quality as asked for"
    page.summary.append(("checks", f"{len(page.claims)}", how, ""))


# The page


def _text(page: Page, seconds: float) -> str:
    def table(*head: str, rows: Rows) -> str:
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)) + "\n"

    checks = []
    for number in sorted({*page.claims, *page.losers}, key=order):
        counts = [f"{page.losers[number][kind]}" for kind in ("chaff", "mutant")]
        checks.append((number, *counts, page.alone.get(number, ""), page.claims.get(number, "")))
    return "\n".join(
        [
            "# What the grader is held to\n",
            f"`make trust`, {date.today()}: {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"{seconds / 60:.0f} minutes.\n",
            table("", "cases", "", "time", rows=page.summary),
            "## What does not hold\n",
            "\n".join(f"- {fault}" for fault in page.faults) or "Nothing.",
            "\n## Each check: how many cases lose it, and one that loses no other\n",
            table("check", "chaff", "mutants", "alone", "claim", rows=checks),
            "## Each wrong answer\n",
            table("chaff", "points", "checks lost", "cause", "", rows=page.cases),
            "## Each attack, and the walls that stop it\n",
            table("attack", "walls", rows=page.attacks),
        ]
    )
