"""Measure what the lecture says, with your own functions: the small tables of the handout.

    python measure.py                        all of them, into runs/measure/
    python measure.py --only step_grid       one of them

A table that has to wait for a task says so, and the others are measured. The code of each: diffusion/pictures/.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from diffusion import command_line, console, faults

try:
    import torch

    from diffusion.assets import NoAsset
    from diffusion.checkpoints import BadCheckpoint, replace
    from diffusion.data import NoData
    from diffusion.phrases import phrase
    from diffusion.pictures.table import MEASURED
    from diffusion.pictures.yours import Waits, is_here
except Exception as error:
    sys.exit(f"measure.py: {faults.sentence(error)}")


TABLES = [name for name in MEASURED if is_here(name)]


def main() -> int:
    """Measure and print; returns the exit code, 1 where a table is missing."""
    console.spell_out()
    args = arguments()
    torch.set_num_threads(1)  # the tensors are small, and more threads wait for each other
    args.out.mkdir(parents=True, exist_ok=True)
    missing = False
    for name in [args.only] if args.only else TABLES:
        torch.manual_seed(0)  # should a function draw from torch's global generator
        try:
            table = import_module(f"diffusion.pictures.{name}").measure()
        except (Waits, NoAsset, NoData, BadCheckpoint) as reason:
            print(f"{name}: {reason}\n", flush=True)
            missing = True
            continue
        replace(args.out / f"{name}.csv", table.csv().encode())
        print(f"{table}\n{args.out / name}.csv\n", flush=True)
    return int(missing)


def arguments() -> argparse.Namespace:
    parser = command_line.parser(phrase(__doc__))
    parser.add_argument("--out", type=Path, default=Path("runs/measure"), help=phrase("a folder; default runs/measure"))
    parser.add_argument("--only", choices=TABLES, help=phrase("one table; default all"))
    return parser.parse_args()


if __name__ == "__main__":
    faults.run("measure.py", main)
