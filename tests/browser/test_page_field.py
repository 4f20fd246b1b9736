"""The field without a kernel: what the bytes hold is what the canvas shows and the words count."""

from __future__ import annotations

import numpy as np
import page as bare
import probe
import pytest
from playwright.sync_api import Browser, Locator, expect

from course_lib import lang
from course_lib.widgets import field, lattice

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]

WINDOW = ((-2.0, 2.0), (-1.0, 1.0))
K, H = 12, 3
# Points on a grid of their own for every state, wide apart, some of them outside or lost.
X, Y = np.meshgrid(np.linspace(-1.8, 1.6, 5), np.linspace(-0.8, 0.7, 3))
SHIFT = np.arange(K)[:, None, None] * 0.015 + np.arange(H)[:, None] * 0.05
MOVING = np.stack([X.ravel() + SHIFT, Y.ravel() - SHIFT], axis=-1)
MOVING[6:, :, 0] = np.nan
MOVING[3:, 2, 1] = [2.01, 0]
MOVING[9:, 1, 2] = [0, -np.inf]


def widget(**more):
    given = {"points": {"x_k": MOVING}, "sliders": {"k": range(K), "step": [1, 2, 3]}, "limits": WINDOW}
    return field(**{**given, **more})


_INK = """(canvas, places) => {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const at = ([x, y]) => [Math.floor(x * width), Math.floor((1 - y) * height)];
  return places.map((place) => [...context.getImageData(...at(place), 1, 1).data]);
}"""


def ink(shown: Locator, points: np.ndarray, panel: int = 0) -> np.ndarray:
    """The canvas' colours (N, 4) at points of the plane; transparent where nothing is drawn."""
    fractions = (np.asarray(points) - [-2, -1]) / [4, 2]
    return np.array(shown.locator("canvas").nth(panel).evaluate(_INK, fractions.tolist()))


def agrees(shown: Locator, k: int, step: int) -> bool:
    """Whether the state's points are drawn, the next states' are not, and those outside are counted."""
    points = MOVING[k, step]
    inside = ((points >= [-2, -1]) & (points <= [2, 1])).all(1)
    words = lang.text("widgets.outside", n=(~inside).sum(), N=len(points))
    right = shown.locator("li .cw-value").inner_text() == words
    beside = points[inside] + [0.2, -0.1]
    return right and (ink(shown, points[inside])[:, 3] > 200).all() and not ink(shown, beside)[:, 3].any()


def go(page, shown: Locator, k: int, step: int) -> None:
    for slider, to in zip(shown.get_by_role("slider").all(), (k, step), strict=True):
        slider.focus()
        page.keyboard.press("Home")
        for _ in range(to):
            page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("data-index", f"{k} {step}")


def test_every_state_is_drawn_and_what_is_outside_is_counted(browser: Browser):
    page, shown = bare.show(browser, widget())
    for k, step in [(0, 0), (2, 2), (3, 2), (6, 1), (9, 1), (11, 0), (11, 2)]:
        go(page, shown, k, step)
        assert agrees(shown, k, step), (k, step)
    assert page.evaluate("window.model.get('positions')") == [11, 2]
    # The first is lost, the second beyond the right edge, three more of the lowest row below the window.
    heard = f"step = 3: x k {lang.text('widgets.outside', n=5, N=15)}"
    expect(shown.get_by_role("slider").nth(1)).to_have_attribute("aria-valuetext", heard)


MISTAKES = {
    "strides swapped": ("at * strides[k]", "at * strides[strides.length - 1 - k]"),
    "x for y": ("MARKS[kind](X(panel, dots[at]), Y(panel, dots[at + 1]), r)",
                "MARKS[kind](X(panel, dots[at + 1]), Y(panel, dots[at]), r)"),
    "upside down": ("(2 - code / WINDOW) * panel.h", "(code / WINDOW - 1) * panel.h"),
    "one coordinate counts": ("isInside(dots[at]) && isInside(dots[at + 1])", "isInside(dots[at + 1])"),
    "nobody is outside": ("else outside += 1;", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_noticed(browser: Browser, name: str):
    page, shown = bare.planted(browser, widget(), *MISTAKES[name])
    go(page, shown, 6, 2)
    assert not agrees(shown, 6, 2)


def test_arrows_densities_and_paths_lie_where_they_belong(browser: Browser):
    vectors = np.array([[[1.0, 0.5]], [[-1.0, 0.5]], [[np.nan, 0.5]]])
    at = lattice(WINDOW, 8)
    above = (at[:, 1] > 0.5).reshape(8, 8) * np.ones((3, 1, 1))
    points = np.array([[[-1.5, -0.9]], [[-0.5, -0.9]], [[1.5, -0.9]]])
    page, shown = bare.show(
        browser, field({"x": points}, {"t": range(3)}, limits=WINDOW, length=1, trail=1, density=above,
                       arrows={"score": (np.zeros((1, 2)), vectors)}),
    )  # fmt: skip
    halves = np.array([[0.5, 0.25], [-0.5, 0.25]])
    ways = np.array([[-1.0, -0.9], [0.5, -0.9]])
    for t, (drawn, gone) in enumerate(
        [((True, False), (0, 0)), ((False, True), (1, 0)), ((False, False), (1, 1))]
    ):
        assert (ink(shown, halves)[:, 3] > 0).tolist() == list(drawn)
        assert (ink(shown, ways)[:, 3] > 0).tolist() == [bool(each) for each in gone]
        shade = ink(shown, np.array([[1.5, 0.9], [1.5, -0.5]]))[:, 3]
        assert shade[0] > 60 and shade[1] == 0, t
        shown.get_by_role("slider").focus()
        page.keyboard.press("ArrowRight")
    expect(shown.locator("li .cw-value").last).to_have_text(lang.text("widgets.arrow_length", factor="1"))


def test_it_plays_pauses_and_tells_python(browser: Browser):
    page, shown = bare.show(browser, widget(fps=40, start={"step": 2}))
    button = shown.get_by_role("button")
    expect(button).to_have_accessible_name(lang.text("widgets.play"))
    shown.get_by_role("slider").nth(1).focus()
    page.keyboard.press("Space")
    expect(shown).to_have_attribute("data-index", f"{K - 1} 1")
    expect(shown).to_have_attribute("data-playing", "false")
    assert page.evaluate("window.model.get('positions')") == [K - 1, 1]
    # At the end it begins anew; a hand on the played slider ends it, one on another does not.
    page, shown = bare.show(browser, widget(fps=1))
    shown.get_by_role("button").click()
    expect(shown.get_by_role("button")).to_have_accessible_name(lang.text("widgets.pause"))
    shown.get_by_role("slider").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("data-playing", "true")
    shown.get_by_role("slider").first.focus()
    page.keyboard.press("End")
    expect(shown).to_have_attribute("data-playing", "false")
    expect(shown).to_have_attribute("data-index", f"{K - 1} 1")


def test_reduced_motion_turns_twenty_pages(browser: Browser):
    slow = field(np.zeros((100, 1, 2)), {"k": range(100)}, limits=WINDOW, fps=1000)
    _, shown = bare.show(browser, slow, reduced_motion="reduce")
    probe.record(shown)
    shown.get_by_role("button").click()
    expect(shown).to_have_attribute("data-index", "10")
    assert set(probe.recorded(shown)) <= {"0", "5", "10"}


def test_the_canvas_follows_the_theme_and_is_sharp(browser: Browser):
    page, shown = bare.show(browser, widget(), device_scale_factor=2)
    canvas = shown.locator("canvas")
    assert canvas.evaluate("(c) => [c.width / c.clientWidth, c.height / c.clientHeight]") == pytest.approx(
        [2, 2], abs=0.02
    )
    # One unit is as long on both axes.
    assert canvas.evaluate("(c) => c.clientWidth / c.clientHeight") == pytest.approx(2, abs=0.02)
    before = ink(shown, MOVING[0, 0])
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    expect(shown).to_have_attribute("data-painted", "2")
    after = ink(shown, MOVING[0, 0])
    assert (after[:, :3].mean(1) > before[:, :3].mean(1) + 30).all()


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_screen_reader_hears_what_is_there(browser: Browser, language: str):
    lang.use(language)
    shown_field = widget(captions={"k": [f"KL {k}" for k in range(K)]})
    _, shown = bare.show(browser, shown_field)
    expect(shown).to_have_accessible_name(shown_field.alt)
    expect(shown.get_by_role("img")).to_have_accessible_name("x k")
    heard = f"k = 0 (KL 0): x k {lang.text('widgets.outside', n=0, N=15)}"
    expect(shown.get_by_role("slider").first).to_have_attribute("aria-valuetext", heard)
    expect(shown.get_by_role("button")).to_have_accessible_name(lang.text("widgets.play"))


_STYLES = """(all) => all.map((svg) => [...svg.children].map((path) => [
  path.getAttribute("d"), path.getAttribute("fill") === "none", path.getAttribute("stroke-dasharray"),
]))"""


def test_sets_differ_without_colour(browser: Browser):
    at = lattice(WINDOW, 2)
    names = ["a", "b", "c", "d"]
    many = field(
        {n: at for n in [*names, "e", "f"]}, {"k": [0]}, limits=WINDOW, arrows={n: (at, at) for n in names}
    )
    _, shown = bare.show(browser, many)
    samples = shown.locator("li svg").evaluate_all(_STYLES)
    assert len(samples) == 10 and len({str(each) for each in samples}) == 10


def test_python_moves_it_two_views_do_not_clash_and_it_cleans_up(browser: Browser):
    page, shown = bare.show(browser, widget(), places=("one", "two"))
    expect(shown).to_have_count(2)
    page.evaluate("window.model.set('positions', [3, 2]); window.listeners.forEach((call) => call())")
    for k in range(2):
        assert agrees(shown.nth(k), 3, 2)
    shown.first.get_by_role("button").click()
    page.evaluate("window.cleanups.forEach((clean) => clean())")
    expect(shown).to_have_count(0)
    assert page.evaluate("window.listeners.size") == 0


def test_it_fits_a_narrow_screen(browser: Browser):
    two = widget(points={"ODE": {"x_k": MOVING}, "SDE": {"x_k": MOVING}})
    page, shown = bare.show(browser, two, viewport={"width": 360, "height": 740})
    expect(shown.locator("canvas")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
