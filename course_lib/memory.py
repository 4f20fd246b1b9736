"""What a model memorises: how near its samples are to the pictures that it was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_not_empty, check_number, check_whole
from course_lib.forward import check_batch


@dataclass(frozen=True)
class Nearest:
    """The nearest training pictures of each sample, nearest first: how far, and which."""

    distance: Float[Tensor, "N k"]
    index: Int[Tensor, "N k"]


def _check(samples: Tensor, training: Tensor, least: int) -> None:
    for name, x in (("samples", samples), ("training", training)):
        check_batch(name, x)
        check_not_empty(name, x)
        if not x.isfinite().all():
            raise ValueError(lang.text("error.start_nan", name=name))
    if samples.shape[1:] != training.shape[1:]:
        want, got = tuple(training.shape[1:]), tuple(samples.shape[1:])
        raise ValueError(lang.text("error.memory_shape", want=want, got=got))
    if len(training) < least:
        raise ValueError(lang.text("error.memory_few", want=least, got=len(training)))


def nearest(
    samples: Float[Tensor, "N *D"], training: Float[Tensor, "M *D"], k: int = 1, batch: int = 256
) -> Nearest:
    """The k nearest training pictures of each sample, by the root-mean-square distance a pixel.

    distance = sqrt( ||sample - x||^2 / d ).

    Source: Carlini et al. 2023, section 4 (the l_2 distance over sqrt(d)). Distances (N, k) in the samples'
    dtype (at least float32), rising, and their places in ``training``. 1 <= k <= M, shapes alike; otherwise
    ValueError.
    """
    k = check_whole("k", k)
    _check(samples, training, k)
    exact = torch.promote_types(samples.dtype, torch.float32)
    rows = samples.reshape(len(samples), -1).to(exact)
    flat = training.reshape(len(training), -1).to(rows)
    found = []
    for part in rows.split(check_whole("batch", batch)):
        # Not by the product of the two: a copy's distance would be what is left of a cancelled difference.
        apart = torch.cdist(part, flat, compute_mode="donot_use_mm_for_euclid_dist")
        found.append(apart.topk(k, dim=1, largest=False))
    distance = torch.cat([each.values for each in found]) / flat.shape[1] ** 0.5
    return Nearest(distance, torch.cat([each.indices for each in found]))


def ratio(
    samples: Float[Tensor, "N *D"], training: Float[Tensor, "M *D"], neighbours: int = 10
) -> Float[Tensor, " N"]:
    """How much nearer the nearest training picture is than the next: about 1 for something new, 0 for a copy.

    distance to the nearest / mean distance to the ``neighbours`` after it.

    Source: after Carlini et al. 2023, section 5.1, who compare with the mean of the 50 nearest: a plain sheet
    is near to many pictures without being a copy of any. M > neighbours >= 1; otherwise ValueError. Of equal
    training pictures count one only: two copies of one picture would excuse each other.
    """
    neighbours = check_whole("neighbours", neighbours)
    _check(samples, training, neighbours + 1)
    distance = nearest(samples, training, neighbours + 1).distance
    return distance[:, 0] / distance[:, 1:].mean(1).clamp(min=torch.finfo(distance.dtype).tiny)


def copied(
    samples: Float[Tensor, "N *D"],
    training: Float[Tensor, "M *D"],
    limit: float = 0.5,
    neighbours: int = 10,
) -> Bool[Tensor, " N"]:
    """Which samples count as copies of a training picture: those whose ``ratio`` is below ``limit``.

    ratio < limit.

    Source: as of ``ratio``. What the limit finds in pictures that are surely new (a test set) is its rate of
    false alarms: measure it beside. 0 < limit <= 1; otherwise ValueError.
    """
    check_number("limit", limit)
    if not 0 < limit <= 1:
        raise ValueError(lang.text("error.memory_limit", got=limit))
    return ratio(samples, training, neighbours) < limit


def share(
    samples: Float[Tensor, "N *D"],
    training: Float[Tensor, "M *D"],
    limit: float = 0.5,
    neighbours: int = 10,
) -> float:
    """The share of samples that are copies: the mean of ``copied``."""
    return float(copied(samples, training, limit, neighbours).double().mean())
