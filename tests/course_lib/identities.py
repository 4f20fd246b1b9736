"""The identities the core must obey, each a function of the implementation it judges.

``lib`` holds the public names of the maths modules. The tests pass ``namespace()``; test_mutants.py passes
the same library with one planted mistake, which the identity must reject with an AssertionError.
"""

from __future__ import annotations
import __future__

import inspect
import math
from functools import partial
from itertools import pairwise
from types import ModuleType, SimpleNamespace

import torch
from numpy.polynomial.legendre import leggauss
from support import EPS, TOLERANCE, error, noise
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from course_lib import forward, gaussians, latents, losses, parameterisations, samplers, schedules

MODULES = {
    m.__name__.split(".")[-1]: m
    for m in (schedules, forward, parameterisations, gaussians, samplers, latents, losses)
}
KINDS = ("linear", "cosine", "from_betas")


def namespace(**replaced: dict) -> SimpleNamespace:
    """The public names of these modules, some modules replaced by other namespaces."""
    names: dict = {}
    for name, module in MODULES.items():
        space = replaced.get(name, vars(module))
        names |= {k: v for k, v in space.items() if not k.startswith("_") and not isinstance(v, ModuleType)}
    return SimpleNamespace(**{k: v for k, v in names.items() if k != "annotations"} | _own(replaced))


def _own(replaced: dict[str, dict]) -> dict:
    # A replaced module's names win over the same names imported by the others.
    own: dict = {}
    for name, space in replaced.items():
        own |= {k: space[k] for k, v in vars(MODULES[name]).items() if _defined_in(v, MODULES[name])}
    return own


def _defined_in(value: object, module: ModuleType) -> bool:
    return getattr(value, "__module__", None) == module.__name__


def mutant(name: str, right: str, wrong: str) -> SimpleNamespace:
    """The library whose module ``name`` reads ``wrong`` where its source says ``right``."""
    source = inspect.getsource(MODULES[name])
    assert source.count(right) >= 1, f"{name}.py no longer holds {right!r}: write this mutant anew"
    flags = __future__.annotations.compiler_flag
    space = {"__name__": MODULES[name].__name__}
    exec(compile(source.replace(right, wrong), f"mutant of {name}", "exec", flags=flags), space)
    return namespace(**{name: space})


def schedule_of(lib: SimpleNamespace, kind: str = "linear") -> schedules.Schedule:
    """A schedule of each kind: the usual linear and cosine ones, and a short irregular one."""
    if kind == "from_betas":
        return lib.from_betas([0.3, 0.05, 0.2, 0.01, 0.4])
    return getattr(lib, kind)()


def all_t(schedule: schedules.Schedule) -> torch.Tensor:
    """Every timestep 1..T."""
    return torch.arange(1, schedule.T + 1)


def _one(n: int) -> torch.Tensor:
    return torch.ones(n, 1, dtype=torch.float64)


# --- schedules


def schedule_tables(lib: SimpleNamespace, kind: str = "linear") -> None:
    """Every table equals its definition, computed here with plain floats from beta alone."""
    schedule = schedule_of(lib, kind)
    beta = schedule.beta.tolist()
    assert len(beta) == schedule.T + 1 and beta[0] == 0
    alpha_bar = [1.0]
    for b in beta[1:]:
        alpha_bar.append(alpha_bar[-1] * (1 - b))
    assert error(schedule.alpha, 1 - torch.tensor(beta, dtype=torch.float64)) == 0
    assert error(schedule.alpha_bar, torch.tensor(alpha_bar, dtype=torch.float64)) < TOLERANCE
    assert float(schedule.alpha_bar[0]) == 1 and float(schedule.beta_tilde[1]) == 0
    for t in range(1, schedule.T + 1):
        gone, before = 1 - alpha_bar[t], 1 - alpha_bar[t - 1]
        assert abs(float(schedule.beta_tilde[t]) - beta[t] * before / gone) < TOLERANCE
        assert abs(float(schedule.snr[t]) * gone - alpha_bar[t]) < TOLERANCE


def linear_endpoints(lib: SimpleNamespace) -> None:
    """Ho et al. 2020, section 4: beta from 1e-4 to 0.02 in equal steps, alpha_bar_T = 4.036e-5."""
    schedule = lib.linear()
    assert float(schedule.beta[1]) == 1e-4 and float(schedule.beta[1000]) == 0.02
    steps = schedule.beta[2:] - schedule.beta[1:-1]
    assert error(steps, torch.full_like(steps, (0.02 - 1e-4) / 999)) < 4 * EPS
    assert abs(float(schedule.alpha_bar[1000]) - 4.036e-5) < 5e-9  # the four digits that are published


def cosine_follows_its_formula(lib: SimpleNamespace) -> None:
    """Nichol & Dhariwal 2021, eq. 17: alpha_bar is the squared cosine wherever beta is not clipped."""
    schedule = lib.cosine()

    def f(t: int) -> float:
        return math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2

    want = torch.tensor([f(t) / f(0) for t in range(1000)], dtype=torch.float64)
    assert error(schedule.alpha_bar[:1000], want) < TOLERANCE
    assert float(schedule.beta[1000]) == 0.999 and float(schedule.alpha_bar[1000]) > 0


# --- forward


def recursion_is_closed_form(lib: SimpleNamespace, kind: str = "linear") -> None:
    """T single steps have the mean and variance of one jump, at every t."""
    schedule = schedule_of(lib, kind)
    one, zero = _one(1), 0 * _one(1)
    mean, variance, means, variances = 1.0, 0.0, [], []
    for t in range(1, schedule.T + 1):
        kept = float(lib.q_step(one, t, zero, schedule))
        mean, variance = kept * mean, kept**2 * variance + float(lib.q_step(zero, t, one, schedule)) ** 2
        means.append(mean)
        variances.append(variance)
    t = all_t(schedule)
    ones = _one(schedule.T)
    jump_mean = lib.q_sample(ones, t, 0 * ones, schedule)[:, 0]
    jump_std = lib.q_sample(0 * ones, t, ones, schedule)[:, 0]
    assert error(jump_mean, torch.tensor(means, dtype=torch.float64)) < TOLERANCE
    assert error(jump_std**2, torch.tensor(variances, dtype=torch.float64)) < TOLERANCE
    assert error(jump_mean**2 + jump_std**2, torch.ones(schedule.T)) < TOLERANCE
    assert error(jump_mean**2, schedule.alpha_bar[1:]) < TOLERANCE


def jumps_compose(lib: SimpleNamespace, kind: str = "linear") -> None:
    """q(t|s) after q(s|0) is q(t|0), with q(t|s) walked step by step."""
    schedule = schedule_of(lib, kind)
    one, zero, T = _one(1), 0 * _one(1), schedule.T
    for s, t in ((1, 2), (T // 3, T // 2), (T // 2, T), (T - 1, T)):
        mean, variance = 1.0, 0.0
        for u in range(s + 1, t + 1):
            kept = float(lib.q_step(one, u, zero, schedule))
            mean, variance = kept * mean, kept**2 * variance + float(lib.q_step(zero, u, one, schedule)) ** 2
        at_s = [float(lib.q_sample(a, s, b, schedule)) for a, b in ((one, zero), (zero, one))]
        at_t = [float(lib.q_sample(a, t, b, schedule)) for a, b in ((one, zero), (zero, one))]
        assert abs(mean * at_s[0] - at_t[0]) < TOLERANCE
        assert abs(mean**2 * at_s[1] ** 2 + variance - at_t[1] ** 2) < TOLERANCE


def posterior_obeys_bayes(lib: SimpleNamespace, kind: str = "linear") -> None:
    """log q(x_prev | x_t, x_0) = log q(x_t | x_prev) + log q(x_prev | x_0) - log q(x_t | x_0), on a grid."""
    schedule = schedule_of(lib, kind)
    beta, alpha_bar, T = schedule.beta, schedule.alpha_bar, schedule.T

    def normal(mean: torch.Tensor, variance: torch.Tensor) -> Normal:
        return Normal(mean, variance.sqrt().expand_as(mean))

    for t in sorted({2, 3, T // 2, T - 1, T}):
        for a, b in ((0.7, -1.2), (-0.4, 0.3)):
            x_0 = a * _one(1)
            x_t = alpha_bar[t] ** 0.5 * x_0 + (1 - alpha_bar[t]) ** 0.5 * b
            mean, variance = lib.posterior(x_0, x_t, torch.tensor([t]), schedule)
            mean, std = mean[0], variance[0] ** 0.5
            grid = mean + std * torch.linspace(-4, 4, 81, dtype=torch.float64)
            step = normal((1 - beta[t]) ** 0.5 * grid, beta[t]).log_prob(x_t[0])
            before = normal(alpha_bar[t - 1] ** 0.5 * x_0[0], 1 - alpha_bar[t - 1]).log_prob(grid)
            jump = normal(alpha_bar[t] ** 0.5 * x_0[0], 1 - alpha_bar[t]).log_prob(x_t[0])
            # 1 - alpha_bar_2 keeps 12 of 16 digits, and divides squares of up to ten standard deviations.
            assert error(Normal(mean, std).log_prob(grid), step + before - jump) < 1e-9


def posterior_ends_at_x_0(lib: SimpleNamespace, kind: str = "linear") -> None:
    """At t = 1 the posterior is x_0 itself: its mean is x_0, its variance exactly 0."""
    x_0, x_t = noise(3, 2), noise(3, 2, seed=1)
    mean, variance = lib.posterior(x_0, x_t, torch.ones(3, dtype=torch.int64), schedule_of(lib, kind))
    assert error(mean, x_0) < 1e4 * 4 * EPS  # beta_1 / (1 - alpha_bar_1) is 1 up to eps / 1e-4
    assert error(variance, torch.zeros(3, 1)) == 0


def predict_inverts_q_sample(lib: SimpleNamespace, kind: str = "linear") -> None:
    """Told the true noise, predict_x_0 returns x_0 at every t."""
    schedule = schedule_of(lib, kind)
    t, x_0, eps = all_t(schedule), noise(schedule.T, 2), noise(schedule.T, 2, seed=1)
    back = lib.predict_x_0(lib.q_sample(x_0, t, eps, schedule), t, eps, schedule)
    kept = schedule.alpha_bar[1:, None].sqrt()  # the division by it magnifies rounding
    assert error(back * kept, x_0 * kept) < TOLERANCE


# --- gaussians


def kl_is_the_kl(lib: SimpleNamespace) -> None:
    """kl equals torch.distributions' for Gaussians of all kinds."""
    m_1, m_2 = noise(50), noise(50, seed=1)
    v_1, v_2 = noise(50, seed=2).exp(), noise(50, seed=3).exp()
    want = kl_divergence(Normal(m_1, v_1.sqrt()), Normal(m_2, v_2.sqrt()))
    assert error(lib.kl(m_1, v_1, m_2, v_2), want) < TOLERANCE * float(want.max())


def make_mixture(lib: SimpleNamespace, shape: tuple[int, ...] = (2,)) -> gaussians.Mixture:
    """Three unequal Gaussians over points of this shape."""
    weights, stds = (torch.tensor(v, dtype=torch.float64) for v in ([0.5, 0.3, 0.2], [0.3, 0.6, 0.15]))
    return lib.Mixture(weights, noise(3, *shape, seed=5), stds)


def reference(mixture: gaussians.Mixture, alpha_bar_t: float = 1.0) -> MixtureSameFamily:
    """The same mixture after diffusion to alpha_bar_t, built from torch.distributions."""
    means = alpha_bar_t**0.5 * mixture.means.flatten(1)
    stds = (alpha_bar_t * mixture.stds**2 + 1 - alpha_bar_t).sqrt()
    parts = Independent(Normal(means, stds[:, None].expand_as(means)), 1)
    return MixtureSameFamily(Categorical(mixture.weights), parts)


def reference_score(mixture: gaussians.Mixture, x: torch.Tensor, alpha_bar_t: float = 1.0) -> torch.Tensor:
    """autograd's gradient of the reference log density."""
    x = x.clone().requires_grad_(True)
    return torch.autograd.grad(reference(mixture, alpha_bar_t).log_prob(x.flatten(1)).sum(), x)[0]


def mixture_density(lib: SimpleNamespace) -> None:
    """log_prob is that of torch.distributions' mixture."""
    mixture, x = make_mixture(lib), noise(40, 2)
    want = reference(mixture).log_prob(x)
    assert error(mixture.log_prob(x), want) < TOLERANCE * float(want.abs().max())


def score_is_the_gradient(lib: SimpleNamespace, shape: tuple[int, ...] = (2,)) -> None:
    """score is autograd's gradient of the log density."""
    mixture, x = make_mixture(lib, shape), noise(40, *shape)
    want = reference_score(mixture, x)
    assert error(mixture.score(x), want) < TOLERANCE * float(want.abs().max())


def diffused_is_the_integral(lib: SimpleNamespace) -> None:
    """q_t(x) is the integral of p(x_0) N(x; sqrt(alpha_bar_t) x_0, 1 - alpha_bar_t), by trapezoids."""
    mixture, schedule = make_mixture(lib, (1,)), lib.linear()
    x_0 = torch.linspace(-8, 8, 6401, dtype=torch.float64)  # errors of the rule: exp(-(pi 0.15 / 0.0025)^2)
    x = torch.linspace(-3, 3, 25, dtype=torch.float64)
    p = reference(mixture).log_prob(x_0[:, None]).exp()
    for t in (100, 500, 1000):
        kept = float(schedule.alpha_bar[t])
        kernel = Normal(kept**0.5 * x_0, (1 - kept) ** 0.5 + 0 * x_0).log_prob(x[:, None]).exp()
        integral = torch.trapezoid(kernel * p, x_0)
        assert error(mixture.diffused(t, schedule).log_prob(x[:, None]).exp(), integral) < TOLERANCE


def optimal_eps_is_the_score(lib: SimpleNamespace, kind: str = "linear") -> None:
    """eps_hat = -sqrt(1 - alpha_bar_t) times the score of q_t, by autograd; different t in one batch."""
    mixture, schedule, x = make_mixture(lib, (1, 2, 3)), schedule_of(lib, kind), noise(6, 1, 2, 3)
    T = schedule.T
    t = torch.tensor([1, 2, max(2, T // 10), T // 2, T - 1, T])
    got = mixture.optimal_eps(schedule)(x, t)
    for i, at in enumerate(t.tolist()):
        kept = float(schedule.alpha_bar[at])
        want = -((1 - kept) ** 0.5) * reference_score(mixture, x[i : i + 1], kept)
        assert error(got[i : i + 1], want) < TOLERANCE * max(1.0, float(want.abs().max()))


# --- samplers


def ancestral_step_is_the_posterior(lib: SimpleNamespace, kind: str = "linear") -> None:
    """Eq. 11 is eq. 7 with x_0_hat in x_0's place; the noise is sigma_t z with the variance asked for."""
    schedule = schedule_of(lib, kind)
    x_t, eps_hat, z = noise(2, 3), noise(2, 3, seed=1), torch.ones(2, 3, dtype=torch.float64)
    for t in sorted({1, 2, schedule.T // 2, schedule.T}):
        x_0_hat = lib.predict_x_0(x_t, t, eps_hat, schedule)
        mean, _ = lib.posterior(x_0_hat, x_t, t, schedule)
        # Rounding is magnified by 1/sqrt(alpha_bar_t) in x_0_hat and by 1e4 in 1 - alpha_bar.
        tolerance = 1e4 * 16 * EPS * float(x_0_hat.abs().max())
        for name in ("beta", "beta_tilde"):
            got = lib.ddpm_step(x_t, t, eps_hat, 0 * z, schedule, name)
            moved = lib.ddpm_step(x_t, t, eps_hat, z, schedule, name) - got
            want = 0.0 if t == 1 else float(getattr(schedule, name)[t])
            assert error(got, mean) < tolerance
            assert error(moved**2, want * z) < tolerance


def respaced_step_is_the_ancestral_one(lib: SimpleNamespace) -> None:
    """A step over a gap is the ordinary step of the schedule that has only the visited timesteps."""
    schedule, visited = lib.linear(), [0, 1, 40, 333, 1000]
    kept = schedule.alpha_bar[visited]
    short = lib.from_betas(1 - kept[1:] / kept[:-1])
    x_t, eps_hat, z = noise(2, 3), noise(2, 3, seed=1), noise(2, 3, seed=2)
    for name in ("beta", "beta_tilde"):
        for i in range(1, len(visited)):
            long = lib.ddpm_step(x_t, visited[i], eps_hat, z, schedule, name, t_next=visited[i - 1])
            want = lib.ddpm_step(x_t, i, eps_hat, z, short, name)
            assert error(long, want) < 1e4 * EPS * float(want.abs().max())


def ddim_stays_on_the_path(lib: SimpleNamespace, kind: str = "linear") -> None:
    """With the true eps, eta = 0 lands exactly on q_sample(x_0, t_next, eps), whatever the gap."""
    schedule, x_0, eps = schedule_of(lib, kind), noise(2, 3), noise(2, 3, seed=1)
    T = schedule.T
    for t, t_next in ((1, 0), (2, 1), (T, T - 1), (T, T // 2), (T // 2, 1), (T, 0)):
        got = lib.ddim_step(lib.q_sample(x_0, t, eps, schedule), t, t_next, eps, schedule)
        want = lib.q_sample(x_0, t_next, eps, schedule)
        assert error(got, want) < TOLERANCE / float(schedule.alpha_bar[t]) ** 0.5


def ddim_keeps_the_variance(lib: SimpleNamespace) -> None:
    """For every eta: sigma^2 = eta^2 beta_tilde, and eps's share plus sigma^2 is 1 - alpha_bar."""
    schedule, zero = lib.linear(), torch.zeros(1, 1, dtype=torch.float64)
    one = zero + 1
    for t, t_next in ((1000, 999), (500, 499), (2, 1), (1000, 300), (7, 0)):
        for eta in (0.0, 0.3, 1.0):
            kept, gone = (f(float(schedule.alpha_bar[t])) for f in (lambda v: v, lambda v: 1 - v))
            left = float(schedule.alpha_bar[t_next])
            # x_t = sqrt(gone) eps has x_0_hat = 0: what remains is the direction and the noise.
            at = gone**0.5 * one
            sigma = float(lib.ddim_step(zero, t, t_next, zero, schedule, eta, one))
            direction = float(lib.ddim_step(at, t, t_next, one, schedule, eta, zero))
            assert abs(direction**2 + sigma**2 - (1 - left)) < TOLERANCE
            want = eta**2 * (1 - left) / gone * (1 - kept / left)
            assert abs(sigma**2 - want) < TOLERANCE
            if t_next == t - 1:
                assert abs(want - eta**2 * float(schedule.beta_tilde[t])) < TOLERANCE


def ddim_at_eta_1_is_ddpm(lib: SimpleNamespace, kind: str = "linear") -> None:
    """DDIM at eta = 1 is the ancestral step with beta_tilde, on shared noise, on any gap."""
    schedule, T = schedule_of(lib, kind), schedule_of(lib, kind).T
    x_t, eps_hat, z = noise(2, 3), noise(2, 3, seed=1), noise(2, 3, seed=2)
    for t, t_next in ((1, 0), (2, 1), (T // 2, T // 2 - 1), (T, T - 1), (T, T // 2), (T // 2, 1)):
        ancestral = lib.ddpm_step(x_t, t, eps_hat, z, schedule, "beta_tilde", t_next=t_next)
        implicit = lib.ddim_step(x_t, t, t_next, eps_hat, schedule, 1.0, z)
        magnified = 1e4 / float(schedule.alpha_bar[t]) ** 0.5
        assert error(ancestral, implicit) < magnified * 4 * EPS


def ancestral_walk_keeps_the_marginals(lib: SimpleNamespace, rule=None, told: int = 0) -> None:
    """On N(m, 1) data, exact model, sigma_t^2 = beta_t: x_t ~ N(sqrt(alpha_bar_t) m, 1) at every t.

    Every step is affine in x_t and z there, so its law is computed, not drawn. The last step adds no noise,
    so x_0 has the variance 1 - beta_1. ``rule``: the step to judge instead; told: what is added to the t that
    the model is told.
    """
    schedule, m = lib.linear(), 0.7
    model = lib.Mixture([1.0], torch.full((1, 1), m, dtype=torch.float64), 1.0).optimal_eps(schedule)
    rule = rule or (lambda x_t, t, eps_hat, z: lib.ddpm_step(x_t, t, eps_hat, z, schedule))
    x_t = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)[:, None]
    z = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)[:, None]
    mean, variance = float(schedule.alpha_bar[-1]) ** 0.5 * m, 1.0
    for t in range(schedule.T, 0, -1):
        eps_hat = model(x_t, torch.full((3,), min(max(t + told, 1), schedule.T)))
        moved, scaled, added = rule(x_t, t, eps_hat, z).flatten().tolist()
        kept = scaled - moved
        mean, variance = kept * mean + moved, kept**2 * variance + (added - moved) ** 2
        assert abs(mean - float(schedule.alpha_bar[t - 1]) ** 0.5 * m) < TOLERANCE
        assert abs(variance - (1.0 if t > 1 else 1 - float(schedule.beta[1]))) < TOLERANCE


def dpm_step_is_algorithm_2(lib: SimpleNamespace) -> None:
    """Lu et al. 2022b, Algorithm 2, written out in plain floats, on uneven steps; its ends are DDIM's."""
    schedule, x_t, eps_hat = lib.linear(), noise(2, 3), noise(2, 3, seed=1)
    x_s, eps_s = noise(2, 3, seed=2), noise(2, 3, seed=3)
    kept = schedule.alpha_bar.tolist()

    def lam(t: int) -> float:
        return 0.5 * math.log(kept[t] / (1 - kept[t]))

    for s, t, t_next in ((1000, 999, 998), (1000, 700, 600), (800, 500, 100), (30, 20, 1), (3, 2, 1)):
        before = lib.Step(s, x_s, lib.predict_x_0(x_s, s, eps_s, schedule), eps_s)
        x_0_hat = lib.predict_x_0(x_t, t, eps_hat, schedule)
        h, h_before = lam(t_next) - lam(t), lam(t) - lam(s)
        r = h_before / h
        D = (1 + 1 / (2 * r)) * x_0_hat - 1 / (2 * r) * before.x_0_hat
        sigma, sigma_next = (1 - kept[t]) ** 0.5, (1 - kept[t_next]) ** 0.5
        want = sigma_next / sigma * x_t - kept[t_next] ** 0.5 * math.expm1(-h) * D
        got = lib.dpm_step(x_t, t, t_next, eps_hat, schedule, before)
        assert error(got, want) < 1e4 * EPS * float(D.abs().max())
        ddim = lib.ddim_step(x_t, t, t_next, eps_hat, schedule)
        assert error(lib.dpm_step(x_t, t, t_next, eps_hat, schedule), ddim) < 1e4 * EPS * float(D.abs().max())
        end = lib.ddim_step(x_t, t, 0, eps_hat, schedule)
        assert error(lib.dpm_step(x_t, t, 0, eps_hat, schedule, before), end) < 1e4 * EPS * float(
            end.abs().max()
        )


def dpm_is_of_second_order(lib: SimpleNamespace) -> None:
    """On Gaussian data the exact path is known: halving the step divides dpm's error by 4, DDIM's by 2.

    The schedule has an even log-SNR, and the error is measured at t = 1: the infinite last step is left out.
    """
    T = 2**9 + 1
    snr = torch.linspace(7, -7, T, dtype=torch.float64).exp()
    kept = torch.cat([torch.ones(1, dtype=torch.float64), snr / (1 + snr)])
    schedule = lib.from_betas(1 - kept[1:] / kept[:-1])
    m, std = 0.4, 0.5
    model = lib.Mixture([1.0], torch.full((1, 1), m, dtype=torch.float64), std).optimal_eps(schedule)
    x_T = noise(50, 1)
    at = [float(schedule.alpha_bar[t]) for t in (T, 1)]
    centre = [a**0.5 * m for a in at]
    spread = [(a * std**2 + 1 - a) ** 0.5 for a in at]
    exact = centre[1] + (x_T - centre[0]) / spread[0] * spread[1]

    def errors(step, gaps: tuple[int, ...]) -> list[float]:
        runs = (list(lib.sample(model, step, x_T, schedule, [*range(T, 0, -g), 0])) for g in gaps)
        return [error(run[-2].x_t, exact) for run in runs]

    gaps = (32, 16, 8, 4)
    for step, wanted in ((lib.ddim_step, 2), (lib.dpm_step, 4)):
        found = errors(step, gaps)
        for coarse, fine in pairwise(found):
            assert abs(coarse / fine / wanted - 1) < 0.15, (step.__name__, found)


def grids_are_their_definition(lib: SimpleNamespace) -> None:
    """Lin et al. 2024, table 2: what it lists for T = 1000 and ten steps, and its formulas elsewhere."""
    ten = {
        "leading": [1, 101, 201, 301, 401, 501, 601, 701, 801, 901],
        "linspace": [1, 112, 223, 334, 445, 556, 667, 778, 889, 1000],
        "trailing": [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
    }
    for name, want in ten.items():
        assert lib.times(1000, 10, name) == [*reversed(want), 0]
    for T in (1, 2, 7, 50, 999, 1000):
        for steps in sorted({s for s in (1, 2, 3, 7, 20, 49, 50, T // 2, T - 1, T) if 1 <= s <= T}):
            leading, trailing = (lib.times(T, steps, name) for name in ("leading", "trailing"))
            assert leading[::-1] == [0, *range(1, 1 + steps * (T // steps), T // steps)]
            assert (leading[0] == T) == (steps == T)
            assert trailing[0] == T and len(trailing) == steps + 1
            assert all(abs(t - (T - k * T / steps)) <= 0.5 + 1e-9 for k, t in enumerate(trailing))
            for found in (leading, trailing, lib.log_snr_times(lib.linear(T), steps)):
                assert found[-1] == 0 and len(found) == steps + 1
                assert all(a > b for a, b in pairwise(found)), (T, steps)


def log_snr_times_are_even(lib: SimpleNamespace) -> None:
    """No timestep is nearer to the even grid than the one taken; both ends are kept.

    The cosine schedule jumps so far at T that with many steps two would be T: there one gives way.
    """
    for schedule, counts in ((lib.linear(), (2, 5, 10, 15)), (lib.cosine(), (2, 5, 8))):
        log_snr = schedule.snr[1:].log()
        for steps in counts:
            found = lib.log_snr_times(schedule, steps)
            assert (found[0], found[-2], len(found)) == (schedule.T, 1, steps + 1)
            first, last = float(log_snr[-1]), float(log_snr[0])
            for k, t in enumerate(found[:-1]):
                even = first + k / (steps - 1) * (last - first)
                assert abs(float(log_snr[t - 1]) - even) < float((log_snr - even).abs().min()) + TOLERANCE


# --- latents


def encoding_undoes_a_true_path(lib: SimpleNamespace) -> None:
    """A model that answers one fixed eps is followed exactly: up to q_sample(x_0, T, eps), and back."""
    schedule, x_0, eps = lib.linear(50), noise(2, 3), noise(2, 3, seed=1)
    told = []

    def model(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        told.append(t.tolist())
        return eps

    for visited in (None, [50, 31, 7, 0], [40, 0]):
        told.clear()
        states = list(lib.encode(model, x_0, schedule, visited))
        falling = visited or list(range(50, -1, -1))
        assert [state.t for state in states] == falling[::-1]
        # each state is left with the model's answer at it; t = 0, that no model knows, at the next
        assert [t[0] for t in told] == [falling[-2], *falling[-2:0:-1]]
        for state in states:
            want = lib.q_sample(x_0, state.t, eps, schedule)
            assert error(state.x_t, want) < TOLERANCE and error(state.x_0_hat, x_0) < TOLERANCE
            assert error(state.eps_hat, eps) == 0
        back = lib.final(lib.sample(model, lib.ddim_step, states[-1].x_t, schedule, visited))
        assert error(back, x_0) < TOLERANCE


def round_trip_converges(lib: SimpleNamespace) -> None:
    """Encoding Gaussian data meets the exact x_T, the round trip x_0: errors fall in step with the steps."""
    schedule, m, std = lib.linear(), 0.4, 0.5
    model = lib.Mixture([1.0], torch.full((1, 1), m, dtype=torch.float64), std).optimal_eps(schedule)
    x_0 = m + std * noise(50, 1)
    a = float(schedule.alpha_bar[-1])
    exact = a**0.5 * m + (x_0 - m) / std * (a * std**2 + 1 - a) ** 0.5
    up, there_and_back = [], []
    for steps in (50, 200, 800):
        visited = lib.times(schedule.T, steps)
        x_T = lib.final(lib.encode(model, x_0, schedule, visited))
        up.append(error(x_T, exact))
        there_and_back.append(error(lib.final(lib.sample(model, lib.ddim_step, x_T, schedule, visited)), x_0))
    for found in (up, there_and_back):
        assert found[0] < 0.2
        for coarse, fine in pairwise(found):
            assert 2.5 < coarse / fine < 6, found


def slerp_is_an_arc(lib: SimpleNamespace) -> None:
    """Equal lengths are kept, the angle grows in proportion to f, and each pair has its own."""
    a, b = noise(3, 2, 4), noise(3, 2, 4, seed=1)
    a, b = (x / x.flatten(1).norm(dim=1)[:, None, None] * 2.0 for x in (a, b))

    def angle(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return ((x * y).flatten(1).sum(1) / x.flatten(1).norm(dim=1) / y.flatten(1).norm(dim=1)).acos()

    assert error(lib.slerp(a, b, 0), a) < TOLERANCE and error(lib.slerp(a, b, 1.0), b) < TOLERANCE
    for f in (0.1, 0.5, 0.8):
        between = lib.slerp(a, b, f)
        assert error(between.flatten(1).norm(dim=1), torch.full((3,), 2.0)) < TOLERANCE
        assert error(angle(a, between), f * angle(a, b)) < TOLERANCE
        assert error(angle(between, b), (1 - f) * angle(a, b)) < TOLERANCE
        # each end's length counts as it is, and only the angle is between unit vectors
        longer, shorter = (lib.slerp(a, scale * b, f) for scale in (3.0, 0.5))
        assert error(longer - between, 4 * (between - shorter)) < TOLERANCE
        assert error(lib.lerp(a, b, f), a + f * (b - a)) < TOLERANCE


def visits_every_timestep(lib: SimpleNamespace, T: int = 37) -> None:
    """The model is asked at exactly T, T-1, ..., 1, and the states carry T, ..., 1, 0."""
    schedule, asked = lib.linear(T), []

    def model(x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        asked.append(t.tolist())
        return torch.zeros_like(x_t)

    states = list(lib.sample(model, lib.ddpm_step, noise(2, 3), schedule))
    assert asked == [[t, t] for t in range(T, 0, -1)]
    assert [state.t for state in states] == list(range(T, -1, -1))


def noise_is_fresh(lib: SimpleNamespace, T: int = 20) -> None:
    """A rule that uses noise gets new, standard normal, independent noise at each step."""
    drawn = []

    def step(x_t: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        drawn.append(z)
        return x_t

    generator = torch.Generator().manual_seed(0)
    list(lib.sample(lambda x, t: x, step, noise(1000, 2), lib.linear(T), generator=generator))
    z = torch.stack(drawn).flatten(1)
    n = z.numel()
    assert z.shape == (T, 2000)
    assert abs(float(z.mean())) < 5 * n**-0.5 and abs(float(z.var()) - 1) < 5 * (2 / n) ** 0.5
    between = (z @ z.T / 2000).fill_diagonal_(0)
    assert float(between.abs().max()) < 6 * 2000**-0.5


def trajectory_repeats_the_steps(lib: SimpleNamespace) -> None:
    """sample is nothing but: ask the model, apply the rule, go on from its answer."""
    schedule, x = lib.linear(12), noise(2, 1)
    model = make_mixture(lib, (1,)).optimal_eps(schedule)
    visited = [12, 9, 5, 2, 0]
    states = list(lib.sample(model, partial(lib.ddim_step, eta=0.0), x, schedule, visited))
    for state, t, t_next in zip(states, visited, [*visited[1:], None], strict=True):
        assert state.t == t and error(state.x_t, x) == 0
        if t_next is not None:
            eps_hat = model(x, torch.full((2,), t))
            assert error(state.eps_hat, eps_hat) == 0
            assert error(state.x_0_hat, lib.predict_x_0(x, t, eps_hat, schedule)) == 0
            x = lib.ddim_step(x, t, t_next, eps_hat, schedule)


# --- parameterisations


def conversions_close(lib: SimpleNamespace, kind: str = "linear") -> None:
    """from_eps gives each kind's own target, and any answer comes back from a trip through any kind."""
    schedule = schedule_of(lib, kind)
    t, n = all_t(schedule), schedule.T
    x_0, eps, answer = (noise(n, 2, seed=seed) for seed in range(3))
    x_t = lib.q_sample(x_0, t, eps, schedule)
    kept, lost = schedule.alpha_bar[1:, None].sqrt(), (1 - schedule.alpha_bar[1:, None]).sqrt()
    for name in lib.KINDS:
        made = lib.from_eps(name, eps, x_t, t, schedule)
        # The division by sqrt(alpha_bar_t) magnifies rounding, the one by its partner that of the way back.
        assert error(made * kept, lib.target(name, x_0, t, eps, schedule) * kept) < TOLERANCE
        back = lib.from_eps(name, lib.to_eps(name, answer, x_t, t, schedule), x_t, t, schedule)
        assert error(back * kept * lost, answer * kept * lost) < TOLERANCE
        there = lib.to_eps(name, lib.from_eps(name, answer, x_t, t, schedule), x_t, t, schedule)
        assert error(there * kept * lost, answer * kept * lost) < TOLERANCE


def three_losses_are_one(lib: SimpleNamespace, kind: str = "linear") -> None:
    """x_0's squared error is eps's times (1 - alpha_bar_t) / alpha_bar_t, v's is eps's over alpha_bar_t."""
    schedule = schedule_of(lib, kind)
    t, n = all_t(schedule), schedule.T
    x_0, eps, eps_hat = (noise(n, 2, seed=seed) for seed in range(3))
    x_t = lib.q_sample(x_0, t, eps, schedule)
    kept = schedule.alpha_bar[1:]
    of_eps = (eps - eps_hat).square().sum(1)
    for name, weight in (("eps", 1 + 0 * kept), ("x_0", (1 - kept) / kept), ("v", 1 / kept)):
        wrong = lib.target(name, x_0, t, eps, schedule) - lib.from_eps(name, eps_hat, x_t, t, schedule)
        assert error(wrong.square().sum(1) / weight / of_eps, torch.ones(n)) < 1e4 * TOLERANCE


# --- losses


def standard_normal(lib: SimpleNamespace, schedule: schedules.Schedule) -> gaussians.OptimalEps:
    """The exact model of x_0 ~ N(0, 1), one number an image."""
    return lib.Mixture([1.0], torch.zeros(1, 1, dtype=torch.float64), 1.0).optimal_eps(schedule)


def mean_terms(
    lib: SimpleNamespace, schedule: schedules.Schedule, x_0: torch.Tensor, **how: str
) -> torch.Tensor:
    """Each term's exact mean over eps for a linear model: the term is quadratic, so +1 and -1 suffice."""
    model = standard_normal(lib, schedule)
    both = [lib.vlb_terms(model, x_0, schedule, eps=s * torch.ones_like(x_0), **how) for s in (1, -1)]
    return (both[0] + both[1]) / 2


def bound_is_tight(lib: SimpleNamespace, kind: str = "linear") -> None:
    """x_0 ~ N(0, 1), its exact model and sigma^2 = beta: the bound is -log p(x_0) itself, in nats."""
    schedule = schedule_of(lib, kind)
    x_0 = torch.tensor([[0.0], [0.3], [-1.7], [4.0]], dtype=torch.float64)
    terms = mean_terms(lib, schedule, x_0)
    assert terms.shape == (schedule.T + 1, 4)
    want = 0.5 * (x_0.square() + math.log(2 * math.pi)).squeeze(1)
    assert error(terms.sum(0), want) < 1e-10


def beta_tilde_costs(lib: SimpleNamespace, kind: str = "linear") -> None:
    """The true p(x_{s-1} | x_s) has variance beta_s: another one v costs 1/2 (log(v/beta) + beta/v - 1)."""
    schedule = schedule_of(lib, kind)
    x_0 = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)  # quadratic in x_0 too: the mean over N(0, 1)
    more = mean_terms(lib, schedule, x_0, variance="beta_tilde") - mean_terms(lib, schedule, x_0)
    beta = schedule.beta.tolist()
    other = [0.0, float(schedule.beta_tilde[2]), *schedule.beta_tilde[2:].tolist()]
    pairs = list(zip(beta, other, strict=True))[1:]
    want = torch.tensor([0.5 * (math.log(v / b) + b / v - 1) for b, v in pairs] + [0.0])
    assert error(more.mean(1), want.double()) < 1e-6 * float(want.max()) and float(want.min()) == 0
    assert abs(float(more.mean(1).sum()) - math.fsum(want.tolist())) < 1e-5


def terms_are_their_definition(lib: SimpleNamespace, kind: str = "linear") -> None:
    """Each L_t of a wrong model, from torch.distributions and the posterior by precisions."""
    schedule = schedule_of(lib, kind)
    x_0, eps, T = noise(3, 2, 2), noise(3, 2, 2, seed=1), schedule.T

    def model(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return 0.3 * x + 0.1 + t.reshape(-1, 1, 1) / T

    def normal(mean: torch.Tensor, variance: float) -> Normal:
        return Normal(mean, torch.full_like(mean, variance**0.5))

    for variance in ("beta", "beta_tilde"):
        got = lib.vlb_terms(model, x_0, schedule, eps=eps, variance=variance)
        for t in sorted({0, 1, 2, T // 2, T - 1, T}):
            s = min(t + 1, T)
            alpha, kept = float(schedule.alpha[s]), float(schedule.alpha_bar[s])
            before = float(schedule.alpha_bar[s - 1])
            x_s = kept**0.5 * x_0 + (1 - kept) ** 0.5 * eps
            eps_hat = model(x_s, torch.full((3,), s))
            mu_theta = (x_s - (1 - alpha) / (1 - kept) ** 0.5 * eps_hat) / alpha**0.5
            sigma_squared = float(getattr(schedule, variance)[s if t or variance == "beta" else 2])
            p = normal(mu_theta, sigma_squared)
            if t == T:
                start = normal(torch.zeros_like(x_0), 1.0)
                want = kl_divergence(normal(kept**0.5 * x_0, 1 - kept), start)
            elif t == 0:
                want = -p.log_prob(x_0)
            else:
                known = 1 / (alpha / (1 - alpha) + 1 / (1 - before))
                mean = known * (alpha**0.5 / (1 - alpha) * x_s + before**0.5 / (1 - before) * x_0)
                want = kl_divergence(normal(mean, known), p)
            want = want.flatten(1).sum(1)
            # 1 - alpha_bar keeps 12 of 16 digits at t = 1, and mu_tilde's distance is squared.
            assert error(got[t], want) < 1e-9 * max(1.0, float(want.abs().max())), (variance, t)
            one = lib.vlb_term(model, x_0, t, eps, schedule, variance)
            assert error(one, got[t]) < TOLERANCE * max(1.0, float(want.abs().max()))


def weights_are_the_bounds(lib: SimpleNamespace, kind: str = "linear") -> None:
    """What a wrong eps_hat adds to L_{t-1} is lambda_t ||eps - eps_hat||^2 (Ho et al. 2020, eq. 12)."""
    schedule = schedule_of(lib, kind)
    x_0, eps, wrong = noise(2, 3), noise(2, 3, seed=1), noise(2, 3, seed=2)
    for variance in ("beta", "beta_tilde"):
        table = lib.weights(schedule, variance)
        assert table.shape == (schedule.T + 1,) and float(table[0]) == 0
        assert math.isinf(float(table[1])) == (variance == "beta_tilde")
        for t in sorted({2, 3, schedule.T // 2, schedule.T}):
            terms = [
                lib.vlb_term(lambda x, t, answer=answer: answer, x_0, t - 1, eps, schedule, variance)
                for answer in (eps, wrong)
            ]
            added = (terms[1] - terms[0]) / (eps - wrong).square().sum(1)
            assert error(added, float(table[t]) + torch.zeros(2).double()) < 1e-8 * float(table[t])
    at_1 = float(schedule.beta[1]) ** 2 / (2 * float(schedule.beta[1]) * float(schedule.alpha[1]))
    assert abs(float(lib.weights(schedule)[1]) * float(schedule.beta[1]) - at_1) < 1e-9 * at_1


def decoder_is_a_distribution(lib: SimpleNamespace) -> None:
    """For a fixed x_1 the 256 levels' probabilities add up to 1; far out, each bin is its own integral."""
    schedule = lib.linear()
    levels = (torch.arange(256, dtype=torch.float64) / 127.5 - 1)[:, None]
    kept, width = float(schedule.alpha_bar[1]), 1 / 255
    nodes, shares = (torch.from_numpy(a) for a in leggauss(200))
    for x_1 in (0.0, 0.503, -0.9971, 1.04, -3.0, 3.0):
        eps = (x_1 - kept**0.5 * levels) / (1 - kept) ** 0.5
        for variance in ("beta", "beta_tilde"):
            # Answering 0 puts mu_theta at x_1 / sqrt(alpha_1), for every level the same.
            log_p = -lib.vlb_term(
                lambda x, t: torch.zeros_like(x), levels, 0, eps, schedule, variance, "discrete"
            )
            assert bool(log_p.isfinite().all()) and abs(float(log_p.exp().sum()) - 1) < TOLERANCE
            mean = torch.tensor(x_1 / kept**0.5, dtype=torch.float64)
            std = (schedule.beta[1] if variance == "beta" else schedule.beta_tilde[2]).sqrt()
            at = levels + width * nodes
            inside = Normal(mean, std).log_prob(at) + (shares * width).log()
            # log p reaches -1e5, and rounding x_1 moves it by 400 standard deviations times 1e-13.
            assert error(log_p[1:-1], inside.logsumexp(1)[1:-1]) < 1e-8


def bits_of_a_uniform_image(lib: SimpleNamespace) -> None:
    """256 equally likely levels need 8 bits each, however many pixels there are."""
    for d in (1, 784):
        assert abs(lib.bits_per_dim(d * math.log(256), d) - 8) < TOLERANCE
    assert error(lib.bits_per_dim(torch.tensor([0.0, 1.0]).double() * math.log(2), 1), torch.arange(2)) == 0
