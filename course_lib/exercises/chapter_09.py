"""Chapter 09: drop labels in training, combine two predictions, read the dial, ask for both in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from course_lib import guidance
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw, pixel

Model = Callable[[Tensor, Tensor, Tensor], Tensor]

# ---- guidance.drop_labels


def drop_labels(y: Tensor, null: int, p: float, u: Tensor) -> Tensor:
    """The labels, each one that drew u < p replaced by null: Ho & Salimans 2022, Algorithm 1, line 3."""
    return torch.where(u < p, null, y)


def _labels(*numbers: int) -> Tensor:
    return torch.tensor(numbers)


def _evenly(count: int) -> Tensor:
    """``count`` numbers in [0, 1), evenly spread; none is a multiple of a tenth."""
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count


_Y, _U = _labels(7, 2, 9, 0, 4), torch.tensor([0.63, 0.08, 0.91, 0.17, 0.35], dtype=torch.float64)


def _never(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    u = _U - _U.min()  # a random number in [0, 1) may well be 0, and is not smaller than p = 0
    yield Comparison(call(_Y, 10, 0.0, u), _Y)


def _always(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for null in (10, 3):
        yield Comparison(call(_Y, null, 1.0, _U), torch.full((5,), null))


def _share_dropped(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    y, u = torch.arange(100) % 10, _evenly(100)
    for p in (0.1, 0.2, 0.7):
        dropped = (call(y, 10, p, u) == 10).double().mean()
        yield Comparison(dropped, torch.tensor(p))


def _each_its_own(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    alone = [call(_Y[i : i + 1], 10, 0.4, _U[i : i + 1]) for i in range(len(_Y))]
    yield Comparison(call(_Y, 10, 0.4, _U), torch.cat(alone))


def _dropped(
    where: Callable[[Tensor, float], Tensor], to: Callable[[int], int] = lambda null: null
) -> Callable:
    """An answer with another choice of labels, made of (u, p), or another label in their place."""

    def answer(y: Tensor, null: int, p: float, u: Tensor) -> Tensor:
        return torch.where(where(u, p), to(null), y)

    return answer


def _first_ones(u: Tensor, p: float) -> Tensor:
    return torch.arange(len(u)) < round(p * len(u))


DROP_LABELS = Exercise(
    "guidance.drop_labels",
    chapter=9,
    reference=drop_labels,
    probes=[
        (_labels(7, 2), 10, 0.2, torch.tensor([0.63, 0.08], dtype=torch.float64)),
        (_labels(1, 3, 0), 4, 0.5, torch.tensor([0.34, 0.85, 0.12], dtype=torch.float64)),
        (_Y, 10, 0.5, _U),
    ],
    hidden=[
        (_labels(0, 8, 6, 3, 3, 8, 1), 9, 0.65, _evenly(7).roll(3)),
        (_labels(4), 5, 0.3, torch.tensor([0.29], dtype=torch.float64)),
        (_labels(2, 0, 1), 3, 0.15, _evenly(3)),
    ],
    properties=[
        Property("drop_never", _never),
        Property("drop_always", _always),
        Property("drop_share", _share_dropped),
        Property("drop_each", _each_its_own),
    ],
    mistakes=[
        Mistake("whole_batch", _dropped(lambda u, p: (u < p)[:1])),
        Mistake("by_the_mean", _dropped(lambda u, p: u.mean() < p)),
        Mistake("inverted", _dropped(lambda u, p: u >= p)),
        Mistake("null_is_0", _dropped(lambda u, p: u < p, lambda null: 0)),
        Mistake("null_is_the_last_class", _dropped(lambda u, p: u < p, lambda null: null - 1)),
        Mistake("null_is_minus_1", _dropped(lambda u, p: u < p, lambda null: -1)),
        Mistake("own_numbers", lambda y, null, p, u: torch.where(torch.rand(len(y)) < p, null, y)),
        Mistake("first_ones", _dropped(_first_ones)),
        Mistake("removed", lambda y, null, p, u: y[u >= p]),
        Mistake("all_dropped", _dropped(lambda u, p: u < 2)),
        Mistake("only_the_choice", lambda y, null, p, u: u < p),
        Mistake("null_added", lambda y, null, p, u: y + null * (u < p)),
    ],
    most=10,
)

# ---- guidance.combine


def _two(w: float) -> tuple[object, ...]:
    return (draw(2, 1, 3, 4), draw(2, 1, 3, 4).flip(0).roll(1, -1) + 0.2, w)


def _plain(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    c, u, _ = _two(0.0)
    yield Comparison(call(c, u, 0.0), torch.as_tensor(c))


def _unconditional(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    c, u, _ = _two(-1.0)
    yield Comparison(call(c, u, -1.0), torch.as_tensor(u))


def _agree(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    c = draw(2, 1, 3, 4)
    for w in (-0.5, 1.0, 4.0):
        yield Comparison(call(c, c, w), c)


def _half_way(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    c, u, w = _two(1.0)
    assert isinstance(c, Tensor) and isinstance(u, Tensor)
    yield Comparison((call(c, u, w) + u) / 2, c)


def _even_in_w(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    c, u, _ = _two(0.0)
    yield Comparison(call(c, u, 4.0) - call(c, u, 3.0), call(c, u, 1.0) - call(c, u, 0.0))


COMBINE = Exercise(
    "guidance.combine",
    chapter=9,
    reference=guidance.combine,
    probes=[(pixel(1.0), pixel(0.2), 7.5), _two(0.5), _two(3.0)],
    hidden=[
        (draw(3, 3, 3, 5), draw(3, 3, 3, 5).flip(0) - 0.1, 12.0),
        (draw(1, 1, 5, 3), draw(1, 1, 5, 3).roll(1, -1), -1.0),
        (draw(4, 1, 2, 1), draw(4, 1, 2, 1).flip(0), -0.3),
    ],
    properties=[
        Property("guided_plain", _plain),
        Property("guided_unconditional", _unconditional),
        Property("guided_agree", _agree),
        Property("guided_half_way", _half_way),
        Property("guided_even", _even_in_w),
    ],
    mistakes=[
        Mistake("the_s_form", lambda c, u, w: u + w * (c - u)),
        Mistake("converted_backwards", lambda c, u, w: u + (w - 1) * (c - u)),
        Mistake("swapped", lambda c, u, w: (1 + w) * u - w * c),
        Mistake("swapped_s_form", lambda c, u, w: c + w * (u - c)),
        Mistake("weights_swapped", lambda c, u, w: w * c - (1 + w) * u),
        Mistake("one_forgotten", lambda c, u, w: c - w * u),
        Mistake("u_not_weighted", lambda c, u, w: (1 + w) * c - u),
        Mistake("added", lambda c, u, w: (1 + w) * c + w * u),
        Mistake("averaged", lambda c, u, w: (c + w * u) / (1 + w)),
        Mistake("divided_again", lambda c, u, w: ((1 + w) * c - w * u) / (1 + w)),
        Mistake("only_the_difference", lambda c, u, w: w * (c - u)),
        Mistake("longer_difference", lambda c, u, w: c + (1 + w) * (c - u)),
    ],
)

# ---- guidance.enough


def enough(w: Tensor, accuracy: Tensor, spread: Tensor, real: float, N: int) -> Tensor:
    """The smallest w whose accuracy chance cannot tell from the best, and the share of real spread there.

    Chance: two standard errors of an accuracy p that was counted on N samples, 2 sqrt(p (1 - p) / N).
    """
    error = (accuracy * (1 - accuracy) / N) ** 0.5
    good = accuracy.max() - accuracy <= 2 * error
    k = torch.where(good, w, torch.inf).argmin()
    return torch.stack([w[k], spread[k] / real])


def _dial(N: int, real: float, *rows: tuple[float, float, float]) -> tuple[Any, ...]:
    """Rows of w, accuracy and spread."""
    return (*torch.tensor(rows, dtype=torch.float64).T, real, N)


# No w is a multiple of its place; not all lists are in order.
_DIALS = [
    _dial(400, 2.0, (0.0, 0.9, 2.4), (0.5, 0.96, 1.8), (2.0, 0.97, 1.5)),
    _dial(
        1000, 2.1, (-0.5, 0.56, 6.1), (0.0, 0.95, 2.6), (0.5, 0.983, 1.9), (1.5, 0.99, 1.7), (4.0, 0.985, 1.4)
    ),
    _dial(
        1000, 2.1, (4.0, 0.998, 1.4), (1.0, 1.0, 1.7), (0.25, 0.99, 2.2), (0.0, 0.98, 2.5), (-1.0, 0.1, 7.7)
    ),
    # Each error without its root, or with only a part of it, chooses another w; the largest spread, one more.
    _dial(
        100,
        1.6,
        (3.0, 0.915, 1.7),
        (6.0, 0.92, 0.8),
        (0.0, 0.87, 1.5),
        (4.0, 0.919, 1.1),
        (2.0, 0.9, 1.3),
        (2.5, 0.908, 1.2),
    ),
]


def _plain_best(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    got = call(*_dial(200, 2.0, (0.0, 0.98, 1.9), (1.0, 0.8, 1.0), (3.0, 0.7, 0.5)))
    yield Comparison(got, torch.tensor([0.0, 0.95]))


def _within_two_errors(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # At 0.9 and N = 100 two standard errors are 0.06: a gap of 0.05 lies within them, one of 0.07 beyond.
    # At 0.3 they are 0.09, which 0.12 is beyond; without the factor p they would be 0.17.
    for p, best, chosen in ((0.9, 0.95, 0.5), (0.9, 0.97, 3.0), (0.3, 0.42, 3.0)):
        got = call(*_dial(100, 2.0, (0.5, p, 1.8), (3.0, best, 1.4)))
        yield Comparison(got[0], torch.tensor(chosen))


def _more_samples(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    rows = ((0.5, 0.9, 1.8), (3.0, 0.95, 1.4))
    got = torch.stack([call(*_dial(N, 2.0, *rows))[0] for N in (100, 400)])
    yield Comparison(got, torch.tensor([0.5, 3.0]))


def _any_order_of_w(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    w, accuracy, spread, real, N = _DIALS[2]
    turned = (x.flip(0) for x in (w, accuracy, spread))
    yield Comparison(call(*turned, real, N), call(w, accuracy, spread, real, N))


def _read(
    good: Callable[[Tensor, int], Tensor] | None = None,
    choose: Callable[[Tensor, Tensor], int | Tensor] | None = None,
    share: Callable[[Tensor, int | Tensor, float, Tensor], Tensor] | None = None,
    first: Callable[[Tensor, int | Tensor], Tensor] | None = None,
) -> Callable[..., Tensor]:
    """The answer with another test of (accuracy, N), another choice among the good w, or another result."""

    def answer(w: Tensor, accuracy: Tensor, spread: Tensor, real: float, N: int) -> Tensor:
        ok = good(accuracy, N) if good else _gap(accuracy) <= 2 * _error(accuracy, N)
        k = choose(w, ok) if choose else torch.where(ok, w, torch.inf).argmin()
        kept = share(spread, k, real, w) if share else spread[k] / real
        return torch.stack([first(w, k) if first else w[k], kept])

    return answer


def _gap(accuracy: Tensor) -> Tensor:
    return accuracy.max() - accuracy


def _error(accuracy: Tensor, N: int) -> Tensor:
    return (accuracy * (1 - accuracy) / N) ** 0.5


def _best_error(accuracy: Tensor, N: int) -> Tensor:
    return _error(accuracy.max(), N)


def _most_varied(w: Tensor, accuracy: Tensor, spread: Tensor, real: float, N: int) -> Tensor:
    good = _gap(accuracy) <= 2 * _error(accuracy, N)
    k = torch.where(good, spread, -torch.inf).argmax()
    return torch.stack([w[k], spread[k] / real])


ENOUGH = Exercise(
    "guidance.enough",
    chapter=9,
    kind="measure",
    reference=enough,
    probes=_DIALS,
    hidden=[
        _dial(50, 1.3, (0.0, 0.72, 1.9), (0.75, 0.8, 2.0), (2.5, 0.84, 1.2), (5.0, 0.82, 0.9)),
        _dial(5000, 3.0, (8.0, 0.996, 1.5), (-0.25, 0.9, 4.0), (0.3, 0.992, 3.3), (2.0, 0.995, 2.1)),
        _dial(10, 2.0, (1.0, 0.4, 1.9), (7.0, 1.0, 1.0)),
    ],
    properties=[
        Property("dial_plain", _plain_best),
        Property("dial_errors", _within_two_errors),
        Property("dial_samples", _more_samples),
        Property("dial_order", _any_order_of_w),
    ],
    mistakes=[
        Mistake("the_best", _read(good=lambda p, N: p == p.max())),
        Mistake("best_left_out", _read(good=lambda p, N: _gap(p) < 2 * _error(p, N))),
        Mistake("one_error", _read(good=lambda p, N: _gap(p) <= _error(p, N))),
        Mistake("not_rooted", _read(good=lambda p, N: _gap(p) <= 2 * p * (1 - p) / N)),
        Mistake("N_not_rooted", _read(good=lambda p, N: _gap(p) <= 2 * (p * (1 - p)) ** 0.5 / N)),
        Mistake("not_over_N", _read(good=lambda p, N: _gap(p) <= 2 * (p * (1 - p)) ** 0.5)),
        Mistake("error_of_the_best", _read(good=lambda p, N: _gap(p) <= 2 * _best_error(p, N))),
        Mistake("over_all_w", _read(good=lambda p, N: _gap(p) <= 2 * p.std() / len(p) ** 0.5)),
        Mistake("a_percent", _read(good=lambda p, N: _gap(p) <= 0.01)),
        Mistake("first_in_the_list", _read(choose=lambda w, ok: ok.double().argmax())),
        Mistake("largest_w", _read(choose=lambda w, ok: torch.where(ok, w, -torch.inf).argmax())),
        Mistake("largest_spread", _most_varied),
        Mistake("last_that_is_not", _read(choose=lambda w, ok: torch.where(ok, -torch.inf, w).argmax())),
        Mistake("place_in_the_list", _read(first=lambda w, k: torch.as_tensor(k, dtype=w.dtype))),
        Mistake("spread_itself", _read(share=lambda spread, k, real, w: spread[k])),
        Mistake("upside_down", _read(share=lambda spread, k, real, w: real / spread[k])),
        Mistake("against_plain", _read(share=lambda spread, k, real, w: spread[k] / spread[w == 0][0])),
        Mistake("what_is_lost", _read(share=lambda spread, k, real, w: 1 - spread[k] / real)),
        Mistake("smallest_spread", _read(share=lambda spread, k, real, w: spread.min() / real)),
    ],
)

# ---- guidance.both


def both(model: Model, x_t: Tensor, t: Tensor, y: Tensor, null: int, w: float) -> Tensor:
    """Classifier-free guidance in one call of the model, on a batch of twice the size."""
    labels = torch.cat([y, torch.full_like(y, null)])
    conditional, unconditional = model(torch.cat([x_t, x_t]), torch.cat([t, t]), labels).chunk(2)
    return (1 + w) * conditional - w * unconditional


class _Toy:
    """A model whose answer shows what it was given: a x_t + b t + c y.

    Not told one timestep and one label for each image, it answers infinity in the first half, of another
    sign for the labels: a network would stop there, with an error of its own.
    """

    def __init__(self, a: float = 0.5, b: float = 0.1, c: float = 0.3):
        self.a, self.b, self.c = a, b, c

    def __call__(self, x_t: Tensor, t: Tensor, y: Tensor) -> Tensor:
        for told, sign in ((t, 1), (y, -1)):
            if told.shape != x_t.shape[:1]:
                answer = torch.zeros_like(x_t)
                answer[: len(x_t) // 2] = sign * torch.inf
                return answer
        t, y = (told.view(-1, 1, 1, 1) for told in (t, y))
        return self.a * x_t + self.b * t + self.c * y

    def __repr__(self) -> str:
        return f"{self.a:g} * x_t + {self.b:g} * t + {self.c:g} * y"


class _Watch(_Toy):
    """Notes how many images each call asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def __call__(self, x_t: Tensor, t: Tensor, y: Tensor) -> Tensor:
        self.asked.append(len(x_t))
        return super().__call__(x_t, t, y)


_TOY = _Toy()
_OTHER_TOY = _Toy(0.3, -0.2, 0.7)


def _asked(w: float, *times: int, model: _Toy = _TOY) -> tuple[Any, ...]:
    x_t = draw(len(times), 1, 2, 2) if len(times) > 1 else pixel(0.5)
    return (model, x_t, torch.tensor(times), torch.arange(2, 2 + len(times)), 10, w)


def _conditional(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_t, t, y, null, _ = _asked(0.0, 3, 8, 5)
    yield Comparison(call(model, x_t, t, y, null, 0.0), _TOY(x_t, t, y))


def _with_null(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_t, t, y, null, _ = _asked(-1.0, 3, 8, 5)
    want = _TOY(x_t, t, torch.full_like(y, 10))
    yield Comparison(call(model, x_t, t, y, null, -1.0), want)


def _image_by_image(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    model, x_t, t, y, null, w = _asked(2.0, 3, 8, 5)
    assert isinstance(x_t, Tensor) and isinstance(t, Tensor) and isinstance(y, Tensor)
    rows = [slice(i, i + 1) for i in range(len(t))]
    alone = [call(model, x_t[row], t[row], y[row], null, w) for row in rows]
    yield Comparison(call(model, x_t, t, y, null, w), torch.cat(alone))


def _one_call(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    watch = _Watch()
    call(*_asked(1.5, 3, 8, 5, model=watch))
    yield Comparison(torch.tensor(watch.asked), torch.tensor([6]))


def _both(
    images: Callable[[Tensor], Tensor] = lambda x: torch.cat([x, x]),
    told: Callable[[Tensor], Tensor] = lambda t: torch.cat([t, t]),
    labels: Callable[[Tensor, int], Tensor] = lambda y, null: torch.cat([y, torch.full_like(y, null)]),
    halves: Callable[[Tensor], tuple[Tensor, ...]] = lambda both: both.chunk(2),
    mixed: Callable[[Tensor, Tensor, float], Tensor] = guidance.combine,
) -> Callable:
    """An answer with one of its parts another: what the model is shown, and what is read from its answer."""

    def answer(model: Model, x_t: Tensor, t: Tensor, y: Tensor, null: int, w: float) -> Tensor:
        conditional, unconditional = halves(model(images(x_t), told(t), labels(y, null)))
        return mixed(conditional, unconditional, w)

    return answer


def _labels_overwritten(model: Model, x_t: Tensor, t: Tensor, y: Tensor, null: int, w: float) -> Tensor:
    nulls = y  # the same tensor under another name
    nulls[:] = null
    conditional, unconditional = model(torch.cat([x_t, x_t]), torch.cat([t, t]), torch.cat([y, nulls])).chunk(
        2
    )
    return guidance.combine(conditional, unconditional, w)


BOTH = Exercise(
    "guidance.both",
    chapter=9,
    reference=both,
    # One image, whose halves cannot be interleaved; then more, with a timestep and a label for each.
    probes=[_asked(1.5, 4), _asked(0.5, 9, 2), _asked(3.0, 3, 8, 5)],
    hidden=[
        (_OTHER_TOY, draw(4, 3, 3, 5), torch.tensor([7, 1, 4, 12]), torch.tensor([5, 1, 3, 0]), 6, 0.75),
        (_OTHER_TOY, draw(1, 1, 5, 3), torch.tensor([20]), torch.tensor([2]), 3, -1.0),
        (_OTHER_TOY, draw(2, 1, 3, 3), torch.tensor([6, 6]), torch.tensor([7, 4]), 20, 8.0),
    ],
    properties=[
        Property("both_conditional", _conditional),
        Property("both_null", _with_null),
        Property("both_own_label", _image_by_image),
        Property("both_one_call", _one_call),
    ],
    mistakes=[
        Mistake("halves_swapped", _both(halves=lambda both: both.chunk(2)[::-1])),
        Mistake("not_guided", lambda model, x_t, t, y, null, w: model(x_t, t, y)),
        Mistake("labels_overwritten", _labels_overwritten),
        Mistake("null_is_0", _both(labels=lambda y, null: torch.cat([y, 0 * y]))),
        Mistake("null_is_the_last_class", _both(labels=lambda y, null: torch.cat([y, 0 * y + null - 1]))),
        Mistake("null_is_minus_1", _both(labels=lambda y, null: torch.cat([y, 0 * y - 1]))),
        Mistake("null_added", _both(labels=lambda y, null: torch.cat([y, y + null]))),
        Mistake("times_not_doubled", _both(told=lambda t: t)),
        Mistake("labels_not_doubled", _both(labels=lambda y, null: y)),
        Mistake("images_interleaved", _both(images=lambda x: x.repeat_interleave(2, 0))),
        Mistake("times_interleaved", _both(told=lambda t: t.repeat_interleave(2))),
        Mistake(
            "both_interleaved",
            _both(images=lambda x: x.repeat_interleave(2, 0), told=lambda t: t.repeat_interleave(2)),
        ),
        Mistake("read_interleaved", _both(halves=lambda both: (both[::2], both[1::2]))),
        Mistake("null_half_at_0", _both(told=lambda t: torch.cat([t, 0 * t]))),
        Mistake("null_half_of_zeros", _both(images=lambda x: torch.cat([x, 0 * x]))),
        Mistake("the_s_form", _both(mixed=lambda c, u, w: u + w * (c - u))),
        Mistake("not_combined", _both(mixed=lambda c, u, w: torch.cat([c, u]))),
        Mistake("only_the_difference", _both(mixed=lambda c, u, w: w * (c - u))),
    ],
)

EXERCISES = (DROP_LABELS, COMBINE, ENOUGH, BOTH)  # in the chapter's order
