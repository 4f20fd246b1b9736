"""Which exercises the learner has passed: one small JSON file in the learner's own folder.

Nothing leaves the machine. A file that cannot be read is kept aside, never overwritten; where nothing can
be written, the passes are remembered until the kernel stops, and the learner is told so once.
"""

from __future__ import annotations

import html
import json
import os
from dataclasses import dataclass
from pathlib import Path

from course_lib import lang
from course_lib.files import write_atomically

_here: set[str] = set()  # passed in this kernel: what is left where the file cannot be written
_told = False


def home() -> Path:
    """The learner's own folder: COURSE_HOME, else ~/difusi."""
    return Path(os.environ.get("COURSE_HOME") or Path.home() / "difusi").expanduser()


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
    file = path()
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
    except (ValueError, KeyError, TypeError):
        try:
            return {"passed": []}, _set_aside(file), True
        except OSError:
            return {"passed": []}, _unwritable(), False


def _unwritable() -> str:
    global _told
    if _told:
        return ""
    _told = True
    return lang.text("progress.unwritable", path=home())


def record(name: str) -> str:
    """Remember that the exercise ``name`` is passed; returns a sentence the learner should see, or ""."""
    _here.add(name)
    content, says, writable = _read()
    if not writable or _here <= set(content["passed"]):
        return says
    content["passed"] = sorted(_here | set(content["passed"]))
    try:
        write_atomically(path(), (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
    except (ValueError, OSError):
        return says or _unwritable()
    return says


def passed() -> set[str]:
    """The names of the exercises passed so far, on any day."""
    return set(_read()[0]["passed"]) | _here


def export(to: str | Path) -> Path:
    """Write a copy of the progress to a new file, to hand in or to keep; ValueError if it exists already."""
    file = Path(to).expanduser()
    if file.exists():
        raise ValueError(lang.text("progress.exists", path=file))
    rows = [{"chapter": row.chapter, "passed": row.passed, "open": row.open} for row in overview().rows]
    text = json.dumps({"passed": sorted(passed()), "chapters": rows}, indent=1, ensure_ascii=False)
    write_atomically(file, (text + "\n").encode())
    return file


@dataclass(frozen=True)
class Row:
    """One chapter: the exercises passed, and those still open."""

    chapter: int
    passed: list[str]
    open: list[str]

    @property
    def total(self) -> int:
        """How many exercises the chapter has."""
        return len(self.passed) + len(self.open)


@dataclass(frozen=True)
class Overview:
    """The learner's progress, a bar with numbers for each chapter."""

    rows: tuple[Row, ...]
    says: str = ""
    language: str = "en"

    def _label(self, row: Row) -> str:
        return lang.text("progress.chapter", self.language, chapter=f"{row.chapter:02}")

    def _count(self, row: Row) -> str:
        return lang.text("progress.count", self.language, passed=len(row.passed), total=row.total)

    def __repr__(self) -> str:
        lines = [lang.text("progress.title", self.language)]
        for row in self.rows:
            filled = self._percent(row) // 5
            lines.append(f"{self._label(row)}  [{'█' * filled}{'·' * (20 - filled)}]  {self._count(row)}")
            lines.append("    " + "  ".join([f"✓ {n}" for n in row.passed] + [f"○ {n}" for n in row.open]))
        return "\n".join([*lines, self.says] if self.says else lines)

    def _percent(self, row: Row) -> int:
        return round(100 * len(row.passed) / row.total)

    def _repr_html_(self) -> str:
        left = "text-align:left;white-space:nowrap"
        frame = "width:12em;height:0.9em;border:1px solid #888"
        bar = "height:100%;background:#009E73"

        def line(row: Row) -> str:
            each = [f"<code>✓ {n}</code>" for n in row.passed] + [f"<code>○ {n}</code>" for n in row.open]
            return (
                f'<tr><th scope="row" style="{left}">{html.escape(self._label(row))}</th>'
                f'<td><div aria-hidden="true" style="{frame}">'
                f'<div style="{bar};width:{self._percent(row)}%"></div></div></td>'
                f'<td style="{left}">{html.escape(self._count(row))}</td>'
                f'<td style="text-align:left">{" ".join(each)}</td></tr>'
            )

        title = html.escape(lang.text("progress.title", self.language))
        says = f"<p>{html.escape(self.says)}</p>" if self.says else ""
        return (
            f'<div lang="{self.language}"><table style="color:inherit">'
            f'<caption style="{left};color:inherit"><strong>{title}</strong></caption>'
            f"{''.join(map(line, self.rows))}</table>{says}</div>"
        )


def overview() -> Overview:
    """How far the learner is: for each chapter with exercises, those passed and those open."""
    from course_lib.exercises import EXERCISES  # it records here, so it is imported only when asked for

    content, says, _ = _read()
    done = set(content["passed"]) | _here
    chapters = sorted({exercise.chapter for exercise in EXERCISES.values()})
    rows = []
    for chapter in chapters:
        names = [e.name for e in EXERCISES.values() if e.chapter == chapter]
        rows.append(Row(chapter, [n for n in names if n in done], [n for n in names if n not in done]))
    return Overview(tuple(rows), says, lang.current())
