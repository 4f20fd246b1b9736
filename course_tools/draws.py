"""The samples that `course measure` judges: which samplers there are, their images, and their seconds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib import checkpoints, lang, metrics, samplers, training
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel
from course_lib.schedules import Schedule

Times = int | Callable[[Schedule], list[int]]  # so many, evenly spaced; or those a schedule suggests


class Sampler(NamedTuple):
    """A step rule and the timesteps that it visits."""

    step: Callable[..., Tensor]
    times: Times

    def calls(self, schedule: Schedule) -> int:
        """How often it asks the network."""
        return len(visited(schedule, self.times)) - 1


def visited(schedule: Schedule, times: Times) -> list[int]:
    """The timesteps themselves, from T down to 0."""
    return samplers.times(schedule.T, times) if isinstance(times, int) else times(schedule)


SAMPLERS: dict[str, Sampler] = {
    "ancestral-50": Sampler(partial(samplers.ddpm_step, variance="beta_tilde"), 50),
    "ancestral-50-beta": Sampler(partial(samplers.ddpm_step, variance="beta"), 50),
    "ddpm-1000": Sampler(partial(samplers.ddpm_step, variance="beta"), 1000),
    **{f"ddim-{steps}": Sampler(samplers.ddim_step, steps) for steps in (10, 20, 50, 100, 250)},
    **{
        f"dpm-{steps}": Sampler(samplers.dpm_step, partial(samplers.log_snr_times, steps=steps))
        for steps in (10, 20)
    },
}


ROUNDS = 3  # of the clock, each sampler once a round


RUNS = Path("runs") / "measure"  # what of an unfinished seed is drawn already


def cheapest_first(schedule: Schedule) -> list[str]:
    """The names of all samplers, those with the fewest calls of the network first."""
    return sorted(SAMPLERS, key=lambda name: SAMPLERS[name].calls(schedule))


def draw(
    model: EpsModel,
    step: Callable[..., Tensor],
    times: Times,
    n: int,
    seed: int,
    batch: int = 250,
    state: Path | None = None,
    about: dict | None = None,
    how: dict | None = None,
) -> tuple[Tensor, Tensor]:
    """n class-balanced samples and their labels, in batches under a progress bar.

    state: a file that keeps the batches drawn so far and the generator, after each batch; where it holds a
    part of this very draw, the rest alone is drawn, and all are what they would have been without a pause.
    about: what else must agree before that (which weights and sampler); a file of another draw is replaced.
    how: what ``guidance.guide`` is told, and ``about`` should tell of it (default: plain conditional, w = 0).
    """
    from tqdm.auto import tqdm

    where = next(model.parameters()).device
    g = torch.Generator(where).manual_seed(seed)
    labels = metrics.balanced_labels(n)
    path = visited(model.schedule, times)
    note = {"n": n, "seed": seed, "batch": batch, "times": path, "about": about or {}}
    # Another machine, or another precision on this one, would not go on with the same numbers.
    note |= {"machine": training.machine(where, model.bf16), "torch": str(torch.__version__)}
    kept = {} if state is None else _kept(state, note)
    images = list(kept["images"].split(batch)) if kept else []
    if kept:
        g.set_state(kept["generator"])
    parts, done = labels.split(batch), len(images)
    bar = tqdm(parts[done:], initial=done, total=len(parts), desc=lang.text("measure.bar"), unit="")
    for y in bar:
        x_T = torch.randn(len(y), 1, 28, 28, generator=g, device=where)
        run = samplers.sample(guide(model, y, **(how or {})), step, x_T, model.schedule, path, g)
        images.append(samplers.final(run).cpu().clamp(-1, 1))
        if state is not None:
            drawn = {"images": torch.cat(images), "generator": g.get_state()}
            checkpoints.write_tensors(state, drawn, note)
    return torch.cat(images), labels


def _kept(state: Path, note: dict) -> dict[str, Tensor]:
    """What ``draw`` left in a state file, where that holds a part of the draw that ``note`` describes."""
    if not state.is_file():
        return {}
    try:
        tensors, held = checkpoints.read_tensors(state)
    except ValueError:  # damaged: nothing to go on from, and it is about to be replaced
        return {}
    return tensors if held == note else {}


def state_path(name: str | Path, sampler: str, seed: int) -> Path:
    """Where ``measure`` with ``write`` keeps the samples of a seed that is not finished."""
    return RUNS / f"{Path(name).stem}-{sampler}-{seed}.safetensors"


def clock(model: EpsModel, names: Sequence[str]) -> dict[str, float]:
    """Seconds that 16 samples take from noise to image by each sampler: the median of interleaved rounds."""
    from tqdm.auto import tqdm

    where = next(model.parameters()).device
    g = torch.Generator(where).manual_seed(0)
    asked = guide(model, metrics.balanced_labels(16))
    x_T = torch.randn(16, 1, 28, 28, generator=g, device=where)
    asked(x_T, torch.ones(16, dtype=torch.int64, device=where))  # what happens once only
    took: dict[str, list[float]] = {name: [] for name in names}
    for _ in tqdm(range(ROUNDS), desc=lang.text("measure.clock_bar"), unit=""):
        for name in names:
            step, times = SAMPLERS[name]
            start = time.perf_counter()
            path = visited(model.schedule, times)
            samplers.final(samplers.sample(asked, step, x_T, model.schedule, path, g)).cpu()
            took[name].append(time.perf_counter() - start)
    return {name: float(f"{statistics.median(each):.3g}") for name, each in took.items()}
