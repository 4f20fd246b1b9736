"""Chapter 07's exercises: right answers in another form, and the slips that the formulas invite."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib import gaussians, lang, latents, samplers, schedules
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_07 import order

# ---- samplers.ddim_step


def ddim(before=lambda t, t_next: t_next, room=True, size=1.0, fraction=None, guess=None, clamp=True):
    """Eq. 12 in the prose's letters, with one of them wrong."""

    def answer(x_t, t, t_next, eps_hat, schedule, eta, z):
        now, then = schedule.alpha_bar[t], schedule.alpha_bar[before(t, t_next)]
        x_0_hat = (x_t - torch.sqrt(1 - now) * eps_hat) / torch.sqrt(now)
        if guess is not None:
            x_0_hat = guess(x_t, eps_hat, now, then)
        sigma = eta * torch.sqrt((1 - then) / (1 - now) * (1 - now / then))
        if fraction is not None:
            sigma = eta * fraction(now, then, schedule, t)
        left = 1 - then - sigma**2 if room else 1 - then
        left = left.clamp(min=0) if clamp else left
        return torch.sqrt(then) * x_0_hat + torch.sqrt(left) * eps_hat + size * sigma * z

    return answer


def by_beta_tilde(x_t, t, t_next, eps_hat, schedule, eta, z):
    now, then = float(schedule.alpha_bar[t]), float(schedule.alpha_bar[t_next])
    variance = eta**2 * (1 - now / then) * (1 - then) / (1 - now)
    straight = (then / now) ** 0.5 * (x_t - (1 - now) ** 0.5 * eps_hat)
    return straight + max(0.0, 1 - then - variance) ** 0.5 * eps_hat + variance**0.5 * z


def in_float32(x_t, t, t_next, eps_hat, schedule, eta, z):
    return by_beta_tilde(x_t.float(), t, t_next, eps_hat.float(), schedule, eta, z.float())


def in_place(x_t, t, t_next, eps_hat, schedule, eta, z):
    now, then = schedule.alpha_bar[t].item(), schedule.alpha_bar[t_next].item()
    variance = eta**2 * (1 - then) / (1 - now) * (1 - now / then)
    x = x_t.clone()
    x -= math.sqrt(1 - now) * eps_hat
    x *= math.sqrt(then / now)
    x += math.sqrt(max(0, 1 - then - variance)) * eps_hat
    return x.add_(z, alpha=math.sqrt(variance))


@pytest.mark.parametrize("answer", [samplers.ddim_step, ddim(), by_beta_tilde, in_float32, in_place])
def test_a_step_written_differently_passes(answer):
    assert check("samplers.ddim_step", answer).passed, check("samplers.ddim_step", answer)


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"before": lambda t, t_next: t - 1}, "literal_t_minus_1"),
        ({"before": lambda t, t_next: t_next - 1}, "before_t_next"),
        ({"before": lambda t, t_next: t_next - 1, "clamp": False}, "before_t_next"),
        ({"room": False}, "sigma_not_subtracted"),
        ({"fraction": lambda a, b, s, t: ((1 - a) / (1 - b) * (1 - a / b)).sqrt()}, "sigma_upside_down"),
        (
            {"fraction": lambda a, b, s, t: ((1 - a) / (1 - b) * (1 - a / b)).sqrt(), "clamp": False},
            "sigma_upside_down_nan",
        ),
        (
            {"fraction": lambda a, b, s, t: ((1 - a) / (1 - b)).sqrt() * (1 - a / b).sqrt(), "clamp": False},
            "sigma_upside_down_nan",
        ),
        ({"fraction": lambda a, b, s, t: (1 - b) / (1 - a) * (1 - a / b)}, "sigma_not_rooted"),
        ({"fraction": lambda a, b, s, t: ((1 - b) / (1 - a) * (1 - s.alpha[t])).sqrt()}, "beta_of_one_step"),
        ({"fraction": lambda a, b, s, t: s.beta_tilde[t].sqrt()}, "beta_tilde_of_one_step"),
        (
            {"fraction": lambda a, b, s, t: ((1 - b) / (1 - a)).sqrt() * (1 - b / a).sqrt()},
            "ratio_upside_down",
        ),
        (
            {"fraction": lambda a, b, s, t: ((1 - b) / (1 - a) * (1 - b / a)).sqrt()},
            "ratio_upside_down_under_one_root",
        ),
        ({"guess": lambda x, e, a, b: (x - (1 - a).sqrt() * e) / b.sqrt()}, "x_0_divided_by_next"),
    ],
)
def test_the_slips_that_the_formula_invites_are_named(wrong, mistake):
    assert check("samplers.ddim_step", ddim(**wrong)).mistake == mistake


@pytest.mark.parametrize(
    ("sigma", "at_z", "mistake"),
    [
        (lambda eta, variance: variance.sqrt(), lambda eta: eta, "eta_at_z_only"),
        (lambda eta, variance: (eta * variance).sqrt(), lambda eta: 1, "eta_under_the_root"),
    ],
)
def test_eta_in_another_place_is_named(sigma, at_z, mistake):
    def answer(x_t, t, t_next, eps_hat, schedule, eta, z):
        now, then = schedule.alpha_bar[t], schedule.alpha_bar[t_next]
        x_0_hat = (x_t - torch.sqrt(1 - now) * eps_hat) / torch.sqrt(now)
        size = sigma(eta, (1 - then) / (1 - now) * (1 - now / then))
        x_next = torch.sqrt(then) * x_0_hat + torch.sqrt(1 - then - size**2) * eps_hat
        return x_next + at_z(eta) * size * z

    assert check("samplers.ddim_step", answer).mistake == mistake


def test_an_answer_with_nan_that_nobody_has_named_is_told_where_nan_comes_from():
    def answer(x_t, t, t_next, eps_hat, schedule, eta, z):
        right = samplers.ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z)
        return right + 0 * torch.log(torch.tensor(t_next - 0.5))

    result = check("samplers.ddim_step", answer)
    assert (result.mistake, result.lines[-1]) == ("", lang.text("exercise.not_a_number"))
    right = check("samplers.ddim_step", lambda *given: samplers.ddim_step(*given) + 1)
    assert lang.text("exercise.not_a_number") not in right.lines


def test_a_step_that_is_right_only_without_noise_fails():
    result = check("samplers.ddim_step", ddim(size=1.1))
    assert (result.status, result.mistake, result.broken) == ("failed", "", "ddim_marginal")


@pytest.mark.parametrize(
    ("wrong", "broken"),
    [
        ({"fraction": lambda a, b, s, t: (1 - b) / (1 - a) * (1 - a / b).sqrt()}, "ddim_ancestral"),
        ({"fraction": lambda a, b, s, t: ((1 - b) / (1 - a)).sqrt() * (1 - a / b)}, "ddim_ancestral"),
        ({"guess": lambda x, e, a, b: (x - (1 - b).sqrt() * e) / a.sqrt()}, "ddim_guess"),
    ],
)
def test_slips_that_nobody_has_named_fail(wrong, broken):
    result = check("samplers.ddim_step", ddim(**wrong))
    assert (result.status, result.mistake, result.broken) == ("failed", "", broken)


def test_a_sigma_that_is_right_only_for_single_steps_breaks_a_property_that_says_so():
    def answer(x_t, t, t_next, eps_hat, schedule, eta, z):
        right = samplers.ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z)
        wrong = ddim(fraction=lambda a, b, s, t: 0.9 * (1 - a / b).sqrt() * ((1 - b) / (1 - a)).sqrt())
        return wrong(x_t, t, t_next, eps_hat, schedule, eta, z) if t_next < t - 1 else right

    assert check("samplers.ddim_step", answer).broken == "ddim_longer"


@pytest.mark.parametrize("root", [math.sqrt, lambda number: number**0.5])
def test_the_root_of_a_negative_number_is_named_with_plain_numbers_too(root):
    def answer(x_t, t, t_next, eps_hat, schedule, eta, z):
        return x_t + root(float(1 - schedule.alpha_bar[t_next] / schedule.alpha_bar[t])) * z

    assert check("samplers.ddim_step", answer).lines[-1] == lang.text("exercise.root_of_negative")


def test_a_root_of_eta_gets_the_hint_about_plain_numbers():
    def answer(x_t, t, t_next, eps_hat, schedule, eta, z):
        return x_t * torch.sqrt(eta)

    hint = lang.text("exercise.plain_number", names="`t`, `t_next`, `eta`", first="t")
    assert hint in check("samplers.ddim_step", answer).lines


# ---- samplers.times


@pytest.mark.parametrize(
    "answer",
    [
        lambda T, steps: samplers.times(T, steps),
        lambda T, steps: [round(T - k * (T - 1) / (steps - 1)) for k in range(steps)] + [0],
        lambda T, steps: [*torch.linspace(T, 1, steps).round().long().tolist(), 0],
        lambda T, steps: [*np.linspace(T, 1, steps).round().astype(int), 0],
        lambda T, steps: torch.cat([torch.linspace(T, 1, steps).round().int(), torch.tensor([0])]),
        lambda T, steps: np.append(np.rint(np.linspace(T, 1, steps)), 0).astype(int),
        lambda T, steps: (
            (*tuple(int(1 + k * (T - 1) / (steps - 1) + 0.5) for k in range(steps - 1, -1, -1)), 0)
        ),
    ],
)
def test_timesteps_written_differently_pass(answer):
    assert check("samplers.times", answer).passed, check("samplers.times", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda T, steps: [*list(range(T, 0, -(T // steps))), 0], "stride_of_the_range"),
        (lambda T, steps: [*list(range(T, 0, -T // steps)), 0], "stride_rounded_away"),
        (lambda T, steps: [round(T - k * T / steps) for k in range(steps)] + [0], "no_one"),
        (lambda T, steps: np.linspace(T - 1, 0, steps).round().astype(int).tolist(), "zero_based"),
        (lambda T, steps: list(range(0, T, T // steps))[:steps][::-1], "from_below_zero_based"),
        (lambda T, steps: [int(t) for t in np.linspace(T, 1, steps)] + [0], "floored"),
        (lambda T, steps: samplers.times(T, steps, grid="leading"), "from_below"),
    ],
)
def test_the_grids_in_circulation_are_named(answer, mistake):
    assert check("samplers.times", answer).mistake == mistake


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        (lambda T, steps: [math.ceil(t) for t in np.linspace(T, 1, steps)] + [0], "times_nearest"),
        (lambda T, steps: [int(t) for t in np.arange(T, 0, -T / steps)] + [0], "times_ends"),
        (lambda T, steps: [*range(T, 0, -((T - 1) // (steps - 1))), 0], "shape"),
    ],
)
def test_grids_that_nobody_has_named_fail(answer, broken):
    result = check("samplers.times", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", "", broken)


@pytest.mark.parametrize("whole", [torch.int16, torch.int32, torch.int64])
def test_timesteps_in_a_tensor_count_as_a_list_where_they_index_a_table(whole):
    def answer(kind):
        return lambda T, steps: torch.tensor(samplers.times(T, steps), dtype=kind)

    assert check("samplers.times", answer(whole)).passed
    assert check("samplers.times", answer(torch.float64)).lines == (
        lang.text("exercise.list", got="Tensor[float64]"),
    )


def test_timesteps_in_a_tensor_of_decimals_are_told_to_be_whole():
    def answer(T, steps):
        return torch.cat([torch.linspace(T, 1, steps).round(), torch.zeros(1)])

    assert check("samplers.times", answer).lines == (lang.text("exercise.list", got="Tensor[float32]"),)


def test_timesteps_as_decimals_are_told_to_be_whole():
    result = check("samplers.times", lambda T, steps: [*np.linspace(T, 1, steps).tolist(), 0])
    assert result.lines == (lang.text("exercise.list", got="list[float]"),)


def test_a_list_of_another_length_is_shown_beside_the_right_one():
    result = check("samplers.times", lambda T, steps: samplers.times(T, steps)[:-1])
    assert result.mistake == "no_zero"
    assert (result.example.inputs, result.example.expected) == ("T = 7, steps = 3", "[7, 4, 1, 0]")
    assert result.example.got == "[7, 4, 1]"


# ---- latents.slerp


def by_norms(a, b, f):
    u, v = a.flatten(1), b.flatten(1)
    cosine = (u * v).sum(1) / (u.norm(dim=1) * v.norm(dim=1))
    omega = torch.arccos(cosine)[:, None]
    mixed = torch.sin((1 - f) * omega) / torch.sin(omega) * u + torch.sin(f * omega) / torch.sin(omega) * v
    return mixed.reshape(a.shape)


def image_by_image(a, b, f):
    rows = []
    for one, other in zip(a, b, strict=True):
        omega = math.acos(float((one * other).sum() / one.norm() / other.norm()))
        rows.append((math.sin((1 - f) * omega) * one + math.sin(f * omega) * other) / math.sin(omega))
    return torch.stack(rows)


def by_gram_schmidt(a, b, f):
    dims = (1, 2, 3)
    length_a, length_b = (x.square().sum(dims, keepdim=True).sqrt() for x in (a, b))
    u, v = a / length_a, b / length_b
    across = v - (u * v).sum(dims, keepdim=True) * u
    omega = torch.atan2(across.square().sum(dims, keepdim=True).sqrt(), (u * v).sum(dims, keepdim=True))
    return (
        length_a * (omega * (1 - f)).sin() / omega.sin() * u + length_b * (omega * f).sin() / omega.sin() * v
    )


def by_vmap(a, b, f):
    return torch.vmap(lambda one, other: image_by_image_of(one, other, f))(a.float(), b.float())


def image_by_image_of(one, other, f):
    omega = torch.acos((one * other).sum() / (one.norm() * other.norm()))
    return (torch.sin((1 - f) * omega) * one + torch.sin(f * omega) * other) / torch.sin(omega)


@pytest.mark.parametrize("answer", [latents.slerp, by_norms, image_by_image, by_gram_schmidt, by_vmap])
def test_an_arc_written_differently_passes(answer):
    assert check("latents.slerp", answer).passed, check("latents.slerp", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (torch.lerp, "straight"),
        (lambda a, b, f: by_norms(a.flatten()[None], b.flatten()[None], f).reshape(a.shape), "whole_batch"),
        (lambda a, b, f: latents.slerp(a, b, 1 - f), "swapped"),
        (
            lambda a, b, f: along(a, b, f, torch.cosine_similarity(a.flatten(1), b.flatten(1))),
            "angle_not_shaped",
        ),
        (lambda a, b, f: along(a, b, f, torch.cosine_similarity(a, b)), "over_the_channels_unshaped"),
        (
            lambda a, b, f: along(a, b, f, (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1))),
            "over_the_channels_unshaped",
        ),
        (
            lambda a, b, f: along(a, b, f, torch.cosine_similarity(a, b)[:, None]),
            "over_the_channels",
        ),
        (
            lambda a, b, f: along(
                a, b, f, F.normalize(a.flatten(1), dim=1) @ F.normalize(b.flatten(1), dim=1).T
            ),
            "every_pair",
        ),
        (
            lambda a, b, f: along(
                a, b, f, a.flatten(1) @ b.flatten(1).T / (a.flatten(1).norm(dim=1) * b.flatten(1).norm(dim=1))
            ),
            "every_pair_divided",
        ),
    ],
)
def test_the_slips_of_the_arc_are_named(answer, mistake):
    assert check("latents.slerp", answer).mistake == mistake


def along(a, b, f, cosine):
    omega = torch.acos(cosine)
    return (torch.sin((1 - f) * omega) * a + torch.sin(f * omega) * b) / torch.sin(omega)


@pytest.mark.parametrize(
    ("cosine", "broken"),
    [
        (lambda a, b: (a * b).sum((1, 2, 3)) / (a * a).sum((1, 2, 3)), "arc_mirror"),
        (lambda a, b: (a * b).mean((1, 2, 3)), "arc_length"),
        (lambda a, b: -torch.cosine_similarity(a.flatten(1), b.flatten(1)), "arc_length"),
    ],
)
def test_angles_that_nobody_has_named_fail(cosine, broken):
    def answer(a, b, f):
        return along(a, b, f, cosine(a, b).clamp(-1, 1).view(-1, 1, 1, 1))

    result = check("latents.slerp", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", "", broken)


def test_the_solutions_are_the_library_s():
    assert "max(0.0, 1 - alpha_bar_next - sigma**2)" in solution("samplers.ddim_step").source
    assert "linspace" in solution("samplers.times").source
    assert "atan2" in solution("latents.slerp").source


# ---- samplers.order


def by_lstsq(solve, end, counts, bound):
    errors = torch.tensor([float((solve(S) - end).abs().mean()) for S in counts], dtype=torch.float64)
    x = torch.tensor(counts, dtype=torch.float64).log10()
    line = torch.stack([x, torch.ones_like(x)], dim=1)
    slope = torch.linalg.lstsq(line, errors.log10()[:, None]).solution[0, 0]
    too_large = [k for k, error in enumerate(errors) if error > bound]
    return torch.tensor([-float(slope), counts[too_large[-1] + 1 if too_large else 0]], dtype=torch.float64)


def by_polyfit(solve, end, counts, bound):
    errors = [np.abs((solve(S) - end).numpy()).mean() for S in counts]
    slope = np.polyfit(np.log(counts), np.log(errors), 1)[0]
    enough = counts[-1]
    for S, error in zip(counts[::-1], errors[::-1], strict=True):
        if error > bound:
            break
        enough = S
    return torch.tensor([-slope, enough])


def by_covariance(solve, end, counts, bound):
    errors = torch.stack([(solve(S) - end).abs().mean() for S in counts])
    cov = torch.cov(torch.stack([torch.tensor(counts).double().log(), errors.log()]))
    stays = (errors.flip(0).cummax(0).values.flip(0) <= bound).nonzero()[0, 0]
    return torch.stack([-cov[0, 1] / cov[0, 0], torch.tensor(counts[stays]).double()])


@pytest.mark.parametrize("answer", [by_lstsq, by_polyfit, by_covariance])
def test_an_order_measured_differently_passes(answer):
    assert check("samplers.order", answer).passed, check("samplers.order", answer)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda order, steps: (order, steps + 1), "order_stays"),
        (lambda order, steps: (order * 1.01, steps), "order_found"),
        (lambda order, steps: (order.round(), steps), "order_found"),
        (lambda order, steps: (order, steps.clamp(min=20)), "order_loose"),
    ],
)
def test_an_order_measured_wrongly_fails(change, broken):
    result = check("samplers.order", lambda *given: torch.stack(change(*by_covariance(*given))))
    assert (result.status, result.mistake, result.broken) == ("failed", "", broken)


def test_the_order_of_ddim_on_exact_data_is_one():
    schedule = schedules.linear()
    pair = gaussians.Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]], dtype=torch.float64), 0.15)
    model, x_T = pair.optimal_eps(schedule), torch.linspace(-2, 2, 40, dtype=torch.float64)[:, None]

    def solve(S):
        *_, last, _ = samplers.sample(model, samplers.ddim_step, x_T, schedule, samplers.times(1000, S))
        return last.x_t

    assert abs(float(order(solve, solve(1000), [20, 40, 80], 1.0)[0]) - 1) < 0.15


@pytest.mark.parametrize(
    "fit",
    [
        lambda x, y: x @ y / x.square().sum(),
        lambda x, y: torch.linalg.lstsq(x[:, None], y[:, None]).solution[0, 0],
        lambda x, y: (x[None] @ y[:, None])[0, 0],
    ],
)
def test_two_dtypes_in_one_product_are_told_how_to_meet(fit):
    def answer(solve, end, counts, bound):
        errors = torch.stack([(solve(S) - end).abs().mean() for S in counts])
        return -fit(torch.tensor(counts).log(), errors.log()) * torch.ones(2)

    assert check("samplers.order", answer).lines[-1] == lang.text("exercise.dtypes_apart")
    other = check("samplers.order", lambda solve, end, counts, bound: end @ end)
    assert (other.status, lang.text("exercise.dtypes_apart") in other.lines) == ("failed", False)


@pytest.mark.parametrize(
    ("slope", "mistake"),
    [
        (lambda x, y: (y[-1] - y[0]) / (x[-1] - x[0]), "ends_only"),
        (lambda x, y: (y[-1] - y[-2]) / (x[-1] - x[-2]), "last_two"),
        (
            lambda x, y: np.mean([(y[k + 1] - y[k]) / (x[k + 1] - x[k]) for k in range(len(x) - 1)]),
            "neighbours_averaged",
        ),
    ],
)
def test_a_slope_of_some_of_the_points_is_named(slope, mistake):
    def answer(solve, end, counts, bound):
        errors = [float((solve(S) - end).abs().mean()) for S in counts]
        return torch.tensor(
            [-slope(np.log(counts), np.log(errors)), by_polyfit(solve, end, counts, bound)[1]]
        )

    assert check("samplers.order", answer).mistake == mistake
