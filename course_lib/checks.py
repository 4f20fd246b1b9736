"""What several modules ask of a value before they compute with it. None of these waits for a device."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor

from course_lib import lang


def check_tensor(name: str, x: object) -> None:
    """Raise ValueError unless ``x`` is a torch tensor (a NumPy array, a list or None is not)."""
    if not isinstance(x, Tensor):
        raise ValueError(lang.text("error.tensor", name=name, got=type(x).__name__))


def check_not_empty(name: str, x: Any) -> None:
    """Raise ValueError where a list holds no item or a tensor no number."""
    if (x.numel() if isinstance(x, Tensor) else len(x)) == 0:
        raise ValueError(lang.text("error.empty", name=name))


def is_number(x: object) -> bool:
    """Whether ``x`` is one real number; True and False are none."""
    # Asking for the exact type first: Python looks a registered one up in numbers.Real anew each time.
    return type(x) is float or (isinstance(x, Real) and not isinstance(x, bool))


def check_number(name: str, x: object) -> None:
    """Raise ValueError unless ``x`` is one real number (NaN is let through: the caller's range meets it)."""
    if not is_number(x):
        raise ValueError(lang.text("error.number", name=name, got=repr(x)))


def is_whole(x: object) -> bool:
    """Whether ``x`` is one integer, Python's or NumPy's; True and False are none."""
    return type(x) is int or (isinstance(x, Integral) and not isinstance(x, bool))


def check_whole(name: str, x: Any, least: int = 1, most: int | None = None) -> int:
    """``x`` as an int if it is a whole number in least..most; otherwise ValueError."""
    if not is_whole(x) or x < least or (most is not None and x > most):
        allowed = f"{least}, {least + 1}, {least + 2}, …" if most is None else f"{least}..{most}"
        raise ValueError(lang.text("error.whole", name=name, allowed=allowed, got=repr(x)))
    return int(x)


def check_positive(name: str, x: Any) -> float:
    """``x`` as a float if it is a finite number greater than 0; otherwise ValueError."""
    if not is_number(x) or not 0 < x < math.inf:  # NaN too
        raise ValueError(lang.text("error.positive", name=name, got=repr(x)))
    return float(x)


def check_bool(name: str, x: object) -> None:
    """Raise ValueError unless ``x`` is True or False: "no", 0 and None would be taken for one of them."""
    if not isinstance(x, bool):
        raise ValueError(lang.text("error.bool", name=name, got=repr(x)))


def check_even(name: str, x: int) -> None:
    """Raise ValueError unless the whole number ``x`` is even."""
    if x % 2:
        raise ValueError(lang.text("error.whole", name=name, allowed="2, 4, 6, …", got=repr(x)))


def check_timesteps(t: object, count: int) -> None:
    """ValueError unless ``t`` holds ``count`` integers; which ones, no accelerator is asked."""
    check_tensor("t", t)
    assert isinstance(t, Tensor)  # for mypy
    if t.shape != (count,):  # a single t would broadcast in silence
        raise ValueError(lang.text("error.t_shape", got=tuple(t.shape), want=(count,)))
    if t.is_floating_point() or t.is_complex() or t.dtype == torch.bool:
        raise ValueError(lang.text("error.t_dtype", got=t.dtype))


def check_dtype(x_t: Tensor, weight: Tensor) -> None:
    """ValueError unless a network with such weights can compute with x_t, as it is or by autocast."""
    if not x_t.is_floating_point():
        raise ValueError(lang.text("error.float_images", got=x_t.dtype))
    if x_t.dtype != weight.dtype and not torch.is_autocast_enabled(x_t.device.type):
        raise ValueError(lang.text("error.weights_dtype", got=x_t.dtype, want=weight.dtype))


def numbers(name: str, x: Any, dtype: torch.dtype | None = None, device: Any = None) -> Tensor:
    """``x`` (numbers, a list of them, an array or a tensor) as a tensor of real numbers, else ValueError."""
    try:
        if "complex" in str(getattr(x, "dtype", "")):  # torch would drop the imaginary part
            raise TypeError
        made = torch.as_tensor(x, dtype=dtype, device=device)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(lang.text("error.numbers", name=name, got=type(x).__name__)) from None
    if made.is_complex():
        raise ValueError(lang.text("error.numbers", name=name, got=made.dtype))
    return made


def check_answer(name: str, answer: Any, x: Tensor) -> Tensor:
    """What ``name`` answered for x, in x's dtype; ValueError for no tensor or another shape than x."""
    if not isinstance(answer, Tensor) or answer.shape != x.shape:  # it would broadcast in silence
        want = tuple(x.shape)
        raise ValueError(lang.text("error.answer_shape", name=name, want=want, got=seen(answer)))
    return answer.to(x.dtype)


def first_few(listed: Sequence[Any]) -> str:
    """The first four of ``listed``, for a sentence."""
    return ", ".join(map(str, listed[:4])) + (", …" if len(listed) > 4 else "")


def seen(x: object) -> object:
    """What to show of a value of the wrong shape or kind: a tensor's shape, or the name of a type."""
    return tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
