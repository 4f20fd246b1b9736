"""Langevin dynamics at one noise level after the other: where one is stuck, a higher one is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.checks import check_positive, check_whole
from course_lib.forward import noise_like, predict_x_0
from course_lib.parameterisations import Model
from course_lib.samplers import Step
from course_lib.schedules import Schedule, every
from course_lib.walks import Watch, check_generator, check_times, check_walk, own


def annealed_langevin(
    model: Model,
    x_T: Float[Tensor, "B *D"],
    schedule: Schedule,
    times: Sequence[int] | None,
    steps: int,
    ratio: float = 0.16,
    generator: torch.Generator | None = None,
) -> Iterator[Step]:
    """Langevin dynamics at one noise level after the other, from much noise to little.

    At each t, ``steps`` times: x <- x + delta score + sqrt(2 delta) z,  delta = 2 ratio^2 (1 - alpha_bar_t);
    the next level begins where this one ends, and t = 0 is x_0_hat, the mean of what the last leaves open.

    Source: Song & Ermon 2019, Algorithm 1, on the levels of a schedule; the size of a move by Song et al.
    2021, Algorithm 4 (their Algorithm 5, for VP, has one factor alpha_t more): delta = 2 (ratio ||z|| /
    ||score||)^2 with ||eps_hat|| = ||z|| put in, so that no image depends on the others of its batch. times
    as in ``samplers.sample``; a Step shows a level as it is entered. steps >= 1, ratio > 0; ValueError
    otherwise and as in ``samplers.sample``.
    """
    check_walk(model, x_T, schedule)
    visited, steps = check_times(times, schedule.T), check_whole("steps", steps)
    ratio = check_positive("ratio", ratio)
    check_generator(generator, x_T)

    def walk() -> Iterator[Step]:
        x = own(x_T)
        watch = Watch([t for t in visited[:-1] for _ in range(steps + (t == visited[-2]))], "langevin", x)
        for t, t_next in pairwise(visited):
            noise = (1 - schedule.alpha_bars[t]) ** 0.5
            delta = 2 * ratio**2 * noise**2
            for k in range(steps):
                with torch.no_grad():
                    eps_hat = watch.take(model(watch.lend(x), every(t, x)))
                    state = Step(t, x, partial(predict_x_0, x, t, eps_hat, schedule), eps_hat)
                    moved = torch.sub(x, eps_hat, alpha=delta / noise)
                    moved.add_(noise_like(x, generator), alpha=(2 * delta) ** 0.5)
                    x = watch.take(moved)
                if k == 0:
                    yield state
            if t_next == 0:
                with torch.no_grad():
                    eps_hat = watch.take(model(watch.lend(x), every(t, x)))
                    x = watch.take(predict_x_0(x, t, eps_hat, schedule))
        watch.close()
        yield Step(0, x, x, torch.zeros_like(x))

    return walk()
