"""Equations 80 and 81: one step back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor

from course_lib import samplers, schedules
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import ROUNDING, real, worst

REAL = real()
BEYOND = 1e100

Draw = Callable[[Tensor, Tensor, Tensor], Tensor]
Rule = Callable[[Tensor, int, Tensor, Tensor], Tensor]


def root(covariance: Tensor) -> Tensor:
    """The symmetric square root of a covariance matrix."""
    values, vectors = torch.linalg.eigh(covariance)
    return vectors @ values.sqrt().diag() @ vectors.T


def drawn(mu: Tensor, covariance: Tensor, z: Tensor) -> Tensor:
    """Equation 80."""
    return mu + root(covariance) @ z


def added(mu: Tensor, covariance: Tensor, z: Tensor) -> Tensor:
    """The print: variance and noise are added."""
    return mu + covariance.diagonal() + z


@checks("80", right=drawn, wrong=added)
def law_of_a_draw(draw: Draw) -> Measured:
    """Mean and covariance of the draw for a Sigma that is not diagonal; the draw against ddpm_step's."""
    generator = torch.Generator().manual_seed(80)
    mu, z = torch.randn(2, 3, dtype=torch.float64, generator=generator)
    factor = torch.randn(3, 3, dtype=torch.float64, generator=generator)
    covariance = factor @ factor.T
    matrix = torch.autograd.functional.jacobian(lambda noise: draw(mu, covariance, noise), z)
    mean = (draw(mu, covariance, z) + draw(mu, covariance, -z)) / 2
    errors = [mean - mu, matrix @ matrix.T - covariance]
    for name, t in product(samplers.VARIANCES, (2, 500, 1000)):
        centre, drawn_z = (samplers.ddpm_step(mu, t, 0 * mu, noise, REAL, name) for noise in (0 * z, z))
        sigma_squared = (REAL.beta if name == "beta" else REAL.beta_tilde)[t]
        errors.append(draw(centre, sigma_squared * torch.eye(3, dtype=z.dtype), z) - drawn_z)
    return worst(errors, ROUNDING)


def rule_81(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor) -> Tensor:
    """Equation 81 as the library has it, and at t = 1 with the z that the sampler leaves out."""
    step = samplers.ddpm_step(x_t, t, eps_hat, z, REAL)
    return step if t > 1 else step + REAL.beta[1].sqrt() * z


def printed_81(x_t: Tensor, t: int, eps_hat: Tensor, z: Tensor) -> Tensor:
    """The print's alpha_bar_t for alpha_t."""
    beta_t, gone_t = REAL.beta[t], 1 - REAL.alpha_bar[t]
    return (x_t - beta_t / gone_t.sqrt() * eps_hat) / REAL.alpha_bar[t].sqrt() + beta_t.sqrt() * z


@checks("81", right=rule_81, wrong=printed_81)
def thousand_steps_back(rule: Rule) -> Measured:
    """The law of x_0 after 1000 steps from x_T = 1, data N(0, 1) and perfect eps, against q(x_0 | x_T)."""
    zero, one = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    mean, variance = one, zero
    for t in range(REAL.T, 0, -1):
        noise = (1 - REAL.alpha_bar[t]).sqrt()  # E[eps | x_t] = noise x_t
        gain = rule(one, t, noise * one, zero)
        mean = rule(mean, t, noise * mean, zero)
        variance = gain**2 * variance + rule(zero, t, zero, one) ** 2
    kept = REAL.alpha_bar[-1]
    return worst([mean - kept.sqrt(), variance - (1 - kept)], ROUNDING)


@sizes("80")
def noise_added() -> dict[str, float]:
    """The std of 500 steps for N(0.3, 0.6^2) data with perfect eps: right, and with 1 for sigma_t."""
    schedule, std = schedules.linear(500, 2e-4, 0.04), 0.6
    right = wrong = torch.ones((), dtype=torch.float64)
    for t in range(schedule.T, 0, -1):
        gone, kept = 1 - schedule.alpha_bar[t], schedule.alpha_bar[t]
        slope = gone.sqrt() / (kept * std**2 + gone)  # of E[eps | x_t], a line
        gain = (1 - schedule.beta[t] / gone.sqrt() * slope) / schedule.alpha[t].sqrt()
        right, wrong = gain**2 * right + schedule.beta[t], gain**2 * wrong + 1
    sigma = REAL.beta[500].sqrt()
    return {
        "right": float(right.sqrt()),
        "wrong": float(wrong.sqrt()),
        "truth": std,
        "sigma": float(sigma),
        "bias": float(sigma**2),
    }


@sizes("81")
def explosion() -> dict[str, float]:
    """The print's walk from x_T = 1: where it passes 1e100; and the gains of all steps as powers of 10."""
    x_t, at = torch.ones(1, dtype=torch.float64), 0
    for t in range(REAL.T, 0, -1):
        noise = (1 - REAL.alpha_bar[t]).sqrt()
        x_t = printed_81(x_t, t, noise * x_t, 0 * x_t)
        if float(x_t) > BEYOND:
            at = t
            break
    return {
        "at": at,
        "gain": float(-0.5 * REAL.alpha_bar[1:].log10().sum()),
        "right_gain": float(REAL.alpha_bar[-1] ** -0.5),
    }
