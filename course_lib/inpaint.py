"""Inpainting without training: some pixels are known, and a model that never saw a mask draws the others.

A mask is boolean and broadcasts to the images, (H, W), (1, 1, H, W) or (B, 1, H, W): True where a pixel is
known. A hole within a picture is inpainting, a frame around it outpainting; the code is the same.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_tensor, check_whole, first_few, is_whole
from course_lib.forward import check_batch, noise_like, predict_x_0, q_sample
from course_lib.parameterisations import Model
from course_lib.samplers import Step, ddpm_step
from course_lib.samplers import times as even_times
from course_lib.schedules import Schedule, every
from course_lib.walks import Watch, check_generator, check_walk, own, wants

Mask = Bool[Tensor, "..."]


def check_mask(mask: Mask, x: Float[Tensor, "B *D"]) -> Mask:
    """The mask in x's shape, on its device; ValueError where it does not fit or leaves nothing to draw."""
    check_tensor("mask", mask)
    if mask.dtype != torch.bool:
        raise ValueError(lang.text("error.mask_dtype", got=mask.dtype))
    try:
        fits = torch.broadcast_shapes(mask.shape, x.shape) == x.shape
    except RuntimeError:
        fits = False
    if not fits:
        raise ValueError(lang.text("error.mask_shape", want=tuple(x.shape), got=tuple(mask.shape)))
    full = mask.to(x.device).expand(x.shape)
    done = full.reshape(len(x), math.prod(x.shape[1:])).all(1)
    if done.any():
        raise ValueError(lang.text("error.mask_full", at=int(done.nonzero()[0, 0])))
    return full


def replaced(
    step: Callable[..., Tensor], x_0_known: Float[Tensor, "B *D"], mask: Mask
) -> Callable[..., Tensor]:
    """A step rule that, after ``step``, puts noised known pixels in the place of those that it drew.

    x_next = mask ( sqrt(alpha_bar_next) x_0 + sqrt(1 - alpha_bar_next) z ) + (1 - mask) step(...),
    z ~ N(0, I), fresh at every step: one draw serves both, each pixel of it only one of them.

    Source: Lugmayr et al. 2022, eq. 8; the trick is older: Song et al. 2021, section 5 and appendix I.2. For
    ``samplers.sample``. Known pixels have the right law at every t and are x_0's at t = 0, but what the rule
    draws beside them heard of them only through x_t: the answer is not x_0's law given what is known
    (``repaint`` comes nearer). mask: boolean, broadcasting to x_0_known; x_0_known may hold anything finite
    where nothing is known. ValueError for another mask, one that knows every pixel, or a rule that ``sample``
    would refuse.
    """
    check_batch("x_0_known", x_0_known)
    known, x_0_known = own(check_mask(mask, x_0_known)), own(x_0_known)  # a cell may go on with either
    if not x_0_known.isfinite().all():
        raise ValueError(lang.text("error.start_nan", name="x_0_known"))
    wanted = wants(step)
    skips = "t_next" in wanted  # a rule that does not name it goes from t to t - 1, and so does this one

    def rule(x_t: Tensor, z: Tensor, schedule: Schedule, **given: Any) -> Tensor:
        if x_t.shape != x_0_known.shape:
            got, want = tuple(x_t.shape), tuple(x_0_known.shape)
            raise ValueError(lang.text("error.known_shape", want=want, got=got))
        t_next = given["t_next"] if skips else given["t"] - 1
        given |= {"x_t": x_t, "z": z, "schedule": schedule}
        noised = q_sample(x_0_known.to(x_t), t_next, z, schedule)  # first: the rule may write into z
        drawn = step(**{name: given[name] for name in wanted})
        if not isinstance(drawn, Tensor) or drawn.shape != x_t.shape or not drawn.is_floating_point():
            return drawn  # the walk refuses it, as it would the bare rule's; where() would broadcast or cast
        return torch.where(known.to(x_t.device), noised, drawn)

    names = wanted | {"x_t", "t_next" if skips else "t", "z", "schedule"}
    kind = inspect.Parameter.KEYWORD_ONLY
    rule.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what ``sample`` reads
        [inspect.Parameter(name, kind) for name in sorted(names)]
    )
    rule.__name__ = getattr(getattr(step, "func", step), "__name__", "step")
    return rule


def repaint_times(T: int, steps: int, jump: int = 10, again: int = 10) -> list[int]:
    """The timesteps of RePaint: down the even grid of ``steps``, every stretch walked ``again`` times.

    From each ``jump``-th place of the grid (but the last) the walk goes ``jump`` places back up, again - 1
    times, before it goes on down.

    Source: Lugmayr et al. 2022, section 4.2 and appendix B (jump length and resampling). again = 1 is
    ``samplers.times``. steps in 1..T, jump and again >= 1; otherwise ValueError.
    """
    grid = even_times(T, steps)
    jump, again = check_whole("jump", jump), check_whole("again", again)
    visited = grid[:1]
    for place in range(1, len(grid)):
        visited.append(grid[place])
        if place % jump == 0 and place < len(grid) - 1:
            for _ in range(again - 1):
                visited += [*reversed(grid[place - jump : place]), *grid[place - jump + 1 : place + 1]]
    return visited


def _check_times(visited: Any, T: int) -> list[int]:
    visited = visited.tolist() if hasattr(visited, "tolist") else visited
    ts = list(visited) if isinstance(visited, Iterable) else [visited]
    fine = len(ts) > 1 and all(is_whole(t) and 0 <= t <= T for t in ts)
    if not fine or ts[-1] != 0 or 0 in ts[:-1] or any(a == b for a, b in pairwise(ts)):
        raise ValueError(lang.text("error.repaint_times", T=T, got=first_few(ts)))
    return [int(t) for t in ts]


def repaint(
    model: Model,
    x_0_known: Float[Tensor, "B *D"],
    mask: Mask,
    x_T: Float[Tensor, "B *D"],
    schedule: Schedule,
    times: Sequence[int],
    step: Callable[..., Tensor] | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Step]:
    """Inpaint with resampling, yielding every state at which the model was asked, and the last (t = 0).

    Where ``times`` falls: the step of ``replaced``. Where it rises: noise is put back,
    x_next = sqrt(alpha_bar_next / alpha_bar_t) x_t + sqrt(1 - alpha_bar_next / alpha_bar_t) z,  t_next > t,
    so that what was drawn and what is known have time to agree.

    Source: Lugmayr et al. 2022, Algorithm 1, which repeats single steps; longer jumps are of section 4.2.
    times: of ``repaint_times``, ending with the only 0; where they only fall, this is ``samplers.sample``
    with ``replaced``. step: default ``ddpm_step`` with beta_tilde; a rule that takes ``previous`` is given
    None at the first step and after each rise. ValueError for other times, and as in ``replaced`` and
    ``samplers.sample``.
    """
    check_walk(model, x_T, schedule)
    rule = replaced(step or partial(ddpm_step, variance="beta_tilde"), x_0_known, mask)
    visited = _check_times(times, schedule.T)
    check_generator(generator, x_T)
    falls = [t for t, t_next in pairwise(visited) if t_next < t]
    takes = wants(rule)
    if "t_next" not in takes and any(t - t_next > 1 for t, t_next in pairwise(visited)):
        raise ValueError(lang.text("error.cannot_skip", step=rule.__name__))  # as ``sample`` does

    def walk() -> Iterator[Step]:
        x_t, previous = own(x_T), None
        watch = Watch(falls, "repaint", x_t)
        for t, t_next in pairwise(visited):
            z = noise_like(x_t, generator)
            with torch.no_grad():
                if t_next > t:
                    kept = schedule.alpha_bars[t_next] / schedule.alpha_bars[t]
                    x_t, previous = kept**0.5 * x_t + (1 - kept) ** 0.5 * z, None
                    continue
                eps_hat = watch.take(model(watch.lend(x_t), every(t, x_t)))
                given: dict[str, Any] = {
                    "x_t": x_t, "t": t, "t_next": t_next, "eps_hat": eps_hat, "z": z, "schedule": schedule,
                    "previous": previous,
                }  # fmt: skip
                state = Step(t, x_t, partial(predict_x_0, x_t, t, eps_hat, schedule), eps_hat)
                x_t = watch.take(rule(**{name: given[name] for name in takes}))
            if "previous" in takes:  # a copy, as in ``sample``
                x, eps = state.x_t.clone(), eps_hat.clone()
                previous = Step(t, x, partial(predict_x_0, x, t, eps, schedule), eps)
            yield state
        watch.close()
        yield Step(0, x_t, x_t, torch.zeros_like(x_t))

    return walk()


def box(
    height: int, width: int, top: int, left: int, rows: int, columns: int
) -> Bool[Tensor, "1 1 height width"]:
    """A mask with a hole: unknown are ``rows`` x ``columns`` pixels whose first is (top, left).

    ValueError where the hole does not lie within the picture.
    """
    height, width = check_whole("height", height), check_whole("width", width)
    top = check_whole("top", top, 0, height - 1)
    left = check_whole("left", left, 0, width - 1)
    rows = check_whole("rows", rows, 1, height - top)
    columns = check_whole("columns", columns, 1, width - left)
    mask = torch.ones(1, 1, height, width, dtype=torch.bool)
    mask[..., top : top + rows, left : left + columns] = False
    return mask


def frame(height: int, width: int, margin: int) -> Bool[Tensor, "1 1 height width"]:
    """The mask of outpainting: known is what lies at least ``margin`` pixels from every edge.

    margin >= 1, and some pixel must be left; otherwise ValueError.
    """
    height, width = check_whole("height", height), check_whole("width", width)
    margin = check_whole("margin", margin, 1, max(1, (min(height, width) - 1) // 2))
    inner = box(height, width, margin, margin, max(1, height - 2 * margin), max(1, width - 2 * margin))
    return ~inner
