"""Figure 6: your table of S and η, beside the two of the DDIM paper."""

import csv
import json
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from diffusion import plots
from diffusion.phrases import phrase
from diffusion.pictures.letters import label
from diffusion.pictures.page import STYLE, Page
from diffusion.pictures.yours import Waits

PAPER = json.loads(Path(__file__).parents[1].joinpath("paper_table.json").read_text("utf-8"))
MEASURED = Path("runs/evaluate")  # where evaluate.py puts its figures
CAPTION = phrase(r"""
FID, lower (darker) is better; each table has shades of its own, since FID depends on the images and on the network
that looks at them. Look at the columns: with few steps η = 1 (DDPM's noise) is far worse than η = 0 (DDIM). With many
the rows come closer. Below: Table 1 of the DDIM paper, which the lecture shows. Drawn by make evaluate, that is by
tasks 2.10 and 2.11.
""")


def tables(folder: Path = MEASURED) -> Page:
    """The page: above yours, from what evaluate.py left in a folder; below the paper's, CIFAR-10 and CelebA."""
    page = Page("tables", phrase("FID for each S and η"), CAPTION, 5.6)
    page.drawn += 1  # the paper's are always there
    above, below = page.subfigures(2, 1, height_ratios=(1.1, 1))
    axes = above.subplots()
    with page.panel(axes):
        draw_own(axes, folder)
    etas = [float(eta) for eta in PAPER["etas"]]
    for each, paper in zip(below.subplots(1, 2), PAPER["data"].values()):
        figures = np.array([paper["fid"][eta] for eta in PAPER["etas"]])  # without the row that has no η
        plots.heat_map(each, figures, None, PAPER["steps"], etas)
        each.set_title(label("the paper, {data}", data=paper["title"]), **STYLE)
    return page.finished()


def draw_own(axes: Axes, folder: Path) -> None:
    """What was measured so far; cells that are missing stay blank. Raises Waits where there is nothing."""
    measured = folder / "figures.csv"
    if not measured.exists():
        raise Waits(phrase("your own table: type make evaluate, which measures it"))
    try:
        with measured.open(newline="", encoding="utf-8") as file:
            rows = {(int(row["S"]), float(row["eta"])): row for row in csv.DictReader(file)}
        steps, etas = (sorted({cell[i] for cell in rows}) for i in (0, 1))
        fid, interval = (
            np.array([[float(rows[S, eta][what]) if (S, eta) in rows else np.nan for S in steps] for eta in etas])
            for what in ("fid", "fid_interval")
        )
        count = int(next(iter(rows.values()))["images"])
    except Exception as error:  # a file that was edited or cut off
        said = phrase(
            "your own table: {file} can't be read; delete {folder} and type make evaluate", file=measured, folder=folder
        )
        raise Waits(said) from error
    plots.heat_map(axes, fid, interval, steps, etas)
    axes.set_title(label("yours, Fashion-MNIST (28 × 28), {count:,} images a cell", count=count), **STYLE)
