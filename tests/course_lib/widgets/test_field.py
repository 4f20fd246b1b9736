"""The field's Python side: every state has its own bytes, what is outside is counted, clear sentences."""

import base64
import io
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import refusals

from course_lib import lang
from course_lib.widgets import base, field, lattice, planes, states
from course_lib.widgets.base import MOST_BYTES, number_text

RNG = np.random.default_rng(0)
KS, STEPS = range(5), [0.1, 1.0, 10.0]
SLIDERS = {"k": KS, "step": STEPS}
STATES = list(itertools.product(range(5), range(3)))
WINDOW = ((-2.0, 4.0), (-1.0, 2.0))
LOW, SPAN = np.array([-2.0, -1.0]), np.array([6.0, 3.0])
MOVING = RNG.normal(1, 2, (5, 3, 20, 2))
ONLY_STEP = RNG.normal(0, 1, (1, 3, 7, 2))
STILL = RNG.normal(0, 1, (9, 2))
PLACES = lattice(WINDOW, 4)
VECTORS = RNG.normal(0, 1, (5, 1, 16, 2))
SHADE = RNG.uniform(0.1, 1, (5, 1, 6, 8))


def full(**more):
    given = {
        "points": {"x_k": MOVING, "step": ONLY_STEP, "still": STILL}, "sliders": SLIDERS,
        "arrows": {"score": (PLACES, VECTORS), "still": (STILL, STILL)}, "density": SHADE, "limits": WINDOW,
    }  # fmt: skip
    return field(**{**given, **more})


def fractions(points):
    return (np.asarray(points, np.float64) - LOW) / SPAN


def inside(points):
    """Which points lie in the window, found without any code."""
    return ((points >= LOW) & (points <= LOW + SPAN)).all(-1)


def worst_place(widget) -> float:
    """The largest error of a point in the window, over all states and clouds; and every count is right."""
    worst = 0.0
    for k, step in STATES:
        for cloud, want in zip(
            widget.panels[0]["clouds"], (MOVING[k, step], ONLY_STEP[0, step], STILL), strict=True
        ):
            got, shown = widget.points(cloud, (k, step)), inside(want)
            worst = max(worst, np.abs(got - fractions(want))[shown].max(initial=0))
            assert widget.outside(cloud, (k, step)) == (~shown).sum()
    return worst


def test_every_state_of_every_cloud_is_there_and_its_points_are_where_they_were():
    # Half a code of 21845 across the window.
    assert worst_place(full()) <= 0.5 / 21845 + 1e-12
    turned = {"x_k": np.asfortranarray(MOVING), "step": torch.from_numpy(ONLY_STEP), "still": STILL.tolist()}
    assert full(points=turned).dots == full().dots
    assert [cloud["strides"] for cloud in full().panels[0]["clouds"]] == [[120, 40], [0, 14], [0, 0]]


EDGE = np.array([
    [-2.0, -1.0], [4.0, 2.0], [np.nextafter(-2, -3), 0], [np.nextafter(4, 5), 0], [0, np.nextafter(2, 3)],
    [0, np.nextafter(-1, -2)], [np.nan, 0], [0, np.inf], [-np.inf, 0], [1e300, -1e300], [0, 0],
])  # fmt: skip


def test_on_the_edge_is_inside_and_one_float_further_is_outside():
    widget = full(points={"x": EDGE})
    (cloud,) = widget.panels[0]["clouds"]
    points = widget.points(cloud, (0, 0))
    kept = ((points >= 0) & (points <= 1)).all(1)
    assert kept.tolist() == [True, True, *[False] * 8, True]
    assert widget.outside(cloud, (0, 0)) == 8
    assert np.array_equal(points[:2], [[0, 0], [1, 1]])
    # What is no number has the last code, so that a path breaks there.
    assert np.array_equal(points[6:9], np.full((3, 2), 2.0))


def rounded(points, low, high):
    return np.clip(np.round(21845 * (1 + (points - low) / (high - low))), 0, 65535)


def finite(points):
    return np.isfinite(points).all(-1, keepdims=True)


ENCODINGS = {
    "no nudge": lambda p, low, high: np.where(finite(p), rounded(p, low, high), 65535),
    "x for y": lambda p, low, high: states_encode(p[..., ::-1], low[::-1], high[::-1]),
    "cut off": lambda p, low, high: np.floor(np.clip(states_encode(p, low, high) - 0.5, 0, None)),
    "drawn in": lambda p, low, high: states_encode(np.clip(p, low, high), low, high),
}  # fmt: skip
states_encode = states.encode


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_planted_mistake_in_the_codes_is_noticed(name, monkeypatch):
    monkeypatch.setattr(states, "encode", ENCODINGS[name])
    with pytest.raises(AssertionError), np.errstate(all="ignore"):
        test_on_the_edge_is_inside_and_one_float_further_is_outside()
        test_every_state_of_every_cloud_is_there_and_its_points_are_where_they_were()


def test_arrows_are_as_long_as_the_legend_says():
    length = np.array([[0.5, 1.0, 2.0]])  # one for each step
    widget = full(length=length)
    for k, step in STATES:
        score, still = (widget.arrows(item, (k, step)) for item in widget.panels[0]["arrows"])
        factor = length[0, step]
        assert np.abs(score[:, :2] - fractions(PLACES)).max() < 1e-6
        assert np.abs(score[:, 2:] * SPAN - factor * VECTORS[k, 0]).max() < 1e-5
        assert np.abs(still[:, 2:] * SPAN - factor * STILL).max() < 1e-5
        text = widget.lengths["texts"][states.address({"offset": 0, **widget.lengths}, (k, step))]
        assert text == f"{factor:.2g}"


def test_an_arrow_that_is_not_finite_stays_so():
    vectors = np.array([[np.nan, 1.0], [np.inf, 0.0], [1e300, 0.0], [1.0, 1.0]])
    widget = full(arrows={"a": (np.zeros((4, 2)), vectors)}, length=1)
    ends = widget.arrows(widget.panels[0]["arrows"][0], (0, 0))
    assert np.isfinite(ends).all(1).tolist() == [False, False, False, True]


@pytest.mark.parametrize("size", [1e-3, 1.0, 7.0, 1e4])
def test_the_length_chosen_is_a_round_number_and_long_arrows_take_a_tenth(size):
    vectors = size * RNG.normal(0, 1, (200, 2))
    widget = full(arrows={"a": (np.zeros((200, 2)), vectors)}, points=None)
    (text,) = widget.lengths["texts"]
    digits = f"{float(text):e}"
    assert digits[0] in "125" and set(digits[2:8]) == {"0"}
    drawn = float(text) * np.quantile(np.hypot(*vectors.T), 0.95)
    assert 0.3 / 2.5 - 1e-9 <= drawn <= 0.3 + 1e-9  # a tenth of the window's shorter side, or one step less
    assert full(arrows={"a": (PLACES, np.zeros((16, 2)))}).lengths["texts"]


def test_a_density_is_shaded_by_its_root_each_state_by_its_own_highest():
    widget = full(density=SHADE * np.array([1, 10, 1e-6, 1e6, 3.0]).reshape(5, 1, 1, 1))
    for k, step in STATES:
        shade = widget.density(widget.panels[0]["density"], (k, step))
        want = 255 * np.sqrt(SHADE[k, 0] / SHADE[k, 0].max())
        assert shade.max() == 255 and np.abs(shade - want).max() <= 0.5
    assert len(widget.shades) == 5 * 6 * 8


def test_a_lattice_lies_as_a_density_does():
    at = lattice(WINDOW, 8)
    assert at.dtype == np.float32 and at.shape == (64, 2)
    table = at.reshape(8, 8, 2)
    x, y = -2 + 6 * (np.arange(8) + 0.5) / 8, -1 + 3 * (np.arange(8) + 0.5) / 8
    assert np.abs(table[..., 0] - x).max() < 1e-6 and np.abs(table[..., 1] - y[:, None]).max() < 1e-6
    widget = full(density=(at[:, 1] + 2).reshape(8, 8))
    shade = widget.density(widget.panels[0]["density"], (0, 0)).astype(int)
    assert (np.diff(shade[:, 0]) > 0).all() and shade[-1].min() == 255
    # The mean over cells of a linear function is its value in the middle.
    assert np.abs(at.mean(0) - (LOW + SPAN / 2)).max() < 1e-6


def test_planes_side_by_side_share_what_is_given_once():
    points = {"ODE": {"x_t": MOVING}, "SDE": {"x_t": MOVING + 1, "y": STILL}}
    arrows = {"SDE": {"score": (PLACES, VECTORS)}}
    widget = full(points=points, arrows=arrows)
    assert [panel["name"] for panel in widget.panels] == ["ODE", "SDE"]
    ode, sde = widget.panels
    assert ode["density"] == sde["density"] and len(widget.shades) == 5 * 6 * 8
    assert [c["style"] for c in ode["clouds"]] == [0] and [c["style"] for c in sde["clouds"]] == [0, 1]
    assert ode["arrows"] == [] and sde["arrows"][0]["colour"] == 2
    for panel, shift in ((ode, 0), (sde, 1)):
        got, want = widget.points(panel["clouds"][0], (4, 2)), MOVING[4, 2] + shift
        assert np.abs(got - fractions(want))[inside(want)].max() < 1e-4
    alone = full(density={"p": SHADE}, points=None, arrows=None)
    assert [panel["name"] for panel in alone.panels] == ["p"] and not alone.lengths
    assert repr(widget) == "field(ODE: x_t; SDE: x_t, y, score; k = 0 … 4; step = 0.1 … 10.0)"


def test_a_hundred_and_one_frames_of_400_points_are_323_kb():
    widget = field(np.zeros((101, 400, 2)), {"k": range(101)}, limits=(-1, 1))
    assert len(widget.dots) == 101 * 400 * 4 <= 350_000
    assert widget.fps == 101 / 8 and full(fps=3).fps == 3 and full(play="step").play == 1


def test_positions_are_clamped_and_begin_where_they_should():
    widget = full(start={"step": 1.1, "k": 3})
    assert widget.positions == [3, 1]
    widget.positions = [99, -1]
    assert widget.positions == [4, 0]


def ink(sheet, column, at, panel=0):
    """The pixel of a contact sheet at a fraction of a plane; planes are 216 wide, 38 from the tile's edge."""
    left, top = column * (216 + 38 + 14) + 38, 24 + 6
    return sheet[round(top + (1 - at[1]) * 108), round(left + at[0] * 216)].tolist()


def test_the_contact_sheet_shows_each_state_and_its_alt_text_counts():
    path = np.array([[-1.5, -0.5], [0.0, 1.0], [3.5, 1.5], [9.0, 0.0], [np.nan, 0.0]])
    widget = field(
        {"x_k": path[:, None]}, {"k": KS}, limits=WINDOW, alt="One point.", captions={"k": list("abcde")}
    )
    sheet = widget.still()
    for k in range(5):
        for j in range(3):
            colour = ink(sheet, k, fractions(path[j]))
            assert (colour == [0x2F, 0x55, 0xA4]) == (k == j), (k, j, colour)
    counts = ", ".join(f"{n} of 1 outside" for n in (0, 0, 0, 1, 1))
    assert widget.picture().alt == f"One point. Shown here: k = 0, 1, 2, 3, 4; x_k: {counts}."
    data, metadata = full()._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size[0] == 5 * 268 and metadata["image/png"]["alt"] == full().still_alt()


def test_the_contact_sheet_draws_density_arrows_and_paths():
    widget = field(
        {"x": np.array([[[-1.5, -0.5]], [[3.5, -0.5]]])}, {"k": range(2)}, limits=WINDOW, trail=1,
        arrows={"a": ([[-1.0, 1.0]], [[4.0, 0.0]])}, length=1, density=np.eye(6)[[5]] * np.eye(6)[5][:, None],
    )  # fmt: skip
    sheet = widget.still()
    on_path, on_arrow = ((np.array([1.0, y]) - LOW) / SPAN for y in (-0.5, 1.0))
    assert ink(sheet, 0, on_path) == [255] * 3 and ink(sheet, 1, on_path) != [255] * 3
    assert ink(sheet, 0, on_arrow) != [255] * 3
    assert max(ink(sheet, 0, (0.97, 0.97))) < 255 and ink(sheet, 0, (0.97, 0.05)) == [255] * 3


def test_the_still_picture_has_the_constants_of_the_page():
    source = (Path(base.__file__).parent / "static" / "field.js").read_text(encoding="utf-8")
    found = re.findall(r"^const ([A-Z]+) = (.+?);", source, re.M)
    page = {name: json.loads(value) for name, value in found}
    shafts = [[list(dashes), *rest] for dashes, *rest in planes.SHAFTS]
    assert page == {
        "WINDOW": states.ONE_WINDOW, "BANDS": planes.BANDS, "SHADE": planes.SHADE, "SHAFTS": shafts,
    }  # fmt: skip
    assert source.count("0.42") == 1 and source.count("21845") == 1


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_what_is_said_follows_the_language(language):
    lang.use(language)
    widget = full(points={"x_k": MOVING})
    content = [lang.text("widgets.field_points", names="x k"), lang.text("widgets.field_density")]
    content.insert(1, lang.text("widgets.field_arrows", names="score, still"))
    assert widget.alt == lang.text("widgets.field_alt", sliders="k, step", planes=", ".join(content))
    assert "{n}" in widget.labels["outside"] and "{N}" in widget.labels["outside"]
    assert widget.labels["play"] == lang.text("widgets.play") and "{factor}" in widget.labels["length"]
    assert full(alt="…").alt == "…"


def shape_error(what, tail, got, shape=(5, 3)):
    want, still = (f"({', '.join(each)})" for each in ([*map(str, shape), *tail], tail))
    return {"what": what, "want": want, "still": still, "got": got}


HUGE = np.broadcast_to(np.float32(0), (5, 3, 200_000, 2))
BAD = {
    "no sliders": (lambda: field(STILL, limits=WINDOW), "sliders", {"got": "{}"}),
    "nothing": (lambda: field(None, SLIDERS, limits=WINDOW), "field_nothing", {}),
    "limits": (lambda: full(limits=(1, 1)), "field_limits", {"got": "(1, 1)"}),
    "limits of three": (lambda: full(limits=(1, 2, 3)), "field_limits", {"got": "(1, 2, 3)"}),
    "no limits": (lambda: full(limits=None), "field_limits", {"got": "None"}),
    "endless": (lambda: full(limits=(0, np.inf)), "field_limits", {"got": "(0, inf)"}),
    "too wide": (
        lambda: full(limits=((0, 1), (0, 10**9))), "field_aspect",
        {"most": 50, "got": "((0, 1), (0, 1000000000))"},
    ),
    "wider than numbers": (
        lambda: full(limits=(-1e308, 1e308)), "field_aspect", {"most": 50, "got": "(-1e+308, 1e+308)"},
    ),
    "complex": (lambda: full(points=STILL + 1j), "series_type", {"what": "points", "got": "ndarray"}),
    "lattice": (lambda: lattice((0, 1), 0), "number", {"what": "n", "want": ">= 1", "got": 0}),
    "words": (lambda: full(points="abc"), "series_type", {"what": "points", "got": "str"}),
    "empty": (lambda: full(points={}), "field_mapping", {"what": "points", "got": "[]"}),
    "empty panel": (lambda: full(points={"a": {}}), "field_mapping", {"what": "points", "got": "{'a': {}}"}),
    "mixed": (
        lambda: full(points={"a": STILL, "b": {"x": STILL}}), "field_mapping",
        {"what": "points", "got": "['a', 'b']"},
    ),
    "bare arrows": (lambda: full(arrows=STILL), "field_mapping", {"what": "arrows", "got": "ndarray"}),
    "deep density": (
        lambda: full(density={"a": {"b": SHADE}}), "field_mapping", {"what": "density", "got": "['a']"},
    ),
    "name": (lambda: full(points={3: STILL}), "track_name", {"got": "3"}),
    "shape": (
        lambda: full(points={"x": MOVING[:4]}), "explorer_shape",
        shape_error("points['x']", ["N", "2"], (4, 3, 20, 2)),
    ),
    "three numbers": (
        lambda: full(points={"p": {"x": np.zeros((5, 3))}}), "explorer_shape",
        shape_error("points['p']['x']", ["N", "2"], (5, 3)),
    ),
    "no points": (
        lambda: full(points=np.zeros((0, 2))), "explorer_shape", shape_error("points", ["N", "2"], (0, 2)),
    ),
    "arrows of one": (lambda: full(arrows={"a": (PLACES,)}), "field_arrows", {"what": "arrows['a']"}),
    "arrows' array": (lambda: full(arrows={"a": PLACES}), "field_arrows", {"what": "arrows['a']"}),
    "arrows' shape": (
        lambda: full(arrows={"a": (PLACES, PLACES[:, 0])}), "explorer_shape",
        shape_error("arrows['a']", ["M", "2"], (16,)),
    ),
    "few vectors": (
        lambda: full(arrows={"a": (PLACES, STILL)}), "field_arrows_length",
        {"what": "arrows['a']", "places": 16, "vectors": 9},
    ),
    "density below 0": (lambda: full(density=-SHADE), "field_density", {"what": "density"}),
    "density of nan": (lambda: full(density=SHADE * np.nan), "field_density", {"what": "density"}),
    "no density": (lambda: full(density={"a": 0 * SHADE}), "field_density", {"what": "density['a']"}),
    "flat density": (
        lambda: full(density=[1.0]), "explorer_shape", shape_error("density", ["H", "W"], (1,)),
    ),
    "length": (lambda: full(length=0), "number", {"what": "length", "want": "> 0", "got": 0}),
    "lengths": (
        lambda: full(length=np.array([[1.0, -1.0, 1.0]])), "number",
        {"what": "length", "want": "> 0", "got": number_text(-1)},
    ),
    "trail": (lambda: full(trail=-1), "number", {"what": "trail", "want": ">= 0", "got": "-1"}),
    "play": (lambda: full(play="t"), "slider", {"got": "'t'", "allowed": "k, step"}),
    "fps": (lambda: full(fps=0), "number", {"what": "fps", "want": "> 0", "got": 0}),
    "captions": (lambda: full(captions=[]), "number", {"what": "captions", "want": "dict", "got": "[]"}),
    "few captions": (
        lambda: full(captions={"k": ["a"]}), "field_captions", {"slider": "'k'", "want": 5, "got": "['a']"},
    ),
    "start": (lambda: full(start={"t": 1}), "slider", {"got": "'t'", "allowed": "k, step"}),
    "alt": (lambda: full(alt=5), "number", {"what": "alt", "want": "str", "got": "5"}),
    "too much": (
        lambda: full(points={"x": HUGE}), "field_size", {"what": "points['x']", "most": MOST_BYTES // 10**6},
    ),
}  # fmt: skip

test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)
