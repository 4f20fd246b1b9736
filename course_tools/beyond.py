"""`course train autoencoder`, `latent`, `superres`, `overfitted`: the models of the last chapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from course_lib import autoencoder, checkpoints, data, device, metrics, ranks, schedules, superres, training
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import cards, train

EPOCHS = 8  # of the autoencoder
FEW = 40  # digits that the overfitted model sees
RECIPES = {
    "latent": training.Recipe(steps=1_800, learning_rate=2e-3, weights="min-snr"),
    "superres": training.Recipe(
        steps=1_000, batch_size=64, learning_rate=2e-3, ema_decay=0.998, weights="min-snr"
    ),
    "overfitted": training.Recipe(
        steps=1_000, batch_size=64, learning_rate=2e-3, ema_decay=0.998, weights="min-snr"
    ),
}


@dataclass
class _Latents(training.Run):
    """A run on latents, which have no bounds: they are passed within [-1, 1], in units of ``unit``."""

    unit: float = 1.0

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """As ``Run.batch``, with x_0 in the autoencoder's own units."""
        x_0, t, eps, y = super().batch()
        return self.unit * x_0, t, eps, y


class _Lows(training.Run):
    """A run whose third argument of the network is the small picture of x_0 in a label's place."""

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """As ``Run.batch``, with the small picture that belongs to each x_0."""
        x_0, t, eps, _ = super().batch()
        return x_0, t, eps, superres.shrink(x_0)


def few(n: int = FEW) -> tuple[Tensor, Tensor]:
    """The training digits that the overfitted model learnt by heart: the first n / 10 of each class."""
    images, labels = data.digits("train")
    at = torch.cat([(labels == k).nonzero()[: n // 10, 0] for k in range(10)])
    return images[at], labels[at]


@torch.no_grad()
def latents(net: autoencoder.Autoencoder, images: Tensor, batch: int = 500) -> Tensor:
    """The latents of many images, (N, C, H/4, W/4)."""
    return torch.cat([net.encode(part) for part in images.split(batch)])


def _latent(recipe: training.Recipe, state: Path, **how: Any) -> dict[str, Any]:
    images, labels = data.digits("train")
    made = latents(autoencoder.load(), images)
    largest = float(made.abs().max())
    model = EpsModel(UNet(channels=made.shape[1], widths=(32, 64), embedding=64), schedules.linear(), "v")
    training.train(_Latents(model, made / largest, labels, recipe, state, unit=largest, **how))
    return {"autoencoder": cards.digest("autoencoder")}


def _superres(recipe: training.Recipe, state: Path, **how: Any) -> dict[str, Any]:
    images, _ = data.digits("train")
    model = EpsModel(superres.SuperRes(), schedules.linear(), "v")
    training.train(_Lows(model, images, None, recipe, state, **how))
    return {}


def _overfitted(recipe: training.Recipe, state: Path, **how: Any) -> dict[str, Any]:
    images, _ = few()
    net = UNet(widths=(16, 32, 64), classes=0, embedding=64)
    training.train(training.Run(EpsModel(net, schedules.linear(), "v"), images, None, recipe, state, **how))
    return {"data": train.DATA + f"; of them only the first {FEW // 10} of each class"}


MAKERS: dict[str, Callable[..., dict[str, Any]]] = {  # of a recipe, a state, and how a Run computes
    "latent": _latent,
    "superres": _superres,
    "overfitted": _overfitted,
}


def denoiser(
    name: str,
    out: Path,
    state: Path,
    recipe: training.Recipe,
    device: str = "auto",
    compile: bool = False,
) -> Path:
    """Train one of ``MAKERS`` and write it to ``out`` with its card."""
    torch.manual_seed(recipe.seed)
    beside = MAKERS[name](recipe, state, device=device, compile=compile)
    if ranks.here().first:
        used = train.options(recipe, RECIPES[name], device, compile)
        train.finish(out, [state], name, train.command(name, **used))
        cards.write_card(out, **beside)
    return out


def codec(out: Path, epochs: int = EPOCHS, batch: int = 128, seed: int = 0) -> Path:
    """Train the autoencoder on the digits and write it to ``out`` with its card."""
    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    images, _ = data.digits("train")
    net = autoencoder.Autoencoder()
    bf16 = device.use_bf16("auto", torch.device("cpu"))
    device.prepare(net, "auto", "cpu")
    side = images.shape[-1] // autoencoder.SHRINKS

    def loss(at: Tensor) -> Tensor:
        eps = torch.randn(len(at), net.config["latents"], side, side, generator=g)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            return autoencoder.loss(net, images[at], eps).mean()

    optimiser = torch.optim.Adam(net.parameters(), lr=2e-3)
    for _ in train.passes(optimiser, loss, len(images), epochs, batch, g):
        pass
    net.eval().to(memory_format=torch.contiguous_format)
    net.measure_latents(images)
    train.rounded(net)  # as the file will hold it, and as its card describes it
    checkpoints.save(out, net, _about(net, epochs, seed, bf16))
    return out


def _about(net: autoencoder.Autoencoder, epochs: int, seed: int, bf16: bool) -> dict[str, Any]:
    """The autoencoder's card, with what its pictures lose: measured on the 10,000 test digits."""
    images, labels = data.digits("test")
    with torch.no_grad():
        back = torch.cat([net.decode(net.encode(part)) for part in images.split(500)])
    return {
        "name": "autoencoder",
        "made_by": train.command(
            "autoencoder", epochs=None if epochs == EPOCHS else epochs, seed=seed or None
        ),
        "data": train.DATA,
        "licence": "CC BY-SA 3.0",
        "epochs": epochs,
        "seed": seed,
        "machine": training.machine(torch.device("cpu"), bf16),
        "torch": torch.__version__,
        "model": net.config,
        "parameters": sum(p.numel() for p in net.parameters()),
        "metrics": {
            "test_images": len(images),
            "rms_error": round(float((back - images).square().mean().sqrt()), 4),
            "accuracy": round(metrics.accuracy(back, labels), 4),
            "accuracy_of_the_originals": round(metrics.accuracy(images, labels), 4),
            "frechet": round(metrics.frechet(back), 4),
        },
    }
