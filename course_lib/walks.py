"""What stands guard over a walk through the timesteps: its times, model, rule and every number in it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from course_lib import lang
from course_lib.checks import first_few, is_whole, seen
from course_lib.forward import check_batch
from course_lib.parameterisations import Model, check_schedule, check_tables
from course_lib.schedules import Schedule

# What a step rule may name.
GIVEN = ("x_t", "t", "t_next", "eps_hat", "z", "schedule", "previous")


def check_times(visited: Sequence[int] | None, T: int) -> list[int]:
    """``visited`` as a list of ints if it falls from at most T to 0 without repeats; otherwise ValueError.

    None stands for all of them, T, T-1, ..., 0.
    """
    if visited is None:
        return list(range(T, -1, -1))
    if hasattr(visited, "tolist"):  # a tensor, an array
        visited = visited.tolist()
    ts = list(visited) if isinstance(visited, Iterable) else [visited]
    fine = len(ts) > 1 and all(is_whole(t) for t in ts)  # int() would cut 10.5 down to 10 in silence
    if not fine or ts[-1] != 0 or ts[0] > T or not all(a > b for a, b in pairwise(ts)):
        raise ValueError(lang.text("error.times", T=T, got=first_few(ts)))
    return [int(t) for t in ts]


def wants(step: Callable[..., Tensor]) -> set[str]:
    """Which of the loop's values a step rule takes, by parameter name; z only if it uses fresh noise."""
    bound: dict[str, Any] = getattr(step, "keywords", {})
    try:
        parameters = inspect.signature(step).parameters
    except (TypeError, ValueError):  # nothing to call, or a builtin, which names no arguments
        got = getattr(step, "__name__", type(step).__name__)
        raise ValueError(lang.text("error.step_call", got=got, allowed=", ".join(GIVEN))) from None
    rest = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    names = {n for n in GIVEN if (rest or n in parameters) and n not in bound}
    needed = {
        n
        for n, p in parameters.items()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    if needed - names:
        name = getattr(step, "__name__", "step")
        asked = ", ".join(sorted(needed - names))
        raise ValueError(lang.text("error.step_names", step=name, got=asked, allowed=", ".join(GIVEN)))
    silent = "eta" in parameters and parameters["eta"].default == 0 and "z" not in needed
    return names - {"z"} if silent else names


def check_takes(key: str, f: Any, count: int) -> None:
    """ValueError, the sentence ``key``, unless ``f`` can be called with ``count`` tensors."""
    fine = callable(f)
    try:
        inspect.signature(f.forward if isinstance(f, nn.Module) else f).bind(*range(count))
    except TypeError:  # a label that nobody has bound, say
        fine = False
    except ValueError:  # written in C, and says nothing of its arguments
        pass
    if not fine:
        raise ValueError(lang.text(key, got=getattr(f, "__name__", type(f).__name__)))


def check_model(model: Model, schedule: Schedule) -> None:
    """ValueError for no schedule, no model ``(x_t, t) -> eps_hat``, or one of another schedule."""
    check_tables(schedule)
    check_takes("error.model_call", model, 2)
    check_schedule(model, schedule)


def check_walk(model: Model, start: Tensor, schedule: Schedule, name: str = "x_T") -> None:
    """ValueError for a model, a start or a schedule that no walk can begin with."""
    check_model(model, schedule)
    check_batch(name, start)


def check_generator(generator: torch.Generator | None, x_T: Tensor) -> None:
    """ValueError for a generator that is none, or that draws on another kind of device than x_T's."""
    if not isinstance(generator, torch.Generator | None):
        raise ValueError(lang.text("error.generator_kind", got=type(generator).__name__))
    # torch would say so too, but at the first draw and without a way out.
    if generator is not None and generator.device.type != x_T.device.type:
        raise ValueError(lang.text("error.generator", got=generator.device, want=x_T.device))


def _version(x: Tensor) -> int:
    """How often ``x`` was written into; tensors made in inference mode do not count."""
    return 0 if x.is_inference() else x._version


class Watch:
    """Finds the first NaN or infinity in a walk, and says whose it was, without a wait a step on CUDA.

    What is looked at, in order: the start, the model's answer, the rule's, the model's, the rule's, …
    asked: the t of each call of the model; steps: which step it belongs to, where a step has several.
    """

    def __init__(
        self,
        asked: list[Any],
        rule: str,
        start: Tensor,
        name: str = "x_T",
        steps: Sequence[int] | None = None,
    ):
        self.asked, self.rule, self.name, self.count = asked, rule, name, 0
        self.steps = steps or range(1, len(asked) + 1)
        self.shape, self.dtype = tuple(start.shape), start.dtype
        # On an accelerator what was seen stays there until the walk has ended: one number for each look.
        home = start.device
        self.kept = None if home.type == "cpu" else torch.zeros(2 * len(asked) + 1, device=home)
        self.home = home
        self.lent, self.version = start, _version(start)
        self.look(start)

    def lend(self, x_t: Tensor) -> Tensor:
        """x_t, for model and rule to read: whoever writes into it is named by the next ``take``."""
        self.lent, self.version = x_t, _version(x_t)
        return x_t

    def take(self, x: object) -> Tensor:
        """A copy of the next answer in the start's dtype; ValueError for another shape, kind or device.

        Otherwise the walk would go on with another shape, or from there on in another dtype, in silence;
        and whoever answers in one buffer again and again would change the states already handed out.
        ValueError too where what was lent has been written into: the states before may share it.
        """
        model = self.count % 2
        if self.version != _version(self.lent):
            self._say("error.model_writes" if model else "error.rule_writes")
        if not isinstance(x, Tensor) or x.shape != self.shape:
            self._say(
                "error.model_shape_at" if model else "error.rule_shape_at", want=self.shape, got=seen(x)
            )
        if x.device != self.home:
            self._say("error.model_device" if model else "error.rule_device", want=self.home, got=x.device)
        if not x.is_floating_point():
            self._say("error.model_dtype_at" if model else "error.rule_dtype_at", got=x.dtype)
        x = x.to(self.dtype, copy=True)
        self.look(x)
        return x

    def look(self, x: Tensor) -> None:
        """Look at the next tensor; on the CPU raise ValueError at once if it holds NaN or infinity."""
        x = x.detach()
        if self.kept is not None:
            self.kept[self.count] = (0 * x).sum()  # 0, or NaN where a number is not finite
        # A sum is ten times as fast as isfinite, but finite numbers may have an infinite one.
        elif not math.isfinite(x.sum()) and not x.isfinite().all():
            self.refuse(self.count)
        self.count += 1

    def close(self) -> None:
        """Raise ValueError for the first tensor seen on an accelerator that held NaN or infinity."""
        if self.kept is not None and (bad := self.kept.isnan().nonzero().flatten().tolist()):
            self.refuse(bad[0])

    def refuse(self, at: int) -> NoReturn:
        """Raise ValueError for the look number ``at``."""
        if at == 0:
            raise ValueError(lang.text("error.start_nan", name=self.name))
        self.count = at
        self._say("error.model_nan" if at % 2 else "error.rule_nan")

    def _say(self, key: str, **values: Any) -> NoReturn:
        call = (self.count + 1) // 2 - 1
        values |= {"step": self.steps[call], "steps": self.steps[-1], "t": self.asked[call]}
        if self.count % 2 == 0:
            values["rule"] = self.rule
        raise ValueError(lang.text(key, **values))


def own(x: Tensor) -> Tensor:
    """A copy of a walk's start, which a model or rule that writes into x_t spoils in the caller's place."""
    with torch.inference_mode(False), torch.no_grad():
        return x.clone()
