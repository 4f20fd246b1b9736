"""A diffusion small enough to know exactly: one number, five steps, every law of a path Gaussian.

The data is N(0, 1). The walk back is that of a model eps_hat linear in x_t, with sigma_t^2 = beta_t:
``tight`` is the perfect model, for which every bound of the derivation is an equality; ``loose`` is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, kl_divergence

from course_lib import forward, schedules
from course_lib.ledger.toys import log_normal

SCHEDULE = schedules.linear(5, 0.05, 0.3)
T = SCHEDULE.T
POINTS = torch.tensor([-1.6, -0.3, 0.7, 2.0], dtype=torch.float64)  # values of x_0 for pointwise claims

EpsHat = Callable[[Tensor, int], Tensor]


def tight(x_t: Tensor, t: int) -> Tensor:
    """E[eps | x_t] for N(0, 1) data."""
    return (1 - SCHEDULE.alpha_bar[t]).sqrt() * x_t


def loose(x_t: Tensor, t: int) -> Tensor:
    """Any other answer."""
    return 0.6 * x_t + 0.1


def mu_theta(x_t: Tensor, t: int, model: EpsHat) -> Tensor:
    """The mean of p_theta(x_{t-1} | x_t)."""
    beta_t, alpha_t, gone_t = SCHEDULE.beta[t], SCHEDULE.alpha[t], 1 - SCHEDULE.alpha_bar[t]
    return (x_t - beta_t / gone_t.sqrt() * model(x_t, t)) / alpha_t.sqrt()


@dataclass(frozen=True)
class Paths:
    """Values x_0..x_T in the last dimension, and the log-densities of their steps."""

    x: Tensor
    model: EpsHat = loose

    def q_step(self, t: int) -> Tensor:
        """log q(x_t | x_{t-1})."""
        return log_normal(self.x[..., t], SCHEDULE.alpha[t].sqrt() * self.x[..., t - 1], SCHEDULE.beta[t])

    def q_step_given_x_0(self, t: int) -> Tensor:
        """log q(x_t | x_{t-1}, x_0), t >= 2: the plane Gaussian of (x_{t-1}, x_t) given x_0, conditioned."""
        before, now = (SCHEDULE.alpha_bar[s].sqrt() * self.x[..., 0] for s in (t - 1, t))
        spread, shared = q_covariance()[t - 2, t - 2], q_covariance()[t - 1, t - 2]
        mean = now + shared / spread * (self.x[..., t - 1] - before)
        return log_normal(self.x[..., t], mean, q_covariance()[t - 1, t - 1] - shared**2 / spread)

    def q_jump(self, t: int) -> Tensor:
        """log q(x_t | x_0)."""
        kept = SCHEDULE.alpha_bar[t]
        return log_normal(self.x[..., t], kept.sqrt() * self.x[..., 0], 1 - kept)

    def q_back(self, t: int) -> Tensor:
        """log q(x_{t-1} | x_t, x_0), t >= 2."""
        mean, variance = forward.posterior(self.x[..., 0], self.x[..., t], t, SCHEDULE)
        return log_normal(self.x[..., t - 1], mean, variance)

    def q_back_without_x_0(self, t: int) -> Tensor:
        """log q(x_{t-1} | x_t): for N(0, 1) data a Gaussian."""
        return log_normal(self.x[..., t - 1], SCHEDULE.alpha[t].sqrt() * self.x[..., t], SCHEDULE.beta[t])

    def p_back(self, t: int) -> Tensor:
        """log p_theta(x_{t-1} | x_t)."""
        return log_normal(self.x[..., t - 1], mu_theta(self.x[..., t], t, self.model), SCHEDULE.beta[t])

    def laws_back(self, t: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Mean and variance of q(x_{t-1} | x_t, x_0), then of p_theta(x_{t-1} | x_t)."""
        mean, _ = forward.posterior(self.x[..., 0], self.x[..., t], t, SCHEDULE)
        return mean, SCHEDULE.beta_tilde[t], mu_theta(self.x[..., t], t, self.model), SCHEDULE.beta[t]

    def law_at_the_end(self) -> tuple[Tensor, Tensor]:
        """Mean and variance of q(x_T | x_0)."""
        kept = SCHEDULE.alpha_bar[T]
        return kept.sqrt() * self.x[..., 0], 1 - kept

    def p_end(self) -> Tensor:
        """log p(x_T)."""
        return log_normal(self.x[..., T], 0.0, 1.0)

    def p_all(self) -> Tensor:
        """log p(x_T) prod_t p_theta(x_{t-1} | x_t), the denominator of equations 45 to 51."""
        return self.p_end() + over(1, T, self.p_back)

    def log_ratio(self) -> Tensor:
        """log q(x_{1:T} | x_0) / p_theta(x_{0:T}), each from its Gaussian of all coordinates."""
        return log_q(self.x) - p_joint(self.model).log_prob(self.x)


def over(first: int, last: int, term: Callable[[int], Tensor]) -> Tensor:
    """The sum of term(t) for t = first..last, the logarithm of a product over t."""
    return torch.stack([term(t) for t in range(first, last + 1)]).sum(0)


def q_covariance() -> Tensor:
    """Cov(x_s, x_t | x_0) = sqrt(alpha_bar_t / alpha_bar_s) (1 - alpha_bar_s) for s <= t, as (T, T)."""
    kept = SCHEDULE.alpha_bar[1:]
    low, high = torch.maximum(kept[:, None], kept), torch.minimum(kept[:, None], kept)
    return (high / low).sqrt() * (1 - low)


def q_given(x_0: Tensor) -> MultivariateNormal:
    """q(x_{1:T} | x_0) as one Gaussian; what is no number is not refused, but stays none."""
    mean = SCHEDULE.alpha_bar[1:].sqrt() * x_0[..., None]
    return MultivariateNormal(mean, q_covariance(), validate_args=False)


def step_moments(x_0: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of x_1..x_T given x_0, last dimension t, one single step after another."""
    mean, variance, moments = x_0, torch.zeros_like(x_0), []
    for t in range(1, T + 1):
        mean, variance = SCHEDULE.alpha[t].sqrt() * mean, SCHEDULE.alpha[t] * variance + SCHEDULE.beta[t]
        moments.append(torch.stack([mean, variance]))
    means, variances = torch.stack(moments, -1)
    return means, variances


def log_q(x: Tensor) -> Tensor:
    """log q(x_{1:T} | x_0) from that Gaussian."""
    return q_given(x[..., 0]).log_prob(x[..., 1:])


def p_joint(model: EpsHat) -> MultivariateNormal:
    """p_theta(x_{0:T}) as one Gaussian: every coordinate a linear map of T+1 independent noises."""
    zero, one = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    mean, maps = torch.zeros(T + 1, dtype=torch.float64), torch.zeros(T + 1, T + 1, dtype=torch.float64)
    maps[T, T] = 1.0
    for t in range(T, 0, -1):
        shift = mu_theta(zero, t, model)[0]
        gain = mu_theta(one, t, model)[0] - shift
        mean[t - 1], maps[t - 1] = gain * mean[t] + shift, gain * maps[t]
        maps[t - 1, t - 1] = SCHEDULE.beta[t].sqrt()
    return MultivariateNormal(mean, maps @ maps.T, validate_args=False)


def nll(x_0: Tensor, model: EpsHat) -> Tensor:
    """-log p_theta(x_0): the first coordinate's own Gaussian."""
    joint = p_joint(model)
    return -log_normal(x_0, joint.mean[0], joint.covariance_matrix[0, 0])


def path_kl(x_0: Tensor, model: EpsHat) -> Tensor:
    """KL( q(x_{1:T} | x_0) || p_theta(x_{1:T} | x_0) ), both T-dimensional Gaussians."""
    joint = p_joint(model)
    cov, shared = joint.covariance_matrix, joint.covariance_matrix[1:, 0] / joint.covariance_matrix[0, 0]
    mean = joint.mean[1:] + shared * (x_0 - joint.mean[0])[..., None]
    given = MultivariateNormal(mean, cov[1:, 1:] - torch.outer(shared, cov[0, 1:]))
    return kl_divergence(q_given(x_0), given)


def nodes(count: int) -> tuple[Tensor, Tensor]:
    """Points and weights whose sum is the mean over N(0, 1), exact for polynomials below degree 2 count."""
    at, weight = np.polynomial.hermite_e.hermegauss(count)
    return torch.from_numpy(at), torch.from_numpy(weight / weight.sum())


def weighted_noise(dimensions: int, count: int) -> tuple[Tensor, Tensor]:
    """Points (count^dimensions, dimensions) and weights of the mean over N(0, I)."""
    at, weight = nodes(count)
    points = torch.cartesian_prod(*[at] * dimensions).reshape(-1, dimensions)
    return points, torch.cartesian_prod(*[weight] * dimensions).reshape(-1, dimensions).prod(1)


def walk(x_0: Tensor, noise: Tensor) -> Tensor:
    """The chain from each x_0 (m,) with each row of noises (n, T), as (m, n, T+1)."""
    x = [x_0[:, None].expand(-1, len(noise))]
    for t in range(1, T + 1):
        x.append(forward.q_step(x[-1], t, noise[:, t - 1].expand_as(x[-1]), SCHEDULE))
    return torch.stack(x, -1)


def mean_over_paths(x_0: Tensor, integrand: Callable[[Paths], Tensor], model: EpsHat = loose) -> Tensor:
    """E_{q(x_{1:T} | x_0)}[integrand] for each x_0: exact, as every log-density is quadratic."""
    noise, weight = weighted_noise(T, 3)
    return integrand(Paths(walk(x_0, noise), model)) @ weight


def joint_walk(noise: Tensor) -> Tensor:
    """One path from each row of noises (n, T+1): the first is x_0, as the data is N(0, 1)."""
    x = [noise[:, 0]]
    for t in range(1, T + 1):
        x.append(forward.q_step(x[-1], t, noise[:, t], SCHEDULE))
    return torch.stack(x, -1)


@cache
def random_paths(count: int = 300) -> Paths:
    """Paths of the forward process, the same ones every time."""
    generator = torch.Generator().manual_seed(45)
    return Paths(joint_walk(torch.randn(count, T + 1, dtype=torch.float64, generator=generator)))


def bound(x_0: Tensor, model: EpsHat) -> Tensor:
    """L at each x_0 from two Gaussians of all coordinates: -log p_theta(x_0) + KL of the paths."""
    return nll(x_0, model) + path_kl(x_0, model)
