"""The verdict on an answer, and how it is shown: as text in a terminal, as HTML in a notebook."""

from __future__ import annotations

import html
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from course_lib import lang, progress
from course_lib.exercises.core import Answer, Exercise
from course_lib.exercises.faults import Example, as_given, example, first_failure, matching_mistake
from course_lib.exercises.running import returns_a_value, run

NOT_ATTEMPTED, FAILED, PASSED = "not_attempted", "failed", "passed"
# A sign and a word tell the verdicts apart; the colour only repeats it. Greys and colours that read on
# white as well as on a dark theme's background; the text keeps the theme's own colour.
SIGNS = {NOT_ATTEMPTED: "○", FAILED: "✗", PASSED: "✓"}
BORDERS = {NOT_ATTEMPTED: "#888888", FAILED: "#D55E00", PASSED: "#009E73"}


@dataclass(frozen=True)
class Result:
    """A verdict. status: "not_attempted", "failed" or "passed"; the rest says why.

    mistake: the named mistake that was recognised, or ""; broken: the property that does not hold, or "";
    claims: what was verified; lines: what the learner is told; example: where it goes wrong; solution: the
    course's own version, which a page shows beside an answer that passed.
    """

    name: str
    status: str
    mistake: str = ""
    broken: str = ""
    lines: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    example: Example | None = None
    language: str = "en"
    solution: Solution | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == PASSED

    @property
    def title(self) -> str:
        """The verdict in words."""
        return lang.text(f"exercise.{self.status}", self.language)

    def _facts(self) -> list[tuple[str, str]]:
        if self.example is None:
            return []
        said = [(key, getattr(self.example, key)) for key in ("inputs", "expected", "got")]
        return [(lang.text(f"exercise.label_{key}", self.language), value) for key, value in said if value]

    def __repr__(self) -> str:
        text = [self.title, f"{SIGNS[self.status]} {self.name}"]
        text += [f"  ✓ {claim}" for claim in self.claims]
        text += [_see_solution(self.name, self.language)] if self.solution else []
        text += self.lines
        text += [f"  {label}: {value}" for label, value in self._facts()]
        return "\n".join(text)

    def _repr_html_(self) -> str:
        facts = "".join(
            f'<tr><th style="text-align:left;vertical-align:top;white-space:nowrap">{html.escape(label)}</th>'
            f'<td style="text-align:left"><code>{html.escape(value)}</code></td></tr>'
            for label, value in self._facts()
        )
        claims = "".join(f"<li>{with_code(claim)}</li>" for claim in self.claims)
        inside = (
            (f"<ul>{claims}</ul>" if claims else "")
            + paragraphs(self.lines)
            + (f'<table style="color:inherit">{facts}</table>' if facts else "")
            + (self.solution.folded() if self.solution else "")
        )
        return framed(SIGNS[self.status], BORDERS[self.status], self.title, self.name, inside, self.language)


def framed(sign: str, colour: str, title: str, name: str, inside: str, language: str) -> str:
    """The box that shows a verdict, here and in grading's report; ``inside`` is HTML, the rest is text."""
    box = (
        f"border-left:6px solid {colour};padding:0.5em 1em;margin:0.5em 0;"
        "color:inherit;background:transparent"
    )
    return (
        f'<div role="status" lang="{language}" style="{box}">'
        f'<strong><span aria-hidden="true">{sign}</span> {html.escape(title)}</strong>'
        + (f" <code>{html.escape(name)}</code>" if name else "")
        + f"{inside}</div>"
    )


def paragraphs(lines: Iterable[str]) -> str:
    """Sentences as paragraphs of a verdict's box."""
    return "".join(f'<p style="margin:0.4em 0">{with_code(line)}</p>' for line in lines)


def with_code(line: str) -> str:
    """A sentence as HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line))


_judging = False


def judge(exercise: Exercise, answer: Answer | object, hidden: bool = False) -> Result:
    """Judge an answer and record it if it passed. Never raises for anything the answer is or does.

    hidden: try the exercise's hidden cases too and record nothing: this grades somebody's answer.
    """
    global _judging
    language = lang.current()
    if _judging:  # the answer calls check: judging it again would never end
        return Result(exercise.name, FAILED, "", "runs", (lang.text("exercise.inside"),), language=language)
    _judging = True
    try:
        return _judge(exercise, answer, language, hidden)
    finally:
        _judging = False


def _judge(exercise: Exercise, answer: Answer | object, language: str, hidden: bool) -> Result:
    def result(status: str, *lines: str, **more: Any) -> Result:
        return Result(exercise.name, status, lines=lines, language=language, **more)

    if answer is None or answer is Ellipsis:
        return _not_attempted(exercise, language)
    if not callable(answer):
        says = lang.text("exercise.not_a_function", got=type(answer).__name__)
        return result(FAILED, says, broken="runs")
    function = cast(Callable[..., object], answer)
    first = run(function, tuple(exercise.probes[0]))
    if first.kind == "nothing":
        if first.detail == "None" and returns_a_value(function):
            shown = example(exercise, tuple(exercise.probes[0]))
            return result(FAILED, lang.text("exercise.returns_none"), broken="runs", example=shown)
        return _not_attempted(exercise, language)
    if as_given(exercise, function):
        return _not_attempted(exercise, language, "as_given")
    if found := matching_mistake(exercise, function):
        return result(FAILED, *found[2], mistake=found[0].name, example=found[1])
    if broken := first_failure(exercise, function, hidden):
        return result(FAILED, *broken[2], broken=broken[0].name, example=broken[1])
    return _passed(exercise, language, "" if hidden else progress.record(exercise.name), hidden)


def _not_attempted(exercise: Exercise, language: str, why: str = "start") -> Result:
    lines = (lang.text(f"exercise.{why}", language),)
    return Result(exercise.name, NOT_ATTEMPTED, lines=lines, language=language)


def _passed(exercise: Exercise, language: str, says: str = "", hidden: bool = False) -> Result:
    claims = tuple(lang.text(f"property.{known.name}", language) for known in exercise.tried(hidden))
    lines = (_see_solution(exercise.name, language),) if hidden else tuple(filter(None, [says]))
    shown = None if hidden else _own_version(exercise, language)
    return Result(exercise.name, PASSED, lines=lines, claims=claims, language=language, solution=shown)


def _own_version(exercise: Exercise, language: str) -> Solution | None:
    try:
        return solution(exercise, language)
    except OSError:  # an installation without sources
        return None


def _see_solution(name: str, language: str) -> str:
    return lang.text("exercise.see_solution", language, call=f'solution("{name}")')


def expected(exercise: Exercise, solved: bool, language: str) -> Result:
    """What ``check`` says of the exercise as it ships or, ``solved``, of a right answer; judges nothing."""
    if solved:
        return _passed(exercise, language)
    return _not_attempted(exercise, language, "start" if exercise.given is None else "as_given")


@dataclass(frozen=True)
class Solution:
    """The source code of the course's own version of an exercise."""

    name: str
    source: str
    language: str = "en"

    def __repr__(self) -> str:
        return f"{lang.text('exercise.solution', self.language, name=self.name)}\n\n{self.source}"

    def _repr_html_(self) -> str:
        return f'<p lang="{self.language}">{self._says()}</p>{self._code()}'

    def folded(self) -> str:
        """The same under a title that closes it."""
        return f"<details open><summary>{self._says()}</summary>{self._code()}</details>"

    def _says(self) -> str:
        return html.escape(lang.text("exercise.solution", self.language, name=self.name))

    def _code(self) -> str:
        return f"<pre><code>{html.escape(self.source)}</code></pre>"


def solution(exercise: Exercise, language: str = "") -> Solution:
    """The exercise's shown source: the library's function where there is one."""
    source = textwrap.dedent(inspect.getsource(exercise.shown or exercise.reference)).rstrip()
    return Solution(exercise.name, source, language or lang.current())
