"""Which messages of exceptions may be quoted to a student.

A message that the student's code makes could carry the hidden inputs. So one is quoted only where it has one of the
forms in which Python and torch speak of everyday mistakes, and only names that its author knows already.
"""

import builtins
import keyword
import re

from grader.tasks import BY_FUNCTION

# Forms of everyday messages. <name> must be Python's, torch's or in the submission itself; <n> is a
# short number. Where a form ends in ~ more may follow, which is left out, as the advice of newer Pythons always is.
EVERYDAY = """
    name '<name>' is not defined
    cannot access local variable '<name>' where it is not associated with a value
    local variable '<name>' referenced before assignment
    module '<name>' has no attribute '<name>'
    '<name>' object has no attribute '<name>'
    '<name>' object is not (callable|iterable|subscriptable)
    No module named '<name>(.<name>)?'
    cannot import name '<name>' from '<name>'~
    unsupported operand type[(]s[)] for [-+*/@%&|^<>=]{1,3}( or pow[(][)])?: '<name>' and '<name>'
    <name>[(][)] missing <n> required positional arguments?: '<name>'( and '<name>')?
    <name>[(][)] takes (from <n> to )?<n> positional arguments? but <n> were given
    <name>[(][)] got (an unexpected keyword argument|multiple values for argument) '<name>'
    cannot unpack non-iterable <name> object
    cannot access free variable '<name>' where it is not associated with a value~
    too many values to unpack [(]expected <n>(, got <n>)?[)]
    not enough values to unpack [(]expected <n>, got <n>[)]
    The size of tensor a [(]<n>[)] must match the size of tensor b [(]<n>[)] at non-singleton dimension <n>
    expected scalar type <name> but found <name>
    shape '\\[(<n>(, <n>){0,5})?\\]' is invalid for input of size <n>
    output with shape \\[(<n>(, <n>){0,5})?\\] doesn't match the broadcast shape \\[(<n>(, <n>){0,5})?\\]
    a leaf Variable that requires grad is being used in an in-place operation~
    (float |integer )?division by zero
    math domain error
    expected a (positive|nonnegative) input~
    index out of range in self
    (list|tuple|string) index out of range
    (sqrt|log|exp)[(][)]: argument 'input' [(]position 1[)] must be Tensor, not <name>
    EOF when reading a line
    maximum recursion depth exceeded~
    <name> has shape [(](<n>,( <n>,?){0,4})?[)]; expected the shape of <name>~
    a coefficient has shape [(](<n>,( <n>,?){0,4})?[)]; expected [(][)] or~
    sigma_t must be at most its maximum~
    tau must be a 1-d int64 tensor, strictly ascending~
    S must be in 1[.][.]T~
    Torch not compiled with CUDA enabled
    invalid syntax~
    unexpected indent
    expected an indented block~
    unindent does not match any outer indentation level~
    expected ':'
    '[\\[({]' was never closed
    unmatched '[])}]'
    unterminated string literal~
    invalid character~
    source code (string )?cannot contain null bytes~
    [(]unicode error[)] 'utf-8' codec can't decode byte~
    Non-UTF-8 code~
    (unknown encoding|encoding problem)~
    too many nested parentheses
    too many levels of indentation
    inconsistent use of tabs and spaces in indentation
    invalid non-printable character~
    invalid decimal literal
    Parser stack overflowed~
""".strip().splitlines()
MOST_NUMBERS = 6  # in a message that is quoted: it must not spell out an input
NAME, NUMBER = r"(?P<name{}>[A-Za-z_]\w{{0,39}})", r"(?:0|[1-9]\d{0,2})"
KNOWN_NAMES = {*dir(builtins), *keyword.kwlist, *BY_FUNCTION, "sampler", "score", "diffusion"} | set(
    "NoneType Tensor ndarray Generator Parameter module method function builtin_function_or_method generator "
    "torch numpy np math nn functional F Float Double Half Long Int Bool".split()
)


def _compiled(form: str) -> re.Pattern[str]:
    """A form as a pattern, each <name> a group of its own; a form without ~ must be the whole message."""
    pieces = form.strip().removesuffix("~").replace("<n>", NUMBER).split("<name>")
    pattern = pieces[0] + "".join(NAME.format(i) + piece for i, piece in enumerate(pieces[1:]))
    return re.compile(pattern if form.endswith("~") else f"{pattern}(?=[.]?$|[.,;]? (Did|Perhaps) you )")


FORMS = [_compiled(form) for form in EVERYDAY]


def everyday(message: str, sources: dict[str, bytes]) -> str:
    """What of a message may be quoted: as much as has an everyday form with known names, else nothing."""
    for form in FORMS:
        if found := form.match(message):
            own = re.findall(r"\w+", " ".join(source.decode(errors="replace") for source in sources.values()))
            strange = {name for name in found.groupdict().values() if name} - KNOWN_NAMES - set(own)
            many = len(re.findall(r"\d+", found.group())) > MOST_NUMBERS
            return "" if strange or many else found.group().removesuffix(".")
    return ""
