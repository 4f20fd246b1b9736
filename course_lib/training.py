"""Training: Ho et al. 2020's Algorithm 1, with what a run of hours needs around it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import checkpoints, data, device, lang, losses
from course_lib.forward import q_sample
from course_lib.parameterisations import EpsModel, target, to_eps

BUCKETS = 10


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a run goes: equal recipes, data and machines give equal weights.

    label_dropout: the share of images whose label is replaced by the null label (Ho & Salimans 2022,
    Algorithm 1). precision: "fp32", "bf16", or "auto" for whichever this machine computes faster.
    """

    steps: int = 8_000
    batch_size: int = 128
    learning_rate: float = 1e-3
    warmup: int = 200
    ema_decay: float = 0.999
    label_dropout: float = 0.1
    seed: int = 0
    precision: str = "auto"


class Progress(NamedTuple):
    """What one training step did.

    by_t: the recent mean error of eps_hat in each tenth of 1..T (NaN where none was drawn yet).
    """

    step: int
    loss: float
    by_t: list[float]


class EMA:
    """An exponential moving average of a model's weights: average <- d average + (1 - d) weights.

    d = min(decay, (1 + step) / (10 + step)), so that the first steps are forgotten soon.

    Source: Ho et al. 2020, appendix B (decay 0.9999); the warm-up is TensorFlow's num_updates rule.
    """

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.weights = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move the average towards the model's weights after step ``step`` (counted from 1)."""
        d = min(self.decay, (1 + step) / (10 + step))
        for name, now in model.state_dict().items():
            if now.is_floating_point():
                self.weights[name].lerp_(now, 1 - d)
            else:  # a counter has no average
                self.weights[name].copy_(now)


def learning_rate(step: int, recipe: Recipe) -> float:
    """The rate of step ``step`` (from 0): a linear warm-up, then half a cosine down to 0."""
    if step < recipe.warmup:
        return recipe.learning_rate * (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


@dataclass
class Run:
    """A training run that can stop at any step and go on later as if it had not.

    model: an EpsModel; images (N, C, H, W) in [-1, 1]; labels (N,) or None for a model without classes.
    state: where the run keeps its state (weights, average, optimiser, random generator), or None.
    """

    model: EpsModel
    images: Float[Tensor, "N C H W"]
    labels: Int[Tensor, " N"] | None
    recipe: Recipe = field(default_factory=Recipe)
    state: Path | None = None
    on: str = "auto"

    def __post_init__(self) -> None:
        where = device.pick(self.on)
        device.prepare(self.model, self.recipe.precision, where)
        self.images = data.check_images(self.images).to(where)
        self.labels = None if self.labels is None else self.labels.to(where)
        self.generator = torch.Generator(where).manual_seed(self.recipe.seed)
        self.ema = EMA(self.model.net, self.recipe.ema_decay)
        self.optimiser = torch.optim.Adam(self.model.net.parameters(), lr=self.recipe.learning_rate)
        self.step = 0
        self._whole = True  # False while weights, average and step number belong to different steps
        self.seconds = 0.0
        self.recent = torch.full((BUCKETS,), float("nan"), device=where)
        if self.state is not None and self.state.is_file():
            self._resume(self.state)

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Draw x_0, t, eps and y for one step (Ho et al. 2020, Algorithm 1, lines 2 to 4)."""
        g, where, b = self.generator, self.images.device, self.recipe.batch_size
        at = torch.randint(len(self.images), (b,), generator=g, device=where)
        x_0 = self.images[at]
        t = torch.randint(1, self.model.schedule.T + 1, (b,), generator=g, device=where)
        eps = torch.randn(x_0.shape, generator=g, device=where)
        if self.labels is None:
            return x_0, t, eps, None
        y = self.labels[at]
        dropped = torch.rand(b, generator=g, device=where) < self.recipe.label_dropout
        return x_0, t, eps, torch.where(dropped, self.model.classes, y)

    def _one_step(self) -> float:
        model, schedule = self.model, self.model.schedule
        x_0, t, eps, y = self.batch()
        x_t = q_sample(x_0, t, eps, schedule)
        answer = model.answer(x_t, t) if y is None else model.answer(x_t, t, y)
        loss = losses.simple(answer, target(model.kind, x_0, t, eps, schedule))
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.recipe)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.net.parameters(), 1.0)
        self._whole = False
        self.optimiser.step()
        self.step += 1
        self.ema.update(model.net, self.step)
        self._whole = True
        with torch.no_grad():
            self._record(losses.per_image(to_eps(model.kind, answer, x_t, t, schedule), eps), t)
        return float(loss.detach())

    def _record(self, error: Tensor, t: Tensor) -> None:
        bucket = (t - 1) * BUCKETS // self.model.schedule.T
        total = torch.zeros(BUCKETS, device=t.device).index_add_(0, bucket, error.float())
        count = torch.bincount(bucket, minlength=BUCKETS)
        now = total / count
        mixed = torch.where(self.recent.isnan(), now, 0.98 * self.recent + 0.02 * now)
        self.recent = torch.where(count > 0, mixed, self.recent)

    def steps(self, save_every: int = 500) -> Iterator[Progress]:
        """Train to the recipe's last step, yielding after each; save every ``save_every`` and at the end.

        Leaving the loop early (Ctrl-C, a break) saves too, so the next Run with this state goes on.
        """
        self.model.net.train()
        saved = self.step
        try:
            while self.step < self.recipe.steps:
                start, drawn, before = time.perf_counter(), self.generator.get_state(), self.step
                try:
                    loss = self._one_step()
                except BaseException:
                    if self.step == before:  # draw the same batch again on resuming
                        self.generator.set_state(drawn)
                    raise
                self.seconds += time.perf_counter() - start
                if self.step % save_every == 0:
                    self.save()
                    saved = self.step
                yield Progress(self.step, loss, self.recent.tolist())
        finally:
            if self.step != saved and self._whole:
                self.save()

    def averaged(self) -> nn.Module:
        """A copy of the network that carries the averaged weights, in eval mode."""
        import copy

        net = copy.deepcopy(self.model.net)
        net.load_state_dict(self.ema.weights)
        return net.eval()

    def save(self) -> None:
        """Write the whole state to ``state`` (atomically); nothing where state is None."""
        if self.state is None:
            return
        tensors = {f"net.{k}": v for k, v in self.model.net.state_dict().items()}
        tensors |= {f"ema.{k}": v for k, v in self.ema.weights.items()}
        for i, moments in self.optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{i}.{k}": v for k, v in moments.items()}
        tensors["generator"] = self.generator.get_state()
        tensors["recent"] = self.recent
        note = {"step": self.step, "seconds": self.seconds, "recipe": asdict(self.recipe)}
        checkpoints.write_tensors(self.state, tensors, note)

    def _resume(self, path: Path) -> None:
        tensors, note = checkpoints.read_tensors(path)
        if note.get("recipe") != asdict(self.recipe):
            raise ValueError(lang.text("error.resume", path=path))

        def part(prefix: str) -> dict[str, Tensor]:
            return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

        where = self.images.device
        try:
            self.model.net.load_state_dict(part("net."))
        except RuntimeError:
            raise ValueError(lang.text("error.resume", path=path)) from None
        self.ema.weights = {k: v.to(where) for k, v in part("ema.").items()}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in part("adam.").items():
            i, key = name.split(".", 1)
            moments.setdefault(int(i), {})[key] = value
        adam = self.optimiser.state_dict()
        self.optimiser.load_state_dict({"state": moments, "param_groups": adam["param_groups"]})
        self.generator.set_state(tensors["generator"])
        self.recent = tensors["recent"].to(where)
        self.step, self.seconds = note["step"], note["seconds"]


def train(run: Run, save_every: int = 500, each: Callable[[Progress], None] | None = None) -> Run:
    """Take a run to its end under a progress bar; ``each`` sees every step's Progress."""
    from tqdm.auto import tqdm

    label = lang.text("training.bar")
    with tqdm(total=run.recipe.steps, initial=run.step, desc=label, unit="") as bar:
        for progress in run.steps(save_every):
            bar.update(1)
            if progress.step % 20 == 0:
                bar.set_postfix(loss=f"{progress.loss:.4f}")
            if each:
                each(progress)
    return run
