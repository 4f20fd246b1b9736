"""What was memorised: distances against a plain loop, planted copies found, new pictures left alone."""

from __future__ import annotations

import pytest
import torch
from support import error, noise, refuses

from course_lib import data, memory, schedules
from course_lib.gaussians import IdealDenoiser
from course_lib.samplers import ddim_step, final, sample, times


def test_distances_are_those_of_a_plain_loop():
    samples, training = noise(7, 1, 4, 3), noise(20, 1, 4, 3, seed=1)
    found = memory.nearest(samples, training, k=3, batch=4)
    for i, one in enumerate(samples):
        each = torch.stack([(one - x).square().mean().sqrt() for x in training])
        values, places = each.sort()
        assert error(found.distance[i], values[:3]) < 1e-12 and found.index[i].tolist() == places[:3].tolist()
    assert error(memory.nearest(samples, training).distance[:, 0], found.distance[:, 0]) == 0


def test_short_numbers_and_plain_numbers_have_distances_too():
    samples, training = noise(4, 3), noise(6, 3, seed=1)
    found = memory.nearest(samples.half(), training)
    assert found.distance.dtype == torch.float32
    assert error(found.distance, memory.nearest(samples.half().double(), training).distance) < 1e-3
    assert memory.nearest(samples.bfloat16(), training, 2).index.shape == (4, 2)
    line = memory.nearest(samples[:, 0], training[:, 0], 2)
    assert error(line.distance, memory.nearest(samples[:, :1], training[:, :1], 2).distance) == 0


def test_a_copys_distance_is_not_lost_in_rounding():
    """In float32 the product form of the distance would see about 1e-3 where there is 1e-6."""
    training = 1 + torch.randn(50, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    found = memory.nearest(training[:5] + 1e-5, training)
    assert error(found.distance, 1e-5 * torch.ones(5, 1)) < 1e-6 and found.index[:, 0].tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_copies_are_found_and_new_digits_are_not():
    train, _ = data.digits("train")
    test, _ = data.digits("test")
    train, new = train[:2000], test[:100]
    noisy = (train[:20] + 0.05 * noise(20, 1, 28, 28).float()).clamp(-1, 1)
    mixed = torch.cat([noisy, new])
    found = memory.copied(mixed, train)
    alarms = memory.share(new, train)
    assert bool(found[:20].all()) and alarms <= 0.02
    assert abs(memory.share(mixed, train) - (20 + 100 * alarms) / 120) < 1e-12
    assert memory.share(train[:20], train) == 1 and float(memory.ratio(train[:20], train).max()) == 0
    assert 0.7 < float(memory.ratio(new, train).mean()) < 1


def test_the_ideal_denoiser_only_recites():
    """Every sample of the perfect model of 30 digits is one of them."""
    train = data.digits("train")[0][:30]
    schedule = schedules.linear()
    g = torch.Generator().manual_seed(0)
    x_T = torch.randn(20, 1, 28, 28, generator=g)
    x_0 = final(sample(IdealDenoiser(train, schedule), ddim_step, x_T, schedule, times(1000, 50)))
    assert memory.share(x_0, train) == 1 and float(memory.nearest(x_0, train).distance.max()) < 1e-3


def test_the_ratio_against_its_formula():
    samples, training = noise(3, 2), noise(9, 2, seed=1)
    each = torch.cdist(samples, training).sort(1).values
    assert error(memory.ratio(samples, training, 4), each[:, 0] / each[:, 1:5].mean(1)) < 1e-12
    limit = float(memory.ratio(samples, training, 4)[1])
    assert memory.copied(samples, training, limit, 4).tolist()[1] is False
    assert memory.copied(samples, training, limit + 1e-9, 4).tolist()[1] is True


def test_bad_input_is_named(unchecked):
    x, training = noise(3, 1, 4, 4), noise(5, 1, 4, 4)
    refuses(lambda: memory.nearest(x, noise(5, 1, 4, 5)), "error.memory_shape", want=(1, 4, 5), got=(1, 4, 4))
    refuses(lambda: memory.nearest(x, training, 6), "error.memory_few", want=6, got=5)
    refuses(lambda: memory.ratio(x, training, 5), "error.memory_few", want=6, got=5)
    refuses(lambda: memory.nearest(x, training, 0), "error.whole", name="k", allowed="1, 2, 3, …", got="0")
    for limit in (0, 1.5, float("nan")):
        refuses(lambda limit=limit: memory.copied(x, training, limit, 2), "error.memory_limit", got=limit)
    refuses(lambda: memory.nearest(x / 0, training), "error.start_nan", name="samples")
    refuses(lambda: memory.nearest(x[:0], training), "error.empty", name="samples")
    with pytest.raises(ValueError):
        memory.nearest(x.numpy(), training)
