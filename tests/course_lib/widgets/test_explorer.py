"""The explorer's Python side: every state is in the table, stacks end where they must, clear sentences."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import refusals

from course_lib.widgets import explorer
from course_lib.widgets.base import MOST_BYTES
from course_lib.widgets.sliders import MOST_VALUES, even_texts
from course_lib.widgets.symbols import symbol

X = np.linspace(-2, 2, 9)
M, S = np.linspace(-1, 1, 5), np.linspace(0.5, 2, 4)
GRID = np.sin(X + M[:, None, None] * 3) * S[:, None]  # (5, 4, 9)
ONLY_M = np.cos(X * M[:, None, None])  # (5, 1, 9)
STILL = X**2 / 4
LOG_P = -1.5
KL = (M[:, None] - 0.2) ** 2 + (S - 1) ** 2


def two(**more):
    given = {
        "series": {"q": {"moves": GRID, "half": ONLY_M, "still": STILL}}, "x": X, "sliders": {"m": M, "s": S},
        "bars": {"sum": {"ELBO": LOG_P - KL, "KL": KL}, "pieces": {"gap": (LOG_P - KL, LOG_P), "plain": KL}},
        "stack": ["sum"], "marks": {"q": {"mean": M[:, None]}, "sum": {"log_p": LOG_P}},
    }  # fmt: skip
    return explorer(**{**given, **more})


def states():
    return [(i, j) for i in range(5) for j in range(4)]


def ends(ticks):
    """The limits of a linear axis, from two of its ticks."""
    (a, first), (b, last) = ((at, float(text.replace("−", "-"))) for at, text in (ticks[0], ticks[-1]))
    unit = (last - first) / (b - a)
    return first - a * unit, first + (1 - a) * unit


def test_the_table_holds_every_state_of_every_line():
    widget = two()
    low, high = ends(widget.panels[0]["ticks"])
    for i, j in states():
        widget.positions = [i, j]
        for line, want in zip(widget.panels[0]["lines"], (GRID[i, j], ONLY_M[i, 0], STILL), strict=True):
            got = low + (high - low) * widget._read(line, 9)
            assert np.abs(got - want).max() < 1e-5, (i, j)
    assert [line["strides"] for line in widget.panels[0]["lines"]] == [[36, 9], [9, 0], [0, 0]]
    assert np.allclose(np.frombuffer(widget.places, "<f4"), (X + 2) / 4, atol=1e-7)


def test_an_array_that_lies_the_other_way_round_in_memory_is_read_right():
    turned = np.asfortranarray(GRID)
    assert (
        explorer({"q": {"moves": turned}}, X, {"m": M, "s": S}).table
        == explorer({"q": {"moves": GRID}}, X, {"m": M, "s": S}).table
    )
    shown = explorer({"q": {"moves": turned}}, X, {"m": M, "s": S}, start={"m": M[3], "s": S[2]})
    line = shown.panels[0]["lines"][0]
    want = explorer({"q": {"moves": GRID}}, X, {"m": M, "s": S}).panels[0]["lines"][0]
    assert line["strides"] == want["strides"] == [4 * 9, 9]


def test_what_no_slider_moves_is_stored_once():
    lines = {"sliders": {"m": M, "s": S}, "x": X}
    moving = len(explorer({"q": {"a": GRID}}, **lines).table)
    assert moving == 4 * GRID.size
    assert len(explorer({"q": {"a": GRID, "b": STILL}}, **lines).table) == moving + 4 * 9
    assert len(explorer({"q": {"a": GRID, "b": ONLY_M}}, **lines).table) == moving + 4 * 45


def test_a_stack_always_ends_at_its_mark_while_its_parts_move():
    widget = two()
    panel = widget.bar_panels[0]
    (mark,) = panel["marks"]
    joints = []
    for i, j in states():
        widget.positions = [i, j]
        (start, joint, elbo), (after, end, kl) = (widget._read(bar, 3) for bar in panel["bars"])
        at, value = widget._read(mark, 2)
        assert start == 0 and after == joint
        assert abs(end - at) < 1e-6 and value == LOG_P
        assert abs(elbo + kl - LOG_P) < 1e-6 and abs(kl - KL[i, j]) < 1e-6
        joints.append(float(joint))
    assert max(joints) - min(joints) > 0.5


def test_a_wrong_sum_would_not_end_at_the_mark():
    widget = two(bars={"sum": {"ELBO": LOG_P - KL, "KL": 1.1 * KL}})
    panel = widget.bar_panels[0]
    widget.positions = [0, 0]
    assert abs(widget._read(panel["bars"][1], 3)[1] - widget._read(panel["marks"][0], 2)[0]) > 1e-2


def test_a_plain_bar_stands_on_zero_and_a_pair_where_it_says():
    widget = two()
    panel = widget.bar_panels[1]
    low, high = ends(panel["ticks"])
    for i, j in states():
        widget.positions = [i, j]
        (a, b, length), (zero, top, value) = (widget._read(bar, 3) for bar in panel["bars"])
        got = [low + (high - low) * at for at in (a, b, zero, top)]
        assert np.allclose(got, [LOG_P - KL[i, j], LOG_P, 0, KL[i, j]], atol=1e-2)
        assert abs(length - KL[i, j]) < 1e-6 and abs(value - KL[i, j]) < 1e-6


def test_bars_of_one_sign_have_zero_at_the_axis_end():
    widget = explorer(sliders={"m": M}, bars={"up": {"a": M + 2}, "down": {"a": M - 2}})
    up, down = (widget._read(panel["bars"][0], 3)[0] for panel in widget.bar_panels)
    assert (up, down) == (0.0, 1.0)


def test_a_bar_of_nothing_but_zero_is_drawn_without_a_warning(recwarn):
    widget = explorer(sliders={"m": M}, bars={"b": {"a": 0}})
    panel = widget.bar_panels[0]
    start, stop, value = widget._read(panel["bars"][0], 3)
    assert start == stop == value == 0 and ends(panel["ticks"])[0] == 0 and panel["digits"] <= 3
    assert widget.still().any() and not recwarn.list


def test_a_logarithmic_bar_begins_at_the_left_end():
    widget = explorer(sliders={"m": M}, bars={"b": {"a": 10.0 ** (3 * M), "zero": M * 0}}, log="b",
                      limits={"b": (1e-4, 1e4)})  # fmt: skip
    panel = widget.bar_panels[0]
    for i in range(5):
        widget.positions = [i]
        start, stop, value = widget._read(panel["bars"][0], 3)
        assert start == 0 and abs(stop - (3 * M[i] + 4) / 8) < 1e-6
        assert value == np.float32(10.0 ** (3 * M[i]))
        assert widget._read(panel["bars"][1], 3).tolist() == [0, 0, 0]


def test_a_list_moves_a_bar_of_two_places_and_arrays_make_a_pair():
    """A tuple of two numbers would be either there, and is refused (see BAD); else it is a still pair."""
    edges = []
    for values, count in (([1.0, 2.0], 2), ((np.full(2, 1.0), np.full(2, 2.0)), 2), ((1.0, 2.0), 5)):
        widget = explorer(sliders={"m": M[:count]}, bars={"p": {"b": values}}, limits={"p": (0, 4)})
        for i in range(count):
            widget.positions = [i]
            edges.append(widget._read(widget.bar_panels[0]["bars"][0], 3).tolist())
    assert edges == [[0, 0.25, 1], [0, 0.5, 2], *[[0.25, 0.5, 1]] * 7]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (range(1, 4), ["1", "2", "3"]),
        (np.linspace(-3, 3, 41)[:3], ["−3.00", "−2.85", "−2.70"]),
        ([0.5, 1.0], ["0.5", "1.0"]),
        ([1000], ["1000"]),
        ([1e-5, 1e-3, 1.0], ["1e−05", "0.001", "1"]),
    ],
)
def test_a_sliders_values_are_told_apart(values, texts):
    assert even_texts(np.array(values, float)) == texts


def test_it_starts_where_it_is_told_and_positions_are_clamped():
    assert two().positions == [0, 0]
    assert two(start={"s": 1.6}).positions == [0, 2]
    widget = two(start={"m": 0.0})
    assert widget.positions == [2, 0] and widget.state() == "m = 0.0, s = 0.5"
    widget.positions = [99, -5]
    assert widget.positions == [4, 0]
    with pytest.raises(ValueError, match=r"positions .* 2; got \[1\]"):
        widget.positions = [1]


def test_a_slider_of_words():
    sliders = {"schedule": ["linear", "cosine"], "m": M}
    widget = explorer({"p": {"a": np.zeros((2, 5, 9)) + X}}, X, sliders, start={"schedule": "cosine"})
    assert widget.positions == [1, 0] and widget.sliders[0]["texts"] == ["linear", "cosine"]


def test_tensors_are_read_like_arrays():
    tensor = torch.from_numpy(GRID).requires_grad_()
    sliders = {"m": torch.from_numpy(M), "s": torch.from_numpy(S)}
    widget = explorer({"q": {"a": tensor}}, torch.from_numpy(X), sliders, start={"m": torch.tensor(0.5)})
    assert widget.table == explorer({"q": {"a": GRID}}, X, {"m": M, "s": S}).table
    assert widget.positions == [3, 0]


def test_repr_and_the_still_picture():
    widget = two(x_name="z", start={"m": 1.0})
    assert repr(widget) == (
        "explorer(q: moves, half, still; sum: ELBO, KL; pieces: gap, plain; m = −1.0 … 1.0; s = 0.5 … 2.0)"
    )
    data, metadata = widget._repr_mimebundle_()
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert picture.shape == (262, 1080, 3)
    assert metadata["image/png"]["alt"].endswith("Shown here: m = 1.0, s = 0.5.")
    # The stack: blue, then orange, in one row of its panel.
    row = picture[140, 360:720]
    blue = np.flatnonzero((row == (0x2F, 0x55, 0xA4)).all(-1))
    orange = np.flatnonzero((row == (0xB4, 0x53, 0x1A)).all(-1))
    assert len(blue) and len(orange) and blue.max() < orange.min()
    widget.positions = [2, 1]
    assert not np.array_equal(widget.still(), picture)
    assert widget.picture().alt in widget.picture()._repr_html_().replace("&#x27;", "'")


def test_subscripts_within_a_longer_name():
    pieces = [["q(x", "t−1"], [" | x", "t"], [", x", "0"], [")", ""]]
    assert symbol("q(x_{t-1} | x_t, x_0)")["pieces"] == pieces
    assert symbol("max_t L_t")["pieces"] == [["max_t L", "t"], ["", ""]]
    for name in ("log_p", "log p(x)", "p / a", "MSE(t)", "snr_db"):
        assert "pieces" not in symbol(name) and symbol(name)["text"] == name


BIG = np.broadcast_to(np.float64(1), (1000, 2001))
BAD = {
    "no sliders": (lambda: two(sliders={}), "sliders", {"got": "{}"}),
    "empty slider": (lambda: two(sliders={"m": [], "s": S}), "slider_values", {"slider": "'m'"}),
    "nan slider": (lambda: two(sliders={"m": [np.nan] * 5, "s": S}), "slider_values", {"slider": "'m'"}),
    "nothing": (lambda: explorer(None, X, {"m": M}), "explorer_panels", {"got": "{}"}),
    "twice": (lambda: two(bars={"q": {"a": KL}}, stack=(), marks=None), "explorer_panels", {"got": "q, q"}),
    "series type": (lambda: two(series=[1]), "explorer_mapping", {"what": "series", "got": "'list'"}),
    "empty panel": (lambda: two(bars={"sum": {}}), "explorer_mapping", {"what": "bars", "got": "'dict'"}),
    "transposed": (
        lambda: two(series={"q": {"a": GRID.swapaxes(0, 1)}}), "explorer_shape",
        {"what": "q / a", "want": (5, 4, 9), "still": (9,), "got": (4, 5, 9)},
    ),
    "flat": (
        lambda: two(bars={"sum": {"a": KL.ravel()}}), "explorer_shape",
        {"what": "sum / a", "want": (5, 4), "still": (), "got": (20,)},
    ),
    "nan": (lambda: two(bars={"sum": {"a": KL * np.nan}}), "series_nan", {"what": "sum / a", "count": 20}),
    "infinite bar": (lambda: two(bars={"sum": {"a": np.inf}}), "bar_finite", {"what": "sum / a"}),
    "start of many": (
        lambda: two(start={"m": [0, 1]}), "slider_start",
        {"slider": "'m'", "got": "[0, 1]", "allowed": "−1 … 1"},
    ),
    "start of none": (
        lambda: two(start={"m": []}), "slider_start", {"slider": "'m'", "got": "[]", "allowed": "−1 … 1"},
    ),
    "only zeros on a log axis": (
        lambda: explorer(sliders={"m": M}, bars={"p": {"a": 0 * M, "b": 0}}, log="p"), "series_flat",
        {"what": "p"},
    ),
    "long slider": (
        lambda: explorer(sliders={"t": range(10**6)}, bars={"p": {"a": 1}}), "explorer_many",
        {"what": "'t'", "most": MOST_VALUES, "got": 10**6},
    ),
    "long x": (
        lambda: explorer({"p": {"a": np.zeros(10_001)}}, range(10_001), {"m": M}), "explorer_many",
        {"what": "x", "most": MOST_VALUES, "got": 10_001},
    ),
    "pair or two values": (
        lambda: explorer(sliders={"m": M[:2]}, bars={"sum": {"a": (1.0, 2.0)}}), "bar_either",
        {"what": "sum / a"},
    ),
    "sliders left out": (lambda: explorer(bars={"sum": {"a": 1.0}}), "sliders", {"got": "{}"}),
    "pair in a stack": (lambda: two(bars={"sum": {"a": (KL, KL)}}), "bar_pair", {"what": "sum / a"}),
    "negative log": (
        lambda: two(bars={"sum": {"a": -1.0}}, log="sum"), "series_log", {"what": "sum / a", "got": "−1"},
    ),
    "stack": (lambda: two(stack="q"), "panel", {"got": "'q'", "allowed": "sum, pieces"}),
    "marks": (lambda: two(marks={"x": {"a": 1}}), "panel", {"got": "'x'", "allowed": "q, sum, pieces"}),
    "start name": (lambda: two(start={"t": 1}), "slider", {"got": "'t'", "allowed": "m, s"}),
    "start value": (
        lambda: two(start={"m": 9}), "slider_start", {"slider": "'m'", "got": "9", "allowed": "−1 … 1"},
    ),
    "x turns": (lambda: two(x=[0, 1, 2, 1, 2, 3, 4, 5, 6]), "times_order", {"at": 3}),
    "too much": (
        lambda: explorer({"p": {"a": BIG}}, range(2001), {"t": range(1000)}), "explorer_size",
        {"what": "p / a", "most": MOST_BYTES // 10**6},
    ),
}  # fmt: skip


test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)
