"""Which exercises the learner has passed: one small JSON file in the learner's own folder.

Nothing leaves the machine. A file that cannot be read is kept aside, never overwritten; where nothing can
be written, the passes are remembered until the kernel stops, and the learner is told so once.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from course_lib import lang
from course_lib.files import write_json

_here: set[str] = set()  # passed in this kernel: what is left where the file cannot be written
_told = False
PATIENCE = 2.0  # seconds to wait while another kernel writes: it takes milliseconds


def home() -> Path:
    """The learner's own folder: COURSE_HOME, else ~/difusi."""
    try:
        return Path(os.environ.get("COURSE_HOME") or Path.home() / "difusi").expanduser()
    except RuntimeError:  # no such user, or a user without a home
        raise ValueError(lang.text("progress.no_home")) from None


def path() -> Path:
    """The progress file."""
    return home() / "progress.json"


def _set_aside(file: Path) -> str:
    """Rename a corrupt file to a name that is free, so that nothing of it is lost."""
    kept = file.with_name(file.name + ".bad")
    number = 1
    while kept.exists():
        number += 1
        kept = file.with_name(f"{file.name}.bad{number}")
    file.rename(kept)
    return lang.text("progress.corrupt", path=file, kept=kept.name)


def _read() -> tuple[dict, str, bool]:
    """The file's contents; a sentence for the learner or ""; and whether the file may be (re)written."""
    try:
        file = path()
    except ValueError as problem:  # no home folder: remembered until the kernel stops
        return {"passed": []}, _once(str(problem)), False
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        names = content["passed"]
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError(names)
        return content, "", True
    except FileNotFoundError:
        return {"passed": []}, "", True
    except OSError:
        return {"passed": []}, _unwritable(), False
    except (ValueError, KeyError, TypeError, RecursionError):
        try:
            return {"passed": []}, _set_aside(file), True
        except OSError:
            return {"passed": []}, _unwritable(), False


def _once(sentence: str) -> str:
    global _told
    sentence, _told = "" if _told else sentence, True
    return sentence


def _unwritable() -> str:
    return _once(lang.text("progress.unwritable", path=home()))


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other kernels from writing meanwhile, where the system can: of two at once one pass was lost."""
    handle = None
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError, ValueError):  # a folder that cannot be locked, or made: writing says so
            folder = home()
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        break
                    time.sleep(0.005)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def record(name: str) -> str:
    """Remember that the exercise ``name`` is passed; returns a sentence the learner should see, or ""."""
    _here.add(name)
    with _alone():
        content, says, writable = _read()
        if not writable or _here <= set(content["passed"]):
            return says
        content["passed"] = sorted(_here | set(content["passed"]))
        try:
            write_json(path(), content)
        except (ValueError, OSError):
            return says or _unwritable()
        return says


def passed() -> set[str]:
    """The names of the exercises passed so far, on any day."""
    return state()[0]


def state() -> tuple[set[str], str]:
    """The names of the exercises passed so far, and a sentence the learner should see, or ""."""
    content, says, _ = _read()
    return set(content["passed"]) | _here, says
