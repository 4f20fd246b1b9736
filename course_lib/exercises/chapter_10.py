"""Chapter 10: keep the known pixels while drawing, foresee what latents save, flow's loss, the nearest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from course_lib import flow_matching, forward, schedules
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw, pixel
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)
_HIDDEN = schedules.linear(T=25, beta_1=0.01, beta_T=0.3)


# ---- inpaint.replace


def replace(x_t: Tensor, x_0_known: Tensor, mask: Tensor, t: int, eps: Tensor, schedule: Schedule) -> Tensor:
    """x_t, its known pixels replaced by the known image at noise level t: Lugmayr et al. 2022, eq. 8."""
    known = forward.q_sample(x_0_known, t, eps, schedule)
    return torch.where(mask, known, x_t)


def _known(t: int, x_t: float = 0.5, x_0: float = -0.8, eps: float = 1.3, known: bool = True) -> tuple:
    return (pixel(x_t), pixel(x_0), torch.full((1, 1, 1, 1), known), t, pixel(eps), _SCHEDULE)


def _holed(t: int) -> tuple:
    x_t, x_0, eps = (draw(3, 1, 4, 5).roll(k, -1) for k in range(3))
    mask = torch.ones(3, 1, 4, 5, dtype=torch.bool)
    for i in range(3):
        mask[i, :, i : i + 2, 1:4] = False
    return (x_t, x_0, mask, t, eps, _SCHEDULE)


def _scattered(t: int, *shape: int) -> tuple:
    x_t, x_0, eps = (draw(*shape).roll(k, -1) for k in range(3))
    return (x_t, x_0, draw(*shape).flip(-1) > 0, t, eps, _HIDDEN)


def _leaves_the_hole(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (0, 4, 9):
        x_t, _, mask, *_ = arguments = _holed(t)
        yield Comparison(call(*arguments)[~mask], x_t[~mask])


def _clean_at_the_end(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, x_0, mask, *_ = arguments = _holed(0)
    yield Comparison(call(*arguments)[mask], x_0[mask])


def _level_of_t(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (1, 5, _SCHEDULE.T):
        signal = call(*_known(t, x_t=0.0, x_0=1.0, eps=0.0))
        noise = call(*_known(t, x_t=0.0, x_0=0.0, eps=1.0))
        alpha_bar_t = float(_SCHEDULE.alpha_bar[t])
        shares = torch.tensor([alpha_bar_t, 1 - alpha_bar_t], dtype=torch.float64)
        yield Comparison(torch.cat([signal, noise]).flatten() ** 2, shares)


def _right_already(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for t in (2, 7):
        _, x_0, mask, _, eps, schedule = _holed(t)
        x_t = forward.q_sample(x_0, t, eps, schedule)
        yield Comparison(call(x_t, x_0, mask, t, eps, schedule), x_t)


def _noised(make: Callable[[Tensor, int, Tensor, Schedule], Tensor]) -> Callable:
    """The right pixels, filled with something made of (x_0_known, t, eps, schedule)."""

    def answer(
        x_t: Tensor, x_0_known: Tensor, mask: Tensor, t: int, eps: Tensor, schedule: Schedule
    ) -> Tensor:
        return torch.where(mask, make(x_0_known, t, eps, schedule), x_t)

    return answer


def _placed(put: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """The right known image, laid over x_t in another way: made of (known, x_t, mask)."""

    def answer(
        x_t: Tensor, x_0_known: Tensor, mask: Tensor, t: int, eps: Tensor, schedule: Schedule
    ) -> Tensor:
        return put(forward.q_sample(x_0_known, t, eps, schedule), x_t, mask)

    return answer


def _noised_together(
    x_t: Tensor, x_0_known: Tensor, mask: Tensor, t: int, eps: Tensor, schedule: Schedule
) -> Tensor:
    return forward.q_sample(torch.where(mask, x_0_known, x_t), t, eps, schedule)


def _x_t_as_noise(
    x_t: Tensor, x_0_known: Tensor, mask: Tensor, t: int, eps: Tensor, schedule: Schedule
) -> Tensor:
    return replace(x_t, x_0_known, mask, t, x_t, schedule)


REPLACE = Exercise(
    "inpaint.replace",
    chapter=10,
    reference=replace,
    probes=[_known(4), _known(4, known=False), _holed(7), _holed(1), _holed(0)],
    hidden=[_scattered(25, 2, 1, 3, 5), _scattered(13, 4, 1, 2, 7), _scattered(1, 1, 1, 5, 3)],
    properties=[
        Property("inpaint_hole", _leaves_the_hole),
        Property("inpaint_clean", _clean_at_the_end),
        Property("inpaint_level", _level_of_t),
        Property("inpaint_right", _right_already),
    ],
    mistakes=[
        Mistake("mask_inverted", _placed(lambda known, x_t, mask: torch.where(mask, x_t, known))),
        Mistake("not_noised", _noised(lambda x_0, t, e, s: x_0)),
        Mistake("only_faded", _noised(lambda x_0, t, e, s: s.alpha_bar[t] ** 0.5 * x_0)),
        Mistake("not_faded", _noised(lambda x_0, t, e, s: x_0 + (1 - s.alpha_bar[t]) ** 0.5 * e)),
        Mistake("no_roots", _noised(lambda x_0, t, e, s: s.alpha_bar[t] * x_0 + (1 - s.alpha_bar[t]) * e)),
        Mistake(
            "noise_not_rooted",
            _noised(lambda x_0, t, e, s: s.alpha_bar[t] ** 0.5 * x_0 + (1 - s.alpha_bar[t]) * e),
        ),
        Mistake(
            "swapped",
            _noised(lambda x_0, t, e, s: (1 - s.alpha_bar[t]) ** 0.5 * x_0 + s.alpha_bar[t] ** 0.5 * e),
        ),
        Mistake("one_step", _noised(lambda x_0, t, e, s: s.alpha[t] ** 0.5 * x_0 + s.beta[t] ** 0.5 * e)),
        Mistake("q_step", _noised(lambda x_0, t, e, s: forward.q_step(x_0, t, e, s))),
        Mistake("one_less_noisy", _noised(lambda x_0, t, e, s: forward.q_sample(x_0, max(t - 1, 0), e, s))),
        Mistake("one_more_noisy", _noised(lambda x_0, t, e, s: forward.q_sample(x_0, t + 1, e, s))),
        Mistake("own_noise", _noised(lambda x_0, t, e, s: forward.q_sample(x_0, t, torch.randn_like(e), s))),
        Mistake("x_t_as_noise", _x_t_as_noise),
        Mistake("everywhere", _placed(lambda known, x_t, mask: known)),
        Mistake("hole_is_empty", _placed(lambda known, x_t, mask: mask * known)),
        Mistake("added", _placed(lambda known, x_t, mask: x_t + mask * known)),
        Mistake("noised_together", _noised_together),
        Mistake("averaged", _placed(lambda known, x_t, mask: torch.where(mask, (known + x_t) / 2, x_t))),
    ],
)

# ---- flow_matching.loss

Velocity = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class _Toy:
    """A velocity field whose answer shows what it was given: a x_s + b s, or always ``always``.

    Its one weight is 1, and changes nothing but that there is something to train. Not told one s for each
    item, it answers infinity: a network would stop there, with an error of its own.
    """

    a: float = 0.0
    b: float = 0.0
    always: Tensor | None = None
    weight: Tensor = field(default_factory=lambda: torch.ones((), dtype=torch.float64, requires_grad=True))

    def __call__(self, x_s: Tensor, s: Tensor) -> Tensor:
        if self.always is not None:
            return self.weight * self.always.expand_as(x_s)
        if s.shape != x_s.shape[:1]:
            return self.weight * torch.full_like(x_s, torch.inf)
        return self.weight * (self.a * x_s + self.b * s[:, None])

    def __repr__(self) -> str:
        return "field" if self.always is not None else f"{self.a:g} * x_s + {self.b:g} * s"


def _point(*values: float) -> Tensor:
    """One point, (1, D) in float64."""
    return torch.tensor([values], dtype=torch.float64)


def _row(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _path(model: _Toy, *s: float) -> tuple:
    shape = (len(s), 2)
    return (model, draw(*shape), torch.tensor(s, dtype=torch.float64), draw(*shape).flip(0).roll(1, -1) + 0.3)


def _names_the_velocity(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, x_0, s, _ = _path(_Toy(), 0.1, 0.5, 0.9)
    way = _point(0.7, -1.1)  # of every item, so that a field need not know which one it is asked about
    yield Comparison(call(_Toy(always=way), x_0, s, x_0 + way), torch.zeros(3))


def _stands_still(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_0, s, eps = _path(_Toy(), 0.1, 0.5, 0.9)
    yield Comparison(call(model, x_0, s, eps), (eps - x_0).square().mean(1))


def _both_ends(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # A field that answers x_s tells where it was asked: at s = 0 in x_0, at s = 1 in eps.
    model, x_0, s, eps = _path(_Toy(a=1.0), 0.0, 1.0)
    want = torch.stack([(x_0 - (eps - x_0))[0], (eps - (eps - x_0))[1]]).square().mean(1)
    yield Comparison(call(model, x_0, s, eps), want)


def _item_by_item(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_0, s, eps = _path(_Toy(0.5, 0.3), 0.2, 0.8)
    alone = [call(model, x_0[i : i + 1], s[i : i + 1], eps[i : i + 1]) for i in range(len(s))]
    yield Comparison(call(model, x_0, s, eps), torch.cat(alone))


def _on_path(
    mixed: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x_0, s, eps: (1 - s) * x_0 + s * eps,
    target: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda x_0, s, eps, x_s: eps - x_0,
    told: Callable[[Tensor], Tensor] = lambda s: s,
    measured: Callable[[Tensor], Tensor] = lambda error: error.square().mean(1),
    shown: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda x_0, eps, x_s: x_s,
) -> Callable:
    """The loss with one of its parts another; ``mixed`` and ``target`` are given s as a column."""

    def answer(field: Velocity, x_0: Tensor, s: Tensor, eps: Tensor) -> Tensor:
        column = s[:, None]
        x_s = mixed(x_0, column, eps)
        return measured(field(shown(x_0, eps, x_s), told(s)) - target(x_0, column, eps, x_s))

    return answer


def _over_the_coordinates(field: Velocity, x_0: Tensor, s: Tensor, eps: Tensor) -> Tensor:
    return (field((1 - s) * x_0 + s * eps, s) - (eps - x_0)).square().mean(1)


def _own_noise(field: Velocity, x_0: Tensor, s: Tensor, eps: Tensor) -> Tensor:
    return flow_matching.loss(field, x_0, s, torch.randn_like(x_0))


def _from_the_data(x_0: Tensor, s: Tensor, eps: Tensor) -> Tensor:
    return s * x_0 + (1 - s) * eps


FLOW_LOSS = Exercise(
    "flow_matching.loss",
    chapter=10,
    reference=flow_matching.loss,
    trains=True,
    # One item; a batch of another size than the points' dimension; and B == D, where a flat s runs.
    probes=[
        (_Toy(0.5, 0.3), _point(0.5, -1.0), torch.tensor([0.2], dtype=torch.float64), _point(1.0, 0.3)),
        _path(_Toy(0.5, 0.3), 0.1, 0.6, 0.9),
        _path(_Toy(0.5, 0.3), 0.3, 0.8),
    ],
    hidden=[
        (_Toy(-0.3, 0.8), draw(4, 5), _row(0.0, 0.35, 1.0, 0.7), draw(4, 5).flip(0) - 0.2),
        (_Toy(0.7, -0.4), draw(1, 3), _row(0.45), draw(1, 3).roll(1, -1)),
        (_Toy(0.2, 0.6), draw(3, 3), _row(0.15, 0.55, 0.95), draw(3, 3).flip(0)),
    ],
    properties=[
        Property("velocity_named", _names_the_velocity),
        Property("velocity_zero", _stands_still),
        Property("velocity_ends", _both_ends),
        Property("velocity_item", _item_by_item),
    ],
    mistakes=[
        Mistake("ends_swapped", _on_path(mixed=_from_the_data)),
        Mistake("target_sign", _on_path(target=lambda x_0, s, eps, x_s: x_0 - eps)),
        Mistake("other_direction", _on_path(_from_the_data, lambda x_0, s, eps, x_s: x_0 - eps)),
        Mistake("against_eps", _on_path(target=lambda x_0, s, eps, x_s: eps)),
        Mistake("against_x_0", _on_path(target=lambda x_0, s, eps, x_s: x_0)),
        Mistake("against_x_s", _on_path(target=lambda x_0, s, eps, x_s: x_s)),
        Mistake("way_so_far", _on_path(target=lambda x_0, s, eps, x_s: x_s - x_0)),
        Mistake("way_to_go", _on_path(target=lambda x_0, s, eps, x_s: eps - x_s)),
        Mistake("roots", _on_path(mixed=lambda x_0, s, eps: (1 - s) ** 0.5 * x_0 + s**0.5 * eps)),
        Mistake("noise_not_faded", _on_path(mixed=lambda x_0, s, eps: (1 - s) * x_0 + eps)),
        Mistake("shown_x_0", _on_path(shown=lambda x_0, eps, x_s: x_0)),
        Mistake("shown_eps", _on_path(shown=lambda x_0, eps, x_s: eps)),
        Mistake("told_the_rest", _on_path(told=lambda s: 1 - s)),
        Mistake("told_a_column", _on_path(told=lambda s: s[:, None])),
        Mistake("over_the_coordinates", _over_the_coordinates),
        Mistake("whole_batch", _on_path(measured=lambda error: error.square().mean())),
        Mistake("summed", _on_path(measured=lambda error: error.square().sum(1))),
        Mistake("per_coordinate", _on_path(measured=torch.square)),
        Mistake("over_the_batch", _on_path(measured=lambda error: error.square().mean(0))),
        Mistake("not_squared", _on_path(measured=lambda error: error.mean(1))),
        Mistake("absolute", _on_path(measured=lambda error: error.abs().mean(1))),
        Mistake("halved", _on_path(measured=lambda error: error.square().mean(1) / 2)),
        Mistake("rooted", _on_path(measured=lambda error: error.square().mean(1).sqrt())),
        Mistake("own_noise", _own_noise),
    ],
)

# ---- memory.nearest


def nearest(samples: Tensor, training: Tensor) -> Tensor:
    """How far each sample is from its nearest training image: the root of the mean square a pixel."""
    difference = samples[:, None] - training[None]
    return difference.square().flatten(2).mean(2).sqrt().min(1).values


def _album(samples: int, training: int) -> tuple[Tensor, Tensor]:
    return draw(samples, 1, 2, 3), draw(training, 1, 2, 3).roll(1, -1) + 0.1


def _finds_the_copy(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, training = _album(3, 5)
    yield Comparison(call(training[[3, 0, 4]], training), torch.zeros(3))


def _brighter(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, training = _album(3, 1)
    shift = torch.tensor([0.5, -0.25, 2.0], dtype=torch.float64)
    yield Comparison(call(training + shift.view(-1, 1, 1, 1), training), shift.abs())


def _any_order(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    samples, training = _album(3, 3)
    yield Comparison(call(samples, training.flip(0)), call(samples, training))


def _never_farther(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    samples, training = _album(3, 5)
    fewer, more = call(samples, training[:2]), call(samples, training)
    yield Comparison((more > fewer).sum(), torch.tensor(0))


def _every(samples: Tensor, training: Tensor) -> Tensor:
    """Squared differences, (B, N, pixels)."""
    return (samples[:, None] - training[None]).square().flatten(2)


def _measured(make: Callable[[Tensor], Tensor]) -> Callable:
    """An answer made of the squared differences (B, N, pixels)."""
    return lambda samples, training: make(_every(samples, training))


NEAREST = Exercise(
    "memory.nearest",
    chapter=10,
    reference=nearest,
    probes=[
        (torch.tensor([0.2, 0.9]).double().view(1, 1, 1, 2), torch.eye(2).double().view(2, 1, 1, 2)),
        _album(3, 5),
        _album(4, 4),
    ],
    hidden=[
        (draw(6, 1, 5, 3), draw(3, 1, 5, 3).roll(1, -1)),
        (draw(1, 1, 3, 7), draw(7, 1, 3, 7).flip(0) + 0.2),
        (draw(5, 1, 1, 3), draw(1, 1, 1, 3).flip(-1)),
    ],
    properties=[
        Property("nearest_copy", _finds_the_copy),
        Property("nearest_shift", _brighter),
        Property("nearest_order", _any_order),
        Property("nearest_more", _never_farther),
    ],
    mistakes=[
        Mistake("wrong_axis", _measured(lambda d: d.mean(2).sqrt().min(0).values)),
        Mistake("no_root", _measured(lambda d: d.mean(2).min(1).values)),
        Mistake("summed", _measured(lambda d: d.sum(2).sqrt().min(1).values)),
        Mistake("summed_no_root", _measured(lambda d: d.sum(2).min(1).values)),
        Mistake("divided_after_the_root", _measured(lambda d: (d.sum(2).sqrt() / d.shape[2]).min(1).values)),
        Mistake("absolute", _measured(lambda d: d.sqrt().mean(2).min(1).values)),
        Mistake("largest_pixel", _measured(lambda d: d.sqrt().amax(2).min(1).values)),
        Mistake("farthest", _measured(lambda d: d.mean(2).sqrt().max(1).values)),
        Mistake("mean_distance", _measured(lambda d: d.mean(2).sqrt().mean(1))),
        Mistake("one_for_all", _measured(lambda d: d.mean(2).sqrt().min())),
        Mistake("every_distance", _measured(lambda d: d.mean(2).sqrt())),
        Mistake("index", _measured(lambda d: d.mean(2).argmin(1))),
        Mistake("pixel_by_pixel", _measured(lambda d: d.min(1).values.mean(1).sqrt())),
        Mistake(
            "to_the_mean_image",
            lambda samples, training: (samples - training.mean(0)).square().flatten(1).mean(1).sqrt(),
        ),
        Mistake(
            "in_pairs", lambda samples, training: (samples - training).square().flatten(1).mean(1).sqrt()
        ),
    ],
)

# ---- latent.predict_cost


def predict_cost() -> list[int]:
    """From 1 x 28 x 28 pixels to 4 x 7 x 7 latents: how many times fewer are the numbers, the positions that
    a convolution visits, the pairs that attention compares; and how often 50 steps call the decoder."""
    pixels, latents = 28 * 28, 7 * 7
    numbers = (1 * pixels) // (4 * latents)
    positions = pixels // latents
    return [numbers, positions, positions**2, 1]


def _foreseen(**slips: int) -> Callable[[], list[int]]:
    """A prediction that is right but for the entries named."""

    def answer() -> list[int]:
        right = dict(zip(("numbers", "positions", "pairs", "decoded"), predict_cost(), strict=True))
        return list((right | slips).values())

    return answer


def _four_channels(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    numbers, positions, _, _ = call()
    yield Comparison(positions, 4 * numbers)


def _both_sides(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, positions, _, _ = call()
    yield Comparison(positions, torch.tensor(4.0 * 4.0))


def _each_with_each(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    _, positions, pairs, _ = call()
    yield Comparison(pairs, positions**2)


def _only_at_the_end(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # The sampler never needs the picture on its way, so 50 steps decode as often as 5.
    *_, decoded = call()
    yield Comparison(decoded, decoded.new_ones(()))


PREDICT_COST = Exercise(
    "latent.predict_cost",
    chapter=10,
    kind="predict",
    lists=True,
    reference=predict_cost,
    probes=[()],
    properties=[
        Property("cost_channels", _four_channels),
        Property("cost_sides", _both_sides),
        Property("cost_pairs", _each_with_each),
        Property("cost_decoder", _only_at_the_end),
    ],
    mistakes=[
        Mistake("all_alike", _foreseen(positions=4, pairs=4)),
        Mistake("channels_forgotten", _foreseen(numbers=16)),
        Mistake("channels_multiplied", _foreseen(numbers=64)),
        Mistake("one_side", _foreseen(positions=4)),
        Mistake("same_weights", _foreseen(positions=1)),
        Mistake("pairs_as_positions", _foreseen(pairs=16)),
        Mistake("pairs_of_numbers", _foreseen(pairs=4)),
        Mistake("pairs_doubled", _foreseen(pairs=32)),
        Mistake("pairs_halved", _foreseen(pairs=128)),
        Mistake("decoded_at_each_step", _foreseen(decoded=50)),
        Mistake("decoded_never", _foreseen(decoded=0)),
        Mistake("encoded_too", _foreseen(decoded=2)),
    ],
)

EXERCISES = (REPLACE, PREDICT_COST, FLOW_LOSS, NEAREST)  # in the chapter's order
