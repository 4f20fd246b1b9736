"""A stage judges as ``check`` does, in the learner's language, one verdict for every task."""

from __future__ import annotations

import os
import random
import sys
from dataclasses import replace
from pathlib import Path

import apart
import pytest
import torch

from course_lib import lang, schedules
from course_lib.exercises import EXERCISES
from course_lib.exercises.core import Exercise
from course_lib.exercises.judging import judge
from course_tools import build
from course_tools.grading import stage
from course_tools.grading.tasks import Limits, Task, Verdict

pytestmark = pytest.mark.skipif(not stage.supported(), reason="grading needs fork")
CHAPTERS = sorted(path.stem for path in (build.NOTEBOOKS / "source").glob("[01]*.py"))
SAMPLED = 3


def seen(result) -> tuple:
    """What a verdict, or a check's result, says."""
    shown = result.example
    if shown and not isinstance(shown, tuple):
        shown = (shown.inputs, shown.expected, shown.got)
    return (result.status, result.mistake, result.broken, result.lines, result.claims, shown or ())


def answers(exercise: Exercise) -> dict:
    """The reference, stubs, and some of the named mistakes, the same at every run."""
    some = random.Random(exercise.name).sample(list(exercise.mistakes), SAMPLED)
    found = {"reference": exercise.reference, "stub": lambda *a: ..., **{m.name: m.answer for m in some}}
    return found | ({"given": exercise.given} if exercise.given else {})


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.name)
def test_an_answer_elsewhere_gets_the_verdict_that_check_gives(exercise):
    lang.use("ko")
    for name, answer in answers(exercise).items():
        verdict = apart.function(exercise, answer, "ko")
        assert seen(verdict) == seen(judge(exercise, answer, hidden=True)), name
        assert verdict.reason == ""
    assert verdict.language == "ko"


TRAINS = [exercise for exercise in EXERCISES.values() if exercise.trains]


@pytest.mark.parametrize("exercise", TRAINS, ids=lambda e: e.name)
def test_an_answer_cut_off_from_its_model_is_seen(exercise):
    def cut(*arguments):
        return exercise.reference(*arguments).detach()

    def stepped(*arguments):
        loss = exercise.reference(*arguments)
        loss.sum().backward(retain_graph=True)
        return loss

    verdict = apart.function(exercise, cut)
    assert (verdict.status, verdict.broken) == ("failed", "gradient")
    verdict = apart.function(exercise, stepped)
    assert seen(verdict) == seen(judge(exercise, stepped, hidden=True)) and verdict.score == 1


def test_odd_functions_get_the_verdict_that_check_gives():
    exercise = EXERCISES["forward.q_step"]

    class Called:
        def __call__(self, *arguments):
            return exercise.reference(*arguments)

    def changes(x, t, eps, schedule):
        answer = exercise.reference(x, t, eps, schedule)
        x += 1
        return answer

    def unimplemented(*arguments):
        raise NotImplementedError("later")

    def returns_none(x, t, eps, schedule):
        return [x].append(eps)

    odd = [
        Called(), changes, unimplemented, returns_none, None, ..., 3, "text", torch.ones(2), abs, int,
        lambda *a: torch.empty(0), lambda *a: torch.zeros(2, 0, 3), lambda x, *a: x.to(torch.complex64),
        lambda x, *a: x.half(), lambda x, *a: x.to_sparse(), lambda x, *a: x.tolist(),
        lambda x, *a: x * torch.nan,
        lambda x, *a: x.expand(10**3, 10**3, 10**3, *x.shape[1:]), lambda x, *a: x.numpy(), lambda x: x,
        lambda x, *a: x.float() / 0, lambda x, *a: [1, 2, 3], lambda x, *a: 1 / 0,
    ]  # fmt: skip
    lang.use("en")
    for answer in odd:
        assert seen(apart.function(exercise, answer)) == seen(judge(exercise, answer, hidden=True)), answer


def test_a_cell_is_judged_by_what_its_own_text_defines():
    solved = "def mix(x_0, eps, share):\n    return share**0.5 * x_0 + (1 - share) ** 0.5 * eps\n"
    mix = EXERCISES["intuition.mix"].reference
    assert apart.cell("intuition.mix", solved, "mix").status == "passed"
    assert apart.cell("intuition.mix", solved, "mix", mix=None).status == "passed"
    missing = apart.cell("intuition.mix", "pass", "mix", mix=mix)
    assert (missing.status, missing.reason) == ("failed", "definition")
    assert apart.cell("intuition.mix", "mix = other", "mix", other=mix).reason == "solution"
    late = apart.cell("intuition.mix", solved + "1 / 0\n", "mix")
    assert late.status == "passed"


def test_hidden_cases_are_tried():
    exercise = EXERCISES["forward.q_step"]
    known = list(exercise.probes)

    def knows_the_probes(x, t, eps, schedule):
        near = [p for p in known if p[0].shape == x.shape and torch.equal(p[0], x)]
        right = exercise.reference(x, t, eps, schedule)
        return right if near or x.numel() == 1 else right + 1

    more = replace(
        exercise,
        properties=[],
        hidden=[(torch.ones(2, 3, 1, 1), torch.tensor([1, 2]), torch.ones(2, 3, 1, 1), known[0][3])],
    )
    assert judge(more, knows_the_probes).passed
    verdict = apart.function(more, knows_the_probes)
    assert (verdict.status, verdict.broken) == ("failed", "hidden") and verdict.example
    passed = apart.function(more, exercise.reference)
    assert passed.claims[-1] == lang.text("property.hidden") and passed.score == 1


def solved(chapter: str) -> dict[str, str]:
    return {cell.exercise: stage._solved(chapter, cell.key) for cell in stage.cells(chapter) if cell.exercise}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_cells_are_found_without_the_checks_and_without_the_solutions(chapter):
    cells = stage.cells(chapter)
    number = int(chapter[:2])
    asked = {cell.exercise: cell.answer for cell in cells if cell.exercise}
    assert set(asked) == {name for name, e in EXERCISES.items() if e.chapter == number}
    assert all(cell.text is None for cell in cells if cell.exercise)
    for exercise, text in solved(chapter).items():
        assert f"def {asked[exercise]}(" in text and build.BEGIN not in text
    assert not any(cell.text and cell.text.startswith("check(") for cell in cells)


def test_where_there_are_only_built_notebooks_the_same_cells_are_found(monkeypatch, tmp_path):
    wanted = {c.exercise: (c.key, c.answer) for c in stage.cells("02_forward") if c.exercise}
    keys = [cell.key for cell in stage.cells("02_forward")]
    monkeypatch.setattr(build, "NOTEBOOKS", tmp_path)
    cells = stage.cells("02_forward")
    assert {c.exercise: (c.key, c.answer) for c in cells if c.exercise} == wanted
    assert [cell.key for cell in cells if cell.key in keys] == keys
    assert stage._solved("02_forward", "ex-q-step").endswith("...")


@pytest.fixture(scope="module")
def graded() -> dict[int, Verdict]:
    """Chapter 02: solved, the stub, and an exercise that is not there, in three languages."""
    tasks = [
        Task(f"{language} {kind}", "02_forward", exercise, language, text)
        for exercise, text in solved("02_forward").items()
        for language, kind, text in (
            ("ko", "solved", text),
            ("id", "stub", text.partition("\n")[0] + "\n    ...\n"),
        )
    ]
    tasks.append(Task("en", "02_forward", "intuition.mix", "en", "x"))
    return {place: verdict for place, verdict in stage.grade("02_forward", tasks, Limits(), jobs=2)}


def test_a_whole_chapter_is_graded_at_each_exercise(graded):
    chapter = list(solved("02_forward"))
    assert sorted(graded) == list(range(2 * len(chapter) + 1))
    for n, exercise in enumerate(chapter):
        right, stub = graded[2 * n], graded[2 * n + 1]
        assert (right.status, right.exercise, right.learner, right.score) == (
            "passed",
            exercise,
            "ko solved",
            1,
        )
        assert right.claims[0] == lang.text("property.runs", "ko")
        assert (stub.status, stub.lines) == ("not_attempted", (lang.text("exercise.start", "id"),))
    last = graded[2 * len(chapter)]
    assert (last.status, last.reason) == ("stopped", "chapter")


def test_a_chapter_that_is_not_there():
    for chapter in ("77_none", "../secrets", ""):
        ((place, verdict),) = stage.grade(
            chapter, [Task("a", chapter, "forward.q_step", "en", "x")], Limits()
        )
        assert (place, verdict.status, verdict.reason) == (0, "stopped", "chapter")


def fake_stage(folder: Path, then: str) -> Path:
    """In Python's place: notes that it ran, gives the second task's row, and goes on with ``then``."""
    row = Verdict("", "02_forward", "forward.q_step", "passed").to_json()
    script = folder / "python"
    runs, row = repr(str(folder / "runs")), repr(f"1 {row}\n")
    script.write_text(
        f"#!{sys.executable} -S\nimport os, sys, time\nprint(os.getpid(), file=open({runs}, 'a'))\n"
        f"os.write(int(sys.argv[3]), {row}.encode())\n{then}\n"
    )
    script.chmod(0o755)
    return script


def test_a_stage_that_dies_is_started_once_more_and_the_rest_is_told(tmp_path, monkeypatch):
    tasks = [Task(name, "02_forward", "forward.q_step", "en", "x") for name in "abc"]
    monkeypatch.setattr(sys, "executable", str(fake_stage(tmp_path, "sys.exit(1)")))
    got = dict(stage.grade("02_forward", tasks, Limits()))
    assert len((tmp_path / "runs").read_text().split()) == 2
    assert (got[1].status, got[1].learner) == ("passed", "b")
    assert [(got[n].status, got[n].reason, got[n].learner) for n in (0, 2)] == [
        ("stopped", "crash", "a"),
        ("stopped", "crash", "c"),
    ]


def test_a_row_of_which_a_dying_stage_wrote_half_is_no_row(tmp_path, monkeypatch):
    tasks = [Task(name, "02_forward", "forward.q_step", "en", "x") for name in "ab"]
    half = 'os.write(int(sys.argv[3]), b\'0 {"chapter": "02_f\')'
    monkeypatch.setattr(sys, "executable", str(fake_stage(tmp_path, half)))
    got = dict(stage.grade("02_forward", tasks, Limits()))
    assert (got[0].status, got[0].reason, got[1].status) == ("stopped", "crash", "passed")


def test_a_stage_is_not_told_whose_an_answer_is(tmp_path):
    with (tmp_path / "head").open("w+b") as file:
        stage._write(file, "02_forward", {0: Task("somebody", "02_forward", "x", "en", "text")}, Limits(), 1)
        file.seek(0)
        said = file.read()
    assert b"text" in said and b"somebody" not in said


@pytest.mark.parametrize(
    ("exercise", "source"),
    [
        ("ode.heun", "from course_lib.ode import heun"),
        (
            "memory.nearest",
            "from course_lib import memory\n"
            "def nearest(samples, training):\n    return memory.nearest(samples, training).values[:, 0]",
        ),
        ("schedules.alpha_bar", "alpha_bar = lambda b: schedules.from_betas(b[1:]).alpha_bar"),
    ],
)
def test_what_the_library_calls_by_the_exercise_s_name_is_the_solution_too(exercise, source):
    got = apart.cell(exercise, source, exercise.rpartition(".")[2], schedules=schedules)
    assert (got.status, got.reason) == ("failed", "solution")


def test_no_tasks_start_nothing(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert list(stage.grade("02_forward", [], Limits())) == []


def test_a_consumer_that_stops_leaves_no_stage(tmp_path, monkeypatch):
    tasks = [Task(name, "02_forward", "forward.q_step", "en", "x") for name in "ab"]
    monkeypatch.setattr(sys, "executable", str(fake_stage(tmp_path, "time.sleep(60)")))
    rows = stage.grade("02_forward", tasks, Limits())
    assert next(rows)[0] == 1
    rows.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "runs").read_text()), 0)


def test_lines_that_only_a_notebook_reads_are_read():
    assert stage.plain("x = 1") == "x = 1"
    assert "get_ipython()" in stage.plain("%time x = 1\n!ls")
    assert stage.plain("def f(:").strip() == "def f(:"
    for above in ("%%time", " \n%%capture out", "%%time -n 3\r"):
        assert stage.plain(f"{above}\nx = 1").strip() == "x = 1"
