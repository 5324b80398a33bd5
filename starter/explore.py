"""Make one page that shows what your DDIM does, with sliders for S, η, the schedule and the spacing of τ.

    python explore.py                 explore.html: three to four minutes on a CPU; open it in a browser

The page is one file and needs no network. What isn't done yet is a sentence on it that says which task it waits for.
What it shows, and the code of it: explorer/.
"""

import argparse
import sys
from pathlib import Path

from diffusion import command_line, console, faults

try:
    import torch

    from diffusion.checkpoints import replace
    from diffusion.phrases import phrase
    from explorer.grid import Grid
    from explorer.page import page
    from explorer.parts import made
except Exception as error:
    sys.exit(f"explore.py: {faults.sentence(error)}")


def main() -> None:
    console.spell_out()
    out = arguments().out
    if not out.parent.is_dir():
        sys.exit(f"explore.py: {phrase('there is no folder {folder}', folder=out.parent)}")
    torch.set_num_threads(1)  # the tensors are small, and more threads wait for each other
    grid = Grid()
    parts = made(grid)
    html = page(parts, grid).encode("utf-8")
    replace(out, html)
    for reason in dict.fromkeys(part["waits"]["said"] for part in parts.values() if "waits" in part):
        print(reason)
    print(phrase("{path}: {size:.1f} MB; open it in a browser", path=out, size=len(html) / 1e6))


def arguments() -> argparse.Namespace:
    parser = command_line.parser(phrase(__doc__))
    parser.add_argument("--out", type=Path, default=Path("explore.html"), help=phrase("a file; default explore.html"))
    return parser.parse_args()


if __name__ == "__main__":
    faults.run("explore.py", main)
