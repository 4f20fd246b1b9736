"""`course train small-unet` and its three kin: networks of one size, trained alike.

`course measure networks`: what each of them costs and gives, beside the model that ships as "digits".
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib import checkpoints, data, lang, losses, metrics, ranks, schedules, training
from course_lib.dit import DiT
from course_lib.forward import q_sample
from course_lib.parameterisations import EpsModel
from course_lib.schedules import gather
from course_lib.unet import UNet
from course_tools import cards, measure, train

# Equal in parameters within 3 %: without skips the way up reads less, so its first level is wider.
SMALL: dict[str, Callable[[], nn.Module]] = {
    "small-unet": partial(UNet, widths=(16, 32, 64), embedding=64),
    "small-no-skips": partial(UNet, widths=(20, 32, 64), embedding=64, skips=False),
    "small-no-time": partial(UNet, widths=(16, 32, 64), embedding=64, time=False),
    "small-dit": partial(DiT, patch=4, width=64, depth=4, heads=4),
}
RECIPE = training.Recipe(steps=3_000, batch_size=64, learning_rate=3e-3, ema_decay=0.998, weights="min-snr")
NAMES = (*SMALL, "digits")
SAMPLERS = ("ancestral-50", "ddim-50")
TENTHS = 10
BATCH = 16  # of the call that is timed


def small(
    name: str,
    out: Path,
    state: Path,
    recipe: training.Recipe = RECIPE,
    device: str = "auto",
    compile: bool = False,
) -> Path:
    """Train one of ``SMALL`` on the digits and write it to ``out`` with its card."""
    torch.manual_seed(recipe.seed)
    model = EpsModel(SMALL[name](), schedules.linear(), "v")
    images, labels = data.digits("train")
    training.train(training.Run(model, images, labels, recipe, state, device, compile=compile))
    if ranks.here().first:
        used = train.options(recipe, RECIPE, device, compile)
        train.finish(out, [state], name, train.command(name, **used))
    return out


def parameters(net: nn.Module) -> int:
    """How many numbers the network learns."""
    return sum(p.numel() for p in net.parameters())


def flops(net: nn.Module, size: int = 28) -> int:
    """Floating-point operations of one call for one image with a label: 2 for each multiply-and-add.

    Those of convolutions and matrix products only: norms, activations and softmax are not counted.
    """
    x_t, t = torch.zeros(1, 1, size, size), torch.ones(1, dtype=torch.int64)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(x_t, t, torch.zeros_like(t))
    return counter.get_total_flops()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread only, as long as it lasts."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@torch.no_grad()
def milliseconds(models: dict[str, EpsModel], batch: int = BATCH, rounds: int = 25) -> dict[str, list[float]]:
    """How long one call takes on one thread, each model in turn: every round's figure."""
    x_t, t = torch.randn(batch, 1, 28, 28), torch.full((batch,), 500)
    y = metrics.balanced_labels(batch)
    took: dict[str, list[float]] = {name: [] for name in models}
    with one_thread():
        for turn in range(rounds + 2):
            for name, model in models.items():
                start = time.perf_counter()
                model(x_t, t, y)
                if turn >= 2:  # the first two warm it up
                    took[name].append(1000 * (time.perf_counter() - start))
    return took


@torch.no_grad()
def held_out(model: EpsModel, images: int = 500, seed: int = 0, batch: int = 250) -> dict:
    """The error of eps_hat and of v_hat in each tenth of 1..T, on test digits with their labels.

    ||eps - eps_hat||^2 / d, and ||v - v_hat||^2 / d = ||eps - eps_hat||^2 / (alpha_bar_t d) (Salimans & Ho
    2022, appendix D); the same digits, timesteps and noise for every model. error: the standard error of v's.
    """
    g = torch.Generator().manual_seed(seed)
    x_0, y = (part[:images] for part in data.digits("test"))
    T = model.schedule.T
    found: dict = {"images": len(x_0), "seed": seed, "eps": [], "v": [], "error": []}
    for tenth in range(TENTHS):
        t = torch.randint(T * tenth // TENTHS + 1, T * (tenth + 1) // TENTHS + 1, (len(x_0),), generator=g)
        eps = torch.randn(x_0.shape, generator=g)
        x_t = q_sample(x_0, t, eps, model.schedule)
        parts = zip(*(part.split(batch) for part in (x_t, t, y)), strict=True)
        each = losses.per_image(torch.cat([model(*part) for part in parts]), eps).double()
        of_v = each / gather(model.schedule.alpha_bar, t, each)
        for key, value in (
            ("eps", each.mean()), ("v", of_v.mean()), ("error", of_v.std() / len(x_0) ** 0.5),
        ):  # fmt: skip
            found[key].append(float(f"{float(value):.3g}"))
    return found


def compare(n: int = 1_000, seeds: int = 1, write: bool = False, names: Sequence[str] = NAMES) -> dict:
    """Cost, held-out errors and samples of each network; with ``write`` they go into the cards, one by one.

    A small model's samples are its card's "metrics"; those of "digits", which are N = 5000 there, stand in
    "compared". The card's "cost": parameters, flops (a call for one image), ms (a call for ``BATCH`` images).
    With ``write``, ValueError before all else where a card holds figures of these weights and another N.
    """
    models = {name: checkpoints.load(name, "cpu") for name in names}
    for name in names if write else ():  # before anything is timed or drawn
        cards.sound(name, _part(name))
        cards.require_same_n(name, _part(name), n)
    took = milliseconds(models)
    found = {}
    for name, model in models.items():
        median = statistics.median(took[name])
        with one_thread():
            machine = training.machine(torch.device("cpu"), model.bf16)
        cost: dict = {
            "parameters": parameters(model.net),
            "flops": flops(checkpoints.load(name, "cpu", "fp32").net),
            "ms": round(median, 2),
            "ms_range": [round(min(took[name]), 2), round(max(took[name]), 2)],
            "batch": BATCH,
            "machine": machine,
        }
        errors = {"weights": cards.digest(name)} | held_out(model)
        if write:
            cards.write_card(name, cost=cost, held_out=errors)
        shown = f"{cost['parameters']} parameters  {cost['flops'] / 1e6:.1f} MFLOP  {median:.1f} ms"
        print(f"\n{name}: {shown}", flush=True)
        ours = name in SMALL
        figures = measure.measure(name, n, seeds, SAMPLERS, write=write and ours)
        if write and not ours:
            figures = cards.into_card(name, figures, _part(name))
        found[name] = {"cost": cost, "held_out": errors, _part(name): figures}
    return found


def _part(name: str) -> str:
    """Where a card keeps the figures of the samples that are compared."""
    return "metrics" if name in SMALL else "compared"


def _numbers(table: object, keys: Sequence[str]) -> bool:
    return isinstance(table, dict) and all(cards.is_number(table.get(key)) for key in keys)


def _figures(name: str) -> dict:
    """What ``compare`` wrote into a card; ValueError where it is missing or holds for other weights."""
    card = checkpoints.card(name)
    quality = cards.sound(name, _part(name), card)
    if not {"cost", "held_out"} <= card.keys() or not {"floor", *SAMPLERS} <= quality.keys():
        raise ValueError(lang.text("networks.none", name=name))
    if not _numbers(card["cost"], ("parameters", "flops", "ms")) or "machine" not in card["cost"]:
        raise cards.refuse_damaged(name, "cost")
    errors = card["held_out"].get("v") if isinstance(card["held_out"], dict) else None
    if not isinstance(errors, list) or [cards.is_number(v) for v in errors] != [True] * TENTHS:
        raise cards.refuse_damaged(name, "held_out")
    if {card["held_out"].get("weights"), quality.get("weights")} != {cards.digest(name)}:
        raise ValueError(lang.text("networks.stale", name=name))
    return {"cost": card["cost"], "held_out": card["held_out"], "quality": quality}


def _require_alike(found: dict[str, dict]) -> None:
    """ValueError where the table's last line, of N, floor and machine, does not hold for every row."""
    first, *others = found
    for what, read in (
        ("N", lambda each: each["quality"]["N"]),
        ("floor", lambda each: each["quality"]["floor"]["mean"]),
        ("machine", lambda each: each["cost"]["machine"]),
    ):
        for name in others:
            got, want = read(found[name]), read(found[first])
            if got != want:
                said = {"what": what, "name": name, "got": got, "other": first, "want": want}
                raise ValueError(lang.text("networks.mixed", **said))


def table(names: Sequence[str] = NAMES) -> str:
    """The cards' figures as two Markdown tables: cost and samples, then held-out errors of v_hat.

    ValueError where a card lacks figures, or has them of other weights, another N, floor or machine.
    """
    found = {name: _figures(name) for name in names}
    _require_alike(found)
    heads = ["network", "parameters", "MFLOP a call", f"ms, batch {BATCH}"]
    for sampler in SAMPLERS:
        heads += [f"{sampler}: accuracy", "Fréchet", "× floor"]
    lines = [cards.row(heads), cards.row(["---"] * len(heads))]
    for name, each in found.items():
        cost, quality = each["cost"], each["quality"]
        cells = [name, cost["parameters"], f"{cost['flops'] / 1e6:.1f}", f"{cost['ms']:.1f}"]
        for sampler in SAMPLERS:
            accuracy, distance = quality[sampler]["accuracy"], quality[sampler]["frechet"]
            over = f"{cards.ratio(quality, sampler):.2f}"
            cells += [cards.shown(accuracy, 4), cards.shown(distance, 3), over]
        lines.append(cards.row(cells))
    first = next(iter(found.values()))
    n, floor = first["quality"]["N"], cards.shown(first["quality"]["floor"], 3)
    lines += ["", f"N = {n}; floor {floor}; {first['cost']['machine']}.", ""]
    lines += [
        cards.row(["v error, tenth of t", *range(1, TENTHS + 1)]),
        cards.row(["---"] * (TENTHS + 1)),
    ]
    lines += [cards.row([name, *(f"{v:.4f}" for v in each["held_out"]["v"])]) for name, each in found.items()]
    return "\n".join(lines)
