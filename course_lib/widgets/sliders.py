"""Sliders whose values were all thought of before: numbers or words, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from typing import Any

import numpy as np
import traitlets as t

from course_lib.widgets.base import (
    CourseWidget,
    check_name,
    error,
    number_text,
    numbers,
    one_of,
    one_row,
)
from course_lib.widgets.symbols import symbol

MOST_VALUES = 10_000  # on an axis, or under one slider
Item = dict[str, Any]


class Sliders(CourseWidget):
    """A widget under one or more sliders; ``positions`` are their places, which may be set."""

    sliders: t.List = t.List().tag(sync=True)
    positions: t.List = t.List(t.Int()).tag(sync=True)

    @t.validate("positions")
    def _clamp(self, proposal: Any) -> list[int]:
        last = [len(slider["texts"]) - 1 for slider in self.sliders]
        if len(last) != len(proposal["value"]):
            raise error("positions", want=len(last), got=repr(proposal["value"]))
        return [min(max(at, 0), most) for at, most in zip(proposal["value"], last, strict=True)]

    def state(self) -> str:
        """The sliders' values, as in "m = 0.5, s = 1.2"."""
        pairs = zip(self.sliders, self.positions, strict=True)
        return ", ".join(f"{slider['name']} = {slider['texts'][at]}" for slider, at in pairs)

    def spans(self) -> list[str]:
        """Each slider with its first and its last value, as in "m = −2.0 … 2.0"."""
        return [f"{slider['name']} = {slider['texts'][0]} … {slider['texts'][-1]}" for slider in self.sliders]


def check_count(what: str, got: int) -> None:
    """Raise ValueError where more values are asked for than can be shown."""
    if got > MOST_VALUES:
        raise error("explorer_many", what=what, most=MOST_VALUES, got=got)


def read_sliders(sliders: Any) -> tuple[list[Item], list[np.ndarray | None]]:
    """What the page needs of each slider (name, symbol, values as text), and its numbers, None for words.

    The values are read once, since an iterator gives them only once; ValueError for bad ones.
    """
    if not isinstance(sliders, Mapping) or not sliders:
        raise error("sliders", got=repr(sliders))
    about, rows = list[Item](), list[np.ndarray | None]()
    for name, values in sliders.items():
        check_name(name)
        if isinstance(values, Sized):
            check_count(repr(name), len(values))
        values = list(values) if isinstance(values, Iterable) and not hasattr(values, "detach") else values
        if isinstance(values, list) and values and all(isinstance(value, str) for value in values):
            texts, row = values, None
        else:
            row = one_row(values, name)
            if not len(row) or not np.isfinite(row).all():
                raise error("slider_values", slider=repr(name))
            texts = even_texts(row)
        about.append({"name": name, "symbol": symbol(name), "texts": texts})
        rows.append(row)
    return about, rows


def even_texts(row: np.ndarray) -> list[str]:
    """Numbers as text with equally many decimals, just enough to tell neighbours apart."""
    steps = np.abs(np.diff(row))
    step = steps[steps > 0].min() if (steps > 0).any() else 1.0
    for digits in range(5):
        short = np.round(row, digits) + 0.0
        if (np.abs(short - row) <= 0.05 * step).all() and ((short != 0) | (row == 0)).all():
            return [f"{value:.{digits}f}".replace("-", "−") for value in short]
    return [number_text(value) for value in row]


def start_positions(start: Any, about: list[Item], rows: list[np.ndarray | None]) -> list[int]:
    """Where each slider stands first: at what ``start`` says, else 0 (the rest is of ``read_sliders``)."""
    if not isinstance(start, Mapping | None):
        raise error("number", what="start", want="dict", got=repr(start))
    places = []
    for name in start or {}:
        one_of("slider", name, [slider["name"] for slider in about])
    for slider, row in zip(about, rows, strict=True):
        name, texts = slider["name"], slider["texts"]
        wanted = (start or {}).get(name)
        if wanted is None:
            places.append(0)
        elif isinstance(wanted, str):
            places.append(one_of("slider_start", wanted, texts, slider=repr(name)))
        elif row is None:
            raise error("slider_start", got=repr(wanted), allowed=", ".join(texts), slider=repr(name))
        else:
            value = numbers(wanted, "start")
            if value.size != 1 or not row.min() <= float(value.reshape(())) <= row.max():
                ends = f"{number_text(row.min())} … {number_text(row.max())}"
                got = number_text(float(value.reshape(()))) if value.size == 1 else repr(wanted)
                raise error("slider_start", got=got, allowed=ends, slider=repr(name))
            places.append(int(np.abs(row - value.reshape(())).argmin()))
    return places
