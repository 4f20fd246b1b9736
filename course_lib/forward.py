"""The forward process q: an image dissolves into noise, one step at a time or in one jump."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_tensor
from course_lib.schedules import Schedule, Timesteps, gather, roots, signal_noise


def check_noise(x: Tensor, eps: Tensor, x_name: str, eps_name: str) -> None:
    """Raise ValueError unless both are floating point and of exactly the same shape."""
    check_tensor(x_name, x)
    check_tensor(eps_name, eps)
    # Broadcasting would hide both mistakes: a noise of another shape still "works".
    if x.shape != eps.shape:
        raise ValueError(
            lang.text("error.noise_shape", x=x_name, eps=eps_name, want=tuple(x.shape), got=tuple(eps.shape))
        )
    if not (x.is_floating_point() and eps.is_floating_point()):
        raise ValueError(
            lang.text("error.float_images", got=x.dtype if not x.is_floating_point() else eps.dtype)
        )


def check_batch(name: str, x: Tensor) -> None:
    """Raise ValueError unless ``x`` is a floating-point tensor with a batch dimension."""
    check_tensor(name, x)
    if not x.ndim:
        raise ValueError(lang.text("error.image_shape", got=(), want="(B, …)"))
    if not x.is_floating_point():
        raise ValueError(lang.text("error.float_images", got=x.dtype))


def noise_like(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Standard normal noise of x's shape, dtype and device."""
    return torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)


def q_sample(
    x_0: Float[Tensor, "B *D"], t: Timesteps, eps: Float[Tensor, "B *D"], schedule: Schedule
) -> Float[Tensor, "B *D"]:
    """Jump from the clean image straight to timestep t.

    x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps,  eps ~ N(0, I).

    Source: Ho et al. 2020, eq. 4. t in 0..T (t = 0 returns x_0); ValueError for any other t, or when
    eps has not exactly x_0's shape.
    """
    check_noise(x_0, eps, "x_0", "eps")
    signal, noise = signal_noise(t, x_0, schedule, first=0)
    return signal * x_0 + noise * eps


def q_step(
    x_prev: Float[Tensor, "B *D"], t: Timesteps, eps: Float[Tensor, "B *D"], schedule: Schedule
) -> Float[Tensor, "B *D"]:
    """Take one step of the chain, from x_{t-1} to x_t.

    x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) eps,  eps fresh and independent of x_{t-1}.

    Source: Ho et al. 2020, eq. 2. t in 1..T; ValueError otherwise, or when the shapes differ.
    """
    check_noise(x_prev, eps, "x_prev", "eps")
    kept, added = roots(t, x_prev, schedule.alpha, schedule.beta)
    return kept * x_prev + added * eps


def predict_x_0(
    x_t: Float[Tensor, "B *D"], t: Timesteps, eps_hat: Float[Tensor, "B *D"], schedule: Schedule
) -> Float[Tensor, "B *D"]:
    """Read the clean image out of x_t when the noise in it is (said to be) eps_hat.

    x_0_hat = (x_t - sqrt(1 - alpha_bar_t) eps_hat) / sqrt(alpha_bar_t).

    Source: Ho et al. 2020, eq. 15 (eq. 4 solved for x_0). t in 1..T; ValueError otherwise.
    """
    check_noise(x_t, eps_hat, "x_t", "eps_hat")
    signal, noise = signal_noise(t, x_t, schedule)
    return (x_t - noise * eps_hat) / signal


def posterior(
    x_0: Float[Tensor, "B *D"], x_t: Float[Tensor, "B *D"], t: Timesteps, schedule: Schedule
) -> tuple[Float[Tensor, "B *D"], float | Float[Tensor, "B *ones"]]:
    """The mean and variance of q(x_{t-1} | x_t, x_0).

    mu_tilde = sqrt(alpha_bar_{t-1}) beta_t / (1 - alpha_bar_t) x_0
             + sqrt(alpha_t) (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t) x_t;  variance beta_tilde_t.

    Source: Ho et al. 2020, eqs. 6 and 7. t in 1..T; at t = 1 the mean is x_0 and the variance 0.
    """
    check_noise(x_t, x_0, "x_t", "x_0")
    beta_t = gather(schedule.beta, t, x_t)
    alpha_t = gather(schedule.alpha, t, x_t)
    alpha_bar_prev = gather(schedule.alpha_bar, t - 1, x_t, first=0)
    # 1 - alpha_bar in float64 before the cast: in float32 it would be off by 2e-4 at t = 1.
    gone_t = gather(1 - schedule.alpha_bar, t, x_t)
    gone_prev = gather(1 - schedule.alpha_bar, t - 1, x_t, first=0)
    mean = alpha_bar_prev**0.5 * beta_t / gone_t * x_0 + alpha_t**0.5 * gone_prev / gone_t * x_t
    return mean, gather(schedule.beta_tilde, t, x_t)
