"""Chapter sources: reading notebooks/source/NN_name.py (jupytext's py:percent) without guessing.

The grammar is a strict part of what jupytext reads and writes, so a source can be opened and saved in
JupyterLab without damage, and every cell knows its line for the refusals in ``parity`` and ``shared_code``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from course_lib import lang

REFERENCE = "en"  # the language that the other two are compared with and stamped against
PROSE_FIELDS = ("key", "lang", "ref")
CODE_FIELDS = ("key", "exercise", "check", "tags")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
GIVEN = "### GIVEN "  # inside a solution: before a line that the learner gets in its place
_HEADER = re.compile(r"# %%(?P<markdown> \[markdown\])?(?P<fields>(?: [a-z]+=(?:\"[^\"]*\"|\[[^\]]*\]))*)")
_FIELD = re.compile(r" ([a-z]+)=(\"[^\"]*\"|\[[^\]]*\])")
_LOOKS_LIKE_HEADER = re.compile(r"#\s*%%")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _sentence(name: str, /, **values: object) -> str:
    return lang.text(f"build.{name}", None, **values)


@dataclass(frozen=True)
class Problem:
    """One refusal: its name, where it is, and the sentence that says what to do."""

    name: str
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place} [{self.name}] {self.sentence}"


@dataclass
class Cell:
    """One cell of a source: ``lang`` is None for code, which the three languages share."""

    chapter: str
    line: int
    key: str
    lang: str | None
    text: str
    fields: dict = field(default_factory=dict)

    @property
    def is_prose(self) -> bool:
        return self.lang is not None

    @property
    def ref(self) -> str | None:
        return self.fields.get("ref")

    def problem(self, name: str, /, **values: object) -> Problem:
        """The refusal ``name`` of this cell, in the reader's language."""
        place = f"{self.chapter}.py:{self.line} {self.key}" + (f" ({self.lang})" if self.lang else "")
        return Problem(name, place, _sentence(name, cell=self.key, lang=self.lang, **values))


def text_hash(text: str) -> str:
    """The eight hexadecimal digits that a translation carries as ``ref``: the hash of its English text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


def header(fields: dict, markdown: bool) -> str:
    """The one way to write a cell's first line, the same as jupytext writes it."""
    words = ["# %%", *(["[markdown]"] if markdown else [])]
    words += [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return " ".join(words)


def read(path: Path) -> tuple[str, list[Problem]]:
    """The source's text, or a refusal where it cannot be read or is not UTF-8."""
    try:
        # "-sig": an editor's byte-order mark before the first cell is no text of ours.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"), []
    except OSError as error:
        sentence = lang.text("build.unreadable", problem=error.strerror)
        return "", [Problem("unreadable", path.name, sentence)]
    except UnicodeDecodeError as error:
        sentence = lang.text("build.encoding", byte=error.start)
        return "", [Problem("encoding", path.name, sentence)]


def parse(text: str, chapter: str) -> tuple[list[Cell], list[Problem]]:
    """The cells of a source, and a refusal for each line that is not as the grammar wants it."""
    cells: list[Cell] = []
    problems: list[Problem] = []

    def refuse(name: str, line: int, **values: object) -> None:
        problems.append(Problem(name, f"{chapter}.py:{line}", _sentence(name, **values)))

    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if _LOOKS_LIKE_HEADER.match(line)]
    if any(line.strip() for line in lines[: starts[0] if starts else len(lines)]):
        refuse("before_first_cell", 1)
    for start, stop in pairwise([*starts, len(lines)]):
        fields, markdown, wrong = _fields(lines[start])
        if wrong:
            refuse("header", start + 1, got=lines[start], wrong=wrong)
            continue
        body = lines[start + 1 : stop]
        if markdown:
            for n, line in enumerate(body):
                if line.strip() and not (line == "#" or line.startswith("# ")):
                    refuse("prose_line", start + n + 2, got=line.strip()[:60])
            while body and not body[-1].strip():
                body.pop()
            if any(not line for line in body):
                refuse("prose_gap", start + body.index("") + 2)
            body = [line[2:] for line in body]
        content = "\n".join(line.rstrip() if not markdown else line for line in body).strip("\n")
        cells.append(Cell(chapter, start + 1, fields["key"], fields.get("lang"), content, fields))
        if not content.strip():
            problems.append(cells[-1].problem("empty"))
    return cells, problems


def _fields(line: str) -> tuple[dict, bool, str]:
    """A header's fields, whether it opens prose, and what is wrong with it ("" where nothing is)."""
    match = _HEADER.fullmatch(line)
    if match is None:
        return {}, False, lang.text("build.header_form")
    try:
        pairs = [(m[1], json.loads(m[2])) for m in _FIELD.finditer(match["fields"])]
    except json.JSONDecodeError:
        return {}, False, lang.text("build.header_form")
    fields, markdown = dict(pairs), match["markdown"] is not None
    allowed = PROSE_FIELDS if markdown else CODE_FIELDS
    unknown = [name for name in fields if name not in allowed]
    if unknown or len(fields) < len(pairs):
        return fields, markdown, lang.text("build.header_fields", allowed=", ".join(allowed))
    if not all(isinstance(value, list if name == "tags" else str) for name, value in fields.items()):
        return fields, markdown, lang.text("build.header_value")
    if not _KEY.fullmatch(fields.get("key", "")):
        return fields, markdown, lang.text("build.header_key")
    if markdown and fields.get("lang") not in lang.LANGUAGES:
        return fields, markdown, lang.text("build.header_lang", allowed=", ".join(lang.LANGUAGES))
    return fields, markdown, ""


def stamp(text: str, chapter: str) -> tuple[str, list[Cell]]:
    """The source with every translation's ``ref`` set to its English text's hash, and the cells that changed.

    Only the header lines of translations change; no text is touched.
    """
    cells, _ = parse(text, chapter)
    reference = {cell.key: text_hash(cell.text) for cell in cells if cell.lang == REFERENCE}
    lines, stamped = text.split("\n"), []
    for cell in cells:
        want = reference.get(cell.key)
        if cell.is_prose and cell.lang != REFERENCE and want and cell.ref != want:
            lines[cell.line - 1] = header({**cell.fields, "ref": want}, markdown=True)
            stamped.append(cell)
    return "\n".join(lines), stamped
