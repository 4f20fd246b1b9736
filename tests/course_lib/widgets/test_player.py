"""The player's Python side: bytes in the right order, one clear sentence for bad input, a still picture."""

import base64
import io
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import refusals

from course_lib import lang
from course_lib.widgets import player
from course_lib.widgets.symbols import symbol


def frames(n=12, height=5, width=7, channels=None, seed=0):
    shape = (n, height, width) if channels is None else (n, height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_each_track_keeps_its_own_bytes():
    given = {"x_t": frames(), "x_0_hat": frames(channels=3, seed=1), "eps_hat": frames(channels=1, seed=2)}
    widget = player(given)
    for i, array in enumerate(given.values()):
        assert np.array_equal(widget.track(i), array.reshape(*array.shape[:3], -1))
    assert len(widget.pixels) == sum(array.size for array in given.values())
    assert [about["symbol"]["base"] for about in widget.tracks] == ["x", "x", "ε"]


@pytest.mark.parametrize("planted", ["offset", "width", "channels"])
def test_a_wrong_layout_would_be_noticed(planted):
    widget = player({"a": frames(), "b": frames(channels=3, seed=1)})
    broken = [dict(about) for about in widget.tracks]
    broken[1]["offset"] -= 1 if planted == "offset" else 0
    if planted == "width":
        broken[1]["width"], broken[1]["height"] = broken[1]["height"], broken[1]["width"]
    if planted == "channels":
        broken[1]["channels"], broken[1]["width"] = 1, broken[1]["width"] * 3
    widget.tracks = broken
    assert not np.array_equal(widget.track(1), frames(channels=3, seed=1))


def test_a_slice_that_is_not_contiguous_arrives_as_it_looks():
    film = frames(20)[::-2, :, ::-1]
    assert np.array_equal(player(film).track(0)[..., 0], film)


def test_a_thousand_digits_travel_in_a_megabyte_with_everything_around_them():
    widget = player(frames(1001, 28, 28), times=range(1001), names=["x_t"])
    state = widget.get_state()
    text = json.dumps({k: v for k, v in state.items() if k != "pixels"}, default=str)
    data, _ = widget._repr_mimebundle_()
    assert len(state["pixels"]) == 1001 * 28 * 28
    assert len(state["pixels"]) + len(text.encode()) + len(json.dumps(data)) <= 1_000_000


def test_times_are_written_as_they_are_read():
    assert player(frames(3), times=[1000, 500, 0]).times == ["1000", "500", "0"]
    assert player(frames(3), times=np.linspace(0, 1, 3)).times == ["0", "0.5", "1"]
    assert player(frames(3), times=[-1, 0, 0.12345]).times == ["−1", "0", "0.123"]


def test_position_is_clamped():
    widget = player(frames(12), index=99)
    assert widget.index == 11
    widget.index = -3
    assert widget.index == 0


BAD = {
    "dtype": (lambda: player(frames().astype(np.float32)), "type", {"what": "frames", "got": "float32"}),
    "nan": (lambda: player(np.full((2, 3, 3), np.nan)), "type", {"what": "frames", "got": "float64"}),
    "ndim": (lambda: player(frames()[0]), "ndim", {"what": "frames", "got": (5, 7)}),
    "channels": (lambda: player(frames(channels=2)), "ndim", {"what": "frames", "got": (12, 5, 7, 2)}),
    "no frames": (lambda: player(frames(0)), "empty", {"what": "frames", "got": (0, 5, 7)}),
    "no tracks": (lambda: player({}), "no_tracks", {}),
    "unequal": (lambda: player({"a": frames(3), "b": frames(4)}), "unequal", {"got": "a: 3, b: 4"}),
    "names": (lambda: player(frames(), names=["a", "b"]), "names", {"want": 1, "got": 2}),
    "name": (lambda: player({3: frames()}), "track_name", {"got": "3"}),
    "no name": (lambda: player({"": frames()}), "track_name", {"got": "''"}),
    "times": (lambda: player(frames(), times=range(11)), "times_length", {"want": 12, "got": 11}),
    "nan time": (lambda: player(frames(2), times=[0, np.nan]), "times_finite", {"got": "nan"}),
    "shuffled": (lambda: player(frames(4), times=[0, 2, 1, 3]), "times_order", {"at": 2}),
    "falling": (lambda: player(frames(4), times=[3, 2, 4, 0]), "times_order", {"at": 2}),
    "captions": (lambda: player(frames(4), captions=["a"]), "captions", {"want": 4, "got": 1}),
    "names type": (lambda: player(frames(), names=5), "names", {"want": 1, "got": "5"}),
    "one string": (lambda: player(frames(), names="x"), "names", {"want": 1, "got": "'x'"}),
    "two lines": (lambda: player({"a\n": frames()}), "track_name", {"got": "'a\\n'"}),
    "captions type": (lambda: player(frames(4), captions=5), "captions", {"want": 4, "got": "5"}),
    "letters": (lambda: player(frames(4), captions="abcd"), "captions", {"want": 4, "got": "'abcd'"}),
    "index": (lambda: player(frames(), index=1.5), "number", {"what": "index", "want": "int", "got": "1.5"}),
    "true index": (
        lambda: player(frames(), index=True), "number", {"what": "index", "want": "int", "got": "True"},
    ),
    "alt": (lambda: player(frames(), alt=5), "number", {"what": "alt", "want": "str", "got": "5"}),
    "loop": (lambda: player(frames(), loop=None), "number", {"what": "loop", "want": "bool", "got": "None"}),
    "ragged": (
        lambda: player([frames()[0], frames(width=3)[0]]), "array", {"what": "frames", "got": "list"},
    ),
    "gradient": (
        lambda: player(torch.zeros(2, 3, 3, requires_grad=True)), "type",
        {"what": "frames", "got": "float32"},
    ),
    "fps": (lambda: player(frames(), fps=0), "number", {"what": "fps", "want": "> 0", "got": 0}),
    "scale": (lambda: player(frames(), scale=1.5), "number", {"what": "scale", "want": ">= 1", "got": 1.5}),
}  # fmt: skip


test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_labels_and_alt_follow_the_language(language):
    lang.use(language)
    widget = player(frames(3), times=[2, 1, 0], names=["x_t"])
    assert widget.labels["play"] == lang.text("widgets.play")
    assert "{t}" in widget.labels["position"] and "{n}" in widget.labels["position"]
    assert "x t" in widget.alt and "2" in widget.alt
    assert player(frames(3), alt="…").alt == "…"


def test_repr_holds_no_address_and_compares_equal():
    one, two = (repr(player(frames(), times=range(12), names=["x_0_hat"])) for _ in range(2))
    assert one == two == "player(x 0 hat 7×5; 12 frames, t = 0 … 11)"


def test_the_mimebundle_carries_a_contact_sheet_and_its_description():
    film = frames(100)
    widget = player({"x_t": film, "eps_hat": 255 - film}, alt="A digit dissolves.")
    data, metadata = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert "A digit dissolves." in data["text/plain"] and repr(widget) in data["text/plain"]
    assert metadata["image/png"]["alt"].startswith("A digit dissolves.")
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    k = 84 // 5
    # Taken apart again, the sheet holds exactly the frames it says: 0, 11, 22 … 99.
    for row, track in enumerate([film, 255 - film]):
        for column, index in enumerate(range(0, 100, 11)):
            top, left = row * (5 * k + 4), column * (7 * k + 4)
            assert np.array_equal(sheet[top : top + 5 * k : k, left : left + 7 * k : k], track[index])


def test_colour_and_grey_share_a_sheet():
    assert player({"a": frames(2), "b": frames(2, channels=3)}).still().shape[-1] == 3


def test_ipywidgets_7_asks_for_the_same_mimebundle():
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(player(frames(2)))
    assert {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"} <= data.keys()


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("x_t", {"base": "x", "over": "", "sub": "t", "spoken": "x t"}),
        ("x_0_hat", {"base": "x", "over": "ˆ", "sub": "0", "spoken": "x 0 hat"}),
        ("eps_hat", {"base": "ε", "over": "ˆ", "sub": "", "spoken": "eps hat"}),
        ("alpha_bar_t", {"base": "α", "over": "¯", "sub": "t", "spoken": "alpha bar t"}),
        ("x_{t-1}", {"base": "x", "over": "", "sub": "t−1", "spoken": "x t-1"}),
        ("linear", {"text": "linear", "spoken": "linear"}),
        ("w = 2", {"text": "w = 2", "spoken": "w = 2"}),
        ("x_0_t", {"text": "x_0_t", "spoken": "x 0 t"}),
    ],
)
def test_names_become_symbols(name, want):
    assert symbol(name) == want


def test_widgets_load_no_torch():
    code = "import sys, course_lib.widgets; sys.exit('torch' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
