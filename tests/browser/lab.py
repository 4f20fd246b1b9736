"""A real JupyterLab in a real Chromium: start one, open a notebook, run it, wait, look.

    with serve(folder) as lab, chromium() as browser:
        page = lab.open(browser, "02_forward.ipynb")
        page.run_all()
        page.wait_idle()
        page.player(0) …

Everything the server and the browser write goes into a temporary folder; nothing of the user's is read.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect, sync_playwright

from course_tools import testing

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NO_CHROMIUM = (
    "no Chromium here: install one (Debian, Ubuntu: sudo apt-get install chromium; elsewhere: "
    "python -m playwright install chromium) or set COURSE_CHROMIUM to its path"
)
_PROMPTS = ".jp-CodeCell .jp-InputPrompt"
# What JupyterLab itself may log in an empty workspace, with no network: none of it is ours.
# anywidget says the second where a page was busy for two seconds, and shows its widget all the same.
_HARMLESS = ("favicon.ico", "[anywidget] Failed to initialize model")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium with a fresh profile."""
    path = testing.chromium()
    if path is None:
        raise RuntimeError(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Notebook:
    """An open notebook: the page, and what its console complained about."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def run_all(self) -> None:
        """Run menu, Run All Cells; returns once the notebook has begun to run."""
        before = self.page.locator(_PROMPTS).all_inner_texts()
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(
            "([css, old]) => old.some((text, i) => document.querySelectorAll(css)[i]?.innerText !== text)",
            arg=[_PROMPTS, before],
        )

    def wait_idle(self, timeout: float = 120) -> None:
        """Wait until no cell is waiting or running."""
        self.page.wait_for_function(
            """(css) => {
              const prompts = [...document.querySelectorAll(css)].map((p) => p.innerText);
              const light = document.querySelector(".jp-Notebook-ExecutionIndicator");
              const idle = prompts.length && light?.dataset.status === "idle";
              return idle && !prompts.some((p) => p.includes("*"));
            }""",
            arg=_PROMPTS,
            timeout=timeout * 1000,
        )

    def save(self) -> None:
        """Save the notebook, as Ctrl+S does."""
        self.page.keyboard.press("Control+s")

    def widgets(self, kind: str) -> Locator:
        """All widgets of one kind ("player", "curves"), in the order of the page."""
        return self.page.locator(f".cw-{kind}")

    def failures(self) -> list[str]:
        """The error outputs (name and message) of the cells that failed."""
        shown = self.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
        return [text for text in shown.all_inner_texts() if "Traceback" in text or "Error" in text]

    def set_theme(self, dark: bool) -> None:
        """Switch to JupyterLab's dark or light theme through its Settings menu."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
        name = f"JupyterLab {'Dark' if dark else 'Light'}"
        self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{name}$")).click()
        light = "false" if dark else "true"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")
        self.page.mouse.move(0, 0)


@dataclass
class Lab:
    """A running JupyterLab server."""

    url: str
    folder: Path
    token: str = ""

    def open(
        self, browser: Browser, name: str, width: int = 1280, height: int = 900, **context: Any
    ) -> Notebook:
        """Open ``folder/name`` in a window of its own; ``context`` goes to ``Browser.new_context``."""
        page = browser.new_context(viewport={"width": width, "height": height}, **context).new_page()
        notebook = Notebook(page)

        def listen(message: ConsoleMessage) -> None:
            where = message.location.get("url", "")
            if message.type == "error" and not any(word in message.text + where for word in _HARMLESS):
                notebook.errors.append(f"{message.text} ({where})")

        def thrown(problem: Error) -> None:
            if not any(word in str(problem) for word in _HARMLESS):
                notebook.errors.append(str(problem))

        page.on("console", listen)
        page.on("pageerror", thrown)
        view = "doc" if width < 700 else "lab"
        page.goto(f"{self.url}/{view}/tree/{name}?reset&token={self.token}")
        expect(page.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
        # Running a cell before the kernel answers makes JupyterLab ask which kernel is meant.
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60_000)
        return notebook


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _settings(home: Path) -> None:
    """No news, no update check: a test asks the network for nothing."""
    path = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}), encoding="utf-8")


@contextmanager
def serve(folder: Path, env: dict[str, str] | None = None) -> Iterator[Lab]:
    """JupyterLab on a free port with ``folder`` as its root and nothing of the user's configuration."""
    with tempfile.TemporaryDirectory(prefix="course-lab-") as name:
        home = Path(name)
        _settings(home)
        places = {
            "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }  # fmt: skip
        port = _free_port()
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=",
            "--LabApp.collaborative=False", "--LabApp.extension_manager=readonly",
        ]  # fmt: skip
        log = (home / "log").open("w+", encoding="utf-8")
        server = subprocess.Popen(
            command,
            env={**os.environ, **{k: str(home / v) for k, v in places.items()}, **(env or {})},
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server, Path(log.name))
            yield Lab(f"http://127.0.0.1:{port}", folder)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            log.close()


def _wait_for(url: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start; its log ends:\n{log.read_text(encoding='utf-8')[-2000:]}")
