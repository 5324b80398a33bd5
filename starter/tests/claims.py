"""What the tests are written with: numbers for hand computations, and checks that fail in one sentence."""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import torch
from torch import Tensor

from diffusion.phrases import english, phrase

# Two numbers that make every hand computation exact, since 0.6² + 0.8² = 1:
#   ᾱ_t    = 0.36    √ᾱ_t    = 0.6    √(1 − ᾱ_t)    = 0.8
#   ᾱ_prev = 0.64    √ᾱ_prev = 0.8    √(1 − ᾱ_prev) = 0.6
# so that α_t = 0.36/0.64 = 9/16, √α_t = 3/4, β_t = 1 − α_t = 7/16.


def f64(numbers: Any) -> Tensor:
    """The float64 tensor of a number or a list of numbers."""
    return torch.tensor(numbers, dtype=torch.float64)


ALPHA_BAR_T, ALPHA_BAR_PREV, ONE = f64(0.36), f64(0.64), f64(1.0)
SHAPES = {"points": (2, 3), "images": (2, 1, 2, 2)}  # of a batch of two items


def items(first: float, second: float, data: str) -> Tensor:
    """A float32 batch of two points or images: all numbers of the first are `first`, all of the second `second`."""
    numbers = torch.tensor([first, second], dtype=torch.float32)
    return numbers.reshape(2, *[1] * (len(SHAPES[data]) - 1)).repeat(1, *SHAPES[data][1:])


def of(data: str, what: str) -> str:
    """What a state of a batch is called, by its shape."""
    return phrase("{what} of points", what=what) if data == "points" else phrase("{what} of images", what=what)


def fail(sentence: str, **values: Any) -> NoReturn:
    """Fail without a traceback; the sentence's {names} are filled in, in your language."""
    pytest.fail(phrase(sentence, **values), pytrace=False)


def check(true: bool, sentence: str, **values: Any) -> None:
    """Fail with `sentence` unless `true`."""
    if not true:
        fail(sentence, **values)


def described(value: Any) -> str:
    """What a value is, in a few words."""
    if isinstance(value, Tensor):
        return phrase("a {dtype} tensor of shape {shape}", dtype=named(value.dtype), shape=tuple(value.shape))
    kind = type(value).__name__
    if isinstance(value, (tuple, list)):
        return phrase("a {kind} of {count}", kind=kind, count=len(value))
    return "None" if value is None else phrase("of type {kind}", kind=kind)


def named(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def like(got: Any, want: Tensor, what: str) -> None:
    """`got` must be a tensor of the shape and dtype of `want`."""
    must = {"what": what, "shape": tuple(want.shape), "dtype": named(want.dtype)}
    if not isinstance(got, Tensor):
        fail("{what} must be a tensor of shape {shape}; it is {got}", got=described(got), **must)
    if got.shape != want.shape:
        fail("{what} must have shape {shape}; it has shape {got}", got=tuple(got.shape), **must)
    if got.dtype != want.dtype:
        fail("{what} must be {dtype}, as what goes in is; it is {got}", got=named(got.dtype), **must)


def close(got: Any, want: Tensor, what: str, tol: float = 1e-9) -> None:
    """`got` must be like `want`, each number within `tol` of the one wanted."""
    want = want.detach()
    like(got, want, what)
    error = (got.detach() - want).abs()
    wrong = ~(error <= tol)  # written so that NaN is wrong
    if wrong.any():
        first = tuple(wrong.nonzero()[0].tolist())
        if bool((error <= 1e-6 * (1 + want.abs())).all()):
            fail(
                "{what} is only nearly right: perhaps a number is kept in float32, a small guard is added, or the "
                "formula is a little off",
                what=what,
            )
        few = want.numel() <= 4
        g, w = (digits(x.tolist() if few else x[first].item()) for x in (got, want))
        if not got.isfinite().all():
            g = phrase("{numbers} (a division by 0, or the root of a negative number?)", numbers=g)
        if few:
            fail("{what}: got {got}, by hand it is {want}", what=what, got=g, want=w)
        fail(
            "{what}, at {place}: got {got}, by hand it is {want} ({wrong} of {all} are wrong)",
            what=what,
            place=list(first),
            got=g,
            want=w,
            wrong=int(wrong.sum()),
            all=wrong.numel(),
        )


def digits(numbers: Any) -> str:
    """Numbers, or lists of them, with six digits each."""
    return f"[{', '.join(map(digits, numbers))}]" if isinstance(numbers, list) else f"{numbers:.6g}"


def spread(x: Tensor, mean: float, std: float, what: str, tol: float = 0.03) -> None:
    """The numbers of a large batch must have this mean and this standard deviation, within `tol`."""
    got = x.double().mean().item(), x.double().std().item()
    if not all(abs(g - w) <= tol for g, w in zip(got, (mean, std))):
        must = {"what": what, "mean": mean, "std": std, "tol": tol}
        fail(
            "{what} must have mean {mean:.3g} and standard deviation {std:.3g}, give or take {tol:g}; "
            "it has {got[0]:.3g} and {got[1]:.3g}",
            got=[round(number, 4) for number in got],
            **must,
        )


def draws(states: list[Tensor], alpha_bars: list[float], stds: list[float]) -> None:
    """Where ε is 0, a step multiplies the state by √ᾱ_prev/√ᾱ_t; what it adds must be fresh noise with these stds.

    states: one after the other, x_T first; alpha_bars: ᾱ at each of them, ending with 1.
    """
    noises = [x - (p / a) ** 0.5 * y for y, x, a, p in zip(states, states[1:], alpha_bars, alpha_bars[1:])]
    got = [noise.double().std().item() for noise in noises]
    must, are = (", ".join(f"{round(std, 4):.3g}" for std in each) for each in (stds, got))
    check(
        all(abs(g - w) <= 0.03 for g, w in zip(got, stds)),
        "the standard deviations of the noise, step by step, must be {must}, give or take 0.03; they are {are}",
        must=must,
        are=are,
    )
    same = abs(torch.corrcoef(torch.cat(noises[:2], dim=1).T)[0, 1].item()) > 0.1
    check(not same, "what a step adds must not go with what the one before added: fresh noise, and the right mean")


def finite(x: Tensor, what: str) -> None:
    """`x` must hold numbers only, neither NaN nor infinity."""
    check(
        bool(x.isfinite().all()),
        "{what} must hold finite numbers; it has NaN or infinity (a division by 0, or the root of a negative number?)",
        what=what,
    )


def from_generator(run: Callable[[int], Tensor], x: Tensor, what: str) -> Tensor:
    """What run(seed) returns: like `x`, the same for the same seed, another for another."""
    first, again, other = run(1), run(1), run(2)
    like(first, x, what)
    finite(first, what)
    check(
        torch.equal(first, again), "the same seed must give the same {what}: draw the noise from `generator`", what=what
    )
    check(not torch.equal(first, other), "another seed must give another {what}: it is the same", what=what)
    return first


def repeats(call: Callable[[], Tensor], why: str) -> Tensor:
    """What two calls return, which must be the same, since `why`."""
    first, second = call(), call()
    same = isinstance(first, Tensor) and isinstance(second, Tensor) and torch.equal(first.isnan(), second.isnan())
    same = same and torch.equal(first.nan_to_num(), second.nan_to_num())
    check(
        same or not isinstance(first, Tensor),
        "{why}, so the same call must give the same numbers again; it does not",
        why=why,
    )
    return first


def starts_at(seen: Tensor, x_T: Tensor) -> None:
    """The first state that a model has seen must be the one that the sampler was given."""
    like(seen, x_T, phrase("the first state that the model sees"))
    if not torch.allclose(seen.double(), x_T.detach().double()):
        if seen.any():
            fail("the chain must start at the state that it is given; it starts at another state")
        fail("the chain must start at the state that it is given; it starts at zeros")


def parts(answer: Any, names: str) -> Any:
    """The parts of what a function returns, which must be a tuple of those in `names`, such as "mean, variance"."""
    count = names.count(",") + 1
    right = isinstance(answer, (tuple, list)) and len(answer) == count
    check(
        right,
        "it must return {count} values, ({names}); it returned {got}",
        count=count,
        names=names,
        got=described(answer),
    )
    return answer


def refuses(call: Callable[[], Any], word: str) -> None:
    """`call` must raise a ValueError whose message, in English, has `word` in it."""
    try:
        call()
    except ValueError as error:
        said = str(english(error.args[0])) if error.args else ""
        check(word in said, "the ValueError should speak of {word!r}; it says: {said}", word=word, said=said)
    else:
        fail("expected a ValueError, as in the file that you were given; no points hang on it")
