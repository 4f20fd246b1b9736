"""Every test: English, one thread, temporary folders for the learner's, course_lib's shapes enforced."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

# A shell's background job ignores Ctrl-C and hands that down to every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Before course_lib is imported: the hook checks every annotated shape and dtype at each call.
# An int is welcome where a float is annotated, as PEP 484 has it.
install_import_hook("course_lib", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

# Before any test module reads them, and for the processes that tests start.
_folder = tempfile.TemporaryDirectory(prefix="course-tests-")
os.environ.update(
    COURSE_HOME=str(Path(_folder.name) / "home"),
    COURSE_CACHE=str(Path(_folder.name) / "cache"),
    COURSE_LANG="en",
    JUPYTER_CONFIG_DIR=str(Path(_folder.name) / "jupyter"),
    JUPYTER_PLATFORM_DIRS="1",
    MPLBACKEND="agg",
    OMP_NUM_THREADS="1",
)
os.environ.pop("COURSE_DEBUG", None)

import torch  # noqa: E402  (after OMP_NUM_THREADS)

from course_lib import lang  # noqa: E402  (after the hook)

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test starts in English, whatever the one before it chose."""
    monkeypatch.setattr(lang, "_chosen", "en")
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How long each executed chapter took: a figure to watch, not a claim that a busy machine breaks."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = [value for report in reports for name, value in report.user_properties if name == "chapter"]
    if lines:
        terminalreporter.section("chapters, Run All")
        for line in sorted(lines):
            terminalreporter.write_line(str(line))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty COURSE_HOME of this test's own (it does not exist yet)."""
    place = tmp_path / "home"
    monkeypatch.setenv("COURSE_HOME", str(place))
    return place
