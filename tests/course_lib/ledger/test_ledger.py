"""The ledger: every equation there, executed, proven able to fail, carried by a chapter, and readable."""

from __future__ import annotations

import dataclasses
import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from test_strings import placeholders

from course_lib import lang, ledger, samplers
from course_lib.ledger import core, toys, toys_path
from course_lib.ledger.core import CHECKS, SIZES, Check, Measured
from course_lib.ledger.page import HIGHEST, LOWEST, entry, ratio
from course_tools import source

SOURCES = Path(__file__).parents[3] / "notebooks" / "source"
NUMBERS = [str(n) for n in range(1, 82)] + [f"A{n}" for n in range(1, 6)]
ERRATA = [key.rpartition(".")[2] for key in lang.strings("en") if key.startswith("ledger.erratum.")]
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.S)
_TAG = re.compile(r"\\tag\{([^}]*)\}")


@pytest.fixture(scope="module")
def results() -> dict[str, core.Result]:
    """Every equation, run once."""
    return {number: ledger.run(number) for number in ledger.equations()}


def test_every_equation_is_there_once_and_has_a_check() -> None:
    assert list(ledger.equations()) == NUMBERS
    assert set(CHECKS) == set(NUMBERS)
    assert [number for section in ledger.SECTIONS.values() for number in section] == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_the_right_form_passes_and_the_wrong_one_is_rejected(
    number: str, results: dict[str, core.Result]
) -> None:
    result = results[number]
    assert result.right.holds, result
    assert not result.wrong.holds, result
    # Room on both sides: neither verdict hangs on the tolerance's last digit.
    assert result.wrong.error / max(result.wrong.tolerance, 1e-300) > 2 or math.isnan(result.wrong.error)
    assert math.isfinite(result.right.tolerance) and result.right.tolerance < 1


def test_the_same_run_gives_the_same_numbers(results: dict[str, core.Result]) -> None:
    for number, first in results.items():
        again = dataclasses.replace(ledger.run(number), seconds=first.seconds)
        assert repr(again) == repr(first)  # a NaN is not equal to itself, its repr is


def test_all_of_them_take_seconds() -> None:
    start = time.process_time()  # the processor's own seconds: other programs do not count
    page = ledger.page()
    seconds = time.process_time() - start
    slowest = max(page.results, key=lambda result: result.seconds)
    print(f"{page}, processor {seconds:.1f} s, ({slowest.equation.number}) {slowest.seconds:.1f} s")
    assert seconds <= 15


def test_what_is_no_number_never_holds() -> None:
    assert Measured(0.0, 0.0).holds and Measured(1e-13, 1e-12).holds
    assert not any(Measured(error, 1.0).holds for error in (math.nan, math.inf, 1.1))


def test_an_equation_has_one_check_only() -> None:
    with pytest.raises(ValueError, match="two checks"):
        core.checks("11", right=0, wrong=1)(lambda claim: Measured(0.0, 0.0))


@pytest.mark.parametrize("number", [0, 82, "A6", "a1", "", 11.5, None])
@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_an_unknown_number_is_one_clear_sentence(number: object, language: str) -> None:
    lang.use(language)
    with pytest.raises(ValueError) as refused:
        ledger.run(number)
    said = str(refused.value)
    assert repr(number) in said and "A1…A5" in said and "\n" not in said


def test_a_number_and_its_text_are_the_same() -> None:
    assert ledger.run(3).equation == ledger.run("3").equation


# Errata.


def test_what_is_printed_wrong_has_an_erratum() -> None:
    printed = {number for number, equation in ledger.equations().items() if equation.printed}
    assert printed and printed <= set(ERRATA) <= set(NUMBERS)
    assert set(SIZES) <= set(ERRATA)  # nothing is measured for nobody


@pytest.mark.parametrize("number", ERRATA)
def test_an_erratums_numbers_are_measured(number: str, results: dict[str, core.Result]) -> None:
    sizes = results[number].sizes
    assert all(isinstance(value, float | int) for value in sizes.values())
    for language in lang.LANGUAGES:
        sentence = lang.strings(language)[f"ledger.erratum.{number}"]
        assert set(placeholders(sentence)) <= set(sizes), language
        assert "nan" not in re.findall(r"\w+", lang.text(f"ledger.erratum.{number}", language, **sizes))


# The page.


def test_every_check_says_what_it_does() -> None:
    named = {check.name: check.test for check in CHECKS.values()}
    for check in CHECKS.values():  # one sentence must not serve two functions
        assert named[check.name] is check.test, check.name
    said = {key.rpartition(".")[2] for key in lang.strings("en") if key.startswith("ledger.check.")}
    assert said == set(named)


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_an_entry_shows_both_forms_and_the_erratum(language: str, results: dict[str, core.Result]) -> None:
    lang.use(language)
    for number, result in results.items():
        shown = entry(result)
        equation = result.equation
        assert shown.count(f"\\tag{{{number}}}") == 1
        assert shown.index(f"$$\n{equation.right}\n\\tag") < shown.index(f"$$\n{equation.wrong}\n$$")
        assert f"]({equation.chapter}.ipynb)" in shown
        assert (lang.text("ledger.corrected") in shown) == (number in ERRATA)
        assert len(re.findall(r"(?<!\\)\$", shown)) % 2 == 0, number  # no formula is left open


def test_a_page_counts_and_says_so() -> None:
    shown = ledger.page(11, "12")
    assert shown.holds
    assert re.fullmatch(r"2 equations: 2 hold, 2 wrong forms rejected, \d+\.\d s", repr(shown))
    assert shown._repr_markdown_().startswith(f"**{shown!r}**")


def test_a_page_without_numbers_is_the_whole_ledger_and_an_empty_one_shows_nothing() -> None:
    assert [result.equation.number for result in ledger.page().results] == NUMBERS
    empty = ledger.Page([])
    assert not empty.holds
    assert "(0 of 0)" in ledger.picture(empty).alt


def test_a_page_sees_a_check_that_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    check = CHECKS["11"]
    monkeypatch.setitem(CHECKS, "11", Check(check.test, check.right, check.right))
    empty = ledger.page(11)
    assert not empty.holds and "1 hold, 0 wrong forms rejected" in repr(empty)
    assert lang.text("ledger.kept") in empty._repr_markdown_()
    monkeypatch.setitem(CHECKS, "11", Check(check.test, check.wrong, check.wrong))
    broken = ledger.page(11)
    assert not broken.holds and lang.text("ledger.fails") in broken._repr_markdown_()


def test_the_picture_says_what_is_to_be_seen(results: dict[str, core.Result]) -> None:
    shown = ledger.picture(ledger.Page(list(results.values())))
    assert shown.png.startswith(b"\x89PNG")
    assert f"({len(NUMBERS)} of {len(NUMBERS)})" in shown.alt
    ratios = [ratio(Measured(error, 1e-12)) for error in (0.0, math.nan, math.inf, 2e-12)]
    assert ratios == [LOWEST, HIGHEST, HIGHEST, 2.0]


# What single checks can see.


Change = Callable[[torch.Tensor], torch.Tensor]


def changed(claim: Any, change: Change) -> Any:
    """The claim with every number that its formula answers changed; its signs and choices stay."""
    if not callable(claim):  # a claim in parts: the formula is the first function among them
        place = next(i for i, part in enumerate(claim) if callable(part))
        return tuple(changed(part, change) if i == place else part for i, part in enumerate(claim))

    def answer(*given: Any) -> Any:
        said = claim(*given)
        if isinstance(said, tuple):
            return tuple(change(part) if isinstance(part, torch.Tensor) else part for part in said)
        return change(said)

    return answer


def once(change: Change) -> Change:
    """The change the first time only, and there in one number."""
    left = [1]

    def other(said: torch.Tensor) -> torch.Tensor:
        if not left or not said.numel():
            return said
        left.clear()
        mask = torch.zeros_like(said)
        mask.reshape(-1)[0] = 1
        return torch.where(mask.bool(), change(said), said)

    return other


def no_number(said: torch.Tensor) -> torch.Tensor:
    return said * math.nan


@pytest.mark.parametrize("number", NUMBERS)
def test_no_check_takes_what_is_no_number(number: str) -> None:
    check = ledger.check(number)
    assert check.test(changed(check.right, lambda said: said)).holds
    for change in (no_number, once(no_number)):
        assert not check.test(changed(check.right, change)).holds


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ["zeros", "constant", "scaled"])
def test_every_check_rejects_other_mistakes(number: str, name: str) -> None:
    change = {
        "zeros": lambda said: 0 * said,
        "constant": lambda said: said + 0.1,
        "scaled": lambda said: 1.01 * said,
    }
    check = ledger.check(number)
    same = (name, number) == ("scaled", "A4")  # in other units its parameters are the same model
    assert check.test(changed(check.right, change[name])).holds == same


def test_what_an_inequality_lets_through() -> None:
    """As the appendix says: it may be loose where it is not an equality, and nowhere else."""
    bound, tight = ledger.check(43), []

    def looser(p: toys_path.Paths) -> torch.Tensor:
        tight.append(p.model is toys_path.tight)
        return bound.right(p) + (0.0 if tight[-1] else 5.0)

    assert bound.test(looser).holds
    assert set(tight) == {True, False}


@pytest.mark.parametrize("number", ["36", "40"])
def test_a_sign_can_be_wrong_with_both_sides_right(number: str) -> None:
    check = ledger.check(number)
    verdicts = {}
    for sign in ("<=", "=", ">="):
        verdicts[sign] = check.test(lambda m, sign=sign: (*check.right(m)[:1], sign, check.right(m)[2])).holds
    assert verdicts == {"<=": False, "=": False, ">=": True}
    assert not check.test(lambda m: check.right(m)[::-1]).holds


def test_jensens_sign_can_be_wrong_too() -> None:
    check = ledger.check(42)
    for sign in ("=", ">="):
        assert not check.test(
            lambda model, sign=sign: (check.right(model)[0], sign, check.right(model)[2])
        ).holds


def test_what_telescopes_must_be_the_right_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toys_path.Paths, "q_jump", lambda p, t: p.x[..., t])
    assert not ledger.check(50).test(ledger.check(50).right).holds


@pytest.mark.parametrize("number", ["19", "64", "65", "75", "80", "81"])
def test_the_ledger_tests_the_librarys_own_step(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step = samplers.ddpm_step
    monkeypatch.setattr(samplers, "ddpm_step", lambda *given, **named: 1.01 * step(*given, **named))
    assert not ledger.check(number).test(ledger.check(number).right).holds


@pytest.mark.parametrize("number", ["5", "6", "11", "25", "28", "31", "A4"])
def test_other_mistakes_are_rejected_too(number: str) -> None:
    wrong = {
        "5": lambda x_t, x_prev, beta: toys.log_normal(x_t, (1 - beta) * x_prev, beta),
        "6": lambda x, alpha, beta, eps: (1 - beta) ** 0.5 * x + 0.5 * beta**0.5 * eps,
        "11": (2, lambda a, x, e: (a[0] * a[1]) ** 0.5 * x + (1 - a[0] * a[1]) * e),
        "25": (CHECKS["25"].right[0], lambda m: False),
        "28": lambda m: m.likelihood / m.posterior,
        "31": lambda m: -m.expect((m.q / m.posterior).log()),
        "A4": lambda x_t, k, count: x_t * torch.eye(count, dtype=x_t.dtype)[k // 2],
    }
    assert not CHECKS[number].test(wrong[number]).holds


def test_the_closed_form_needs_both_its_halves() -> None:
    check = CHECKS["15"]
    (right_bar, right_given), (wrong_bar, wrong_given) = check.right, check.wrong
    assert not check.test((right_bar, wrong_given)).holds
    assert not check.test((wrong_bar, right_given)).holds


def test_a_law_does_not_know_the_sign_of_its_noise() -> None:
    """What the appendix asks about: not every change is a mistake for every check."""

    def claim(x, alpha, beta, eps):
        return (1 - beta) ** 0.5 * x - beta**0.5 * eps

    assert CHECKS["6"].test(claim).holds


def test_the_two_ways_to_the_same_law_agree() -> None:
    for one, other in (
        (toys.forward_chain(), toys.forward_jumps()),
        (toys.reverse_chain(), toys.reverse_moments()),
    ):
        assert float((one.mean - other.mean).abs().max()) <= toys.EXACT
        assert float((one.covariance - other.covariance).abs().max()) <= toys.EXACT


# The chapters.


def plain(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())


def prose(chapter: str) -> dict[str, str]:
    """The English prose cells of a chapter by key; empty where the chapter is not there."""
    path = SOURCES / f"{chapter}.py"
    cells = source.parse(source.read(path)[0], chapter)[0] if path.is_file() else []
    return {cell.key: cell.text for cell in cells if cell.lang == source.REFERENCE}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_chapter_carries_the_equation(number: str) -> None:
    equation = ledger.equations()[number]
    text = prose(equation.chapter).get(equation.cell, "")
    assert f"{plain(equation.right)}\\tag{{{number}}}" in plain(text), (equation.chapter, equation.cell)


def test_every_tag_of_the_chapters_stands_at_the_ledgers_equation() -> None:
    tagged = 0
    for path in sorted(SOURCES.glob("*.py")):
        for key, text in prose(path.stem).items():
            displays = [display for display in _DISPLAY.findall(text) if _TAG.search(display)]
            assert len(_TAG.findall(text)) == len(displays), (path.stem, key)  # one tag, in a display
            for display in displays:
                (tag,) = _TAG.findall(display)
                assert tag in ledger.equations(), (path.stem, key, tag)
                right = plain(ledger.equations()[tag].right)
                assert plain(display) == f"{right}\\tag{{{tag}}}", (path.stem, key, tag)
            tagged += len(displays)
    assert tagged >= len(NUMBERS)
