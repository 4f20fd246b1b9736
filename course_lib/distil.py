"""One step instead of many: a student that learns where the teacher's flow ends.

The student is a model like any other, best one that predicts v: its x_0_hat(x_t, t) = sqrt(alpha_bar_t) x_t
- sqrt(1 - alpha_bar_t) v is then a consistency function, for at t = 0 it is x_t whatever the network says.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import lang
from course_lib.checks import check_not_empty, check_number, check_timesteps, check_whole
from course_lib.descent import check_net, descend
from course_lib.forward import check_batch, check_noise, predict_x_0
from course_lib.parameterisations import EpsModel, Model, check_schedule
from course_lib.samplers import ddim_step, sample
from course_lib.schedules import Schedule, Timesteps, every, per_item
from course_lib.walks import check_generator, check_times

LOSSES = ("regression", "consistency")


class Paths(NamedTuple):
    """The ways of many points along a teacher's flow: the times visited, and x_t there, the last one x_0.

    schedule: the teacher's, against which ``distil`` holds the student's; None where nobody says it.
    """

    t: Int[Tensor, " K"]
    x_t: Float[Tensor, "K B *D"]
    schedule: Schedule | None = None

    @property
    def x_0(self) -> Tensor:
        """Where each way ends."""
        return self.x_t[-1]


def trajectories(
    teacher: Model, x_T: Float[Tensor, "B *D"], schedule: Schedule, times: Sequence[int] | None = None
) -> Paths:
    """Walk many points from noise to data along the teacher's probability flow, and keep every state.

    x_next = ddim_step(x_t, t, t_next, eps_hat), eta = 0.

    Source: Song, Meng & Ermon 2021, eq. 13 (DDIM is Euler's step of that flow). times as of
    ``samplers.sample``: the more, the nearer to the flow. ValueError as there.
    """
    states = [(state.t, state.x_t) for state in sample(teacher, ddim_step, x_T, schedule, times)]
    return Paths(torch.tensor([t for t, _ in states]), torch.stack([x for _, x in states]), schedule)


def _schedule(student: object) -> Schedule:
    schedule = getattr(student, "schedule", None)
    if schedule is None:
        got = getattr(student, "__name__", type(student).__name__)
        raise ValueError(lang.text("error.student", got=got))
    return schedule


def endpoint(student: EpsModel, x_t: Float[Tensor, "B *D"], t: Timesteps) -> Float[Tensor, "B *D"]:
    """Where the student says that the way through x_t ends.

    f(x_t, t) = x_0_hat = ( x_t - sqrt(1 - alpha_bar_t) eps_hat ) / sqrt(alpha_bar_t).

    Source: Song et al. 2023, eq. 5, with the coefficients of v-prediction (Salimans & Ho 2022, appendix D).
    t in 1..T, an int or (B,); ValueError otherwise, or for a student without a schedule.
    """
    schedule = _schedule(student)
    return predict_x_0(x_t, t, student(x_t, t), schedule)


@torch.no_grad()
def one_step(student: EpsModel, x_T: Float[Tensor, "B *D"]) -> Float[Tensor, "B *D"]:
    """A sample in a single call of the network: f(x_T, T), the ``ddim_step`` from T to 0.

    Source: Song et al. 2023, section 3. ValueError as of ``endpoint``.
    """
    check_batch("x_T", x_T)
    return endpoint(student, x_T, every(_schedule(student).T, x_T))


def regression(
    student: EpsModel, x_t: Float[Tensor, "B *D"], t: Timesteps, x_0: Float[Tensor, "B *D"]
) -> Float[Tensor, " B"]:
    """How far the student's end of the way is from the teacher's.

    || f(x_t, t) - x_0 ||^2 / d,  one value an item.

    Source: Luhman & Luhman 2021, section 3 (there at t = T only). ValueError where the shapes differ.
    """
    said = endpoint(student, x_t, t)
    check_noise(said, x_0, "x_0_hat", "x_0")
    return (said - x_0).square().flatten(1).mean(1)


def consistency(
    student: EpsModel,
    average: EpsModel,
    x_t: Float[Tensor, "B *D"],
    t: Int[Tensor, " B"],
    x_next: Float[Tensor, "B *D"],
    t_next: Int[Tensor, " B"],
) -> Float[Tensor, " B"]:
    """How far the student's ends from two neighbours on one way are from each other.

    || f(x_t, t) - f_average(x_next, t_next) ||^2 / d,  one value an item; f_average(x, 0) = x, no gradient.

    Source: Song et al. 2023, eq. 7 (consistency distillation). x_next: the teacher's step from x_t; t_next in
    0..T - 1, below t, both (B,). ValueError otherwise.
    """
    check_noise(x_t, x_next, "x_t", "x_next")
    for at in (t, t_next):
        check_timesteps(at, len(x_t))
    if not bool((t_next < t).all()) or bool((t_next < 0).any()):
        bad = int(((t_next >= t) | (t_next < 0)).nonzero()[0, 0])
        raise ValueError(lang.text("error.t_next", t=int(t[bad]), got=int(t_next[bad])))
    with torch.no_grad():
        asked = endpoint(average, x_next, t_next.clamp(min=1))
        clean = per_item(t_next == 0, x_t)
        goal = torch.where(clean, x_next, asked)
    return regression(student, x_t, t, goal)


def distil(
    student: EpsModel,
    paths: Paths,
    *,
    loss: str = "regression",
    steps: int = 2_000,
    batch_size: int = 512,
    learning_rate: float = 2e-3,
    decay: float = 0.95,
    generator: torch.Generator | None = None,
) -> Iterator[float]:
    """Train the student on a teacher's ways, yielding the loss of each step.

    "regression": every visited place is to know its way's end; "consistency": it is to agree with an average
    of the student (``decay``) at the next place, and only the last place knows the end.

    Source: Luhman & Luhman 2021, section 3; Song et al. 2023, Algorithm 2; by ``descent.descend``.
    Made for points on the CPU: to look at t, "consistency" would wait for an accelerator at each step.
    ``generator``, on the paths' device, draws points and places. ValueError for another loss, batch_size < 1,
    decay outside [0, 1), a student without weights or of another schedule, paths whose times do not fall to
    0 or are not as many as their states, and as there.
    """
    if loss not in LOSSES:
        raise ValueError(lang.text("error.distil_loss", got=repr(loss), allowed=", ".join(LOSSES)))
    check_whole("batch_size", batch_size)
    check_number("decay", decay)
    if not 0 <= decay < 1:
        raise ValueError(lang.text("error.recipe", name="decay", allowed="[0, 1)", got=repr(decay)))
    schedule = _schedule(student)
    check_net(student)
    times = _check_paths(paths, schedule)
    check_schedule(student, paths.schedule or schedule)
    check_generator(generator, paths.x_t)
    average = copy.deepcopy(student).requires_grad_(False)
    where = paths.x_t.device
    ts = torch.tensor(times, device=where)

    def draw() -> Tensor:
        if loss == "consistency":
            _towards(average, student, decay)
        who = torch.randint(paths.x_t.shape[1], (batch_size,), generator=generator, device=where)
        place = torch.randint(len(ts) - 1, (batch_size,), generator=generator, device=where)
        x_t, t = paths.x_t[place, who], ts[place]
        if loss == "regression":
            return regression(student, x_t, t, paths.x_0[who])
        return consistency(student, average, x_t, t, paths.x_t[place + 1, who], ts[place + 1])

    return descend(student, draw, steps, learning_rate)


def _check_paths(paths: Paths, schedule: Schedule) -> list[int]:
    """The times of ``paths`` if they fall to 0 and each has its state; otherwise ValueError."""
    if not isinstance(paths, Paths):
        raise ValueError(lang.text("error.paths", got=type(paths).__name__))
    check_batch("paths.x_t", paths.x_t)
    visited = paths.t.tolist() if isinstance(paths.t, Tensor) else paths.t
    times = check_times(visited, schedule.T)
    if paths.x_t.ndim < 2 or len(paths.x_t) != len(times):
        got = f"len(t) = {len(times)}, x_t.shape = {tuple(paths.x_t.shape)}"
        raise ValueError(lang.text("error.paths", got=got))
    check_not_empty("paths", paths.x_t)
    return times


@torch.no_grad()
def _towards(average: nn.Module, student: nn.Module, decay: float) -> None:
    for old, new in zip(average.parameters(), student.parameters(), strict=True):
        old.lerp_(new, 1 - decay)
