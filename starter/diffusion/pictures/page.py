"""The sheet that a figure is drawn on: panels, a caption below them, and what it shows where it cannot be drawn yet."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diffusion.assets import NoAsset
from diffusion.checkpoints import BadCheckpoint
from diffusion.data import NoData
from diffusion.pictures.letters import label, wrapped, written
from diffusion.pictures.yours import Waits

ORDER = ("noising", "langevin", "reverse_sde", "paths", "step_grid", "tables", "interpolation", "inversion")
ORDER += ("small_steps", "forward_chain", "few_images", "blind_spots", "annealed")
WIDTH, LINE, DPI = 9.0, 0.224, 160  # inches; of a line of the caption; dots an inch
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")  # Okabe and Ito, for the colour-blind
MARKERS = ("o", "s", "^", "D", "v", "P")  # with them, as no figure tells by colour alone
GREY = "#8A8A8A"
STYLE = {"fontsize": 11}


class Page(Figure):
    """The nth figure, with its caption; `drawn` panels, and in `waits` what the others wait for, a sentence each."""

    def __init__(self, name: str, title: str, caption: str, height: float) -> None:
        """name: of the module that draws it, which gives its number; height: of the panels, in inches."""
        super().__init__(dpi=DPI, layout="constrained", facecolor="white")
        self.nth, self.name, self.title, self.waits, self.drawn = ORDER.index(name) + 1, name, title, [], 0
        self._caption = wrapped(written(caption), 72 * 0.93 * WIDTH)
        self._lay_out(height)

    def _lay_out(self, height: float) -> None:
        """Make room for panels of that height, and write the caption below them."""
        lines = LINE * (len(self._caption) + 1.7)
        self.set_size_inches(WIDTH, height + lines)
        self.below = lines / (height + lines)
        self.get_layout_engine().set(rect=(0, self.below, 1, 1 - self.below), w_pad=0.06, h_pad=0.06)
        inch = 1 / self.get_figheight()
        heading = label("Figure {number}. {title}", number=self.nth, title=self.title)
        self.text(0.02, self.below - 0.1 * inch, heading, va="top", weight="bold", fontsize=12)
        for number, line in enumerate(self._caption):  # one by one, as each font has a space of its own between lines
            self.text(0.02, self.below - (0.1 + LINE * (1.9 + number)) * inch, line, **STYLE)

    @contextmanager
    def panel(self, axes: Axes, *others: Axes) -> Iterator[None]:
        """A panel of one or more axes; where it cannot be drawn, the first of them says why."""
        try:
            yield
            self.drawn += 1
        except (Waits, NoAsset, NoData, BadCheckpoint) as reason:
            said = reason.args[0]
            if said not in self.waits:
                self.waits.append(said)
            for each in (axes, *others):
                each.clear()
                each.set_axis_off()
            say(axes, [said], 205)

    def finished(self) -> "Page":
        """The page; with one sentence in the place of its panels where none of them could be drawn."""
        if not self.drawn:
            self.clear()
            self._lay_out(0.9 + 0.5 * len(self.waits))
            axes = self.subplots()
            axes.set_axis_off()
            say(axes, self.waits, 545)
        return self

    def _repr_png_(self) -> bytes:
        """The picture, for a notebook."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def say(axes: Axes, sentences: list[str], width: float) -> None:
    """Write sentences into the middle of axes, lines of so many points."""
    text = "\n".join(line for each in sentences for line in wrapped(written(each), width))
    box = {"boxstyle": "round,pad=0.8", "facecolor": "#F2F2F2", "edgecolor": GREY, "linestyle": "--"}
    look = {"ha": "center", "va": "center", "bbox": box, "in_layout": False, **STYLE}
    axes.text(0.5, 0.5, text, transform=axes.transAxes, **look)


def plane(axes: Axes, limit: float, title: str = "") -> None:
    """Make axes a piece of the plane, −limit..limit both ways, without numbers."""
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xticks=[], yticks=[])
    axes.set_title(title, **STYLE)
    axes.spines[:].set_color(GREY)


def picture(axes: Axes, image: np.ndarray, title: str = "", below: str = "") -> None:
    """Show an image, or several that were put together, without a frame."""
    axes.imshow(image, interpolation="nearest", cmap="gray")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(title, **STYLE)
    axes.set_xlabel(below, **STYLE)
