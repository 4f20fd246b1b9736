"""Flow matching: a straight way from data to noise, and the velocity along it.

s runs from 0 (data) to 1 (noise): x_s = (1 - s) x_0 + s eps, as in Liu et al. 2023 and Lipman et al. 2023
(whose time runs the other way) and Esser et al. 2024. A velocity field is ``(x_s, s) -> velocity``, s (B,)
numbers in [0, 1]. It is the same picture as diffusion in other units (see ``flow_maps``), and Euler's step
is DDIM's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import lang, ode
from course_lib.checks import check_not_empty, check_whole
from course_lib.descent import descend
from course_lib.flow_maps import VelocityField, check_s
from course_lib.forward import check_batch, check_noise, noise_like
from course_lib.schedules import per_item
from course_lib.walks import check_generator, check_takes, own

TICKS = 1000  # what a network is told instead of s is a whole number, round(TICKS s)


def interpolate(
    x_0: Float[Tensor, "B *D"], eps: Float[Tensor, "B *D"], s: float | Float[Tensor, " B"]
) -> Float[Tensor, "B *D"]:
    """The point of the straight way from x_0 to eps at time s.

    x_s = (1 - s) x_0 + s eps.

    Source: Liu et al. 2023, eq. 1, with s for 1 - t; Esser et al. 2024. s in [0, 1], one number or (B,);
    ValueError otherwise, or where the shapes differ.
    """
    check_noise(x_0, eps, "x_0", "eps")
    at = per_item(check_s(s, x_0), x_0)
    return (1 - at) * x_0 + at * eps


def target(x_0: Float[Tensor, "B *D"], eps: Float[Tensor, "B *D"]) -> Float[Tensor, "B *D"]:
    """The velocity of that straight way, the same at every s: what the network learns.

    d x_s / ds = eps - x_0.

    Source: Liu et al. 2023, eq. 1, with s for 1 - t. ValueError where the shapes differ.
    """
    check_noise(x_0, eps, "x_0", "eps")
    return eps - x_0


def loss(
    field: VelocityField,
    x_0: Float[Tensor, "B *D"],
    s: float | Float[Tensor, " B"],
    eps: Float[Tensor, "B *D"],
) -> Float[Tensor, " B"]:
    """What flow matching minimises; its minimiser is E[eps - x_0 | x_s].

    || field(x_s, s) - (eps - x_0) ||^2 / d,  one value an item.

    Source: Lipman et al. 2023, eq. 23; Liu et al. 2023, eq. 1. Arguments as of ``interpolate``.
    """
    x_s = interpolate(x_0, eps, s)
    answer = field(x_s, check_s(s, x_s))
    check_noise(x_s, answer, "x_s", "velocity")
    return (answer - target(x_0, eps)).square().flatten(1).mean(1)


class Velocity(nn.Module):
    """A network of the course as a velocity field, ``(x_s, s[, y]) -> velocity``.

    The network is asked at the whole number round(1000 s), since its time embedding was built for t.
    ``bf16``: compute the network under bfloat16 autocast, as ``device.prepare`` decides.
    """

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net, self.bf16 = net, False

    def forward(
        self,
        x_s: Float[Tensor, "B *D"],
        s: float | Float[Tensor, " B"],
        y: Int[Tensor, " B"] | None = None,
    ) -> Float[Tensor, "B *D"]:
        """The velocity at x_s (B, *D), s in [0, 1], for labels y (B,) if the network takes them."""
        check_batch("x_s", x_s)
        home = next((p for p in self.net.parameters() if p.is_floating_point()), x_s)
        t = (check_s(s, x_s) * TICKS).round().to(home.device, torch.int64)
        labels = () if y is None else (y.to(home.device),)
        with torch.autocast(home.device.type, torch.bfloat16, enabled=self.bf16):
            return self.net(x_s.to(home.device, home.dtype), t, *labels).to(x_s.device, x_s.dtype)


def train(
    field: nn.Module,
    x_0: Float[Tensor, "N *D"],
    *,
    steps: int = 2_000,
    batch_size: int = 256,
    learning_rate: float = 2e-3,
    generator: torch.Generator | None = None,
) -> Iterator[float]:
    """Train a field on data, yielding the loss of each step; s is uniform in [0, 1].

    Minimises ``loss`` by ``descent.descend``. x_0: points or images, floating point; ``generator``, on their
    device, draws data, s and noise. ValueError for an empty x_0, batch_size < 1, and as there.
    """
    check_takes("error.field_call", field, 2)
    check_batch("x_0", x_0)
    check_not_empty("x_0", x_0)
    check_whole("batch_size", batch_size)
    check_generator(generator, x_0)
    how: dict[str, Any] = {"generator": generator, "device": x_0.device}

    def draw() -> Tensor:
        batch = x_0[torch.randint(len(x_0), (batch_size,), **how)]
        s = torch.rand(batch_size, dtype=x_0.dtype, **how)
        return loss(field, batch, s, noise_like(batch, generator))

    return descend(field, draw, steps, learning_rate)


class State(NamedTuple):
    """One state of a walk along the flow: time, place, and the velocity there (0 at the end)."""

    s: float
    x_s: Tensor
    velocity: Tensor

    @property
    def x_0_hat(self) -> Tensor:
        """Where the straight way from here ends: x_s - s velocity."""
        return self.x_s - self.s * self.velocity

    @property
    def eps_hat(self) -> Tensor:
        """Where the straight way from here began: x_s + (1 - s) velocity."""
        return self.x_s + (1 - self.s) * self.velocity


def _check_times(steps: int, times: Sequence[float] | None) -> list[float]:
    if times is None:
        steps = check_whole("steps", steps)
        return [(steps - k) / steps for k in range(steps + 1)]
    ts = ode.real_times(times)
    if ts is None or ts[0] > 1 or ts[-1] != 0:
        raise ValueError(lang.text("error.flow_times", got=ode.shown(times)))
    return ts


def sample(
    field: VelocityField,
    x_1: Float[Tensor, "B *D"],
    steps: int = 20,
    times: Sequence[float] | None = None,
    method: str = "euler",
) -> Iterator[State]:
    """Walk from noise x_1 to data along the flow, yielding every state (the last has s = 0).

    x_next by one step of ``ode.euler``, ``ode.heun`` or ``ode.rk4`` over dx/ds = u(x_s, s).

    Source: Liu et al. 2023, section 2. times: falling from at most 1 to 0; default steps + 1 evenly spaced
    ones. The field runs under ``torch.no_grad``. ValueError for other times or methods, NaN in x_1, and for
    a field that answers with another shape, NaN or infinity (which on an accelerator is said at the end), or
    writes into x_s.
    """
    check_takes("error.field_call", field, 2)
    check_batch("x_1", x_1)
    if not x_1.isfinite().all():
        raise ValueError(lang.text("error.start_nan", name="x_1"))
    visited = _check_times(steps, times)
    rule = ode.METHODS[ode.check_method(method)]
    finite: list[tuple[float, Tensor]] = []

    def ask(x: Tensor, s: float) -> Tensor:
        when = torch.full((len(x),), s, dtype=x.dtype, device=x.device)
        answer = ode.only_read("field", field, x, when, at="x_s")
        check_noise(x, answer, "x_s", "velocity")
        finite.append((s, answer.isfinite().all()))
        if answer.device.type == "cpu":  # on an accelerator each look would wait for it
            look()
        return answer.to(x.dtype, copy=True)  # a field may answer in one buffer, again and again

    def look() -> None:
        for (s, _), fine in zip(finite, torch.stack([fine for _, fine in finite]).tolist(), strict=True):
            if not fine:
                raise ValueError(lang.text("error.flow_nan", s=s))
        finite.clear()

    def walk() -> Iterator[State]:
        finite.clear()
        x_s = own(x_1)
        for s, s_next in pairwise(visited):
            with torch.no_grad():
                velocity = ask(x_s, s)
                x_next = rule(ask, x_s, s, s_next, velocity)
            yield State(s, x_s, velocity)
            x_s = x_next
        if finite:
            look()
        yield State(0.0, x_s, torch.zeros_like(x_s))

    return walk()


def final(states: Iterable[State]) -> Tensor:
    """Walk to the end and return only x_0, keeping no state in between; ``samplers.final`` of the flow."""
    last = deque(states if isinstance(states, Iterable) else (), maxlen=1)
    if not last or not isinstance(last[0], State):
        raise ValueError(lang.text("error.no_steps"))
    return last[0].x_s


def straightness(states: Iterable[State]) -> Float[Tensor, " B"]:
    """How crooked each way is: 0 where every velocity is the whole way's, so that one step would do.

    mean over s of || velocity - (x_1 - x_0) ||^2 / || x_1 - x_0 ||^2.

    Source: Liu et al. 2023, section 2 (S(Z), here relative). states: two or more of one ``sample``, in its
    order; ValueError otherwise. A way that stands still is straight; one that comes back gives infinity.
    """
    walked = list(states) if isinstance(states, Iterable) else []
    if not all(isinstance(state, State) for state in walked) or len(walked) < 2:
        raise ValueError(lang.text("error.no_steps"))
    if not all(a.s > b.s and a.x_s.shape == b.x_s.shape for a, b in pairwise(walked)):
        raise ValueError(lang.text("error.flow_states"))
    first, last = walked[0], walked[-1]
    whole = (first.x_s - last.x_s) / (first.s - last.s)
    total = torch.zeros(len(whole), dtype=whole.dtype, device=whole.device)
    for state, following in pairwise(walked):
        off = (state.velocity - whole).square().flatten(1).sum(1)
        total += (state.s - following.s) / (first.s - last.s) * off
    return torch.where(total == 0, total, total / whole.square().flatten(1).sum(1))
