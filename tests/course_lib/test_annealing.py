"""Annealed Langevin dynamics: its formula, planted mistakes, and what one noise level cannot do."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from planted import planted
from support import TOLERANCE, error, noise, refuses

from course_lib import annealing, samplers, schedules, score
from course_lib.gaussians import Mixture
from course_lib.samplers import final

SCHEDULE = schedules.linear()
DATA = Mixture([0.3, 0.7], torch.tensor([[-1.0, 0.5], [1.0, 0.0]]).double(), [0.2, 0.3])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def annealing_is_its_formula(lib):
    """Level by level as the docstring says, written here anew with draws of the same generator."""
    schedule, x_T, ratio = schedules.linear(50), noise(4, 2), 0.3
    model, times, steps = DATA.optimal_eps(schedule), [50, 30, 10, 0], 3
    walk = list(lib.annealed_langevin(model, x_T, schedule, times, steps, ratio, seeded(2)))
    g, x = seeded(2), x_T
    for state, (t, t_next) in zip(walk, pairwise(times), strict=False):
        assert state.t == t and error(state.x_t, x) < TOLERANCE
        law, alpha_bar = DATA.diffused(t, schedule), schedule.alpha_bars[t]
        delta = 2 * ratio**2 * (1 - alpha_bar)
        for _ in range(steps):
            z = torch.randn(4, 2, dtype=torch.float64, generator=g)
            x = x + delta * law.score(x) + (2 * delta) ** 0.5 * z
        if t_next == 0:  # Tweedie
            x = (x + (1 - alpha_bar) * law.score(x)) / alpha_bar**0.5
    assert [state.t for state in walk] == times and error(walk[-1].x_t, x) < TOLERANCE


def test_identity():
    annealing_is_its_formula(annealing)


MUTANTS = {
    "annealing: the ratio not squared": ("2 * ratio**2", "2 * ratio"),
    "annealing: the noise left in": (
        "x = watch.take(predict_x_0(x, t, eps_hat, schedule))", "x = watch.take(1 * x)"),
    "annealing: no root of 2 delta": ("(2 * delta) ** 0.5", "delta**0.5"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    mutant = planted(annealing, *MUTANTS[name])  # outside: a mistake that is not planted is not caught
    with pytest.raises(AssertionError):
        annealing_is_its_formula(mutant)


def test_one_noise_level_does_not_see_the_weights_and_annealing_does():
    """Two far narrow humps, 0.2 and 0.8: Langevin leaves half of the points at each, annealing does not."""
    far = Mixture([0.2, 0.8], torch.tensor([[-1.0], [1.0]]).double(), 0.1)
    x, N = noise(2000, 1), 2000
    *_, low = score.langevin(far.score, x, 0.005, 300, seeded(1))
    assert abs(float((low > 0).double().mean()) - 0.5) < 5 * 0.5 / N**0.5
    times = samplers.log_snr_times(SCHEDULE, 40)
    walk = annealing.annealed_langevin(far.optimal_eps(SCHEDULE), x, SCHEDULE, times, 20, generator=seeded(2))
    high = final(walk)
    assert abs(float((high > 0).double().mean()) - 0.8) < 0.3 / 4  # a quarter of what is missed above
    assert abs(float((high[high > 0] - 1).std()) - 0.1) < 0.03


def test_bad_walks_are_named(unchecked):
    schedule, x = schedules.linear(10), noise(2, 3)

    def walk(model, times=None, ratio=0.16, schedule=schedule):
        return lambda: final(annealing.annealed_langevin(model, x, schedule, times, 1, ratio))

    def breaks(x_t, t):  # NaN at t = 4 only
        return x_t / (t[0] - 4) * 0 + (0 if t[0] - 4 else float("nan"))

    model = DATA.optimal_eps(SCHEDULE)
    refuses(walk(model), "error.other_schedule", own=SCHEDULE, got=schedule)
    refuses(walk("eps"), "error.model_call", got="str")
    refuses(walk(breaks, schedule="linear"), "error.schedule_kind", got="str")
    refuses(walk(breaks, [10, 0.5, 0]), "error.times", T=10, got="10, 0.5, 0")
    refuses(walk(breaks, None, 0.0), "error.positive", name="ratio", got="0.0")
    refuses(walk(breaks, [10, 4, 0]), "error.model_nan", step=2, steps=3, t=4)
