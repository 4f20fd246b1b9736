"""From numbers to places on a panel: limits, ticks, where a line's name goes, and a plain drawing."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course_lib.files import FONT
from course_lib.widgets.base import number_text

Number = int | float
Tick = list[Any]  # [fraction of the axis, text]

COLOURS = ("#2f55a4", "#b4531a", "#1c7a5e", "#8a3d8f", "#6b6512", "#a12b46")
GREY, REFERENCE = "#5c6475", (4, 3)  # what is not a result: a floor, a target, a fixed mark
DASHES = ((), (9, 5), (2, 4), (12, 4, 2, 4), (6, 3), (1, 5))
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _to_axis(values: np.ndarray, log: bool) -> np.ndarray:
    """Values as they stand on the axis; what has no place there (infinite, or 0 on a log axis) is NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        on_axis = np.log10(values) if log else np.asarray(values, np.float64)
    return np.where(np.isfinite(on_axis), on_axis, np.nan)


def ends(x: Any, n: int) -> tuple[float, float]:
    """The first and the last number of the x axis, or 0 and n - 1."""
    row = np.arange(n) if x is None else np.asarray(x, np.float64)
    return float(row[0]), float(row[-1])


def limits(lines: Iterable[Any], log: bool) -> tuple[float, float]:
    """The lowest and the highest value shown, with a little air around the lines."""
    on_axis = np.concatenate([_to_axis(np.asarray(line, np.float64), log) for line in lines])
    low, high = float(np.nanmin(on_axis)), float(np.nanmax(on_axis))
    air = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    low, high = low - air, high + air
    return (10**low, 10**high) if log else (low, high)


def heights(values: np.ndarray, low: Number, high: Number, log: bool) -> np.ndarray:
    """Each value as a fraction of the way from ``low`` to ``high``; NaN where it has no place."""
    bottom, top = (np.log10(low), np.log10(high)) if log else (low, high)
    return (_to_axis(values, log) - bottom) / ((top - bottom) or 1.0)


def ticks(low: Number, high: Number, most: int = 5) -> list[Tick]:
    """Round numbers (1, 2, 2.5 or 5 times a power of ten apart) between ``low`` and ``high``."""
    span = abs(high - low) or 1.0
    unit = 10 ** np.floor(np.log10(span / most))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if span / (unit * m) <= most)
    first, last = sorted((low, high))
    marks = np.arange(np.ceil(first / step - 1e-9), np.floor(last / step + 1e-9) + 1) * step
    return [[float((m - low) / ((high - low) or 1.0)), number_text(round(float(m), 12) + 0.0)] for m in marks]


def log_ticks(low: Number, high: Number, most: int = 5) -> list[Tick]:
    """Powers of ten between ``low`` and ``high``."""
    bottom, top = np.log10(low), np.log10(high)
    powers = np.arange(np.ceil(bottom), np.floor(top) + 1)
    powers = powers[:: max(1, int(np.ceil(len(powers) / most)))]
    if len(powers) < 2:
        return [[0.0, number_text(low)], [1.0, number_text(high)]]
    return [
        [float((p - bottom) / (top - bottom)), "10" + str(int(p)).translate(_SUPERSCRIPTS)] for p in powers
    ]


# A panel on a small screen, in pixels: names that keep apart here keep apart on a larger one.
_NAME_PANEL = (200.0, 168.0)
_AROUND = np.array([[0, 1], [0, -1], [1, 0.6], [1, -0.6], [-1, 0.6], [-1, -0.6], [0.5, 1], [-0.5, -1]])


def place_names(
    lines: Mapping[str, np.ndarray], places: np.ndarray, keep_off: np.ndarray
) -> list[list[float]]:
    """Where each line's name stands, as [x, y] fractions of the panel: beside its own line, off all others.

    keep_off: further points (K, 2) that no name may cover.
    """
    size = np.array(_NAME_PANEL)
    thin = np.unique(np.linspace(0, len(places) - 1, 160).round().astype(int))
    drawn = [_inside(np.stack([places[thin], line[thin]], 1)) * size for line in lines.values()]
    taken: list[tuple[np.ndarray, np.ndarray]] = []
    for i, name in enumerate(lines):
        half = np.array([3.6 * len(name) + 2, 8.0])
        others = np.concatenate([*(points for j, points in enumerate(drawn) if j != i), keep_off * size])
        spots = (drawn[i][::4, None] + _AROUND * (half + 3)).reshape(-1, 2)
        spots = spots[(spots - half >= 2).all(1) & (spots + half <= size - 2).all(1)]
        if not len(spots):
            spots = (size / 2)[None]
        near, free = _clear(spots, half, drawn[i]), _clear(spots, half, others)
        # Near its own line but not on it, clear of the other lines and names, rather in the middle.
        score = np.minimum(free, 14) + 2 * np.minimum(near, 3) - 0.5 * near
        score -= 3 * np.abs(spots / size - 0.5).sum(1)
        for spot, other in taken:
            score += 2 * np.minimum(_clear(spots, half + other, spot[None]), 8)
        taken.append((spots[int(score.argmax())], half))
    return [(spot / size).tolist() for spot, _ in taken]


def _inside(points: np.ndarray) -> np.ndarray:
    return points[np.isfinite(points).all(1) & (points[:, 1] >= 0) & (points[:, 1] <= 1)]


def _clear(spots: np.ndarray, half: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The distance from each box around ``spots`` to the nearest point; large where there is none."""
    if not len(points):
        return np.full(len(spots), 1e3)
    outside = np.maximum(np.abs(spots[:, None] - points) - half, 0)
    return np.hypot(outside[..., 0], outside[..., 1]).min(1)


def picture(
    name: str, lines: Mapping[str, np.ndarray], places: np.ndarray | Mapping[str, np.ndarray],
    y_ticks: list[Tick], x_ticks: list[Tick], size: tuple[int, int], marks: Mapping[str, float] | None = None,
    references: Container[str] = (), x_name: str = "",
) -> np.ndarray:  # fmt: skip
    """One panel as pixels (H, W, 3): frame, ticks, dashed lines with their names.

    places: the lines' common x, or one row for each. marks: upright lines. references: the lines in grey.
    x_name: the name of the axis.
    """
    width, height = size
    left, top, right, bottom = 52, 30, width - 14, height - 30
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), _font(11)
    draw.rectangle((left, top, right, bottom), outline="#c9cdd6")
    draw.text((left, 8), name, "#1f2430", font=font)
    for at, text in y_ticks:
        y = bottom - at * (bottom - top)
        draw.line((left - 4, y, left, y), "#5c6475")
        draw.text((left - 8, y), _plain(text), "#5c6475", font=font, anchor="rm")
    for at, text in x_ticks:
        x = left + at * (right - left)
        draw.line((x, bottom, x, bottom + 4), "#5c6475")
        draw.text((x, bottom + 8), _plain(text), "#5c6475", font=font, anchor="mt")
    draw.text(((left + right) / 2, height - 1), x_name, "#5c6475", font=font, anchor="mb")
    names_at = left + max(60, 16 + int(draw.textlength(name, font=font)))
    for i, (line, row) in enumerate(lines.items()):
        colour, dash = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
        if line in references:
            colour, dash = GREY, REFERENCE
        along = places[line] if isinstance(places, Mapping) else places
        xs, ys = left + along * (right - left), bottom - row * (bottom - top)
        for a, b in _dashed(np.stack([xs, ys], 1), dash):
            if top <= a[1] <= bottom and top <= b[1] <= bottom:
                draw.line((*a, *b), colour, width=2)
        for x, y in _alone(np.stack([xs, ys], 1)).tolist():
            if top <= y <= bottom:
                draw.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), colour)
        for a, b in _dashed(np.array([[names_at + k, 14.0] for k in range(25)]), dash):
            draw.line((*a, *b), colour, width=2)
        draw.text((names_at + 30, 8), line, colour, font=font)
        names_at += 44 + int(draw.textlength(line, font=font))
    _uprights(draw, marks or {}, (left, top, right, bottom))
    return np.asarray(image)


Bar = tuple[str, float, float, str]  # name, from, to (fractions of the axis), the number written


def bar_picture(
    name: str, rows: list[list[Bar]], marks: Mapping[str, float], x_ticks: list[Tick], size: tuple[int, int]
) -> np.ndarray:
    """Bars over one horizontal axis as pixels (H, W, 3); several bars in a row stand on each other."""
    width, height = size
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), _font(11)
    longest = max(draw.textlength(bar[0], font=font) for row in rows for bar in row)
    left, top, right, bottom = 20 + int(longest), 44, width - 14, height - 30
    draw.text((14, 8), name, "#1f2430", font=font)
    draw.line((left, bottom, right, bottom), "#c9cdd6")
    for at, text in x_ticks:
        x = left + at * (right - left)
        draw.line((x, bottom, x, bottom + 4), "#5c6475")
        draw.text((x, bottom + 8), _plain(text), "#5c6475", font=font, anchor="mt")
    i, pitch = 0, (bottom - top) / len(rows)
    for k, row in enumerate(rows):
        middle = top + (k + 0.5) * pitch
        half = min(pitch * 0.36, 22)
        for j, (bar, start, stop, text) in enumerate(row):
            colour = COLOURS[i % len(COLOURS)]
            a, b = (left + min(max(at, 0.0), 1.0) * (right - left) for at in sorted((start, stop)))
            draw.rectangle((a, middle - half, max(b, a + 1), middle + half), colour)
            y = middle + (j - (len(row) - 1) / 2) * 14
            draw.text((left - 6, y), bar, colour, font=font, anchor="rm")
            # In a stack the numbers stand in the middle of their bars, or they would cover each other.
            beside = b + 4 + draw.textlength(_plain(text), font=font) < right
            if len(row) > 1:
                draw.text(((a + b) / 2, middle - half - 8), _plain(text), colour, font=font, anchor="mm")
            elif beside:
                draw.text((b + 4, middle), _plain(text), "#1f2430", font=font, anchor="lm")
            else:
                draw.text((b - 4, middle), _plain(text), "white", font=font, anchor="rm")
            i += 1
    _uprights(draw, marks, (left, top, right, bottom))
    return np.asarray(image)


def under(picture: np.ndarray, text: str) -> np.ndarray:
    """The picture with one more line of text under it."""
    image = Image.new("RGB", (picture.shape[1], 22), "white")
    ImageDraw.Draw(image).text((picture.shape[1] / 2, 4), text, "#1f2430", font=_font(12), anchor="ma")
    return np.concatenate([picture, np.asarray(image)])


def _uprights(draw: ImageDraw.ImageDraw, marks: Mapping[str, float], box: tuple[int, int, int, int]) -> None:
    """Dashed upright lines with their names at the top, inside ``box`` = (left, top, right, bottom)."""
    left, top, right, bottom = box
    for k, (name, at) in enumerate(marks.items()):
        if not 0 <= at <= 1:
            continue
        x = left + at * (right - left)
        for a, b in _dashed(np.array([[x, float(y)] for y in range(top, bottom + 1)]), REFERENCE):
            draw.line((*a, *b), "#1f2430", width=1)
        aside, anchor = (4, "la") if at < 0.5 else (-4, "ra")
        draw.text((x + aside, top + 2 + 13 * k), name, "#1f2430", font=_font(11), anchor=anchor)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The course's own font: a line's name may be Korean, and the built-in font has no Hangul."""
    return ImageFont.truetype(str(FONT), size)


def _plain(text: str) -> str:
    """Tick text without superscripts, which the font lacks."""
    back = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    return f"1e{text[2:].translate(back)}" if text[2:].translate(back) != text[2:] else text.translate(back)


def _alone(points: np.ndarray) -> np.ndarray:
    """The points of a polyline that have no neighbour to be joined to."""
    fine = np.isfinite(points).all(1)
    beside = np.concatenate([[False], fine, [False]])
    return points[fine & ~beside[:-2] & ~beside[2:]]


def _dashed(
    points: np.ndarray, dash: tuple[int, ...]
) -> Iterable[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The visible pieces of a polyline; a NaN breaks it, and a dash may end within a long stretch."""
    lengths = np.nan_to_num(np.hypot(*np.diff(points, axis=0).T))
    along = np.concatenate([[0], np.cumsum(lengths)])
    edges = np.cumsum(dash) if dash else np.array([])
    for k in range(len(points) - 1):
        if not np.isfinite(points[k : k + 2]).all():
            continue
        pieces = max(1, int(np.ceil(lengths[k] / 2))) if dash else 1
        ends = np.linspace(points[k], points[k + 1], pieces + 1).tolist()
        for i in range(pieces):
            at = along[k] + lengths[k] * i / pieces
            if not dash or int(np.searchsorted(edges, at % edges[-1], "right")) % 2 == 0:
                yield ends[i], ends[i + 1]
