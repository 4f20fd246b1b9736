"""Learners' notebooks, read without trusting them: who handed in what, and each answer's text.

Everything is read here, before anything of it runs; no link is followed, and what cannot be read becomes a
``Refusal`` with a reason. Which chapters and exercises there are the built notebooks say, so that one more
of them needs no change here.
"""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from course_lib import lang
from course_lib.files import notebooks_folder

MOST_BYTES = 20_000_000  # of a notebook: a chapter with all its outputs stays far below
MOST_CELLS = 3000
MOST_SOURCE = 100_000  # characters of one answer
SEPARATORS = " _-."
_NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.I)  # as browsers and mail programs rename it, too
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|gz|bz2|xz|7z|rar)$", re.I)
_SWITCH = re.compile(r"""^[ \t]*lang\.use\(\s*["'](\w+)["']\s*\)""", re.M)
# Controls, line ends, marks that turn the writing round and signs that show nothing: a name that holds one
# could pass for another's. Joiners are letters' business in some scripts, but not beside Latin ones.
_NOT_IN_NAMES = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    "|(?<=[\x20-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x20-\u024f]|$)"
)


@dataclass(frozen=True)
class Asked:
    """One exercise as its chapter asks it: its name, its cell's key, the function that its check names.

    stubs: the cell's text as shipped, in each language.
    """

    name: str
    key: str
    function: str
    stubs: frozenset[str]


@dataclass(frozen=True)
class Chapter:
    """A chapter with exercises, as built. titles: by language; cells: cell id -> (language, key)."""

    stem: str
    titles: dict[str, str]
    asked: tuple[Asked, ...]
    cells: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What a submission holds for one exercise: the text, or the ``reason`` why there is none.

    note: "" or how the text was found where its cell no longer said what it is.
    """

    exercise: str
    source: str = ""
    reason: str = ""
    note: str = ""
    attempted: bool = True


@dataclass(frozen=True)
class Submission:
    """One readable notebook: whose, which chapter, which language, and its answers in the chapter's order."""

    learner: str
    path: str
    chapter: str
    language: str
    answers: tuple[Answer, ...]

    @property
    def attempted(self) -> bool:
        """Whether any answer differs from what was shipped."""
        return any(answer.attempted for answer in self.answers)


@dataclass(frozen=True)
class Refusal:
    """A notebook that is not graded. reason: a code with a sentence; chapter and language where known."""

    learner: str
    path: str
    reason: str
    chapter: str = ""
    language: str = ""


class _Unreadable(Exception):  # noqa: N818  (nothing is wrong with the program)
    """A notebook that is refused; its text is the reason's code."""


# ---- the chapters as built


def text_of(cell: Any) -> str | None:
    """The text of a code cell of a notebook; None for any other cell, whatever it is."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source if isinstance(source, str) else None


def _metadata(cell: Any) -> dict:
    found = cell.get("metadata") if isinstance(cell, dict) else None
    return found if isinstance(found, dict) else {}


def _squeezed(source: str) -> str:
    """A text as it is compared: without spaces at the ends of its lines and without empty lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip())


def _checked(cells: Sequence[dict], exercise: str) -> str:
    """The name of the function that the exercise's check cell hands to ``check``."""
    for cell in cells:
        if _metadata(cell).get("check") == exercise:
            for node in ast.walk(ast.parse(text_of(cell) or "")):
                if isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[1], ast.Name):
                    return node.args[1].id
    return ""


def _title(cells: Sequence[dict], stem: str) -> str:
    for cell in cells:
        if found := re.search(r"^# (.+)$", "".join(cell["source"]), re.M):
            return found[1].strip()
    return stem


@cache
def chapters(folder: Path | None = None) -> dict[str, Chapter]:
    """The chapters that have exercises, by stem and in the course's order, from the built notebooks."""
    folder = folder or notebooks_folder()
    found: dict[str, Chapter] = {}
    for path in sorted((folder / lang.LANGUAGES[0]).glob("*.ipynb")):
        built = {}
        for code in lang.LANGUAGES:
            content = json.loads((folder / code / path.name).read_text(encoding="utf-8"))
            built[code] = [cell for cell in content["cells"] if isinstance(cell, dict)]
        cells = {
            cell["id"]: (code, cell["metadata"]["key"])
            for code, listed in built.items()
            for cell in listed
            if "key" in cell["metadata"]
        }
        stubs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for listed in built.values():
            for cell in listed:
                if exercise := cell["metadata"].get("exercise"):
                    stubs[exercise, cell["metadata"]["key"]].add(_squeezed(text_of(cell) or ""))
        first = built[lang.LANGUAGES[0]]
        asked = tuple(
            Asked(exercise, key, _checked(first, exercise), frozenset(texts))
            for (exercise, key), texts in stubs.items()
        )
        if asked:
            titles = {code: _title(listed, path.stem) for code, listed in built.items()}
            found[path.stem] = Chapter(path.stem, titles, asked, cells)
    return found


# ---- the folder


def collect(folder: Path) -> tuple[list[Submission], list[Refusal]]:
    """Every submission below ``folder``, and every notebook that is refused; the same order on every run.

    A learner is a sub-folder or, beside the sub-folders, what stands before the chapter in a file's name.
    Hidden files and folders, such as Jupyter's checkpoints, are no submissions.
    """
    read: list[Submission] = []
    refused: list[Refusal] = []
    for path, link in _walk(folder):
        shown = _clean(path.relative_to(folder).as_posix())
        learner = learner_of(path.relative_to(folder))
        try:
            if link:
                raise _Unreadable("symlink")
            if path.is_dir():
                raise _Unreadable("nothing")
            if not _NOTEBOOK.search(path.name):
                raise _Unreadable("archive")
            read.append(_submission(_read(path), learner, shown))
        except _Unreadable as problem:
            refused.append(Refusal(learner, shown, str(problem)))
    answered = {one.learner for one in read}  # what they unpacked is there
    refused = [one for one in refused if one.reason != "archive" or one.learner not in answered]
    kept, twice = _one_each(read)
    return kept, sorted([*refused, *twice], key=lambda one: (one.learner, one.path))


def _walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """The notebooks and links below ``folder``, sorted; what was handed in without any: folders, archives."""
    # A stack of its own: folders may be nested deeper than Python may call.
    waiting, top = [folder], folder
    silent: dict[Path, Path] = {}  # what stands for each folder in which no notebook was met
    while waiting:
        place = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            if place == top:
                raise
            continue  # may not be entered: it stays a folder without a notebook
        deeper = []
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith((".", "__MACOSX")):
                continue
            first = top / path.relative_to(top).parts[0]
            if entry.is_dir(follow_symlinks=False):
                deeper.append(path)
                if place == top:
                    silent[path] = path
            elif _NOTEBOOK.search(entry.name) or (entry.is_symlink() and _leads_to_a_folder(entry)):
                silent.pop(first, None)
                yield path, entry.is_symlink()
            elif _ARCHIVE.search(entry.name) and (place == top or silent.get(first) == first):
                silent[first] = path
        waiting += reversed(deeper)
    yield from ((path, False) for path in silent.values())


def _leads_to_a_folder(link: os.DirEntry) -> bool:
    with suppress(OSError):  # it leads to itself, or where nobody may look
        return link.is_dir()
    return False


def _clean(name: str) -> str:
    """A file's name as text that every page and table can hold."""
    written = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _NOT_IN_NAMES.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", written))


def learner_of(path: Path) -> str:
    """Whose notebook it is, by its path below the submissions."""
    parts = PurePosixPath(_clean(path.as_posix())).parts
    ending = _NOTEBOOK.search(parts[-1]) or _ARCHIVE.search(parts[-1])
    if not ending:  # a learner's folder itself
        return "/".join(parts)
    # There may be a folder for each chapter, and a learner may hand in the course's own, one a language.
    folders = [name for name in parts[:-1] if name not in chapters()]
    while len(folders) > 1 and folders[-1] in lang.LANGUAGES:
        folders.pop()
    if folders:
        return "/".join(folders)
    name = parts[-1][: ending.start()]
    for stem in sorted(chapters(), key=len, reverse=True):
        edge = re.escape(SEPARATORS)
        if found := re.search(rf"(?:^|[{edge}]){re.escape(stem)}(?=[{edge}(]|$)", name):
            before, after = name[: found.start()].strip(SEPARATORS), name[found.end() :].strip(SEPARATORS)
            return before or after or name
    return name.strip() or parts[-1]


def _read(path: Path) -> Any:
    """A notebook's content as JSON gives it; _Unreadable where it gives none."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise _Unreadable("unreadable")
            if about.st_size > MOST_BYTES:
                raise _Unreadable("size")
            content = file.read(MOST_BYTES + 1)
    except OSError:
        raise _Unreadable("unreadable") from None
    if len(content) > MOST_BYTES:
        raise _Unreadable("size")
    if not content.strip():
        raise _Unreadable("empty")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _Unreadable("utf8") from None
    except (ValueError, RecursionError, MemoryError):
        raise _Unreadable("json") from None


# ---- one notebook


def _submission(content: Any, learner: str, path: str) -> Submission:
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise _Unreadable("notebook")
    if len(cells) > MOST_CELLS:
        raise _Unreadable("size")
    about = _metadata(content).get("course")
    about = about if isinstance(about, dict) else {}
    chapter = _chapter(about.get("chapter"), cells, path)
    language = _language(about.get("language"), cells, chapter)
    return Submission(learner, path, chapter.stem, language, tuple(_answers(cells, chapter)))


def _says(cell: Any, chapter: Chapter) -> tuple[str, str]:
    """The exercise that a cell answers ("" for none) and the key it goes by, by its metadata or its id."""
    metadata = _metadata(cell)
    key, exercise = metadata.get("key"), metadata.get("exercise")
    known = cell.get("id") if isinstance(cell, dict) else None
    if not isinstance(key, str) and isinstance(known, str):
        key = chapter.cells.get(known, ("", ""))[1]
    by_name = [asked for asked in chapter.asked if asked.name == exercise]
    for asked in by_name or [asked for asked in chapter.asked if asked.key == key]:
        return asked.name, asked.key
    return "", key if isinstance(key, str) else ""


def _chapter(named: Any, cells: list, path: str) -> Chapter:
    """The chapter whose exercises the cells answer; else the one that the notebook or its file names."""
    known = chapters()
    held = Counter({stem: len({_says(cell, one)[0] for cell in cells} - {""}) for stem, one in known.items()})
    if isinstance(named, str) and named in known and (held[named] or not any(held.values())):
        return known[named]
    if any(held.values()):
        return known[held.most_common(1)[0][0]]
    stems = [stem for stem in known if stem in PurePosixPath(path).name]
    if not stems:
        raise _Unreadable("chapter")
    return known[stems[0]]


def _language(named: Any, cells: list, chapter: Chapter) -> str:
    """The notebook's language: as it says itself, else as its cells tell, else English."""
    if isinstance(named, str) and named in lang.LANGUAGES:
        return named
    votes: Counter[str] = Counter()
    for cell in cells:
        found = _SWITCH.search((text_of(cell) or "")[:MOST_SOURCE])
        if found and found[1] in lang.LANGUAGES:
            return found[1]
        known = cell.get("id") if isinstance(cell, dict) else None
        if isinstance(known, str) and known in chapter.cells:
            votes[chapter.cells[known][0]] += 1
    if votes:
        return votes.most_common(1)[0][0]
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
            source = cell.get("source")
            lines = source if isinstance(source, list) else [source]
            prose = "".join(line for line in lines if isinstance(line, str))
            titles = [code for code, title in chapter.titles.items() if title in prose]
            return "ko" if re.search("[가-힣]", prose) else titles[0] if titles else "en"
    return "en"


def _defines(source: str, function: str) -> bool:
    """Whether a text defines or assigns ``function`` at its outermost level, as far as its lines tell."""
    name = re.escape(function)
    defined = rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]*)?=[^=]"
    return re.search(defined, source, re.M) is not None


def _answers(cells: list, chapter: Chapter) -> Iterator[Answer]:
    own: dict[str, list[str]] = defaultdict(list)
    extra: list[str] = []
    for cell in cells:
        source = text_of(cell)
        if source is None:
            continue
        source = source.encode("utf-8", "replace").decode("utf-8")  # JSON may hold half a character
        exercise, key = _says(cell, chapter)
        if exercise:
            own[exercise].append(source)
        elif (not key or "check" in _metadata(cell)) and len(source) <= MOST_SOURCE:
            extra.append(source)
    for asked in chapter.asked:
        yield _answer(asked, own[asked.name], extra)


def _answer(asked: Asked, own: list[str], extra: list[str]) -> Answer:
    """The one answer to an exercise: from its own cells, else from a cell that defines its function."""
    if sum(map(len, own)) > MOST_SOURCE:
        return Answer(asked.name, reason="long")
    texts = [text for text in dict.fromkeys(own) if text.strip()]  # a copy of a cell is no second answer
    tried = [text for text in texts if _squeezed(text) not in asked.stubs]
    note = ""
    if all(line.lstrip().startswith("#") for text in tried for line in _squeezed(text).splitlines()):
        found = [text for text in dict.fromkeys(extra) if _defines(text, asked.function)]
        if found := [text for text in found if _squeezed(text) not in asked.stubs]:
            tried, note = found, "found"
    if not tried and not texts:
        texts = [text for text in extra if _squeezed(text) in asked.stubs]  # its cell no longer says so
    if not tried and not texts:
        return Answer(asked.name, reason="missing", attempted=False)
    # The parts of a divided cell belong together; two definitions are two answers, and none is chosen.
    if sum(_defines(text, asked.function) for text in tried) > 1:
        return Answer(asked.name, reason="duplicated")
    return Answer(asked.name, "\n\n".join(tried or texts[:1]), note=note, attempted=bool(tried))


def _one_each(read: list[Submission]) -> tuple[list[Submission], list[Refusal]]:
    """One submission for each learner and chapter; where there are more, all of them refused.

    Copies count once, and one in which nothing was answered does not count beside one that was.
    """
    groups: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for one in read:
        groups[one.learner, one.chapter].append(one)
    kept, refused = [], []
    for group in groups.values():
        tried = [one for one in group if one.attempted] or group[:1]
        if len({replace(one, path="") for one in tried}) == 1:
            kept.append(tried[0])
        else:
            refused += [Refusal(o.learner, o.path, "twice", o.chapter, o.language) for o in tried]
    return sorted(kept, key=lambda one: (one.learner, one.chapter)), refused
