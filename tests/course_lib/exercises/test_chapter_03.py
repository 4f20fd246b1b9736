"""Chapter 03's exercises: the slips its prose invites, and right answers in another form."""

from __future__ import annotations

import math

import pytest
import torch
from support import refuses

from course_lib import losses
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_03 import log_level as short_form
from course_lib.exercises.chapter_03 import most_bits


def kl(log_half=0.5, over="var_2"):
    def answer(mean_1, var_1, mean_2, var_2):
        square = (var_1 + (mean_1 - mean_2) ** 2) / (var_2 if over == "var_2" else var_1)
        return log_half * (var_2.log() - var_1.log()) + (square - 1) / 2

    return answer


def posterior(a="root", b="step", m="shrunk", square=True, weighted=True, inverted=True):
    """The answer in the prose's letters, with one of them wrong."""

    def answer(x_0, x_t, t, schedule):
        v = 1 - schedule.alpha_bar[t - 1]
        noise = schedule.beta[t] if b == "step" else 1 - schedule.alpha_bar[t]
        share = schedule.alpha_bar[t] if a == "jump" else schedule.alpha[t]
        slope = share if a == "alpha_t" else share.sqrt()
        prior = schedule.alpha_bar[t - 1].sqrt() * x_0 if m == "shrunk" else x_0
        w = slope ** (2 if square else 1) / noise + 1 / v
        w = 1 / w if inverted else w
        mean = slope * x_t / noise + prior / v
        return torch.stack([w * mean if weighted else mean, w])

    return answer


def log_level(opened=("black", "white"), sign=1.0, standard=True):
    def answer(x_0, mean, variance):
        normal = torch.distributions.Normal(mean, variance.sqrt() if standard else 1.0)
        above, below = normal.cdf(x_0 + 1 / 255), normal.cdf(x_0 - 1 / 255)
        if "white" in opened:
            above = torch.where(x_0 > 0.999, torch.ones_like(above), above)
        if "black" in opened:
            below = torch.where(x_0 < -0.999, torch.zeros_like(below), below)
        return sign * (above - below).log()

    return answer


def edges_swapped(x_0, mean, variance):
    above, below = (torch.special.ndtr((x_0 + d / 255 - mean) / variance.sqrt()) for d in (1, -1))
    return torch.log(below - above)


def test_a_variance_that_is_one_number_needs_no_expanding():
    assert check("forward.posterior", posterior()).passed
    assert check("losses.log_level", log_level()).passed


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"m": "x_0"}, "m_is_x_0"),
        ({"a": "alpha_t"}, "a_is_alpha_t"),
        ({"weighted": False}, "mean_without_w"),
        ({"inverted": False}, "not_inverted"),
        ({"a": "jump"}, "a_of_the_jump"),
        ({"b": "jump"}, "b_of_the_jump"),
        ({"a": "jump", "b": "jump"}, "jump_for_step"),
        ({"square": False}, "a_not_squared"),
    ],
)
def test_the_slips_that_the_letters_invite_are_named(wrong, mistake):
    assert check("forward.posterior", posterior(**wrong)).mistake == mistake


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("gaussians.kl", kl(log_half=1.0), "log_not_halved"),
        ("gaussians.kl", kl(over="var_1"), "divided_by_var_1"),
        ("losses.log_level", log_level(opened=["white"]), "black_closed"),
        ("losses.log_level", log_level(opened=["black"]), "white_closed"),
        ("losses.log_level", log_level(standard=False), "not_standard"),
        ("losses.log_level", edges_swapped, "edges_swapped"),
    ],
)
def test_what_learners_wrote_gets_its_own_hint(name, answer, mistake):
    assert check("gaussians.kl", kl()).passed
    assert check(name, answer).mistake == mistake


def test_the_posterior_is_asked_only_where_the_form_taught_is_a_number():
    seen = []

    def answer(x_0, x_t, t, schedule):
        seen.append((t, schedule))
        return posterior()(x_0, x_t, t, schedule)

    assert check("forward.posterior", answer).passed
    assert min(t for t, _ in seen) == 2  # as the task says
    one = posterior()(torch.tensor(0.3), torch.tensor(-0.6), 1, seen[0][1])
    assert torch.isnan(one[0])  # 1 / v is infinite at t = 1, so this range is not for free


def test_the_level_s_probability_is_the_library_s_and_exact_where_the_short_form_is_not():
    levels, one = torch.linspace(-1, 1, 256, dtype=torch.float64), torch.ones(256, dtype=torch.float64)
    for mean, variance in ((0.1, 0.09), (-0.7, 0.04), (1.0, 1.0)):
        got = losses.log_level(levels, mean * one, variance * one).exp()
        assert (got - short_form(levels, mean * one, variance * one).exp()).abs().max() < 1e-14
    x_0, mean, variance = (torch.tensor([v], dtype=torch.float64) for v in (-1.0, 1.0, 1e-4))
    far = float(losses.log_level(-x_0, -mean, variance))
    assert short_form(-x_0, -mean, variance).isneginf()
    z = (2 - 1 / 255) / 0.01  # Phi(-z) = exp(-z^2 / 2) / (z sqrt(2 pi)) (1 - 1 / z^2 + ...)
    assert abs(far - (-(z**2) / 2 - math.log(z * math.sqrt(2 * math.pi)) - 1 / z**2)) < 1e-7
    assert "def log_level(" in solution("losses.log_level").source


def test_the_level_s_probability_refuses_what_has_none(unchecked):
    x_0, mean, variance = torch.zeros(3), torch.zeros(3), torch.ones(3)
    refuses(lambda: losses.log_level([0.0], mean, variance), "error.tensor", name="x_0", got="list")
    refuses(lambda: losses.log_level(x_0, 0.0, variance), "error.tensor", name="mean", got="float")
    refuses(lambda: losses.log_level(x_0[:0], mean[:0], variance[:0]), "error.empty", name="x_0")
    refuses(lambda: losses.log_level(x_0 + 255, mean, variance), "error.image_range", low="255", high="255")
    refuses(lambda: losses.log_level(x_0, mean, 0 * variance), "error.variance", name="variance", got=0.0)


def test_closed_bins_are_shown_with_finite_numbers_even_with_the_sign_wrong_as_well():
    assert check("losses.log_level", log_level(opened=())).mistake == "closed"
    twice_wrong = check("losses.log_level", log_level(opened=(), sign=-1.0))
    assert (twice_wrong.status, twice_wrong.broken) == ("failed", "level_sum")
    assert "inf" not in twice_wrong.example.expected + twice_wrong.example.got


# ---- losses.most_bits


def by_hand(nats, d, share):
    T, B = len(nats) - 1, nats.shape[1]
    images = [float(nats[:, b].sum()) / d / math.log(2) for b in range(B)]
    mean = sum(images) / B
    error = math.sqrt(sum((bits - mean) ** 2 for bits in images) / (B - 1) / B)
    for t in range(T + 1):
        if float(nats[: t + 1].sum()) >= share * float(nats.sum()):
            return torch.tensor([mean, error, t], dtype=torch.float64)


def by_the_library(nats, d, share):
    bits = losses.bits_per_dim(nats, d)
    mean, error = bits.sum(0).mean(), (bits.sum(0).var() / nats.shape[1]).sqrt()
    reached = (bits.sum(1).cumsum(0) >= share * bits.sum()).nonzero()[0, 0]
    return torch.tensor([mean, error, reached])


def by_searching(nats, d, share):
    each = nats.sum(0) / d * math.log2(math.e)
    part = nats.mean(1).cumsum(0) / nats.mean(1).sum()
    t = torch.searchsorted(part, torch.tensor([share], dtype=part.dtype))
    return torch.cat([each.mean()[None], torch.cov(each)[None].div(len(each)).sqrt(), t])


@pytest.mark.parametrize("answer", [most_bits, by_hand, by_the_library, by_searching])
def test_bits_counted_differently_pass(answer):
    assert check("losses.most_bits", answer).passed, check("losses.most_bits", answer)


@pytest.mark.parametrize(
    ("answer", "mistake", "broken"),
    [
        (lambda nats, d, share: most_bits(nats * math.log(2), d, share), "in_nats", ""),
        (lambda nats, d, share: most_bits(nats, 1, share), "not_per_pixel", ""),
        (lambda nats, d, share: most_bits(nats.flip(0), d, 1 - share), "", "bits_reached"),
        (lambda nats, d, share: most_bits(nats / nats.sum(0), d, share), "", "bits_eight"),
        (lambda nats, d, share: most_bits(nats, d, share**2), "", "bits_reached"),
        (lambda nats, d, share: most_bits(nats[:, :2], d, share), "", "bits_reached"),
        (lambda nats, d, share: most_bits(nats, d, share)[:2], "", "shape"),
    ],
)
def test_bits_counted_wrongly_fail(answer, mistake, broken):
    result = check("losses.most_bits", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)


def test_the_place_from_above_with_what_is_left_is_one_and_the_same_slip():
    # Rows t..T hold the share, t as large as can be: there rows 0..t reach what is left of it.
    nats = torch.tensor([2.5, 1.5, 2.5, 2.0, 1.5], dtype=torch.float64)[:, None].repeat(1, 2)
    for share in (0.1, 0.35, 0.62, 0.9):
        above = max(t for t in range(5) if nats[t:].sum() >= share * nats.sum())
        assert int(most_bits(nats, 3, 1 - share)[2]) == above
