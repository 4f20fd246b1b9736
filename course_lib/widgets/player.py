"""The player: precomputed frames under one slider, every one of them a key press away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets as t

from course_lib import lang
from course_lib.widgets.base import CourseWidget, check_kind, check_name, error, script, style, time_texts
from course_lib.widgets.symbols import symbol
from course_lib.widgets.tracks import check_positive, entries, evenly, layout, read_frames, sheet

SPEEDS = (0.5, 1, 2, 4)


class Player(CourseWidget):
    """Frames under a slider; ``index`` is the frame the reader left it on (and may be set)."""

    _esm = script("frames", "play", "player")
    _css = style("frames", "player")

    pixels = t.Bytes().tag(sync=True)
    tracks: t.List = t.List().tag(sync=True)
    count = t.Int().tag(sync=True)
    index = t.Int(0).tag(sync=True)
    times: t.List = t.List().tag(sync=True)
    captions: t.List = t.List().tag(sync=True)
    fps = t.Float().tag(sync=True)
    speeds: t.List = t.List().tag(sync=True)
    scale = t.Int(0).tag(sync=True)
    loop = t.Bool(False).tag(sync=True)

    @t.validate("index")
    def _clamp(self, proposal: Any) -> int:
        return min(max(proposal["value"], 0), max(self.count - 1, 0))

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        about = [(track["symbol"]["spoken"], track["width"], track["height"]) for track in self.tracks]
        names = [f"{name} {width}×{height}".strip() for name, width, height in about]
        span = f", t = {self.times[0]} … {self.times[-1]}" if self.times else ""
        return f"{', '.join(names)}; {self.count} frames{span}"

    def track(self, which: int) -> np.ndarray:
        """The frames (N, H, W, C) of one track."""
        about = self.tracks[which]
        shape = (self.count, about["height"], about["width"], about["channels"])
        flat = np.frombuffer(self.pixels, np.uint8, int(np.prod(shape)), about["offset"])
        return flat.reshape(shape)

    def sheet_indices(self) -> list[int]:
        """The frames on the contact sheet: evenly spaced, the first and the last among them."""
        return evenly(self.count, max(track["width"] for track in self.tracks))

    def still(self) -> np.ndarray:
        """A contact sheet: one row a track, evenly spaced frames from left to right."""
        return sheet([list(self.track(i)[self.sheet_indices()]) for i in range(len(self.tracks))])

    def still_alt(self) -> str:
        """What is to be seen on the contact sheet."""
        return lang.text("widgets.sheet", alt=self.alt, n=len(self.sheet_indices()))


def player(
    frames: Any,
    times: Any = None,
    names: Sequence[str] | None = None,
    *,
    captions: Sequence[str] | None = None,
    fps: int | float | None = None,
    scale: int | float | None = None,
    loop: bool = False,
    index: int = 0,
    alt: str | None = None,
) -> Player:
    """Show precomputed frames under one slider, with play, speed and keyboard.

    frames: one uint8 array (N, H, W), (N, H, W, 1) or (N, H, W, 3), or a dict name -> array of equal N,
    shown side by side. times: the N numbers shown as t, rising or falling. names: one symbol a track
    ("x_t", "x_0_hat", "eps_hat"); a dict's keys serve by default. captions: N lines of text. fps: frames
    a second at speed 1 (default: the whole run in about 8 seconds). scale: the largest size of a pixel.
    alt: what is to be seen, for screen readers and for pages where nothing runs. ValueError for bad input.
    """
    given = frames if isinstance(frames, Mapping) else {"": frames}
    if not given:
        raise error("no_tracks")
    arrays = {k: read_frames(v, f"frames[{k!r}]" if k != "" else "frames") for k, v in given.items()}
    counts = {name: len(array) for name, array in arrays.items()}
    if len(set(counts.values())) > 1:
        raise error("unequal", got=", ".join(f"{name}: {n}" for name, n in counts.items()))
    labels = list(arrays) if names is None else entries("names", names, len(arrays))
    if names is not None or isinstance(frames, Mapping):
        for name in labels:
            check_name(name)
    n = next(iter(counts.values()))
    texts = [] if times is None else time_texts(times, n)
    lines = [] if captions is None else entries("captions", captions, n)
    if fps is not None:
        check_positive("fps", fps)
    if scale is not None:
        check_positive("scale", scale, whole=True)
    check_kind("index", index, int)
    check_kind("loop", loop, bool)
    if alt is not None:
        check_kind("alt", alt, str)
    symbols = [symbol(name) for name in labels]
    return Player(
        pixels=b"".join(array.tobytes() for array in arrays.values()),
        tracks=layout(list(arrays.values()), symbols),
        count=n,
        index=int(index),
        times=texts,
        captions=[str(line) for line in lines],
        fps=float(fps) if fps is not None else max(4.0, n / 8),
        speeds=list(SPEEDS),
        scale=int(scale or 0),
        loop=loop,
        labels=_labels(texts, n),
        alt=alt if alt is not None else _default_alt(symbols, texts, n),
    )


def _labels(texts: list[str], n: int) -> dict[str, str]:
    keys = ("play", "pause", "speed", "slider", "picture")
    position = "widgets.position_t" if texts else "widgets.position"
    return {
        **{key: lang.text(f"widgets.{key}") for key in keys},
        "position": lang.text(position, t="{t}", n="{n}", N=n),
    }


def _default_alt(symbols: list[dict[str, str]], texts: list[str], n: int) -> str:
    names = ", ".join(s["spoken"] for s in symbols if s["spoken"]) or lang.text("widgets.picture")
    if not texts:
        return lang.text("widgets.player_alt", names=names, N=n)
    return lang.text("widgets.player_alt_t", names=names, N=n, first=texts[0], last=texts[-1])
