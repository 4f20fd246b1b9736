"""What an exercise is, and how an answer is judged without ever raising.

An answer is first compared with the exercise's named mistakes: when it does exactly what a known mistake
does, the learner gets that mistake's hint. Otherwise the ordered properties are tried, and the first one
that does not hold is shown with its smallest example.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from course_lib import lang
from course_lib.exercises.running import Outcome, run

Answer = Callable[..., object]
Arguments = tuple[object, ...]
# float32 answers are welcome: this is some eighty of its rounding steps, and far below any mistake.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Comparison:
    """What a property asks to be equal: ``got``, made of the answer's own answers, and ``want``.

    name: that of a quantity which the answers themselves do not show, and which is shown in their place.
    """

    got: Tensor
    want: Tensor
    name: str = ""


class Broken(Exception):  # noqa: N818  (it ends a property; nothing is wrong with the program)
    """Raised inside a property when the answer gave no tensor at all; ``outcome`` says what it did."""

    def __init__(self, outcome: Outcome, arguments: Arguments):
        super().__init__(outcome.kind)
        self.outcome, self.arguments = outcome, arguments


Call = Callable[..., Tensor]
Test = Callable[["Exercise", Call], Iterator[Comparison]]


@dataclass(frozen=True)
class Property:
    """Something every right answer fulfils; ``property.<name>`` in the strings says it in a sentence."""

    name: str
    test: Test


@dataclass(frozen=True)
class Mistake:
    """A function that makes exactly one known mistake; ``hint.<exercise>.<name>`` names the misconception."""

    name: str
    answer: Answer


@dataclass(frozen=True)
class Example:
    """One call in which an answer goes wrong, as text: its input, the reference's output, the answer's."""

    inputs: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True)
class Exercise:
    """A task with its reference, its probe inputs (smallest first), properties and named mistakes.

    ``shown`` is what ``solution`` displays, where that is not the reference itself. With ``trains`` every
    answer must let the gradient through to the model that it was given. With ``lists`` the answer is a list
    of whole numbers, such as timesteps; a tensor of whole numbers counts as one, since its entries index a
    table as a list's do, and one of decimals does not, since its entries index nothing. ``most``: up to so
    many numbers are shown in full. Raises ValueError for fewer than three mistakes, no probes, or a name
    used twice.
    """

    name: str
    chapter: int
    reference: Answer
    probes: Sequence[Arguments]
    properties: Sequence[Property]
    mistakes: Sequence[Mistake]
    shown: Callable[..., object] | None = None
    trains: bool = False
    lists: bool = False
    most: int = 6

    def __post_init__(self) -> None:
        for kind, known in (("mistakes", self.mistakes), ("properties", self.properties)):
            if len({one.name for one in known}) != len(known):
                raise ValueError(lang.text("exercise.twice", name=self.name, kind=kind))
        if len(self.mistakes) < 3:
            raise ValueError(lang.text("exercise.few_mistakes", name=self.name, got=len(self.mistakes)))
        if not self.probes:
            raise ValueError(lang.text("exercise.no_probes", name=self.name))

    @property
    def all_properties(self) -> tuple[Property, ...]:
        """The exercise's properties between the two that open and those that close every check."""
        return (RUNS, SHAPE, *self.properties, AGREES, *([GRADIENT] if self.trains else []))

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the reference's arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    def want(self, *arguments: object) -> Tensor:
        """The reference's answer, in float64 where the arguments are."""
        outcome = run(self.reference, arguments)
        if outcome.value is None:
            raise RuntimeError(f"{self.name}: the reference fails: {outcome.detail}")
        return outcome.value

    def hint(self, mistake: str) -> str:
        """The hint for one named mistake, in the reader's language."""
        return lang.text(f"hint.{self.name}.{mistake}")


def close(got: Tensor, want: Tensor) -> bool:
    """Equal in shape, and in value by the largest absolute error; NaN and infinity equal only themselves."""
    if got.shape != want.shape:
        return False
    got, want = got.double(), want.double()
    finite = want[torch.isfinite(want)]
    scale = 1 + (float(finite.abs().max()) if finite.numel() else 0.0)
    return torch.allclose(got, want, rtol=0, atol=TOLERANCE * scale, equal_nan=True)


def alike(one: Outcome, other: Outcome) -> bool:
    """Whether two answers did the same with one probe: the same numbers, or the same kind of error."""
    if one.value is not None and other.value is not None:
        return close(one.value, other.value)
    return (one.kind, one.error) == (other.kind, other.error)


def _runs(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for arguments in exercise.probes:
        call(*arguments)
    return
    yield


def _shape(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for arguments in exercise.probes:
        got, want = call(*arguments), exercise.want(*arguments)
        # Only the shape is asked here: where it is right, compare the answer with itself.
        yield Comparison(got, got if got.shape == want.shape else want)


def _agrees(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for arguments in exercise.probes:
        yield Comparison(call(*arguments), exercise.want(*arguments))


def _nothing(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    yield from ()


RUNS, SHAPE, AGREES = Property("runs", _runs), Property("shape", _shape), Property("agrees", _agrees)
GRADIENT = Property("gradient", _nothing)  # no property sees it in the values: first_failure asks the calls
# What ``item()``, ``float()`` and ``numpy()`` leave of a tensor.
CUT_OFF = ("float", "int", "float32", "float64", "ndarray")

MOST_NAMED = 16  # entries of a named quantity that are shown
DECIMALS = (torch.float32, torch.float64)  # of a tensor, where a list of whole numbers is asked for


def first_failure(exercise: Exercise, answer: Answer) -> tuple[Property, Example | None, list[str]] | None:
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
        if named is None:
            if any(_not_a_number(exercise, arguments, outcome) for arguments, outcome in calls[since:]):
                told.append(lang.text("exercise.not_a_number"))
            return known, _wrong_call(exercise, calls[since:]), told
        want, got = (f"{named.name} = {show(value, most=MOST_NAMED)}" for value in (named.want, named.got))
        return known, Example(example(exercise, calls[-1][0]).inputs, want, got), told

    for known in exercise.all_properties:
        since = len(calls)
        try:
            for c in known.test(exercise, call):
                if not close(c.got, c.want):
                    return fails(known, since, c if c.name else None)
                since = len(calls)
        except Broken as broken:
            return known, example(exercise, broken.arguments), _no_answer(exercise, broken.outcome)
        except (RuntimeError, IndexError, ValueError):
            # The property indexes or adds what it was given, and an answer of an odd shape does not allow it.
            return fails(known, since)
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


# What ``math.sqrt`` says of a negative number, before Python 3.14 and since.
_DOMAIN = re.compile("math domain error|nonnegative")


def _no_answer(exercise: Exercise, outcome: Outcome) -> list[str]:
    """Why a call gave no tensor to compare."""
    kind = "list" if outcome.kind == "type" and exercise.lists else outcome.kind
    told = [lang.text(f"exercise.{kind}", got=outcome.detail)]
    if exercise.trains and outcome.kind == "type" and outcome.detail in CUT_OFF:
        told.append(lang.text("exercise.cut_off"))
    if "complex" in outcome.detail or (outcome.error == "ValueError" and _DOMAIN.search(outcome.detail)):
        told.append(lang.text("exercise.root_of_negative"))
    if outcome.error == "RuntimeError" and "must match the size of tensor" in outcome.detail:
        told.append(lang.text("exercise.shapes_apart"))
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


def changed_too(exercise: Exercise, outcomes: Iterable[Outcome]) -> list[str]:
    """A sentence on the first argument that a wrong answer changed as well; none where it changed nothing."""
    for outcome in outcomes:
        if outcome.changed is not None:
            return [lang.text("exercise.changed_too", name=exercise.arguments[outcome.changed])]
    return []


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
            alike(outcome, run(mistake.answer, arguments))
            for outcome, arguments in zip(mine, exercise.probes, strict=True)
        ):
            told = [exercise.hint(mistake.name), *changed_too(exercise, mine)]
            return mistake, example(exercise, exercise.probes[differing[0]], mine[differing[0]].value), told
    return None


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
