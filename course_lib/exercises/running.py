"""Run a learner's function safely: whatever it does, an Outcome comes back."""

from __future__ import annotations

import contextlib
import copy
import io
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from course_lib.schedules import Schedule

SEED = 20200619


@dataclass(frozen=True)
class Outcome:
    """What one call did. kind: "answer" (then ``value`` is it, in float64), "nothing", "type" or "error".

    detail: the wrong type's name or the error's message; error: the error's type; changed: the place of
    the argument that the function changed, or None.
    """

    kind: str
    value: Tensor | None = None
    detail: str = ""
    error: str = ""
    changed: int | None = None


def run(function: Callable[..., object], arguments: tuple[object, ...]) -> Outcome:
    """Call ``function`` on copies of the arguments, its prints and warnings hushed, its random draws seeded.

    Only KeyboardInterrupt gets through: a learner must be able to stop an endless loop.
    """
    given = tuple(_copy(value) for value in arguments)
    generator_state = torch.default_generator.get_state()
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    try:
        torch.default_generator.manual_seed(SEED)  # so that a mistake that draws noise is recognised too
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            answer = function(*given)
            outcome = _judge_type(answer)
    except KeyboardInterrupt:
        raise
    except NotImplementedError:
        outcome = Outcome("nothing")
    except BaseException as problem:  # sys.exit, asserts, anything: it is the learner's, and it is reported
        outcome = Outcome("error", detail=_describe(problem, function), error=type(problem).__name__)
    finally:
        torch.default_generator.set_state(generator_state)
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
    changed = next((i for i, (a, b) in enumerate(zip(arguments, given, strict=True)) if _differs(a, b)), None)
    return replace(outcome, changed=changed)


def _judge_type(answer: object) -> Outcome:
    if answer is None or answer is Ellipsis or answer is NotImplemented:
        return Outcome("nothing")
    if not isinstance(answer, Tensor):
        return Outcome("type", detail=type(answer).__name__)
    plain = answer.detach().as_subclass(Tensor).to("cpu")
    if plain.is_complex():
        return Outcome("type", detail=str(plain.dtype))
    return Outcome("answer", plain.to_dense().to(torch.float64).clone())


def _copy(value: object) -> object:
    if isinstance(value, Tensor):
        return value.clone()
    return copy.deepcopy(value) if isinstance(value, Schedule) else value


def _differs(before: object, after: object) -> bool:
    if isinstance(before, Schedule) and isinstance(after, Schedule):
        return any(_differs(getattr(before, n), getattr(after, n)) for n in ("beta", "alpha", "alpha_bar"))
    if not isinstance(before, Tensor) or not isinstance(after, Tensor):
        return False
    same_kind = before.shape == after.shape and before.dtype == after.dtype and before.device == after.device
    return not (same_kind and torch.equal(before, after.detach()))


def _describe(problem: BaseException, function: Callable[..., object]) -> str:
    """The error's name and first line, and the line of the learner's own code in which it happened."""
    kind = type(problem).__name__
    try:
        message = str(problem).strip().splitlines()[0][:200]
        text = f"{kind}: {message}"
    except BaseException:  # an empty message, or an exception whose own __str__ raises: the name will do
        text = kind
    code = getattr(function, "__code__", None)
    own = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    return f"{text} ← {own[-1].line}" if own and own[-1].line else text
