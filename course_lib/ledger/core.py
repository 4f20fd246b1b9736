"""What an entry of the ledger is: an equation, a check that it passes, and a wrong form that must fail it.

A check is one function of the claim it tests. It is called twice, with the right form and with the wrong
one, so a check that cannot fail is found out at once.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from course_lib import lang


class Measured(NamedTuple):
    """How far a claim is off, and how far rounding (or five standard errors of sampling) may take it."""

    error: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the claim passes; a NaN never does."""
        return self.error <= self.tolerance


@dataclass(frozen=True)
class Equation:
    """One entry of equations.toml: the right form and the wrong one in LaTeX, and where the course has it.

    number: "1".."81" as in the derivation, "A1".. for formulas of other notes. printed: ``wrong`` is what
    the notes print, or the reason they give; otherwise it is a mutation.
    """

    number: str
    chapter: str
    cell: str
    right: str
    wrong: str
    printed: bool = False


@dataclass(frozen=True)
class Check:
    """A test of one equation: ``test(right)`` must hold and ``test(wrong)`` must not."""

    test: Callable[[Any], Measured]
    right: Any
    wrong: Any

    @property
    def name(self) -> str:
        """The test's name; ``ledger.check.<name>`` says in a sentence what it does."""
        return self.test.__name__


@dataclass(frozen=True)
class Result:
    """What became of one equation: both measurements, the erratum's numbers, and the seconds it took."""

    equation: Equation
    check: str
    right: Measured
    wrong: Measured
    sizes: dict[str, float]
    seconds: float

    @property
    def holds(self) -> bool:
        """The right form passes and the wrong one is rejected."""
        return self.right.holds and not self.wrong.holds


CHECKS: dict[str, Check] = {}
SIZES: dict[str, Callable[[], dict[str, float]]] = {}

Test = TypeVar("Test", bound=Callable[[Any], Measured])
Sizes = TypeVar("Sizes", bound=Callable[[], dict[str, float]])


def checks(number: str, right: Any, wrong: Any) -> Callable[[Test], Test]:
    """Register the function under it as the check of equation ``number``; may be stacked.

    ``right`` and ``wrong`` are the two claims that the function is called with, usually functions.
    """

    def register(test: Test) -> Test:
        if number in CHECKS:
            raise ValueError(f"equation {number} has two checks")
        CHECKS[number] = Check(test, right, wrong)
        return test

    return register


def sizes(number: str) -> Callable[[Sizes], Sizes]:
    """Register the function under it: the numbers that the erratum of equation ``number`` quotes."""

    def register(measure: Sizes) -> Sizes:
        SIZES[number] = measure
        return measure

    return register


@cache
def equations() -> dict[str, Equation]:
    """All equations by number, in the derivation's order."""
    table = tomllib.loads(Path(__file__).with_name("equations.toml").read_text(encoding="utf-8"))
    return {entry["number"]: Equation(**entry) for entry in table["equation"]}


def check(number: object) -> Check:
    """The check of one equation, such as 11 or "A1"; ``check(11).test(claim)`` measures a claim of your own.

    ValueError for a number that the ledger lacks.
    """
    if str(number) not in equations():
        raise ValueError(lang.text("ledger.unknown", got=repr(number), allowed="1…81, A1…A5"))
    return CHECKS[str(number)]


def run(number: object) -> Result:
    """Execute the check of one equation, such as 11 or "A1", on its right and on its wrong form.

    The first run of all also loads what the checks need. ValueError for a number that the ledger lacks.
    """
    found, name, start = check(number), str(number), time.perf_counter()
    right, wrong = found.test(found.right), found.test(found.wrong)
    measured = SIZES[name]() if name in SIZES else {}
    return Result(equations()[name], found.name, right, wrong, measured, time.perf_counter() - start)
