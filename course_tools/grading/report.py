"""Verdicts as a report: two tables (CSV), JUnit XML, and one page to read, with each learner's feedback.

Names and answers are strangers' text: whatever they hold, a page shows it and a spreadsheet does not run it.
The same verdicts give the same bytes; only verdicts.csv and junit.xml tell seconds.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree

from course_lib import lang
from course_lib.exercises.faults import Example
from course_lib.exercises.judging import BORDERS, SIGNS, Result, framed, paragraphs, with_code
from course_tools.grading.submissions import chapters
from course_tools.grading.tasks import (
    FAILED,
    MISSING,
    NOT_ATTEMPTED,
    PASSED,
    REFUSED,
    STOPPED,
    Limits,
    Task,
    Verdict,
    as_dict,
)

WAITING = "waiting"
MARKS = {**SIGNS, MISSING: "○", STOPPED: "!", REFUSED: "!", WAITING: "…"}
COLOURS = {**BORDERS, MISSING: "#888888", STOPPED: "#CC79A7", REFUSED: "#CC79A7", WAITING: "#888888"}
COLUMNS = (
    *("learner", "chapter", "exercise", "status", "score", "reason", "mistake", "broken"),
    *("language", "seconds", "feedback"),
)
MOST_OFTEN = 10  # named mistakes that are listed
# What a spreadsheet takes for a formula, its full-width forms too: at the start, and where a cell may start
# for one that divides at semicolons, as Excel does in Indonesia, or at tabs.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\"]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Sheet:
    """The verdicts by learner and exercise, in the order in which every file of the report shows them."""

    verdicts: Sequence[Verdict]
    waiting: Sequence[Task] = ()
    found: dict[tuple[str, str], Verdict] = field(default_factory=dict)
    refused: dict[str, list[Verdict]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.verdicts:
            if one.exercise:
                self.found[one.learner, one.exercise] = one
            else:
                self.refused.setdefault(one.learner, []).append(one)

    @cached_property
    def rows(self) -> list[Verdict | Task]:
        """Everything that was handed in, judged or not."""
        return [*self.verdicts, *self.waiting]

    @cached_property
    def learners(self) -> list[str]:
        """Everybody who handed in anything, sorted as a reader sorts: 2 before 10."""
        return sorted({one.learner for one in self.rows}, key=_natural)

    @cached_property
    def exercises(self) -> list[tuple[str, str]]:
        """The columns: (chapter, exercise) of every chapter that anybody handed in."""
        met = {one.chapter for one in self.rows}
        return [(stem, asked.name) for stem, one in chapters().items() if stem in met for asked in one.asked]

    @cached_property
    def handed_in(self) -> set[tuple[str, str]]:
        """(learner, chapter) wherever a notebook of that chapter was handed in."""
        return {(one.learner, one.chapter) for one in self.rows}

    def status(self, learner: str, chapter: str, exercise: str) -> str:
        """The status of one cell of the table; "" where that chapter was not handed in."""
        if found := self.found.get((learner, exercise)):
            return found.status
        if any(one.chapter == chapter for one in self.refused.get(learner, ())):
            return REFUSED
        return WAITING if (learner, chapter) in self.handed_in else ""

    @cached_property
    def score(self) -> tuple[int, int]:
        """How many answers passed, and of how many that were asked for."""
        statuses = [status for learner in self.learners for status in self.statuses(learner) if status]
        return statuses.count(PASSED), len(statuses)

    def statuses(self, learner: str) -> list[str]:
        """One learner's row."""
        return [self.status(learner, chapter, exercise) for chapter, exercise in self.exercises]


def _natural(name: str) -> tuple:
    parts = re.split(r"([0-9]+)", name.casefold())
    return [int(part) if n % 2 else part for n, part in enumerate(parts)], name


def files(
    verdicts: Sequence[Verdict], waiting: Sequence[Task] = (), limits: Limits | None = None
) -> dict[str, bytes]:
    """The report's files by name. waiting: the answers that are not judged yet, of a run that was stopped."""
    sheet = Sheet(verdicts, waiting)
    return {
        "grades.csv": _grades(sheet),
        "verdicts.csv": _verdicts(sheet),
        "junit.xml": _junit(sheet),
        "index.html": _page(sheet, limits or Limits()).encode("utf-8"),
    }


def told(verdict: Verdict) -> list[str]:
    """Everything that the learner is told, in the verdict's language: the reason, then the check's lines."""
    if not verdict.reason or not verdict.exercise:  # a notebook's own line names its file
        return list(verdict.lines)
    key = f"grade.reason_{verdict.reason}"
    known = key if key in lang.strings(verdict.language) else "grade.reason_unknown"
    return [lang.text(known, verdict.language, reason=verdict.reason), *verdict.lines]


def _visible(text: str) -> str:
    """A text without the characters that no page and no XML may hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


# ---- tables


def inert(value: object) -> object:
    """A value for a CSV cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return _FORMULA.sub(r"\1'", _visible(value))


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerows([inert(value) for value in row] for row in rows)
    return page.getvalue().encode("utf-8-sig", "replace")  # with the mark by which Excel knows UTF-8


def _grades(sheet: Sheet) -> bytes:
    rows: list[list[object]] = [["learner", *(name for _, name in sheet.exercises)]]
    rows[0] += ["passed", "total", "not_graded"]
    for learner in sheet.learners:
        statuses = sheet.statuses(learner)
        scores = ["" if status in ("", WAITING) else int(status == PASSED) for status in statuses]
        refused = "; ".join(one.reason for one in sheet.refused.get(learner, ()))
        rows.append([learner, *scores, statuses.count(PASSED), sum(map(bool, statuses)), refused])
    return _csv(rows)


def _verdicts(sheet: Sheet) -> bytes:
    rows: list[Sequence[object]] = [COLUMNS]
    for one in _in_order(sheet):
        seconds, feedback = f"{one.seconds:.2f}", "\n".join(told(one))
        values = {**as_dict(one), "seconds": seconds, "feedback": feedback}
        rows.append([values[name] for name in COLUMNS])
    return _csv(rows)


def _in_order(sheet: Sheet) -> Iterator[Verdict]:
    for learner in sheet.learners:
        yield from sheet.refused.get(learner, ())
        for _, exercise in sheet.exercises:
            if one := sheet.found.get((learner, exercise)):
                yield one


# ---- JUnit


def _junit(sheet: Sheet) -> bytes:
    root = ElementTree.Element("testsuites", name="course grade")
    suites: dict[str, list[Verdict | Task]] = defaultdict(list)
    rows: list[Verdict | Task] = [*_in_order(sheet), *sheet.waiting]
    for one in rows:
        suites[one.learner].append(one)
    for learner in sheet.learners:
        suite = ElementTree.SubElement(root, "testsuite", name=_visible(learner))
        seen = Counter(one.status if isinstance(one, Verdict) else WAITING for one in suites[learner])
        for one in suites[learner]:
            _case(suite, one)
        suite.set("tests", str(len(suites[learner])))
        suite.set("failures", str(seen[FAILED]))
        suite.set("errors", str(seen[STOPPED] + seen[REFUSED]))
        suite.set("skipped", str(seen[NOT_ATTEMPTED] + seen[MISSING] + seen[WAITING]))
        seconds = sum(one.seconds for one in suites[learner] if isinstance(one, Verdict))
        suite.set("time", f"{seconds:.2f}")
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _case(suite: ElementTree.Element, one: Verdict | Task) -> None:
    name = one.exercise or "notebook"
    case = ElementTree.SubElement(suite, "testcase", classname=one.chapter or "unknown", name=name)
    if isinstance(one, Task):
        ElementTree.SubElement(case, "skipped", message=WAITING)
        return
    case.set("time", f"{one.seconds:.2f}")
    if one.status == PASSED:
        return
    kinds = {FAILED: "failure", STOPPED: "error", REFUSED: "error"}
    says = [_visible(line) for line in told(one)]
    outcome = ElementTree.SubElement(case, kinds.get(one.status, "skipped"))
    outcome.set("message", says[0] if says else one.status)
    if outcome.tag != "skipped":
        outcome.set("type", _visible(one.reason or one.mistake or one.broken or one.status))
    outcome.text = "\n".join([*says, *map(_visible, one.example)]) or None


# ---- the page

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881;
  --back: #fff; --text: #1a1a1a; --link: #0b57d0 }
@media (prefers-color-scheme: dark) { :root { --back: #161616; --text: #e8e8e8; --link: #8ab4f8 } }
body { margin: 0 auto; padding: 1.5rem; max-width: 75rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR", sans-serif }
a { color: var(--link) }
h1 { margin-top: 0; font-size: 1.6rem }
h2 { margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid var(--line); overflow-wrap: anywhere }
h3 { margin: 1.2rem 0 .4rem; font-size: 1rem; font-weight: 600 }
code { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere }
.grid { overflow: auto; max-height: 85vh; border: 1px solid var(--line); width: fit-content; max-width: 100% }
.grid table, .often { border-collapse: separate; border-spacing: 0 }
.grid th, .grid td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left;
  white-space: nowrap; background: var(--back) }
.grid thead { position: sticky; top: 0; z-index: 2 }
.grid thead th { font-weight: 600; font-size: .85rem; vertical-align: bottom }
.grid .who { position: sticky; left: 0; z-index: 1; white-space: normal; min-width: 8rem; max-width: 18rem;
  overflow-wrap: anywhere; border-right: 1px solid var(--line) }
.grid .first { border-left: 1px solid var(--line) }
.grid td a { text-decoration: none; color: inherit }
.grid td a:hover, .grid td a:focus-visible { text-decoration: underline }
.grid tfoot { position: sticky; bottom: 0; z-index: 2 }
.grid tfoot > tr > * { border-top: 1px solid var(--line); border-bottom: 0; font-weight: 600 }
.number { text-align: right !important; font-variant-numeric: tabular-nums }
.mark { display: inline-block; min-width: 1.1em; font-weight: 700 }
.often th { white-space: nowrap }
.often th, .often td { padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top }
.note { color: inherit; opacity: .8 }
.back { float: right; font-size: .9rem; font-weight: 400 }
[role="status"] table { border-spacing: .6rem .1rem }
:target { background: var(--soft) }
@media print { .grid { overflow: visible; max-height: none; width: auto } }
"""


def _page(sheet: Sheet, limits: Limits) -> str:
    language = lang.current()
    passed, total = sheet.score
    title = html.escape(lang.text("grade.title"))
    seconds, memory, output = f"{limits.seconds:g}", limits.memory_mb, limits.output_mb
    allowed = lang.text("grade.limits", seconds=seconds, memory=memory, output=output)
    notes = [lang.text("grade.own_cell"), allowed]
    if sheet.waiting:
        notes.insert(0, lang.text("grade.unfinished", open=len(sheet.waiting)))
    parts = [
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>{title}</h1>",
        f"<p><strong>{html.escape(lang.text('grade.summary', passed=passed, total=total))}</strong></p>",
        *(f'<p class="note">{html.escape(note)}</p>' for note in notes),
        _table(sheet),
        _often(sheet),
        *(_section(sheet, number, learner) for number, learner in enumerate(sheet.learners, 1)),
        "</main>\n</body>\n</html>\n",
    ]
    return _visible("\n".join(filter(None, parts)))


def _table(sheet: Sheet) -> str:
    """Learner by exercise: a sign and a word in each cell, which leads to the feedback."""
    columns = sheet.exercises
    first = {name for stem, name in columns if (stem, name) == next(c for c in columns if c[0] == stem)}
    edge = {name: " first" if name in first else "" for _, name in columns}
    above = "".join(
        f'<th class="first" scope="colgroup" colspan="{sum(s == stem for s, _ in columns)}">'
        f"{html.escape(_chapter_title(stem, lang.current()))}</th>"
        for stem in dict.fromkeys(stem for stem, _ in columns)
    )
    names = "".join(
        f'<th class="{edge[n]}" scope="col"><code>{html.escape(n).replace(".", ".<wbr>")}</code></th>'
        for _, n in columns
    )
    head = (
        f'<thead><tr><th class="who" rowspan="2" scope="col">{html.escape(lang.text("grade.learner"))}</th>'
        f'<th class="number" rowspan="2" scope="col">{html.escape(lang.text("grade.score"))}</th>{above}</tr>'
        f"<tr>{names}</tr></thead>"
    )
    rows = []
    counts: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for number, learner in enumerate(sheet.learners, 1):
        statuses = sheet.statuses(learner)
        cells = []
        for (_, name), status in zip(columns, statuses, strict=True):
            counts[name] += status == PASSED
            asked[name] += bool(status)
            place = f"l{number}" if status == REFUSED else f"l{number}-{name}"
            cells.append(f'<td class="{edge[name]}">{_cell(status, place)}</td>')
        mark = ""
        if any(not one.chapter for one in sheet.refused.get(learner, ())):
            mark = f"<br>{_cell(REFUSED, f'l{number}')}"
        score = f"{statuses.count(PASSED)}/{sum(map(bool, statuses))}"
        rows.append(
            f'<tr><th class="who" scope="row"><a href="#l{number}">{html.escape(learner)}</a>{mark}</th>'
            f'<td class="number">{score}</td>{"".join(cells)}</tr>'
        )
    sums = "".join(f'<td class="{edge[n]}">{counts[n]}/{asked[n]}</td>' for _, n in columns)
    foot = (
        f'<tfoot><tr><th class="who" scope="row">{html.escape(lang.text("grade.all_learners"))}</th>'
        f'<td class="number">{sum(counts.values())}/{sum(asked.values())}</td>{sums}</tr></tfoot>'
    )
    return (
        f'<div class="grid" id="table" tabindex="0"><table>{head}<tbody>\n'
        + "\n".join(rows)
        + f"\n</tbody>{foot}</table></div>"
    )


def _cell(status: str, place: str) -> str:
    if not status:
        return ""
    word = html.escape(lang.text(f"grade.word_{status}"))
    sign = f'<span class="mark" aria-hidden="true" style="color:{COLOURS[status]}">{MARKS[status]}</span>'
    return f'<a href="#{html.escape(place)}">{sign} {word}</a>' if status != WAITING else f"{sign} {word}"


def _often(sheet: Sheet) -> str:
    """The named mistakes that were made most often, with the hint that those learners got."""
    made = Counter((one.exercise, one.mistake) for one in sheet.found.values() if one.mistake)
    if not made:
        return ""
    rows = ""
    for (exercise, mistake), count in sorted(made.items(), key=lambda one: (-one[1], one[0]))[:MOST_OFTEN]:
        hint = lang.strings(lang.current()).get(f"hint.{exercise}.{mistake}", mistake)
        rows += (
            f'<tr><td class="number">{count}</td><td><code>{html.escape(exercise)}</code></td>'
            f"<td>{with_code(hint)}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{html.escape(lang.text(f"grade.{key}"))}</th>'
        for key in ("often_count", "exercise", "often_hint")
    )
    title = html.escape(lang.text("grade.often"))
    return (
        f'<h2>{title}</h2><table class="often"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _section(sheet: Sheet, number: int, learner: str) -> str:
    """One learner's feedback, in that learner's language, as the notebook would show it."""
    mine = [one for _, name in sheet.exercises if (one := sheet.found.get((learner, name)))]
    refused = sheet.refused.get(learner, [])
    language = next((one.language for one in (*mine, *refused)), lang.current())
    statuses = sheet.statuses(learner)
    counted = lang.text(
        "progress.count", language, passed=statuses.count(PASSED), total=sum(map(bool, statuses))
    )
    parts = [
        f'<section lang="{language}"><h2 id="l{number}">'
        f'<a class="back" href="#table">{html.escape(lang.text("grade.back", language))}</a>'
        f"{html.escape(learner)}</h2><p>{html.escape(counted)}</p>"
    ]
    parts += [_box(one, f"l{number}-refused-{n}") for n, one in enumerate(refused, 1)]
    chapter = ""
    for one in mine:
        if one.chapter != chapter:
            chapter = one.chapter
            parts.append(f"<h3>{html.escape(_chapter_title(chapter, one.language))}</h3>")
        parts.append(_box(one, f"l{number}-{one.exercise}"))
    return "\n".join([*parts, "</section>"])


def _chapter_title(stem: str, language: str) -> str:
    known = chapters().get(stem)
    return known.titles.get(language, stem) if known else stem


def _box(one: Verdict, place: str) -> str:
    """One verdict as the notebook shows it; for what only grading knows, a box of the same kind."""
    if one.status in SIGNS:
        example = Example(*one.example) if one.example else None
        why = (one.mistake, one.broken, tuple(told(one)), one.claims)
        box = Result(one.exercise, one.status, *why, example, one.language)
        inside = box._repr_html_()
    else:
        title = lang.text(f"grade.title_{one.status}", one.language)
        sign, colour = MARKS[one.status], COLOURS[one.status]
        inside = framed(sign, colour, title, one.exercise, paragraphs(told(one)), one.language)
    return f'<div id="{html.escape(place)}">{inside}</div>'
