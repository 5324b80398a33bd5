"""Draw the figures of the lecture from your own functions, each a PNG with its caption.

    python figures.py                 all of them, into figures/: a minute or two on a CPU
    python figures.py --only 4        one of them

What isn't done yet leaves a placeholder that says which task it waits for. What the figures show, and the code of each:
diffusion/pictures/.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from diffusion import command_line, console, faults

try:
    import torch

    from diffusion.phrases import phrase
    from diffusion.pictures.page import ORDER, Page
    from diffusion.pictures.yours import is_here
except Exception as error:
    sys.exit(f"figures.py: {faults.sentence(error)}")


def main() -> None:
    console.spell_out()
    args = arguments()
    names = {str(number): name for number, name in enumerate(ORDER, 1) if is_here(name)}
    if args.only and args.only not in names:
        said = phrase("there is no figure {number}; there are {others}", number=args.only, others=", ".join(names))
        sys.exit(f"figures.py: {said}")
    torch.set_num_threads(1)  # the tensors are small, and more threads wait for each other
    args.out.mkdir(parents=True, exist_ok=True)
    for name in [names[args.only]] if args.only else names.values():
        page = draw(name)
        path = args.out / f"{page.nth}-{name}.png"
        page.savefig(path)
        print(f"{path}: {'; '.join([page.title, *page.waits] if page.drawn else page.waits)}", flush=True)


def draw(name: str) -> Page:
    """The figure that the module of that name draws."""
    torch.manual_seed(0)  # should a function draw from torch's global generator
    return getattr(import_module(f"diffusion.pictures.{name}"), name)()


def arguments() -> argparse.Namespace:
    parser = command_line.parser(phrase(__doc__))
    parser.add_argument("--out", type=Path, default=Path("figures"), help=phrase("a folder; default figures"))
    parser.add_argument("--only", metavar="N", help=phrase("one figure, by its number; default all"))
    return parser.parse_args()


if __name__ == "__main__":
    faults.run("figures.py", main)
