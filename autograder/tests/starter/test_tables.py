"""The S × η tables of the three trainings: what the handout says of them is so, and its figures are theirs."""

import csv
import re

import pytest

from grader.paths import ASSETS, STARTER

STEPS, ETAS, SEEDS = (5, 10, 20, 50, 100), (0.0, 0.2, 0.5, 1.0), (0, 1, 2)
ROW = re.compile(r"^\| ([\d.]+) \|((?: [\d.]+ ± [\d.]+ \|){5})$", re.MULTILINE)


def table(seed):
    """FID and half its interval, by (S, η)."""
    with (ASSETS / "tables" / f"fashion-seed{seed}.csv").open(newline="") as file:
        return {
            (int(row["S"]), float(row["eta"])): (float(row["fid"]), float(row["fid_interval"]))
            for row in csv.DictReader(file)
        }


def overlap(cells):
    return max(fid - half for fid, half in cells) <= min(fid + half for fid, half in cells)


def test_handout_has_the_first_table():
    rows = ROW.findall((STARTER / "README.md").read_text(encoding="utf-8"))
    shown = {float(eta): re.findall(r"[\d.]+ ± [\d.]+", cells) for eta, cells in rows}
    cells = table(0)
    assert shown == {eta: ["{:.1f} ± {:.1f}".format(*cells[S, eta]) for S in STEPS] for eta in ETAS}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_handout_says_holds_in_every_training(seed):
    """η = 1 is the worse at few steps beyond the intervals, both get better with steps, and at S = 100 all agree."""
    cells = table(seed)
    assert set(cells) == {(S, eta) for S in STEPS for eta in ETAS}
    for S in (5, 10, 20, 50):
        assert cells[S, 0.0][0] < cells[S, 1.0][0]
        assert overlap([cells[S, 0.0], cells[S, 1.0]]) == (S == 50)
        assert overlap([cells[S, 0.0], cells[S, 0.2]])
    for eta in (0.0, 1.0):
        falling = [cells[S, eta][0] for S in (5, 10, 20, 50)]
        assert falling == sorted(falling, reverse=True)
    assert overlap([cells[100, eta] for eta in ETAS])
