"""The score and what walks with it: identities, closed forms, planted mistakes, refusals."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import identities as ids
import numpy as np
import pytest
import torch
from numpy.polynomial.hermite_e import hermegauss
from planted import rejects
from support import EPS, FLOAT32, TOLERANCE, error, noise, refuses

from course_lib import annealing, latents, mlp, ode, samplers, schedules, score
from course_lib.continuous import Continuous, at_real_t
from course_lib.gaussians import IdealDenoiser, Mixture
from course_lib.parameterisations import EpsModel
from course_lib.samplers import final
from course_lib.schedules import every

LIB = ids.namespace()
SCHEDULE = schedules.linear()
DATA = Mixture([0.3, 0.7], torch.tensor([[-1.0, 0.5], [1.0, 0.0]]).double(), [0.2, 0.3])
HUMPS = Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]]).double(), 0.15)


def normal(mean=0.0, std=1.0, d=1):
    """N(mean, std^2 I), as a mixture of one part."""
    return Mixture([1.0], torch.full((1, d), mean).double(), std)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def bent(x_t, t):
    """A model that is exact for nothing: smooth in x, other at every t."""
    return torch.tanh(x_t + t[:, None] / 100)


# --- score and noise


def score_is_the_gradient(lib):
    """-E[eps | x_t] / sqrt(1 - alpha_bar_t) is the gradient of log q_t, by autograd of its density."""
    x = 2 * noise(9, 2)
    for t in (1, 60, 1000):
        want = ids.reference_score(DATA.diffused(t, SCHEDULE), x)
        eps_hat = DATA.optimal_eps(SCHEDULE)(x, every(t, x))
        size = float(want.abs().max())
        assert error(lib.from_eps(eps_hat, t, SCHEDULE), want) < TOLERANCE * max(1, size)
        assert error(lib.of(DATA.optimal_eps(SCHEDULE), t, SCHEDULE)(x), want) < TOLERANCE * max(1, size)
        assert error(lib.to_eps(want, t, SCHEDULE), eps_hat) < TOLERANCE
    t = torch.tensor([1, 2, 500, 999, 1000, 1, 3, 4, 7])
    assert error(lib.to_eps(lib.from_eps(x, t, SCHEDULE), t, SCHEDULE), x) < 4 * EPS


def denoising_finds_the_marginal(lib):
    """The least squares fit to -eps / sqrt(1 - alpha_bar_t) is the score: its gradient vanishes there.

    x_0 is integrated over by a Gauss-Hermite rule for each hump; the weights of q(x_0 | x_t) give the mean of
    the conditional score grad log q(x_t | x_0), which must be the marginal one.
    """
    nodes, weights = (torch.tensor(v) for v in hermegauss(60))
    x_0 = (HUMPS.means + 0.15 * nodes).flatten()
    prior = (HUMPS.weights[:, None] * weights).flatten()
    x_t = torch.linspace(-2, 2, 41, dtype=torch.float64)[:, None]
    for t in (250, 600):
        alpha_bar = SCHEDULE.alpha_bars[t]
        eps = (x_t - alpha_bar**0.5 * x_0) / (1 - alpha_bar) ** 0.5
        posterior = prior * torch.exp(-0.5 * eps.square())
        mean = (posterior * lib.from_eps(eps, t, SCHEDULE)).sum(1) / posterior.sum(1)
        assert error(mean[:, None], HUMPS.diffused(t, SCHEDULE).score(x_t)) < 1e-9


# --- Langevin


def coefficients(lib, step, convention, seed=0):
    """What one move on N(0, 1) does to x_k and to z: two factors, read off two runs with the same noise."""
    zero, one = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    ends = [
        list(lib.langevin(lambda x: -x, start, step, 1, seeded(seed), convention))[-1]
        for start in (zero, one)
    ]
    z = torch.randn(1, dtype=torch.float64, generator=seeded(seed))
    return float(ends[1] - ends[0]), float(ends[0] / z)


def stationary_variance(lib):
    """On N(0, 1) the variance settles at 1 / (1 - step/4), or 1 / (1 - step/2): by the move's own factors."""
    for step in (0.1, 1.0, 1.9):
        for convention, share in (("half", 4), ("whole", 2)):
            kept, shaken = coefficients(lib, step, convention)
            assert abs(shaken**2 / (1 - kept**2) - 1 / (1 - step / share)) < 1e-12
    assert abs(coefficients(lib, 4.0, "half")[0] + 1) < 4 * EPS  # from here on nothing is forgotten


def moves_are_fresh(lib):
    """The walk is its formula, move by move, with the noise that the generator gives; x_0 is the start."""
    x, step = noise(3, 2), 0.3
    states = list(lib.langevin(DATA.score, x, step, 4, seeded(5)))
    assert len(states) == 5 and error(states[0], x) == 0
    g = seeded(5)
    for before, after in pairwise(states):
        z = torch.randn(3, 2, dtype=torch.float64, generator=g)
        assert error(after, before + step / 2 * DATA.score(before) + step**0.5 * z) < TOLERANCE


# --- SDE and ODE


def sde_factors_on_a_gaussian(lib):
    """On N(0, s^2) a step is x_next = (1 + tau/2 - tau / v_t) x + sqrt(tau) z: read off, and its variance.

    Iterated, the variance tends to that of q_t, with an error that halves with the steps.
    """
    s, real, misses = 0.5, Continuous(SCHEDULE), []
    model = normal(std=s).optimal_eps(SCHEDULE)
    zero, one = torch.zeros(1, 1, dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
    for n in (200, 400, 800):
        times = torch.linspace(1000, 10, n + 1, dtype=torch.float64).tolist()
        from_zero, from_one = (
            [step.x_t for step in lib.reverse_sde(model, x, SCHEDULE, times, seeded(1))] for x in (zero, one)
        )
        gaps = [float(b - a) for a, b in zip(from_zero, from_one, strict=True)]
        g, variance = seeded(1), real.alpha_bar(1000) * s**2 + 1 - real.alpha_bar(1000)
        for k, (t, t_next) in enumerate(pairwise(times)):
            v_t = real.alpha_bar(t) * s**2 + 1 - real.alpha_bar(t)
            tau = math.log(real.alpha_bar(t_next) / real.alpha_bar(t))
            kept = 1 + tau / 2 - tau / v_t
            z = float(torch.randn(1, 1, dtype=torch.float64, generator=g))
            if abs(gaps[k]) > 1e-6:
                assert abs(gaps[k + 1] / gaps[k] - kept) < 1e-6
            assert abs(float(from_zero[k + 1]) - kept * float(from_zero[k]) - tau**0.5 * z) < 1e-12
            variance = kept**2 * variance + tau
        misses.append(abs(variance - (real.alpha_bar(10) * s**2 + 1 - real.alpha_bar(10))))
    assert all(abs(math.log2(a / b) - 1) < 0.1 for a, b in pairwise(misses)), misses


def sde_ends_at_x_0_hat(lib):
    """Down to t = 0 the last step adds no noise: it is the mean that the model sees, of points too."""
    points = noise(3, 2)
    schedule = schedules.linear(30)
    walk = list(
        lib.reverse_sde(IdealDenoiser(points, schedule), noise(5, 2, seed=1), schedule, None, seeded())
    )
    assert [step.t for step in walk] == list(range(30, -1, -1))
    assert error(walk[-1].x_t, walk[-2].x_0_hat) == 0
    assert float(torch.cdist(walk[-1].x_t, points).min(1).values.max()) < 1e-6


def flow_keeps_the_quantile(lib):
    """On N(m, s^2) the flow moves x_t with the marginal: (x_t - mean_t) / std_t stays, down and up."""
    m, s, x_T = 0.7, 0.4, noise(6, 1)
    model, real = normal(m, s).optimal_eps(SCHEDULE), Continuous(SCHEDULE)
    for times in ([*torch.linspace(1000, 0, 101).tolist()], [*torch.linspace(0, 1000, 101).tolist()]):
        states = list(lib.probability_flow(model, x_T, SCHEDULE, times, "rk4"))
        quantiles = []
        for step in states[::10]:
            alpha_bar = real.alpha_bar(step.t)
            std = (alpha_bar * s**2 + 1 - alpha_bar) ** 0.5
            quantiles.append((step.x_t - alpha_bar**0.5 * m) / std)
        assert all(error(q, quantiles[0]) < 1e-4 for q in quantiles)


def euler_is_ddim(lib):
    """Euler's step in y and sigma is DDIM's, down and (encode) up, for a model that is exact for nothing."""
    x = noise(4, 3)
    for times in (samplers.times(1000, 20), [1000, 999, 3, 1, 0], [600, 0]):
        down = list(lib.probability_flow(bent, x, SCHEDULE, times, "euler"))
        up = list(lib.probability_flow(bent, x, SCHEDULE, times[::-1], "euler"))
        for mine, theirs in (
            (down, list(samplers.sample(bent, samplers.ddim_step, x, SCHEDULE, times))),
            (up, list(latents.encode(bent, x, SCHEDULE, times))),
        ):
            assert [type(step.t) for step in mine] == [int] * len(times)
            for one, other in zip(mine, theirs, strict=True):
                size = max(1, float(other.x_0_hat.abs().max()))
                assert one.t == other.t and error(one.x_t, other.x_t) < 1e-12
                assert error(one.x_0_hat, other.x_0_hat) < 1e-12 * size
                assert error(one.eps_hat, other.eps_hat) < 1e-12


def two_ways_are_one(lib):
    """The ODE as written in t, and without its linear part, dy/drho = eps_hat, adaptively: the same x_0."""
    x, model, real = noise(4, 2), DATA.optimal_eps(SCHEDULE), Continuous(SCHEDULE)
    ask = at_real_t(model, SCHEDULE)

    def straight(y, rho):
        return ask(y / math.hypot(1, rho), real.time(-math.log1p(rho * rho)))

    end = (1 / SCHEDULE.alpha_bars[1000] - 1) ** 0.5
    x_0, calls, _ = ode.adaptive(straight, math.hypot(1, end) * x, end, 0.0, 1e-7, 1e-7)
    written = ode.solve(lib.drift(model, SCHEDULE), x, torch.linspace(1000, 0, 401), "rk4")
    walked = final(lib.probability_flow(model, x, SCHEDULE, torch.linspace(1000, 0, 401), "rk4"))
    assert calls < 600 and error(x_0, walked) < 1e-5 and error(written, walked) < 1e-4


# --- likelihood


def likelihood_is_exact(lib):
    """Up the flow, the log-density of Gaussians and a mixture, to 1e-4 nats."""
    for data in (normal(0.0, 1.0), normal(-0.6, 0.5, 3), DATA):
        model, x = data.optimal_eps(SCHEDULE), data.sample(5, seeded(3))
        prior = data.diffused(1000, SCHEDULE).log_prob
        real = torch.linspace(0, 1000, 51)
        got = lib.log_likelihood(model, x, SCHEDULE, times=real, method="rk4", prior=prior)
        assert error(got, data.log_prob(x)) < 1e-4


def likelihood_at_a_level(lib):
    """Begun above 0, it is the density of q at that t; ended before T, with q there for the prior."""
    x, model = noise(5, 2), DATA.optimal_eps(SCHEDULE)
    times = torch.linspace(120, 700, 41).tolist()
    prior = DATA.diffused(700, SCHEDULE).log_prob
    got = lib.log_likelihood(model, x, SCHEDULE, times=times, method="rk4", prior=prior)
    assert error(got, DATA.diffused(120, SCHEDULE).log_prob(x)) < 1e-4


def default_prior_is_the_standard_normal(lib):
    """Data that are N(0, I) stay so all the way up, and their density is the default prior's."""
    data = normal(0.0, 1.0, 2)
    x = data.sample(4, seeded())
    got = lib.log_likelihood(data.optimal_eps(SCHEDULE), x, SCHEDULE, times=[0, 500, 1000])
    assert error(got, data.log_prob(x)) < 1e-12
    single = lib.log_likelihood(data.optimal_eps(SCHEDULE), x.float(), SCHEDULE, times=[0, 500, 1000])
    assert single.dtype == torch.float32 and error(single, got) < 8 * FLOAT32


def probes_are_unbiased(lib):
    """The mean over random signs is the exact trace's answer, within 5 standard errors; each is one row."""
    x, model, P = DATA.sample(3, seeded(4)), DATA.optimal_eps(SCHEDULE), 150
    ask = partial(lib.log_likelihood, model, x, SCHEDULE, times=torch.linspace(1, 1000, 9).tolist())
    exact, rows = ask(), ask(probes=P, generator=seeded(6), each=True)
    assert rows.shape == (P, 3) and (rows.std(0) > 0.01).all()
    assert ((rows.mean(0) - exact).abs() < 5 * rows.std(0) / P**0.5).all()
    assert error(ask(probes=P, generator=seeded(6)), rows.mean(0)) < 1e-12
    # A diagonal Jacobian leaves the signs nothing to say: no spread at all.
    round_one = normal(0.3, 0.5, 4)
    x, model = round_one.sample(3, seeded(7)), round_one.optimal_eps(SCHEDULE)
    ask = partial(lib.log_likelihood, model, x, SCHEDULE, times=[0, 300, 1000])
    assert error(ask(probes=3, generator=seeded(8), each=True), ask().expand(3, 3)) < 1e-10


IDENTITIES = [
    score_is_the_gradient, denoising_finds_the_marginal, stationary_variance, moves_are_fresh,
    sde_factors_on_a_gaussian, sde_ends_at_x_0_hat, flow_keeps_the_quantile,
    euler_is_ddim, two_ways_are_one, likelihood_is_exact, likelihood_at_a_level, probes_are_unbiased,
    default_prior_is_the_standard_normal,
]  # fmt: skip


@pytest.mark.parametrize("identity", IDENTITIES)
def test_identity(identity):
    identity(score)


MUTANTS = {
    "score: the sign": ("return -eps_hat / noise", "return eps_hat / noise", score_is_the_gradient),
    "score: the variance for the root": (
        "return -eps_hat / noise", "return -eps_hat / noise**2", score_is_the_gradient),
    "score: eps / sqrt(alpha_bar)": (
        "_, noise = signal_noise(t, eps_hat, schedule)", "noise, _ = signal_noise(t, eps_hat, schedule)",
        denoising_finds_the_marginal),
    "to_eps: not undone": ("return -noise * score", "return -score / noise", score_is_the_gradient),
    "langevin: half a step, sqrt(2 step)": (
        '"half": (0.5, 1.0)', '"half": (0.5, 2.0)', stationary_variance),
    "langevin: a whole step, sqrt(step)": ('"whole": (1.0, 2.0)', '"whole": (1.0, 1.0)', stationary_variance),
    "langevin: no root": ("alpha=shaken**0.5", "alpha=shaken", stationary_variance),
    "langevin: downhill": (
        "slope, alpha=uphill", "slope, alpha=-uphill", stationary_variance),
    "langevin: no noise": ("alpha=shaken**0.5", "alpha=0 * shaken", moves_are_fresh),
    "sde: the flow's half score": ("alpha=tau / noise)", "alpha=tau / noise / 2)", sde_factors_on_a_gaussian),
    "sde: the forward drift's sign": ("(1 + tau / 2) * x", "(1 - tau / 2) * x", sde_factors_on_a_gaussian),
    "sde: no root on tau": ("alpha=tau**0.5", "alpha=tau", sde_factors_on_a_gaussian),
    "sde: noise at the end": (
        "x = here.x_0_hat.clone()", "x = here.x_0_hat + 0.1 * noise_like(x, generator)",
        sde_ends_at_x_0_hat),
    "drift: the SDE's whole score": (
        "ask(x, t), x), alpha=1 / noise)", "ask(x, t), x), alpha=2 / noise)", two_ways_are_one),
    "drift: no half": (
        "return -0.5 * beta * torch.sub(", "return -beta * torch.sub(", two_ways_are_one),
    "flow: asked in y": (
        "watch.ask(y / math.sqrt(1 + rho * rho) if rho else y, t)", "watch.ask(y, t)",
        flow_keeps_the_quantile),
    "flow: not brought back from y": ("x = signal_next * rule", "x = signal * rule", euler_is_ddim),
    "flow: the first step up asked at its end": (
        "watch.ask(x, t if t or ask.at_zero else t_next)", "watch.ask(x, t or 1)", euler_is_ddim),
    "likelihood: the divergence's sign": ("_log_prior(prior, x) + gained", "_log_prior(prior, x) - gained",
        likelihood_is_exact),
    "likelihood: the linear part forgotten": ("(spread.T - d * sin) / cos", "spread.T / cos",
        likelihood_is_exact),
    "likelihood: not divided": (
        "(spread.T - d * sin) / cos", "spread.T - d * sin", likelihood_at_a_level),
    "likelihood: the gain moves with x": (
        "torch.cat([v.reshape(len(v), d), (", "torch.cat([v.reshape(len(v), d), v[:, :1] * (",
        likelihood_is_exact),
    "likelihood: a constant of the prior": (
        "d * math.log(2 * math.pi)", "d * math.log(math.pi)", default_prior_is_the_standard_normal),
    "likelihood: the prior of the start": (
        "_log_prior(prior, x) + gained", "_log_prior(prior, x_0) + gained", likelihood_is_exact),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_rejected(name):
    rejects(score, *MUTANTS[name])


# --- figures


def test_mixing_the_conventions():
    """At step 0.1: "half" with the noise of "whole" ends at variance 2.05, the other way round at 0.53."""
    kept, _ = coefficients(score, 0.1, "half")
    _, shaken = coefficients(score, 0.1, "whole")
    assert abs(shaken**2 / (1 - kept**2) - 2 / (1 - 0.1 / 4)) < 1e-12  # 2.0513
    kept, shaken = coefficients(score, 0.1, "whole")[0], coefficients(score, 0.1, "half")[1]
    assert abs(shaken**2 / (1 - kept**2) - 1 / (2 - 0.1)) < 1e-12  # 0.5263
    x = noise(20_000, 1)
    for state in score.langevin(lambda x: -x, x, 1.0, 60, seeded(1)):
        x = state
    # 5 standard errors of a variance of 20000 draws
    assert abs(float(x.square().mean()) - 4 / 3) < 5 * 4 / 3 * (2 / 20_000) ** 0.5


def test_too_large_a_step_diverges_and_is_shown():
    *_, last = score.langevin(lambda x: -x, noise(4, 2), 4.5, 6000, seeded())
    assert not last.isfinite().any()


def test_the_conditional_score_scatters_about_the_marginal():
    """Var(eps - E[eps | x_t]) is 0.467 at t = 250 and 0.921 at t = 10 on the two humps."""
    model, x_0, eps = HUMPS.optimal_eps(SCHEDULE), HUMPS.sample(40_000, seeded(1)), noise(40_000, 1, seed=2)
    for t, want in ((250, 0.467), (10, 0.921)):
        signal, gone = SCHEDULE.alpha_bars[t] ** 0.5, (1 - SCHEDULE.alpha_bars[t]) ** 0.5
        x_t = signal * x_0 + gone * eps
        misses = (eps - model(x_t, every(t, x_t))).square()
        assert abs(float(misses.mean()) - want) < 5 * float(misses.std()) / 200 + 5e-4, (t, misses.mean())


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2)])
def test_halving_the_steps_shows_the_order(method, order):
    """On a mixture, in both coordinates, with a real grid from T to 0."""
    x, model = noise(6, 2), DATA.optimal_eps(SCHEDULE)
    best = final(score.probability_flow(model, x, SCHEDULE, torch.linspace(1000, 0, 801), "rk4"))
    ways = (
        lambda ts: final(score.probability_flow(model, x, SCHEDULE, ts, method)),
        lambda ts: ode.solve(score.drift(model, SCHEDULE), x, ts, method),
    )
    for way in ways:
        errors = [error(way(torch.linspace(1000, 0, n + 1)), best) for n in (200, 400, 800)]
        assert all(abs(math.log2(a / b) - order) < 0.1 for a, b in pairwise(errors)), errors


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_a_network_is_never_asked_below_1(name, where):
    torch.manual_seed(0)
    schedule, x = getattr(schedules, name)(20), noise(3, 2).float().to(where)
    model = EpsModel(mlp.MLP(width=16, depth=1), schedule, "v").to(where)
    torch.nn.init.normal_(model.net.head.weight, std=0.1)
    asked = []
    model.net.register_forward_pre_hook(lambda net, given: asked.append(int(given[1][0])))
    walks = [
        score.probability_flow(model, x, schedule, times, method)
        for method in ode.METHODS
        for times in ([20, 10, 0.5, 0], [0, 0.5, 20])
    ]
    walks.append(score.reverse_sde(model, x, schedule, [20, 7.5, 0], torch.Generator(where).manual_seed(0)))
    walks.append(annealing.annealed_langevin(model, x, schedule, [20, 10, 0], 2))
    for walk in walks:
        for step in walk:
            assert step.x_t.dtype == torch.float32 and step.x_t.device.type == where.type
            assert not step.x_t.requires_grad and not step.x_0_hat.requires_grad
    for method in ode.METHODS:
        got = score.log_likelihood(model, x, schedule, method=method)
        assert got.shape == (3,) and got.isfinite().all() and not got.requires_grad
        assert all(p.grad is None for p in model.parameters())
    assert min(asked) == 1 and max(asked) == 20


def test_the_last_steps_above_0():
    x, model = noise(3, 2), DATA.optimal_eps(SCHEDULE)
    for walk in (
        score.probability_flow(model, x, SCHEDULE, [900, 300.5]),
        score.reverse_sde(model, x, SCHEDULE, [900, 300.5], seeded()),
    ):
        first, last = walk
        assert (first.t, last.t) == (900, 300.5)
        assert error(last.eps_hat, first.eps_hat) == 0 == error(last.x_0_hat, first.x_0_hat)


def test_the_defaults_are_exact_enough():
    """Heun's rule over every whole t: 1e-4 nats."""
    prior = DATA.diffused(1000, SCHEDULE).log_prob
    x = DATA.sample(5, seeded(3))
    got = score.log_likelihood(DATA.optimal_eps(SCHEDULE), x, SCHEDULE, prior=prior)
    assert error(got, DATA.log_prob(x)) < 1e-4


@pytest.mark.parametrize("method", ode.METHODS)
def test_a_model_may_answer_in_one_buffer(method):
    x, buffer = noise(3, 2), torch.empty(3, 2, dtype=torch.float64)
    for times in ([1000, 400, 0], [1, 400.5, 1000]):
        ways = (bent, lambda x, t: buffer.copy_(bent(x, t)))
        mine, theirs = (list(score.probability_flow(model, x, SCHEDULE, times, method)) for model in ways)
        for one, other in zip(mine, theirs, strict=True):
            assert error(one.x_t, other.x_t) == 0 == error(one.eps_hat, other.eps_hat)


def test_a_likelihood_of_numbers_and_under_inference_mode():
    """Items of one number, (B,), as rows of one; and the same signs and answer in inference mode."""
    x, (s, v) = noise(4, 1), (0.5, 0.3)
    model, times = (lambda x, t: s * x + v * torch.sin(x)), [1, 5, 10]
    schedule = schedules.linear(10)
    rows = score.log_likelihood(model, x, schedule, times=times)
    assert error(score.log_likelihood(model, x[:, 0], schedule, times=times), rows) == 0
    ask = partial(score.log_likelihood, model, x, schedule, times=times, probes=2)
    with torch.inference_mode():
        got = ask(generator=seeded(1))
    assert error(got, ask(generator=seeded(1))) == 0


def test_a_score_that_writes_into_x_is_named(unchecked):
    x = noise(2, 3)
    before = x.clone()
    refuses(
        lambda: list(score.langevin(lambda x: x.mul_(0.5), x, 0.1, 5)),
        "error.answer_writes", name="score", x="x",
    )  # fmt: skip
    assert error(x, before) == 0


def test_bad_langevin_is_named(unchecked):
    x = noise(2, 3)
    for got in (0, -0.1, float("nan"), float("inf"), "0.1", None, True):
        refuses(
            lambda got=got: score.langevin(DATA.score, x, got, 5),
            "error.positive",
            name="step",
            got=repr(got),
        )
    for got in (0, -1, 2.5, True):
        allowed = "1, 2, 3, …"
        refuses(
            lambda got=got: score.langevin(DATA.score, x, 0.1, got),
            "error.whole", name="steps", allowed=allowed, got=repr(got),
        )  # fmt: skip
    refuses(
        lambda: score.langevin(DATA.score, x, 0.1, 5, convention="both"),
        "error.convention", got="'both'", allowed="half, whole",
    )  # fmt: skip
    refuses(lambda: score.langevin(x, x, 0.1, 5), "error.score_call", got="Tensor")
    refuses(lambda: score.langevin(DATA.score, [0.0], 0.1, 5), "error.tensor", name="x", got="list")
    refuses(lambda: score.langevin(DATA.score, x, 0.1, 5, 3), "error.generator_kind", got="int")
    refuses(
        lambda: list(score.langevin(lambda x: x[:, :1], x, 0.1, 5)),
        "error.answer_shape", name="score", want=(2, 3), got=(2, 1),
    )  # fmt: skip
    two = DATA.optimal_eps(SCHEDULE)
    for got, name in ((two, "OptimalEps"), (EpsModel(mlp.MLP(), SCHEDULE), "EpsModel"), (bent, "bent")):
        refuses(lambda got=got: score.langevin(got, x, 0.1, 5), "error.score_call", got=name)
    refuses(
        lambda: score.langevin(DATA.score, x, 0.1, 5, convention=["half"]),
        "error.convention", got="['half']", allowed="half, whole",
    )  # fmt: skip
    refuses(lambda: score.from_eps(x, 0, SCHEDULE), "error.t_zero", T=1000, got=0, first=1)


def test_a_score_of_another_schedule_is_named(unchecked):
    x, model = noise(2, 2), DATA.optimal_eps(SCHEDULE)
    other = schedules.cosine(1000)
    refuses(lambda: score.of(model, 3, other), "error.other_schedule", own=SCHEDULE, got=other)
    refuses(lambda: score.of("digits", 3, SCHEDULE), "error.model_call", got="str")
    refuses(lambda: score.of(DATA.score, 3, SCHEDULE), "error.model_call", got="score")
    for got, name in (("linear", "str"), (None, "NoneType"), (schedules.linear, "linear")):
        for call in (score.from_eps, score.to_eps):
            refuses(lambda call=call, got=got: call(x, 3, got), "error.schedule_kind", got=name)
        refuses(lambda got=got: score.of(model, 3, got), "error.schedule_kind", got=name)
    refuses(lambda: score.of(bent, 1001, SCHEDULE), "error.whole", name="t", allowed="1..1000", got="1001")


def test_bad_walks_are_named(unchecked):
    schedule, x = schedules.linear(10), noise(2, 3)
    own = ids.make_mixture(LIB, (3,)).optimal_eps(schedules.cosine(10))
    walks = (score.reverse_sde, score.probability_flow, score.log_likelihood)
    for walk in walks:
        refuses(
            lambda walk=walk: walk(own, x, schedule), "error.other_schedule", own=own.schedule, got=schedule
        )
        refuses(lambda walk=walk: walk("eps", x, schedule), "error.model_call", got="str")
        refuses(lambda walk=walk: walk(bent, x, "linear"), "error.schedule_kind", got="str")
    for key, walk, wrong in (
        ("error.times_falling", score.reverse_sde, [0, 5]),
        ("error.times_falling", score.reverse_sde, [11, 0]),
        ("error.times_falling", score.reverse_sde, [5, -1]),
        ("error.times_real", score.probability_flow, [5, 5]),
        ("error.times_real", score.probability_flow, [5, 7, 6]),
        ("error.times_real", score.probability_flow, [0, 10.5]),
        ("error.times_real", score.probability_flow, [float("nan"), 1]),
        ("error.times_real", score.probability_flow, [5]),
    ):
        shown = ", ".join(map(str, wrong))
        refuses(lambda walk=walk, wrong=wrong: walk(bent, x, schedule, wrong), key, T=10, got=shown)
    for walk in walks:
        refuses(
            lambda walk=walk: walk(bent, x, schedule, times=np.array(5.0)),
            {"reverse_sde": "error.times_falling", "log_likelihood": "error.times_rising"}.get(
                walk.__name__, "error.times_real"), T=10, got="5.0",
        )  # fmt: skip
    for wrong in ([10, 0], [0, 11], [3], "all"):
        shown = wrong if isinstance(wrong, str) else ", ".join(map(str, wrong))
        refuses(
            lambda wrong=wrong: score.log_likelihood(bent, x, schedule, times=wrong),
            "error.times_rising", T=10, got=shown,
        )  # fmt: skip
    methods = {"got": "'adaptive'", "allowed": "euler, heun, rk4"}
    refuses(lambda: score.probability_flow(bent, x, schedule, None, "adaptive"), "error.method", **methods)
    refuses(lambda: score.log_likelihood(bent, x, schedule, method="adaptive"), "error.method", **methods)
    for got in (0, -2, 1.5):
        refuses(
            lambda got=got: score.log_likelihood(bent, x, schedule, probes=got),
            "error.whole", name="probes", allowed="1, 2, 3, …", got=repr(got),
        )  # fmt: skip
    for prior, got in ((lambda x: x, (2, 3)), (DATA, "Mixture"), ("normal", "str")):
        refuses(
            lambda prior=prior: score.log_likelihood(bent, x, schedule, prior=prior),
            "error.prior_shape", want=(2,), got=got,
        )  # fmt: skip
    for blind in (lambda x, t: x.detach(), lambda x, t: torch.ones_like(x).requires_grad_()):
        refuses(lambda blind=blind: score.log_likelihood(blind, x, schedule), "error.no_gradient")
    refuses(lambda: score.drift(None, schedule), "error.model_call", got="NoneType")
    refuses(
        lambda: score.drift(lambda x, t: x[:1], schedule)(x, 5),
        "error.answer_shape", name="model", want=(2, 3), got=(1, 3),
    )  # fmt: skip
    refuses(lambda: score.drift(bent, schedule)(x, 0), "error.drift_zero")
    refuses(lambda: score.drift(bent, schedule)(x, 11), "error.real_t", T=10, got=11)


def test_where_a_walk_breaks_is_named(unchecked):
    schedule, x = schedules.linear(10), noise(2, 3)

    def breaks(x_t, t):  # NaN at t = 4 only
        return x_t / (t[0] - 4) * 0 + (0 if t[0] - 4 else float("nan"))

    for method, visited, step in (
        ("euler", [10, 7, 4, 0], 3),
        ("heun", [10, 7, 4, 0], 2),
        ("rk4", [7, 4, 0], 1),
    ):
        refuses(
            lambda method=method, visited=visited: final(
                score.probability_flow(breaks, x, schedule, visited, method)
            ),
            "error.model_nan", step=step, steps=len(visited) - 1, t=4,
        )  # fmt: skip
    refuses(
        lambda: score.log_likelihood(lambda x, t: breaks(x, t) + x, x, schedule, times=[1, 3, 4, 10]),
        "error.model_nan", step=2, steps=3, t=4,
    )  # fmt: skip
    refuses(
        lambda: final(score.reverse_sde(breaks, x, schedule, [10, 3.5, 0])),
        "error.model_nan", step=2, steps=2, t=3.5,
    )  # fmt: skip
    refuses(
        lambda: final(score.probability_flow(lambda x, t: x[:, :1], x, schedule, [10, 5, 0])),
        "error.model_shape_at", step=1, steps=2, t=10, want=(2, 3), got=(2, 1),
    )  # fmt: skip
    refuses(
        lambda: final(score.probability_flow(lambda x, t: x.mul_(2), x, schedule, [10, 5, 0])),
        "error.model_writes", step=1, steps=2, t=10,
    )  # fmt: skip
    refuses(
        lambda: score.log_likelihood(lambda x, t: x.mul_(2), x, schedule, times=[1, 5, 10]),
        "error.model_writes", step=1, steps=2, t=1,
    )  # fmt: skip
    refuses(
        lambda: final(score.probability_flow(lambda x, t: x.numpy(), x, schedule, [10, 5.5, 0])),
        "error.model_shape_at", step=1, steps=2, t=10, want=(2, 3), got="ndarray",
    )  # fmt: skip
    refuses(
        lambda: final(score.probability_flow(lambda x, t: x.numpy(), x, schedule, [9.5, 5, 0])),
        "error.answer_shape", name="model", want=(2, 3), got="ndarray",
    )  # fmt: skip
    for name, walk in (("x_T", score.reverse_sde), ("x", score.probability_flow)):
        refuses(lambda walk=walk: list(walk(bent, x / 0, schedule)), "error.start_nan", name=name)
    refuses(lambda: score.log_likelihood(bent, x / 0, schedule), "error.start_nan", name="x_0")
