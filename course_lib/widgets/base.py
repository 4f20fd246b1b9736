"""What every widget of the course shares: its files, its language, and what it leaves where nothing runs."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets as t
from PIL import Image

from course_lib import lang

MOST_BYTES = 8_000_000  # of numbers or pixels, in one widget
_STATIC = Path(__file__).parent / "static"


def script(*names: str) -> str:
    """The JavaScript of one widget: the shared helpers, then its own files."""
    return "\n".join((_STATIC / f"{part}.js").read_text(encoding="utf-8") for part in ("common", *names))


def style(*names: str) -> str:
    """The style sheet of one widget: the shared colours, then its own files."""
    return "\n".join((_STATIC / f"{part}.css").read_text(encoding="utf-8") for part in ("common", *names))


def error(key: str, **values: object) -> ValueError:
    """The ValueError ``widgets.error.<key>`` in the reader's language."""
    return ValueError(lang.text(f"widgets.error.{key}", None, **values))


def number_text(value: int | float) -> str:
    """A number as a reader sees it: below a million no exponent, past the point three digits, true minus."""
    in_full = abs(value) < 1e6 and (abs(value) >= 100 or float(value).is_integer())
    return f"{value:{'.0f' if in_full else '.3g'}}".replace("-", "−")


def plain(values: Any) -> Any:
    """A tensor without its gradient and on the CPU, so that NumPy can read it; anything else as it is."""
    return values.detach().cpu() if hasattr(values, "detach") else values


# The page computes in float32: beyond this it would read infinity.
_LARGEST = float(np.finfo(np.float32).max)


def real_numbers(values: Any, what: str) -> np.ndarray:
    """As ``numbers``, but also those that are too large for the page."""
    try:
        array = np.asarray(plain(values))
        if not np.iscomplexobj(array):  # NumPy would drop the imaginary part
            return array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        pass
    raise error("series_type", what=what, got=type(values).__name__)


def numbers(values: Any, what: str) -> np.ndarray:
    """``values`` as a float64 array of any shape, or a ValueError that names them ``what``."""
    array = real_numbers(values, what)
    large = array[np.isfinite(array) & (np.abs(array) > _LARGEST)]
    if len(large):
        raise error("too_large", what=what, most=number_text(_LARGEST), got=number_text(large[0]))
    return array


def one_row(values: Any, what: str) -> np.ndarray:
    """``values`` as a float64 array of one dimension, or a ValueError that names them ``what``."""
    row = numbers(values, what)
    if row.ndim != 1:
        raise error("series_type", what=what, got=f"shape {row.shape}")
    return row


def one_of(kind: str, got: Any, allowed: Iterable[str], **more: str) -> int:
    """The place of ``got`` among ``allowed``, or the ValueError ``kind`` that lists them."""
    names = list(allowed)
    if got not in names:
        raise error(kind, got=repr(got), allowed=", ".join(names), **more)
    return names.index(got)


def check_axes(log: Any, limits: Any, panels: Iterable[str]) -> tuple[list[str], dict[str, Any]]:
    """The logarithmic panels as a list and the limits as a dict; ValueError where they name no panel."""
    panels = list(panels)
    if not isinstance(log, Iterable):
        raise error("number", what="log", want="list", got=repr(log))
    log = [log] if isinstance(log, str) else list(log)
    if not isinstance(limits, Mapping | None):
        raise error("number", what="limits", want="dict", got=repr(limits))
    for name in (*log, *(limits or {})):
        one_of("panel", name, panels)
    for name, pair in (limits or {}).items():
        _check_limits(name, pair, name in log)
    return log, {name: tuple(float(end) for end in pair) for name, pair in (limits or {}).items()}


def _check_limits(panel: str, pair: Any, log: bool) -> None:
    ends = one_row(pair, f"limits[{panel!r}]")
    if len(ends) != 2 or not np.isfinite(ends).all() or not ends[0] < ends[1] or (log and ends[0] <= 0):
        raise error("limits_log" if log else "limits", panel=repr(panel), got=repr(pair))


def check_kind(what: str, value: Any, kind: type) -> None:
    """Raise ValueError unless ``value`` is an int, str or bool, as ``kind`` asks; True is no int."""
    fine = isinstance(value, (int, np.integer)) if kind is int else isinstance(value, kind)
    if not fine or (kind is int and isinstance(value, bool)):
        raise error("number", what=what, want=kind.__name__, got=repr(value))


def check_name(name: Any) -> None:
    """Raise ValueError unless ``name`` is a string of one line that is not empty."""
    if not isinstance(name, str) or name.splitlines() != [name]:
        raise error("track_name", got=repr(name))


def time_texts(times: Any, n: int) -> list[str]:
    """The n times as text; ValueError where their number is wrong, one is not finite, or they turn back."""
    row = one_row(times, "times")
    if len(row) != n:
        raise error("times_length", want=n, got=len(row))
    if not np.isfinite(row).all():
        raise error("times_finite", got=row[~np.isfinite(row)][0])
    steps = np.diff(row)
    wrong = np.flatnonzero(steps > 0 if len(row) and row[-1] < row[0] else steps < 0)
    if len(wrong):
        raise error("times_order", at=int(wrong[0]) + 1)
    return [number_text(value) for value in row]


@dataclass(frozen=True)
class Still:
    """A widget's picture with its alt text, for a cell to end with: it needs no script and no kernel."""

    png: bytes
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.png).decode("ascii")
        look = "max-width:100%;height:auto;background:white"
        return f'<img alt="{html.escape(self.alt)}" style="{look}" src="data:image/png;base64,{source}">'


class CourseWidget(anywidget.AnyWidget):
    """An anywidget with the course's labels, a ``repr`` without an address, and a still picture."""

    labels = t.Dict().tag(sync=True)
    alt = t.Unicode().tag(sync=True)
    # ipywidgets 7 shows itself through this method, and then nobody asks for the mimebundle below.
    _ipython_display_ = None

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        raise NotImplementedError

    def still(self) -> np.ndarray:
        """The picture (H, W) or (H, W, 3) uint8 that stands for this widget where no script runs."""
        raise NotImplementedError

    def still_alt(self) -> str:
        """What is to be seen in the still picture."""
        return self.alt

    def png(self) -> bytes:
        """``still`` as a PNG file."""
        file = io.BytesIO()
        Image.fromarray(self.still()).save(file, "png", optimize=True)
        return file.getvalue()

    def picture(self) -> Still:
        """What the widget shows now, as a picture that stays in the saved notebook."""
        return Still(self.png(), self.still_alt())

    def __repr__(self) -> str:
        return f"{type(self).__name__.lower()}({self.summary})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        shown = super()._repr_mimebundle_(**kwargs)
        data, metadata = shown if shown is not None else ({}, {})
        data = {
            **data,
            "text/plain": f"{self!r}\n{self.alt}",
            "image/png": base64.b64encode(self.png()).decode("ascii"),
        }
        return data, {**metadata, "image/png": {"alt": self.still_alt()}}
