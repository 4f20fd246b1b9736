"""The atlas' Python side: every state has its own bytes, sizes may change, clear sentences."""

import base64
import io
import itertools

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import refusals

from course_lib import lang
from course_lib.widgets import atlas
from course_lib.widgets.base import MOST_BYTES

PLACES, TS = ["stem", "down", "middle"], [1, 500, 750, 1000]
SLIDERS = {"place": PLACES, "t": TS}
STATES = list(itertools.product(range(3), range(4)))


def pixels(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


FULL, COLOUR = pixels(3, 4, 5, 7), pixels(1, 4, 6, 6, 3, seed=1)
STILL, ONLY_PLACE = pixels(1, 1, 3, 3, seed=2), pixels(3, 1, 2, 4, 1, seed=3)
# A list over the places: sizes of their own, one of them in colour, one that t does not change.
SIZES = [pixels(4, 8, 8, seed=4), pixels(4, 4, 2, 3, seed=5), pixels(1, 2, 2, seed=6)]


def four(**more):
    return atlas({"x_t": FULL, "colour": COLOUR, "still": STILL, "place": ONLY_PLACE}, SLIDERS, **more)


def wanted(i, j):
    return [FULL[i, j], COLOUR[0, j], STILL[0, 0], ONLY_PLACE[i, 0, ..., 0]]


def right(widget, i, j):
    """Whether each track of ``four`` shows the picture of this state."""
    shown = [widget.picture_at(k, [i, j]) for k in range(4)]
    return [np.array_equal(a.squeeze(), b) for a, b in zip(shown, wanted(i, j), strict=True)]


def test_every_state_has_its_own_picture():
    widget = four()
    for i, j in STATES:
        assert all(right(widget, i, j)), (i, j)
    assert [track["strides"] for track in widget.tracks] == [[4, 1], [0, 1], [0, 0], [1, 0]]
    assert len(widget.pixels) == sum(each.size for each in (FULL, COLOUR, STILL, ONLY_PLACE))


def test_a_slider_may_take_its_values_from_an_iterator():
    widget = atlas(FULL, {"place": iter(PLACES), "t": (t for t in TS)}, start={"place": "down", "t": 750})
    assert widget.positions == [1, 2] and [each["texts"][-1] for each in widget.sliders] == ["middle", "1000"]


@pytest.mark.parametrize("planted", ["offset", "strides", "channels"])
def test_a_wrong_layout_would_be_noticed(planted):
    widget = four()
    broken = [dict(track) for track in widget.tracks]
    if planted == "offset":
        broken[1]["offset"] -= 1
    if planted == "strides":
        broken[0]["strides"] = broken[0]["strides"][::-1]
    if planted == "channels":
        broken[1].update(channels=1, width=18)
    widget.tracks = broken
    assert not all(all(right(widget, i, j)) for i, j in STATES)


def test_a_list_may_hold_pictures_of_every_size():
    widget = atlas({"maps": SIZES}, SLIDERS)
    for i, j in STATES:
        want = SIZES[i][j if len(SIZES[i]) > 1 else 0]
        want = want if want.ndim == 3 else np.repeat(want[..., None], 3, -1)
        assert np.array_equal(widget.picture_at(0, [i, j]), want), (i, j)
    # What t does not change is stored once.
    assert len(widget.pixels) == 3 * (4 * 64 + 4 * 8 + 4)
    assert (widget.tracks[0]["width"], widget.tracks[0]["height"]) == (8, 8)


def test_lists_of_lists_over_both_sliders_and_grey_stays_grey():
    nested = [[pixels(1 + i, 1 + j, seed=4 * i + j) for j in range(4)] for i in range(3)]
    widget = atlas(nested, SLIDERS)
    for i, j in STATES:
        assert np.array_equal(widget.picture_at(0, [i, j])[..., 0], nested[i][j]), (i, j)
    assert widget.tracks[0]["channels"] == 1
    one = atlas([[nested[2][3]]], SLIDERS)
    assert one.tracks[0]["strides"] == [0, 0] and np.array_equal(
        one.picture_at(0, [2, 3])[..., 0], nested[2][3]
    )


def test_arrays_that_lie_the_other_way_round_in_memory_and_tensors_are_read_right():
    turned = np.asfortranarray(FULL)[:, ::-1, ::-1]
    assert atlas(turned, SLIDERS).pixels == turned.tobytes()
    assert atlas(torch.from_numpy(FULL), SLIDERS).pixels == FULL.tobytes()


def test_it_starts_where_it_is_told_and_positions_are_clamped():
    assert four().positions == [0, 0]
    assert four(start={"t": 740, "place": "down"}).positions == [1, 2]
    widget = four()
    widget.positions = [-1, 9]
    assert widget.positions == [0, 3] and widget.state() == "place = stem, t = 1000"


def test_texts_stand_beside_a_value_or_under_the_pictures():
    shapes = ["64×28×28", "64×14×14", "64×7×7"]
    widget = four(captions={"place": shapes})
    assert [slider.get("notes") for slider in widget.sliders] == [shapes, None] and widget.captions == {}
    once = four(captions={"place": (text for text in shapes)})
    assert [slider.get("notes") for slider in once.sliders] == [shapes, None]
    every = [[f"{place} {t}" for t in TS] for place in PLACES]
    texts, strides = four(captions=every).captions.values()
    for i, j in STATES:
        assert texts[i * strides[0] + j * strides[1]] == every[i][j]
    assert four(captions=[[f"{t}" for t in TS]]).captions == {
        "texts": ["1", "500", "750", "1000"],
        "strides": [0, 1],
    }


def test_a_pixels_size_for_all_or_for_one():
    assert [track["scale"] for track in four(scale=3).tracks] == [3, 3, 3, 3]
    assert [track["scale"] for track in four(scale={"still": 2}).tracks] == [0, 0, 2, 0]


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_what_is_said_follows_the_language(language):
    lang.use(language)
    want = lang.text("widgets.atlas_alt", sliders="place, t", names="x t, colour, still, place")
    assert four().alt == want and four(alt="…").alt == "…"
    shown = lang.text("widgets.explorer_still", alt=want, state="place = stem, t = 1")
    assert four().still_alt() == four().picture().alt == shown


def test_repr_and_the_still_picture_of_two_sliders():
    widget = atlas({"x_t": FULL, "maps": SIZES}, SLIDERS, start={"place": "down", "t": 500})
    assert repr(widget) == "atlas(x t 7×5, maps 8×8; place = stem … middle; t = 1 … 1000)"
    data, metadata = widget._repr_mimebundle_()
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert metadata["image/png"]["alt"] == widget.still_alt() and widget.alt in data["text/plain"]
    k = 168 // 5
    assert np.array_equal(picture[: 5 * k : k, : 7 * k : k, 0], FULL[1, 1])
    k, left = 168 // 4, 7 * k + 4
    assert np.array_equal(picture[: 4 * k : k, left : left + 2 * k : k], SIZES[1][1])


def test_one_slider_leaves_a_contact_sheet():
    f = np.linspace(0, 1, 31)
    rows = pixels(31, 4, 6)
    widget = atlas({"slerp": rows, "still": rows[:1]}, {"f": f}, alt="A walk.")
    sheet, k = widget.still(), 84 // 4
    places = widget.sheet_indices()
    assert places == [0, 3, 7, 10, 13, 17, 20, 23, 27, 30]
    for row, track in enumerate([rows, rows[:1].repeat(31, 0)]):
        for column, at in enumerate(places):
            top, left = row * (4 * k + 4), column * (6 * k + 4)
            assert np.array_equal(sheet[top : top + 4 * k : k, left : left + 6 * k : k], track[at])
    assert widget.still_alt().startswith("A walk. Shown here: f = 0.000, 0.100, 0.233")
    # Strips of many digits: fewer of them, none smaller than its own pixels.
    strips = atlas(pixels(31, 28, 231), {"f": f})
    assert len(strips.sheet_indices()) == 6 and strips.still().shape == (28, 6 * 231 + 5 * 4)


BIG = np.broadcast_to(np.uint8(0), (3, 4, 1000, 1000))
BAD = {
    "no tracks": (lambda: atlas({}, SLIDERS), "no_tracks", {}),
    "no sliders": (lambda: atlas(FULL, {}), "sliders", {"got": "{}"}),
    "slider of nothing": (lambda: atlas(FULL, {"t": []}), "slider_values", {"slider": "'t'"}),
    "dtype": (lambda: atlas(FULL / 255, SLIDERS), "type", {"what": "frames", "got": "float64"}),
    "words": (lambda: atlas("abc", SLIDERS), "type", {"what": "frames", "got": "<U3"}),
    "transposed": (
        lambda: atlas({"a": FULL.swapaxes(0, 1)}, SLIDERS), "atlas_shape",
        {"what": "frames['a']", "want": "(3, 4, H, W)", "got": (4, 3, 5, 7)},
    ),
    "no axes": (
        lambda: atlas(FULL[0, 0], SLIDERS), "atlas_shape",
        {"what": "frames", "want": "(3, 4, H, W)", "got": (5, 7)},
    ),
    "two channels": (
        lambda: atlas(pixels(3, 4, 5, 5, 2), SLIDERS), "atlas_shape",
        {"what": "frames", "want": "(3, 4, H, W)", "got": (3, 4, 5, 5, 2)},
    ),
    "empty": (lambda: atlas(pixels(3, 4, 0, 5), SLIDERS), "empty", {"what": "frames", "got": (3, 4, 0, 5)}),
    "short list": (
        lambda: atlas(SIZES[:2], SLIDERS), "atlas_list",
        {"what": "frames", "slider": "'place'", "want": 3, "got": 2},
    ),
    "empty list": (
        lambda: atlas([], SLIDERS), "atlas_list",
        {"what": "frames", "slider": "'place'", "want": 3, "got": 0},
    ),
    "inner list": (
        lambda: atlas([*SIZES[:2], [STILL[0, 0]] * 3], SLIDERS), "atlas_list",
        {"what": "frames[2]", "slider": "'t'", "want": 4, "got": 3},
    ),
    "a list too many": (lambda: atlas([[[STILL[0, 0]]]], SLIDERS), "atlas_deep", {"what": "frames[0][0]"}),
    "in a list": (
        lambda: atlas([*SIZES[:2], pixels(3, 2, 2)], SLIDERS), "atlas_shape",
        {"what": "frames[2]", "want": "(4, H, W)", "got": (3, 2, 2)},
    ),
    "name": (lambda: atlas({3: FULL}, SLIDERS), "track_name", {"got": "3"}),
    "names": (lambda: atlas(FULL, SLIDERS, names=["a", "b"]), "names", {"want": 1, "got": 2}),
    "start": (
        lambda: four(start={"place": "up"}), "slider_start",
        {"slider": "'place'", "got": "'up'", "allowed": "stem, down, middle"},
    ),
    "start of words": (
        lambda: four(start={"place": 1}), "slider_start",
        {"slider": "'place'", "got": "1", "allowed": "stem, down, middle"},
    ),
    "start name": (lambda: four(start={"f": 1}), "slider", {"got": "'f'", "allowed": "place, t"}),
    "strange caption": (lambda: four(captions={"f": []}), "slider", {"got": "'f'", "allowed": "place, t"}),
    "few captions": (lambda: four(captions={"t": ["a"]}), "atlas_captions", {"want": (3, 4), "got": "['a']"}),
    "letters": (lambda: four(captions={"t": "abcd"}), "atlas_captions", {"want": (3, 4), "got": "'abcd'"}),
    "flat captions": (lambda: four(captions=list("abc")), "atlas_captions", {"want": (3, 4), "got": (3,)}),
    "one caption": (lambda: four(captions="a"), "atlas_captions", {"want": (3, 4), "got": "'a'"}),
    "ragged captions": (
        lambda: four(captions=[["a"], ["b", "c"]]), "atlas_captions", {"want": (3, 4), "got": "list"},
    ),
    "scale": (lambda: four(scale=0), "number", {"what": "scale", "want": ">= 1", "got": 0}),
    "scale of a stranger": (
        lambda: four(scale={"maps": 2}), "atlas_scale",
        {"got": "'maps'", "allowed": "x_t, colour, still, place"},
    ),
    "alt": (lambda: four(alt=5), "number", {"what": "alt", "want": "str", "got": "5"}),
    "too much": (
        lambda: atlas({"a": BIG}, SLIDERS), "frames_size",
        {"what": "frames['a']", "most": MOST_BYTES // 10**6},
    ),
}  # fmt: skip

test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)
