"""Figures of a checkpoint's samples over several seeds, each seed in its card as soon as it is measured."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from course_lib import checkpoints, files, metrics
from course_tools import cards, draws

JUDGES: dict[str, Callable[[Tensor, Tensor], float]] = {  # of images and their labels
    "accuracy": lambda images, labels: metrics.accuracy(images, labels),
    "frechet": lambda images, labels: metrics.frechet(images),
    "spread": lambda images, labels: metrics.within_class_spread(images, labels),
}


@dataclass(frozen=True)
class Page:
    """A part of a checkpoint's card: figures of ``kinds`` (of ``JUDGES``), of samples of each of ``names``.

    write: whether the figures go into the card; else they are measured anew and only returned.
    """

    name: str | Path
    part: str
    names: Collection[str]
    kinds: Collection[str]
    write: bool

    def begin(self, about: dict[str, Any]) -> dict[str, Any]:
        """The figures to go on from: with ``write`` the card's, where they are of just this; else ``about``.

        ValueError, before anything is drawn, where nothing can be written, where the card's figures are
        damaged, and where they are of these weights and another N.
        """
        if not self.write:
            return dict(about)
        for path in (checkpoints.card_path(self.name), draws.RUNS / "any"):
            files.check_writable(path)  # now, not after hours of measuring
        held = self.sound()
        cards.require_same_n(self.name, self.part, about["N"])
        return held if about.items() <= held.items() else dict(about)

    def sound(self, card: dict | None = None) -> dict[str, Any]:
        """As ``cards.sound``, of this part."""
        return cards.sound(self.name, self.part, card, self.names, self.kinds)

    def into_card(self, figures: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
        """As ``cards.into_card``: those of ``keys``, and what they are beside; all else may have changed."""
        ours = {key: value for key, value in figures.items() if key in keys or key not in self.names}
        return cards.into_card(self.name, ours, self.part, self.names, self.kinds)

    def over_seeds(
        self,
        figures: dict[str, Any],
        key: str,
        seeds: int,
        draw: Callable[..., tuple[Tensor, Tensor]],
        title: str,
        beside: dict[str, Any],
    ) -> None:
        """Judge, of ``draw(seed, state=)``, the seeds that ``figures[key]`` does not hold yet.

        title: names the state's file. beside: what else ``figures[key]`` holds.
        """
        each = figures.get(key, {})
        found = {kind: list(each.get(kind, {}).get("each", [])) for kind in self.kinds}
        for seed in range(min(map(len, found.values())), seeds):
            state = draws.state_path(self.name, title, seed) if self.write else None
            images, labels = draw(seed, state=state)
            for kind, values in found.items():
                values.append(JUDGES[kind](images, labels))
            figures[key] = {kind: cards.spread(values) for kind, values in found.items()} | beside
            if state is not None:
                self.into_card(figures, [key])
                state.unlink(missing_ok=True)
