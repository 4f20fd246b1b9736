"""Chapter 08: the score from the noise, a Langevin move and what many make, the flow's drift, Heun's step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib import schedules, score
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)
_HIDDEN = schedules.linear(T=25, beta_1=0.01, beta_T=0.3)
_ONE_STEP = schedules.linear(T=1, beta_1=0.3, beta_T=0.3)


def _point(*values: float) -> Tensor:
    """One point, (1, D) in float64."""
    return torch.tensor([values], dtype=torch.float64)


# ---- score.from_eps


def _cloud(*times: int) -> tuple[object, ...]:
    return (draw(len(times), 2), torch.tensor(times), _SCHEDULE)


def _uphill(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Of one image x_0, q(x_t | x_0) is a Gaussian, whose log-density autograd can climb.
    t, x_0, eps = torch.tensor([1, 4, 10]), draw(3, 2).flip(1), draw(3, 2)
    alpha_bar_t = _SCHEDULE.alpha_bar[t][:, None]
    with torch.enable_grad():
        x_t = (alpha_bar_t**0.5 * x_0 + (1 - alpha_bar_t) ** 0.5 * eps).requires_grad_()
        log_density = -((x_t - alpha_bar_t**0.5 * x_0) ** 2 / (1 - alpha_bar_t)).sum() / 2
        (gradient,) = torch.autograd.grad(log_density, x_t)
    yield Comparison(call(eps, t, _SCHEDULE), gradient)


def _against_the_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    eps, t, schedule = _cloud(1, 5, 10)
    assert isinstance(eps, Tensor)
    yield Comparison(call(eps, t, schedule).sign(), -eps.sign())


def _in_proportion(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    eps, t, schedule = _cloud(2, 5, 9)
    assert isinstance(eps, Tensor)
    yield Comparison(call(3 * eps, t, schedule), 3 * call(eps, t, schedule))


def _own_timestep(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    eps, t, schedule = _cloud(2, 9)
    assert isinstance(eps, Tensor) and isinstance(t, Tensor)
    alone = [call(eps[i : i + 1], t[i : i + 1], schedule) for i in range(len(t))]
    yield Comparison(call(eps, t, schedule), torch.cat(alone))


def _score(factor: Callable[[Schedule, Tensor], Tensor], axes: tuple[int, ...] = (-1, 1)) -> Callable:
    """eps_hat times a factor made of (schedule, t), which is given the shape ``axes``."""

    def answer(eps_hat: Tensor, t: Tensor, schedule: Schedule) -> Tensor:
        return factor(schedule, t).view(*axes) * eps_hat

    return answer


FROM_EPS = Exercise(
    "score.from_eps",
    chapter=8,
    reference=score.from_eps,
    # One point; a batch of another size than the points' dimension; and B == D, where a flat table runs.
    probes=[(_point(0.6, -1.2), torch.tensor([3]), _SCHEDULE), _cloud(1, 5, 10), _cloud(2, 7)],
    hidden=[
        (draw(4, 3), torch.tensor([1, 25, 12, 3]), _HIDDEN),
        (draw(1, 5), torch.tensor([25]), _HIDDEN),
        (draw(2, 1), torch.tensor([1, 1]), _ONE_STEP),
    ],
    properties=[
        Property("score_against_noise", _against_the_noise),
        Property("score_uphill", _uphill),
        Property("score_proportion", _in_proportion),
        Property("score_own_timestep", _own_timestep),
    ],
    mistakes=[
        Mistake("no_minus", _score(lambda s, t: (1 - s.alpha_bar[t]) ** -0.5)),
        Mistake("no_minus_no_root", _score(lambda s, t: 1 / (1 - s.alpha_bar[t]))),
        Mistake("no_root", _score(lambda s, t: -1 / (1 - s.alpha_bar[t]))),
        Mistake("signal_for_noise", _score(lambda s, t: -(s.alpha_bar[t] ** -0.5))),
        Mistake("alpha_bar", _score(lambda s, t: -1 / s.alpha_bar[t])),
        Mistake("noise_of_one_step", _score(lambda s, t: -(s.beta[t] ** -0.5))),
        Mistake("off_by_one", _score(lambda s, t: -((1 - s.alpha_bar[t - 1]) ** -0.5))),
        Mistake("root_inside", _score(lambda s, t: -1 / (1 - s.alpha_bar[t] ** 0.5))),
        Mistake("multiplied", _score(lambda s, t: -((1 - s.alpha_bar[t]) ** 0.5))),
        Mistake("not_divided", _score(lambda s, t: -torch.ones(len(t)))),
        Mistake("over_the_coordinates", _score(lambda s, t: -((1 - s.alpha_bar[t]) ** -0.5), (-1,))),
        Mistake("shaped_for_images", _score(lambda s, t: -((1 - s.alpha_bar[t]) ** -0.5), (-1, 1, 1, 1))),
        Mistake("first_for_all", _score(lambda s, t: -((1 - s.alpha_bar[t[:1]]) ** -0.5))),
        Mistake(
            "own_noise", lambda eps_hat, t, schedule: score.from_eps(torch.randn_like(eps_hat), t, schedule)
        ),
    ],
)

# ---- score.langevin_move


def langevin_move(x: Tensor, score: Tensor, step: float, z: Tensor) -> Tensor:
    """One move uphill with fresh noise: x + step / 2 * score + sqrt(step) * z. Song & Ermon 2019, eq. 4."""
    return x + step / 2 * score + step**0.5 * z


def _particles(step: float) -> tuple[object, ...]:
    x, score, z = (draw(3, 2).roll(k, 0) + 0.1 * k for k in range(3))
    return (x, score, step, z)


_PARTICLE = (_point(0.5), _point(-1.2), 0.2, _point(0.7))
_STEPS = (0.05, 0.4, 1.0)


def _stays(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x, score, _, z = _particles(0.0)
    yield Comparison(call(x, score, 0.0, z), torch.as_tensor(x))


def _climbs(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for step in _STEPS:
        yield Comparison(call(_point(0.0), _point(1.0), step, _point(0.0)), _point(step / 2))


def _adds_variance(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for step in _STEPS:
        moved = call(_point(0.0), _point(0.0), step, _point(1.0))
        yield Comparison(moved**2, _point(step))


def _stationary(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # With the score of N(0, 1), -x, a move leaves the variance 1 / (1 - step / 4) as it is.
    for step in _STEPS:
        kept = call(_point(1.0), _point(-1.0), step, _point(0.0))
        added = call(_point(0.0), _point(0.0), step, _point(1.0))
        variance = 1 / (1 - step / 4)
        yield Comparison(kept**2 * variance + added**2, _point(variance))


def _own_noise_each(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x, score, step, z = _particles(0.3)
    assert isinstance(x, Tensor) and isinstance(score, Tensor) and isinstance(z, Tensor)
    alone = [call(x[i : i + 1], score[i : i + 1], step, z[i : i + 1]) for i in range(len(x))]
    yield Comparison(call(x, score, step, z), torch.cat(alone))


def _moved(
    climb: Callable[[float], float] = lambda step: step / 2,
    shake: Callable[[float], float] = lambda step: step**0.5,
    noise: Callable[[Tensor], Tensor] = lambda z: z,
) -> Callable:
    """A move with one of its parts another: the weight of the score, that of the noise, the noise itself."""

    def answer(x: Tensor, score: Tensor, step: float, z: Tensor) -> Tensor:
        return x + climb(step) * score + shake(step) * noise(z)

    return answer


LANGEVIN_MOVE = Exercise(
    "score.langevin_move",
    chapter=8,
    reference=langevin_move,
    probes=[_PARTICLE, _particles(0.05), _particles(0.8)],
    hidden=[
        (draw(4, 3), draw(4, 3).flip(0), 0.15, draw(4, 3).roll(1, -1)),
        (draw(1, 5), draw(1, 5).flip(-1) - 0.4, 1.7, draw(1, 5).roll(2, -1)),
    ],
    properties=[
        Property("langevin_stays", _stays),
        Property("langevin_climbs", _climbs),
        Property("langevin_variance", _adds_variance),
        Property("langevin_stationary", _stationary),
        Property("langevin_own_noise", _own_noise_each),
    ],
    mistakes=[
        Mistake("step_not_halved", _moved(climb=lambda step: step)),
        Mistake("mixed_conventions", _moved(shake=lambda step: (2 * step) ** 0.5)),
        Mistake("other_convention", _moved(lambda step: step, lambda step: (2 * step) ** 0.5)),
        Mistake("no_noise", _moved(shake=lambda step: 0.0)),
        Mistake("follows_the_noise", _moved(climb=lambda step: -step / 2)),
        Mistake("step_not_rooted", _moved(shake=lambda step: step)),
        Mistake("noise_halved_too", _moved(shake=lambda step: step / 2)),
        Mistake("noise_of_half_a_step", _moved(shake=lambda step: (step / 2) ** 0.5)),
        Mistake("root_at_the_score", _moved(climb=lambda step: step**0.5 / 2)),
        Mistake("step_forgotten", _moved(lambda step: 1.0, lambda step: 1.0)),
        Mistake("unit_noise", _moved(shake=lambda step: 1.0)),
        Mistake("only_the_move", lambda x, score, step, z: langevin_move(0 * x, score, step, z)),
        Mistake(
            "x_shrunk", lambda x, score, step, z: (1 - step) ** 0.5 * x + step / 2 * score + step**0.5 * z
        ),
        Mistake("one_noise_for_all", _moved(noise=lambda z: z[:1])),
        Mistake("own_noise", _moved(noise=torch.randn_like)),
        Mistake("uniform_noise", _moved(noise=torch.rand_like)),
    ],
)

# ---- score.predict_langevin


def predict_langevin() -> list[int]:
    """Four numbers of walks on N(0, 3^2) by moves with half the step at the score.

    The step from which on a walk no longer settles; and for the step 9, the variance that stays, the mean
    after two moves from 8, and the variance that stays when the shake is taken from the other form.
    """
    v, step = 3**2, 9
    left = 1 - step / (2 * v)  # of a point's distance from the middle, after one move
    edge = 4 * v  # there it would be -1
    variance = step / (1 - left**2)
    mean = 8 * left**2
    mixed = 2 * step / (1 - left**2)
    return [round(number) for number in (edge, variance, mean, mixed)]


def _foreseen(**slips: int) -> Callable[[], list[int]]:
    """A prediction that is right but for the entries named."""

    def answer() -> list[int]:
        right = dict(zip(("edge", "variance", "mean", "mixed"), predict_langevin(), strict=True))
        return list((right | slips).values())

    return answer


def _number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def _throws_across(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    edge, _, _, _ = call()
    yield Comparison(1 - edge / 18, _number(-1.0))


def _stays_as_it_is(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, variance, _, _ = call()
    yield Comparison((1 - 9 / 18) ** 2 * variance + 9, variance)


def _same_share_twice(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, _, mean, _ = call()
    yield Comparison(mean / 8, _number((1 - 9 / 18) ** 2))


def _twice_the_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, variance, _, mixed = call()
    yield Comparison(mixed, 2 * variance)


PREDICT_LANGEVIN = Exercise(
    "score.predict_langevin",
    chapter=8,
    kind="predict",
    lists=True,
    reference=predict_langevin,
    probes=[()],
    properties=[
        Property("foresee_edge", _throws_across),
        Property("foresee_variance", _stays_as_it_is),
        Property("foresee_mean", _same_share_twice),
        Property("foresee_mixed", _twice_the_noise),
    ],
    mistakes=[
        Mistake("other_form", _foreseen(edge=18, variance=18, mean=0)),
        Mistake("other_form_edge", _foreseen(edge=18)),
        Mistake("narrow_hill", _foreseen(edge=4)),
        Mistake("std_of_the_hill", _foreseen(edge=12)),
        Mistake("too_careful", _foreseen(edge=9)),
        Mistake("no_bias", _foreseen(variance=9)),
        Mistake("other_form_variance", _foreseen(variance=18)),
        Mistake("bias_downwards", _foreseen(variance=7)),
        Mistake("bias_added", _foreseen(variance=10)),
        Mistake("standard_deviation", _foreseen(variance=3)),
        Mistake("one_move", _foreseen(mean=4)),
        Mistake("at_once", _foreseen(mean=0)),
        Mistake("stays_there", _foreseen(mean=8)),
        Mistake("narrow_score", _foreseen(mean=98)),
        Mistake("mixed_small_step", _foreseen(mixed=18)),
        Mistake("mixed_unnoticed", _foreseen(mixed=12)),
        Mistake("mixed_other_way", _foreseen(mixed=9)),
        Mistake("mixed_squared", _foreseen(mixed=48)),
    ],
)

# ---- score.flow_drift


def flow_drift(x: Tensor, eps_hat: Tensor, alpha_bar: float, beta: float) -> Tensor:
    """dx/dt of the probability-flow ODE, -beta / 2 * (x + score). Song et al. 2021, eq. 13."""
    score = -eps_hat / (1 - alpha_bar) ** 0.5
    return -beta / 2 * (x + score)


def _states(alpha_bar: float, beta: float) -> tuple[object, ...]:
    return (draw(3, 2), draw(3, 2).flip(0) + 0.3, alpha_bar, beta)


_FLOWS = ((0.9, 0.1), (0.5, 0.02), (0.1, 0.3))


def _white_stands(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x = draw(3, 2)
    for alpha_bar, beta in _FLOWS:
        yield Comparison(call(x, (1 - alpha_bar) ** 0.5 * x, alpha_bar, beta), torch.zeros(3, 2))


def _breathes(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Of data N(0, v) the flow stretches every x as the standard deviation grows: d log std / dt.
    x = draw(3, 2)
    for v in (0.1, 4.0):
        for alpha_bar, beta in _FLOWS:
            variance = alpha_bar * v + 1 - alpha_bar
            growth = -beta * alpha_bar * (v - 1) / (2 * variance)
            eps_hat = (1 - alpha_bar) ** 0.5 / variance * x
            yield Comparison(call(x, eps_hat, alpha_bar, beta), growth * x)


def _follows_the_mixture(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # One x_0 with its true noise: the derivative of sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) eps.
    x_0, eps = draw(3, 2), draw(3, 2).flip(1)
    for alpha_bar, beta in _FLOWS:
        signal, noise = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
        want = -beta / 2 * signal * x_0 + beta * alpha_bar / (2 * noise) * eps
        yield Comparison(call(signal * x_0 + noise * eps, eps, alpha_bar, beta), want)


def _twice_the_rate(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x, eps_hat, alpha_bar, beta = _states(0.5, 0.2)
    yield Comparison(call(x, eps_hat, alpha_bar, 0.4), 2 * call(x, eps_hat, alpha_bar, beta))


def _drift(make: Callable[[Tensor, Tensor, float, float], Tensor]) -> Callable:
    """An answer made of (x, score, beta, the noise's standard deviation)."""

    def answer(x: Tensor, eps_hat: Tensor, alpha_bar: float, beta: float) -> Tensor:
        noise = (1 - alpha_bar) ** 0.5
        return make(x, -eps_hat / noise, beta, noise)

    return answer


def _score_of(score: Callable[[Tensor, float], Tensor]) -> Callable:
    """An answer whose score is made of (eps_hat, alpha_bar)."""

    def answer(x: Tensor, eps_hat: Tensor, alpha_bar: float, beta: float) -> Tensor:
        return -beta / 2 * (x + score(eps_hat, alpha_bar))

    return answer


FLOW_DRIFT = Exercise(
    "score.flow_drift",
    chapter=8,
    reference=flow_drift,
    probes=[(_point(0.5), _point(-1.2), 0.36, 0.1), _states(0.9, 0.05), _states(0.1, 0.3)],
    hidden=[
        (draw(4, 3), draw(4, 3).flip(0) - 0.2, 0.7, 0.15),
        (draw(1, 5), draw(1, 5).flip(-1) + 0.6, 0.02, 0.6),
        (draw(2, 1), draw(2, 1).flip(0), 0.999, 0.001),
    ],
    properties=[
        Property("flow_white", _white_stands),
        Property("flow_gaussian", _breathes),
        Property("flow_mixture", _follows_the_mixture),
        Property("flow_rate", _twice_the_rate),
    ],
    mistakes=[
        Mistake("drift_of_the_sde", _drift(lambda x, s, beta, noise: -beta / 2 * x - beta * s)),
        Mistake("no_score", _drift(lambda x, s, beta, noise: -beta / 2 * x)),
        Mistake("only_the_score", _drift(lambda x, s, beta, noise: -beta / 2 * s)),
        Mistake("score_sign", _drift(lambda x, s, beta, noise: -beta / 2 * (x - s))),
        Mistake("not_halved", _drift(lambda x, s, beta, noise: -beta * (x + s))),
        Mistake("x_not_halved", _drift(lambda x, s, beta, noise: -beta * x - beta / 2 * s)),
        Mistake("backwards", _drift(lambda x, s, beta, noise: beta / 2 * (x + s))),
        Mistake("beta_rooted", _drift(lambda x, s, beta, noise: -beta / 2 * x - beta**0.5 / 2 * s)),
        Mistake("beta_squared", _drift(lambda x, s, beta, noise: -beta / 2 * x - beta**2 / 2 * s)),
        Mistake("eps_for_score", _score_of(lambda eps_hat, alpha_bar: eps_hat)),
        Mistake("eps_not_divided", _score_of(lambda eps_hat, alpha_bar: -eps_hat)),
        Mistake("noise_not_rooted", _score_of(lambda eps_hat, alpha_bar: -eps_hat / (1 - alpha_bar))),
        Mistake("signal_for_noise", _score_of(lambda eps_hat, alpha_bar: -eps_hat / alpha_bar**0.5)),
        Mistake("root_inside", _score_of(lambda eps_hat, alpha_bar: -eps_hat / (1 - alpha_bar**0.5))),
        Mistake(
            "noise_of_one_step",
            lambda x, eps_hat, alpha_bar, beta: -beta / 2 * (x - eps_hat / beta**0.5),
        ),
    ],
)

# ---- ode.heun

Field = Callable[[Tensor, float], Tensor]


def heun(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
    """One step of Heun's method for dx/dt = f(x, t): the mean of the slopes at both ends."""
    h = t_next - t
    slope = f(x, t)
    ahead = f(x + h * slope, t_next)
    return x + h / 2 * (slope + ahead)


@dataclass(frozen=True)
class _Field:
    """A slope that shows what it was given: a x t + b x + c t + d + e t^2."""

    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 0.0

    def __call__(self, x: Tensor, t: float) -> Tensor:
        return self.a * x * t + self.b * x + self.c * t + self.d + self.e * t**2

    def __repr__(self) -> str:
        letters = (("x * t", self.a), ("x", self.b), ("t", self.c), ("t ** 2", self.e))
        parts = [f"{number:g} * {letter}" for letter, number in letters if number]
        return " + ".join([*parts, *([f"{self.d:g}"] if self.d or not parts else [])])


_WAYS = ((1.0, 3.0), (2.0, 0.5))  # up and down


def _straight(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t, t_next in _WAYS:
        yield Comparison(call(_Field(d=0.5), _point(1.0), t, t_next), _point(1 + 0.5 * (t_next - t)))


def _slope_of_time(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t, t_next in _WAYS:
        want = 1 + (t_next**2 - t**2) / 2
        yield Comparison(call(_Field(c=1.0), _point(1.0), t, t_next), _point(want))


def _second_order(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t, t_next in _WAYS:
        h = -0.3 * (t_next - t)
        want = 2 * (1 + h + h**2 / 2)
        yield Comparison(call(_Field(b=-0.3), _point(2.0), t, t_next), _point(want))


def _sum_of_slopes(
    ahead: Callable[[Field, Tensor, Tensor, float, float], Tensor],
    weights: tuple[float, float] = (0.5, 0.5),
) -> Callable:
    """A step whose second slope is made of (f, x, first slope, t, t_next)."""

    def answer(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
        h, slope = t_next - t, f(x, t)
        return x + h * (weights[0] * slope + weights[1] * ahead(f, x, slope, t, t_next))

    return answer


def _right_slope(f: Field, x: Tensor, slope: Tensor, t: float, t_next: float) -> Tensor:
    return f(x + (t_next - t) * slope, t_next)


def _euler_twice(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
    half = (t_next - t) / 2
    x = x + half * f(x, t)
    return x + half * f(x, t + half)


def _mean_of_times(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
    return x + (t_next - t) * f(x, (t + t_next) / 2)


def _from_the_trial(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
    trial = x + (t_next - t) * f(x, t)
    return trial + (t_next - t) / 2 * (f(x, t) + f(trial, t_next))


def _wrong_way(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
    h, slope = t - t_next, f(x, t)
    return x + h / 2 * (slope + f(x + h * slope, t_next))


def _step_forgotten(f: Field, x: Tensor, t: float, t_next: float) -> Tensor:
    first = f(x, t)
    return x + (first + f(x + (t_next - t) * first, t_next)) / 2


HEUN = Exercise(
    "ode.heun",
    chapter=8,
    reference=heun,
    probes=[
        (_Field(0.5, -0.2, e=0.1), _point(0.5), 1.0, 1.5),
        (_Field(0.5, -0.2, e=0.1), _point(0.5), 2.0, 1.0),
        (_Field(0.2, 0.4, -0.3, 0.1, 0.1), draw(3, 2), 3.0, 2.5),
    ],
    hidden=[
        (_Field(-0.4, 0.3, 0.2, -0.1, 0.05), draw(2, 5), 0.0, 0.7),
        (_Field(0.1, -0.6, 0.4, 0.3, -0.2), draw(1, 1), 4.0, 2.2),
        (_Field(0.3, 0.2, e=-0.4), draw(4, 3), 0.9, 0.0),
    ],
    properties=[
        Property("heun_straight", _straight),
        Property("heun_time", _slope_of_time),
        Property("heun_order", _second_order),
    ],
    mistakes=[
        Mistake("euler", lambda f, x, t, t_next: x + (t_next - t) * f(x, t)),
        Mistake("euler_twice", _euler_twice),
        Mistake(
            "midpoint",
            _sum_of_slopes(lambda f, x, slope, t, u: f(x + (u - t) / 2 * slope, (t + u) / 2), (0.0, 1.0)),
        ),
        Mistake("mean_of_times", _mean_of_times),
        Mistake("mean_of_points", lambda f, x, t, t_next: x + (t_next - t) / 2 * f(x, t)),
        Mistake("second_slope_at_old_x", _sum_of_slopes(lambda f, x, slope, t, u: f(x, u))),
        Mistake("second_slope_at_old_t", _sum_of_slopes(lambda f, x, slope, t, u: f(x + (u - t) * slope, t))),
        Mistake("trial_half_way", _sum_of_slopes(lambda f, x, slope, t, u: f(x + (u - t) / 2 * slope, u))),
        Mistake("trial_without_step", _sum_of_slopes(lambda f, x, slope, t, u: f(x + slope, u))),
        Mistake("only_the_second_slope", _sum_of_slopes(_right_slope, (0.0, 1.0))),
        Mistake("slopes_added", _sum_of_slopes(_right_slope, (1.0, 1.0))),
        Mistake("slopes_subtracted", _sum_of_slopes(_right_slope, (0.5, -0.5))),
        Mistake("from_the_trial", _from_the_trial),
        Mistake("step_forgotten", _step_forgotten),
        Mistake("wrong_way", _wrong_way),
    ],
)

EXERCISES = (FROM_EPS, LANGEVIN_MOVE, PREDICT_LANGEVIN, FLOW_DRIFT, HEUN)  # in the chapter's order
