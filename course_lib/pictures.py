"""Colour pictures drawn by code: a batik kawung cloth, Hangul, and both in one.

Every picture comes as (1, 3, size, size) float32 in [-1, 1], the same on every call, and needs
no file but the course's own font.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.data import to_unit
from course_lib.files import FONT

Picture = Float[Tensor, "1 3 size size"]
# The dyes of Central Java's cloths: natural cream, soga-bark browns, indigo.
CREAM, GOLD, SOGAN, DARK, INDIGO = (
    (244, 230, 200), (205, 150, 78), (133, 76, 32), (58, 31, 18), (31, 52, 92),
)  # fmt: skip
FINER = 4  # each pixel is the mean of FINER x FINER finer ones, which softens every edge
SIZES = range(16, 1025)
LONGEST = 12  # letters of a word that still fill the picture


def _axis(size: int) -> np.ndarray:
    """Centres of the finer pixels on (-1, 1), exactly antisymmetric, so that mirrored pictures are equal."""
    n = size * FINER
    return (2.0 * np.arange(n) + 1 - n) / n


def _paint(canvas: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int]) -> None:
    canvas[mask] = colour


def _finish(canvas: np.ndarray) -> Picture:
    """Average the finer pixels and round as an image file would."""
    n = canvas.shape[0] // FINER
    mean = canvas.reshape(n, FINER, n, FINER, 3).mean((1, 3))
    pixels = torch.from_numpy(np.rint(mean).astype(np.uint8))
    return to_unit(pixels.permute(2, 0, 1)[None].contiguous())


def _check_size(size: int) -> None:
    if not isinstance(size, int) or isinstance(size, bool) or size not in SIZES:
        raise ValueError(lang.text("pictures.size", got=repr(size), low=SIZES[0], high=SIZES[-1]))


def _kawung(size: int, tiles: int) -> np.ndarray:
    """The cloth on the finer grid, ``tiles`` motifs a side: four split palm fruits around each centre."""
    # Folding both axes at each motif's centre leaves one fruit to draw; its mirror images follow.
    folded = np.abs(_axis(size) * tiles / 2)
    folded = np.abs(folded - np.rint(folded)) if tiles % 2 else np.abs(folded - np.floor(folded) - 0.5)
    x, y = folded[None, :], folded[:, None]
    along, across = (x + y) / 2**0.5 - 0.25 * 2**0.5, (x - y) / 2**0.5

    def oval(long: float, short: float, shift: float = 0.0) -> np.ndarray:
        return ((along - shift) / long) ** 2 + (across / short) ** 2 < 1

    def dot(at_x: float, at_y: float, radius: float) -> np.ndarray:
        return (x - at_x) ** 2 + (y - at_y) ** 2 < radius**2

    canvas = np.empty((*along.shape, 3))
    canvas[:] = DARK
    for long, short, colour in (
        (0.305, 0.190, GOLD), (0.285, 0.170, DARK), (0.262, 0.148, CREAM),
        (0.205, 0.102, SOGAN), (0.182, 0.080, CREAM),
    ):  # fmt: skip
        _paint(canvas, oval(long, short), colour)
    for shift in (-0.085, 0.085):  # the two seeds of a split fruit
        _paint(canvas, oval(0.050, 0.030, shift), INDIGO)
    corner = np.abs(x - 0.5) + np.abs(y - 0.5)  # isen: what fills the ground between the fruits
    centre = x + y
    _paint(canvas, (centre < 0.085) | (corner < 0.085), CREAM)
    _paint(canvas, (centre < 0.045) | (corner < 0.045), SOGAN)
    for at in ((0.5, 0.0), (0.0, 0.5)):
        _paint(canvas, dot(*at, 0.075), GOLD)
        _paint(canvas, dot(*at, 0.048), INDIGO)
        _paint(canvas, dot(*at, 0.020), CREAM)
    for at in ((0.5, 0.135), (0.135, 0.5), (0.365, 0.0), (0.0, 0.365)):
        _paint(canvas, dot(*at, 0.020), CREAM)
    return canvas


@cache
def _font(height: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), height)


def _truntum(size: int, tiles: int = 7) -> np.ndarray:
    """A cream ground strewn with eight-rayed stars, every second row set off by half a star."""
    axis = _axis(size) * tiles / 2
    canvas = np.empty((len(axis), len(axis), 3))
    canvas[:] = CREAM
    for offset in (0.0, 0.5):
        folded = axis + offset - np.rint(axis + offset)
        radius = np.hypot(folded[None, :], folded[:, None])
        angle = np.arctan2(folded[:, None], folded[None, :])
        rays = 0.075 + 0.075 * np.cos(8 * angle)
        _paint(canvas, radius < rays, GOLD)
        _paint(canvas, radius < 0.035, SOGAN)
    return canvas


def _letters(text: str, width: float, side: int, middle: float, *strokes: float) -> list[np.ndarray]:
    """For each stroke one mask (side, side): the text, ``width`` of the side wide, thickened by it."""
    from PIL import Image, ImageDraw

    font = _font(max(1, int(100 * width * side / _font(100).getlength(text))))
    masks = []
    for stroke in strokes:
        image = Image.new("L", (side, side))
        ImageDraw.Draw(image).text(
            (side / 2, middle * side), text, 255, font, "mm", stroke_width=round(stroke * font.size)
        )
        masks.append(np.asarray(image) > 127)
    return masks


def _check_text(text: str) -> None:
    from matplotlib.ft2font import FT2Font

    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST or not text.isprintable():
        raise ValueError(lang.text("pictures.text", got=repr(text), most=LONGEST))
    font = FT2Font(str(FONT))
    for letter in text:
        if font.get_char_index(ord(letter)) == 0:
            raise ValueError(lang.text("pictures.glyph", got=repr(letter)))


def _write(canvas: np.ndarray, text: str, width: float, middle: float) -> None:
    """Letters as a canting draws them: a dark outline, a light one, and the dye inside."""
    outer, light, inner = _letters(text, width, len(canvas), middle, 0.085, 0.055, 0.022)
    _paint(canvas, outer, SOGAN)
    _paint(canvas, light, CREAM)
    _paint(canvas, inner, INDIGO)


def batik(size: int = 128, tiles: int = 4) -> Picture:
    """A cloth of the kawung motif (the split fruit of the sugar palm), ``tiles`` motifs a side.

    It equals its own mirror images and its quarter turns, pixel for pixel. size 16..1024, tiles 1..16;
    ValueError otherwise.
    """
    _check_size(size)
    if not isinstance(tiles, int) or isinstance(tiles, bool) or not 1 <= tiles <= 16:
        raise ValueError(lang.text("pictures.tiles", got=repr(tiles)))
    return _finish(_kawung(size, tiles))


def hangul(text: str = "확산", size: int = 128) -> Picture:
    """A word in the course's Korean font, indigo on cream, over a ground of truntum stars.

    text: 1..12 printable letters that the font has; size 16..1024; ValueError otherwise.
    """
    _check_size(size)
    _check_text(text)
    canvas = _truntum(size)
    _write(canvas, text, 0.72, 0.5)
    return _finish(canvas)


def difusi(size: int = 128) -> Picture:
    """Both traditions in one picture: a kawung cloth, and in its middle the word 확산 over "difusi".

    size 16..1024; ValueError otherwise.
    """
    _check_size(size)
    canvas = _kawung(size, 4)
    axis = np.abs(_axis(size))
    # A square with rounded corners: the p-norm ball between a circle (2) and a square (infinity).
    round_square = (axis[None, :] ** 6 + axis[:, None] ** 6) ** (1 / 6)
    for edge, colour in ((0.690, DARK), (0.665, GOLD), (0.640, DARK), (0.615, CREAM)):
        _paint(canvas, round_square < edge, colour)
    _write(canvas, "확산", 0.49, 0.455)
    _paint(canvas, _letters("difusi", 0.25, len(canvas), 0.715, 0.03)[0], SOGAN)
    return _finish(canvas)
