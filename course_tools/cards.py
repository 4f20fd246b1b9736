"""Measured figures in a checkpoint's card: written, merged with what others wrote, read, and shown."""

from __future__ import annotations

import math
import os
import statistics
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeGuard

from course_lib import checkpoints, files, lang
from course_tools.draws import SAMPLERS

KINDS = ("accuracy", "frechet")  # of figures of one sampler
REAL = ("floor", "real_spread")  # what real digits have in the samples' place


def digest(name: str | Path) -> str:
    """The SHA-256 of a checkpoint's weights, which its figures carry: they hold for no others."""
    return files.sha256(checkpoints.card_path(name).with_suffix(".safetensors"))


def spread(values: Sequence[float]) -> dict[str, float | list[float] | None]:
    """Mean and standard deviation (None for one seed) of one figure, with the figure of each seed."""
    return {
        "mean": round(statistics.mean(values), 4),
        "std": round(statistics.stdev(values), 4) if len(values) > 1 else None,
        "each": [round(v, 4) for v in values],
    }


def ratio(figures: dict, key: str, other: str = "floor") -> float:
    """A sampler's mean Fréchet distance over the floor's, or over another sampler's."""
    below = figures[other] if other == "floor" else figures[other]["frechet"]
    return figures[key]["frechet"]["mean"] / below["mean"]


def shown(figure: dict, digits: int) -> str:
    """A figure with ``digits`` decimals, and its spread where more than one seed was measured."""
    mean = f"{figure['mean']:.{digits}f}"
    return mean if figure["std"] is None else f"{mean} ± {figure['std']:.{digits}f}"


def row(cells: Sequence[object]) -> str:
    """A row of a Markdown table."""
    return " ".join(["|", *(f"{cell} |" if str(cell) else "|" for cell in cells)])


def is_number(value: object) -> TypeGuard[float]:
    """Whether a card's value is a number (true, false, infinity and NaN are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _damaged_spread(figure: object, positive: bool) -> str | None:
    """As ``damaged``, of one figure with its spread; "" where it is none at all."""
    if not isinstance(figure, dict):
        return ""
    mean, each = figure.get("mean"), figure.get("each", [])
    if not is_number(mean) or (positive and mean <= 0):
        return "mean"
    if figure.get("std") is not None and not is_number(figure["std"]):
        return "std"
    if not isinstance(each, list) or not all(is_number(value) for value in each):
        return "each"
    # Both are rounded to four decimals.
    return "mean" if each and abs(statistics.fmean(each) - mean) > 1.01e-4 else None


def damaged(figures: object, names: Collection[str] = SAMPLERS, kinds: Collection[str] = KINDS) -> str | None:
    """The first part of a card's figures that ``measure`` cannot have written, as "dpm-10.frechet.mean".

    None where there is no such part, "" where they are no table of figures at all. names: whose samples such
    a table may hold figures of; kinds: which figures.
    """
    if not isinstance(figures, dict):
        return ""
    n = figures.get("N")
    if ("N" in figures or "floor" in figures) and (not is_number(n) or n != int(n) or n < 1):
        return "N"
    for real in REAL:
        if real in figures and (part := _damaged_spread(figures[real], True)) is not None:
            return f"{real}.{part}".rstrip(".")
    for key in (key for key in names if key in figures):
        each = figures[key]
        if not isinstance(each, dict):
            return key
        for kind in kinds:
            if (part := _damaged_spread(each.get(kind), kind == "frechet")) is not None:
                return f"{key}.{kind}.{part}".rstrip(".")
        seeds = [len(each[kind].get("each", [])) for kind in kinds]
        for kind, n in zip(kinds, seeds, strict=True):
            if n != seeds[0]:
                return f"{key}.{kind}.each"
        if "seconds_16" in each and not (is_number(each["seconds_16"]) and each["seconds_16"] > 0):
            return f"{key}.seconds_16"
    return None


def refuse_damaged(name: str | Path, *parts: str) -> ValueError:
    """The sentence about a part of a card that is not what was written there."""
    part = ".".join(filter(None, parts))
    return ValueError(lang.text("measure.damaged", path=checkpoints.card_path(name), part=part))


def sound(
    name: str | Path,
    part: str = "metrics",
    card: dict | None = None,
    names: Collection[str] = SAMPLERS,
    kinds: Collection[str] = KINDS,
) -> dict:
    """The figures in a part of a checkpoint's card, {} where none are; ValueError where they are damaged."""
    figures = (checkpoints.card(name) if card is None else card).get(part) or {}
    if (wrong := damaged(figures, names, kinds)) is not None:
        raise refuse_damaged(name, part, wrong)
    return figures


def require_same_n(name: str | Path, part: str, n: int, card: dict | None = None) -> None:
    """ValueError where a part of the card holds figures of these weights, and of another N than ``n``.

    One card holds figures of one N: a run with another would throw all of them away.
    """
    card = checkpoints.card(name) if card is None else card
    figures = card.get(part) or {}
    if not isinstance(figures, dict):
        raise refuse_damaged(name, part)
    held, weights = figures.get("N"), figures.get("weights")
    if held is not None and held != n and weights is not None and weights == digest(name):
        raise ValueError(lang.text("measure.other_n", name=card.get("name", "?"), held=held, n=n))


def current(name: str | Path) -> dict:
    """A checkpoint's card; ValueError where its figures are of other weights than its own, or damaged."""
    card = checkpoints.card(name)
    figures = sound(name, "metrics", card)
    if "floor" in figures and figures.get("weights") != digest(name):
        raise ValueError(lang.text("measure.stale", name=card.get("name", "?")))
    return card


def table(card: dict) -> str:
    """A card's figures as the Markdown table of README.md; ValueError where nothing was measured yet."""
    figures = card.get("metrics") or {}
    if "floor" not in figures:
        raise ValueError(lang.text("cli.measure_none", name=card.get("name", "?")))
    floor = figures["floor"]
    names = [key for key in SAMPLERS if key in figures]
    timed = any("seconds_16" in figures[key] for key in names)
    rows = [["sampler", "accuracy", "Fréchet distance", "× floor", "seconds for 16"], ["---"] * 5]
    rows.append([f"floor: {figures['N']} real digits", "", shown(floor, 3), "1", ""])
    for key in names:
        accuracy, distance = figures[key]["accuracy"], figures[key]["frechet"]
        seconds = f"{figures[key]['seconds_16']:g}" if "seconds_16" in figures[key] else ""
        over = f"{ratio(figures, key):.2f}"
        rows.append([f"{key}, N = {figures['N']}", shown(accuracy, 4), shown(distance, 3), over, seconds])
    return "\n".join(row(cells if timed else cells[:4]) for cells in rows)


def untimed(figures: dict) -> dict:
    """The same figures without the times."""
    return {
        key: {part: value for part, value in each.items() if part != "seconds_16"}
        if isinstance(each, dict)
        else each
        for key, each in figures.items()
    }


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing a card meanwhile, where the system can; it takes milliseconds."""
    handle = None
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):  # a folder that cannot be locked
            handle = os.open(path.resolve().parent, os.O_RDONLY)  # itself: no file of a lock is left behind
            fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def change_card(name: str | Path, change: Callable[[dict], dict]) -> dict:
    """Write what ``change`` makes of the card as it is on disk now, and return it."""
    path = checkpoints.card_path(name)
    with _alone(path):
        card = change(checkpoints.card(name))
        files.write_json(path, card)
    return card


def write_card(name: str | Path, **parts: object) -> None:
    """Put parts of a checkpoint's card in the place of older ones; the rest of it stays."""
    change_card(name, lambda card: card | parts)


def _merged(before: dict, figures: dict, names: Collection[str]) -> dict:
    """``figures`` beside those that a card holds; of one sampler, those over more seeds."""
    if before.get("machine") != figures.get("machine"):
        before = untimed(before)
    merged = {**before, **figures}
    for key in names:
        held, new = (len(each.get(key, {}).get("frechet", {}).get("each", [])) for each in (before, figures))
        if held > new and key in figures:
            seconds = {k: v for k, v in figures[key].items() if k == "seconds_16"}
            merged[key] = before[key] | seconds
    return merged


def into_card(
    name: str | Path,
    figures: dict,
    part: str = "metrics",
    names: Collection[str] = SAMPLERS,
    kinds: Collection[str] = KINDS,
) -> dict:
    """Write figures into a part of the checkpoint's card as it is now, and return all that this then holds.

    Figures that another process has written meanwhile stay. ValueError where they are of another N.
    names, kinds: as of ``damaged``.
    """

    def change(card: dict) -> dict:
        before = sound(name, part, card, names, kinds)
        require_same_n(name, part, figures["N"], card)
        same = all(before.get(key) == figures.get(key) for key in ("N", "weights", "sampler"))
        return card | {part: _merged(before, figures, names) if same else figures}

    return change_card(name, change)[part]
