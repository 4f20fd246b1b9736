"""Equations 66 to 79: from a term of the bound to the squared error of the noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from course_lib import forward, gaussians, losses, samplers
from course_lib.ledger import toys_path as toy
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import AMPLIFIED, ROUNDING, real, worst

REAL = real()
TIMES = (2, 10, 100, 349, 500, 1000)


@dataclass(frozen=True)
class Step:
    """One image of three pixels at one timestep of the real schedule, and a model's answer eps_hat."""

    t: int
    variance: str
    x_0: Tensor
    eps: Tensor
    eps_hat: Tensor

    def __getattr__(self, name: str) -> Tensor:
        # beta, alpha, alpha_bar, beta_tilde at t: the formulas below then read as they are printed.
        return getattr(REAL, name)[self.t]

    @property
    def sigma_squared(self) -> Tensor:
        return getattr(REAL, self.variance)[self.t]

    @property
    def alpha_bar_before(self) -> Tensor:
        return REAL.alpha_bar[self.t - 1]

    @property
    def gone(self) -> Tensor:
        return 1 - self.alpha_bar

    @property
    def x_t(self) -> Tensor:
        return forward.q_sample(self.x_0[None], self.t, self.eps[None], REAL)[0]

    @property
    def mu_tilde(self) -> Tensor:
        return forward.posterior(self.x_0[None], self.x_t[None], self.t, REAL)[0][0]

    @property
    def mu_theta(self) -> Tensor:
        return reverse_mean(self, self.eps_hat)


def steps() -> list[Step]:
    """Every t of TIMES with both variances, with fixed random numbers."""
    generator = torch.Generator().manual_seed(66)
    return [
        Step(t, variance, *torch.randn(3, 3, dtype=torch.float64, generator=generator))
        for t, variance in product(TIMES, samplers.VARIANCES)
    ]


def reverse_mean(s: Step, noise: Tensor, root: str = "alpha") -> Tensor:
    """1/sqrt(alpha_t) ( x_t - beta_t / sqrt(1 - alpha_bar_t) noise ), or with the printed root."""
    return (s.x_t - s.beta / s.gone.sqrt() * noise) / getattr(s, root).sqrt()


def posterior_mean(s: Step, x_0: Tensor, kept: Tensor | None = None) -> Tensor:
    """Equation 59 at any x_0; ``kept`` stands for alpha_bar_{t-1} in the first coefficient."""
    first = (s.alpha_bar_before if kept is None else kept).sqrt() * s.beta / s.gone
    return first * x_0 + s.alpha.sqrt() * (1 - s.alpha_bar_before) / s.gone * s.x_t


def squared(s: Step, difference: Tensor) -> Tensor:
    """||difference||^2 / (2 sigma_t^2)."""
    return difference.square().sum() / (2 * s.sigma_squared)


def read_x_0(s: Step, noise: Tensor, inside: bool = True) -> Tensor:
    """Equation 69; with ``inside`` False the division by sqrt(alpha_bar_t) misses the noise."""
    if inside:
        return (s.x_t - s.gone.sqrt() * noise) / s.alpha_bar.sqrt()
    return s.x_t / s.alpha_bar.sqrt() - s.gone.sqrt() * noise


def weight_78(s: Step, root: Tensor) -> Tensor:
    """beta_t^2 / (2 sigma_t^2 alpha_t (1 - alpha_bar_t)), with alpha_t to be given."""
    return s.beta**2 / (2 * s.sigma_squared * root * s.gone)


def noise_form(s: Step, root: str) -> Tensor:
    """Equations 71, 72 and 76 with either root."""
    return squared(s, reverse_mean(s, s.eps, root) - s.mu_theta)


def both_noises(s: Step, root: str) -> Tensor:
    """Equation 77 with either root."""
    return squared(s, reverse_mean(s, s.eps, root) - reverse_mean(s, s.eps_hat, root))


def weighted_noises(s: Step) -> Tensor:
    """Equation 78 with the library's weight."""
    return losses.weights(REAL, s.variance)[s.t] * (s.eps - s.eps_hat).square().sum()


@checks(
    "66",
    right=lambda s: squared(s, s.mu_tilde - s.mu_theta),
    wrong=lambda s: squared(s, s.mu_tilde - s.mu_theta) * s.sigma_squared.sqrt(),
)
@checks(
    "67",
    right=lambda s: squared(s, posterior_mean(s, s.x_0) - s.mu_theta),
    wrong=lambda s: squared(s, posterior_mean(s, s.x_0, s.alpha_bar) - s.mu_theta),
)
@checks(
    "70",
    right=lambda s: squared(s, posterior_mean(s, read_x_0(s, s.eps)) - s.mu_theta),
    wrong=lambda s: squared(s, posterior_mean(s, read_x_0(s, s.eps, inside=False)) - s.mu_theta),
)
@checks("71", right=lambda s: noise_form(s, "alpha"), wrong=lambda s: noise_form(s, "alpha_bar"))
@checks("72", right=lambda s: noise_form(s, "alpha"), wrong=lambda s: noise_form(s, "alpha_bar"))
@checks("76", right=lambda s: noise_form(s, "alpha"), wrong=lambda s: noise_form(s, "alpha_bar"))
@checks("77", right=lambda s: both_noises(s, "alpha"), wrong=lambda s: both_noises(s, "alpha_bar"))
@checks(
    "78",
    right=weighted_noises,
    wrong=lambda s: weight_78(s, s.alpha_bar) * (s.eps - s.eps_hat).square().sum(),
)
def kl_less_its_constant(form: Callable[[Step], Tensor]) -> Measured:
    """KL of the two reverse steps less C = d/2 (beta_tilde / sigma^2 - 1 + log sigma^2 / beta_tilde)."""
    errors = []
    for s in steps():
        p = Normal(s.mu_theta, s.sigma_squared.sqrt())
        kl = kl_divergence(Normal(s.mu_tilde, s.beta_tilde.sqrt()), p).sum()
        ratio = s.beta_tilde / s.sigma_squared
        constant = len(s.x_0) / 2 * (ratio - 1 - ratio.log())
        errors.append(kl - constant - form(s))
    return worst(errors, AMPLIFIED)


Jump = Callable[[Tensor, int, Tensor], Tensor]


def powers_for_roots(x_0: Tensor, t: int, eps: Tensor) -> Tensor:
    """Equation 68 with alpha_bar_t and 1 - alpha_bar_t in the place of their roots."""
    return REAL.alpha_bar[t] * x_0 + (1 - REAL.alpha_bar[t]) * eps


@checks("68", right=lambda x_0, t, eps: forward.q_sample(x_0, t, eps, REAL), wrong=powers_for_roots)
def jump_is_the_chain(jump: Jump) -> Measured:
    """The jump's mean and variance for x_0 = 1, against those of t single steps, for every t."""
    one = torch.ones(1, 1, dtype=torch.float64)
    mean, variance, errors = one, 0 * one, []
    for t in range(1, REAL.T + 1):
        mean = forward.q_step(mean, t, 0 * one, REAL)
        variance = REAL.alpha[t] * variance + REAL.beta[t]
        errors += [jump(one, t, 0 * one) - mean, jump(0 * one, t, one) ** 2 - variance]
    return worst(errors, AMPLIFIED)


def without_a_root(x_t: Tensor, t: int, eps: Tensor) -> Tensor:
    """Equation 69 divided by alpha_bar_t instead of its root."""
    return (x_t - (1 - REAL.alpha_bar[t]).sqrt() * eps) / REAL.alpha_bar[t]


@checks("69", right=lambda x_t, t, eps: forward.predict_x_0(x_t, t, eps, REAL), wrong=without_a_root)
def there_and_back(read: Jump) -> Measured:
    """x_0 read back out of its own x_t with its own noise, for every t."""
    generator = torch.Generator().manual_seed(69)
    x_0, eps = torch.randn(2, 5, 1, dtype=torch.float64, generator=generator)
    back = [read(forward.q_sample(x_0, t, eps, REAL), t, eps) for t in range(1, REAL.T + 1)]
    return worst(torch.stack(back) - x_0, AMPLIFIED)


@checks(
    "73",
    right=lambda s, noise: posterior_mean(s, forward.predict_x_0(s.x_t[None], s.t, noise[None], REAL)[0]),
    wrong=posterior_mean,
)
@checks(
    "74",
    right=lambda s, noise: posterior_mean(s, read_x_0(s, noise)),
    wrong=lambda s, noise: posterior_mean(s, (s.x_t - s.gone.sqrt() * noise) / s.alpha.sqrt()),
)
@checks(
    "75",
    right=lambda s, noise: samplers.ddpm_step(
        s.x_t[None], s.t, noise[None], torch.zeros_like(s.x_t[None]), REAL
    )[0],
    wrong=lambda s, noise: reverse_mean(s, noise, "alpha_bar"),
)
def true_noise_gives_the_posterior(mu_theta: Callable[[Step, Tensor], Tensor]) -> Measured:
    """mu_theta with the true eps in the place of eps_theta, against mu_tilde(x_t, x_0)."""
    return worst([mu_theta(s, s.eps) - s.mu_tilde for s in steps()], AMPLIFIED)


MEAN, STD = 0.3, 0.6


@checks("79", right=lambda jump, step: jump, wrong=lambda jump, step: step)
def best_answer_is_the_mean_noise(target: Callable[[Tensor, Tensor], Tensor]) -> Measured:
    """The least-squares line for the claimed target, against E[eps | x_t] of Gaussian data, for t = 1..5."""
    noise, weight = toy.weighted_noise(3, 3)
    schedule, errors = toy.SCHEDULE, []
    best = gaussians.Mixture([1.0], torch.tensor([[MEAN]], dtype=torch.float64), STD).optimal_eps(schedule)
    for t in range(1, schedule.T + 1):
        kept, before = (schedule.alpha_bar[[t, t - 1]]).tolist()
        earlier = (before**0.5) * (MEAN + STD * noise[:, 0]) + (1 - before) ** 0.5 * noise[:, 1]
        x_t = forward.q_step(earlier, t, noise[:, 2], schedule)
        total = (x_t - kept**0.5 * (MEAN + STD * noise[:, 0])) / (1 - kept) ** 0.5
        columns = torch.stack([torch.ones_like(x_t), x_t], 1) * weight.sqrt()[:, None]
        goal = target(total, noise[:, 2]) * weight.sqrt()
        line = torch.linalg.solve(columns.T @ columns, columns.T @ goal)
        errors.append(line[0] + line[1] * toy.POINTS - best(toy.POINTS[:, None], t)[:, 0])
    return worst(errors, ROUNDING)


@sizes("71")
@sizes("72")
@sizes("75")
@sizes("76")
@sizes("77")
def wrong_root() -> dict[str, float]:
    """The factor sqrt(alpha_t / alpha_bar_t), its square, and mu_tilde at x_0 = 0.7, eps = -0.4, t = 500."""
    got = {}
    for t in (2, 500, 1000):
        got[f"factor_{t}"] = float((REAL.alpha[t] / REAL.alpha_bar[t]).sqrt())
        got[f"square_{t}"] = got[f"factor_{t}"] ** 2
    x_0, eps = torch.tensor([[0.7], [-0.4]], dtype=torch.float64)
    s = Step(500, "beta", x_0, eps, eps)
    got["posterior"], got["printed"] = float(s.mu_tilde), float(reverse_mean(s, eps, "alpha_bar"))
    return got


@sizes("73")
@sizes("74")
def needs_t() -> dict[str, float]:
    """E[eps | x_t = 1] for N(0, 1) data at the first, a middle and the last timestep."""
    return {f"answer_{t}": float((1 - REAL.alpha_bar[t]).sqrt()) for t in (1, 100, 1000)}


@sizes("79")
def dropped_weight() -> dict[str, float]:
    """lambda_t at its ends and its minimum, and the correlation of a step's own noise with eps."""
    weight = losses.weights(REAL)
    low = int(weight[1:].argmin()) + 1
    got = {"first": float(weight[1]), "low": float(weight[low]), "at": low, "last": float(weight[-1])}
    got["ratio"] = float(weight[1:].max() / weight[low])
    for t in (2, 10, 500):
        got[f"corr_{t}"] = float((REAL.beta[t] / (1 - REAL.alpha_bar[t])).sqrt())
    return got
