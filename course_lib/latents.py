"""x_T as a place: the noise that a picture comes from, found again, and the ways between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import numbers
from course_lib.forward import check_batch, check_noise, predict_x_0, q_sample
from course_lib.parameterisations import Model
from course_lib.samplers import Step
from course_lib.schedules import Schedule, every, per_item
from course_lib.walks import Watch, check_times, check_walk, own


def encode(
    model: Model, x_0: Float[Tensor, "B *D"], schedule: Schedule, times: Sequence[int] | None = None
) -> Iterator[Step]:
    """Walk DDIM upwards, from x_0 to the x_T that it comes from, yielding every state up to t = times[0].

    x_next = sqrt(alpha_bar_next) x_0_hat + sqrt(1 - alpha_bar_next) eps_hat,  t_next > t,
    with eps_hat = model(x_t, t) at the state that is left; at t = 0, where no model was trained, it is asked
    at the first t > 0.

    Source: Song, Meng & Ermon 2021, eq. 13 run upwards, and section 5.4. times: falling as in
    ``samplers.sample`` and walked backwards; default T, T-1, ..., 0. The way back is
    ``samplers.final(samplers.sample(model, samplers.ddim_step, x_T, schedule, times))``; it misses x_0 by an
    error that falls in proportion to 1 / steps, since each step down asks the model somewhere else than the
    step up. The last Step keeps the x_0_hat and eps_hat that led to it. Model calls run under
    ``torch.no_grad``. ValueError as in ``samplers.sample``.
    """
    check_walk(model, x_0, schedule, "x_0")
    visited = check_times(times, schedule.T)[::-1]

    def walk() -> Iterator[Step]:
        x_t, asked = own(x_0), [t or t_next for t, t_next in pairwise(visited)]
        watch = Watch(asked, "encode", x_t, "x_0")
        for t, t_next in pairwise(visited):
            with torch.no_grad():
                eps_hat = watch.take(model(watch.lend(x_t), every(t or t_next, x_t)))
                x_0_hat = predict_x_0(x_t, t, eps_hat, schedule) if t else x_t
                state = Step(t, x_t, x_0_hat, eps_hat)
                x_t = watch.take(q_sample(x_0_hat, t_next, eps_hat, schedule))
            yield state
        watch.close()
        yield Step(visited[-1], x_t, x_0_hat, eps_hat)

    return walk()


def lerp(
    a: Float[Tensor, "A *D"], b: Float[Tensor, "A *D"], f: float | Float[Tensor, " F"]
) -> Float[Tensor, "F *D"]:
    """The straight way from a to b.

    (1 - f) a + f b.

    Half-way between two draws of N(0, I) it is about sqrt(1/2) as long as they are, where N(0, I) has
    practically no mass: ``slerp`` stays where it has. a and b (A, *D), pair by pair; f a number in [0, 1]
    for all pairs, result (A, *D), or (F,) of them: one for each pair, or F points between the one pair of
    A = 1, result (F, *D). ValueError otherwise, and for NaN or infinity.
    """
    at = _fractions(a, b, f)
    return (1 - at).to(a.dtype) * a + at.to(b.dtype) * b


def slerp(
    a: Float[Tensor, "A *D"], b: Float[Tensor, "A *D"], f: float | Float[Tensor, " F"]
) -> Float[Tensor, "F *D"]:
    """The way from a to b along an arc, which keeps the length where both are equally long.

    ( sin((1 - f) omega) a + sin(f omega) b ) / sin(omega),
    omega the angle between a and b, each image taken as one vector.

    Source: Shoemake 1985; for noise: Song, Meng & Ermon 2021, appendix D.5. Shapes and f as in ``lerp``, and
    the angle is each pair's own; where it is 0, or a vector is zero and has no direction, this is ``lerp``.
    ValueError as there, and for opposite vectors, between which no arc is the shortest.
    """
    at = _fractions(a, b, f)
    exact = torch.promote_types(a.dtype, torch.float32)  # an angle in bfloat16 has two digits
    u, v = (_unit(x.to(exact)) for x in (a, b))
    apart, along = ((u - v).norm(dim=1), (u + v).norm(dim=1))
    opposite = along < 16 * torch.finfo(exact).eps
    if opposite.any():
        raise ValueError(lang.text("error.opposite", at=int(opposite.nonzero()[0, 0])))
    # The arc cosine of the inner product would lose half of the digits of a small angle.
    omega = per_item(2 * torch.atan2(apart, along), a)
    sine = omega.sin()
    straight = ~(sine > torch.finfo(exact).eps)  # NaN, of a zero vector, too
    sine = torch.where(straight, 1.0, sine)
    share_a = torch.where(straight, 1 - at, ((1 - at) * omega).sin() / sine)
    share_b = torch.where(straight, at, (at * omega).sin() / sine)
    return share_a.to(a.dtype) * a + share_b.to(b.dtype) * b


def _unit(x: Tensor) -> Tensor:
    """The direction of each image, taken as one vector; NaN for a zero vector."""
    rows = x.flatten(1) if x.ndim > 1 else x[:, None]
    length = rows.norm(dim=1, keepdim=True)
    far = ~length.isfinite() | (length == 0)  # squares beyond the dtype, or a zero vector
    if rows.numel() and far.any():
        rows = rows / torch.where(far, rows.abs().amax(1, keepdim=True), 1.0)
        length = rows.norm(dim=1, keepdim=True)
    return rows / length


def _fractions(a: Tensor, b: Tensor, f: Any) -> Tensor:
    """f as (1 or F, 1, ..., 1), shaped to multiply a and b; ValueError where f, a and b do not fit."""
    check_batch("a", a)
    check_noise(a, b, "a", "b")
    for name, x in (("a", a), ("b", b)):
        if not x.isfinite().all():
            raise ValueError(lang.text("error.start_nan", name=name))
    at = numbers("f", f, torch.promote_types(a.dtype, torch.float32), a.device)
    if at.ndim > 1 or (at.ndim and len(a) not in (1, len(at))):
        raise ValueError(lang.text("error.fractions", B=len(a), want=(len(a),), got=tuple(at.shape)))
    outside = ~((at >= 0) & (at <= 1))  # NaN too
    if outside.any():
        raise ValueError(lang.text("error.fraction", got=float(at[outside].flatten()[0])))
    return per_item(at, a)
