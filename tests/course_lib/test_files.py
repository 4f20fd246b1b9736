"""Files: where the course's own lie, and what is written is whole."""

from __future__ import annotations

import hashlib
import json

import pytest
from support import refuses

from course_lib import files


def test_the_courses_own_files_are_found():
    assert (files.data_folder() / "checksums.json").is_file()
    assert (files.notebooks_folder() / "en" / "00_welcome.ipynb").is_file()
    assert files.FONT.is_file()


def test_an_installed_package_uses_its_own_copy(tmp_path, monkeypatch):
    package = tmp_path / "course_lib"
    package.mkdir()
    monkeypatch.setattr(files, "_PACKAGE", package)
    assert (files.data_folder(), files.notebooks_folder()) == (tmp_path / "data", tmp_path / "notebooks")
    (package / "_data").mkdir()
    (package / "_notebooks").mkdir()
    assert (files.data_folder(), files.notebooks_folder()) == (package / "_data", package / "_notebooks")


@pytest.mark.parametrize("size", [0, 1, (1 << 20) + 5])
def test_sha256_reads_the_whole_file(tmp_path, size):
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert files.sha256(path) == hashlib.sha256(b"x" * size).hexdigest()


def test_json_is_readable_and_keeps_its_order(tmp_path):
    path = tmp_path / "deeper" / "card.json"
    files.write_json(path, {"b": "숫자", "a": [1, 2.5]})
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == {"b": "숫자", "a": [1, 2.5]} and text.endswith("}\n")
    assert "숫자" in text and text.index('"b"') < text.index('"a"')
    assert [p.name for p in path.parent.iterdir()] == ["card.json"]


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("here")
    path = tmp_path / "file" / "card.json"
    refuses(lambda: files.write_json(path, {}), "error.write", path=path, problem="File exists")


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "drive" / "progress.json", tmp_path / "progress.json"
    real.parent.mkdir()
    real.write_text("{}")
    link.symlink_to(real)
    files.write_json(link, [1])
    assert link.is_symlink() and json.loads(real.read_text()) == [1]


def test_ctrl_c_leaves_no_half_written_file(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_json(tmp_path / "card.json", {})
    assert list(tmp_path.iterdir()) == []


def test_whether_a_file_can_be_written_is_asked_without_writing_it(tmp_path):
    (tmp_path / "file").write_text("here")
    files.check_writable(tmp_path / "new" / "card.json")
    files.check_writable(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "here" and list((tmp_path / "new").iterdir()) == []
    path = tmp_path / "file" / "card.json"
    refuses(lambda: files.check_writable(path), "error.write", path=path, problem="File exists")
    refuses(lambda: files.check_writable(tmp_path), "error.write", path=tmp_path, problem="Is a directory")
