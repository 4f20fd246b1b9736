"""The numbers of a field as bytes: where each state lies, and how points, arrows and densities are coded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from course_lib.widgets.base import MOST_BYTES, error, number_text, plain, real_numbers
from course_lib.widgets.tracks import check_positive

Item = dict[str, Any]
Box = tuple[tuple[float, float], tuple[float, float]]  # the window: low and high of x, of y

# Codes 0..65535 span three windows, so that a path that leaves the window is cut where it leaves.
ONE_WINDOW = 21845
MOST_ASPECT = 50  # beyond it the short side would be a few pixels


def encode(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Points (..., 2) as codes: ONE_WINDOW at the window's low end, 2·ONE_WINDOW at its high end, exactly.

    What lies outside, by however little, has a code outside; what is not finite, 65535.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        codes = np.round(ONE_WINDOW * (1 + (points - low) / (high - low)))
    codes = np.where(points < low, np.minimum(codes, ONE_WINDOW - 1), codes)
    codes = np.where(points > high, np.maximum(codes, 2 * ONE_WINDOW + 1), codes)
    lost = ~np.isfinite(points).all(-1, keepdims=True)
    return np.where(lost, 3 * ONE_WINDOW, np.clip(codes, 0, 3 * ONE_WINDOW))


def decode(codes: np.ndarray) -> np.ndarray:
    """Codes as fractions of the window."""
    return codes / ONE_WINDOW - 1.0


def address(item: Item, positions: Iterable[int]) -> int:
    """Where an item's numbers begin with the sliders at these places, in elements of their buffer."""
    return item["offset"] + sum(at * step for at, step in zip(positions, item["strides"], strict=True))


class Store:
    """The buffers in which all numbers travel, and the sliders that they belong to."""

    def __init__(self, shape: tuple[int, ...]):
        self.shape, self._bytes = shape, 0
        self._parts: dict[str, list[np.ndarray]] = {"<u2": [], "<f4": [], "|u1": []}

    def add(self, values: np.ndarray, tail: int, dtype: str, what: str) -> Item:
        """Append values (*sliders or 1s, and ``tail`` axes more); returns where they lie, in elements."""
        own = values.shape[: values.ndim - tail]
        sizes = [int(np.prod(values.shape[k + 1 :])) for k in range(len(own))]
        offset = sum(part.size for part in self._parts[dtype])
        self._bytes += values.size * np.dtype(dtype).itemsize
        if self._bytes > MOST_BYTES:
            raise error("field_size", what=what, most=MOST_BYTES // 10**6)
        self._parts[dtype].append(np.ascontiguousarray(values, dtype))
        return {
            "offset": offset, "strides": [size if n > 1 else 0 for size, n in zip(sizes, own, strict=True)],
        }  # fmt: skip

    def bytes(self, dtype: str) -> bytes:
        """One buffer."""
        return b"".join(part.tobytes() for part in self._parts[dtype])

    def fit(self, values: Any, what: str, tail: tuple[str | int, ...]) -> np.ndarray:
        """``values`` as float64 (*sliders or 1s, *tail); a letter in ``tail`` stands for any length >= 1."""
        array = real_numbers(values, what)
        got, sliders = array.shape, self.shape
        if array.ndim == len(tail):
            array = array.reshape((1,) * len(sliders) + got)
        own, rest = array.shape[: len(sliders)], array.shape[len(sliders) :]
        fine = len(rest) == len(tail) and all(n in (1, want) for n, want in zip(own, sliders, strict=False))
        if not fine or not all(
            n > 0 if isinstance(k, str) else n == k for n, k in zip(rest, tail, strict=True)
        ):
            want, still = (f"({', '.join(map(str, each))})" for each in ((*sliders, *tail), tail))
            raise error("explorer_shape", what=what, want=want, still=still, got=got)
        return array


def read_limits(limits: Any) -> Box:
    """The window, or a ValueError."""
    try:
        ends = np.asarray(plain(limits), dtype=np.float64)
    except (TypeError, ValueError, RuntimeError):
        raise error("field_limits", got=repr(limits)) from None
    if ends.shape == (2,):
        ends = np.stack([ends, ends])
    if ends.shape != (2, 2) or not np.isfinite(ends).all() or not (ends[:, 0] < ends[:, 1]).all():
        raise error("field_limits", got=repr(limits))
    with np.errstate(over="ignore"):
        short, long = sorted(ends[:, 1] - ends[:, 0])
    if not long <= MOST_ASPECT * short < np.inf:
        raise error("field_aspect", most=MOST_ASPECT, got=repr(limits))
    (x_low, x_high), (y_low, y_high) = ends.tolist()
    return (x_low, x_high), (y_low, y_high)


def add_density(store: Store, values: Any, what: str) -> Item:
    """Append a density as the root of p over its state's highest p."""
    p = store.fit(values, what, ("H", "W"))
    top = p.max((-2, -1), keepdims=True)
    if not np.isfinite(p).all() or p.min() < 0 or not (top > 0).all():
        raise error("field_density", what=what)
    item = store.add(np.round(255 * np.sqrt(p / top)), 2, "|u1", what)
    return {**item, "height": p.shape[-2], "width": p.shape[-1]}


def add_cloud(store: Store, values: Any, what: str, box: Box) -> Item:
    """Append a cloud's points."""
    points = store.fit(values, what, ("N", 2))
    low, high = np.array(box).T
    return {**store.add(encode(points, low, high), 2, "<u2", what), "count": points.shape[-2]}


def read_pair(store: Store, values: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    """The places and the vectors of an arrow field."""
    if not isinstance(values, (tuple, list)) or len(values) != 2:
        raise error("field_arrows", what=what)
    places, vectors = (store.fit(each, what, ("M", 2)) for each in values)
    if places.shape[-2] != vectors.shape[-2]:
        raise error("field_arrows_length", what=what, places=places.shape[-2], vectors=vectors.shape[-2])
    return places, vectors


def add_arrows(
    store: Store, pair: tuple[np.ndarray, np.ndarray], factor: np.ndarray, what: str, box: Box
) -> Item:
    """Append an arrow field, its vectors ``factor`` times as long."""
    (places, vectors), (low, high) = pair, np.array(box).T
    with np.errstate(over="ignore"):  # beyond float32 it becomes infinite, and is left out
        ends = {
            "places": store.add((places - low) / (high - low), 2, "<f4", what),
            "vectors": store.add(vectors * factor[..., None, None] / (high - low), 2, "<f4", what),
        }
    return {**ends, "count": places.shape[-2]}


def arrow_factor(store: Store, length: Any, vectors: list[np.ndarray], box: Box) -> np.ndarray:
    """How many times as long as its vector an arrow is drawn, of shape S with 1s."""
    ones = (1,) * len(store.shape)
    if length is None:
        with np.errstate(over="ignore", invalid="ignore"):
            every = [np.hypot(each[..., 0], each[..., 1]).ravel() for each in vectors]
        lengths = np.concatenate([*every, np.zeros(0)])
        lengths = lengths[np.isfinite(lengths)]
        long = float(np.quantile(lengths, 0.95)) if len(lengths) else 0.0
        wish = min(high - low for low, high in box) / 10 / (long or 1.0)
        unit = 10 ** np.floor(np.log10(wish))
        return np.full(ones, max(unit * m for m in (1, 2, 5) if unit * m <= wish))
    if np.ndim(plain(length)) == 0:
        check_positive("length", length.item() if hasattr(length, "item") else length)
        return np.full(ones, float(length))
    factor = store.fit(length, "length", ())
    if not np.isfinite(factor).all() or factor.min() <= 0:
        raise error("number", what="length", want="> 0", got=number_text(float(factor.min())))
    return factor
