"""Every chapter runs under nbval: as shipped in every language, solved in one, each chapter in its turn.

nbval compares what each check shows with what its cell carries: shipped "not attempted", solved "passed".
Solved, the three languages run the same code (a test below compares it), so a third of them is enough. Each
run is one pytest process of its own with the learner's state in a temporary folder, so runs can be spread
over workers in any way; one class a language lets ``--dist loadscope`` spread them too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import printed
import pytest

from course_lib import lang
from course_tools import build

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.py"))
SOLVED_IN = {chapter: lang.LANGUAGES[n % len(lang.LANGUAGES)] for n, chapter in enumerate(CHAPTERS)}
CELL_TIMEOUT = 120
# Runs beside nbval and keeps what each cell wrote: nbval itself only compares it.
KEEPER = """
import json

import pytest

kept = []


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item):
    for out in item.test_outputs or []:
        kept.append(out.get("text") or out.get("data", {}).get("text/plain", ""))


def pytest_sessionfinish():
    with open("outputs.json", "w", encoding="utf-8") as file:
        json.dump(["".join(text) for text in kept], file)
"""
_DURATION = re.compile(r"^\s*([\d.]+)s call\s+\S*::(Cell (\d+))\s*$", re.M)


@dataclass(frozen=True)
class Run:
    """What one execution of a notebook came to: seconds in its cells, the slowest cell's key, its outputs."""

    passed: bool
    output: str
    seconds: float
    slowest: str
    slowest_seconds: float
    printed: tuple[str, ...]


def code_cells(notebook: str) -> list[dict]:
    """The code cells of a notebook."""
    return [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]


def execute(notebook: str, folder: Path) -> Run:
    """Runs a notebook under nbval in a process of its own, with the learner's home below ``folder``."""
    keys = [cell["metadata"]["key"] for cell in code_cells(notebook)]
    path = folder / "chapter.ipynb"
    path.write_text(notebook, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "conftest.py").write_text(KEEPER, encoding="utf-8")
    dropped = ("PYTEST_", "MPLBACKEND", "COURSE_", "LANG", "LC_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    env |= {"OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    env |= {"COURSE_HOME": str(folder / "home"), "IPYTHONDIR": str(folder / "ipython")}
    env |= {"JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    # Other plugins only cost time here: half of a small notebook's run.
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval-lax", "--nbval-current-env"]
    command += [f"--nbval-cell-timeout={CELL_TIMEOUT}", "--durations=0", "--durations-min=0.001", "-vv"]
    command += ["-p", "no:cacheprovider", "-c", "pytest.ini", "--rootdir=.", path.name]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8")
    calls = [(float(m[1]), keys[int(m[3])]) for m in _DURATION.finditer(done.stdout)]
    slowest_seconds, slowest = max(calls, default=(0.0, ""))
    passed = done.returncode == 0 and f"{len(keys)} passed" in done.stdout
    outputs = folder / "outputs.json"  # none where pytest itself broke down; its output then says why
    kept = tuple(json.loads(outputs.read_text(encoding="utf-8"))) if outputs.is_file() else ()
    return Run(passed, done.stdout + done.stderr, sum(s for s, _ in calls), slowest, slowest_seconds, kept)


# Numbers of the English prose that no cell prints, each with why that is right. Anything else is a mistake.
UNPRINTED = {
    "01_intuition": {("square-roots-after", "0.707"): "the exact root of 0.5, in a formula before it"},
    "02_forward": {
        ("step-answer", "0.0065"): "the difference of the printed (c) and (b), 1.3000 and 1.2935",
        ("two-noises-note", "0.500"): "the first of the two exact parts of the printed 1.207",
        ("two-noises-note", "0.707"): "the second of them",
    },
}


def prose_of(notebook: str) -> list[tuple[str, str]]:
    """The prose cells of a notebook: key and text."""
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "markdown"]
    return [(cell["metadata"]["key"], "".join(cell["source"])) for cell in cells]


def claims_of(prose: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Every number that the prose claims, with its cell's key."""
    return [(key, claim.text) for key, text in prose for claim in printed.claimed(text)]


def one_digit_off(number: str) -> list[str]:
    """The number with one of its digits one higher, each in turn; as long and as precise as before."""
    places = [i for i, letter in enumerate(number) if letter in "12345678"]
    return [f"{number[:i]}{int(number[i]) + 1}{number[i + 1 :]}" for i in places]


def assert_prose_is_printed(chapter: str, notebook: str, outputs: tuple[str, ...]) -> None:
    """Every number of an executed chapter's prose is one that it printed, and a wrong one would be seen."""
    prose = prose_of(notebook)
    assert set(printed.unprinted(prose, outputs)) == set(UNPRINTED.get(chapter, {}))
    # A planted digit is refused, in nine of ten: some other number of the chapter may happen to fit it.
    mutants = [(key, wrong) for key, number in claims_of(prose) for wrong in one_digit_off(number)]
    assert mutants
    assert len(printed.unprinted(mutants, outputs)) >= 0.9 * len(mutants)


def solved(chapter: str, language: str) -> str:
    """The notebook of one chapter with every exercise solved."""
    cells, _ = build.check_source(ROOT / "notebooks" / "source" / f"{chapter}.py")
    return build.notebook(cells, chapter, language, solved=True)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solved_the_three_languages_run_the_same_code(chapter: str) -> None:
    def code(language: str) -> list[str]:
        return ["".join(cell["source"]) for cell in code_cells(solved(chapter, language))]

    english = code("en")
    for language in lang.LANGUAGES:
        use = f'lang.use("{language}")'
        assert sum(use in cell for cell in code(language)) == 1
        assert [cell.replace(use, 'lang.use("en")') for cell in code(language)] == english


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The runs of one language: each chapter as shipped, and its share of the solved ones."""
    if "kind" in metafunc.fixturenames and metafunc.cls is not None:
        mine = [
            ("solved", chapter)
            for chapter, language in SOLVED_IN.items()
            if language == metafunc.cls.language
        ]
        metafunc.parametrize(("kind", "chapter"), [*(("shipped", chapter) for chapter in CHAPTERS), *mine])


@pytest.mark.notebooks
class Chapters:
    """The same tests for each language; see the classes below."""

    language: ClassVar[str]

    def test_it_runs_and_says_so(
        self, chapter: str, kind: str, tmp_path: Path, record_property: pytest.RecordProperty
    ) -> None:
        if kind == "shipped":
            text = (ROOT / "notebooks" / self.language / f"{chapter}.ipynb").read_text(encoding="utf-8")
        else:
            text = solved(chapter, self.language)
        run = execute(text, tmp_path)
        slowest = f"slowest cell {run.slowest} {run.slowest_seconds:.1f} s"
        figures = f"{chapter} {self.language} {kind}: {run.seconds:.1f} s of 60, {slowest}"
        record_property("chapter", figures)
        print(figures)
        assert run.passed, run.output
        if (self.language, kind) == ("en", "shipped"):  # the builder keeps the others' numbers equal to these
            assert_prose_is_printed(chapter, text, run.printed)


class TestEnglish(Chapters):
    language = "en"


class TestIndonesian(Chapters):
    language = "id"


class TestKorean(Chapters):
    language = "ko"


def small_notebook(*cells: tuple[str, str]) -> str:
    """A notebook that loads nothing heavy; each cell is its code and what it should show ("": anything)."""
    content = json.loads(build.notebook([], "99_small", "en"))
    for n, (code, shown) in enumerate(cells, 1):
        output = {"data": {"text/plain": shown}, "output_type": "execute_result", "metadata": {}}
        cell = {"cell_type": "code", "id": f"c{n}", "metadata": {"key": f"c{n}"}, "source": code}
        cell |= {"execution_count": None, "outputs": []}
        if shown:
            cell |= {"execution_count": n, "outputs": [{**output, "execution_count": n}]}
            cell["metadata"] |= {"tags": [build.CHECKED]}
        content["cells"].append(cell)
    return json.dumps(content)


RESULT = "class Result:\n    def __repr__(self):\n        return 'Passed\\nmore'\n\n\nResult()"


@pytest.mark.notebooks
def test_the_runner_passes_what_is_right_and_times_it(tmp_path: Path) -> None:
    slow = "import time\n\nfor _ in range(3):\n    time.sleep(0.1)"
    run = execute(small_notebook((slow, ""), (RESULT, "Passed\nmore"), ("1", "")), tmp_path)
    assert run.passed, run.output
    assert run.slowest in ("c1", "c2", "c3") and run.seconds >= 0.3
    assert run.printed == ("Passed\nmore", "1")


@pytest.mark.notebooks
def test_the_runner_sees_an_error_a_failed_assertion_and_another_verdict(tmp_path: Path) -> None:
    notebook = small_notebook(("1 / 0", ""), ("assert False", ""), (RESULT, "Not attempted"), ("1", "1"))
    run = execute(notebook, tmp_path)
    assert not run.passed and "3 failed, 1 passed" in run.output, run.output


def first_exercise(language: str, solved: bool) -> dict:
    """Chapter 01 cut down to its first exercise with its check: as built, but quick to run."""
    cells, _ = build.check_source(ROOT / "notebooks" / "source" / "01_intuition.py")
    content = json.loads(build.notebook(cells, "01_intuition", language, solved))
    keys = ("setup", "chapter-progress", "ex-mix", "check-mix")
    content["cells"] = [cell for cell in content["cells"] if cell["metadata"]["key"] in keys]
    assert len(content["cells"]) == len(keys)
    return content


@pytest.mark.notebooks
@pytest.mark.parametrize(("language", "solved"), [("ko", False), ("id", True)])
def test_a_check_shows_what_its_cell_carries(language: str, solved: bool, tmp_path: Path) -> None:
    run = execute(json.dumps(first_exercise(language, solved)), tmp_path)
    assert run.passed, run.output


def spoil_the_answer(ex: dict, check: dict) -> None:
    """A mistake: the weights without their roots."""
    ex["source"] = [line.replace("share**0.5", "share") for line in ex["source"]]


def leave_the_stub(ex: dict, check: dict) -> None:
    """No answer."""
    ex["source"] = ["from course_lib.exercises import check\n\n\n", "def mix(x_0, eps, share):\n", "    ..."]


def expect_another_claim(ex: dict, check: dict) -> None:
    """An expected text that leaves a claim out."""
    del check["outputs"][0]["data"]["text/plain"][2]


def expect_another_sign(ex: dict, check: dict) -> None:
    """An expected HTML that differs."""
    shown = check["outputs"][0]["data"]
    shown["text/html"] = [line.replace("✓", "✗") for line in shown["text/html"]]


@pytest.mark.notebooks
@pytest.mark.parametrize(
    "plant", [spoil_the_answer, leave_the_stub, expect_another_claim, expect_another_sign]
)
def test_nbval_sees_what_is_not_as_expected(plant: Callable[[dict, dict], None], tmp_path: Path) -> None:
    content = first_exercise("en", solved=True)
    before = json.dumps(content)
    plant(*content["cells"][-2:])
    assert json.dumps(content) != before
    run = execute(json.dumps(content), tmp_path)
    assert not run.passed and "1 failed, 3 passed" in run.output, run.output
    assert "Cell outputs differ" in run.output


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_gets_its_verdict(chapter: str) -> None:
    """The runs above would prove nothing if a check cell lost what it must show."""
    cells, _ = build.check_source(ROOT / "notebooks" / "source" / f"{chapter}.py")
    exercises = sum("exercise" in cell.fields for cell in cells)
    assert exercises >= 2 or chapter.startswith(("00_", "appendix_"))
    for language in lang.LANGUAGES:
        for solved, status in ((False, "not_attempted"), (True, "passed")):
            verdict = lang.text(f"exercise.{status}", language)
            checks = [
                cell
                for cell in code_cells(build.notebook(cells, chapter, language, solved))
                if "check" in cell["metadata"]
            ]
            assert len(checks) == exercises
            for cell in checks:
                (output,) = cell["outputs"]
                assert output["data"]["text/plain"][0] == f"{verdict}\n"
                assert build.CHECKED in cell["metadata"]["tags"] and cell["execution_count"]
