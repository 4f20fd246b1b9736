"""Chapter 03: the KL of two Gaussians, the bound from draws, a step back that knows x_0, a level, bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from course_lib import forward, gaussians, losses, schedules
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.schedules import Schedule

_SCHEDULE = schedules.linear(T=10, beta_1=0.05, beta_T=0.4)


def _row(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


# ---- gaussians.kl


def _same(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    mean, var = _row(0.0, -1.3), _row(1.0, 0.2)
    yield Comparison(call(mean, var, mean, var), _row(0.0, 0.0))


def _means_only(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(_row(0.5), _row(4.0), _row(2.5), _row(4.0)), _row(0.5))


def _variances_only(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(_row(0.0), _row(4.0), _row(0.0), _row(1.0)), _row(1.5 - math.log(2)))


def _no_units(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    one = call(_row(0.3), _row(0.5), _row(-0.4), _row(2.0))
    yield Comparison(call(_row(3.0), _row(50.0), _row(-4.0), _row(200.0)), one)


def _kl(
    ratio: float = 1.0, own: float = 1.0, minus: float = 1.0, half: float = 0.5, by_own: bool = False
) -> Callable[..., Tensor]:
    """The formula with the factor of its logarithm, of var_1, of the 1 or of all, or its divisor, changed."""

    def answer(mean_1: Tensor, var_1: Tensor, mean_2: Tensor, var_2: Tensor) -> Tensor:
        spread = own * var_1 + (mean_1 - mean_2) ** 2
        return half * (ratio * torch.log(var_2 / var_1) + spread / (var_1 if by_own else var_2) - minus)

    return answer


def _kl_distance(mean_1: Tensor, var_1: Tensor, mean_2: Tensor, var_2: Tensor) -> Tensor:
    return 0.5 * (torch.log(var_2 / var_1) + (var_1 + (mean_1 - mean_2).abs()) / var_2 - 1)


KL = Exercise(
    "gaussians.kl",
    chapter=3,
    reference=gaussians.kl,
    probes=[
        (_row(1.0), _row(0.25), _row(-0.5), _row(2.0)),
        (_row(0.8, 0.0, -1.0), _row(0.36, 1.0, 0.04), _row(0.2, 0.0, 2.0), _row(0.81, 3.0, 0.5)),
    ],
    hidden=[
        (_row(-0.2), _row(3.0), _row(0.9), _row(0.1)),
        (_row(0.0, 2.0), _row(1.0, 0.5), _row(0.0, -1.0), _row(0.2, 4.0)),
        (
            _row(1.5, -0.5)[:, None],
            _row(0.7, 0.3)[:, None],
            _row(0.1, 0.6)[:, None],
            _row(2.5, 0.09)[:, None],
        ),
    ],
    properties=[
        Property("kl_same", _same),
        Property("kl_means", _means_only),
        Property("kl_variances", _variances_only),
        Property("kl_units", _no_units),
    ],
    mistakes=[
        Mistake("swapped", lambda m_1, v_1, m_2, v_2: gaussians.kl(m_2, v_2, m_1, v_1)),
        Mistake("std_for_variance", lambda m_1, v_1, m_2, v_2: gaussians.kl(m_1, v_1**2, m_2, v_2**2)),
        Mistake("log_upside_down", _kl(ratio=-1.0)),
        Mistake("log_of_stds_halved", _kl(ratio=0.5)),
        Mistake("log_not_halved", _kl(ratio=2.0)),
        Mistake("divided_by_var_1", _kl(by_own=True)),
        Mistake("no_minus_one", _kl(minus=0.0)),
        Mistake("no_half", _kl(half=1.0)),
        Mistake("own_spread_forgotten", _kl(own=0.0)),
        Mistake("not_squared", _kl_distance),
        Mistake("negative", lambda m_1, v_1, m_2, v_2: -gaussians.kl(m_1, v_1, m_2, v_2)),
        Mistake("summed", lambda m_1, v_1, m_2, v_2: gaussians.kl(m_1, v_1, m_2, v_2).sum()),
    ],
)

# ---- latent.elbo


def elbo(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """The bound as estimated from draws z_i ~ q: the mean of log p(x, z_i) - log q(z_i | x)."""
    return (log_joint - log_q).mean()


def _constant_ratio(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    log_q = _row(-0.2, -1.5, -3.0)
    yield Comparison(call(log_q - 1.7, log_q), torch.tensor(-1.7, dtype=torch.float64))


def _more_draws(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    log_joint, log_q = _row(-2.0, -4.0), _row(-0.5, -1.0)
    yield Comparison(call(log_joint.repeat(3), log_q.repeat(3)), call(log_joint, log_q))


def _below_evidence(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Two draws with the ratios e^0 and e^-6: their mean's logarithm is near -0.69, the bound is -3.
    yield Comparison(call(_row(-1.0, -7.0), _row(-1.0, -1.0)), torch.tensor(-3.0, dtype=torch.float64))


ELBO = Exercise(
    "latent.elbo",
    chapter=3,
    reference=elbo,
    probes=[
        (_row(-2.0, -4.0), _row(-0.5, -1.0)),
        (_row(-2.4, -1.9, -6.0, -2.2, -3.1), _row(-0.9, -1.4, -2.0, -1.1, -0.7)),
    ],
    hidden=[
        (_row(-3.3, -2.7, -1.9), _row(-1.6, -0.2, -2.5)),
        (_row(-0.4, -8.0, -5.5, -2.0), _row(-3.0, -0.1, -1.3, -0.6)),
        (_row(-1.7, -1.1), _row(0.4, 0.9)),
    ],
    properties=[
        Property("elbo_constant", _constant_ratio),
        Property("elbo_draws", _more_draws),
        Property("elbo_below", _below_evidence),
    ],
    mistakes=[
        Mistake("log_of_mean", lambda j, q: (j - q).logsumexp(0) - math.log(len(j))),
        Mistake("ratio_of_means", lambda j, q: j.logsumexp(0) - q.logsumexp(0)),
        Mistake("ratio_of_logs", lambda j, q: (j / q).mean()),
        Mistake("no_q", lambda j, q: j.mean()),
        Mistake("plus_q", lambda j, q: (j + q).mean()),
        Mistake("weighted_twice", lambda j, q: (q.exp() * (j - q)).sum()),
        Mistake("sum", lambda j, q: (j - q).sum()),
        Mistake("sign", lambda j, q: (q - j).mean()),
        Mistake("not_logged", lambda j, q: (j - q).exp().mean()),
    ],
)

# ---- forward.posterior


def posterior(x_0: Tensor, x_t: Tensor, t: int, schedule: Schedule) -> Tensor:
    """Mean and variance of q(x_{t-1} | x_t, x_0), x_0 and x_t one number each (no dimensions)."""
    mean, variance = forward.posterior(x_0[None], x_t[None], t, schedule)
    return torch.stack([mean[0], torch.as_tensor(variance, dtype=mean.dtype)])


def _number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def _posterior(x_0: float, x_t: float, t: int) -> tuple[object, ...]:
    return _number(x_0), _number(x_t), t, _SCHEDULE


def _linear_mean(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    one, other, both = (call(*_posterior(a, b, 4)) for a, b in ((0.5, 0.0), (0.0, -0.8), (0.5, -0.8)))
    yield Comparison(one[0] + other[0], both[0])


def _variance_alone(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(*_posterior(0.5, -0.8, 4))[1], call(*_posterior(-2.0, 3.0, 4))[1])


def _on_a_line(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Averaged over q(x_t | x_0) the mean is sqrt(alpha_bar_{t-1}) x_0: put x_t at its own mean.
    for t in (2, 7, 10):
        before, now = (float(_SCHEDULE.alpha_bar[s]) ** 0.5 for s in (t - 1, t))
        yield Comparison(call(*_posterior(1.0, now, t))[0], _number(before))


def _total_variance(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # Var x_{t-1} = the posterior's variance + that of its mean as x_t varies.
    for t in (2, 7, 10):
        slope = call(*_posterior(0.0, 1.0, t))[0]
        gone, before = (1 - float(_SCHEDULE.alpha_bar[s]) for s in (t, t - 1))
        yield Comparison(call(*_posterior(0.0, 1.0, t))[1] + slope**2 * gone, _number(before))


def _precisions(
    likelihood: Callable[[Schedule, int], float], prior: Callable[[Schedule, int], float], root: bool = True
) -> Callable[..., Tensor]:
    """The square completed with these two precisions in x_{t-1}; ``root``: the slope is sqrt(alpha_t)."""

    def answer(x_0: Tensor, x_t: Tensor, t: int, schedule: Schedule) -> Tensor:
        a, b = likelihood(schedule, t), prior(schedule, t)
        slope = float(schedule.alpha[t]) ** (0.5 if root else 1.0)
        bar = float(schedule.alpha_bar[t - 1]) ** (0.5 if root else 1.0)
        mean = (a * x_t / slope + b * bar * x_0) / (a + b)
        return torch.stack([mean, torch.full_like(mean, 1 / (a + b))])

    return answer


def _step(s: Schedule, t: int) -> float:
    return float(s.alpha[t] / s.beta[t])


def _jump(s: Schedule, t: int) -> float:
    return float(1 / (1 - s.alpha_bar[t - 1]))


def _with_variance(change: Callable[[Tensor, Schedule, int], Tensor | float]) -> Callable[..., Tensor]:
    def answer(x_0: Tensor, x_t: Tensor, t: int, schedule: Schedule) -> Tensor:
        mean, variance = posterior(x_0, x_t, t, schedule)
        return torch.stack([mean, torch.zeros_like(mean) + change(variance, schedule, t)])

    return answer


def _root_alpha(s: Schedule, t: int) -> float:
    return float(s.alpha[t]) ** 0.5


def _beta(s: Schedule, t: int) -> float:
    return float(s.beta[t])


def _jump_noise(s: Schedule, t: int) -> float:
    return float(1 - s.alpha_bar[t])


def _jump_scale(s: Schedule, t: int) -> float:
    return float(s.alpha_bar[t]) ** 0.5


def _combined(
    slope: Callable[[Schedule, int], float] = _root_alpha,
    noise: Callable[[Schedule, int], float] = _beta,
    shrink: float = 0.5,
    power: float = 2.0,
    weighted: bool = True,
    inverted: bool = True,
) -> Callable[..., Tensor]:
    """The answer with another a or b, m = alpha_bar_{t-1}^shrink x_0, a^power in w, the mean left at mu / w,
    or 1 / w in the place of w."""

    def answer(x_0: Tensor, x_t: Tensor, t: int, schedule: Schedule) -> Tensor:
        a, b = slope(schedule, t), noise(schedule, t)
        m, v = float(schedule.alpha_bar[t - 1]) ** shrink * x_0, 1 - float(schedule.alpha_bar[t - 1])
        precision = a**power / b + 1 / v
        w = 1 / precision if inverted else precision
        mean = (a * x_t / b + m / v) * (w if weighted else 1)
        return torch.stack([mean, torch.full_like(mean, w)])

    return answer


def _shifted(x_0: Tensor, x_t: Tensor, t: int, schedule: Schedule) -> Tensor:
    return posterior(x_0, x_t, t - 1, schedule)


def _prior_alone(x_0: Tensor, x_t: Tensor, t: int, schedule: Schedule) -> Tensor:
    kept = float(schedule.alpha_bar[t - 1])
    return torch.stack([kept**0.5 * x_0, torch.full_like(x_0, 1 - kept)])


POSTERIOR = Exercise(
    "forward.posterior",
    chapter=3,
    reference=posterior,
    shown=forward.posterior,
    probes=[
        _posterior(0.7, -0.4, 3),
        _posterior(1.0, 0.1, 10),
        _posterior(-1.0, 0.5, 6),
        _posterior(0.3, -0.6, 2),
    ],
    hidden=[
        (_number(-0.6), _number(1.2), 9, _SCHEDULE),
        (_number(0.9), _number(0.8), 2, schedules.linear(T=3, beta_1=0.6, beta_T=0.1)),
        (_number(0.0), _number(-1.5), 700, schedules.linear()),
    ],
    properties=[
        Property("posterior_linear", _linear_mean),
        Property("posterior_variance", _variance_alone),
        Property("posterior_line", _on_a_line),
        Property("posterior_total", _total_variance),
    ],
    mistakes=[
        Mistake("beta_for_beta_tilde", _with_variance(lambda v, s, t: s.beta[t])),
        Mistake("std", _with_variance(lambda v, s, t: v**0.5)),
        Mistake("precision", _with_variance(lambda v, s, t: 1 / v)),
        Mistake("swapped", lambda x_0, x_t, t, schedule: posterior(x_t, x_0, t, schedule)),
        Mistake("slope_forgotten", _precisions(lambda s, t: float(1 / s.beta[t]), _jump)),
        Mistake("alpha_bar_t", _precisions(_step, lambda s, t: float(1 / (1 - s.alpha_bar[t])))),
        Mistake("m_is_x_0", _combined(shrink=0.0)),
        Mistake("a_is_alpha_t", _combined(slope=lambda s, t: float(s.alpha[t]))),
        Mistake("a_of_the_jump", _combined(slope=_jump_scale)),
        Mistake("b_of_the_jump", _combined(noise=_jump_noise)),
        Mistake("jump_for_step", _combined(slope=_jump_scale, noise=_jump_noise)),
        Mistake("a_not_squared", _combined(power=1.0)),
        Mistake("mean_without_w", _combined(weighted=False)),
        Mistake("not_inverted", _combined(inverted=False)),
        Mistake("no_roots", _precisions(_step, _jump, root=False)),
        Mistake("variances_added", _precisions(lambda s, t: 1 / _step(s, t), lambda s, t: 1 / _jump(s, t))),
        Mistake("prior_alone", _prior_alone),
        Mistake("off_by_one", _shifted),
    ],
)

# ---- losses.log_level


def log_level(x_0: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """``losses.log_level`` without its care for rounding: far from the mean both ndtr are 1, the log -inf."""
    infinity, std = torch.full_like(x_0, math.inf), variance**0.5
    high = torch.where(x_0 > 0.999, infinity, (x_0 + 1 / 255 - mean) / std)
    low = torch.where(x_0 < -0.999, -infinity, (x_0 - 1 / 255 - mean) / std)
    return torch.log(torch.special.ndtr(high) - torch.special.ndtr(low))


_LEVELS = torch.linspace(-1, 1, 256, dtype=torch.float64)


def _sums_to_one(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for mean, std in ((0.1, 0.3), (-0.7, 0.25), (0.0, 1.0)):
        ones = torch.ones_like(_LEVELS)
        total = call(_LEVELS, mean * ones, std**2 * ones).exp().sum()
        yield Comparison(total, torch.tensor(1.0, dtype=torch.float64))


def _sharp(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield Comparison(call(_row(-1.0), _row(-1.0), _row(1e-8)), _row(0.0))


def _mirrored(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x_0, mean, variance = _LEVELS[[0, 40, 255]], _row(-0.8, -0.6, 0.9), _row(0.01, 0.04, 0.09)
    yield Comparison(call(-x_0, -mean, variance), call(x_0, mean, variance))


def _half_open(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # With the mean on the outermost level's inner edge, half of everything belongs to that level.
    edge = 1 - 1 / 255
    yield Comparison(call(_row(1.0, -1.0), _row(edge, -edge), _row(0.04, 0.04)).exp(), _row(0.5, 0.5))


def _level(
    half: float = 1 / 255,
    black: bool = True,
    white: bool = True,
    power: float = 0.5,
    centre: float = 0.0,
    sign: float = 1.0,
) -> Callable[..., Tensor]:
    """The answer with another half width, moved bins, variance^power as the std, the edges subtracted the
    other way round, or the bin of black or white not open."""

    def answer(x_0: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        def cdf(edge: Tensor) -> Tensor:
            return torch.special.ndtr((edge - mean) / variance**power)

        high, low = cdf(x_0 + centre + half), cdf(x_0 + centre - half)
        if white:
            high = torch.where(x_0 > 0.999, torch.ones_like(high), high)
        if black:
            low = torch.where(x_0 < -0.999, torch.zeros_like(low), low)
        return torch.log(sign * (high - low))

    return answer


def _density(x_0: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return -0.5 * ((x_0 - mean) ** 2 / variance + (2 * math.pi * variance).log())


LOG_LEVEL = Exercise(
    "losses.log_level",
    chapter=3,
    reference=losses.log_level,
    shown=log_level,
    probes=[
        (_LEVELS[[130]], _row(0.0), _row(0.01)),
        (_LEVELS[[0, 255, 0]], _row(-0.95, 0.8, -0.5), _row(0.01, 0.04, 0.25)),
    ],
    hidden=[
        (_LEVELS[[77]], _row(-0.3), _row(0.02)),
        (_LEVELS[[255, 0]], _row(0.9, -1.1), _row(0.005, 0.03)),
        (_LEVELS[[1, 254, 128, 0, 255]], _row(-0.9, 0.97, 0.1, -0.6, 0.4), _row(0.09, 0.01, 0.5, 0.2, 0.16)),
    ],
    properties=[
        Property("level_sum", _sums_to_one),
        Property("level_sharp", _sharp),
        Property("level_mirror", _mirrored),
        Property("level_open", _half_open),
    ],
    mistakes=[
        Mistake("density", _density),
        Mistake("density_times_width", lambda x_0, m, v: _density(x_0, m, v) + math.log(2 / 255)),
        Mistake("closed", _level(black=False, white=False)),
        Mistake("black_closed", _level(black=False)),
        Mistake("white_closed", _level(white=False)),
        Mistake("too_wide", _level(half=2 / 255)),
        Mistake("from_the_level", _level(centre=1 / 255)),
        Mistake("width_256", _level(half=1 / 256)),
        Mistake("variance", _level(power=1.0)),
        Mistake("not_standard", _level(power=0.0)),
        Mistake("edges_swapped", _level(sign=-1.0)),
        Mistake("probability", lambda x_0, m, v: log_level(x_0, m, v).exp()),
        Mistake("minus", lambda x_0, m, v: -log_level(x_0, m, v)),
        Mistake("bits", lambda x_0, m, v: log_level(x_0, m, v) / math.log(2)),
    ],
)

# ---- losses.most_bits


def most_bits(nats: Tensor, d: int, share: float) -> Tensor:
    """The bound in bits per dimension, its standard error, and the t up to which ``share`` of it is reached.

    ``nats`` (T+1, B) has the term of index t in row t, as ``losses.vlb_terms`` has it; the rows 0..t hold at
    least ``share`` of the mean bound, and t is the smallest for which they do.
    """
    bits = nats / (d * math.log(2))
    each = bits.sum(0)
    until = bits.mean(1).cumsum(0)
    t = (until < share * until[-1]).sum()
    return torch.stack([each.mean(), each.std() / len(each) ** 0.5, t.to(bits.dtype)])


def _terms(d: int, share: float, *images: tuple[float, ...]) -> tuple[Tensor, int, float]:
    """One tuple an image, of its terms in nats from t = 0 to T."""
    return torch.tensor(images, dtype=torch.float64).T.contiguous(), d, share


# Most of the bits late, early, in the middle; images that differ widely.
_TABLES = [
    _terms(2, 0.5, (1.0, 3.0, 0.5), (2.0, 6.0, 0.1)),
    _terms(4, 0.9, (9.0, 4.0, 0.5, 0.7, 2.0), (2.0, 1.0, 1.5, 0.2, 0.0), (20.0, 6.0, 3.0, 2.5, 0.3)),
    _terms(9, 0.3, (0.5, 2.0, 1.0, 7.0, 4.0, 0.2), (0.1, 0.4, 3.0, 1.0, 9.0, 0.6)),
    _terms(6, 0.35, (8.0, 0.4, 0.3, 0.1), (0.2, 0.1, 0.5, 30.0), (6.0, 0.7, 0.2, 0.3), (5.0, 0.2, 0.9, 0.1)),
    _terms(5, 0.35, (7.0, 1.0, 4.0, 6.0, 2.0), (5.0, 3.0, 4.0, 4.0, 5.0)),
]


def _in_bits(bits: float, d: int) -> float:
    return bits * d * math.log(2)


def _knows_nothing(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for d in (1, 6):
        each = (0.0, d * math.log(256) / 4, d * math.log(256) * 3 / 4)
        yield Comparison(call(*_terms(d, 0.5, each, each))[0], _number(8.0))


def _two_images(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    one, three = (0.0, _in_bits(1.0, 6)), (0.0, _in_bits(3.0, 6))
    yield Comparison(call(*_terms(6, 0.5, one, three))[:2], _row(2.0, 1.0))


def _reached_there(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for nats, d, share in _TABLES:
        for part in (0.02, share, 0.97):
            below = nats.sum(1).cumsum(0) < part * nats.sum()
            yield Comparison(call(nats, d, part)[2], _number(float(below.sum())))


def _in_proportion(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for nats, d, share in _TABLES:
        yield Comparison(call(3 * nats, d, share), call(nats, d, share) * _row(3.0, 3.0, 1.0))


def _counts_with_its_bits(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    got = call(*_terms(4, 0.4, (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 9.0)))
    yield Comparison(got[2], _number(3.0))


def _bits(nats: Tensor, d: int) -> Tensor:
    return nats / (d * math.log(2))


def _of_the_mean(images: Tensor) -> Tensor:
    return images.std() / len(images) ** 0.5


def _reached(bits: Tensor, share: float) -> Tensor:
    until = bits.mean(1).cumsum(0)
    return (until < share * until[-1]).sum()


def _own_place(bits: Tensor, share: float) -> Tensor:
    return torch.stack([_reached(image[:, None], share) for image in bits.T]).double().mean()


def _concluded(
    bits: Callable[[Tensor, int], Tensor] = _bits,
    each: Callable[[Tensor], Tensor] = lambda bits: bits.sum(0),
    mean: Callable[[Tensor], Tensor] = lambda images: images.mean(),
    error: Callable[[Tensor], Tensor] = _of_the_mean,
    place: Callable[[Tensor, float], Tensor] = _reached,
) -> Callable[..., Tensor]:
    """The answer with another unit, bound of an image, mean, error, or place made of (bits, share)."""

    def answer(nats: Tensor, d: int, share: float) -> Tensor:
        table = bits(nats, d)
        images = each(table)
        return torch.stack([mean(images), error(images), place(table, share).to(table.dtype)])

    return answer


def _without_the_first(nats: Tensor, d: int, share: float) -> Tensor:
    return most_bits(nats[1:], d, share) + _row(0.0, 0.0, 1.0)


def _over_all_terms(nats: Tensor, d: int, share: float) -> Tensor:
    mean, _, t = most_bits(nats, d, share)
    return torch.stack([mean, _of_the_mean(_bits(nats, d).flatten()), t])


MOST_BITS = Exercise(
    "losses.most_bits",
    chapter=3,
    kind="measure",
    reference=most_bits,
    probes=_TABLES,
    hidden=[
        _terms(3, 0.7, (2.0, 0.3, 4.0, 0.8), (5.0, 1.1, 0.6, 2.4), (0.4, 3.0, 1.0, 0.2)),
        _terms(784, 0.8, (700.0, 90.0, 40.0, 30.0, 60.0, 9.0, 4.0), (300.0, 200.0, 80.0, 6.0, 3.0, 2.0, 1.0)),
        _terms(7, 0.45, (9.0, 0.1, 0.4), (0.2, 0.3, 60.0), (8.0, 0.2, 0.5), (7.0, 0.6, 0.3), (9.0, 0.4, 0.2)),
        _terms(10, 0.35, (2.5, 1.5, 2.5, 2.0, 1.5), (3.5, 0.5, 1.5, 3.0, 1.5)),
    ],
    properties=[
        Property("bits_eight", _knows_nothing),
        Property("bits_error", _two_images),
        Property("bits_reached", _reached_there),
        Property("bits_scale", _in_proportion),
        Property("bits_weight", _counts_with_its_bits),
    ],
    mistakes=[
        Mistake("in_nats", _concluded(bits=lambda nats, d: nats / d)),
        Mistake("times_ln_2", _concluded(bits=lambda nats, d: nats * math.log(2) / d)),
        Mistake("not_per_pixel", _concluded(bits=lambda nats, d: nats / math.log(2))),
        Mistake("mean_of_terms", _concluded(each=lambda bits: bits.mean(0))),
        Mistake("first_left_out", _without_the_first),
        Mistake("last_left_out", _concluded(each=lambda bits: bits[:-1].sum(0))),
        Mistake("summed", _concluded(mean=lambda images: images.sum())),
        Mistake("spread", _concluded(error=lambda images: images.std())),
        Mistake("over_B", _concluded(error=lambda images: images.std() / len(images))),
        Mistake(
            "over_B_inside", _concluded(error=lambda images: images.std(correction=0) / len(images) ** 0.5)
        ),
        Mistake("variance", _concluded(error=lambda images: images.var() / len(images))),
        Mistake("over_all_terms", _over_all_terms),
        Mistake("one_more", _concluded(place=lambda bits, share: _reached(bits, share) + 1)),
        Mistake("last_below", _concluded(place=lambda bits, share: _reached(bits, share) - 1)),
        Mistake(
            "from_the_noise",
            _concluded(place=lambda bits, share: len(bits) - 1 - _reached(bits.flip(0), share)),
        ),
        Mistake("largest_term", _concluded(place=lambda bits, share: bits.mean(1).argmax())),
        Mistake(
            "share_of_the_rows", _concluded(place=lambda bits, share: torch.tensor(int(share * len(bits))))
        ),
        Mistake("shares_averaged", _concluded(place=lambda bits, share: _reached(bits / bits.sum(0), share))),
        Mistake("each_image", _concluded(place=_own_place)),
    ],
)

EXERCISES = (KL, ELBO, POSTERIOR, LOG_LEVEL, MOST_BITS)  # in the chapter's order
