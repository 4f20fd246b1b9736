"""The explorer: curves and bars that change with one or more sliders, every state of them computed before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import traitlets as t

from course_lib import lang
from course_lib.widgets import axes
from course_lib.widgets.base import (
    MOST_BYTES,
    check_axes,
    check_kind,
    check_name,
    error,
    number_text,
    numbers,
    one_of,
    one_row,
    script,
    style,
    time_texts,
)
from course_lib.widgets.sliders import Item, Sliders, check_count, read_sliders, start_positions
from course_lib.widgets.symbols import symbol

_STILL_PANEL = (360, 240)


class Explorer(Sliders):
    """Curves and bars under sliders; ``positions`` are the sliders' places, which may be set."""

    _esm = script("sliders", "plot", "explorer")
    _css = style("sliders", "plot", "explorer")

    table = t.Bytes().tag(sync=True)  # float32: every state of every line, bar and mark
    places = t.Bytes().tag(sync=True)  # float32: x as fractions of the panel's width
    panels: t.List = t.List().tag(sync=True)
    bar_panels: t.List = t.List().tag(sync=True)
    x_ticks: t.List = t.List().tag(sync=True)
    x_name = t.Unicode()
    x_symbol: t.Dict = t.Dict().tag(sync=True)

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        groups = (("lines", self.panels), ("bars", self.bar_panels))
        names = [
            f"{panel['name']}: {', '.join(item['name'] for item in panel[kind])}"
            for kind, group in groups
            for panel in group
        ]
        return "; ".join([*names, *self.spans()])

    def _read(self, item: Item, length: int) -> np.ndarray:
        """The numbers of a line, bar or mark as the sliders stand."""
        moved = sum(at * step for at, step in zip(self.positions, item["strides"], strict=True))
        return np.frombuffer(self.table, "<f4", length, 4 * (item["offset"] + moved))

    def still(self) -> np.ndarray:
        """All panels side by side as the sliders stand, and the sliders' values under them."""
        places = np.frombuffer(self.places, "<f4")
        pictures = []
        for panel in self.panels:
            pictures.append(
                axes.picture(
                    panel["name"],
                    {line["name"]: self._read(line, len(places)) for line in panel["lines"]},
                    places, panel["ticks"], self.x_ticks, _STILL_PANEL, marks=self._marks(panel),
                    x_name=self.x_name,
                )
            )  # fmt: skip
        for panel in self.bar_panels:
            bars: list[axes.Bar] = []
            for bar in panel["bars"]:
                start, stop, value = (float(number) for number in self._read(bar, 3))
                text = number_text(value) if panel["digits"] < 0 else f"{value:.{panel['digits']}f}"
                bars.append((bar["name"], start, stop, text.replace("-", "−")))
            rows = [bars] if panel["stack"] else [[bar] for bar in bars]
            name, marks = panel["name"], self._marks(panel)
            pictures.append(axes.bar_picture(name, rows, marks, panel["ticks"], _STILL_PANEL))
        return axes.under(np.concatenate(pictures, axis=1), self.state())

    def _marks(self, panel: Item) -> dict[str, float]:
        return {mark["name"]: float(self._read(mark, 2)[0]) for mark in panel["marks"]}

    def still_alt(self) -> str:
        """What is to be seen in the still picture."""
        return lang.text("widgets.explorer_still", alt=self.alt, state=self.state())


class _Table:
    """The one float32 buffer in which all numbers travel; each state of a line, bar or mark lies together."""

    def __init__(self, shape: tuple[int, ...]):
        self.shape, self._parts, self._size = shape, list[np.ndarray](), 0

    def add(self, panel: str, name: str, *columns: np.ndarray) -> Item:
        """Append an item of columns (*sliders, k); a slider that moves none of them costs nothing."""
        common = np.broadcast_shapes(*(column.shape[:-1] for column in columns))
        full = [np.broadcast_to(column, (*common, column.shape[-1])) for column in columns]
        values = np.ascontiguousarray(np.concatenate(full, axis=-1), "<f4")  # the strides are its order
        sizes = values.strides[:-1]
        strides = [size // 4 if n > 1 else 0 for size, n in zip(sizes, common, strict=True)]
        item = {"name": name, "symbol": symbol(name), "offset": self._size, "strides": strides}
        self._size += values.size
        if 4 * self._size > MOST_BYTES:
            raise error("explorer_size", what=f"{panel} / {name}", most=MOST_BYTES // 10**6)
        self._parts.append(values)
        return item

    def bytes(self) -> bytes:
        """The buffer."""
        return b"".join(part.tobytes() for part in self._parts)

    def fit(self, values: Any, what: str, tail: int | None) -> np.ndarray:
        """``values`` as float64 (*sliders or 1s, tail), or with a last axis of 1 where ``tail`` is None."""
        array = numbers(values, what)
        own = () if tail is None else (tail,)
        moving = (*self.shape, *own)
        if array.shape != own:
            matches = array.ndim == len(moving) and array.shape[len(self.shape) :] == own
            pairs = zip(array.shape, self.shape, strict=False)
            if not matches or not all(got in (1, want) for got, want in pairs):
                raise error("explorer_shape", what=what, want=moving, still=own, got=array.shape)
        else:
            array = array.reshape((1,) * len(self.shape) + own)
        if np.isnan(array).any():
            raise error("series_nan", what=what, count=int(np.isnan(array).sum()))
        return array if own else array[..., None]


def explorer(
    series: Mapping[str, Mapping[str, Any]] | None = None,
    x: Any = None,
    sliders: Mapping[str, Any] | None = None,
    *,
    bars: Mapping[str, Mapping[str, Any]] | None = None,
    stack: Collection[str] = (),
    marks: Mapping[str, Mapping[str, Any]] | None = None,
    start: Mapping[str, Any] | None = None,
    log: Iterable[str] = (),
    limits: Mapping[str, tuple[int | float, int | float]] | None = None,
    x_name: str = "x",
    alt: str | None = None,
) -> Explorer:
    """Show curves and bars that change with sliders; the page only looks up what is computed here.

    sliders: needed, name -> its values (numbers or words), such as {"t": range(1, 1001)}; S stands for their
    lengths. series: panel -> line -> array (*S, N); an axis may have length 1 where that slider changes
    nothing, and (N,) is a line that none of them changes. x: the N numbers on the axis. Both are left out
    where there are only bars. bars: panel -> bar -> array (*S) or a number, drawn from 0; or a pair, a tuple
    (from, to) of them, whose number is to − from. stack: the bar panels whose bars stand in one row, each
    beginning where the one before it ends, the first at the axis' left end. marks: panel -> mark -> array
    (*S) or a number: an upright line at that x, or at that place on the bars' axis. start: slider -> the
    value to begin with (default: the first). log: the panels with a logarithmic axis. limits: panel ->
    (low, high). alt: what is to be seen. ValueError for bad input, and for more than 8 MB of numbers.
    """
    sliders = {} if sliders is None else sliders
    about, rows = read_sliders(sliders)
    series, bars, marks = (_panels(name, given) for name, given in
                           (("series", series), ("bars", bars), ("marks", marks)))  # fmt: skip
    names = [*series, *bars]
    if not names or len(set(names)) < len(names):
        raise error("explorer_panels", got=", ".join(names) or "{}")
    if not isinstance(stack, Collection):
        raise error("number", what="stack", want="list", got=repr(stack))
    stack = [stack] if isinstance(stack, str) else list(stack)
    for name in stack:
        one_of("panel", name, bars)
    for name in marks:
        one_of("panel", name, names)
    log, ends = check_axes(log, limits, names)
    check_name(x_name)
    if alt is not None:
        check_kind("alt", alt, str)
    row = one_row(np.arange(2) if x is None else x, "x")
    if len(row) < 2:
        raise error("series_short", got=len(row))
    check_count("x", len(row))
    time_texts(row, len(row))  # finite, and only rising or only falling
    table = _Table(tuple(len(slider["texts"]) for slider in about))
    first, last = axes.ends(row, len(row))
    panels = [
        _line_panel(table, name, lines, marks.get(name, {}), row, name in log, ends.get(name))
        for name, lines in series.items()
    ]
    bar_panels = [
        _bar_panel(table, name, items, marks.get(name, {}), name in stack, name in log, ends.get(name))
        for name, items in bars.items()
    ]
    return Explorer(
        sliders=about,
        positions=start_positions(start, about, rows),
        table=table.bytes(),
        places=axes.heights(row, first, last, log=False).astype("<f4").tobytes(),
        panels=panels,
        bar_panels=bar_panels,
        x_ticks=axes.ticks(first, last, most=4),
        x_name=x_name,
        x_symbol=symbol(x_name),
        alt=alt if alt is not None else _default_alt(series, bars, sliders),
    )


def _panels(what: str, given: Any) -> dict[str, dict[str, Any]]:
    """``given`` as panel -> name -> values; ValueError for anything else."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(v, Mapping) and v for v in given.values()):
        raise error("explorer_mapping", what=what, got=repr(type(given).__name__))
    for name in (name for panel, items in given.items() for name in (panel, *items)):
        check_name(name)
    return {panel: dict(items) for panel, items in given.items()}


def _line_panel(
    table: _Table, name: str, lines: Mapping[str, Any], marks: Mapping[str, Any], x: np.ndarray, log: bool,
    ends: tuple[float, float] | None,
) -> Item:  # fmt: skip
    rows = {line: table.fit(values, f"{name} / {line}", len(x)) for line, values in lines.items()}
    for line, values in rows.items():
        if log and values.min() < 0:
            raise error("series_log", what=f"{name} / {line}", got=number_text(values.min()))
        if not (np.isfinite(values) & ((values > 0) | (not log))).any():
            raise error("series_flat", what=f"{name} / {line}")
    low, high = ends or axes.limits([values.ravel() for values in rows.values()], log)
    return {
        "name": name,
        "symbol": symbol(name),
        "ticks": axes.log_ticks(low, high) if log else axes.ticks(low, high),
        "lines": [table.add(name, line, axes.heights(v, low, high, log)) for line, v in rows.items()],
        "marks": _marks(table, name, marks, x[0], x[-1], log=False),
    }


def _marks(
    table: _Table, panel: str, marks: Mapping[str, Any], low: float, high: float, log: bool
) -> list[Item]:
    items = []
    for mark, values in marks.items():
        at = table.fit(values, f"{panel} / {mark}", None)
        items.append(table.add(panel, mark, axes.heights(at, low, high, log), at))
    return items


def _bar_panel(
    table: _Table, name: str, bars: Mapping[str, Any], marks: Mapping[str, Any], stack: bool, log: bool,
    ends: tuple[float, float] | None,
) -> Item:  # fmt: skip
    # from (None: the axis' left end), to, the number written
    reach: list[tuple[np.ndarray | None, np.ndarray, np.ndarray]] = []
    for bar, values in bars.items():
        what = f"{name} / {bar}"
        if isinstance(values, tuple):
            if table.shape == (2,) and len(values) == 2 and all(numbers(v, what).ndim == 0 for v in values):
                raise error("bar_either", what=what)
            if len(values) != 2 or stack:
                raise error("bar_pair", what=what)
            begin, end = (table.fit(value, what, None) for value in values)
            reach.append((begin, end, end - begin))
            checked = [begin, end]
        else:
            value = table.fit(values, what, None)
            before = reach[-1][1] if stack and reach else None
            own = value if before is None else before + value
            reach.append((before if stack or log else np.zeros_like(value), own, value))
            checked = [own]
        for each in checked:
            if not np.isfinite(each).all():
                raise error("bar_finite", what=what)
            if log and each.min() < 0:
                raise error("series_log", what=what, got=number_text(each.min()))
    if log and not any((end > 0).any() for _, end, _ in reach):
        raise error("series_flat", what=name)
    low, high = ends or _bar_limits(reach, [numbers(v, name) for v in marks.values()], log)
    items = []
    for bar, (begin_at, end, value) in zip(bars, reach, strict=True):
        begin = np.full_like(end, low) if begin_at is None else begin_at
        columns = [np.nan_to_num(axes.heights(edge, low, high, log), nan=0.0) for edge in (begin, end)]
        items.append(table.add(name, bar, *columns, value))
    return {
        "name": name,
        "symbol": symbol(name),
        "stack": stack,
        "digits": -1 if log else int(np.clip(3 - np.floor(np.log10(high - low)), 0, 6)),
        "ticks": axes.log_ticks(low, high) if log else axes.ticks(low, high),
        "bars": items,
        "marks": _marks(table, name, marks, low, high, log),
    }


def _bar_limits(reach: list[Any], marks: list[np.ndarray], log: bool) -> tuple[float, float]:
    """Limits around all ends of all bars; an axis whose bars stand on 0 begins exactly there."""
    edges = [edge.ravel() for begin, end, _ in reach for edge in (begin, end) if edge is not None]
    low, high = axes.limits([*edges, *(mark.ravel() for mark in marks)], log)
    everything = np.concatenate([*edges, *(mark.ravel() for mark in marks)])
    return (
        0.0 if not log and everything.min() == 0 else low,
        0.0 if not log and everything.min() < everything.max() == 0 else high,
    )


def _default_alt(series: Mapping[str, Any], bars: Mapping[str, Any], sliders: Iterable[str]) -> str:
    panels = []
    for name, items in (*series.items(), *bars.items()):
        spoken = ", ".join(symbol(item)["spoken"] for item in items)
        panels.append(lang.text("widgets.curves_panel", panel=symbol(name)["spoken"], lines=spoken))
    names = ", ".join(symbol(slider)["spoken"] for slider in sliders)
    return lang.text("widgets.explorer_alt", panels=" ".join(panels), sliders=names)
