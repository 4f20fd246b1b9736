"""How fast the explorer answers with two sliders and 1271 states; run it as a script: it prints its figures.

Key event -> painted is measured in the page, from the key event's own time stamp to the first task after the
frame in which the curves were drawn.
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

sys.path.insert(0, str(Path(__file__).parent.parent / "browser"))
sys.path.insert(0, str(Path(__file__).parent))

import lab
import nbformat
from bench_player import LISTEN

KEYS = 200
TABLES = """
import numpy as np
from course_lib.widgets import explorer
m, s, x = np.linspace(-3, 3, 41), np.linspace(0.2, 3.2, 31), np.linspace(-6, 6, 121)
M, S = np.meshgrid(m, s, indexing="ij")
lines = {f"line {k}": np.exp(-((x - M[..., None] - k) ** 2) / S[..., None] ** 2) for k in range(3)}
bars = {"sum": {"a": M - S - 5, "b": S}}
"""
SHOW = 'explorer({"panel": lines}, x, {"m": m, "s": s}, bars=bars, stack=["sum"])'


def preparation() -> tuple[float, int, int]:
    """Seconds to prepare all states, best of three; the bytes of the tables and of all that travels."""
    names: dict = {}
    exec(TABLES, names)
    best, tables, size = float("inf"), 0, 0
    for _ in range(3):
        start = time.perf_counter()
        widget = eval(SHOW, names)
        data, metadata = widget._repr_mimebundle_()
        best = min(best, time.perf_counter() - start)
        state = widget.get_state()
        tables = len(state["table"])
        rest = {k: v for k, v in state.items() if k not in ("table", "places")}
        size = tables + len(state["places"]) + len(json.dumps([rest, data, metadata], default=str).encode())
    return best, tables, size


def drive() -> tuple[list[float], int]:
    """Milliseconds from key to painted, and how many of a burst of 60 keys were drawn."""
    with tempfile.TemporaryDirectory() as name:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"{TABLES}{SHOW}".strip())])
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
            widget = opened.widgets("explorer").first
            first, second = widget.get_by_role("slider").all()
            first.focus()
            widget.evaluate(LISTEN)
            for k in range(KEYS):
                # To the right end and back: a key at the end would paint nothing.
                opened.page.keyboard.press("ArrowRight" if k % 80 < 40 else "ArrowLeft")
                opened.page.wait_for_timeout(37)
            times = widget.evaluate("(root) => root.times")
            second.focus()
            opened.page.keyboard.press("Home")
            widget.evaluate("(root) => { root.recorded = []; }")
            for k in range(60):
                opened.page.keyboard.press("ArrowRight" if k < 30 else "ArrowLeft")
            opened.page.wait_for_timeout(200)
            drawn = widget.evaluate("(root) => root.recorded.length")
    return times, drawn


def main() -> None:
    """Print every figure beside its target."""
    seconds, tables, size = preparation()
    print(f"machine: {platform.machine()}, {os.cpu_count()} CPU cores, Python {platform.python_version()}")
    print(
        f"41 x 31 states, 3 lines of 121 points, a stack of 2 bars: prepared in {seconds:.3f} s (target 0.3)"
    )
    print(f"tables: {tables / 1e6:.2f} MB; traffic: {size / 1e6:.2f} MB (target 2)")
    times, drawn = drive()
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"key event -> painted: median {statistics.median(times):.1f} ms (target 16), p95 {p95:.1f} ms "
        f"(target 33), {len(times)} keys; burst: {drawn} of 60 drawn (target 60)"
    )


if __name__ == "__main__":
    main()
