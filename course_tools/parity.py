"""The refusals about prose: three languages that say the same, formula for formula and number for number."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from course_lib import lang
from course_tools.shared_code import is_human
from course_tools.source import REFERENCE, Cell, Problem, text_hash

SETUP_KEY, PROGRESS_KEY = "setup", "chapter-progress"  # the builder's own cells
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*?)^ {0,3}\1[`~]*[ \t]*$", re.M | re.S)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_FORMULA = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|(?<!\\)\$(.+?)(?<!\\)\$", re.S)
_LOST_FORMULA = re.compile(r"(?<!\\)\$|\\\(|\\\[|\\begin\b")
_IMAGE = re.compile(r"!\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^\s)>]*)>?[^)]*\)")
_HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.I)
_LINK = re.compile(r"(?<=\])\(\s*<?([^\s)>]*)>?[^)]*\)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*(\S+).*$", re.M)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]*)""", re.I)
_URL = re.compile(r"<?(https?://[^\s<>)\]\"'`]*[^\s<>)\]\"'`.,;:!?])>?")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<!--.*?-->|&#?\w+;", re.S)
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?=\s)", re.M)
_UNDERLINED = re.compile(r"^(?! {0,3}(?:[-+*>#|]|\d+[.)]) ?).*\S.*\n {0,3}(=+|-+)[ \t]*$", re.M)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORDS_IN_FORMULA = re.compile(r"\\(?:text|textrm|mbox|mathrm)\{([^}]*)\}")
_HIDDEN = "\x01"  # stands where a formula or a code span stood; counts as punctuation, as in Jupyter


@dataclass
class Facts:
    """What must not differ between the languages, and what must hold in each of them."""

    formulas: list[str] = field(default_factory=list)
    code_spans: list[str] = field(default_factory=list)
    code_blocks: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    without_alt: list[str] = field(default_factory=list)
    lost_formulas: list[str] = field(default_factory=list)
    prose: str = ""


COMPARED = ("formulas", "code_spans", "code_blocks", "links", "images", "headings", "numbers")


def facts(text: str) -> Facts:
    """Takes a prose cell apart, the parts that hide others first: code, formulas, images, links, the rest."""
    found = Facts()

    def keep(target: list[str], value: str, leave: str = _HIDDEN) -> str:
        target.append(" ".join(value.split()))
        return leave

    def image(match: re.Match) -> str:
        if not match[1].strip():
            found.without_alt.append(match[2])
        return keep(found.images, match[2], f" {match[1]} ")

    def html_image(match: re.Match) -> str:
        values = dict(re.findall(r"""\b(src|alt)\s*=\s*["']([^"']*)["']""", match[0]))
        if not values.get("alt", "").strip():
            found.without_alt.append(values.get("src", match[0]))
        return keep(found.images, values.get("src", ""), f" {values.get('alt', '')} ")

    # Indentation inside a fenced block is part of what it says: kept as it stands.
    found.code_blocks = [block[2].strip() for block in _FENCE.finditer(text)]
    text = _FENCE.sub("\n", text)
    text = _CODE.sub(lambda m: keep(found.code_spans, m[2]), text)
    text = _FORMULA.sub(lambda m: keep(found.formulas, m[0]), text)
    found.lost_formulas = _LOST_FORMULA.findall(text)
    text = _IMAGE.sub(image, text)
    text = _HTML_IMAGE.sub(html_image, text)
    text = _LINK.sub(lambda m: keep(found.links, m[1], ""), text)
    text = _DEFINITION.sub(lambda m: keep(found.links, m[1], ""), text)
    found.links += _HREF.findall(text)
    text = _URL.sub(lambda m: keep(found.links, m[1]), text)
    text = _TAG.sub("", text)
    levels = [(m.start(), len(m[1])) for m in _HEADING.finditer(text)]
    levels += [(m.start(), 1 if m[1][0] == "=" else 2) for m in _UNDERLINED.finditer(text)]
    found.headings = ["#" * level for _, level in sorted(levels)]
    found.numbers = _NUMBER.findall(text)
    found.prose = text
    return found


def _difference(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, str]:
    def show(items: Counter[str]) -> str:
        return ", ".join(f"{item!r}" for item in items.elements()) or lang.text("build.none")

    a, b = Counter(ours), Counter(theirs)
    return show(a - b), show(b - a)


def _broken_bold(prose: str) -> Iterator[str]:
    """Runs of ``*`` that CommonMark neither opens nor closes, such as ``**한글(설명)**은``."""

    def kind(char: str) -> str:
        if not char or char.isspace():
            return "space"
        return "mark" if char == _HIDDEN or unicodedata.category(char)[0] in "PS" else "letter"

    for paragraph in re.split(r"\n\s*\n|\n(?= *(?:[-+*]|\d+[.)]) )|(?<!\\)\|", prose):
        body = re.sub(r"^\s*\*(?= )", " ", paragraph)
        if re.fullmatch(r"\s*(?:\*\s*){3,}", body):
            continue
        opened: list[re.Match] = []
        for run in re.finditer(r"(?<!\\)\*+", body):
            before, after = kind(body[run.start() - 1 : run.start()]), kind(body[run.end() : run.end() + 1])
            opens = after != "space" and (after != "mark" or before != "letter")
            closes = before != "space" and (before != "mark" or after != "letter")
            if closes and opened and opened[-1][0] == run[0]:
                opened.pop()
            elif opens:
                opened.append(run)
            elif closes:
                yield body[max(0, run.start() - 20) : run.end() + 5]
        for run in opened:
            yield body[max(0, run.start() - 20) : run.end() + 5]


def check_cell(cell: Cell) -> Iterator[Problem]:
    """What one prose cell must keep on its own, whatever the other languages say."""
    found = facts(cell.text)
    for target in found.without_alt:
        yield cell.problem("alt_text", target=target)
    for piece in found.lost_formulas:
        yield cell.problem("lost_formula", got=piece)
    for formula in found.formulas:
        for words in _WORDS_IN_FORMULA.findall(formula):
            if is_human(words):
                yield cell.problem("words_in_formula", got=words)
    for number in found.numbers:
        if "," in number:
            yield cell.problem("number_comma", got=number)
    for piece in _broken_bold(found.prose):
        yield cell.problem("bold", got=" ".join(piece.replace(_HIDDEN, "…").split()))


def check_translation(reference: Cell, cell: Cell) -> Iterator[Problem]:
    """What a translation must share with the English text, and that it was confirmed since that changed."""
    ours, theirs = facts(reference.text), facts(cell.text)
    for name in COMPARED:
        a, b = getattr(ours, name), getattr(theirs, name)
        if a != b if name == "headings" else Counter(a) != Counter(b):
            only_reference, only_here = _difference(a, b)
            if name == "headings":
                only_reference, only_here = " ".join(a) or "–", " ".join(b) or "–"
            yield cell.problem(name, reference=REFERENCE, here=only_here, there=only_reference)
    if cell.ref is None:
        yield cell.problem("ref_missing")
    elif cell.ref != text_hash(reference.text):
        yield cell.problem("ref_stale")


def check_chapter(cells: list[Cell], languages: Iterable[str]) -> Iterator[Problem]:
    """Every refusal about keys, their order, and the prose of one chapter."""
    if cells and not cells[0].is_prose:
        yield cells[0].problem("title")
    yield from _check_keys(cells)
    groups: dict[str, dict[str, Cell]] = {}
    for cell in cells:
        if cell.lang is not None:
            groups.setdefault(cell.key, {}).setdefault(cell.lang, cell)
            yield from check_cell(cell)
    for group in groups.values():
        for language in languages:
            if language not in group:
                yield next(iter(group.values())).problem("missing_language", missing=language)
        if REFERENCE in group:
            for language, cell in group.items():
                if language != REFERENCE:
                    yield from check_translation(group[REFERENCE], cell)


def _check_keys(cells: list[Cell]) -> Iterator[Problem]:
    first: dict[tuple[str, str | None], Cell] = {}
    kinds: dict[str, Cell] = {}
    named: set[int] = set()
    for cell in cells:
        if cell.key in (SETUP_KEY, PROGRESS_KEY):
            yield cell.problem("reserved_key")
        earlier = first.setdefault((cell.key, cell.lang), cell)
        kind = kinds.setdefault(cell.key, cell)
        clash = earlier if earlier is not cell else kind
        if earlier is not cell or kind.is_prose != cell.is_prose:
            named.add(cell.line)
            yield cell.problem("duplicate_key", line=clash.line)
    seen: set[str] = set()
    for key, run in groupby(cells, key=lambda cell: cell.key):
        run_cells = list(run)
        order = [cell.lang for cell in run_cells if cell.lang is not None]
        # A cell that comes twice is a duplicate, already named; a group that comes in parts is out of order.
        duplicate = any(cell.line in named for cell in run_cells)
        if not duplicate and (key in seen or order != sorted(order, key=lang.LANGUAGES.index)):
            yield run_cells[0].problem("order", allowed=", ".join(lang.LANGUAGES))
        seen.add(key)
