"""Inputs that several chapters' checks share: fixed draws, and an image of one pixel."""

from __future__ import annotations

import torch
from torch import Tensor


def draw(*shape: int) -> Tensor:
    """The same numbers at every call, in float64."""
    # Any fixed numbers will do; a generator of their own keeps the learner's random draws untouched.
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def pixel(value: float) -> Tensor:
    """An image of one pixel, (1, 1, 1, 1) in float64."""
    return torch.full((1, 1, 1, 1), value, dtype=torch.float64)
