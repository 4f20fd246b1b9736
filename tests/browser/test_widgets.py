"""The widgets in a real JupyterLab, driven as a reader would drive them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import lab
import nbformat
import numpy as np
import probe
import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

CELLS = [
    """
import numpy as np
from course_lib import lang
from course_lib.widgets import atlas, curves, explorer, field, live, player, race
lang.use("ko")
i, pixel = np.arange(1001)[:, None, None], np.arange(784).reshape(28, 28)
film = ((pixel * 7 + i * 13) % 256).astype(np.uint8)
one = player(film, times=range(1001), names=["x_t"])
one""",
    """
back = film[::-25]
two = player({"x_t": back, "x_0_hat": 255 - back, "eps_hat": back // 2}, times=range(1000, -1, -25))
two""",
    """
x = np.linspace(0, 1, 101)
def answer(values):
    if min(values) <= 0.05:
        raise ValueError("too low")
    hand = np.interp(x, np.linspace(0, 1, len(values)), values)
    snr = {"linear": 1 / (x + 0.01), "hand": 1 / hand}
    return {"beta": {"linear": x, "cosine": x**3, "hand": hand}, "SNR": snr}
three = curves(answer([0.2, 0.5, 0.8]), log=["SNR"], handles=[0.2, 0.5, 0.8], on_handles=answer,
               drawn=("beta", "hand"), limits={"beta": (0.0, 1.0)})
three""",
    """
m, s, z = np.linspace(-2, 2, 41), np.linspace(0.2, 3.2, 31), np.linspace(-6, 6, 121)
M, S = np.meshgrid(m, s, indexing="ij")
kl = (S**2 + (M - 0.8) ** 2) - 1 - np.log(S**2)
lines = {"q": np.exp(-((z - M[..., None]) ** 2) / S[..., None] ** 2), "p": np.exp(-((z - 0.8) ** 2))}
four = explorer({"densities": lines}, z, {"m": m, "s": s}, bars={"sum": {"ELBO": -2 - kl, "KL": kl}},
                stack=["sum"], marks={"sum": {"log_p": -2}}, start={"m": 0, "s": 1}, limits={"sum": (-8, 0)})
four""",
    """
sheets = [film[:5, :, :21], film[:5, :7, :14], film[:1, :14]]
six = atlas({"x_t": film[None, :5], "maps": sheets}, {"place": ["stem", "down_1", "head"], "t": range(5)},
            captions={"place": ["1×28×21", "1×7×14", "1×14×28"]}, start={"t": 2})
six""",
    """
seven = race({"DDPM": film, "DDIM": back}, clock={"DDPM": range(1001), "DDIM": range(41)})
seven""",
    """
angle = np.linspace(0, 2 * np.pi, 400)
ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
grow = np.linspace(1, 3, 21)[:, None, None, None] * np.array([0.5, 1.0])[:, None, None] * ring
eight = field({"x_k": grow}, {"k": range(21), "step": [0.1, 0.2]}, limits=(-2, 2),
              arrows={"score": (ring[::20], -ring[::20])}, density=np.ones((4, 4)))
eight""",
    """
import time
five = live({"loss": ["eps", "x_0"]}, total=30)
five.reference({"loss": {"floor": 0.1}})
display(five)
for step in range(1, 31):
    five.add(step, {"loss": {"eps": 1 / step, "x_0": 2 / step}})
    time.sleep(0.1)
five.done()
five.picture()""",
    """
print(one.index, two.index, eight.positions, six.positions, seven.index, four.positions, three.cursor,
      [round(v, 3) for v in three.handles])""",
]
FILM = ((np.arange(784).reshape(28, 28) * 7 + np.arange(1001)[:, None, None] * 13) % 256).astype(np.uint8)


def write_notebook(path: Path, cells: list[str]) -> None:
    """A notebook of code cells, without outputs, for the Python kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def notebook(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Notebook]:
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "widgets.ipynb", CELLS)
    with lab.serve(folder) as server:
        opened = server.open(browser, "widgets.ipynb", height=1000)
        opened.run_all()
        opened.wait_idle()
        expect(opened.page.locator(".cw")).to_have_count(8)
        yield opened
        opened.page.context.close()


@pytest.fixture(autouse=True)
def _no_complaint(notebook: lab.Notebook) -> Iterator[None]:
    """After every test: nothing failed in the kernel and nothing was said in the console."""
    yield
    assert notebook.failures() == []
    assert notebook.errors == []


def told_to_python(notebook: lab.Notebook) -> str:
    """What the kernel knows of the widgets' positions: the last cell, run again."""
    last = notebook.page.locator(".jp-CodeCell").last
    last.locator(".cm-content").click()
    before = last.locator(".jp-InputPrompt").inner_text()
    notebook.page.keyboard.press("Control+Enter")
    expect(last.locator(".jp-InputPrompt")).not_to_have_text(before)
    notebook.wait_idle()
    notebook.page.keyboard.press("Escape")
    return last.locator(".jp-OutputArea-output").inner_text().strip()


def test_players_render_the_first_frame(notebook: lab.Notebook):
    players = notebook.widgets("player")
    expect(players).to_have_count(3)  # the race is one, too
    assert probe.shows(players.nth(0), FILM[0])
    back = FILM[::-25]
    for track, frame in enumerate([back[0], 255 - back[0], back[0] // 2]):
        assert probe.shows(players.nth(1), frame, track)
    expect(players.nth(1).locator("canvas")).to_have_count(3)


def test_arrow_keys_move_one_player_and_not_the_notebook(notebook: lab.Notebook):
    players = notebook.widgets("player")
    other = probe.index(players.nth(1))
    players.nth(0).locator("input").focus()
    for key, to in [
        ("Home", 0),
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("PageUp", 101),
        ("End", 1000),
    ]:
        notebook.page.keyboard.press(key)
        assert probe.index(players.nth(0)) == to, key
        assert probe.shows(players.nth(0), FILM[to]), key
    assert probe.index(players.nth(1)) == other
    # In command mode x cuts the cell and b adds one; while the slider has the focus they must not.
    for key in "xb":
        notebook.page.keyboard.press(key)
    assert notebook.page.locator(".jp-CodeCell").count() == len(CELLS)
    expect(players.nth(0).locator("input")).to_be_focused()


def test_the_mouse_moves_it_and_python_hears_of_it(notebook: lab.Notebook):
    widget = notebook.widgets("player").nth(0)
    slider = widget.locator("input")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    notebook.page.mouse.move(box["x"] + box["width"] / 2, middle)
    notebook.page.mouse.down()
    at = probe.index(widget)
    assert abs(at - 500) <= 4 and probe.shows(widget, FILM[at])
    notebook.page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=8)
    at = probe.index(widget)
    assert 735 <= at <= 775 and probe.shows(widget, FILM[at])
    notebook.page.mouse.up()
    assert told_to_python(notebook).split()[0] == str(at)


def test_a_burst_of_60_keys_paints_all_60(notebook: lab.Notebook):
    widget = notebook.widgets("player").nth(0)
    widget.locator("input").focus()
    notebook.page.keyboard.press("Home")
    probe.record(widget)
    before = int(widget.get_attribute("data-painted") or 0)
    for _ in range(60):
        notebook.page.keyboard.press("ArrowRight")
    assert probe.recorded(widget) == list(range(1, 61))
    assert int(widget.get_attribute("data-painted") or 0) == before + 60
    assert probe.shows(widget, FILM[60])


def test_play_and_pause_with_the_space_key(notebook: lab.Notebook):
    widget = notebook.widgets("player").nth(1)
    widget.locator("input").focus()
    notebook.page.keyboard.press("Home")
    expect(widget.get_by_role("button")).to_have_accessible_name("재생")
    notebook.page.keyboard.press("Space")
    expect(widget.get_by_role("button")).to_have_accessible_name("일시정지")
    expect(widget).not_to_have_attribute("data-index", "0")
    notebook.page.keyboard.press("Space")
    expect(widget.get_by_role("button")).to_have_accessible_name("재생")
    at = probe.index(widget)
    assert probe.shows(widget, FILM[::-25][at])
    assert told_to_python(notebook).split()[1] == str(at)


def test_a_curve_bent_by_hand_goes_to_python_and_comes_back(notebook: lab.Notebook):
    widget = notebook.widgets("curves")
    widget.scroll_into_view_if_needed()
    points = widget.locator(".cw-handle")
    points.nth(1).focus()
    notebook.page.keyboard.press("PageUp")
    values = widget.locator("li .cw-value")
    widget.get_by_role("slider").last.focus()
    for key in ("Home", *["PageUp"] * 5):
        notebook.page.keyboard.press(key)
    expect(values.nth(2)).to_have_text("0.6")
    expect(values.nth(4)).to_have_text("1.67")
    assert told_to_python(notebook).endswith("50 [0.2, 0.6, 0.8]")
    points.nth(1).focus()
    notebook.page.keyboard.press("Home")
    expect(widget.get_by_role("status")).to_have_text("too low")
    notebook.page.keyboard.press("End")
    expect(widget.get_by_role("status")).to_have_text("")
    expect(values.nth(2)).to_have_text("1")


def test_two_sliders_move_the_bars_and_their_sum_stays(notebook: lab.Notebook):
    widget = notebook.widgets("explorer")
    widget.scroll_into_view_if_needed()
    values = widget.locator("li .cw-value")
    mark = widget.locator(".cw-mark")
    elbo, kl = widget.locator(".cw-block").all()
    before = (mark.get_attribute("x1"), elbo.get_attribute("width"))
    first, second = widget.get_by_role("slider").all()
    first.focus()
    notebook.page.keyboard.press("End")
    notebook.page.keyboard.press("Tab")
    expect(second).to_be_focused()
    notebook.page.keyboard.press("ArrowRight")
    expect(widget).to_have_attribute("data-index", "40 9")
    # m = 2, s = 1.1: KL = s² + 1.2² − 1 − ln s².
    gap = 1.1**2 + 1.2**2 - 1 - np.log(1.1**2)
    expect(values).to_have_text([f"−{2 + gap:.3f}", f"{gap:.3f}", "−2.000"])
    assert mark.get_attribute("x1") == before[0] and elbo.get_attribute("width") != before[1]
    right = sum(float(kl.get_attribute(name) or 0) for name in ("x", "width"))
    assert abs(right - float(before[0] or 0)) < 0.01
    # The page holds a second message back until the kernel has answered the first: ask until it has come.
    assert any("[40, 9]" in told_to_python(notebook) for _ in range(5))


def test_the_atlas_walks_through_places_and_python_hears_of_it(notebook: lab.Notebook):
    widget = notebook.widgets("atlas")
    widget.scroll_into_view_if_needed()
    maps = [FILM[:5, :, :21], FILM[:5, :7, :14], FILM[:1, :14].repeat(5, 0)]
    first, second = widget.get_by_role("slider").all()
    for place, sheet in enumerate(maps):
        expect(widget).to_have_attribute("data-index", f"{place} 2")
        assert probe.shows(widget, FILM[2], 0) and probe.shows(widget, sheet[2], 1)
        first.focus()
        notebook.page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-valuetext", "place = head (1×14×28)")
    second.focus()
    notebook.page.keyboard.press("Home")
    assert probe.shows(widget, FILM[0], 0)
    assert any("[2, 0]" in told_to_python(notebook) for _ in range(5))


def test_the_race_is_over_for_one_run_long_before_the_other(notebook: lab.Notebook):
    widget = notebook.widgets("race")
    widget.scroll_into_view_if_needed()
    widget.get_by_role("slider").focus()
    for _ in range(2):
        notebook.page.keyboard.press("PageUp")
    assert probe.index(widget) == 200
    assert probe.shows(widget, FILM[200], 0) and probe.shows(widget, FILM[::-25][40], 1)
    expect(widget.locator(".cw-run")).to_have_text(["200 / 1000", "✓ 40 / 40, 완료"])
    assert any(" 200 [" in told_to_python(notebook) for _ in range(5))
    notebook.page.keyboard.press("Escape")


def test_the_field_plays_and_says_how_many_are_outside(notebook: lab.Notebook):
    widget = notebook.widgets("field")
    widget.scroll_into_view_if_needed()
    outside = widget.locator("li .cw-value").first
    expect(outside).to_have_text("400개 중 0개가 창 밖")
    first, second = widget.get_by_role("slider").all()
    second.focus()
    notebook.page.keyboard.press("End")
    first.focus()
    notebook.page.keyboard.press("Space")
    expect(widget).to_have_attribute("data-playing", "true")
    # The window's corners are 2.83 from its middle: of a ring of radius 3 nothing is left.
    expect(widget).to_have_attribute("data-index", "20 1", timeout=20_000)
    expect(outside).to_have_text("400개 중 400개가 창 밖")
    assert probe.canvas_pixels(widget)[..., 3].min() > 0  # the density, everywhere
    assert any("[20, 1]" in told_to_python(notebook) for _ in range(5))


def test_a_live_plot_grows_while_its_cell_runs_and_leaves_a_picture(notebook: lab.Notebook):
    cell = notebook.page.locator(".jp-CodeCell").nth(len(CELLS) - 2)
    cell.locator(".cm-content").click()
    before = cell.locator(".jp-InputPrompt").inner_text()
    notebook.page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-InputPrompt")).not_to_have_text(before)
    widget = cell.locator(".cw-live")
    seen = set()
    expect(widget).to_have_attribute("data-finished", "false")
    while (prompt := cell.locator(".jp-InputPrompt").inner_text()).strip() == "[*]:":
        seen.add(widget.locator(".cw-curve").last.get_attribute("d"))
        notebook.page.wait_for_timeout(50)
    # Three seconds at four messages a second; a plot that waited for the cell's end would show one or two.
    assert 5 <= len(seen) <= 20, prompt
    expect(widget).to_have_attribute("data-finished", "true")
    expect(widget.get_by_role("status")).to_have_text("완료: 스텝 30 / 30.")
    expect(widget.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    expect(widget.locator("li .cw-value")).to_have_text(["0.0333", "0.0667", "0.1"])
    notebook.wait_idle()
    expect(cell.locator("img")).to_have_attribute("alt", re.compile("스텝 30 / 30.*loss eps 0.0333"))
    notebook.page.keyboard.press("Escape")


def test_pictures_in_both_themes(notebook: lab.Notebook, shots: Path):
    for dark in (True, False):
        notebook.set_theme(dark)
        notebook.page.wait_for_timeout(300)
        for name, kind, which in [
            ("player", "player", 0),
            ("players", "player", 1),
            ("curves", "curves", 0),
            ("explorer", "explorer", 0),
            ("atlas", "atlas", 0),
            ("race", "race", 0),
            ("field", "field", 0),
            ("live", "live", 0),
        ]:
            widget = notebook.widgets(kind).nth(which)
            widget.scroll_into_view_if_needed()
            picture = shots / f"{name}-{'dark' if dark else 'light'}.png"
            widget.screenshot(path=picture)
            ground = widget.evaluate("(root) => getComputedStyle(root).backgroundColor")
            assert (sum(int(v) for v in ground[4:-1].split(",")[:3]) < 200) == dark
            assert picture.stat().st_size > 2000
