"""Training: Ho et al. 2020's Algorithm 1, with what a run of hours needs around it."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import checkpoints, data, device, lang, losses
from course_lib.checks import check_whole, is_number, is_whole
from course_lib.files import check_writable
from course_lib.forward import q_sample
from course_lib.parameterisations import EpsModel, target, to_eps
from course_lib.schedules import gather

BUCKETS = 10
WEIGHTS = ("simple", "vlb")
ADAM = ("step", "exp_avg", "exp_avg_sq")  # what Adam keeps of each parameter


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a run goes: equal recipes, data and machines give equal weights.

    label_dropout: the share of images whose label is replaced by the null label (Ho & Salimans 2022,
    Algorithm 1). precision: "fp32", "bf16", or "auto" for whichever this machine computes faster (for points
    always fp32). clip: the longest gradient that an update may use. weights: "simple" for the mean squared
    error of the network's own answer, "vlb" for that of eps_hat times ``losses.weights``, as in the bound.
    ValueError for a value that no run can have.
    """

    steps: int = 8_000
    batch_size: int = 128
    learning_rate: float = 1e-3
    warmup: int = 200
    ema_decay: float = 0.999
    label_dropout: float = 0.1
    seed: int = 0
    precision: str = "auto"
    clip: float = 1.0
    weights: str = "simple"

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 1), ("warmup", 0)):
            value = getattr(self, name)
            self._require(is_whole(value) and value >= least, name, f"{least}, {least + 1}, {least + 2}, …")
        for name, allowed in (("learning_rate", "(0, ∞)"), ("clip", "(0, ∞)"), ("ema_decay", "[0, 1)"),
                              ("label_dropout", "[0, 1]")):  # fmt: skip
            self._require(is_number(getattr(self, name)), name, allowed)
        for name in ("learning_rate", "clip"):
            self._require(0 < getattr(self, name) < math.inf, name, "(0, ∞)")
        self._require(0 <= self.ema_decay < 1, "ema_decay", "[0, 1)")
        self._require(0 <= self.label_dropout <= 1, "label_dropout", "[0, 1]")
        seed = self.seed  # what torch's generators take
        self._require(is_whole(seed) and -(2**63) <= seed < 2**64, "seed", "[-2^63, 2^64)")
        device.check_precision(self.precision)
        if self.weights not in WEIGHTS:
            got = repr(self.weights)
            raise ValueError(lang.text("error.weights", got=got, allowed=", ".join(WEIGHTS)))

    def _require(self, fine: bool, name: str, allowed: str) -> None:
        if not fine:
            got = repr(getattr(self, name))
            raise ValueError(lang.text("error.recipe", name=name, allowed=allowed, got=got))


class Progress(NamedTuple):
    """What one training step did.

    recent: the recent mean error of eps_hat in each tenth of 1..T (NaN where none was drawn yet), where the
    run computes; ``by_t`` fetches it as a list.
    """

    step: int
    loss: float
    recent: Tensor

    @property
    def by_t(self) -> list[float]:
        """The recent mean error of eps_hat in each tenth of 1..T."""
        return self.recent.tolist()


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

    model: an EpsModel, whose frozen weights (a loaded checkpoint's) are made trainable; images (N, C, H, W)
    in [-1, 1], or points (N, d) of any size (every 2-D tensor counts as points, flattened pictures too);
    labels (N,) of the model's classes, or None for a model without classes; device: "auto", "cpu", "cuda" or
    "mps".
    state: where the run keeps its state (weights, average, optimiser, random generator), or None. A state
    of another recipe, model, schedule, data or kind of device is refused with a ValueError; another recipe
    goes on from a model's weights as a new Run of ``run.model`` with another state file.
    """

    model: EpsModel
    images: Float[Tensor, "N *D"]
    labels: Int[Tensor, " N"] | None
    recipe: Recipe = field(default_factory=Recipe)
    state: str | Path | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        points = isinstance(self.images, Tensor) and self.images.ndim == 2
        (data.check_points if points else data.check_images)(self.images)
        self._check_labels()
        if not isinstance(self.state, str | Path | None):
            raise ValueError(lang.text("error.state_path", got=type(self.state).__name__))
        if self.state is not None:
            self.state = Path(self.state)
            check_writable(self.state)  # now, not at the first save
        where = device.pick(self.device)
        precision = "fp32" if points and self.recipe.precision == "auto" else self.recipe.precision
        device.prepare(self.model, precision, where)
        if not any(p.requires_grad for p in self.model.net.parameters()):
            self.model.net.requires_grad_(True)
        self._about = {} if self.state is None else self._describe(where)
        self.images = self.images.to(where)
        self.labels = None if self.labels is None else self.labels.to(where)
        self.generator = torch.Generator(where).manual_seed(self.recipe.seed)
        self.ema = EMA(self.model.net, self.recipe.ema_decay)
        self.optimiser = torch.optim.Adam(self.model.net.parameters(), lr=self.recipe.learning_rate)
        self.step = 0
        self._kept = 0  # the step that the state file held when it was read or last written
        self._whole = True  # False while weights, average and step number belong to different steps
        self.seconds = 0.0
        self.recent = torch.full((BUCKETS,), float("nan"), device=where)
        if isinstance(self.state, Path) and self.state.is_file():
            self._resume(self.state)

    def _check_labels(self) -> None:
        classes = self.model.classes
        if self.labels is None:
            if classes:
                raise ValueError(lang.text("error.labels_needed", classes=classes))
        elif not classes:
            raise ValueError(lang.text("error.no_labels"))
        else:
            data.check_labels(self.labels, len(self.images), classes - 1)

    def _describe(self, where: torch.device) -> dict[str, Any]:
        """What a state must agree on before this run may go on from it, beside the recipe."""
        seen = 0
        for part in (self.images, self.labels):
            if part is not None:
                seen = zlib.crc32(part.detach().cpu().contiguous().view(torch.uint8).numpy().data, seen)
        about = {
            "predicts": self.model.kind,
            "schedule": self.model.schedule.spec,
            "model": getattr(self.model.net, "config", None),
            "data": f"{tuple(self.images.shape)} {seen:08x}",
            "device": where.type,
        }
        return json.loads(json.dumps(about))  # as it will come back from the file

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Draw x_0, t, eps and y for one step (Ho et al. 2020, Algorithm 1, lines 2 to 4)."""
        g, where, b = self.generator, self.images.device, self.recipe.batch_size
        at = torch.randint(len(self.images), (b,), generator=g, device=where)
        x_0 = self.images[at]
        t = torch.randint(1, self.model.schedule.T + 1, (b,), generator=g, device=where)
        eps = torch.randn(x_0.shape, generator=g, device=where, dtype=x_0.dtype)
        if self.labels is None:
            return x_0, t, eps, None
        y = self.labels[at]
        dropped = torch.rand(b, generator=g, device=where) < self.recipe.label_dropout
        return x_0, t, eps, torch.where(dropped, self.model.classes, y)

    def _one_step(self) -> float:
        model, schedule = self.model, self.model.schedule
        buffers = [(b, b.clone()) for b in model.net.buffers()]
        x_0, t, eps, y = self.batch()
        x_t = q_sample(x_0, t, eps, schedule)
        answer = model.answer(x_t, t) if y is None else model.answer(x_t, t, y)
        each = self._loss(answer, x_0, x_t, t, eps)
        loss = each.mean()
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.recipe)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        length = nn.utils.clip_grad_norm_(model.net.parameters(), self.recipe.clip)
        if not (loss.isfinite() & length.isfinite()):
            for buffer, before in buffers:  # a running mean has seen the bad batch too
                buffer.copy_(before)
            self.optimiser.zero_grad(set_to_none=True)
            raise ValueError(self._not_finite(each, t))
        with torch.no_grad():
            error = losses.per_image(to_eps(model.kind, answer, x_t, t, schedule), eps)
        with _uninterrupted():
            self._whole = False
            self.optimiser.step()
            self.step += 1
            self.ema.update(model.net, self.step)
            self._record(error, t)
            self._whole = True
        return float(loss.detach())

    def _loss(self, answer: Tensor, x_0: Tensor, x_t: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        kind, schedule = self.model.kind, self.model.schedule
        if self.recipe.weights == "simple":
            return losses.per_image(answer, target(kind, x_0, t, eps, schedule))
        each = losses.per_image(to_eps(kind, answer, x_t, t, schedule), eps)
        return gather(losses.weights(schedule), t, each) * each

    def _not_finite(self, each: Tensor, t: Tensor) -> str:
        # Which t: those of the bad losses, or of the whole batch where only the gradient is bad.
        bad = ~each.isfinite()
        key = "error.loss_finite" if bool(bad.any()) else "error.gradient_finite"
        seen = t[bad].unique().tolist() if bool(bad.any()) else t.unique().tolist()
        shown = ", ".join(map(str, seen)) if len(seen) <= 5 else f"{seen[0]}..{seen[-1]}"
        return lang.text(key, step=self.step + 1, t=shown, last=self.step)

    def _record(self, error: Tensor, t: Tensor) -> None:
        bucket = (t - 1) * BUCKETS // self.model.schedule.T
        total = torch.zeros(BUCKETS, device=t.device).index_add_(0, bucket, error.float())
        count = torch.zeros(BUCKETS, device=t.device).index_add_(0, bucket, torch.ones_like(error.float()))
        now = total / count
        mixed = torch.where(self.recent.isnan(), now, 0.98 * self.recent + 0.02 * now)
        self.recent = torch.where(count > 0, mixed, self.recent)

    def steps(self, save_every: int = 500) -> Generator[Progress, None, None]:
        """Train to the recipe's last step, yielding after each; save every ``save_every`` and at the end.

        Leaving the loop early (Ctrl-C, a break) saves too, so the next Run with this state goes on.
        ValueError, before anything is updated, where a loss or its gradient is not finite: it names the step
        and the t of those images; the last good state is saved. ValueError too, at once or on saving, where
        another run has taken the state file further in the meantime.
        """
        save_every = check_whole("save_every", save_every)
        self._check_newest()
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
                yield Progress(self.step, loss, self.recent)
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
        with _uninterrupted():  # an impatient second Ctrl-C must not cost the run
            self._check_newest()
            self._save(Path(self.state))

    def _check_newest(self) -> None:
        """ValueError where another run has taken the state file beyond the step that this one knows of."""
        if self.state is None or not Path(self.state).is_file():
            return
        try:
            held: Any = checkpoints.read_note(Path(self.state)).get("step")
        except ValueError:  # nothing that a run could go on from
            return
        if is_whole(held) and held > self._kept:
            raise ValueError(lang.text("error.state_newer", path=self.state, held=held, kept=self._kept))

    def _save(self, path: Path) -> None:
        tensors = {f"net.{k}": v for k, v in self.model.net.state_dict().items()}
        tensors |= {f"ema.{k}": v for k, v in self.ema.weights.items()}
        for i, moments in self.optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{i}.{k}": v for k, v in moments.items()}
        tensors["generator"] = self.generator.get_state()
        tensors["recent"] = self.recent
        note = {"step": self.step, "seconds": self.seconds, "recipe": asdict(self.recipe)}
        note |= self._about | {"bf16": self.model.bf16}
        checkpoints.write_tensors(path, tensors, note)
        self._kept = self.step

    def _resume(self, path: Path) -> None:
        tensors, note = checkpoints.read_tensors(path, "error.no_state")
        # A state from before a setting was recorded ran with what is now its default.
        recipe = note.get("recipe")
        if not isinstance(recipe, dict) or asdict(Recipe()) | recipe != asdict(self.recipe):
            raise ValueError(lang.text("error.resume", path=path))
        for what, now in self._about.items():
            if (was := note.get(what, now)) != now:
                raise ValueError(lang.text("error.resume_other", path=path, what=what, was=was, now=now))

        def part(prefix: str) -> dict[str, Tensor]:
            return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

        self._check_state(path, tensors, note, part("net."), part("ema."))
        where = self.images.device
        bf16 = note.get("bf16", self.model.bf16)  # "auto" may time out otherwise today than it did then
        device.prepare(self.model, "bf16" if bf16 else "fp32", where)
        self.model.net.load_state_dict(part("net."))
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
        self._kept = self.step

    def _check_state(
        self, path: Path, tensors: dict[str, Tensor], note: dict[str, Any], *nets: dict[str, Tensor]
    ) -> None:
        # Everything a state must hold, so that a run never goes on from half of one.
        def like(a: Tensor | None, b: Tensor) -> bool:
            return a is not None and (a.shape, a.dtype) == (b.shape, b.dtype)

        def require(fine: bool, part: str) -> None:
            if not fine:
                raise ValueError(lang.text("error.state_part", path=path, part=part))

        step: Any = note.get("step")
        seconds: Any = note.get("seconds")
        require(is_whole(step) and 0 <= step <= self.recipe.steps, "step")
        require(is_number(seconds) and 0 <= seconds < math.inf, "seconds")
        require(like(tensors.get("generator"), self.generator.get_state()), "generator")
        require(like(tensors.get("recent"), self.recent), "recent")
        now = self.model.net.state_dict()
        for prefix, weights in zip(("net", "ema"), nets, strict=True):
            require(weights.keys() == now.keys() and all(like(weights[k], now[k]) for k in now), prefix)
            require(all(bool(v.isfinite().all()) for v in weights.values()), prefix)
        expected = dict(enumerate(self.model.net.parameters()))
        moments = {k: v for k, v in tensors.items() if k.startswith("adam.")}
        for name, value in moments.items():
            _, i, key = name.split(".", 2) if name.count(".") == 2 else ("", "", "")
            known = i.isdecimal() and int(i) in expected and key in ADAM
            require(known and (key == "step" or like(value, expected[int(i)])), name)
            require(bool(value.isfinite().all()) and all(f"adam.{i}.{k}" in moments for k in ADAM), name)
        require(bool(moments) or step == 0, "adam")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the block has ended, so that what belongs together changes together."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield  # only the main thread is ever interrupted
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)


def train(
    run: Run,
    save_every: int = 500,
    each: Callable[[Progress], None] | None = None,
    seconds: float | None = None,
) -> Run:
    """Take a run to its end under a progress bar; ``each`` sees every step's Progress.

    seconds: stop after the step that ends this much training time (of this call, at least one step); the
    state is saved, and the next call goes on. ValueError for seconds that are no number above 0, and as in
    ``Run.steps``.
    """
    from tqdm.auto import tqdm

    if seconds is not None and not (is_number(seconds) and seconds > 0):
        raise ValueError(lang.text("error.seconds", got=repr(seconds)))
    until = math.inf if seconds is None else run.seconds + seconds
    label = lang.text("training.bar")
    with (
        tqdm(total=run.recipe.steps, initial=run.step, desc=label, unit="") as bar,
        closing(run.steps(save_every)) as steps,
    ):
        for progress in steps:
            bar.update(1)
            if progress.step % 20 == 0:
                bar.set_postfix(loss=f"{progress.loss:.4f}")
            if each:
                each(progress)
            if run.seconds >= until:
                break
    return run
