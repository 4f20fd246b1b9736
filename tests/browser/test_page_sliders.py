"""The explorer and the live plot without a kernel: what the tables hold is what the page draws and writes."""

from __future__ import annotations

import base64
import re

import numpy as np
import page as bare
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from course_lib import lang
from course_lib.widgets import explorer, live

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("windows_closed")]


X = np.linspace(0, 1, 11)
M, S = np.linspace(-1, 1, 5), np.array([0.25, 0.5, 1.0])
MOVES = (X + M[:, None, None]) * S[:, None] + 0.1
HALF = X * M[:, None, None]
KL = (M[:, None] - 0.3) ** 2 + S


def widget():
    return explorer(
        {"q": {"moves": MOVES, "half": HALF, "still": 1 - X}}, X, {"m": M, "s": S},
        bars={"sum": {"ELBO": -1 - KL, "KL": KL}, "pieces": {"gap": (-1 - KL, -1.0), "one": KL}},
        stack=["sum"], marks={"sum": {"log_p": -1}, "q": {"mean": (M[:, None] + 1) / 2}},
        limits={"q": (-1, 2), "sum": (-5, 0)},
    )  # fmt: skip


def heights(shown: Locator, line: int, low: float, high: float) -> np.ndarray:
    """The values a line is drawn at, read off its path."""
    frame = shown.locator(".cw-frame").first
    top, tall = (float(frame.get_attribute(name) or 0) for name in ("y", "height"))
    drawn = re.findall(
        r"[ML]\S+ (\S+?)(?=[MLh]|$)", shown.locator(".cw-curve").nth(line).get_attribute("d") or ""
    )
    return low + (high - low) * (1 - (np.array(drawn, float) - top) / tall)


def agrees(shown: Locator, i: int, j: int) -> bool:
    """Whether lines, bars and numbers are those of the state (i, j); a pixel is 3 / 170 high."""
    lines = [MOVES[i, j], HALF[i, 0], 1 - X]
    right = all(np.abs(heights(shown, k, -1, 2) - want).max() < 2e-3 for k, want in enumerate(lines))
    elbo, kl = shown.locator(".cw-block").all()[:2]
    frame = shown.locator(".cw-frame").nth(1)
    left, wide = (float(frame.get_attribute(name) or 0) for name in ("x", "width"))
    joint = float(kl.get_attribute("x") or 0)
    right = right and abs((joint - left) / wide * 5 - 5 - (-1 - KL[i, j])) < 1e-3
    right = right and abs(joint - left - float(elbo.get_attribute("width") or 0)) < 1e-3
    right = right and abs(joint + float(kl.get_attribute("width") or 0) - left - 0.8 * wide) < 1e-3
    written = [text.replace("−", "-") for text in shown.locator("li .cw-value").all_inner_texts()]
    want = [(M[i] + 1) / 2, -1 - KL[i, j], KL[i, j], -1]
    return right and np.abs(np.array(written, float) - want).max() < 6e-4


def test_every_state_is_drawn_and_written_as_the_table_says(browser: Browser):
    page, shown = bare.show(browser, widget())
    first, second = shown.get_by_role("slider").all()
    for i in range(5):
        second.focus()
        page.keyboard.press("Home")
        for j in range(3):
            assert agrees(shown, i, j), (i, j)
            expect(shown).to_have_attribute("data-index", f"{i} {j}")
            page.keyboard.press("ArrowRight")
        first.focus()
        page.keyboard.press("ArrowRight")
    assert page.evaluate("window.model.get('positions')") == [4, 2]
    # Once for each change, not again when the model repeats what the page has told it.
    painted = int(shown.get_attribute("data-painted") or 0)
    first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.evaluate("window.listeners.forEach((call) => call())")
    expect(shown).to_have_attribute("data-painted", str(painted + 4))


MISTAKES = {
    "strides swapped": ("position * item.strides[k]", "position * item.strides[1 - k]"),
    "offset forgotten": ("item.strides[k], item.offset)", "item.strides[k], 0)"),
    "a state late": ("positions[k] = to;\n      paint(root);", "paint(root);\n      positions[k] = to;"),
    "no bar": ("clamp(Math.max(from, to))", "clamp(Math.min(from, to))"),
    "a number for another": ("[from, to, number] = read(", "[number, from, to] = read("),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_noticed(browser: Browser, name: str):
    page, shown = bare.planted(browser, widget(), *MISTAKES[name])
    shown.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert not agrees(shown, 2, 0)


def test_the_keys_go_where_they_say_and_only_for_their_slider(browser: Browser):
    page, shown = bare.show(browser, widget())
    first, second = shown.get_by_role("slider").all()
    first.focus()
    for key, to in [
        ("ArrowRight", "1 0"), ("End", "4 0"), ("ArrowUp", "4 0"), ("PageDown", "3 0"), ("x", "3 0"),
        ("Tab", "3 0"), ("End", "3 2"), ("ArrowDown", "3 1"), ("Home", "3 0"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        expect(shown).to_have_attribute("data-index", to)
    expect(second).to_be_focused()


def test_the_mouse_drags_a_slider(browser: Browser):
    page, shown = bare.show(browser, widget())
    box = shown.get_by_role("slider").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 9, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=5)
    expect(shown).to_have_attribute("data-index", "3 0")
    page.mouse.up()
    assert page.evaluate("window.model.get('positions')") == [3, 0] and agrees(shown, 3, 0)


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_screen_reader_hears_names_and_numbers(browser: Browser, language: str):
    lang.use(language)
    _, shown = bare.show(browser, widget())
    first, second = shown.get_by_role("slider").all()
    expect(first).to_have_accessible_name("m")
    expect(second).to_have_accessible_name("s")
    expect(first).to_have_attribute(
        "aria-valuetext", re.compile(r"^m = −1.0: mean 0; ELBO −2.940; KL 1.940;")
    )
    panels = ["q: moves, half, still.", "sum: ELBO, KL.", "pieces: gap, one."]
    want = lang.text("widgets.explorer_alt", sliders="m, s", panels=" ".join(panels))
    expect(shown).to_have_accessible_name(want)


def test_python_moves_it_and_two_views_do_not_clash(browser: Browser):
    page, shown = bare.show(browser, widget(), places=("one", "two"))
    expect(shown).to_have_count(2)
    page.evaluate("window.model.set('positions', [4, 1]); window.listeners.forEach((call) => call())")
    for k in range(2):
        assert agrees(shown.nth(k), 4, 1)
    page.evaluate("window.cleanups.forEach((clean) => clean())")
    expect(shown).to_have_count(0)
    assert page.evaluate("window.listeners.size") == 0


def test_it_fits_a_narrow_screen(browser: Browser):
    page, _ = bare.show(browser, widget(), viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def send(page: Page, plot) -> None:
    """What a message of the kernel does to the page's model."""
    state = plot.get_state()
    buffers = {k: base64.b64encode(v).decode() for k, v in state.items() if isinstance(v, bytes | memoryview)}
    changed = {key: state[key] for key in ("panels", "status", "fraction", "finished", "revision")}
    page.evaluate(
        """([changed, buffers]) => {
          for (const [k, v] of Object.entries(changed)) window.model.set(k, v);
          const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
          for (const [k, v] of Object.entries(buffers)) window.model.set(k, bytes(v));
          window.listeners.forEach((call) => call());
        }""",
        [changed, buffers],
    )


def test_a_live_plot_draws_what_has_come(browser: Browser):
    plot = live({"loss": ["eps"], "by_t": ["net"]}, x={"loss": "step", "by_t": "t"}, total=4,
                limits={"loss": (0, 2), "by_t": (0, 1)})  # fmt: skip
    page, shown = bare.show(browser, plot)
    curves = shown.locator(".cw-curve")
    expect(curves).to_have_count(2)
    assert [curve.get_attribute("d") for curve in curves.all()] == ["", ""]
    bar = shown.get_by_role("progressbar")
    for step in range(1, 5):
        plot.add(step, {"loss": {"eps": 2 / step}})
        plot._show()
        send(page, plot)
        assert np.abs(heights(shown, 0, 0, 2) - 2 / np.arange(1, step + 1)).max() < 2e-3
        expect(bar).to_have_attribute("aria-valuetext", f"step {step} / 4")
        expect(bar).to_have_attribute("aria-valuenow", str(25 * step))
        expect(shown.get_by_role("status")).to_have_text("")
    plot.reference({"loss": {"floor": 0.5}})
    plot.replace({"by_t": {"net": ([1, 2, 3], [1.0, np.nan, 0.5])}})
    plot.done()
    send(page, plot)
    expect(curves).to_have_count(3)
    expect(shown.locator(".cw-reference")).to_have_count(1)
    assert (shown.locator("figure").nth(1).locator(".cw-curve").get_attribute("d") or "").count("M") == 2
    expect(shown.locator("li .cw-value")).to_have_text(["0.5", "0.5", "0.5"])
    expect(shown.get_by_role("status")).to_have_text("Finished: step 4 / 4.")


def test_a_point_between_two_gaps_is_drawn(browser: Browser):
    plot = live({"loss": ["eps"]}, limits={"loss": (0, 2)})
    for step, value in enumerate([1.0, np.nan, 0.5, 1.5, np.nan, 2.0]):
        plot.add(step, {"loss": {"eps": value}})
    plot._show()
    _, shown = bare.show(browser, plot)
    curve = shown.locator(".cw-curve")
    pieces = (curve.get_attribute("d") or "").split("M")[1:]
    assert [("h" in piece, "L" in piece) for piece in pieces] == [(True, False), (False, True), (True, False)]
    lengths = curve.evaluate("path => path.getTotalLength()")
    assert lengths > 6  # a path of moves alone has no length, and nothing of it is painted


def test_a_live_plot_without_a_total_has_no_bar(browser: Browser):
    _, shown = bare.show(browser, live({"loss": ["eps"]}))
    expect(shown.get_by_role("progressbar")).to_have_count(0)
    expect(shown.locator(".cw-readout")).to_have_text("step 0")
