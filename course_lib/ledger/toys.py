"""Small worlds in which the exact answers are known, and how to compare with them.

Two Gaussian chains and one latent variable; toys_path holds paths with a model of the way back.

``forward_chain`` and ``forward_jumps`` are one law built in two ways, step by step and from the closed form,
so that a claim made with the one can be compared with the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from course_lib import schedules
from course_lib.ledger.core import Measured
from course_lib.schedules import Schedule

# What float64 rounding may do, on numbers of size 1 to 10 …
EXACT = 1e-12  # … summed over a grid or a path
ROUNDING = 1e-11  # … after a Cholesky factor and sums of some hundred logarithms
AMPLIFIED = 1e-9  # … divided by sigma_2 = 0.007 and by sqrt(alpha_bar_T) = 0.006 of the real schedule
PATHS = 64
DATA_MEAN, DATA_VARIANCE = 0.3, 0.7  # of x_0 in the chains


def worst(differences: Tensor | Sequence[Tensor], tolerance: float = EXACT) -> Measured:
    """The largest absolute difference, against what rounding may do; one NaN among them is the largest."""
    parts = [differences] if isinstance(differences, Tensor) else differences
    return Measured(float(torch.cat([part.detach().reshape(-1) for part in parts]).abs().max()), tolerance)


def violation(left: Tensor, sign: str, right: Tensor) -> Tensor:
    """How far ``left sign right`` fails, for the sign "<=", "=" or ">="; 0 where it holds."""
    excess = left - right
    return {"<=": excess.relu(), "=": excess.abs(), ">=": (-excess).relu()}[sign]


def log_normal(x: Tensor, mean: Tensor | float, variance: Tensor | float) -> Tensor:
    """log N(x; mean, variance), coordinate by coordinate."""
    variance = torch.as_tensor(variance, dtype=x.dtype)
    return -0.5 * ((x - mean).square() / variance + (2 * math.pi * variance).log())


@cache
def short() -> Schedule:
    """Five steps, with noise enough in each that no mistake hides."""
    return schedules.linear(5, 0.1, 0.5)


@cache
def real() -> Schedule:
    """The schedule of Ho et al. 2020."""
    return schedules.linear()


class Joint:
    """A Gaussian law of x_0..x_T known in full, and random paths to compare densities on.

    Calling it gives log-densities on its paths: ``q(3, 2)`` is log q(x_3 | x_2), ``q(0)`` is log q(x_0).
    """

    def __init__(self, mean: Tensor, covariance: Tensor):
        self.mean, self.covariance, self.T = mean, covariance, len(mean) - 1
        z = torch.randn(PATHS, len(mean), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        self.paths = mean + z @ torch.linalg.cholesky(covariance).T

    def __call__(self, of: int | Sequence[int], *given: int) -> Tensor:
        return self.log_prob(self.paths, [of] if isinstance(of, int) else list(of), list(given))

    def log_prob(self, paths: Tensor, of: list[int], given: list[int]) -> Tensor:
        """log of the density of x_of given x_given, for each path, by conditioning the whole Gaussian."""
        mean = self.mean[of].expand(len(paths), len(of))
        covariance = self.covariance[of][:, of]
        if given:
            weights = torch.linalg.solve(self.covariance[given][:, given], self.covariance[given][:, of])
            mean = mean + (paths[:, given] - self.mean[given]) @ weights
            covariance = covariance - self.covariance[of][:, given] @ weights
        law = torch.distributions.MultivariateNormal(mean, covariance, validate_args=False)
        return law.log_prob(paths[:, of])  # NaN stays NaN


def chain(mean: float, variance: float, gains: Tensor, offsets: Tensor, variances: Tensor) -> Joint:
    """The law of v_0, v_1 … with v_k = gains_k v_{k-1} + offsets_k + sqrt(variances_k) z_k, k = 1, 2 …"""
    n = len(gains) + 1
    means, rows = [torch.tensor(mean, dtype=torch.float64)], torch.zeros(n, n, dtype=torch.float64)
    rows[0, 0] = variance**0.5
    for k in range(1, n):
        means.append(gains[k - 1] * means[-1] + offsets[k - 1])
        rows[k] = gains[k - 1] * rows[k - 1]
        rows[k, k] = variances[k - 1] ** 0.5
    return Joint(torch.stack(means), rows @ rows.T)


@cache
def forward_chain() -> Joint:
    """q(x_0, …, x_T) of the short schedule, built one step after another."""
    s = short()
    return chain(DATA_MEAN, DATA_VARIANCE, s.alpha[1:] ** 0.5, torch.zeros(s.T).double(), s.beta[1:])


@cache
def forward_jumps() -> Joint:
    """The same law from the closed form: Cov(x_s, x_t) = sqrt(alpha_bar_t / alpha_bar_s) Var(x_s), s <= t."""
    kept = short().alpha_bar
    variance = kept * DATA_VARIANCE + 1 - kept
    s, t = torch.meshgrid(torch.arange(len(kept)), torch.arange(len(kept)), indexing="ij")
    first, last = torch.minimum(s, t), torch.maximum(s, t)
    return Joint(kept**0.5 * DATA_MEAN, (kept[last] / kept[first]) ** 0.5 * variance[first])


# A model of the way back: mu_theta(x_t, t) = gains_t x_t + offsets_t, variance beta_t. Slot t-1 belongs to t.
GAINS = torch.tensor([0.9, 1.1, 0.8, 0.7, 0.95], dtype=torch.float64)
OFFSETS = torch.tensor([0.1, -0.2, 0.3, 0.05, -0.1], dtype=torch.float64)


@cache
def reverse_chain() -> Joint:
    """p_theta(x_0, …, x_T), built from x_T downwards."""
    down = chain(0.0, 1.0, GAINS.flip(0), OFFSETS.flip(0), short().beta[1:].flip(0))
    return Joint(down.mean.flip(0), down.covariance.flip(0, 1))


@cache
def reverse_moments() -> Joint:
    """The same law from the recursions of its means and variances."""
    T, beta = short().T, short().beta
    mean, covariance = torch.zeros(T + 1).double(), torch.eye(T + 1).double()
    for t in range(T, 0, -1):
        gain = GAINS[t - 1]
        mean[t - 1] = gain * mean[t] + OFFSETS[t - 1]
        covariance[t - 1, t:] = covariance[t:, t - 1] = gain * covariance[t, t:]
        covariance[t - 1, t - 1] = gain.square() * covariance[t, t] + beta[t]
    return Joint(mean, covariance)


class Latent:
    """z ~ N(0, 1), x | z ~ N(a z, s^2), and some q(z | x) = N(mean, variance): every density on a grid of z.

    One row an x, one column a z. joint is the two-dimensional Gaussian, evidence and posterior their closed
    forms; the claims put them together again.
    """

    A, S = 1.2, 0.5
    X = torch.tensor([[-2.0], [-0.5], [0.3], [1.0], [2.5]], dtype=torch.float64)
    Z = torch.linspace(-10, 10, 2001, dtype=torch.float64)

    def __init__(self, mean: Tensor, variance: Tensor | float):
        a, s, x, z = self.A, self.S, self.X, self.Z
        self.mean, self.variance = mean, torch.as_tensor(variance, dtype=torch.float64).expand_as(mean)
        self.posterior_mean, self.posterior_variance = self.exact()
        self.prior = log_normal(z, 0.0, 1.0).exp().expand(len(x), len(z))
        self.likelihood = log_normal(x, a * z, s**2).exp()
        self.evidence = log_normal(x, 0.0, a**2 + s**2).exp()[:, 0]
        self.posterior = log_normal(z, self.posterior_mean, self.posterior_variance).exp()
        both = torch.stack(torch.broadcast_tensors(x, z), -1)
        covariance = torch.tensor([[a**2 + s**2, a], [a, 1.0]], dtype=torch.float64)
        law = torch.distributions.MultivariateNormal(torch.zeros(2).double(), covariance)
        self.joint = law.log_prob(both).exp()
        self.q = log_normal(z, mean, self.variance).exp()

    @classmethod
    def exact(cls) -> tuple[Tensor, Tensor]:
        """The posterior's mean and variance, for each x."""
        total = cls.A**2 + cls.S**2
        return cls.A * cls.X / total, torch.full_like(cls.X, cls.S**2 / total)

    def integral(self, f: Tensor) -> Tensor:
        """The integral over z, for each x."""
        return torch.trapezoid(f, self.Z)

    def expect(self, f: Tensor) -> Tensor:
        """The expectation under q(z | x), for each x."""
        return self.integral(self.q * f)


@cache
def latents() -> tuple[Latent, ...]:
    """Five choices of q: the posterior itself, then one shifted, one wide, one narrow, and the prior."""
    mean, variance = Latent.exact()
    return (
        Latent(mean, variance),
        Latent(mean + 0.3, variance),
        Latent(mean, 4 * variance),
        Latent(mean - 0.2, 0.8 * variance),
        Latent(torch.zeros_like(mean), 1.0),
    )
