"""What evaluate.py measured, kept in a folder so that it can go on after any interruption."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from diffusion import checkpoints, plots
from diffusion.phrases import phrase

COLUMNS = ("S", "eta", "images", "fid", "fid_interval", "kid", "kid_std", "is", "is_std", "seconds")
TABLES = {  # what is printed: title, and the columns of the figure and of what stands behind ±
    phrase("FID ± half a 95 % confidence interval (lower is better)"): ("fid", "fid_interval"),
    phrase("KID ± standard deviation over subsets (lower is better)"): ("kid", "kid_std"),
    phrase("IS ± standard deviation over ten parts (knows no real images)"): ("is", "is_std"),
}


class OtherSettings(Exception):
    """A folder holds figures that were made with other settings, or is damaged; the message says which."""


class Results:
    """figures.csv, a row for each cell (S, eta) of the table; images.safetensors, some images of each cell.

    settings.json says what else the figures depend on; it is written with the first of them.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str | int]) -> None:
        """Open a folder, or begin one. Raises OtherSettings."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.settings, self.rows, self.images = folder, settings, {}, {}
        self._read()

    def _read(self) -> None:
        """Take what is in the folder; another evaluate.py may have added to it. Raises OtherSettings."""
        folder, settings = self.folder, self.settings
        if not (folder / "figures.csv").exists():
            return
        try:
            begun = json.loads((folder / "settings.json").read_text("utf-8"))
            changed = [name for name, value in settings.items() if begun.get(name) != value]
            with (folder / "figures.csv").open(newline="", encoding="utf-8") as file:
                self.rows = {(int(row["S"]), float(row["eta"])): row for row in csv.DictReader(file)}
            self.images, _ = checkpoints.read(folder / "images.safetensors")
        except (OSError, ValueError, KeyError, AttributeError, checkpoints.BadCheckpoint) as error:
            raise OtherSettings(
                phrase("{folder} is not as it was left; delete that folder to begin again", folder=folder)
            ) from error
        if changed:
            what = ", ".join(
                phrase("{name} (then {then}, now {now})", name=name, then=begun.get(name), now=settings[name])
                for name in changed
            )
            raise OtherSettings(
                phrase(
                    "{folder} holds figures of another {what}; to measure again, delete that folder; to keep it, give "
                    "another: python evaluate.py --out runs/second",
                    folder=folder,
                    what=what,
                )
            )

    def has(self, S: int, eta: float) -> bool:
        """Whether the cell is finished."""
        return (S, eta) in self.rows

    def add(self, S: int, eta: float, figures: Mapping[str, float], images: Tensor) -> None:
        """Keep a cell: its images, (n, C, H, W) uint8, and last its row, which so has all that belongs to it.

        Raises OtherSettings where the folder has come to hold figures of something else.
        """
        self._read()
        if not self.rows:
            self._write("settings.json", json.dumps(self.settings, indent=1))
        self.images[f"{S} {eta:g}"] = images
        checkpoints.write(self.folder / "images.safetensors", self.images)
        self.rows[S, eta] = {"S": str(S), "eta": f"{eta:g}", **{name: str(figure) for name, figure in figures.items()}}
        lines = [COLUMNS, *([row[column] for column in COLUMNS] for row in self.rows.values())]
        self._write("figures.csv", "".join(",".join(line) + "\n" for line in lines))

    def tables(self, steps: Sequence[int], etas: Sequence[float]) -> str:
        """FID, KID and IS as text, a row for each eta, a column for each S."""
        lines = []
        for title, columns in TABLES.items():
            lines += [title, " " * 8 + "".join(f"{f'S = {S}':>18}" for S in steps)]
            for eta, figures, spreads in zip(etas, *(self._table(column, steps, etas) for column in columns)):
                cells = [f"{figure:.2f} ± {spread:.2f}" for figure, spread in zip(figures, spreads)]
                lines.append(f"η = {eta:<4g}" + "".join(f"{cell:>18}" for cell in cells))
            lines.append("")
        return "\n".join(lines)

    def draw(self, steps: Sequence[int], etas: Sequence[float]) -> None:
        """Write fid.png, FID as a map, and grid.png, images of every cell."""
        fid, interval = (self._table(column, steps, etas) for column in ("fid", "fid_interval"))
        count = int(self._table("images", steps, etas)[0, 0])
        title = f"FID ± half a 95 % interval{', ' if len(steps) > 3 else chr(10)}{count:,} images a cell"
        plots.save_heat_map(fid, interval, steps, etas, title, self.folder / "fid.png")
        images = [[self.images[f"{S} {eta:g}"] for S in steps] for eta in etas]
        plots.save_cells(images, steps, etas, self.folder / "grid.png")

    def _table(self, column: str, steps: Sequence[int], etas: Sequence[float]) -> np.ndarray:
        return np.array([[float(self.rows[S, eta][column]) for S in steps] for eta in etas])

    def _write(self, name: str, text: str) -> None:
        checkpoints.replace(self.folder / name, text.encode("utf-8"))
