"""The built notebooks are nbgrader assignments as they stand, and the scores come out right.

nbgrader is optional (``pip install ".[grade]"``): without it only what a check does under it is tested.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from course_lib import exercises, lang, progress
from course_lib.files import notebooks_folder
from course_tools import build

ROOT = Path(__file__).parents[2]
CHAPTER = "01_intuition"
installed = pytest.mark.skipif(find_spec("nbgrader") is None, reason="nbgrader is not installed")


def shipped(chapter: str = CHAPTER, language: str = "en") -> dict:
    path = notebooks_folder() / language / f"{chapter}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def solved(chapter: str = CHAPTER, language: str = "en") -> dict:
    cells, _ = build.check_source(build.NOTEBOOKS / "source" / f"{chapter}.py")
    return json.loads(build.notebook(cells, chapter, language, solved=True))


def by_key(notebook: dict) -> dict[str, dict]:
    return {cell["metadata"]["key"]: cell for cell in notebook["cells"]}


def code(notebook: dict) -> dict[str, str]:
    return {key: "".join(c["source"]) for key, c in by_key(notebook).items() if c["cell_type"] == "code"}


def answered(*names: str) -> dict:
    """The notebook as it ships, with the course's own answers to some exercises."""
    notebook, right = shipped(), by_key(solved())
    for key, cell in by_key(notebook).items():
        if cell["metadata"].get("exercise") in names:
            cell["source"] = right[key]["source"]
    return notebook


def short(notebook: dict) -> dict:
    """Only the exercises and their checks, and what they import: it runs at once."""
    needed = [c for c in notebook["cells"] if {"exercise", "check"} & set(c["metadata"])]
    (imports,) = [
        c for c in notebook["cells"] if "import torch" in c["source"] or "import torch\n" in c["source"]
    ]
    return {
        **notebook,
        "cells": [by_key(notebook)["setup"], {**imports, "source": ["import torch"]}, *needed],
    }


def right(images):
    return images.float() / 127.5 - 1


def test_while_nbgrader_grades_only_a_pass_ends_without_an_error(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_here", set())
    for mode in ("autograde", "validate"):
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
        assert exercises.check("data.to_unit", right).passed
        assert home.exists() == (mode == "validate")  # a learner's own pass counts, the instructor's does not
        for answer in (None, lambda images: None, lambda images: images / 255):
            capsys.readouterr()
            with pytest.raises(AssertionError, match=r"^data\.to_unit: "):
                exercises.check("data.to_unit", answer)
            assert "data.to_unit" in capsys.readouterr().out  # the verdict with its hint
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert not exercises.check("data.to_unit", None).passed


def test_grading_tries_the_hidden_cases_and_validating_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = exercises.EXERCISES["data.to_unit"]
    hidden = exercises.Result("data.to_unit", "failed", broken="hidden")
    asked = []

    def judge(exercise, answer, hidden=False):
        asked.append(hidden)
        return result

    result = hidden
    monkeypatch.setattr(exercises, "judge", judge)
    for mode in ("autograde", "validate"):
        monkeypatch.setenv("NBGRADER_EXECUTION", mode)
        with pytest.raises(AssertionError):
            exercises.check(exercise.name, right)
    assert asked == [True, False]


@pytest.mark.parametrize("edition", [shipped, solved])
def test_every_check_is_worth_one_point_and_no_answer_is_locked(edition) -> None:
    for path in sorted((notebooks_folder() / "en").glob("*.ipynb")):
        if path.stem.startswith("00") and edition is solved:
            continue
        graded = []
        for cell in edition(path.stem)["cells"]:
            known = cell["metadata"].get("nbgrader")
            assert (known is None) == ("check" not in cell["metadata"])
            if known is not None:
                assert known["grade"] and known["locked"] and known["points"] == 1 and not known["solution"]
                graded.append(known["grade_id"])
        number = path.stem[:2]
        assert (
            len(graded) == len(set(graded)) == len(exercises.names(int(number) if number.isdigit() else -1))
        )


class Course:
    """An nbgrader course in a folder of its own, with one assignment of one notebook."""

    def __init__(self, folder: Path):
        self.folder = folder

    def lay(self, notebook: dict, *place: str) -> Path:
        path = self.folder.joinpath(*place, f"{CHAPTER}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    def nbgrader(self, *words: str, fails: bool = False) -> str:
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        # nbgrader calls alembic by its name.
        tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = os.environ | {"PYTHONPATH": path, "PATH": tools, "COURSE_HOME": str(self.folder / "home")}
        command = [sys.executable, "-m", "nbgrader", *words]
        done = subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True)
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def generate(self, notebook: dict, fails: bool = False) -> str:
        self.lay(notebook, "source", "one")
        return self.nbgrader("generate_assignment", "one", fails=fails)

    def released(self) -> dict:
        path = self.folder / "release" / "one" / f"{CHAPTER}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))

    def grade(self, **submissions: dict) -> None:
        for learner, notebook in submissions.items():
            self.lay(notebook, "submitted", learner, "one")
        self.nbgrader("autograde", "one")

    def points(self, learner: str) -> dict[str, float]:
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
            (graded,) = book.find_submission("one", learner).notebooks
            assert not graded.needs_manual_grade and graded.max_score == len(exercises.names(1))
            return {grade.name: grade.score for grade in graded.grades}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


@installed
@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_release_is_what_ships(course: Course, language: str) -> None:
    course.generate(shipped(language=language))
    assert code(course.released()) == code(shipped(language=language))
    for cell in course.released()["cells"]:
        locked = cell["metadata"].get("editable") is False
        assert locked == ("check" in cell["metadata"])


@installed
def test_solutions_are_not_released(course: Course) -> None:
    assert "Solution region detected in a non-solution cell" in course.generate(solved(), fails=True)
    assert not (course.folder / "release" / "one").exists()


@installed
def test_each_passed_exercise_earns_its_point(course: Course) -> None:
    course.generate(short(shipped()))
    first, *others = exercises.names(1)
    wrong = answered(first)
    cell = next(c for c in wrong["cells"] if c["metadata"].get("exercise") == first)
    cell["source"] = [line.replace("share**0.5", "share") for line in cell["source"]]
    edited = short(shipped())
    for cell in edited["cells"]:
        if "check" in cell["metadata"]:
            cell["source"] = ["1"]
    gone = short(answered(first))
    gone["cells"] = [c for c in gone["cells"] if c["metadata"].get("exercise") not in others]
    course.grade(
        one=short(answered(first)),
        none=short(shipped()),
        all=short(solved()),
        wrong=short(wrong),
        edited=edited,
        gone=gone,
    )
    keys = [cell["metadata"]["key"] for cell in shipped()["cells"] if "check" in cell["metadata"]]
    nothing = dict.fromkeys(keys, 0.0)
    assert course.points("one") == course.points("gone") == nothing | {keys[0]: 1.0}
    assert course.points("none") == course.points("wrong") == course.points("edited") == nothing
    assert course.points("all") == dict.fromkeys(keys, 1.0)
    assert not (course.folder / "home").exists()  # no learner's pass is the instructor's


@installed
def test_validate_says_which_checks_do_not_pass_yet(course: Course) -> None:
    course.generate(short(shipped()))
    release = course.folder / "release" / "one" / f"{CHAPTER}.ipynb"
    said = course.nbgrader("validate", str(release))
    assert f"VALIDATION FAILED ON {len(exercises.names(1))} CELL(S)" in said
    assert "have changed" not in said
    done = course.lay(short(solved()), "mine")
    assert "Success! Your notebook passes all the tests." in course.nbgrader("validate", str(done))


@installed
@pytest.mark.notebooks
def test_a_whole_chapter_is_graded(course: Course) -> None:
    course.generate(shipped())
    course.grade(one=answered(exercises.names(1)[-1]))
    assert list(course.points("one").values()) == [0.0] * (len(exercises.names(1)) - 1) + [1.0]
