"""The harness itself notices what it is there to notice: a failed cell, a complaint in the console."""

from __future__ import annotations

from pathlib import Path

import lab
import pytest
from playwright.sync_api import Browser
from test_widgets import write_notebook

pytestmark = pytest.mark.browser


def test_a_failed_cell_and_a_console_error_are_noticed(browser: Browser, tmp_path: Path):
    write_notebook(
        tmp_path / "bad.ipynb", ["print('fine')", "import sys; print('warn', file=sys.stderr)", "1 / 0", "2"]
    )
    with lab.serve(tmp_path) as server:
        notebook = server.open(browser, "bad.ipynb")
        notebook.run_all()
        notebook.wait_idle()
        [failure] = notebook.failures()
        assert "ZeroDivisionError" in failure
        assert notebook.errors == []
        notebook.page.evaluate("console.error('planted')")
        notebook.page.evaluate("setTimeout(() => { throw new Error('thrown'); })")
        notebook.page.wait_for_timeout(200)
        assert [any(word in line for line in notebook.errors) for word in ("planted", "thrown")] == [
            True,
            True,
        ]
        notebook.page.context.close()
