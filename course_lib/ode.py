"""Solving dx/dt = f(x, t): three rules with a fixed step, and one that chooses its own.

A step rule is ``(f, x, t, t_next) -> x_next``; t may rise or fall.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_number, check_positive, check_whole, first_few, is_number, seen
from course_lib.forward import check_batch
from course_lib.walks import own

Drift = Callable[[Tensor, float], Tensor]  # (x, t) -> dx/dt


def euler(
    f: Drift, x: Float[Tensor, "B *D"], t: float, t_next: float, slope: Tensor | None = None
) -> Float[Tensor, "B *D"]:
    """One step along the slope where one stands: one call of f, and an error proportional to the step.

    x_next = x + h f(x, t),  h = t_next - t.

    Source: Euler 1768. slope: f(x, t), if it is known already. ValueError where f answers with another shape
    than x's, or writes into x.
    """
    return torch.add(x, _slope(f, x, t, slope), alpha=t_next - t)


def heun(
    f: Drift, x: Float[Tensor, "B *D"], t: float, t_next: float, slope: Tensor | None = None
) -> Float[Tensor, "B *D"]:
    """One step along the mean of two slopes, here and where Euler would land: second order, two calls.

    x_next = x + h/2 ( f(x, t) + f(x + h f(x, t), t_next) ),  h = t_next - t.

    Source: Heun 1900; for diffusion models Karras et al. 2022, Algorithm 1. slope and errors as in ``euler``.
    """
    h, k = t_next - t, _slope(f, x, t, slope)
    half, there = torch.add(x, k, alpha=h / 2), torch.add(x, k, alpha=h)
    return torch.add(half, _slope(f, there, t_next), alpha=h / 2)  # k may be gone: see ``_slope``


def rk4(
    f: Drift, x: Float[Tensor, "B *D"], t: float, t_next: float, slope: Tensor | None = None
) -> Float[Tensor, "B *D"]:
    """One step of the classical Runge-Kutta rule: fourth order, four calls.

    x_next = x + h/6 (k_1 + 2 k_2 + 2 k_3 + k_4),  k_1 = f(x, t),  k_2 = f(x + h/2 k_1, t + h/2),
    k_3 = f(x + h/2 k_2, t + h/2),  k_4 = f(x + h k_3, t_next),  h = t_next - t.

    Source: Kutta 1901. slope and errors as in ``euler``.
    """
    h, middle = t_next - t, (t + t_next) / 2
    k, x_next = _slope(f, x, t, slope), x
    for weight, reach, when in ((1, h / 2, middle), (2, h / 2, middle), (2, h, t_next)):
        x_next, there = torch.add(x_next, k, alpha=weight * h / 6), torch.add(x, k, alpha=reach)
        k = _slope(f, there, when)
    return torch.add(x_next, k, alpha=h / 6)


METHODS: dict[str, Callable[..., Tensor]] = {"euler": euler, "heun": heun, "rk4": rk4}
CALLS = {"euler": 1, "heun": 2, "rk4": 4}  # how often each asks f in a step


def check_method(method: str) -> str:
    """``method`` if it is one of METHODS, otherwise a ValueError that lists them."""
    if method not in METHODS:
        raise ValueError(lang.text("error.method", got=repr(method), allowed=", ".join(METHODS)))
    return method


def real_times(times: Any) -> list[float] | None:
    """``times`` as floats if they are two or more finite numbers that only rise or only fall, else None."""
    if hasattr(times, "tolist"):  # a tensor, an array
        times = times.tolist()
    ts = list(times) if isinstance(times, Iterable) and not isinstance(times, str) else [times]
    if len(ts) < 2 or not all(is_number(t) and math.isfinite(t) for t in ts):
        return None
    steps = [b - a for a, b in pairwise(ts)]
    return [float(t) for t in ts] if all(h > 0 for h in steps) or all(h < 0 for h in steps) else None


def shown(times: Any) -> str:
    """The first few of ``times``, for a sentence."""
    if hasattr(times, "flatten"):
        times = times.flatten().tolist()
    return first_few(times if isinstance(times, Sequence) and not isinstance(times, str) else [times])


def only_read(name: str, f: Callable[..., Any], x: Tensor, *rest: Any, at: str = "x") -> Any:
    """f(x, *rest); ValueError where it wrote into x, which states already handed out may share.

    name and at: what the sentence calls f and x. Tensors of inference mode do not tell who wrote into them.
    """
    before = None if x.is_inference() else x._version
    answer = f(x, *rest)
    if before is not None and x._version != before:
        raise ValueError(lang.text("error.answer_writes", name=name, x=at))
    return answer


def _slope(f: Drift, x: Tensor, t: float, known: Tensor | None = None) -> Tensor:
    """f(x, t) if not known, of x's shape and dtype; ValueError for another shape, or if f writes into x.

    f may answer in one buffer, which its next call fills anew: a rule is done with a slope before it asks
    for the next, or keeps a copy.
    """
    slope = only_read("f", f, x, t) if known is None else known
    if not isinstance(slope, Tensor) or slope.shape != x.shape:  # it would broadcast in silence
        raise ValueError(lang.text("error.answer_shape", name="f", want=tuple(x.shape), got=seen(slope)))
    return slope.to(x.dtype)


def _start(f: Drift, x: Tensor) -> Tensor:
    check_batch("x", x)
    try:
        inspect.signature(getattr(f, "forward", f)).bind(x, 0.0)  # a network names its arguments there
    except TypeError:  # no function, or of other arguments: a score knows no t
        got = getattr(f, "__name__", type(f).__name__)
        raise ValueError(lang.text("error.drift_call", got=got)) from None
    except ValueError:  # written in C, and says nothing of its arguments
        pass
    if not x.isfinite().all():
        raise ValueError(lang.text("error.start_nan", name="x"))
    return own(x)


def walk(
    f: Drift, x: Float[Tensor, "B *D"], times: Sequence[float] | Tensor, method: str = "heun"
) -> Iterator[Float[Tensor, "B *D"]]:
    """Solve dx/dt = f(x, t) step by step, yielding x at each of ``times``; the first is a copy of the start.

    times: two or more numbers that only rise or only fall; f answers with x's shape and runs under
    ``torch.no_grad``. ValueError otherwise, where f writes into x, and where x at a time is NaN or infinite
    (on an accelerator that is said at the end).
    """
    check_method(method)
    here, ts = _start(f, x), real_times(times)
    if ts is None:
        raise ValueError(lang.text("error.solver_times", got=shown(times)))

    def steps() -> Iterator[Tensor]:
        at, finite = here, []
        yield at
        for t, t_next in pairwise(ts):
            with torch.no_grad():
                at = METHODS[method](f, at, t, t_next)
                finite.append(at.isfinite().all())
            if at.device.type == "cpu":
                _check_finite(finite[-1:], [t])
            yield at
        _check_finite(finite, ts)

    return steps()


def _check_finite(finite: list[Tensor], ts: list[float]) -> None:
    for t, fine in zip(ts, torch.stack(finite).tolist(), strict=False):
        if not fine:
            raise ValueError(lang.text("error.drift_nan", t=t))


def solve(
    f: Drift, x: Float[Tensor, "B *D"], times: Sequence[float] | Tensor, method: str = "heun"
) -> Float[Tensor, "B *D"]:
    """The end of ``walk``: x at the last of ``times``, from x at the first."""
    for state in walk(f, x, times, method):
        x = state
    return x


# Dormand & Prince 1980, table 2: where the stages lie, what each leans on (the last row is the fifth-order
# answer itself), and how far that lies from the fourth-order one.
_NODES = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_STAGES = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_GAP = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def adaptive(
    f: Drift,
    x: Float[Tensor, "B *D"],
    start: float,
    end: float,
    rtol: float = 1e-5,
    atol: float = 1e-5,
    most: int = 10_000,
) -> tuple[Float[Tensor, "B *D"], int, list[float]]:
    """Solve dx/dt = f(x, t) from start to end, choosing each step so that its error stays within bounds.

    error = |x_5 - x_4| <= atol + rtol |x|  for every number of the batch; next h = 0.9 h error^(-1/5), a step
    that misses is taken again.

    Source: Dormand & Prince 1980 (the pair of orders 5 and 4); step control: Hairer, Nørsett & Wanner 1993,
    section II.4. Returns x at end, how often f was called, and the times it stepped on. The bounds hold for
    each step, and what the flow makes of these errors later is not seen. rtol, atol > 0; start != end, both
    finite; ValueError otherwise, where f writes into x, for NaN or infinity (which t), and where ``most``
    calls (a step takes 6) do not suffice.
    """
    rtol, atol = check_positive("rtol", rtol), check_positive("atol", atol)
    most = check_whole("most", most)
    for name, t in (("start", start), ("end", end)):
        check_number(name, t)
    ts = real_times([start, end])
    if ts is None:
        raise ValueError(lang.text("error.solver_times", got=shown([start, end])))
    here, (t, last) = _start(f, x), ts
    sign, calls, times = math.copysign(1.0, last - t), 1, [t]
    with torch.no_grad():
        slope = _finite(_slope(f, here, t).clone(), t)
        h = _first_step(here, slope, abs(last - t), rtol, atol)
        while t != last:
            if calls + len(_NODES) - 1 > most:
                raise ValueError(lang.text("error.solver_calls", t=t, most=most))
            if t + sign * h == t:
                raise ValueError(lang.text("error.solver_stuck", t=t, calls=calls, rtol=rtol, atol=atol))
            h = min(h, abs(last - t))
            t_next = last if h == abs(last - t) else t + sign * h
            ks = [slope]
            for node, row in zip(_NODES[1:], _STAGES[1:], strict=True):
                stage = _moved(here, row, ks, t_next - t)
                k = _slope(f, stage, t_next if node == 1 else t + node * (t_next - t))
                ks.append(k.clone())
            calls += len(ks) - 1
            gap = _moved(torch.zeros_like(here), _GAP, ks, t_next - t)
            error = _largest(gap / (atol + rtol * torch.maximum(here.abs(), stage.abs())))
            if error <= 1:  # the last stage stands at the answer: its slope begins the next step
                here, slope, t = stage, ks[-1], t_next
                times.append(t)
            elif not math.isfinite(error):
                for k, node in zip(ks, _NODES, strict=True):
                    _finite(k, t + node * (t_next - t))
            growth = 0.9 * error**-0.2 if error else math.inf
            h *= min(10.0, max(0.2, growth))  # 0.2 for NaN too
    return here, calls, times


def _moved(x: Tensor, row: Sequence[float], ks: list[Tensor], h: float) -> Tensor:
    for a, k in zip(row, ks, strict=True):
        x = torch.add(x, k, alpha=h * a) if a else x
    return x


def _largest(x: Tensor) -> float:
    return float(x.abs().max()) if x.numel() else 0.0


def _finite(slope: Tensor, t: float) -> Tensor:
    if not slope.isfinite().all():
        raise ValueError(lang.text("error.drift_nan", t=t))
    return slope


def _first_step(x: Tensor, slope: Tensor, span: float, rtol: float, atol: float) -> float:
    """A first step over which Euler would move x by a hundredth of what counts as its size."""
    unit = atol + rtol * x.abs()
    size, speed = _largest(x / unit), _largest(slope / unit)
    return min(span, 0.01 * size / speed if size > 1e-5 and speed > 1e-5 else 1e-3 * span)
