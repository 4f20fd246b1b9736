"""What an exercise is, and how an answer is judged without ever raising.

An answer is first compared with the exercise's named mistakes: when it does exactly what a known mistake
does, the learner gets that mistake's hint. Otherwise the ordered properties are tried, and the first one
that does not hold is shown with its smallest example.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
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
    """One call of the answer: its arguments, what came out, what should have."""

    arguments: Arguments
    got: Tensor
    want: Tensor


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
    """The smallest case in which an answer goes wrong, as text of names and numbers only."""

    inputs: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True)
class Exercise:
    """A task with its reference, its probe inputs (smallest first), properties and named mistakes.

    ``shown`` is what ``solution`` displays, where that is not the reference itself. Raises ValueError for
    fewer than three mistakes, no probes, or a name used twice.
    """

    name: str
    chapter: int
    reference: Answer
    probes: Sequence[Arguments]
    properties: Sequence[Property]
    mistakes: Sequence[Mistake]
    shown: Callable[..., object] | None = None

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
        """The exercise's properties between the two that open and the one that closes every check."""
        return (RUNS, SHAPE, *self.properties, AGREES)

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
        yield Comparison(arguments, got, got if got.shape == want.shape else want)


def _agrees(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for arguments in exercise.probes:
        yield Comparison(arguments, call(*arguments), exercise.want(*arguments))


RUNS, SHAPE, AGREES = Property("runs", _runs), Property("shape", _shape), Property("agrees", _agrees)


def first_failure(exercise: Exercise, answer: Answer) -> tuple[Property, Example | None, str] | None:
    """The first property the answer breaks, the example, and a sentence on how it failed to answer, if so."""

    def call(*arguments: object) -> Tensor:
        outcome = run(answer, arguments)
        if outcome.value is None or outcome.changed is not None:
            raise Broken(outcome, arguments)
        return outcome.value

    for known in exercise.all_properties:
        try:
            for c in known.test(exercise, call):
                if not close(c.got, c.want):
                    return known, example(exercise, c.arguments, c.got, c.want), ""
        except Broken as broken:
            outcome = broken.outcome
            what = "changed" if outcome.value is not None else outcome.kind
            names = list(inspect.signature(exercise.reference).parameters)
            name = "" if outcome.changed is None else names[outcome.changed]
            says = lang.text(f"exercise.{what}", got=outcome.detail, name=name)
            return known, example(exercise, broken.arguments), says
        except (RuntimeError, IndexError, ValueError):
            # The property indexes or adds what it was given, and an answer of an odd shape does not allow it.
            return known, None, ""
    return None


def matching_mistake(exercise: Exercise, answer: Answer) -> tuple[Mistake, Example] | None:
    """The named mistake whose every outcome on the probes is the answer's, if the answer is wrong at all."""
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
            i = differing[0]
            got, want = mine[i].value, right[i].value
            assert got is not None and want is not None
            return mistake, example(exercise, exercise.probes[i], got, want)
    return None


def show(value: object) -> str:
    """A value in few characters: small tensors in full, large ones by their shape."""
    if not isinstance(value, Tensor):
        return repr(value)
    if value.numel() > 6:
        return f"tensor{list(value.shape)}"

    def nested(part: object) -> str:
        if isinstance(part, list):
            return "[" + ", ".join(map(nested, part)) + "]"
        return f"{part:.5g}" if isinstance(part, float) else str(part)

    return nested(value.tolist())


def example(
    exercise: Exercise, arguments: Arguments, got: Tensor | None = None, want: Tensor | None = None
) -> Example:
    """Arguments, expected and got as text; of a large answer only the entry that is furthest off."""
    names = inspect.signature(exercise.reference).parameters
    inputs = ", ".join(f"{name} = {show(value)}" for name, value in zip(names, arguments, strict=True))
    if got is None or want is None:
        return Example(inputs)
    if got.shape != want.shape:
        return Example(inputs, f"shape {tuple(want.shape)}", f"shape {tuple(got.shape)}")
    if want.numel() <= 6:
        return Example(inputs, show(want), show(got))
    error = (got - want).abs().nan_to_num(nan=torch.inf, posinf=torch.inf)
    # NumPy's, because torch's unravel_index imports sympy, and the learner waits for it.
    at = tuple(int(i) for i in np.unravel_index(int(error.argmax()), tuple(want.shape)))
    place = f"answer{list(at)} = "
    return Example(inputs, place + show(want[at]), place + show(got[at]))
