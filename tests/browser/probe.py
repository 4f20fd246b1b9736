"""What a test reads off a widget in the page, exactly: pixels of a canvas, the positions it painted."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Locator

_PIXELS = """(canvas) => {
  const { width, height } = canvas;
  return [height, width, [...canvas.getContext("2d").getImageData(0, 0, width, height).data]];
}"""


def canvas_pixels(widget: Locator, track: int = 0) -> np.ndarray:
    """What a player's canvas holds now, (H, W, 4) uint8."""
    height, width, data = widget.locator("canvas").nth(track).evaluate(_PIXELS)
    return np.array(data, np.uint8).reshape(height, width, 4)


def shows(widget: Locator, frame: np.ndarray, track: int = 0) -> bool:
    """Whether the canvas shows exactly this frame (H, W) or (H, W, 3), opaque."""
    colour = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, -1)
    pixels = canvas_pixels(widget, track)
    return bool(np.array_equal(pixels[..., :3], colour) and (pixels[..., 3] == 255).all())


def index(widget: Locator) -> int:
    """The position a widget says it shows."""
    return int(widget.get_attribute("data-index") or -1)


def record(widget: Locator) -> None:
    """Begin to note every position that is painted."""
    widget.evaluate(
        """(root) => {
          root.recorded = [];
          root.addEventListener("painted", (event) => root.recorded.push(event.detail.index));
        }"""
    )


def recorded(widget: Locator) -> list[int]:
    """The positions painted since ``record``."""
    return widget.evaluate("(root) => root.recorded")
