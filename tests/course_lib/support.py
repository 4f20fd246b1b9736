"""Small helpers of these tests: how an error is measured, and what a refusal must look like."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from course_lib import lang

EPS = torch.finfo(torch.float64).eps
# A product of 1000 factors, each rounded once, read by a handful of operations.
TOLERANCE = 4 * 1000 * EPS
# Values of order one in float32, a handful of operations.
FLOAT32 = 16 * torch.finfo(torch.float32).eps


def error(a: Tensor | float, b: Tensor | float) -> float:
    """The largest absolute difference; inf where a value is NaN or the shapes differ."""
    a, b = (torch.as_tensor(v, dtype=torch.float64, device="cpu") for v in (a, b))
    if a.shape != b.shape and a.ndim and b.ndim:
        return float("inf")
    return float((a - b).detach().abs().nan_to_num(nan=float("inf")).max())


def noise(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers in float64, the same ones for the same seed."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def refuses(
    call: Callable[[], object], key: str, kind: type[Exception] = ValueError, **values: object
) -> None:
    """``call`` raises exactly ``kind`` and says ``lang.text(key, **values)``, in every language."""
    before = lang._chosen
    try:
        for language in lang.LANGUAGES:
            lang.use(language)
            with pytest.raises(kind) as caught:
                call()
            said = str(caught.value)
            assert caught.type is kind
            assert said == lang.text(key, **values)
            assert not re.search(r"\{\w*\}", said) and "\n" not in said and said.endswith("."), said
    finally:
        lang._chosen = before
