"""The rule about numbers in prose: what counts as one, and that a wrong digit is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from printed import claimed, number, printed, supports, unprinted

PROSE = """\
## 9.999 in a heading

It is 0.724, then 1.2935 and +0.035 or 77% (0.64%); $0.206$ too, but not 0.5, 3.2.1, v1.234x, 2020 or 5%.
Nor $x = 3.141$, `2.718` or [a link](https://example.org/1234.5678).

**Commit:** is it 0.111, 0.222 or 33%?

**Sources.** Section 1.234.

More, 5.678.
"""


def texts(prose: str) -> list[str]:
    return [claim.text for claim in claimed(prose)]


def test_what_counts_as_a_number_of_the_prose() -> None:
    assert texts(PROSE) == ["0.724", "1.2935", "0.035", "77%", "0.64%", "0.206"]


@pytest.mark.parametrize(
    ("claim", "shown", "holds"),
    [
        ("0.724", "0.7241", True), ("0.724", "0.724", True), ("0.724", "0.7246", False),
        ("0.724", "0.72", False), ("0.724", "0.734", False), ("0.00156", "1.56e-03", True),
        ("0.000041", "4.1e-05", True), ("0.000041", "4e-05", False), ("77%", "0.7712", True),
        ("77%", "77%", True), ("77%", "77", False), ("77%", "78%", False), ("0.64%", "0.0064", True),
        ("345.0", "345", False), ("1.2935", "11.2935", False),
    ],
)  # fmt: skip
def test_a_printed_number_supports_what_it_rounds_to(claim: str, shown: str, holds: bool) -> None:
    (one,) = printed([f"x {shown}  y"])
    assert supports(one, number(claim)) is holds


def test_one_wrong_digit_is_refused() -> None:
    outputs = ["beta_t 0.0100\nmean 1.29351  std 0.1", "{'a': 7.0e-1}"]
    assert unprinted([("a", "It is (b), 1.2935.")], outputs) == []
    wrong = [("a", "It is (b), 1.2936."), ("b", "0.0200")]
    assert unprinted(wrong, outputs) == [("a", "1.2936"), ("b", "0.0200")]


def test_a_percentage_is_a_fraction() -> None:
    assert number("14%").value == Decimal("0.14") and number("14%").unit == Decimal("0.01")
