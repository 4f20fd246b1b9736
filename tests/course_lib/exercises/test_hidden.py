"""The cases that only grading tries: new to whoever has seen the check, and no less telling."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from course_lib.exercises import EXERCISES
from course_lib.exercises.core import Arguments, Exercise, alike
from course_lib.exercises.faults import first_failure
from course_lib.exercises.judging import judge
from course_lib.exercises.running import run
from course_lib.schedules import Schedule

# A prediction takes no arguments: there is nothing else to ask.
EVERY = [e for e in EXERCISES.values() if e.kind != "predict"]
every_exercise = pytest.mark.parametrize("exercise", EVERY, ids=lambda e: e.name)

# Mistakes that the hidden cases need not show, since they are mistakes on certain inputs only; and why.
SAME: dict[tuple[str, str], str] = {}


def same(one: object, other: object) -> bool:
    """Whether two arguments are equal in kind, shape and value."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and bool((one == other).all())
    if isinstance(one, Schedule) and isinstance(other, Schedule):
        return same(one.beta, other.beta)
    if isinstance(one, Tensor | Schedule) or isinstance(other, Tensor | Schedule):
        return False
    return type(one) is type(other) and repr(one) == repr(other)


def all_same(one: Arguments, other: Arguments) -> bool:
    return len(one) == len(other) and all(map(same, one, other))


def visible_calls(exercise: Exercise) -> list[Arguments]:
    """Every call that the visible check makes of a right answer."""
    made: list[Arguments] = []

    def answer(*given: object) -> object:
        made.append(given)
        return exercise.reference(*given)

    assert first_failure(exercise, answer) is None
    return made


@every_exercise
def test_two_or_more_that_the_visible_check_never_asks(exercise):
    assert len(exercise.hidden) >= 2
    asked = visible_calls(exercise)
    for i, hidden in enumerate(exercise.hidden):
        assert len(hidden) == len(exercise.arguments)
        assert not any(all_same(hidden, given) for given in [*asked, *exercise.hidden[:i]]), i


@every_exercise
def test_where_sizes_vary_one_has_a_size_of_its_own(exercise):
    def sizes(given: Arguments) -> tuple[object, ...]:
        return tuple(value.shape if isinstance(value, Tensor) else None for value in given)

    known = {sizes(probe) for probe in exercise.probes}
    assert len(known) == 1 or any(sizes(hidden) not in known for hidden in exercise.hidden)


@every_exercise
def test_the_reference_answers_them_with_numbers(exercise):
    for hidden in exercise.hidden:
        answer = exercise.want(*hidden)
        assert answer.numel()
        assert not answer.isnan().any()


@every_exercise
def test_every_named_mistake_shows_on_them(exercise):
    right = [run(exercise.reference, tuple(hidden)) for hidden in exercise.hidden]
    missed = {
        mistake.name
        for mistake in exercise.mistakes
        if all(
            alike(run(mistake.answer, tuple(hidden)), want)
            for hidden, want in zip(exercise.hidden, right, strict=True)
        )
    }
    assert missed == {mistake for name, mistake in SAME if name == exercise.name}


@every_exercise
def test_who_has_learned_the_visible_answers_by_heart_fails(exercise):
    asked = visible_calls(exercise)
    guess = torch.zeros_like(exercise.want(*asked[0]))

    def by_heart(*given: object) -> object:
        # The reference stands for the table: the same numbers, with their dtype and their graph.
        return exercise.reference(*given) if any(all_same(given, one) for one in asked) else guess

    assert judge(exercise, by_heart).passed
    assert judge(exercise, by_heart, hidden=True).status == "failed"
