"""Chapter 06: one ancestral step, the mean of a clipped guess, a step to mend, the walk of Algorithm 2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib import forward, samplers, schedules
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw, pixel
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)
_SHORT = schedules.linear(T=4, beta_1=0.1, beta_T=0.4)  # few enough steps to follow a walk by hand
_HIDDEN = schedules.linear(T=25, beta_1=0.01, beta_T=0.3)
_ONE_STEP = schedules.linear(T=1, beta_1=0.3, beta_T=0.3)


# ---- samplers.ddpm_step


def ddpm_step(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    """The library's ancestral step with sigma_t^2 = beta_t."""
    return samplers.ddpm_step(x_t, t, eps_hat, z, schedule)


def _at(t: int, x_t: float, eps_hat: float, z: float) -> tuple[object, ...]:
    return (pixel(x_t), t, pixel(eps_hat), pixel(z), _SCHEDULE)


def _images(t: int, *shape: int, schedule: Schedule = _SCHEDULE) -> tuple[object, ...]:
    x_t, eps_hat, z = (draw(*shape).roll(k, -1) for k in range(3))
    return (x_t, t, eps_hat, z, schedule)


def _no_noise_at_the_end(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(*_at(1, 0.5, -1.2, 0.7)), call(*_at(1, 0.5, -1.2, 0.0)))


def _ends_in_the_image(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, eps = draw(3, 1, 2, 2), draw(3, 1, 2, 2).flip(-1)
    x_1 = forward.q_sample(x_0, 1, eps, _SCHEDULE)
    yield Comparison(call(x_1, 1, eps, torch.zeros_like(eps), _SCHEDULE), x_0)


def _noise_of_size_sigma(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (2, 6, 10):
        one, none = call(*_at(t, 0.5, -1.2, 1.0)), call(*_at(t, 0.5, -1.2, 0.0))
        yield Comparison(one - none, pixel(float(_SCHEDULE.beta[t]) ** 0.5))


def _mean_of_the_posterior(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (2, 6, 10):
        x_0, eps = draw(3, 1, 2, 2), draw(3, 1, 2, 2).flip(-1)
        x_t = forward.q_sample(x_0, t, eps, _SCHEDULE)
        mean, _ = forward.posterior(x_0, x_t, t, _SCHEDULE)
        yield Comparison(call(x_t, t, eps, torch.zeros_like(eps), _SCHEDULE), mean)


def _keeps_pure_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # For N(0, 1) data the best eps_hat is sqrt(1 - alpha_bar_t) x_t, and then beta_t is exactly right.
    for t in (2, 6, 10):
        eps_hat = float(1 - _SCHEDULE.alpha_bar[t]) ** 0.5
        kept, added = call(*_at(t, 1.0, eps_hat, 0.0)), call(*_at(t, 0.0, 0.0, 1.0))
        yield Comparison(kept**2 + added**2, pixel(1.0))


def _right_mean(s: Schedule, t: int, x: Tensor, e: Tensor) -> Tensor:
    return (x - s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * e) / s.alpha[t] ** 0.5


def _sigma(s: Schedule, t: int) -> Tensor | float:
    return s.beta[t] ** 0.5 if t > 1 else 0.0


def _mean(make: Callable[[Schedule, int, Tensor, Tensor], Tensor]) -> Callable:
    """The right noise around a mean that is made of (schedule, t, x_t, eps_hat)."""
    return lambda x_t, t, eps_hat, z, schedule: make(schedule, t, x_t, eps_hat) + _sigma(schedule, t) * z


def _noise(make: Callable[[Schedule, int], Tensor | float]) -> Callable:
    """The right mean with noise of the size that is made of (schedule, t); none at t = 1."""

    def answer(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
        mean = _right_mean(schedule, t, x_t, eps_hat)
        return mean + make(schedule, t) * z if t > 1 else mean

    return answer


def _noise_at_the_end(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    return _right_mean(schedule, t, x_t, eps_hat) + schedule.beta[t] ** 0.5 * z


def _all_one_too_early(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    return _right_mean(schedule, t - 1, x_t, eps_hat) + _sigma(schedule, t - 1) * z


def _noise_in_the_bracket(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    mean = _right_mean(schedule, t, x_t, eps_hat)
    return mean + _sigma(schedule, t) * z / schedule.alpha[t] ** 0.5


def _eps_for_z(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    return ddpm_step(x_t, t, eps_hat, eps_hat, schedule)


def _own_noise(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    return ddpm_step(x_t, t, eps_hat, torch.randn_like(x_t), schedule)


DDPM_STEP = Exercise(
    "samplers.ddpm_step",
    chapter=6,
    reference=ddpm_step,
    shown=samplers.ddpm_step,
    probes=[_at(3, 0.5, -1.2, 0.7), _at(1, 0.5, -1.2, 0.7), _images(10, 3, 1, 4, 5), _images(2, 3, 1, 4, 3)],
    hidden=[
        _images(25, 2, 3, 3, 5, schedule=_HIDDEN),
        _images(1, 1, 1, 5, 3, schedule=_HIDDEN),
        _images(14, 4, 1, 2, 7, schedule=_HIDDEN),
        _images(1, 2, 1, 3, 3, schedule=_ONE_STEP),
    ],
    properties=[
        Property("ddpm_end", _no_noise_at_the_end),
        Property("ddpm_image", _ends_in_the_image),
        Property("ddpm_sigma", _noise_of_size_sigma),
        Property("ddpm_posterior", _mean_of_the_posterior),
        Property("ddpm_variance", _keeps_pure_noise),
    ],
    mistakes=[
        Mistake(
            "printed_root",
            _mean(
                lambda s, t, x, e: (x - s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * e) / s.alpha_bar[t] ** 0.5
            ),
        ),
        Mistake("all_noise_taken_off", _mean(lambda s, t, x, e: x - e)),
        Mistake("step_noise_taken_off", _mean(lambda s, t, x, e: x - s.beta[t] ** 0.5 * e)),
        Mistake(
            "plus",
            _mean(lambda s, t, x, e: (x + s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * e) / s.alpha[t] ** 0.5),
        ),
        Mistake("not_divided", _mean(lambda s, t, x, e: x - s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * e)),
        Mistake(
            "only_x_t_divided",
            _mean(lambda s, t, x, e: x / s.alpha[t] ** 0.5 - s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * e),
        ),
        Mistake(
            "alpha_not_rooted",
            _mean(lambda s, t, x, e: (x - s.beta[t] / (1 - s.alpha_bar[t]) ** 0.5 * e) / s.alpha[t]),
        ),
        Mistake(
            "noise_share_not_rooted",
            _mean(lambda s, t, x, e: (x - s.beta[t] / (1 - s.alpha_bar[t]) * e) / s.alpha[t] ** 0.5),
        ),
        Mistake(
            "noise_of_one_step",
            _mean(lambda s, t, x, e: (x - s.beta[t] / (1 - s.alpha[t]) ** 0.5 * e) / s.alpha[t] ** 0.5),
        ),
        Mistake(
            "share_of_the_jump",
            _mean(lambda s, t, x, e: (x - (1 - s.alpha_bar[t]) ** 0.5 * e) / s.alpha[t] ** 0.5),
        ),
        Mistake("noise_at_the_end", _noise_at_the_end),
        Mistake("no_noise", _noise(lambda s, t: 0.0)),
        Mistake("unit_noise", _noise(lambda s, t: 1.0)),
        Mistake("variance_for_std", _noise(lambda s, t: s.beta[t])),
        Mistake(
            "variance_added",
            lambda x_t, t, eps_hat, z, schedule: (
                _right_mean(schedule, t, x_t, eps_hat) + (schedule.beta[t] + z if t > 1 else 0.0)
            ),
        ),
        Mistake("sigma_of_the_step_before", _noise(lambda s, t: s.beta[t - 1] ** 0.5)),
        Mistake("beta_tilde", _noise(lambda s, t: s.beta_tilde[t] ** 0.5)),
        Mistake(
            "beta_tilde_upside_down",
            _noise(lambda s, t: (s.beta[t] * (1 - s.alpha_bar[t]) / (1 - s.alpha_bar[t - 1])) ** 0.5),
        ),
        Mistake("all_one_too_early", _all_one_too_early),
        Mistake("noise_in_the_bracket", _noise_in_the_bracket),
        Mistake("eps_for_z", _eps_for_z),
        Mistake("own_noise", _own_noise),
    ],
)

# ---- samplers.ddpm_mean


def ddpm_mean(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    """The mean of x_{t-1}, made of a guess of x_0 that is kept among the pixels there are.

    x_0_hat = clip( (x_t - sqrt(1 - alpha_bar_t) eps_hat) / sqrt(alpha_bar_t), -1, 1 );  then mu_tilde.

    Source: Ho et al. 2020, eqs. 7 and 15.
    """
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(-1, 1)
    mean, _ = forward.posterior(x_0_hat, x_t, t, schedule)
    return mean


def _guess(t: int, x_0: float, eps: float) -> tuple[object, ...]:
    """A pixel whose x_0_hat is ``x_0`` before any clipping."""
    return (forward.q_sample(pixel(x_0), t, pixel(eps), _SCHEDULE), t, pixel(eps), _SCHEDULE)


def _guesses(
    t: int, shape: tuple[int, ...] = (3, 1, 4, 5), schedule: Schedule = _SCHEDULE
) -> tuple[object, ...]:
    x_0, eps = 1.5 * draw(*shape), 1.5 * draw(*shape).flip(0).roll(1, -1)
    return (forward.q_sample(x_0, t, eps, schedule), t, eps, schedule)


def _algorithm_2_inside(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (1, 4, 10):
        arguments = _guess(t, 0.6, -1.7)
        x_t, _, eps, _ = arguments
        assert isinstance(x_t, Tensor) and isinstance(eps, Tensor)
        yield Comparison(call(*arguments), samplers.ddpm_step(x_t, t, eps, 0 * eps, _SCHEDULE))


def _first_step_guess(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for x_0 in (-0.4, 1.8, -2.5):
        yield Comparison(call(*_guess(1, x_0, 0.3)), pixel(max(-1.0, min(1.0, x_0))))


def _beyond_white(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # The same x_t, named with more and more noise taken off: beyond white nothing changes any more.
    for t in (4, 10):
        x_t = pixel(0.3)
        mean, _ = forward.posterior(pixel(1.0), x_t, t, _SCHEDULE)
        for eps in (-4.0, -9.0):
            yield Comparison(call(x_t, t, pixel(eps), _SCHEDULE), mean)


def _black_as_white(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (4, 10):
        x_t, _, eps, schedule = _guesses(t)
        assert isinstance(x_t, Tensor) and isinstance(eps, Tensor)
        yield Comparison(call(-x_t, t, -eps, schedule), -call(x_t, t, eps, schedule))


def _pixel_by_pixel(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_t, t, eps, schedule = _guesses(10)
    assert isinstance(x_t, Tensor) and isinstance(eps, Tensor)
    one = (slice(0, 1), slice(None), slice(0, 1), slice(0, 1))
    yield Comparison(call(x_t, t, eps, schedule)[one], call(x_t[one], t, eps[one], schedule))


def _weights(s: Schedule, t: int) -> tuple[Tensor, Tensor]:
    """What multiplies x_0 and x_t in mu_tilde."""
    gone, gone_before = 1 - s.alpha_bar[t], 1 - s.alpha_bar[t - 1]
    return s.alpha_bar[t - 1] ** 0.5 * s.beta[t] / gone, s.alpha[t] ** 0.5 * gone_before / gone


def _of_guess(make: Callable[[Schedule, int, Tensor, Tensor], Tensor]) -> Callable:
    """A mean made of (schedule, t, x_0_hat, x_t), with x_0_hat clipped."""

    def answer(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
        return make(schedule, t, forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(-1, 1), x_t)

    return answer


def _clipped(clip: Callable[[Tensor], Tensor]) -> Callable:
    """mu_tilde of an x_0_hat to which ``clip`` has been done."""

    def answer(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
        return forward.posterior(clip(forward.predict_x_0(x_t, t, eps_hat, schedule)), x_t, t, schedule)[0]

    return answer


def _eps_clipped(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    return _clipped(lambda x_0_hat: x_0_hat)(x_t, t, eps_hat.clamp(-1, 1), schedule)


def _mean_clipped(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    return _clipped(lambda x_0_hat: x_0_hat)(x_t, t, eps_hat, schedule).clamp(-1, 1)


def _clipped_too_early(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    alpha_bar_t = schedule.alpha_bar[t]
    faded = x_t - (1 - alpha_bar_t) ** 0.5 * eps_hat
    return forward.posterior(faded.clamp(-1, 1) / alpha_bar_t**0.5, x_t, t, schedule)[0]


def _also_the_mean(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    return ddpm_mean(x_t, t, eps_hat, schedule).clamp(-1, 1)


def _one_step_back(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    x_0_hat = (x_t - schedule.beta[t] ** 0.5 * eps_hat) / schedule.alpha[t] ** 0.5
    return forward.posterior(x_0_hat.clamp(-1, 1), x_t, t, schedule)[0]


def _back_along_eps(x_t: Tensor, t: int, eps_hat: Tensor, schedule: Schedule) -> Tensor:
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(-1, 1)
    alpha_bar = schedule.alpha_bar[t - 1]
    return alpha_bar**0.5 * x_0_hat + (1 - alpha_bar) ** 0.5 * eps_hat


DDPM_MEAN = Exercise(
    "samplers.ddpm_mean",
    chapter=6,
    reference=ddpm_mean,
    probes=[
        _guess(4, 1.7, 0.3),
        _guess(4, 0.6, -1.7),
        _guess(4, -3.0, 0.9),
        _guess(10, 2.4, 1.6),
        _guess(1, -1.4, 0.5),
        _guesses(10),
        _guesses(2),
    ],
    hidden=[
        _guesses(25, (2, 3, 3, 5), _HIDDEN),
        _guesses(13, (1, 1, 5, 7), _HIDDEN),
        _guesses(1, (1, 1, 5, 3), _HIDDEN),
        _guesses(1, (4, 1, 3, 3), _ONE_STEP),
    ],
    properties=[
        Property("mean_inside", _algorithm_2_inside),
        Property("mean_first", _first_step_guess),
        Property("mean_white", _beyond_white),
        Property("mean_mirror", _black_as_white),
        Property("mean_pixel", _pixel_by_pixel),
    ],
    mistakes=[
        Mistake("not_clipped", _clipped(lambda x_0_hat: x_0_hat)),
        Mistake("eps_clipped", _eps_clipped),
        Mistake("mean_clipped", _mean_clipped),
        Mistake("clipped_too_early", _clipped_too_early),
        Mistake("also_the_mean", _also_the_mean),
        Mistake("clipped_to_0", _clipped(lambda x_0_hat: x_0_hat.clamp(0, 1))),
        Mistake("squashed", _clipped(torch.tanh)),
        Mistake(
            "divided_by_the_largest", _clipped(lambda x_0_hat: x_0_hat / x_0_hat.abs().max().clamp(min=1))
        ),
        Mistake("only_the_guess", _of_guess(lambda s, t, x_0, x: x_0)),
        Mistake("swapped", _of_guess(lambda s, t, x_0, x: _weights(s, t)[1] * x_0 + _weights(s, t)[0] * x)),
        Mistake(
            "no_roots",
            _of_guess(
                lambda s, t, x_0, x: (
                    (s.alpha_bar[t - 1] * s.beta[t] * x_0 + s.alpha[t] * (1 - s.alpha_bar[t - 1]) * x)
                    / (1 - s.alpha_bar[t])
                )
            ),
        ),
        Mistake(
            "not_divided",
            _of_guess(
                lambda s, t, x_0, x: (_weights(s, t)[0] * x_0 + _weights(s, t)[1] * x) * (1 - s.alpha_bar[t])
            ),
        ),
        Mistake(
            "signal_of_t",
            _of_guess(
                lambda s, t, x_0, x: s.alpha[t] ** 0.5 * _weights(s, t)[0] * x_0 + _weights(s, t)[1] * x
            ),
        ),
        Mistake("one_step_back", _one_step_back),
        Mistake("back_along_eps", _back_along_eps),
    ],
)

# ---- samplers.clipped_step


def clipped_step(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    """A draw from q(x_{t-1} | x_t, x_0_hat), the guess clipped: Ho et al. 2020, eqs. 6 and 7."""
    alpha_t, beta_t = float(schedule.alpha[t]), float(schedule.beta[t])
    bar_t, bar_prev = float(schedule.alpha_bar[t]), float(schedule.alpha_bar[t - 1])
    x_0_hat = ((x_t - (1 - bar_t) ** 0.5 * eps_hat) / bar_t**0.5).clamp(-1, 1)
    mean = (bar_prev**0.5 * beta_t * x_0_hat + alpha_t**0.5 * (1 - bar_prev) * x_t) / (1 - bar_t)
    beta_tilde_t = beta_t * (1 - bar_prev) / (1 - bar_t)
    return mean + beta_tilde_t**0.5 * z


def _step_given(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    """What the stub holds: beta_tilde has lost its bars, and its root is missing."""
    alpha_prev = float(schedule.alpha[t - 1])
    beta_tilde_t = float(schedule.beta[t]) * (1 - alpha_prev) / float(schedule.beta[t])
    return ddpm_mean(x_t, t, eps_hat, schedule) + beta_tilde_t * z


def _steps(t: int, width: int, schedule: Schedule = _SCHEDULE) -> tuple[Any, ...]:
    x_t, eps_hat, z = (1.5 * draw(3, 1, 4, width).roll(k, -1) for k in range(3))
    return (x_t, t, eps_hat, z, schedule)


def _no_chance_at_the_end(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_1, _, eps, _, schedule = _steps(1, 5)
    for z in (0 * eps, 0 * eps + 1):
        yield Comparison(call(x_1, 1, eps, z, schedule), ddpm_mean(x_1, 1, eps, schedule))


def _mean_without_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (2, 10):
        x_t, _, eps, z, schedule = _steps(t, 5)
        yield Comparison(call(x_t, t, eps, 0 * z, schedule), ddpm_mean(x_t, t, eps, schedule))


def _keeps_one_image(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # The data are one grey pixel: what is left of x_t's noise and what is added make 1 - alpha_bar_{t-1}.
    for t in (2, 6, 10):
        gone, gone_before = (1 - float(_SCHEDULE.alpha_bar[s]) for s in (t, t - 1))
        kept, added = call(*_at(t, gone**0.5, 1.0, 0.0)), call(*_at(t, 0.0, 0.0, 1.0))
        yield Comparison(kept**2 + added**2, pixel(gone_before))


def _beta_tilde_alone(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (2, 6, 10):
        one, none = call(*_at(t, 0.5, -1.2, 1.0)), call(*_at(t, 0.5, -1.2, 0.0))
        yield Comparison((one - none) ** 2, pixel(float(_SCHEDULE.beta_tilde[t])))


def _mended(sigma: Callable[[Schedule, int], Tensor | float]) -> Callable:
    """The right mean of the clipped guess, with noise of the size made of (schedule, t)."""
    return lambda x_t, t, eps_hat, z, schedule: ddpm_mean(x_t, t, eps_hat, schedule) + sigma(schedule, t) * z


def _gone(s: Schedule, t: int) -> float:
    return 1 - float(s.alpha_bar[t])


def _upside_down(s: Schedule, t: int) -> float:
    # In plain numbers, as in the stub: at t = 1 it divides by 0 and stops.
    return (float(s.beta[t]) * _gone(s, t) / _gone(s, t - 1)) ** 0.5


def _noise_clipped_too(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    return clipped_step(x_t, t, eps_hat, z, schedule).clamp(-1, 1)


def _clip_lost(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    mean = _clipped(lambda x_0_hat: x_0_hat)(x_t, t, eps_hat, schedule)
    return mean + schedule.beta_tilde[t] ** 0.5 * z


CLIPPED_STEP = Exercise(
    "samplers.clipped_step",
    chapter=6,
    kind="debug",
    reference=clipped_step,
    given=_step_given,
    probes=[_at(3, 0.5, -1.2, 0.7), _at(1, 0.5, -1.2, 0.7), _steps(10, width=5), _steps(2, width=3)],
    hidden=[
        _steps(7, width=3),
        _steps(1, width=2),
        _steps(4, width=4, schedule=_SHORT),
        _at(10, -1.1, 0.8, -2.3),
    ],
    properties=[
        Property("clipped_end", _no_chance_at_the_end),
        Property("clipped_mean", _mean_without_noise),
        Property("clipped_sigma", _beta_tilde_alone),
        Property("clipped_one", _keeps_one_image),
    ],
    mistakes=[
        Mistake("bars_still_lost", _mended(lambda s, t: s.beta[t - 1] ** 0.5)),
        Mistake("root_still_missing", _mended(lambda s, t: s.beta_tilde[t])),
        Mistake("bars_upside_down", _mended(_upside_down)),
        Mistake(
            "one_bar_only", _mended(lambda s, t: (s.beta[t] * (1 - s.alpha[t - 1]) / _gone(s, t)) ** 0.5)
        ),
        Mistake("other_bar_only", _mended(lambda s, t: _gone(s, t - 1) ** 0.5)),
        Mistake("beta", _mended(lambda s, t: s.beta[t] ** 0.5)),
        Mistake("beta_but_at_the_end", _mended(lambda s, t: s.beta[t] ** 0.5 if t > 1 else 0.0)),
        Mistake("fraction_rooted", _mended(lambda s, t: s.beta[t] * (_gone(s, t - 1) / _gone(s, t)) ** 0.5)),
        Mistake("squared", _mended(lambda s, t: s.beta_tilde[t] ** 2)),
        Mistake("no_noise", _mended(lambda s, t: 0.0)),
        Mistake("noise_clipped_too", _noise_clipped_too),
        Mistake("clip_lost", _clip_lost),
    ],
)

# ---- samplers.ancestral


def ancestral(
    model: Callable[[Tensor, Tensor], Tensor], x_T: Tensor, z: Tensor, schedule: Schedule
) -> Tensor:
    """From x_T to x_0, with the noise ``z[t]`` at step t: Ho et al. 2020, Algorithm 2."""
    x_t = x_T
    with torch.no_grad():
        for t in range(schedule.T, 0, -1):
            eps_hat = model(x_t, torch.full((len(x_t),), t))
            x_t = samplers.ddpm_step(x_t, t, eps_hat, z[t], schedule)
    return x_t


class _Toy(nn.Module):
    """A model whose answer shows what it was given: a x_t + b t.

    Its one weight is 1, and changes nothing but that a graph could be kept. Not told one timestep for each
    image, it answers infinity, of another sign for a number than for a tensor: a network would stop there,
    with an error of its own.
    """

    def __init__(self, a: float = 0.0, b: float = 0.0):
        super().__init__()
        self.a, self.b = a, b
        self.weight = nn.Parameter(torch.ones((), dtype=torch.float64))

    def forward(self, x_t: Tensor, t: object) -> Tensor:
        if not isinstance(t, Tensor) or t.ndim == 0:
            return torch.full_like(x_t, torch.inf)
        if t.shape != x_t.shape[:1]:
            return torch.full_like(x_t, -torch.inf)
        return self.weight * self.answer(x_t, t)

    def answer(self, x_t: Tensor, t: Tensor) -> Tensor:
        return self.a * x_t + self.b * t.view(-1, *[1] * (x_t.ndim - 1))

    def __repr__(self) -> str:
        return f"{self.a:g} * x_t + {self.b:g} * t"


class _Watch(_Toy):
    """Answers 0 and notes at which timestep it was asked, and whether x_t still carried a graph."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []
        self.graphs = 0

    def answer(self, x_t: Tensor, t: Tensor) -> Tensor:
        self.asked.append(float(t[0]))
        self.graphs += x_t.requires_grad
        return torch.zeros_like(x_t)

    def __repr__(self) -> str:
        return "model"


class _OneImage(_Toy):
    """The exact answer where the data are one image: all that is not this image is noise."""

    def __init__(self, x_0: Tensor, schedule: Schedule):
        super().__init__()
        self.x_0, self.schedule = x_0, schedule

    def answer(self, x_t: Tensor, t: Tensor) -> Tensor:
        alpha_bar_t = self.schedule.alpha_bar[t.long()].view(-1, 1, 1, 1)
        return (x_t - alpha_bar_t**0.5 * self.x_0) / (1 - alpha_bar_t) ** 0.5

    def __repr__(self) -> str:
        return "model"


def _walk(model: nn.Module, size: int, schedule: Schedule) -> tuple[object, ...]:
    shape = (size, 1, 2, 2) if size > 1 else (1, 1, 1, 1)
    return (model, draw(*shape), draw(schedule.T + 1, *shape), schedule)


def _other_walk(model: nn.Module, schedule: Schedule, *shape: int) -> tuple[object, ...]:
    return (model, draw(*shape).flip(-1), draw(schedule.T + 1, *shape).roll(1, -1), schedule)


_WALKS = [
    _walk(_Toy(0.5, 0.1), 1, _SHORT),
    _walk(_Toy(0.5, 0.1), 3, _SHORT),
    _walk(_Toy(0.2, 0.05), 2, _SCHEDULE),
]


def _asked_at(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    watch = _Watch()
    call(*_walk(watch, 2, _SHORT))
    yield Comparison(torch.tensor(watch.asked), torch.arange(_SHORT.T, 0, -1).double(), name="t")


def _recites(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0 = draw(2, 1, 2, 2).roll(1, -1)
    _, x_T, z, schedule = _walk(_Toy(), 2, _SHORT)
    yield Comparison(call(_OneImage(x_0, _SHORT), x_T, z, schedule), x_0)


def _unused_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_T, z, schedule = _walk(_Toy(0.5, 0.1), 1, _SHORT)
    assert isinstance(z, Tensor)
    other = z.clone()
    other[:2] += 1
    yield Comparison(call(model, x_T, other, schedule), call(model, x_T, z, schedule))


def _noise_by_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # A model that says 0 only divides by sqrt(alpha_t): what z[t] adds has passed the steps below t.
    s = _SHORT
    _, x_T, z, _ = _walk(_Toy(), 2, s)
    assert isinstance(x_T, Tensor) and isinstance(z, Tensor)
    added = sum(s.beta[t] ** 0.5 / s.alpha_bar[t - 1] ** 0.5 * z[t] for t in range(2, s.T + 1))
    yield Comparison(call(_Toy(), x_T, z, s), x_T / s.alpha_bar[s.T] ** 0.5 + added)


def _keeps_no_graph(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    watch = _Watch()
    call(*_walk(watch, 2, _SHORT))
    yield Comparison(torch.tensor(float(watch.graphs)), torch.tensor(0.0))


def _loop(
    times: Callable[[int], Sequence[int]] = lambda T: range(T, 0, -1),
    told: Callable[[Tensor, int], object] = lambda x_t, t: torch.full((len(x_t),), t),
    noise: Callable[[Tensor, int, Tensor], Tensor] = lambda z, t, x_t: z[t],
    end: bool = False,
    asks: Callable[[Tensor, Tensor], Tensor] = lambda x_t, x_T: x_t,
) -> Callable:
    """The walk with one of its parts another: the visited times, what the model is told and shown, the noise.

    ``end``: noise is added at the last step, too.
    """

    def answer(model: Callable, x_T: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
        x_t = x_T
        with torch.no_grad():
            for t in times(schedule.T):
                eps_hat = model(asks(x_t, x_T), told(x_t, t))
                mean = _right_mean(schedule, t, x_t, eps_hat)
                sigma = schedule.beta[t] ** 0.5 if end else _sigma(schedule, t)
                x_t = mean + sigma * noise(z, t, x_t)
        return x_t

    return answer


def _asked_once(model: Callable, x_T: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    x_t = x_T
    with torch.no_grad():
        eps_hat = model(x_T, torch.full((len(x_T),), schedule.T))
        for t in range(schedule.T, 0, -1):
            x_t = ddpm_step(x_t, t, eps_hat, z[t], schedule)
    return x_t


def _eps_as_noise(model: Callable, x_T: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    x_t = x_T
    with torch.no_grad():
        for t in range(schedule.T, 0, -1):
            eps_hat = model(x_t, torch.full((len(x_t),), t))
            x_t = ddpm_step(x_t, t, eps_hat, eps_hat, schedule)
    return x_t


def _one_step_only(model: Callable, x_T: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    # ``return`` stands inside the loop.
    with torch.no_grad():
        eps_hat = model(x_T, torch.full((len(x_T),), schedule.T))
    return ddpm_step(x_T, schedule.T, eps_hat, z[schedule.T], schedule)


def _x_T_again(model: Callable, x_T: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    # Every step starts from x_T, so only the last one counts.
    with torch.no_grad():
        eps_hat = model(x_T, torch.ones(len(x_T), dtype=torch.int64))
    return ddpm_step(x_T, 1, eps_hat, z[1], schedule)


def _told_t_over_T(model: Callable, x_T: Tensor, z: Tensor, schedule: Schedule) -> Tensor:
    walk = _loop(told=lambda x_t, t: torch.full((len(x_t),), t / schedule.T))
    return walk(model, x_T, z, schedule)


ANCESTRAL = Exercise(
    "samplers.ancestral",
    chapter=6,
    reference=ancestral,
    probes=_WALKS,
    hidden=[
        _other_walk(_Toy(0.3, -0.2), _HIDDEN, 2, 3, 3, 5),
        _other_walk(_Toy(-0.4, 0.3), schedules.linear(T=3, beta_1=0.05, beta_T=0.5), 1, 1, 5, 3),
        _other_walk(_Toy(0.3, 0.7), _ONE_STEP, 5, 1, 2, 3),
    ],
    properties=[
        Property("walk_asks", _asked_at),
        Property("walk_recites", _recites),
        Property("walk_end", _unused_noise),
        Property("walk_noise", _noise_by_noise),
        Property("walk_no_graph", _keeps_no_graph),
    ],
    mistakes=[
        Mistake("misses_1", _loop(times=lambda T: range(T, 1, -1))),
        Mistake("misses_T", _loop(times=lambda T: range(T - 1, 0, -1))),
        Mistake("upwards", _loop(times=lambda T: range(1, T + 1))),
        Mistake("from_0", _loop(times=lambda T: range(T - 1, -1, -1))),
        Mistake("told_one_less", _loop(told=lambda x_t, t: torch.full((len(x_t),), t - 1))),
        Mistake(
            "half_translated",
            _loop(told=lambda x_t, t: torch.full((len(x_t),), t - 1), noise=lambda z, t, x_t: z[t - 1]),
        ),
        Mistake("told_t_over_T", _told_t_over_T),
        Mistake("told_a_number", _loop(told=lambda x_t, t: t)),
        Mistake("told_in_another_shape", _loop(told=lambda x_t, t: torch.full((len(x_t), 1), t))),
        Mistake("told_one_for_all", _loop(told=lambda x_t, t: torch.tensor([t]))),
        Mistake("shown_x_T", _loop(asks=lambda x_t, x_T: x_T)),
        Mistake("asked_once", _asked_once),
        Mistake("one_step_only", _one_step_only),
        Mistake("x_T_again", _x_T_again),
        Mistake("noise_at_the_end", _loop(end=True)),
        Mistake("no_noise", _loop(noise=lambda z, t, x_t: torch.zeros_like(x_t))),
        Mistake("same_noise", _loop(noise=lambda z, t, x_t: z[0])),
        Mistake("noise_of_the_next", _loop(noise=lambda z, t, x_t: z[t - 1])),
        Mistake("noise_in_order", _loop(noise=lambda z, t, x_t: z[len(z) - 1 - t])),
        Mistake("eps_as_noise", _eps_as_noise),
        Mistake("own_noise", _loop(noise=lambda z, t, x_t: torch.randn_like(x_t))),
    ],
)

EXERCISES = (DDPM_STEP, DDPM_MEAN, CLIPPED_STEP, ANCESTRAL)  # in the chapter's order
