"""Chapter 02's walk to mend: mended in other ways, and mended wrongly."""

from __future__ import annotations

import pytest
import torch

from course_lib import forward, schedules
from course_lib.exercises import check
from course_lib.exercises.chapter_02 import CHAIN, chain


def by_the_library(x_0, eps, schedule):
    states = [x_0]
    for t in range(1, len(eps)):
        states.append(forward.q_step(states[-1], t, eps[t], schedule))
    return torch.stack(states)


def into_a_table(x_0, eps, schedule):
    states = torch.empty(schedule.T + 1, *x_0.shape, dtype=x_0.dtype)
    states[0] = x_0
    for t in range(schedule.T):
        states[t + 1] = schedule.alpha[t + 1].sqrt() * states[t] + schedule.beta[t + 1].sqrt() * eps[t + 1]
    return states


def all_at_once(x_0, eps, schedule):
    # x_t / sqrt(alpha_bar_t) is a running sum.
    root = schedule.alpha_bar.sqrt().view(-1, *[1] * x_0.ndim)
    added = schedule.beta.sqrt().view_as(root) * eps / root
    added[0] = x_0
    return root * added.cumsum(0)


def in_float32(x_0, eps, schedule):
    return by_the_library(x_0.float(), eps.float(), schedule)


@pytest.mark.parametrize("answer", [chain, by_the_library, into_a_table, all_at_once, in_float32])
def test_a_walk_mended_in_another_way_passes(answer):
    assert check("forward.chain", answer).passed, check("forward.chain", answer)


def in_place(x_0, eps, schedule):
    x_t = x_0.clone()
    states = [x_t]
    for t in range(1, schedule.T + 1):
        x_t *= schedule.alpha[t].sqrt()
        x_t += schedule.beta[t].sqrt() * eps[t]
        states.append(x_t)
    return torch.stack(states)


def draws(x_0, eps, schedule):
    return by_the_library(x_0, torch.stack([x_0, *(torch.randn_like(x_0) for _ in eps[1:])]), schedule)


def jumps(x_0, eps, schedule):
    return torch.stack([forward.q_sample(x_0, t, eps[t], schedule) for t in range(schedule.T + 1)])


def film(x_0, eps, schedule):
    return torch.stack([forward.q_sample(x_0, t, eps[1], schedule) for t in range(schedule.T + 1)])


@pytest.mark.parametrize(
    ("answer", "mistake", "broken"),
    [
        (in_place, "in_place", ""),
        (draws, "own_noise", ""),
        (jumps, "jumps_from_x_0", ""),
        (film, "film", ""),
        (lambda x_0, eps, s: chain(x_0, eps.roll(1, 0), s), "noise_before", ""),
        (lambda x_0, eps, s: chain(x_0, eps, s)[1:], "start_lost", ""),
        (lambda x_0, eps, s: chain(x_0, eps.flip(0), s), "", "chain_past"),
        (lambda x_0, eps, s: chain(x_0, eps / s.beta.sqrt().max(), s), "", "chain_variance"),
        (lambda x_0, eps, s: chain(x_0, -eps, s), "", "chain_steps"),
        (lambda x_0, eps, s: chain(x_0.clamp(-0.5, 0.5), eps, s), "", "chain_start"),
    ],
)
def test_a_walk_mended_wrongly_fails(answer, mistake, broken):
    result = check("forward.chain", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)


def test_an_in_place_walk_that_starts_from_x_0_itself_is_told_so():
    def answer(x_0, eps, schedule):
        states = [x_0]
        for t in range(1, schedule.T + 1):
            x_0 *= schedule.alpha[t].sqrt()
            x_0 += schedule.beta[t].sqrt() * eps[t]
            states.append(x_0)
        return torch.stack(states)

    result = check("forward.chain", answer)
    assert (result.mistake, len(result.lines)) == ("in_place", 2)


def test_the_stub_s_two_slips_leave_the_standard_normal_as_the_task_says():
    # Without the root and with one noise the walk ends near 2 z; each slip alone ends elsewhere, too.
    schedule = schedules.linear()
    x_0 = torch.zeros(1, 1, 20, 20, dtype=torch.float64)
    noise = torch.randn(1001, *x_0.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    mended = {m.name: m.answer for m in CHAIN.mistakes}
    right = float(chain(x_0, noise, schedule)[-1].std())
    assert abs(right - 1) < 5 * (1 / 800) ** 0.5
    for answer in (CHAIN.given, mended["same_noise"], mended["root_missing"]):
        assert abs(float(answer(x_0, noise, schedule)[-1].std()) - 1) > 0.5
