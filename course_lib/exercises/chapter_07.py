"""Chapter 07: one DDIM step, the timesteps it visits, what a solver promises, and the arc of two noises."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib import forward, latents, samplers, schedules
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw, pixel
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)
_HIDDEN = schedules.linear(T=25, beta_1=0.01, beta_T=0.3)


# ---- samplers.ddim_step


def _at(t: int, t_next: int, eta: float, x_t: float = 0.5, eps_hat: float = -1.2, z: float = 0.7) -> tuple:
    return (pixel(x_t), t, t_next, pixel(eps_hat), _SCHEDULE, eta, pixel(z))


def _images(
    t: int,
    t_next: int,
    eta: float,
    shape: tuple[int, ...] = (3, 1, 4, 5),
    schedule: Schedule = _SCHEDULE,
) -> tuple:
    x_t, eps_hat, z = (draw(*shape).roll(k, -1) for k in range(3))
    return (x_t, t, t_next, eps_hat, schedule, eta, z)


def _ends_in_the_guess(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (1, 4, 10):
        x_0_hat = forward.predict_x_0(pixel(0.5), t, pixel(-1.2), _SCHEDULE)
        for eta in (0.0, 1.0):
            yield Comparison(call(*_at(t, 0, eta)), x_0_hat)


def _no_chance_at_zero(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(*_at(7, 3, 0.0, z=0.7)), call(*_at(7, 3, 0.0, z=-2.0)))


def _same_mixture(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, eps = draw(3, 1, 2, 2), draw(3, 1, 2, 2).flip(-1)
    for t, t_next in ((10, 6), (6, 5), (4, 1)):
        x_t, want = (forward.q_sample(x_0, at, eps, _SCHEDULE) for at in (t, t_next))
        yield Comparison(call(x_t, t, t_next, eps, _SCHEDULE, 0.0, torch.zeros_like(eps)), want)


def _keeps_the_marginal(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Of a black-and-white nothing, x_0 = 0: what is left of eps and what z adds share 1 - alpha_bar_next.
    for t, t_next in ((10, 6), (6, 5), (4, 1)):
        noise = float(1 - _SCHEDULE.alpha_bar[t]) ** 0.5
        for eta in (0.0, 0.5, 1.0):
            kept = call(*_at(t, t_next, eta, x_t=noise, eps_hat=1.0, z=0.0))
            added = call(*_at(t, t_next, eta, x_t=0.0, eps_hat=0.0, z=1.0))
            yield Comparison(kept**2 + added**2, pixel(float(1 - _SCHEDULE.alpha_bar[t_next])))


def _in_proportion_to_eta(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    half, whole = (call(*_at(8, 5, eta, x_t=0.0, eps_hat=0.0, z=1.0)) for eta in (0.5, 1.0))
    yield Comparison(2 * half, whole)


def _ancestral_at_one(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (1, 5, 10):
        x_t, _, _, eps_hat, schedule, _, z = _images(t, t - 1, 1.0)
        want = samplers.ddpm_step(x_t, t, eps_hat, z, schedule, variance="beta_tilde")
        yield Comparison(call(x_t, t, t - 1, eps_hat, schedule, 1.0, z), want)


def _own_beta_tilde(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t, t_next in ((10, 6), (6, 2), (4, 1)):
        now, then = float(_SCHEDULE.alpha_bar[t]), float(_SCHEDULE.alpha_bar[t_next])
        added = call(*_at(t, t_next, 1.0, x_t=0.0, eps_hat=0.0, z=1.0))
        yield Comparison(added**2, pixel((1 - then) / (1 - now) * (1 - now / then)))


def _guess(now: Tensor, x: Tensor, e: Tensor) -> Tensor:
    return (x - (1 - now) ** 0.5 * e) / now**0.5


def _sigma(now: Tensor, then: Tensor, eta: float) -> Tensor:
    return eta * ((1 - then) / (1 - now)) ** 0.5 * (1 - now / then) ** 0.5


def _sigma_upside_down(now: Tensor, then: Tensor, eta: float) -> Tensor:
    return eta * ((1 - now) / (1 - then)) ** 0.5 * (1 - now / then) ** 0.5


def _direction(now: Tensor, then: Tensor, sigma: Tensor) -> Tensor:
    return (1 - then - sigma**2).clamp(min=0) ** 0.5


def _step(
    guess: Callable[[Tensor, Tensor, Tensor], Tensor] = _guess,
    sigma: Callable[[Tensor, Tensor, float], Tensor] = _sigma,
    direction: Callable[[Tensor, Tensor, Tensor], Tensor] = _direction,
    signal: Callable[[Tensor, Tensor], Tensor] = lambda now, then: then**0.5,
    added: Callable[[Tensor, float], Tensor] = lambda sigma, eta: sigma,
    noise: Callable[[Tensor, Tensor], Tensor] = lambda eps_hat, z: z,
    read: Callable[[Schedule, int, int], tuple[Tensor, Tensor]] = lambda s, t, t_next: (
        s.alpha_bar[t],
        s.alpha_bar[t_next],
    ),
) -> Callable:
    """A DDIM step with one of its parts another, made of alpha_bar now and then (at t_next)."""

    def answer(
        x_t: Tensor, t: int, t_next: int, eps_hat: Tensor, schedule: Schedule, eta: float, z: Tensor
    ) -> Tensor:
        now, then = read(schedule, t, t_next)
        size = sigma(now, then, eta)
        x_next = signal(now, then) * guess(now, x_t, eps_hat) + direction(now, then, size) * eps_hat
        return x_next + added(size, eta) * noise(eps_hat, z)

    return answer


def _sigma_of(size: Callable[[Schedule, int, Tensor, Tensor], Tensor]) -> Callable:
    """A DDIM step whose sigma is eta times a size made of (schedule, t, alpha_bar now and then)."""

    def answer(
        x_t: Tensor, t: int, t_next: int, eps_hat: Tensor, schedule: Schedule, eta: float, z: Tensor
    ) -> Tensor:
        step = _step(sigma=lambda now, then, eta: eta * size(schedule, t, now, then))
        return step(x_t, t, t_next, eps_hat, schedule, eta, z)

    return answer


def _of_one_step(s: Schedule, t: int, t_next: int) -> tuple[Tensor, Tensor]:
    return s.alpha[t], s.alpha[t_next]


DDIM_STEP = Exercise(
    "samplers.ddim_step",
    chapter=7,
    reference=samplers.ddim_step,
    probes=[
        _at(6, 3, 0.0),
        _at(6, 3, 0.5),
        _at(6, 3, 1.0),
        _at(4, 0, 0.5),
        _at(5, 4, 1.0),
        _images(10, 7, 0.8),
        _images(2, 1, 0.0),
    ],
    hidden=[
        _images(25, 11, 0.3, (2, 3, 3, 5), _HIDDEN),
        _images(17, 16, 0.6, (1, 1, 5, 7), _HIDDEN),
        _images(25, 0, 0.7, (4, 1, 3, 3), _HIDDEN),
        _images(1, 0, 1.0, (1, 1, 5, 3), _HIDDEN),
    ],
    properties=[
        Property("ddim_guess", _ends_in_the_guess),
        Property("ddim_no_chance", _no_chance_at_zero),
        Property("ddim_mixture", _same_mixture),
        Property("ddim_proportion", _in_proportion_to_eta),
        Property("ddim_marginal", _keeps_the_marginal),
        Property("ddim_ancestral", _ancestral_at_one),
        Property("ddim_longer", _own_beta_tilde),
    ],
    mistakes=[
        Mistake("alpha_for_alpha_bar", _step(read=_of_one_step)),
        Mistake("literal_t_minus_1", _step(read=lambda s, t, _: (s.alpha_bar[t], s.alpha_bar[t - 1]))),
        Mistake("before_t_next", _step(read=lambda s, t, t_next: (s.alpha_bar[t], s.alpha_bar[t_next - 1]))),
        Mistake("sigma_not_subtracted", _step(direction=lambda now, then, sigma: (1 - then) ** 0.5)),
        Mistake(
            "sigma_not_squared", _step(direction=lambda now, then, s: (1 - then - s).clamp(min=0) ** 0.5)
        ),
        Mistake("sigma_added", _step(direction=lambda now, then, sigma: (1 - then + sigma**2) ** 0.5)),
        Mistake("direction_not_rooted", _step(direction=lambda now, then, sigma: 1 - then - sigma**2)),
        Mistake("noise_of_now", _step(direction=lambda now, then, s: (1 - now - s**2).clamp(min=0) ** 0.5)),
        Mistake("no_direction", _step(direction=lambda now, then, sigma: 0 * sigma)),
        Mistake("eta_twice", _step(added=lambda sigma, eta: eta * sigma)),
        Mistake(
            "eta_at_z_only",
            _step(sigma=lambda now, then, eta: _sigma(now, then, 1.0), added=lambda sigma, eta: eta * sigma),
        ),
        Mistake("eta_under_the_root", _step(sigma=lambda now, then, eta: eta**0.5 * _sigma(now, then, 1.0))),
        Mistake("variance_for_std", _step(added=lambda sigma, eta: sigma**2)),
        Mistake("always_deterministic", _step(sigma=lambda now, then, eta: 0 * now)),
        Mistake("always_ancestral", _step(sigma=lambda now, then, eta: _sigma(now, then, 1.0))),
        Mistake(
            "sigma_upside_down",
            _step(sigma=_sigma_upside_down),
        ),
        # As the task writes it: nothing keeps the root of 1 - alpha_bar_s - sigma^2 from being NaN.
        Mistake(
            "sigma_upside_down_nan",
            _step(sigma=_sigma_upside_down, direction=lambda now, then, s: (1 - then - s**2) ** 0.5),
        ),
        Mistake("sigma_of_beta", _step(sigma=lambda now, then, eta: eta * (1 - now / then) ** 0.5)),
        Mistake("sigma_not_rooted", _step(sigma=lambda now, then, eta: eta * _sigma(now, then, 1.0) ** 2)),
        Mistake(
            "beta_of_one_step",
            _sigma_of(lambda s, t, now, then: ((1 - then) / (1 - now) * (1 - s.alpha[t])) ** 0.5),
        ),
        Mistake("beta_tilde_of_one_step", _sigma_of(lambda s, t, now, then: s.beta_tilde[t] ** 0.5)),
        Mistake(
            "ratio_upside_down",
            _sigma_of(lambda s, t, now, then: ((1 - then) / (1 - now)) ** 0.5 * (1 - then / now) ** 0.5),
        ),
        Mistake(
            "ratio_upside_down_under_one_root",
            _sigma_of(lambda s, t, now, then: ((1 - then) / (1 - now) * (1 - then / now)) ** 0.5),
        ),
        Mistake("eps_for_z", _step(noise=lambda eps_hat, z: eps_hat)),
        Mistake("own_noise", _step(noise=lambda eps_hat, z: torch.randn_like(eps_hat))),
        Mistake("x_0_plus", _step(guess=lambda now, x, e: (x + (1 - now) ** 0.5 * e) / now**0.5)),
        Mistake("x_0_not_divided", _step(guess=lambda now, x, e: x - (1 - now) ** 0.5 * e)),
        Mistake("x_0_divided_by_alpha_bar", _step(guess=lambda now, x, e: (x - (1 - now) ** 0.5 * e) / now)),
        Mistake("x_0_divided_by_next", _step(signal=lambda now, then: now**0.5)),
        Mistake("x_0_clipped", _step(guess=lambda now, x, e: _guess(now, x, e).clamp(-1, 1))),
        Mistake("x_t_for_x_0", _step(guess=lambda now, x, e: x)),
        Mistake("signal_not_rooted", _step(signal=lambda now, then: then)),
    ],
)

# ---- samplers.times


def times(T: int, steps: int) -> list[int]:
    """The library's timesteps on the grid that holds both T and 1."""
    return samplers.times(T, steps)


# No timestep of these lies half-way between two whole numbers, where ways to round differ.
_GRIDS = [(7, 3), (10, 4), (11, 4), (9, 6), (1000, 50)]
_MORE = [(10, 10), (12, 2), (100, 6), (1000, 20)]


def _both_ends(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for T, steps in (*_GRIDS, *_MORE):
        yield Comparison(call(T, steps)[[0, -2, -1]], torch.tensor([T, 1, 0]))


def _falling(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for T, steps in (*_GRIDS, *_MORE):
        rises = call(T, steps).diff() >= 0
        yield Comparison(rises.sum(), torch.tensor(0))


def _nearest(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for T, steps in (*_GRIDS, *_MORE):
        off = call(T, steps)[:-1] - torch.linspace(T, 1, steps, dtype=torch.float64)
        yield Comparison((off.abs() > 0.5).sum(), torch.tensor(0))


def _every_one(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(6, 6), torch.arange(6, -1, -1))


def _line(start: float, end: float, steps: int) -> list[int]:
    """``steps`` whole numbers from start to end, evenly spaced and rounded."""
    return torch.linspace(start, end, steps, dtype=torch.float64).round().long().tolist()


def _floored(T: int, steps: int) -> list[int]:
    return [int(t) for t in torch.linspace(T, 1, steps, dtype=torch.float64).tolist()] + [0]


def _stride_of_the_range(T: int, steps: int) -> list[int]:
    return [*range(T, 0, -(T // steps)), 0]


def _cut_stride(T: int, steps: int) -> list[int]:
    stride = (T - 1) // (steps - 1)
    return [T - k * stride for k in range(steps)] + [0]


def _cut_stride_from_below(T: int, steps: int) -> list[int]:
    stride = (T - 1) // (steps - 1)
    return [1 + k * stride for k in reversed(range(steps))] + [0]


TIMES = Exercise(
    "samplers.times",
    chapter=7,
    reference=times,
    shown=samplers.times,
    probes=_GRIDS,
    hidden=[(2, 2), (13, 5), (37, 8), (5, 5), (600, 14)],
    properties=[
        Property("times_ends", _both_ends),
        Property("times_falling", _falling),
        Property("times_nearest", _nearest),
        Property("times_all", _every_one),
    ],
    mistakes=[
        Mistake("no_zero", lambda T, steps: _line(T, 1, steps)),
        Mistake("zero_twice", lambda T, steps: [*_line(T, 0, steps), 0]),
        Mistake("zero_counted", lambda T, steps: _line(T, 0, steps)),
        Mistake("no_one", lambda T, steps: _line(T, 0, steps + 1)),
        Mistake("one_too_many", lambda T, steps: [*_line(T, 1, steps + 1), 0]),
        Mistake("zero_based", lambda T, steps: _line(T - 1, 0, steps)),
        Mistake("from_below", lambda T, steps: samplers.times(T, steps, grid="leading")),
        Mistake("from_below_zero_based", lambda T, steps: [k * (T // steps) for k in reversed(range(steps))]),
        Mistake("stride_of_the_range", _stride_of_the_range),
        Mistake("stride_rounded_away", lambda T, steps: [*range(T, 0, -T // steps), 0]),
        Mistake("cut_stride", _cut_stride),
        Mistake("floored", _floored),
        Mistake("rising", lambda T, steps: samplers.times(T, steps)[::-1]),
        Mistake("every_t", lambda T, steps: list(range(T, -1, -1))),
        Mistake("last_steps", lambda T, steps: list(range(steps, -1, -1))),
    ],
    lists=True,
    most=16,
)

# ---- samplers.order


def order(solve: Callable[[int], Tensor], end: Tensor, counts: Sequence[int], bound: float) -> Tensor:
    """A solver's order, and the first of ``counts`` from which its mean error stays within ``bound``.

    The order is minus the slope of the straight line that fits log error against log S best.
    """
    errors = torch.stack([(solve(S) - end).abs().mean() for S in counts])
    x, y = torch.tensor(counts, dtype=errors.dtype).log(), errors.log()
    x, y = x - x.mean(), y - y.mean()
    slope = (x * y).sum() / (x * x).sum()
    enough = [all(errors[k:] <= bound) for k in range(len(counts))]
    return torch.stack([-slope, torch.tensor(counts[enough.index(True)], dtype=errors.dtype)])


@dataclass(frozen=True)
class _Solver:
    """Ends beside the right end by c S^-p, each point to its own side; in ``late`` the error is larger."""

    end: Tensor
    p: float = 1.0
    c: float = 1.0
    late: tuple[int, float] = (0, 1.0)

    def __call__(self, S: int) -> Tensor:
        # Of mean size 1, of mean 0 where there is more than one point, and no two alike.
        sides = (
            torch.linspace(-1, 1, len(self.end), dtype=torch.float64) if len(self.end) > 1 else torch.ones(1)
        )
        off = self.c * float(S) ** -self.p * (self.late[1] if self.late[0] == S else 1.0)
        return self.end + off * (sides / sides.abs().mean()).view_as(self.end)

    def __repr__(self) -> str:
        return "solve"


def _measured(
    p: float,
    counts: list[int],
    bound: float,
    points: int = 4,
    c: float = 1.0,
    late: tuple[int, float] = (0, 1.0),
) -> tuple[object, ...]:
    end = draw(points, 1)
    return (_Solver(end, p, c, late), end, counts, bound)


# One point; an error that rises once more after it has passed the bound; bounds that only the mean meets;
# higher orders, the last on unevenly spaced logarithms, where the mean of the slopes is not that of the ends.
_MEASURED = [
    _measured(1.0, [10, 20, 40], 0.03, points=1),
    _measured(1.0, [10, 20, 40, 80, 160], 0.06, late=(40, 4.0)),
    _measured(1.0, [10, 20, 40, 80], 0.053),
    _measured(1.0, [10, 20, 40, 80], 0.06),
    _measured(2.0, [5, 10, 14, 30, 50], 0.006, points=3),
    _measured(1.5, [7, 10, 30, 100], 0.011, points=5, c=0.4, late=(30, 1.7)),
]


def _order_found(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for p in (1.0, 2.0, 3.5):
        got = call(*_measured(p, [5, 10, 30, 70], 1.0))
        yield Comparison(got[0], torch.tensor(p, dtype=torch.float64))


def _unit_does_not_matter(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    counts, late = [10, 20, 40, 80], (20, 3.0)
    one = call(*_measured(1.0, counts, 0.03, late=late))
    yield Comparison(call(*_measured(1.0, counts, 0.3, c=10.0, late=late)), one)


def _stays_below(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for late, steps in (((0, 1.0), 20), ((40, 4.0), 80), ((80, 9.0), 160)):
        got = call(*_measured(1.0, [10, 20, 40, 80, 160], 0.06, late=late))
        yield Comparison(got[1], torch.tensor(float(steps)))


def _loosely_bound(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    got = call(*_measured(1.0, [15, 20, 40], 1.0))
    yield Comparison(got[1], torch.tensor(15.0))


def _concluded(
    error: Callable[[Tensor], Tensor] = lambda off: off.abs().mean(),
    slope: Callable[[Tensor, Tensor], Tensor] | None = None,
    steps: Callable[[list[int], list[bool]], float] | None = None,
) -> Callable[..., Tensor]:
    """The answer with another error of the gaps, another order of (S, errors), or another choice of S.

    ``steps`` chooses from the counts and whether each error is within the bound.
    """

    def answer(solve: Callable[[int], Tensor], end: Tensor, counts: list[int], bound: float) -> Tensor:
        errors = torch.stack([error(solve(S) - end) for S in counts])
        within = [bool(e <= bound) for e in errors]
        x = torch.tensor(counts, dtype=torch.float64)
        found = slope(x, errors) if slope else -_slope(x.log(), errors.log())
        chosen = steps(counts, within) if steps else counts[_stays(within)]
        return torch.stack([found, torch.tensor(float(chosen), dtype=torch.float64)])

    return answer


def _slope(x: Tensor, y: Tensor) -> Tensor:
    return ((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum()


def _stays(within: list[bool]) -> int:
    return next(k for k in range(len(within)) if all(within[k:]))


ORDER = Exercise(
    "samplers.order",
    chapter=7,
    kind="measure",
    reference=order,
    probes=_MEASURED,
    hidden=[
        _measured(1.2, [4, 9, 25, 60], 0.05, points=2, late=(25, 5.0)),
        _measured(2.5, [6, 12, 18], 0.0125, points=7),
        _measured(0.5, [10, 20, 50, 100, 250, 1000], 0.11, points=3, late=(250, 2.0)),
    ],
    properties=[
        Property("order_found", _order_found),
        Property("order_unit", _unit_does_not_matter),
        Property("order_stays", _stays_below),
        Property("order_loose", _loosely_bound),
    ],
    mistakes=[
        Mistake("gaps_cancel", _concluded(error=lambda off: off.mean().abs())),
        Mistake("worst_point", _concluded(error=lambda off: off.abs().max())),
        Mistake("root_mean_square", _concluded(error=lambda off: off.square().mean().sqrt())),
        Mistake("mean_square", _concluded(error=lambda off: off.square().mean())),
        Mistake("summed", _concluded(error=lambda off: off.abs().sum())),
        Mistake("sign", _concluded(slope=lambda S, e: _slope(S.log(), e.log()))),
        Mistake("not_logged", _concluded(slope=lambda S, e: -_slope(S, e))),
        Mistake("only_error_logged", _concluded(slope=lambda S, e: -_slope(S, e.log()))),
        Mistake("two_logarithms", _concluded(slope=lambda S, e: -_slope(S.log(), e.log10()))),
        Mistake("upside_down", _concluded(slope=lambda S, e: -_slope(e.log(), S.log()))),
        Mistake("ends_only", _concluded(slope=lambda S, e: -(e[-1] / e[0]).log() / (S[-1] / S[0]).log())),
        Mistake("last_two", _concluded(slope=lambda S, e: -_slope(S[-2:].log(), e[-2:].log()))),
        Mistake(
            "neighbours_averaged", _concluded(slope=lambda S, e: -(e.log().diff() / S.log().diff()).mean())
        ),
        Mistake(
            "through_the_origin", _concluded(slope=lambda S, e: -(S.log() @ e.log()) / S.log().square().sum())
        ),
        Mistake("first_below", _concluded(steps=lambda counts, within: counts[within.index(True)])),
        Mistake("one_more", _concluded(steps=lambda counts, within: [*counts, 0][_stays(within) + 1])),
        Mistake("place_in_the_list", _concluded(steps=lambda counts, within: _stays(within))),
        Mistake("last_above", _concluded(steps=lambda counts, within: [*counts, 0][_stays(within) - 1])),
    ],
)

# ---- latents.slerp


def _pair(*shape: int) -> tuple[Tensor, Tensor]:
    a, b = draw(*shape), draw(*shape).flip(0).roll(1, -1)
    return a, 1.5 * b + 0.2


def _flat_pair() -> tuple[Tensor, Tensor]:
    # Two numbers each, so that the arc can be drawn on paper.
    a, b = torch.tensor([[1.0, 0.0], [0.6, 1.8]], dtype=torch.float64)
    return a.view(1, 2, 1, 1), b.view(1, 2, 1, 1)


def _unit(x: Tensor) -> Tensor:
    return x / x.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


def _starts_and_ends(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = _pair(3, 2, 2, 2)
    yield Comparison(call(a, b, 0.0), a)
    yield Comparison(call(a, b, 1.0), b)


def _keeps_the_length(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = (2 * _unit(x) for x in _pair(3, 2, 2, 2))
    for f in (0.25, 0.5, 0.9):
        yield Comparison(call(a, b, f).flatten(1).norm(dim=1), torch.full((3,), 2.0))


def _half_of_the_half(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = (_unit(x) for x in _pair(2, 2, 2, 2))
    yield Comparison(call(a, call(a, b, 0.5), 0.5), call(a, b, 0.25))


def _own_angle(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = _pair(3, 2, 2, 2)
    alone = [call(a[i : i + 1], b[i : i + 1], 0.3) for i in range(len(a))]
    yield Comparison(call(a, b, 0.3), torch.cat(alone))


def _any_unit(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = _pair(2, 2, 2, 2)
    yield Comparison(call(3 * a, 3 * b, 0.3), 3 * call(a, b, 0.3))


def _there_and_back(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = _pair(2, 2, 2, 2)
    yield Comparison(call(a, b, 0.3), call(b, a, 0.7))


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    """The cosine of each pair's angle, (B, 1, 1, 1)."""
    return torch.cosine_similarity(a.flatten(1), b.flatten(1), dim=1).view(-1, 1, 1, 1)


def _arc(omega: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    """The arc with another angle, made of (a, b)."""

    def answer(a: Tensor, b: Tensor, f: float) -> Tensor:
        angle = omega(a, b)
        return (((1 - f) * angle).sin() * a + (f * angle).sin() * b) / angle.sin()

    return answer


def _mixed(weights: Callable[[float, Tensor], tuple[Tensor, Tensor]]) -> Callable:
    """Weights of a and b made of f and the right angle."""

    def answer(a: Tensor, b: Tensor, f: float) -> Tensor:
        weight_a, weight_b = weights(f, _cosine(a, b).acos())
        return weight_a * a + weight_b * b

    return answer


def _whole_batch(a: Tensor, b: Tensor) -> Tensor:
    return torch.cosine_similarity(a.flatten(), b.flatten(), dim=0).acos()


def _over_the_channels(a: Tensor, b: Tensor) -> Tensor:
    return torch.cosine_similarity(a, b, dim=1)[:, None].acos()


def _over_the_channels_unshaped(a: Tensor, b: Tensor) -> Tensor:
    return torch.cosine_similarity(a, b, dim=1).acos()


def _every_pair(a: Tensor, b: Tensor) -> Tensor:
    return (_unit(a).flatten(1) @ _unit(b).flatten(1).T).acos()


def _every_pair_divided(a: Tensor, b: Tensor) -> Tensor:
    u, v = a.flatten(1), b.flatten(1)
    return (u @ v.T / (u.norm(dim=1) * v.norm(dim=1))).acos()


def _not_normalised(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).flatten(1).sum(1).view(-1, 1, 1, 1).acos()


def _dot_clamped(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).flatten(1).sum(1).view(-1, 1, 1, 1).clamp(-1, 1).acos()


def _length_lost(a: Tensor, b: Tensor, f: float) -> Tensor:
    return latents.slerp(_unit(a), _unit(b), f)


def _straight_then_stretched(a: Tensor, b: Tensor, f: float) -> Tensor:
    return ((1 - f) * a + f * b) / ((1 - f) ** 2 + f**2) ** 0.5


SLERP = Exercise(
    "latents.slerp",
    chapter=7,
    reference=latents.slerp,
    # Two numbers; a batch of another size than the width; B == W, where forgotten axes run silently; and
    # B == C == H == W, where an angle of any shape does, so that its numbers show which one it was.
    probes=[
        (*_flat_pair(), 0.5),
        (*_flat_pair(), 0.2),
        (*_pair(3, 2, 2, 2), 0.3),
        (*_pair(2, 2, 3, 3), 0.8),
        (*_pair(2, 3, 3, 2), 0.6),
        (*_pair(2, 2, 2, 2), 0.6),
    ],
    hidden=[(*_pair(5, 1, 3, 4), 0.45), (*_pair(1, 3, 5, 3), 0.95), (*_pair(4, 1, 7, 1), 0.05)],
    properties=[
        Property("arc_ends", _starts_and_ends),
        Property("arc_length", _keeps_the_length),
        Property("arc_halves", _half_of_the_half),
        Property("arc_own_angle", _own_angle),
        Property("arc_unit", _any_unit),
        Property("arc_mirror", _there_and_back),
    ],
    mistakes=[
        Mistake("straight", lambda a, b, f: (1 - f) * a + f * b),
        Mistake("straight_then_stretched", _straight_then_stretched),
        Mistake("roots", lambda a, b, f: (1 - f) ** 0.5 * a + f**0.5 * b),
        Mistake("swapped", lambda a, b, f: latents.slerp(b, a, f)),
        Mistake(
            "quarter_circle", lambda a, b, f: math.cos(f * math.pi / 2) * a + math.sin(f * math.pi / 2) * b
        ),
        Mistake("cosine_and_sine", _mixed(lambda f, w: ((f * w).cos(), (f * w).sin()))),
        Mistake(
            "over_the_cosine", _mixed(lambda f, w: (((1 - f) * w).sin() / w.cos(), (f * w).sin() / w.cos()))
        ),
        Mistake("not_divided", _mixed(lambda f, w: (((1 - f) * w).sin(), (f * w).sin()))),
        Mistake("cosine_for_angle", _arc(_cosine)),
        Mistake("degrees", _arc(lambda a, b: _cosine(a, b).acos().rad2deg())),
        Mistake("whole_batch", _arc(_whole_batch)),
        Mistake("angle_not_shaped", _arc(lambda a, b: _cosine(a, b).acos().flatten())),
        Mistake("over_the_channels", _arc(_over_the_channels)),
        Mistake("over_the_channels_unshaped", _arc(_over_the_channels_unshaped)),
        Mistake("every_pair", _arc(_every_pair)),
        Mistake("every_pair_divided", _arc(_every_pair_divided)),
        Mistake("dot_not_divided", _arc(_not_normalised)),
        Mistake("dot_clamped", _arc(_dot_clamped)),
        Mistake("length_lost", _length_lost),
    ],
)

EXERCISES = (DDIM_STEP, TIMES, ORDER, SLERP)  # in the chapter's order
