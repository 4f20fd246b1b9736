"""Metrics: the Fréchet distance's closed forms, and the frozen classifier orders pictures rightly."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from support import error, noise, refuses

from course_lib import data, metrics
from course_lib.metrics import frechet_between


def covariance(n: int, seed: int = 0) -> torch.Tensor:
    half = noise(n, 2 * n, seed=seed)
    return half @ half.T / n


ZERO, COV = torch.zeros(6, dtype=torch.float64), covariance(6)


def test_equal_gaussians_are_at_distance_0():
    # the root of a matrix loses half the digits of its smallest eigenvalues
    assert abs(frechet_between(ZERO, COV, ZERO, COV)) < 1e-12


def test_a_shifted_mean_costs_its_square():
    shift = noise(6, seed=3)
    assert abs(frechet_between(ZERO, COV, shift, COV) - float(shift @ shift)) < 1e-12


def test_a_scaled_covariance_costs_its_roots():
    """C and c^2 C commute: tr(C) (c - 1)^2."""
    for c in (0.1, 3.0):
        want = float(COV.trace()) * (c - 1) ** 2
        assert abs(frechet_between(ZERO, COV, ZERO, c**2 * COV) - want) < 1e-11


def test_in_one_dimension():
    """(m_1 - m_2)^2 + (s_1 - s_2)^2."""
    m_1, m_2 = (torch.tensor([v], dtype=torch.float64) for v in (0.5, -1.0))
    c_1, c_2 = (torch.tensor([[v]], dtype=torch.float64) for v in (4.0, 0.25))
    assert abs(frechet_between(m_1, c_1, m_2, c_2) - (1.5**2 + 1.5**2)) < 1e-14


def test_it_is_symmetric_and_rotates_with_the_features():
    other, m = covariance(6, 1), noise(6, seed=2)
    there, back = frechet_between(ZERO, COV, m, other), frechet_between(m, other, ZERO, COV)
    assert there > 0 and abs(there - back) < 1e-11
    turn, _ = torch.linalg.qr(noise(6, 6, seed=4))
    turned = frechet_between(ZERO, turn @ COV @ turn.T, turn @ m, turn @ other @ turn.T)
    assert abs(turned - there) < 1e-11
    # the textbook's tr((C_1 C_2)^(1/2)), by the eigenvalues of the product
    cross = torch.linalg.eigvals(COV @ other).real.clamp(min=0).sqrt().sum()
    want = float(m @ m + COV.trace() + other.trace() - 2 * cross)
    assert abs(there - want) < 1e-10


def test_singular_covariances_are_fine():
    flat = torch.zeros(6, 6, dtype=torch.float64)
    assert abs(frechet_between(ZERO, flat, ZERO, COV) - float(COV.trace())) < 1e-12


def test_moments_are_mean_and_unbiased_covariance():
    x = noise(50, 3)
    mean, cov = metrics.moments(x.float())
    assert mean.dtype == torch.float64 and error(mean, x.float().double().mean(0)) < 1e-15
    centred = x - x.mean(0)
    assert error(cov, centred.T @ centred / 49) < 1e-6  # x was rounded to float32 first
    assert metrics.moments(noise(5, 1))[1].shape == (1, 1)
    refuses(lambda: metrics.moments(noise(1, 3)), "error.too_few", got=1)


def test_real_test_digits_are_read_right():
    images, labels = (part[::2] for part in data.digits("test"))
    assert metrics.accuracy(images, labels) >= 0.993
    some, names = images[:1000], labels[:1000]
    assert metrics.accuracy(some, (names + 1) % 10) < 0.02
    shuffled = names[torch.randperm(1000, generator=torch.Generator().manual_seed(0))]
    assert abs(metrics.accuracy(some, shuffled) - 0.1) < 5 * math.sqrt(0.1 * 0.9 / 1000)


@pytest.fixture(scope="module")
def digits():
    images, _ = data.digits("train")
    return images[torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:2000]]


def test_the_distance_grows_with_the_damage(digits):
    """Real digits lie at the floor; more and more noise or blur, and an empty page, above it, in order."""
    g = torch.Generator().manual_seed(1)
    eps = torch.randn(digits.shape, generator=g)
    floor = metrics.floor(2000)
    assert 0 < floor < metrics.floor(100) / 2  # it falls with N: always quote N
    some = digits[:500]
    noisy = [metrics.frechet((some + s * eps[:500]).clamp(-1, 1)) for s in (0.1, 0.3, 0.8)]
    blurred = [metrics.frechet(F.avg_pool2d(some, size, 1, size // 2)) for size in (3, 5)]
    empty = metrics.frechet(-torch.ones(10, 1, 28, 28))
    assert 5 * floor < noisy[0] < noisy[1] < noisy[2]
    assert 5 * floor < blurred[0] < blurred[1] < empty


@pytest.mark.parametrize("n", [7, 100, 1003])
def test_the_floor_is_that_of_the_samples_classes(n, monkeypatch):
    """The scored digits are spread over the classes as the measured samples are, not as luck will have it."""
    _, labels = data.digits("train")
    drawn = []
    numbered = torch.arange(len(labels)).float().reshape(-1, 1, 1, 1).expand(-1, 1, 28, 28)
    monkeypatch.setattr(metrics.data, "digits", lambda part: (numbered, labels))
    monkeypatch.setattr(metrics, "frechet", lambda images: drawn.append(images[:, 0, 0, 0].long()) or 0.0)
    for seed in (0, 0, 1):
        metrics.floor(n, seed)
    samples = (torch.arange(n) % 10).bincount(minlength=10)
    assert all(torch.equal(labels[images].bincount(minlength=10), samples) for images in drawn)
    assert all(len(images.unique()) == n for images in drawn)
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])
    images, named = metrics.real(n, 1)
    assert torch.equal(images[:, 0, 0, 0].long(), drawn[2]) and torch.equal(named, labels[drawn[2]])


def test_the_spread_of_a_class_is_the_root_of_its_variance(monkeypatch):
    """Features N(m_k, s_k^2 I) in 64 dimensions: the mean of s_k sqrt(64), whatever the means."""
    labels = torch.arange(4000) % 2
    scales, n = torch.tensor([0.5, 2.0]).double(), len(labels)
    found = noise(n, metrics.FEATURES) * scales[labels, None] + 100 * labels[:, None]
    monkeypatch.setattr(metrics, "features", lambda images: found)
    got = metrics.within_class_spread(torch.zeros(n, 1, 28, 28), labels)
    of_each = [
        (found[labels == k] - found[labels == k].mean(0)).square().sum() / (n // 2 - 1) for k in (0, 1)
    ]
    assert abs(got - sum(math.sqrt(v) for v in of_each) / 2) < 1e-11
    # the variance of n normal numbers has the relative error sqrt(2 / n), its root half of that
    assert abs(got / 10 - 1) < 5 * math.sqrt(2 / (n // 2 * metrics.FEATURES)) / 2
    merged = metrics.within_class_spread(torch.zeros(n, 1, 28, 28), torch.zeros_like(labels))
    assert merged > 30 * got  # classes taken together would count the way between them


def test_copies_have_no_spread_and_half_the_variety_has_less():
    images, labels = metrics.real(200, seed=3)
    spread = metrics.within_class_spread(images, labels)
    same, names = data.one_of_each()
    twice = (torch.cat([same, same]), torch.cat([names, names]))
    assert metrics.within_class_spread(*twice) < 1e-4 * spread
    # two digits of each class, ten times each, have about half the variance; two classes to a name have more
    few = torch.cat([images[labels == k][:2].repeat(10, 1, 1, 1) for k in range(10)])
    assert metrics.within_class_spread(few, labels) < 0.9 * spread
    assert metrics.within_class_spread(images, labels.flip(0) // 2) > 1.2 * spread


def test_a_spread_needs_two_images_of_a_class(unchecked):
    images, labels = data.one_of_each()
    refuses(lambda: metrics.within_class_spread(images, labels), "error.too_few", got=1)
    refuses(
        lambda: metrics.within_class_spread(images, labels[:3]), "error.label_shape", got=(3,), want=(10,)
    )


def test_one_class_only_is_far_from_digits():
    images, labels = data.digits("train")
    assert metrics.accuracy(images[labels == 3][:500], labels[labels == 3][:500]) > 0.99
    assert metrics.frechet(images[labels == 3][:500]) > 20  # accuracy alone does not notice


def test_the_classifier_is_frozen():
    model = metrics.classifier()
    assert model is metrics.classifier() and not model.training
    assert not any(p.requires_grad for p in model.parameters())
    x = data.one_of_each()[0]
    before = {k: v.clone() for k, v in model.state_dict().items()}
    assert error(metrics.features(x), metrics.features(x.double())) < 1e-5
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert metrics.features(x).shape == (10, metrics.FEATURES) and metrics.features(x).dtype == torch.float64


def test_bad_floors_are_named(unchecked):
    for n in (0, 1, 18_001, 2.5, "9", None):
        refuses(lambda n=n: metrics.floor(n), "error.floor", got=n, most=18_000)
        refuses(lambda n=n: metrics.real(n), "error.floor", got=n, most=18_000)


def test_bad_images_and_labels_are_named(unchecked):
    x, y = data.one_of_each()
    broken = x.clone()
    broken[0, 0, 0, 0] = float("nan")
    want = "(N, 1, 28, 28)"
    for judge in (metrics.frechet, metrics.features, lambda images: metrics.accuracy(images, y)):
        refuses(lambda judge=judge: judge(x[:0]), "error.empty", name="images")
        refuses(lambda judge=judge: judge(x.numpy()), "error.tensor", name="images", got="ndarray")
        refuses(lambda judge=judge: judge(broken), "error.not_finite", count=1)
        refuses(lambda judge=judge: judge(x * 2 + 1), "error.image_range", low="-1", high="3")
        refuses(lambda judge=judge: judge(x[..., :14]), "error.image_shape", got=(10, 1, 28, 14), want=want)
    refuses(
        lambda: metrics.accuracy(x, y[:1]), "error.label_shape", got=(1,), want=(10,)
    )  # it would broadcast
    refuses(lambda: metrics.accuracy(x, y + 1), "error.label", got=10, last=9)


def test_loading_the_classifier_draws_nothing():
    metrics.classifier.cache_clear()
    before = torch.get_rng_state()
    metrics.classifier()
    assert torch.equal(torch.get_rng_state(), before)
