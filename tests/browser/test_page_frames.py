"""The atlas and the race without a kernel: every position shows exactly its pictures and says where it is."""

from __future__ import annotations

import numpy as np
import page as bare
import probe
import pytest
from playwright.sync_api import Browser, Locator, expect

from course_lib import lang
from course_lib.widgets import atlas, race

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]


def pixels(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


PLACES, SHAPES, TS = ["stem", "down_1", "head"], ["4×8×8", "8×4×4", "1×8×8"], [1, 250, 500, 1000]
MOVES, STILL = pixels(1, 4, 7, 7, 3), pixels(3, 1, 5, 9, seed=1)
MAPS = [pixels(4, 17, 17, seed=2), pixels(4, 9, 12, seed=3), pixels(1, 8, 8, seed=4)]


def walk(**more):
    given = {"x_t": MOVES, "maps": MAPS, "still": STILL}
    return atlas(given, {"place": PLACES, "t": TS}, **{"captions": {"place": SHAPES}, **more})


def agrees(shown: Locator, i: int, j: int) -> bool:
    """Whether every track shows the picture of the state (i, j)."""
    want = [MOVES[0, j], MAPS[i][j if i < 2 else 0], STILL[i, 0]]
    return all(
        probe.canvas_pixels(shown, k).shape[:2] == frame.shape[:2] for k, frame in enumerate(want)
    ) and all(probe.shows(shown, frame, k) for k, frame in enumerate(want))


def test_every_state_of_the_atlas_paints_exactly_its_pictures(browser: Browser):
    page, shown = bare.show(browser, walk())
    first, second = shown.get_by_role("slider").all()
    tall = shown.bounding_box()
    for i in range(3):
        second.focus()
        page.keyboard.press("Home")
        for j in range(4):
            assert agrees(shown, i, j), (i, j)
            expect(shown).to_have_attribute("data-index", f"{i} {j}")
            expect(shown.locator(".cw-at")).to_have_text([PLACES[i], str(TS[j])])
            expect(shown.locator(".cw-note")).to_have_text([SHAPES[i]])
            assert shown.bounding_box() == tall  # pictures of another size move nothing
            page.keyboard.press("ArrowRight")
        first.focus()
        page.keyboard.press("ArrowRight")
    assert page.evaluate("window.model.get('positions')") == [2, 3]


MISTAKES = {
    "strides swapped": ("position * strides[k]", "position * strides[1 - k]"),
    "one size for all": ("cuts ? cuts[index]", "cuts ? [cuts[index][0], height, width]"),
    "the first of the list": ("cuts ? cuts[index]", "cuts ? cuts[0]"),
    "offset forgotten": ("offset + index * step", "index * step"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_noticed(browser: Browser, name: str):
    page, shown = bare.planted(browser, walk(), *MISTAKES[name])
    shown.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    assert not agrees(shown, 1, 0)


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_screen_reader_hears_where_the_sliders_stand(browser: Browser, language: str):
    lang.use(language)
    _, shown = bare.show(browser, walk(start={"t": 500}))
    first, second = shown.get_by_role("slider").all()
    expect(shown).to_have_role("group")
    expect(shown).to_have_accessible_name(
        lang.text("widgets.atlas_alt", sliders="place, t", names="x t, maps, still")
    )
    expect(first).to_have_accessible_name("place")
    expect(first).to_have_attribute("aria-valuetext", "place = stem (4×8×8)")
    expect(second).to_have_attribute("aria-valuetext", "t = 500")
    expect(shown.locator("canvas").first).to_have_accessible_name("x t")


def test_a_line_under_the_pictures_is_written_and_said(browser: Browser):
    lines = [[f"{place}, {t}" for t in TS] for place in PLACES]
    page, shown = bare.show(browser, walk(captions=lines, start={"place": "head"}))
    expect(shown.locator(".cw-caption")).to_have_text("head, 1")
    shown.get_by_role("slider").last.focus()
    page.keyboard.press("End")
    expect(shown.locator(".cw-caption")).to_have_text("head, 1000")
    expect(shown.get_by_role("slider").last).to_have_attribute("aria-valuetext", "t = 1000: head, 1000")


def test_positions_travel_on_release_and_python_moves_both_views(browser: Browser):
    page, shown = bare.show(browser, walk(), places=("one", "two"))
    slider = shown.nth(0).get_by_role("slider").last
    slider.focus()
    page.keyboard.down("ArrowRight")
    assert page.evaluate("window.saved.length") == 0
    page.keyboard.up("ArrowRight")
    assert page.evaluate("[window.saved.length, ...window.model.get('positions')]") == [1, 0, 1]
    page.evaluate("window.model.set('positions', [1, 3]); window.listeners.forEach((call) => call())")
    assert agrees(shown.nth(0), 1, 3) and agrees(shown.nth(1), 1, 3)
    page.evaluate("window.cleanups.forEach((clean) => clean())")
    assert page.evaluate("window.listeners.size") == 0 and shown.count() == 0


SLOW, FAST = pixels(21, 6, 8), pixels(6, 3, 3, 3, seed=1)
CLOCK = [2, 3, 5, 6, 9, 10]


def two(**more):
    return race({"DDPM": SLOW, "DDIM": FAST}, clock={"DDPM": range(21), "DDIM": CLOCK}, **more)


def stand(tick: int) -> int:
    """The frame that the faster run has reached."""
    return max(sum(value <= tick for value in CLOCK) - 1, 0)


def test_every_tick_of_the_race_paints_what_each_run_has_reached(browser: Browser):
    page, shown = bare.show(browser, two())
    shown.get_by_role("slider").focus()
    for tick in range(21):
        assert probe.index(shown) == tick
        assert probe.shows(shown, SLOW[tick], 0) and probe.shows(shown, FAST[stand(tick)], 1), tick
        expect(shown.locator(".cw-readout")).to_have_text(str(tick))
        ends = ["20 of 20, finished" if tick == 20 else f"{tick} of 20"]
        ends.append("10 of 10, finished" if tick >= 10 else f"{min(CLOCK[stand(tick)], tick)} of 10")
        ends = [f"✓ {text}" if "finished" in text else text for text in ends]
        expect(shown.locator(".cw-run")).to_have_text(ends)
        said = f"network calls: {tick} of 20; DDPM {ends[0]}; DDIM {ends[1]}"
        expect(shown.get_by_role("slider")).to_have_attribute("aria-valuetext", said)
        page.keyboard.press("ArrowRight")
    assert probe.index(shown) == 20


RACE_MISTAKES = {
    "the clock ignored": ("about[i].reached?.[index] ?? index", "Math.min(index, 5)"),
    "a tick early": ("about[i].reached?.[index] ?? index", "about[i].reached?.[index + 1] ?? index"),
}


@pytest.mark.parametrize("name", RACE_MISTAKES)
def test_a_race_run_wrong_is_noticed(browser: Browser, name: str):
    page, shown = bare.planted(browser, two(), *RACE_MISTAKES[name])
    shown.get_by_role("slider").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert not (probe.shows(shown, SLOW[4], 0) and probe.shows(shown, FAST[stand(4)], 1))


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_space_runs_the_race_to_its_end(browser: Browser, language: str):
    lang.use(language)
    page, shown = bare.show(browser, two(fps=60))
    slider = shown.get_by_role("slider")
    expect(slider).to_have_accessible_name(lang.text("widgets.network_calls"))
    slider.focus()
    page.keyboard.press("Space")
    expect(shown.get_by_role("button")).to_have_accessible_name(lang.text("widgets.pause"))
    expect(shown).to_have_attribute("data-index", "20")
    expect(shown.get_by_role("button")).to_have_accessible_name(lang.text("widgets.play"))
    done = [lang.text("widgets.race_finished", n=n, last=n) for n in (20, 10)]
    expect(shown.locator(".cw-run")).to_have_text(done)
    assert page.evaluate("window.saved") == [20]


STRIP = pixels(4, 7, 63)


@pytest.mark.parametrize("width", [360, 640, 1280])
def test_nothing_sticks_out_and_pixels_are_squares(browser: Browser, width: int):
    strips = atlas({"slerp": STRIP, "lerp": STRIP}, {"f": [0, 0.2, 0.5, 1]}, captions={"f": ["a"] * 4})
    for widget in (walk(), walk(scale={"maps": 30}), strips, two()):
        page, shown = bare.show(browser, widget, viewport={"width": width, "height": 900})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for canvas in shown.locator("canvas").all():
            box, (wide, tall) = canvas.bounding_box(), canvas.evaluate("(c) => [c.width, c.height]")
            assert box is not None
            assert abs(box["width"] / wide - round(box["width"] / wide)) < 1e-3
            assert abs(box["height"] / tall - box["width"] / wide) < 1e-3
        for slider in shown.get_by_role("slider").all():
            box = slider.bounding_box()
            assert box is not None and box["width"] >= 150


def test_long_strips_stand_one_below_the_other_and_equal_tracks_are_equally_large(browser: Browser):
    page, shown = bare.show(browser, atlas({"slerp": STRIP, "lerp": STRIP}, {"f": [0, 0.2, 0.5, 1]}))
    page.wait_for_timeout(100)
    above, below = (canvas.bounding_box() for canvas in shown.locator("canvas").all())
    assert above["width"] == below["width"] > 600 and below["y"] > above["y"] + above["height"]
    page, shown = bare.show(browser, atlas({k: pixels(2, 28, 28) for k in "abcd"}, {"f": [0, 1]}))
    page.wait_for_timeout(100)
    assert len({canvas.bounding_box()["width"] for canvas in shown.locator("canvas").all()}) == 1
