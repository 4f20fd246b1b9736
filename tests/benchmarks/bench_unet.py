"""How long one call of the course's U-Net takes, against two other libraries' U-Nets of its size (±10 %).

    uv run --group test --group bench python tests/benchmarks/bench_unet.py [--check]

No gradients, one timestep and one label for each image, as a sampler asks. Each network is called in turn:
A B C D, A B C D, …; a round's ratio is our time over the other's, so that what else the machine does falls
out. The layout (channels-last or contiguous) is what `device.prepare` chooses for ours, and for each other
network whichever is faster in an untimed trial here.
"""

from __future__ import annotations

import argparse
import statistics
import time

import bench_report
import torch
from bench_training import (
    CLASSES,
    CONTENDERS,
    LAYOUTS,
    LOWEST,
    LUCIDRAINS,
    MIDDLE,
    ORACLES,
    OURS,
    parameters,
    require_oracles,
    spread,
)
from torch import nn

from course_lib import checkpoints, device, schedules
from course_lib.parameterisations import EpsModel

TARGETS = {MIDDLE: 0.8, LOWEST: 0.8, LUCIDRAINS: 0.3}


def made(name: str, precision: str, layout: str | None = None) -> EpsModel:
    """This contender on the CPU; layout None leaves what `device.prepare` chose."""
    torch.manual_seed(0)
    net: nn.Module = checkpoints.load("digits", "cpu").net if name == OURS else CONTENDERS[name]()
    model = EpsModel(net, schedules.linear(), "eps").eval().requires_grad_(True)
    device.prepare(model, precision, "cpu")
    return model if layout is None else model.to(memory_format=LAYOUTS[layout])


def seconds(model: EpsModel, batch: int) -> float:
    """How long one call takes."""
    x_t, t = torch.randn(batch, 1, 28, 28), torch.full((batch,), 500)
    y = torch.arange(batch) % CLASSES
    start = time.perf_counter()
    with torch.no_grad():
        model(x_t, t, y)
    return time.perf_counter() - start


def best_layout(name: str, precision: str, batch: int, trials: int) -> str:
    """The layout in which this contender's best call is faster, the two timed in turn."""
    models = {layout: made(name, precision, layout) for layout in LAYOUTS}
    best = dict.fromkeys(LAYOUTS, float("inf"))
    for trial in range(trials + 1):
        for layout, model in models.items():
            took = seconds(model, batch)
            if trial:  # the first call of each warms it up
                best[layout] = min(best[layout], took)
    return min(best, key=best.__getitem__)


def compare(precision: str, batch: int, rounds: int, trials: int) -> list[str]:
    """Print one table; what missed its target comes back."""
    layouts = {
        name: None if name == OURS else best_layout(name, precision, batch, trials) for name in CONTENDERS
    }
    models = {name: made(name, precision, layout) for name, layout in layouts.items()}
    took: dict[str, list[float]] = {name: [] for name in models}
    for turn in range(rounds + 2):
        for name, model in models.items():
            once = seconds(model, batch)
            if turn >= 2:
                took[name].append(1000 * once)
    print(f"\n### {precision}, batch {batch}, {rounds} rounds\n")
    print("| network | parameters | layout | ms a call | ours takes, ratio a round | target |")
    print("| --- | --- | --- | --- | --- | --- |")
    missed = []
    size = parameters(models[OURS])
    for name, model in models.items():
        count = parameters(model)
        ratios = [ours / other for ours, other in zip(took[OURS], took[name], strict=True)]
        target = TARGETS.get(name)
        shown = ("", "") if target is None else (spread(ratios), f"<= {target}")
        layout = layouts[name] or "as prepared"
        row = [name, f"{count} ({count / size:.2f})", layout, spread(took[name], 1), *shown]
        print(f"| {' | '.join(row)} |", flush=True)
        if target is not None:
            where = f"{name}, {precision}, batch {batch}"
            missed += bench_report.over(where, statistics.median(ratios), target)
        if abs(count / size - 1) > 0.1:
            missed.append(f"{name}: {count} parameters, ours {size}: further apart than 10 %")
    return missed


def main() -> None:
    """Print the tables; with --check, exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 where a target is missed")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, action="append", help="images a call (default 16 and 64)")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=4, help="timed calls of each layout before the rounds")
    parser.add_argument("--precision", choices=("fp32", "bf16"), action="append")
    asked = parser.parse_args()
    require_oracles()
    torch.set_num_threads(asked.threads)
    print(bench_report.machine(ORACLES.values()))
    missed: list[str] = []
    for precision in asked.precision or ["fp32", "bf16"]:
        for batch in asked.batch or [16, 64]:
            missed += compare(precision, batch, asked.rounds, asked.trials)
    bench_report.close(missed, asked.check)


if __name__ == "__main__":
    main()
