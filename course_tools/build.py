"""Builds notebooks/source/NN_name.py (and appendix_name.py) into one notebook a language: code once.

The same source always gives the same bytes. A source that breaks a rule builds nothing; every broken rule of
every source is named at once (see ``parity`` for prose, ``shared_code`` for code).
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from course_lib import lang, progress
from course_lib.files import write_atomically
from course_tools import parity, shared_code, source
from course_tools.source import BEGIN, END, GIVEN, REFERENCE, Cell, Problem

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
KEPT = ("key", "exercise", "check", "tags")  # what a built cell's metadata keeps
CHECKED = "nbval-check-output"  # the tag by which nbval compares a cell's output
FOLLOWS_FROM_HEADER = ("missing_language", "title", "order", "check_alone", "exercise_unchecked")
_FILE = re.compile(r"(?:\d\d|appendix)_[a-z0-9_]+\.py")


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8")).hexdigest()


def solution(text: str, solved: bool, language: str, marks: bool = False) -> str:
    """An exercise's code as the learner gets it or, ``solved``, with its answer (``marks``: between them).

    In the answer's place the learner gets what is marked as given, else ``...`` under a comment.
    """
    lines, given, dots, inside = [], list[str](), list[str](), False
    for line in text.split("\n"):
        mark = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        if marks and mark in (BEGIN, END):
            lines.append(line)
        if mark == BEGIN:
            given, inside = [], True
            dots = [f"{indent}# {lang.text('build.your_code', language)}", f"{indent}..."]
        elif mark == END:
            inside = False
            if not solved:
                lines += given or dots
        elif mark.startswith(GIVEN):
            given.append(indent + mark.removeprefix(GIVEN))
        elif solved or not inside:
            lines.append(line)
    if inside and not solved:  # its end is missing, which is refused elsewhere: here it ends with the cell
        lines += given or dots
    return "\n".join(lines)


def _cell(chapter: str, language: str, key: str, kind: str, text: str, metadata: dict) -> dict:
    cell = {
        "cell_type": kind,
        "id": _digest(chapter, language, key)[:16],
        "metadata": metadata,
        "source": text.splitlines(keepends=True),
    }
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def _opening(chapter: str, language: str, exercises: bool) -> Iterator[dict]:
    """The builder's own cells, which follow the title: the language and, before exercises, the progress."""

    def code(key: str, text: str) -> dict:
        return _cell(chapter, language, key, "code", text, {"key": key})

    yield code(parity.SETUP_KEY, f'from course_lib import lang\n\nlang.use("{language}")')
    if exercises and chapter[:2].isdecimal():
        shown = f"from course_lib.exercises import overview\n\noverview({int(chapter[:2])})"
        yield code(parity.PROGRESS_KEY, shown)


def _graded(cell: dict) -> dict:
    """A check's cell as nbgrader wants it: worth a point, and put back as it was before it is run there."""
    kind = {"cell_type": "code", "grade": True, "locked": True, "solution": False, "task": False}
    known = {**kind, "grade_id": cell["metadata"]["key"], "points": 1, "schema_version": 3}
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": known}}


def _expecting(cell: dict, place: int, solved: bool, language: str) -> dict:
    """A check's cell with what it will show, for nbval to compare. place: its own among the code cells."""
    from course_lib import exercises  # it loads torch

    metadata = cell["metadata"]
    if metadata["check"] not in exercises.EXERCISES:  # it is still being written
        return cell
    result = exercises.expected(metadata["check"], solved, language)
    shown = {"text/html": result._repr_html_(), "text/plain": repr(result)}
    data = {kind: text.splitlines(keepends=True) for kind, text in shown.items()}
    output = {"data": data, "execution_count": place, "metadata": {}, "output_type": "execute_result"}
    tags = [*metadata.get("tags", ()), CHECKED]
    return {**cell, "execution_count": place, "metadata": {**metadata, "tags": tags}, "outputs": [output]}


def notebook(cells: list[Cell], chapter: str, language: str, solved: bool = False) -> str:
    """One chapter in one language as the text of an .ipynb file (nbformat 4.5).

    Outputs stand only in the cells that check an exercise: what these will show. The ``solved`` edition keeps
    the marks around an answer, so that nbgrader refuses to hand it out as an assignment.
    """
    built: list[dict] = []
    exercises = any("exercise" in cell.fields for cell in cells)
    for cell in cells:
        metadata = {name: cell.fields[name] for name in KEPT if name in cell.fields}
        if cell.lang == language:
            built.append(_cell(chapter, language, cell.key, "markdown", cell.text, metadata))
            if len(built) == 1:
                built += _opening(chapter, language, exercises)
        elif not cell.is_prose:
            text = cell.text
            if "exercise" in cell.fields:
                text = solution(text, solved, language, marks=solved)
            code = _cell(chapter, language, cell.key, "code", text, metadata)
            if "check" in metadata:
                place = 1 + sum(one["cell_type"] == "code" for one in built)
                code = _expecting(_graded(code), place, solved, language)
            built.append(code)
    content = {
        "cells": built,
        "metadata": {
            "course": {"chapter": chapter, "edition": _edition(built), "language": language},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    # nbformat's own layout, so that a tool that reads and writes the file changes nothing.
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _edition(cells: list[dict]) -> str:
    return _digest(json.dumps(cells, sort_keys=True))[:12]


def _check_stubs(cells: list[Cell]) -> Iterator[Problem]:
    for cell in cells:
        if "exercise" in cell.fields:
            try:
                ast.parse(cell.text)
                ast.parse(solution(cell.text, False, REFERENCE))
            except shared_code.UNPARSABLE as error:
                yield cell.problem("solution_stub", got=error)


def check_source(path: Path, languages: Iterable[str] = lang.LANGUAGES) -> tuple[list[Cell], list[Problem]]:
    """A source's cells, and every rule it breaks."""
    text, problems = source.read(path)
    if problems:
        return [], problems
    if not _FILE.fullmatch(path.name):
        problems.append(Problem("file_name", path.name, lang.text("build.file_name")))
    cells, broken = source.parse(text, path.stem)
    problems += broken
    if not cells and not broken:
        problems.append(Problem("no_cells", path.name, lang.text("build.no_cells")))
    problems += parity.check_chapter(cells, languages)
    for cell in cells:
        if not cell.is_prose:
            problems += shared_code.check_cell(cell)
    problems += shared_code.check_exercises(cells)
    problems += _check_stubs(cells)
    if any(problem.name == "header" for problem in broken):
        # The cell under an unreadable header is missing from every group: one cause, one refusal.
        problems = [problem for problem in problems if problem.name not in FOLLOWS_FROM_HEADER]
    return cells, problems


def plan(
    source_dir: Path, languages: Iterable[str] = lang.LANGUAGES, solved: bool = False
) -> tuple[dict[Path, str], list[Problem]]:
    """Every file the sources build, by its path below the output folder, and every rule they break."""
    languages = [lang.check(language) for language in languages]
    files: dict[Path, str] = {}
    paths = sorted(source_dir.glob("*.py"))
    problems = [] if paths else [Problem("no_sources", source_dir.name, lang.text("build.no_sources"))]
    for path in paths:
        cells, broken = check_source(path, languages)
        problems += broken
        if not broken:
            for language in languages:
                files[Path(language, f"{path.stem}.ipynb")] = notebook(cells, path.stem, language, solved)
    return files, problems


def compare(files: dict[Path, str], out_dir: Path) -> list[Problem]:
    """A refusal for each built file that is missing or differs from what its source gives."""
    problems = []
    for path, text in files.items():
        built = out_dir / path
        if not built.is_file() or built.read_bytes() != text.encode("utf-8"):
            problems.append(Problem("stale", path.as_posix(), lang.text("build.stale")))
    return problems


def _strays(source_dir: Path, out_dir: Path, languages: Iterable[str]) -> list[Problem]:
    built = [path for language in languages for path in sorted((out_dir / language).glob("*.ipynb"))]
    return [
        Problem("stray", path.relative_to(out_dir).as_posix(), lang.text("build.stray"))
        for path in built
        if not (source_dir / f"{path.stem}.py").is_file()
    ]


def untouched(path: Path) -> bool:
    """Whether a notebook is as some build wrote it: its edition is the digest of its cells."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return content["metadata"]["course"]["edition"] == _edition(content["cells"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def build(
    source_dir: Path,
    out_dir: Path,
    languages: Iterable[str] = lang.LANGUAGES,
    solved: bool = False,
) -> tuple[list[Path], list[Problem]]:
    """Builds every source into ``out_dir/<language>``; returns the files that changed, and the refusals.

    A source that is refused builds nothing, and its notebooks of an earlier build stay as they are. A
    notebook that somebody edited, or that no build wrote, is refused by name and left alone.
    """
    languages = list(languages)
    files, problems = plan(source_dir, languages, solved)
    problems += _strays(source_dir, out_dir, languages)
    written: list[Path] = []
    for path, text in files.items():
        target = out_dir / path
        content = text.encode("utf-8")
        if target.is_file() and target.read_bytes() == content:
            continue
        if target.exists() and not untouched(target):
            problems.append(Problem("edited", path.as_posix(), lang.text("build.edited")))
            continue
        write_atomically(target, content)
        written.append(path)
    return written, problems


def stamp(source_dir: Path) -> list[Cell]:
    """Marks every translation as confirmed against its English text; returns the cells whose mark changed."""
    stamped: list[Cell] = []
    for path in sorted(source_dir.glob("*.py")):
        text, problems = source.read(path)
        new, cells = source.stamp(text, path.stem)
        if not problems and new != text:
            write_atomically(path, new.encode("utf-8"))
        stamped += cells
    return stamped


_stamp = stamp  # ``run`` has an argument of that name


def _kept(folder: Path, notebooks: Path) -> bool:
    """Whether solutions may not go into ``folder``: it touches the course's notebooks or is the learner's."""
    learners = None
    with suppress(ValueError):  # no home folder, so no learner's either
        learners = progress.home().resolve()
    around = folder.is_relative_to(notebooks) or notebooks.is_relative_to(folder)
    return around or (learners is not None and folder.is_relative_to(learners))


def run(
    check: bool = False, stamp: bool = False, solved: Path | None = None, notebooks: Path = NOTEBOOKS
) -> int:
    """``course build``: builds (or only checks) every chapter, prints what it did, returns the exit code."""
    source_dir = notebooks / "source"
    out_dir = notebooks if solved is None else Path(solved)
    if not source_dir.is_dir():
        print(lang.text("build.no_checkout", folder=source_dir), file=sys.stderr)
        return 1
    if solved is not None and _kept(out_dir.resolve(), notebooks.resolve()):
        print(lang.text("build.solved_folder", folder=out_dir), file=sys.stderr)
        return 1
    if stamp:
        stamped = _stamp(source_dir)
        for cell in stamped:
            print(lang.text("build.stamped_cell", chapter=cell.chapter, cell=cell.key, lang=cell.lang))
        print(lang.text("build.stamped", count=len(stamped)))
    if check:
        files, problems = plan(source_dir, solved=solved is not None)
        problems += compare(files, out_dir) + _strays(source_dir, out_dir, lang.LANGUAGES)
        written: list[Path] = []
    else:
        written, problems = build(source_dir, out_dir, solved=solved is not None)
    for path in written:
        print(lang.text("build.wrote", path=(out_dir / path).as_posix()))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(lang.text("build.refused", count=len(problems)), file=sys.stderr)
        return 1
    print(lang.text("build.done", changed=len(written)))
    return 0
