"""L_simple: the definition, its weighting of items, and the loss that even a perfect model keeps."""

from __future__ import annotations

import identities as ids
import torch
from support import FLOAT32, TOLERANCE, error, noise, refuses

from course_lib import forward, losses, schedules


def test_per_image_is_the_mean_over_each_images_pixels(where):
    a, b = noise(3, 1, 2, 4), noise(3, 1, 2, 4, seed=1)
    got = losses.per_image(a.to(where), b.to(where))
    pairs = zip(a.flatten(1).tolist(), b.flatten(1).tolist(), strict=True)
    want = torch.tensor([sum((x - y) ** 2 for x, y in zip(p, q, strict=True)) / 8 for p, q in pairs])
    assert got.shape == (3,) and error(got, want) < FLOAT32
    assert error(losses.simple(a.to(where), b.to(where)), got.mean()) < TOLERANCE


def test_simple_is_zero_only_for_the_noise_itself_and_quadratic():
    a, b = noise(3, 5), noise(3, 5, seed=1)
    assert float(losses.simple(a, a)) == 0 < float(losses.simple(a, b))
    assert error(losses.simple(a + 3 * (b - a), a), 9 * losses.simple(b, a)) < TOLERANCE * 100
    assert float(losses.simple(0 * a, torch.ones_like(a))) == 1


def test_a_perfect_model_keeps_the_noise_that_x_t_does_not_determine():
    """x_0 ~ N(0, 1): E[eps | x_t] = sqrt(1 - alpha_bar_t) x_t leaves exactly alpha_bar_t, no model less."""
    schedule, n, t = schedules.linear(), 100_000, 300
    mixture = ids.library().Mixture([1.0], torch.zeros(1, 1, dtype=torch.float64), 1.0)
    eps = noise(n, 1, seed=1)
    x_t = forward.q_sample(noise(n, 1), t, eps, schedule)
    each = losses.per_image(mixture.optimal_eps(schedule)(x_t, t), eps)
    kept = float(schedule.alpha_bar[t])
    assert abs(float(each.mean()) - kept) < 5 * float(each.std()) * n**-0.5
    assert float(losses.simple(0.9 * (1 - kept) ** 0.5 * x_t, eps)) > float(each.mean())


def test_shapes_that_would_broadcast_are_refused(unchecked):
    refuses(
        lambda: losses.simple(noise(3, 1), noise(3, 4)),
        "error.noise_shape", x="eps", eps="eps_hat", want=(3, 4), got=(3, 1),
    )  # fmt: skip
    refuses(lambda: losses.simple(None, noise(3, 4)), "error.tensor", name="eps_hat", got="NoneType")
    refuses(lambda: losses.simple(noise(3, 4), [1.0]), "error.tensor", name="eps", got="list")
    refuses(lambda: losses.simple(noise(0, 4), noise(0, 4)), "error.empty", name="eps")  # its mean is NaN
