"""`make paper-table`: the DDIM paper's Table 1 by a student's `ddim_sample` and published weights, beside the paper's.

The student's code runs in a worker; the network, a UNet2DModel of diffusers, answers here, behind an examiner.
A file in OUT keeps each FID as soon as it is known: the same command goes on where it was stopped.
"""

import json
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np
from rich.progress import track

from checks.cases import SCHEDULES, T
from checks.judge import expect, numbers
from grader import overlay
from grader.paths import STARTER
from grader.sandbox.wire import Seed
from grader.sandbox.zygote import Zygote
from grader.student.budget import NO_END
from grader.student.session import Session, Student
from grader.transcript.examiner import Examiner

PAPER = json.loads((STARTER / "diffusion" / "paper_table.json").read_text("utf-8"))
STEPS, ETAS = PAPER["steps"], PAPER["etas"]  # the paper's last row has no η, and is not sampled
FLOATS = 1 << 20  # of one batch, 4 MiB on the wire: 341 images of CIFAR-10, 85 of CelebA


class Refused(Exception):
    """What was asked for cannot be done; the message is one sentence that says why."""


class PaperTable:
    """The paper's table of one set of images, the cells that are asked for, and what the folder `out` has of them."""

    def __init__(self, data: str, steps: str, etas: str, out: Path) -> None:
        """steps and etas: the columns and rows to fill, such as "10 20" and "0 1". Raises Refused."""
        self.cells = [(S, eta) for S in steps.split() for eta in etas.split()]
        if data not in PAPER["data"] or not all(S in STEPS and eta in ETAS for S, eta in self.cells):
            raise Refused(f"the paper has {' '.join(PAPER['data'])}, S = {' '.join(STEPS)}, η = {' '.join(ETAS)} only")
        self.data, self.out, self.paper = data, out, PAPER["data"][data]
        self.shape, self.file = (3, *[self.paper["side"]] * 2), out / f"paper-table-{data}.json"
        self.known = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {"settings": {}, "fid": {}}

    def __str__(self) -> str:
        """For a terminal of 100 columns."""
        count = self.known["settings"].get("IMAGES", "no")
        lines = [f"FID on {self.paper['title']}, lower is better; ours of {count} images a cell", ""]
        lines += ["       " + "".join(f"{f'S = {S}':>18}" for S in STEPS)]
        lines += ["      η" + f"{'ours':>10}{'paper':>8}" * len(STEPS)]
        for row, figures in self.paper["fid"].items():
            ours = [f"{fid:.2f}" if (fid := self.known["fid"].get(f"{S} {row}")) else "" for S in STEPS]
            cells = "".join(f"{own:>10}{figure:>8.2f}" for own, figure in zip(ours, figures))
            lines.append(f"{row:>{7 if row.isascii() else 8}}{cells}")  # σ's hat takes no room
        return "\n".join([*lines, "", *PAPER["notes"]])

    def fill(self, images: int, source: Path, weights: str, features: Path) -> None:
        """Sample and measure each cell that was asked for and is missing, with so many images.

        source: the submission. weights: a folder, or a name on the hub. features: torch-fidelity's Inception weights.
        Raises Refused, SubmissionError, GraderFault, and Loses where the submission failed.
        """
        sys.path.insert(0, str(STARTER))
        from diffusion.checkpoints import replace

        submission, (eps_model, network) = overlay.load(source), open_network(weights, self.shape)
        self.out.mkdir(parents=True, exist_ok=True)
        fid, extractor = self._open_metric(features, images)
        code = sha256(b"".join(submission.files.values())).hexdigest()
        settings = {"IMAGES": images, "SUBMISSION": code, "WEIGHTS": network, "FEATURES": extractor}
        if changed := [name for name, value in self.known["settings"].items() if settings[name] != value]:
            raise Refused(f"{self.file} was begun with other {' and '.join(changed)}; give another OUT, or delete it")
        with Zygote() as zygote, closing(Session(zygote, submission, limits=NO_END).student()) as student:
            for S, eta in self.cells:
                if f"{S} {eta}" not in self.known["fid"]:
                    tau = tau_of(int(S), self.paper["tau"])
                    pixels = sample(student, eps_model, (images, *self.shape), tau, float(eta))
                    self.known = {"settings": settings, "fid": self.known["fid"] | {f"{S} {eta}": fid(pixels)}}
                    replace(self.file, json.dumps(self.known, indent=1).encode())

    def _open_metric(self, features: Path, images: int) -> tuple[Callable, str]:
        """FID against all training images, whose statistics are made once and kept; the sha256 of `features`."""
        import torch

        from diffusion import checkpoints, data, metrics

        try:
            extractor = metrics.inception(features, "cuda" if torch.cuda.is_available() else "cpu")
            seen, _ = metrics.extract(extractor, torch.zeros(1, *self.shape, dtype=torch.uint8))
            metrics.require(images, seen.shape[1])
            digest = sha256(features.read_bytes()).hexdigest()
            path = self.out / f"reference-{self.data}-{digest[:12]}.safetensors"
            if not path.exists():
                checkpoints.write(path, metrics.reference(data.load(self.data)[0], extractor))
            real = metrics.Reference.of(checkpoints.read(path)[0])
        except (checkpoints.BadCheckpoint, data.NoData, metrics.TooFewImages) as error:
            raise Refused(str(error)) from error
        return lambda pixels: metrics.fid(metrics.extract(extractor, torch.from_numpy(pixels))[0], real), digest


def tau_of(S: int, spacing: str) -> np.ndarray:
    """The steps of 1..T that the paper's authors took, "quadratic" or "leading"; of equal ones, one."""
    if spacing == "quadratic" and S < T:
        return np.unique(1 + (np.linspace(0, np.sqrt(T * 0.8), S) ** 2).astype(np.int64))
    return 1 + np.arange(S) * T // S


def sample(student: Student, eps_model: Callable, shape: tuple, tau: np.ndarray, eta: float) -> np.ndarray:
    """Images of a shape (N, 3, H, W), as pixels, uint8; every time from the same x_T."""
    rng, parts = np.random.default_rng(0), []
    batches = range(0, shape[0], FLOATS // (3 * shape[2] ** 2))
    for first in track(batches, f"{len(tau)} steps, η = {eta:g}"):
        x_T = rng.standard_normal((min(batches.step, shape[0] - first), *shape[1:]), np.float32)
        examiner = Examiner(eps_model, x_T.shape, len(tau), T=T, remembers=False)
        x_0 = student("ddim_sample", examiner, x_T, SCHEDULES["linear"], tau, eta=eta, generator=Seed(first)).value
        expect(len(examiner.calls) == len(tau), f"ddim_sample: {len(examiner.calls)} calls on {len(tau)} steps.")
        parts.append((numbers(x_0, x_T.shape, "x_0").clip(-1, 1) * 127.5 + 127.5).round().astype(np.uint8))
    return np.concatenate(parts)


def open_network(weights: str, shape: tuple[int, ...]) -> tuple[Callable, str]:
    """The noise predictor in a folder, or of owner/name on the hub; and the sha256 of its weights. Raises Refused."""
    import torch
    from diffusers import UNet2DModel, utils

    utils.logging.set_verbosity_error()
    path, device = Path(weights), "cuda" if torch.cuda.is_available() else "cpu"
    if not path.exists() and (len(path.parts) != 2 or path.parent.exists()):
        raise Refused(f"there is nothing at {weights}: give a folder with a UNet2DModel, or owner/name on the hub")
    folder = str(path / "unet" if (path / "unet").is_dir() else path)
    options = {"local_files_only": path.exists(), "low_cpu_mem_usage": False, "output_loading_info": True}
    try:
        if (kind := UNet2DModel.load_config(folder, local_files_only=path.exists())["_class_name"]) != "UNet2DModel":
            raise ValueError(f"its config.json is of a {kind}")
        network, faults = UNet2DModel.from_pretrained(folder, **options)
        size, answer = network.config.sample_size, network.to(device)(torch.zeros(1, *shape, device=device), 0).sample
        if any(faults.values()) or size not in (shape[1], [*shape[1:]]) or answer.shape[1:] != shape:
            raise ValueError(f"it is for images of {size}, or its weights are not all there")
    except Exception as error:  # of many kinds, by what is there
        raise Refused(f"{weights}: no UNet2DModel for images {shape} ({' '.join(str(error).split())[:200]})") from error

    @torch.inference_mode()
    def eps_model(x_t: np.ndarray, t: np.ndarray) -> np.ndarray:
        state = torch.from_numpy(x_t).to(device, torch.float32)
        return network(state, torch.from_numpy(t - 1).to(device)).sample.cpu().numpy()  # diffusers counts from 0

    return eps_model, sha256(b"".join(x.cpu().numpy().tobytes() for x in network.state_dict().values())).hexdigest()
