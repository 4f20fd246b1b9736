"""Samplers: from noise x_T back to an image x_0, one step rule at a time."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_number, is_whole, seen
from course_lib.forward import check_batch, check_noise, predict_x_0
from course_lib.parameterisations import Model, check_schedule
from course_lib.schedules import VARIANCES as VARIANCES
from course_lib.schedules import Schedule, check_T, check_variance, gather

GIVEN = ("x_t", "t", "t_next", "eps_hat", "z", "schedule")  # what a step rule may name


class Step(NamedTuple):
    """One state of a sampler: at t, the image x_t and what the model says about it.

    The last Step has t = 0: there x_t and x_0_hat are the finished sample and eps_hat is zero.
    """

    t: int
    x_t: Tensor
    x_0_hat: Tensor
    eps_hat: Tensor


def _check_one(rule: str, *ts: object) -> None:
    for t in ts:
        if not is_whole(t):
            got = f"Tensor {tuple(t.shape)}" if isinstance(t, Tensor) else type(t).__name__
            raise ValueError(lang.text("error.one_t", rule=rule, got=got))


def _check_next(t: int, t_next: int) -> None:
    if not 0 <= t_next < t:
        raise ValueError(lang.text("error.t_next", t=t, got=t_next))


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
    _check_one("ddpm_step", t, 0 if t_next is None else t_next)
    t_next = t - 1 if t_next is None else t_next
    alpha_bar_t = gather(schedule.alpha_bar, t, x_t)
    _check_next(t, t_next)
    alpha_bar_next = gather(schedule.alpha_bar, t_next, x_t, first=0)
    alpha_t = alpha_bar_t / alpha_bar_next
    beta_t = 1 - alpha_t
    mean = (x_t - beta_t / (1 - alpha_bar_t) ** 0.5 * eps_hat) / alpha_t**0.5
    if t_next == 0:  # Algorithm 2, line 3; for beta_tilde the formula gives 0 by itself
        return mean
    sigma_squared = beta_t if variance == "beta" else beta_t * (1 - alpha_bar_next) / (1 - alpha_bar_t)
    return mean + sigma_squared**0.5 * z


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
    sigma = eta sqrt( (1 - alpha_bar_next) / (1 - alpha_bar_t) ) sqrt( 1 - alpha_bar_t / alpha_bar_next ).

    Source: Song, Meng & Ermon 2021, eqs. 12 and 16. 0 <= t_next < t <= T; eta in [0, 1]; z needed when
    eta > 0; ValueError otherwise.
    """
    check_number("eta", eta)
    if not 0 <= eta <= 1:
        raise ValueError(lang.text("error.eta", got=eta))
    if eta > 0 and z is None:
        raise ValueError(lang.text("error.eta_noise", got=eta))
    if z is not None:
        check_noise(x_t, z, "x_t", "z")
    _check_one("ddim_step", t, t_next)
    alpha_bar_t = gather(schedule.alpha_bar, t, x_t)
    _check_next(t, t_next)
    alpha_bar_next = gather(schedule.alpha_bar, t_next, x_t, first=0)
    x_0_hat = predict_x_0(x_t, t, eps_hat, schedule)
    variance = (1 - alpha_bar_next) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_next)
    sigma = eta * variance**0.5
    x_next = alpha_bar_next**0.5 * x_0_hat + max(0.0, 1 - alpha_bar_next - sigma**2) ** 0.5 * eps_hat
    return x_next if z is None or sigma == 0 else x_next + sigma * z


def times(T: int, steps: int) -> list[int]:
    """The timesteps a sampler visits: T ... 1 evenly spaced without repeats, then 0.

    round( T - k (T - 1) / (steps - 1) ),  k = 0 .. steps - 1; a single step goes from T to 0.

    Source: the linear subset of Song, Meng & Ermon 2021, appendix D.2, with both ends kept.
    steps in 1..T; otherwise ValueError.
    """
    T = check_T(T)
    if not is_whole(steps) or not 1 <= steps <= T:
        raise ValueError(lang.text("error.steps", got=steps, T=T))
    steps = int(steps)
    if steps == 1:
        return [T, 0]
    # steps <= T keeps neighbours at least 1 apart, so rounding cannot repeat a timestep.
    return [T - (k * (T - 1) + (steps - 1) // 2) // (steps - 1) for k in range(steps)] + [0]


def _check_times(visited: Sequence[int], T: int) -> list[int]:
    if isinstance(visited, Tensor):
        visited = visited.tolist()
    ts = list(visited) if isinstance(visited, Iterable) else [visited]
    fine = len(ts) > 1 and all(is_whole(t) for t in ts)  # int() would cut 10.5 down to 10 in silence
    if not fine or ts[-1] != 0 or ts[0] > T or not all(a > b for a, b in pairwise(ts)):
        shown = ", ".join(map(str, ts[:4])) + (", …" if len(ts) > 4 else "")
        raise ValueError(lang.text("error.times", T=T, got=shown))
    return [int(t) for t in ts]


def _wants(step: Callable[..., Tensor]) -> set[str]:
    """Which of the loop's values a step rule takes, by parameter name; z only if it uses fresh noise."""
    bound: dict[str, Any] = getattr(step, "keywords", {})
    parameters = inspect.signature(step).parameters
    rest = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    names = {n for n in GIVEN if (rest or n in parameters) and n not in bound}
    needed = {
        n
        for n, p in parameters.items()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    if needed - names:
        name = getattr(step, "__name__", "step")
        asked = ", ".join(sorted(needed - names))
        raise ValueError(lang.text("error.step_names", step=name, got=asked, allowed=", ".join(GIVEN)))
    silent = "eta" in parameters and parameters["eta"].default == 0 and "z" not in needed
    return names - {"z"} if silent else names


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
    needs among x_t, t, t_next, eps_hat, z and schedule; bind its options with functools.partial, for
    example ``partial(ddim_step, eta=1.0)``. Fresh noise z is drawn from ``generator`` only for a rule that
    uses it. Model and rule run under ``torch.no_grad``.

    Source: Ho et al. 2020, Algorithm 2. times: falling, from at most T down to 0; default T, T-1, ..., 0.
    ValueError for other times, a rule that cannot skip timesteps given times that do, a model or a rule that
    answers with another shape, or a model whose own ``schedule`` is not this one.
    """
    check_batch("x_T", x_T)
    check_schedule(model, schedule)
    visited = _check_times(range(schedule.T, -1, -1) if times is None else times, schedule.T)
    wanted = _wants(step)
    name = getattr(step, "__name__", "step")
    if "t_next" not in wanted and any(a - b != 1 for a, b in pairwise(visited)):
        raise ValueError(lang.text("error.cannot_skip", step=name))

    def walk() -> Iterator[Step]:
        x_t = x_T
        for t, t_next in pairwise(visited):
            with torch.no_grad():
                eps_hat = model(x_t, torch.full((len(x_t),), t, device=x_t.device))
                want = tuple(x_t.shape)
                if seen(eps_hat) != want:
                    raise ValueError(lang.text("error.model_shape", t=t, want=want, got=seen(eps_hat)))
                state = Step(t, x_t, predict_x_0(x_t, t, eps_hat, schedule), eps_hat)
                given: dict[str, Any] = {
                    "x_t": x_t, "t": t, "t_next": t_next, "eps_hat": eps_hat, "schedule": schedule,
                }  # fmt: skip
                if "z" in wanted:
                    given["z"] = torch.randn(
                        x_t.shape, generator=generator, dtype=x_t.dtype, device=x_t.device
                    )
                x_t = step(**{key: value for key, value in given.items() if key in wanted})
                if seen(x_t) != want:  # a batch of another shape would be walked on with in silence
                    raise ValueError(lang.text("error.rule_shape", step=name, t=t, want=want, got=seen(x_t)))
            yield state
        yield Step(0, x_t, x_t, torch.zeros_like(x_t))

    return walk()


def final(steps: Iterable[Step]) -> Tensor:
    """Run a sampler to its end and return only x_0, keeping no state in between."""
    last = deque(steps, maxlen=1)
    if not last:
        raise ValueError(lang.text("error.no_steps"))
    return last[0].x_t
