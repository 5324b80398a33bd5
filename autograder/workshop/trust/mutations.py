"""The mutants of the solution: one line of one answer made wrong in one way.

Generic ones come from mutmut's operators (another operator, number or argument, None for a value), the others from the
mistakes that people make in this assignment. Only the answers are mutated, the decorator `no_grad` and the conversion
of what is returned: the checking of arguments is provided code that carries no marks, and a docstring does nothing.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

from grader.paths import SOLUTION
from grader.tasks import BY_ID
from workshop import regions

# What people take for one another, both ways round.
MIXED_UP = """
    alpha_bar_t/alpha_bar_prev alpha_bar_t/alpha_t alpha_t/beta_t x_0_pred/x_t x_0_pred/eps omega_0/omega_t
    weight_0/weight_t eps/z eps/x_t x/score sigma_t/variance t/t_prev x_0/x_t x_0/eps mean/variance step_size/step
    steps[:-1]/steps[1:] tau/steps
""".split()

# A pattern and what takes the place of each of its occurrences, one at a time.
NAME = r"(?<![\w.\"])({})(?![\w(\"]|\.dtype)(?!\s*(,[\w\s,]*)?=[^=])"  # where it is read, not where it is assigned
NUMBER = r"(?<![\w.]){}(?![\w.])"
LIKE = r"(?:per_item\(.*?, |time_like\(|noise_like\()(\w+)"  # a state of which only the shape is used
MISTAKES: dict[str, tuple[str, ...]] = {
    # a root, a square, a sign, a number
    r"\.sqrt\(\)": ("", ".sqrt().sqrt()"),
    r"math\.sqrt": ("",),
    r"\.square\(\)": (".abs()",),
    r"(?<==) (.+)$": (r" -(\1)",),
    r"(?<==) -": (" ",),
    NAME.format(r"z|score|eps|omega_t|sigma"): (r"(-\1)",),
    NUMBER.format(0): ("1",),
    NUMBER.format(1): ("0",),
    NUMBER.format(r"1\.0"): ("0.0",),
    NUMBER.format(2): ("1",),
    NAME.format("eta"): ("(eta ** 2)", "(eta ** 0.5)", "min(eta, 1.0)"),
    r"eta > 0": ("eta > 0.5", "t > 1"),
    NAME.format("step_size|step|dt|beta|variance"): (r"(\1 / 2)",),
    # precision, dtype, shape, range
    NAME.format(r"(?:alpha_bar|beta|sigma|omega|weight)\w*|alpha_t|radicand|variance"): (r"\1.float()",),
    r"\.to\([^)]*\)": ("", ".float()", ".double()"),
    r"per_item\((.+?), \w+\)(?= [*+]|$)": (r"\1",),
    r"per_item\((.+?), (\w+)\)": (r"per_item(\1, \2).flatten()[0]",),
    NAME.format("x_0_pred|x_t|eps"): (r"\1.clamp(-3, 3)",),
    # the loop and its steps
    r"time_like\((\w+), t\)": (r"time_like(\1, t - 1)", r"time_like(\1, t + 1)", r"time_like(\1[:1], t)", "t"),
    r"alpha_bar\[t\]": ("alpha_bar[t - 1]",),
    r"alpha_bar\[t - 1\]": ("alpha_bar[max(t - 2, 0)]",),
    r"reversed\((.*?\(\))\)": (r"\1",),
    r"steps\[1:\]\)": ("steps[2:])",),
    r"(for .* in )(.*):$": (r"\1list(\2)[1:]:", r"\1list(\2)[:-1]:"),
    r"_model\(x_t, t\)": ("_model(x_t, t.flip(0))", "_model(x_t, t[:1])", "_model(x_t, t).detach()"),
    r"\.mean\(\)": (".mean().detach()", ".sum()", ".mean(dim=0).sum()"),
    # noise
    r"noise_like\((\w+), generator\)": (
        r"(0 * \1)",
        r"torch.randn_like(\1)",
        r"noise_like(\1[:1], generator)",
        r"noise_like(\1.float(), generator)",
        r"noise_like(\1, torch.Generator().manual_seed(0))",
        r"(12**0.5 * (torch.rand(\1.shape, generator=generator) - 0.5)).to(\1.dtype)",
    ),
    # what a sampler starts from and leaves behind
    r"@torch\.no_grad\(\)": ("",),
    r"^(\s*)(\w+) = \2 \+ ": (r"\1\2 += ",),
    r"^(\s*)(x\w*) = (?=.*\b\2\b)": (r"\1\2[:] = ",),
    r"x_t, steps = (\w+),": (r"x_t, steps = torch.zeros_like(\1),", r"x_t, steps = \1.double(),"),
    r"x_t = (x_\w)$": (r"x_t = torch.zeros_like(\1)", r"x_t = \1.double()"),
}
for pair in MIXED_UP:
    for name, instead in (pair.split("/"), pair.split("/")[::-1]):
        pattern = NAME.format(re.escape(name))
        MISTAKES[pattern] = (*MISTAKES.get(pattern, ()), instead)


@dataclass(frozen=True)
class Mutant:
    """A line of an answer, and what it says in the mutant."""

    task: str
    number: int  # of the line, from 1
    line: str
    mutant: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}: {self.line.strip()}  ->  {self.mutant.strip()}"

    @property
    def file(self) -> str:
        return BY_ID[self.task].file

    @property
    def key(self) -> tuple[str, str, str]:
        """What `corpus/equivalent.json` knows it by: not the line's number, so that lines may move."""
        return self.task, self.line.strip(), self.mutant.strip()

    @property
    def files(self) -> dict[str, str]:
        """The mutant's file, as a submission has it."""
        lines = (SOLUTION / self.file).read_text().splitlines()
        lines[self.number - 1] = self.mutant
        return {self.file: "\n".join(lines) + "\n"}


def mutants(name: str) -> list[Mutant]:
    """All mutants of a file of the solution that compile, in the order of its lines, each once."""
    source = (SOLUTION / name).read_text()
    lines = source.splitlines()
    places = _places(source)
    texts = [(number, text.rstrip()) for number, text in (*_generic(source, places), *_mistakes(lines, places))]
    given = [(number, text) for number, text in dict.fromkeys(texts) if places[number] in BY_ID]
    made = [Mutant(places[number], number, lines[number - 1], text) for number, text in given]
    return sorted(filter(_is_one, made), key=lambda mutant: mutant.number)


def _places(source: str) -> dict[int, str]:
    """The lines that are mutated, each with its task."""
    places, lines = {}, list(regions.lines(source))
    for line in lines:
        if line.text.startswith("@"):
            places[line.number] = next(after.task for after in lines[line.number :] if after.is_marker)
        elif not line.is_marker:
            answers = line.kind == "answer" and not line.text.lstrip().startswith("#")
            if answers or re.match(r" +return .*\.to\(", line.text):
                places[line.number] = line.task
    return places


def _generic(source: str, places: dict[int, str]) -> Iterator[tuple[int, str]]:
    wrapper = MetadataWrapper(libcst.parse_module(source))
    for node, span in wrapper.resolve(PositionProvider).items():
        number = span.start.line
        for new in (new for kind, make in mutation_operators if isinstance(node, kind) for new in make(node)):
            if number in places:
                changed = wrapper.module.deep_replace(node, new)
                yield number, libcst.ensure_type(changed, libcst.Module).code.splitlines()[number - 1]


def _mistakes(lines: list[str], places: dict[int, str]) -> Iterator[tuple[int, str]]:
    for number in places:
        line, names = lines[number - 1], _names(lines, number)
        likes = {found.start(1) for found in re.finditer(LIKE, line)}
        for pattern, all_instead in MISTAKES.items():
            for found, instead in itertools.product(re.finditer(pattern, line), all_instead):
                if found.start() not in likes and (instead in names or not instead.isidentifier()):
                    yield number, line[: found.start()] + found.expand(instead) + line[found.end() :]


def _names(lines: list[str], number: int) -> set[str]:
    """The words in the code of the function that has a line (for a decorator: of the one before it)."""
    starts = [at for at, line in enumerate(lines) if line.startswith("def ")]
    first = max([at for at in starts if at < number], default=0)
    last = min([at for at in starts if at >= number], default=len(lines))
    return set(re.findall(r"\w+", " ".join(line for line in lines[first:last] if "# " not in line)))


def _is_one(mutant: Mutant) -> bool:
    try:
        compile(mutant.files[mutant.file], mutant.file, "exec")
    except SyntaxError:
        return False
    return mutant.mutant != mutant.line
