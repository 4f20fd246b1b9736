"""The five kinds of exercises: what each promises, in the code and in the notebooks as they are built."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from course_lib import forward, lang
from course_lib.exercises import EXERCISES, check, names
from course_lib.exercises.core import KINDS, alike
from course_lib.exercises.running import run
from course_tools import build, shared_code, source
from course_tools.source import GIVEN

SOURCES = sorted((Path(__file__).parents[3] / "notebooks" / "source").glob("[01][0-9]_*.py"))
EVERY = list(EXERCISES.values())
PREDICT = [e for e in EVERY if e.kind == "predict"]
DEBUG = [e for e in EVERY if e.kind == "debug"]


def named(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda e: e.name)


@cache
def cells():
    """Every exercise's cell, by the exercise's name."""
    found = {}
    for path in SOURCES:
        parsed, problems = build.check_source(path)
        assert problems == []
        found |= {cell.fields["exercise"]: cell.text for cell in parsed if "exercise" in cell.fields}
    return found


def function(name, solved):
    """The learner's function as the cell defines it, unsolved or solved."""
    space = {"math": math, "torch": torch, "F": functional, "forward": forward}
    exec(build.solution(cells()[name], solved, "en"), space)
    return space[name.split(".")[1]]


def test_each_kind_occurs_and_every_chapter_mixes_them():
    kinds = [e.kind for e in EVERY]
    assert set(kinds) == set(KINDS)
    for kind, least in (("predict", 2), ("complete", 1), ("debug", 2), ("measure", 2)):
        assert kinds.count(kind) >= least
    for chapter in range(1, 11):
        assert len({EXERCISES[name].kind for name in names(chapter)}) > 1, chapter


def test_what_a_kind_needs_is_asked_for():
    one = DEBUG[0]
    for wrong, says in (
        ({"kind": "guess"}, "'guess'"),
        ({"kind": "write"}, "`given`"),
        ({"given": None}, "`given`"),
    ):
        with pytest.raises(ValueError, match=says):
            replace(one, **wrong)


# ---- debug


@named(DEBUG)
@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_broken_function_is_not_attempted_until_it_does_something_else(exercise, language):
    lang.use(language)
    result = check(exercise.name, exercise.given)
    assert (result.status, result.lines) == ("not_attempted", (lang.text("exercise.as_given"),))


@named(DEBUG)
def test_the_notebook_s_stub_is_the_broken_function_and_mended_it_passes(exercise):
    stub, mended = (function(exercise.name, solved) for solved in (False, True))
    for probe in (*exercise.probes, *exercise.hidden):
        assert alike(run(stub, probe), run(exercise.given, probe))
    assert check(exercise.name, stub).status == "not_attempted"
    assert check(exercise.name, mended).passed


@named(DEBUG)
def test_the_broken_function_is_no_named_mistake_and_half_mended_is(exercise):
    broken = [run(exercise.given, probe) for probe in exercise.probes]
    assert all(outcome.value is not None for outcome in broken)
    for answer in (exercise.reference, *(m.answer for m in exercise.mistakes)):
        assert not all(map(alike, broken, (run(answer, probe) for probe in exercise.probes)))


@pytest.mark.parametrize(
    ("name", "line", "mended", "mistake"),
    [
        ("forward.chain", "beta_t * z", "beta_t**0.5 * z", "same_noise"),
        ("forward.chain", "beta_t * z", "beta_t * eps[t]", "root_missing"),
        ("forward.chain", "z = eps[1]", "z = eps[schedule.T]", ""),
        ("training.descend", "(1 - alpha_bar_t) *", "(1 - alpha_bar_t) ** 0.5 *", "piles_up"),
        ("training.descend", "mse.backward()", "theta.grad = None\n        mse.backward()", "root_missing"),
        ("training.descend", "theta -=", "theta.grad.zero_()\n            theta -=", ""),
        (
            "samplers.clipped_step",
            "(1 - float(schedule.alpha[t - 1])) / (1 - alpha_t)",
            "(1 - bar_prev) / (1 - bar_t)",
            "root_still_missing",
        ),
        ("samplers.clipped_step", "beta_tilde_t * z", "beta_tilde_t**0.5 * z", "bars_still_lost"),
    ],
)
def test_a_stub_that_is_half_mended_is_told_what_is_left(name, line, mended, mistake):
    stub = build.solution(cells()[name], False, "en")
    assert stub.count(line) == 1
    space = {"torch": torch}
    exec(stub.replace(line, mended), space)
    result = check(name, space[name.split(".")[1]])
    assert result.status == "failed"
    if mistake:
        assert result.mistake == mistake
        assert EXERCISES[name].hint(mistake) in result.lines


# ---- predict


@named(PREDICT)
def test_a_prediction_s_failure_does_not_give_the_answer_away(exercise):
    right = run(exercise.reference, ()).value
    for answer in (*(m.answer for m in exercise.mistakes), lambda: [0, 0, 0, 0], lambda: [1, 2]):
        result = check(exercise.name, answer)
        assert result.status == "failed"
        assert str([int(n) for n in right]) not in repr(result)
        assert lang.text("exercise.label_expected") not in repr(result)


@named(PREDICT)
def test_a_slip_is_recognised_whatever_the_other_entries_are(exercise):
    right = run(exercise.reference, ()).value.long()
    for mistake in exercise.mistakes:
        slips = run(mistake.answer, ()).value.long()
        mixed = torch.where(slips == right, 7, slips).tolist()
        named_first = [
            m.name
            for m in exercise.mistakes
            if all(
                b in (a, c)
                for a, b, c in zip(right.tolist(), run(m.answer, ()).value.tolist(), mixed, strict=True)
            )
        ]
        result = check(exercise.name, lambda mixed=mixed: mixed)
        assert result.mistake == named_first[0]


@named(PREDICT)
@pytest.mark.parametrize(
    "answer",
    [lambda: 3, lambda: [0.6, 0.8, 1.0, 0.6], lambda: [], lambda: [[1, 2], [3, 4]], lambda: torch.ones(4)],
)
def test_what_is_no_list_of_four_whole_numbers_is_refused(exercise, answer):
    assert check(exercise.name, answer).status == "failed"


@named(PREDICT)
@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_list_of_another_length_is_told_both_lengths(exercise, language):
    lang.use(language)
    for numbers in ([7, 7, 7], [7] * 5, []):
        says = lang.text("exercise.how_many", want=4, got=len(numbers))
        assert check(exercise.name, lambda numbers=numbers: numbers).lines[1:] == (says,)
    square = check(exercise.name, lambda: [[1, 2], [3, 4]])
    assert (square.broken, len(square.lines)) == ("shape", 1)


@named(PREDICT)
@pytest.mark.parametrize(
    "answer", [lambda: [0.6, 0.8, 1, 0.6], lambda: [7.0] * 4, lambda: torch.rand(4), lambda: list(np.ones(4))]
)
def test_decimals_are_told_to_be_whole_numbers_in_the_task_s_unit(exercise, answer):
    assert check(exercise.name, answer).lines[-1] == lang.text("exercise.whole_numbers")
    other = check(exercise.name, lambda: "7777")
    assert other.lines == (lang.text("exercise.list", got="str"),)


@pytest.mark.parametrize("name", ["latent.predict_cost", "samplers.times", "guidance.combine"])
def test_whole_numbers_are_not_said_to_agree_in_float64(name):
    exercise = EXERCISES[name]
    claims = check(name, exercise.reference).claims
    assert (lang.text("property.agrees_whole") in claims) is exercise.lists
    assert (lang.text("property.agrees") in claims) is not exercise.lists
    for language in lang.LANGUAGES:
        assert "float" not in lang.text("property.agrees_whole", language)


# ---- stubs


@named(EVERY)
def test_every_stub_parses_and_every_solution_passes(exercise):
    text = cells()[exercise.name]
    for solved in (False, True):
        built = build.solution(text, solved, "en")
        compile(built, exercise.name, "exec")
        assert "SOLUTION" not in built and GIVEN not in built
    assert build.solution(text, False, "en") != build.solution(text, True, "en")


@pytest.mark.parametrize("kind", ["complete", "measure", "predict"])
def test_unsolved_stubs_of_the_other_kinds_are_not_attempted(kind):
    for exercise in EVERY:
        if exercise.kind == kind:
            assert check(exercise.name, function(exercise.name, False)).status == "not_attempted"
            assert check(exercise.name, function(exercise.name, True)).passed


def test_given_lines_stand_in_for_the_answer_and_vanish_from_the_solved_edition():
    marked = [
        "### BEGIN SOLUTION",
        "return x",
        "### GIVEN y = 2 * x",
        "### GIVEN return y",
        "### END SOLUTION",
    ]
    text = "\n    ".join(["def f(x):", *marked])
    assert build.solution(text, False, "ko") == "def f(x):\n    y = 2 * x\n    return y"
    assert build.solution(text, True, "ko") == "def f(x):\n    return x"


@pytest.mark.parametrize(
    ("line", "fields", "refused"),
    [
        ("return y", {"exercise": "a.b"}, []),
        ("return y  # not yet right", {"exercise": "a.b"}, ["human_sentence"]),
        ("return y", {}, ["solution_outside"]),
    ],
)
def test_given_lines_are_code_of_exercises(line, fields, refused):
    marks = [f"    {source.BEGIN}", "    return x"] * bool(fields)
    lines = [
        "def f(x):",
        *marks,
        f"    {GIVEN}{line}",
        *([f"    {source.END}"] * bool(fields)),
        "    return x",
    ]
    cell = source.Cell("chapter", 1, "key", None, "\n".join(lines), fields)
    assert [problem.name for problem in shared_code.check_cell(cell)] == refused
