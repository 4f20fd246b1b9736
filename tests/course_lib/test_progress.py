"""Progress: kept on disk, merged, never lost, and shown in numbers."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from course_lib import lang, progress
from course_lib.exercises import EXERCISES, export, names, overview


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(lang, "_chosen", "en")
    forget(monkeypatch)
    return tmp_path / "home"


def forget(monkeypatch) -> None:
    """What a new kernel knows: nothing but the file."""
    monkeypatch.setattr(progress, "_here", set())
    monkeypatch.setattr(progress, "_told", False)


def test_nothing_is_passed_at_first_and_asking_writes_nothing(home):
    assert progress.passed() == set()
    overview()
    assert not home.exists()


def test_passes_outlive_the_kernel_and_add_up(home, monkeypatch):
    assert progress.record("b.two") == ""
    forget(monkeypatch)
    progress.record("a.one")
    progress.record("a.one")
    forget(monkeypatch)
    assert progress.passed() == {"a.one", "b.two"}
    assert json.loads((home / "progress.json").read_text()) == {"passed": ["a.one", "b.two"]}
    assert [path.name for path in home.iterdir()] == ["progress.json"]


def test_what_a_newer_edition_wrote_is_kept(home):
    home.mkdir()
    (home / "progress.json").write_text(json.dumps({"passed": ["a.one"], "since": 2027}))
    progress.record("b.two")
    assert json.loads((home / "progress.json").read_text()) == {"passed": ["a.one", "b.two"], "since": 2027}


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"passed": 3}', '{"passed": [1]}', '{"done": []}']
)
def test_a_corrupt_file_is_kept_aside_and_said_so(home, content):
    home.mkdir()
    (home / "progress.json").write_text(content)
    (home / "progress.json.bad").write_text("an earlier one")
    says = progress.record("a.one")
    assert "progress.json.bad2" in says
    assert (home / "progress.json.bad2").read_text() == content
    assert (home / "progress.json.bad").read_text() == "an earlier one"
    assert progress.passed() == {"a.one"}
    assert progress.record("b.two") == ""


def test_bytes_that_are_no_text_are_kept_aside_too(home):
    home.mkdir()
    (home / "progress.json").write_bytes(b"\xff\xfe\x00")
    assert "progress.json.bad" in progress.record("a.one")
    assert (home / "progress.json.bad").read_bytes() == b"\xff\xfe\x00"


def test_where_nothing_can_be_written_it_is_remembered_and_said_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    assert "COURSE_HOME" in progress.record("a.one")
    assert progress.record("b.two") == ""
    assert progress.passed() == {"a.one", "b.two"}
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_file_that_cannot_be_read_is_not_replaced(home):
    (home / "progress.json").mkdir(parents=True)
    assert "COURSE_HOME" in progress.record("a.one")
    assert (home / "progress.json").is_dir()
    assert progress.passed() == {"a.one"}


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_overview_counts_each_chapter(language):
    lang.use(language)
    progress.record(names(2)[0])
    progress.record("an.exercise.of.long.ago")
    view = overview()
    assert [row.chapter for row in view.rows] == sorted({e.chapter for e in EXERCISES.values()})
    counts = [lang.text("progress.count", passed=n, total=len(names(c))) for c, n in ((1, 0), (2, 1))]
    for shown in (repr(view), view._repr_html_()):
        assert lang.text("progress.title") in shown
        assert all(count in shown for count in counts)
        assert f"✓ {names(2)[0]}" in shown
        assert f"○ {names(1)[0]}" in shown
        assert "long.ago" not in shown
    assert f'lang="{language}"' in view._repr_html_()


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_overview_of_one_chapter_has_its_row_alone(language):
    lang.use(language)
    progress.record(names(2)[0])
    view = overview(2)
    assert [(row.chapter, row.passed) for row in view.rows] == [(2, [names(2)[0]])]
    assert view.rows[0] in overview().rows
    for got in (0, 99):
        allowed = ", ".join(str(row.chapter) for row in overview().rows)
        with pytest.raises(ValueError) as refused:
            overview(got)
        assert str(refused.value) == lang.text("progress.no_chapter", got=repr(got), allowed=allowed)


def test_export_writes_a_new_file_and_never_over_an_old_one(tmp_path):
    progress.record(names(1)[0])
    file = export(tmp_path / "mine.json")
    written = json.loads(file.read_text())
    assert written["passed"] == [names(1)[0]]
    assert written["chapters"][0] == {"chapter": 1, "passed": [names(1)[0]], "open": list(names(1)[1:])}
    with pytest.raises(ValueError, match="not overwritten"):
        export(tmp_path / "mine.json")


def test_home_is_in_the_learner_s_folder_without_the_variable(monkeypatch):
    monkeypatch.delenv("COURSE_HOME")
    assert progress.home().name == "difusi"
    monkeypatch.setenv("COURSE_HOME", "~/elsewhere")
    assert "~" not in str(progress.home())


def test_asking_for_the_folder_does_not_load_torch():
    code = "import sys; from course_lib import progress; progress.passed(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock; there a pass may be lost")
def test_two_kernels_at_once_lose_no_pass(home):
    code = "import sys; from course_lib import progress\n"
    code += "for n in range(20):\n    progress._here.clear(); progress.record(f'{sys.argv[1]}.{n}')"
    kernels = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert progress.passed() == {f"{name}.{n}" for name in "abc" for n in range(20)}


def test_a_kernel_that_hangs_keeps_nobody_waiting_for_ever(home, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    with progress._alone():
        assert progress.record("a.one") == ""
    assert progress.passed() == {"a.one"}


def test_without_a_home_folder_it_is_remembered_and_said_once(monkeypatch):
    monkeypatch.setenv("COURSE_HOME", "~nobody-of-this-name/course")
    assert progress.record("a.one") == lang.text("progress.no_home")
    assert progress.record("b.two") == ""
    assert progress.passed() == {"a.one", "b.two"}
