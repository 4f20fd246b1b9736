"""Noise schedules: how much of the image, and how much noise, is left at each timestep.

t runs 1..T as in Ho et al. 2020. Every table has T+1 float64 entries and slot 0 is the clean image
(beta[0] = 0, alpha_bar[0] = 1), so no table needs a shifted twin and no formula an ``if t > 0``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_number, check_tensor, is_whole, numbers

Table = Float[Tensor, " T_plus_1"]
Timesteps = int | Int[Tensor, " B"]
VARIANCES = ("beta", "beta_tilde")  # the names that sigma_t^2 of a step back may have
# torch cannot subtract in the other unsigned kinds, and bool or complex numbers are no timesteps.
WHOLE = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


@dataclass(frozen=True, eq=False)
class Schedule:
    """The tables of one forward process, each of shape (T+1,) and float64.

    alpha_t = 1 - beta_t;  alpha_bar_t = alpha_1 ... alpha_t;  snr_t = alpha_bar_t / (1 - alpha_bar_t);
    beta_tilde_t = beta_t (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t), with beta_tilde_1 = 0 exactly.

    Source: Ho et al. 2020, section 2 and eq. 7. ``spec`` says how to build the same schedule again.
    """

    beta: Table
    spec: dict = field(default_factory=dict)

    @property
    def T(self) -> int:
        """The number of timesteps; the last one is x_T."""
        return self.beta.numel() - 1

    @cached_property
    def alpha(self) -> Table:
        """alpha_t = 1 - beta_t, the share of the signal's variance that step t keeps."""
        return 1 - self.beta

    @cached_property
    def alpha_bar(self) -> Table:
        """alpha_bar_t = prod_{s=1}^{t} alpha_s, the share of x_0's variance left at t."""
        return self.alpha.cumprod(0)

    @cached_property
    def beta_tilde(self) -> Table:
        """The variance of q(x_{t-1} | x_t, x_0), Ho et al. 2020 eq. 7; 0 at t = 0 and t = 1."""
        table = torch.zeros_like(self.beta)
        table[1:] = self.beta[1:] * (1 - self.alpha_bar[:-1]) / (1 - self.alpha_bar[1:])
        return table

    @cached_property
    def alpha_bars(self) -> tuple[float, ...]:
        """alpha_bar_0 .. alpha_bar_T as Python's numbers: a sampler reads two of them at each step."""
        return tuple(self.alpha_bar.tolist())

    @cached_property
    def snr(self) -> Table:
        """The signal-to-noise ratio alpha_bar_t / (1 - alpha_bar_t); infinite at t = 0."""
        return self.alpha_bar / (1 - self.alpha_bar)

    def variance(self, name: str) -> Table:
        """The table that sigma_t^2 is read from: beta_t for "beta", beta_tilde_t for "beta_tilde".

        Source: Ho et al. 2020, section 3.2. ValueError for another name.
        """
        return self.beta if check_variance(name) == "beta" else self.beta_tilde

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v}" for k, v in self.spec.items() if k != "betas")
        return f"Schedule({inside})"


def check_variance(name: str) -> str:
    """``name`` if it is one of VARIANCES, otherwise a ValueError that lists them."""
    if name not in VARIANCES:
        raise ValueError(lang.text("error.variance_name", got=repr(name), allowed=", ".join(VARIANCES)))
    return name


def gather(
    table: Table, t: Timesteps, x: Float[Tensor, "B *D"], first: int = 1
) -> float | Float[Tensor, "B *ones"]:
    """Read ``table`` at t and shape the result so that it multiplies ``x`` item by item.

    table[t] as (B, 1, ..., 1), on x's device and in x's dtype; an int t gives a plain float for all items.

    t: (B,) integers or one int, in first..T (``first=0`` where the clean image is meant too).
    Raises ValueError for a t outside that range, of another shape, or not an integer.
    """
    return _shaped(table[_checked(t, x, table.numel() - 1, first)], x)


def signal_noise(
    t: Timesteps, x: Float[Tensor, "B *D"], schedule: Schedule, first: int = 1
) -> tuple[float | Float[Tensor, "B *ones"], float | Float[Tensor, "B *ones"]]:
    """How much of x_0 and how much of eps is in x_t, shaped to multiply ``x`` item by item.

    sqrt(alpha_bar_t),  sqrt(1 - alpha_bar_t).

    Source: Ho et al. 2020, eq. 4. t as in ``gather``. An int t gives the same values as a tensor of it.
    """
    return roots(t, x, schedule.alpha_bar, 1 - schedule.alpha_bar, first=first)


def roots(
    t: Timesteps, x: Float[Tensor, "B *D"], one: Table, other: Table, first: int = 1
) -> tuple[float | Float[Tensor, "B *ones"], float | Float[Tensor, "B *ones"]]:
    """The square roots of two tables at t, taken in float64 and only then rounded to x's dtype.

    After the rounding 1 - alpha_bar_1 = 1e-4 would be off by 2e-4 of itself in float32, and 0 in bfloat16.
    """
    at = _checked(t, x, one.numel() - 1, first)
    a, b = (_shaped(table[at].sqrt().to(x.dtype), x) for table in (one, other))
    return a, b


def _shaped(values: Tensor, x: Tensor) -> float | Tensor:
    if values.ndim == 0:
        return float(values)
    return per_item(values.to(x.dtype).to(x.device), x)


def per_item(values: Tensor, x: Tensor) -> Tensor:
    """One value for each item, (B,), shaped to meet x (B, ...) item by item."""
    return values.reshape(-1, *[1] * (x.ndim - 1))


def _checked(t: Timesteps, x: Tensor, T: int, first: int) -> int | Tensor:
    # The tables stay on the CPU, so a t from elsewhere is fetched once: to be checked, and to read them.
    check_tensor("x", x)
    if is_whole(t):
        return check_t(int(t), T, first)
    if not isinstance(t, Tensor):
        raise ValueError(lang.text("error.t_type", got=type(t).__name__))
    if t.dtype not in WHOLE:
        raise ValueError(lang.text("error.t_dtype", got=t.dtype))
    if t.shape != x.shape[:1]:
        raise ValueError(lang.text("error.t_shape", got=tuple(t.shape), want=tuple(x.shape[:1])))
    if (known := known_number(t)) is not None:
        return check_t(known, T, first)
    at = t.to("cpu", torch.int64)  # torch would take uint8 for a mask
    low, high = (int(v) for v in at.aminmax()) if at.numel() else (first, first)
    if low < first or high > T:
        raise ValueError(_range_message(low if low < first else high, first, T))
    return at


def every(t: int, x: Tensor) -> Tensor:
    """The one timestep t for each item of ``x``: (B,) int64, on x's device.

    It remembers its number, so that reading a table at it waits for no accelerator.
    """
    return _remembering(torch.full((len(x),), t, device=x.device), t)


def twice(t: Tensor) -> Tensor:
    """t and t again, (2B,), for two passes in one batch; what ``every`` remembers is not forgotten."""
    return _remembering(torch.cat([t, t]), known_number(t))


def known_number(t: Tensor) -> int | None:
    """The number that ``every`` wrote into this tensor; None if something else was written since."""
    number, version = getattr(t, "_every", (None, 0))
    return number if number is not None and version == t._version else None


def _remembering(made: Tensor, number: int | None) -> Tensor:
    if number is not None and not made.is_inference():  # those do not tell whether somebody wrote to them
        setattr(made, "_every", (number, made._version))  # noqa: B010 (mypy knows no such attribute)
    return made


def check_t(t: int, T: int, first: int = 1) -> int:
    """``t`` if it lies in first..T; otherwise ValueError."""
    if not first <= t <= T:
        raise ValueError(_range_message(t, first, T))
    return t


def _range_message(got: int, first: int, T: int) -> str:
    name = "error.t_zero" if got == 0 and first == 1 else "error.t_range"
    return lang.text(name, got=got, first=first, T=T)


def check_T(T: int) -> int:
    """``T`` as an int if it is a whole number of at least 1; otherwise ValueError."""
    if not is_whole(T) or T < 1:
        raise ValueError(lang.text("error.T", got=repr(T)))
    return int(T)


def from_betas(betas: Sequence[float] | Float[Tensor, " T"], spec: dict | None = None) -> Schedule:
    """The schedule with beta_1..beta_T as given: betas[0] is beta_1, betas[T-1] is beta_T.

    alpha_bar_t = prod_{s=1}^{t} (1 - beta_s).

    Source: Ho et al. 2020, eq. 4. betas: (T,), each 0 < beta < 1; otherwise ValueError.
    """
    table = numbers("betas", betas, torch.float64, "cpu")
    if table.ndim != 1 or table.numel() == 0:
        raise ValueError(lang.text("error.betas_shape", got=tuple(table.shape)))
    bad = ~((table > 0) & (table < 1))  # also catches NaN
    if bad.any():
        at = int(bad.nonzero()[0, 0])
        raise ValueError(lang.text("error.betas_range", t=at + 1, got=float(table[at])))
    lost = 1 - table == 1  # then 1 - alpha_bar may be 0, and beta_tilde 0 / 0
    if lost.any():
        at = int(lost.nonzero()[0, 0])
        raise ValueError(lang.text("error.betas_tiny", t=at + 1, got=float(table[at])))
    spec = spec or {"name": "from_betas", "T": table.numel(), "betas": table.tolist()}
    return Schedule(torch.cat([torch.zeros(1, dtype=torch.float64), table]), spec)


def linear(T: int = 1000, beta_1: float = 1e-4, beta_T: float = 0.02) -> Schedule:
    """The schedule whose variances rise on a straight line.

    beta_t = beta_1 + (t - 1) / (T - 1) (beta_T - beta_1),  t = 1..T.

    Source: Ho et al. 2020, section 4. T >= 1; 0 < beta_1, beta_T < 1; otherwise ValueError.
    """
    T = check_T(T)
    check_number("beta_1", beta_1)
    check_number("beta_T", beta_T)
    betas = torch.linspace(beta_1, beta_T, T, dtype=torch.float64)
    return from_betas(betas, {"name": "linear", "T": T, "beta_1": beta_1, "beta_T": beta_T})


def cosine(T: int = 1000, s: float = 0.008, beta_max: float = 0.999) -> Schedule:
    """The schedule whose alpha_bar follows a squared cosine.

    alpha_bar_t = f(t) / f(0),  f(t) = cos^2( (t/T + s) / (1 + s) * pi/2 );
    beta_t = min(1 - alpha_bar_t / alpha_bar_{t-1}, beta_max).

    Source: Nichol & Dhariwal 2021, eq. 17 and the text under it. T >= 1, s >= 0, 0 < beta_max < 1.
    The clip at beta_max keeps alpha_T > 0: without it the sampler divides by zero at t = T.
    """
    T = check_T(T)
    check_number("s", s)
    check_number("beta_max", beta_max)
    if not s >= 0:
        raise ValueError(lang.text("error.cosine_s", got=s))
    t = torch.arange(T + 1, dtype=torch.float64)
    f = torch.cos((t / T + s) / (1 + s) * math.pi / 2) ** 2
    betas = (1 - f[1:] / f[:-1]).clamp(max=beta_max)
    return from_betas(betas, {"name": "cosine", "T": T, "s": s, "beta_max": beta_max})


_BUILDERS: dict[str, tuple[Callable[..., Schedule], set[str]]] = {
    "linear": (linear, {"T", "beta_1", "beta_T"}),
    "cosine": (cosine, {"T", "s", "beta_max"}),
    "from_betas": (from_betas, {"T", "betas"}),
}


def from_spec(spec: dict) -> Schedule:
    """The schedule that ``Schedule.spec`` describes (how a checkpoint's card names its schedule).

    ValueError for another name, or for settings that are not exactly those of this schedule.
    """
    name = spec.get("name") if isinstance(spec, dict) else spec
    if not isinstance(name, str) or name not in _BUILDERS:
        raise ValueError(lang.text("error.schedule_name", got=repr(name), allowed=", ".join(_BUILDERS)))
    build, settings = _BUILDERS[name]
    if not isinstance(spec, dict):
        want = ", ".join(sorted(settings))
        raise ValueError(lang.text("error.schedule_keys", name=name, want=want, got=repr(spec)))
    if spec.keys() != settings | {"name"}:
        got, want = (", ".join(sorted(keys)) for keys in (spec.keys() - {"name"}, settings))
        raise ValueError(lang.text("error.schedule_keys", name=name, want=want, got=got))
    arguments = {k: v for k, v in spec.items() if k != "name"}
    if name == "from_betas":
        del arguments["T"]
    return build(**arguments)
