"""Real t: the table's own numbers at whole t, the rate that integrates to them, and a model asked between."""

from __future__ import annotations

import math
from itertools import pairwise

import identities as ids
import pytest
import torch
from numpy.polynomial.legendre import leggauss
from planted import planted
from support import TOLERANCE, error, noise, refuses

from course_lib import continuous, schedules
from course_lib.continuous import Continuous, at_real_t
from course_lib.gaussians import IdealDenoiser, Mixture

LIB = ids.namespace()
KINDS = ids.KINDS


def whole_t_is_the_table(lib, kind="linear"):
    """alpha_bar, sqrt(alpha_bar) and sqrt(1 - alpha_bar) at whole t are the chain's, to the last bit."""
    schedule = ids.schedule_of(LIB, kind)
    real, t = lib.Continuous(schedule), torch.arange(schedule.T + 1).double()
    signal, gone = real.signal_noise(t)
    assert error(real.alpha_bar(t), schedule.alpha_bar) == 0
    assert error(signal.square(), schedule.alpha_bar) < 4e-16
    assert error(gone.square(), 1 - schedule.alpha_bar) < 4e-16
    assert error(real.log_alpha_bar(t), schedule.alpha_bar.log()) < 100 * TOLERANCE  # logs up to 20


def beta_integrates_to_the_chain(lib, kind="linear"):
    """The integral of beta over (t - 1, t] is -log(1 - beta_t), by a quadrature exact for its parabola."""
    schedule = ids.schedule_of(LIB, kind)
    nodes, weights = (torch.tensor(v) for v in leggauss(4))
    real, t = lib.Continuous(schedule), torch.arange(1, schedule.T + 1).double()
    rate = real.beta(t[:, None] - 0.5 + nodes / 2)
    assert (rate > 0).all()
    assert error((rate * weights).sum(1) / 2, -torch.log1p(-schedule.beta[1:])) < TOLERANCE


def beta_is_the_slope(lib, kind="linear"):
    """beta(t) = -d log alpha_bar / dt, by central differences, and without a jump at whole t."""
    schedule = ids.schedule_of(LIB, kind)
    real, h = lib.Continuous(schedule), 1e-4
    t = torch.linspace(0.013, schedule.T - 0.012, 97, dtype=torch.float64)
    slope = -(real.log_alpha_bar(t + h) - real.log_alpha_bar(t - h)) / (2 * h)
    assert error(slope, real.beta(t)) < 1e-6
    nodes = torch.arange(1, schedule.T).double()
    assert error(real.beta(nodes - 1e-9), real.beta(nodes + 1e-9)) < 1e-6


def model_is_exact_between(lib):
    """The answer of an exact model at real t is the score of the mixture diffused to that t."""
    schedule, x = schedules.linear(40), noise(7, 2)
    data = ids.make_mixture(LIB)
    ask, real = lib.at_real_t(data.optimal_eps(schedule), schedule), Continuous(schedule)
    for t in (0.2, 1.0, 17.5, 40.0):
        signal, gone = real.signal_noise(t)
        stds = ((signal * data.stds) ** 2 + gone**2).sqrt()
        want = -gone * ids.reference_score(Mixture(data.weights, signal * data.means, stds), x)
        assert error(ask(x, t), want) < TOLERANCE
    for t in (1, 23, 40):
        want = data.optimal_eps(schedule)(x, torch.full((7,), t))
        assert error(ask(x, t), want) < TOLERANCE
    assert ask.at_zero and error(ask(x, 0), 0 * x) == 0


def others_are_mixed(lib):
    """Between whole t the two neighbours' answers are mixed in proportion; at whole t one call is made."""
    schedule, x, asked = schedules.linear(10), noise(3, 2), []

    def model(x_t, t):
        asked.append(int(t[0]))
        return x_t * t[:, None] + 1

    ask = lib.at_real_t(model, schedule)
    for t, calls in ((2.25, [2, 3]), (7, [7]), (9.5, [9, 10]), (10, [10]), (0.4, [1]), (0, [1])):
        asked.clear()
        assert error(ask(x, t), x * max(t, 1) + 1) < TOLERANCE
        assert asked == calls
    assert not ask.at_zero


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("identity", [whole_t_is_the_table, beta_integrates_to_the_chain, beta_is_the_slope])
def test_identity(identity, kind):
    identity(continuous, kind)


@pytest.mark.parametrize("identity", [model_is_exact_between, others_are_mixed])
def test_identity_of_a_model(identity):
    identity(continuous)


MUTANTS = {
    "alpha_bar one step late": (
        "return self.schedule.alpha_bars[int(t)] if", "return self.schedule.alpha_bars[int(t) - 1] if",
        whole_t_is_the_table),
    "the variance for the root": ("return gone**0.5", "return gone", whole_t_is_the_table),
    "no root of the signal": ("self._alpha_bar(at) ** 0.5", "self._alpha_bar(at)", whole_t_is_the_table),
    "beta for -log(1 - beta)": (
        "torch.log1p(-schedule.beta[1:])", "-schedule.beta[1:]", beta_integrates_to_the_chain),
    "half the rate": (
        "return -(m + u * (2 * b + 3 * u * c))", "return -(m + u * (2 * b + 3 * u * c)) / 2",
        beta_is_the_slope),
    "the rate jumps": ("inner = [2 * a * b / (a + b) for a, b in pairwise(rises)]",
        "inner = [3 * a - 2 * b for a, b in pairwise(rises)]", beta_integrates_to_the_chain),
    "signal for noise": ("return model.at(x, signal, noise)", "return model.at(x, noise, signal)",
        model_is_exact_between),
    "variances for the roots": (
        "x.new_full((1, 1), root)", "x.new_full((1, 1), root**2)", model_is_exact_between),
    "neighbours swapped": (
        "torch.add(part, above, alpha=t - low)", "torch.add(part, above, alpha=low + 1 - t)",
        others_are_mixed),
    "asked at t = 0": ("max(1.0, self", "max(0.0, self", others_are_mixed),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    right, wrong, identity = MUTANTS[name]
    mutant = planted(continuous, right, wrong)  # outside: a mistake that is not planted is not caught
    with pytest.raises(AssertionError):
        for kind in KINDS if "model" not in identity.__name__ and "mixed" not in identity.__name__ else [()]:
            identity(mutant, *([kind] if kind else []))


def test_the_chain_is_the_process_and_1_minus_half_beta_only_its_first_order():
    """exp(-1/2 integral of beta) is sqrt(1 - beta_t); Euler's 1 - beta_t / 2 misses it by beta_t^2 / 8."""
    gaps = []
    for beta in (0.02, 0.01, 0.005):
        kept = math.exp(Continuous(schedules.from_betas([beta])).log_alpha_bar(1) / 2)
        assert abs(kept - (1 - beta) ** 0.5) < 4e-16
        gaps.append((1 - beta / 2) - kept)
        assert abs(gaps[-1] / beta**2 - 1 / 8) < beta / 8
    assert all(abs(a / b - 4) < 0.05 for a, b in pairwise(gaps))


@pytest.mark.parametrize("kind", KINDS)
def test_time_is_the_inverse(kind):
    schedule = ids.schedule_of(LIB, kind)
    real = Continuous(schedule)
    for t in torch.linspace(0, schedule.T, 53).tolist():
        assert abs(real.time(real.log_alpha_bar(t)) - t) < 1e-9 * schedule.T
    assert real.time(1.0) == 0 and real.time(-100.0) == schedule.T


def test_numbers_give_numbers_and_tensors_tensors(where):
    real = Continuous(schedules.linear(10))
    assert isinstance(real.alpha_bar(3), float) and isinstance(real.beta(2.5), float)
    t = torch.tensor([[0.0, 1.5], [2.5, 10.0]], device=where)
    found = real.beta(t)
    assert found.shape == t.shape and found.device == t.device and found.dtype == torch.float64
    assert float(found[1, 0]) == real.beta(2.5)


def test_a_model_of_points_has_no_answer_at_0(where):
    schedule, x = schedules.linear(10), noise(4, 2).to(where)
    ask = at_real_t(IdealDenoiser(x + 1, schedule), schedule)
    assert not ask.at_zero and ask(x, 0.1).isfinite().all() and ask(x, 0.1).device == x.device
    refuses(lambda: ask(x, 0), "error.point_mass")


def test_bad_times_and_schedules_are_named(unchecked):
    schedule, x = schedules.linear(10), noise(2, 3)
    real = Continuous(schedule)
    for got in (-0.1, 10.5, float("nan"), "3", None, True):
        refuses(lambda got=got: real.beta(got), "error.real_t", T=10, got=got)
    refuses(lambda: real.alpha_bar(torch.tensor([1.0, 11.0])), "error.real_t", T=10, got=11.0)
    for t in (torch.tensor([True]), torch.tensor([1j])):
        refuses(lambda t=t: real.beta(t), "error.real_t", T=10, got=t.dtype)
    refuses(lambda: real.time(float("nan")), "error.number", name="log_alpha_bar", got="nan")
    refuses(lambda: at_real_t(lambda x, t: x, schedule)(x, 12), "error.real_t", T=10, got=12)
    for got, name in ((None, "NoneType"), ("digits", "str"), (lambda x: x, "<lambda>")):
        refuses(lambda got=got: at_real_t(got, schedule), "error.model_call", got=name)
    for bad, got in ((lambda x, t: x[0], (3,)), (lambda x, t: x.numpy(), "ndarray")):
        refuses(
            lambda bad=bad: at_real_t(bad, schedule)(x, 3.5),
            "error.answer_shape", name="model", want=(2, 3), got=got,
        )  # fmt: skip
    own = ids.make_mixture(LIB, (3,)).optimal_eps(schedules.cosine(10))
    refuses(lambda: at_real_t(own, schedule), "error.other_schedule", own=own.schedule, got=schedule)
    refuses(lambda: Continuous("linear"), "error.schedule_kind", got="str")
    refuses(lambda: at_real_t(lambda x, t: x, schedule)(None, 2), "error.tensor", name="x", got="NoneType")
