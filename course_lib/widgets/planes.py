"""A plane of a field where no script runs: its density, arrows and points as pixels, and a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course_lib.files import FONT
from course_lib.widgets.axes import COLOURS, GREY

Item = dict[str, Any]

BANDS = 6
SHADE = 0.42  # how dark the highest band is
_SIDE = 216  # of a plane, in pixels
_FINE = 2  # drawn so many times as large, then made smaller
# Dashes, width and opacity of each set of arrows; heads go filled, open, round. field.js has the same.
SHAFTS: tuple[tuple[tuple[float, ...], float, float], ...] = (
    ((), 3.4, 0.5), ((4, 2.5), 1.5, 1.0), ((1.5, 2), 1.5, 1.0), ((7, 2, 1.5, 2), 1.5, 1.0),
)  # fmt: skip


def picture(
    shade: np.ndarray | None,
    arrows: Sequence[tuple[Item, np.ndarray]],
    clouds: Sequence[tuple[Item, np.ndarray]],
    paths: Sequence[tuple[Item, np.ndarray]],
    window: Item,
) -> np.ndarray:
    """One plane as pixels (H, W, 3): density, arrows, paths (K, n, 2), points, a frame with ticks."""
    wide, tall = (round(_SIDE * side) for side in (min(1, window["aspect"]), min(1, 1 / window["aspect"])))
    image = Image.new("RGB", (wide * _FINE, tall * _FINE), "white")
    if shade is not None:
        smooth = Image.fromarray(shade[::-1]).resize(image.size, Image.Resampling.BICUBIC)
        bands = np.asarray(smooth).astype(int) * BANDS // 256 * (255 / BANDS)
        image.paste(GREY, mask=Image.fromarray((bands * SHADE).astype(np.uint8)))
    scale = np.array([wide, tall], float) * _FINE
    for item, ends in arrows:
        layer = image.copy()
        draw = ImageDraw.Draw(layer)
        shown = ends[np.isfinite(ends).all(1) & (np.abs(ends) < 10).all(1)]
        for x, y, dx, dy in shown.tolist():
            base = np.array([x, 1 - y]) * scale
            _arrow(draw, base, base + np.array([dx, -dy]) * scale, item)
        image = Image.blend(image, layer, SHAFTS[item["style"] % len(SHAFTS)][2])
    draw = ImageDraw.Draw(image)
    for item, path in paths:
        for line in path.transpose(1, 0, 2):
            _path(draw, line, scale, COLOURS[item["colour"] % len(COLOURS)])
    for item, points in clouds:
        inside = points[((points >= 0) & (points <= 1)).all(1)]
        for x, y in inside.tolist():
            _mark(draw, x * scale[0], (1 - y) * scale[1], item)
    plane = image.reduce(_FINE)
    return _framed(plane, window)


def _framed(plane: Image.Image, window: Item) -> np.ndarray:
    left, top, right, bottom = 38, 6, 14, 20
    image = Image.new("RGB", (plane.width + left + right, plane.height + top + bottom), "white")
    image.paste(plane, (left, top))
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 10)
    draw.rectangle((left - 1, top - 1, left + plane.width, top + plane.height), outline="#c9cdd6")
    for at, text in window["x"]:
        place = (left + at * plane.width, top + plane.height + 5)
        draw.text(place, text.replace("−", "-"), GREY, font=font, anchor="mt")
    for at, text in window["y"]:
        place = (left - 5, top + (1 - at) * plane.height)
        draw.text(place, text.replace("−", "-"), GREY, font=font, anchor="rm")
    return np.asarray(image)


def legend(panel: Item, width: int) -> np.ndarray:
    """A line (24, width, 3) with the panel's name and what its marks and arrows mean."""
    image = Image.new("RGB", (width * _FINE, 24 * _FINE), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 12 * _FINE)
    x, y = 38.0 * _FINE, 12.0 * _FINE
    for name, items in ((panel["name"], ()), ("", panel["clouds"]), ("", panel["arrows"])):
        if name:
            draw.text((x, y), name, "#1f2430", font=font, anchor="lm")
            x += draw.textlength(name, font=font) + 20 * _FINE
        for item in items:
            if "places" in item:
                _arrow(draw, np.array([x, y]), np.array([x + 26 * _FINE, y]), item)
            else:
                _mark(draw, x + 13 * _FINE, y, item, 4.0)
            draw.text((x + 32 * _FINE, y), item["name"], "#1f2430", font=font, anchor="lm")
            x += draw.textlength(item["name"], font=font) + 52 * _FINE
    return np.asarray(image.reduce(_FINE))


def _path(draw: ImageDraw.ImageDraw, line: np.ndarray, scale: np.ndarray, colour: str) -> None:
    """A path (n, 2), broken where its point is lost: at the end of the codes or beyond all numbers."""
    fine = np.all((line > -1) & (line < 2), axis=1)
    places = [tuple(place) for place in ((line * [1, -1] + [0, 1]) * scale).tolist()]
    for k in np.flatnonzero(fine[1:] & fine[:-1]).tolist():
        draw.line(places[k : k + 2], colour, _FINE)


def _mark(draw: ImageDraw.ImageDraw, x: float, y: float, item: Item, radius: float = 2.0) -> None:
    """A dot, ring, cross, triangle, square or diamond, by the cloud's place among the clouds."""
    colour, r, w = COLOURS[item["colour"] % len(COLOURS)], radius * _FINE, round(1.2 * _FINE)
    kind = item["style"] % 6
    if kind == 0:
        draw.ellipse((x - r, y - r, x + r, y + r), colour)
    elif kind == 1:
        draw.ellipse((x - r, y - r, x + r, y + r), outline=colour, width=w)
    elif kind == 2:
        draw.line((x - r, y - r, x + r, y + r), colour, w)
        draw.line((x - r, y + r, x + r, y - r), colour, w)
    else:
        corners = {
            3: ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)), 4: ((-1, -1), (1, -1), (1, 1), (-1, 1)),
            5: ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)),
        }[kind]  # fmt: skip
        draw.polygon([(x + r * a, y + r * b) for a, b in corners], outline=colour, width=w)


def _arrow(draw: ImageDraw.ImageDraw, start: np.ndarray, end: np.ndarray, item: Item) -> None:
    kind = item["style"] % len(SHAFTS)
    dashes, thick, _ = SHAFTS[kind]
    colour, w = COLOURS[item["colour"] % len(COLOURS)], max(1, round(thick * _FINE))
    along = end - start
    length = float(np.hypot(*along))
    if length < _FINE:
        draw.ellipse((start[0] - _FINE, start[1] - _FINE, start[0] + _FINE, start[1] + _FINE), colour)
        return
    head = min(6.0 * _FINE, 0.5 * length)
    unit = along / length
    across = np.array([-unit[1], unit[0]]) * head * 0.5
    back = end - unit * head
    for a, b in _dashes(length - head if kind == 0 else length, [dash * _FINE for dash in dashes]):
        draw.line((*(start + a * unit), *(start + b * unit)), colour, w)
    if kind == 0:
        draw.polygon([tuple(end), tuple(back + across * 1.3), tuple(back - across * 1.3)], colour)
    elif kind == 2:
        r = 2.0 * _FINE
        draw.ellipse((end[0] - r, end[1] - r, end[0] + r, end[1] + r), colour)
    else:
        draw.line([tuple(back + across), tuple(end), tuple(back - across)], colour, w)


def _dashes(length: float, pattern: list[float]) -> list[tuple[float, float]]:
    """Where along a line its dashes begin and end; an empty pattern is one dash."""
    if not pattern:
        return [(0.0, length)]
    edges = np.concatenate([[0.0], np.cumsum(pattern * (int(length / sum(pattern)) + 1))])
    return [(a, min(b, length)) for a, b in zip(edges[::2], edges[1::2], strict=False) if a < length]
