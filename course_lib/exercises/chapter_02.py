"""Chapter 02: take one noisy step, jump to any timestep, mend a walk, draw a schedule, scale pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from course_lib import data, forward, schedules
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw, pixel
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)


def _images(*times: int, width: int) -> tuple[object, ...]:
    shape = (len(times), 1, 4, width)
    return (draw(*shape), torch.tensor(times), draw(*shape).flip(0).roll(1, -1), _SCHEDULE)


# One pixel; a batch of another size than the width; and B == W, where a forgotten reshape runs silently.
_PROBES = [
    (pixel(0.5), torch.tensor([3]), pixel(-1.2), _SCHEDULE),
    _images(1, 5, 10, width=5),
    _images(2, 4, 7, 9, width=4),
]
# Another schedule, colours, the first and the last timestep; a single image; sizes that divide nothing.
_OTHER = schedules.linear(T=7, beta_1=0.3, beta_T=0.02)
_HIDDEN = [
    (draw(1, 3, 2, 2), torch.tensor([7]), draw(1, 3, 2, 2).flip(1), _OTHER),
    (draw(5, 1, 3, 5), torch.tensor([1, 7, 4, 4, 2]), draw(5, 1, 3, 5).roll(1, 0), _OTHER),
    _images(3, 8, width=7),
]


def _at(x: float, eps: float, t: int) -> tuple[object, ...]:
    return (pixel(x), torch.tensor([t]), pixel(eps), _SCHEDULE)


# ---- forward.q_sample and forward.q_step


def _t_zero(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    arguments = _at(0.5, -1.2, 0)
    yield Comparison(call(*arguments), pixel(0.5))


def _first_step(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    beta_1 = float(_SCHEDULE.beta[1])
    arguments = _at(0.5, -1.2, 1)
    yield Comparison(call(*arguments), pixel((1 - beta_1) ** 0.5 * 0.5 - 1.2 * beta_1**0.5))


def _last_step(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    arguments = _at(0.5, -1.2, _SCHEDULE.T)
    yield Comparison(call(*arguments), exercise.want(*arguments))


def _linear(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = _at(0.5, -1.2, 4), _at(-0.3, 0.7, 4)
    both = _at(0.5 - 0.3, -1.2 + 0.7, 4)
    yield Comparison(call(*both), call(*a) + call(*b))


def _keeps_variance(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (1, 5, 10):
        signal, noise = call(*_at(1.0, 0.0, t)), call(*_at(0.0, 1.0, t))
        yield Comparison(signal**2 + noise**2, pixel(1.0))


def _own_timestep(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x, t, eps, schedule = _PROBES[2]
    assert isinstance(x, Tensor) and isinstance(t, Tensor) and isinstance(eps, Tensor)
    alone = [call(x[i : i + 1], t[i : i + 1], eps[i : i + 1], schedule) for i in range(len(t))]
    yield Comparison(call(x, t, eps, schedule), torch.cat(alone))


def _jump(signal: Callable, noise: Callable, wide: bool = True) -> Callable:
    """x_t = signal x + noise eps; the weights come from (schedule, t), shaped (B, 1, 1, 1) if ``wide``."""

    def answer(x: Tensor, t: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
        weights = [w(schedule, t).to(x.dtype) for w in (signal, noise)]
        a, b = [w.view(-1, 1, 1, 1) for w in weights] if wide else weights
        return a * x + b * eps

    return answer


def _own_noise(x_0: Tensor, t: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
    return forward.q_sample(x_0, t, torch.randn_like(x_0), schedule)


def _own_step_noise(x_prev: Tensor, t: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
    return forward.q_step(x_prev, t, torch.randn_like(x_prev), schedule)


Q_SAMPLE = Exercise(
    "forward.q_sample",
    chapter=2,
    reference=forward.q_sample,
    probes=_PROBES,
    hidden=_HIDDEN,
    properties=[
        Property("t_zero", _t_zero),
        Property("first_step", _first_step),
        Property("last_step", _last_step),
        Property("linear", _linear),
        Property("own_timestep", _own_timestep),
        Property("keeps_variance", _keeps_variance),
    ],
    mistakes=[
        Mistake("no_roots", _jump(lambda s, t: s.alpha_bar[t], lambda s, t: 1 - s.alpha_bar[t])),
        Mistake(
            "signal_not_rooted", _jump(lambda s, t: s.alpha_bar[t], lambda s, t: (1 - s.alpha_bar[t]) ** 0.5)
        ),
        Mistake(
            "noise_not_rooted", _jump(lambda s, t: s.alpha_bar[t] ** 0.5, lambda s, t: 1 - s.alpha_bar[t])
        ),
        Mistake(
            "swapped", _jump(lambda s, t: (1 - s.alpha_bar[t]) ** 0.5, lambda s, t: s.alpha_bar[t] ** 0.5)
        ),
        Mistake(
            "alpha_for_alpha_bar", _jump(lambda s, t: s.alpha[t] ** 0.5, lambda s, t: (1 - s.alpha[t]) ** 0.5)
        ),
        Mistake(
            "beta_for_alpha_bar", _jump(lambda s, t: s.beta[t] ** 0.5, lambda s, t: (1 - s.beta[t]) ** 0.5)
        ),
        Mistake("step_noise", _jump(lambda s, t: s.alpha_bar[t] ** 0.5, lambda s, t: s.beta[t] ** 0.5)),
        Mistake(
            "off_by_one",
            _jump(lambda s, t: s.alpha_bar[t - 1] ** 0.5, lambda s, t: (1 - s.alpha_bar[t - 1]) ** 0.5),
        ),
        Mistake(
            "over_the_width",
            _jump(lambda s, t: s.alpha_bar[t] ** 0.5, lambda s, t: (1 - s.alpha_bar[t]) ** 0.5, wide=False),
        ),
        Mistake("own_noise", _own_noise),
    ],
)

Q_STEP = Exercise(
    "forward.q_step",
    chapter=2,
    reference=forward.q_step,
    probes=_PROBES,
    hidden=_HIDDEN,
    properties=[
        Property("first_step", _first_step),
        Property("last_step", _last_step),
        Property("linear", _linear),
        Property("own_timestep", _own_timestep),
        Property("keeps_variance", _keeps_variance),
    ],
    mistakes=[
        Mistake("signal_not_rooted", _jump(lambda s, t: 1 - s.beta[t], lambda s, t: s.beta[t] ** 0.5)),
        Mistake("beta_for_root", _jump(lambda s, t: (1 - s.beta[t]) ** 0.5, lambda s, t: s.beta[t])),
        Mistake("not_shrunk", _jump(lambda s, t: torch.ones(len(t)), lambda s, t: s.beta[t] ** 0.5)),
        Mistake("no_roots", _jump(lambda s, t: 1 - s.beta[t], lambda s, t: s.beta[t])),
        Mistake("swapped", _jump(lambda s, t: s.beta[t] ** 0.5, lambda s, t: (1 - s.beta[t]) ** 0.5)),
        Mistake(
            "whole_jump", _jump(lambda s, t: s.alpha_bar[t] ** 0.5, lambda s, t: (1 - s.alpha_bar[t]) ** 0.5)
        ),
        Mistake(
            "off_by_one", _jump(lambda s, t: (1 - s.beta[t - 1]) ** 0.5, lambda s, t: s.beta[t - 1] ** 0.5)
        ),
        Mistake(
            "over_the_width",
            _jump(lambda s, t: (1 - s.beta[t]) ** 0.5, lambda s, t: s.beta[t] ** 0.5, wide=False),
        ),
        Mistake("own_noise", _own_step_noise),
    ],
)

# ---- forward.chain


def chain(x_0: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
    """One walk x_0, x_1, ..., x_T with the noise ``eps[t]`` at step t: Ho et al. 2020, eq. 2."""
    x_t, states = x_0, [x_0]
    for t in range(1, schedule.T + 1):
        beta_t = float(schedule.beta[t])
        x_t = (1 - beta_t) ** 0.5 * x_t + beta_t**0.5 * eps[t]
        states.append(x_t)
    return torch.stack(states)


def _chain_given(x_0: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
    """What the stub holds: the noise is taken once for all steps, and its weight is not a root."""
    x_t, states = x_0, [x_0]
    z = eps[1]
    for t in range(1, schedule.T + 1):
        beta_t = float(schedule.beta[t])
        x_t = (1 - beta_t) ** 0.5 * x_t + beta_t * z
        states.append(x_t)
    return torch.stack(states)


def _walk(T: int, *shape: int, beta_1: float = 0.05, beta_T: float = 0.4) -> tuple[Tensor, Tensor, Schedule]:
    # Slot 0 of the noise holds numbers too: who reads it must be seen.
    return draw(*shape), draw(T + 1, *shape).flip(0), schedules.linear(T, beta_1, beta_T)


_PIXEL_WALK = (pixel(0.5), draw(3, 1, 1, 1, 1), schedules.linear(2, 0.2, 0.5))
_WALKS = [_PIXEL_WALK, _walk(3, 2, 1, 4, 5), _walk(10, 3, 1, 3, 3)]


def _starts_clean(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, eps, schedule = _WALKS[1]
    yield Comparison(call(x_0, eps, schedule)[0], x_0)


def _fades(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for x_0, eps, schedule in _WALKS:
        want = schedule.alpha_bar.view(-1, 1, 1, 1, 1) ** 0.5 * x_0
        yield Comparison(call(x_0, 0 * eps, schedule), want)


def _step_by_step(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for x_0, eps, schedule in _WALKS:
        states = call(x_0, eps, schedule)
        for t in range(1, schedule.T + 1):
            yield Comparison(states[t], forward.q_step(states[t - 1], t, eps[t], schedule))


def _not_from_the_future(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, eps, schedule = _WALKS[1]
    other = torch.cat([eps[:2], -eps[2:]])
    yield Comparison(call(x_0, other, schedule)[:2], call(x_0, eps, schedule)[:2])


def _variances_add(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Independent parts: x_0 and the noise of each step, one at a time.
    schedule = _WALKS[1][2]
    parts = torch.eye(schedule.T + 2, dtype=torch.float64)
    states = [call(part[0].view(1, 1, 1, 1), part[1:].view(-1, 1, 1, 1, 1), schedule) for part in parts]
    total = torch.stack(states).square().sum(0)
    yield Comparison(total, torch.ones_like(total))


def _walked(
    signal: Callable[[Schedule, int], Tensor] = lambda s, t: (1 - s.beta[t]) ** 0.5,
    noise: Callable[[Schedule, int], Tensor] = lambda s, t: s.beta[t] ** 0.5,
    of: Callable[[Tensor, int, Tensor], Tensor] = lambda eps, t, x: eps[t],
    onto: Callable[[Tensor, Tensor], Tensor] = lambda x_prev, x_0: x_prev,
    keep: Callable[[list[Tensor]], list[Tensor]] = lambda states: states,
) -> Callable:
    """A walk with another weight, another noise made of (eps, t, x), another start of each step, or with
    other states kept."""

    def answer(x_0: Tensor, eps: Tensor, schedule: Schedule) -> Tensor:
        states = [x_0]
        for t in range(1, schedule.T + 1):
            x, z = onto(states[-1], x_0), of(eps, t, x_0)
            states.append(signal(schedule, t) * x + noise(schedule, t) * z)
        return torch.stack(keep(states))

    return answer


def _signal_of_jump(s: Schedule, t: int) -> Tensor:
    return s.alpha_bar[t] ** 0.5


def _noise_of_jump(s: Schedule, t: int) -> Tensor:
    return (1 - s.alpha_bar[t]) ** 0.5


def _first(eps: Tensor, t: int, x: Tensor) -> Tensor:
    return eps[1]


def _from_the_start(x_prev: Tensor, x_0: Tensor) -> Tensor:
    return x_0


CHAIN = Exercise(
    "forward.chain",
    chapter=2,
    kind="debug",
    reference=chain,
    given=_chain_given,
    probes=_WALKS,
    hidden=[
        _walk(4, 1, 3, 2, 2, beta_1=0.3, beta_T=0.02),
        _walk(7, 4, 1, 3, 5, beta_1=0.01),
        _walk(2, 2, 2, 1, 7, beta_1=0.5, beta_T=0.6),
    ],
    properties=[
        Property("chain_start", _starts_clean),
        Property("chain_fades", _fades),
        Property("chain_past", _not_from_the_future),
        Property("chain_variance", _variances_add),
        Property("chain_steps", _step_by_step),
    ],
    mistakes=[
        Mistake("same_noise", _walked(of=_first)),
        Mistake("root_missing", _walked(noise=lambda s, t: s.beta[t])),
        Mistake("no_roots", _walked(lambda s, t: 1 - s.beta[t], lambda s, t: s.beta[t])),
        Mistake("signal_root_lost", _walked(lambda s, t: 1 - s.beta[t])),
        Mistake("not_shrunk", _walked(lambda s, t: torch.ones(()))),
        Mistake("one_minus_root", _walked(noise=lambda s, t: 1 - (1 - s.beta[t]) ** 0.5)),
        Mistake("jump_each_time", _walked(_signal_of_jump, _noise_of_jump)),
        Mistake("jumps_from_x_0", _walked(_signal_of_jump, _noise_of_jump, onto=_from_the_start)),
        Mistake("film", _walked(_signal_of_jump, _noise_of_jump, of=_first, onto=_from_the_start)),
        Mistake("steps_from_x_0", _walked(onto=_from_the_start)),
        Mistake("noise_before", _walked(of=lambda eps, t, x: eps[t - 1])),
        Mistake(
            "beta_before", _walked(lambda s, t: (1 - s.beta[t - 1]) ** 0.5, lambda s, t: s.beta[t - 1] ** 0.5)
        ),
        Mistake("own_noise", _walked(of=lambda eps, t, x: torch.randn_like(x))),
        Mistake("uniform_noise", _walked(of=lambda eps, t, x: torch.rand_like(x))),
        Mistake("one_step_short", _walked(keep=lambda states: states[:-1])),
        Mistake("start_lost", _walked(keep=lambda states: states[1:])),
        Mistake("only_the_end", lambda x_0, eps, schedule: chain(x_0, eps, schedule)[-1]),
        Mistake("in_place", _walked(keep=lambda states: [states[-1]] * len(states))),
    ],
)

# ---- schedules.linear and schedules.alpha_bar


def linear_betas(T: int, beta_1: float, beta_T: float) -> Tensor:
    """beta_1..beta_T of the library's linear schedule, without its slot 0."""
    return schedules.linear(T, beta_1, beta_T).beta[1:]


def _ends(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for T in (2, 7):
        got = call(T, 0.1, 0.4)
        yield Comparison(got[[0, -1]], torch.tensor([0.1, 0.4], dtype=torch.float64))


def _even_steps(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    got = call(5, 0.1, 0.4).diff()
    yield Comparison(got, torch.full((4,), 0.075, dtype=torch.float64))


def _over_T(first: int) -> Callable[[int, float, float], Tensor]:
    return lambda T, beta_1, beta_T: beta_1 + torch.arange(first, first + T) / T * (beta_T - beta_1)


LINEAR = Exercise(
    "schedules.linear",
    chapter=2,
    reference=linear_betas,
    shown=schedules.linear,
    probes=[(2, 0.1, 0.4), (5, 0.02, 0.3), (100, 1e-3, 0.2)],
    hidden=[(3, 0.01, 0.5), (7, 0.3, 0.02), (1000, 1e-4, 0.02)],
    properties=[Property("ends", _ends), Property("even_steps", _even_steps)],
    mistakes=[
        Mistake("misses_beta_1", _over_T(1)),
        Mistake("misses_beta_T", _over_T(0)),
        Mistake("one_too_many", lambda T, beta_1, beta_T: torch.linspace(beta_1, beta_T, T + 1)),
        Mistake("with_beta_0", lambda T, beta_1, beta_T: schedules.linear(T, beta_1, beta_T).beta),
        Mistake("straight_root", lambda T, beta_1, beta_T: torch.linspace(beta_1**0.5, beta_T**0.5, T) ** 2),
        Mistake("backwards", lambda T, beta_1, beta_T: torch.linspace(beta_T, beta_1, T)),
        Mistake("alpha", lambda T, beta_1, beta_T: 1 - torch.linspace(beta_1, beta_T, T)),
    ],
)


def alpha_bar(beta: Tensor) -> Tensor:
    """The library's alpha_bar table for a table of betas (slot 0 is 0)."""
    return schedules.from_betas(beta[1:]).alpha_bar


def _table(*betas: float) -> Tensor:
    return torch.tensor([0.0, *betas], dtype=torch.float64)


def _starts_at_one(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    beta = _table(0.5)
    yield Comparison(call(beta)[:1], torch.ones(1, dtype=torch.float64))


def _one_step(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    beta = _table(0.25, 0.5)
    yield Comparison(call(beta)[1:2], torch.tensor([0.75], dtype=torch.float64))


def _recursion(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    beta = _table(0.1, 0.3, 0.2, 0.5)
    got = call(beta)
    yield Comparison(got[1:], got[:-1] * (1 - beta[1:]))


def _shifted(beta: Tensor) -> Tensor:
    return torch.cat([torch.ones(1), (1 - beta).cumprod(0)[:-1]])


ALPHA_BAR = Exercise(
    "schedules.alpha_bar",
    chapter=2,
    reference=alpha_bar,
    shown=Schedule.__dict__["alpha_bar"].func,  # the function inside the cached property
    probes=[(_table(0.25, 0.5),), (_table(0.1, 0.3, 0.2, 0.5),), (_SCHEDULE.beta,)],
    hidden=[(_table(0.9, 0.05),), (_table(0.01, 0.02, 0.7, 0.05, 0.3, 0.99),), (schedules.linear().beta,)],
    properties=[
        Property("starts_at_one", _starts_at_one),
        Property("one_step", _one_step),
        Property("recursion", _recursion),
    ],
    mistakes=[
        Mistake("sum_of_beta", lambda beta: 1 - beta.cumsum(0)),
        Mistake("sum_of_alpha", lambda beta: (1 - beta).cumsum(0)),
        Mistake("over_all_T", lambda beta: torch.full_like(beta, float((1 - beta).prod()))),
        Mistake("prod", lambda beta: (1 - beta).prod()),
        Mistake("product_of_beta", lambda beta: beta.cumprod(0)),
        Mistake("alpha", lambda beta: 1 - beta),
        Mistake("shifted", _shifted),
        Mistake("one_prepended", lambda beta: torch.cat([torch.ones(1), (1 - beta).cumprod(0)])),
        Mistake("without_slot_0", lambda beta: (1 - beta)[1:].cumprod(0)),
        Mistake("noise_share", lambda beta: 1 - (1 - beta).cumprod(0)),
    ],
)

# ---- data.to_unit


def _bytes(*values: int) -> Tensor:
    return torch.tensor(values, dtype=torch.uint8)


def _black(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(_bytes(0)), torch.tensor([-1.0]))


def _white(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(_bytes(255)), torch.tensor([1.0]))


def _each_alone(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    a, b = _bytes(90, 130), _bytes(10, 240)
    yield Comparison(call(torch.cat([a, b])), torch.cat([call(a), call(b)]))


def _comes_back(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    every = torch.arange(256, dtype=torch.uint8)
    yield Comparison((call(every) + 1) * 127.5, every.double())


def _stretched(images: Tensor) -> Tensor:
    low, high = images.min(), images.max()
    return (images.float() - low) / (high - low) * 2 - 1


def _standardised(images: Tensor) -> Tensor:
    return (images.float() - images.float().mean()) / images.float().std()


TO_UNIT = Exercise(
    "data.to_unit",
    chapter=2,
    reference=data.to_unit,
    probes=[
        (_bytes(20, 200),),
        (_bytes(0, 51, 255),),
        (torch.arange(30, 230, 10, dtype=torch.uint8).reshape(1, 1, 4, 5),),
    ],
    hidden=[
        (_bytes(7, 7),),
        (_bytes(127, 128, 1, 254),),
        (torch.arange(0, 252, 7, dtype=torch.uint8).reshape(2, 2, 3, 3),),
    ],
    properties=[
        Property("black", _black),
        Property("white", _white),
        Property("each_alone", _each_alone),
        Property("comes_back", _comes_back),
    ],
    mistakes=[
        Mistake("over_255", lambda images: images / 255),
        Mistake("over_128", lambda images: images / 128 - 1),
        Mistake("half", lambda images: images / 255 - 0.5),
        Mistake("wraps_around", lambda images: images * 2 / 255 - 1),
        Mistake("wraps_below", lambda images: (images - 127) / 127.5),
        Mistake("wraps_below_128", lambda images: (images - 128) / 128),
        Mistake("stretched", _stretched),
        Mistake("standardised", _standardised),
        Mistake("inverted", lambda images: 1 - images / 127.5),
    ],
)

EXERCISES = (Q_STEP, ALPHA_BAR, Q_SAMPLE, CHAIN, LINEAR, TO_UNIT)  # in the chapter's order
