"""The passages of a file, by copydetect: what is compared of it, whatever its names, comments and layout are."""

import io
import re
from collections.abc import Mapping
from functools import cache
from keyword import iskeyword

from copydetect import CodeFingerprint
from copydetect.utils import get_token_coverage

from grader.paths import STARTER

LENGTH = 25  # characters of the shortest passage that counts, where each name or string is one character
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
Given = Mapping[str, Mapping[str, bytes]]  # the files by submission, then by name
Passages = dict[File, CodeFingerprint]


def text(content: bytes) -> str:
    """What is compared of a file: each name is V, each string S, comments and layout are left out."""
    return TOKEN.sub(_symbol, content.decode(errors="replace"))


def _symbol(token: re.Match[str]) -> str:
    found = token[0]
    match token.lastgroup:
        case "layout":
            return ""
        case "string":
            return "S"
        case "name" if not iskeyword(found):
            return "V"
    return found


def of_text(name: str, compared: str) -> CodeFingerprint:
    """The passages of a file, from what is compared of it."""
    return CodeFingerprint(name, LENGTH, 1, fp=io.StringIO(compared), filter=False)


def of_files(files: Given) -> Passages:
    """Those of each file that is not too long."""
    given = {(key, name): content for key, mine in files.items() for name, content in mine.items()}
    compared = {file: text(content) for file, content in given.items() if len(content) <= LARGEST}
    return {file: of_text(file[1], short) for file, short in compared.items() if len(short) <= MOST}


@cache
def of_starter() -> set[int]:
    """The passages that every student was given."""
    given = [*STARTER.glob("*.py"), *STARTER.glob("diffusion/**/*.py"), *STARTER.glob("tests/**/*.py")]
    return {each for path in given for each in of_text(path.name, text(path.read_bytes())).hashes}


def covered(found: CodeFingerprint, some: set[int]) -> int:
    """How many characters of a file lie in some of its passages."""
    places = {each: found.hash_idx[each] for each in found.hashes & some}
    return int(get_token_coverage(places, LENGTH, len(found.filtered_code)))
