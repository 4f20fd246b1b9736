"""Equations 41 to 57: from the log-likelihood to a sum of KL divergences, one move at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib import gaussians, schedules
from course_lib.ledger import toys_path as toy
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import ROUNDING, violation, worst
from course_lib.ledger.toys_path import POINTS, SCHEDULE, Paths, T, loose, over, tight

Claim = Callable[[Paths], Tensor]

# E over N(0, 1) data: three points are exact for -log p_theta(x_0) and for L, both quadratic in x_0.
DATA, WEIGHT = toy.nodes(3)
PER_STEP = 9  # points for each noise where the integrand is a density, no polynomial


def log_weight(p: Paths) -> Tensor:
    """log p_theta(x_{0:T}) / q(x_{1:T} | x_0) from the definitions 18 and 1."""
    return p.p_all() - over(1, T, p.q_step)


@checks("41", right=log_weight, wrong=lambda p: log_weight(p) - p.p_end())
def mean_weight_is_the_likelihood(logarithm: Claim) -> Measured:
    """E[-log E[weight]] by quadrature, against the marginal of the joint Gaussian."""
    noise, weight = toy.weighted_noise(T, PER_STEP)
    each = [(logarithm(Paths(toy.walk(one[None], noise)))[0] + weight.log()).logsumexp(0) for one in DATA]
    return worst((toy.nll(DATA, loose) + torch.stack(each)) @ WEIGHT, 1e-6)


def nested(integrand: Claim, model: toy.EpsHat) -> Tensor:
    """E_{q(x_0)} E_{q(x_{1:T} | x_0)}[integrand], exact."""
    return toy.mean_over_paths(DATA, integrand, model) @ WEIGHT


def likelihood(model: toy.EpsHat) -> Tensor:
    """E_{q(x_0)}[-log p_theta(x_0)]."""
    return toy.nll(DATA, model) @ WEIGHT


def bound_from_weights(model: toy.EpsHat) -> Tensor:
    """The right side of 42."""
    return nested(lambda p: -log_weight(p), model)


@checks(
    "42",
    right=lambda model: (likelihood(model), "<=", bound_from_weights(model)),
    wrong=lambda model: (likelihood(model), "=", bound_from_weights(model)),
)
def jensens_sign(claim: Callable[[toy.EpsHat], tuple[Any, ...]]) -> Measured:
    """How far the sign fails, the gap against KL of the paths, and the perfect model against its entropy."""
    entropy = 0.5 * math.log(2 * math.pi * math.e)  # of the data, N(0, 1), which the perfect model knows
    errors = [side - entropy for side in claim(tight)[::2]]
    for model in (loose, tight):
        left, sign, right = claim(model)
        errors += [violation(left, sign, right), right - left - toy.path_kl(DATA, model) @ WEIGHT]
    return worst(errors, ROUNDING)


@checks("43", right=Paths.log_ratio, wrong=lambda p: -p.log_ratio())
def mean_bounds_the_likelihood(integrand: Claim) -> Measured:
    """How far the mean lies below -log p for a model, plus how far the perfect model misses equality."""
    short, missed = (toy.nll(DATA, model) @ WEIGHT - nested(integrand, model) for model in (loose, tight))
    return worst([short.relu(), missed], ROUNDING)


# For N(0, 1) data every q(x_t) is N(0, 1) too: drawn independently, the values are the noises themselves.
@checks("44", right=toy.joint_walk, wrong=lambda noise: noise)
def joint_mean_is_the_nested_mean(draw: Callable[[Tensor], Tensor]) -> Measured:
    """The mean over the claimed law of x_0..x_T, against the data's mean of -log p(x_0) + KL of the paths."""
    noise, weight = toy.weighted_noise(T + 1, 3)
    error = Paths(draw(noise)).log_ratio() @ weight - toy.bound(DATA, loose) @ WEIGHT
    return worst(error, ROUNDING)


def given_x_0(p: Paths, first: int) -> Tensor:
    """log of prod_{t=first}^T q(x_t | x_{t-1}, x_0); at t = 1 the two conditions are one."""
    return over(first, T, lambda t: p.q_jump(1) if t == 1 else p.q_step_given_x_0(t))


def bayes(p: Paths) -> Tensor:
    """Equation 49's numerator: every factor turned round, each with its own denominator."""
    return p.q_jump(1) + over(2, T, lambda t: p.q_back(t) + p.q_jump(t) - p.q_jump(t - 1))


def bayes_printed(p: Paths) -> Tensor:
    """One denominator outside the product; its t, bound by nothing, is read as T."""
    return p.q_jump(1) + over(2, T, lambda t: p.q_back(t) + p.q_jump(t)) - p.q_jump(T - 1)


def telescoped(p: Paths) -> Tensor:
    """Equation 51's numerator."""
    return p.q_jump(T) + over(2, T, p.q_back)


def three_terms(p: Paths, sign: int = -1) -> Tensor:
    """Equation 53."""
    return p.q_jump(T) - p.p_end() + over(2, T, lambda t: p.q_back(t) - p.p_back(t)) + sign * p.p_back(1)


def split(p: Paths, first: int) -> Tensor:
    """Equation 52, with prod_{t=first}^T in its denominator."""
    return telescoped(p) - p.p_end() - p.p_back(1) - over(first, T, p.p_back)


@checks(
    "45",
    right=lambda p: over(1, T, p.q_step) - p.p_all(),
    wrong=lambda p: over(1, T, p.q_step) - over(1, T, p.p_back),
)
@checks(
    "46",
    right=lambda p: given_x_0(p, 1) - p.p_all(),
    wrong=lambda p: over(1, T, p.q_jump) - p.p_all(),
)
@checks(
    "48",
    right=lambda p: p.q_jump(1) + given_x_0(p, 2) - p.p_all(),
    wrong=lambda p: p.q_jump(1) + given_x_0(p, 1) - p.p_all(),
)
@checks("49", right=lambda p: bayes(p) - p.p_all(), wrong=lambda p: bayes_printed(p) - p.p_all())
@checks(
    "51",
    right=lambda p: telescoped(p) - p.p_all(),
    wrong=lambda p: p.q_jump(1) + telescoped(p) - p.p_all(),
)
@checks("52", right=lambda p: split(p, 2), wrong=lambda p: split(p, 1))
@checks("53", right=three_terms, wrong=lambda p: three_terms(p, sign=+1))
def same_on_every_path(log_ratio: Claim) -> Measured:
    """The claimed form of log q/p on 300 paths, against the two Gaussians of all coordinates."""
    paths = toy.random_paths()
    return worst(log_ratio(paths) - paths.log_ratio(), ROUNDING)


@checks("47", right=lambda p: p.q_jump(1), wrong=lambda p: p.q_back(1) + p.q_jump(1) - p.q_back(1))
def first_step_given_twice(log_density: Claim) -> Measured:
    """Against the Gaussian of (x_1, x_0, x_0), conditioned on its last two by the pseudo-inverse."""
    p = toy.random_paths()
    step = torch.stack([SCHEDULE.alpha[1].sqrt(), SCHEDULE.beta[1].sqrt()])  # x_1 of x_0 and its noise
    twice = torch.ones(2, 2, dtype=torch.float64)  # the covariance of x_0, N(0, 1), with itself
    weights = step[0] * torch.ones(2, dtype=torch.float64) @ torch.linalg.pinv(twice)
    mean = p.x[..., [0, 0]] @ weights
    known = toy.log_normal(p.x[..., 1], mean, step.square().sum() - weights @ twice @ weights)
    return worst(log_density(p) - known, ROUNDING)


@checks("50", right=lambda p: p.q_jump(T), wrong=lambda p: p.q_jump(T) - p.q_jump(T - 2))
def what_telescoping_leaves(left_over: Claim) -> Measured:
    """The left side of 50, each factor from the moments of single steps, against what is left of it."""
    p = toy.random_paths()
    factors = toy.log_normal(p.x[..., 1:], *toy.step_moments(p.x[..., 0]))  # log q(x_t | x_0), t = 1..T
    product = factors[..., 0] + (factors[..., 1:] - factors[..., :-1]).sum(-1)
    return worst(product - left_over(p), ROUNDING)


@checks("54", right=three_terms, wrong=lambda p: three_terms(p) - p.q_jump(T) + p.p_end())
def bounds_every_image(integrand: Claim) -> Measured:
    """As 43, but for each x_0 alone: the largest shortfall, plus the perfect model's largest miss."""
    short, missed = (
        toy.nll(POINTS, model) - toy.mean_over_paths(POINTS, integrand, model) for model in (loose, tight)
    )
    return worst([short.relu(), missed], ROUNDING)


def kl_form(p: Paths, last: int = T, swapped: bool = False) -> Tensor:
    """Equation 57 inside its expectation, with the sum up to ``last``."""

    def term(t: int) -> Tensor:
        q_mean, q_variance, p_mean, p_variance = p.laws_back(t)
        if swapped:
            return gaussians.kl(p_mean, p_variance, q_mean, q_variance)
        return gaussians.kl(q_mean, q_variance, p_mean, p_variance)

    return gaussians.kl(*p.law_at_the_end(), 0.0, 1.0) + over(2, last, term) - p.p_back(1)


def without_x_0(p: Paths) -> Tensor:
    """Equation 55 with the reverse steps not conditioned on x_0."""
    steps = over(2, T, lambda t: p.q_back_without_x_0(t) - p.p_back(t))
    return p.q_jump(T) - p.p_end() + steps - p.p_back(1)


@checks("55", right=three_terms, wrong=without_x_0)
@checks("56", right=kl_form, wrong=lambda p: kl_form(p, swapped=True))
@checks("57", right=kl_form, wrong=lambda p: kl_form(p, last=T - 1))
def mean_is_the_bound(integrand: Claim) -> Measured:
    """The integrand's exact mean for each x_0, against -log p(x_0) plus the KL of the whole paths."""
    return worst(toy.mean_over_paths(POINTS, integrand) - toy.bound(POINTS, loose), ROUNDING)


@sizes("45")
def spread_without_x_0() -> dict[str, float]:
    """Var q(x_{t-1} | x_t) at x_t = 0 for data at -1 and 1 (std 0.15), beside beta_tilde_t; T = 10."""
    data = gaussians.Mixture([0.5, 0.5], torch.tensor([-1.0, 1.0], dtype=torch.float64), 0.15)
    schedule, got = schedules.linear(10, 0.05, 0.5), {}
    grid = torch.linspace(-5, 5, 4001, dtype=torch.float64)
    for name, t in (("early", 2), ("late", 10)):
        log_p = data.diffused(t - 1, schedule).log_prob(grid[:, None])
        log_p = log_p + toy.log_normal(0 * grid, schedule.alpha[t].sqrt() * grid, schedule.beta[t])
        weight = log_p.softmax(0)
        got[f"{name}_without"] = float(weight @ grid.square() - (weight @ grid) ** 2)
        got[f"{name}_with"] = float(schedule.beta_tilde[t])
    return got | {"times": got["early_without"] / got["early_with"]}


@sizes("46")
@sizes("47")
def point_mass() -> dict[str, float]:
    """The variance of q(x_0 | x_1, x_0), whose density the inversion would need."""
    return {"variance": float(SCHEDULE.beta_tilde[1])}


@sizes("49")
def unbound_factor() -> dict[str, float]:
    """The mean size of the misprint's error in the log-ratio of a path, and T."""
    p = toy.random_paths(100_000)
    return {"nats": float((bayes_printed(p) - bayes(p)).abs().mean()), "T": T}


@sizes("50")
def uncancelled_factor() -> dict[str, float]:
    """The mean size of log q(x_{T-2} | x_0), left in the denominator."""
    return {"nats": float(toy.random_paths(100_000).q_jump(T - 2).abs().mean()), "T": T}
