"""Equations 1 to 15: the forward process, from one step to the jump."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib import forward
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import Joint, forward_chain, forward_jumps, log_normal, real, short, worst

LogDensity = Callable[[Joint], Tensor]


def _steps(q: Joint, first: int = 1) -> Tensor:
    return sum((q(t, t - 1) for t in range(first, q.T + 1)), torch.zeros(()))


def _whole_past(q: Joint) -> Tensor:
    return sum((q(t, *range(t)) for t in range(1, q.T + 1)), torch.zeros(()))


def _two_apart(q: Joint) -> Tensor:
    return sum((q(t, t - 2) for t in range(2, q.T + 1)), q(1, 0))


@checks("1", right=_steps, wrong=lambda q: sum(q(t, 0) for t in range(1, q.T + 1)))
@checks("2", right=lambda q: _whole_past(q) + q(0) - q(0), wrong=lambda q: _whole_past(q) + q(0))
@checks("3", right=lambda q: _steps(q) + q(0) - q(0), wrong=_two_apart)
@checks("4", right=_steps, wrong=lambda q: _steps(q, first=2))
def density_of_the_noisy_path(claim: LogDensity) -> Measured:
    """The log-density of x_1..x_T given x_0, against the Gaussian built from the closed-form covariance."""
    q = forward_jumps()
    return worst(claim(forward_chain()) - q(range(1, q.T + 1), 0))


@checks(
    "5",
    right=lambda x_t, x_prev, beta: log_normal(x_t, (1 - beta) ** 0.5 * x_prev, beta),
    wrong=lambda x_t, x_prev, beta: log_normal(x_t, (1 - beta) ** 0.5, beta),
)
def density_of_a_forward_step(claim: Callable[..., Tensor]) -> Measured:
    """The step's log-density, against conditioning the whole closed-form Gaussian on x_{t-1}."""
    q, beta = forward_jumps(), short().beta
    x = q.paths
    errors = [claim(x[:, t], x[:, t - 1], beta[t]) - q(t, t - 1) for t in range(1, q.T + 1)]
    return worst(torch.stack(errors))


@checks(
    "6",
    right=lambda x, alpha, beta, eps: (1 - beta) ** 0.5 * x + beta**0.5 * eps,
    wrong=lambda x, alpha, beta, eps: (1 - beta) ** 0.5 * x + beta * eps,
)
@checks(
    "7",
    right=lambda x, alpha, beta, eps: alpha**0.5 * x + (1 - alpha) ** 0.5 * eps,
    wrong=lambda x, alpha, beta, eps: (1 - alpha) ** 0.5 * x + alpha**0.5 * eps,
)
def noise_carried_to_a_sample(claim: Callable[..., Tensor]) -> Measured:
    """log N(eps; 0, 1) - log |dx_t / deps| is the log-density of x_t given x_{t-1} (change of variables)."""
    q, schedule, errors = forward_jumps(), short(), []
    eps = torch.linspace(-3, 3, len(q.paths), dtype=torch.float64).requires_grad_()
    for t in range(1, q.T + 1):
        x_t = claim(q.paths[:, t - 1], schedule.alpha[t], schedule.beta[t], eps)
        (slope,) = torch.autograd.grad(x_t.sum(), eps)
        paths = q.paths.clone()
        paths[:, t] = x_t.detach()
        carried = log_normal(eps.detach(), 0.0, 1.0) - slope.abs().log()
        errors.append(carried - q.log_prob(paths, [t], [t - 1]))
    return worst(torch.stack(errors))


@checks(
    "8",
    right=lambda a, b, x, e_1, e_2: a**0.5 * (b**0.5 * x + (1 - b) ** 0.5 * e_1) + (1 - a) ** 0.5 * e_2,
    wrong=lambda a, b, x, e_1, e_2: a**0.5 * (b**0.5 * x + (1 - b) ** 0.5 * e_2) + (1 - a) ** 0.5 * e_2,
)
@checks(
    "9",
    right=lambda a, b, x, e_1, e_2: (a * b) ** 0.5 * x + (a - a * b) ** 0.5 * e_1 + (1 - a) ** 0.5 * e_2,
    wrong=lambda a, b, x, e_1, e_2: (a * b) ** 0.5 * x + (1 - b) ** 0.5 * e_1 + (1 - a) ** 0.5 * e_2,
)
def two_steps_of_the_chain(claim: Callable[..., Tensor]) -> Measured:
    """x_t from x_{t-2} and two noises, against forward.q_step taken twice; a = alpha_t, b = alpha_{t-1}."""
    schedule, errors = short(), []
    x, e_1, e_2 = torch.randn(3, 100, generator=torch.Generator().manual_seed(8), dtype=torch.float64)
    for t in range(2, schedule.T + 1):
        walked = forward.q_step(forward.q_step(x, t - 1, e_1, schedule), t, e_2, schedule)
        errors.append(claim(schedule.alpha[t], schedule.alpha[t - 1], x, e_1, e_2) - walked)
    return worst(torch.stack(errors))


def _product(alpha: Tensor, count: int) -> Tensor:
    return alpha[:count].prod()


# A jump: how many steps it replaces, and x_t from (alpha_t, alpha_{t-1}, …), the earlier x, and one eps.
Jump = tuple[int, Callable[..., Tensor]]


@checks(
    "10",
    right=(2, lambda a, x, e: (a[0] * a[1]) ** 0.5 * x + (a[0] - a[0] * a[1] + 1 - a[0]) ** 0.5 * e),
    wrong=(
        2,
        lambda a, x, e: (a[0] * a[1]) ** 0.5 * x + ((a[0] - a[0] * a[1]) ** 0.5 + (1 - a[0]) ** 0.5) * e,
    ),
)
@checks(
    "11",
    right=(2, lambda a, x, e: (a[0] * a[1]) ** 0.5 * x + (1 - a[0] * a[1]) ** 0.5 * e),
    wrong=(2, lambda a, x, e: (a[0] * a[1]) ** 0.5 * x + (1 - a[0]) ** 0.5 * e),
)
@checks(
    "12",
    right=(3, lambda a, x, e: _product(a, 3) ** 0.5 * x + (1 - _product(a, 3)) ** 0.5 * e),
    wrong=(3, lambda a, x, e: _product(a, 3) ** 0.5 * x + (1 - _product(a, 2)) ** 0.5 * e),
)
@checks(
    "13",
    right=(4, lambda a, x, e: _product(a, 4) ** 0.5 * x + (1 - _product(a, 4)) ** 0.5 * e),
    wrong=(4, lambda a, x, e: _product(a, 3) ** 0.5 * x + (1 - _product(a, 4)) ** 0.5 * e),
)
@checks(
    "14",
    right=(5, lambda a, x, e: _product(a, 5) ** 0.5 * x + (1 - _product(a, 5)) ** 0.5 * e),
    wrong=(5, lambda a, x, e: _product(a, 4) ** 0.5 * x + (1 - _product(a, 4)) ** 0.5 * e),
)
def one_jump_for_several_steps(claim: Jump) -> Measured:
    """Mean, gain and noise variance of the jump, against forward.q_step taken step by step (autograd)."""
    steps, jump = claim
    schedule, errors = short(), []
    for t in range(steps, schedule.T + 1):
        x, e = torch.ones(2, 1, dtype=torch.float64, requires_grad=True).unbind()
        noises = torch.zeros(steps, dtype=torch.float64, requires_grad=True)
        walked = x
        for k in range(steps):
            walked = forward.q_step(walked, t - steps + 1 + k, noises[k : k + 1], schedule)
        gain, by_noise = torch.autograd.grad(walked, (x, noises))
        alphas = schedule.alpha[: t + 1].flip(0)
        claimed_gain, by_e = torch.autograd.grad(jump(alphas, x, e), (x, e))
        # The variance of a sum of independent noises is the sum of their squared factors.
        errors += [jump(alphas, x, 0 * e) - walked, claimed_gain - gain]
        errors.append(by_e.square() - by_noise.square().sum())
    return worst(torch.stack(errors))


@checks(
    "15",
    right=(lambda alpha, t: alpha[1 : t + 1].prod(), lambda t: 0),
    wrong=(lambda alpha, t: alpha[1:].prod(), lambda t: t - 1),
)
def closed_form_and_what_it_conditions_on(claim: tuple[Callable, Callable[[int], int]]) -> Measured:
    """N(x_t; sqrt(alpha_bar_t) x_0, 1 - alpha_bar_t) is the density of x_t given which earlier image?"""
    alpha_bar, given = claim
    q, schedule, errors = forward_chain(), short(), []
    for t in range(1, q.T + 1):
        kept = alpha_bar(schedule.alpha, t)
        jumped = log_normal(q.paths[:, t], kept**0.5 * q.paths[:, 0], 1 - kept)
        errors.append(jumped - q(t, given(t)))
    return worst(torch.stack(errors))


@sizes("1")
def _what_is_left() -> dict[str, float]:
    left = real().alpha_bar ** 0.5
    return {"half": float(left[500]), "end": float(left[1000])}


@sizes("5")
def _mean_of_a_step() -> dict[str, float]:
    kept, x = float(real().alpha[1000]) ** 0.5, 1.3
    return {"x": x, "right": kept * x, "wrong": kept}


@sizes("8")
def _one_noise_for_two() -> dict[str, float]:
    a = b = 0.5
    return {"right": (1 - a * b) ** 0.5, "wrong": (a - a * b) ** 0.5 + (1 - a) ** 0.5}


@sizes("10")
def _means_add() -> dict[str, float]:
    generator = torch.Generator().manual_seed(10)
    a, b = 1 + torch.randn(2, 1_000_000, generator=generator, dtype=torch.float64)
    return {"right": float((a + b).mean()), "wrong": 1.0}


@sizes("11")
def _two_halves() -> dict[str, float]:
    kept, schedule = 0.5 * 0.5, real()
    return {
        "right": kept + (1 - kept),
        "wrong": kept + (1 - 0.5),
        "noise": float(1 - schedule.alpha_bar[500]),
        "noise_wrong": float(schedule.beta[500]),
        "times": float(((1 - schedule.alpha_bar[500]) / schedule.beta[500]) ** 0.5),
    }


@sizes("15")
def _flat_alpha_bar() -> dict[str, float]:
    schedule, q = real(), forward_chain()
    weights = q.covariance[2, [0, 1]] @ torch.linalg.inv(q.covariance[[0, 1]][:, [0, 1]])
    return {
        "right": float(schedule.alpha_bar[1]),
        "wrong": float(schedule.alpha[1:].prod()),
        "kept": 100 * float(schedule.alpha_bar[1] ** 0.5),
        "kept_wrong": 100 * float(schedule.alpha_bar[-1] ** 0.5),
        "slope": float(weights[1]),
    }
