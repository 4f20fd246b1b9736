"""The race's Python side: each run stands at the last frame that its clock has reached, to its end."""

import numpy as np
import pytest
import torch
from refusals import refusals

from course_lib import lang
from course_lib.widgets import race
from course_lib.widgets.base import MOST_BYTES, number_text
from course_lib.widgets.race import MOST_TICKS


def run(n, height=4, width=6, channels=None, seed=0):
    shape = (n, height, width) if channels is None else (n, height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


SLOW, FAST = run(21), run(6, 3, 3, channels=3, seed=1)
CLOCKS = {"DDPM": range(21), "DDIM": [2, 3, 5, 5, 9, 10]}


def two(**more):
    return race({"DDPM": SLOW, "DDIM": FAST}, **{"clock": CLOCKS, **more})


def reached(clock, tick):
    """The last frame whose clock has come, found the slow way; the first one until then."""
    return max((k for k, value in enumerate(clock) if value <= tick), default=0)


def test_each_run_stands_at_the_last_frame_it_has_reached():
    widget = two()
    assert widget.count == 21 and widget.times == [str(tick) for tick in range(21)]
    for track, clock in zip(widget.tracks, CLOCKS.values(), strict=True):
        assert track["reached"] == [reached(clock, tick) for tick in range(21)]
        assert track["clock"] == [str(value) for value in clock]
    assert [track["begins"] for track in widget.tracks] == [0, 2]
    assert [track["done"] for track in widget.tracks] == [20, 10]


def test_each_run_keeps_its_own_bytes():
    widget = two()
    assert np.array_equal(widget.track(0)[..., 0], SLOW) and np.array_equal(widget.track(1), FAST)
    assert len(widget.pixels) == SLOW.size + FAST.size
    assert race({"a": torch.from_numpy(SLOW)}, clock={"a": torch.arange(21)}).pixels == SLOW.tobytes()


@pytest.mark.parametrize("most", [0.8125, 3 * MOST_TICKS])
def test_a_clock_that_is_not_of_small_whole_numbers_gets_a_thousand_equal_steps(most):
    clock = {"a": np.linspace(0, most, 14), "b": np.linspace(0, most / 2, 14)}
    widget = race({"a": run(14), "b": run(14)}, clock=clock)
    ticks = np.linspace(0, most, 1001)
    late = race({"a": run(2)}, clock={"a": [most / 4, most]}).tracks[0]
    assert [late[key] for key in ("begins", "done")] == [250, 1000]
    assert widget.count == 1001 and [track["done"] for track in widget.tracks] == [1000, 500]
    for track, row in zip(widget.tracks, clock.values(), strict=True):
        assert track["reached"] == [reached(row, tick) for tick in ticks]
        assert track["reached"][track["done"]] == 13 and track["reached"][track["done"] - 1] == 12


def test_it_plays_in_eight_seconds_and_its_position_is_clamped():
    assert two().fps == 4 and race({"a": run(1001)}, clock={"a": range(1001)}).fps == 1001 / 8
    assert two(index=99).index == 20 and two(fps=30).fps == 30


def test_the_contact_sheet_shows_where_each_run_stood():
    widget = two(alt="Two runs.")
    sheet, ticks = widget.still(), widget.sheet_indices()
    assert ticks[0] == 0 and ticks[-1] == 20 and len(ticks) == 10
    top = 0
    for track, (film, clock) in enumerate(((SLOW, CLOCKS["DDPM"]), (FAST, CLOCKS["DDIM"]))):
        height, width = film.shape[1:3]
        k = min(84 // height, 140 // width)
        for column, tick in enumerate(ticks):
            left = column * (width * k + 4)
            shown = sheet[top : top + height * k : k, left : left + width * k : k]
            want = film[reached(clock, tick)]
            assert np.array_equal(shown, want if track else np.repeat(want[..., None], 3, -1))
        top += height * k + 4
    assert repr(widget) == "race(DDPM 20, DDIM 10; network calls: 0 … 20)"


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_what_is_said_follows_the_language(language):
    lang.use(language)
    widget = two()
    assert widget.unit == widget.labels["slider"] == lang.text("widgets.network_calls")
    assert widget.alt == lang.text("widgets.race_alt", unit=widget.unit, runs="DDPM (20), DDIM (10)")
    assert widget.picture().alt.startswith(widget.alt) and "20" in widget.picture().alt
    for key in ("running", "finished"):
        assert {"{n}", "{last}"} <= set(widget.labels[key].replace(",", " ").split())
    assert "{t}" in widget.labels["position"] and "20" in widget.labels["position"]
    assert two(unit="s").labels["slider"] == "s" and two(alt="…").alt == "…"


BIG = np.broadcast_to(np.uint8(0), (9, 1000, 1000))
BAD = {
    "nothing": (lambda: race({}, clock={}), "race_runs", {"got": "{}"}),
    "bare": (lambda: race(SLOW, clock={}), "race_runs", {"got": "ndarray"}),
    "name": (lambda: race({3: SLOW}, clock={}), "track_name", {"got": "3"}),
    "dtype": (lambda: race({"a": SLOW / 2}, clock={}), "type", {"what": "runs['a']", "got": "float64"}),
    "ndim": (lambda: race({"a": SLOW[0]}, clock={}), "ndim", {"what": "runs['a']", "got": (4, 6)}),
    "clock type": (lambda: two(clock=5), "number", {"what": "clock", "want": "dict", "got": "5"}),
    "missing": (lambda: two(clock={"DDPM": range(21)}), "race_clock_missing", {"got": "'DDIM'"}),
    "stranger": (
        lambda: two(clock={**CLOCKS, "Heun": [0]}), "race_run", {"got": "'Heun'", "allowed": "DDPM, DDIM"},
    ),
    "length": (
        lambda: two(clock={**CLOCKS, "DDIM": range(5)}), "race_clock",
        {"what": "clock['DDIM']", "want": 6, "n": 5, "got": "[0, 1, 2, 3 …]"},
    ),
    "falling": (
        lambda: two(clock={**CLOCKS, "DDIM": range(6, 0, -1)}), "race_clock",
        {"what": "clock['DDIM']", "want": 6, "n": 6, "got": "[6, 5, 4, 3 …]"},
    ),
    "below 0": (
        lambda: race({"a": SLOW[:2]}, clock={"a": [-1, 1]}), "race_clock",
        {"what": "clock['a']", "want": 2, "n": 2, "got": "[−1, 1]"},
    ),
    "nan": (
        lambda: race({"a": SLOW[:2]}, clock={"a": [0, np.nan]}), "race_clock",
        {"what": "clock['a']", "want": 2, "n": 2, "got": "[0, nan]"},
    ),
    "words": (
        lambda: race({"a": SLOW[:2]}, clock={"a": "ab"}), "series_type", {"what": "clock['a']", "got": "str"},
    ),
    "nothing moves": (lambda: race({"a": SLOW[:1]}, clock={"a": [0]}), "race_still", {}),
    "unit": (lambda: two(unit=""), "track_name", {"got": "''"}),
    "fps": (lambda: two(fps=0), "number", {"what": "fps", "want": "> 0", "got": 0}),
    "scale": (lambda: two(scale=1.5), "number", {"what": "scale", "want": ">= 1", "got": 1.5}),
    "index": (lambda: two(index=1.5), "number", {"what": "index", "want": "int", "got": "1.5"}),
    "alt": (lambda: two(alt=5), "number", {"what": "alt", "want": "str", "got": "5"}),
    "too much": (
        lambda: race({"a": BIG}, clock={"a": range(9)}), "frames_size",
        {"what": "a", "most": MOST_BYTES // 10**6},
    ),
}  # fmt: skip

test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)


@pytest.mark.parametrize(
    ("value", "want"),
    [(0, "0"), (0.5, "0.5"), (3.14159, "3.14"), (2000.5, "2000"), (-123456.7, "−123457"), (2e6, "2e+06")],
)
def test_a_number_below_a_million_has_no_exponent(value, want):
    assert number_text(value) == want
