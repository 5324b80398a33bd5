"""Which submissions of a class are alike beyond what the task makes alike, or like other work, by copydetect.

Names, comments, layout and what strings say do not count. Right answers are a few lines of the same mathematics, so
neither does what more than COMMON submissions have, as with the course tool MOSS, nor what the starter holds: two are
alike by what few others wrote.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from course.marks import passages
from course.marks.passages import LARGEST, LENGTH, File, Given, Passages
from grader.paths import GRADED_FILES

COMMON = 10  # submissions that may have a passage before it counts as everybody's
LEAST = 200  # characters that two must share
ALIKE = 0.5  # of what is the smaller submission's own; beside other work, of what is the submission's own


@dataclass(frozen=True)
class Pair:
    """Two submissions, or a submission and other work, that share a large part of what is their own."""

    one: str
    other: str
    share: float  # 0 to 1, of what is own in the submission that has less; beside other work, in the submission
    characters: int  # shared, where each name or string counts as one

    @property
    def alike(self) -> bool:
        return self.characters >= LEAST and self.share >= ALIKE


def pairs(files: Given) -> tuple[list[Pair], list[File]]:
    """The pairs of different submissions that are alike, the most alike first; and the files too long to be compared.

    Files are compared with those of the same name.
    """
    given, starter = passages.of_files(files), passages.of_starter()
    owners = defaultdict(set)
    for (key, _), found in given.items():
        for each in found.hashes - starter:
            owners[each].add(key)
    own = {each for each, keys in owners.items() if len(keys) <= COMMON}
    total = _totals(given, own)
    shared: Counter[tuple[str, str]] = Counter()
    for each in own:
        shared.update(combinations(sorted(owners[each]), 2))
    likely = (_pair(both, given, own, total) for both, count in shared.items() if count >= LEAST - LENGTH)
    too_long = [(key, name) for key, mine in files.items() for name in mine if (key, name) not in given]
    return _sorted(likely), too_long


def against(files: Given, works: Mapping[str, Sequence[bytes]]) -> tuple[list[Pair], list[str]]:
    """The submissions that are like other work, the most alike first; and the works too long to be compared whole.

    works: the files of each, in any order and of any name. A passage is everybody's where more than COMMON texts have
    it, here and there together. A text counts once however many have it, so that a work does not hide behind the
    number of its copies.
    """
    given = passages.of_files(files)
    known = {each for found in given.values() for each in found.hashes} - passages.of_starter()
    texts, keys, names = (defaultdict[int, set[str]](set) for _ in range(3))  # by passage
    for (key, _), found in given.items():
        for each in found.hashes & known:
            texts[each].add(found.raw_code)
            keys[each].add(key)
    for name, contents in works.items():
        for text in (passages.text(content) for content in contents if len(content) <= LARGEST):
            for each in passages.of_text(name, text).hashes & known:
                texts[each].add(text)
                names[each].add(name)
    own = {each for each, holders in texts.items() if len(holders) <= COMMON}
    total = _totals(given, own)
    shared = defaultdict[tuple[str, str], set[int]](set)
    for each in own & names.keys():
        for both in product(keys[each], names[each]):
            shared[both].add(each)
    likely = (_beside(both, given, some, total) for both, some in shared.items() if len(some) >= LEAST - LENGTH)
    too_long = [name for name, contents in works.items() if any(len(content) > LARGEST for content in contents)]
    return _sorted(likely), too_long


def _sorted(found: Iterable[Pair]) -> list[Pair]:
    """Those that are alike, the most alike first."""
    return sorted((each for each in found if each.alike), key=lambda p: (-p.share, -p.characters, p.one, p.other))


def _totals(given: Passages, own: set[int]) -> Counter[str]:
    """The characters of each submission that are its own."""
    total: Counter[str] = Counter()
    for (key, _), found in given.items():
        total[key] += passages.covered(found, own)
    return total


def _pair(both: tuple[str, str], given: Passages, own: set[int], total: Counter[str]) -> Pair:
    """Compare file with file of the same name; what both files of a submission share is added up."""
    common = [0, 0]
    for name in GRADED_FILES:
        mine, theirs = (given.get((key, name)) for key in both)
        if mine and theirs:
            some = mine.hashes & theirs.hashes & own
            common[0] += passages.covered(mine, some)
            common[1] += passages.covered(theirs, some)
    less = 0 if total[both[0]] <= total[both[1]] else 1
    return Pair(*both, common[less] / max(total[both[less]], 1), min(common))


def _beside(both: tuple[str, str], given: Passages, some: set[int], total: Counter[str]) -> Pair:
    """Compare a submission with other work: which of its passages are there, in whichever file."""
    mine = [found for name in GRADED_FILES if (found := given.get((both[0], name)))]
    common = sum(passages.covered(found, some) for found in mine)
    return Pair(*both, common / max(total[both[0]], 1), common)
