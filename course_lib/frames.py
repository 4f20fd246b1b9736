"""From tensors to pictures that travel: torch stops here, only NumPy arrays go on to figures and widgets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_not_empty, check_number, check_tensor, check_whole
from course_lib.forward import check_noise, q_sample
from course_lib.samplers import Step
from course_lib.schedules import Schedule

Frames = UInt8[np.ndarray, "N H W C"]


def to_uint8(images: Float[Tensor, "N C H W"], low: float = -1.0, high: float = 1.0) -> Frames:
    """Map [low, high] to 0..255 for display; what lies outside is cut off, as a screen must.

    pixel = round( 255 (x - low) / (high - low) ). images (N, C, H, W), C = 1 or 3, finite, and
    low < high; ValueError otherwise.
    """
    check_tensor("images", images)
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(lang.text("error.image_shape", got=tuple(images.shape), want="(N, 1|3, H, W)"))
    if not torch.isfinite(images).all():
        raise ValueError(lang.text("error.not_finite", count=int((~torch.isfinite(images)).sum())))
    check_number("low", low)
    check_number("high", high)
    if not 0 < high - low < float("inf"):
        raise ValueError(lang.text("error.span", low=low, high=high))
    scaled = (images.detach().float() - low) * (255 / (high - low))
    return scaled.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def tile(images: Float[Tensor, "B C H W"], columns: int = 0, gap: int = 1) -> Float[Tensor, "1 C H2 W2"]:
    """Lay a batch out as one picture, row by row, with ``gap`` pixels of mid-grey between images.

    ``columns`` images a row, or all in one (0). ValueError for an empty batch or another shape.
    """
    check_tensor("images", images)
    if images.ndim != 4:
        raise ValueError(lang.text("error.image_shape", got=tuple(images.shape), want="(B, C, H, W)"))
    check_not_empty("images", images)
    columns, gap = check_whole("columns", columns, 0), check_whole("gap", gap, 0)
    b, c, h, w = images.shape
    columns = columns or b
    rows = -(-b // columns)
    sheet = images.new_zeros(c, rows * (h + gap) - gap, columns * (w + gap) - gap)
    for i, image in enumerate(images):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[:, top : top + h, left : left + w] = image
    return sheet[None]


class Film(NamedTuple):
    """What a player shows: for each name one (N, H, W, C) uint8 track, and the N timesteps they share."""

    tracks: dict[str, Frames]
    times: list[int]


def forward_film(x_0: Float[Tensor, "C H W"], eps: Float[Tensor, "C H W"], schedule: Schedule) -> Film:
    """Every timestep 0..T of one image dissolving, all along one fixed eps.

    x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps. One eps for all t makes a picture that fades
    smoothly; each x_t has the right law, but the film is not a path of the chain.
    ValueError unless both have the same shape (C, H, W).
    """
    check_noise(x_0, eps, "x_0", "eps")
    if x_0.ndim != 3:
        raise ValueError(lang.text("error.image_shape", got=tuple(x_0.shape), want="(C, H, W)"))
    t = torch.arange(schedule.T + 1)
    every = q_sample(x_0.expand(len(t), *x_0.shape), t, eps.expand(len(t), *eps.shape), schedule)
    return Film({"x_t": to_uint8(every)}, t.tolist())


def film(steps: Iterable[Step], columns: int = 0) -> Film:
    """A sampler's run as three tracks (x_t, x_0_hat, eps_hat), a batch laid out as one picture."""
    visited: list[int] = []
    pictures: dict[str, list[Tensor]] = {name: [] for name in Step._fields[1:]}
    for state in steps:
        visited.append(state.t)
        for name, track in pictures.items():
            track.append(tile(getattr(state, name), columns))
    if not visited:
        raise ValueError(lang.text("error.no_steps"))
    return Film({name: to_uint8(torch.cat(track)) for name, track in pictures.items()}, visited)


def scatter(points: Float[Tensor, "N B 2"], size: int = 128, reach: float = 2.5) -> Frames:
    """Point clouds as pictures: N clouds of B points in [-reach, reach]^2, brighter where points crowd.

    ValueError for points of another shape, or none.
    """
    check_tensor("points", points)
    if points.ndim != 3 or points.shape[2] != 2:
        got = tuple(points.shape)
        raise ValueError(lang.text("error.points_shape", name="points", want="(N, B, 2)", got=got))
    check_not_empty("points", points)
    p = points.detach().double().cpu()
    cell = ((p + reach) / (2 * reach) * size).floor().long()
    inside = ((cell >= 0) & (cell < size)).all(-1)
    n, b, _ = p.shape
    index = (torch.arange(n)[:, None] * size + (size - 1 - cell[..., 1])) * size + cell[..., 0]
    counts = torch.bincount(index[inside], minlength=n * size * size).reshape(n, size, size).double()
    bright = (1 - torch.exp(-counts * 1500 / b)) * 2 - 1
    return to_uint8(-bright[:, None])
