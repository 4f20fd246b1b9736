"""The command a learner types, and a chapter of each language run and moved as a learner would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import lab
import probe
import pytest
from playwright.sync_api import Browser, expect

from course_lib import data, frames, schedules

pytestmark = pytest.mark.browser

CHAPTERS = [("en", "00_welcome"), ("id", "01_intuition"), ("ko", "02_forward")]


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    """`course lab --lang ko`, as the README says it, in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    places = {
        "COURSE_HOME": home,
        "JUPYTER_CONFIG_DIR": home / ".config",
        "JUPYTER_RUNTIME_DIR": home / ".run",
    }
    command = [sys.executable, "-m", "course_tools.cli", "lab", "--lang", "ko", "--no-browser"]
    log = home / "log"
    with log.open("w") as file:
        server = subprocess.Popen(
            command, env={**os.environ, **{k: str(v) for k, v in places.items()}}, stdout=file, stderr=file
        )
    try:
        address = _address(server, log)
        url = f"{address.scheme}://{address.netloc}"
        assert address.path.endswith("/ko/00_welcome.ipynb"), address.path
        yield lab.Lab(url, home, address.query.removeprefix("token="))
        server.send_signal(signal.SIGINT)
        assert server.wait(120) == 0, log.read_text(encoding="utf-8")
    finally:  # where it never came up, that is the error to show
        if server.poll() is None:
            server.kill()
            server.wait()


def _address(server: subprocess.Popen, log: Path, seconds: int = 180):
    for _ in range(seconds * 5):
        if found := re.search(r"http://\S+/lab/tree/\S+token=\w+", log.read_text(encoding="utf-8")):
            return urlparse(found[0])
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            server.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("language", "chapter"), CHAPTERS)
def test_a_chapter_runs_and_its_first_slider_moves(
    served: lab.Lab, browser: Browser, shots: Path, language: str, chapter: str
):
    notebook = served.open(browser, f"{language}/{chapter}.ipynb", height=1000)
    notebook.run_all()
    notebook.wait_idle(300)
    assert notebook.failures() == []
    expect(notebook.page.get_by_text("Jupyter news")).to_have_count(0)  # nothing between learner and page
    first = notebook.widgets("player").first
    first.scroll_into_view_if_needed()
    before = probe.canvas_pixels(first)
    first.locator("input").focus()
    for key in ("Home", "PageUp", "PageUp", "ArrowRight"):
        notebook.page.keyboard.press(key)
    assert probe.index(first) == 201
    assert (probe.canvas_pixels(first) != before).any()
    notebook.page.screenshot(path=shots / f"{chapter}-{language}.png")
    expect(notebook.page.locator(".cw-player")).not_to_have_count(0)
    assert notebook.errors == []
    notebook.page.context.close()


def test_the_bound_stays_put_while_its_two_parts_move(served: lab.Lab, browser: Browser, shots: Path):
    """Chapter 03 in Indonesian: whatever q the learner chooses, ELBO + KL = log p(x)."""
    notebook = served.open(browser, "id/03_elbo.ipynb", height=1000)
    notebook.run_all()
    notebook.wait_idle(300)
    assert notebook.failures() == []
    first = notebook.widgets("explorer").first
    first.scroll_into_view_if_needed()
    numbers = first.locator("li .cw-value")
    seen = set()
    for key in ("ArrowRight", "PageUp", "End"):
        first.locator("input").first.focus()
        notebook.page.keyboard.press(key)
        written = [float(text.replace("−", "-")) for text in numbers.all_inner_texts() if text]
        elbo, kl, log_p = written[-3:]
        assert abs(elbo + kl - log_p) < 2e-3 and elbo <= log_p
        seen.add(elbo)
    assert len(seen) == 3
    notebook.page.screenshot(path=shots / "03_elbo-id.png")
    expect(notebook.page.locator("mjx-container, .MathJax").first).to_be_visible()
    assert notebook.errors == []
    notebook.page.context.close()


def test_the_plots_of_the_loss_chapter_grow_to_their_end(served: lab.Lab, browser: Browser, shots: Path):
    """Chapter 04 in English, dark: training on points and digits, every live plot finished."""
    notebook = served.open(browser, "en/04_loss.ipynb", height=1000)
    notebook.set_theme(True)
    notebook.run_all()
    plot = notebook.widgets("live").first
    plot.scroll_into_view_if_needed()
    notebook.page.screenshot(path=shots / "04_loss-en-growing.png")
    notebook.wait_idle(300)
    assert notebook.failures() == []
    plot.scroll_into_view_if_needed()
    expect(plot.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    notebook.page.screenshot(path=shots / "04_loss-en.png")
    assert notebook.errors == []
    notebook.page.context.close()


def test_the_ledger_is_a_page_of_formulas(served: lab.Lab, browser: Browser, shots: Path):
    """The appendix in Korean: every equation is typeset with its number."""
    notebook = served.open(browser, "ko/appendix_ledger.ipynb", height=1000)
    notebook.run_all()
    notebook.wait_idle(300)
    assert notebook.failures() == []
    section = notebook.page.locator(".jp-OutputArea-output.jp-RenderedMarkdown").first
    section.scroll_into_view_if_needed()
    expect(section.locator("mjx-container, .MathJax").nth(2)).to_be_visible()
    notebook.page.screenshot(path=shots / "appendix-ko.png")
    assert notebook.errors == []
    notebook.page.context.close()


def test_the_slider_shows_the_very_frame_of_the_formula(served: lab.Lab, browser: Browser):
    """Chapter 02's digit at t = 437, pixel by pixel: what the widget paints is what forward_film computed."""
    import torch

    notebook = served.open(browser, "ko/02_forward.ipynb", height=1000)
    notebook.run_all()
    first = notebook.widgets("player").first
    expect(first).to_be_visible(timeout=60_000)
    notebook.wait_idle(300)  # while cells run, the notebook moves its focus from cell to cell
    first.scroll_into_view_if_needed()
    digits, _ = data.one_of_each()
    eps = torch.randn((1, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    film = frames.forward_film(digits[4], eps, schedules.linear())
    first.locator("input").focus()
    for key in ["Home"] + ["PageUp"] * 4 + ["ArrowRight"] * 37:
        notebook.page.keyboard.press(key)
    assert probe.index(first) == 437
    assert probe.shows(first, film.tracks["x_t"][437, :, :, 0])
    notebook.page.context.close()
