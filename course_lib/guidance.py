"""A class-conditional model, seen as a plain one: labels bound, and pulled towards if asked."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib import data, lang, schedules
from course_lib.checks import check_number, check_tensor
from course_lib.parameterisations import EpsModel


class Guided:
    """A model with its labels bound, ``(x_t, t) -> eps_hat``; ``schedule`` is the model's own.

    The labels move to the images' device at the first call. ValueError for another number of images.
    """

    def __init__(self, model: EpsModel, y: Int[Tensor, " B"], w: float):
        self.model, self.schedule, self.y, self.w = model, model.schedule, y, w

    def __call__(self, x_t: Float[Tensor, "B *D"], t: Int[Tensor, " B"]) -> Float[Tensor, "B *D"]:
        model, w = self.model, self.w
        if self.y.device != x_t.device:
            self.y = self.y.to(x_t.device)  # kept, since each such copy makes the host wait
        labels = self.y
        # Two passes would report twice the numbers that the reader knows.
        data.check_label_shape(labels, len(x_t))
        null = torch.full_like(labels, model.classes)
        if w == 0:
            return model(x_t, t, labels)
        if w == -1:
            return model(x_t, t, null)
        both = model(torch.cat([x_t, x_t]), schedules.twice(t), torch.cat([labels, null]))
        conditional, unconditional = both.chunk(2)
        return (1 + w) * conditional - w * unconditional


def guide(model: EpsModel, y: Int[Tensor, " B"], *, w: float = 0.0) -> Guided:
    """Bind labels to a model, with classifier-free guidance of strength w.

    eps = (1 + w) eps(x_t, t, y) - w eps(x_t, t, null);  w = 0 is plain conditional, w = -1 unconditional.

    Source: Ho & Salimans 2022, eq. 6. The other common scale is s = 1 + w. y (B,) labels of the model's
    classes; ValueError for a label outside them or w < -1. Both passes travel as one batch.
    """
    classes = getattr(model, "classes", 0)  # a plain function has none either
    if not classes:
        raise ValueError(lang.text("error.no_labels"))
    check_tensor("y", y)
    data.check_labels(y, len(y) if y.ndim else 1, classes - 1)
    check_number("w", w)
    if not -1 <= w < float("inf"):
        raise ValueError(lang.text("error.guidance", got=w))
    return Guided(model, y, w)
