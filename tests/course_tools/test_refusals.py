"""Every refusal of the builder, proven on the good fixture broken in exactly that one way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_lib import lang
from course_tools import build, parity, shared_code, source

FIXTURE = Path(__file__).parent / "fixtures" / "90_fixture.py"
GOOD = FIXTURE.read_text(encoding="utf-8")
Change = tuple[str, str]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lang, "_chosen", "en")


def cell(key: str, language: str | None = None) -> str:
    """The fixture's text of one cell, with its header and the empty lines after it."""
    cells, _ = source.parse(GOOD, "90_fixture")
    lines = GOOD.splitlines(keepends=True)
    starts = [c.line - 1 for c in cells] + [len(lines)]
    at = next(n for n, c in enumerate(cells) if (c.key, c.lang) == (key, language))
    return "".join(lines[starts[at] : starts[at + 1]])


def within(text: str, old: str, new: str) -> Change:
    """The change of ``old`` to ``new`` in one cell alone."""
    assert old in text
    return text, text.replace(old, new, 1)


TITLE_EN, TITLE_ID, TITLE_KO = (cell("title", language) for language in lang.LANGUAGES)
CLOSED_EN, CLOSED_ID, CLOSED_KO = (cell("closed-form", language) for language in lang.LANGUAGES)
IMPORTS, NUMBERS, EXERCISE, CHECK = (cell(key) for key in ("imports", "numbers", "ex-jump", "check-jump"))
AGAIN = EXERCISE.replace("ex-jump", "ex-again") + CHECK.replace("check-jump", "check-again")
SOLUTION = EXERCISE[EXERCISE.index("    ### BEGIN") :]
SPLIT_BLOCK = "    ### BEGIN SOLUTION\n    if x_0:\n    ### END SOLUTION\n        return x_0\n"
BAR, WORDS = r"$\bar\alpha_t$", r"$\text{a clean image}$"

# The refusal, the cell it names, and the one edit that breaks the fixture so.
BROKEN: list[tuple[str, str, Change]] = [
    ("missing_language", "title (en)", (TITLE_KO, "")),
    ("missing_language", "closed-form (en)", (CLOSED_ID, "")),
    ("missing_language", "title (id)", (TITLE_EN, "")),
    ("formulas", "closed-form (ko)", within(CLOSED_KO, BAR, r"$\alpha_t$")),
    ("formulas", "closed-form (id)", within(CLOSED_ID, BAR, "itu")),
    ("formulas", "closed-form (ko)", within(CLOSED_KO, r"\sqrt{1-", r"\sqrt{1+")),
    ("code_spans", "closed-form (ko)", within(CLOSED_KO, "`q_sample`", "`q_step`")),
    ("code_spans", "closed-form (id)", within(CLOSED_ID, "`q_sample`", "q_sample")),
    ("code_blocks", "closed-form (ko)", within(CLOSED_KO, "eps, schedule", "z, schedule")),
    ("links", "closed-form (ko)", within(CLOSED_KO, "arxiv.org/abs/2006.11239", "arxiv.org/abs/2006.11238")),
    ("links", "closed-form (id)", within(CLOSED_ID, "[bab intuisi](01_intuition.ipynb)", "bab intuisi")),
    ("images", "closed-form (ko)", within(CLOSED_KO, "dissolve.png", "other.png")),
    ("headings", "closed-form (ko)", within(CLOSED_KO, "## 닫힌", "### 닫힌")),
    ("headings", "title (id)", within(TITLE_ID, "# # Lompatan", "# Lompatan")),
    ("numbers", "title (ko)", within(TITLE_KO, "1000개", "100개")),
    ("numbers", "title (id)", within(TITLE_ID, "1000", "seribu")),
    ("numbers", "title (id)", within(TITLE_ID, "1000", "1.000")),
    ("numbers", "closed-form (ko)", within(CLOSED_KO, "식 4입니다", "식 5입니다")),
    ("alt_text", "closed-form (ko)", (re.findall(r"!\[[^]]*\]", CLOSED_KO)[0], "![]")),
    ("lost_formula", "title (ko)", within(TITLE_KO, "분산", "$분산")),
    ("lost_formula", "title (ko)", within(TITLE_KO, "분산", r"\(분산")),
    ("bold", "closed-form (ko)", within(CLOSED_KO, "**출처**는", "**출처(논문)**는")),
    ("bold", "closed-form (ko)", within(CLOSED_KO, "**출처**는", "**출처는")),
    ("bold", "closed-form (ko)", within(CLOSED_KO, BAR, f"**{BAR}**")),
    ("ref_missing", "title (ko)", (TITLE_KO, re.sub(' ref="[^"]*"', "", TITLE_KO))),
    ("ref_stale", "title (ko)", within(TITLE_EN, "Its first", "The first")),
    ("ref_stale", "title (id)", within(TITLE_EN, "Its first", "The first")),
    ("duplicate_key", "imports", ('key="numbers"', 'key="imports"')),
    ("duplicate_key", "title", ('key="numbers"', 'key="title"')),
    ("duplicate_key", "title (ko)", (TITLE_KO, TITLE_KO + TITLE_KO)),
    ("order", "title (en)", (TITLE_ID + TITLE_KO, TITLE_KO + TITLE_ID)),
    ("order", "title (ko)", (TITLE_KO + IMPORTS, IMPORTS + TITLE_KO)),
    ("title", "imports", (GOOD, IMPORTS + GOOD.replace(IMPORTS, ""))),
    ("reserved_key", "setup", ('key="numbers"', 'key="setup"')),
    ("reserved_key", "chapter-progress", ('key="numbers"', 'key="chapter-progress"')),
    ("empty", "numbers", (NUMBERS, '# %% key="numbers"\n\n')),
    ("human_sentence", "numbers", ("# alpha_bar\n", "# keep half the signal\n")),
    ("human_sentence", "numbers", ("# alpha_bar\n", "# 신호\n")),
    ("human_sentence", "numbers", ('f"signal {', 'f"clean signal {')),
    ("human_sentence", "numbers", ('"beta_tilde"', '"the variance of one step"')),
    ("human_sentence", "ex-jump", ("    return math", "    # mix the two\n    return math")),
    ("docstring", "ex-jump", ("    ### BEGIN", '    """Jump."""\n    ### BEGIN')),
    ("long_cell", "imports", ("import math\n", "import math\n" * 29)),
    ("magic", "imports", ("import math", "%matplotlib inline")),
    ("magic", "imports", ("import math", "# !pip install difusi")),
    ("syntax", "imports", ("import math", "import")),
    ("solution_marks", "ex-jump", ("    ### END SOLUTION\n", "")),
    ("solution_marks", "ex-jump", (SOLUTION, "    return x_0\n\n")),
    ("solution_outside", "imports", ("import math", "### BEGIN SOLUTION\nimport math")),
    ("solution_stub", "ex-jump", (SOLUTION, SPLIT_BLOCK)),
    ("exercise_twice", "ex-again", (CHECK, CHECK + AGAIN)),
    ("exercise_unchecked", "ex-jump", (CHECK, "")),
    ("check_alone", "check-jump", (EXERCISE, "")),
    ("check_call", "check-jump", ('check("fixture.jump", jump)', "jump(1.0, 0.0, 0.5)")),
    ("header", "", ('key="imports"', 'key="imports" lang="en"')),
    ("header", "", ('key="imports"', "imports")),
    ("header", "", ('# %% key="imports"', '#%% key="imports"')),
    ("header", "", ('# %% key="imports"', "# %%")),
    ("header", "", ('key="imports"', 'key="Imports"')),
    ("header", "", ('key="numbers" tags=["nbval-check-output"]', 'key="numbers" tags=[nbval]')),
    ("header", "", ('key="title" lang="ko"', 'key="title" lang="kr"')),
    ("header", "", ('key="title" lang="ko"', 'key="title"')),
    ("header", "", ('key="imports"', 'key=["imports"]')),
    ("header", "", ('exercise="fixture.jump"', 'exercise=["fixture.jump"]')),
    ("header", "", ('check="fixture.jump"', 'check=["fixture.jump"]')),
    ("header", "", ('tags=["nbval-check-output"]', 'tags="nbval-check-output"')),
    ("syntax", "imports", ("import math", "x = " + "1+" * 20_000 + "1")),
    ("syntax", "imports", ("import math", "x = '\0'")),
    ("before_first_cell", "", (GOOD, "import os\n" + GOOD)),
    ("prose_line", "", within(TITLE_KO, "# 노이즈", "노이즈")),
    ("prose_line", "", within(TITLE_KO, "# 노이즈", "#노이즈")),
    ("prose_gap", "", within(TITLE_KO, "\n#\n", "\n\n")),
    ("no_cells", "", (GOOD, "")),
]
# What is the same in all languages and wrong in all of them: edited in each, then stamped.
BROKEN_ALIKE: list[tuple[str, str, list[Change]]] = [
    (
        "number_comma",
        "title (en)",
        [within(text, "1000", "1000 (1,5)") for text in (TITLE_EN, TITLE_ID, TITLE_KO)],
    ),
    (
        "words_in_formula",
        "closed-form (id)",
        [within(text, BAR, WORDS) for text in (CLOSED_EN, CLOSED_ID, CLOSED_KO)],
    ),
]
# Sentences that are not refusals of a source.
MESSAGES = {"your_code", "none", "done", "wrote", "stamped", "stamped_cell", "refused", "no_checkout"}
MESSAGES |= {"solved_folder", "header_form", "header_fields", "header_value", "header_key", "header_lang"}
IN_TEST_BUILD = {"encoding", "file_name", "edited", "unreadable", "no_sources", "stale", "stray"}


def refusals(text: str, folder: Path) -> list[source.Problem]:
    """What the builder says of a source, having written nothing."""
    (folder / "source").mkdir()
    (folder / "source" / FIXTURE.name).write_text(text, encoding="utf-8")
    written, problems = build.build(folder / "source", folder)
    assert written == [] and not (folder / "en").exists()
    return problems


def apply(changes: list[Change]) -> str:
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the fixture"
        text = text.replace(old, new)
    return text


def assert_only(name: str, place: str, problems: list[source.Problem]) -> None:
    shown = [str(problem) for problem in problems]
    assert {problem.name for problem in problems} == {name}, shown
    assert any(problem.place.endswith(place) for problem in problems), shown
    assert all(problem.place.startswith("90_fixture.py") for problem in problems), shown


@pytest.mark.parametrize(
    ("name", "place", "change"), BROKEN, ids=[f"{n:02}-{case[0]}" for n, case in enumerate(BROKEN)]
)
def test_a_source_broken_in_one_way_is_refused_by_that_name_alone(
    name: str, place: str, change: Change, tmp_path: Path
) -> None:
    assert_only(name, place, refusals(apply([change]), tmp_path))


@pytest.mark.parametrize(("name", "place", "changes"), BROKEN_ALIKE, ids=[case[0] for case in BROKEN_ALIKE])
def test_a_source_wrong_alike_in_every_language_is_refused(
    name: str, place: str, changes: list[Change], tmp_path: Path
) -> None:
    text, _ = source.stamp(apply(changes), "90_fixture")
    assert_only(name, place, refusals(text, tmp_path))


def test_every_refusal_has_a_case() -> None:
    names = {key.removeprefix("build.") for key in lang.strings("en") if key.startswith("build.")}
    cases = {case[0] for case in BROKEN} | {case[0] for case in BROKEN_ALIKE}
    assert cases | IN_TEST_BUILD == names - MESSAGES


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_every_refusal_reads_in_every_language(language: str) -> None:
    lang.use(language)
    for case in BROKEN:
        text = apply([case[2]])
        cells, problems = source.parse(text, "90_fixture")
        problems += parity.check_chapter(cells, lang.LANGUAGES)
        problems += [p for c in cells if not c.is_prose for p in shared_code.check_cell(c)]
        assert all("{" not in re.sub(r"'[^']*'|\"[^\"]*\"", "", p.sentence) for p in problems), case


PROSE = [
    "the clean image",
    "draw noise",
    "# draw the noise",
    "step \x00 of \x00",
    "gambar bersih",
    "깨끗한 이미지",
]
PROSE += ["mean, variance", "Forward process", "after 100 steps taken", "don't stop", "closed-form answer"]
LABELS = ["shape", "beta_tilde", "alpha_bar", r"$x_t = \sqrt{a} x_0$ noise", "data/digits-test.npy.xz", "x_t"]
LABELS += [
    "mean \x00  std \x00",
    "mean {:.2f} variance {:.2f}",
    "b c h w -> b (c h w)",
    "DejaVu Sans",
    "[0, 1]",
]
LABELS += [
    "t  beta  alpha  log",
    "노이즈",
    "https://example.org/a b",
    "--",
    "",
    "loss = %.3f  time = %d",
    "SNR",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_in_code_is_seen(text: str) -> None:
    assert shared_code.is_human(text)


@pytest.mark.parametrize("text", LABELS)
def test_labels_and_symbols_in_code_are_allowed(text: str) -> None:
    assert not shared_code.is_human(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1000 steps, 0.02 and 3.", ["1000", "0.02", "3"]),
        ("$T=1000$ and `x[3]` and [4](a5.html)", ["4"]),
        ("```\n7\n```\n8 <https://a.org/9>", ["8"]),
        ("&#8217; <div style='width:50px'>6</div>", ["6"]),
    ],
)
def test_numbers_are_those_that_a_reader_reads_in_prose(text: str, numbers: list[str]) -> None:
    assert parity.facts(text).numbers == numbers


def test_facts_see_every_kind_of_link_image_and_heading() -> None:
    text = 'Top\n===\n\n[a](b.html "t") <https://c.org/d> https://e.org. <a href="f">g</a>\n\n[h]: i.png\n\n'
    text += '## Two\n\n![one](j.png)\n<img src="k.png" alt="two"> <img src="l.png">\n'
    found = parity.facts(text)
    assert sorted(found.links) == ["b.html", "f", "https://c.org/d", "https://e.org", "i.png"]
    assert (found.images, found.without_alt) == (["j.png", "k.png", "l.png"], ["l.png"])
    assert found.headings == ["#", "##"]


@pytest.mark.parametrize(
    "text",
    [
        "**굵게**는 *살짝* 2 * 3",
        "* item **a**\n* item b",
        "**굵은 `코드`** 다음",
        "***",
        r"\*별",
        "| **a** | b |",
    ],
)
def test_bold_that_renders_is_left_alone(text: str) -> None:
    assert list(parity._broken_bold(parity.facts(text).prose)) == []
