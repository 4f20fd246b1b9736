"""Where the course's own files lie, and writing files that are never half written.

Loads no torch, so that the command line, the figures and the widgets may use it and stay quick.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from course_lib import lang

_PACKAGE = Path(__file__).parent
FONT = _PACKAGE / "fonts" / "NanumGothic.ttf"


def _shipped(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name


def data_folder() -> Path:
    """Where the course's data files lie: inside an installed package, or beside it in a checkout."""
    return _shipped("data")


def notebooks_folder() -> Path:
    """Where the built notebooks lie: inside an installed package, or beside it in a checkout."""
    return _shipped("notebooks")


def sha256(path: Path) -> str:
    """The file's SHA-256 as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_atomically(path: Path, content: bytes, refusal: str = "error.write") -> None:
    """Write ``content`` to ``path`` so that the path never holds half of it.

    A link stays a link: the file it leads to is written. ValueError, with the sentence ``refusal``, where it
    may not be written.
    """
    if path.is_symlink():
        path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as problem:
        with suppress(OSError):  # where the folder itself is no folder, there is nothing to take away
            temporary.unlink(missing_ok=True)
        raise ValueError(lang.text(refusal, path=path, problem=problem.strerror)) from None
    except BaseException:  # Ctrl-C: no half-written file stays behind
        temporary.unlink(missing_ok=True)
        raise


def check_writable(path: Path, refusal: str = "error.write") -> None:
    """ValueError, now and not after hours of work, where ``write_atomically`` could not write ``path``."""
    try:
        path = path.resolve()
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except (OSError, RuntimeError) as problem:  # RuntimeError: links that lead in a circle
        said = getattr(problem, "strerror", None) or os.strerror(errno.ELOOP)
        raise ValueError(lang.text(refusal, path=path, problem=said)) from None


def write_json(path: Path, value: Any, refusal: str = "error.write") -> None:
    """Write ``value`` as readable JSON, atomically; its keys keep their order."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_atomically(path, text.encode("utf-8"), refusal)
