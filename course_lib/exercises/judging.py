"""The verdict on an answer, and how it is shown: as text in a terminal, as HTML in a notebook."""

from __future__ import annotations

import html
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from course_lib import lang, progress
from course_lib.exercises.core import Answer, Example, Exercise, example, first_failure, matching_mistake
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
    claims: what was verified; lines: what the learner is told; example: where it goes wrong.
    """

    name: str
    status: str
    mistake: str = ""
    broken: str = ""
    lines: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    example: Example | None = None
    language: str = "en"

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
        text += self.lines
        text += [f"  {label}: {value}" for label, value in self._facts()]
        return "\n".join(text)

    def _repr_html_(self) -> str:
        box = (
            f"border-left:6px solid {BORDERS[self.status]};padding:0.5em 1em;margin:0.5em 0;"
            "color:inherit;background:transparent"
        )
        facts = "".join(
            f'<tr><th style="text-align:left;vertical-align:top;white-space:nowrap">{html.escape(label)}</th>'
            f'<td style="text-align:left"><code>{html.escape(value)}</code></td></tr>'
            for label, value in self._facts()
        )
        claims = "".join(f"<li>{_with_code(claim)}</li>" for claim in self.claims)
        return (
            f'<div role="status" lang="{self.language}" style="{box}">'
            f'<strong><span aria-hidden="true">{SIGNS[self.status]}</span> {html.escape(self.title)}</strong>'
            f" <code>{html.escape(self.name)}</code>"
            + (f"<ul>{claims}</ul>" if claims else "")
            + "".join(f'<p style="margin:0.4em 0">{_with_code(line)}</p>' for line in self.lines)
            + (f'<table style="color:inherit">{facts}</table>' if facts else "")
            + "</div>"
        )


def _with_code(line: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line))


_judging = False


def judge(exercise: Exercise, answer: Answer | object) -> Result:
    """Judge an answer and record it if it passed. Never raises for anything the answer is or does."""
    global _judging
    language = lang.current()
    if _judging:  # the answer calls check: judging it again would never end
        return Result(exercise.name, FAILED, "", "runs", (lang.text("exercise.inside"),), language=language)
    _judging = True
    try:
        return _judge(exercise, answer, language)
    finally:
        _judging = False


def _judge(exercise: Exercise, answer: Answer | object, language: str) -> Result:
    def result(status: str, *lines: str, **more: Any) -> Result:
        return Result(exercise.name, status, lines=lines, language=language, **more)

    if answer is None or answer is Ellipsis:
        return result(NOT_ATTEMPTED, lang.text("exercise.start"))
    if not callable(answer):
        says = lang.text("exercise.not_a_function", got=type(answer).__name__)
        return result(FAILED, says, broken="runs")
    function = cast(Callable[..., object], answer)
    first = run(function, tuple(exercise.probes[0]))
    if first.kind == "nothing":
        if first.detail == "None" and returns_a_value(function):
            shown = example(exercise, tuple(exercise.probes[0]))
            return result(FAILED, lang.text("exercise.returns_none"), broken="runs", example=shown)
        return result(NOT_ATTEMPTED, lang.text("exercise.start"))
    if found := matching_mistake(exercise, function):
        return result(FAILED, *found[2], mistake=found[0].name, example=found[1])
    if broken := first_failure(exercise, function):
        return result(FAILED, *broken[2], broken=broken[0].name, example=broken[1])
    claims = tuple(lang.text(f"property.{known.name}") for known in exercise.all_properties)
    see = lang.text("exercise.see_solution", call=f'solution("{exercise.name}")')
    return result(PASSED, *filter(None, (see, progress.record(exercise.name))), claims=claims)


@dataclass(frozen=True)
class Solution:
    """The source code of the course's own version of an exercise."""

    name: str
    source: str
    language: str = "en"

    def __repr__(self) -> str:
        return f"{lang.text('exercise.solution', self.language, name=self.name)}\n\n{self.source}"

    def _repr_html_(self) -> str:
        says = html.escape(lang.text("exercise.solution", self.language, name=self.name))
        return f'<p lang="{self.language}">{says}</p><pre><code>{html.escape(self.source)}</code></pre>'


def solution(exercise: Exercise) -> Solution:
    """The exercise's shown source: the library's function where there is one."""
    source = textwrap.dedent(inspect.getsource(exercise.shown or exercise.reference)).rstrip()
    return Solution(exercise.name, source, lang.current())
