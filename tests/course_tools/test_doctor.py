"""`course doctor`: each thing that can be broken is found, in words, with the command that cures it."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from pathlib import Path

import pytest

from course_lib import files, lang
from course_tools import cli, doctor, editions, testing


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Installed versions, as the test says."""
    table: dict[str, str] = {}

    def look_up(name: str) -> str:
        if name not in table:
            raise metadata.PackageNotFoundError(name)
        return table[name]

    monkeypatch.setattr(metadata, "version", look_up)
    return table


def test_packages_missing_old_broken_and_well(
    version: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.package("torch", ">=2.4") == doctor.Finding("problem", "torch is missing", "uv sync")
    version["torch"] = "2.3.9"
    assert doctor.package("torch", ">=2.4").state == "problem"
    assert "2.3.9 is older than the >=2.4" in doctor.package("torch", ">=2.4").sentence
    version["torch"] = "2.10.0"
    monkeypatch.setattr(doctor.importlib, "import_module", lambda name: None)
    assert doctor.package("torch", ">=2.4") == doctor.Finding("ok", "torch 2.10.0")

    def fails(name: str) -> None:
        raise RuntimeError("operator torchvision::nms does not exist\nand more")

    monkeypatch.setattr(doctor.importlib, "import_module", fails)
    broken = doctor.package("torch", ">=2.4")
    assert broken.sentence.endswith("cannot be loaded (operator torchvision::nms does not exist)")
    assert broken.cure == "uv sync --reinstall-package torch"


def test_every_dependency_is_looked_at_and_extras_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["anywidget>=0.9.13", "torch>=2.4", 'pytest>=8; extra == "test"']
    monkeypatch.setattr(metadata, "requires", lambda name: lines if name == "difusi" else None)
    assert doctor.requirements() == [("anywidget", ">=0.9.13"), ("torch", ">=2.4")]
    looked_at = [f.sentence.split()[0] for f in doctor.packages()]
    assert looked_at == ["Python", "anywidget", "torch"]


def test_a_course_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "NAME", "no-such-course")
    assert [f.sentence for f in doctor.packages() if f.state == "problem"] == [
        lang.text("doctor.no_metadata")
    ]


def test_data_files_present_damaged_and_missing(tmp_path: Path) -> None:
    assert [f.state for f in doctor.data_files(tmp_path)] == ["problem"]
    for name in ("good", "damaged"):
        (tmp_path / name).write_bytes(b"x")
    listed = {
        "good": hashlib.sha256(b"x").hexdigest(),
        "damaged": hashlib.sha256(b"y").hexdigest(),
        "missing": hashlib.sha256(b"x").hexdigest(),
    }
    (tmp_path / "checksums.json").write_text(json.dumps(listed), encoding="utf-8")
    found = {f.sentence.split()[0].strip(":"): f for f in doctor.data_files(tmp_path)}
    assert [f.state for f in found.values()] == ["ok", "problem", "problem"]
    assert all(f.cure.endswith(name) or "reinstall" in f.cure for name, f in found.items() if f.cure)


def test_fonts_with_and_without_hangul(tmp_path: Path) -> None:
    import matplotlib

    assert doctor.hangul(tmp_path).state == "problem"
    latin = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    (tmp_path / "a.ttf").write_bytes(latin.read_bytes())
    (tmp_path / "b.ttf").write_bytes(b"no font")
    assert doctor.hangul(tmp_path).state == "problem"
    assert doctor.hangul().state == "ok"


def test_notebooks_built_and_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "notebooks_folder", lambda: tmp_path)
    (tmp_path / "id").mkdir()
    (tmp_path / "id" / editions.WELCOME).write_text("{}", encoding="utf-8")
    english, indonesian, korean = doctor.notebooks()
    assert (english.state, english.cure) == ("problem", "uv run course build")
    assert korean.state == "problem"
    edition = editions.identity(tmp_path / "id")
    assert indonesian.sentence == f"Bahasa Indonesia: edition {edition}, chapters: 1"


def test_a_home_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.home() == doctor.Finding("ok", lang.text("doctor.home", path=home))
    assert not home.exists()  # looking makes nothing
    home.write_text("a file", encoding="utf-8")
    assert doctor.home().state == "problem"
    home.unlink()
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    assert doctor.home().cure == "course lab --dir FOLDER"


def test_no_chromium_is_only_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_CHROMIUM", str(tmp_path / "none"))
    assert doctor.browser().state == "note"
    assert doctor.browser().cure == testing.chromium_cure()
    browser = tmp_path / "browser"
    browser.write_text("", encoding="utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("COURSE_CHROMIUM", str(browser))
    assert doctor.browser().state == "ok"


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_report_says_in_words_what_is_wrong(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_LANG", language)
    well, note = doctor.Finding("ok", "well"), doctor.Finding("note", "so-so", "do that")
    monkeypatch.setattr(doctor, "findings", lambda: iter([well, note]))
    assert cli.main(["doctor"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == lang.text("doctor.all_well", language)
    bad = doctor.Finding("problem", "bad", "cure it")
    monkeypatch.setattr(doctor, "findings", lambda: iter([well, bad, bad]))
    assert cli.main(["doctor"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[1] == f"[{lang.text('doctor.ok', language)}] well"
    assert shown[2] == f"[{lang.text('doctor.problem', language)}] bad"
    assert shown[3].strip() == lang.text("doctor.cure", language, command="cure it")
    assert shown[-1] == lang.text("doctor.not_well", language, count=2)
    assert "\x1b" not in "".join(shown)  # no meaning by colour


def test_this_very_machine_is_looked_at_from_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    status = doctor.run()
    shown = capsys.readouterr().out
    assert status == (1 if f"[{lang.text('doctor.problem')}]" in shown else 0)
    assert "[ok] Python " in shown
    assert "device" in shown
