"""What training minimises, and the bound that it is a simplified part of.

Terms of the bound carry Ho et al. 2020's own index t = 0..T (eq. 5): L_0 is the decoder, L_T the prior.
"""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import gaussians, lang
from course_lib.checks import check_not_empty, check_number, check_tensor, check_whole, seen
from course_lib.forward import check_batch, check_noise, noise_like, posterior, q_sample
from course_lib.parameterisations import EpsModel, Model, check_schedule
from course_lib.schedules import Schedule, Table, Timesteps, check_variance, gather, per_item

DECODERS = ("gaussian", "discrete")
LEVELS = 256  # of a pixel
NUMBERS = 128 * 28 * 28  # in a call of the model, where several t travel together
ROWS = 2048  # items in such a call at most; more of them are slower for points (measured)
Nats = TypeVar("Nats", Tensor, float)


def per_image(eps_hat: Float[Tensor, "B *D"], eps: Float[Tensor, "B *D"]) -> Float[Tensor, " B"]:
    """The mean squared error of each image: (1/d) ||eps - eps_hat||^2, one number a batch item.

    Source: Ho et al. 2020, eq. 14, divided by d. ValueError when the shapes differ.
    """
    check_tensor("eps_hat", eps_hat)
    check_tensor("eps", eps)
    if eps_hat.shape != eps.shape:
        raise ValueError(
            lang.text(
                "error.noise_shape", x="eps", eps="eps_hat", want=tuple(eps.shape), got=tuple(eps_hat.shape)
            )
        )
    check_batch("eps", eps)
    return _flat((eps - eps_hat).square()).mean(1)


def simple(eps_hat: Float[Tensor, "B *D"], eps: Float[Tensor, "B *D"]) -> Float[Tensor, ""]:
    """The simplified training loss, averaged over pixels and batch.

    L_simple = E_{t, x_0, eps} ||eps - eps_theta(x_t, t)||^2 / d,  t ~ U{1..T}.

    Source: Ho et al. 2020, eq. 14. The paper sums over the d pixels; the mean is 1/d of that, with the
    same minimiser. A perfect model's loss is not 0: the part of eps that x_t does not determine remains.
    ValueError for an empty batch, whose mean is no number.
    """
    each = per_image(eps_hat, eps)
    check_not_empty("eps", each)
    return each.mean()


def bits_per_dim(nats: Nats, d: int) -> Nats:
    """Nats of a whole image as bits for each of its d numbers: a tensor for a tensor, else a float.

    nats / (d ln 2).

    Source: Ho et al. 2020, section 4 (lossless codelength). It counts the bits of a pixel only where nats
    came from a probability (the discrete decoder). d >= 1, else ValueError.
    """
    return nats / (check_whole("d", d) * math.log(2))


def weights(schedule: Schedule, variance: str = "beta") -> Table:
    """How much the bound counts ||eps - eps_hat||^2 at each t, in nats; slot 0 is 0.

    lambda_t = beta_t^2 / (2 sigma_t^2 alpha_t (1 - alpha_bar_t)),  sigma_t^2 = beta_t or beta_tilde_t.

    Source: Ho et al. 2020, eq. 12; L_simple puts 1 in its place. The index is the t of x_t: lambda_t belongs
    to the bound's term L_{t-1}. (T+1,) float64; with beta_tilde lambda_1 is infinite, since beta_tilde_1 = 0.
    """
    sigma_squared = schedule.variance(variance)
    table = schedule.beta.square() / (2 * sigma_squared * schedule.alpha * (1 - schedule.alpha_bar))
    table[0] = 0.0
    return table


def min_snr(schedule: Schedule, gamma: float = 5.0) -> Table:
    """How much the min-SNR loss counts ||eps - eps_hat||^2 at each t; slot 0 is 0.

    w_t = min(SNR_t, gamma) / SNR_t,  which is min(SNR_t, gamma) on ||x_0 - x_0_hat||^2.

    Source: Hang et al. 2023, section 3.4 (gamma = 5). (T+1,) float64 in (0, 1]; gamma > 0, else ValueError.
    """
    check_number("gamma", gamma)
    if not 0 < gamma < math.inf:
        raise ValueError(lang.text("error.recipe", name="gamma", allowed="(0, ∞)", got=gamma))
    table = schedule.snr.clamp(max=gamma) / schedule.snr
    table[0] = 0.0
    return table


def log_level(
    x_0: Float[Tensor, "*D"], mean: Float[Tensor, "*E"], variance: Float[Tensor, "*F"]
) -> Float[Tensor, "*G"]:
    """The log-probability that N(mean, variance) gives to the grey level of each number of x_0, in nats.

    log( Phi((x_0 + 1/255 - mean) / std) - Phi((x_0 - 1/255 - mean) / std) ),  std = sqrt(variance); the
    first Phi is 1 for white (1), the second 0 for black (-1).

    Source: Ho et al. 2020, eq. 13. x_0 in [-1, 1] counts as the nearest of 256 levels. Arguments broadcast;
    far from the mean, where both Phi round to one number, the result is still finite. ValueError for what is
    no tensor, an x_0 that is empty or out of range, or a variance that is not > 0.
    """
    for name, x in (("x_0", x_0), ("mean", mean), ("variance", variance)):
        check_tensor(name, x)
    check_not_empty("x_0", x_0)
    _check_range(x_0)
    if not bool((variance > 0).all()):
        raise ValueError(lang.text("error.variance", name="variance", got=float(variance.min())))
    return _log_bin(x_0, mean, variance)


def vlb_term(
    model: Model,
    x_0: Float[Tensor, "B *D"],
    t: Timesteps,
    eps: Float[Tensor, "B *D"] | None,
    schedule: Schedule,
    variance: str = "beta",
    decoder: str = "gaussian",
) -> Float[Tensor, " B"]:
    """One term of the bound on -log p(x_0), for every image, in nats.

    L_0 = -log p(x_0 | x_1);  L_t = KL( q(x_t | x_{t+1}, x_0) || p(x_t | x_{t+1}) ) for t = 1..T-1;
    L_T = KL( q(x_T | x_0) || N(0, I) ),  where p(x_{s-1} | x_s) = N(mu_theta(x_s, s), sigma_s^2 I) and
    mu_theta = (x_s - beta_s / sqrt(1 - alpha_bar_s) eps_hat) / sqrt(alpha_s).

    Source: Ho et al. 2020, eqs. 5, 11 and (decoder "discrete") 13. variance "beta" or "beta_tilde" chooses
    sigma_s^2; as beta_tilde_1 = 0 is no variance, the decoder then has beta_tilde_2 (Nichol & Dhariwal 2021,
    their code; beta_1 where T = 1). decoder "gaussian": a density; "discrete": the probability of the
    pixel's bin, x_0 in [-1, 1] on 256 levels.
    t: the term's index, one int in 0..T or one each image (B,). eps: the noise of the jump to x_{t+1}; L_T
    needs none and asks no model. Computed and returned in float64. ValueError for another name, t or shape,
    or a model whose own schedule is another.
    """
    _check(model, x_0, schedule, variance, decoder)
    gather(schedule.beta, t, x_0, first=0)  # where a bad t is reported
    where = torch.device("cpu") if x_0.device.type == "mps" else x_0.device  # it has no float64
    at = t.to(where, torch.int64) if isinstance(t, Tensor) else torch.full((len(x_0),), t, device=where)
    wide = x_0.to(where, torch.float64)
    if bool((at == schedule.T).all()):
        return _prior_term(wide, schedule)
    check_tensor("eps", eps)
    assert eps is not None  # for mypy: the line above has seen to it
    check_noise(x_0, eps, "x_0", "eps")

    s = (at + 1).clamp(max=schedule.T)
    # The posterior must be that of the x_s the model sees: rounded to the images' own dtype.
    x_s = q_sample(wide, s, eps.to(where, torch.float64), schedule).to(x_0.dtype)
    eps_hat = model(x_s.to(x_0.device), s.to(x_0.device))
    if seen(eps_hat) != tuple(x_0.shape):
        one = ", ".join(map(str, s.unique().tolist()[:3]))
        raise ValueError(lang.text("error.model_shape", t=one, want=tuple(x_0.shape), got=seen(eps_hat)))
    x_s, eps_hat = x_s.double(), eps_hat.to(where, torch.float64)
    beta_s, alpha_s = gather(schedule.beta, s, x_s), gather(schedule.alpha, s, x_s)
    gone_s = gather(1 - schedule.alpha_bar, s, x_s)
    mu_theta = (x_s - beta_s / gone_s**0.5 * eps_hat) / alpha_s**0.5
    sigma_squared = torch.as_tensor(gather(_variances(schedule, variance), s, x_s))
    mu_tilde, beta_tilde_s = posterior(wide, x_s, s, schedule)
    first, last = (per_item(at == end, x_s) for end in (0, schedule.T))
    # At s = 1 the posterior is a point: its KL is no number, and L_0 stands in its place.
    known = torch.where(first, sigma_squared, torch.as_tensor(beta_tilde_s))
    each = _flat(gaussians.kl(mu_tilde, known, mu_theta, sigma_squared)).sum(1)
    if bool(first.any()):
        log_p = _log_bin if decoder == "discrete" else _log_density
        each = torch.where(first.flatten(), -_flat(log_p(wide, mu_theta, sigma_squared)).sum(1), each)
    return torch.where(last.flatten(), _prior_term(wide, schedule), each)


@torch.no_grad()
def vlb_terms(
    model: Model,
    x_0: Float[Tensor, "B *D"],
    schedule: Schedule,
    generator: torch.Generator | None = None,
    *,
    variance: str = "beta",
    decoder: str = "gaussian",
    eps: Float[Tensor, "B *D"] | None = None,
    chunk: int | None = None,
) -> Float[Tensor, "T_plus_1 B"]:
    """All terms of the bound, terms[t] = L_t of each image in nats; their sum bounds -log p(x_0).

    E_q sum_{t=0}^{T} L_t >= -log p(x_0), each expectation estimated with one draw of the noise.

    Source: Ho et al. 2020, eq. 5; variance and decoder as in ``vlb_term``. eps: one noise for every t;
    without it fresh noise for each t comes from ``generator``, the same for every ``chunk``.
    chunk: how many t travel in one call of the model. Left out, ``together(x_0)`` for the library's own
    models, and one for any other, which may hold a label for each image. ValueError as in ``vlb_term``.
    """
    _check(model, x_0, schedule, variance, decoder)
    if eps is not None:
        check_noise(x_0, eps, "x_0", "eps")
    b, T = len(x_0), schedule.T
    if chunk is None:
        chunk = together(x_0) if isinstance(model, EpsModel | gaussians.OptimalEps) else 1
    chunk = check_whole("chunk", chunk)
    terms = []
    for start in range(0, T, chunk):
        ts = torch.arange(start, min(start + chunk, T), device=x_0.device)
        drawn = [noise_like(x_0, generator) if eps is None else eps for _ in range(len(ts))]
        # No repeat for a chunk of one: the model then sees the caller's own batch, in its order.
        many = x_0.repeat(len(ts), *[1] * (x_0.ndim - 1))
        each = vlb_term(model, many, ts.repeat_interleave(b), torch.cat(drawn), schedule, variance, decoder)
        terms.append(each.reshape(len(ts), b))
    terms.append(vlb_term(model, x_0, T, None, schedule, variance, decoder)[None])
    return torch.cat(terms)


def together(x_0: Float[Tensor, "B *D"]) -> int:
    """How many t of this batch make a call of moderate size: 128 digits, or up to 2048 points; at least 1."""
    rows = min(ROWS, NUMBERS // max(1, x_0[:1].numel()))
    return max(1, rows // max(1, len(x_0)))


def _check(model: object, x_0: Tensor, schedule: Schedule, variance: str, decoder: str) -> None:
    check_batch("x_0", x_0)
    check_variance(variance)
    if decoder not in DECODERS:
        raise ValueError(lang.text("error.decoder", got=repr(decoder), allowed=", ".join(DECODERS)))
    check_schedule(model, schedule)
    if decoder == "discrete" and len(x_0):
        _check_range(x_0)


def _check_range(x_0: Tensor) -> None:
    low, high = (float(v) for v in x_0.aminmax())
    if not (low >= -1.001 and high <= 1.001):  # NaN is out as well
        raise ValueError(lang.text("error.image_range", low=f"{low:.3g}", high=f"{high:.3g}"))


def _variances(schedule: Schedule, variance: str) -> Table:
    table = schedule.variance(variance).clone()
    if table[1] == 0:  # beta_tilde_1: no variance for a decoder
        table[1] = table[2] if schedule.T > 1 else schedule.beta[1]
    return table


def _flat(x: Tensor) -> Tensor:
    """One row an item; an item of shape () is one number."""
    return x.flatten(1) if x.ndim > 1 else x[:, None]


def _prior_term(x_0: Tensor, schedule: Schedule) -> Tensor:
    kept = float(schedule.alpha_bar[-1])
    return _flat(gaussians.kl(kept**0.5 * x_0, 1 - kept, 0.0, 1.0)).sum(1)


def _log_density(x_0: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return -0.5 * ((x_0 - mean).square() / variance + (2 * math.pi * variance).log())


def _log_bin(x_0: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    # log( Phi(high) - Phi(low) ), the bin of x_0's level; Ho et al. 2020, eq. 13: the outermost are open.
    level = ((x_0 + 1) * (LEVELS - 1) / 2).round()
    infinity = torch.full_like(level, math.inf)
    low = torch.where(level <= 0, -infinity, ((2 * level - 1) / (LEVELS - 1) - 1 - mean) / variance.sqrt())
    high = torch.where(
        level >= LEVELS - 1, infinity, ((2 * level + 1) / (LEVELS - 1) - 1 - mean) / variance.sqrt()
    )
    # Phi near 1 has lost its digits: a bin above the mean is turned to the other side.
    above = low + high > 0
    low, high = torch.where(above, -high, low), torch.where(above, -low, high)
    top, bottom = (torch.special.log_ndtr(edge) for edge in (high, low))
    return top + torch.log(-torch.expm1(bottom - top))
