"""How long sampling takes: the table of the time that one image takes with S steps."""

import time

from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.step_grid import STEPS, sample
from diffusion.pictures.table import Table, cell, interval

RUNS = 30


def seconds(S: int, runs: int) -> list[float]:
    """The processor's time for one image at η = 0, in each of some runs; one more before them is not counted.

    With one thread that is the time by the clock, wherever the machine has nothing else to do.
    """
    taken = []
    for _ in range(runs + 1):
        began = time.process_time()
        sample(images.noise([1]), S, 0.0)
        taken.append(time.process_time() - began)
    return taken[1:]


def measure(which: tuple[int, ...] = STEPS, runs: int = RUNS) -> Table:
    """The mean time for each S, and that of one of its steps."""
    rows = []
    for S in which:
        mean, half = interval(seconds(S, runs))
        rows.append((str(S), cell(mean, half, 3), cell(1000 * mean / S, 1000 * half / S, 1)))
    title = phrase("One image at η = 0, the mean over {runs} runs ± half a 95 % interval", runs=runs)
    return Table(title, (phrase("S, one image"), phrase("seconds"), phrase("milliseconds a step")), rows)
