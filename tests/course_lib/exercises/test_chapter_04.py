"""Chapter 04's training to mend: mended in other ways, and mended wrongly."""

from __future__ import annotations

import pytest
import torch

from course_lib import forward, lang, losses
from course_lib.exercises import check
from course_lib.exercises.chapter_04 import descend


def by_closed_form(theta, x_0, t, eps, schedule, rate):
    for x, at, e in zip(x_0, t, eps, strict=True):
        x_t = schedule.alpha_bar[at].sqrt() * x + (1 - schedule.alpha_bar[at]).sqrt() * e
        theta = theta + 2 * rate * ((e - theta * x_t) * x_t).mean()
    return theta


def by_optimiser(theta, x_0, t, eps, schedule, rate):
    weight = torch.nn.Parameter(theta.clone())
    optimiser = torch.optim.SGD([weight], lr=rate)
    for x, at, e in zip(x_0, t, eps, strict=True):
        optimiser.zero_grad()
        losses.simple(weight * forward.q_sample(x, at, e, schedule), e).backward()
        optimiser.step()
    return weight


def by_autograd(theta, x_0, t, eps, schedule, rate):
    theta = theta.clone().requires_grad_()
    for i in range(len(x_0)):
        mse = (eps[i] - theta * forward.q_sample(x_0[i], t[i], eps[i], schedule)).square().mean()
        (gradient,) = torch.autograd.grad(mse, theta)
        theta = (theta - rate * gradient).detach().requires_grad_()
    return theta


def cleared_after_the_step(theta, x_0, t, eps, schedule, rate):
    theta = theta.clone().requires_grad_()
    for x, at, e in zip(x_0, t, eps, strict=True):
        (e - theta * forward.q_sample(x, at, e, schedule)).square().mean().backward()
        with torch.no_grad():
            theta -= rate * theta.grad
            theta.grad.zero_()
    return theta.detach()


@pytest.mark.parametrize(
    "answer", [descend, by_closed_form, by_optimiser, by_autograd, cleared_after_the_step]
)
def test_a_training_mended_in_another_way_passes(answer):
    assert check("training.descend", answer).passed, check("training.descend", answer)


def cleared_before_there_is_one(theta, x_0, t, eps, schedule, rate):
    theta = theta.clone().requires_grad_()
    for x, at, e in zip(x_0, t, eps, strict=True):
        theta.grad.zero_()
        (e - theta * forward.q_sample(x, at, e, schedule)).square().mean().backward()
        with torch.no_grad():
            theta -= rate * theta.grad
    return theta.detach()


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_clearing_a_gradient_that_is_not_there_yet_has_a_hint(language):
    lang.use(language)
    result = check("training.descend", cleared_before_there_is_one)
    assert result.lines[1:] == (lang.text("exercise.no_gradient"),)
    other = check("training.descend", lambda theta, *more: theta.grad.add_(1))
    assert len(other.lines) == 1  # None again, but nothing was to be cleared


def momentum(theta, x_0, t, eps, schedule, rate):
    weight = torch.nn.Parameter(theta.clone())
    optimiser = torch.optim.SGD([weight], lr=rate, momentum=1.0)
    for x, at, e in zip(x_0, t, eps, strict=True):
        optimiser.zero_grad()
        losses.simple(weight * forward.q_sample(x, at, e, schedule), e).backward()
        optimiser.step()
    return weight


@pytest.mark.parametrize(
    ("answer", "mistake", "broken"),
    [
        (momentum, "piles_up", ""),  # that is what gradients left in place amount to
        (lambda *a: descend(*a[:-1], a[-1] / 2), "", "fit_step"),
        (lambda *a: descend(*a[:-1], a[-1] * a[1].shape[1]), "summed", ""),
        (
            lambda theta, x_0, *more: descend(theta, x_0[:1], *(m[:1] for m in more[:2]), *more[2:]),
            "one_step_only",
            "",
        ),
    ],
)
def test_a_training_mended_wrongly_fails(answer, mistake, broken):
    result = check("training.descend", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)
