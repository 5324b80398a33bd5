"""Which submissions of a class are alike beyond what the task makes alike, by copydetect.

Names, comments, layout and what strings say do not count. Right answers are a few lines of the same mathematics, so
neither does what more than COMMON submissions have, as with the course tool MOSS, nor what the starter holds: a pair is
alike by what few others wrote.
"""

import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from keyword import iskeyword

from copydetect import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage

from grader.paths import GRADED_FILES, STARTER

LENGTH = 25  # characters of the shortest passage that counts, where each name or string is one character
COMMON = 10  # submissions that may have a passage before it counts as everybody's
LEAST = 200  # such characters that a pair must share
ALIKE = 0.5  # of what is the smaller submission's own
MOST = 6_000  # such characters of a file that is compared; the solution's have 1,500, the longest right answer 2,400
LARGEST = 100_000  # bytes of a file that is compared; the solution's have 20,000
# No alternative gives back what it has taken, so that any text takes no more time than its length asks for.
TOKEN = re.compile(
    r"""(?xs) (?P<layout> \s+ | \#[^\n]* )
    | (?P<string> [bBfFrRuU]{0,2} (?: ('{3}|"{3})(?:[^\\]|\\.)*?(?:\3|\\?\Z) | (['"])(?:(?!\4)[^\\\n]|\\.)*\4? ) )
    | (?P<name> [^\W\d]\w* )
    | (?P<other> \d\w* | . )"""
)

File = tuple[str, str]  # a submission and the name of a file of it


@dataclass(frozen=True)
class Pair:
    """Two submissions that share a large part of what is their own."""

    one: str
    other: str
    share: float  # of what is its own in the submission that has less, 0 to 1
    characters: int  # shared, where each name or string counts as one


def pairs(files: Mapping[str, Mapping[str, bytes]]) -> tuple[list[Pair], list[File]]:
    """The pairs of different submissions that are alike, the most alike first; and the files too long to be compared.

    The files are given by submission, then by name.
    """
    starter = {h for name in GRADED_FILES for h in _print(name, _text((STARTER / name).read_bytes())).hashes}
    given = {(key, name): content for key, mine in files.items() for name, content in mine.items()}
    texts = {file: _text(content) for file, content in given.items() if len(content) <= LARGEST}
    prints = {file: _print(file[1], text) for file, text in texts.items() if len(text) <= MOST}
    owners: dict[int, set[str]] = {}
    for (key, _), found in prints.items():
        for each in found.hashes - starter:
            owners.setdefault(each, set()).add(key)
    own = {each for each, keys in owners.items() if len(keys) <= COMMON}
    for found in prints.values():
        _keep(found, own)
    shared: Counter[tuple[str, str]] = Counter()
    for each in own:
        shared.update(combinations(sorted(owners[each]), 2))
    likely = (_pair(both, prints) for both, count in shared.items() if count >= LEAST - LENGTH)
    alike = [each for each in likely if each.characters >= LEAST and each.share >= ALIKE]
    alike.sort(key=lambda each: (-each.share, -each.characters, each.one, each.other))
    return alike, [file for file in given if file not in prints]


def _text(content: bytes) -> str:
    """What is compared of a file: each name is V, each string S, comments and layout are left out."""
    return TOKEN.sub(_symbol, content.decode(errors="replace"))


def _symbol(token: re.Match[str]) -> str:
    text = token[0]
    match token.lastgroup:
        case "layout":
            return ""
        case "string":
            return "S"
        case "name" if not iskeyword(text):
            return "V"
    return text


def _print(name: str, text: str) -> CodeFingerprint:
    """The passages of a file."""
    return CodeFingerprint(name, LENGTH, 1, fp=io.StringIO(text), filter=False)


def _keep(found: CodeFingerprint, own: set[int]) -> None:
    """Leave only the passages in `own`; copydetect's own way to take some out also takes what a file repeats."""
    found.hash_idx = {each: places for each, places in found.hash_idx.items() if each in own}
    found.hashes = set(found.hash_idx)
    found.token_coverage = int(get_token_coverage(found.hash_idx, LENGTH, len(found.filtered_code)))


def _pair(both: tuple[str, str], prints: Mapping[tuple[str, str], CodeFingerprint]) -> Pair:
    """Compare file with file of the same name; what both files of a submission share is added up."""
    (one, other), common = both, [0.0, 0.0]
    for name in GRADED_FILES:
        if (one, name) in prints and (other, name) in prints:
            mine, theirs = prints[one, name], prints[other, name]
            _, shares, _ = compare_files(mine, theirs)
            common[0] += shares[0] * mine.token_coverage
            common[1] += shares[1] * theirs.token_coverage
    own = [sum(prints[key, name].token_coverage for name in GRADED_FILES if (key, name) in prints) for key in both]
    less = own.index(min(own))
    return Pair(*both, min(1.0, common[less] / max(own[less], 1)), round(min(common)))
