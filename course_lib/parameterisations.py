"""Three answers a network may give (eps, x_0 or v), and the exact way from each to eps and back.

v_t = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0 (Salimans & Ho 2022, section 4 and appendix D).
Their three losses are one loss with three weights:
||x_0 - x_0_hat||^2 = (1 - alpha_bar_t) / alpha_bar_t ||eps - eps_hat||^2,
||v - v_hat||^2 = 1 / alpha_bar_t ||eps - eps_hat||^2.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib import lang
from course_lib.forward import check_noise, predict_x_0
from course_lib.schedules import Schedule, Timesteps, signal_noise

KINDS = ("eps", "x_0", "v")
Model = Callable[[Tensor, Tensor], Tensor]  # (x_t, t) -> eps_hat, the one protocol


def check_kind(kind: str) -> str:
    """``kind`` if it is one of KINDS, otherwise a ValueError that lists them."""
    if kind not in KINDS:
        raise ValueError(lang.text("error.kind", got=repr(kind), allowed=", ".join(KINDS)))
    return kind


def check_tables(schedule: object) -> None:
    """ValueError unless ``schedule`` is one: not its name, nor the function that makes it."""
    if not hasattr(schedule, "alpha_bar") or not hasattr(schedule, "T"):
        got = getattr(schedule, "__name__", type(schedule).__name__)
        raise ValueError(lang.text("error.schedule_kind", got=got))


def check_schedule(model: object, schedule: Schedule) -> None:
    """ValueError where ``model`` has a schedule of its own and it is not this one."""
    own = getattr(model, "schedule", None)
    if own is not None and not torch.equal(own.beta, schedule.beta):
        raise ValueError(lang.text("error.other_schedule", own=own, got=schedule))


def target(
    kind: str,
    x_0: Float[Tensor, "B *D"],
    t: Timesteps,
    eps: Float[Tensor, "B *D"],
    schedule: Schedule,
) -> Float[Tensor, "B *D"]:
    """What a network of this kind should answer for x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps.

    eps;  x_0;  or v = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0.

    Source: Salimans & Ho 2022, section 4. t in 1..T; ValueError otherwise, or when the shapes differ.
    """
    check_kind(kind)
    check_noise(x_0, eps, "x_0", "eps")
    signal, noise = signal_noise(t, x_0, schedule)  # for every kind: it is where a bad t is reported
    if kind == "eps":
        return eps
    if kind == "x_0":
        return x_0
    return signal * eps - noise * x_0


def to_eps(
    kind: str,
    answer: Float[Tensor, "B *D"],
    x_t: Float[Tensor, "B *D"],
    t: Timesteps,
    schedule: Schedule,
) -> Float[Tensor, "B *D"]:
    """The noise that a network's answer implies.

    eps_hat;  (x_t - sqrt(alpha_bar_t) x_0_hat) / sqrt(1 - alpha_bar_t);
    or sqrt(alpha_bar_t) v_hat + sqrt(1 - alpha_bar_t) x_t.

    Source: Salimans & Ho 2022, appendix D. t in 1..T; ValueError otherwise, or when the shapes differ.
    """
    check_kind(kind)
    check_noise(x_t, answer, "x_t", "answer")
    signal, noise = signal_noise(t, x_t, schedule)
    if kind == "eps":
        return answer
    if kind == "x_0":
        return (x_t - signal * answer) / noise
    return signal * answer + noise * x_t


def from_eps(
    kind: str,
    eps_hat: Float[Tensor, "B *D"],
    x_t: Float[Tensor, "B *D"],
    t: Timesteps,
    schedule: Schedule,
) -> Float[Tensor, "B *D"]:
    """What a network of this kind would have answered in the place of eps_hat: the inverse of ``to_eps``.

    eps_hat;  x_0_hat = (x_t - sqrt(1 - alpha_bar_t) eps_hat) / sqrt(alpha_bar_t);
    or v_hat = (eps_hat - sqrt(1 - alpha_bar_t) x_t) / sqrt(alpha_bar_t).

    Source: Salimans & Ho 2022, appendix D. t in 1..T; ValueError as there. From one kind to another:
    to_eps, then from_eps.
    """
    check_kind(kind)
    check_noise(x_t, eps_hat, "x_t", "eps_hat")
    signal, noise = signal_noise(t, x_t, schedule)
    if kind == "eps":
        return eps_hat
    if kind == "x_0":
        return predict_x_0(x_t, t, eps_hat, schedule)
    return (eps_hat - noise * x_t) / signal


class EpsModel(nn.Module):
    """A network of any kind, seen from outside as ``(x_t, t[, y]) -> eps_hat``.

    Images go to the network's device and dtype, and its answer comes back on x_t's device in x_t's dtype.
    bf16: compute the network under bfloat16 autocast.
    Raises ValueError for a kind that does not exist.
    """

    def __init__(self, net: nn.Module, schedule: Schedule, kind: str = "eps"):
        super().__init__()
        self.net, self.schedule, self.kind = net, schedule, check_kind(kind)
        self.bf16 = False

    @property
    def classes(self) -> int:
        """How many classes the network knows; 0 for one without labels."""
        return int(getattr(self.net, "classes", 0))

    def answer(self, x_t: Tensor, t: int | Tensor, y: Tensor | None = None) -> Tensor:
        """What the network itself says (eps, x_0 or v) for x_t (B, *D), t (B,) or one int, and labels y (B,).

        ValueError where x_t is not floating point.
        """
        if not x_t.is_floating_point():
            raise ValueError(lang.text("error.float_images", got=x_t.dtype))
        home = next((p for p in self.net.parameters() if p.is_floating_point()), x_t)
        x = x_t.to(home.device, home.dtype)
        t = t.to(home.device) if isinstance(t, Tensor) else torch.full((len(x),), t, device=home.device)
        labels = () if y is None else (y.to(home.device),)
        with torch.autocast(x.device.type, torch.bfloat16) if self.bf16 else nullcontext():
            return self.net(x, t, *labels).to(x_t.device, x_t.dtype)

    def forward(self, x_t: Tensor, t: int | Tensor, y: Tensor | None = None) -> Tensor:
        """eps_hat for x_t (B, *D) at t (B,) or one int, and for labels y (B,) if the network takes them."""
        return to_eps(self.kind, self.answer(x_t, t, y), x_t, t, self.schedule)
