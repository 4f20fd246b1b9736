"""Where flow matching and diffusion are one picture: the maps between their times, places and answers.

Diffusion's x_t = a x_0 + b eps, with a = sqrt(alpha_bar_t) and b = sqrt(1 - alpha_bar_t), divided by a + b is
flow matching's x_s = (1 - s) x_0 + s eps at s = b / (a + b): the signal-to-noise ratio (a / b)^2 is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import is_number, seen
from course_lib.continuous import at_real_t
from course_lib.forward import check_batch, check_noise
from course_lib.parameterisations import Model, check_tables
from course_lib.schedules import Schedule, Timesteps, per_item, signal_noise
from course_lib.walks import check_takes

VelocityField = Callable[[Tensor, Tensor], Tensor]  # (x_s, s) -> velocity


def check_s(s: Any, x: Tensor) -> Tensor:
    """s as (B,) numbers on x's device, in x's dtype; ValueError outside [0, 1] or for another shape.

    Numbers on an accelerator are not looked at: each look would wait for it.
    """
    if is_number(s):
        if not 0 <= s <= 1:  # NaN too
            raise ValueError(lang.text("error.flow_s", got=float(s)))
        return torch.full((len(x),), float(s), dtype=x.dtype, device=x.device)
    if not isinstance(s, Tensor) or s.shape != x.shape[:1] or not s.is_floating_point():
        raise ValueError(lang.text("error.flow_s_shape", want=(len(x),), got=seen(s)))
    low, high = (float(v) for v in s.aminmax()) if s.numel() and s.device.type == "cpu" else (0.0, 0.0)
    if not (low >= 0 and high <= 1):
        raise ValueError(lang.text("error.flow_s", got=high if low >= 0 else low))
    return s.to(x.device, x.dtype)


def s_of(t: Timesteps, schedule: Schedule) -> float | Float[Tensor, " B"]:
    """The time of the flow that has the signal-to-noise ratio of t.

    s = sqrt(1 - alpha_bar_t) / ( sqrt(alpha_bar_t) + sqrt(1 - alpha_bar_t) ).

    Source: Esser et al. 2024, section 2 (one ratio, two paths). t in 0..T, an int or (B,); float64.
    ValueError otherwise.
    """
    check_tables(schedule)
    like = torch.zeros(len(t) if isinstance(t, Tensor) and t.ndim else 1, dtype=torch.float64)
    signal, noise = signal_noise(t, like, schedule, first=0)
    return noise / (signal + noise)


def alpha_bar_of(s: float | Float[Tensor, " B"]) -> float | Float[Tensor, " B"]:
    """The share alpha_bar of a variance-preserving process with the signal-to-noise ratio of s.

    alpha_bar = (1 - s)^2 / ( (1 - s)^2 + s^2 ):  the inverse of ``s_of``.

    Source: Esser et al. 2024, section 2. s in [0, 1]; ValueError otherwise.
    """
    if is_number(s):
        check_s(s, torch.zeros(1, dtype=torch.float64))
    elif isinstance(s, Tensor) and s.ndim == 1:
        check_s(s, s)
    else:
        raise ValueError(lang.text("error.flow_s_shape", want="(B,)", got=seen(s)))
    return (1 - s) ** 2 / ((1 - s) ** 2 + s**2)


def to_path(x_t: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule) -> Float[Tensor, "B *D"]:
    """x_t of the diffusion as x_s of the flow, at s = s_of(t): the same picture in other units.

    x_s = x_t / ( sqrt(alpha_bar_t) + sqrt(1 - alpha_bar_t) ).

    t in 0..T; ValueError otherwise. Source: eq. 4 of Ho et al. 2020 divided by the sum of its factors.
    """
    return x_t / _total(x_t, t, schedule)


def from_path(x_s: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule) -> Float[Tensor, "B *D"]:
    """x_s of the flow at s = s_of(t) as x_t of the diffusion: the inverse of ``to_path``.

    x_t = ( sqrt(alpha_bar_t) + sqrt(1 - alpha_bar_t) ) x_s.

    Source and errors as there.
    """
    return x_s * _total(x_s, t, schedule)


def _total(x: Tensor, t: Timesteps, schedule: Schedule) -> float | Tensor:
    check_tables(schedule)
    check_batch("x", x)
    a, b = signal_noise(t, x, schedule, first=0)
    return a + b


def from_v(
    v: Float[Tensor, "B *D"], x_t: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule
) -> Float[Tensor, "B *D"]:
    """The velocity of the flow that a v-prediction (Salimans & Ho 2022) amounts to.

    u = eps_hat - x_0_hat = (b - a) x_t + (a + b) v,  a = sqrt(alpha_bar_t), b = sqrt(1 - alpha_bar_t).

    Source: Salimans & Ho 2022, appendix D (x_0_hat = a x_t - b v, eps_hat = b x_t + a v), subtracted. t in
    1..T; ValueError otherwise, or where the shapes differ.
    """
    check_tables(schedule)
    check_noise(x_t, v, "x_t", "v")
    a, b = signal_noise(t, x_t, schedule)
    return (b - a) * x_t + (a + b) * v


def to_v(
    velocity: Float[Tensor, "B *D"], x_t: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule
) -> Float[Tensor, "B *D"]:
    """The v-prediction that a velocity of the flow amounts to: the inverse of ``from_v``.

    v = ( u - (b - a) x_t ) / (a + b),  a = sqrt(alpha_bar_t), b = sqrt(1 - alpha_bar_t).

    Source and errors as there.
    """
    check_tables(schedule)
    check_noise(x_t, velocity, "x_t", "velocity")
    a, b = signal_noise(t, x_t, schedule)
    return (velocity - (b - a) * x_t) / (a + b)


class AsModel:
    """A velocity field, seen as a noise predictor ``(x_t, t) -> eps_hat`` of this schedule."""

    def __init__(self, field: VelocityField, schedule: Schedule):
        check_takes("error.field_call", field, 2)
        check_tables(schedule)
        self.field, self.schedule = field, schedule

    def __call__(self, x_t: Float[Tensor, "B *D"], t: Timesteps) -> Float[Tensor, "B *D"]:
        x_s = to_path(x_t, t, self.schedule)
        s = s_of(t, self.schedule)
        at = (
            s.to(x_t)
            if isinstance(s, Tensor)
            else torch.full((len(x_t),), s, dtype=x_t.dtype, device=x_t.device)
        )
        velocity = self.field(x_s, at)
        check_noise(x_s, velocity, "x_s", "velocity")
        return x_s + per_item(1 - at, x_s) * velocity


def as_model(field: VelocityField, schedule: Schedule) -> AsModel:
    """A flow as a model of the course, so that every sampler can draw with it.

    eps_hat = x_s + (1 - s) u(x_s, s),  x_s = to_path(x_t, t),  s = s_of(t).

    Source: interpolate and target, solved for eps. ValueError for a schedule or a field that is none.
    """
    return AsModel(field, schedule)


class AsField:
    """A noise predictor, seen as the velocity field ``(x_s, s) -> velocity`` of the same picture."""

    def __init__(self, model: Model, schedule: Schedule):
        self.field = at_real_t(model, schedule)

    def __call__(self, x_s: Float[Tensor, "B *D"], s: float | Float[Tensor, " B"]) -> Float[Tensor, "B *D"]:
        check_batch("x_s", x_s)
        at = check_s(s, x_s)
        velocity = torch.empty_like(x_s)
        for one in at.unique().tolist():
            rows = at == one
            velocity[rows] = self._one(x_s[rows], one)
        return velocity

    def _one(self, x_s: Tensor, s: float) -> Tensor:
        continuous = self.field.continuous
        t = float(continuous.T) if s == 1 else continuous.time(math.log(alpha_bar_of(s)))
        a, b = continuous.signal_noise(t)  # at s = 1 those of T, since no model knows pure noise
        x_t = (a + b) * x_s
        eps_hat = self.field(x_t, t)
        check_noise(x_t, eps_hat, "x_t", "eps_hat")
        return (eps_hat - (x_t - b * eps_hat) / a).to(x_s.dtype)


def as_field(model: Model, schedule: Schedule) -> AsField:
    """A model of the course as a velocity field.

    u = eps_hat - x_0_hat, at the t with s_of(t) = s.

    Source: Esser et al. 2024, section 2. The model is asked at real t as ``continuous.at_real_t`` does; below
    s_of(1) at t = 1, above s_of(T) at T. It is asked once for each distinct s of a batch, and an accelerator
    is waited for: made for walks, where the batch has one s. ValueError for another schedule than the model's
    own.
    """
    return AsField(model, schedule)
