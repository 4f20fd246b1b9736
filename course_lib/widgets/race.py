"""The race: several runs side by side under one clock, each at the frame that it has reached by then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets as t

from course_lib import lang
from course_lib.widgets.base import check_kind, check_name, error, number_text, one_of, one_row
from course_lib.widgets.player import SPEEDS, Player
from course_lib.widgets.sliders import even_texts
from course_lib.widgets.symbols import symbol
from course_lib.widgets.tracks import check_positive, check_size, layout, read_frames, sheet

MOST_TICKS = 2000


class Race(Player):
    """Runs under one clock; ``index`` is the tick the reader left it on (and may be set)."""

    unit = t.Unicode().tag(sync=True)

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        runs = ", ".join(f"{track['symbol']['spoken']} {track['clock'][-1]}" for track in self.tracks)
        return f"{runs}; {self.unit}: {self.times[0]} … {self.times[-1]}"

    def track(self, which: int) -> np.ndarray:
        """The frames (N, H, W, C) of one run."""
        about = self.tracks[which]
        shape = (len(about["clock"]), about["height"], about["width"], about["channels"])
        return np.frombuffer(self.pixels, np.uint8, int(np.prod(shape)), about["offset"]).reshape(shape)

    def still(self) -> np.ndarray:
        """A contact sheet: one row a run, where it stood at evenly spaced ticks."""
        ticks = self.sheet_indices()
        runs = range(len(self.tracks))
        return sheet([[self.track(i)[self.tracks[i]["reached"][tick]] for tick in ticks] for i in runs])

    def still_alt(self) -> str:
        """What is to be seen on the contact sheet."""
        ticks = ", ".join(self.times[tick] for tick in self.sheet_indices())
        return lang.text("widgets.race_still", alt=self.alt, unit=self.unit, ticks=ticks)


def race(
    runs: Mapping[str, Any],
    *,
    clock: Mapping[str, Any],
    unit: str | None = None,
    fps: int | float | None = None,
    scale: int | None = None,
    index: int = 0,
    alt: str | None = None,
) -> Race:
    """Show several runs side by side under one clock: each stands at the last frame that it has reached.

    runs: name -> uint8 frames (N_i, H, W), (N_i, H, W, 1) or (N_i, H, W, 3), shown side by side. clock: name
    -> N_i numbers from 0 upwards that never fall, such as the network calls made when the frame was there.
    A run that is over says so and stays. The slider runs over 0, 1 ... to the largest number of all clocks
    (over 1000 equal steps where the numbers are not whole, or more than 2000). unit: what the clock counts
    (default: network calls). fps: ticks a second at speed 1 (default: all in about 8 seconds). scale: the
    largest size of a pixel. index: the tick to begin with. alt: what is to be seen. ValueError for bad
    input, and for more than 8 MB of pixels: then pass every k-th frame with its clock.
    """
    if not isinstance(runs, Mapping) or not runs:
        raise error("race_runs", got="{}" if isinstance(runs, Mapping) else type(runs).__name__)
    arrays = {}
    for name, frames in runs.items():
        check_name(name)
        arrays[name] = read_frames(frames, f"runs[{name!r}]")
    check_size(arrays)
    clocks = _clocks(clock, {name: len(array) for name, array in arrays.items()})
    last = max(row[-1] for row in clocks.values())
    whole = last <= MOST_TICKS and all((row == row.round()).all() for row in clocks.values())
    ticks = np.linspace(0.0, last, int(last) + 1 if whole else 1001)
    if unit is not None:
        check_name(unit)
    if fps is not None:
        check_positive("fps", fps)
    if scale is not None:
        check_positive("scale", scale, whole=True)
    check_kind("index", index, int)
    if alt is not None:
        check_kind("alt", alt, str)
    counted = unit if unit is not None else lang.text("widgets.network_calls")
    tracks = layout(list(arrays.values()), [symbol(name) for name in arrays])
    for track, row in zip(tracks, clocks.values(), strict=True):
        track["clock"] = [number_text(value) for value in row]
        track["reached"] = np.maximum(np.searchsorted(row, ticks, side="right") - 1, 0).tolist()
        track["begins"] = int(np.searchsorted(ticks, row[0]))
        track["done"] = int(np.searchsorted(ticks, row[-1]))
    return Race(
        pixels=b"".join(array.tobytes() for array in arrays.values()),
        tracks=tracks,
        count=len(ticks),
        index=int(index),
        times=even_texts(ticks),
        unit=counted,
        fps=float(fps) if fps is not None else max(4.0, len(ticks) / 8),
        speeds=list(SPEEDS),
        scale=int(scale or 0),
        labels=_labels(counted, number_text(last)),
        alt=alt if alt is not None else _default_alt(clocks, counted),
    )


def _clocks(clock: Any, counts: Mapping[str, int]) -> dict[str, np.ndarray]:
    if not isinstance(clock, Mapping):
        raise error("number", what="clock", want="dict", got=repr(clock))
    for name in clock:
        one_of("race_run", name, counts)
    clocks = {}
    for name, n in counts.items():
        if name not in clock:
            raise error("race_clock_missing", got=repr(name))
        values = clock[name]
        row = one_row(list(values) if isinstance(values, range) else values, f"clock[{name!r}]")
        fine = len(row) == n and np.isfinite(row).all() and row[0] >= 0 and (np.diff(row) >= 0).all()
        if not fine:
            got = ", ".join(number_text(value) for value in row[:4]) + (" …" if len(row) > 4 else "")
            raise error("race_clock", got=f"[{got}]", n=len(row), what=f"clock[{name!r}]", want=n)
        clocks[name] = row
    if max(row[-1] for row in clocks.values()) <= 0:
        raise error("race_still")
    return clocks


def _labels(unit: str, last: str) -> dict[str, str]:
    keys = ("play", "pause", "speed", "picture")
    return {
        **{key: lang.text(f"widgets.{key}") for key in keys},
        "slider": unit,
        "position": lang.text("widgets.race_position", unit=unit, t="{t}", last=last),
        "running": lang.text("widgets.race_running", n="{n}", last="{last}"),
        "finished": lang.text("widgets.race_finished", n="{n}", last="{last}"),
    }


def _default_alt(clocks: Mapping[str, np.ndarray], unit: str) -> str:
    runs = ", ".join(f"{symbol(name)['spoken']} ({number_text(row[-1])})" for name, row in clocks.items())
    return lang.text("widgets.race_alt", unit=unit, runs=runs)
