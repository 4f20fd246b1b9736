"""How fast the course's U-Net trains, against two other libraries' U-Nets of its size (±10 %).

    uv run --group test --group bench python tests/benchmarks/bench_training.py [--check] [--loss]

Each network goes through the course's own `Run` (batch drawn, forward, backward, clipped Adam, average), in
turn: A B C D, A B C D, …; a round's ratio is the other's seconds over ours, so that what else the machine
does falls out. The layout (channels-last or contiguous) is what `device.prepare` chooses for ours,
and for each other network whichever is faster in an untimed trial here. --loss trains each on the same
images in the same order and compares held-out errors.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import bench_report
import torch
from torch import Tensor, nn

from course_lib import data, losses, schedules
from course_lib.forward import q_sample
from course_lib.parameterisations import EpsModel
from course_lib.training import Recipe, Run
from course_lib.unet import UNet

OURS, LUCIDRAINS = "course_lib UNet", "denoising-diffusion-pytorch Unet"
MIDDLE, LOWEST = "diffusers UNet2DModel, attention as ours", "diffusers UNet2DModel, Attn blocks"
ORACLES = {"diffusers": "diffusers", "denoising_diffusion_pytorch": "denoising-diffusion-pytorch"}
TARGETS = {
    MIDDLE: {"fp32": 1.2, "bf16": 1.5},
    LOWEST: {"fp32": 1.2, "bf16": 1.5},
    LUCIDRAINS: {"fp32": 3.0, "bf16": 3.0},
}
CLASSES = 10
LAYOUTS = {"channels-last": torch.channels_last, "contiguous": torch.contiguous_format}


class Diffusers(nn.Module):
    """UNet2DModel shaped as ours: three levels, one block a level, attention of 4 heads in the middle.

    lowest: attention in the blocks of the lowest resolution, too, as its own examples have it. Of a
    handful of widths that give our size, these trained fastest.
    """

    classes = CLASSES

    def __init__(self, lowest: bool = False) -> None:
        super().__init__()
        make = importlib.import_module("diffusers").UNet2DModel
        kind, deepest = ("Attn", 80) if lowest else ("", 88)
        self.net = make(
            sample_size=28, in_channels=1, out_channels=1, num_class_embeds=CLASSES + 1, layers_per_block=1,
            block_out_channels=(24, 48, deepest), norm_num_groups=8, attention_head_dim=deepest // 4,
            down_block_types=("DownBlock2D", "DownBlock2D", f"{kind}DownBlock2D"),
            up_block_types=(f"{kind}UpBlock2D", "UpBlock2D", "UpBlock2D"),
        )  # fmt: skip

    def forward(self, x_t: Tensor, t: Tensor, y: Tensor) -> Tensor:
        return self.net(x_t, t, class_labels=y).sample


class Lucidrains(nn.Module):
    """The class-conditional Unet of denoising_diffusion_pytorch.classifier_free_guidance, three levels."""

    classes = CLASSES

    def __init__(self) -> None:
        super().__init__()
        make = importlib.import_module("denoising_diffusion_pytorch.classifier_free_guidance").Unet
        self.net = make(dim=20, dim_mults=(1, 2, 4), num_classes=CLASSES, channels=1, cond_drop_prob=0.0)

    def forward(self, x_t: Tensor, t: Tensor, y: Tensor) -> Tensor:
        # Our loop drops labels by itself, so the network is told which to keep and drops none of its own.
        return self.net(x_t, t, y.clamp(max=CLASSES - 1), cond_keep_mask=y < CLASSES)


CONTENDERS: dict[str, Callable[[], nn.Module]] = {
    OURS: UNet, MIDDLE: Diffusers, LOWEST: partial(Diffusers, lowest=True), LUCIDRAINS: Lucidrains,
}  # fmt: skip


def require_oracles() -> None:
    """Leave with one sentence where a library to compare with is missing."""
    lacking = [package for module, package in ORACLES.items() if importlib.util.find_spec(module) is None]
    if lacking:
        print(
            f"Not installed: {', '.join(lacking)}; run `uv run --group test --group bench python "
            f"{sys.argv[0]}`, which installs what is compared with.",
            file=sys.stderr,
        )
        sys.exit(2)


def parameters(net: nn.Module) -> int:
    """How many numbers the network learns."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def start(name: str, recipe: Recipe, layout: str | None = None) -> Run:
    """A fresh run of this contender on the CPU; layout None leaves what `device.prepare` chose."""
    torch.manual_seed(recipe.seed)
    images, labels = data.digits("train")
    model = EpsModel(CONTENDERS[name](), schedules.linear(), "eps")
    run = Run(model, images, labels, recipe, device="cpu")
    if layout is not None:
        model.to(memory_format=LAYOUTS[layout])
    return run


def layout_of(run: Run) -> str:
    """Which layout the run's convolutions have."""
    weight = next(m.weight for m in run.model.net.modules() if isinstance(m, nn.Conv2d) and m.in_channels > 1)
    return "channels-last" if weight.is_contiguous(memory_format=torch.channels_last) else "contiguous"


def seconds(steps: Iterator[object]) -> float:
    """How long the run's next step takes."""
    begin = time.perf_counter()
    next(steps)
    return time.perf_counter() - begin


def best_layout(name: str, recipe: Recipe, trials: int) -> str:
    """The layout in which this contender's best step is faster, the two timed in turn."""
    running = {layout: start(name, recipe, layout).steps() for layout in LAYOUTS}
    best = dict.fromkeys(LAYOUTS, float("inf"))
    for trial in range(trials + 1):
        for layout, steps in running.items():
            took = seconds(steps)
            if trial:  # the first step of each warms it up
                best[layout] = min(best[layout], took)
    return min(best, key=best.__getitem__)


def spread(values: list[float], digits: int = 2) -> str:
    """Median and range, as the tables print them."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def throughput(precision: str, rounds: int, batch_size: int, trials: int) -> list[str]:
    """Print one precision's table; what missed its target comes back."""
    recipe = Recipe(steps=10_000, batch_size=batch_size, precision=precision)
    runs = {OURS: start(OURS, recipe)}
    for name in TARGETS:
        runs[name] = start(name, recipe, best_layout(name, recipe, trials))
    running = {name: run.steps() for name, run in runs.items()}
    took: dict[str, list[float]] = {name: [] for name in runs}
    for steps in running.values():
        for _ in range(2):
            next(steps)
    for _ in range(rounds):
        for name, steps in running.items():
            took[name].append(seconds(steps))
    print(f"\n### {precision}, batch {batch_size}, {rounds} rounds\n")
    print("| network | parameters | layout | images/s | ours is faster by, ratio a round | target |")
    print("| --- | --- | --- | --- | --- | --- |")
    missed = []
    size = parameters(runs[OURS].model.net)
    for name, run in runs.items():
        count = parameters(run.model.net)
        rate = spread([batch_size / s for s in took[name]], 0)
        ratios = [other / ours for other, ours in zip(took[name], took[OURS], strict=True)]
        target = TARGETS.get(name, {}).get(precision)
        aim = "" if target is None else f"{target}"
        print(
            f"| {name} | {count} ({count / size:.2f}) | {layout_of(run)} | {rate} "
            f"| {spread(ratios) if target else ''} | {aim} |"
        )
        if target is not None:
            missed += bench_report.under(f"{name}, {precision}", statistics.median(ratios), target)
        if abs(count / size - 1) > 0.1:
            missed.append(f"{name}: {count} parameters, ours {size}: further apart than 10 %")
    return missed


@torch.no_grad()
def held_out(run: Run, images: int = 500) -> float:
    """The error of eps_hat, averaged weights, at fixed t, noise and images that no run has trained on."""
    g = torch.Generator().manual_seed(12345)
    x_0, y = (part[:images] for part in data.digits("test"))
    schedule = run.model.schedule
    t = 1 + (torch.arange(images) * schedule.T) // images  # every part of 1..T alike
    eps = torch.randn(x_0.shape, generator=g)
    net = EpsModel(run.averaged(), schedule, run.model.kind)
    total = 0.0
    for x, at, e, label in zip(*(part.split(100) for part in (x_0, t, eps, y)), strict=True):
        total += float(losses.simple(net(q_sample(x, at, e, schedule), at, label), e)) * len(x)
    return total / images


def compare_losses(seeds: int, steps: int, batch_size: int, rates: list[float], precision: str) -> list[str]:
    """Train every contender on the same batches and print the held-out errors; what is worse comes back."""
    print(f"\n### Held-out error after {steps} x {batch_size} images, {seeds} seeds, {precision}\n")
    print("| network | learning rate | median (range) over seeds | each seed |")
    print("| --- | --- | --- | --- |")
    best: dict[str, float] = {}
    for name in CONTENDERS:
        for rate in rates:
            recipe = Recipe(
                steps=steps,
                batch_size=batch_size,
                learning_rate=rate,
                warmup=max(1, steps // 10),
                precision=precision,
            )
            found = []
            for seed in range(seeds):
                run = start(name, replace(recipe, seed=seed))
                for _ in run.steps():
                    pass
                found.append(held_out(run))
            each = ", ".join(f"{value:.4f}" for value in found)
            print(f"| {name} | {rate:g} | {spread(found, 4)} | {each} |", flush=True)
            best[name] = min(best.get(name, float("inf")), statistics.median(found))
    return [
        f"held-out error, {name}: {value:.4f} < ours, {best[OURS]:.4f}"
        for name, value in best.items()
        if value < best[OURS]
    ]


def main() -> None:
    """Print the tables; with --check, exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 where a target is missed")
    parser.add_argument("--loss", action="store_true", help="compare held-out errors instead of speed")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, help="images a step (default 128; with --loss 64)")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--trials", type=int, default=4, help="timed steps of each layout before the rounds")
    parser.add_argument("--precision", choices=("fp32", "bf16"), action="append")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument(
        "--rates", type=float, nargs="+", default=[1e-3], help="each network's best one counts"
    )
    asked = parser.parse_args()
    require_oracles()
    torch.set_num_threads(asked.threads)
    print(bench_report.machine(ORACLES.values(), "seeds from 0"))
    missed: list[str] = []
    if asked.loss:
        for precision in asked.precision or ["fp32"]:
            missed += compare_losses(asked.seeds, asked.steps, asked.batch or 64, asked.rates, precision)
    else:
        for precision in asked.precision or ["fp32", "bf16"]:
            missed += throughput(precision, asked.rounds, asked.batch or 128, asked.trials)
    bench_report.close(missed, asked.check)


if __name__ == "__main__":
    main()
