"""Equations 16 to 19: the model's way back, as a product of its steps."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib import gaussians, samplers, schedules
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import (
    GAINS,
    OFFSETS,
    Joint,
    log_normal,
    real,
    reverse_chain,
    reverse_moments,
    short,
    worst,
)


def _steps(p: Joint, first: int = 1) -> Tensor:
    return sum((p(t - 1, t) for t in range(first, p.T + 1)), torch.zeros(()))


def _whole_future(p: Joint) -> Tensor:
    return sum((p(t - 1, *range(t, p.T + 1)) for t in range(1, p.T + 1)), torch.zeros(()))


def _two_apart(p: Joint) -> Tensor:
    return sum((p(t, t + 2) for t in range(p.T - 1)), p(p.T - 1, p.T))


@checks("16", right=lambda p: _whole_future(p) + p(p.T), wrong=_whole_future)
@checks("17", right=lambda p: _steps(p) + p(p.T), wrong=lambda p: _two_apart(p) + p(p.T))
@checks("18", right=lambda p: p(p.T) + _steps(p), wrong=lambda p: p(p.T) + _steps(p, first=2))
def density_of_the_way_back(claim: Callable[[Joint], Tensor]) -> Measured:
    """The log-density of x_0..x_T, against the Gaussian whose moments follow from recursions."""
    p = reverse_moments()
    return worst(claim(reverse_chain()) - p(range(p.T + 1)))


@checks("19", right=log_normal, wrong=lambda x, mean, sigma: log_normal(x, mean, sigma**2))
def density_of_a_step_back(claim: Callable[..., Tensor]) -> Measured:
    """log N(z; 0, 1) - log |dx_{t-1} / dz| along samplers.ddpm_step with Sigma_theta = beta_t."""
    schedule, errors = short(), []
    x_t, z = torch.randn(2, 100, generator=torch.Generator().manual_seed(19), dtype=torch.float64)
    z.requires_grad_()
    for t in range(2, schedule.T + 1):  # at t = 1 the sampler adds no noise
        mean = GAINS[t - 1] * x_t + OFFSETS[t - 1]
        gone = (1 - schedule.alpha_bar[t]) ** 0.5
        eps_hat = (x_t - schedule.alpha[t] ** 0.5 * mean) * gone / schedule.beta[t]  # whose mean this is
        x_prev = samplers.ddpm_step(x_t, t, eps_hat, z, schedule, variance="beta")
        (slope,) = torch.autograd.grad(x_prev.sum(), z)
        carried = log_normal(z.detach(), 0.0, 1.0) - slope.abs().log()
        errors.append(claim(x_prev.detach(), mean, schedule.beta[t]) - carried)
    return worst(torch.stack(errors))


@sizes("18")
def _how_far_from_the_prior() -> dict[str, float]:
    few = schedules.linear(50)  # the same betas, in fifty steps

    def nats(kept: float) -> float:
        return float(gaussians.kl(kept**0.5, 1 - kept, 0.0, 1.0))

    end, end_few = float(real().alpha_bar[-1]), float(few.alpha_bar[-1])
    return {"nats": nats(end), "nats_few": nats(end_few), "kept_few": end_few}
