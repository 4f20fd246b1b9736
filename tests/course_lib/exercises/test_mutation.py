"""Slips in the reference itself: each that changes an answer somewhere must not pass the visible check.

``pytest -s`` shows a row for each exercise: mutants judged of how many there are, those that change an
answer, those of them that the check rejects, and the rest.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import pytest
import torch
from mutator import Mutant, executed, functions, mutants
from torch import Tensor

from course_lib import schedules
from course_lib.exercises import EXERCISES
from course_lib.exercises.core import Arguments, Exercise, alike
from course_lib.exercises.judging import judge
from course_lib.exercises.running import run
from course_lib.schedules import Schedule

# Mutants judged of one exercise; where there are more, those whose names have the lowest hash, and the
# known survivors. All of them take two minutes: COURSE_MUTANTS=1000 pytest -s …
MOST = int(os.environ.get("COURSE_MUTANTS", "40"))
FURTHER = 6  # inputs made of each probe and hidden case
SECONDS = 5.0  # of this process's own time for a mutant: one that takes longer is stopped, and so differs
ENOUGH = 0.95
# Asked for by every function, and no part of what an exercise teaches: a slip there changes what is refused.
NOT_TAUGHT = (
    "course_lib.checks",
    "course_lib.lang",
    "course_lib.exercises.core",
    "course_lib.exercises.running",
)

# What an exercise asks for, where its reference takes more than the task says.
ASKED: dict[str, Callable[..., bool]] = {
    "forward.posterior": lambda x_0, x_t, t, schedule: t >= 2,
    # Two steps at least, and no timestep half-way between two whole numbers, where ways to round differ.
    "samplers.times": lambda T, steps: (
        steps >= 2 and all(2 * k * (T - 1) % (2 * (steps - 1)) != steps - 1 for k in range(steps))
    ),
}

# Mutants that change an answer somewhere and pass all the same, and why that is right.
SURVIVORS: dict[tuple[str, str], str] = {
    ("losses.log_level", "losses._log_bin: no round: level = (x_0 + 1) * (LEVELS - 1) / 2"): (
        "x_0 is one of the 256 levels by the task; only our random inputs lie between two of them"
    ),
}


@dataclass(frozen=True)
class Tally:
    """What became of one exercise's mutants."""

    judged: int
    made: int
    rejected: tuple[str, ...]
    survivors: tuple[str, ...]
    unseen: tuple[str, ...]  # rejected for what none of our inputs shows, such as t = 0, or a graph kept

    @property
    def changing(self) -> int:
        return len(self.rejected) + len(self.survivors)


def all_mutants(exercise: Exercise) -> list[Mutant]:
    """Those of every function of the course that runs when the reference answers the probes."""
    known = functions(m for name, m in sorted(sys.modules.items()) if name.startswith("course_lib"))
    arguments = {c.__name__ for given in exercise.probes for value in given for c in type(value).__mro__}
    found = []
    for code in executed(lambda: [run(exercise.reference, tuple(given)) for given in exercise.probes]):
        function = known.get(code)
        if function is None or function.__module__ in NOT_TAUGHT or "check" in function.__name__:
            continue
        if function.__qualname__.split(".")[0] not in arguments:  # what an argument does is not the answer's
            found += _mutants(function)
    return found


_mutants = cache(lambda function: list(mutants(function)))  # several exercises run the same functions


def sampled(exercise: Exercise, every: list[Mutant]) -> list[Mutant]:
    lowest = {m.name for m in sorted(every, key=lambda m: hashlib.sha256(m.name.encode()).digest())[:MOST]}
    return [m for m in every if m.name in lowest or (exercise.name, m.name) in SURVIVORS]


def further(exercise: Exercise) -> list[Arguments]:
    """Random inputs like the probes and the hidden cases, where the reference answers with numbers."""
    dice, asked = random.Random(exercise.name), ASKED.get(exercise.name, lambda *given: True)
    found = []
    for given in (*exercise.probes, *exercise.hidden):
        for _ in range(FURTHER):
            other = tuple(_another(value, dice) for value in given)
            if not asked(*other):
                continue
            answer = run(exercise.reference, other).value
            if answer is not None and bool(answer.isfinite().all()):
                found.append(other)
    return found


def _another(value: object, dice: random.Random) -> object:
    """Another value of the same kind: the numbers keep their signs and grow no larger."""
    if isinstance(value, Schedule):
        return schedules.linear(value.T, dice.uniform(0.01, 0.1), dice.uniform(0.2, 0.5))
    if isinstance(value, Tensor) and value.is_floating_point():
        with torch.random.fork_rng():
            torch.manual_seed(dice.randrange(10**6))
            return value * (1 - 0.5 * torch.rand_like(value))
    if isinstance(value, Tensor) and value.numel() and value.dtype == torch.int64:
        low, high = int(value.min()), int(value.max())
        return torch.tensor([dice.randint(low, high) for _ in range(value.numel())]).view(value.shape)
    if isinstance(value, float):
        return value * dice.uniform(0.5, 1)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(0, value + dice.choice((-2, 0, 0, 2)))
    return value


@contextmanager
def in_time() -> Iterator[None]:
    def stop(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def tally(exercise: Exercise) -> Tally:
    every = all_mutants(exercise)
    chosen = sampled(exercise, every)
    inputs = [*exercise.probes, *exercise.hidden, *further(exercise)]
    right = [run(exercise.reference, tuple(given)) for given in inputs]
    rejected, survivors, unseen = [], [], []
    for mutant in chosen:
        answer = mutant.answer(exercise.reference)
        with in_time():
            changes = any(not alike(run(answer, tuple(g)), r) for g, r in zip(inputs, right, strict=True))
        with in_time():
            passed = judge(exercise, answer).passed
        if changes:
            (survivors if passed else rejected).append(mutant.name)
        elif not passed:
            unseen.append(mutant.name)
    return Tally(len(chosen), len(every), tuple(rejected), tuple(survivors), tuple(unseen))


@pytest.mark.parametrize("name", EXERCISES)
def test_the_check_rejects_mutants_of_the_reference(name, unchecked):
    found = tally(EXERCISES[name])
    print(
        f"\n{name}: {found.judged} of {found.made} mutants, {found.changing} change an answer, "
        f"{len(found.rejected)} rejected, {len(found.survivors)} survive, {len(found.unseen)} unseen"
    )
    for survivor in found.survivors:
        print("   ", survivor)
    assert found.changing >= 5
    assert len(found.rejected) >= ENOUGH * found.changing
    assert set(found.survivors) == {mutant for exercise, mutant in SURVIVORS if exercise == name}


def test_the_probes_and_hidden_cases_are_what_is_asked_for():
    for name, asked in ASKED.items():
        assert all(asked(*given) for given in (*EXERCISES[name].probes, *EXERCISES[name].hidden))


def _sample_of_slips(x: Tensor, y: Tensor, t: int, schedule: Schedule) -> Tensor:
    if t < 0:
        raise ValueError("never a mutant")
    kept = schedule.alpha_bar[t] ** 0.5 * x
    return torch.cat([kept, -y.sqrt()], dim=1) if t <= 3 else kept.clamp(max=1).flip(0) - 1


def test_the_slips_are_those_that_people_make():
    made = {mutant.name.partition(": ")[2] for mutant in mutants(_sample_of_slips)}
    line, choice = "kept = {}", "return torch.cat([{}], dim={}) if t {} 3 else {} - {}"
    usual = ("kept, -y.sqrt()", "1", "<=", "kept.clamp(max=1).flip(0)", "1")

    def chosen(at: int, other: str) -> str:
        return choice.format(*(other if i == at else part for i, part in enumerate(usual)))

    assert made >= {
        "other sign: " + line.format("schedule.alpha_bar[t] ** 0.5 / x"),
        "part forgotten: " + line.format("x"),
        "no power: " + line.format("schedule.alpha_bar[t] * x"),
        "square for root: " + line.format("schedule.alpha_bar[t] ** 2 * x"),
        "another table: " + line.format("schedule.alpha[t] ** 0.5 * x"),
        "another table: " + line.format("schedule.beta[t] ** 0.5 * x"),
        "shifted by one: " + line.format("schedule.alpha_bar[t - 1] ** 0.5 * x"),
        "another argument: " + line.format("schedule.alpha_bar[t] ** 0.5 * y"),
        "swapped: " + chosen(0, "-y.sqrt(), kept"),
        "sign dropped: " + chosen(0, "kept, y.sqrt()"),
        "no sqrt: " + chosen(0, "kept, -y"),
        "square for sqrt: " + chosen(0, "kept, -y.square()"),
        "constant: " + chosen(1, "0"),
        "keyword dropped: return torch.cat([kept, -y.sqrt()]) if t <= 3 else kept.clamp(max=1).flip(0) - 1",
        "other comparison: " + chosen(2, "<"),
        "no clamp: " + chosen(3, "kept.flip(0)"),
        "no flip: " + chosen(3, "kept.clamp(max=1)"),
    }
    assert not any("never a mutant" in name or "t < 0" in name for name in made)


def test_a_mutant_is_at_work_in_its_own_calls_only():
    x, y, right = torch.ones(2, 2), torch.full((2, 2), 4.0), schedules.linear(T=4)
    want = _sample_of_slips(x, y, 2, right)
    for mutant in mutants(_sample_of_slips):
        outcome = run(mutant.answer(_sample_of_slips), (x, y, 2, right))
        if "no sqrt" in mutant.name:
            torch.testing.assert_close(outcome.value[:, 2:], -y.double())
        assert torch.equal(_sample_of_slips(x, y, 2, right), want)  # also after a mutant that failed


def test_a_check_of_one_probe_and_no_properties_would_let_mutants_through(unchecked):
    jump = EXERCISES["forward.q_sample"]
    found = tally(replace(jump, probes=jump.probes[:1], properties=[]))
    assert len(found.rejected) < ENOUGH * found.changing
