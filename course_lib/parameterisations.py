"""Three answers a network may give (eps, x_0 or v), and the exact way from each to eps.

v_t = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0 (Salimans & Ho 2022, section 4 and appendix D).
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import lang
from course_lib.schedules import Schedule, gather

KINDS = ("eps", "x_0", "v")


def check_kind(kind: str) -> str:
    """``kind`` if it is one of KINDS, otherwise a ValueError that lists them."""
    if kind not in KINDS:
        raise ValueError(lang.text("error.kind", got=repr(kind), allowed=", ".join(KINDS)))
    return kind


def target(
    kind: str,
    x_0: Float[Tensor, "B *D"],
    t: Int[Tensor, " B"],
    eps: Float[Tensor, "B *D"],
    schedule: Schedule,
) -> Float[Tensor, "B *D"]:
    """What a network of this kind should answer for x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps.

    eps;  x_0;  or v = sqrt(alpha_bar_t) eps - sqrt(1 - alpha_bar_t) x_0.

    Source: Salimans & Ho 2022, section 4. t in 1..T.
    """
    check_kind(kind)
    alpha_bar_t = gather(schedule.alpha_bar, t, x_0)  # for every kind: it is where a bad t is reported
    if kind == "eps":
        return eps
    if kind == "x_0":
        return x_0
    return alpha_bar_t**0.5 * eps - (1 - alpha_bar_t) ** 0.5 * x_0


def to_eps(
    kind: str,
    answer: Float[Tensor, "B *D"],
    x_t: Float[Tensor, "B *D"],
    t: Int[Tensor, " B"],
    schedule: Schedule,
) -> Float[Tensor, "B *D"]:
    """The noise that a network's answer implies.

    eps_hat;  (x_t - sqrt(alpha_bar_t) x_0_hat) / sqrt(1 - alpha_bar_t);
    or sqrt(alpha_bar_t) v_hat + sqrt(1 - alpha_bar_t) x_t.

    Source: Salimans & Ho 2022, appendix D. t in 1..T.
    """
    check_kind(kind)
    alpha_bar_t = gather(schedule.alpha_bar, t, x_t)
    if kind == "eps":
        return answer
    if kind == "x_0":
        return (x_t - alpha_bar_t**0.5 * answer) / (1 - alpha_bar_t) ** 0.5
    return alpha_bar_t**0.5 * answer + (1 - alpha_bar_t) ** 0.5 * x_t


class EpsModel(nn.Module):
    """A network of any kind, seen from outside as ``(x_t, t[, y]) -> eps_hat``.

    bf16: compute the network under bfloat16 autocast (what comes out is in x_t's dtype all the same).
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

    def answer(self, x_t: Tensor, t: Tensor, *labels: Tensor) -> Tensor:
        """What the network itself says (eps, x_0 or v) for x_t (B, *D), t (B,) and labels (B,)."""
        with torch.autocast(x_t.device.type, torch.bfloat16, enabled=self.bf16):
            return self.net(x_t, t, *labels).to(x_t.dtype)

    def forward(self, x_t: Tensor, t: Tensor, *labels: Tensor) -> Tensor:
        """eps_hat for x_t (B, *D) at t (B,), and for the labels (B,) if the network takes them."""
        return to_eps(self.kind, self.answer(x_t, t, *labels), x_t, t, self.schedule)
