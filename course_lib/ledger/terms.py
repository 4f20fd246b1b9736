"""Equations 58 to 65: the posterior, the three kinds of term in the bound, the variance of a step back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from course_lib import forward, gaussians, losses, samplers
from course_lib.ledger import toys_path as toy
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import ROUNDING, log_normal, worst
from course_lib.ledger.toys_path import SCHEDULE, Paths, T, loose

Law = Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]]
GRID = torch.linspace(-12, 12, 6001, dtype=torch.float64)  # fine enough that sums are integrals to 1e-12


def mu_tilde(x_0: Tensor, x_t: Tensor, t: int) -> Tensor:
    """Equation 59."""
    kept, gone, gone_before = SCHEDULE.alpha_bar[t - 1], *(1 - SCHEDULE.alpha_bar[[t, t - 1]])
    beta_t, alpha_t = SCHEDULE.beta[t], SCHEDULE.alpha[t]
    return kept.sqrt() * beta_t / gone * x_0 + alpha_t.sqrt() * gone_before / gone * x_t


def beta_tilde(t: int, upside_down: bool = False) -> Tensor:
    """Equation 60."""
    gone, gone_before = 1 - SCHEDULE.alpha_bar[t], 1 - SCHEDULE.alpha_bar[t - 1]
    return (gone / gone_before if upside_down else gone_before / gone) * SCHEDULE.beta[t]


def law_58(x_0: Tensor, x_t: Tensor, t: int) -> tuple[Tensor, Tensor]:
    """Equation 58 as the library has it."""
    mean, variance = forward.posterior(x_0, x_t, t, SCHEDULE)
    return mean, torch.as_tensor(variance, dtype=torch.float64)


@checks("58", right=law_58, wrong=lambda x_0, x_t, t: (law_58(x_0, x_t, t)[0], SCHEDULE.beta[t]))
@checks(
    "59",
    right=lambda x_0, x_t, t: (mu_tilde(x_0, x_t, t), SCHEDULE.beta_tilde[t]),
    wrong=lambda x_0, x_t, t: (mu_tilde(x_t, x_0, t), SCHEDULE.beta_tilde[t]),
)
@checks(
    "60",
    right=lambda x_0, x_t, t: (law_58(x_0, x_t, t)[0], beta_tilde(t)),
    wrong=lambda x_0, x_t, t: (law_58(x_0, x_t, t)[0], beta_tilde(t, upside_down=True)),
)
def bayes_on_a_grid(law: Law) -> Measured:
    """The claimed density, against q(x_t | x_{t-1}) q(x_{t-1} | x_0) made to sum to 1 on a grid."""
    errors = []
    x_0, x_t = (torch.full((1,), value, dtype=torch.float64) for value in (0.7, -0.4))
    for t in range(2, T + 1):
        mean, variance = law(x_0, x_t, t)
        claimed = log_normal(GRID, mean, variance).exp()
        before, step = SCHEDULE.alpha_bar[t - 1], SCHEDULE.alpha[t].sqrt() * GRID
        product = log_normal(x_t, step, SCHEDULE.beta[t]) + log_normal(GRID, before.sqrt() * x_0, 1 - before)
        grid = product.softmax(0) / (GRID[1] - GRID[0])
        errors.append(claimed - grid)
    return worst(errors, ROUNDING)


def kl_of(log_1: Tensor, log_2: Tensor) -> Tensor:
    """KL of two densities given on GRID."""
    return (log_1.exp() * (log_1 - log_2)).sum(-1) * (GRID[1] - GRID[0])


def library(t: int, p: Paths) -> Tensor:
    """The library's term L_t on these paths (0..T), whose noise is read off x_{t+1}."""
    x_0, eps = p.x[:, :1], None
    if t < T:
        kept = SCHEDULE.alpha_bar[t + 1]
        eps = (p.x[:, t + 1, None] - kept.sqrt() * x_0) / (1 - kept).sqrt()
    return losses.vlb_term(lambda x, s: p.model(x, int(s[0])), x_0, t, eps, SCHEDULE)


@checks(
    "61",
    right=lambda mean, variance: gaussians.kl(mean, variance, 0.0, 1.0),
    wrong=lambda mean, variance: gaussians.kl(0.0, 1.0, mean, variance),
)
def last_term(kl: Callable[[Tensor, Tensor], Tensor]) -> Measured:
    """L_T, against the integral on a grid and the library's term."""
    p = toy.random_paths(20)
    mean, variance = p.law_at_the_end()
    zero = torch.zeros((), dtype=torch.float64)
    grid = kl_of(log_normal(GRID, mean[:, None], variance), log_normal(GRID, zero, 1.0))
    return worst([kl(mean, variance) - grid, library(T, p) - grid], ROUNDING)


def without_x_t(p: Paths, t: int) -> Tensor:
    """Equation 62 with q(x_{t-1} | x_0) in the place of the posterior."""
    kept, (_, _, mean, variance) = SCHEDULE.alpha_bar[t - 1], p.laws_back(t)
    return gaussians.kl(kept.sqrt() * p.x[..., 0], 1 - kept, mean, variance)


@checks("62", right=lambda p, t: gaussians.kl(*p.laws_back(t)), wrong=without_x_t)
def middle_terms(kl: Callable[[Paths, int], Tensor]) -> Measured:
    """L_{t-1} for t = 2..T, against the integral on a grid and the library's term."""
    p, errors = toy.random_paths(20), []
    for t in range(2, T + 1):
        q_mean, q_variance, p_mean, p_variance = p.laws_back(t)
        grid = kl_of(
            log_normal(GRID, q_mean[:, None], q_variance), log_normal(GRID, p_mean[:, None], p_variance)
        )
        errors += [kl(p, t) - grid, library(t - 1, p) - grid]
    return worst(errors, ROUNDING)


@checks("63", right=lambda p: -p.p_back(1), wrong=lambda p: p.p_back(1))
def terms_make_the_bound(l_0: Callable[[Paths], Tensor]) -> Measured:
    """E[L_T + sum L_{t-1} + L_0], against -log p(x_0) plus the KL of the whole paths."""

    def total(p: Paths) -> Tensor:
        middle = toy.over(2, T, lambda t: gaussians.kl(*p.laws_back(t)))
        return gaussians.kl(*p.law_at_the_end(), 0.0, 1.0) + middle + l_0(p)

    p = toy.random_paths(20)
    error = toy.mean_over_paths(toy.POINTS, total) - toy.bound(toy.POINTS, loose)
    return worst([error, library(0, p) - l_0(p)], ROUNDING)


def step_map(t: int, variance: str, x_t: Tensor) -> tuple[Tensor, Tensor]:
    """One step of the sampler as an affine map of its noise: the image of 0, and the matrix."""
    eps_hat = loose(x_t, t)

    def step(z: Tensor) -> Tensor:
        return samplers.ddpm_step(x_t[None], t, eps_hat[None], z[None], SCHEDULE, variance=variance)[0]

    zero = torch.zeros_like(x_t)
    return step(zero), torch.autograd.functional.jacobian(step, zero)


X_T = torch.tensor([0.9, -0.2, 1.4], dtype=torch.float64)
EYE = torch.eye(3, dtype=torch.float64)


@checks("64", right=lambda sigma: sigma**2 * EYE, wrong=lambda sigma: sigma * EYE)
def covariance_of_a_step(covariance: Callable[[Tensor], Tensor]) -> Measured:
    """Sigma_theta, against J J^T of the sampler's own step as a map of its noise, for both variances."""
    errors = []
    for name in samplers.VARIANCES:
        for t in range(2, T + 1):
            matrix = step_map(t, name, X_T)[1]
            sigma = (SCHEDULE.beta if name == "beta" else SCHEDULE.beta_tilde)[t].sqrt()
            errors.append(matrix @ matrix.T - covariance(sigma))
    return worst(errors, ROUNDING)


@checks("65", right=partial(toy.mu_theta, model=loose), wrong=lambda x_t, t: x_t)
def density_of_a_sampled_step(mean: Callable[[Tensor, int], Tensor]) -> Measured:
    """log N(x; claimed mean, sigma^2 I), against the noise's density through the sampler's own step."""
    errors = []
    at = torch.linspace(-2, 2, 3, dtype=torch.float64)
    for t in range(2, T + 1):
        centre, matrix = step_map(t, "beta", X_T)
        z = torch.linalg.solve(matrix, at - centre)
        pushed = log_normal(z, 0.0, 1.0).sum() - torch.linalg.slogdet(matrix).logabsdet
        claimed = log_normal(at, mean(X_T, t), SCHEDULE.beta[t]).sum()
        errors.append(claimed - pushed)
    return worst(errors, ROUNDING)


@sizes("62")
def term_left_out() -> dict[str, float]:
    """What 1 < t < T leaves without a definition: one of 999 terms; here, its mean over the data in nats."""
    at, weight = toy.nodes(3)
    lost = toy.mean_over_paths(at, lambda p: gaussians.kl(*p.laws_back(T))) @ weight
    return {"defined": len(range(2, 1000)), "needed": len(range(2, 1001)), "T": T, "nats": float(lost)}


@sizes("63")
def reversed_reconstruction() -> dict[str, float]:
    """The bound of x_0 = 0.7 with either sign of L_0, and the gradient of L_0 (x_0 = 0.7, mu = 0.2)."""
    x_0 = torch.tensor([0.7], dtype=torch.float64)
    l_0 = float(toy.mean_over_paths(x_0, lambda p: -p.p_back(1)))
    right = float(toy.bound(x_0, loose))
    mu = torch.tensor(0.2, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(-log_normal(x_0, mu, 0.1).sum(), mu)
    return {"right": right, "wrong": right - 2 * l_0, "slope": float(slope), "slope_wrong": -float(slope)}
