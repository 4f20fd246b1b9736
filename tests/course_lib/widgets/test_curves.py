"""The curve explorer's Python side: values, places, the round trip of a drawing, and clear sentences."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import refusals

from course_lib.widgets import axes, curves

X = np.linspace(0, 1, 101)
SERIES = {"beta": {"linear": X, "hand": X**2}, "SNR": {"linear": 10 ** (2 - 4 * X), "hand": 10 ** (-3 * X)}}


def floats(data, n=101):
    return np.frombuffer(data, "<f4").reshape(-1, n)


def test_values_arrive_and_places_are_linear_on_both_axes():
    widget = curves(SERIES, log="SNR")
    rows = [row for lines in SERIES.values() for row in lines.values()]
    assert np.allclose(floats(widget.values), rows, rtol=1e-6, atol=1e-12)
    assert np.allclose(floats(widget.places)[0], X, atol=1e-7)
    heights = floats(widget.heights)
    for panel, (low, high, log) in enumerate(
        [(p["low"], p["high"], i == 1) for i, p in enumerate(widget.panels)]
    ):
        for line in range(2):
            back = low + (high - low) * heights[2 * panel + line]
            if log:
                back = low * (high / low) ** heights[2 * panel + line]
            assert np.allclose(back, rows[2 * panel + line], rtol=1e-4, atol=1e-6)
    assert heights.min() > 0 and heights.max() < 1


def test_what_has_no_place_is_a_gap_but_is_still_read_out():
    snr = np.array([np.inf, 10.0, 1.0, 0.0])
    widget = curves({"SNR": {"linear": snr}}, log=["SNR"])
    assert np.isnan(floats(widget.heights, 4)[0]).tolist() == [True, False, False, True]
    assert np.array_equal(floats(widget.values, 4)[0], snr)


def test_a_falling_axis_starts_at_its_first_number():
    widget = curves({"p": {"a": [1.0, 2.0, 3.0]}}, x=[10, 5, 0])
    assert np.allclose(floats(widget.places, 3)[0], [0, 0.5, 1])
    assert widget.times == ["10", "5", "0"] and widget.x_ticks[0] == [1.0, "0"]


@pytest.mark.parametrize(("low", "high"), [(0, 1000), (0, 0.0413), (-3, 7), (1e-6, 2e-6), (1000, 0), (5, 5)])
def test_ticks_are_round_inside_and_few(low, high):
    marks = axes.ticks(low, high)
    assert len(marks) <= 6 and all(-1e-6 <= at <= 1 + 1e-6 for at, _ in marks)
    if low != high:
        assert len(marks) >= 2
        for at, text in marks:
            assert abs(low + at * (high - low) - float(text.replace("−", "-"))) <= 6e-3 * abs(high - low)


def test_log_ticks_are_powers_of_ten():
    assert axes.log_ticks(0.5e-3, 2e2) == [
        [pytest.approx((p + 3.30103) / 5.60206, abs=1e-5), f"10{s}"]
        for p, s in [(-3, "⁻³"), (-1, "⁻¹"), (1, "¹")]
    ]
    assert [text for _, text in axes.log_ticks(2, 7)] == ["2", "7"]


def test_names_stand_beside_their_own_line_and_clear_of_the_others():
    lines = {"linear": 0.1 + 0.8 * X, "cosine": 0.9 - 0.8 * X, "hand": np.full(101, 0.5)}
    size = np.array([200, 168])
    for name, spot in zip(lines, axes.place_names(lines, X, np.empty((0, 2))), strict=True):
        distance = {
            other: np.hypot(*((np.stack([X, row], 1) - spot) * size).T).min() for other, row in lines.items()
        }
        assert min(distance, key=distance.get) == name, distance
        assert 0 < spot[0] < 1 and 0 < spot[1] < 1


def drawn(values):
    if min(values) <= 0:
        raise ValueError("beta must be positive")
    hand = np.interp(X, np.linspace(0, 1, len(values)), values)
    return {"beta": {"linear": X, "hand": hand}, "SNR": {"linear": X + 1, "hand": 1 / hand}}


def test_a_drawing_comes_back_as_new_series():
    widget = curves(drawn([0.1, 0.2, 0.5]), log=["SNR"], handles=[0.1, 0.2, 0.5], on_handles=drawn)
    assert widget.drawn == [0, 1]
    before, ends = widget.revision, (widget.panels[0]["low"], widget.panels[0]["high"])
    widget.handles = [0.1, 0.9, 0.5]
    assert widget.revision > before
    assert floats(widget.values)[1][50] == pytest.approx(0.9)
    assert floats(widget.values)[3][50] == pytest.approx(1 / 0.9)
    # The axis under the hand stays where it was.
    assert (widget.panels[0]["low"], widget.panels[0]["high"]) == ends


def test_a_drawing_that_makes_no_sense_says_why_and_the_next_one_clears_it():
    widget = curves(drawn([0.1, 0.2]), handles=[0.1, 0.2], on_handles=drawn)
    shown = widget.values
    widget.handles = [0.1, -1.0]
    assert widget.message == "beta must be positive" and widget.values == shown
    widget.handles = [0.1, 0.3]
    assert widget.message == "" and widget.values != shown


def test_a_callback_that_listens_to_nothing_new_changes_nothing():
    seen = []
    widget = curves(drawn([0.1, 0.2]), handles=[0.1, 0.2], on_handles=lambda values: seen.append(values))
    shown = widget.values
    widget.handles = [0.3, 0.2]
    assert seen == [[0.3, 0.2]] and widget.values == shown


def test_any_error_of_a_callback_is_shown_and_ends_the_waiting():
    def broken(values):
        return {}["nowhere"]

    widget = curves(drawn([0.1, 0.2]), handles=[0.1, 0.2], on_handles=broken)
    before = widget.revision
    widget.handles = [0.3, 0.2]
    assert widget.message == "KeyError: 'nowhere'" and widget.revision > before


def test_a_tensor_that_requires_a_gradient_is_drawn_like_any_other():
    values = torch.linspace(0, 1, 5, requires_grad=True)
    assert np.array_equal(floats(one(values).values, 5), floats(one(values.tolist()).values, 5))


def test_update_keeps_the_shape():
    widget = curves(SERIES)
    with pytest.raises(ValueError, match="SNR"):
        widget.update({"beta": SERIES["beta"]})


def one(values, **more):
    return curves({"p": {"a": values}}, **more)


BAD = {
    "empty": (lambda: curves({}), "no_series", {}),
    "empty panel": (lambda: curves({"p": {}}), "no_series", {}),
    "flat list": (lambda: curves([1, 2]), "no_series", {}),
    "name": (lambda: curves({"p": {3: X}}), "track_name", {"got": "3"}),
    "2-D": (lambda: one(np.zeros((2, 3))), "series_type", {"what": "p / a", "got": "shape (2, 3)"}),
    "words": (lambda: one("abc"), "series_type", {"what": "p / a", "got": "str"}),
    "lengths": (
        lambda: curves({"p": {"a": X, "b": X[1:]}}), "series_length", {"got": "p / a: 101, p / b: 100"},
    ),
    "short": (lambda: one([1.0]), "series_short", {"got": 1}),
    "nan": (lambda: one([1.0, np.nan]), "series_nan", {"what": "p / a", "count": 1}),
    "negative log": (lambda: one([1.0, -2.0], log=["p"]), "series_log", {"what": "p / a", "got": "−2"}),
    "nothing finite": (lambda: one([np.inf, np.inf]), "series_flat", {"what": "p / a"}),
    "panel": (lambda: one(X, log=["q"]), "panel", {"got": "'q'", "allowed": "p"}),
    "x length": (lambda: one(X, x=range(5)), "times_length", {"want": 101, "got": 5}),
    "x order": (lambda: one([1, 2, 3], x=[0, 2, 1]), "times_order", {"at": 2}),
    "handles": (lambda: one(X, handles=[1.0]), "handles", {"got": "1.0"}),
    "nan handle": (lambda: one(X, handles=[1.0, np.nan]), "handles", {"got": "1.0, nan"}),
    "log handles": (lambda: one(X + 1, log=["p"], handles=[1, 2]), "handles_log", {"got": "'p'"}),
    "no handles": (lambda: one(X, on_handles=print), "handles_needed", {}),
    "drawn": (
        lambda: one(X, handles=[0, 1], drawn=("p", "b")), "line",
        {"got": "'b'", "panel": "'p'", "allowed": "a"},
    ),
    "drawn type": (
        lambda: one(X, handles=[0, 1], drawn=5), "number",
        {"what": "drawn", "want": "(panel, line)", "got": "5"},
    ),
    "two-line name": (lambda: curves({"p": {"a\nb": X}}), "track_name", {"got": "'a\\nb'"}),
    "huge": (
        lambda: one([-1e308, 1e308]), "too_large", {"what": "p / a", "most": "3.4e+38", "got": "−1e+308"},
    ),
    "log type": (lambda: one(X, log=5), "number", {"what": "log", "want": "list", "got": "5"}),
    "limits type": (lambda: one(X, limits=5), "number", {"what": "limits", "want": "dict", "got": "5"}),
    "limits equal": (lambda: one(X, limits={"p": (1, 1)}), "limits", {"panel": "'p'", "got": "(1, 1)"}),
    "limits turned": (lambda: one(X, limits={"p": (1, 0)}), "limits", {"panel": "'p'", "got": "(1, 0)"}),
    "limits inf": (
        lambda: one(X, limits={"p": (0, np.inf)}), "limits", {"panel": "'p'", "got": "(0, inf)"},
    ),
    "limits three": (
        lambda: one(X, limits={"p": (0, 1, 2)}), "limits", {"panel": "'p'", "got": "(0, 1, 2)"},
    ),
    "log limits": (
        lambda: one(X, log="p", limits={"p": (0, 1)}), "limits_log", {"panel": "'p'", "got": "(0, 1)"},
    ),
    "cursor": (lambda: one(X, cursor="a"), "number", {"what": "cursor", "want": "int", "got": "'a'"}),
    "alt": (lambda: one(X, alt=5), "number", {"what": "alt", "want": "str", "got": "5"}),
    "callback": (
        lambda: one(X, handles=[0, 1], on_handles=5), "number",
        {"what": "on_handles", "want": "callable", "got": "5"},
    ),
}  # fmt: skip


test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)


def test_repr_and_the_still_picture():
    widget = curves(SERIES, log=["SNR"])
    assert repr(widget) == "curves(beta: linear, hand; SNR: linear, hand; t = 0 … 100)"
    data, metadata = widget._repr_mimebundle_()
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert picture.shape == (240, 720, 3)
    assert widget.alt in data["text/plain"] and metadata["image/png"]["alt"] == widget.alt
    # The first line, solid and blue, runs through the middle of its panel; the second is dashed.
    blue = (picture[30:210, 60:340] == (0x2F, 0x55, 0xA4)).all(-1)
    orange = (picture[30:210, 60:340] == (0xB4, 0x53, 0x1A)).all(-1)
    assert blue.any(0).all() and orange.any(0).any() and not orange.any(0).all()


def test_a_korean_name_is_drawn_and_not_boxed():
    def still(name):
        return curves({"p": {name: X}}).still()

    # A font without Hangul draws the same box for every syllable.
    assert not np.array_equal(still("가나"), still("다라"))
