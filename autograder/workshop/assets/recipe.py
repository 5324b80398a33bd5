"""The recipe of `assets/`: each step's commands, what they make, and from what. `assets` takes the steps.

Names are relative to the root, where the commands run with PYTHONPATH=autograder:out/assets/tree. The tree is the
starter with the solution's two files; beside it lies what only other steps read.
"""

from dataclasses import dataclass

from workshop.assets.real_images import PART

BUILD = "out/assets"
TREE = f"{BUILD}/tree"
RAW = f"{TREE}/data/FashionMNIST/raw"
FASHION = tuple(f"{RAW}/{name}" for name in PART)
UNET, FEATURES, REFERENCE = (f"assets/fashion-{name}.safetensors" for name in ("unet", "features", "reference"))
ANSWERS = "assets/fashion-answers.safetensors"
MOMENTS, SHARES, BANDS = "assets/fashion-statistics.npz", "assets/closed-form-bands.json", "assets/image-bands.json"
SEEDS = (0, 1, 2)
MEASURED = {  # the handout's tables that take minutes, by the name that measure.py has for them
    "step_grid": "how alike the images of one x_T are, for each number of steps",
    "inversion": "what is lost from a real image to its x_T and back, for each number of steps",
    "duration": "the time of one image, for each number of steps",
    "few_images": "FID and KID of right images, for each number of them",
    "blind_spots": "IS, FID and KID of images that are wrong, or copied",
    "two_losses": "the errors of two noise predictors on two moons, one for each loss",
    "image_losses": "the loss of two noise predictors on images, one trained by each loss, at some steps t",
    "langevin_images": "FID and KID of annealed Langevin's images, and of those of the ways back",
}
TRAINED = {  # those of two networks of their own, one for each loss: how they are trained, and from what
    "two_losses": ("--data moons --steps 1500", ()),
    "image_losses": ("--data fashion --steps 1500 --batch 16 --ema 0.995", (*FASHION, UNET)),
}
OURS, ZALANDO = "MIT", "MIT, © 2017 Zalando SE (LICENSE-fashion-mnist)"


@dataclass(frozen=True)
class Step:
    """Commands, one after the other, that make files from others."""

    what: str
    makes: tuple[str, ...]
    reads: tuple[str, ...]
    commands: tuple[str, ...]
    leaves: tuple[str, ...] = ()  # files for other steps, made when one of those needs them
    folder: str = ""  # where the commands leave what they go on from
    licence: str = OURS

    @property
    def command(self) -> str:
        return " && ".join(self.commands)


def fashion() -> list[Step]:
    """What is shipped: an hour with an H100. On two CPU cores each training alone takes 4 hours."""
    unpack = """python -c 'import diffusion.data as d; d.DEBIAN.is_dir() and d.load("fashion")'"""
    download = "python -m diffusion.data fashion"  # unless it is there by now
    part = tuple(f"assets/fashion-part/{name}.gz" for name in PART)
    cut = f"python -m workshop.assets.real_images part assets/fashion-part {RAW}"
    classify = f"python -m workshop.assets.feature_training {FEATURES}"
    refer = f"python -m workshop.assets.real_images reference {REFERENCE}"
    measure = f"python -m workshop.assets.real_images moments {MOMENTS}"
    share = "python -c 'from checks.bands import make; make()'"
    answer = f"python -m workshop.quality.right_answers {ANSWERS}"
    bound, seen = f"python -m workshop.quality.image_bands {BANDS} --tier cpu gpu", (UNET, FEATURES, REFERENCE)
    return [
        Step("all of Fashion-MNIST", (), (), (unpack, download), leaves=FASHION),
        Step("the first images and labels of Fashion-MNIST", part, FASHION, (cut,), licence=ZALANDO),
        Step("the feature network", (FEATURES,), FASHION, (classify,)),
        Step("the real images' features, for FID and KID", (REFERENCE,), (*FASHION, FEATURES), (refer,)),
        Step("the real images' moments, for the checks in closed form", (MOMENTS,), FASHION, (measure,)),
        Step("shares of right samples, for the checks in closed form", (SHARES,), (MOMENTS,), (share,)),
        *map(training, SEEDS),
        Step("how good right samples are, for the checks of quality", (BANDS,), seen, (bound,)),
        Step("what the networks say to right samplers", (ANSWERS,), (UNET, FEATURES), (answer,)),
        *map(table, SEEDS),
        *map(measured, MEASURED),
    ]


def training(seed: int) -> Step:
    """One of the trainings, which differ in nothing but the seed; the first one's network is shipped."""
    run, curve = f"{BUILD}/seed{seed}", f"assets/training/fashion-seed{seed}.csv"
    train = f"python {TREE}/train.py --data fashion --steps 10000 --batch 512 --seed {seed} --out {run}"
    network, keep = f"{run}/network.safetensors", f"cp -f {run}/metrics.csv {curve}"
    if seed > 0:
        what = f"the loss over the steps of training, with seed {seed}"
        return Step(what, (curve,), FASHION, (train, keep), leaves=(network,), folder=run)
    what, ship = "the trained network, and its loss over the steps of training", f"cp -f {network} {UNET}"
    return Step(what, (UNET, curve), FASHION, (train, keep, ship), folder=run)


def table(seed: int) -> Step:
    """The S × η table of a training's network; of the shipped one also as pictures."""
    network = f"{BUILD}/seed{seed}/network.safetensors" if seed else UNET
    run, kept = f"{BUILD}/table{seed}", {"figures.csv": f"assets/tables/fashion-seed{seed}.csv"}
    if seed == 0:
        kept |= {name: f"assets/figures/fashion-{name}" for name in ("fid.png", "grid.png")}
    evaluate = f"python {TREE}/evaluate.py --network {network} --images 5000 --out {run}"
    commands = (evaluate, *(f"cp -f {run}/{name} {asset}" for name, asset in kept.items()))
    what = f"FID, KID, IS and images over S × η, with the network of seed {seed}"
    return Step(what, tuple(kept.values()), (network, FEATURES, REFERENCE), commands, folder=run)


def measured(name: str) -> Step:
    """One of the handout's tables."""
    kept, run = f"assets/tables/{name}.csv", f"{BUILD}/measure"
    measure = (f"python {TREE}/measure.py --only {name} --out {run}", f"cp -f {run}/{name}.csv {kept}")
    if name not in TRAINED:
        return Step(MEASURED[name], (kept,), (UNET, FEATURES, REFERENCE), measure)
    how, reads = TRAINED[name]
    train = (f"python {TREE}/train.py {how}{loss}" for loss in ("", " --loss score"))
    return Step(MEASURED[name], (kept,), reads, (*train, *measure))


def cifar10(steps: int | None = None, batch: int | None = None) -> list[Step]:
    """A network for colour images, as large as DDPM's (App. B: 35.7 M parameters), in less than a day on one GPU.

    Beside the paper: a quarter of its 800,000 steps, with a learning rate that falls to 0, and no flipped images.
    """
    steps, batch = steps or 200_000, batch or 128
    data, run = f"{TREE}/data/cifar-10-batches-py/data_batch_1", f"{BUILD}/cifar10-{steps}-{batch}"
    size = "--patch 1 --channels 128 256 256 256 --blocks 2 2 2 2 --attention 0 1 0 0 --dropout 0.1"
    train = f"python {TREE}/train.py --data cifar10 {size} --lr 2e-4 --steps {steps} --batch {batch} --out {run}"
    return [
        Step("CIFAR-10", (), (), ("python -m diffusion.data cifar10",), leaves=(data,)),
        Step("a network for CIFAR-10", (f"{run}/network.safetensors",), (data,), (train,)),
    ]
