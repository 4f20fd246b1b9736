"""`course measure digits`: how good a model's samples are, beside the floor that real digits set.

`course measure digits --bound`: how many bits a dimension the model needs for real test digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from course_lib import checkpoints, data, lang, losses, metrics, samplers, training
from course_lib.parameterisations import EpsModel, Model
from course_tools import cards, draws
from course_tools.seeds import Page


def measure(
    name: str | Path,
    n: int = 5_000,
    seeds: int = 1,
    only: Sequence[str] = ("ancestral-50", "ddim-50"),
    write: bool = False,
    compile: bool = False,
) -> dict:
    """Accuracy and Fréchet distance of a checkpoint's samples at w = 0, each sampler over the seeds.

    "seconds_16" is the time for 16 samples on this machine, in the precision that ``checkpoints.load``
    chooses ("machine" names both). write: every seed goes into the card as soon as it is measured, and what
    the card holds already, for these weights and this N, is not measured again; every batch of a seed goes
    into ``draws.state_path`` until then. compile: as of ``checkpoints.load``, for the samples (the same up to
    rounding), not for the clock. ValueError, before anything is drawn, where the card holds figures of
    these weights and another N, or damaged ones.
    """
    model = checkpoints.load(name)
    page = Page(name, "metrics", draws.SAMPLERS, cards.KINDS, write)
    figures = page.begin({"N": n, "w": 0, "weights": cards.digest(name)})
    if "floor" not in figures:
        figures["floor"] = cards.spread([metrics.floor(n, seed) for seed in range(5)])
    print(f"floor              frechet {cards.shown(figures['floor'], 3)}  N = {n}")
    seconds = _seconds(model, only, figures)
    drawing = checkpoints.load(name, compile=True) if compile else model
    for key in only:
        about = {"weights": figures["weights"], "sampler": key, "compiled": compile}
        draw = partial(draws.draw, drawing, *draws.SAMPLERS[key], n, about=about)
        page.over_seeds(figures, key, seeds, draw, key, {"seconds_16": seconds[key]})
        figures[key]["seconds_16"] = seconds[key]
        print(
            f"{key:18s} accuracy {cards.shown(figures[key]['accuracy'], 4)}  "
            f"frechet {cards.shown(figures[key]['frechet'], 3)} ({cards.ratio(figures, key):.2f} x floor)  "
            f"{seconds[key]:.3g} s for 16"
        )
    return page.into_card(figures, only) if write else figures


def _seconds(model: EpsModel, names: Sequence[str], figures: dict) -> dict[str, float]:
    # Times of two machines do not belong in one column, so those of another one are left out.
    here = training.machine(next(model.parameters()).device, model.bf16)
    if figures.get("machine") != here:
        figures.update(cards.untimed(figures))
    figures["machine"] = here
    known = {key: figures[key]["seconds_16"] for key in names if "seconds_16" in figures.get(key, {})}
    return known if len(known) == len(names) else draws.clock(model, names)


class Recall:
    """A model that is asked once: its answers are kept, and given again in order after ``rewind``."""

    def __init__(self, model: Model):
        self.model, self.at = model, 0
        self.answers: list[Tensor] = []

    def rewind(self) -> None:
        """Answer from the first question on again."""
        self.at = 0

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        if self.at == len(self.answers):
            self.answers.append(self.model(x_t, t))
        self.at += 1
        return self.answers[self.at - 1]


def bound(name: str | Path, n: int = 100, seed: int = 0, batch: int = 16) -> dict:
    """Bits a dimension of a checkpoint's bound on -log p(x_0), over n test digits without their labels.

    Every term L_0..L_T (Ho et al. 2020, eq. 5) with the discrete decoder, one noise a term, the same for both
    variances. std is that over images; the mean's standard error is std / sqrt(n).
    """
    from tqdm.auto import tqdm

    model = checkpoints.load(name, precision="fp32")
    images, _ = data.digits("test")
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:n]
    x_0 = images[order]
    n, d, T = len(x_0), x_0[0].numel(), model.schedule.T
    found: dict[str, list[Tensor]] = {variance: [] for variance in samplers.VARIANCES}
    for i, part in enumerate(tqdm(x_0.split(batch), desc=lang.text("measure.bound_bar"), unit="")):
        recall = Recall(model)
        for variance, terms in found.items():
            recall.rewind()
            chunk = losses.together(part)
            g = torch.Generator().manual_seed(1_000_000 * seed + i)  # the same noise for both
            nats = losses.vlb_terms(
                recall,
                part,
                model.schedule,
                g,
                variance=variance,
                decoder="discrete",
                chunk=chunk,
            )
            terms.append(losses.bits_per_dim(nats, d))
    figures: dict = {"N": n, "seed": seed, "decoder": "discrete", "d": d}
    figures["weights"] = cards.digest(name)
    for variance, terms in found.items():
        bits = torch.cat(terms, 1)
        total = bits.sum(0)
        parts = {"L_0": bits[0], "L_1..L_{T-1}": bits[1:T].sum(0), "L_T": bits[T]}
        figures[variance] = {
            "mean": round(float(total.mean()), 4),
            "std": round(float(total.std()), 4) if n > 1 else None,
            "parts": {part: float(f"{float(value.mean()):.4g}") for part, value in parts.items()},
        }
        listed = "  ".join(f"{part} {value:.4g}" for part, value in figures[variance]["parts"].items())
        print(f"{variance:11s} {cards.shown(figures[variance], 3)} bits/dim  {listed}  N = {n}")
    return figures
