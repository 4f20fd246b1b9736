"""A class-conditional model, seen as a plain one: labels bound, and pulled towards if asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib import data, lang, schedules
from course_lib.checks import check_number, check_tensor, check_timesteps, is_whole
from course_lib.forward import check_batch, check_noise
from course_lib.gaussians import Mixture
from course_lib.parameterisations import EpsModel, Model, check_schedule, check_tables, to_eps
from course_lib.schedules import Schedule, Timesteps, every
from course_lib.walks import check_takes

Interval = tuple[int, int] | None  # the first and the last timestep at which guidance acts; None: at all


def check_w(w: Any) -> None:
    """ValueError unless ``w`` is one finite number of at least -1."""
    check_number("w", w)
    if not -1 <= w < float("inf"):
        raise ValueError(lang.text("error.guidance", got=w))


def from_scale(s: float) -> float:
    """The w of this course that does what the other common scale calls s.

    w = s - 1.

    Source: s is the guidance weight of Saharia et al. 2022 (Imagen), eq. 2, and the guidance_scale of
    diffusers; w that of Ho & Salimans 2022, eq. 6. s >= 0 and finite; otherwise ValueError.
    """
    check_number("s", s)
    if not 0 <= s < float("inf"):
        raise ValueError(lang.text("error.guidance_scale", got=s))
    return s - 1


def to_scale(w: float) -> float:
    """The other common scale's s for a w of this course: the inverse of ``from_scale``.

    s = 1 + w.

    Source: as there. w >= -1 and finite; otherwise ValueError.
    """
    check_w(w)
    return 1 + w


def combine(
    conditional: Float[Tensor, "B *D"], unconditional: Float[Tensor, "B *D"], w: float
) -> Float[Tensor, "B *D"]:
    """The guided answer, on the line through two answers of one kind (two eps_hat, x_0_hat, v_hat or scores).

    (1 + w) conditional - w unconditional  =  conditional + w (conditional - unconditional).

    Source: Ho & Salimans 2022, eq. 6. Equal shapes, w >= -1; ValueError otherwise.
    """
    check_w(w)
    check_noise(conditional, unconditional, "conditional", "unconditional")
    return (1 + w) * conditional - w * unconditional


def rescaled(
    guided: Float[Tensor, "B *D"], conditional: Float[Tensor, "B *D"], phi: float
) -> Float[Tensor, "B *D"]:
    """A guided answer, brought back towards the spread that the conditional answer has over its pixels.

    phi (sigma_c / sigma_g) guided + (1 - phi) guided;  sigma: the standard deviation over one item's numbers.

    Source: Lin et al. 2024, eqs. 15 and 16. phi in [0, 1], where 0 leaves all as it is; at least two numbers
    an item; ValueError otherwise. An item of equal numbers (sigma_g = 0) is left as it is.
    """
    check_rescale(phi)
    check_noise(guided, conditional, "guided", "conditional")
    if guided.numel() and guided[0].numel() < 2:
        raise ValueError(lang.text("error.rescale_number", got=tuple(guided.shape)))
    dims = tuple(range(1, guided.ndim))
    sigma_g, sigma_c = (x.std(dims, correction=0, keepdim=True) for x in (guided, conditional))
    factor = torch.where(sigma_g > 0, sigma_c / sigma_g, 1.0)
    return (phi * factor + (1 - phi)) * guided


def check_rescale(rescale: Any) -> None:
    """ValueError unless ``rescale`` is a number in [0, 1]."""
    check_number("rescale", rescale)
    if not 0 <= rescale <= 1:
        raise ValueError(lang.text("error.rescale", got=rescale))


def _check_interval(interval: Any, schedule: Schedule | None) -> Interval:
    if interval is None:
        return None
    ends = tuple(interval) if isinstance(interval, tuple | list) else ()
    last = schedule.T if schedule is not None else float("inf")
    if len(ends) != 2 or not all(is_whole(end) for end in ends) or not 1 <= ends[0] <= ends[1] <= last:
        named = schedule.T if schedule is not None else "T"
        raise ValueError(lang.text("error.interval", T=named, got=repr(interval)))
    return int(ends[0]), int(ends[1])


def _steps(t: Any, x_t: Tensor) -> Tensor:
    """t as (B,) integers, one for each item of x_t; ValueError otherwise."""
    check_batch("x_t", x_t)
    if is_whole(t):
        return every(int(t), x_t)
    check_timesteps(t, len(x_t))
    return t


class _Pulled:
    """What guidance does with a conditional and an unconditional answer, at which timesteps."""

    def __init__(self, schedule: Schedule | None, w: float, interval: Interval, rescale: float):
        check_w(w)
        check_rescale(rescale)
        self.schedule, self.w, self.rescale = schedule, w, rescale
        self.interval = _check_interval(interval, schedule)

    def _inside(self, t: Tensor) -> bool | Tensor:
        """Whether guidance acts: on all items, on none, or on those that the mask (B,) says."""
        if self.interval is None:
            return True
        low, high = self.interval
        if (known := schedules.known_number(t)) is not None:  # so that no accelerator has to be asked
            return low <= known <= high
        inside = (low <= t) & (t <= high)
        return inside if bool(inside.any()) else False

    def _pull(
        self,
        t: Tensor,
        conditional: Callable[[], Tensor],
        unconditional: Callable[[], Tensor],
        both: Callable[[], tuple[Tensor, Tensor]],
    ) -> Tensor:
        # One pass wherever one is enough.
        if self.w == 0 or (inside := self._inside(t)) is False:
            return conditional()
        if self.w == -1 and inside is True and not self.rescale:
            return unconditional()
        c, u = both()
        pulled = combine(c, u, self.w)
        if self.rescale:
            pulled = rescaled(pulled, c, self.rescale)
        return pulled if inside is True else torch.where(schedules.per_item(inside, c), pulled, c)


class Guided(_Pulled):
    """A model with its labels bound, ``(x_t, t) -> eps_hat``; ``schedule`` is the model's own.

    ``y`` is a copy of the labels. ValueError for another number of images, a t of another shape or kind, or
    where the network cannot answer for the null label.
    """

    schedule: Schedule

    def __init__(
        self,
        model: EpsModel,
        y: Int[Tensor, " B"],
        w: float,
        interval: Interval = None,
        rescale: float = 0.0,
    ):
        super().__init__(model.schedule, w, interval, rescale)
        self.model, self.y = model, y.clone()  # a later cell may write into the caller's
        self._there = self.y  # where the images are; kept, since each such copy makes the host wait

    def __call__(self, x_t: Float[Tensor, "B *D"], t: Timesteps) -> Float[Tensor, "B *D"]:
        if not self.rescale:  # then it is the same whichever kind of answer is combined
            return self._asked(self.model, x_t, t)
        return to_eps(self.model.kind, self.answer(x_t, t), x_t, t, self.schedule)

    def answer(self, x_t: Float[Tensor, "B *D"], t: int | Tensor) -> Float[Tensor, "B *D"]:
        """The guided answer in the network's own terms (eps, x_0 or v).

        This is where ``rescale`` acts, as in Lin et al. 2024: on what the network predicts.
        """
        return self._asked(self.model.answer, x_t, t)

    def _asked(self, ask: Callable[..., Tensor], x_t: Tensor, t: int | Tensor) -> Tensor:
        # Two passes would report twice the numbers that the reader knows.
        steps = _steps(t, x_t)
        data.check_label_shape(self.y, len(x_t))
        if self._there.device != x_t.device:
            self._there = self.y.to(x_t.device)
        labels, null = self._there, torch.full_like(self._there, self.model.classes)

        def with_null(x: Tensor, at: Tensor, y: Tensor) -> Tensor:
            try:
                return ask(x, at, y)
            except IndexError as problem:  # of an embedding with one row a class and no more
                raise ValueError(lang.text("error.no_null", null=self.model.classes)) from problem

        def both() -> tuple[Tensor, Tensor]:
            answers = with_null(torch.cat([x_t, x_t]), schedules.twice(steps), torch.cat([labels, null]))
            c, u = answers.chunk(2)
            return c, u

        return self._pull(steps, lambda: ask(x_t, steps, labels), lambda: with_null(x_t, steps, null), both)


def guide(
    model: EpsModel,
    y: Int[Tensor, " B"],
    *,
    w: float = 0.0,
    interval: Interval = None,
    rescale: float = 0.0,
) -> Guided:
    """Bind labels to a model, with classifier-free guidance of strength w.

    eps = (1 + w) eps(x_t, t, y) - w eps(x_t, t, null);  w = 0 is plain conditional, w = -1 unconditional.

    Source: Ho & Salimans 2022, eq. 6. The other common scale is s = 1 + w. y (B,) labels of the model's
    classes; ValueError for a label outside them or w < -1. Both passes travel as one batch.
    interval: (low, high), the timesteps low..high within 1..T at which w counts; at all others the model is
    asked once, with the label (Kynkäänniemi et al. 2024). rescale: phi of ``rescaled`` in [0, 1], on
    what the network predicts (Lin et al. 2024, eq. 16). ValueError for others.
    """
    classes = getattr(model, "classes", 0)  # a plain function has none either
    if not classes:
        raise ValueError(lang.text("error.no_labels"))
    check_tables(getattr(model, "schedule", None))
    check_tensor("y", y)
    data.check_labels(y, len(y) if y.ndim else 1, classes - 1)
    return Guided(model, y, w, interval, rescale)


class GuidedBy(_Pulled):
    """Two models as one, ``(x_t, t) -> eps_hat``; ``schedule`` is theirs, None where they have none."""

    def __init__(
        self,
        conditional: Model,
        unconditional: Model,
        w: float,
        interval: Interval = None,
        rescale: float = 0.0,
    ):
        for model in (conditional, unconditional):
            check_takes("error.model_call", model, 2)
        schedule = getattr(conditional, "schedule", None)
        if schedule is None:
            schedule = getattr(unconditional, "schedule", None)
        else:
            check_schedule(unconditional, schedule)
        super().__init__(schedule, w, interval, rescale)
        self.conditional, self.unconditional = conditional, unconditional

    def __call__(self, x_t: Float[Tensor, "B *D"], t: Timesteps) -> Float[Tensor, "B *D"]:
        steps = _steps(t, x_t)
        return self._pull(
            steps,
            lambda: self.conditional(x_t, steps),
            lambda: self.unconditional(x_t, steps),
            lambda: (self.conditional(x_t, steps), self.unconditional(x_t, steps)),
        )


def guide_by(
    conditional: Model,
    unconditional: Model,
    w: float,
    *,
    interval: Interval = None,
    rescale: float = 0.0,
) -> GuidedBy:
    """Guide one model by another: two exact ones, for instance, of a class and of all the data.

    eps = (1 + w) eps_conditional(x_t, t) - w eps_unconditional(x_t, t).

    Source: Ho & Salimans 2022, eq. 6. interval and rescale as of ``guide``, the latter on eps_hat. ValueError
    for w < -1, what is no model, or two models of different schedules.
    """
    return GuidedBy(conditional, unconditional, w, interval, rescale)


def tilted_log_prob(
    x: Float[Tensor, "B *D"], conditional: Mixture, unconditional: Mixture, w: float
) -> Float[Tensor, " B"]:
    """The log of the density that guidance names, up to a constant; its gradient is the guided score.

    (1 + w) log p_conditional(x) - w log p_unconditional(x).

    Source: Ho & Salimans 2022, section 3.1. A sampler that is guided at every t draws from another law, for
    the products of the diffused densities are not the diffused versions of this one: of N(m, s^2) against
    N(0, 1) this has variance 1 / ((1 + w) / s^2 - w), the deterministic sampler's samples s^(2 (1 + w)).
    x (B, *D) of the means' shape, w >= -1. ValueError otherwise, for point masses, and where the product is
    no density, since its tails do not fall: (1 + w) / s_c^2 <= w / s_u^2, each s the widest part's std.
    """
    check_w(w)
    for name, law in (("conditional", conditional), ("unconditional", unconditional)):
        if not isinstance(law, Mixture):
            raise ValueError(lang.text("error.mixture_kind", name=name, got=type(law).__name__))
    log_c, log_u = conditional.log_prob(x), unconditional.log_prob(x)
    s_c, s_u = float(conditional.stds.max()), float(unconditional.stds.max())
    if (1 + w) * s_u**2 <= w * s_c**2:
        most = s_u**2 / (s_c**2 - s_u**2)
        said = {"c": f"{s_c:.3g}", "u": f"{s_u:.3g}", "most": f"{most:.3g}"}
        raise ValueError(lang.text("error.no_density", w=w, **said))
    return (1 + w) * log_c - w * log_u
