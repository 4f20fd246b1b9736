"""For every exercise a right answer that is not the course's own: the check accepts it, grading does too."""

from __future__ import annotations

import inspect

import pytest
import test_chapter_01 as one
import test_chapter_03 as three
import test_chapter_04 as four
import test_chapter_05 as five
import test_chapter_06 as six
import test_chapter_07 as seven
import test_chapter_08 as eight
import test_chapter_09 as nine
import test_chapter_10 as ten
import torch
from mutator import executed
from torch.nn import functional

from course_lib.exercises import EXERCISES, Exercise, check
from course_lib.exercises.core import Answer
from course_lib.exercises.judging import judge
from course_lib.exercises.running import run


def weighted_mean(x_t, dataset, alpha_bar_t):
    squares = ((x_t - alpha_bar_t**0.5 * dataset) ** 2).sum(1)
    return torch.softmax(squares / (2 * alpha_bar_t - 2), 0) @ dataset


def row_by_row(x_0, t, eps, schedule):
    kept = [float(schedule.alpha_bar[i]) for i in t]
    return torch.stack([a**0.5 * x + (1 - a) ** 0.5 * e for a, x, e in zip(kept, x_0, eps, strict=True)])


def by_kept_share(x_prev, t, eps, schedule):
    kept = schedule.alpha[t].view(-1, 1, 1, 1)
    return torch.lerp(torch.zeros_like(x_prev), x_prev, kept.sqrt()) + eps * (1 - kept).sqrt()


def from_the_start(x_0, eps, schedule):
    a, b = schedule.alpha_bar.view(-1, *[1] * x_0.ndim), schedule.beta.view(-1, *[1] * x_0.ndim)
    return a.sqrt() * (x_0 + torch.cat([eps[:1] * 0, ((b / a).sqrt() * eps)[1:]]).cumsum(0))


def counted_in_bits(nats, d, share):
    bits = nats / (d * torch.log(torch.tensor(2.0, dtype=nats.dtype)))
    total, t = bits.sum() / bits.shape[1], 0
    while bits[: t + 1].sum() / bits.shape[1] < share * total:
        t += 1
    each = bits.sum(0)
    return torch.stack([total, each.var().sqrt() / each.numel() ** 0.5, torch.tensor(float(t))])


def term_by_term(schedule, variance):
    def weight(t):
        sigma_squared = (schedule.beta if variance == "beta" else schedule.beta_tilde)[t]
        beta, alpha, alpha_bar = (table[t] for table in (schedule.beta, schedule.alpha, schedule.alpha_bar))
        return beta / sigma_squared * beta / 2 / alpha / (1 - alpha_bar)

    return torch.stack([torch.zeros((), dtype=torch.float64), *map(weight, range(1, schedule.T + 1))])


def through_x_0(kind, answer, x_t, t, schedule):
    a = schedule.alpha_bar[t].view(-1, *[1] * (x_t.ndim - 1))
    x_0 = answer if kind == "x_0" else a.sqrt() * x_t - (1 - a).sqrt() * answer
    return answer if kind == "eps" else (x_t - a.sqrt() * x_0) / (1 - a).sqrt()


def by_mse_loss(model, x_0, t, eps, schedule):
    a = schedule.alpha_bar[t].view(-1, *[1] * (x_0.ndim - 1)).to(x_0)
    return functional.mse_loss(model(a.sqrt() * x_0 + (1 - a).sqrt() * eps, t), eps)


OTHERWISE = {
    "intuition.mix": lambda x_0, eps, share: (
        (x_0 * (share / (1 - share + 1e-30)) ** 0.5 + eps) * (1 - share + 1e-30) ** 0.5
    ),
    "intuition.recover": lambda x_t, eps, share: x_t / share**0.5 - eps * (1 / share - 1) ** 0.5,
    "intuition.ideal_x_0": weighted_mean,
    "intuition.predict_mix": one.measured,
    "forward.q_step": by_kept_share,
    "schedules.alpha_bar": lambda beta: torch.log1p(-beta).cumsum(0).exp(),
    "forward.q_sample": row_by_row,
    "schedules.linear": lambda T, beta_1, beta_T: torch.linspace(beta_1, beta_T, T, dtype=torch.float64),
    "data.to_unit": lambda images: images.to(torch.float64).sub(127.5).div(127.5),
    "forward.chain": from_the_start,
    "latent.elbo": lambda log_joint, log_q: log_joint.mean() - log_q.mean(),
    "gaussians.kl": three.kl(),
    "forward.posterior": three.posterior(),
    "losses.log_level": three.log_level(),
    "losses.most_bits": counted_in_bits,
    "losses.weights": term_by_term,
    "parameterisations.to_eps": through_x_0,
    "training.loss": by_mse_loss,
    "training.descend": four.by_closed_form,
    "unet.time_embedding": five.by_outer,
    "unet.shapes": five.by_ceil,
    "dit.patchify": five.by_unfold,
    "dit.steered": five.by_einsum,
    "samplers.ddpm_step": six.by_x_0,
    "samplers.ddpm_mean": six.by_hand,
    "samplers.ancestral": six.by_formula,
    "samplers.clipped_step": six.step_by_table,
    "samplers.ddim_step": seven.by_beta_tilde,
    "samplers.times": lambda T, steps: [*torch.linspace(T, 1, steps).round().long().tolist(), 0],
    "latents.slerp": seven.by_gram_schmidt,
    "samplers.order": seven.by_polyfit,
    "score.from_eps": eight.by_roots,
    "score.langevin_move": eight.by_conventions,
    "score.flow_drift": eight.by_f_and_g,
    "ode.heun": eight.by_two_eulers,
    "score.predict_langevin": lambda: torch.tensor([36, 12, 2, 24]),
    "guidance.drop_labels": nine.by_masked_fill,
    "guidance.combine": lambda c, u, w: torch.lerp(u, c, 1 + w),
    "guidance.both": nine.by_repeat,
    "guidance.enough": nine.by_sorting,
    "inpaint.replace": ten.by_hand,
    "flow_matching.loss": ten.by_lerp,
    "memory.nearest": ten.by_cdist,
    "latent.predict_cost": ten.counted,
}


def test_every_exercise_has_one() -> None:
    assert set(OTHERWISE) == set(EXERCISES)


def runs_the_course_s_own(exercise: Exercise, answer: Answer) -> bool:
    ran = executed(lambda: [run(answer, tuple(probe)) for probe in exercise.probes])
    return inspect.unwrap(exercise.reference).__code__ in ran


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_right_answer_written_otherwise_passes(name: str, unchecked: None) -> None:
    exercise, answer = EXERCISES[name], OTHERWISE[name]
    assert runs_the_course_s_own(exercise, lambda *given: exercise.reference(*given))
    assert not runs_the_course_s_own(exercise, answer)
    assert check(name, answer).passed, check(name, answer)
    assert judge(exercise, answer, hidden=True).passed, judge(exercise, answer, hidden=True)
