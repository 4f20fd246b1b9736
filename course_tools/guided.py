"""`course measure guidance`: what guidance of strength w gains and costs, and two remedies for a large w.

Of each entry of ``GUIDES`` the card's "guidance" holds accuracy, Fréchet distance and within-class spread,
beside those of real digits ("floor" and "real_spread"), the samples of one seed from the same noise for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from course_lib import checkpoints, lang, metrics, training
from course_tools import cards, draws
from course_tools.seeds import Page

SAMPLER = "ddim-50"
STRENGTHS = (-1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
LARGE = (4.0, 8.0)
INTERVAL = (
    80,
    470,
)  # noise over signal from 0.27 to 2.9, about what suited images in Kynkäänniemi et al. 2024
RESCALE = 0.7  # Lin et al. 2024, section 3.4
GUIDES: dict[str, dict[str, Any]] = {
    **{f"w={w:g}": {"w": w} for w in STRENGTHS},
    **{f"w={w:g} t={INTERVAL[0]}..{INTERVAL[1]}": {"w": w, "interval": INTERVAL} for w in LARGE},
    **{f"w={w:g} phi={RESCALE:g}": {"w": w, "rescale": RESCALE} for w in LARGE},
}
LEAST_N = 20  # two samples a class
KINDS = (*cards.KINDS, "spread")
PART = "guidance"


def _page(name: str | Path, write: bool = False) -> Page:
    return Page(name, PART, GUIDES, KINDS, write)


def measure(
    name: str | Path = "digits",
    n: int = 1_000,
    seeds: int = 1,
    only: Sequence[str] = tuple(GUIDES),
    write: bool = False,
    compile: bool = False,
) -> dict:
    """Accuracy, Fréchet distance and within-class spread of samples under each of ``GUIDES``.

    write: as of ``course_tools.measure.measure``: every seed goes into the card as soon as it is measured,
    every batch into ``draws.state_path`` until then, and what the card holds already is not measured again.
    compile: as of ``checkpoints.load``. ValueError, before anything is drawn, for n < 20 and where the card
    holds figures of these weights and another N, or damaged ones.
    """
    if n < LEAST_N:
        raise ValueError(lang.text("guidance.too_few", got=n))
    model = checkpoints.load(name, compile=compile)
    page = _page(name, write)
    figures = page.begin({"N": n, "sampler": SAMPLER, "weights": cards.digest(name)})
    if not set(cards.REAL) <= figures.keys():
        real = [metrics.real(n, seed) for seed in range(5)]
        figures["floor"] = cards.spread([metrics.frechet(images) for images, _ in real])
        figures["real_spread"] = cards.spread([metrics.within_class_spread(*each) for each in real])
    figures["machine"] = training.machine(next(model.parameters()).device, model.bf16)
    floor, spread = (cards.shown(figures[key], 3) for key in cards.REAL)
    print(f"{'real digits':14s} frechet {floor}  spread {spread}  N = {n}, {SAMPLER}", flush=True)
    step, times = draws.SAMPLERS[SAMPLER]
    for key in only:
        told = {"weights": figures["weights"], "sampler": SAMPLER, "guidance": key, "compiled": compile}
        draw = partial(draws.draw, model, step, times, n, about=told, how=GUIDES[key])
        page.over_seeds(figures, key, seeds, draw, f"guided-{key.replace(' ', '-')}", {})
        print(f"{key:14s} {_said(figures, key)}", flush=True)
    return page.sound() if write else figures


def _over_real(figures: dict, key: str) -> float:
    """The samples' mean spread over that of real digits."""
    return figures[key]["spread"]["mean"] / figures["real_spread"]["mean"]


def _said(figures: dict, key: str) -> str:
    accuracy, frechet, spread = (cards.shown(figures[key][kind], 4 - (kind != "accuracy")) for kind in KINDS)
    over, real = cards.ratio(figures, key), _over_real(figures, key)
    return f"accuracy {accuracy}  frechet {frechet} ({over:.2f} x floor)  spread {spread} ({real:.2f} x real)"


def current(name: str | Path = "digits") -> dict:
    """The card's figures of guidance; ValueError where some are missing, damaged or of other weights."""
    card = checkpoints.card(name)
    figures, shown = _page(name).sound(card), card.get("name", "?")
    if figures and figures.get("weights") != cards.digest(name):
        raise ValueError(lang.text("guidance.stale", name=shown))
    if not {"N", "sampler", *cards.REAL, *GUIDES} <= figures.keys():
        raise ValueError(lang.text("guidance.none", name=shown))
    return figures


def table(name: str | Path = "digits") -> str:
    """The card's figures of guidance as a Markdown table; ValueError as of ``current``."""
    figures = current(name)
    heads = ["guidance", "accuracy", "Fréchet distance", "× floor", "within-class spread", "× real"]
    lines = [cards.row(heads), cards.row(["---"] * len(heads))]
    floor, spread = (cards.shown(figures[key], 3) for key in cards.REAL)
    lines.append(cards.row([f"{figures['N']} real digits", "", floor, "1", spread, "1"]))
    for key in GUIDES:
        accuracy, distance, spread = (
            cards.shown(figures[key][kind], 4 - (kind != "accuracy")) for kind in KINDS
        )
        over, real = f"{cards.ratio(figures, key):.2f}", f"{_over_real(figures, key):.2f}"
        lines.append(cards.row([key, accuracy, distance, over, spread, real]))
    seeds = sorted({len(figures[key]["frechet"]["each"]) for key in GUIDES})
    counted = "-".join(map(str, dict.fromkeys((seeds[0], seeds[-1]))))
    return "\n".join([*lines, "", f"N = {figures['N']}, seeds: {counted}, {figures['sampler']}."])
