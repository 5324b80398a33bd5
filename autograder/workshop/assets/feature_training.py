"""Train the feature network on the classes of Fashion-MNIST: one part of `make assets`."""

import argparse
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from diffusion import checkpoints, data, processes
from diffusion.features import FeatureNet

EPOCHS, BATCH, PEAK_LR = 12, 256, 3e-3


def train(out: Path, seed: int = 0) -> dict[str, Any]:
    """Train from scratch, write `out` and return the record; some minutes on two CPU cores."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    images, labels = data.load("fashion")
    x, y = data.to_state(images).to(device), labels.to(device)
    torch.manual_seed(seed)
    network = FeatureNet().to(device).train()
    steps = EPOCHS * len(x) // BATCH
    adam = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, PEAK_LR, total_steps=steps)
    generator = torch.Generator(device).manual_seed(seed)
    began = time.monotonic()
    for _ in range(steps):
        chosen = torch.randint(len(x), (BATCH,), generator=generator, device=device)
        _, logits = network(x[chosen])
        loss = F.cross_entropy(logits, y[chosen], label_smoothing=0.1)  # smoothed, so that IS never saturates
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    record = {
        "data": "fashion",
        "seed": seed,
        "images_seen": steps * BATCH,
        "training_images": len(x),
        "seconds": round(time.monotonic() - began),
        "test_accuracy": accuracy(network.eval(), device),
        "machine": processes.machine(device),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    checkpoints.save_network(out, network, record)
    return record


@torch.no_grad()
def accuracy(network: FeatureNet, device: torch.device) -> float:
    """The share of the test images whose class the network names."""
    images, labels = data.load("fashion", train=False)
    named = [network(data.to_state(part).to(device))[1].argmax(dim=1).cpu() for part in images.split(1000)]
    return float((torch.cat(named) == labels).float().mean())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    print(train(parser.parse_args().out))
