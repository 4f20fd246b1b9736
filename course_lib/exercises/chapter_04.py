"""Chapter 04: the bound's weights, the noise an answer implies, a batch's loss, and a training to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from course_lib import forward, losses, parameterisations, schedules
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw, pixel
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)
_SHORT = schedules.linear(T=4, beta_1=0.1, beta_T=0.4)  # its tables are short enough to be shown in full


def _wide(table: Tensor, t: Tensor) -> Tensor:
    return table[t].view(-1, 1, 1, 1)


# ---- losses.weights


def _clean_is_free(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for variance in ("beta", "beta_tilde"):
        yield Comparison(call(_SHORT, variance)[:1], torch.zeros(1, dtype=torch.float64))


def _first_weight(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # 1 - alpha_bar_1 = beta_1, so all but a half and alpha_1 cancels.
    alpha_1 = float(_SHORT.alpha[1])
    yield Comparison(call(_SHORT, "beta")[1:2], torch.tensor([0.5 / alpha_1], dtype=torch.float64))


def _over_the_variance(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    one, other = (call(_SHORT, variance)[2:] for variance in ("beta", "beta_tilde"))
    yield Comparison(other * _SHORT.beta_tilde[2:], one * _SHORT.beta[2:])


def _weights(make: Callable[[Schedule, Tensor], Tensor], clean: float | None = 0.0) -> Callable:
    """An answer made of the schedule and its sigma_t^2; slot 0 is then set to ``clean``."""

    def answer(schedule: Schedule, variance: str) -> Tensor:
        table = make(schedule, schedule.beta if variance == "beta" else schedule.beta_tilde)
        if clean is not None:
            table[0] = clean
        return table

    return answer


WEIGHTS = Exercise(
    "losses.weights",
    chapter=4,
    reference=losses.weights,
    probes=[(_SHORT, "beta"), (_SHORT, "beta_tilde"), (_SCHEDULE, "beta")],
    hidden=[
        (_SCHEDULE, "beta_tilde"),
        (schedules.linear(T=2, beta_1=0.5, beta_T=0.2), "beta"),
        (schedules.linear(T=25), "beta_tilde"),
    ],
    properties=[
        Property("clean_is_free", _clean_is_free),
        Property("first_weight", _first_weight),
        Property("over_the_variance", _over_the_variance),
    ],
    mistakes=[
        Mistake(
            "alpha_bar_for_alpha",
            _weights(lambda s, v: s.beta**2 / (2 * v * s.alpha_bar * (1 - s.alpha_bar))),
        ),
        Mistake(
            "sigma_not_squared", _weights(lambda s, v: s.beta**2 / (2 * v**0.5 * s.alpha * (1 - s.alpha_bar)))
        ),
        Mistake("beta_not_squared", _weights(lambda s, v: s.beta / (2 * v * s.alpha * (1 - s.alpha_bar)))),
        Mistake(
            "sigma_squared_again",
            _weights(lambda s, v: s.beta**2 / (2 * v**2 * s.alpha * (1 - s.alpha_bar))),
        ),
        Mistake("root_kept", _weights(lambda s, v: s.beta**2 / (2 * v * s.alpha * (1 - s.alpha_bar) ** 0.5))),
        Mistake(
            "infinite_repaired",
            lambda schedule, variance: losses.weights(schedule, variance).nan_to_num(posinf=0.0),
        ),
        Mistake("no_half", _weights(lambda s, v: s.beta**2 / (v * s.alpha * (1 - s.alpha_bar)))),
        Mistake("no_alpha", _weights(lambda s, v: s.beta**2 / (2 * v * (1 - s.alpha_bar)))),
        Mistake("always_beta", _weights(lambda s, v: s.beta / (2 * s.alpha * (1 - s.alpha_bar)))),
        Mistake("step_noise", _weights(lambda s, v: s.beta**2 / (2 * v * s.alpha * (1 - s.alpha)))),
        Mistake("rooted", _weights(lambda s, v: s.beta / (2 * v * s.alpha * (1 - s.alpha_bar)) ** 0.5)),
        Mistake(
            "clean_divided", _weights(lambda s, v: s.beta**2 / (2 * v * s.alpha * (1 - s.alpha_bar)), None)
        ),
        Mistake(
            "without_slot_0",
            lambda schedule, variance: losses.weights(schedule, variance)[1:],
        ),
    ],
)

# ---- parameterisations.to_eps


def _answers(kind: str, *times: int, width: int) -> tuple[object, ...]:
    shape = (len(times), 1, 4, width)
    return (kind, draw(*shape), draw(*shape).flip(0).roll(1, -1), torch.tensor(times), _SCHEDULE)


# One pixel of each kind; a batch of another size than the width; and B == W, where a flat table runs.
_TO_EPS_PROBES: list[tuple[object, ...]] = [
    *((kind, pixel(0.5), pixel(-1.2), torch.tensor([3]), _SCHEDULE) for kind in parameterisations.KINDS),
    *(_answers(kind, 1, 5, 10, width=5) for kind in parameterisations.KINDS),
    *(_answers(kind, 2, 4, 7, 9, width=4) for kind in parameterisations.KINDS),
]


def _true(kind: str) -> tuple[tuple[object, ...], Tensor]:
    t, x_0, eps = torch.tensor([1, 5, 10]), draw(3, 1, 2, 2), draw(3, 1, 2, 2).flip(-1)
    x_t = forward.q_sample(x_0, t, eps, _SCHEDULE)
    return (kind, parameterisations.target(kind, x_0, t, eps, _SCHEDULE), x_t, t, _SCHEDULE), eps


def _finds_the_noise(kind: str) -> Callable[[Exercise, Call], Iterator[Comparison]]:
    def test(exercise: Exercise, call: Call) -> Iterator[Comparison]:
        arguments, eps = _true(kind)
        yield Comparison(call(*arguments), eps)

    return test


def _own_timestep(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    kind, answer, x_t, t, schedule = _answers("v", 2, 4, 7, 9, width=4)
    assert isinstance(answer, Tensor) and isinstance(x_t, Tensor) and isinstance(t, Tensor)
    alone = [call(kind, answer[i : i + 1], x_t[i : i + 1], t[i : i + 1], schedule) for i in range(len(t))]
    yield Comparison(call(kind, answer, x_t, t, schedule), torch.cat(alone))


def _by_kind(**slips: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """Right but for the kinds named: there the answer is made of (answer, x_t, signal, noise)."""

    def answer(kind: str, answer: Tensor, x_t: Tensor, t: Tensor, schedule: Schedule) -> Tensor:
        if kind not in slips:
            return parameterisations.to_eps(kind, answer, x_t, t, schedule)
        alpha_bar_t = _wide(schedule.alpha_bar, t)
        return slips[kind](answer, x_t, alpha_bar_t**0.5, (1 - alpha_bar_t) ** 0.5)

    return answer


def _flat(kind: str, answer: Tensor, x_t: Tensor, t: Tensor, schedule: Schedule) -> Tensor:
    signal, noise = schedule.alpha_bar[t] ** 0.5, (1 - schedule.alpha_bar[t]) ** 0.5
    if kind == "eps":  # with nothing computed before it, as most write it: the other kinds crash where B != W
        return answer
    return (x_t - signal * answer) / noise if kind == "x_0" else signal * answer + noise * x_t


def _first_for_all(kind: str, answer: Tensor, x_t: Tensor, t: Tensor, schedule: Schedule) -> Tensor:
    return parameterisations.to_eps(kind, answer, x_t, t[:1].expand(len(t)), schedule)


def _of_one_step(kind: str, answer: Tensor, x_t: Tensor, t: Tensor, schedule: Schedule) -> Tensor:
    signal, noise = _wide(schedule.alpha, t) ** 0.5, _wide(schedule.beta, t) ** 0.5
    x_0 = (x_t - signal * answer) / noise
    return {"eps": answer, "x_0": x_0, "v": signal * answer + noise * x_t}[kind]


TO_EPS = Exercise(
    "parameterisations.to_eps",
    chapter=4,
    reference=parameterisations.to_eps,
    probes=_TO_EPS_PROBES,
    hidden=[
        *(_answers(kind, 10, 1, width=3) for kind in parameterisations.KINDS),
        *(_answers(kind, 6, 3, 3, 8, 5, width=5) for kind in parameterisations.KINDS),
    ],
    properties=[
        Property("eps_as_it_is", _finds_the_noise("eps")),
        Property("noise_from_x_0", _finds_the_noise("x_0")),
        Property("noise_from_v", _finds_the_noise("v")),
        Property("own_timestep", _own_timestep),
    ],
    mistakes=[
        Mistake("v_minus", _by_kind(v=lambda a, x, signal, noise: signal * a - noise * x)),
        Mistake("v_swapped", _by_kind(v=lambda a, x, signal, noise: noise * a + signal * x)),
        Mistake("v_gives_x_0", _by_kind(v=lambda a, x, signal, noise: signal * x - noise * a)),
        Mistake("v_as_eps", _by_kind(v=lambda a, x, signal, noise: a)),
        Mistake("v_with_x_t", _by_kind(v=lambda a, x, signal, noise: (a + noise * x) / signal)),
        Mistake("v_without_image", _by_kind(v=lambda a, x, signal, noise: a / signal)),
        Mistake("v_divided", _by_kind(v=lambda a, x, signal, noise: (signal * a + noise * x) / noise)),
        Mistake("x_0_divided_twice", _by_kind(x_0=lambda a, x, signal, noise: (x - signal * a) / noise**2)),
        Mistake("x_0_over_signal", _by_kind(x_0=lambda a, x, signal, noise: (x - noise * a) / signal)),
        Mistake("x_0_not_divided", _by_kind(x_0=lambda a, x, signal, noise: x - signal * a)),
        Mistake("x_0_at_full_strength", _by_kind(x_0=lambda a, x, signal, noise: (x - a) / noise)),
        Mistake("x_0_sign", _by_kind(x_0=lambda a, x, signal, noise: (signal * a - x) / noise)),
        Mistake("eps_converted", _by_kind(eps=lambda a, x, signal, noise: (x - noise * a) / signal)),
        Mistake(
            "no_roots",
            _by_kind(
                x_0=lambda a, x, signal, noise: (x - signal**2 * a) / noise**2,
                v=lambda a, x, signal, noise: signal**2 * a + noise**2 * x,
            ),
        ),
        Mistake("alpha_for_alpha_bar", _of_one_step),
        Mistake("over_the_width", _flat),
        Mistake("first_for_all", _first_for_all),
    ],
)

# ---- training.loss


def loss(
    model: Callable[[Tensor, Tensor], Tensor], x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule
) -> Tensor:
    """The loss of one batch: Ho et al. 2020, Algorithm 1, line 5, as a mean over all pixels."""
    x_t = forward.q_sample(x_0, t, eps, schedule)
    return losses.simple(model(x_t, t), eps)


@dataclass(frozen=True)
class _Toy:
    """A model whose answer shows what it was given: a x_t + b t, or always ``always``.

    Its one weight is 1, and changes nothing but that there is something to train.
    """

    a: float = 0.0
    b: float = 0.0
    always: Tensor | None = None
    weight: Tensor = field(default_factory=lambda: torch.ones((), dtype=torch.float64, requires_grad=True))

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        if self.always is not None:
            return self.weight * self.always
        return self.weight * (self.a * x_t + self.b * t.view(-1, 1, 1, 1))

    def __repr__(self) -> str:
        return "model" if self.always is not None else f"{self.a:g} * x_t + {self.b:g} * t"


def _batch(model: _Toy, *times: int, width: int) -> tuple[object, ...]:
    shape = (len(times), 1, 4, width)
    return (model, draw(*shape), torch.tensor(times), draw(*shape).flip(0).roll(1, -1), _SCHEDULE)


_ONE = (_Toy(0.5, 0.1), pixel(0.5), torch.tensor([3]), pixel(-1.2), _SCHEDULE)


def _names_the_noise(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, x_0, t, eps, schedule = _batch(_Toy(), 1, 5, 10, width=5)
    assert isinstance(eps, Tensor)
    yield Comparison(call(_Toy(always=eps), x_0, t, eps, schedule), torch.tensor(0.0))


def _says_nothing(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_0, t, eps, schedule = _batch(_Toy(), 1, 5, 10, width=5)
    assert isinstance(eps, Tensor)
    yield Comparison(call(model, x_0, t, eps, schedule), eps.square().mean())


def _mean_of_the_images(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_0, t, eps, schedule = _batch(_Toy(0.5, 0.1), 2, 4, 7, 9, width=4)
    assert isinstance(x_0, Tensor) and isinstance(t, Tensor) and isinstance(eps, Tensor)
    alone = [call(model, x_0[i : i + 1], t[i : i + 1], eps[i : i + 1], schedule) for i in range(len(t))]
    yield Comparison(call(model, x_0, t, eps, schedule), torch.stack(alone).mean(0))


def _told(change: Callable) -> Callable:
    """An answer made of (model, x_t, x_0, t, eps, schedule), with the right x_t."""

    def answer(model: Callable, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
        return change(model, forward.q_sample(x_0, t, eps, schedule), x_0, t, eps, schedule)

    return answer


def _mixed(make: Callable[[Schedule, Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """The right loss of a wrong x_t, made of (schedule, t, x_0, eps)."""

    def answer(model: Callable, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
        return (eps - model(make(schedule, t, x_0, eps), t)).square().mean()

    return answer


def _own_noise(model: Callable, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
    return loss(model, x_0, t, torch.randn_like(x_0), schedule)


LOSS = Exercise(
    "training.loss",
    chapter=4,
    reference=loss,
    trains=True,
    probes=[_ONE, _batch(_Toy(0.5, 0.1), 1, 5, 10, width=5), _batch(_Toy(0.5, 0.1), 2, 4, 7, 9, width=4)],
    hidden=[
        _batch(_Toy(-0.3, 0.02), 10, 1, width=3),
        _batch(_Toy(0.9, -0.05), 6, 3, 3, 8, 5, width=5),
        _batch(_Toy(0.0, 0.2), 4, width=1),
    ],
    properties=[
        Property("names_the_noise", _names_the_noise),
        Property("says_nothing", _says_nothing),
        Property("mean_of_the_images", _mean_of_the_images),
    ],
    mistakes=[
        Mistake("against_x_0", _told(lambda m, x_t, x_0, t, e, s: (x_0 - m(x_t, t)).square().mean())),
        Mistake("against_x_t", _told(lambda m, x_t, x_0, t, e, s: (x_t - m(x_t, t)).square().mean())),
        Mistake("clean_input", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_0, t)).square().mean())),
        Mistake("off_by_one", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t - 1)).square().mean())),
        Mistake("summed", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).square().sum())),
        Mistake(
            "summed_per_image",
            _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).square().flatten(1).sum(1).mean()),
        ),
        Mistake("per_image", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).square().flatten(1).mean(1))),
        Mistake("not_squared", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).mean())),
        Mistake("absolute", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).abs().mean())),
        Mistake("halved", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).square().mean() / 2)),
        Mistake("rooted", _told(lambda m, x_t, x_0, t, e, s: (e - m(x_t, t)).square().mean().sqrt())),
        Mistake(
            "weighted",
            _told(
                lambda m, x_t, x_0, t, e, s: (_wide(losses.weights(s), t) * (e - m(x_t, t)).square()).mean()
            ),
        ),
        Mistake("one_step", _mixed(lambda s, t, x_0, e: forward.q_step(x_0, t, e, s))),
        Mistake(
            "no_roots",
            _mixed(lambda s, t, x_0, e: _wide(s.alpha_bar, t) * x_0 + (1 - _wide(s.alpha_bar, t)) * e),
        ),
        Mistake(
            "over_the_width",
            _mixed(lambda s, t, x_0, e: s.alpha_bar[t] ** 0.5 * x_0 + (1 - s.alpha_bar[t]) ** 0.5 * e),
        ),
        Mistake("all_own_noise", _own_noise),
        Mistake("own_noise", _mixed(lambda s, t, x_0, e: forward.q_sample(x_0, t, torch.randn_like(e), s))),
    ],
)

# ---- training.descend


def descend(theta: Tensor, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule, rate: float) -> Tensor:
    """Train a network of one weight, eps_hat = theta x_t: a gradient step for each row, a batch of points."""
    theta = theta.clone().requires_grad_()
    for x_0_now, t_now, eps_now in zip(x_0, t, eps, strict=True):
        alpha_bar_t = schedule.alpha_bar[t_now]
        x_t = alpha_bar_t**0.5 * x_0_now + (1 - alpha_bar_t) ** 0.5 * eps_now
        mse = (eps_now - theta * x_t).square().mean()
        theta.grad = None
        mse.backward()
        assert theta.grad is not None
        with torch.no_grad():
            theta -= rate * theta.grad
    return theta.detach()


def _descend_given(
    theta: Tensor, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule, rate: float
) -> Tensor:
    """What the stub holds: the noise's weight is not a root, and the gradients are never cleared."""
    theta = theta.clone().requires_grad_()
    for x_0_now, t_now, eps_now in zip(x_0, t, eps, strict=True):
        alpha_bar_t = schedule.alpha_bar[t_now]
        x_t = alpha_bar_t**0.5 * x_0_now + (1 - alpha_bar_t) * eps_now
        mse = (eps_now - theta * x_t).square().mean()
        mse.backward()
        assert theta.grad is not None
        with torch.no_grad():
            theta -= rate * theta.grad
    return theta.detach()


def _rows(theta: float, rate: float, *times: tuple[int, ...], schedule: Schedule = _SCHEDULE) -> tuple:
    t = torch.tensor(times)
    x_0, eps = draw(*t.shape), draw(*t.shape).flip(0).roll(1, -1)
    return (torch.tensor(theta, dtype=torch.float64), x_0, t, eps, schedule, rate)


# One point and one step; one point and two steps; batches.
_ONE_STEP = (*(torch.tensor(v, dtype=torch.float64) for v in (0.2, [[0.5]])), torch.tensor([[3]]))
_FITS: list[tuple[object, ...]] = [
    (*_ONE_STEP, torch.tensor([[-1.2]], dtype=torch.float64), _SCHEDULE, 0.1),
    _rows(0.2, 0.1, (3,), (7,)),
    _rows(-0.4, 0.05, (1, 5, 10), (2, 2, 9), (8, 4, 6)),
    _rows(0.7, 0.2, (4, 1), (3, 10), (5, 5), (9, 2), (1, 7)),
]


def _gradient(theta: Tensor, x_t: Tensor, eps: Tensor) -> Tensor:
    return -2 * (x_t * (eps - theta * x_t)).mean()


def _stays_where_it_is_right(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Where all images are 0 and all timesteps the same, 1 / sqrt(1 - alpha_bar_t) names every noise.
    for at in (2, 9):
        _, x_0, t, eps, schedule, rate = _rows(0.0, 0.1, (at, at), (at, at), (at, at))
        theta = (1 - schedule.alpha_bar[at]) ** -0.5
        yield Comparison(call(theta, 0 * x_0, t, eps, schedule, rate), theta)


def _one_gradient_step(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    theta, x_0, t, eps, schedule, rate = _rows(-0.4, 0.05, (1, 5, 10))
    x_t = forward.q_sample(x_0[0], t[0], eps[0], schedule)
    yield Comparison(call(theta, x_0, t, eps, schedule, rate), theta - rate * _gradient(theta, x_t, eps[0]))


def _goes_on_from_there(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    theta, x_0, t, eps, schedule, rate = _rows(0.7, 0.2, (4, 1), (3, 10), (5, 5))
    halfway = call(theta, x_0[:1], t[:1], eps[:1], schedule, rate)
    there = call(halfway, x_0[1:], t[1:], eps[1:], schedule, rate)
    yield Comparison(call(theta, x_0, t, eps, schedule, rate), there)


def _size_of_the_batch(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    theta, x_0, t, eps, schedule, rate = _rows(0.2, 0.1, (3, 6), (7, 2))
    twice = (rows.repeat(1, 2) for rows in (x_0, t, eps))
    yield Comparison(call(theta, *twice, schedule, rate), call(theta, x_0, t, eps, schedule, rate))


def _trained(
    signal: Callable[[Schedule, Tensor], Tensor] = lambda s, t: s.alpha_bar[t] ** 0.5,
    noise: Callable[[Schedule, Tensor], Tensor] = lambda s, t: (1 - s.alpha_bar[t]) ** 0.5,
    step: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda theta, gradient, before: gradient,
    steps: int | None = None,
    target: Callable[[Tensor, Tensor], Tensor] = lambda x_0, eps: eps,
) -> Callable[..., Tensor]:
    """The training with other weights in x_t, another target, or its first ``steps`` steps only.

    ``step`` makes what is subtracted, before it is scaled by the rate, of theta, this gradient and the sum
    of those before it.
    """

    def answer(theta: Tensor, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule, rate: float) -> Tensor:
        before = torch.zeros_like(theta)
        for x_0_now, t_now, eps_now in list(zip(x_0, t, eps, strict=True))[:steps]:
            x_t = signal(schedule, t_now) * x_0_now + noise(schedule, t_now) * eps_now
            gradient = _gradient(theta, x_t, target(x_0_now, eps_now))
            theta, before = theta - rate * step(theta, gradient, before), before + gradient
        return theta

    return answer


def _summed(theta: Tensor, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule, rate: float) -> Tensor:
    return descend(theta, x_0, t, eps, schedule, rate * x_0.shape[1])


def _starts_over(
    theta: Tensor, x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule, rate: float
) -> Tensor:
    return descend(theta, x_0[-1:], t[-1:], eps[-1:], schedule, rate)


DESCEND = Exercise(
    "training.descend",
    chapter=4,
    kind="debug",
    reference=descend,
    given=_descend_given,
    probes=_FITS,
    hidden=[
        _rows(1.3, 0.02, (10, 10, 1), (6, 7, 8), schedule=_SCHEDULE),
        _rows(-0.9, 0.3, (4,), (1,), (2,), (3,), schedule=_SHORT),
        _rows(0.0, 0.15, (2, 3, 1, 4, 2), (4, 4, 1, 1, 3), schedule=_SHORT),
    ],
    properties=[
        Property("fit_rests", _stays_where_it_is_right),
        Property("fit_step", _one_gradient_step),
        Property("fit_on", _goes_on_from_there),
        Property("fit_batch", _size_of_the_batch),
    ],
    mistakes=[
        Mistake("piles_up", _trained(step=lambda theta, now, before: before + now)),
        Mistake("root_missing", _trained(noise=lambda s, t: 1 - s.alpha_bar[t])),
        Mistake("no_roots", _trained(lambda s, t: s.alpha_bar[t], lambda s, t: 1 - s.alpha_bar[t])),
        Mistake("one_minus_root", _trained(noise=lambda s, t: 1 - s.alpha_bar[t] ** 0.5)),
        Mistake(
            "alpha_for_alpha_bar", _trained(lambda s, t: s.alpha[t] ** 0.5, lambda s, t: s.beta[t] ** 0.5)
        ),
        Mistake("step_noise", _trained(noise=lambda s, t: s.beta[t] ** 0.5)),
        Mistake("cleared_too_late", _trained(step=lambda theta, now, before: 0 * now)),
        Mistake("one_step_only", _trained(steps=1)),
        Mistake("starts_over", _starts_over),
        Mistake("uphill", _trained(step=lambda theta, now, before: -now)),
        Mistake("summed", _summed),
        Mistake("against_x_0", _trained(target=lambda x_0, eps: x_0)),
    ],
)

EXERCISES = (WEIGHTS, TO_EPS, LOSS, DESCEND)  # in the chapter's order
