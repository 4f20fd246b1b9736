"""What a verdict is remembered by: everything that it depends on, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from course_tools.grading import journal
from course_tools.grading.tasks import Limits, Task

ROOT = Path(journal.__file__).parents[2]
TASK = Task("sari", "02_forward", "forward.q_step", "id", "def q_step(): ...")


def test_an_edition_is_made_of_every_file_that_a_verdict_depends_on() -> None:
    found = {path.resolve() for path in journal.depended_on()}
    for name in (
        "course_lib/exercises/core.py",
        "course_lib/strings/exercises.ko.toml",
        "course_tools/build.py",  # it says what a cell's solution is
        "course_tools/source.py",
        "course_tools/grading/stage.py",
        "data/checksums.json",  # and with them the weights that a chapter loads
        "notebooks/en/02_forward.ipynb",
        "notebooks/source/02_forward.py",
    ):
        assert (ROOT / name).resolve() in found, name


def test_another_file_or_another_python_is_another_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(journal.edition.cache_clear)
    file = tmp_path / "core.py"
    monkeypatch.setattr(journal, "depended_on", lambda: [file])
    seen = set()
    for content, python in (("a", ("3", "11", "2")), ("b", ("3", "11", "2")), ("b", ("3", "12", "0"))):
        file.write_text(content)
        monkeypatch.setattr(journal.platform, "python_version_tuple", lambda given=python: given)
        journal.edition.cache_clear()
        seen.add(journal.edition())
    assert len(seen) == 3
    monkeypatch.setattr(journal.platform, "python_version_tuple", lambda: ("3", "12", "9"))
    journal.edition.cache_clear()
    assert journal.edition() in seen


def test_a_verdict_s_name_follows_the_answer_and_not_the_learner() -> None:
    name = journal.identity(TASK, Limits())
    assert journal.identity(replace(TASK, learner="budi"), Limits()) == name
    others = [replace(TASK, **{key: "x"}) for key in ("chapter", "exercise", "language", "source")]
    names = {journal.identity(other, Limits()) for other in others}
    assert len(names | {name, journal.identity(TASK, Limits(seconds=1))}) == 6
