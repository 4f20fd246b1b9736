"""Equations 20 to 40: one latent variable, and the bound with its gap."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib import gaussians
from course_lib.ledger.core import Measured, checks, sizes
from course_lib.ledger.toys import EXACT, Latent, latents, log_normal, violation, worst

Claim = Callable[[Latent], Tensor]
Sides = Callable[[Latent], tuple[Tensor, str, Tensor]]  # an inequality: left, sign, right


@checks("20", right=lambda m: m.integral(m.joint), wrong=lambda m: m.integral(m.likelihood))
@checks(
    "23",
    right=lambda m: torch.stack([m.integral(m.joint), m.integral(m.prior * m.likelihood)]),
    wrong=lambda m: m.integral(m.joint * m.q),
)
@checks(
    "24",
    right=lambda m: m.integral(m.joint * (m.q / m.q)),
    wrong=lambda m: m.integral(m.joint / m.q),
)
@checks(
    "26",
    right=lambda m: m.expect(m.joint / m.posterior),
    wrong=lambda m: m.expect(m.likelihood / m.posterior),
)
def evidence_on_a_grid(claim: Claim) -> Measured:
    """p(x) by a sum over a grid of z, against the closed form N(x; 0, a^2 + s^2), for five q."""
    return worst([claim(m) - m.evidence for m in latents()])


@checks("21", right=lambda m: m.prior * m.likelihood, wrong=lambda m: m.prior * m.evidence[:, None])
def density_of_the_pair(claim: Claim) -> Measured:
    """p(x, z), against the two-dimensional Gaussian of the pair."""
    m = latents()[0]
    return worst(claim(m) - m.joint)


def elbo(m: Latent) -> Tensor:
    """E_q[log p(x, z) / q(z | x)] on the grid, for each x."""
    return m.expect((m.joint / m.q).log())


def kl(m: Latent, swapped: bool = False) -> Tensor:
    """KL(q || posterior) in closed form, for each x; ``swapped``: KL(posterior || q)."""
    q, p = (m.mean, m.variance), (m.posterior_mean, m.posterior_variance)
    return gaussians.kl(*(p + q if swapped else q + p))[:, 0]


def closed_elbo(m: Latent) -> Tensor:
    """E_q log p(x | z) - KL(q || prior), both in closed form: no grid, and no posterior."""
    fit = log_normal(m.X, m.A * m.mean, m.S**2) - m.A**2 * m.variance / (2 * m.S**2)
    return (fit - gaussians.kl(m.mean, m.variance, 0.0, 1.0))[:, 0]


def _fit(x: Tensor) -> Tensor:
    """The mean and log-variance of q that maximise the bound at one x, by Newton's method from N(0, 1)."""

    def loss(phi: Tensor) -> Tensor:
        log_q = log_normal(Latent.Z, phi[0], phi[1].exp())
        log_joint = log_normal(Latent.Z, 0.0, 1.0) + log_normal(x, Latent.A * Latent.Z, Latent.S**2)
        return torch.trapezoid(log_q.exp() * (log_q - log_joint), Latent.Z)

    phi = torch.zeros(2, dtype=torch.float64)
    for _ in range(12):
        slope = torch.autograd.functional.jacobian(loss, phi)
        phi = phi - torch.linalg.solve(torch.autograd.functional.hessian(loss, phi), slope)
    return phi


@checks(
    "22",
    right=lambda m: (m.posterior_mean, m.posterior_variance),
    wrong=lambda m: (torch.zeros_like(m.mean), torch.ones_like(m.mean)),
)
def what_the_best_q_is(claim: Callable[[Latent], tuple[Tensor, Tensor]]) -> Measured:
    """The q that maximises the bound, found without knowing the posterior, against the density claimed."""
    mean, variance = claim(latents()[0])
    fitted = torch.stack([_fit(x) for x in Latent.X])
    return worst(torch.stack([fitted[:, :1] - mean, fitted[:, 1:] - variance.log()]))


def _exchanged(m: Latent) -> Tensor:
    return m.integral(m.joint * m.q / m.posterior)


@checks("25", right=(_exchanged, lambda m: True), wrong=(_exchanged, lambda m: bool(kl(m).max() <= EXACT)))
def for_which_q_it_holds(claim: tuple[Claim, Callable[[Latent], bool]]) -> Measured:
    """The claimed integral against p(x), for five q; 1 for each q of which it is misjudged."""
    integral, said = claim
    errors = []
    for m in latents():
        off = (integral(m) - m.evidence).abs().max()
        if said(m):
            errors.append(off)
        elif off <= EXACT:  # said to fail, and does not
            errors.append(torch.ones_like(off))
    return worst(errors)


def _logs(m: Latent) -> tuple[Tensor, Tensor]:
    return (m.joint / m.q).log(), (m.q / m.posterior).log()


def _log_of_product(one: Tensor, other: Tensor) -> Tensor:
    # Far out, where q is next to nothing, a product can be smaller than any float: not log 0.
    return (one * other).clamp(min=torch.finfo(torch.float64).tiny).log()


@checks(
    "27",
    right=lambda m: m.expect(m.joint / m.posterior).log(),
    wrong=lambda m: m.expect(m.joint / m.posterior),
)
@checks(
    "29",
    right=lambda m: m.expect(_log_of_product(m.joint / m.q, m.q / m.posterior)),
    wrong=lambda m: m.expect(_log_of_product(m.joint / m.q, m.posterior / m.q)),
)
@checks(
    "30",
    right=lambda m: m.expect(_logs(m)[0]) + m.expect(_logs(m)[1]),
    wrong=lambda m: m.expect(_logs(m)[0]) - m.expect(_logs(m)[1]),
)
@checks("35", right=lambda m: elbo(m) + kl(m), wrong=elbo)
@checks("37", right=lambda m: m.integral(m.joint).log(), wrong=lambda m: m.integral(m.joint.log()))
@checks(
    "38",
    right=lambda m: m.integral(m.joint * (m.q / m.q)).log(),
    wrong=lambda m: m.integral(m.joint * m.q).log(),
)
@checks(
    "39",
    right=lambda m: m.expect(m.joint / m.q).log(),
    wrong=lambda m: m.integral(m.prior * m.joint / m.q).log(),
)
def log_evidence_on_a_grid(claim: Claim) -> Measured:
    """log p(x) by sums over a grid of z, against the closed form, for five q."""
    return worst([claim(m) - m.evidence.log() for m in latents()])


@checks("28", right=lambda m: m.joint / m.posterior, wrong=lambda m: m.joint / m.q)
def when_log_and_mean_change_places(claim: Claim) -> Measured:
    """|log E_q f - E_q log f| and |E_q log f - log p(x)| for the claimed f(z), for five q."""
    errors = []
    for m in latents():
        f = claim(m)
        mean_log = m.expect(f.log())
        errors += [m.expect(f).log() - mean_log, mean_log - m.evidence.log()]
    return worst(errors)


@checks(
    "31",
    right=lambda m: m.expect((m.q / m.posterior).log()),
    wrong=lambda m: m.expect((m.q / m.joint).log()),
)
def never_negative_and_zero_where_equal(claim: Claim) -> Measured:
    """Against gaussians.kl for five q: 0 at the posterior, and how far the four others fall below 0.1."""
    exact, *others = values = [claim(m) for m in latents()]
    errors = [value - kl(m) for value, m in zip(values, latents(), strict=True)]
    return worst([exact, *errors, *((0.1 - value).relu() for value in others)])


@checks("32", right=elbo, wrong=lambda m: m.expect((m.likelihood / m.q).log()))
def bound_in_closed_form(claim: Claim) -> Measured:
    """The bound on the grid, against E_q log p(x | z) - KL(q || prior), both in closed form."""
    return worst([claim(m) - closed_elbo(m) for m in latents()])


@checks(
    "33",
    right=lambda m: m.evidence.log() - kl(m),
    wrong=lambda m: m.evidence.log() - kl(m, swapped=True),
)
def bound_on_a_grid(claim: Claim) -> Measured:
    """The claimed side, against E_q[log p(x, z) / q(z | x)] summed on the grid, for five q."""
    return worst([claim(m) - elbo(m) for m in latents()])


@checks("34", right=elbo, wrong=lambda m: m.expect(m.likelihood.log()))
def stays_below_the_evidence(claim: Claim) -> Measured:
    """How far it rises above log p(x) for five q, and how far below it stays at the posterior."""
    exact, *others = (claim(m) - m.evidence.log() for m in latents())
    return worst([exact, *(value.relu() for value in others)])


@checks(
    "36",
    right=lambda m: (m.integral(m.joint).log(), ">=", m.evidence.log() - kl(m)),
    wrong=lambda m: (m.integral(m.joint).log(), "<=", m.evidence.log() + kl(m)),
)
@checks(
    "40",
    right=lambda m: (m.expect(m.joint / m.q).log(), ">=", elbo(m)),
    wrong=lambda m: (m.expect(m.joint / m.q).log(), "=", elbo(m)),
)
def evidence_sign_and_bound(claim: Sides) -> Measured:
    """How far the sign fails for five q, and both sides against log p(x) and the bound in closed form."""
    errors = []
    for m in latents():
        left, sign, right = claim(m)
        errors += [violation(left, sign, right), left - m.evidence.log(), right - closed_elbo(m)]
    return worst(errors)


def _shifted() -> tuple[Latent, int]:
    """The q that is shifted against the posterior, and the row of x = 1, which the errata speak of."""
    return latents()[1], 3


def _spread(m: Latent, log_f: Tensor, row: int) -> float:
    mean = m.expect(log_f)[:, None]
    return float(m.expect((log_f - mean).square())[row].sqrt())


@sizes("25")
def _spreads() -> dict[str, float]:
    m, row = _shifted()
    log_exact, log_q = (m.joint / m.posterior).log(), (m.joint / m.q).log()
    return {"right": _spread(m, log_exact, row), "wrong": _spread(m, log_q, row), "kl": float(kl(m)[row])}


@sizes("28")
@sizes("40")
def _gaps() -> dict[str, float]:
    m, row = _shifted()
    log_p, bound = float(m.evidence.log()[row]), float(elbo(m)[row])
    exact = float(m.expect((m.joint / m.posterior).log())[row])
    return {"log_p": log_p, "elbo": bound, "gap": log_p - bound, "exact_gap": abs(log_p - exact)}


@sizes("36")
def _slack() -> dict[str, float]:
    m, row = _shifted()
    gap = float(kl(m)[row])
    return {"slack": gap, "elbo": float(elbo(m)[row]), "bound": float(m.evidence.log()[row]) + gap}
