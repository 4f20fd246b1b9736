"""Chapter 08's exercises: right answers in another form, and the slips that the formulas invite."""

from __future__ import annotations

import math

import pytest
import torch

from course_lib import lang, ode, schedules, score
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_08 import flow_drift, heun, langevin_move, predict_langevin

SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)

# ---- score.from_eps


def by_roots(eps_hat, t, schedule):
    return -eps_hat / torch.sqrt(1 - schedule.alpha_bar[t])[:, None]


def in_float32(eps_hat, t, schedule):
    return (-eps_hat.float() / (1 - schedule.alpha_bar.float()[t]).sqrt().unsqueeze(1)).float()


def point_by_point(eps_hat, t, schedule):
    return torch.stack(
        [-e / math.sqrt(1 - float(schedule.alpha_bar[int(k)])) for e, k in zip(eps_hat, t, strict=True)]
    )


def by_autograd(eps_hat, t, schedule):
    variance = (1 - schedule.alpha_bar[t])[:, None]
    with torch.enable_grad():
        x = (variance.sqrt() * eps_hat).requires_grad_()
        log_density = torch.distributions.Normal(0.0, variance.sqrt()).log_prob(x).sum()
    return torch.autograd.grad(log_density, x)[0]


@pytest.mark.parametrize("answer", [score.from_eps, by_roots, in_float32, point_by_point, by_autograd])
def test_a_score_written_differently_passes(answer):
    assert check("score.from_eps", answer).passed, check("score.from_eps", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda e, t, s: -e / torch.sqrt(1 - s.alpha_bar[t]), "over_the_coordinates"),
        (lambda e, t, s: -e / (1 - s.alpha_bar[t]).view(-1, 1, 1, 1).sqrt(), "shaped_for_images"),
        (lambda e, t, s: e / torch.sqrt(1 - s.alpha_bar[t])[:, None], "no_minus"),
        (lambda e, t, s: -e / (1 - s.alpha_bar[t])[:, None], "no_root"),
        (lambda e, t, s: -e / s.alpha_bar[t].sqrt()[:, None], "signal_for_noise"),
        (lambda e, t, s: -e / (1 - s.alpha[t]).sqrt()[:, None], "noise_of_one_step"),
        (lambda e, t, s: -e / (1 - s.alpha_bar[t - 1]).sqrt()[:, None], "off_by_one"),
        (lambda e, t, s: -e, "not_divided"),
    ],
)
def test_the_slips_of_the_score_are_named(answer, mistake):
    assert check("score.from_eps", answer).mistake == mistake


def test_a_score_that_nobody_has_named_fails():
    result = check("score.from_eps", lambda e, t, s: -2 * e)
    assert (result.status, result.mistake, result.broken) == ("failed", "", "score_uphill")


# ---- score.langevin_move


def by_conventions(x, score, step, z):
    half = step / 2
    return x + half * score + math.sqrt(2 * half) * z


def in_place(x, score, step, z):
    moved = x.clone()
    return moved.add_(score, alpha=step / 2).add_(z, alpha=step**0.5)


def by_addcmul(x, score, step, z):
    return torch.addcmul(x + 0.5 * step * score, z, torch.tensor(step).double().sqrt())


@pytest.mark.parametrize("answer", [langevin_move, by_conventions, in_place, by_addcmul])
def test_a_move_written_differently_passes(answer):
    assert check("score.langevin_move", answer).passed, check("score.langevin_move", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x, s, d, z: x + d * s + (2 * d) ** 0.5 * z, "other_convention"),
        (lambda x, s, d, z: x + d / 2 * s + (2 * d) ** 0.5 * z, "mixed_conventions"),
        (lambda x, s, d, z: x + d * s + d**0.5 * z, "step_not_halved"),
        (lambda x, s, d, z: x + d / 2 * s, "no_noise"),
        (lambda x, s, d, z: x - d / 2 * s + d**0.5 * z, "follows_the_noise"),
        (lambda x, s, d, z: x + d / 2 * s + d * z, "step_not_rooted"),
        (lambda x, s, d, z: x + d / 2 * s + d**0.5 * z[0], "one_noise_for_all"),
        (lambda x, s, d, z: x + d / 2 * s + d**0.5 * torch.randn_like(x), "own_noise"),
    ],
)
def test_the_slips_of_the_move_are_named(answer, mistake):
    assert check("score.langevin_move", answer).mistake == mistake


def test_a_root_of_the_step_as_a_tensor_gets_the_hint_about_plain_numbers():
    def answer(x, score, step, z):
        return x + step / 2 * score + torch.sqrt(step) * z

    hint = lang.text("exercise.plain_number", names="`step`", first="step")
    assert hint in check("score.langevin_move", answer).lines


def test_a_move_with_a_wrong_noise_breaks_the_variance():
    result = check("score.langevin_move", lambda x, s, d, z: x + d / 2 * s + 1.1 * d**0.5 * z)
    assert (result.mistake, result.broken) == ("", "langevin_variance")


@pytest.mark.parametrize("step", [0.1, 1.0])
def test_the_variances_that_the_hints_speak_of(step):
    # Var' = kept^2 Var + added^2, solved for what stays: of the two mixed moves, and of the right one.
    def stays(answer):
        one, none = torch.ones(1, 1).double(), torch.zeros(1, 1).double()
        kept, added = answer(one, -one, step, none), answer(none, none, step, one)
        return float(added**2 / (1 - kept**2))

    assert abs(stays(langevin_move) - 1 / (1 - step / 4)) < 1e-12
    mixed = stays(lambda x, s, d, z: x + d / 2 * s + (2 * d) ** 0.5 * z)
    narrow = stays(lambda x, s, d, z: x + d * s + d**0.5 * z)
    assert abs(mixed - 2 / (1 - step / 4)) < 1e-12
    assert abs(narrow - 0.5 / (1 - step / 2)) < 1e-12


def test_the_move_is_the_library_s():
    x = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    z = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(7))
    walk = score.langevin(lambda x: -x, x, 0.3, 1, generator=torch.Generator().manual_seed(7))
    *_, moved = walk
    torch.testing.assert_close(langevin_move(x, -x, 0.3, z), moved, rtol=0, atol=1e-12)


# ---- score.predict_langevin


def by_recursion():
    def settled(shake, step=9.0):
        variance = 0.0
        for _ in range(200):
            variance = (1 - step / 18) ** 2 * variance + shake
        return variance

    edge = next(step for step in range(1, 100) if abs(1 - step / 18) >= 1)
    return [edge, round(settled(9)), round(8 * (1 - 9 / 18) * (1 - 9 / 18)), round(settled(18))]


def walked():
    g = torch.Generator().manual_seed(2)
    x, mixed = torch.randn(2, 200_000, dtype=torch.float64, generator=g)
    for _ in range(60):
        z = torch.randn(x.shape, dtype=torch.float64, generator=g)
        x, mixed = x - 4.5 * x / 9 + 3 * z, mixed - 4.5 * mixed / 9 + 18**0.5 * z
    return [36, round(float(x.var())), 2, round(float(mixed.var()))]


@pytest.mark.parametrize(
    "answer",
    [predict_langevin, by_recursion, walked, lambda: (36, 12, 2, 24), lambda: torch.tensor([36, 12, 2, 24])],
)
def test_a_right_prediction_passes_in_any_form(answer):
    assert check("score.predict_langevin", answer).passed


@pytest.mark.parametrize(
    ("numbers", "mistake", "broken"),
    [
        ([18, 18, 0, 24], "other_form", ""),
        ([18, 12, 2, 24], "other_form_edge", ""),
        ([4, 1, 98, 2], "narrow_hill", ""),
        ([36, 9, 2, 18], "no_bias", ""),
        ([36, 12, 2, 18], "mixed_small_step", ""),
        ([36, 12, 4, 24], "one_move", ""),
        ([36, 12, 98, 24], "narrow_score", ""),
        ([35, 12, 2, 24], "", "foresee_edge"),
        ([36, 11, 2, 22], "", "foresee_variance"),
        ([36, 12, 1, 24], "", "foresee_mean"),
        ([36, 12, 2, 25], "", "foresee_mixed"),
        ([36, 12, 2], "", "shape"),
    ],
)
def test_a_wrong_prediction_is_told_why(numbers, mistake, broken):
    result = check("score.predict_langevin", lambda: numbers)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)


def test_the_numbers_that_are_to_be_foreseen_are_those_of_the_library_s_walk():
    edge, variance, mean, _ = predict_langevin()

    def walk(step, start, moves):
        g = torch.Generator().manual_seed(5)
        *_, x = score.langevin(lambda x: -x / 9, start, step, moves, generator=g)
        return x

    start = 3 * torch.randn(40_000, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    assert abs(float(walk(9, start, 60).var()) / variance - 1) < 5 * (2 / 40_000) ** 0.5
    assert abs(float(walk(9, 0 * start + 8, 2).mean()) - mean) < 5 * (variance / 40_000) ** 0.5
    late = [float(walk(edge + d, start, 400).var()) for d in (-1, 1)]
    assert late[0] < 500 and late[1] > 1e6


# ---- score.flow_drift


def by_eps(x, eps_hat, alpha_bar, beta):
    return 0.5 * beta * (eps_hat / math.sqrt(1 - alpha_bar) - x)


def by_f_and_g(x, eps_hat, alpha_bar, beta):
    f, g_squared = -0.5 * beta * x, beta
    return f - 0.5 * g_squared * (-eps_hat / (1 - alpha_bar) ** 0.5)


@pytest.mark.parametrize("answer", [flow_drift, by_eps, by_f_and_g])
def test_a_drift_written_differently_passes(answer):
    assert check("score.flow_drift", answer).passed, check("score.flow_drift", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x, e, a, b: -b / 2 * x + b * e / (1 - a) ** 0.5, "drift_of_the_sde"),
        (lambda x, e, a, b: -b * (x - e / (1 - a) ** 0.5), "not_halved"),
        (lambda x, e, a, b: b / 2 * (x - e / (1 - a) ** 0.5), "backwards"),
        (lambda x, e, a, b: -b / 2 * (x + e / (1 - a) ** 0.5), "score_sign"),
        (lambda x, e, a, b: -b / 2 * (x + e), "eps_for_score"),
        (lambda x, e, a, b: -b / 2 * (x - e), "eps_not_divided"),
        (lambda x, e, a, b: -b / 2 * (x - e / (1 - a)), "noise_not_rooted"),
    ],
)
def test_the_slips_of_the_drift_are_named(answer, mistake):
    assert check("score.flow_drift", answer).mistake == mistake


def test_a_root_of_plain_numbers_is_explained_for_the_drift_too():
    def answer(x, eps_hat, alpha_bar, beta):
        return -beta / 2 * (x - eps_hat / torch.sqrt(1 - alpha_bar))

    hint = lang.text("exercise.plain_number", names="`alpha_bar`, `beta`", first="alpha_bar")
    assert hint in check("score.flow_drift", answer).lines


def test_a_drift_that_nobody_has_named_fails():
    result = check("score.flow_drift", lambda x, e, a, b: -b / 3 * (x - e / (1 - a) ** 0.5))
    assert (result.mistake, result.broken) == ("", "flow_gaussian")


# ---- ode.heun


def by_two_eulers(f, x, t, t_next):
    step = t_next - t
    there = x + step * f(x, t)
    back = there + step * f(there, t_next)
    return (x + back) / 2


@pytest.mark.parametrize("answer", [ode.heun, heun, by_two_eulers])
def test_a_heun_step_written_differently_passes(answer):
    assert check("ode.heun", answer).passed, check("ode.heun", answer)


def test_an_answer_that_asks_three_times_passes_too():
    def answer(f, x, t, t_next):
        h = t_next - t
        return x + h / 2 * (f(x, t) + f(x + h * f(x, t), t_next))

    assert check("ode.heun", answer).passed


def wrong_way(f, x, t, t_next):
    h = t - t_next
    first = f(x, t)
    return x + h * (first + f(x + h * first, t_next)) / 2


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda f, x, t, u: x + (u - t) * f(x, t), "euler"),
        (lambda f, x, t, u: x + (u - t) * f(x + (u - t) / 2 * f(x, t), (t + u) / 2), "midpoint"),
        (lambda f, x, t, u: x + (u - t) * (f(x, t) + f(x, u)) / 2, "second_slope_at_old_x"),
        (
            lambda f, x, t, u: x + (u - t) * (f(x, t) + f(x + (u - t) * f(x, t), t)) / 2,
            "second_slope_at_old_t",
        ),
        (lambda f, x, t, u: x + (u - t) * f(x + (u - t) * f(x, t), u), "only_the_second_slope"),
        (lambda f, x, t, u: x + (u - t) * (f(x, t) + f(x + (u - t) * f(x, t), u)), "slopes_added"),
        (wrong_way, "wrong_way"),
    ],
)
def test_the_slips_of_the_step_are_named(answer, mistake):
    assert check("ode.heun", answer).mistake == mistake


def test_a_step_that_is_right_on_straight_ways_only_breaks_the_order():
    result = check("ode.heun", lambda f, x, t, u: x + (u - t) * (f(x, t) + 3 * f(x, (2 * u + t) / 3)) / 4)
    assert (result.mistake, result.broken) == ("", "heun_order")


def test_the_solutions_show_the_formulas():
    assert "-eps_hat / noise" in solution("score.from_eps").source
    assert "step / 2 * score" in solution("score.langevin_move").source
    assert "-beta / 2 * (x + score)" in solution("score.flow_drift").source
    assert "h / 2 * (slope + ahead)" in solution("ode.heun").source
