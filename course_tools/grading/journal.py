"""The report's memory: every verdict as soon as it is there, so that a stopped run can go on.

A verdict is kept under a name made of everything that it depends on: an answer that was judged before, this
learner's or another's, is not judged again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

import course_lib
from course_lib import lang
from course_lib.files import data_folder, notebooks_folder, write_atomically
from course_tools.grading.tasks import Limits, Task, Verdict

JOURNAL = ".verdicts.jsonl"


def depended_on() -> list[Path]:
    """Every file of this installation that a verdict depends on, sorted: code, sentences, notebooks, data."""
    package, tools = Path(course_lib.__file__).parent, Path(__file__).parents[1]
    notebooks = notebooks_folder()
    found = [*package.rglob("*.py"), *package.rglob("*.toml"), *tools.rglob("*.py")]
    found += [*notebooks.rglob("*.ipynb"), *notebooks.rglob("*.py"), data_folder() / "checksums.json"]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts[-3:]))


@cache
def edition() -> str:
    """A digest of all but the answer that a verdict depends on: those files, Python's version and torch's."""
    python = ".".join(platform.python_version_tuple()[:2])  # its errors' messages are part of a verdict
    digest = hashlib.sha256(f"{course_lib.__version__} {python} {metadata.version('torch')}".encode())
    for path in depended_on():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def identity(task: Task, limits: Limits) -> str:
    """The name under which a verdict is kept: the same for answers that must be judged alike."""
    words = (edition(), limits.to_json(), task.chapter, task.exercise, task.language, task.source)
    return hashlib.sha256("\0".join(words).encode("utf-8", "backslashreplace")).hexdigest()[:32]


class Journal:
    """The report's memory: each verdict as a line of JSON as soon as it is there, and what was written.

    One process at a time holds it. A last line that was cut off is passed over.
    """

    def __init__(self, folder: Path, again: bool = False):
        self.folder, self.path = folder, folder / JOURNAL
        self.verdicts: dict[str, Verdict] = {}
        self._written: set[tuple[str, str]] = set()
        self._file: BinaryIO | None = None
        _own(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = self._hold()
        self._read()
        if again:
            self._forget()
        for name, _ in self._written:
            path = folder / name
            if path.exists() and (name, _digest(path.read_bytes())) not in self._written:
                self.close()
                raise ValueError(lang.text("grade.edited", path=path))

    def _hold(self) -> BinaryIO:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
            file = os.fdopen(os.open(self.path, flags, 0o644), "r+b", buffering=0)
        except OSError as problem:
            said = problem.strerror
            raise ValueError(lang.text("grade.journal", path=self.path, problem=said)) from None
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                raise ValueError(lang.text("grade.busy", path=self.folder)) from None
        return file

    def _read(self) -> None:
        assert self._file is not None
        content = self._file.read()
        for line in content.splitlines():
            with suppress(ValueError, TypeError, KeyError, AttributeError):
                entry = json.loads(line)
                if "verdict" in entry:
                    self.verdicts[entry["id"]] = Verdict.from_json(json.dumps(entry["verdict"]))
                else:
                    self._written |= {(name, digest) for name, digest in entry["written"].items()}
        if content and not content.endswith(b"\n"):
            self._append(b"\n")

    def _append(self, line: bytes) -> None:
        assert self._file is not None
        while line:  # a disk that is nearly full takes a part of it
            line = line[self._file.write(line) :]

    def _forget(self) -> None:
        """Forget the verdicts, but not which files of the report are ours."""
        assert self._file is not None
        self.verdicts.clear()
        self._file.truncate(0)
        for name, digest in sorted(self._written):
            self._append(json.dumps({"written": {name: digest}}).encode() + b"\n")

    def keep(self, name: str, verdict: Verdict) -> None:
        """Remember a verdict; one that only says that judging broke off is tried again the next time."""
        self.verdicts[name] = verdict
        if verdict.reason != "crash":
            about = json.loads(replace(verdict, learner="").to_json())
            self._append(json.dumps({"id": name, "verdict": about}).encode() + b"\n")

    def write(self, files: dict[str, bytes]) -> None:
        """Write the report's files, each atomically, and remember them as ours."""
        digests = {name: _digest(content) for name, content in files.items()}
        self._append(json.dumps({"written": digests}).encode() + b"\n")  # before: a run may be killed
        for name, content in files.items():
            write_atomically(self.folder / name, content)
        assert self._file is not None
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let others have the report."""
        if self._file is not None:
            self._file.close()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _own(folder: Path) -> None:
    """ValueError where ``folder`` is not ours to write into: neither new nor empty nor an earlier report."""
    if folder.is_symlink() or folder.exists():
        if not folder.is_dir():
            raise ValueError(lang.text("grade.taken", path=folder))
        if any(folder.iterdir()) and not (folder / JOURNAL).is_file():
            raise ValueError(lang.text("grade.taken", path=folder))
