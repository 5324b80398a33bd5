"""What IS, FID and KID see, as it was measured with right functions: tables that come with the assignment."""

import csv

from diffusion.assets import find
from explorer.grid import Grid

CELL = ("S", "eta", "is", "is_std", "fid", "fid_interval", "kid", "kid_std")


def kept(grid: Grid) -> dict:
    """`cells`, IS, FID and KID with their spreads for each S and η; `few` and `blind`, rows of text. Raises NoAsset."""
    _, cells = rows("fashion-seed0", CELL)
    made = {name: rows(name) for name in ("few_images", "blind_spots")}
    few, blind = ({"head": head, "rows": lines} for head, lines in made.values())
    return {"cells": [[float(each) for each in row] for row in cells], "few": few, "blind": blind}


def rows(name: str, columns: tuple[str, ...] = ()) -> tuple[list[str], list[list[str]]]:
    """The head of a table and its rows, or some columns of them. Raises NoAsset."""
    with find(f"tables/{name}.csv").open(newline="", encoding="utf-8") as file:
        head, *lines = csv.reader(file)
    places = [head.index(column) for column in columns or head]
    return [head[i] for i in places], [[line[i] for i in places] for line in lines]
