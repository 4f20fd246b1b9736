"""A1 to A5: what other notes say about the bound, the loss and the score."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib import forward, gaussians, losses
from course_lib.ledger import toys_path as toy
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import ROUNDING, log_normal, real, worst
from course_lib.ledger.toys_path import Paths, loose

REAL = real()
PEAKS = gaussians.Mixture([0.5, 0.5], torch.tensor([-1.0, 1.0], dtype=torch.float64), 0.15)
BEST = PEAKS.optimal_eps(REAL)
TIMES = (10, 250, 500, 1000)


def toy_bound() -> tuple[Tensor, Tensor, Tensor]:
    """E[-log p_theta(x_0)], L and E[KL of the paths] for N(0, 1) data and the loose model."""
    at, weight = toy.nodes(3)
    path_mean = toy.mean_over_paths(at, Paths.log_ratio)
    return toy.nll(at, loose) @ weight, path_mean @ weight, toy.path_kl(at, loose) @ weight


@checks("A1", right=lambda bound, kl: bound - kl, wrong=lambda bound, kl: bound)
def what_separates_bound_and_likelihood(claim: Callable[[Tensor, Tensor], Tensor]) -> Measured:
    """The claimed -log p from L and the KL of the paths, against the exact one; L must not lie below it."""
    nll, bound, kl = toy_bound()
    return worst([claim(bound, kl) - nll, (nll - bound).relu()], ROUNDING)


def squared_error(model: Callable[[Tensor, int], Tensor], t: int, scale: float = 1.0) -> Tensor:
    """E ||eps - scale model(x_t, t)||^2 over both peaks and the noise, by quadrature."""
    noise, weight = toy.weighted_noise(2, 80)
    total = torch.zeros((), dtype=torch.float64)
    for mean, std, share in zip(PEAKS.means, PEAKS.stds, PEAKS.weights, strict=True):
        x_t = forward.q_sample(mean + std * noise[:, :1], t, noise[:, 1:], REAL)
        total = total + share * (weight @ (noise[:, 1:] - scale * model(x_t, t)).square())[0]
    return total


@checks("A2", right=lambda t: squared_error(BEST, t), wrong=lambda t: torch.zeros((), dtype=torch.float64))
def what_a_perfect_model_keeps(least: Callable[[int], Tensor]) -> Measured:
    """The claimed least loss, against 1 - (1 - alpha_bar_t) E[score^2] on a grid; worse models exceed it."""
    grid = torch.linspace(-7, 7, 14001, dtype=torch.float64)[:, None]
    errors = []
    for t in TIMES:
        law = PEAKS.diffused(t, REAL)
        score = (law.log_prob(grid).exp() * law.score(grid)[:, 0].square()).sum() * (grid[1, 0] - grid[0, 0])
        floor = 1 - (1 - REAL.alpha_bar[t]) * score
        errors.append(least(t) - floor)
        errors += [(floor - squared_error(BEST, t, scale)).relu() for scale in (0.99, 1.01)]
    return worst(errors, 1e-8)


@checks("A3", right=lambda mse, d: d * mse, wrong=lambda mse, d: mse)
def sum_and_mean(norm: Callable[[Tensor, int], Tensor]) -> Measured:
    """The claimed squared norm from the mean squared error, against the sum over 3 x 32 x 32 numbers."""
    generator = torch.Generator().manual_seed(3)
    eps, eps_hat = torch.randn(2, 4, 3, 32, 32, dtype=torch.float64, generator=generator)
    claimed = norm(losses.per_image(eps_hat, eps), eps[0].numel())
    direct = torch.stack([(eps[i] - eps_hat[i]).square().sum() for i in range(len(eps))])
    return worst(claimed - direct, 1e-9)


# d eps_hat / d theta at x_t (n, 1), for the k-th of so many timesteps: (n, parameters).
Parameters = Callable[[Tensor, int, int], Tensor]


def own(x_t: Tensor, k: int, count: int) -> Tensor:
    """eps_hat = theta_t x_t: each timestep has its own parameter."""
    return x_t * torch.eye(count, dtype=x_t.dtype)[k]


def shared(x_t: Tensor, k: int, count: int) -> Tensor:
    """eps_hat = theta x_t: one parameter for all."""
    return x_t


def fitted(weights: Tensor, times: list[int], parameters: Parameters) -> Tensor:
    """The weighted least-squares theta; data N(0, 0.6^2)."""
    noise, share = toy.weighted_noise(2, 3)
    rows, goal = [], []
    for k, t in enumerate(times):
        x_t = forward.q_sample(0.6 * noise[:, :1], t, noise[:, 1:], toy.SCHEDULE)
        root = (weights[k] * share).sqrt()[:, None]
        rows.append(root * parameters(x_t, k, len(times)))
        goal.append(root * noise[:, 1:])
    columns, wanted = torch.cat(rows), torch.cat(goal)
    return torch.linalg.solve_ex(columns.T @ columns, columns.T @ wanted)[0][:, 0]  # no error for NaN or 0


@checks("A4", right=own, wrong=shared)
def weights_move_the_minimum(parameters: Parameters) -> Measured:
    """With weight 1 and with lambda_t: the fit's slope at each t, against E[eps x_t] / E[x_t^2]."""
    weights, times, kept = losses.weights(toy.SCHEDULE)[1:], list(range(1, toy.T + 1)), toy.SCHEDULE.alpha_bar
    one, errors = torch.ones(1, 1, dtype=torch.float64), []
    for weight in (torch.ones_like(weights), weights):
        theta = fitted(weight, times, parameters)
        for k, t in enumerate(times):
            best = (1 - kept[t]).sqrt() / (0.36 * kept[t] + 1 - kept[t])
            errors.append(parameters(one, k, toy.T) @ theta - best)
    return worst(errors, ROUNDING)


@checks(
    "A5",
    right=lambda eps, mean, gone: -mean / gone**0.5,
    wrong=lambda eps, mean, gone: -eps / gone**0.5,
)
def score_of_noisy_data(score: Callable[[Tensor, Tensor, float], Tensor]) -> Measured:
    """The claimed score, against autograd of log q(x_t); E[eps | x_t] comes from Bayes' rule on a grid."""
    generator = torch.Generator().manual_seed(5)
    grid, errors = torch.linspace(-3, 3, 12001, dtype=torch.float64), []
    prior = PEAKS.log_prob(grid[:, None])
    for t in (10, 250, 500):
        x_0, kept = PEAKS.sample(50, generator), float(REAL.alpha_bar[t])
        eps = torch.randn(x_0.shape, dtype=torch.float64, generator=generator)
        x_t = forward.q_sample(x_0, t, eps, REAL).requires_grad_()
        (true,) = torch.autograd.grad(PEAKS.diffused(t, REAL).log_prob(x_t).sum(), x_t)
        with torch.no_grad():
            weight = (prior + log_normal(x_t, kept**0.5 * grid, 1 - kept)).softmax(1)
            mean = (x_t - kept**0.5 * weight @ grid[:, None]) / (1 - kept) ** 0.5
            errors.append(score(eps, mean, 1 - kept) - true)
    return worst(errors, 1e-8)


@sizes("A1")
def two_numbers() -> dict[str, float]:
    """The toy's likelihood and its bound, in nats."""
    nll, bound, _ = toy_bound()
    return {"nll": float(nll), "bound": float(bound)}


@sizes("A2")
def floors() -> dict[str, float]:
    """What the perfect model's loss is at four timesteps."""
    return {f"floor_{t}": float(squared_error(BEST, t)) for t in TIMES}


@sizes("A3")
def dimensions() -> dict[str, float]:
    """The factor between sum and mean for a colour image of 32 x 32."""
    return {"d": 3 * 32 * 32}


@sizes("A4")
def shared_slopes() -> dict[str, float]:
    """One slope for t = 1 and t = T together, with weights (1, 1) and (100, 1); and one each, both ways."""
    even, uneven = torch.tensor([[1.0, 1.0], [100.0, 1.0]], dtype=torch.float64)
    times = [1, toy.T]
    apart = fitted(even, times, own) - fitted(uneven, times, own)
    return {
        "even": float(fitted(even, times, shared)),
        "uneven": float(fitted(uneven, times, shared)),
        "moved": float(apart.abs().max()),
        "T": toy.T,
    }


@sizes("A5")
def noise_left_over() -> dict[str, float]:
    """Var(eps - E[eps | x_t]): how far the actual noise scatters about what the score needs."""
    return {f"left_{t}": float(squared_error(BEST, t)) for t in (10, 250)}
