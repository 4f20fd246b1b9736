"""What goes to a stage and what comes back: a task, its limits and its verdict, each as one JSON line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

PASSED, FAILED, NOT_ATTEMPTED = "passed", "failed", "not_attempted"
STOPPED, REFUSED, MISSING = "stopped", "refused", "missing"
STATUSES = (PASSED, FAILED, NOT_ATTEMPTED, STOPPED, REFUSED, MISSING)


class _Json:
    """A frozen dataclass that becomes one line of JSON and is read back from it."""

    def to_json(self) -> str:
        """One line, the same for the same values."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True)  # type: ignore[call-overload]

    @classmethod
    def from_json(cls, line: str | bytes) -> Self:
        """The values of one line; ValueError where they are not this dataclass's."""
        found = json.loads(line)
        names = {one.name for one in fields(cls)}  # type: ignore[arg-type]
        if not isinstance(found, dict) or not set(found) <= names:
            raise ValueError(f"not a {cls.__name__}")
        try:
            return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in found.items()})
        except TypeError as problem:
            raise ValueError(str(problem)) from None


@dataclass(frozen=True)
class Task(_Json):
    """One answer cell's text, to be judged as the answer of ``exercise``, in the learner's language.

    chapter: the chapter's stem, such as "02_forward".
    """

    learner: str
    chapter: str
    exercise: str
    language: str
    source: str


@dataclass(frozen=True)
class Limits(_Json):
    """What one answer may use: seconds of its own time, MiB of memory beyond the course's, MiB of output."""

    seconds: float = 10.0
    memory_mb: int = 2048
    output_mb: int = 10


@dataclass(frozen=True)
class Verdict(_Json):
    """What became of one exercise of one learner.

    status: passed, failed, not_attempted, stopped (a limit or the sandbox ended it), refused (the notebook
    could not be read) or missing (its cell is gone). reason: a code such as "time" or "solution", or "".
    mistake, broken, lines, claims: as of ``course_lib.exercises.Result``. example: (inputs, expected, got),
    or (). seconds: how long it took. score: 1 where it passed.
    """

    learner: str
    chapter: str
    exercise: str
    status: str
    reason: str = ""
    mistake: str = ""
    broken: str = ""
    lines: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    language: str = "en"
    seconds: float = 0.0

    @property
    def score(self) -> int:
        """1 for an answer that passed, else 0."""
        return int(self.status == PASSED)


# Judges tasks of one chapter, so many at a time: (chapter, tasks, limits, jobs) -> (which task, its verdict).
Judge = Callable[[str, Sequence[Task], Limits, int], Iterator[tuple[int, Verdict]]]


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """The verdict's fields and its score, by name."""
    return {**asdict(verdict), "score": verdict.score}
