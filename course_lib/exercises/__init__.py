"""Exercises: ``check`` an answer, ask for the ``solution``, see the ``overview``.

| Room | What it holds |
|---|---|
| `chapter_01` … `chapter_10` | The exercises themselves: reference, probes, properties, named mistakes |
| `inputs` | Inputs that several chapters' exercises share |
| `running` | One call of a learner's function, whatever it does |
| `core` | What an exercise is |
| `faults` | What is wrong with an answer: the named mistake, or the first property that it breaks |
| `judging` | The verdict on an answer, as text and as HTML; the course's own version |
| `nbgrader` | The same under nbgrader |
| `tally` | How far the learner is |
"""

from __future__ import annotations

from pathlib import Path

from course_lib import lang
from course_lib.exercises import (
    chapter_01,
    chapter_02,
    chapter_03,
    chapter_04,
    chapter_05,
    chapter_06,
    chapter_07,
    chapter_08,
    chapter_09,
    chapter_10,
    nbgrader,
    tally,
)
from course_lib.exercises.core import Answer, Exercise
from course_lib.exercises.judging import Result, Solution, judge
from course_lib.exercises.judging import expected as _expected
from course_lib.exercises.judging import solution as _solution

# A new chapter's exercises are added here, and nowhere else.
_CHAPTERS = (
    chapter_01,
    chapter_02,
    chapter_03,
    chapter_04,
    chapter_05,
    chapter_06,
    chapter_07,
    chapter_08,
    chapter_09,
    chapter_10,
)
EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for module in _CHAPTERS for exercise in module.EXERCISES
}

__all__ = [
    "EXERCISES",
    "Exercise",
    "Result",
    "Solution",
    "check",
    "expected",
    "export",
    "names",
    "overview",
    "solution",
]


def names(chapter: int | None = None) -> tuple[str, ...]:
    """The exercises' names, in the course's order; of one chapter only, if it is given."""
    return tuple(e.name for e in EXERCISES.values() if chapter in (None, e.chapter))


def _find(name: str) -> Exercise:
    if not isinstance(name, str) or name not in EXERCISES:
        raise ValueError(lang.text("exercise.unknown", got=repr(name), allowed=", ".join(EXERCISES)))
    return EXERCISES[name]


def check(name: str, answer: Answer | object) -> Result:
    """Judge a learner's function; the result shows itself in a notebook and in a terminal.

    Never raises for anything the answer is or does; ValueError only for a name that no exercise has. Only
    nbgrader, which counts errors, gets an AssertionError unless the answer passed.
    """
    exercise = _find(name)
    if mode := nbgrader.mode():
        return nbgrader.show(judge(exercise, answer, hidden=mode == "autograde"))
    return judge(exercise, answer)


def expected(name: str, solved: bool, language: str) -> Result:
    """What ``check`` says in a notebook as it ships or, ``solved``, in the solved edition; judges nothing."""
    return _expected(_find(name), solved, lang.check(language))


def solution(name: str) -> Solution:
    """The course's own version of an exercise, as source code; ValueError for an unknown name."""
    return _solution(_find(name))


def overview(chapter: int | None = None) -> tally.Overview:
    """How far the learner is: for each chapter with exercises, those passed and those open.

    Of one chapter only, if it is given; ValueError for one that has no exercises.
    """
    chapters = sorted({exercise.chapter for exercise in EXERCISES.values()})
    if chapter is not None and chapter not in chapters:
        allowed = ", ".join(map(str, chapters))
        raise ValueError(lang.text("progress.no_chapter", got=repr(chapter), allowed=allowed))
    return tally.overview(EXERCISES[name] for name in names(chapter))


def export(to: str | Path) -> Path:
    """Write a copy of the progress to a new file, to hand in or to keep; ValueError if it exists already."""
    return tally.export(EXERCISES.values(), to)
