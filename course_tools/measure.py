"""`course measure digits`: how good a model's samples are, beside the floor that real digits set.

`course measure digits --bound`: how many bits a dimension the model needs for real test digits.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from course_lib import checkpoints, data, files, lang, losses, metrics, samplers
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel, Model

SAMPLERS: dict[str, tuple[Callable[..., Tensor], int]] = {
    "ancestral-50": (partial(samplers.ddpm_step, variance="beta_tilde"), 50),
    "ancestral-50-beta": (partial(samplers.ddpm_step, variance="beta"), 50),
    "ddim-50": (samplers.ddim_step, 50),
}


def draw(
    model: EpsModel, step: Callable[..., Tensor], steps: int, n: int, seed: int, batch: int = 250
) -> tuple[Tensor, Tensor]:
    """n class-balanced samples at w = 0 and their labels, in batches under a progress bar."""
    from tqdm.auto import tqdm

    where = next(model.parameters()).device
    g = torch.Generator(where).manual_seed(seed)
    labels = torch.arange(n) % 10
    visited = samplers.times(model.schedule.T, steps)
    images = []
    for y in tqdm(labels.split(batch), desc=lang.text("measure.bar"), unit=""):
        x_T = torch.randn(len(y), 1, 28, 28, generator=g, device=where)
        run = samplers.sample(guide(model, y), step, x_T, model.schedule, visited, g)
        images.append(samplers.final(run).cpu().clamp(-1, 1))
    return torch.cat(images), labels


def spread(values: Sequence[float]) -> dict[str, float | list[float] | None]:
    """Mean and standard deviation (None for one seed) of one figure, with the figure of each seed."""
    return {
        "mean": round(statistics.mean(values), 4),
        "std": round(statistics.stdev(values), 4) if len(values) > 1 else None,
        "each": [round(v, 4) for v in values],
    }


def shown(figure: dict, digits: int) -> str:
    """A figure with ``digits`` decimals, and its spread where more than one seed was measured."""
    mean = f"{figure['mean']:.{digits}f}"
    return mean if figure["std"] is None else f"{mean} ± {figure['std']:.{digits}f}"


def measure(
    name: str | Path, n: int = 5_000, seeds: int = 1, only: Sequence[str] = ("ancestral-50", "ddim-50")
) -> dict:
    """Accuracy and Fréchet distance of a checkpoint's samples at w = 0, each sampler over the seeds."""
    model = checkpoints.load(name)
    floors = [metrics.floor(n, seed) for seed in range(5)]
    figures: dict = {"N": n, "w": 0, "floor": spread(floors)}
    print(f"floor              frechet {shown(figures['floor'], 3)}  N = {n}")
    for key in only:
        step, steps = SAMPLERS[key]
        accuracies, distances = [], []
        start = time.perf_counter()
        for seed in range(seeds):
            images, labels = draw(model, step, steps, n, seed)
            accuracies.append(metrics.accuracy(images, labels))
            distances.append(metrics.frechet(images))
        figures[key] = {"accuracy": spread(accuracies), "frechet": spread(distances)}
        ratio = figures[key]["frechet"]["mean"] / figures["floor"]["mean"]
        print(
            f"{key:18s} accuracy {shown(figures[key]['accuracy'], 4)}  "
            f"frechet {shown(figures[key]['frechet'], 3)} ({ratio:.2f} x floor)  "
            f"{(time.perf_counter() - start) / seeds:.0f} s a seed"
        )
    return figures


class Recall:
    """A model that is asked once: its answers are kept, and given again in order after ``rewind``."""

    def __init__(self, model: Model):
        self.model, self.at = model, 0
        self.answers: list[Tensor] = []

    def rewind(self) -> None:
        """Answer from the first question on again."""
        self.at = 0

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        if self.at == len(self.answers):
            self.answers.append(self.model(x_t, t))
        self.at += 1
        return self.answers[self.at - 1]


def bound(name: str | Path, n: int = 100, seed: int = 0, batch: int = 16) -> dict:
    """Bits a dimension of a checkpoint's bound on -log p(x_0), over n test digits without their labels.

    Every term L_0..L_T (Ho et al. 2020, eq. 5) with the discrete decoder, one noise a term, the same for both
    variances. std is that over images; the mean's standard error is std / sqrt(n).
    """
    from tqdm.auto import tqdm

    model = checkpoints.load(name, precision="fp32")
    images, _ = data.digits("test")
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:n]
    x_0 = images[order]
    n, d, T = len(x_0), x_0[0].numel(), model.schedule.T
    found: dict[str, list[Tensor]] = {variance: [] for variance in samplers.VARIANCES}
    for i, part in enumerate(tqdm(x_0.split(batch), desc=lang.text("measure.bound_bar"), unit="")):
        recall = Recall(model)
        for variance, terms in found.items():
            recall.rewind()
            chunk = losses.together(part)
            g = torch.Generator().manual_seed(1_000_000 * seed + i)  # the same noise for both
            nats = losses.vlb_terms(
                recall,
                part,
                model.schedule,
                g,
                variance=variance,
                decoder="discrete",
                chunk=chunk,
            )
            terms.append(losses.bits_per_dim(nats, d))
    figures: dict = {"N": n, "seed": seed, "decoder": "discrete", "d": d}
    figures["weights"] = files.sha256(checkpoints.card_path(name).with_suffix(".safetensors"))
    for variance, terms in found.items():
        bits = torch.cat(terms, 1)
        total = bits.sum(0)
        parts = {"L_0": bits[0], "L_1..L_{T-1}": bits[1:T].sum(0), "L_T": bits[T]}
        figures[variance] = {
            "mean": round(float(total.mean()), 4),
            "std": round(float(total.std()), 4) if n > 1 else None,
            "parts": {part: float(f"{float(value.mean()):.4g}") for part, value in parts.items()},
        }
        listed = "  ".join(f"{part} {value:.4g}" for part, value in figures[variance]["parts"].items())
        print(f"{variance:11s} {shown(figures[variance], 3)} bits/dim  {listed}  N = {n}")
    return figures


def table(card: dict) -> str:
    """A card's figures as the Markdown table of README.md; ValueError where nothing was measured yet."""
    figures = card.get("metrics") or {}
    if "floor" not in figures:
        raise ValueError(lang.text("cli.measure_none", name=card.get("name", "?")))
    floor = figures["floor"]
    lines = ["| sampler | accuracy | Fréchet distance | × floor |", "| --- | --- | --- | --- |"]
    lines.append(f"| floor: {figures['N']} real digits | | {shown(floor, 3)} | 1 |")
    for key in SAMPLERS:
        if key in figures:
            accuracy, distance = figures[key]["accuracy"], figures[key]["frechet"]
            ratio = f"{distance['mean'] / floor['mean']:.2f}"
            samples = f"{key}, N = {figures['N']}"
            lines.append(f"| {samples} | {shown(accuracy, 4)} | {shown(distance, 3)} | {ratio} |")
    return "\n".join(lines)


def into_card(name: str | Path, figures: dict) -> None:
    """Write measured figures into the checkpoint's card, beside those of other samplers at the same N."""
    about = checkpoints.card(name)
    before = about.get("metrics") or {}
    about["metrics"] = {**before, **figures} if before.get("N") == figures["N"] else figures
    files.write_json(checkpoints.card_path(name), about)


def bound_into_card(name: str | Path, figures: dict) -> None:
    """Write a measured bound into the checkpoint's card, in the place of an older one."""
    files.write_json(checkpoints.card_path(name), checkpoints.card(name) | {"bound": figures})
