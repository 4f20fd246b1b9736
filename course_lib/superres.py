"""Super-resolution: a noise predictor that sees a small picture beside x_t and draws a large one to match."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import lang
from course_lib.checks import check_tensor, check_whole
from course_lib.data import check_divides
from course_lib.forward import check_batch
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_lib.walks import own

FACTOR = 4  # 28 x 28 <-> 7 x 7


def _check_images(name: str, x: Tensor) -> None:
    check_batch(name, x)
    if x.ndim != 4:
        raise ValueError(lang.text("error.image_shape", got=tuple(x.shape), want="(B, C, H, W)"))


def shrink(images: Float[Tensor, "B C H W"], factor: int = FACTOR) -> Float[Tensor, "B C h w"]:
    """Each block of factor x factor pixels as one pixel, their mean: what super-resolution must undo.

    low_{ij} = mean of x over block ij.

    images (B, C, H, W) with H and W multiples of ``factor``; ValueError otherwise.
    """
    _check_images("images", images)
    check_divides(images, check_whole("factor", factor))
    return F.avg_pool2d(images, factor)


def enlarge(low: Float[Tensor, "B C h w"], factor: int = FACTOR) -> Float[Tensor, "B C H W"]:
    """Each pixel as a block of factor x factor equal ones: shrink(enlarge(low)) = low.

    low (B, C, h, w); ValueError otherwise.
    """
    _check_images("low", low)
    factor = check_whole("factor", factor)
    return low.repeat_interleave(factor, 2).repeat_interleave(factor, 3)


class SuperRes(nn.Module):
    """A noise predictor with a small picture for its condition, ``(x_t, t, low) -> answer`` of x_t's shape.

    net(concat(x_t, enlarge(low)), t): the condition enters as a second channel of the input.

    Source: Saharia et al. 2021 (SR3), the section on their architecture (they enlarge bicubically).
    widths, embedding: of the UNet inside; factor: how many times smaller ``low`` is. ValueError for sizes
    that no network has.
    """

    classes = 0

    def __init__(self, widths: Sequence[int] = (16, 32, 64), embedding: int = 64, factor: int = FACTOR):
        super().__init__()
        self.factor = check_whole("factor", factor)
        self.unet = UNet(channels=2, widths=widths, classes=0, embedding=embedding)
        self.config = {"widths": self.unet.config["widths"], "embedding": embedding, "factor": factor}

    def forward(
        self,
        x_t: Float[Tensor, "B 1 H W"],
        t: Int[Tensor, " B"],
        low: Float[Tensor, "B 1 h w"] | None = None,
    ) -> Float[Tensor, "B 1 H W"]:
        """The answer for x_t (B, 1, H, W) at t (B,) and small pictures low (B, 1, H/factor, W/factor).

        ValueError for another shape, and without ``low``: ``ask`` binds it.
        """
        check_tensor("x_t", x_t)
        if low is None:
            raise ValueError(lang.text("error.low_missing"))
        check_low(low)
        want = (len(low), 1, *(self.factor * side for side in low.shape[2:]))
        if x_t.shape != want:
            raise ValueError(
                lang.text("error.low_shape", factor=self.factor, got=tuple(low.shape), x_t=tuple(x_t.shape))
            )
        beside = enlarge(low.to(x_t), self.factor)
        return self.unet(torch.cat([x_t, beside], 1), t)[:, :1]


def check_low(low: Tensor) -> None:
    """ValueError unless ``low`` holds small pictures, (B, 1, h, w), floating point."""
    check_batch("low", low)
    if low.ndim != 4 or low.shape[1] != 1 or 0 in low.shape:
        raise ValueError(lang.text("error.image_shape", got=tuple(low.shape), want="(B, 1, h, w)"))


class Asked:
    """A model with its small pictures bound, ``(x_t, t) -> eps_hat``; ``schedule`` is the model's own."""

    def __init__(self, model: EpsModel, low: Float[Tensor, "B 1 h w"]):
        self.model, self.schedule = model, model.schedule
        self.low = own(low)  # the next cell may fill the caller's with others

    def __call__(self, x_t: Float[Tensor, "B 1 H W"], t: Int[Tensor, " B"]) -> Float[Tensor, "B 1 H W"]:
        return self.model(x_t, t, self.low)


def ask(model: EpsModel, low: Float[Tensor, "B 1 h w"]) -> Asked:
    """Bind small pictures to a super-resolution model, so that every sampler can draw with it.

    eps_hat = model(x_t, t, low).

    low (B, 1, h, w), one for each image that is drawn: repeat one to see several answers to one question.
    ValueError for a model that takes none, for another shape, and for NaN or infinity.
    """
    if not isinstance(getattr(model, "net", None), SuperRes):
        got = type(getattr(model, "net", model)).__name__
        raise ValueError(lang.text("error.superres_model", got=got))
    check_low(low)
    if not low.isfinite().all():
        raise ValueError(lang.text("error.start_nan", name="low"))
    return Asked(model, low)


def consistency_error(
    x_0: Float[Tensor, "B 1 H W"], low: Float[Tensor, "B 1 h w"], factor: int = FACTOR
) -> Float[Tensor, " B"]:
    """How far large pictures are from the small ones that they were to match: 0 where they shrink to them.

    sqrt( mean over pixels of (shrink(x_0) - low)^2 ).

    x_0 (B, 1, H, W), low (B, 1, H/factor, W/factor); ValueError otherwise.
    """
    small = shrink(x_0, factor)
    check_low(low)
    if small.shape != low.shape:
        raise ValueError(
            lang.text("error.low_shape", factor=factor, got=tuple(low.shape), x_t=tuple(x_0.shape))
        )
    return (small - low.to(small)).square().flatten(1).mean(1).sqrt()
