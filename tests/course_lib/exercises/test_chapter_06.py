"""Chapter 06's exercises: right answers in another form, and the walks that learners write."""

from __future__ import annotations

import pytest
import torch

from course_lib import forward, gaussians, lang, samplers, schedules
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_06 import ancestral, ddpm_mean

# ---- samplers.ddpm_step


def algorithm_2(x_t, t, eps_hat, z, schedule):
    beta, alpha, alpha_bar = (
        float(table[t]) for table in (schedule.beta, schedule.alpha, schedule.alpha_bar)
    )
    mean = 1 / alpha**0.5 * (x_t - (1 - alpha) / (1 - alpha_bar) ** 0.5 * eps_hat)
    return mean + beta**0.5 * (z if t > 1 else 0)


def by_x_0(x_t, t, eps_hat, z, schedule):
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule)
    mean, _ = forward.posterior(x_0_hat, x_t, t, schedule)
    return mean if t == 1 else mean + torch.sqrt(schedule.beta[t]) * z


def in_float32(x_t, t, eps_hat, z, schedule):
    return algorithm_2(x_t.float(), t, eps_hat.float(), z.float(), schedule)


def by_normal(x_t, t, eps_hat, z, schedule):
    mean = algorithm_2(x_t, t, eps_hat, torch.zeros_like(z), schedule)
    return torch.addcmul(mean, z, schedule.beta[t].sqrt() * torch.ones_like(z)) if t != 1 else mean


def in_place(x_t, t, eps_hat, z, schedule):
    x = x_t.clone()
    x -= schedule.beta[t] / (1 - torch.prod(schedule.alpha[1 : t + 1])).sqrt() * eps_hat
    x /= schedule.alpha[t].sqrt()
    if t > 1:
        x += schedule.beta[t].sqrt() * z
    return x


@pytest.mark.parametrize("answer", [samplers.ddpm_step, algorithm_2, by_x_0, in_float32, by_normal, in_place])
def test_a_step_written_differently_passes(answer):
    assert check("samplers.ddpm_step", answer).passed, check("samplers.ddpm_step", answer)


@pytest.mark.parametrize(
    ("wrong", "broken"),
    [
        (
            lambda s, t, x, e: (x - s.beta[t] / (1 - s.alpha_bar[t]).sqrt() * e) * s.alpha[t].sqrt(),
            "ddpm_image",
        ),
        (
            lambda s, t, x, e: (x - (s.beta[t] / (1 - s.alpha_bar[t])).sqrt() * e) / s.alpha[t].sqrt(),
            "ddpm_image",
        ),
        (lambda s, t, x, e: forward.predict_x_0(x, t, e, s), "ddpm_sigma"),
    ],
)
def test_a_wrong_mean_that_nobody_has_named_fails(wrong, broken):
    def answer(x_t, t, eps_hat, z, schedule):
        return wrong(schedule, t, x_t, eps_hat) + (0 if broken == "ddpm_sigma" else (t > 1) * z)

    assert check("samplers.ddpm_step", answer).broken == broken


def test_all_the_noise_of_the_jump_in_the_numerator_is_named():
    def answer(x_t, t, eps_hat, z, schedule):
        gone = 1 - schedule.alpha_bar[t]
        return (x_t - gone / gone.sqrt() * eps_hat) / schedule.alpha[t].sqrt() + (t > 1) * schedule.beta[
            t
        ].sqrt() * z

    assert check("samplers.ddpm_step", answer).mistake == "share_of_the_jump"


def test_a_step_with_the_other_variance_is_named_and_not_called_wrong_altogether():
    result = check("samplers.ddpm_step", lambda *a: samplers.ddpm_step(*a, variance="beta_tilde"))
    assert result.mistake == "beta_tilde"


def test_the_printed_formula_is_named():
    def printed(x_t, t, eps_hat, z, schedule):  # mean plus variance plus noise, and the root of alpha_bar
        a = schedule.alpha_bar[t]
        return (x_t - schedule.beta[t] / (1 - a).sqrt() * eps_hat) / a.sqrt() + schedule.beta[t].sqrt() * z

    result = check("samplers.ddpm_step", printed)
    assert (result.status, result.mistake, result.broken) == (
        "failed",
        "",
        "ddpm_end",
    )  # two mistakes at once

    def silent_at_the_end(x_t, t, eps_hat, z, schedule):
        return printed(x_t, t, eps_hat, z if t > 1 else 0 * z, schedule)

    assert check("samplers.ddpm_step", silent_at_the_end).mistake == "printed_root"


# ---- samplers.ddpm_mean


def through_a_new_eps(x_t, t, eps_hat, schedule):
    """The clipped guess, put back into the form with eps_hat."""
    alpha_bar = schedule.alpha_bar[t]
    x_0_hat = torch.clip((x_t - (1 - alpha_bar).sqrt() * eps_hat) / alpha_bar.sqrt(), -1, 1)
    eps_again = (x_t - alpha_bar.sqrt() * x_0_hat) / (1 - alpha_bar).sqrt()
    return algorithm_2(x_t, t, eps_again, 0 * x_t, schedule)


def by_hand(x_t, t, eps_hat, schedule):
    a, b = schedule.alpha_bar[t], schedule.alpha_bar[t - 1]
    x_0_hat = torch.maximum(
        torch.minimum((x_t - (1 - a) ** 0.5 * eps_hat) / a**0.5, x_t * 0 + 1), x_t * 0 - 1
    )
    return (b**0.5 * (1 - a / b) * x_0_hat + (a / b) ** 0.5 * (1 - b) * x_t) / (1 - a)


def by_masks(x_t, t, eps_hat, schedule):
    x_0_hat = forward.predict_x_0(x_t.float(), t, eps_hat.float(), schedule)
    x_0_hat[x_0_hat > 1] = 1.0
    x_0_hat[x_0_hat < -1] = -1.0
    return forward.posterior(x_0_hat, x_t.float(), t, schedule)[0]


@pytest.mark.parametrize("answer", [ddpm_mean, through_a_new_eps, by_hand, by_masks])
def test_a_mean_written_differently_passes(answer):
    assert check("samplers.ddpm_mean", answer).passed, check("samplers.ddpm_mean", answer)


@pytest.mark.parametrize(
    ("clip", "mistake"),
    [
        (lambda faded, root: faded.clamp(-1, 1) / root, "clipped_too_early"),
        (lambda faded, root: (faded / root).clamp(-1.5, 1.5), ""),
        (lambda faded, root: (faded / root**2).clamp(-1, 1), ""),
    ],
)
def test_a_guess_clipped_elsewhere_fails(clip, mistake):
    def answer(x_t, t, eps_hat, schedule):
        a = schedule.alpha_bar[t]
        x_0_hat = clip(x_t - (1 - a).sqrt() * eps_hat, a.sqrt())
        return forward.posterior(x_0_hat, x_t, t, schedule)[0]

    result = check("samplers.ddpm_mean", answer)
    assert (result.status, result.mistake) == ("failed", mistake)


def test_a_mean_clipped_on_one_side_only_fails():
    def above(x_t, t, eps_hat, schedule):
        x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(max=1)
        return forward.posterior(x_0_hat, x_t, t, schedule)[0]

    assert check("samplers.ddpm_mean", above).status == "failed"


# ---- samplers.ancestral


def by_formula(model, x_T, z, schedule):
    x = x_T.clone()
    with torch.inference_mode():
        for t in reversed(range(1, schedule.T + 1)):
            batch = torch.ones(x.shape[0], dtype=torch.long) * t
            x = algorithm_2(x, t, model(x, batch), z[t], schedule)
    return x.clone()


@torch.no_grad()
def with_a_decorator(model, x_T, z, schedule):
    model.eval()
    x_t, t = x_T, schedule.T
    while t:
        x_t = algorithm_2(x_t, t, model(x_t, torch.tensor([t] * len(x_t))), z[t], schedule)
        t -= 1
    return x_t


def detached(model, x_T, z, schedule):
    x_t = x_T
    for t in range(schedule.T, 0, -1):
        eps_hat = model(x_t, torch.full((len(x_t),), t)).detach()
        x_t = algorithm_2(x_t, t, eps_hat, z[t], schedule)
    return x_t


def by_recursion(model, x_T, z, schedule):
    def down(x_t, t):
        if t == 0:
            return x_t
        return down(algorithm_2(x_t, t, model(x_t, torch.tensor(t).expand(len(x_t))), z[t], schedule), t - 1)

    with torch.no_grad():
        return down(x_T.float(), schedule.T)


@pytest.mark.parametrize("answer", [ancestral, by_formula, with_a_decorator, detached, by_recursion])
def test_a_walk_written_differently_passes(answer):
    assert check("samplers.ancestral", answer).passed, check("samplers.ancestral", answer)


def test_a_walk_that_keeps_a_graph_is_told_so_and_nothing_else_is_wrong():
    def graph(model, x_T, z, schedule):
        x_t = x_T
        for t in range(schedule.T, 0, -1):
            x_t = algorithm_2(x_t, t, model(x_t, torch.full((len(x_t),), t)), z[t], schedule)
        return x_t

    for answer in (graph, lambda *a: graph(*a).detach()):  # cut off at the end it was kept all the way
        result = check("samplers.ancestral", answer)
        assert (result.status, result.mistake, result.broken) == ("failed", "", "walk_no_graph")
        assert lang.text("property.walk_no_graph") in repr(result)


def walk(times=lambda T: range(T, 0, -1), told=lambda t: t, last=1, noise=lambda z, t: z[t]):
    def answer(model, x_T, z, schedule):
        x_t = x_T
        with torch.no_grad():
            for t in times(schedule.T):
                eps_hat = model(x_t, torch.full((len(x_t),), told(t)))
                mean = algorithm_2(x_t, t, eps_hat, 0 * x_t, schedule)
                x_t = mean + schedule.beta[t].sqrt() * (noise(z, t) if t > last else 0)
        return x_t

    return answer


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"last": 0}, "noise_at_the_end"),
        ({"told": lambda t: t - 1}, "told_one_less"),
        ({"told": lambda t: t - 1, "noise": lambda z, t: z[t - 1]}, "half_translated"),
        ({"told": lambda t: t / 4}, ""),
        ({"times": lambda T: range(T, 0, -2)}, ""),
        ({"times": lambda T: range(4, 0, -1)}, ""),
        ({"times": lambda T: range(T, 1, -1)}, "misses_1"),
        ({"times": lambda T: range(T - 1, 0, -1)}, "misses_T"),
        ({"noise": lambda z, t: z[t - 1]}, "noise_of_the_next"),
        ({"noise": lambda z, t: torch.randn_like(z[t])}, "own_noise"),
    ],
)
def test_the_walks_in_circulation_are_named(wrong, mistake):
    assert check("samplers.ancestral", walk()).passed
    result = check("samplers.ancestral", walk(**wrong))
    assert (result.status, result.mistake) == ("failed", mistake)


@pytest.mark.parametrize(
    ("told", "mistake"),
    [
        (lambda x_t, t: torch.tensor(t), "told_a_number"),
        (lambda x_t, t: torch.full((len(x_t), 1), t), "told_in_another_shape"),
        (lambda x_t, t: torch.tensor([t]), "told_one_for_all"),
    ],
)
def test_timesteps_of_another_shape_are_named(told, mistake):
    def answer(model, x_T, z, schedule):
        x_t = x_T
        with torch.no_grad():
            for t in range(schedule.T, 0, -1):
                x_t = algorithm_2(x_t, t, model(x_t, told(x_t, t)), z[t], schedule)
        return x_t

    assert check("samplers.ancestral", answer).mistake == mistake


def told_a_share(share):
    def answer(model, x_T, z, schedule):
        x_t = x_T
        with torch.no_grad():
            for t in range(schedule.T, 0, -1):
                eps_hat = model(x_t, torch.full((len(x_t),), share(t, schedule.T)))
                x_t = algorithm_2(x_t, t, eps_hat, z[t], schedule)
        return x_t

    return answer


def test_a_share_of_the_way_in_the_place_of_t_is_named():
    assert check("samplers.ancestral", told_a_share(lambda t, T: t / T)).mistake == "told_t_over_T"


@pytest.mark.parametrize(
    ("share", "got"),
    [
        (lambda t, T: (t - 1) / T, "t = [0.75, 0.5, 0.25, 0]"),
        (lambda t, T: T + 1 - t, "t = [1, 2, 3, 4]"),
    ],
)
def test_another_t_is_shown_beside_the_one_to_be_asked_with(share, got):
    result = check("samplers.ancestral", told_a_share(share))
    assert (result.mistake, result.broken) == ("", "walk_asks")
    assert (result.example.expected, result.example.got) == ("t = [4, 3, 2, 1]", got)
    assert "model = model" in result.example.inputs


def test_a_plain_number_for_t_is_named_also_when_it_is_the_library_s_step():
    def answer(model, x_T, z, schedule):
        x_t = x_T
        with torch.no_grad():
            for t in range(schedule.T, 0, -1):
                x_t = samplers.ddpm_step(x_t, t, model(x_t, t), z[t], schedule)
        return x_t

    assert check("samplers.ancestral", answer).mistake == "told_a_number"


def test_the_walk_is_the_library_s_sampler_given_the_same_noise():
    schedule = schedules.linear(T=30)
    generator = torch.Generator().manual_seed(3)
    data = torch.rand(5, 1, 2, 2, dtype=torch.float64, generator=generator)
    model = gaussians.IdealDenoiser(data, schedule)
    z = torch.randn(31, 4, 1, 2, 2, dtype=torch.float64, generator=generator)

    def rule(x_t, t, eps_hat, schedule):
        return samplers.ddpm_step(x_t, t, eps_hat, z[t], schedule)

    want = samplers.final(samplers.sample(model, rule, z[0], schedule))
    assert (ancestral(model, z[0], z, schedule) - want).abs().max() == 0


def test_the_solutions_show_the_task_itself():
    assert "sigma_squared" in solution("samplers.ddpm_step").source
    assert "clamp(-1, 1)" in solution("samplers.ddpm_mean").source
    assert "no_grad" in solution("samplers.ancestral").source


# ---- samplers.clipped_step


def step_by_posterior(x_t, t, eps_hat, z, schedule):
    x_0_hat = forward.predict_x_0(x_t, t, eps_hat, schedule).clamp(-1, 1)
    mean, variance = forward.posterior(x_0_hat, x_t, t, schedule)
    return mean + variance**0.5 * z


def step_by_table(x_t, t, eps_hat, z, schedule):
    return ddpm_mean(x_t, t, eps_hat, schedule) + schedule.beta_tilde[t].sqrt() * z


def step_with_an_if(x_t, t, eps_hat, z, schedule):
    mean = ddpm_mean(x_t, t, eps_hat, schedule).float()
    return mean + (float(schedule.beta_tilde[t]) ** 0.5 * z.float() if t > 1 else 0)


def step_upside_down(x_t, t, eps_hat, z, schedule):
    beta_t, bar_t, bar_prev = (
        float(x) for x in (schedule.beta[t], schedule.alpha_bar[t], schedule.alpha_bar[t - 1])
    )
    beta_tilde_t = beta_t * (1 - bar_t) / (1 - bar_prev)
    return ddpm_mean(x_t, t, eps_hat, schedule) + beta_tilde_t**0.5 * z


@pytest.mark.parametrize("answer", [step_by_posterior, step_by_table, step_with_an_if])
def test_a_step_mended_in_another_way_passes(answer):
    assert check("samplers.clipped_step", answer).passed, check("samplers.clipped_step", answer)


@pytest.mark.parametrize(
    ("answer", "mistake", "broken"),
    [
        (lambda x, t, e, z, s: ddpm_mean(x, t, e, s) + s.beta[t] ** 0.5 * z, "beta", ""),
        (lambda x, t, e, z, s: step_by_table(x, t, e, z, s).clamp(-1, 1), "noise_clipped_too", ""),
        (step_upside_down, "bars_upside_down", ""),
        (
            lambda x, t, e, z, s: ddpm_mean(x, t, e, s) + (s.beta[t] * s.beta_tilde[t]) ** 0.25 * z,
            "",
            "clipped_sigma",
        ),
        (lambda x, t, e, z, s: step_by_table(x, t, e, z, s) + 0.1 * (t == 1) * z, "", "clipped_end"),
        (lambda x, t, e, z, s: step_by_table(0.9 * x, t, e, z, s), "", "clipped_end"),
    ],
)
def test_a_step_mended_wrongly_fails(answer, mistake, broken):
    result = check("samplers.clipped_step", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)
