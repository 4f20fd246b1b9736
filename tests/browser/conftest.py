"""A Chromium for the session; without one the browser tests are skipped, and say how to get it (CI fails)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import lab
import pytest
from playwright.sync_api import Browser

from course_tools import testing


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser that every browser test shares; each opens windows of its own."""
    if testing.chromium() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(lab.NO_CHROMIUM)
        pytest.skip(lab.NO_CHROMIUM)
    with lab.chromium() as chromium:
        yield chromium


@pytest.fixture
def windows_closed(browser: Browser) -> Iterator[None]:
    """Close the windows that a test has opened."""
    before = browser.contexts
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: COURSE_SHOTS, else a temporary folder."""
    folder = Path(os.environ.get("COURSE_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
