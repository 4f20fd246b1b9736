"""`course test`: the whole test-suite, with what it needs fetched first where uv can fetch it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from course_lib import lang

ROOT = Path(__file__).parent.parent
MODULES = (
    *("beartype", "dask", "diffusers", "distributed", "hypothesis", "mypy", "nbgrader"),
    *("playwright", "pytest", "ruff", "xdist"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CURES = {"linux": "sudo apt-get install chromium", "darwin": "brew install --cask chromium"}
ALREADY = "COURSE_TEST_FETCHED"


def _bundled() -> str | None:
    """The Chromium that `playwright install chromium` has fetched, if it has."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    try:
        with sync_playwright() as playwright:
            path = Path(playwright.chromium.executable_path)
    except (Error, OSError):  # a playwright whose own driver cannot run
        return None
    return str(path) if path.is_file() else None


def chromium() -> str | None:
    """The Chromium that the browser tests drive, or None.

    COURSE_CHROMIUM, else the first of BROWSERS on the PATH, else playwright's own.
    """
    if asked := os.environ.get("COURSE_CHROMIUM"):
        return shutil.which(asked)
    return next(filter(None, map(shutil.which, BROWSERS)), None) or _bundled()


def chromium_cure() -> str:
    """The one command that gets a Chromium here."""
    return CURES.get(sys.platform, "winget install Chromium.Chromium")


def missing() -> list[str]:
    """The modules that the tests need and this Python lacks."""
    return [name for name in MODULES if importlib.util.find_spec(name) is None]


def _uv() -> str | None:
    return os.environ.get("UV") or shutil.which("uv")  # `uv run` says where uv is


def _call(command: list[str], environment: dict[str, str]) -> int:
    # The child gets Ctrl-C, too, and closes with its own report: wait for that.
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue


def run(arguments: list[str]) -> int:
    """Run pytest with ``arguments`` from the checkout's root and return its exit status.

    Where test dependencies are missing and uv is here, does it through `uv run --group test`, once.
    ValueError where there is no checkout, or no way to get what is missing.
    """
    if not (ROOT / "tests").is_dir() or not (ROOT / "pyproject.toml").is_file():
        raise ValueError(lang.text("testing.no_checkout"))
    if lacking := ", ".join(missing()):
        uv = _uv()
        if uv is None or os.environ.get(ALREADY):
            raise ValueError(lang.text("testing.missing", missing=lacking))
        print(lang.text("testing.fetching", missing=lacking), flush=True)
        command = [uv, "run", "--quiet", "--group", "test", "course", "test", *arguments]
        return _call(command, {ALREADY: "1"})
    workers = min(2, os.cpu_count() or 1)
    command = [sys.executable, "-m", "pytest", "-n", str(workers), "--dist", "loadscope", *arguments]
    return _call(command, {"OMP_NUM_THREADS": "1"})
