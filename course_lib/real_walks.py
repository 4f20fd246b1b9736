"""What walks at real t share: their times, their Steps, and a guard for rules that ask more than once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from course_lib import lang, ode
from course_lib.continuous import AtRealT, Continuous
from course_lib.samplers import Step
from course_lib.schedules import Schedule
from course_lib.walks import Watch


class RealStep(Step):
    """A Step whose t may lie between the whole ones; where it is whole it is an int, as a sampler's."""

    __slots__ = ()

    def __init__(self, t: float, x_t: Tensor, x_0_hat: Tensor | Callable[[], Tensor], eps_hat: Tensor):
        super().__init__(0, x_t, x_0_hat, eps_hat)
        self.t = _shown(t)


def real_times(times: Any, schedule: Schedule, falls: bool | None = None) -> list[float]:
    """``times`` as floats in [0, T] that only fall, only rise, or (None) either; None stands for T..0."""
    ts = ode.real_times(range(schedule.T, -1, -1) if times is None else times)
    if ts is None or min(ts) < 0 or max(ts) > schedule.T or falls not in (None, ts[0] > ts[1]):
        key = {None: "error.times_real", True: "error.times_falling", False: "error.times_rising"}[falls]
        raise ValueError(lang.text(key, T=schedule.T, got=ode.shown(times)))
    return ts


def touches_zero(t: float, t_next: float, ask: AtRealT) -> bool:
    """Whether a step has one end at t = 0, where this model has no answer."""
    return not ask.at_zero and 0 in (t, t_next)


def state(t: float, x: Tensor, eps_hat: Tensor, real: Continuous) -> Step:
    """The Step at t: its x_0_hat = (x - sqrt(1 - alpha_bar(t)) eps_hat) / sqrt(alpha_bar(t))."""
    signal, noise = real.signal_noise(t)
    return RealStep(t, x, lambda: torch.sub(x, eps_hat, alpha=noise) / signal, eps_hat)


def last_state(t: float, x: Tensor, before: Step | None) -> Step:
    """The Step that ends a walk: above t = 0 it keeps the x_0_hat and eps_hat that led to it."""
    if t == 0 or before is None:
        return Step(0, x, x, torch.zeros_like(x))
    return RealStep(t, x, before.x_0_hat, before.eps_hat)


class Calls(Watch):
    """A Watch over a rule that may ask the model more than once a step: ``ask`` does all of it."""

    def __init__(self, ts: list[float], rule: str, start: Tensor, name: str, ask: AtRealT):
        calls, self.at_real_t = ode.CALLS.get(rule, 1), ask
        counts = [1 if touches_zero(t, t_next, ask) else calls for t, t_next in pairwise(ts)]
        steps = [k + 1 for k, count in enumerate(counts) for _ in range(count)]
        super().__init__([0] * len(steps), rule, start, name, steps)

    def ask(self, x: Tensor, t: float) -> Tensor:
        """The model's answer at real t; x, where the rule has just made it, is looked at first."""
        if self.count % 2 == 0:
            self.look(x)
        self.asked[self.count // 2] = _shown(t)
        return self.take(self.at_real_t(self.lend(x), t))

    def end(self, x: Tensor) -> None:
        """Look at the last state, and say what an accelerator kept."""
        self.look(x)
        self.close()


def _shown(t: float) -> Any:
    """t as an int where it is whole, so that a Step of the chain's own times looks like a sampler's."""
    return int(t) if t == int(t) else t
