"""Whether a chapter's prose says only numbers that its cells print.

A number of the prose is a decimal with three or more significant digits or decimal places, or a percentage
with two or more digits; outside formulas (one that is nothing but a number counts), code, links, headings,
source lists and the paragraphs that ask for a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from course_tools import parity

# Cuts a word's or version's digits off: neither 3.2.1 nor x1.25 is a number of the prose.
_IN_PROSE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)\s?%|(?<![\w.])\d+\.\d+(?![\w.]*\d)")
_PRINTED = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?%?", re.I)
_BARE_FORMULA = re.compile(r"(?<!\$)\$\s*(\d+\.\d+)\s*\$(?!\$)")
_ASKS = re.compile(r"\*\*(?:Commit|Your guess|Before)\b")
_SOURCES = re.compile(r"#+ Sources?\b|\*\*Sources?\b")


class Number(NamedTuple):
    """A number of a text as it stands there, its value, and the size of its last digit."""

    text: str
    value: Decimal
    unit: Decimal


def number(text: str) -> Number:
    """``text`` read as a number; a percentage is the fraction that it names."""
    plain = text.rstrip("% ")
    value = Decimal(plain)
    unit = Decimal(1).scaleb(int(value.as_tuple().exponent))
    return Number(text, value / 100, unit / 100) if "%" in text else Number(text, value, unit)


def _paragraphs(text: str) -> Iterable[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        if _SOURCES.match(paragraph.strip()):  # a source list goes on to the cell's end
            return
        if not _ASKS.search(paragraph) and not paragraph.lstrip().startswith("#"):
            yield _BARE_FORMULA.sub(r"\1", paragraph)


def claimed(prose: str) -> list[Number]:
    """The numbers that one English prose cell claims."""
    found = []
    for paragraph in _paragraphs(prose):
        for match in _IN_PROSE.finditer(parity.facts(paragraph).prose):
            plain = match[0].rstrip("% ")
            digits = len(plain.replace(".", "").lstrip("0"))
            places = len(plain.partition(".")[2])
            if digits >= (2 if "%" in match[0] else 3) or places >= 3:
                found.append(number(match[0]))
    return found


def printed(outputs: Iterable[str]) -> list[Number]:
    """Every number in what the cells printed."""
    return [number(match[0]) for text in outputs for match in _PRINTED.finditer(text)]


def supports(shown: Number, claim: Number) -> bool:
    """Whether ``shown``, rounded to the claim's digits, is the claim."""
    return shown.unit <= claim.unit and abs(shown.value - claim.value) <= claim.unit / 2


def unprinted(prose: Iterable[tuple[str, str]], outputs: Iterable[str]) -> list[tuple[str, str]]:
    """The claims (cell key, number) that no output supports."""
    shown = printed(outputs)
    return [
        (key, claim.text)
        for key, text in prose
        for claim in claimed(text)
        if not any(supports(one, claim) for one in shown)
    ]
