"""The live plot: curves that grow while a loop runs, and a picture of them that stays afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import traitlets as t

from course_lib import lang
from course_lib.widgets import axes
from course_lib.widgets.base import (
    CourseWidget,
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
)
from course_lib.widgets.symbols import symbol

MOST_POINTS = 500
INTERVAL = 0.25  # seconds between two messages to the page
_STILL_PANEL = (420, 260)
Named = Mapping[str, Mapping[str, Any]]


class _Line:
    """At most ``MOST_POINTS`` of all points given: every ``stride``-th, unsmoothed, and the newest."""

    def __init__(self) -> None:
        self.x, self.y, self._stride, self._count = list[float](), list[float](), 1, 0
        self._kept = 0  # how many of the points stay; one more may follow, the newest

    def add(self, x: float, y: float) -> None:
        del self.x[self._kept :], self.y[self._kept :]
        if self._kept == MOST_POINTS:
            self.x, self.y = self.x[::2], self.y[::2]
            self._kept = len(self.x)
            self._stride *= 2
        self.x.append(x)
        self.y.append(y)
        if self._count % self._stride == 0:
            self._kept += 1
        self._count += 1

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> _Line:
        """A line that these points were given to."""
        line = cls()
        for pair in zip(x.tolist(), y.tolist(), strict=True):
            line.add(*pair)
        return line


class Live(CourseWidget):
    """Panels of curves that grow: ``add`` in a loop, ``done`` after it, ``picture`` at the cell's end."""

    _esm = script("plot", "live")
    _css = style("plot", "live")

    points = t.Bytes().tag(sync=True)  # float32 fractions of the panel: a line's x, then its heights
    panels: t.List = t.List().tag(sync=True)
    status = t.Unicode().tag(sync=True)
    fraction = t.Float(-1.0).tag(sync=True)  # of ``total``; −1 where no total is known
    finished = t.Bool(False).tag(sync=True)
    revision = t.Int(0).tag(sync=True)

    def __init__(
        self, lines: Mapping[str, list[str]], x: Mapping[str, str], log: list[str],
        limits: Mapping[str, tuple[float, float]], total: float | None, **traits: Any,
    ):  # fmt: skip
        super().__init__(**traits)
        self._lines = {panel: {name: _Line() for name in names} for panel, names in lines.items()}
        self._references: dict[str, dict[str, Any]] = {panel: {} for panel in lines}
        self._x, self._log, self._limits, self._total = dict(x), log, dict(limits), total
        self._step, self._sent, self._clock = 0.0, -np.inf, time.monotonic
        self._show()

    def add(self, step: Any, values: Named) -> None:
        """Append values at ``step``: panel -> line -> number, for any of the panels and lines.

        What is not finite (or not above 0 on a logarithmic axis) is a gap. ValueError where a line does
        not exist, a value is no number, or the step is below the line's last one. After ``done`` it goes on.
        """
        x = _number(step, "step")
        if not np.isfinite(x):
            raise error("live_value", what="step", got=repr(step))
        new = []
        for panel, name, value in self._pairs(values):
            line = self._lines[panel][name]
            if line.x and x < line.x[-1]:
                what, last = f"{panel} / {name}", number_text(line.x[-1])
                raise error("live_step", what=what, got=number_text(x), last=last)
            new.append((line, _number(value, f"{panel} / {name}")))
        for line, y in new:
            line.add(x, y)
        self._step, self.finished = x, False
        if self._clock() - self._sent >= INTERVAL:
            self._show()

    def replace(self, curves: Named) -> None:
        """Show whole curves in the place of others: panel -> line -> (x, y), each with N numbers."""
        rows = [(panel, name, _curve(pair, f"{panel} / {name}")) for panel, name, pair in self._pairs(curves)]
        for panel, name, (x, y) in rows:
            self._lines[panel][name] = _Line.of(x, y)
        self.finished = False
        if self._clock() - self._sent >= INTERVAL:
            self._show()

    def reference(self, lines: Named) -> None:
        """Draw grey dashed lines that stay: panel -> name -> a number (a level line) or a pair (x, y)."""
        if not isinstance(lines, Mapping) or not all(isinstance(v, Mapping) for v in lines.values()):
            raise error("live_mapping", got=repr(type(lines).__name__))
        checked = []
        for panel in lines:
            one_of("panel", panel, self._lines)
            for name, value in lines[panel].items():
                check_name(name)
                what = f"{panel} / {name}"
                if name in self._lines[panel]:
                    raise error("live_reference", got=repr(name), panel=repr(panel))
                is_pair = isinstance(value, tuple | list)
                checked.append((panel, name, _curve(value, what) if is_pair else _level(value, what)))
        for panel, name, value in checked:
            self._references[panel][name] = value
        self._show()

    def done(self) -> None:
        """Show everything that was added, and that no more will come."""
        self.finished = True
        self._show()

    def _pairs(self, values: Any) -> list[tuple[str, str, Any]]:
        if not isinstance(values, Mapping) or not all(isinstance(v, Mapping) for v in values.values()):
            raise error("live_mapping", got=repr(type(values).__name__))
        for panel, items in values.items():
            one_of("panel", panel, self._lines)
            for name in items:
                one_of("line", name, self._lines[panel], panel=repr(panel))
        return [(panel, name, value) for panel, items in values.items() for name, value in items.items()]

    def _now(self) -> tuple[list[dict[str, Any]], np.ndarray]:
        """The panels as they are now, and the fractions of all their lines in one row."""
        parts: list[np.ndarray] = []
        panels = [self._panel(name, parts) for name in self._lines]
        return panels, np.concatenate(parts).astype("<f4")

    def _show(self) -> None:
        self._sent = self._clock()
        panels, flat = self._now()
        with self.hold_sync():
            self.panels, self.points = panels, flat.tobytes()
            self.fraction = min(max(self._step / self._total, 0.0), 1.0) if self._total else -1.0
            self.status = self._status()
            self.revision += 1

    def _status(self) -> str:
        total = f" / {number_text(self._total)}" if self._total else ""
        text = f"{next(iter(self._x.values()))} {number_text(self._step)}{total}"
        return lang.text("widgets.live_done", status=text) if self.finished else text

    def _ends(self, panel: str) -> tuple[float, float]:
        """The panel's first and last x: up to ``total`` where it grows with the loop."""
        lines = [line.x for line in self._lines[panel].values()]
        curves = [pair[0] for pair in self._references[panel].values() if isinstance(pair, tuple)]
        every = np.concatenate([np.array([]), *lines, *curves])
        grows = self._x[panel] == next(iter(self._x.values()))
        if grows and self._total:
            every = np.append(every, [0.0, self._total])
        if not len(every):
            return 0.0, 1.0
        return float(every.min()), float(every.max())

    def _panel(self, name: str, parts: list[np.ndarray]) -> dict[str, Any]:
        log, (first, last) = name in self._log, self._ends(name)
        curves = {key: (np.array(line.x), np.array(line.y)) for key, line in self._lines[name].items()}
        for key, value in self._references[name].items():
            is_curve = isinstance(value, tuple)
            curves[key] = value if is_curve else (np.array([first, last]), np.full(2, value))
        low, high = self._limits.get(name) or _limits([y for _, y in curves.values()], log)
        items = []
        for key, (x, y) in curves.items():
            begin = sum(len(part) for part in parts)
            parts += [axes.heights(x, first, last, False), axes.heights(y, low, high, log)]
            value = number_text(y[-1]) if len(y) else ""
            items.append({"symbol": symbol(key), "offset": begin, "count": len(x), "last": value})
        own = len(self._lines[name])
        for item, value in zip(items[own:], self._references[name].values(), strict=True):
            if isinstance(value, tuple):  # a curve has no one value
                item["last"] = ""
        return {
            "symbol": symbol(name),
            "x_symbol": symbol(self._x[name]),
            "ticks": axes.log_ticks(low, high) if log else axes.ticks(low, high),
            "x_ticks": axes.ticks(first, last, most=4),
            "lines": items[:own],
            "references": items[own:],
        }

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        panels = "; ".join(f"{name}: {', '.join(lines)}" for name, lines in self._lines.items())
        return f"{panels}; {self._status()}"

    def still(self) -> np.ndarray:
        """All panels side by side as they are now, and how far the loop has come under them."""
        panels, flat = self._now()
        pictures = []
        for name, panel in zip(self._lines, panels, strict=True):
            names = [*self._lines[name], *self._references[name]]
            lines, places = {}, {}
            for key, item in zip(names, [*panel["lines"], *panel["references"]], strict=True):
                begin, count = item["offset"], item["count"]
                places[key] = flat[begin : begin + count]
                lines[key] = flat[begin + count : begin + 2 * count]
            grey = list(self._references[name])
            ticks = panel["ticks"], panel["x_ticks"]
            axis = self._x[name]
            pictures.append(
                axes.picture(name, lines, places, *ticks, _STILL_PANEL, references=grey, x_name=axis)
            )
        return axes.under(np.concatenate(pictures, axis=1), self._status())

    def still_alt(self) -> str:
        """What is to be seen in the still picture: how far it came and each line's last value."""
        values = [
            f"{symbol(panel)['spoken']} {symbol(name)['spoken']} {number_text(line.y[-1])}"
            for panel, lines in self._lines.items()
            for name, line in lines.items()
            if line.y and self._x[panel] == next(iter(self._x.values()))
        ]
        if not values:
            return self.alt
        return lang.text("widgets.live_still", alt=self.alt, status=self._status(), values="; ".join(values))


def _number(value: Any, what: str) -> float:
    array = numbers(value, what)
    if array.size != 1:
        raise error("live_value", what=what, got=f"shape {array.shape}")
    return float(array.reshape(()))


def _level(value: Any, what: str) -> float:
    level = _number(value, what)
    if not np.isfinite(level):
        raise error("live_value", what=what, got=repr(value))
    return level


def _curve(pair: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise error("live_curve", what=what)
    x, y = (one_row(values, what) for values in pair)
    if len(x) != len(y) or len(x) < 2 or not np.isfinite(x).all():
        raise error("live_curve", what=what)
    return x, y


def _limits(rows: list[np.ndarray], log: bool) -> tuple[float, float]:
    """Limits around everything that can be drawn; some limits where there is nothing yet."""
    values = np.concatenate(rows)
    shown = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(shown):
        return (0.1, 1.0) if log else (0.0, 1.0)
    return axes.limits([shown], log)


def live(
    lines: Mapping[str, Iterable[str]],
    *,
    x: str | Mapping[str, str] | None = None,
    log: Iterable[str] = (),
    limits: Mapping[str, tuple[int | float, int | float]] | None = None,
    total: int | float | None = None,
    alt: str | None = None,
) -> Live:
    """A plot that grows while a loop runs: show it, ``add`` to it in the loop, call ``done`` after it.

    lines: panel -> names of its lines, such as {"loss": ["eps", "x_0", "v"]}. x: the axis' name, or one for
    each panel; a panel whose name differs from the first one's has an axis of its own (see ``replace``).
    log: the panels with a logarithmic axis. limits: panel -> (low, high), else the axis follows the data.
    total: the last step, for the progress bar. alt: what is to be seen. ValueError for bad input.

    At most four messages a second go to the page, and a line keeps at most 500 points: every second,
    fourth … of those given, never an average, so that the noise remains as it is.
    """
    if not isinstance(lines, Mapping) or not lines:
        raise error("live_lines", got=repr(lines))
    named = {}
    for panel, names in lines.items():
        check_name(panel)
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise error("live_lines", got=repr(lines))
        named[panel] = list(names)
        for name in named[panel]:
            check_name(name)
        if not named[panel] or len(set(named[panel])) < len(named[panel]):
            raise error("live_lines", got=repr(lines))
    x = lang.text("widgets.step") if x is None else x
    axis = dict(x) if isinstance(x, Mapping) else dict.fromkeys(named, x)
    for panel in axis:
        one_of("panel", panel, named)
    axis = {panel: axis.get(panel, next(iter(axis.values()), "")) for panel in named}
    for name in axis.values():
        check_name(name)
    logs, ends = check_axes(log, limits, named)
    if total is not None:
        total = _number(total, "total")
        if not (np.isfinite(total) and total > 0):
            raise error("live_total", got=number_text(total))
    if alt is not None:
        check_kind("alt", alt, str)
    return Live(
        named, axis, logs, ends, total,
        labels={"progress": lang.text("widgets.progress")},
        alt=alt if alt is not None else _default_alt(named),
    )  # fmt: skip


def _default_alt(lines: Mapping[str, list[str]]) -> str:
    spoken = []
    for panel, names in lines.items():
        words = ", ".join(symbol(name)["spoken"] for name in names)
        spoken.append(lang.text("widgets.curves_panel", panel=symbol(panel)["spoken"], lines=words))
    return lang.text("widgets.live_alt", panels=" ".join(spoken))
