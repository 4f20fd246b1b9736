"""Prints how long each executed chapter took: a figure to watch, not a claim that a busy machine breaks."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = [value for report in reports for name, value in report.user_properties if name == "chapter"]
    if lines:
        terminalreporter.section("chapters, Run All")
        for line in sorted(lines):
            terminalreporter.write_line(str(line))
