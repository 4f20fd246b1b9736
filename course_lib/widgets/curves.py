"""The curve explorer: several quantities over t, one cursor through all of them, and points to draw with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    one_of,
    one_row,
    script,
    style,
    time_texts,
)
from course_lib.widgets.symbols import symbol

Series = Mapping[str, Mapping[str, Any]]
_STILL_PANEL = (360, 240)


class Curves(CourseWidget):
    """Panels of curves over t. ``cursor`` is the position the reader left, ``handles`` the values drawn."""

    _esm = script("plot", "curves")
    _css = style("plot", "curves")

    values = t.Bytes().tag(sync=True)  # float32, panel by panel, line by line: what the readout says
    heights = t.Bytes().tag(sync=True)  # the same as fractions of the panel's height; NaN is a gap
    places = t.Bytes().tag(sync=True)  # float32: x as fractions of the panel's width
    panels: t.List = t.List().tag(sync=True)
    count = t.Int().tag(sync=True)
    times: t.List = t.List().tag(sync=True)
    x_ticks: t.List = t.List().tag(sync=True)
    cursor = t.Int(0).tag(sync=True)
    handles: t.List = t.List(t.Float()).tag(sync=True)
    handle_times: t.List = t.List().tag(sync=True)
    drawn: t.List = t.List().tag(sync=True)  # [panel, line] that the handles draw
    message = t.Unicode().tag(sync=True)
    revision = t.Int(0).tag(sync=True)  # tells the page that an answer to its drawing has come

    def __init__(self, series: Any, log: Sequence[str], limits: Mapping[str, Any], **traits: Any):
        super().__init__(**traits)
        self._log, self._limits = tuple(log), dict(limits)
        self._answer: Callable[[list[float]], Series | None] | None = None
        self._fill(_rows(series))

    @t.validate("cursor")
    def _clamp(self, proposal: Any) -> int:
        return min(max(proposal["value"], 0), max(self.count - 1, 0))

    def update(self, series: Any) -> None:
        """Show other values on the same panels and lines; ValueError where panels, lines or length differ."""
        rows = _rows(series)
        want, got = _describe(self._rows), _describe(rows)
        if want != got:
            raise error("update", want=want, got=got)
        self._fill(rows)

    def on_handles(self, answer: Callable[[list[float]], Series | None]) -> None:
        """Call ``answer(values)`` whenever points have been moved; show the series it gives back.

        Whatever it raises is shown under the curves, so a drawing that makes no sense says why.
        """
        self._answer = answer
        self.unobserve_all("handles")
        self.observe(self._moved, "handles")

    def _moved(self, change: Any) -> None:
        if self._answer is None:
            return
        try:
            series = self._answer(list(self.handles))
            if series is not None:
                self.update(series)
            self.message = ""
        except ValueError as problem:
            self.message = str(problem)
        except Exception as problem:  # a widget's callback has nobody else to tell
            self.message = f"{type(problem).__name__}: {problem}"
        self.revision += 1

    def _fill(self, rows: dict[str, dict[str, np.ndarray]]) -> None:
        self._rows = rows
        panels, heights = [], []
        places = np.frombuffer(self.places, "<f4")
        for name, lines in rows.items():
            log = name in self._log
            _check_drawable(name, lines, log)
            extra = list(self.handles) if self.drawn and list(rows)[self.drawn[0]] == name else []
            low, high = self._limits.get(name) or axes.limits([*lines.values(), extra], log)
            at = {line: axes.heights(row, low, high, log) for line, row in lines.items()}
            knobs = np.stack(
                [np.linspace(0, 1, len(extra)), axes.heights(np.array(extra), low, high, log)], 1
            )
            names = axes.place_names(at, places, knobs)
            heights += list(at.values())
            panels.append(
                {
                    "symbol": symbol(name),
                    "low": low,
                    "high": high,
                    "ticks": axes.log_ticks(low, high) if log else axes.ticks(low, high),
                    "lines": [
                        {"symbol": symbol(line), "x": x, "y": y}
                        for line, (x, y) in zip(lines, names, strict=True)
                    ],
                }
            )
            if extra:
                # Points are dragged against this panel's axis: it must not slide away under the hand.
                self._limits[name] = (low, high)
        with self.hold_sync():
            self.panels = panels
            self.values = b"".join(v.astype("<f4").tobytes() for p in rows.values() for v in p.values())
            self.heights = b"".join(v.astype("<f4").tobytes() for v in heights)
            self.revision += 1

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        panels = "; ".join(f"{name}: {', '.join(lines)}" for name, lines in self._rows.items())
        return f"{panels}; t = {self.times[0]} … {self.times[-1]}"

    def still(self) -> np.ndarray:
        """All panels side by side, drawn plainly."""
        flat = np.frombuffer(self.heights, "<f4").reshape(-1, self.count)
        places = np.frombuffer(self.places, "<f4")
        pictures, at = [], 0
        for name, panel in zip(self._rows, self.panels, strict=True):
            lines = dict(zip(self._rows[name], flat[at:], strict=False))
            at += len(panel["lines"])
            pictures.append(axes.picture(name, lines, places, panel["ticks"], self.x_ticks, _STILL_PANEL))
        return np.concatenate(pictures, axis=1)


def _describe(rows: Mapping[str, Mapping[str, np.ndarray]]) -> str:
    return "; ".join(
        f"{p}: {', '.join(f'{k} ({len(v)})' for k, v in lines.items())}" for p, lines in rows.items()
    )


def _rows(series: Any) -> dict[str, dict[str, np.ndarray]]:
    """``series`` as float64 rows of one length; ValueError for anything else."""
    panels = list(series.values()) if isinstance(series, Mapping) else []
    if not panels or not all(isinstance(lines, Mapping) and lines for lines in panels):
        raise error("no_series")
    for name in (name for panel, lines in series.items() for name in (panel, *lines)):
        check_name(name)
    rows = {p: {k: one_row(v, f"{p} / {k}") for k, v in lines.items()} for p, lines in series.items()}
    lengths = {f"{p} / {k}": len(v) for p, lines in rows.items() for k, v in lines.items()}
    if len(set(lengths.values())) > 1:
        raise error("series_length", got=", ".join(f"{name}: {n}" for name, n in lengths.items()))
    if min(lengths.values()) < 2:
        raise error("series_short", got=min(lengths.values()))
    return rows


def _check_drawable(panel: str, lines: Mapping[str, np.ndarray], log: bool) -> None:
    for name, line in lines.items():
        what = f"{panel} / {name}"
        if np.isnan(line).any():
            raise error("series_nan", what=what, count=int(np.isnan(line).sum()))
        if log and line.min() < 0:
            raise error("series_log", what=what, got=number_text(line.min()))
        if not (np.isfinite(line) & ((line > 0) | (not log))).any():
            raise error("series_flat", what=what)


def curves(
    series: Any,
    x: Any = None,
    *,
    cursor: int = 0,
    log: Iterable[str] = (),
    handles: Any = None,
    on_handles: Callable[[list[float]], Series | None] | None = None,
    drawn: tuple[str, str] | None = None,
    limits: Mapping[str, tuple[int | float, int | float]] | None = None,
    alt: str | None = None,
) -> Curves:
    """Show curves over t in several panels, with one cursor that reads them all.

    series: panel -> line -> N values, such as {"beta": {"linear": …, "cosine": …}, "snr": {…}}; infinite
    values (and 0 on a logarithmic axis) are gaps. x: the N numbers on the axis, default 0..N-1. log: the
    panels with a logarithmic axis. handles: K values, evenly spaced over x, that the reader moves; they
    draw the line ``drawn`` = (panel, line), by default the first panel's last. on_handles(values) is called
    when they have been let go and gives back the new series. limits: panel -> (low, high). alt: what is
    to be seen. ValueError for bad input.
    """
    rows = _rows(series)
    n = len(next(iter(next(iter(rows.values())).values())))
    log, limits = check_axes(log, limits, rows)
    check_kind("cursor", cursor, int)
    if alt is not None:
        check_kind("alt", alt, str)
    if on_handles is not None and not callable(on_handles):
        raise error("number", what="on_handles", want="callable", got=repr(on_handles))
    texts = time_texts(np.arange(n) if x is None else x, n)
    places = axes.heights(one_row(np.arange(n) if x is None else x, "x"), *axes.ends(x, n), log=False)
    points = _check_handles(handles)
    where: list[int] = []
    if points:
        if drawn is not None and (not isinstance(drawn, tuple | list) or len(drawn) != 2):
            raise error("number", what="drawn", want="(panel, line)", got=repr(drawn))
        panel, line = drawn or (next(iter(rows)), list(next(iter(rows.values())))[-1])
        where = [one_of("panel", panel, rows), one_of("line", line, rows[panel], panel=repr(panel))]
        if panel in log:
            raise error("handles_log", got=repr(panel))
    elif on_handles is not None:
        raise error("handles_needed")
    widget = Curves(
        rows, log, limits,
        places=places.astype("<f4").tobytes(),
        count=n,
        cursor=int(cursor),
        times=texts,
        x_ticks=axes.ticks(*axes.ends(x, n), most=4),
        handles=points,
        handle_times=[texts[int(np.abs(places - k).argmin())] for k in np.linspace(0, 1, len(points))],
        drawn=where,
        labels={key: lang.text(f"widgets.{key}", **_BLANKS.get(key, {})) for key in _LABELS},
        alt=alt if alt is not None else _default_alt(rows, texts),
    )  # fmt: skip
    if on_handles is not None:
        widget.on_handles(on_handles)
    return widget


_LABELS = ("cursor", "handle", "handles_hint", "waiting")
_BLANKS = {"handle": {"k": "{k}", "K": "{K}", "t": "{t}"}}


def _check_handles(handles: Any) -> list[float]:
    if handles is None:
        return []
    points = one_row(handles, "handles")
    if len(points) < 2 or not np.isfinite(points).all():
        raise error("handles", got=", ".join(str(v) for v in points.tolist()) or "[]")
    return points.tolist()


def _default_alt(rows: Mapping[str, Mapping[str, np.ndarray]], texts: list[str]) -> str:
    spoken = []
    for panel, lines in rows.items():
        names = ", ".join(symbol(line)["spoken"] for line in lines)
        spoken.append(lang.text("widgets.curves_panel", panel=symbol(panel)["spoken"], lines=names))
    return lang.text("widgets.curves_alt", first=texts[0], last=texts[-1], panels=" ".join(spoken))
