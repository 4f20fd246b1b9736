"""Densities known exactly: what a perfect model would answer, without any training."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import data, lang
from course_lib.checks import check_not_empty, check_whole, numbers, seen
from course_lib.forward import check_batch
from course_lib.schedules import Schedule, Timesteps, gather, per_item, signal_noise

_FEW = 16  # numbers a point: up to here all differences fit into memory


def kl(
    mean_1: Float[Tensor, "*D"] | float,
    var_1: Float[Tensor, "*E"] | float,
    mean_2: Float[Tensor, "*F"] | float,
    var_2: Float[Tensor, "*G"] | float,
) -> Float[Tensor, "*H"]:
    """KL( N(mean_1, var_1) || N(mean_2, var_2) ), coordinate by coordinate, in nats.

    1/2 ( log(var_2 / var_1) + (var_1 + (mean_1 - mean_2)^2) / var_2 - 1 ).

    Source: Kingma & Welling 2014, appendix B, for two general Gaussians. Arguments broadcast; the KL of
    independent coordinates is the sum. Variances (not standard deviations) > 0, else ValueError.
    """
    m_1, v_1, m_2, v_2 = (
        a
        if isinstance(a, Tensor) and not a.is_complex()
        else numbers(name, a, torch.float64)  # not float32, torch's default
        for name, a in (("mean_1", mean_1), ("var_1", var_1), ("mean_2", mean_2), ("var_2", var_2))
    )
    for name, variance in (("var_1", v_1), ("var_2", v_2)):
        if not bool((variance > 0).all()):
            raise ValueError(lang.text("error.variance", name=name, got=float(variance.min())))
    return 0.5 * (torch.log(v_2 / v_1) + (v_1 + (m_1 - m_2).square()) / v_2 - 1)


class Mixture:
    """A mixture of isotropic Gaussians, sum_k weights_k N(means_k, stds_k^2 I).

    weights (K,) positive (scaled to sum to 1); means (K, *D); stds (K,) >= 0, where 0 is a point mass
    (then only its diffused versions have a density). ValueError for anything else.
    """

    def __init__(
        self,
        weights: Sequence[float] | Tensor,
        means: Sequence | Tensor,
        stds: Sequence[float] | float | Tensor,
    ):
        means = numbers("means", means)
        if not means.ndim:
            raise ValueError(lang.text("error.points_shape", name="means", want="(K, …)", got=()))
        check_not_empty("means", means)
        means = means if means.is_floating_point() else means.double()
        self.means = means[:, None] if means.ndim == 1 else means
        count = len(self.means)
        self.weights = numbers("weights", weights, means.dtype, means.device)
        stds = numbers("stds", stds, dtype=means.dtype, device=means.device)
        self.stds = stds.expand(count) if stds.ndim == 0 else stds
        if self.weights.shape != (count,) or self.stds.shape != (count,):
            raise ValueError(
                lang.text(
                    "error.mixture_shape", n=count, w=tuple(self.weights.shape), s=tuple(self.stds.shape)
                )
            )
        if not bool((self.weights > 0).all()) or not bool((self.stds >= 0).all()):
            raise ValueError(lang.text("error.mixture_sign"))
        for name, given in (("weights", self.weights), ("means", self.means), ("stds", self.stds)):
            if not bool(given.isfinite().all()):
                raise ValueError(lang.text("error.mixture_finite", name=name))
        self.weights = self.weights / self.weights.sum()

    def to(self, device: str | torch.device) -> Mixture:
        """The same mixture on another device."""
        return Mixture(self.weights.to(device), self.means.to(device), self.stds.to(device))

    def _log_parts(self, x: Tensor, scale: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        # log( weights_k N(x; scale means_k, variance_k I) ), and the means; scale (B, 1), variance (B, K).
        flat, means = x.flatten(1), self.means.flatten(1).to(x)
        # ||x - c m||^2 = c^2 ||x/c - m||^2, so that each item may have its own c and nothing cancels.
        distance = scale.square() * _squared_distances(flat / scale, means)
        d = flat.shape[1]
        parts = (
            self.weights.to(x).log() - 0.5 * d * (2 * math.pi * variance).log() - 0.5 * distance / variance
        )
        return parts, means

    def log_prob(self, x: Float[Tensor, "B *D"]) -> Float[Tensor, " B"]:
        """log p(x) in nats. x (B, *D) of the means' shape; ValueError where a part is a point mass."""
        self._check_density(x)
        one = torch.ones(1, 1, dtype=x.dtype, device=x.device)
        parts, _ = self._log_parts(x, one, self.stds.to(x).square()[None])
        return parts.logsumexp(1)

    def sample(self, n: int, generator: torch.Generator | None = None) -> Float[Tensor, "n *D"]:
        """Draw n >= 1 points; the same generator state gives the same points."""
        n = check_whole("n", n)
        g, where = generator, self.means.device
        k = torch.multinomial(self.weights, n, replacement=True, generator=g)
        z = torch.randn((n, *self.means.shape[1:]), generator=g, device=where, dtype=self.means.dtype)
        return self.means[k] + per_item(self.stds[k], z) * z

    def diffused(self, t: int, schedule: Schedule) -> Mixture:
        """The law of x_t when x_0 follows this mixture: again a mixture.

        means sqrt(alpha_bar_t) m_k, variances alpha_bar_t s_k^2 + 1 - alpha_bar_t.

        Source: Ho et al. 2020, eq. 4, integrated over x_0. t in 0..T.
        """
        alpha_bar_t = gather(schedule.alpha_bar, t, self.means, first=0)
        variance = alpha_bar_t * self.stds.square() + (1 - alpha_bar_t)
        return Mixture(self.weights, alpha_bar_t**0.5 * self.means, variance.sqrt())

    def score(self, x: Float[Tensor, "B *D"]) -> Float[Tensor, "B *D"]:
        """The gradient of log p at x: sum_k r_k(x) (m_k - x) / s_k^2, r_k the posterior weights.

        ValueError where a part is a point mass.
        """
        self._check_density(x)
        one = torch.ones(1, 1, dtype=x.dtype, device=x.device)
        return self._score(x, one, self.stds.to(x).square()[None])

    def check_points(self, name: str, x: Tensor) -> None:
        """Raise ValueError unless ``x`` is a floating-point batch of points like the means."""
        check_batch(name, x)
        if x.shape[1:] != self.means.shape[1:]:
            want = str(("B", *self.means.shape[1:])).replace("'", "")
            raise ValueError(lang.text("error.points_shape", name=name, want=want, got=seen(x)))

    def _check_density(self, x: Tensor) -> None:
        self.check_points("x", x)
        if bool((self.stds == 0).any()):  # the formulas would answer NaN
            raise ValueError(lang.text("error.point_mass"))

    def _score(self, x: Tensor, scale: Tensor, variance: Tensor) -> Tensor:
        parts, means = self._log_parts(x, scale, variance)
        pull = parts.softmax(1) / variance
        flat = scale * (pull @ means) - pull.sum(1, keepdim=True) * x.flatten(1)
        return flat.reshape(x.shape)

    def optimal_eps(self, schedule: Schedule) -> OptimalEps:
        """The best possible noise predictor for this data, ``(x_t, t) -> E[eps | x_t]``."""
        return OptimalEps(self, schedule)


def _squared_distances(x: Tensor, means: Tensor) -> Tensor:
    """||x_b - means_k||^2 as (B, K)."""
    # Beyond that (B, K, d) is too large; cdist has wrong derivatives under torch.func (seen in torch 2.15).
    if x.shape[1] <= _FEW:
        return (x[:, None] - means).square().sum(2)
    return torch.cdist(x, means, compute_mode="donot_use_mm_for_euclid_dist").square()


class OptimalEps:
    """E[eps | x_t] for mixture data: the answer that minimises the training loss at every t.

    eps_hat = -sqrt(1 - alpha_bar_t) grad log q_t(x_t).

    Source: Tweedie's formula (Robbins 1956; Efron 2011, section 1) for the noise of Ho et al.
    2020, eq. 4. t (B,) in 1..T.
    """

    def __init__(self, data: Mixture, schedule: Schedule):
        self.data, self.schedule = data, schedule

    def __call__(self, x_t: Float[Tensor, "B *D"], t: Timesteps) -> Float[Tensor, "B *D"]:
        self.data.check_points("x_t", x_t)
        rows = x_t.flatten(1)[:, :1]
        signal, noise = (
            torch.as_tensor(root, dtype=x_t.dtype, device=x_t.device).reshape(-1, 1)
            for root in signal_noise(t, rows, self.schedule)
        )
        return self.at(x_t, signal, noise)

    def at(self, x: Float[Tensor, "B *D"], signal: Tensor, noise: Tensor) -> Float[Tensor, "B *D"]:
        """E[eps | x] where x = signal x_0 + noise eps; signal and noise (B, 1), or (1, 1) for all items."""
        variance = (signal * self.data.stds.to(x)).square() + noise.square()
        return -per_item(noise, x) * self.data._score(x, signal, variance)


class IdealDenoiser(OptimalEps):
    """The perfect model of a finite data set: it knows these images, and nothing else.

    E[x_0 | x_t] = sum_i w_i x_i,
    w = softmax_i( -||x_t - sqrt(alpha_bar_t) x_i||^2 / (2 (1 - alpha_bar_t)) ).

    dataset: images (N, C, H, W) in [-1, 1], or points (N, *D). A sampler that uses it can only recite them.
    """

    def __init__(self, dataset: Float[Tensor, "N *D"], schedule: Schedule):
        check_batch("dataset", dataset)
        if len(dataset) == 0:
            raise ValueError(lang.text("error.empty_dataset"))
        if dataset.ndim == 4:
            data.check_images(dataset)
        super().__init__(Mixture(torch.ones(len(dataset)), dataset, 0.0), schedule)
