"""`course doctor`: what is installed, what is not as it should be, and the one command that cures each."""

from __future__ import annotations

import importlib
import os
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

from course_lib import files, lang, progress
from course_tools import editions, testing

NAME = "difusi"
HANGUL = "한글"
INSTALL = "uv sync"
RESTORE = "git checkout -- {path}"
REINSTALL = "uv sync --reinstall-package difusi"
LOADED = ("torch", "jupyterlab", "anywidget", "ipywidgets", "matplotlib")


class Finding(NamedTuple):
    """One line: ``state`` "ok", "problem" (the course needs it) or "note"; ``cure`` is a command."""

    state: Literal["ok", "problem", "note"]
    sentence: str
    cure: str = ""

    def __str__(self) -> str:
        line = f"[{lang.text(f'doctor.{self.state}')}] {self.sentence}"
        return f"{line}\n    {lang.text('doctor.cure', command=self.cure)}" if self.cure else line


def requirements() -> list[tuple[str, str]]:
    """Each package that the course needs, with its lower bound; empty where the course is not installed."""
    from packaging.requirements import Requirement

    try:
        lines = metadata.requires(NAME) or []
    except metadata.PackageNotFoundError:
        return []
    return [(r.name, str(r.specifier)) for r in map(Requirement, lines) if r.marker is None]


def package(name: str, want: str) -> Finding:
    """Whether one package is there, new enough and (for the large ones) can be loaded."""
    from packaging.specifiers import SpecifierSet

    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding("problem", lang.text("doctor.package_missing", name=name), INSTALL)
    if not SpecifierSet(want).contains(version, prereleases=True):
        old = lang.text("doctor.package_old", name=name, version=version, want=want)
        return Finding("problem", old, INSTALL)
    if name in LOADED:
        try:
            importlib.import_module(name)
        except Exception as problem:  # whatever a broken package raises is the finding
            first = (str(problem) or type(problem).__name__).splitlines()[0]
            sentence = lang.text("doctor.package_broken", name=name, version=version, problem=first)
            return Finding("problem", sentence, f"uv sync --reinstall-package {name}")
    return Finding("ok", lang.text("doctor.package", name=name, version=version))


def packages() -> Iterator[Finding]:
    """Python, and every package that the course needs."""
    yield Finding("ok", lang.text("doctor.python", version=platform.python_version()))
    try:
        needed = requirements()
    except ImportError:
        yield Finding("problem", lang.text("doctor.package_missing", name="packaging"), INSTALL)
        return
    if not needed:
        yield Finding("problem", lang.text("doctor.no_metadata"), INSTALL)
    for name, want in needed:
        yield package(name, want)


def computing() -> Iterator[Finding]:
    """The device that models run on, and whether bfloat16 is worth using there."""
    try:
        from course_lib import device
    except (ImportError, OSError):
        yield Finding("problem", lang.text("doctor.device_broken"), "uv sync --reinstall-package torch")
        return
    where = device.pick("auto")
    speed = lang.text("doctor.bf16_fast") if device.fast_bf16(where) else lang.text("doctor.bf16_slow")
    yield Finding("ok", lang.text("doctor.device", device=where.type, speed=speed))


def data_files(folder: Path | None = None) -> Iterator[Finding]:
    """Every file that data/checksums.json lists."""
    folder = folder or files.data_folder()
    checkout = (testing.ROOT / ".git").exists()

    def cure(name: str) -> str:
        return RESTORE.format(path=f"data/{name}") if checkout else REINSTALL

    listed = editions.read_json(folder / "checksums.json")
    if not listed:
        yield Finding("problem", lang.text("doctor.data_unlisted"), cure("checksums.json"))
    for name, want in listed.items():
        path = folder / name
        if path.is_file() and files.sha256(path) == want:
            yield Finding("ok", lang.text("doctor.data", name=name))
        else:
            yield Finding("problem", lang.text("doctor.data_bad", name=f"data/{name}"), cure(name))


def hangul(folder: Path | None = None) -> Finding:
    """Whether a font that the course ships has Hangul."""
    folder = folder or files.FONT.parent
    try:
        from matplotlib.ft2font import FT2Font
    except ImportError:  # already reported among the packages
        return Finding("problem", lang.text("doctor.package_missing", name="matplotlib"), INSTALL)
    for path in sorted([*folder.glob("*.ttf"), *folder.glob("*.otf")]):
        try:
            font = FT2Font(str(path))
        except RuntimeError:  # not a font at all
            continue
        if all(font.get_char_index(ord(letter)) for letter in HANGUL):
            return Finding("ok", lang.text("doctor.font", name=path.name))
    return Finding("problem", lang.text("doctor.font_missing", folder=folder), REINSTALL)


def notebooks() -> Iterator[Finding]:
    """The built notebooks of every language, and their edition."""
    for code in lang.LANGUAGES:
        place, name = files.notebooks_folder() / code, lang.text("lab.language_name", code)
        count = len([file for file in editions.files(place) if file.endswith(".ipynb")])
        if not (place / editions.WELCOME).is_file():
            sentence = lang.text("doctor.notebooks_missing", name=name, folder=place)
            yield Finding("problem", sentence, "uv run course build")
        else:
            edition = editions.identity(place)
            yield Finding("ok", lang.text("doctor.notebooks", name=name, count=count, edition=edition))


def home() -> Finding:
    """Whether the learner's folder can be written, or made."""
    try:
        path = progress.home().absolute()
    except ValueError as problem:
        return Finding("problem", str(problem), "course lab --dir FOLDER")
    existing = next(place for place in (path, *path.parents) if os.path.lexists(place))
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Finding("ok", lang.text("doctor.home", path=path))
    return Finding("problem", lang.text("doctor.home_bad", path=path), "course lab --dir FOLDER")


def browser() -> Finding:
    """The Chromium of the browser tests, which the course itself does not need."""
    if path := testing.chromium():
        return Finding("ok", lang.text("doctor.chromium", path=path))
    return Finding("note", lang.text("doctor.chromium_missing"), testing.chromium_cure())


def findings() -> Iterator[Finding]:
    """Everything, line by line as it is found."""
    yield from packages()
    yield from computing()
    yield from data_files()
    yield hangul()
    yield from notebooks()
    yield home()
    yield browser()


def run() -> int:
    """Print every finding; 1 where something that the course needs is broken."""
    print(lang.text("doctor.title"))
    broken = 0
    for finding in findings():
        print(finding, flush=True)
        broken += finding.state == "problem"
    print(lang.text("doctor.not_well", count=broken) if broken else lang.text("doctor.all_well"))
    return 1 if broken else 0
