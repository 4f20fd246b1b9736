"""Training: Ho et al. 2020's Algorithm 1, with what a run of hours needs around it."""

from __future__ import annotations

import json
import math
import platform
import signal
import sys
import time
import zlib
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import checkpoints, data, device, lang, losses, ranks
from course_lib.checks import check_whole, is_number, is_whole
from course_lib.files import check_writable
from course_lib.forward import check_noise, noise_like, q_sample
from course_lib.parameterisations import EpsModel, target, to_eps
from course_lib.schedules import Schedule
from course_lib.signals import Ears, Terminated, uninterrupted

BUCKETS = 10
WEIGHTS: dict[str, Callable[[Schedule], Tensor]] = {  # what each loss counts ||eps - eps_hat||^2 with
    "vlb": losses.weights,
    "min-snr": losses.min_snr,
}
ADAM = ("step", "exp_avg", "exp_avg_sq")  # what Adam keeps of each parameter


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a run goes: equal recipes, data and machines give equal weights.

    label_dropout: the share of images whose label is replaced by the null label (Ho & Salimans 2022,
    Algorithm 1). precision: "fp32", "bf16", or "auto" for whichever this machine computes faster (for points
    always fp32). clip: the longest gradient that an update may use. weights: "simple" for the mean squared
    error of the network's own answer; "vlb" and "min-snr" for that of eps_hat times ``losses.weights`` (as in
    the bound) or ``losses.min_snr``.
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
        known = ("simple", *WEIGHTS)
        if self.weights not in known:
            got = repr(self.weights)
            raise ValueError(lang.text("error.weights", got=got, allowed=", ".join(known)))

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


def machine(where: torch.device, bf16: bool) -> str:
    """What computes here, in the words of a model's card."""
    name = torch.cuda.get_device_name(where) if where.type == "cuda" else platform.machine()
    said = f"{where.type} ({name}), {torch.get_num_threads()} threads, {'bf16' if bf16 else 'fp32'}"
    return said if ranks.here().size == 1 else f"{said}, {ranks.here().size} processes"


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
    start: a name for the weights that the run begins with (a digest, say), or None; it is kept in the state,
    which a run that began elsewhere is refused.
    compile: as of ``device.prepare``: quicker steps after a wait at the first, the same up to rounding.

    Among the processes of ``ranks.joined`` each computes its share of every batch, the gradient is that of
    the whole batch, and the first alone writes the state: the same run as in one process, up to rounding.
    ValueError where the batch cannot be shared equally.
    """

    model: EpsModel
    images: Float[Tensor, "N *D"]
    labels: Int[Tensor, " N"] | None
    recipe: Recipe = field(default_factory=Recipe)
    state: str | Path | None = None
    device: str = "auto"
    start: str | None = None
    compile: bool | str = False

    def __post_init__(self) -> None:
        self.ranks = ranks.here()
        self._mine = self.ranks.share(self.recipe.batch_size)
        points = isinstance(self.images, Tensor) and self.images.ndim == 2
        (data.check_points if points else data.check_images)(self.images)
        self._check_labels()
        if not isinstance(self.state, str | Path | None):
            raise ValueError(lang.text("error.state_path", got=type(self.state).__name__))
        if self.state is not None:
            self.state = Path(self.state)
            if self.ranks.first:
                check_writable(self.state)  # now, not at the first save
        where = device.pick(self.device)
        precision = "fp32" if points and self.recipe.precision == "auto" else self.recipe.precision
        device.prepare(self.model, precision, where, self.compile)  # compiled at the first step only
        if self.ranks.size > 1:
            # "auto" may time out otherwise in another process, and weights drawn there may be others.
            bf16 = self.ranks.agree(bool(self.model.bf16), where)
            device.prepare(self.model, "bf16" if bf16 else "fp32", where)
            for part in self.model.net.state_dict().values():
                part.copy_(ranks.from_first(part.contiguous()))
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
        self.recent = torch.full((BUCKETS,), float("nan"), dtype=torch.float32, device=where)
        self._tables = self._tabulate()
        self._weights: Tensor | None = None  # of the errors of eps_hat, slot t - 1; None for the simple loss
        if self.recipe.weights in WEIGHTS:
            table = WEIGHTS[self.recipe.weights](self.model.schedule)[1:]
            self._weights = table.to(self.images.dtype).to(where)
        kept = self.model.net.state_dict().keys()
        self._running = [
            name for name, b in self.model.net.named_buffers() if name in kept and b.is_floating_point()
        ]
        self._ears = Ears()
        self._stop = 0.0  # in how many processes a signal was heard, where all must stop after the same step
        with ranks.file(None if self.state is None else Path(self.state), where) as held:
            if held is not None:
                self._resume(held)

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
            "network": type(self.model.net).__name__,
        }
        if self.start is not None:
            about["start"] = self.start
        return json.loads(json.dumps(about))  # as it will come back from the file

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Draw x_0, t, eps and y for one step (Ho et al. 2020, Algorithm 1, lines 2 to 4)."""
        g, where, b = self.generator, self.images.device, self.recipe.batch_size
        at = torch.randint(len(self.images), (b,), generator=g, device=where)
        x_0 = self.images[at]
        t = torch.randint(1, self.model.schedule.T + 1, (b,), generator=g, device=where)
        eps = noise_like(x_0, g)
        if self.labels is None:
            return x_0, t, eps, None
        y = self.labels[at]
        dropped = torch.rand(b, generator=g, device=where) < self.recipe.label_dropout
        return x_0, t, eps, torch.where(dropped, self.model.classes, y)

    def _tabulate(self) -> dict[str, tuple[Tensor, Tensor]]:
        """What x_t, the target and eps_hat take of their two arguments at each t: slot t - 1.

        The library's own formulas, read off at (1, 0) and (0, 1), for all of them are linear; on the run's
        device, since a look into the schedule's tables on the CPU would make a GPU wait at every step.
        """
        kind, schedule, like = self.model.kind, self.model.schedule, self.images
        t = torch.arange(1, schedule.T + 1)
        one, zero = torch.ones(schedule.T, dtype=torch.float64), torch.zeros(schedule.T, dtype=torch.float64)
        made = {
            "x_t": (q_sample(one, t, zero, schedule), q_sample(zero, t, one, schedule)),
            "target": (target(kind, one, t, zero, schedule), target(kind, zero, t, one, schedule)),
            "eps_hat": (to_eps(kind, one, zero, t, schedule), to_eps(kind, zero, one, t, schedule)),
        }
        return {
            name: (a.to(like.dtype).to(like.device), b.to(like.dtype).to(like.device))
            for name, (a, b) in made.items()
        }

    def _mix(self, name: str, t: Tensor, first: Tensor, second: Tensor) -> Tensor:
        shape = (-1, *[1] * (first.ndim - 1))
        a, b = (table[t - 1].reshape(shape) for table in self._tables[name])
        return a * first + b * second

    def _one_step(self) -> float:
        model = self.model
        buffers = [(b, b.clone()) for b in model.net.buffers()]
        x_0, t, eps, y = self.batch()
        each, error = self._backward(x_0, t, eps, y)
        stop = each.new_zeros(())
        if self.ranks.size > 1:
            each, error, stop = self._together(each, error)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.recipe)
        length = nn.utils.clip_grad_norm_(model.net.parameters(), self.recipe.clip)
        # The one look at numbers that may lie on a GPU, which has to be waited for.
        loss, norm, self._stop = torch.stack([each.mean(), length.to(each), stop]).tolist()
        if not (math.isfinite(loss) and math.isfinite(norm)):
            for buffer, before in buffers:  # a running mean has seen the bad batch too
                buffer.copy_(before)
            self.optimiser.zero_grad(set_to_none=True)
            raise ValueError(self._not_finite(each, t))
        with uninterrupted():
            self._whole = False
            self.optimiser.step()
            self.step += 1
            self.ema.update(model.net, self.step)
            self._record(error, t)
            self._whole = True
        return loss

    def _backward(self, x_0: Tensor, t: Tensor, eps: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """The loss and the error of eps_hat of each image of this process's share; leaves the gradient."""
        model = self.model
        x_0, t, eps = x_0[self._mine], t[self._mine], eps[self._mine]
        x_t = self._mix("x_t", t, x_0, eps)
        answer = model.answer(x_t, t) if y is None else model.answer(x_t, t, y[self._mine])
        check_noise(x_t, answer, "x_t", "answer")
        # The simple loss is not that of eps_hat, whose error is then only looked at.
        said = answer.detach() if self._weights is None else answer
        error = losses.per_image(self._mix("eps_hat", t, said, x_t), eps)
        if self._weights is None:
            each = losses.per_image(answer, self._mix("target", t, x_0, eps))
        else:
            each = self._weights[t - 1] * error
        self.optimiser.zero_grad(set_to_none=True)
        each.mean().backward()
        return each.detach(), error.detach()

    def _together(self, each: Tensor, error: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Average the gradient over the processes; the whole batch's losses and errors, and whether to stop.

        One sum carries all of it, so that every process comes to know of a Ctrl-C at the same step.
        """
        batch, size = self.recipe.batch_size, self.ranks.size
        parts = [p.grad for p in self.model.net.parameters() if p.grad is not None]
        buffers = dict(self.model.net.named_buffers())  # without those that are constant, as a DiT's places
        parts += [buffers[name] for name in self._running]
        numbers = each.new_zeros(2 * batch + 1)
        numbers[self._mine] = each
        numbers[batch:-1][self._mine] = error
        numbers[-1] = float(bool(self._ears.heard))
        packed = torch.cat([numbers, *(part.reshape(-1).to(each.dtype) / size for part in parts)])
        ranks.summed(packed)
        at = len(numbers)
        for part in parts:
            part.copy_(packed[at : at + part.numel()].view(part.shape))
            at += part.numel()
        return packed[:batch], packed[batch : 2 * batch], packed[2 * batch]

    def _not_finite(self, each: Tensor, t: Tensor) -> str:
        # Which t: those of the bad losses, or of the whole batch where only the gradient is bad.
        bad = ~each.isfinite()
        key = "error.loss_finite" if bool(bad.any()) else "error.gradient_finite"
        seen = t[bad].unique().tolist() if bool(bad.any()) else t.unique().tolist()
        shown = ", ".join(map(str, seen)) if len(seen) <= 5 else f"{seen[0]}..{seen[-1]}"
        return lang.text(key, step=self.step + 1, t=shown, last=self.step)

    def _record(self, error: Tensor, t: Tensor) -> None:
        bucket = (t - 1) * BUCKETS // self.model.schedule.T
        error, none = error.float(), torch.zeros(BUCKETS, dtype=torch.float32, device=t.device)
        total = none.index_add(0, bucket, error)
        count = none.index_add(0, bucket, torch.ones_like(error))
        now = total / count
        mixed = torch.where(self.recent.isnan(), now, 0.98 * self.recent + 0.02 * now)
        self.recent = torch.where(count > 0, mixed, self.recent)

    def steps(self, save_every: int = 500) -> Generator[Progress, None, None]:
        """Train to the recipe's last step, yielding after each; save every ``save_every`` and at the end.

        Leaving the loop early (Ctrl-C, SIGTERM, a break) saves too, so the next Run with this state goes on.
        ValueError, before anything is updated, where a loss or its gradient is not finite: it names the step
        and the t of those images; the last good state is saved. ValueError too, at once or on saving, where
        another run has taken the state file further in the meantime.
        """
        save_every = check_whole("save_every", save_every)
        self._check_newest()
        self.model.net.train()
        saved = self.step
        self._stop = 0.0
        with self._ears.listening(alone=self.ranks.size == 1):
            try:
                while self.step < self.recipe.steps:
                    self._ears.busy = True
                    loss = self._timed_step()
                    if self.step % save_every == 0:
                        self.save()
                        saved = self.step
                    self._ears.busy = False
                    if self._ears.heard == signal.SIGTERM and self.ranks.size == 1:
                        raise Terminated
                    yield Progress(self.step, loss, self.recent)
                    if self._stop:
                        raise Terminated if self._ears.heard == signal.SIGTERM else KeyboardInterrupt
            finally:
                self._ears.busy = True
                if self.step != saved and self._whole:
                    self.save()

    def _timed_step(self) -> float:
        start, drawn, before = time.perf_counter(), self.generator.get_state(), self.step
        try:
            loss = self._one_step()
        except BaseException:
            if self.step == before:  # draw the same batch again on resuming
                self.generator.set_state(drawn)
            raise
        self.seconds += time.perf_counter() - start
        return loss

    def stopped(self, how: str = "stopped") -> str:
        """Where an interrupted run stands and how to go on, as a sentence; how: "stopped" or "terminated"."""
        on_disk = self.state is not None and Path(self.state).is_file() and self._kept == self.step
        key = f"training.{how}_saved" if on_disk else f"training.{how}"
        return lang.text(key, step=self.step, steps=self.recipe.steps, path=self.state)

    def averaged(self) -> nn.Module:
        """A copy of the network that carries the averaged weights, in eval mode."""
        import copy

        net = copy.deepcopy(self.model.net)
        net.load_state_dict(self.ema.weights)
        return net.eval()

    def save(self) -> None:
        """Write the whole state to ``state`` (atomically), where one is set; only the first process does."""
        if self.state is None or not self.ranks.first:
            return
        with uninterrupted():  # an impatient second Ctrl-C must not cost the run
            self._check_newest()
            self._save(Path(self.state))

    def _check_newest(self) -> None:
        """ValueError where another run has taken the state file beyond the step that this one knows of."""
        if self.state is None or not self.ranks.first or not Path(self.state).is_file():
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
        note |= self._about | {"bf16": self.model.bf16, "torch": str(torch.__version__)}
        note["machine"] = machine(self.images.device, self.model.bf16) + ", compiled" * bool(self.compile)
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


def train(
    run: Run,
    save_every: int = 500,
    each: Callable[[Progress], None] | None = None,
    seconds: float | None = None,
) -> Run:
    """Take a run to its end under a progress bar; ``each`` sees every step's Progress.

    seconds: stop after the step that ends this much training time (of this call, at least one step); the
    state is saved, and the next call goes on. Ctrl-C (a notebook's stop button) saves the state too; the
    KeyboardInterrupt says where it lies and how to go on. SIGTERM (``kill``, a machine that shuts down) is
    met likewise, and ends the program with the status 143. ValueError for seconds that are no number above
    0, and as in ``Run.steps``.
    """
    from tqdm.auto import tqdm

    if seconds is not None and not (is_number(seconds) and seconds > 0):
        raise ValueError(lang.text("error.seconds", got=repr(seconds)))
    until = math.inf if seconds is None else run.seconds + seconds
    label = lang.text("training.bar")
    try:
        with (
            tqdm(
                total=run.recipe.steps, initial=run.step, desc=label, unit="", disable=not run.ranks.first
            ) as bar,
            closing(run.steps(save_every)) as steps,
        ):
            for progress in steps:
                bar.update(1)
                if progress.step % 20 == 0:
                    bar.set_postfix(loss=f"{progress.loss:.4f}")
                if each:
                    each(progress)
                if until < math.inf and run.ranks.agree(run.seconds >= until, run.images.device):
                    break
    except KeyboardInterrupt:  # said in the last line of a notebook's traceback
        raise KeyboardInterrupt(run.stopped()) from None
    except Terminated:
        if run.ranks.first:
            print(f"\n{run.stopped('terminated')}", file=sys.stderr, flush=True)
        raise
    return run
