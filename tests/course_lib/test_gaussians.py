"""Exact densities: against torch.distributions, autograd, a numerical integral and samples."""

from __future__ import annotations

import math

import identities as ids
import pytest
import torch
from support import FLOAT32, TOLERANCE, error, noise, refuses
from torch.distributions import Normal

from course_lib import forward, gaussians, samplers, schedules

LIB = ids.namespace()


def test_kl_is_torchs():
    ids.kl_is_the_kl(LIB)


def test_kl_is_its_monte_carlo_mean():
    m_1, v_1, m_2, v_2 = 0.3, 0.5, -0.4, 1.2
    p, q = Normal(m_1, v_1**0.5), Normal(m_2, v_2**0.5)
    x = m_1 + v_1**0.5 * noise(200_000)
    terms = p.log_prob(x) - q.log_prob(x)
    got = float(gaussians.kl(m_1, v_1, m_2, v_2))
    assert abs(float(terms.mean()) - got) < 5 * float(terms.std()) * len(x) ** -0.5
    assert got > 0 and float(gaussians.kl(m_1, v_1, m_1, v_1)) == 0


def test_mixture_density():
    ids.mixture_density(LIB)


@pytest.mark.parametrize("shape", [(1,), (2,), (1, 2, 3)])
def test_score_is_the_gradient(shape):
    ids.score_is_the_gradient(LIB, shape)


def test_diffused_density_is_the_integral():
    ids.diffused_is_the_integral(LIB)


@pytest.mark.parametrize("kind", ids.KINDS)
def test_optimal_eps_is_minus_the_scaled_score(kind):
    ids.optimal_eps_is_the_score(LIB, kind)


def test_diffused_at_0_is_the_mixture():
    mixture, x = ids.make_mixture(LIB), noise(5, 2)
    same = mixture.diffused(0, schedules.linear())
    assert error(same.log_prob(x), mixture.log_prob(x)) < TOLERANCE


def test_samples_have_the_mixtures_moments():
    mixture, n = ids.make_mixture(LIB), 100_000
    x = mixture.sample(n, torch.Generator().manual_seed(0))
    mean = mixture.weights @ mixture.means
    spread = mixture.means - mean
    covariance = (mixture.weights[:, None] * spread).T @ spread
    covariance += (mixture.weights * mixture.stds**2).sum() * torch.eye(2)
    assert error(x.mean(0), mean) < 5 * float(covariance.diagonal().max() / n) ** 0.5
    # the fourth moment of a bounded mixture of Gaussians is below 3 (largest second moment)^2
    assert error(torch.cov(x.T), covariance) < 5 * 3 * float(covariance.diagonal().max()) * n**-0.5
    assert (
        error(
            mixture.sample(9, torch.Generator().manual_seed(3)),
            mixture.sample(9, torch.Generator().manual_seed(3)),
        )
        == 0
    )


def test_optimal_eps_is_the_least_squares_answer():
    """E[(eps - eps_hat) g(x_t)] = 0 for every g: no other function of x_t predicts eps better."""
    mixture, schedule, n = ids.make_mixture(LIB, (1,)), schedules.linear(), 100_000
    g = torch.Generator().manual_seed(1)
    model = mixture.optimal_eps(schedule)
    for t in (20, 300, 900):
        x_0 = mixture.sample(n, g)
        eps = torch.randn(n, 1, dtype=torch.float64, generator=g)
        x_t = forward.q_sample(x_0, t, eps, schedule)
        left = eps - model(x_t, torch.full((n,), t))
        for probe in (torch.ones_like(x_t), x_t, x_t**3, (3 * x_t).sin(), (x_t > 0.5).double()):
            terms = left * probe
            assert abs(float(terms.mean())) < 5 * float(terms.std()) * n**-0.5


def test_one_t_equals_a_batch_of_it(where):
    mixture, schedule = ids.make_mixture(LIB, (1, 2, 3)), schedules.cosine()
    x, t = noise(4, 1, 2, 3), torch.tensor([1, 70, 500, 1000])
    model = mixture.to(where).optimal_eps(schedule)
    both = model(x.to(where), t.to(where))
    assert both.device.type == where.type
    for i in range(4):
        alone = mixture.optimal_eps(schedule)(x[i : i + 1], int(t[i]))
        assert error(both[i : i + 1], alone) < TOLERANCE * max(1.0, float(alone.abs().max()))
    at = torch.full((4,), 70)
    assert error(model(x.to(where), 70), model(x.to(where), at.to(where))) < TOLERANCE


def test_float32_answers_agree(where):
    mixture, schedule = ids.make_mixture(LIB), schedules.linear()
    t = torch.tensor([1, 10, 500, 1000])
    x = forward.q_sample(mixture.means[[0, 1, 2, 0]], t, noise(4, 2), schedule)
    want = mixture.optimal_eps(schedule)(x, t)
    got = mixture.to(where).optimal_eps(schedule)(x.float().to(where), t.to(where))
    assert got.dtype == torch.float32
    assert error(got, want) < 1e2 * FLOAT32  # x_t - sqrt(alpha_bar) m is divided by as little as 0.01
    # a point mass at 0 leaves no other rounding: eps_hat = x_t / sqrt(1 - alpha_bar_t)
    point = gaussians.Mixture([1.0], torch.zeros(1, 2), 0.0).to(where).optimal_eps(schedule)
    x = noise(4, 2).float()
    want = x.double() / (1 - schedule.alpha_bar[t, None]).sqrt()
    assert error(point(x.to(where), t.to(where)).cpu() / want, torch.ones(4, 2)) < FLOAT32


def test_ideal_denoiser_is_the_softmax_over_the_data():
    schedule, data, x = schedules.linear(), noise(6, 1, 2, 2).clamp(-1, 1), noise(5, 1, 2, 2, seed=1)
    t = torch.tensor([30, 200, 500, 800, 1000])
    got = forward.predict_x_0(x, t, gaussians.IdealDenoiser(data, schedule)(x, t), schedule)
    for i in range(5):
        kept = float(schedule.alpha_bar[t[i]])
        distance = (x[i] - kept**0.5 * data).square().flatten(1).sum(1)
        want = torch.einsum("n,nchw->chw", (-distance / (2 * (1 - kept))).softmax(0), data)
        assert error(got[i], want) < TOLERANCE / kept**0.5


@pytest.mark.parametrize("step", [samplers.ddpm_step, samplers.ddim_step])
def test_ideal_denoiser_recites_its_data(step):
    """Whatever the noise, every sample is one of the images."""
    schedule = schedules.linear()
    data = noise(5, 1, 4, 4).sign()
    model = gaussians.IdealDenoiser(data, schedule)
    g = torch.Generator().manual_seed(2)
    run = samplers.sample(model, step, noise(12, 1, 4, 4, seed=3), schedule, samplers.times(1000, 100), g)
    drawn = samplers.final(run)
    nearest, which = torch.cdist(drawn.flatten(1), data.flatten(1)).min(1)
    # at t = 1 the weight of any other image is below exp(-4 / (2e-4)): what is left is rounding / 1e-2
    assert float(nearest.max()) < 1e-9
    assert len(which.unique()) > 1


def test_L_T_is_small():
    """KL( q(x_T | x_0) || N(0, 1) ), at most, for x_0 in [-1, 1]: below 1e-4 nats a pixel (linear)."""
    kept = schedules.linear().alpha_bar[1000]
    assert 0 < float(gaussians.kl(kept.sqrt(), 1 - kept, 0.0, 1.0)) < 1e-4


def test_the_bound_is_tight_for_standard_normal_data():
    """x_0 ~ N(0, 1), the exact model, variance beta: L_T + sum of KLs + L_0 is the entropy, to 1e-10 nats.

    Every mean is linear in (x_0, x_t), so its coefficients are read off at unit inputs, and the
    expectations are those of two standard normals with correlation sqrt(alpha_bar_t).
    """
    schedule = schedules.linear()
    model = gaussians.Mixture([1.0], torch.zeros(1, 1, dtype=torch.float64), 1.0).optimal_eps(schedule)
    one = torch.ones(1, 1, dtype=torch.float64)
    total = 0.0
    for t in range(1, schedule.T + 1):
        from_x_t = float(samplers.ddpm_step(one, t, model(one, t), 0 * one, schedule))
        beta, kept = float(schedule.beta[t]), float(schedule.alpha_bar[t])
        of_x_0 = float(forward.posterior(one, 0 * one, t, schedule)[0])
        of_x_t = float(forward.posterior(0 * one, one, t, schedule)[0]) - from_x_t
        gap = of_x_0**2 + of_x_t**2 + 2 * of_x_0 * of_x_t * kept**0.5
        if t == 1:
            total += 0.5 * math.log(2 * math.pi * beta) + 0.5 * gap / beta
        else:
            total += float(gaussians.kl(gap**0.5, float(schedule.beta_tilde[t]), 0.0, beta))
    kept = float(schedule.alpha_bar[-1])
    total += float(gaussians.kl(kept**0.5, 1 - kept, 0.0, 1.0))  # E[x_0^2] = 1
    assert abs(total - 0.5 * math.log(2 * math.pi * math.e)) < 1e-10


def test_bad_input_is_named(unchecked):
    refuses(lambda: gaussians.kl(0.0, 0.0, 0.0, 1.0), "error.variance", name="var_1", got=0.0)
    refuses(lambda: gaussians.kl(0.0, 1.0, 0.0, -2.0), "error.variance", name="var_2", got=-2.0)
    refuses(lambda: gaussians.Mixture([1.0], [0.0, 1.0], 1.0), "error.mixture_shape", n=2, w=(1,), s=(2,))
    refuses(lambda: gaussians.Mixture([1.0, 0.0], [0.0, 1.0], 1.0), "error.mixture_sign")
    refuses(lambda: gaussians.Mixture([1.0, 1.0], [0.0, 1.0], -1.0), "error.mixture_sign")
    nan, inf = float("nan"), float("inf")
    for name, arguments in (
        ("weights", ([1.0, inf], [0.0, 1.0], 1.0)), ("means", ([1.0, 1.0], [0.0, nan], 1.0)),
        ("stds", ([1.0, 1.0], [0.0, 1.0], [1.0, inf])),
    ):  # fmt: skip
        refuses(lambda arguments=arguments: gaussians.Mixture(*arguments), "error.mixture_finite", name=name)
    refuses(lambda: gaussians.Mixture([1.0], None, 1.0), "error.numbers", name="means", got="NoneType")
    refuses(lambda: gaussians.Mixture([1.0], [1j], 1.0), "error.numbers", name="means", got=torch.complex64)
    refuses(lambda: gaussians.Mixture("a", [1.0], 1.0), "error.numbers", name="weights", got="str")
    refuses(lambda: gaussians.Mixture([1.0], [1.0], None), "error.numbers", name="stds", got="NoneType")
    refuses(lambda: gaussians.Mixture([], [], []), "error.empty", name="means")
    refuses(
        lambda: gaussians.Mixture(1.0, 1.0, 1.0), "error.points_shape", name="means", want="(K, …)", got=()
    )
    refuses(
        lambda: gaussians.kl(0.0, "1", 0.0, 1.0),
        "error.numbers", name="var_1", got="str",
    )  # fmt: skip
    refuses(lambda: gaussians.kl(torch.tensor([1j]), 1.0, 0.0, 1.0), "error.numbers", name="mean_1",
            got="Tensor")  # fmt: skip
    schedule = schedules.linear()
    images = torch.zeros(3, 1, 2, 2)
    for bad, key, values in (
        (None, "error.tensor", {"name": "dataset", "got": "NoneType"}),
        (images.numpy(), "error.tensor", {"name": "dataset", "got": "ndarray"}),
        (images.byte(), "error.float_images", {"got": torch.uint8}),
        (images + 255, "error.image_range", {"low": "255", "high": "255"}),
        (images + nan, "error.not_finite", {"count": 12}),
        (images.flatten(1) + nan, "error.mixture_finite", {"name": "means"}),
    ):
        refuses(lambda bad=bad: gaussians.IdealDenoiser(bad, schedule), key, **values)
    refuses(lambda: gaussians.IdealDenoiser(torch.zeros(0, 1, 2, 2), schedule), "error.empty_dataset")
    points = gaussians.Mixture([1.0, 1.0], [0.0, 1.0], [0.3, 0.0])
    for ask in (points.log_prob, points.score, points.diffused(0, schedule).log_prob):
        refuses(lambda ask=ask: ask(noise(3, 1)), "error.point_mass")
    assert points.diffused(1, schedule).log_prob(noise(3, 1)).isfinite().all()
    mixture = ids.make_mixture(LIB)
    model, x = mixture.optimal_eps(schedule), noise(2, 2)
    refuses(lambda: model(x, 0), "error.t_zero", got=0, first=1, T=1000)
    refuses(lambda: model(x, torch.tensor([1, 2000])), "error.t_range", got=2000, first=1, T=1000)
    for n in (0, -1, 2.5):
        refuses(
            lambda n=n: mixture.sample(n), "error.whole", name="n", allowed="1, 2, 3, …", got=repr(n)
        )  # fmt: skip
    for ask, name in ((mixture.log_prob, "x"), (mixture.score, "x"), (lambda x: model(x, 5), "x_t")):
        for other in ((2, 3), (2,), (2, 2, 1)):
            refuses(
                lambda ask=ask, other=other: ask(noise(*other)),
                "error.points_shape", name=name, want="(B, 2)", got=other,
            )  # fmt: skip
        refuses(lambda ask=ask: ask(x.long()), "error.float_images", got=torch.int64)
        refuses(lambda ask=ask, name=name: ask(x.numpy()), "error.tensor", name=name, got="ndarray")
    refuses(lambda: mixture.diffused(1001, schedule), "error.t_range", got=1001, first=0, T=1000)


@pytest.mark.parametrize("d", [2, 16])
def test_a_score_has_one_jacobian_by_every_route(d):
    """torch.func's transforms and plain autograd agree: the Hessian of log p."""
    means = torch.randn(3, d, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mixture = gaussians.Mixture([0.2, 0.3, 0.5], means, [0.5, 0.8, 0.6])
    x = means.mean(0)
    hessian = torch.autograd.functional.hessian(lambda at: mixture.log_prob(at[None])[0], x)
    for route in (torch.func.jacrev, torch.func.jacfwd):
        assert error(route(lambda at: mixture.score(at[None])[0])(x), hessian) < 1e-12
