"""`course lab`: the learner's copies, their language, and a JupyterLab that really starts."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib import files, lang
from course_tools import cli, editions, lab

ROOT = Path(__file__).parents[2]
NAMES = (editions.WELCOME, "02_forward.ipynb")


def chapter(text: str) -> str:
    cell = {"cell_type": "markdown", "id": "one", "metadata": {}, "source": text}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """A tiny edition of two chapters, and a picture in a folder."""
    place = tmp_path / "edition"
    (place / "images").mkdir(parents=True)
    for name in NAMES:
        (place / name).write_text(chapter(f"first edition of {name}"), encoding="utf-8")
    (place / "images" / "one.svg").write_text("<svg/>", encoding="utf-8")
    (place / ".hidden").write_text("no part of it", encoding="utf-8")
    return place


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiny notebooks in all three languages in place of the course's own."""
    for code in lang.LANGUAGES:
        place = tmp_path / "notebooks" / code
        place.mkdir(parents=True)
        for name in NAMES:
            (place / name).write_text(chapter(f"{code} {name}"), encoding="utf-8")
    monkeypatch.setattr(files, "notebooks_folder", lambda: tmp_path / "notebooks")
    return tmp_path / "notebooks"


def contents(place: Path) -> dict[str, bytes]:
    return {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}


# The learner's copies


def test_a_first_start_lays_every_file(edition: Path, home: Path) -> None:
    assert editions.lay(edition, home) == []
    wanted = {name: (edition / name).read_bytes() for name in [*NAMES, "images/one.svg"]}
    laid = contents(home)
    assert laid.pop(editions.MANIFEST)
    assert laid == wanted


def test_a_second_start_writes_nothing(edition: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editions.lay(edition, home)
    monkeypatch.setattr(editions, "write_atomically", lambda path, *_: pytest.fail(f"wrote {path}"))
    assert editions.lay(edition, home) == []


def test_an_untouched_copy_follows_the_edition_in_silence(edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    for text in ("second edition", "third edition"):
        (edition / NAMES[1]).write_text(chapter(text), encoding="utf-8")
        assert editions.lay(edition, home) == []
        assert (home / NAMES[1]).read_text(encoding="utf-8") == chapter(text)
    assert not list(home.glob("*.new-*"))


def test_an_edited_copy_is_never_touched_and_news_is_told_once(edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    mine, source = home / NAMES[1], edition / NAMES[1]
    mine.write_text("my work", encoding="utf-8")
    assert editions.lay(edition, home) == []  # edited, but nothing newer than what it came from

    for text in ("second edition", "third edition"):
        source.write_text(chapter(text), encoding="utf-8")
        new = home / f"02_forward.new-{files.sha256(source)[:8]}.ipynb"
        told = lang.text("lab.news", name=NAMES[1], new=new.name, folder=home)
        assert editions.lay(edition, home) == [told]
        assert new.read_text(encoding="utf-8") == chapter(text)
        assert editions.lay(edition, home) == []
        assert mine.read_text(encoding="utf-8") == "my work"
    assert len(list(home.glob("*.new-*"))) == 2


def test_work_in_the_copy_that_lies_beside_is_safe_too(edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    (home / NAMES[1]).write_text("my work", encoding="utf-8")
    (edition / NAMES[1]).write_text(chapter("second edition"), encoding="utf-8")
    editions.lay(edition, home)
    (new,) = home.glob("*.new-*")
    new.write_text("more of my work", encoding="utf-8")
    (home / editions.MANIFEST).unlink()
    editions.lay(edition, home)
    assert new.read_text(encoding="utf-8") == "more of my work"


def test_whoever_takes_the_new_edition_over_gets_updates_again(edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    (home / NAMES[1]).write_text("my work", encoding="utf-8")
    (edition / NAMES[1]).write_text(chapter("second edition"), encoding="utf-8")
    editions.lay(edition, home)
    next(home.glob("*.new-*")).replace(home / NAMES[1])
    editions.lay(edition, home)
    (edition / NAMES[1]).write_text(chapter("third edition"), encoding="utf-8")
    assert editions.lay(edition, home) == []
    assert (home / NAMES[1]).read_text(encoding="utf-8") == chapter("third edition")


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"laid": 3, "announced": null}', None])
def test_a_lost_manifest_loses_no_work(damage: str | None, edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    mine = home / NAMES[1]
    mine.write_text("my work", encoding="utf-8")
    manifest = home / editions.MANIFEST
    manifest.unlink() if damage is None else manifest.write_text(damage, encoding="utf-8")
    assert len(editions.lay(edition, home)) == 1
    assert mine.read_text(encoding="utf-8") == "my work"
    assert (home / NAMES[0]).read_bytes() == (edition / NAMES[0]).read_bytes()


def test_a_deleted_copy_comes_back(edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    (home / NAMES[1]).unlink()
    editions.lay(edition, home)
    assert (home / NAMES[1]).read_bytes() == (edition / NAMES[1]).read_bytes()


def test_the_identity_of_an_edition_depends_on_every_file(edition: Path) -> None:
    seen = {editions.identity(edition)}
    (edition / "images" / "one.svg").write_text("<svg> </svg>", encoding="utf-8")
    seen.add(editions.identity(edition))
    (edition / "images" / "one.svg").rename(edition / "images" / "two.svg")
    seen.add(editions.identity(edition))
    assert len(seen) == 3
    (edition / ".hidden").write_text("changed", encoding="utf-8")
    assert editions.identity(edition) in seen


def test_the_real_editions_lie_beside_the_package() -> None:
    assert (files.notebooks_folder() / "source").is_dir()


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_appendix_is_laid_like_a_chapter(home: Path, language: str) -> None:
    assert lab.prepare(language, home) == []
    laid = home / language / "appendix_ledger.ipynb"
    assert laid.read_bytes() == (ROOT / "notebooks" / language / laid.name).read_bytes()
    laid.write_text(laid.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert lab.prepare(language, home) == [] and laid.read_bytes().endswith(b" ")  # edited: left alone


# What can go wrong


def test_a_home_that_is_a_file(course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert cli.main(["lab", "--lang", "id", "--dir", str(tmp_path / "file")]) == 1
    told = capsys.readouterr().err
    assert "tidak dapat ditulis" in told
    assert "course lab --dir FOLDER" in told
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_folder_in_a_chapters_place(course: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "ko" / NAMES[1]).mkdir(parents=True)
    assert cli.main(["lab", "--lang", "ko"]) == 1
    told = capsys.readouterr().err
    assert "파일로 읽을 수 없습니다" in told
    assert len(told.splitlines()) == 1


def test_no_permission_to_write(
    course: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:  # chmod would not stop root, as whom CI runs
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert cli.main(["lab", "--lang", "en"]) == 1
    told = capsys.readouterr().err
    path = home / "en" / NAMES[0]
    assert told.strip() == lang.text("lab.write", path=path, problem="Permission denied")
    assert contents(home) == {}  # not even a temporary file is left


def test_a_folder_that_can_only_be_read(course: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.prepare("en", home)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match="cannot be written"):
        lab.prepare("en", home)


def test_notebooks_that_were_never_built(
    course: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "ko" / editions.WELCOME).unlink()
    assert cli.main(["lab", "--lang", "ko"]) == 1
    assert capsys.readouterr().err.strip() == lang.text("lab.not_built", "ko", folder=course / "ko")


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_busy_port(language: str, course: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["lab", "--lang", language, "--port", str(port)]) == 1
    told = lang.text("lab.port_busy", language, port=port, next=port % 65535 + 1)
    assert capsys.readouterr().err.strip() == told
    assert not home.exists()
    lab.check_port(port)  # free again


# The language


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A reader whose locale says nothing, with nobody at the keyboard."""
    for name in ("COURSE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(lang, "from_locale", lambda: None)
    monkeypatch.setattr(sys, "stdin", None)
    return monkeypatch


def test_the_language_comes_from_the_first_that_knows(home: Path, stranger: pytest.MonkeyPatch) -> None:
    assert lab.choose(None, home) == ("en", False)
    stranger.setattr(lang, "from_locale", lambda: "id")
    assert lab.choose(None, home) == ("id", False)
    lab.remember(home, "ko")
    assert lab.choose(None, home) == ("ko", False)
    stranger.setenv("COURSE_LANG", "id")
    assert lab.choose(None, home) == ("id", False)
    assert lab.choose("en", home) == ("en", True)
    with pytest.raises(ValueError, match="does not speak 'xx'"):
        lab.choose("xx", home)


def test_nobody_to_ask_is_english_with_a_note(
    home: Path, stranger: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.choose(None, home) == ("en", False)
    assert capsys.readouterr().err.strip() == lang.text("lab.nobody_to_ask")


def answers(*given: str) -> Callable[[str], str]:
    queue = iter(given)

    def read(prompt: str) -> str:
        try:
            return next(queue)
        except StopIteration:
            raise EOFError from None

    return read


@pytest.mark.parametrize(
    ("given", "language"),
    [(("2",), "id"), (("ko",), "ko"), (("한국어",), "ko"), (("what?", "", " EN "), "en"), ((), "en")],
)
def test_the_question_takes_a_number_a_code_or_a_name(given: tuple[str, ...], language: str) -> None:
    assert lab.ask(answers(*given)) == language


def test_somebody_at_the_keyboard_is_asked(home: Path, stranger: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    stranger.setattr(sys, "stdin", Terminal())
    stranger.setattr(lab, "ask", lambda: "ko")
    assert lab.choose(None, home) == ("ko", True)


def test_what_is_remembered_stays_beside_other_settings(home: Path) -> None:
    files.write_json(home / lab.SETTINGS, {"theme": "dark"})
    lab.remember(home, "ko")
    assert editions.read_json(home / lab.SETTINGS) == {"theme": "dark", "language": "ko"}
    (home / lab.SETTINGS).write_text('{"language": ["ko"]}', encoding="utf-8")
    assert lab.remembered(home) is None


# JupyterLab itself

START = """
import sys
from pathlib import Path
from course_lib import files
from course_tools import cli
files.notebooks_folder = lambda: Path(sys.argv[1])
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.fixture
def started(course: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """`course lab --lang ko --no-browser` as a process of its own."""
    command = [sys.executable, "-c", START, str(course), "lab", "--lang", "ko", "--no-browser"]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def test_it_opens_on_the_welcome_notebook_and_ends_on_ctrl_c(
    started: subprocess.Popen[str], home: Path
) -> None:
    assert started.stdout is not None
    shown = ""
    while not (found := re.search(r"(http://(?:localhost|127\.0\.0\.1):\d+)(/\S*)\?(token=\w+)", shown)):
        line = started.stdout.readline()
        assert line, shown
        shown += line
    assert shown.splitlines()[0] == lang.text("lab.starting", "ko", folder=home / "ko")
    server, page, token = found.groups()
    assert page == f"/lab/tree/ko/{editions.WELCOME}"

    def get(path: str) -> str:
        with urllib.request.urlopen(f"{server}{path}?{token}", timeout=20) as answer:
            return answer.read().decode()

    for _ in range(100):  # the address is printed a moment before the server listens
        try:
            get("/api")
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    assert '"news": {"disabled": true}' in get(page)
    notebook = json.loads(get(f"/api/contents/ko/{editions.WELCOME}"))
    assert notebook["content"]["cells"][0]["source"] == f"ko {editions.WELCOME}"
    # The other languages lie there, too: links lead from one to another.
    assert json.loads(get(f"/api/contents/en/{NAMES[1]}"))["type"] == "notebook"
    assert json.loads(get("/lab/api/update")) == {"notification": None}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{server}/api/contents", timeout=20)

    started.send_signal(signal.SIGINT)
    end = time.monotonic() + 30
    rest = started.stdout.read()
    assert started.wait(max(1, end - time.monotonic())) == 0
    assert lang.text("lab.ended", "ko", folder=home / "ko") in rest
    assert "Traceback" not in shown + rest
    assert editions.read_json(home / lab.SETTINGS) == {"language": "ko"}


def test_a_copy_that_was_made_read_only_is_kept(edition: Path, home: Path) -> None:
    editions.lay(edition, home)
    copy = home / NAMES[1]
    copy.chmod(0o444)
    mine = copy.read_bytes()
    (edition / NAMES[1]).write_text(chapter("second edition"), encoding="utf-8")
    assert len(editions.lay(edition, home)) == 1 and editions.lay(edition, home) == []
    assert copy.read_bytes() == mine
    copy.chmod(0o644)  # untouched still: from here on it follows again
    assert editions.lay(edition, home) == [] and copy.read_bytes() != mine


def test_a_port_taken_at_the_last_moment(
    course: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from jupyterlab.labapp import LabApp

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

        def too_late(_: object) -> None:
            other.listen()
            sys.exit(1)

        monkeypatch.setattr(LabApp, "launch_instance", too_late)
        monkeypatch.setattr(os, "environ", os.environ.copy())
        looked: list[int] = []
        check = lab.check_port
        monkeypatch.setattr(
            lab, "check_port", lambda port: looked.append(port) if not looked else check(port)
        )
        assert cli.main(["lab", "--lang", "en", "--port", str(port)]) == 1
    assert capsys.readouterr().err.strip() == lang.text("lab.port_busy", port=port, next=port + 1)
