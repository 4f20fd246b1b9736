"""The live plot's Python side: what is kept, what is sent and when, the picture, clear sentences."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from refusals import refusals

from course_lib import lang
from course_lib.widgets import live
from course_lib.widgets.live import INTERVAL, MOST_POINTS

LINES = {"loss": ["eps", "x_0"]}


def shown(plot, panel=0, line=0, kind="lines"):
    """The (x, height) fractions of one line that the page has."""
    item = plot.panels[panel][kind][line]
    flat = np.frombuffer(plot.points, "<f4")
    begin, count = item["offset"], item["count"]
    return flat[begin : begin + count], flat[begin + count : begin + 2 * count]


def test_everything_added_is_shown_after_done():
    plot = live(LINES, total=10, limits={"loss": (0.0, 2.0)})
    for step in range(1, 9):
        plot.add(step, {"loss": {"eps": 2 / step, "x_0": torch.tensor(0.5, requires_grad=True)}})
    plot.done()
    steps = np.arange(1, 9)
    x, y = shown(plot)
    assert np.allclose(x, steps / 10) and np.allclose(y, 1 / steps)
    assert np.allclose(shown(plot, line=1)[1], 0.25)
    assert plot.fraction == 0.8 and plot.finished and plot.status == "Finished: step 8 / 10."
    assert plot.panels[0]["lines"][0]["last"] == "0.25"


def test_messages_are_few():
    plot = live(LINES)
    now = [100.0]
    plot._clock, plot._sent = lambda: now[0], now[0]
    before = plot.revision
    for step in range(1000):
        now[0] += INTERVAL / 100
        plot.add(step, {"loss": {"eps": 1.0}})
    assert 9 <= plot.revision - before <= 10
    sent = plot.revision
    plot.done()
    assert plot.revision == sent + 1
    assert shown(plot)[0][-1] == 1.0


@pytest.mark.parametrize("n", [1, MOST_POINTS - 1, MOST_POINTS, MOST_POINTS + 1, 20_011])
def test_a_long_line_is_thinned_and_keeps_true_values_and_its_newest_point(n):
    values = np.random.default_rng(0).normal(size=n)
    plot = live(LINES)
    for step, value in enumerate(values):
        plot.add(step, {"loss": {"eps": value}})
    line = plot._lines["loss"]["eps"]
    steps = np.array(line.x, int)
    assert len(steps) <= MOST_POINTS and (n < 1000 or len(steps) >= MOST_POINTS // 2)
    assert steps[0] == 0 and steps[-1] == n - 1
    assert np.array_equal(values[steps], line.y)
    # Evenly spaced but for the newest.
    assert len(set(np.diff(steps[:-1]))) <= 1


def test_a_replaced_line_is_thinned_too_and_grows_on_as_if_new():
    def grown(n, before=0):
        """A line that ``before`` points thinned out, replaced by n points, after which 20 more come."""
        plot = live(LINES)
        for step in range(before):
            plot.add(step, {"loss": {"eps": step}})
        plot.replace({"loss": {"eps": (np.arange(n), np.arange(n))}})
        assert len(plot._lines["loss"]["eps"].x) <= MOST_POINTS
        for step in range(n, n + 20):
            plot.add(step, {"loss": {"eps": step}})
        return plot._lines["loss"]["eps"].x

    assert grown(3, before=3000) == list(range(23))
    plain = live(LINES)
    for step in range(5020):
        plain.add(step, {"loss": {"eps": step}})
    for n in (MOST_POINTS - 1, MOST_POINTS, MOST_POINTS + 100, 5000):
        assert len(grown(n)) <= MOST_POINTS and grown(n)[-1] == n + 19
    assert grown(5000) == plain._lines["loss"]["eps"].x


def test_reading_a_picture_sends_nothing_and_shows_what_was_not_sent_yet():
    plot = live(LINES, total=10)
    plot._clock, plot._sent = lambda: 0.0, 0.0  # the page is not due for another message
    before = plot.still()
    for step in range(1, 9):
        plot.add(step, {"loss": {"eps": 1 / step, "x_0": 1.0}})
    sent = plot.revision, plot.points, plot.panels, plot.status
    after = plot.still()
    plot.picture()
    assert sent == (plot.revision, plot.points, plot.panels, plot.status)
    blue = [(picture == (0x2F, 0x55, 0xA4)).all(-1).sum() for picture in (before, after)]
    assert blue[1] > blue[0] + 100


def test_what_goes_on_is_not_finished():
    plot = live(LINES, total=10)
    plot.done()
    plot.add(1, {"loss": {"eps": 1.0}})
    assert not plot.finished and "Finished" not in repr(plot)
    plot.done()
    assert plot.finished and plot.status == "Finished: step 1 / 10."
    plot.replace({"loss": {"eps": ([1, 2], [3, 4])}})
    assert not plot.finished


def test_the_axis_follows_the_data():
    plot = live(LINES)
    for step, value in enumerate([1.0, 2.0, 1000.0]):
        plot.add(step, {"loss": {"eps": value}})
    plot.done()
    assert plot.panels[0]["ticks"][-1][1] == "1000"
    assert plot.panels[0]["x_ticks"][-1][1] == "2"
    assert 0.9 < shown(plot)[1][-1] < 1


def test_what_cannot_be_drawn_is_a_gap():
    plot = live(LINES, log="loss")
    for step, value in enumerate([1.0, np.nan, np.inf, 0.0, 0.1]):
        plot.add(step, {"loss": {"eps": value}})
    plot.done()
    assert np.isnan(shown(plot)[1]).tolist() == [False, True, True, True, False]
    only = live(LINES)
    only.add(0, {"loss": {"eps": np.nan}})
    only.done()
    assert np.isnan(shown(only)[1]).all()


@pytest.mark.parametrize("log", [(), "loss"])
def test_a_point_between_two_gaps_is_drawn(log):
    plot = live(LINES, log=log)
    empty = plot.still()
    for step in range(10):
        plot.add(step, {"loss": {"eps": np.nan if step % 2 else 1 + step}})
    blue = [(each[32:228, 56:400] == (0x2F, 0x55, 0xA4)).all(-1) for each in (empty, plot.still())]
    columns = np.flatnonzero(blue[1].any(0))
    assert not blue[0].any() and len(np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)) >= 4


def test_references_stay_level_or_follow_their_own_x():
    plot = live(LINES, total=4, limits={"loss": (0.0, 1.0)})
    plot.reference({"loss": {"floor": 0.25, "curve": ([0, 2, 4], [0.5, 1.0, 0.5])}})
    assert shown(plot, kind="references")[1].tolist() == [0.25, 0.25]
    assert shown(plot, kind="references")[0].tolist() == [0, 1]
    assert shown(plot, line=1, kind="references")[0].tolist() == [0, 0.5, 1]
    assert plot.panels[0]["references"][0]["last"] == "0.25"
    # A reference widens an axis that follows the data.
    free = live(LINES)
    free.reference({"loss": {"floor": -50}})
    free.add(1, {"loss": {"eps": 50}})
    free.done()
    assert 0 < shown(free, kind="references")[1][0] < 0.1 and 0.9 < shown(free)[1][0] < 1


def test_a_panel_with_its_own_axis_is_replaced_as_a_whole():
    plot = live({"loss": ["net"], "by_t": ["net"]}, x={"loss": "step", "by_t": "t"}, total=100)
    for scale in (2.0, 1.0):
        plot.replace({"by_t": {"net": (np.arange(1, 1001), scale * np.linspace(0, 1, 1000))}})
    plot.done()
    x, _ = shown(plot, panel=1)
    assert MOST_POINTS // 2 <= len(x) <= MOST_POINTS and (x[0], x[-1]) == (0, 1)
    assert plot.panels[1]["x_symbol"]["base"] == "t" and plot.panels[0]["x_ticks"][-1][1] == "100"
    assert plot.panels[1]["ticks"][-1][1] == "1"


def test_nothing_of_a_bad_call_is_kept():
    plot = live(LINES)
    plot.add(1, {"loss": {"eps": 1.0, "x_0": 1.0}})
    with pytest.raises(ValueError):
        plot.add(2, {"loss": {"eps": 3.0, "x_0": "high"}})
    assert plot._lines["loss"]["eps"].y == [1.0] and plot._step == 1


def test_the_picture_shows_the_end_and_says_it():
    plot = live(LINES, total=100, alt="Two losses.")
    before = plot.picture()
    assert before.alt == "Two losses." and repr(plot) == "live(loss: eps, x_0; step 0 / 100)"
    for step in range(1, 101):
        plot.add(step, {"loss": {"eps": 1 / step, "x_0": 2.0}})
    plot.done()
    after = plot.picture()
    assert after.alt == ("Two losses. Finished: step 100 / 100. Last values: loss eps 0.01; loss x 0 2.")
    assert repr(after) == after.alt and f'alt="{after.alt}"' in after._repr_html_()
    pictures = [np.asarray(Image.open(io.BytesIO(each.png))) for each in (before, after)]
    blue = [(each[30:230, 60:400] == (0x2F, 0x55, 0xA4)).all(-1).sum() for each in pictures]
    assert pictures[1].shape == (282, 420, 3) and blue[0] == 0 and blue[1] > 300


@pytest.mark.parametrize(("language", "word"), [("en", "step 0"), ("id", "langkah 0"), ("ko", "스텝 0")])
def test_the_axis_is_named_in_the_readers_language(language, word):
    lang.use(language)
    assert live(LINES).status == word


def on(call):
    plot = live(LINES, total=9)
    plot.add(3, {"loss": {"eps": 1.0}})
    plot.reference({"loss": {"floor": 0.1}})
    return call(plot)


BAD = {
    "no lines": (lambda: live({}), "live_lines", {"got": "{}"}),
    "no names": (lambda: live({"loss": []}), "live_lines", {"got": "{'loss': []}"}),
    "one string": (lambda: live({"loss": "eps"}), "live_lines", {"got": "{'loss': 'eps'}"}),
    "twice": (lambda: live({"loss": ["a", "a"]}), "live_lines", {"got": "{'loss': ['a', 'a']}"}),
    "name": (lambda: live({"loss": [3]}), "track_name", {"got": "3"}),
    "total": (lambda: live(LINES, total=0), "live_total", {"got": "0"}),
    "log": (lambda: live(LINES, log="los"), "panel", {"got": "'los'", "allowed": "loss"}),
    "x panel": (lambda: live(LINES, x={"los": "t"}), "panel", {"got": "'los'", "allowed": "loss"}),
    "alt": (lambda: live(LINES, alt=5), "number", {"what": "alt", "want": "str", "got": "5"}),
    "panel": (lambda: on(lambda p: p.add(4, {"a": {}})), "panel", {"got": "'a'", "allowed": "loss"}),
    "line": (
        lambda: on(lambda p: p.add(4, {"loss": {"v": 1}})), "line",
        {"got": "'v'", "panel": "'loss'", "allowed": "eps, x_0"},
    ),
    "flat": (lambda: on(lambda p: p.add(4, {"loss": 1.0})), "live_mapping", {"got": "'dict'"}),
    "many": (
        lambda: on(lambda p: p.add(4, {"loss": {"eps": [1, 2]}})), "live_value",
        {"what": "loss / eps", "got": "shape (2,)"},
    ),
    "back": (
        lambda: on(lambda p: p.add(2, {"loss": {"eps": 1}})), "live_step",
        {"what": "loss / eps", "got": "2", "last": "3"},
    ),
    "nan step": (lambda: on(lambda p: p.add(np.nan, {})), "live_value", {"what": "step", "got": "nan"}),
    "same name": (
        lambda: on(lambda p: p.reference({"loss": {"eps": 1}})), "live_reference",
        {"got": "'eps'", "panel": "'loss'"},
    ),
    "nan level": (
        lambda: on(lambda p: p.reference({"loss": {"f": np.nan}})), "live_value",
        {"what": "loss / f", "got": "nan"},
    ),
    "curve": (
        lambda: on(lambda p: p.reference({"loss": {"f": ([1, 2], [1])}})), "live_curve", {"what": "loss / f"},
    ),
    "replace": (
        lambda: on(lambda p: p.replace({"loss": {"eps": [1, 2, 3]}})), "live_curve", {"what": "loss / eps"},
    ),
}  # fmt: skip


test_bad_input_gets_one_sentence_in_the_readers_language = refusals(BAD)
