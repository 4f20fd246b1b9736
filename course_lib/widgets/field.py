"""The field: points that move in a plane, arrows and a density behind them, every state computed before."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import traitlets as t
from PIL import Image

from course_lib import lang
from course_lib.widgets import axes, planes, states
from course_lib.widgets.base import (
    check_kind,
    check_name,
    error,
    one_of,
    script,
    style,
)
from course_lib.widgets.sliders import Item, Sliders, read_sliders, start_positions
from course_lib.widgets.symbols import symbol
from course_lib.widgets.tracks import check_positive

_STILL_COLUMNS = 5


class Field(Sliders):
    """Points, arrows and a density under sliders; ``positions`` are the sliders' places, which may be set."""

    _esm = script("sliders", "plot", "play", "field")
    _css = style("sliders", "plot", "field")

    dots = t.Bytes().tag(sync=True)  # uint16: the points' x and y, see states.encode
    shafts = t.Bytes().tag(sync=True)  # float32: arrows' places and vectors in fractions of the window
    shades = t.Bytes().tag(sync=True)  # uint8: the root of the density, 255 at its highest
    panels: t.List = t.List().tag(sync=True)
    window: t.Dict = t.Dict().tag(sync=True)
    lengths: t.Dict = t.Dict().tag(sync=True)
    play = t.Int(0).tag(sync=True)
    fps = t.Float().tag(sync=True)
    trail = t.Int(0).tag(sync=True)

    @property
    def summary(self) -> str:
        """What ``repr`` says between its brackets."""
        about = []
        for panel in self.panels:
            items = ", ".join(item["name"] for item in (*panel["clouds"], *panel["arrows"]) if item["name"])
            about.append(": ".join(part for part in (panel["name"], items) if part))
        return "; ".join([*filter(None, about), *self.spans()])

    def points(self, cloud: Item, positions: Iterable[int]) -> np.ndarray:
        """A cloud's points (N, 2) as fractions of the window with the sliders at these places."""
        codes = np.frombuffer(self.dots, "<u2", 2 * cloud["count"], 2 * states.address(cloud, positions))
        return states.decode(codes.reshape(-1, 2))

    def arrows(self, item: Item, positions: Iterable[int]) -> np.ndarray:
        """Arrows (M, 4) as fractions of the window: where each begins, and how far it goes."""
        positions, size = list(positions), 2 * item["count"]
        ends = [
            np.frombuffer(self.shafts, "<f4", size, 4 * states.address(item[part], positions)).reshape(-1, 2)
            for part in ("places", "vectors")
        ]
        return np.concatenate(ends, axis=1)

    def density(self, item: Item, positions: Iterable[int]) -> np.ndarray:
        """The shade (H, W) uint8 of a density, its first row the lowest."""
        height, width = item["height"], item["width"]
        shade = np.frombuffer(self.shades, np.uint8, height * width, states.address(item, positions))
        return shade.reshape(height, width)

    def outside(self, cloud: Item, positions: Iterable[int]) -> int:
        """How many points of a cloud lie outside the window, or are no numbers any more."""
        points = self.points(cloud, positions)
        return int(((points < 0) | (points > 1)).any(1).sum())

    def sheet_positions(self) -> list[list[int]]:
        """The sliders' places on the contact sheet: evenly along the played one, the others as they stand."""
        last = len(self.sliders[self.play]["texts"])
        places = np.unique(np.linspace(0, last - 1, _STILL_COLUMNS).round().astype(int)).tolist()
        return [[at if k == self.play else p for k, p in enumerate(self.positions)] for at in places]

    def still(self) -> np.ndarray:
        """A contact sheet: a row for each plane, the played slider's values from left to right."""
        rows = []
        for panel in self.panels:
            tiles = [self._tile(panel, positions) for positions in self.sheet_positions()]
            row = np.concatenate(tiles, axis=1)
            rows.append(np.concatenate([planes.legend(panel, row.shape[1]), row]))
        sheet = np.concatenate(rows)
        below = [self._setting(k, at) for k, at in enumerate(self.positions) if k != self.play]
        if self.lengths and not self.lengths["strides"][self.play]:
            below.append(self._length(self.positions))
        return axes.under(sheet, ", ".join(below)) if below else sheet

    def png(self) -> bytes:
        """``still`` as a PNG file of few colours: a notebook keeps it."""
        file = io.BytesIO()
        Image.fromarray(self.still()).quantize(64, dither=Image.Dither.NONE).save(file, "png")
        return file.getvalue()

    def _tile(self, panel: Item, positions: list[int]) -> np.ndarray:
        shade = panel["density"] and self.density(panel["density"], positions)
        arrows = [(item, self.arrows(item, positions)) for item in panel["arrows"]]
        clouds = [(item, self.points(item, positions)) for item in panel["clouds"]]
        paths = [(item, self._paths(item, positions)) for item in panel["clouds"] if self.trail]
        under = [self._setting(self.play, positions[self.play])]
        under += [f"{cloud['name']} {self._said(cloud, positions)}".strip() for cloud, _ in clouds]
        if arrows and self.lengths["strides"][self.play]:
            under.append(self._length(positions))
        tile = planes.picture(shade, arrows, clouds, paths, self.window)
        for text in under:
            tile = axes.under(tile, text)
        return tile

    def _paths(self, cloud: Item, positions: list[int]) -> np.ndarray:
        """The ways (K, n, 2) of the points that leave a path, along the played slider up to here."""
        so_far = [
            [at if k == self.play else p for k, p in enumerate(positions)]
            for at in range(positions[self.play] + 1)
        ]
        return np.stack([self.points(cloud, each)[: self.trail] for each in so_far])

    def _setting(self, k: int, at: int) -> str:
        # The font of the still picture has no minus sign of its own.
        return f"{self.sliders[k]['name']} = {self.sliders[k]['texts'][at]}".replace("−", "-")

    def _said(self, cloud: Item, positions: Iterable[int]) -> str:
        return self.labels["outside"].format(n=self.outside(cloud, positions), N=cloud["count"])

    def _length(self, positions: Iterable[int]) -> str:
        text = self.lengths["texts"][states.address({"offset": 0, **self.lengths}, positions)]
        return lang.text("widgets.arrow_length", factor=text)

    def still_alt(self) -> str:
        """What is to be seen on the contact sheet, and how many points are outside on it."""
        shown = self.sheet_positions()
        texts = self.sliders[self.play]["texts"]
        values = ", ".join(texts[positions[self.play]] for positions in shown)
        said = [f"{self.sliders[self.play]['name']} = {values}"]
        said += [self._setting(k, at) for k, at in enumerate(self.positions) if k != self.play]
        for panel in self.panels:
            for cloud in panel["clouds"]:
                name = " ".join(part for part in (panel["name"], cloud["name"]) if part)
                counts = ", ".join(self._said(cloud, positions) for positions in shown)
                said.append(f"{name}: {counts}" if name else counts)
        return lang.text("widgets.explorer_still", alt=self.alt, state="; ".join(said))


def _contents(panel: Item) -> str:
    """A panel's content in words."""
    parts = []
    for key, items in (("points", panel["clouds"]), ("arrows", panel["arrows"])):
        if items:
            names = ", ".join(item["symbol"]["spoken"] for item in items)
            parts.append(lang.text(f"widgets.field_{key}", names=names).strip())
    if panel["density"]:
        parts.append(lang.text("widgets.field_density"))
    spoken = panel["symbol"]["spoken"]
    return (f"{spoken}: " if spoken else "") + ", ".join(parts)


def lattice(limits: Any, n: int) -> np.ndarray:
    """The centres of n × n equal cells of a window, (n·n, 2) float32: row by row, from low y to high y.

    limits: as in ``field``. ``values.reshape(n, n)`` of one value for each centre is a density for
    ``field``. ValueError for n < 1 and for limits that are none.
    """
    check_positive("n", n, whole=True)
    (x_low, x_high), (y_low, y_high) = states.read_limits(limits)
    centres = (np.arange(n) + 0.5) / n
    x, y = np.meshgrid(x_low + (x_high - x_low) * centres, y_low + (y_high - y_low) * centres)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def field(
    points: Any = None,
    sliders: Mapping[str, Any] | None = None,
    *,
    limits: Any,
    arrows: Mapping[str, Any] | None = None,
    density: Any = None,
    start: Mapping[str, Any] | None = None,
    length: Any = None,
    trail: int = 0,
    play: str | None = None,
    fps: int | float | None = None,
    captions: Mapping[str, Iterable[str]] | None = None,
    alt: str | None = None,
) -> Field:
    """Show points, arrows and a density of a plane under sliders; the page looks up what is passed here.

    sliders: needed, name -> its values (numbers or words), such as {"k": range(101), "step": [0.01, 0.1]}; S
    stands for their lengths. points: one array (*S, N, 2), or name -> array; an axis may have length 1 where
    that slider changes nothing, and (N, 2) stands still. A point that is infinite, NaN or outside the window
    is not drawn but counted in words, exactly; the others travel rounded to 1/21845 of the window. arrows:
    name -> (places, vectors), each (*S, M, 2) or (M, 2), in the axes' units; one that is not finite is left
    out. length: an arrow is drawn so many times as long as its vector, a number or an array of shape S
    (default: a round number for which long arrows are a tenth of the window). density: (*S, H, W) or (H, W),
    not negative, its first row the lowest; shaded in bands of the root of p over the highest p of its state.
    For several planes side by side, one level more: panel -> name -> array (density: panel -> array); what
    is given without a panel stands in each of them. limits: (low, high) for both axes or one pair for each.
    start: slider -> the value to begin with (default: the first). trail: as many points of each cloud leave
    their path behind. play: the slider that plays (default: the first), all of it in about 8 seconds or at
    ``fps`` values a second. captions: slider -> one text a value. alt: what is to be seen.
    ValueError for bad input, and for more than 8 MB of numbers.
    """
    about, rows = read_sliders({} if sliders is None else sliders)
    box = states.read_limits(limits)
    given = {
        "points": _by_panel("points", points), "arrows": _by_panel("arrows", arrows),
        "density": _by_panel("density", density),
    }  # fmt: skip
    if not any(given.values()):
        raise error("field_nothing")
    if isinstance(trail, bool) or not isinstance(trail, (int, np.integer)) or trail < 0:
        raise error("number", what="trail", want=">= 0", got=repr(trail))
    if fps is not None:
        check_positive("fps", fps)
    if alt is not None:
        check_kind("alt", alt, str)
    played = 0 if play is None else one_of("slider", play, [slider["name"] for slider in about])
    count = len(about[played]["texts"])
    positions = start_positions(start, about, rows)
    _note(about, captions)
    store = states.Store(tuple(len(slider["texts"]) for slider in about))
    contents, factor = _fill(store, given, length, box)
    (x_low, x_high), (y_low, y_high) = box
    return Field(
        sliders=about,
        positions=positions,
        dots=store.bytes("<u2"),
        shafts=store.bytes("<f4"),
        shades=store.bytes("|u1"),
        panels=contents,
        window={
            "aspect": (x_high - x_low) / (y_high - y_low),
            "x": axes.ticks(x_low, x_high, most=4),
            "y": axes.ticks(y_low, y_high, most=4),
        },
        lengths=_length_texts(factor) if given["arrows"] else {},
        play=played,
        fps=float(fps) if fps is not None else max(4.0, count / 8),
        trail=int(trail),
        labels={
            "play": lang.text("widgets.play"),
            "pause": lang.text("widgets.pause"),
            "outside": lang.text("widgets.outside", n="{n}", N="{N}"),
            "length": lang.text("widgets.arrow_length", factor="{factor}"),
        },
        alt=alt if alt is not None else _default_alt(contents, about),
    )


def _fill(
    store: states.Store, given: Mapping[str, dict[str, dict[str, Any]]], length: Any, box: states.Box
) -> tuple[list[Item], np.ndarray]:
    """The planes with what stands in them, and how many times as long as its vector an arrow is drawn."""
    names = list(dict.fromkeys(panel for group in given.values() for panel in group if panel)) or [""]
    filled: dict[str, Item] = {
        panel: {"name": panel, "symbol": symbol(panel), "clouds": [], "arrows": [], "density": None}
        for panel in names
    }
    clouds, lines = _order(given["points"]), _order(given["arrows"])
    for panel, name, values in _items(given["density"]):
        shade = states.add_density(store, values, _what("density", panel, name))
        for each in [filled[panel]] if panel else filled.values():
            each["density"] = shade
    for panel, name, values in _items(given["points"]):
        item = states.add_cloud(store, values, _what("points", panel, name), box)
        look = {"name": name, "symbol": symbol(name), "style": clouds[name], "colour": clouds[name]}
        for each in [filled[panel]] if panel else filled.values():
            each["clouds"].append({**item, **look})
    pairs = [
        (panel, name, states.read_pair(store, values, _what("arrows", panel, name)))
        for panel, name, values in _items(given["arrows"])
    ]
    factor = states.arrow_factor(store, length, [vectors for _, _, (_, vectors) in pairs], box)
    for panel, name, pair in pairs:
        item = states.add_arrows(store, pair, factor, _what("arrows", panel, name), box)
        look = {"name": name, "symbol": symbol(name), "style": lines[name]}
        for each in [filled[panel]] if panel else filled.values():
            each["arrows"].append({**item, **look, "colour": len(clouds) + lines[name]})
    return list(filled.values()), factor


def _by_panel(what: str, given: Any) -> dict[str, dict[str, Any]]:
    """``given`` as panel -> name -> values; what stands in every panel is of the panel ""."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        if what == "arrows":
            raise error("field_mapping", what=what, got=type(given).__name__)
        return {"": {"": given}}
    for name in given:
        check_name(name)
    nested = {isinstance(values, Mapping) for values in given.values()}
    if what == "density" and nested == {False}:
        return {panel: {"": values} for panel, values in given.items()}
    if what == "density" or len(nested) != 1:
        raise error("field_mapping", what=what, got=repr(list(given)))
    if nested == {False}:
        return {"": dict(given)}
    for panel, items in given.items():
        if not items:
            raise error("field_mapping", what=what, got=repr({panel: {}}))
        for name in items:
            check_name(name)
    return {panel: dict(items) for panel, items in given.items()}


def _items(group: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str, Any]]:
    return ((panel, name, values) for panel, items in group.items() for name, values in items.items())


def _order(group: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """The same name looks the same in every panel."""
    return {name: k for k, name in enumerate(dict.fromkeys(name for _, name, _ in _items(group)))}


def _what(kind: str, panel: str, name: str) -> str:
    return kind + "".join(f"[{part!r}]" for part in (panel, name) if part)


def _note(sliders: list[Item], captions: Any) -> None:
    """Give each slider the texts beside its values."""
    if not isinstance(captions, Mapping | None):
        raise error("number", what="captions", want="dict", got=repr(captions))
    for name, texts in (captions or {}).items():
        slider = sliders[one_of("slider", name, [slider["name"] for slider in sliders])]
        entries = [] if isinstance(texts, str) or not isinstance(texts, Iterable) else list(texts)
        if len(entries) != len(slider["texts"]):
            raise error("field_captions", slider=repr(name), want=len(slider["texts"]), got=repr(texts))
        slider["notes"] = [str(text) for text in entries]


def _length_texts(factor: np.ndarray) -> Item:
    steps = [int(np.prod(factor.shape[k + 1 :])) for k in range(factor.ndim)]
    strides = [step if n > 1 else 0 for step, n in zip(steps, factor.shape, strict=True)]
    return {"texts": [f"{value:.2g}" for value in factor.ravel()], "strides": strides}


def _default_alt(panels: Iterable[Item], sliders: list[Item]) -> str:
    moved = ", ".join(slider["symbol"]["spoken"] for slider in sliders)
    return lang.text("widgets.field_alt", sliders=moved, planes="; ".join(map(_contents, panels)))
