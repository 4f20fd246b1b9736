"""How far the learner is, chapter by chapter: shown as text or HTML, and written to a file to hand in."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course_lib import lang, progress
from course_lib.exercises.core import Exercise
from course_lib.files import write_json


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

    @property
    def signed(self) -> list[str]:
        """The exercises' names, each after the sign that tells whether it is passed."""
        return [f"✓ {name}" for name in self.passed] + [f"○ {name}" for name in self.open]


@dataclass(frozen=True)
class Overview:
    """The learner's progress, a bar with numbers for each chapter."""

    rows: tuple[Row, ...]
    says: str = ""
    language: str = "en"

    def _label(self, row: Row) -> str:
        return lang.text("progress.chapter", self.language, chapter=row.chapter)

    def _count(self, row: Row) -> str:
        return lang.text("progress.count", self.language, passed=len(row.passed), total=row.total)

    def __repr__(self) -> str:
        lines = [lang.text("progress.title", self.language)]
        for row in self.rows:
            filled = self._percent(row) // 5
            lines.append(f"{self._label(row)}  [{'█' * filled}{'·' * (20 - filled)}]  {self._count(row)}")
            lines.append("    " + "  ".join(row.signed))
        return "\n".join([*lines, self.says] if self.says else lines)

    def _percent(self, row: Row) -> int:
        return round(100 * len(row.passed) / row.total)

    def _repr_html_(self) -> str:
        left = "text-align:left;white-space:nowrap"
        frame = "width:12em;height:0.9em;border:1px solid #888"
        bar = "height:100%;background:#009E73"
        code = '<code style="white-space:nowrap">'  # the sign and its name stay on one line

        def line(row: Row) -> str:
            each = [f"{code}{name}</code>" for name in row.signed]
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


def overview(exercises: Iterable[Exercise]) -> Overview:
    """The learner's progress in these exercises: for each chapter, those passed and those open."""
    done, says = progress.state()
    chapters: dict[int, list[str]] = {}
    for exercise in exercises:
        chapters.setdefault(exercise.chapter, []).append(exercise.name)
    rows = [
        Row(chapter, [n for n in names if n in done], [n for n in names if n not in done])
        for chapter, names in sorted(chapters.items())
    ]
    return Overview(tuple(rows), says, lang.current())


def export(exercises: Iterable[Exercise], to: str | Path) -> Path:
    """Write a copy of the progress to a new file; ValueError if it exists already."""
    file = Path(to).expanduser()
    if file.exists():
        raise ValueError(lang.text("progress.exists", path=file))
    rows = [{"chapter": r.chapter, "passed": r.passed, "open": r.open} for r in overview(exercises).rows]
    write_json(file, {"passed": sorted(progress.passed()), "chapters": rows})
    return file
