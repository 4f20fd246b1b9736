"""`course measure digits`: how good a model's samples are, beside the floor that real digits set.

`course measure digits --bound`: how many bits a dimension the model needs for real test digits.
`course measure digits --check`: whether the card's figures meet ``TARGETS``.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeGuard

import torch
from torch import Tensor

from course_lib import checkpoints, data, files, lang, losses, metrics, samplers, training
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel, Model
from course_lib.schedules import Schedule

Times = int | Callable[[Schedule], list[int]]  # so many, evenly spaced; or those a schedule suggests


class Sampler(NamedTuple):
    """A step rule and the timesteps that it visits."""

    step: Callable[..., Tensor]
    times: Times

    def calls(self, schedule: Schedule) -> int:
        """How often it asks the network."""
        return len(visited(schedule, self.times)) - 1


def visited(schedule: Schedule, times: Times) -> list[int]:
    """The timesteps themselves, from T down to 0."""
    return samplers.times(schedule.T, times) if isinstance(times, int) else times(schedule)


SAMPLERS: dict[str, Sampler] = {
    "ancestral-50": Sampler(partial(samplers.ddpm_step, variance="beta_tilde"), 50),
    "ancestral-50-beta": Sampler(partial(samplers.ddpm_step, variance="beta"), 50),
    "ddpm-1000": Sampler(partial(samplers.ddpm_step, variance="beta"), 1000),
    **{f"ddim-{steps}": Sampler(samplers.ddim_step, steps) for steps in (10, 20, 50, 100, 250)},
    **{
        f"dpm-{steps}": Sampler(samplers.dpm_step, partial(samplers.log_snr_times, steps=steps))
        for steps in (10, 20)
    },
}
ROUNDS = 3  # of the clock, each sampler once a round
RUNS = Path("runs") / "measure"  # what of an unfinished seed is drawn already
N, SEEDS = 5_000, 3  # what the targets are stated for


def cheapest_first(schedule: Schedule) -> list[str]:
    """The names of all samplers, those with the fewest calls of the network first."""
    return sorted(SAMPLERS, key=lambda name: SAMPLERS[name].calls(schedule))


def draw(
    model: EpsModel,
    step: Callable[..., Tensor],
    times: Times,
    n: int,
    seed: int,
    batch: int = 250,
    state: Path | None = None,
    about: dict | None = None,
) -> tuple[Tensor, Tensor]:
    """n class-balanced samples at w = 0 and their labels, in batches under a progress bar.

    state: a file that keeps the batches drawn so far and the generator, after each batch; where it holds a
    part of this very draw, the rest alone is drawn, and all are what they would have been without a pause.
    about: what else must agree before that (which weights and sampler); a file of another draw is replaced.
    """
    from tqdm.auto import tqdm

    where = next(model.parameters()).device
    g = torch.Generator(where).manual_seed(seed)
    labels = torch.arange(n) % 10
    path = visited(model.schedule, times)
    note = {"n": n, "seed": seed, "batch": batch, "times": path, "about": about or {}}
    # Another machine, or another precision on this one, would not go on with the same numbers.
    note |= {"machine": training.machine(where, model.bf16), "torch": str(torch.__version__)}
    kept = {} if state is None else _kept(state, note)
    images = list(kept["images"].split(batch)) if kept else []
    if kept:
        g.set_state(kept["generator"])
    parts, done = labels.split(batch), len(images)
    bar = tqdm(parts[done:], initial=done, total=len(parts), desc=lang.text("measure.bar"), unit="")
    for y in bar:
        x_T = torch.randn(len(y), 1, 28, 28, generator=g, device=where)
        run = samplers.sample(guide(model, y), step, x_T, model.schedule, path, g)
        images.append(samplers.final(run).cpu().clamp(-1, 1))
        if state is not None:
            drawn = {"images": torch.cat(images), "generator": g.get_state()}
            checkpoints.write_tensors(state, drawn, note)
    return torch.cat(images), labels


def _kept(state: Path, note: dict) -> dict[str, Tensor]:
    """What ``draw`` left in a state file, where that holds a part of the draw that ``note`` describes."""
    if not state.is_file():
        return {}
    try:
        tensors, held = checkpoints.read_tensors(state)
    except ValueError:  # damaged: nothing to go on from, and it is about to be replaced
        return {}
    return tensors if held == note else {}


def state_path(name: str | Path, sampler: str, seed: int) -> Path:
    """Where ``measure`` with ``write`` keeps the samples of a seed that is not finished."""
    return RUNS / f"{Path(name).stem}-{sampler}-{seed}.safetensors"


def clock(model: EpsModel, names: Sequence[str]) -> dict[str, float]:
    """Seconds that 16 samples take from noise to image by each sampler: the median of interleaved rounds."""
    from tqdm.auto import tqdm

    where = next(model.parameters()).device
    g = torch.Generator(where).manual_seed(0)
    asked = guide(model, torch.arange(16) % 10)
    x_T = torch.randn(16, 1, 28, 28, generator=g, device=where)
    asked(x_T, torch.ones(16, dtype=torch.int64, device=where))  # what happens once only
    took: dict[str, list[float]] = {name: [] for name in names}
    for _ in tqdm(range(ROUNDS), desc=lang.text("measure.clock_bar"), unit=""):
        for name in names:
            step, times = SAMPLERS[name]
            start = time.perf_counter()
            path = visited(model.schedule, times)
            samplers.final(samplers.sample(asked, step, x_T, model.schedule, path, g)).cpu()
            took[name].append(time.perf_counter() - start)
    return {name: float(f"{statistics.median(each):.3g}") for name, each in took.items()}


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


def row(cells: Sequence[object]) -> str:
    """A row of a Markdown table."""
    return " ".join(["|", *(f"{cell} |" if str(cell) else "|" for cell in cells)])


def shown(figure: dict, digits: int) -> str:
    """A figure with ``digits`` decimals, and its spread where more than one seed was measured."""
    mean = f"{figure['mean']:.{digits}f}"
    return mean if figure["std"] is None else f"{mean} ± {figure['std']:.{digits}f}"


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
    into ``state_path`` until then. compile: as of ``checkpoints.load``, for the samples (the same up to
    rounding), not for the clock. ValueError, before anything is drawn, where the card holds figures of
    these weights and another N, or damaged ones.
    """
    model = checkpoints.load(name)
    figures: dict = {"N": n, "w": 0, "weights": digest(name)}
    if write:
        for path in (checkpoints.card_path(name), RUNS / "any"):
            files.check_writable(path)  # now, not after hours of measuring
        held = sound(name, "metrics")
        require_same_n(name, "metrics", n)
        figures = held if figures.items() <= held.items() else figures
    if "floor" not in figures:
        figures["floor"] = spread([metrics.floor(n, seed) for seed in range(5)])
    print(f"floor              frechet {shown(figures['floor'], 3)}  N = {n}")
    seconds = _seconds(model, only, figures)
    drawing = checkpoints.load(name, compile=True) if compile else model
    for key in only:
        each = figures.get(key, {"accuracy": {}, "frechet": {}})
        accuracies, distances = (list(each[part].get("each", [])) for part in ("accuracy", "frechet"))
        for seed in range(len(accuracies), seeds):
            about = {"weights": figures["weights"], "sampler": key, "compiled": compile}
            state = state_path(name, key, seed) if write else None
            images, labels = draw(drawing, *SAMPLERS[key], n, seed, state=state, about=about)
            accuracies.append(metrics.accuracy(images, labels))
            distances.append(metrics.frechet(images))
            figures[key] = {
                "accuracy": spread(accuracies),
                "frechet": spread(distances),
                "seconds_16": seconds[key],
            }
            if state is not None:
                into_card(name, measured(figures, [key]))
                state.unlink(missing_ok=True)
        figures[key]["seconds_16"] = seconds[key]
        print(
            f"{key:18s} accuracy {shown(figures[key]['accuracy'], 4)}  "
            f"frechet {shown(figures[key]['frechet'], 3)} ({ratio(figures, key):.2f} x floor)  "
            f"{seconds[key]:.3g} s for 16"
        )
    return into_card(name, measured(figures, only)) if write else figures


def measured(figures: dict, names: Sequence[str]) -> dict:
    """The figures of these samplers, and what they are beside: all else may have changed in the card."""
    beside = ("N", "w", "weights", "floor", "machine")
    return {key: figures[key] for key in (*beside, *names)}


def _seconds(model: EpsModel, names: Sequence[str], figures: dict) -> dict[str, float]:
    # Times of two machines do not belong in one column, so those of another one are left out.
    here = training.machine(next(model.parameters()).device, model.bf16)
    if figures.get("machine") != here:
        figures.update(_untimed(figures))
    figures["machine"] = here
    known = {key: figures[key]["seconds_16"] for key in names if "seconds_16" in figures.get(key, {})}
    return known if len(known) == len(names) else clock(model, names)


def _untimed(figures: dict) -> dict:
    """The same figures without the times."""
    return {
        key: {part: value for part, value in each.items() if part != "seconds_16"}
        if isinstance(each, dict)
        else each
        for key, each in figures.items()
    }


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
    figures["weights"] = digest(name)
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
        print(f"{variance:11s} {shown(figures[variance], 3)} bits/dim  {listed}  N = {n}")
    return figures


def is_number(value: object) -> TypeGuard[float]:
    """Whether a card's value is a number (true and false are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


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


def damaged(figures: object) -> str | None:
    """The first part of a card's figures that ``measure`` cannot have written, as "dpm-10.frechet.mean".

    None where there is no such part, "" where they are no table of figures at all.
    """
    if not isinstance(figures, dict):
        return ""
    n = figures.get("N")
    if ("N" in figures or "floor" in figures) and (not is_number(n) or n != int(n) or n < 1):
        return "N"
    if "floor" in figures and (part := _damaged_spread(figures["floor"], True)) is not None:
        return f"floor.{part}".rstrip(".")
    for key in (key for key in SAMPLERS if key in figures):
        each = figures[key]
        if not isinstance(each, dict):
            return key
        for kind in ("accuracy", "frechet"):
            if (part := _damaged_spread(each.get(kind), kind == "frechet")) is not None:
                return f"{key}.{kind}.{part}".rstrip(".")
        if len(each["accuracy"].get("each", [])) != len(each["frechet"].get("each", [])):
            return f"{key}.frechet.each"
        if "seconds_16" in each and not (is_number(each["seconds_16"]) and each["seconds_16"] > 0):
            return f"{key}.seconds_16"
    return None


def refuse_damaged(name: str | Path, *parts: str) -> ValueError:
    """The sentence about a part of a card that is not what was written there."""
    part = ".".join(filter(None, parts))
    return ValueError(lang.text("measure.damaged", path=checkpoints.card_path(name), part=part))


def sound(name: str | Path, part: str = "metrics", card: dict | None = None) -> dict:
    """The figures in a part of a checkpoint's card, {} where none are; ValueError where they are damaged."""
    figures = (checkpoints.card(name) if card is None else card).get(part) or {}
    if (wrong := damaged(figures)) is not None:
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


def _merged(before: dict, figures: dict) -> dict:
    """``figures`` beside those that a card holds; of one sampler, those over more seeds."""
    if before.get("machine") != figures.get("machine"):
        before = _untimed(before)
    merged = {**before, **figures}
    for key in SAMPLERS:
        held, new = (len(each.get(key, {}).get("frechet", {}).get("each", [])) for each in (before, figures))
        if held > new and key in figures:
            seconds = {k: v for k, v in figures[key].items() if k == "seconds_16"}
            merged[key] = before[key] | seconds
    return merged


def into_card(name: str | Path, figures: dict, part: str = "metrics") -> dict:
    """Write figures into a part of the checkpoint's card as it is now, and return all that this then holds.

    Figures that another process has written meanwhile stay. ValueError where they are of another N.
    """

    def change(card: dict) -> dict:
        before = sound(name, part, card)
        require_same_n(name, part, figures["N"], card)
        same = all(before.get(key) == figures.get(key) for key in ("N", "weights"))
        return card | {part: _merged(before, figures) if same else figures}

    return change_card(name, change)[part]
