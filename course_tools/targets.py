"""`course measure digits --check`: whether a card's figures meet ``TARGETS``."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from course_lib import lang
from course_tools.cards import ratio

N, SEEDS = 5_000, 3  # what the targets are stated for


class Target(NamedTuple):
    """What a figure must reach, and how it is read off a card's "metrics" (KeyError: not measured).

    says: the key of the sentence that names the figure: that of ``sampler``, or of it against ``other``.
    least: whether ``limit`` is the least that will do, or the most.
    """

    says: str
    sampler: str
    other: str
    limit: float
    least: bool
    read: Callable[[dict, str, str], float]

    def text(self) -> str:
        """Figure and limit in the reader's language."""
        named = lang.text(self.says, sampler=self.sampler, other=self.other)
        return f"{named} {'≥' if self.least else '≤'} {self.limit:g}"

    def figure(self, figures: dict) -> float | None:
        """The measured figure; None where N or the number of seeds is not what the target is stated for."""
        if figures.get("N") != N:
            return None
        try:
            for key in (self.sampler, self.other):
                if key != "floor" and len(figures[key]["frechet"]["each"]) < SEEDS:
                    return None
            return self.read(figures, self.sampler, self.other)
        except KeyError:
            return None

    def met(self, figures: dict) -> bool | None:
        """Whether the figure is within the limit; None where it was not measured."""
        figure = self.figure(figures)
        if figure is None:
            return None
        return figure >= self.limit if self.least else figure <= self.limit  # neither of NaN


def _accuracy(figures: dict, key: str, other: str) -> float:
    return figures[key]["accuracy"]["mean"]


def _times_as_fast(figures: dict, key: str, other: str) -> float:
    return figures[other]["seconds_16"] / figures[key]["seconds_16"]


TARGETS = (
    Target("measure.target_accuracy", "ancestral-50", "floor", 0.985, True, _accuracy),
    Target("measure.target_floor", "ancestral-50", "floor", 2, False, ratio),
    Target("measure.target_floor", "ddim-50", "floor", 4, False, ratio),
    Target("measure.target_frechet", "ddim-50", "ddpm-1000", 2, False, ratio),
    Target("measure.target_speed", "ddim-50", "ddpm-1000", 20, True, _times_as_fast),
    Target("measure.target_frechet", "dpm-10", "ddpm-1000", 3, False, ratio),
)


def verdict(target: Target, figures: dict) -> str:
    """One line: the target, the measured figure, and whether it is met."""
    met, figure = target.met(figures), target.figure(figures)
    if met is None or figure is None:
        return lang.text("measure.unmeasured", target=target.text(), n=N, seeds=SEEDS)
    return lang.text("measure.met" if met else "measure.missed", target=target.text(), figure=f"{figure:.4g}")


def missed(figures: dict) -> list[str]:
    """The verdicts on the targets that a card's "metrics" miss, or that they say nothing about."""
    return [verdict(target, figures) for target in TARGETS if not target.met(figures)]


def check(figures: dict) -> int:
    """Print the verdict on each target; the exit status is 1 where one is missed or not measured."""
    for target in TARGETS:
        print(verdict(target, figures))
    return 1 if missed(figures) else 0
