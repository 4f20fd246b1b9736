"""What is wrong with an answer, and what the learner is told of it.

An answer is first compared with the exercise's named mistakes: when it does exactly what a known mistake
does, the learner gets that mistake's hint. Otherwise the ordered properties are tried, and the first one
that does not hold is shown with its smallest example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from course_lib import lang
from course_lib.exercises.core import (
    GRADIENT,
    RUNS,
    SHAPE,
    Answer,
    Arguments,
    Comparison,
    Exercise,
    Mistake,
    Property,
    alike,
    close,
)
from course_lib.exercises.running import Outcome, run

# What ``item()``, ``float()`` and ``numpy()`` leave of a tensor.
CUT_OFF = ("float", "int", "float32", "float64", "ndarray")

MOST_NAMED = 16  # entries of a named quantity that are shown
DECIMALS = (torch.float32, torch.float64)  # of a tensor, where a list of whole numbers is asked for


@dataclass(frozen=True)
class Example:
    """One call in which an answer goes wrong, as text: its input, the reference's output, the answer's."""

    inputs: str
    expected: str = ""
    got: str = ""


class Broken(Exception):  # noqa: N818  (it ends a property; nothing is wrong with the program)
    """Raised inside a property when the answer gave no tensor at all; ``outcome`` says what it did."""

    def __init__(self, outcome: Outcome, arguments: Arguments):
        super().__init__(outcome.kind)
        self.outcome, self.arguments = outcome, arguments


def as_given(exercise: Exercise, answer: Answer) -> bool:
    """Whether an answer still does, on every probe, what the broken function of the stub does."""
    if exercise.given is None:
        return False
    return all(alike(run(answer, probe), run(exercise.given, probe)) for probe in exercise.probes)


# ---- the named mistakes


def matching_mistake(exercise: Exercise, answer: Answer) -> tuple[Mistake, Example, list[str]] | None:
    """The named mistake whose every outcome on the probes is the answer's, if the answer is wrong at all.

    With it a call that shows it, and what to tell the learner.
    """
    mine = [run(answer, arguments) for arguments in exercise.probes]
    right = [run(exercise.reference, arguments) for arguments in exercise.probes]
    differing = [
        i for i, (m, r) in enumerate(zip(mine, right, strict=True)) if m.value is not None and not alike(m, r)
    ]
    if not differing:
        return None  # right on every probe, or no numbers to go by
    for mistake in exercise.mistakes:
        if all(
            _recognised(exercise, run(mistake.answer, arguments), outcome, want)
            for outcome, want, arguments in zip(mine, right, exercise.probes, strict=True)
        ):
            told = [exercise.hint(mistake.name), *changed_too(exercise, mine)]
            return mistake, example(exercise, exercise.probes[differing[0]], mine[differing[0]].value), told
    return None


def _recognised(exercise: Exercise, theirs: Outcome, mine: Outcome, right: Outcome) -> bool:
    """Whether an answer's outcome is a mistake's; for a prediction, wherever the mistake departs from it."""
    if exercise.kind != "predict":
        return alike(mine, theirs)
    if theirs.value is None or mine.value is None or right.value is None:
        return alike(mine, theirs)
    if mine.value.is_meta or not theirs.value.shape == mine.value.shape == right.value.shape:
        return alike(mine, theirs)
    slips = theirs.value != right.value
    return bool((mine.value == theirs.value)[slips].all())


# ---- the properties


def first_failure(
    exercise: Exercise, answer: Answer, hidden: bool = False
) -> tuple[Property, Example | None, list[str]] | None:
    """The first property the answer breaks, a call that shows it, and what to tell the learner.

    An answer that is right, but changes what the caller passed in, breaks RUNS; one that is right, but cut
    off from the model that it should train, breaks GRADIENT.
    """
    calls: list[tuple[Arguments, Outcome]] = []

    def call(*arguments: object) -> Tensor:
        outcome = run(answer, arguments)
        if exercise.lists and outcome.dtype in DECIMALS:
            outcome = Outcome("type", detail=f"Tensor[{str(outcome.dtype).removeprefix('torch.')}]")
        if outcome.value is None:
            raise Broken(outcome, arguments)
        calls.append((arguments, outcome))
        return outcome.value

    def fails(
        known: Property, since: int, named: Comparison | None = None
    ) -> tuple[Property, Example | None, list[str]]:
        claim = lang.text("exercise.does_not_hold", claim=lang.text(f"property.{known.name}"))
        told = [claim, *changed_too(exercise, (outcome for _, outcome in calls))]
        if known is SHAPE and exercise.kind == "predict":
            told += _miscounted(exercise, calls[-1][1])
        if named is None:
            if any(_not_a_number(exercise, arguments, outcome) for arguments, outcome in calls[since:]):
                told.append(lang.text("exercise.not_a_number"))
            return known, _wrong_call(exercise, calls[since:]), told
        want, got = (f"{named.name} = {show(value, most=MOST_NAMED)}" for value in (named.want, named.got))
        return known, Example(example(exercise, calls[-1][0]).inputs, want, got), told

    for known in exercise.tried(hidden):
        since = met = len(
            calls
        )  # the calls that a comparison is about: its own, or those of the one before it
        try:
            for c in known.test(exercise, call):
                if len(calls) > met:
                    since, met = met, len(calls)
                if not close(c.got, c.want):
                    return fails(known, since, c if c.name else None)
        except Broken as broken:
            return known, example(exercise, broken.arguments), _no_answer(exercise, broken.outcome)
        except (RuntimeError, IndexError, ValueError):
            # The property indexes or adds what it was given, and an answer of an odd shape does not allow it.
            return fails(known, met if len(calls) > met else since)
    for arguments, outcome in calls:
        if outcome.changed is not None:
            name = exercise.arguments[outcome.changed]
            return RUNS, example(exercise, arguments), [lang.text("exercise.changed", name=name)]
        if exercise.trains and not outcome.grad:
            return GRADIENT, example(exercise, arguments), [lang.text("exercise.cut_off")]
    return None


def _not_a_number(exercise: Exercise, arguments: Arguments, outcome: Outcome) -> bool:
    """Whether this call answered NaN where the reference does not."""
    assert outcome.value is not None
    if outcome.value.is_meta:  # too large to be right: it has a shape, but no numbers
        return False
    return bool(outcome.value.isnan().any()) and not bool(exercise.want(*arguments).isnan().any())


def _wrong_call(exercise: Exercise, calls: Sequence[tuple[Arguments, Outcome]]) -> Example | None:
    """The first of these calls that the reference answers otherwise; else the last one's input alone."""
    for arguments, outcome in calls:
        assert outcome.value is not None
        if not close(outcome.value, exercise.want(*arguments)):
            return example(exercise, arguments, outcome.value)
    return example(exercise, calls[-1][0]) if calls else None


# ---- what the learner is told


# What ``math.sqrt`` says of a negative number, before Python 3.14 and since.
_DOMAIN = re.compile("math domain error|nonnegative")
# What torch's products and solvers say of, for example, float32 and float64; sums and the like take both.
_DTYPES = re.compile("same dtype|expected scalar type|dtypes match|but got dtype|dtypes must be the same")
# What torch returns for these with a dimension: two tensors under one name.
_VALUES_AND_PLACES = re.compile(r"(min|max|sort|topk|median|mode|kthvalue|cummin|cummax)\[Tensor\]")


def _no_answer(exercise: Exercise, outcome: Outcome) -> list[str]:
    """Why a call gave no tensor to compare."""
    kind = "list" if outcome.kind == "type" and exercise.lists else outcome.kind
    told = [lang.text(f"exercise.{kind}", got=outcome.detail)]
    if exercise.trains and outcome.kind == "type" and outcome.detail in CUT_OFF:
        told.append(lang.text("exercise.cut_off"))
    if "complex" in outcome.detail or (outcome.error == "ValueError" and _DOMAIN.search(outcome.detail)):
        told.append(lang.text("exercise.root_of_negative"))
    if exercise.kind == "predict" and outcome.kind == "type" and "float" in outcome.detail:
        told.append(lang.text("exercise.whole_numbers"))
    if outcome.error == "RuntimeError" and _DTYPES.search(outcome.detail):
        told.append(lang.text("exercise.dtypes_apart"))
    if outcome.error == "RuntimeError" and "must match the size of tensor" in outcome.detail:
        told.append(lang.text("exercise.shapes_apart"))
    if outcome.error == "AttributeError" and "'NoneType' object has no attribute 'zero_'" in outcome.detail:
        told.append(lang.text("exercise.no_gradient"))
    if _VALUES_AND_PLACES.fullmatch(outcome.detail):
        told.append(lang.text("exercise.values_and_places"))
    if outcome.error == "TypeError" and "expected Tensor as element" in outcome.detail:
        told.append(lang.text("exercise.tensors_only"))
    numbers = [
        name
        for name, value in zip(exercise.arguments, exercise.probes[0], strict=True)
        if isinstance(value, int | float)
    ]
    if numbers and (outcome.error, True) in (
        ("TypeError", re.search(r"must be Tensor, not (float|int)", outcome.detail) is not None),
        ("AttributeError", re.search(r"'(float|int)' object has no", outcome.detail) is not None),
    ):
        names = ", ".join(f"`{name}`" for name in numbers)
        told.append(lang.text("exercise.plain_number", names=names, first=numbers[0]))
    return told


def _miscounted(exercise: Exercise, outcome: Outcome) -> list[str]:
    """How many numbers a prediction's list should hold and holds; nothing of what is no plain list."""
    assert outcome.value is not None
    if outcome.value.ndim != 1:
        return []
    return [lang.text("exercise.how_many", want=len(exercise.want()), got=len(outcome.value))]


def changed_too(exercise: Exercise, outcomes: Iterable[Outcome]) -> list[str]:
    """A sentence on the first argument that a wrong answer changed as well; none where it changed nothing."""
    for outcome in outcomes:
        if outcome.changed is not None:
            return [lang.text("exercise.changed_too", name=exercise.arguments[outcome.changed])]
    return []


def show(value: object, digits: int = 5, most: int = 6) -> str:
    """A value in few characters: tensors of up to ``most`` numbers in full, larger ones by their shape."""
    if not isinstance(value, Tensor):
        return repr(value)
    if value.numel() > most:
        return f"tensor{list(value.shape)}"

    def nested(part: object) -> str:
        if isinstance(part, list):
            return "[" + ", ".join(map(nested, part)) + "]"
        return f"{part:.{digits}g}" if isinstance(part, float) else str(part)

    return nested(value.tolist())


def example(exercise: Exercise, arguments: Arguments, got: Tensor | None = None) -> Example:
    """One call as text: its arguments, what the reference answers, and ``got``, what the answer did.

    Of a large answer only the entry that is furthest off.
    """
    inputs = ", ".join(
        f"{name} = {show(value, most=exercise.most)}"
        for name, value in zip(exercise.arguments, arguments, strict=True)
    )
    if got is None:
        return Example(inputs)
    if exercise.kind == "predict":  # what was expected is for the next cell to reveal
        return Example(inputs, got=show(got, most=exercise.most))
    want, place = exercise.want(*arguments), ""
    in_full = max(got.numel(), want.numel()) <= exercise.most
    if got.shape != want.shape and not (exercise.lists and in_full):
        return Example(inputs, f"shape {tuple(want.shape)}", f"shape {tuple(got.shape)}")
    if not in_full:
        error = (got - want).abs().nan_to_num(nan=torch.inf, posinf=torch.inf)
        # NumPy's, because torch's unravel_index imports sympy, and the learner waits for it.
        at = tuple(int(i) for i in np.unravel_index(int(error.argmax()), tuple(want.shape)))
        want, got, place = want[at], got[at], f"answer{list(at)} = "
    # As many digits as it takes to see a difference.
    most = exercise.most
    digits = next((n for n in (5, 8) if show(want, n, most) != show(got, n, most)), 12)
    return Example(inputs, place + show(want, digits, most), place + show(got, digits, most))
