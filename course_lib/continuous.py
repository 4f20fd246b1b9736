"""The forward process at every real t between 0 and T, of which the chain sees the whole ones."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_answer, check_number, is_number
from course_lib.forward import check_batch
from course_lib.gaussians import OptimalEps
from course_lib.parameterisations import Model, check_tables
from course_lib.schedules import Schedule, every
from course_lib.walks import check_model

Times = float | Float[Tensor, "*N"]


class Continuous:
    """A schedule between its timesteps: dx = -1/2 beta(t) x dt + sqrt(beta(t)) dW, t real in [0, T].

    alpha_bar(t) = exp( -integral_0^t beta(s) ds ).

    Source: Song et al. 2021, eq. 11 (VP SDE) and appendix B, with Ho's t instead of s = t / T: their beta(s)
    is T beta(t). log alpha_bar runs through the table's values at whole t along monotone cubics (Fritsch &
    Carlson 1980; their slopes, harmonic means, Fritsch & Butland 1984), so that beta(t) > 0 has no jumps;
    over one timestep it integrates to -log(1 - beta_t), which makes the chain exactly this process looked at
    when t is whole. Tensors of t are read as numbers: no gradient goes back through them.
    """

    def __init__(self, schedule: Schedule):
        check_tables(schedule)
        self.schedule, self.T = schedule, schedule.T
        rises = torch.log1p(-schedule.beta[1:])
        self._logs: list[float] = [0.0, *rises.cumsum(0).tolist()]
        self._slopes = _slopes(rises.tolist())

    def log_alpha_bar(self, t: Times) -> Any:
        """log alpha_bar(t), 0 at t = 0 and falling. t a number or a tensor of them, in [0, T]."""
        return self._read(t, self._log)

    def alpha_bar(self, t: Times) -> Any:
        """The share of x_0's variance left at t; at whole t the table's own number. t as above."""
        return self._read(t, self._alpha_bar)

    def beta(self, t: Times) -> Any:
        """The rate at which noise comes in, -d log alpha_bar / dt at t: near beta_t where that is small."""
        return self._read(t, self._beta)

    def signal_noise(self, t: Times) -> tuple[Any, Any]:
        """sqrt(alpha_bar(t)), sqrt(1 - alpha_bar(t)); numbers for a number t, tensors for a tensor."""
        return self._read(t, lambda at: self._alpha_bar(at) ** 0.5), self._read(t, self._noise)

    def time(self, log_alpha_bar: float) -> float:
        """The t at which log alpha_bar(t) is this number, by bisection; beyond the ends, the nearer end."""
        check_number("log_alpha_bar", log_alpha_bar)
        if math.isnan(log_alpha_bar):
            raise ValueError(lang.text("error.number", name="log_alpha_bar", got=log_alpha_bar))
        if not self._logs[-1] < log_alpha_bar < 0:
            return 0.0 if log_alpha_bar >= 0 else float(self.T)
        k = bisect_left(self._logs, -log_alpha_bar, key=lambda node: -node) - 1
        m, b, c = self._cubic(k)
        low, high = 0.0, 1.0
        for _ in range(60):  # until the bits of a float are used up
            u = (low + high) / 2
            if self._logs[k] + u * (m + u * (b + u * c)) > log_alpha_bar:
                low = u
            else:
                high = u
        return k + high

    def check(self, t: Any) -> float:
        """t as a float if it is a number in [0, T]; otherwise ValueError."""
        if not is_number(t) or not 0 <= t <= self.T:  # NaN too
            raise ValueError(lang.text("error.real_t", T=self.T, got=t))
        return float(t)

    def _read(self, t: Times, read: Callable[[float], float]) -> Any:
        if not isinstance(t, Tensor):
            return read(self.check(t))
        if t.is_complex() or t.dtype == torch.bool:
            raise ValueError(lang.text("error.real_t", T=self.T, got=t.dtype))
        found = [read(self.check(at)) for at in t.double().flatten().tolist()]
        return torch.tensor(found, dtype=torch.float64, device=t.device).reshape(t.shape)

    def _cubic(self, k: int) -> tuple[float, float, float]:
        """What multiplies u, u^2 and u^3 between k and k + 1, u = t - k."""
        rise, m, m_next = self._logs[k + 1] - self._logs[k], self._slopes[k], self._slopes[k + 1]
        return m, 3 * rise - 2 * m - m_next, m + m_next - 2 * rise

    def _log(self, t: float) -> float:
        k = int(t)
        if t == k:
            return self._logs[k]
        u, (m, b, c) = t - k, self._cubic(k)
        return self._logs[k] + u * (m + u * (b + u * c))

    def _beta(self, t: float) -> float:
        k = min(int(t), self.T - 1)
        u, (m, b, c) = t - k, self._cubic(k)
        return -(m + u * (2 * b + 3 * u * c))

    def _alpha_bar(self, t: float) -> float:
        return self.schedule.alpha_bars[int(t)] if t == int(t) else math.exp(self._log(t))

    def _noise(self, t: float) -> float:
        gone = 1 - self.schedule.alpha_bars[int(t)] if t == int(t) else -math.expm1(self._log(t))
        return gone**0.5


def _slopes(rises: list[float]) -> list[float]:
    """The slope at every node, from the rises between neighbours, all negative: the curve never turns."""
    if len(rises) == 1:
        return rises * 2
    inner = [2 * a * b / (a + b) for a, b in pairwise(rises)]
    # At an end the slope of the parabola through three nodes, within bounds that keep the cubic falling.
    first, last = (
        max(3 * a, min(a / 3, (3 * a - b) / 2)) for a, b in ((rises[0], rises[1]), (rises[-1], rises[-2]))
    )
    return [first, *inner, last]


class AtRealT:
    """A model at real t, ``(x, t) -> eps_hat`` with one number t in [0, T] for the whole batch.

    ``at_zero``: whether it has an answer at t = 0, as an exact model of data with a density has.
    """

    def __init__(self, model: Model, schedule: Schedule):
        self.model, self.continuous = model, Continuous(schedule)
        self.at_zero = isinstance(model, OptimalEps) and bool((model.data.stds > 0).all())

    def __call__(self, x: Float[Tensor, "B *D"], t: float) -> Float[Tensor, "B *D"]:
        check_batch("x", x)
        if isinstance(self.model, OptimalEps):
            return self._exactly(self.model, x, t)
        t = max(1.0, self.continuous.check(t))
        low = int(t)
        below = self.model(x, every(low, x))
        if t == low:
            return below
        # Weighted before the next call, which may answer in the same buffer.
        part = (low + 1 - t) * check_answer("model", below, x)
        above = check_answer("model", self.model(x, every(low + 1, x)), x)
        return torch.add(part, above, alpha=t - low)

    def _exactly(self, model: OptimalEps, x: Tensor, t: float) -> Tensor:
        if t == 0 and not self.at_zero:
            raise ValueError(lang.text("error.point_mass"))
        model.data.check_points("x", x)
        signal, noise = (x.new_full((1, 1), root) for root in self.continuous.signal_noise(t))
        return model.at(x, signal, noise)


def at_real_t(model: Model, schedule: Schedule) -> AtRealT:
    """A model asked at real t: ``at_real_t(model, schedule)(x, t) -> eps_hat``, t in [0, T].

    Exact models (``Mixture.optimal_eps``, ``IdealDenoiser``) answer exactly at every t, at t = 0 too where
    the data have a density. Everything else was made for whole t: there it is asked as it is, between them
    the answers of the two neighbours are mixed, (1 - f) eps_hat(x, t_below) + f eps_hat(x, t_below + 1), two
    calls; below t = 1, where no network was trained, it is asked at t = 1. ValueError for another schedule,
    and for what cannot be called with x and t.
    """
    check_model(model, schedule)
    return AtRealT(model, schedule)
