"""The ledger as a page to read: each equation, what its check measured, and what it rejects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from course_lib import lang
from course_lib.ledger.core import Measured, Result, equations, run

# The parts of the page, in the derivation's order.
SECTIONS: dict[str, tuple[str, ...]] = {
    "forward": tuple(str(n) for n in range(1, 16)),
    "reverse": tuple(str(n) for n in range(16, 20)),
    "latent": tuple(str(n) for n in range(20, 41)),
    "bound": tuple(str(n) for n in range(41, 66)),
    "loss": tuple(str(n) for n in range(66, 80)),
    "sampling": ("80", "81"),
    "others": ("A1", "A2", "A3", "A4", "A5"),
}

LOWEST, HIGHEST = 1e-5, 1e20  # of a ratio in the picture: 0 and infinity have no place on its axis


def _amount(measured: Measured) -> str:
    return lang.text("ledger.amount", error=f"{measured.error:.1e}", tolerance=f"{measured.tolerance:.1e}")


def _rejected(result: Result) -> str:
    if result.wrong.holds:
        return lang.text("ledger.kept")
    return lang.text("ledger.printed" if result.equation.printed else "ledger.mutation")


def entry(result: Result) -> str:
    """One equation as Markdown: the verdict, the formula, its check, what is rejected, and the erratum."""
    equation = result.equation
    number = equation.number
    chapter = lang.text("ledger.chapter", number=int(equation.chapter[:2]))
    verdict = lang.text("ledger.holds" if result.right.holds else "ledger.fails")
    check = lang.text(f"ledger.check.{result.check}")
    lines = [
        f"**({number})** {verdict} · [{chapter}]({equation.chapter}.ipynb)",
        f"$$\n{equation.right}\n\\tag{{{number}}}\n$$",
        f"*{lang.text('ledger.measured')}* {check} {_amount(result.right)}",
        f"{_rejected(result)} {_amount(result.wrong)}",
        f"$$\n{equation.wrong}\n$$",
    ]
    if f"ledger.erratum.{number}" in lang.strings(lang.current()):
        values: dict[str, Any] = dict(result.sizes)
        erratum = lang.text(f"ledger.erratum.{number}", **values)
        lines.append(f"> *{lang.text('ledger.corrected')}* {erratum}")
    return "\n\n".join(lines)


class Page:
    """Several results, shown as a page in a notebook and as one line in a plain terminal."""

    def __init__(self, results: Sequence[Result]):
        self.results = list(results)

    @property
    def holds(self) -> bool:
        """Whether there are equations, each of them passes and every wrong form is rejected."""
        return bool(self.results) and all(result.holds for result in self.results)

    def __repr__(self) -> str:
        return lang.text(
            "ledger.summary",
            count=len(self.results),
            hold=sum(r.right.holds for r in self.results),
            rejected=sum(not r.wrong.holds for r in self.results),
            seconds=f"{sum(r.seconds for r in self.results):.1f}",
        )

    def _repr_markdown_(self) -> str:
        entries = [entry(result) for result in self.results]
        return "\n\n---\n\n".join(entries if len(entries) == 1 else [f"**{self!r}**", *entries])


def page(*numbers: object) -> Page:
    """Run the checks of these equations, or of all, and show what came of them.

    ValueError for an unknown number.
    """
    return Page([run(number) for number in numbers or equations()])


def ratio(measured: Measured) -> float:
    """The error in units of what is allowed, within the picture's range."""
    if measured.error != measured.error:  # NaN: as wrong as can be
        return HIGHEST
    return min(max(measured.error / max(measured.tolerance, 1e-300), LOWEST), HIGHEST)


def picture(*pages: Page) -> Any:
    """Both errors of every equation in units of what is allowed: right forms below 1, wrong ones above.

    Without a page, every equation is run.
    """
    from course_lib import figures

    results = [result for one in pages or [page()] for result in one.results]
    fig, ax = figures.axes("(n)", r"$e\,/\,e_{\max}$", size=(10.0, 3.6))
    numbers = [result.equation.number for result in results]
    places = list(accumulate(1 if number.isdecimal() else 4 for number in numbers))  # room for A1's label
    for side, marker, colour in (("right", "o", 0), ("wrong", "x", 1)):
        ratios = [ratio(getattr(result, side)) for result in results]
        ax.semilogy(places, ratios, marker, linestyle="none", markersize=5, color=figures.COLOURS[colour])
    ax.axhline(1, color="black", linewidth=1, linestyle="-")
    few = len(numbers) < 20
    ticks = [
        (place, n)
        for place, n in zip(places, numbers, strict=True)
        if few or not n.isdecimal() or int(n) % 10 == 0
    ]
    ax.set_xticks([place for place, _ in ticks], [n for _, n in ticks], fontsize=9)
    ax.set_ylim(LOWEST / 10, HIGHEST * 10)
    counts = {
        "count": len(results),
        "hold": sum(result.right.holds for result in results),
        "rejected": sum(not result.wrong.holds for result in results),
    }
    return figures.show(fig, "alt.ledger.picture", **counts)
