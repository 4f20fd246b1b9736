"""Every exercise test has a progress file and a language of its own."""

from __future__ import annotations

import pytest

from course_lib import lang, progress


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(progress, "_here", set())
    monkeypatch.setattr(progress, "_told", False)
    monkeypatch.setattr(lang, "_chosen", "en")
