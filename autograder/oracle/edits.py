"""What a right answer becomes by one small edit of its spelling: a root left out, a sign turned, …

`edited` gives all single edits of a spelling, each with its kind, which is the name of a cause: what is found by its
value alone is told by its kind alone. Whether an edit explains an answer is for `grader.causes` to find.
"""

from collections.abc import Iterator
from typing import Any

from oracle.spellings import STATES, Spelling, Tree, names, names_in

Edits = Iterator[tuple[str, Tree]]

ALPHAS = ("a", "p", "alpha")
NAMES = {  # that are taken for one another, and the kind of that edit
    ("a", "p"): "alpha_bar_prev_for_t",
    ("p", "a"): "alpha_bar_t_for_prev",
    ("alpha", "a"): "alpha_bar_for_alpha",
    ("alpha", "p"): "alpha_bar_for_alpha",
    ("a", "alpha"): "alpha_for_alpha_bar",
    ("p", "alpha"): "alpha_for_alpha_bar",
}
TOGETHER = {  # the kinds that come in pairs
    *("root_missing", "root_extra", "square_missing", "sign", "one_minus_missing", "factor_missing", "factor_two"),
    *("upside_down", "alpha_bar_prev_for_t", "alpha_bar_t_for_prev", "alpha_bar_for_alpha", "alpha_for_alpha_bar"),
}
TWICE = {"root_missing", "sign", "alpha_bar_prev_for_t", "alpha_bar_t_for_prev", "alpha_bar_for_alpha"}  # made alike
ORDER = (  # of the kinds that may be two words for one thing: the first is the plainest
    *("term_missing", "one_minus_missing", "root_missing", "square_missing", "sign", "factor_missing", "root_reach"),
    *("root_extra", "square_extra", "parentheses", "upside_down", "factor_twice", "one_minus_extra", "factor_two"),
)


def plainest(kinds: set[str]) -> str:
    """The kind that is told where all of these explain an answer; "" where they are not one thing in other words."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if {"sign", "term_missing"} <= kinds:  # under a root whose clamp hides the one, and leaves what the other does
        return ""
    return min(kinds, key=ORDER.index) if kinds and kinds <= set(ORDER) else ""


# Editing


def edited(spelling: Spelling) -> Iterator[tuple[str, Spelling]]:
    """Every single edit of a spelling: its kind, and the spelling with it."""
    for place, known in enumerate(_known(spelling)):
        yield from _edited_at(place, spelling, known)


def edited_twice(spelling: Spelling) -> Iterator[tuple[str, Spelling]]:
    """The common pairs of edits; the kinds of a pair are joined by "+", in alphabetical order, each once."""
    places = list(enumerate(_known(spelling)))
    for place, known in places:
        for first, once in _edited_at(place, spelling, known):
            if first in TOGETHER:
                for later, known_later in places[place:]:
                    for second, twice in _edited_at(later, once, known_later):
                        if second in TOGETHER and (second != first or second in TWICE):
                            yield "+".join(sorted({first, second})), twice


def _known(spelling: Spelling) -> list[frozenset[str]]:
    """The names that are known at each of the assignments: the given ones, and those made before."""
    return [names(spelling) - {name for name, _ in spelling[place:]} for place in range(len(spelling))]


def _edited_at(place: int, spelling: Spelling, known: frozenset[str]) -> Iterator[tuple[str, Spelling]]:
    name, tree = spelling[place]
    for kind, new in _edits(tree, known):
        yield kind, (*spelling[:place], (name, new), *spelling[place + 1 :])


def _edits(tree: Tree, known: frozenset[str]) -> Edits:
    """The edits of a tree, at its root and further down."""
    if isinstance(tree, float):
        return
    yield from _of_any(tree)
    if isinstance(tree, str):
        yield from _of_name(tree, known)
        return
    yield from _of_operation(tree)
    for place, part in enumerate(tree[1:], start=1):
        for kind, new in _edits(part, known):
            yield kind, (*tree[:place], new, *tree[place + 1 :])


def _is_state(tree: Tree) -> bool:
    return not STATES.isdisjoint(names_in(tree))


def _operation(tree: Tree) -> str:
    return tree[0] if isinstance(tree, tuple) else ""


def _of_any(tree: Tree) -> Edits:
    if _is_state(tree):
        return
    if _operation(tree) not in ("square", "sqrt"):
        yield "square_extra", ("square", tree)
    if _operation(tree) != "square":
        yield "root_extra", ("sqrt", tree)
    yield "factor_two", ("*", 2.0, tree)
    yield "factor_two", ("/", tree, 2.0)


def _of_name(name: str, known: frozenset[str]) -> Edits:
    for (old, new), kind in NAMES.items():
        if name == old and new in known:
            yield kind, new
    if name in ALPHAS:
        yield "one_minus_extra", ("-", 1.0, name)
    if name in STATES:
        yield from (("states_mixed_up", other) for other in sorted(STATES & known - {name}))


def _of_operation(tree: tuple[Any, ...]) -> Edits:
    match tree:
        case ("neg", part):
            yield "sign", part
        case ("square", part):
            yield "square_missing", part
        case ("sqrt", part):
            yield "root_missing", part
            yield from (("root_reach", new) for new in _other_reach(part))
        case ("+" | "-" as sign, left, right):
            yield "sign", ("-" if sign == "+" else "+", left, right)
            if left == 1.0:
                yield "one_minus_missing", right
                return
            yield "sign", (sign, ("neg", left), right)
            yield "term_missing", left
            if sign == "+":
                yield "term_missing", right
        case ("*" | "/" as times, left, right):
            yield "factor_missing", left
            if times == "*":
                yield "factor_missing", right
            if not _is_state(right) and right != 2.0:
                yield "upside_down", ("/" if times == "*" else "*", left, right)
                if _operation(right) not in ("sqrt", "square"):
                    yield "factor_twice", (times, tree, right)
            if not _is_state(left) and not _is_state(right):
                yield "upside_down", ("/", right, left)
            yield from (("parentheses", new) for new in _other_parentheses(times, left, right))
            if _operation(left) == "sqrt" and not _is_state(right):
                yield "root_reach", ("sqrt", (times, left[1], right))
            if _operation(right) == "sqrt" and not _is_state(left):
                yield "root_reach", ("sqrt", (times, left, right[1]))


def _other_reach(part: Tree) -> Iterator[Tree]:
    """What becomes of the root of `part` where the root reaches over one side alone, or over both apart."""
    if isinstance(part, tuple) and len(part) == 3:
        sign, left, right = part
        yield sign, ("sqrt", left), right
        yield sign, left, ("sqrt", right)
        if sign in "+-":
            yield sign, ("sqrt", left), ("sqrt", right)


def _other_parentheses(times: str, left: Tree, right: Tree) -> Iterator[Tree]:
    """What becomes of a product or a fraction where the parentheses around one side are left out."""
    match left:
        case ("+" | "-" as sign, first, second):
            yield sign, first, (times, second, right)
    match right:
        case ("+" | "-" as sign, first, second):
            yield sign, (times, left, first), second
        case ("*", first, second) if times == "/":
            yield "*", ("/", left, first), second
