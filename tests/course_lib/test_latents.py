"""Encoding and the ways between two points of noise: identities, audit figures, and what is refused."""

from __future__ import annotations

import identities as ids
import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import samplers, schedules
from course_lib.latents import encode, lerp, slerp
from course_lib.samplers import ddim_step, final, sample

LIB = ids.namespace()


@pytest.mark.parametrize(
    "identity", [ids.encoding_undoes_a_true_path, ids.round_trip_converges, ids.slerp_is_an_arc]
)
def test_identity(identity):
    identity(LIB)


def test_the_round_trip_on_two_humps():
    """x_0 = -1 or 1, std 0.15, exact model: the root mean square error is 0.12, 0.04, 0.008 at 10, 50, 250.

    Few of the points lie between the humps and carry most of the error, so that 5000 others give up to a
    tenth more or less.
    """
    schedule = schedules.linear()
    mixture = LIB.Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]]).double(), 0.15)
    model, x_0 = mixture.optimal_eps(schedule), mixture.sample(5000, torch.Generator().manual_seed(0))
    found = []
    for steps in (10, 50, 250):
        visited = samplers.times(schedule.T, steps)
        x_T = final(encode(model, x_0, schedule, visited))
        back = final(sample(model, ddim_step, x_T, schedule, visited))
        found.append(float((back - x_0).square().mean().sqrt()))
    for got, want in zip(found, (0.117, 0.041, 0.0080), strict=True):
        assert abs(got / want - 1) < 0.15, found


def test_default_times_are_every_timestep(where):
    schedule, x_0 = schedules.linear(7), noise(2, 3).to(where)
    model = ids.make_mixture(LIB, (3,)).optimal_eps(schedule)
    states = list(encode(model, x_0, schedule))
    assert [state.t for state in states] == list(range(8)) and states[-1].x_t.device.type == where.type
    assert error(states[0].x_t, x_0) == 0 == error(states[0].x_0_hat, x_0)


def test_encoding_is_deterministic_and_leaves_x_0_alone():
    schedule, x_0 = schedules.linear(30), noise(4, 1)
    before, state = x_0.clone(), torch.get_rng_state()
    model = ids.make_mixture(LIB, (1,)).optimal_eps(schedule)
    first, second = (final(encode(model, x_0, schedule, [30, 11, 0])) for _ in range(2))
    assert error(first, second) == 0 == error(x_0, before)
    assert torch.equal(torch.get_rng_state(), state)
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    for step in encode(lambda x_t, t: weight * x_t, x_0, schedule, [30, 11, 0]):
        assert torch.is_grad_enabled() and not step.x_t.requires_grad


def test_bad_encodings_are_named(unchecked):
    schedule, x = schedules.linear(10), noise(2, 3)
    own = ids.make_mixture(LIB, (3,)).optimal_eps(schedules.cosine(10))
    refuses(lambda: encode(own, x, schedule), "error.other_schedule", own=own.schedule, got=schedule)
    refuses(lambda: encode(lambda x, t: x, x, schedule, [0, 5, 10]), "error.times", T=10, got="0, 5, 10")
    refuses(lambda: encode(lambda x, t: x, None, schedule), "error.tensor", name="x_0", got="NoneType")
    refuses(
        lambda: final(encode(lambda x, t: x[:1], x, schedule)),
        "error.model_shape_at", step=1, steps=10, t=1, want=(2, 3), got=(1, 3),
    )  # fmt: skip
    refuses(
        lambda: final(encode(lambda x, t: x.to("meta"), x, schedule, [10, 4, 0])),
        "error.model_device", step=1, steps=2, t=4, want="cpu", got="meta",
    )  # fmt: skip
    refuses(
        lambda: final(encode(lambda x, t: x / 0, x, schedule, [10, 4, 0])),
        "error.model_nan", step=1, steps=2, t=4,
    )  # fmt: skip
    refuses(lambda: final(encode(lambda x, t: x, x / 0, schedule)), "error.start_nan", name="x_0")
    refuses(
        lambda: final(encode(lambda x, t: x / (t[0] - 5), x, schedule, [10, 5, 3, 0])),
        "error.model_nan", step=3, steps=3, t=5,
    )  # fmt: skip


@pytest.mark.parametrize("way", [lerp, slerp])
def test_f_is_one_number_or_one_for_each_pair(way):
    a, b = noise(5, 1, 2, 3), noise(5, 1, 2, 3, seed=1)
    f = torch.linspace(0, 1, 5, dtype=torch.float64)
    each, along = way(a, b, f), way(a[:1], b[:1], f)
    assert each.shape == along.shape == (5, 1, 2, 3)
    for k in range(5):
        assert error(each[k], way(a, b, float(f[k]))[k]) < 1e-14
        assert error(along[k], way(a, b, float(f[k]))[0]) < 1e-14
    assert way(a, b, 0.3).shape == a.shape and way(a[:1], b[:1], torch.tensor([0.3])).shape == (1, 1, 2, 3)
    assert error(along[0], a[0]) < 1e-14 and error(along[4], b[0]) < 1e-14
    assert way(a.float(), b.float(), f).dtype == torch.float32
    assert error(way(a.float(), b.float(), f), each) < FLOAT32
    assert way(a.bfloat16(), b.bfloat16(), f).dtype == torch.bfloat16


def test_half_way_between_two_noises():
    """The straight way's middle is sqrt(1/2) as long as N(0, I) is, the arc's is as long: audit's figures."""
    d = 784
    a, b = noise(1000, d), noise(1000, d, seed=1)
    lengths = [float(way(a, b, 0.5).norm(dim=1).mean()) / d**0.5 for way in (lerp, slerp)]
    # the mean of 1000 lengths, each within sqrt(1/2) / sqrt(d) of sqrt(d)'s share
    assert abs(lengths[0] - 0.5**0.5) < 0.002 and abs(lengths[1] - 1) < 0.002


def test_an_arc_without_an_angle_is_straight():
    a, f = noise(4, 3), torch.tensor([0.0, 0.25, 0.5, 1.0]).double()
    assert error(slerp(a, a, f), a) < 1e-15
    assert error(slerp(a, 3 * a, f), lerp(a, 3 * a, f)) < 1e-14
    near = a + 1e-12 * noise(4, 3, seed=2)
    assert error(slerp(a, near, f), lerp(a, near, f)) < 1e-14
    assert error(slerp(0 * a, a, f), lerp(0 * a, a, f)) == 0  # zero has no direction


def test_bad_ways_are_named(unchecked):
    a, b = noise(3, 2, 2), noise(3, 2, 2, seed=1)
    for way in (lerp, slerp):
        for f in (-0.1, 1.01, float("nan")):
            got = float(torch.tensor(f, dtype=torch.float64))
            refuses(lambda way=way, f=f: way(a, b, f), "error.fraction", got=got)
        refuses(lambda way=way: way(a, b, torch.tensor([0.2, 1.5, 0.1]).double()), "error.fraction", got=1.5)
        refuses(lambda way=way: way(a, b, [0.1, 0.2]), "error.fractions", B=3, want=(3,), got=(2,))
        refuses(lambda way=way: way(a, b, torch.ones(3, 1)), "error.fractions", B=3, want=(3,), got=(3, 1))
        refuses(lambda way=way: way(a, b, "half"), "error.numbers", name="f", got="str")
        refuses(
            lambda way=way: way(a, b[:1], 0.5),
            "error.noise_shape", x="a", eps="b", want=(3, 2, 2), got=(1, 2, 2),
        )  # fmt: skip
        refuses(lambda way=way: way(None, b, 0.5), "error.tensor", name="a", got="NoneType")
    facing = torch.cat([b[:1], -a[1:2] * 3, b[2:]])
    refuses(lambda: slerp(a, facing, 0.5), "error.opposite", at=1)
    refuses(lambda: slerp(a.float(), facing.float(), 0.5), "error.opposite", at=1)
    assert lerp(a, facing, 0.5).isfinite().all()


def test_a_model_that_writes_into_x_t_leaves_x_0_alone(unchecked):
    x, schedule = noise(2, 3), schedules.linear(10)
    before = x.clone()
    refuses(
        lambda: list(encode(lambda x_t, t: x_t.mul_(0.1), x, schedule)),
        "error.model_writes", step=1, steps=10, t=1,
    )  # fmt: skip
    assert error(x, before) == 0
    refuses(lambda: encode(None, x, schedule), "error.model_call", got="NoneType")
    refuses(lambda: encode(lambda x, t: x, x, None), "error.schedule_kind", got="NoneType")


def test_the_arc_knows_long_and_short_vectors():
    """Their squares leave float32; lengths and angles do not. Other pairs keep their bits."""
    a, b = noise(3, 5).float(), noise(3, 5, seed=1).float()
    want = slerp(a, b, 0.3)
    for factor in (2.0**100, 2.0**-100):
        got = slerp(a * factor, b * factor, 0.3) / factor
        assert error(got, want) < 16 * torch.finfo(torch.float32).eps
    far = torch.tensor([[1.0], [2.0**100], [1.0]])
    mixed = slerp(a * far, b * far, 0.3)
    assert torch.equal(mixed[::2], want[::2])
    assert torch.equal(slerp(torch.ones(3), torch.zeros(3), 0.5), torch.full((3,), 0.5))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_way_leads_through_nan(value, unchecked):
    a, bad = noise(2, 3), noise(2, 3)
    bad[1, 2] = value
    for way in (lerp, slerp):
        refuses(lambda way=way: way(a, bad, 0.5), "error.start_nan", name="b")
        refuses(lambda way=way: way(bad, a, 0.5), "error.start_nan", name="a")
