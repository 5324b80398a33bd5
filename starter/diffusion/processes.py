"""What a training runs on: one process or, started by torchrun, several that train one network together."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist

from diffusion.phrases import phrase
from diffusion.recipe import Refused

MANY = "LOCAL_RANK" in os.environ  # torchrun started this process
RANK = int(os.environ["RANK"]) if MANY else 0  # rank 0 alone writes and speaks


def join() -> torch.device:
    """Join the other processes, if torchrun started several; returns this one's device, a GPU of its own or the CPU."""
    gpus, here = torch.cuda.device_count(), int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    if 0 < gpus < here:
        raise Refused(
            phrase(
                "{count} processes want {count} GPUs; here there are {gpus}: torchrun --nproc-per-node {gpus}",
                count=here,
                gpus=gpus,
            )
        )
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if gpus else torch.device("cpu")
    if gpus:
        torch.cuda.set_device(device)
    if MANY:
        dist.init_process_group("nccl" if gpus else "gloo")
    return device


def leave(fault: str = "") -> None:
    """End this process; with a fault, which rank 0 says, as one that failed."""
    if fault and RANK == 0:
        print(fault, file=sys.stderr)
    if MANY:  # at once: a thread of gloo may still hold a tensor, and would abort a Python that is ending
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1 if fault else 0)
    if fault:
        sys.exit(1)


def machine(device: torch.device) -> str:
    """What this runs on, for the record of a training."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {os.cpu_count()} cores, {platform.machine()}"


@contextmanager
def rank_0_first() -> Iterator[None]:
    """What is inside runs in rank 0, then in the others at once; where it fails in rank 0, they end without a word."""
    went_well = [False]
    if RANK > 0:
        dist.broadcast_object_list(went_well)
        if not went_well[0]:
            leave("rank 0 has said why")
    try:
        yield
        went_well[0] = True
    finally:
        if RANK == 0 and dist.is_initialized():
            dist.broadcast_object_list(went_well)
