"""Figure 9: as dt → 0, one step of DDPM becomes the reverse SDE's, and DDIM at η = 0 the ODE's."""

from matplotlib.axes import Axes

from diffusion.phrases import phrase
from diffusion.pictures.discretized import END, FINEST, WAYS, order
from diffusion.pictures.letters import label
from diffusion.pictures.page import COLOURS, MARKERS, STYLE, Page
from diffusion.pictures.table import Table

MANY = (8, 16, 32, 64, 128, 256, FINEST)  # steps from t = 1 to t = 0, so that dt is 1 over that
SHOWN = (16, 64, 256)  # of them in the table
ROWS = {  # of each of WAYS: what goes, and what it is held beside
    "noising": (phrase("forward SDE, t = 0 to 1/2, z = 0"), phrase("the jump (1.1)")),
    "mean": (phrase("one step of 1.5, z = 0"), "2.6"),
    "step": (phrase("one step of 1.5"), phrase("2.6, the same z")),
    "way": (phrase("1.5 down to t = {end}", end=END), phrase("2.6, the same z")),
    "end": (phrase("1.5 down to t = {end}", end=0), phrase("2.6, the same z")),
    "euler": (phrase("DDIM (2.9, η = 0)"), phrase("Euler in √((1 − ᾱ)/ᾱ)")),
    "ddim": (phrase("DDIM (2.9, η = 0)"), phrase("the exact ODE")),
    "time": (phrase("Euler in t"), phrase("the exact ODE")),
}
CAPTION = phrase(r"""
How far two ways lie apart for ever smaller dt. Both axes are logarithmic, so a slope of k is an order of k. Left: your
DDPM step and your reverse SDE step, from the same point with the same z. The means of one step differ by order 2, its
noise by order 1.5, and the whole way down to t = 0.1 by order 1. In the limit the two are one process. Right: how far
from the exact ODE the way ends. DDIM at η = 0 is Euler's method in $\sqrt{(1-\bar\alpha)/\bar\alpha}$ and of order
1, as is Euler's method in t. On this one wide Gaussian the latter even lies nearer. Drawn by tasks 1.5, 2.1, 2.6 and
2.9.
""")


def measure() -> Table:
    """The differences for three dt, and the order between the last two."""
    rows = []
    for row, titles in ROWS.items():
        found = [WAYS[row](n) for n in SHOWN]
        equal = max(found) < 1e-12
        cells = ["0" if equal else f"{each:.2g}" for each in found]
        rows.append((*titles, *cells, phrase("equal") if equal else f"{order(*found[-2:], SHOWN[-1] / SHOWN[-2]):.2f}"))
    head = phrase("way"), phrase("beside"), *(f"dt = 1/{n}" for n in SHOWN), phrase("order")
    return Table(phrase("How far two ways lie apart, the root of the mean square"), head, rows)


def small_steps(many: tuple[int, ...] = MANY) -> Page:
    """The page: 1.5 against 2.6 on the left, DDIM and Euler against the ODE on the right."""
    page = Page("small_steps", phrase("As dt → 0: DDPM and the SDE, DDIM and the ODE"), CAPTION, 4.6)
    left, right = page.subplots(1, 2)
    with page.panel(left):
        draw(left, many, ("way", "step", "mean"), label("DDPM beside the reverse SDE"))
    with page.panel(right):
        draw(right, many, ("time", "ddim"), label("beside the exact ODE"))
    return page.finished()


def draw(axes: Axes, many: tuple[int, ...], rows: tuple[str, ...], title: str) -> None:
    """Each row's differences over dt, both logarithmic, with the order that is read off."""
    for row, colour, marker in zip(rows, COLOURS, MARKERS):
        found = [WAYS[row](n) for n in many]
        power = order(*found[-2:], many[-1] / many[-2])
        said = label("{way}: order {power:.2f}", way=ROWS[row][0], power=power)
        axes.loglog([1 / n for n in many], found, color=colour, marker=marker, label=said)
    low, high = axes.get_ylim()
    axes.set_xticks([1 / n for n in many], [f"1/{n}" for n in many])
    axes.set_yticks([10**k for k in range(-6, 1) if low <= 10**k <= high])
    axes.minorticks_off()
    axes.set(xlabel="dt", ylabel=label("how far apart"))
    axes.set_title(title, **STYLE)
    axes.legend(fontsize=10)
