"""`course measure digits`: how good a model's samples are, beside the floor that real digits set."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from course_lib import checkpoints, lang, metrics, samplers
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel

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


def spread(values: Sequence[float]) -> dict[str, float | list[float]]:
    """Mean and standard deviation of one figure over seeds, with the figures themselves."""
    return {
        "mean": round(statistics.mean(values), 4),
        "std": round(statistics.stdev(values), 4) if len(values) > 1 else 0.0,
        "each": [round(v, 4) for v in values],
    }


def measure(
    name: str | Path, n: int = 5_000, seeds: int = 1, only: Sequence[str] = ("ancestral-50", "ddim-50")
) -> dict:
    """Accuracy and Fréchet distance of a checkpoint's samples at w = 0, each sampler over the seeds."""
    model = checkpoints.load(name)
    floors = [metrics.floor(n, seed) for seed in range(5)]
    figures: dict = {"N": n, "w": 0, "floor": spread(floors)}
    print(
        f"floor              frechet {figures['floor']['mean']:.3f} ± {figures['floor']['std']:.3f}  N = {n}"
    )
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
            f"{key:18s} accuracy {figures[key]['accuracy']['mean']:.4f}  "
            f"frechet {figures[key]['frechet']['mean']:.3f} ± {figures[key]['frechet']['std']:.3f} "
            f"({ratio:.2f} x floor)  {(time.perf_counter() - start) / seeds:.0f} s a seed"
        )
    return figures


def into_card(name: str | Path, figures: dict) -> None:
    """Write measured figures into the checkpoint's card."""
    about = checkpoints.card(name)
    about["metrics"] = figures
    path = checkpoints.card_path(name)
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    checkpoints.write_atomically(path, text.encode("utf-8"))
