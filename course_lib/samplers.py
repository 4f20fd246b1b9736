"""Samplers: from noise x_T back to an image x_0, one step rule at a time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_number, is_whole, seen
from course_lib.forward import check_noise, noise_like, predict_x_0
from course_lib.parameterisations import Model, check_tables
from course_lib.schedules import VARIANCES as VARIANCES
from course_lib.schedules import Schedule, check_T, check_t, check_variance, every
from course_lib.walks import Watch, check_generator, check_times, check_walk, own, wants

GRIDS = ("linspace", "leading", "trailing")  # the ways to choose a sampler's timesteps evenly


class Step:
    """One state of a sampler, ``t, x_t, x_0_hat, eps_hat``: the image at t and what the model says of it.

    It unpacks and counts as a tuple of these four. ``x_0_hat`` may be given as a function that computes it:
    then it is computed when it is first asked for, from x_t as it then is. The last Step of ``sample`` has
    t = 0: there x_t and x_0_hat are the finished sample and eps_hat is zero.
    """

    __slots__ = ("_x_0_hat", "eps_hat", "t", "x_t")
    __match_args__ = _fields = ("t", "x_t", "x_0_hat", "eps_hat")

    def __init__(self, t: int, x_t: Tensor, x_0_hat: Tensor | Callable[[], Tensor], eps_hat: Tensor):
        self.t, self.x_t, self._x_0_hat, self.eps_hat = t, x_t, x_0_hat, eps_hat

    @property
    def x_0_hat(self) -> Tensor:
        """What the model takes for the clean image: predict_x_0(x_t, t, eps_hat, schedule)."""
        if not isinstance(self._x_0_hat, Tensor):
            with torch.no_grad():
                self._x_0_hat = self._x_0_hat()
        return self._x_0_hat

    def __iter__(self) -> Iterator[Any]:
        return iter((self.t, self.x_t, self.x_0_hat, self.eps_hat))

    def __len__(self) -> int:
        return len(self._fields)

    def __getitem__(self, at: int | slice) -> Any:
        return tuple(self)[at]

    def __repr__(self) -> str:
        return f"Step(t={self.t}, x_t={seen(self.x_t)})"


def _check_one(rule: str, *ts: object) -> None:
    for t in ts:
        if not is_whole(t):
            got = f"Tensor {tuple(t.shape)}" if isinstance(t, Tensor) else type(t).__name__
            raise ValueError(lang.text("error.one_t", rule=rule, got=got))


def _alpha_bars(rule: str, t: int, t_next: int, schedule: Schedule) -> tuple[float, float]:
    """alpha_bar at t and at t_next; ValueError unless 0 <= t_next < t <= T."""
    _check_one(rule, t, t_next)
    check_t(int(t), schedule.T)
    if not 0 <= t_next < t:
        raise ValueError(lang.text("error.t_next", t=t, got=t_next))
    return schedule.alpha_bars[t], schedule.alpha_bars[t_next]


def ddpm_step(
    x_t: Float[Tensor, "B *D"],
    t: int,
    eps_hat: Float[Tensor, "B *D"],
    z: Float[Tensor, "B *D"],
    schedule: Schedule,
    variance: str = "beta",
    t_next: int | None = None,
) -> Float[Tensor, "B *D"]:
    """One ancestral step, from x_t to x_{t-1}.

    x_{t-1} = 1/sqrt(alpha_t) ( x_t - beta_t / sqrt(1 - alpha_bar_t) eps_hat ) + sigma_t z,
    sigma_t^2 = beta_t or beta_tilde_t, and z plays no part at the last step.

    Source: Ho et al. 2020, Algorithm 2 and eq. 11. With ``t_next`` < t - 1 the same step on the respaced
    chain, alpha_t = alpha_bar_t / alpha_bar_{t_next} (Nichol & Dhariwal 2021, section 4).
    t in 1..T; z ~ N(0, I); ValueError for another variance or t.
    """
    check_variance(variance)
    check_noise(x_t, eps_hat, "x_t", "eps_hat")
    check_noise(x_t, z, "x_t", "z")
    _check_one("ddpm_step", t)
    t_next = t - 1 if t_next is None else t_next
    alpha_bar_t, alpha_bar_next = _alpha_bars("ddpm_step", t, t_next, schedule)
    alpha_t = alpha_bar_t / alpha_bar_next
    beta_t = 1 - alpha_t
    mean = torch.sub(x_t, eps_hat, alpha=beta_t / (1 - alpha_bar_t) ** 0.5).div_(alpha_t**0.5)
    if t_next == 0:  # Algorithm 2, line 3; for beta_tilde the formula gives 0 by itself
        return mean
    sigma_squared = beta_t if variance == "beta" else beta_t * (1 - alpha_bar_next) / (1 - alpha_bar_t)
    return torch.add(mean, z, alpha=sigma_squared**0.5)


def ddim_step(
    x_t: Float[Tensor, "B *D"],
    t: int,
    t_next: int,
    eps_hat: Float[Tensor, "B *D"],
    schedule: Schedule,
    eta: float = 0.0,
    z: Float[Tensor, "B *D"] | None = None,
) -> Float[Tensor, "B *D"]:
    """One DDIM step, from x_t to x_{t_next}; deterministic at eta = 0, ancestral (beta_tilde) at eta = 1.

    x_next = sqrt(alpha_bar_next) x_0_hat + sqrt(1 - alpha_bar_next - sigma^2) eps_hat + sigma z,
    x_0_hat = ( x_t - sqrt(1 - alpha_bar_t) eps_hat ) / sqrt(alpha_bar_t),
    sigma = eta sqrt( (1 - alpha_bar_next) / (1 - alpha_bar_t) ) sqrt( 1 - alpha_bar_t / alpha_bar_next ).

    Source: Song, Meng & Ermon 2021, eqs. 12 and 16. 0 <= t_next < t <= T; eta in [0, 1]; z needed when
    eta > 0; ValueError otherwise.
    """
    check_number("eta", eta)
    if not 0 <= eta <= 1:
        raise ValueError(lang.text("error.eta", got=eta))
    if eta > 0 and z is None:
        raise ValueError(lang.text("error.eta_noise", got=eta))
    check_noise(x_t, eps_hat, "x_t", "eps_hat")
    if z is not None:
        check_noise(x_t, z, "x_t", "z")
    alpha_bar_t, alpha_bar_next = _alpha_bars("ddim_step", t, t_next, schedule)
    variance = (1 - alpha_bar_next) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_next)
    sigma = eta * variance**0.5
    direction = max(0.0, 1 - alpha_bar_next - sigma**2) ** 0.5
    # With x_0_hat put in, eq. 12 is scale (x_t - less eps_hat): two passes over the images instead of five.
    scale = (alpha_bar_next / alpha_bar_t) ** 0.5
    less = (1 - alpha_bar_t) ** 0.5 - direction / scale
    x_next = torch.sub(x_t, eps_hat, alpha=less).mul_(scale)
    return x_next if z is None or sigma == 0 else torch.add(x_next, z, alpha=sigma)


def dpm_step(
    x_t: Float[Tensor, "B *D"],
    t: int,
    t_next: int,
    eps_hat: Float[Tensor, "B *D"],
    schedule: Schedule,
    previous: Step | None = None,
) -> Float[Tensor, "B *D"]:
    """One step of DPM-Solver++(2M), from x_t to x_{t_next}: second order at one model call a step.

    x_next = sqrt( (1 - alpha_bar_next) / (1 - alpha_bar_t) ) x_t - sqrt(alpha_bar_next) (e^{-h} - 1) D,
    D = (1 + 1/(2r)) x_0_hat - 1/(2r) x_0_hat of the step before,
    h = lambda_next - lambda_t,  r = (lambda_t - lambda_previous) / h,  lambda = 1/2 log snr.

    Source: Lu et al. 2022b (DPM-Solver++), Algorithm 2. The first step (previous = None) and the step to
    t_next = 0, where h is infinite, take D = x_0_hat: there it is ``ddim_step``. Give it ``log_snr_times``:
    the even times end with a leap in lambda, over which its straight line says nothing.
    0 <= t_next < t <= T, and previous.t > t; ValueError otherwise.
    """
    check_noise(x_t, eps_hat, "x_t", "eps_hat")
    alpha_bar_t, alpha_bar_next = _alpha_bars("dpm_step", t, t_next, schedule)
    signal_t, noise_t = alpha_bar_t**0.5, (1 - alpha_bar_t) ** 0.5
    signal_next, noise_next = alpha_bar_next**0.5, (1 - alpha_bar_next) ** 0.5
    D = torch.sub(x_t, eps_hat, alpha=noise_t).div_(signal_t)  # x_0_hat
    if previous is not None:
        if not isinstance(previous, Step) or not is_whole(previous.t):
            raise ValueError(lang.text("error.previous", t=t, T=schedule.T, got=previous))
        check_noise(x_t, previous.x_t, "x_t", "previous.x_t")
        if not t < previous.t <= schedule.T:
            raise ValueError(lang.text("error.previous", t=t, T=schedule.T, got=previous.t))
        if t_next > 0:
            alpha_bar_previous = schedule.alpha_bars[previous.t]
            lambda_previous, lambda_t, lambda_next = (
                0.5 * math.log(alpha_bar / (1 - alpha_bar))
                for alpha_bar in (alpha_bar_previous, alpha_bar_t, alpha_bar_next)
            )
            r = (lambda_t - lambda_previous) / (lambda_next - lambda_t)
            check_noise(x_t, previous.x_0_hat, "x_t", "previous.x_0_hat")
            D = torch.sub((1 + 1 / (2 * r)) * D, previous.x_0_hat, alpha=1 / (2 * r))
    e_minus_h = (signal_t / noise_t) * (noise_next / signal_next)  # 0 at t_next = 0
    return torch.add((noise_next / noise_t) * x_t, D, alpha=-signal_next * (e_minus_h - 1))


def times(T: int, steps: int, grid: str = "linspace") -> list[int]:
    """The timesteps a sampler visits: evenly spaced, falling, without repeats, then 0.

    "linspace": round( T - k (T - 1) / (steps - 1) ), both T and 1 (a single step goes from T to 0);
    "trailing": round( T - k T / steps ), T but rarely 1;
    "leading": 1 + k floor( T / steps ), read downwards, 1 but not T (unless steps = T): a walk from pure
    noise then tells the model that x_T is x_t of a smaller t, which still holds some image;
    k = 0 .. steps - 1.

    Source: Lin et al. 2024, table 2, whose t runs 1..T too (diffusers' are one less); linspace also: the
    linear subset of Song, Meng & Ermon 2021, appendix D.2, with both ends kept. steps in 1..T and a grid of
    GRIDS; otherwise ValueError.
    """
    T, steps = check_T(T), _check_steps(T, steps)
    if grid not in GRIDS:
        raise ValueError(lang.text("error.grid", got=repr(grid), allowed=", ".join(GRIDS)))
    if grid == "leading":
        return [1 + k * (T // steps) for k in reversed(range(steps))] + [0]
    # steps <= T keeps neighbours at least 1 apart, so rounding cannot repeat a timestep.
    if grid == "trailing":
        return [round(T * (steps - k) / steps) for k in range(steps)] + [0]
    if steps == 1:
        return [T, 0]
    return [T - (k * (T - 1) + (steps - 1) // 2) // (steps - 1) for k in range(steps)] + [0]


def log_snr_times(schedule: Schedule, steps: int) -> list[int]:
    """The timesteps nearest to an even grid of log-SNR from T to 1, then 0: what ``dpm_step`` likes best.

    log snr_t ~ log snr_T + k / (steps - 1) ( log snr_1 - log snr_T ),  k = 0 .. steps - 1.

    Source: Lu et al. 2022a (DPM-Solver), section 3.3. Exactly ``steps`` of them fall without
    repeats: where two would be the same timestep, one moves to the next free one (upwards, at T downwards).
    steps in 1..T; otherwise ValueError.
    """
    check_tables(schedule)
    T = schedule.T
    steps = _check_steps(T, steps)
    if steps == 1:
        return [T, 0]
    log_snr = schedule.snr[1:].log()
    even = torch.linspace(float(log_snr[0]), float(log_snr[-1]), steps, dtype=torch.float64)
    nearest = (even[:, None] - log_snr).abs().argmin(1).add(1).tolist()
    rising: list[int] = []
    for k, t in enumerate(nearest):
        rising.append(max(t, rising[-1] + 1) if rising else t)
        rising[-1] = min(rising[-1], T - (steps - 1 - k))
    return [*reversed(rising), 0]


def _check_steps(T: int, steps: Any) -> int:
    if not is_whole(steps) or not 1 <= steps <= check_T(T):
        raise ValueError(lang.text("error.steps", got=steps, T=T))
    return int(steps)


def sample(
    model: Model,
    step: Callable[..., Tensor],
    x_T: Float[Tensor, "B *D"],
    schedule: Schedule,
    times: Sequence[int] | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Step]:
    """Walk from x_T to x_0, yielding every state on the way (the last has t = 0).

    For each t: eps_hat = model(x_t, t), then x_next = step(...). The rule is a function that names what it
    needs among x_t, t, t_next, eps_hat, z, schedule and previous (the Step before this one, None at the
    first); bind its options with functools.partial, for example ``partial(ddim_step, eta=1.0)``. Fresh noise
    z is drawn from ``generator`` only for a rule that uses it. Model and rule run under ``torch.no_grad``.

    Source: Ho et al. 2020, Algorithm 2. times: falling, from at most T down to 0; default T, T-1, ..., 0.
    ValueError for other times, a rule that cannot skip timesteps given times that do, a generator on another
    device, a model or a rule that writes into x_t (x_T stays as it is), or answers with another shape or kind
    of number, on another device or with NaN or infinity (on an accelerator the last is said at the end, since
    each look would wait for it), or a model whose own ``schedule`` is not this one. Answers of another
    floating-point dtype are converted to x_T's.
    """
    check_walk(model, x_T, schedule)
    visited = check_times(times, schedule.T)
    wanted = wants(step)
    name = getattr(getattr(step, "func", step), "__name__", "step")  # func: what functools.partial bound
    if "t_next" not in wanted and any(a - b != 1 for a, b in pairwise(visited)):
        raise ValueError(lang.text("error.cannot_skip", step=name))
    if "z" in wanted:
        check_generator(generator, x_T)

    def walk() -> Iterator[Step]:
        x_t, previous = own(x_T), None
        watch = Watch(visited[:-1], name, x_t)
        for t, t_next in pairwise(visited):
            with torch.no_grad():
                eps_hat = watch.take(model(watch.lend(x_t), every(t, x_t)))
                state = Step(t, x_t, partial(predict_x_0, x_t, t, eps_hat, schedule), eps_hat)
                given: dict[str, Any] = {
                    "x_t": x_t, "t": t, "t_next": t_next, "eps_hat": eps_hat, "schedule": schedule,
                    "previous": previous,
                }  # fmt: skip
                if "z" in wanted:
                    given["z"] = noise_like(x_t, generator)
                x_t = watch.take(step(**{key: given[key] for key in wanted}))
            if "previous" in wanted:  # a copy: whoever receives the state may write into its images
                x, eps = state.x_t.clone(), eps_hat.clone()
                previous = Step(t, x, partial(predict_x_0, x, t, eps, schedule), eps)
            yield state
        watch.close()
        yield Step(0, x_t, x_t, torch.zeros_like(x_t))

    return walk()


def final(steps: Iterable[Step]) -> Tensor:
    """Run a sampler to its end and return only x_0, keeping no state in between."""
    last = deque(steps if isinstance(steps, Iterable) else (), maxlen=1)
    if not last or not hasattr(last[0], "x_t"):
        raise ValueError(lang.text("error.no_steps"))
    return last[0].x_t
