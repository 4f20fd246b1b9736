"""Exercises: ``check`` an answer, ask for the ``solution``, see the ``overview``.

One file a chapter holds the tasks themselves.
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
    tally,
)
from course_lib.exercises.core import Answer, Exercise
from course_lib.exercises.judging import Result, Solution, judge
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

__all__ = ["EXERCISES", "Exercise", "Result", "Solution", "check", "export", "names", "overview", "solution"]


def names(chapter: int | None = None) -> tuple[str, ...]:
    """The exercises' names, in the course's order; of one chapter only, if it is given."""
    return tuple(e.name for e in EXERCISES.values() if chapter in (None, e.chapter))


def _find(name: str) -> Exercise:
    if not isinstance(name, str) or name not in EXERCISES:
        raise ValueError(lang.text("exercise.unknown", got=repr(name), allowed=", ".join(EXERCISES)))
    return EXERCISES[name]


def check(name: str, answer: Answer | object) -> Result:
    """Judge a learner's function; the result shows itself in a notebook and in a terminal.

    Never raises for anything the answer is or does; ValueError only for a name that no exercise has.
    """
    return judge(_find(name), answer)


def solution(name: str) -> Solution:
    """The course's own version of an exercise, as source code; ValueError for an unknown name."""
    return _solution(_find(name))


def overview() -> tally.Overview:
    """How far the learner is: for each chapter with exercises, those passed and those open."""
    return tally.overview(EXERCISES.values())


def export(to: str | Path) -> Path:
    """Write a copy of the progress to a new file, to hand in or to keep; ValueError if it exists already."""
    return tally.export(EXERCISES.values(), to)
