"""What the two losses make of one network for images: the table of the loss of 1.3 at each step t, on the test set."""

from diffusion import sampling
from diffusion.phrases import phrase
from diffusion.pictures import images
from diffusion.pictures.score_images import TRAINED, errors, need_trained
from diffusion.pictures.table import Table, cell, interval
from diffusion.pictures.two_losses import TIMES
from diffusion.pictures.yours import DEVICE

COUNT = 500  # images of the test set, each with the same noise for all networks


def measure(count: int = COUNT) -> Table:
    """The losses of both trainings and of the shipped network. Raises Waits where a network is not trained yet."""
    need_trained()
    networks = {name: sampling.open_network(path, DEVICE)[0] for name, path in TRAINED.items()}
    networks[phrase("the shipped network (1.3)")] = images.network()
    rows = []
    for t in TIMES:
        found = [interval(errors(network, t, count).tolist()) for network in networks.values()]
        rows.append((str(t), *(cell(mean, half, 4) for mean, half in found)))
    title = phrase("Loss of 1.3 on {count} images of the test set, ± half a 95 % interval", count=count)
    return Table(title, ("t", *networks), rows)
