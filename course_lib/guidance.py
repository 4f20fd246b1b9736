"""A class-conditional model, seen as a plain one: labels bound, and pulled towards if asked."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib import lang
from course_lib.parameterisations import EpsModel


def guide(
    model: EpsModel, y: Int[Tensor, " B"], *, w: float = 0.0
) -> Callable[[Float[Tensor, "B *D"], Int[Tensor, " B"]], Float[Tensor, "B *D"]]:
    """Bind labels to a model, with classifier-free guidance of strength w.

    eps = (1 + w) eps(x_t, t, y) - w eps(x_t, t, null);  w = 0 is plain conditional, w = -1 unconditional.

    Source: Ho & Salimans 2022, eq. 6. The other common scale is s = 1 + w. y (B,) labels of the model's
    classes; ValueError for a label outside them or w < -1. Both passes travel as one batch.
    """
    classes = model.classes
    if not classes:
        raise ValueError(lang.text("error.no_labels"))
    if y.numel() and (int(y.min()) < 0 or int(y.max()) >= classes):
        bad = int(y.min()) if int(y.min()) < 0 else int(y.max())
        raise ValueError(lang.text("error.label", got=bad, last=classes - 1))
    if not -1 <= w < float("inf"):
        raise ValueError(lang.text("error.guidance", got=w))
    null = torch.full_like(y, classes)

    def guided(x_t: Tensor, t: Tensor) -> Tensor:
        labels = y.to(x_t.device)
        if w == 0:
            return model(x_t, t, labels)
        if w == -1:
            return model(x_t, t, null.to(x_t.device))
        both = model(torch.cat([x_t, x_t]), torch.cat([t, t]), torch.cat([labels, null.to(x_t.device)]))
        conditional, unconditional = both.chunk(2)
        return (1 + w) * conditional - w * unconditional

    return guided
