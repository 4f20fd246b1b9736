"""What an exercise is: a reference, its probes, ordered properties, and named mistakes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib import lang
from course_lib.exercises.running import Outcome, run

Answer = Callable[..., object]
Arguments = tuple[object, ...]
# float32 answers are welcome: this is some eighty of its rounding steps, and far below any mistake.
TOLERANCE = 1e-5
# What the learner does: commit to an answer, fill a gap, write it all, mend what is broken, or find it out.
KINDS = ("predict", "complete", "write", "debug", "measure")


@dataclass(frozen=True)
class Comparison:
    """What a property asks to be equal: ``got``, made of the answer's own answers, and ``want``.

    name: that of a quantity which the answers themselves do not show, and which is shown in their place.
    """

    got: Tensor
    want: Tensor
    name: str = ""


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
class Exercise:
    """A task with its reference, its probe inputs (smallest first), properties and named mistakes.

    ``shown`` is what ``solution`` displays, where that is not the reference itself. With ``trains`` every
    answer must let the gradient through to the model that it was given. With ``lists`` the answer is a list
    of whole numbers, such as timesteps; a tensor of whole numbers counts as one, since its entries index a
    table as a list's do, and one of decimals does not, since its entries index nothing. ``most``: up to so
    many numbers are shown in full. ``hidden``: further inputs, which only grading tries.

    ``kind`` is one of KINDS. A "predict" takes no arguments, its answer is never shown what was expected, and
    a mistake is recognised by the entries in which it differs from the reference, whatever the others are.
    A "debug" comes with ``given``, the broken function of its stub: what still does the same is unsolved.

    Raises ValueError for fewer than three mistakes, no probes, a name used twice, an unknown kind, or a
    ``given`` without "debug" or the other way round.
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
    hidden: Sequence[Arguments] = ()
    kind: str = "write"
    given: Answer | None = None

    def __post_init__(self) -> None:
        for kind, known in (("mistakes", self.mistakes), ("properties", self.properties)):
            if len({one.name for one in known}) != len(known):
                raise ValueError(lang.text("exercise.twice", name=self.name, kind=kind))
        if len(self.mistakes) < 3:
            raise ValueError(lang.text("exercise.few_mistakes", name=self.name, got=len(self.mistakes)))
        if not self.probes:
            raise ValueError(lang.text("exercise.no_probes", name=self.name))
        if self.kind not in KINDS:
            raise ValueError(
                lang.text("exercise.kind", name=self.name, got=repr(self.kind), allowed=", ".join(KINDS))
            )
        if (self.kind == "debug") != (self.given is not None):
            raise ValueError(lang.text("exercise.given", name=self.name))

    @property
    def all_properties(self) -> tuple[Property, ...]:
        """The exercise's properties between the two that open and those that close every check."""
        agrees = AGREES_WHOLE if self.lists else AGREES
        return (RUNS, SHAPE, *self.properties, agrees, *([GRADIENT] if self.trains else []))

    def tried(self, hidden: bool) -> tuple[Property, ...]:
        """All properties and, with ``hidden``, the one that only grading tries, if there are such cases."""
        return (*self.all_properties, *([HIDDEN] if hidden and self.hidden else []))

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


def _agrees_hidden(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for arguments in exercise.hidden:
        yield Comparison(call(*arguments), exercise.want(*arguments))


RUNS, SHAPE, AGREES = Property("runs", _runs), Property("shape", _shape), Property("agrees", _agrees)
AGREES_WHOLE = Property("agrees_whole", _agrees)  # the same of whole numbers, said without a dtype
HIDDEN = Property("hidden", _agrees_hidden)  # only grading tries it
GRADIENT = Property("gradient", _nothing)  # not seen in the values: faults.first_failure asks the calls
