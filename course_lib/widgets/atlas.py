"""The atlas: pictures under one or more sliders, every one of them drawn before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets as t

from course_lib import lang
from course_lib.widgets import axes
from course_lib.widgets.base import MOST_BYTES, check_kind, check_name, error, script, style
from course_lib.widgets.sliders import Item, Sliders, read_sliders, start_positions
from course_lib.widgets.symbols import symbol
from course_lib.widgets.tracks import check_positive, enlarge, entries, evenly, read_pixels, sheet

_STILL_HEIGHT = 168


class Atlas(Sliders):
    """Pictures under sliders; ``positions`` are the sliders' places, which may be set."""

    _esm = script("sliders", "frames", "atlas")
    _css = style("sliders", "frames")

    pixels = t.Bytes().tag(sync=True)
    tracks: t.List = t.List().tag(sync=True)
    captions: t.Dict = t.Dict().tag(sync=True)

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        about = [(track["symbol"]["spoken"], track["width"], track["height"]) for track in self.tracks]
        names = [f"{name} {width}×{height}".strip() for name, width, height in about]
        return "; ".join([", ".join(names), *self.spans()])

    def picture_at(self, which: int, positions: Sequence[int]) -> np.ndarray:
        """The picture (H, W, C) of one track with the sliders at these places."""
        about = self.tracks[which]
        k = sum(at * step for at, step in zip(positions, about["strides"], strict=True))
        height, width, channels = (about[side] for side in ("height", "width", "channels"))
        offset = about["offset"] + k * height * width * channels
        if about["cuts"]:
            offset, height, width = about["cuts"][k]
        flat = np.frombuffer(self.pixels, np.uint8, height * width * channels, offset)
        return flat.reshape(height, width, channels)

    def sheet_indices(self) -> list[int]:
        """The first slider's places on a contact sheet: evenly spaced, the first and the last among them."""
        return evenly(len(self.sliders[0]["texts"]), max(track["width"] for track in self.tracks))

    def still(self) -> np.ndarray:
        """Under one slider a contact sheet, a row a track; under several, the pictures shown now."""
        tracks = range(len(self.tracks))
        if len(self.sliders) == 1:
            return sheet([[self.picture_at(i, [at]) for at in self.sheet_indices()] for i in tracks])
        row = [enlarge(self.picture_at(i, self.positions), _STILL_HEIGHT, 2 * _STILL_HEIGHT) for i in tracks]
        colour = [np.repeat(each, 3, -1) if each.shape[-1] == 1 else each for each in row]
        return axes.under(sheet([colour]), self.state())

    def still_alt(self) -> str:
        """What is to be seen in the still picture."""
        if len(self.sliders) > 1:
            return lang.text("widgets.explorer_still", alt=self.alt, state=self.state())
        slider, places = self.sliders[0], self.sheet_indices()
        shown = ", ".join(slider["texts"][at] for at in places)
        return lang.text("widgets.explorer_still", alt=self.alt, state=f"{slider['name']} = {shown}")


class _Pixels:
    """The one buffer in which all pictures travel, and the sliders that they belong to."""

    def __init__(self, sliders: list[Item]):
        self.sliders, self.shape = sliders, tuple(len(slider["texts"]) for slider in sliders)
        self._parts, self._size = list[bytes](), 0

    def add(self, name: str, pictures: Any, what: str) -> Item:
        """Append a track's pictures; ValueError where they do not match the sliders."""
        nested = isinstance(pictures, (list, tuple))
        return self._add_nested(name, pictures, what) if nested else self._add_array(name, pictures, what)

    def bytes(self) -> bytes:
        """The buffer."""
        return b"".join(self._parts)

    def _append(self, array: np.ndarray, what: str) -> int:
        at = self._size
        self._size += array.size
        if self._size > MOST_BYTES:
            raise error("frames_size", what=what, most=MOST_BYTES // 10**6)
        self._parts.append(array.tobytes())
        return at

    def _add_array(self, name: str, pictures: Any, what: str) -> Item:
        array = self._fit(pictures, self.shape, what)
        *own, height, width, channels = array.shape
        offset = self._append(array, what)
        return _track(name, (height, width, channels), offset, _strides(own), None)

    def _add_nested(self, name: str, pictures: Any, what: str) -> Item:
        spread = self._spread(pictures, 0, what)
        flat = spread.ravel().tolist()
        channels = max(picture.shape[-1] for picture in flat)
        placed: dict[int, list[int]] = {}
        for picture in flat:
            if id(picture) not in placed:
                full = np.repeat(picture, 3, -1) if picture.shape[-1] < channels else picture
                placed[id(picture)] = [self._append(full, what), *picture.shape[:2]]
        cuts = [placed[id(picture)] for picture in flat]
        size = (max(cut[1] for cut in cuts), max(cut[2] for cut in cuts), channels)
        return _track(name, size, cuts[0][0], _strides(spread.shape), cuts)

    def _fit(self, pictures: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
        """``pictures`` as uint8 (*shape or 1s, H, W, C)."""
        array = read_pixels(pictures, what)
        if array.ndim == len(shape) + 2:
            array = array[..., None]
        own = array.shape[: len(shape)]
        fits = array.ndim == len(shape) + 3 and all(g in (1, w) for g, w in zip(own, shape, strict=True))
        if not fits or array.shape[-1] not in (1, 3):
            want = ", ".join([*map(str, shape), "H", "W"])
            raise error("atlas_shape", what=what, want=f"({want})", got=np.shape(pictures))
        if array.size == 0:
            raise error("empty", what=what, got=np.shape(pictures))
        return array

    def _spread(self, pictures: Any, depth: int, what: str) -> np.ndarray:
        """An array of pictures (H, W, C) over the sliders from ``depth`` on, each size its own."""
        shape = self.shape[depth:]
        if not isinstance(pictures, (list, tuple)):
            array = self._fit(pictures, shape, what)
            spread = np.empty(array.shape[: len(shape)], object)
            for place in np.ndindex(*spread.shape):
                spread[place] = array[place]
            return spread
        if not shape:
            raise error("atlas_deep", what=what)
        if len(pictures) not in (1, shape[0]):
            slider = repr(self.sliders[depth]["name"])
            raise error("atlas_list", what=what, slider=slider, want=shape[0], got=len(pictures))
        parts = [self._spread(each, depth + 1, f"{what}[{k}]") for k, each in enumerate(pictures)]
        common = np.broadcast_shapes(*(part.shape for part in parts))
        spread = np.empty((len(parts), *common), object)
        for k, part in enumerate(parts):
            spread[k] = part if part.ndim else part.item()
        return spread


def _strides(own: Sequence[int]) -> list[int]:
    """How many frames further one step of each slider leads: 0 where it changes nothing."""
    steps = [int(np.prod(own[k + 1 :])) for k in range(len(own))]
    return [step if n > 1 else 0 for step, n in zip(steps, own, strict=True)]


def _track(
    name: str, size: tuple[int, int, int], offset: int, strides: list[int], cuts: list[list[int]] | None
) -> Item:
    height, width, channels = size
    return {
        "symbol": symbol(name), "height": height, "width": width, "channels": channels, "offset": offset,
        "strides": strides, "cuts": cuts,
    }  # fmt: skip


def atlas(
    frames: Any,
    sliders: Mapping[str, Any],
    *,
    names: Sequence[str] | None = None,
    captions: Any = None,
    start: Mapping[str, Any] | None = None,
    scale: int | Mapping[str, int] | None = None,
    alt: str | None = None,
) -> Atlas:
    """Show precomputed pictures under one or more sliders; the page only looks up what is passed here.

    sliders: name -> its values (numbers or words), such as {"place": ["stem", "down_1"], "t": [1, 500]}; S
    stands for their lengths. frames: one uint8 array (*S, H, W) or (*S, H, W, 3), or a dict name -> array,
    shown side by side, each with its own H and W; an axis may have length 1 where that slider changes
    nothing. Where the size changes with a slider: a list over the first slider (of lists over the second
    ...) of arrays over the sliders that remain. names: one symbol a track; a dict's keys serve by default.
    captions: slider -> one text a value, shown beside it; or texts of shape S (1 where a slider changes
    nothing), shown under the pictures. start: slider -> the value to begin with (default: the first).
    scale: the largest size of a pixel, one number or name -> number. alt: what is to be seen.
    ValueError for bad input, and for more than 8 MB of pixels.
    """
    given = frames if isinstance(frames, Mapping) else {"": frames}
    if not given:
        raise error("no_tracks")
    about, rows = read_sliders(sliders)
    labels = list(given) if names is None else entries("names", names, len(given))
    if names is not None or isinstance(frames, Mapping):
        for name in labels:
            check_name(name)
    if alt is not None:
        check_kind("alt", alt, str)
    buffer = _Pixels(about)
    tracks = [
        {**buffer.add(label, pictures, f"frames[{name!r}]" if name != "" else "frames"), "scale": size}
        for (name, pictures), label, size in zip(given.items(), labels, _scales(scale, given), strict=True)
    ]
    return Atlas(
        pixels=buffer.bytes(),
        tracks=tracks,
        captions=_captions(captions, about),
        sliders=about,
        positions=start_positions(start, about, rows),
        labels={"picture": lang.text("widgets.picture")},
        alt=alt if alt is not None else _default_alt(tracks, about),
    )


def _scales(scale: Any, names: Iterable[str]) -> list[int]:
    names = list(names)
    wanted = scale if isinstance(scale, Mapping) else dict.fromkeys(names, scale)
    for name, value in wanted.items():
        if name not in names:
            raise error("atlas_scale", got=repr(name), allowed=", ".join(names))
        if value is not None:
            check_positive("scale", value, whole=True)
    return [int(wanted.get(name) or 0) for name in names]


def _captions(captions: Any, sliders: list[Item]) -> dict[str, Any]:
    """The texts under the pictures with their strides; texts of one slider's values go to that slider."""
    shape = tuple(len(slider["texts"]) for slider in sliders)
    if captions is None:
        return {}
    if isinstance(captions, Mapping):
        by_name = {slider["name"]: slider for slider in sliders}
        for name, texts in captions.items():
            if name not in by_name:
                raise error("slider", got=repr(name), allowed=", ".join(by_name))
            want = len(by_name[name]["texts"])
            listed = [] if isinstance(texts, str) or not isinstance(texts, Iterable) else list(texts)
            if len(listed) != want:
                raise error("atlas_captions", want=shape, got=repr(texts))
            by_name[name]["notes"] = [str(text) for text in listed]
        return {}
    try:
        texts = np.asarray(captions, dtype=str)
    except ValueError:
        raise error("atlas_captions", want=shape, got=type(captions).__name__) from None
    if texts.ndim != len(shape) or not all(g in (1, w) for g, w in zip(texts.shape, shape, strict=True)):
        raise error("atlas_captions", want=shape, got=texts.shape or repr(captions))
    return {"texts": texts.ravel().tolist(), "strides": _strides(texts.shape)}


def _default_alt(tracks: list[Item], sliders: list[Item]) -> str:
    names = ", ".join(track["symbol"]["spoken"] for track in tracks) or lang.text("widgets.picture")
    moved = ", ".join(slider["symbol"]["spoken"] for slider in sliders)
    return lang.text("widgets.atlas_alt", sliders=moved, names=names)
