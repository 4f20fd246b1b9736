"""Pictures that lie side by side: checked, laid out as bytes, and put on a contact sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from course_lib.widgets.base import MOST_BYTES, error, plain

_SHEET_FRAMES = 10
_SHEET_HEIGHT = 84
_SHEET_WIDTH = 1400
Track = dict[str, Any]


def read_pixels(frames: Any, what: str) -> np.ndarray:
    """``frames`` as a uint8 array of any shape but an empty one, or a ValueError that names them."""
    try:
        array = np.asarray(plain(frames))
    except (TypeError, ValueError, RuntimeError):
        raise error("array", what=what, got=type(frames).__name__) from None
    if array.dtype != np.uint8:
        raise error("type", what=what, got=array.dtype)
    return array


def read_frames(frames: Any, what: str) -> np.ndarray:
    """One row of frames as uint8 (N, H, W, C), or a ValueError that names them."""
    array = read_pixels(frames, what)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3):
        raise error("ndim", what=what, got=np.shape(frames))
    if array.size == 0:
        raise error("empty", what=what, got=np.shape(frames))
    return np.ascontiguousarray(array)


def check_size(arrays: dict[str, np.ndarray]) -> None:
    """Raise ValueError where the frames together are more than a notebook should carry."""
    if sum(array.size for array in arrays.values()) > MOST_BYTES:
        raise error("frames_size", what=", ".join(arrays), most=MOST_BYTES // 10**6)


def check_positive(what: str, value: Any, whole: bool = False) -> None:
    """Raise ValueError unless ``value`` is a finite number above 0."""
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    if isinstance(value, bool) or not isinstance(value, kinds) or not 0 < value < float("inf"):
        raise error("number", what=what, want=">= 1" if whole else "> 0", got=value)


def entries(what: str, given: Any, want: int) -> list[Any]:
    """``given`` as a list of ``want`` entries; a lone string is no list of its letters."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise error(what, want=want, got=repr(given))
    listed = list(given)
    if len(listed) != want:
        raise error(what, want=want, got=len(listed))
    return listed


def layout(arrays: Sequence[np.ndarray], symbols: Sequence[dict[str, str]]) -> list[Track]:
    """Where each track's bytes begin, and the shape and symbol of its frames (N, H, W, C)."""
    tracks, offset = [], 0
    for array, sign in zip(arrays, symbols, strict=True):
        _, height, width, channels = array.shape
        tracks.append(
            {"symbol": sign, "height": height, "width": width, "channels": channels, "offset": offset}
        )
        offset += array.size
    return tracks


def evenly(count: int, width: int = 1) -> list[int]:
    """The places on a contact sheet, evenly spaced, the first and the last among them.

    At most ten; fewer of frames so wide that ten would be too small to see, but at least three.
    """
    most = min(max(_SHEET_WIDTH // width, 3), _SHEET_FRAMES)
    return np.unique(np.linspace(0, count - 1, most).round().astype(int)).tolist()


def sheet(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """A contact sheet (H, W) or (H, W, 3): rows of frames (h, w, C) from left to right, white between."""
    joined = [_joined(row) for row in rows]
    colour = any(row.shape[-1] == 3 for row in joined)
    joined = [np.repeat(row, 3, -1) if colour and row.shape[-1] == 1 else row for row in joined]
    height, width = sum(row.shape[0] for row in joined), max(row.shape[1] for row in joined)
    whole = np.full((height + 4 * (len(joined) - 1), width, 3 if colour else 1), 255, np.uint8)
    top = 0
    for row in joined:
        whole[top : top + row.shape[0], : row.shape[1]] = row
        top += row.shape[0] + 4
    return whole if colour else whole[..., 0]


def _joined(frames: Sequence[np.ndarray]) -> np.ndarray:
    """Frames (h, w, C) side by side with white gaps, each pixel a square of whole pixels."""
    across = _SHEET_WIDTH // len(frames)
    large = [enlarge(frame, _SHEET_HEIGHT, across) for frame in frames]
    tallest = max(len(frame) for frame in large)
    padded = [
        np.pad(frame, ((0, tallest - len(frame)), (0, 4), (0, 0)), constant_values=255) for frame in large
    ]
    return np.concatenate(padded, axis=1)[:, :-4]


def enlarge(frame: np.ndarray, height: int, width: int) -> np.ndarray:
    """A frame (h, w, C) in whole multiples, as large as fits ``height`` and ``width``."""
    k = max(1, min(height // frame.shape[0], width // frame.shape[1]))
    return frame.repeat(k, axis=0).repeat(k, axis=1)
