"""The learner's own copies of the chapters: laid once, updated while untouched, left alone once edited.

``<home>/<lang>/.course.json`` remembers the SHA-256 of every file as it was laid, so that a copy which
still has it is known to be untouched. A newer edition of an edited chapter is laid beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import NamedTuple

from course_lib import lang
from course_lib.files import sha256, write_atomically, write_json

WELCOME = "00_welcome.ipynb"
MANIFEST = ".course.json"


def files(edition: Path) -> list[str]:
    """The names (with / between folders) of an edition's files, sorted; hidden ones are not part of it."""
    found = (path.relative_to(edition) for path in edition.rglob("*") if path.is_file())
    return sorted(name.as_posix() for name in found if not any(part.startswith(".") for part in name.parts))


def identity(edition: Path) -> str:
    """Eight hexadecimal digits that change whenever any file of the edition does."""
    lines = (f"{name} {sha256(edition / name)}\n" for name in files(edition))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:8]


class Manifest(NamedTuple):
    """What was laid in a learner's folder, name -> SHA-256: as the copy itself, and as news beside it."""

    laid: dict[str, str]
    announced: dict[str, str]


def read_json(path: Path) -> dict:
    """The object that ``path`` holds; empty where the file is missing or is no JSON object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _manifest(place: Path) -> Manifest:
    # A lost or damaged manifest makes every differing copy count as edited, which loses nothing.
    found = read_json(place / MANIFEST)
    tables = (found.get(name) for name in Manifest._fields)
    return Manifest(*(dict(table) if isinstance(table, dict) else {} for table in tables))


def beside(name: str, digest: str) -> str:
    """The name under which a newer edition of an edited chapter is laid: 02_forward.new-1a2b3c4d.ipynb."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.new-{digest[:8]}.{suffix}" if dot else f"{name}.new-{digest[:8]}"


def lay(edition: Path, place: Path) -> list[str]:
    """Bring the learner's copies in ``place`` up to ``edition``; the sentences that announce news, if any.

    A missing copy is laid, an untouched one is updated, an edited one is left alone: the new edition then
    lies beside it, once. ValueError where the folder cannot be written.
    """
    manifest, news = _manifest(place), []
    before = json.dumps(manifest)
    for name in files(edition):
        source, target = edition / name, place / name
        digest = sha256(source)
        mine = _digest(target)
        follows = mine == manifest.laid.get(name) and mine != digest
        if mine is None or (follows and not _protected(target)):
            write_atomically(target, source.read_bytes(), "lab.write")
            mine = digest
        if mine == digest:
            manifest.laid[name] = digest
        elif digest not in (manifest.laid.get(name), manifest.announced.get(name)):
            newer = place / beside(name, digest)
            if not newer.exists():
                write_atomically(newer, source.read_bytes(), "lab.write")
            manifest.announced[name] = digest
            news.append(lang.text("lab.news", name=name, new=newer.name, folder=newer.parent))
    if json.dumps(manifest) != before:
        tables = {key: dict(sorted(table.items())) for key, table in manifest._asdict().items()}
        write_json(place / MANIFEST, tables, "lab.write")
    return news


def _protected(path: Path) -> bool:
    # Whoever takes the right to write away wants the file kept; to replace it the folder's right is enough.
    return not path.stat().st_mode & stat.S_IWUSR


def _digest(path: Path) -> str | None:
    """The SHA-256 of the learner's file; None where there is none; ValueError where it cannot be read."""
    if not os.path.lexists(path):
        # A parent that is a file also ends here; writing then says so.
        return None
    try:
        return sha256(path)
    except OSError as problem:
        raise ValueError(lang.text("lab.read", path=path, problem=problem.strerror)) from None
