"""The numbers that errata quote: what they are, by another road, and that the sentences print them."""

from __future__ import annotations

import math
import re

import pytest
import torch

from course_lib import gaussians, lang, schedules
from course_lib.ledger import others, run, toys
from course_lib.ledger import toys_path as toy

REAL = schedules.linear()

# What an independent audit of the notes measured, as the sentences print it.
PRINTED = {
    "47": ["0"],
    "62": ["998", "999"],
    "63": ["-5.0", "+5.0"],
    "71": ["1.0001", "3.55", "155.8", "-0.18447", "-0.65473"],
    "72": ["3.55", "155.8"],
    "75": ["3.55", "155.8"],
    "76": ["3.55", "155.8"],
    "77": ["12.6", "24282"],
    "79": ["0.500", "0.00497", "349", "0.0102", "101", "0.384", "0.104"],
    "80": ["0.1002", "0.0100", "8.79", "0.60"],
    "81": ["735", "157", "953"],
    "A2": ["0.92", "0.47", "0.08", "4e-05"],
    "A3": ["3072"],
    "A4": ["0.579", "0.000"],
}


def sizes(number: str) -> dict[str, float]:
    return run(number).sizes


@pytest.mark.parametrize("number", PRINTED)
def test_the_sentences_print_what_the_audit_found(number):
    measured = sizes(number)
    for language in lang.LANGUAGES:
        sentence = lang.text(f"ledger.erratum.{number}", language, **measured)
        missing = [
            f for f in PRINTED[number] if not re.search(rf"(?<![\d.]){re.escape(f)}(?!\.?\d)", sentence)
        ]
        assert missing == [], language


def test_a_factor_that_nothing_binds():
    """Left out are q(x_t | x_0) for t = 1..T-2, whose log-densities have known means and a known spread."""
    gone = 1 - toy.SCHEDULE.alpha_bar[1 : toy.T - 1]
    mean = float(-0.5 * (2 * math.pi * math.e * gone).log().sum())
    paths = toy.random_paths(100_000)
    left_out = toy.over(1, toy.T - 2, paths.q_jump)
    standard_error = float(left_out.std()) * len(left_out) ** -0.5
    assert abs(float(left_out.mean()) - mean) < 5 * standard_error
    assert abs(sizes("49")["nats"] - float(left_out.abs().mean())) < 1e-12
    assert (
        abs(sizes("49")["nats"] - 1.30) < 5 * float(left_out.abs().std()) * 300**-0.5
    )  # the audit's 300 paths


def test_the_reverse_step_without_x_0_by_the_derivative_of_the_score():
    """Cov(x_{t-1} | x_t) = beta_t / alpha_t (1 + beta_t d score / dx_t), Tweedie's second formula."""
    schedule, measured = schedules.linear(10, 0.05, 0.5), sizes("45")
    for name, t in (("early", 2), ("late", 10)):
        law, x = (
            others.PEAKS.diffused(t, schedule),
            torch.zeros(1, 1, dtype=torch.float64, requires_grad=True),
        )
        (slope,) = torch.autograd.grad(law.score(x).sum(), x)
        variance = schedule.beta[t] / schedule.alpha[t] * (1 + schedule.beta[t] * slope)
        assert abs(float(variance) - measured[f"{name}_without"]) < 1e-9
    assert measured["early_without"] > 10 * measured["early_with"]
    assert measured["late_without"] < 1.05 * measured["late_with"]


def test_the_terms_that_are_lost_or_reversed():
    """Both in closed form: E KL needs E (mu_tilde - mu_theta)^2, which is a matter of Cov(x_0, x_T)."""
    s, t = toy.SCHEDULE, toy.T
    beta, tilde, gone = s.beta[t], s.beta_tilde[t], 1 - s.alpha_bar[t]
    by_x_0 = s.alpha_bar[t - 1].sqrt() * beta / gone
    by_x_t = s.alpha[t].sqrt() * (1 - s.alpha_bar[t - 1]) / gone
    by_x_t = by_x_t - (1 - 0.6 * beta / gone.sqrt()) / s.alpha[t].sqrt()  # less loose's own mean
    shift = 0.1 * beta / (gone * s.alpha[t]).sqrt()
    squared = by_x_0**2 + by_x_t**2 + 2 * by_x_0 * by_x_t * s.alpha_bar[t].sqrt() + shift**2
    mean = 0.5 * ((tilde + squared) / beta - 1 - (tilde / beta).log())
    assert abs(sizes("62")["nats"] - float(mean)) < 1e-12

    x_0, measured = torch.tensor([0.7], dtype=torch.float64), sizes("63")
    l_0 = toy.mean_over_paths(x_0, lambda p: -p.p_back(1))
    assert abs(measured["right"] - measured["wrong"] - 2 * float(l_0)) < 1e-12


def test_what_the_wrong_root_does_by_the_schedules_own_tables():
    measured = sizes("71")
    for t in (2, 500, 1000):
        assert abs(measured[f"factor_{t}"] - float(REAL.alpha_bar[t - 1]) ** -0.5) < 1e-10
        assert abs(measured[f"square_{t}"] * float(REAL.alpha_bar[t - 1]) - 1) < 1e-12


def test_a_steps_own_noise_and_the_whole_noise_by_sampling():
    """Their correlation over a million paths of the two last independent noises."""
    n, measured = 1_000_000, sizes("79")
    generator = torch.Generator().manual_seed(0)
    earlier, own = torch.randn(2, n, dtype=torch.float64, generator=generator)
    for t in (2, 10, 500):
        gone_before, gone = (1 - REAL.alpha_bar[[t - 1, t]]).tolist()
        whole = ((float(REAL.alpha[t]) * gone_before) ** 0.5 * earlier + float(REAL.beta[t]) ** 0.5 * own) / (
            gone**0.5
        )
        corr = float(torch.corrcoef(torch.stack([whole, own]))[0, 1])
        assert abs(corr - measured[f"corr_{t}"]) < 5 * n**-0.5


def test_the_exploding_and_the_blurred_walk_by_sampling():
    """10 000 walks of 500 steps with the library's perfect noise: the printed (80), and the right one."""
    n, schedule = 10_000, schedules.linear(500, 2e-4, 0.04)
    best = gaussians.Mixture([1.0], torch.zeros(1, 1, dtype=torch.float64), 0.6).optimal_eps(schedule)
    generator, measured = torch.Generator().manual_seed(80), sizes("80")
    x = torch.randn(2, n, 1, dtype=torch.float64, generator=generator)
    for t in range(schedule.T, 0, -1):
        beta = schedule.beta[t]
        mean = x - beta / (1 - schedule.alpha_bar[t]).sqrt() * best(x.reshape(-1, 1), t).reshape(x.shape)
        z = torch.randn(x.shape, dtype=torch.float64, generator=generator)
        x = mean / schedule.alpha[t].sqrt() + torch.stack([beta.sqrt() * z[0], beta + z[1]])
    for got, want in zip(x.std(1)[:, 0].tolist(), (measured["right"], measured["wrong"]), strict=True):
        assert abs(got / want - 1) < 5 * (2 * n) ** -0.5


def test_shared_slopes_in_closed_form():
    """sum w E[eps x] / sum w E[x^2]; one slope for both timesteps, and then one each."""
    s, measured = toy.SCHEDULE, sizes("A4")
    kept = s.alpha_bar[[1, toy.T]]
    cross, square = (1 - kept).sqrt(), 0.36 * kept + 1 - kept
    for name, weight in (("even", [1.0, 1.0]), ("uneven", [100.0, 1.0])):
        w = torch.tensor(weight, dtype=torch.float64)
        assert abs(measured[name] - float((w @ cross) / (w @ square))) < 1e-12
    assert measured["moved"] < 1e-12 < abs(measured["even"] - measured["uneven"])


def test_what_a_perfect_model_keeps_by_sampling():
    """A2 and A5 quote one quantity; a million draws of data and noise agree with the quadrature."""
    n, measured, scattered = 1_000_000, sizes("A2"), sizes("A5")
    generator = torch.Generator().manual_seed(2)
    x_0 = others.PEAKS.sample(n, generator)
    eps = torch.randn(n, 1, dtype=torch.float64, generator=generator)
    for t in others.TIMES:
        x_t = REAL.alpha_bar[t].sqrt() * x_0 + (1 - REAL.alpha_bar[t]).sqrt() * eps
        left = (eps - others.BEST(x_t, t)).square()
        assert abs(float(left.mean()) - measured[f"floor_{t}"]) < 5 * float(left.std()) * n**-0.5
    assert (scattered["left_10"], scattered["left_250"]) == (measured["floor_10"], measured["floor_250"])


def test_the_bound_lies_above_the_likelihood_and_meets_it_for_the_perfect_model():
    measured = sizes("A1")
    assert measured["bound"] > measured["nll"] + 0.01
    x_0 = toy.POINTS
    assert float((toy.bound(x_0, toy.tight) - toy.nll(x_0, toy.tight)).abs().max()) < toys.ROUNDING
    assert float((toy.nll(x_0, toy.tight) + toy.log_normal(x_0, 0.0, 1.0)).abs().max()) < toys.ROUNDING
