"""The builder: the same bytes every time, nothing of anyone's overwritten (its refusals: test_refusals)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from jupytext.config import load_jupytext_configuration_file

from course_lib import exercises, lang
from course_tools import build, source

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).parent / "fixtures" / "90_fixture.py"
GOOD = FIXTURE.read_text(encoding="utf-8")
SOURCES = [FIXTURE, *sorted((ROOT / "notebooks" / "source").glob("*.py"))]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lang, "_chosen", "en")


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A notebooks folder whose one source is the good fixture."""
    folder = tmp_path / "notebooks"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / FIXTURE.name).write_text(GOOD, encoding="utf-8")
    return folder


def edit(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the fixture"
        text = text.replace(old, new)
    return text


def test_the_good_fixture_is_refused_nothing() -> None:
    assert build.check_source(FIXTURE)[1] == []


def test_all_problems_of_all_files_are_named_at_once(
    notebooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = edit(GOOD, ("1000개", "100개"), ("import math", "%matplotlib inline"))
    (notebooks / "source" / FIXTURE.name).write_text(text, encoding="utf-8")
    (notebooks / "source" / "91_other.py").write_text(
        edit(GOOD, ("`q_sample`처럼", "그처럼")), encoding="utf-8"
    )
    assert build.run(notebooks=notebooks) == 1
    shown = capsys.readouterr().err
    assert "90_fixture.py:11 title (ko) [numbers]" in shown and "'1000'" in shown and "'100'" in shown
    assert "90_fixture.py:16 imports [magic]" in shown
    assert "91_other.py:53 closed-form (ko) [code_spans]" in shown


def test_a_file_that_is_not_utf8_or_not_a_chapter_is_refused(notebooks: Path) -> None:
    (notebooks / "source" / FIXTURE.name).write_bytes(GOOD.encode("utf-16"))
    assert [p.name for p in build.build(notebooks / "source", notebooks)[1]] == ["encoding"]
    (notebooks / "source" / FIXTURE.name).rename(notebooks / "source" / "Fixture.py")
    (notebooks / "source" / "Fixture.py").write_text(GOOD, encoding="utf-8")
    assert [p.name for p in build.build(notebooks / "source", notebooks)[1]] == ["file_name"]
    (notebooks / "source" / "Fixture.py").unlink()
    assert [p.name for p in build.build(notebooks / "source", notebooks)[1]] == ["no_sources"]


@pytest.mark.parametrize(
    ("name", "legal"),
    [("appendix_ledger.py", True), ("appendix_1.py", True), ("appendix.py", False), ("an_appendix.py", False),
     ("appendix_Ledger.py", False), ("9_short.py", False), ("100_long.py", False)],
)  # fmt: skip
def test_a_source_is_a_numbered_chapter_or_an_appendix(notebooks: Path, name: str, legal: bool) -> None:
    (notebooks / "source" / FIXTURE.name).rename(notebooks / "source" / name)
    written, problems = build.build(notebooks / "source", notebooks)
    assert [problem.name for problem in problems] == ([] if legal else ["file_name"])
    assert {path.name for path in written} == ({f"{name[:-3]}.ipynb"} if legal else set())


def test_the_same_source_gives_the_same_bytes(notebooks: Path) -> None:
    assert len(build.build(notebooks / "source", notebooks)[0]) == 3
    first = {p: p.read_bytes() for p in notebooks.glob("*/*.ipynb")}
    for path in first:
        path.unlink()
    # Another process: nothing may hang on hash seeds or on the reader's language.
    code = "import sys; from pathlib import Path; from course_tools import build; p = Path(sys.argv[1])\n"
    code += "sys.exit(build.run(notebooks=p))"
    env = {"COURSE_LANG": "ko", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, str(notebooks)], check=True, env=env, cwd=ROOT)
    assert first == {p: p.read_bytes() for p in notebooks.glob("*/*.ipynb")}
    assert build.build(notebooks / "source", notebooks) == ([], [])


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_built_notebook_is_valid_and_carries_what_tools_need(language: str, notebooks: Path) -> None:
    build.build(notebooks / "source", notebooks)
    text = (notebooks / language / "90_fixture.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == text
    course = notebook.metadata.course
    assert (course.chapter, course.language, len(course.edition)) == ("90_fixture", language, 12)
    assert notebook.metadata.kernelspec.name == "python3"
    keys = [
        "title",
        "setup",
        "chapter-progress",
        "imports",
        "closed-form",
        "numbers",
        "ex-jump",
        "check-jump",
    ]
    assert [c.metadata.key for c in notebook.cells] == keys
    assert len({c.id for c in notebook.cells}) == len(keys)
    by_key = {c.metadata.key: c for c in notebook.cells}
    assert by_key["setup"].source.splitlines() == [
        "from course_lib import lang",
        "",
        f'lang.use("{language}")',
    ]
    assert by_key["chapter-progress"].source.splitlines()[-1] == "overview(90)"
    assert by_key["ex-jump"].metadata == {"key": "ex-jump", "exercise": "fixture.jump"}
    graded = by_key["check-jump"].metadata.pop("nbgrader")
    assert (graded.grade_id, graded.grade, graded.points) == ("check-jump", True, 1)
    assert by_key["check-jump"].metadata == {"key": "check-jump", "check": "fixture.jump"}
    assert by_key["numbers"].metadata == {"key": "numbers", "tags": ["nbval-check-output"]}
    assert by_key["title"].metadata == {"key": "title"}
    assert all(c.outputs == [] and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
    stub = by_key["ex-jump"].source.splitlines()
    assert stub == [
        "def jump(x_0, eps, alpha_bar_t):",
        f"    # {lang.text('build.your_code', language)}",
        "    ...",
    ]


def test_languages_differ_in_ids_and_share_code(notebooks: Path) -> None:
    build.build(notebooks / "source", notebooks)
    built = [
        json.loads((notebooks / x / "90_fixture.ipynb").read_text(encoding="utf-8")) for x in lang.LANGUAGES
    ]
    ids = [c["id"] for notebook in built for c in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    shared = [
        [c["source"] for c in nb["cells"] if c["metadata"]["key"] in ("imports", "numbers")] for nb in built
    ]
    assert shared[0] == shared[1] == shared[2]
    assert len({nb["metadata"]["course"]["edition"] for nb in built}) == 3


def test_the_edition_changes_with_the_content_and_with_nothing_else(notebooks: Path) -> None:
    def editions() -> list[str]:
        build.build(notebooks / "source", notebooks)
        paths = [notebooks / language / "90_fixture.ipynb" for language in lang.LANGUAGES]
        return [json.loads(p.read_text(encoding="utf-8"))["metadata"]["course"]["edition"] for p in paths]

    before = editions()
    text = edit(GOOD, ("녹아드는 모습", "녹아 가는 모습"))
    (notebooks / "source" / FIXTURE.name).write_text(text, encoding="utf-8")
    after = editions()
    assert before[:2] == after[:2] and before[2] != after[2]


@pytest.mark.parametrize("language", lang.LANGUAGES)
@pytest.mark.parametrize("solved", [False, True])
def test_a_check_carries_what_it_will_show(language: str, solved: bool, notebooks: Path) -> None:
    """One exercise of the course in the fixture's place; that the checks do show this: test_expected."""
    text = GOOD.replace("fixture.jump", "data.to_unit").replace(
        'check="data.to_unit"', 'check="data.to_unit" tags=["hide-input"]'
    )
    (notebooks / "source" / FIXTURE.name).write_text(text, encoding="utf-8")
    out = notebooks if not solved else notebooks.parent / "solved"
    assert build.build(notebooks / "source", out, solved=solved)[1] == []
    path = out / language / "90_fixture.ipynb"
    built = nbformat.read(path, as_version=4)
    nbformat.validate(built)
    assert nbformat.writes(built) + "\n" == path.read_text(encoding="utf-8") and build.untouched(path)
    code = [cell for cell in built.cells if cell.cell_type == "code"]
    *others, check = code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in others)
    assert check.metadata.tags == ["hide-input", "nbval-check-output"]
    result = exercises.expected("data.to_unit", solved, language)
    (output,) = check.outputs
    assert output.output_type == "execute_result" and output.execution_count == len(code)
    assert check.execution_count == len(code)
    assert output.data == {"text/plain": repr(result), "text/html": result._repr_html_()}
    verdict = lang.text(f"exercise.{'passed' if solved else 'not_attempted'}", language)
    assert output.data["text/plain"].splitlines()[0] == verdict


def test_only_a_numbered_chapter_with_exercises_opens_with_its_progress(notebooks: Path) -> None:
    def keys(text: str, stem: str) -> list[str]:
        cells, problems = source.parse(text, stem)
        assert problems == []
        return [c["metadata"]["key"] for c in json.loads(build.notebook(cells, stem, "en"))["cells"]]

    prose, *_ = GOOD.partition('# %% key="ex-jump"')
    assert keys(GOOD, "07_ddim")[:3] == ["title", "setup", "chapter-progress"]
    assert "chapter-progress" not in keys(prose, "07_ddim") + keys(GOOD, "appendix_ledger")


def test_solved_keeps_the_answer_between_its_marks(notebooks: Path, tmp_path: Path) -> None:
    assert build.run(solved=tmp_path / "solved", notebooks=notebooks) == 0
    text = (tmp_path / "solved" / "ko" / "90_fixture.ipynb").read_text(encoding="utf-8")
    assert "return math.sqrt(alpha_bar_t) * x_0" in text and "..." not in text
    assert text.count(source.BEGIN) == text.count(source.END) == 1
    cells, _ = source.parse(GOOD, "90_fixture")
    marked = next(cell.text for cell in cells if "exercise" in cell.fields)
    assert "SOLUTION" not in build.solution(marked, True, "ko")
    assert not (notebooks / "ko").exists()
    build.run(notebooks=notebooks)
    assert "math.sqrt(alpha_bar_t) * x_0" not in (notebooks / "ko" / "90_fixture.ipynb").read_text(
        encoding="utf-8"
    )


def test_solutions_are_never_laid_over_the_course(
    notebooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.run(solved=notebooks, notebooks=notebooks) == 1
    assert "choose another folder" in capsys.readouterr().err and not (notebooks / "en").exists()


def test_check_names_stale_missing_and_stray_notebooks(
    notebooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.run(notebooks=notebooks) == 0 and build.run(check=True, notebooks=notebooks) == 0
    capsys.readouterr()
    edited = notebooks / "ko" / "90_fixture.ipynb"
    edited.write_bytes(edited.read_bytes() + b"\n")
    (notebooks / "id" / "90_fixture.ipynb").unlink()
    (notebooks / "en" / "44_gone.ipynb").write_text("{}", encoding="utf-8")
    assert build.run(check=True, notebooks=notebooks) == 1
    shown = capsys.readouterr().err.splitlines()
    assert [line.split("]")[0] + "]" for line in shown[:3]] == [
        "id/90_fixture.ipynb [stale]",
        "ko/90_fixture.ipynb [stale]",
        "en/44_gone.ipynb [stray]",
    ]
    assert edited.read_bytes().endswith(b"\n\n") and (notebooks / "en" / "44_gone.ipynb").exists()


def test_a_stray_notebook_is_refused_and_survives(notebooks: Path) -> None:
    (notebooks / "en").mkdir()
    stray = notebooks / "en" / "44_gone.ipynb"
    stray.write_text("mine", encoding="utf-8")
    written, problems = build.build(notebooks / "source", notebooks)
    assert len(written) == 3 and [p.name for p in problems] == ["stray"]
    assert stray.read_text(encoding="utf-8") == "mine"


def test_a_broken_chapter_stops_no_other_and_keeps_its_last_notebooks(notebooks: Path) -> None:
    build.build(notebooks / "source", notebooks)
    kept = (notebooks / "ko" / FIXTURE.name).with_suffix(".ipynb").read_bytes()
    (notebooks / "source" / FIXTURE.name).write_text(edit(GOOD, ("1000개", "100개")), encoding="utf-8")
    (notebooks / "source" / "91_other.py").write_text(GOOD, encoding="utf-8")
    written, problems = build.build(notebooks / "source", notebooks)
    assert [p.name for p in problems] == ["numbers"]
    assert written == [Path(language, "91_other.ipynb") for language in lang.LANGUAGES]
    assert (notebooks / "ko" / FIXTURE.name).with_suffix(".ipynb").read_bytes() == kept


def test_stamp_touches_only_header_lines_of_translations(
    notebooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = edit(GOOD, ("Its first variance", "The first variance"))
    path = notebooks / "source" / FIXTURE.name
    path.write_text(text, encoding="utf-8")
    assert build.run(notebooks=notebooks) == 1
    assert "edited in one language only" in capsys.readouterr().err
    assert build.run(stamp=True, notebooks=notebooks) == 0
    assert "90_fixture title (id)" in capsys.readouterr().out
    before, after = text.split("\n"), path.read_text(encoding="utf-8").split("\n")
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 2
    assert all(a.startswith('# %% [markdown] key="title" lang=') for a, _ in changed)
    assert {b.split(" ref=")[0] for _, b in changed} == {a.split(" ref=")[0] for a, _ in changed}


def test_outside_a_clone_the_builder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.run(notebooks=tmp_path) == 1
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_jupyterlab_can_open_and_save_a_source_without_damage(path: Path) -> None:
    config = load_jupytext_configuration_file(str(ROOT / "jupytext.toml"))
    text = path.read_text(encoding="utf-8")
    opened = jupytext.reads(text, fmt="py:percent", config=config)
    for one in opened.cells:  # what JupyterLab adds while one works
        one.metadata.update({"trusted": True, "editable": True, "slideshow": {"slide_type": ""}})
    opened.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert jupytext.writes(opened, fmt="py:percent", config=config) == text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_our_parser_reads_what_jupytext_reads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ours, problems = source.parse(text, path.stem)
    theirs = jupytext.reads(text, fmt="py:percent").cells
    assert problems == []
    assert [(c.key, c.lang, c.text) for c in ours] == [
        (c.metadata["key"], c.metadata.get("lang"), c.source.strip("\n")) for c in theirs
    ]


def test_the_built_notebooks_are_what_their_sources_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.run(check=True) == 0, capsys.readouterr().err


def test_building_everything_is_quick_and_loads_nothing_heavy() -> None:
    code = "import sys, time; from course_lib import exercises\n"  # torch: for what the checks will show
    code += "start = time.process_time(); from course_tools import build\n"
    code += "build.run(check=True)\n"
    code += "assert not {'jupytext', 'nbformat', 'matplotlib', 'IPython'} & set(sys.modules)\n"
    code += "print(f'{time.process_time() - start:.2f}')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout.split()[-1]) < 2.0


def test_an_edited_notebook_survives_a_build_and_is_named(notebooks: Path) -> None:
    build.build(notebooks / "source", notebooks)
    edited = notebooks / "ko" / "90_fixture.ipynb"
    content = json.loads(edited.read_text(encoding="utf-8"))
    content["cells"][-1]["source"] = "my own work"
    edited.write_text(json.dumps(content), encoding="utf-8")
    mine = edited.read_bytes()
    written, problems = build.build(notebooks / "source", notebooks)
    assert written == [] and [(p.name, p.place) for p in problems] == [("edited", "ko/90_fixture.ipynb")]
    assert edited.read_bytes() == mine


def test_the_solved_edition_overwrites_no_learners_notebook(notebooks: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "submissions" / "en" / "90_fixture.ipynb"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("MY WORK", encoding="utf-8")
    assert build.run(solved=tmp_path / "submissions", notebooks=notebooks) == 1
    assert theirs.read_text(encoding="utf-8") == "MY WORK"
    assert (tmp_path / "submissions" / "ko" / "90_fixture.ipynb").is_file()


@pytest.mark.parametrize("inside", ["en", "deeper/still", "..", ""])
def test_the_solved_edition_never_goes_into_or_around_notebooks(notebooks: Path, inside: str) -> None:
    before = sorted(notebooks.rglob("*"))
    assert build.run(solved=notebooks / inside, notebooks=notebooks) == 1
    assert sorted(notebooks.rglob("*")) == before


def test_an_untouched_notebook_of_an_older_edition_is_replaced(notebooks: Path) -> None:
    build.build(notebooks / "source", notebooks)
    source_file = notebooks / "source" / FIXTURE.name
    source_file.write_text(source_file.read_text(encoding="utf-8").replace("1000", "2000"), encoding="utf-8")
    build.stamp(notebooks / "source")
    written, problems = build.build(notebooks / "source", notebooks)
    assert problems == [] and len(written) == 3


@pytest.mark.parametrize("inside", ["", "en"])
def test_the_solved_edition_never_goes_into_the_learners_folder(
    inside: str, notebooks: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.run(solved=home / inside, notebooks=notebooks) == 1
    assert capsys.readouterr().err.strip() == lang.text("build.solved_folder", folder=home / inside)
    assert not home.exists()


def test_a_source_that_is_no_file_is_named(notebooks: Path) -> None:
    (notebooks / "source" / "91_folder.py").mkdir()
    (notebooks / "source" / "92_gone.py").symlink_to("nowhere.py")
    written, problems = build.build(notebooks / "source", notebooks)
    assert [(p.name, p.place) for p in problems] == [
        ("unreadable", "91_folder.py"),
        ("unreadable", "92_gone.py"),
    ]
    assert len(written) == 3 and build.stamp(notebooks / "source") == []


def test_a_byte_order_mark_changes_nothing(notebooks: Path) -> None:
    build.build(notebooks / "source", notebooks)
    (notebooks / "source" / FIXTURE.name).write_text(GOOD, encoding="utf-8-sig")
    assert build.build(notebooks / "source", notebooks) == ([], [])
