"""Chapter 10's exercises: right answers in another form, and the slips that the tasks invite."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from course_lib import flow_matching, forward, lang, schedules
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_10 import nearest, predict_cost, replace

SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)

# ---- inpaint.replace


def by_hand(x_t, x_0_known, mask, t, eps, schedule):
    alpha_bar_t = schedule.alpha_bar[t]
    known = alpha_bar_t.sqrt() * x_0_known + (1 - alpha_bar_t).sqrt() * eps
    return mask * known + ~mask * x_t


def by_index(x_t, x_0_known, mask, t, eps, schedule):
    out = x_t.clone()
    out[mask] = forward.q_sample(x_0_known, t, eps, schedule)[mask]
    return out


def with_an_if(x_t, x_0_known, mask, t, eps, schedule):
    known = x_0_known if t == 0 else forward.q_sample(x_0_known, t, eps, schedule)
    return torch.where(mask, known.float(), x_t.float())


@pytest.mark.parametrize("answer", [replace, by_hand, by_index, with_an_if])
def test_replacement_written_differently_passes(answer):
    assert check("inpaint.replace", answer).passed, check("inpaint.replace", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x, k, m, t, e, s: torch.where(m, x, forward.q_sample(k, t, e, s)), "mask_inverted"),
        (lambda x, k, m, t, e, s: torch.where(m, k, x), "not_noised"),
        (lambda x, k, m, t, e, s: torch.where(m, forward.q_sample(k, t + 1, e, s), x), "one_more_noisy"),
        (lambda x, k, m, t, e, s: torch.where(m, forward.q_step(k, t, e, s), x), "q_step"),
        (
            lambda x, k, m, t, e, s: torch.where(m, s.alpha[t] ** 0.5 * k + s.beta[t] ** 0.5 * e, x),
            "one_step",
        ),
        (lambda x, k, m, t, e, s: m * forward.q_sample(k, t, e, s), "hole_is_empty"),
        (lambda x, k, m, t, e, s: x + m * forward.q_sample(k, t, e, s), "added"),
        (lambda x, k, m, t, e, s: forward.q_sample(torch.where(m, k, x), t, e, s), "noised_together"),
        (
            lambda x, k, m, t, e, s: torch.where(m, forward.q_sample(k, t, torch.randn_like(k), s), x),
            "own_noise",
        ),
    ],
)
def test_the_slips_of_replacement_are_named(answer, mistake):
    assert check("inpaint.replace", answer).mistake == mistake


def test_replacement_in_place_does_not_pass():
    def answer(x_t, x_0_known, mask, t, eps, schedule):
        x_t[mask] = forward.q_sample(x_0_known, t, eps, schedule)[mask]
        return x_t

    result = check("inpaint.replace", answer)
    assert result.lines == (lang.text("exercise.changed", name="x_t"),)


def test_known_pixels_with_a_wrong_level_break_a_property_that_says_so():
    def answer(x_t, x_0_known, mask, t, eps, schedule):
        return torch.where(mask, x_0_known + schedule.beta[t].sqrt() * eps, x_t)

    result = check("inpaint.replace", answer)
    assert (result.mistake, result.broken) == ("", "inpaint_level")


# ---- flow_matching.loss


def by_lerp(field, x_0, s, eps):
    return F.mse_loss(field(torch.lerp(x_0, eps, s[:, None]), s), eps - x_0, reduction="none").mean(1)


def item_by_item(field, x_0, s, eps):
    losses = []
    for i in range(len(s)):
        one = slice(i, i + 1)
        x_s = (1 - s[i]) * x_0[one] + s[i] * eps[one]
        losses.append(((eps[one] - x_0[one] - field(x_s, s[one])) ** 2).mean())
    return torch.stack(losses)


def in_float32(field, x_0, s, eps):
    x_0, s, eps = x_0.float(), s.float(), eps.float()
    x_s = x_0 + s.unsqueeze(-1) * (eps - x_0)
    return (field(x_s, s) - (eps - x_0)).pow(2).sum(1) / x_0.shape[1]


@pytest.mark.parametrize("answer", [flow_matching.loss, by_lerp, item_by_item, in_float32])
def test_a_loss_written_differently_passes(answer):
    assert check("flow_matching.loss", answer).passed, check("flow_matching.loss", answer)


def error_of(field, x_0, s, eps, mixed=lambda x_0, s, eps: (1 - s) * x_0 + s * eps, sign=1):
    column = s[:, None]
    return field(mixed(x_0, column, eps), s) - sign * (eps - x_0)


def swapped(x_0, s, eps):
    return s * x_0 + (1 - s) * eps


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda f, x, s, e: error_of(f, x, s, e, swapped).square().mean(1), "ends_swapped"),
        (lambda f, x, s, e: error_of(f, x, s, e, sign=-1).square().mean(1), "target_sign"),
        (lambda f, x, s, e: error_of(f, x, s, e, swapped, -1).square().mean(1), "other_direction"),
        (lambda f, x, s, e: error_of(f, x, s, e).square().mean(), "whole_batch"),
        (lambda f, x, s, e: error_of(f, x, s, e).square().sum(1), "summed"),
        (lambda f, x, s, e: (f((1 - s) * x + s * e, s) - (e - x)).square().mean(1), "over_the_coordinates"),
        (
            lambda f, x, s, e: (f(torch.lerp(x, e, s[:, None]), s[:, None]) - (e - x)).square().mean(1),
            "told_a_column",
        ),
        (lambda f, x, s, e: (f(torch.lerp(x, e, s[:, None]), s) - e).square().mean(1), "against_eps"),
    ],
)
def test_the_slips_of_the_flow_are_named(answer, mistake):
    assert check("flow_matching.loss", answer).mistake == mistake


def test_a_loss_that_is_cut_off_from_the_field_is_told_so():
    def answer(field, x_0, s, eps):
        with torch.no_grad():
            return flow_matching.loss(field, x_0, s, eps)

    result = check("flow_matching.loss", answer)
    assert result.broken == "gradient"
    assert lang.text("exercise.cut_off") in result.lines


def test_a_curved_path_that_nobody_has_named_breaks_the_ends_or_the_rest():
    def answer(field, x_0, s, eps):
        return error_of(field, x_0, s, eps, lambda x_0, s, eps: (1 - s) * x_0 + s**2 * eps).square().mean(1)

    result = check("flow_matching.loss", answer)
    assert (result.mistake, result.broken) == ("", "agrees")


# ---- memory.nearest


def by_cdist(samples, training):
    apart = torch.cdist(samples.flatten(1), training.flatten(1), compute_mode="donot_use_mm_for_euclid_dist")
    return apart.min(dim=1).values / samples[0].numel() ** 0.5


def sample_by_sample(samples, training):
    return torch.stack([((training - one) ** 2).mean((1, 2, 3)).min().sqrt() for one in samples])


def by_sorting(samples, training):
    apart = (samples.unsqueeze(1) - training.unsqueeze(0)).pow(2).mean((2, 3, 4))
    return apart.sort(1)[0][:, 0].sqrt().float()


@pytest.mark.parametrize("answer", [nearest, by_cdist, sample_by_sample, by_sorting])
def test_distances_written_differently_pass(answer):
    assert check("memory.nearest", answer).passed, check("memory.nearest", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda s, t: torch.cdist(s.flatten(1), t.flatten(1)).min(1).values, "summed"),
        (lambda s, t: torch.cdist(s.flatten(1), t.flatten(1)).min(0).values / 6**0.5, ""),
        (lambda s, t: torch.cdist(s.flatten(1), t.flatten(1)).argmin(1), "index"),
        (lambda s, t: (s[:, None] - t).square().mean((2, 3, 4)).min(1).values, "no_root"),
        (lambda s, t: (s[:, None] - t).square().mean((2, 3, 4)).sqrt(), "every_distance"),
        (lambda s, t: (s[:, None] - t).square().mean((2, 3, 4)).min().sqrt(), "one_for_all"),
        (lambda s, t: (s - t).square().mean((1, 2, 3)).sqrt(), "in_pairs"),
        (lambda s, t: (s[:, None] - t).abs().mean((2, 3, 4)).min(1).values, "absolute"),
    ],
)
def test_the_slips_of_the_distance_are_named(answer, mistake):
    result = check("memory.nearest", answer)
    assert (result.status, result.mistake) == ("failed", mistake)


def test_the_nearest_is_the_library_s():
    memory = pytest.importorskip("course_lib.memory")
    generator = torch.Generator().manual_seed(2)
    samples, training = (torch.randn(n, 1, 4, 4, generator=generator) for n in (5, 9))
    found = memory.nearest(samples, training).distance[:, 0]
    torch.testing.assert_close(nearest(samples, training), found.to(samples), rtol=0, atol=1e-5)


def test_the_solutions_show_the_formulas():
    assert "torch.where(mask, known, x_t)" in solution("inpaint.replace").source
    assert "(answer - target(x_0, eps))" in solution("flow_matching.loss").source
    assert ".mean(2).sqrt().min(1)" in solution("memory.nearest").source


# ---- latent.predict_cost


def counted():
    pixels, latents = torch.zeros(1, 28, 28), torch.zeros(4, 7, 7)
    numbers, positions = pixels.numel() // latents.numel(), pixels[0].numel() // latents[0].numel()
    pairs = pixels[0].numel() ** 2 // latents[0].numel() ** 2
    return torch.tensor([numbers, positions, pairs, 1])


@pytest.mark.parametrize("answer", [predict_cost, counted, lambda: (4, 16, 256, 1)])
def test_a_right_prediction_passes_in_any_form(answer):
    assert check("latent.predict_cost", answer).passed


@pytest.mark.parametrize(
    ("numbers", "mistake", "broken"),
    [
        ([4, 4, 4, 1], "all_alike", ""),
        ([4, 4, 16, 50], "one_side", ""),
        ([4, 16, 256, 50], "decoded_at_each_step", ""),
        ([4, 8, 64, 1], "", "cost_channels"),
        ([2, 8, 64, 1], "", "cost_sides"),
        ([4, 16, 255, 1], "", "cost_pairs"),
        ([4, 16, 256, 3], "", "cost_decoder"),
    ],
)
def test_a_wrong_prediction_is_told_why(numbers, mistake, broken):
    result = check("latent.predict_cost", lambda: numbers)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)
