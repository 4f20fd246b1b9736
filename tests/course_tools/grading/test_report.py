"""The report: right counts, the same bytes every time, and names and answers that stay text everywhere."""

from __future__ import annotations

import csv
import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from handed_in import CHAPTER

from course_lib import lang
from course_lib.exercises import EXERCISES, judging
from course_tools.grading import report
from course_tools.grading.submissions import chapters
from course_tools.grading.tasks import (
    FAILED,
    MISSING,
    NOT_ATTEMPTED,
    PASSED,
    REFUSED,
    STATUSES,
    STOPPED,
    Limits,
    Task,
    Verdict,
)

NAMES = [asked.name for asked in chapters()[CHAPTER].asked]
HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=cmd|'/c calc'!A1", "+1+1", "@SUM(A1)",
    "-2", "\t=1", "＝1", "a,b\n=c", "]]>&amp;", "a/b c", "김 지수", "x\x00\x0b￾y", "'",
]  # fmt: skip


def verdict(learner: str = "sari", exercise: str = NAMES[0], status: str = PASSED, **more) -> Verdict:
    return Verdict(learner, CHAPTER if exercise else more.pop("chapter", ""), exercise, status, **more)


ALL = [
    verdict(status=PASSED, claims=("`a` < b",), seconds=1.0),
    verdict(exercise=NAMES[1], status=FAILED, mistake="alpha", lines=("hint",), example=("x = 1", "2", "3")),
    verdict(exercise=NAMES[2], status=STOPPED, reason="time", language="ko", seconds=10.0),
    verdict(exercise=NAMES[3], status=MISSING, reason="missing"),
    verdict(exercise=NAMES[4], status=NOT_ATTEMPTED, lines=("start",)),
    verdict("budi2", status=FAILED, broken="shape", language="id"),
    verdict("budi10", exercise="", status=REFUSED, reason="json", lines=("`x.ipynb` is not JSON",)),
    verdict("budi10", exercise="", status=REFUSED, reason="twice", chapter=CHAPTER, lines=("twice",)),
]


def table(name: str, verdicts: list[Verdict], **more) -> list[list[str]]:
    content = report.files(verdicts, **more)[name]
    assert content.startswith(b"\xef\xbb\xbf")  # or Excel shows Hangul as noise
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


class Page(HTMLParser):
    """What a browser would make of a page: elements, their ids, where links lead, and the text."""

    def __init__(self, page: bytes):
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        assert not [name for name in found if name.startswith("on")]
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" else []
        if tag not in ("meta", "br", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def test_grades_hold_one_row_a_learner_and_one_column_an_exercise() -> None:
    head, *rows = table("grades.csv", ALL)
    assert head == ["learner", *NAMES, "passed", "total", "not_graded"]
    total = str(len(NAMES))
    assert [[*row[:6], *row[-3:]] for row in rows] == [
        ["budi2", "0", "", "", "", "", "0", total, ""],
        ["budi10", "0", "0", "0", "0", "0", "0", total, "json; twice"],
        ["sari", "1", "0", "0", "0", "0", "1", total, ""],
    ]
    assert [len(row) for row in rows] == [len(head)] * 3


def test_verdicts_hold_one_row_each_with_what_the_learner_was_told() -> None:
    head, *rows = table("verdicts.csv", ALL)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert len(found) == len(ALL)
    by_status = {row["status"]: row for row in found}
    assert set(by_status) == set(STATUSES)
    assert by_status[STOPPED]["feedback"] == lang.text("grade.reason_time", "ko")
    assert by_status[STOPPED]["seconds"] == "10.00" and by_status[PASSED]["score"] == "1"
    assert by_status[MISSING]["feedback"] == lang.text("grade.reason_missing", "en")


def test_junit_counts_what_it_holds() -> None:
    root = ElementTree.fromstring(report.files(ALL)["junit.xml"])
    assert [suite.get("name") for suite in root] == ["budi2", "budi10", "sari"]
    for suite in root:
        for name, tags in (("failures", ["failure"]), ("errors", ["error"]), ("skipped", ["skipped"])):
            assert suite.get(name) == str(sum(child.tag in tags for case in suite for child in case))
        assert suite.get("tests") == str(len(suite))
    failure = root.find(".//failure[@type='alpha']")
    assert failure is not None and failure.text == "hint\nx = 1\n2\n3" and failure.get("message") == "hint"


def test_the_page_says_each_verdict_by_sign_and_word_and_leads_to_its_feedback() -> None:
    page = Page(report.files(ALL)["index.html"])
    assert page.open == []
    for status in STATUSES:
        assert f"{report.MARKS[status]} {lang.text(f'grade.word_{status}')}" in page.text
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert "script" not in page.tags


def test_feedback_is_the_notebooks_own_in_the_learners_language() -> None:
    page = report.files(ALL)["index.html"].decode()
    result = judging.Result(
        NAMES[1], FAILED, "alpha", "", ("hint",), (), judging.Example("x = 1", "2", "3"), "en"
    )
    assert result._repr_html_() in page
    assert lang.text("grade.reason_time", "ko") in page
    assert '<section lang="id"><h2 id="l1">' in page and lang.text("exercise.failed", "id") in page
    assert lang.text("grade.title_stopped", "ko") in page


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_page_is_in_the_readers_language(language: str) -> None:
    lang.use(language)
    page = report.files(ALL)["index.html"].decode()
    assert f'<html lang="{language}">' in page and chapters()[CHAPTER].titles[language] in page
    assert lang.text("grade.own_cell", language) in page


def test_the_same_verdicts_in_any_order_and_at_any_speed_give_the_same_bytes() -> None:
    once, slower = report.files(ALL), [replace(one, seconds=one.seconds + 3) for one in ALL]
    refused = [one for one in slower if not one.exercise]  # these keep their order: the files' names
    again = report.files([*reversed([one for one in slower if one.exercise]), *refused])
    for name in ("grades.csv", "index.html"):
        assert once[name] == again[name]
    assert once == report.files(ALL)


def test_what_is_not_judged_yet_waits_and_is_no_zero() -> None:
    tasks = [Task("sari", CHAPTER, name, "en", "") for name in NAMES[1:]]
    [_, row] = table("grades.csv", ALL[:1], waiting=tasks)
    assert row == ["sari", "1", *[""] * len(tasks), "1", str(len(NAMES)), ""]
    files = report.files(ALL[:1], tasks)
    assert lang.text("grade.unfinished", open=len(tasks)) in files["index.html"].decode()
    root = ElementTree.fromstring(files["junit.xml"])
    assert root[0].get("skipped") == str(len(tasks)) and root[0].get("tests") == str(len(NAMES))
    assert lang.text("grade.unfinished", open=0)[:30] not in report.files(ALL)["index.html"].decode()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_and_answers_stay_text(name: str) -> None:
    plain = Page(report.files([verdict(status=s, lines=("x",)) for s in (FAILED,)])["index.html"])
    hostile = [verdict(name, status=FAILED, mistake=name, lines=(name,), example=(name, name, name))]
    files = report.files(hostile)
    page = Page(files["index.html"])
    assert set(page.tags) <= {*plain.tags, "code", "table", "tr", "th", "td"} and page.open == []
    assert re.sub("[\0\x0b\ufffe]", "\ufffd", name) in page.text
    for text in ("grades.csv", "verdicts.csv"):
        for row in csv.reader(io.StringIO(files[text].decode("utf-8-sig"))):
            assert not [cell for cell in row if re.match(r"\s*[=+\-@\t＝＋－＠]", cell)]
    root = ElementTree.fromstring(files["junit.xml"])
    assert len(root) == 1 and root[0].get("name") == re.sub("[\0\x0b￾]", "�", name)


def test_the_guard_against_formulas_leaves_numbers_and_plain_words() -> None:
    assert [report.inert(value) for value in (-1, 0.5, "a=b", "", "=1", " =1", "-x")] == [
        -1, 0.5, "a=b", "", "'=1", "' =1", "'-x",
    ]  # fmt: skip
    # Where Excel divides at semicolons, as in Indonesia, a cell may start within one of ours.
    assert [report.inert(v) for v in ("a;=1", 'a; "=1', "a\n=1", "a\t+1", "a; b", "[1, -2]")] == [
        "a;'=1", 'a;\' "=1', "a\n'=1", "a\t'+1", "a; b", "[1, -2]",
    ]  # fmt: skip


def test_every_reason_that_grading_gives_has_its_sentence() -> None:
    tools = Path(sys.modules[report.__name__].__file__ or "").parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(tools.glob("*.py")))
    known = {key for key in lang.strings("en") if key.startswith("grade.")}
    for refusal in re.findall(r'_Unreadable\("(\w+)"\)|Refusal\(o\.learner, o\.path, "(\w+)"', code):
        assert f"grade.file_{''.join(refusal)}" in known
    stopped = re.findall(r'Stopped\("(\w+)"\)|STOPPED, "(\w+)"|reason="(\w+)"', code)
    assert len(stopped) > 5
    for reason in stopped:
        assert f"grade.reason_{''.join(reason)}" in known
    for reason in ("time", "memory", "output", "exit", "crash", "files", "network", "processes", "solution"):
        assert f"grade.reason_{reason}" in known


def test_an_unknown_reason_is_said_as_it_is() -> None:
    assert report.told(verdict(status=STOPPED, reason="moon")) == [
        lang.text("grade.reason_unknown", "en", reason="moon")
    ]


def test_frequent_mistakes_are_listed_with_their_hint() -> None:
    name = NAMES[0]
    mistakes = [one.name for one in EXERCISES[name].mistakes[:2]]
    made = [verdict(f"a{n}", name, FAILED, mistake=mistakes[n == 0]) for n in range(4)]
    page = Page(report.files(made)["index.html"]).text
    first, second = (lang.text(f"hint.{name}.{m}").replace("`", "") for m in mistakes)
    assert 0 <= page.index(first) < page.index(second)
    assert f"3{name}{first}" in page


def test_limits_are_said() -> None:
    page = report.files(ALL, limits=Limits(seconds=7.0, memory_mb=512))["index.html"].decode()
    assert lang.text("grade.limits", seconds="7", memory=512, output=10) in page


def test_learners_are_sorted_as_a_reader_sorts() -> None:
    names = ["b10", "B2", "a", "b2", "ㄱ", "10", "9"]
    assert report.Sheet([verdict(name) for name in names]).learners == [
        "9",
        "10",
        "a",
        "B2",
        "b2",
        "b10",
        "ㄱ",
    ]
