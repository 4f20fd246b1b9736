"""The forward process: steps and jumps agree, and the posterior is Bayes' rule."""

from __future__ import annotations

import identities as ids
import pytest
import torch
from support import EPS, FLOAT32, error, noise, refuses

from course_lib import forward, schedules

LIB = ids.namespace()
ALL_KINDS = pytest.mark.parametrize("kind", ids.KINDS)


@ALL_KINDS
def test_T_steps_are_one_jump(kind):
    ids.recursion_is_closed_form(LIB, kind)


@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_jumps_compose(kind):
    ids.jumps_compose(LIB, kind)


@ALL_KINDS
def test_posterior_is_bayes_rule(kind):
    ids.posterior_obeys_bayes(LIB, kind)


@ALL_KINDS
def test_posterior_at_t_1_is_x_0(kind):
    ids.posterior_ends_at_x_0(LIB, kind)


@ALL_KINDS
def test_predict_x_0_inverts_q_sample(kind):
    ids.predict_inverts_q_sample(LIB, kind)


def test_t_0_is_the_clean_image():
    x_0, eps = noise(2, 3), noise(2, 3, seed=1)
    assert error(forward.q_sample(x_0, 0, eps, schedules.linear()), x_0) == 0
    assert error(forward.q_sample(x_0, torch.zeros(2).long(), eps, schedules.linear()), x_0) == 0


def test_a_walked_chain_has_the_law_of_the_jump():
    """30 drawn steps from one x_0: mean and variance within five standard errors of the jump's."""
    schedule, n, x_0 = schedules.linear(30, 0.01, 0.2), 100_000, 0.8
    g = torch.Generator().manual_seed(0)
    x = torch.full((n, 1), x_0, dtype=torch.float64)
    for t in range(1, 31):
        x = forward.q_step(x, t, torch.randn(n, 1, dtype=torch.float64, generator=g), schedule)
    kept = float(schedule.alpha_bar[30])
    std = (1 - kept) ** 0.5
    assert abs(float(x.mean()) - kept**0.5 * x_0) < 5 * std * n**-0.5
    assert abs(float(x.var()) - std**2) < 5 * std**2 * (2 / n) ** 0.5


def test_a_batch_of_different_t_equals_one_at_a_time(where):
    schedule, t = schedules.cosine(), torch.tensor([1, 2, 400, 999, 1000])
    a, b = noise(5, 1, 4, 4), noise(5, 1, 4, 4, seed=1)
    for f in (forward.q_sample, forward.q_step, forward.predict_x_0):
        both = f(a.to(where), t.to(where), b.to(where), schedule)
        for i in range(5):
            alone = f(a[i : i + 1], int(t[i]), b[i : i + 1], schedule)
            assert error(both[i : i + 1], alone) < 4 * EPS * float(alone.abs().max())
    mean, variance = forward.posterior(a.to(where), b.to(where), t.to(where), schedule)
    for i in range(5):
        alone, its = forward.posterior(a[i : i + 1], b[i : i + 1], int(t[i]), schedule)
        assert error(mean[i : i + 1], alone) < 16 * EPS and error(variance[i].reshape(()), its) == 0


def test_float32_agrees_with_float64(where):
    """The coefficients are right in float32 too; 1 - alpha_bar_1 = 1e-4 is where digits are easily lost."""
    schedule, t = schedules.linear(), torch.tensor([1, 2, 3, 500, 1000])
    a, b = noise(5, 4).float().double(), noise(5, 4, seed=1).float().double()
    a_32, b_32, t_there = a.float().to(where), b.float().to(where), t.to(where)
    jumped = forward.q_sample(a_32, t_there, b_32, schedule)
    assert jumped.dtype == torch.float32 and jumped.device.type == where.type
    assert error(jumped, forward.q_sample(a, t, b, schedule)) < FLOAT32 / 2
    # the noise alone, relative to itself: 1 - float32(alpha_bar_1) would be off by 1e-4 of itself
    alone = forward.q_sample(0 * a_32, t_there, b_32, schedule).cpu().double()
    want = forward.q_sample(0 * a, t, b, schedule)
    assert error(alone / want, torch.ones(5, 4)) < FLOAT32 / 4
    stepped = forward.q_step(0 * a_32, t_there, b_32, schedule).cpu().double()
    assert error(stepped / forward.q_step(0 * a, t, b, schedule), torch.ones(5, 4)) < FLOAT32 / 4
    mean, _ = forward.posterior(a_32, b_32, t_there, schedule)
    assert error(mean, forward.posterior(a, b, t, schedule)[0]) < FLOAT32


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("t", [1, 2, 30, 400])
def test_half_precision_keeps_the_noise(dtype, t):
    """1 - alpha_bar_1 of a rounded alpha_bar is 0 here: the noise would be gone. Tensor and int t agree."""
    schedule, rounding = schedules.linear(), torch.finfo(dtype).eps
    eps = noise(3, 4).to(dtype)
    for f, std in ((forward.q_sample, 1 - schedule.alpha_bar[t]), (forward.q_step, schedule.beta[t])):
        got = f(0 * eps, torch.full((3,), t), eps, schedule)
        assert got.dtype == dtype
        assert error(got / (std.sqrt() * eps.double()), torch.ones(3, 4)) < 2 * rounding
        assert torch.equal(got, f(0 * eps, t, eps, schedule))
    back = forward.predict_x_0(forward.q_sample(eps, t, eps, schedule), torch.full((3,), t), eps, schedule)
    assert error(back, eps) < 16 * rounding / float(schedule.alpha_bar[t]) ** 0.5


def test_nothing_is_changed_in_place():
    x_0, eps = noise(2, 3), noise(2, 3, seed=1)
    before = x_0.clone(), eps.clone()
    forward.q_sample(x_0, 5, eps, schedules.linear())
    forward.posterior(x_0, eps, 5, schedules.linear())
    assert error(x_0, before[0]) == 0 == error(eps, before[1])


CALLS = {
    "q_sample": (forward.q_sample, "x_0", "eps", 0),
    "q_step": (forward.q_step, "x_prev", "eps", 1),
    "predict_x_0": (forward.predict_x_0, "x_t", "eps_hat", 1),
    "posterior": (lambda x, t, other, s: forward.posterior(other, x, t, s), "x_t", "x_0", 1),
}


@pytest.mark.parametrize("name", CALLS)
def test_bad_input_is_named(name, unchecked):
    f, x_name, eps_name, first = CALLS[name]
    schedule, x = schedules.linear(), noise(2, 3)
    for other in ((2, 1), (1, 3), (3,), (2, 3, 1)):  # each of these would broadcast or nearly so
        refuses(
            lambda other=other: f(x, 1, noise(*other), schedule),
            "error.noise_shape", x=x_name, eps=eps_name, want=(2, 3), got=other,
        )  # fmt: skip
    whole = torch.ones(2, 3, dtype=torch.uint8)
    refuses(lambda: f(whole, 1, whole, schedule), "error.float_images", got=torch.uint8)
    refuses(lambda: f(x, 1, x.long(), schedule), "error.float_images", got=torch.int64)
    refuses(lambda: f(x, 1001, x, schedule), "error.t_range", got=1001, first=first, T=1000)
    too_far = torch.tensor([1, 1001])
    refuses(lambda: f(x, too_far, x, schedule), "error.t_range", got=1001, first=first, T=1000)
    if first == 1:
        refuses(lambda: f(x, 0, x, schedule), "error.t_zero", got=0, first=1, T=1000)
    refuses(lambda: f(x, torch.ones(2), x, schedule), "error.t_dtype", got=torch.float32)
    refuses(lambda: f(x, 1.0, x, schedule), "error.t_type", got="float")
    for other, got in ((None, "NoneType"), ([0.0], "list"), (x.numpy(), "ndarray")):
        refuses(lambda other=other: f(x, 1, other, schedule), "error.tensor", name=eps_name, got=got)
        refuses(lambda other=other: f(other, 1, x, schedule), "error.tensor", name=x_name, got=got)
    refuses(lambda: f(x, torch.ones(3).long(), x, schedule), "error.t_shape", got=(3,), want=(2,))
