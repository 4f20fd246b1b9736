"""How fast the player answers; run it as a script: it prints its figures and the machine.

Slider event -> painted is measured in the page, from the key event's own time stamp to the first task after
the frame in which the canvas was drawn.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "browser"))

import lab
import nbformat

from course_lib.widgets import player

KEYS = 200
CELL = """
import numpy as np
from course_lib.widgets import player
film = np.random.default_rng(0).integers(0, 256, (1001, 28, 28), dtype=np.uint8)
player({names}, times=range(1001))
"""
LISTEN = """(root) => {
  const channel = new MessageChannel();
  let pressed = null;
  root.times = [];
  root.presented = [];
  root.recorded = [];
  channel.port1.onmessage = () => {
    root.presented.push(Number(root.dataset.index));
    if (pressed !== null) root.times.push(performance.now() - pressed);
    pressed = null;
  };
  window.addEventListener("keydown", (event) => { pressed ??= event.timeStamp; }, true);
  root.addEventListener("painted", (event) => {
    root.recorded.push(event.detail.index);
    requestAnimationFrame(() => channel.port2.postMessage(0));
  });
}"""


def preparation() -> tuple[float, int]:
    """Seconds to prepare 1000 frames of 28 x 28, best of three, and the bytes that travel for them."""
    film = np.random.default_rng(0).integers(0, 256, (1000, 28, 28), dtype=np.uint8)
    best, size = float("inf"), 0
    for _ in range(3):
        start = time.perf_counter()
        widget = player(film, times=range(1000), names=["x_t"])
        data, metadata = widget._repr_mimebundle_()
        best = min(best, time.perf_counter() - start)
        state = widget.get_state()
        rest = {k: v for k, v in state.items() if k != "pixels"}
        size = len(state["pixels"]) + len(json.dumps([rest, data, metadata], default=str).encode())
    return best, size


def drive(names: str) -> tuple[list[float], int, int]:
    """Milliseconds from key to painted; of a burst of 60 keys, how many were drawn and how many presented."""
    with tempfile.TemporaryDirectory() as name:
        cells = [nbformat.v4.new_code_cell(CELL.replace("{names}", names).strip())]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, Path(name) / "bench.ipynb")
        with lab.serve(Path(name)) as server, lab.chromium() as browser:
            opened = server.open(browser, "bench.ipynb")
            opened.run_all()
            opened.wait_idle()
            widget = opened.widgets("player").first
            widget.locator("input").focus()
            widget.evaluate(LISTEN)
            for _ in range(KEYS):
                opened.page.keyboard.press("ArrowRight")
                opened.page.wait_for_timeout(37)
            times = widget.evaluate("(root) => root.times")
            widget.evaluate("(root) => { root.recorded = []; root.presented = []; }")
            for _ in range(60):
                opened.page.keyboard.press("ArrowRight")
            opened.page.wait_for_timeout(200)
            counts = widget.evaluate("(root) => [new Set(root.recorded).size, new Set(root.presented).size]")
    return times, counts[0], counts[1]


def main() -> None:
    """Print every figure beside its target."""
    seconds, size = preparation()
    print(f"machine: {platform.machine()}, {os.cpu_count()} CPU cores, Python {platform.python_version()}")
    print(f"1000 frames 28x28 prepared: {seconds:.3f} s (target 0.3)")
    print(f"traffic: {size / 1e6:.3f} MB (target 1)")
    for what, names in {
        "one track": "film",
        "three tracks": '{"x_t": film, "x_0_hat": film, "eps_hat": film}',
    }.items():
        times, drawn, presented = drive(names)
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{what}: key event -> painted: median {statistics.median(times):.1f} ms (target 16), "
            f"p95 {p95:.1f} ms (target 33), {len(times)} keys; burst: {drawn} of 60 drawn "
            f"(target 60), {presented} of them on a frame of their own"
        )


if __name__ == "__main__":
    main()
