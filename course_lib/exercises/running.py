"""Run a learner's function safely: whatever it does, an Outcome comes back."""

from __future__ import annotations

import contextlib
import copy
import dis
import inspect
import io
import os
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from course_lib import lang
from course_lib.checks import is_whole
from course_lib.schedules import Schedule

SEED = 20200619
MOST = 10**6  # entries of an answer; no exercise asks for more than some hundred


@dataclass(frozen=True)
class Outcome:
    """What one call did. kind: "answer" (``value`` is it, in float64), "nothing", "type", "dtype" or "error".

    With "nothing", detail is "None" where the call returned just that.
    An answer too large to be right has a ``value`` without numbers, which only has its shape.
    ``value`` is always detached; grad: whether a gradient could flow through the answer itself.
    dtype: that of the answer; detail: the wrong type's name or the error's message; error: the
    error's type; changed: the place of the argument that the function changed, or None.
    """

    kind: str
    value: Tensor | None = None
    detail: str = ""
    error: str = ""
    changed: int | None = None
    grad: bool = False
    dtype: torch.dtype | None = None


class Elsewhere:
    """An answer that runs in another process; ``run`` asks it for the outcome of a call."""

    returns_a_value = False  # as ``returns_a_value`` would say of its function

    def outcome(self, arguments: tuple[object, ...]) -> Outcome:
        """What one call of it did."""
        raise NotImplementedError

    def __call__(self, *arguments: object) -> object:
        """Its answer, as a tensor."""
        return self.outcome(arguments).value


def run(function: Callable[..., object], arguments: tuple[object, ...]) -> Outcome:
    """Call ``function`` on copies of the arguments, its prints and warnings hushed, its random draws seeded.

    Only KeyboardInterrupt gets through: a learner must be able to stop an endless loop.
    """
    if isinstance(function, Elsewhere):
        return function.outcome(arguments)
    given = tuple(_copy(value) for value in arguments)
    try:
        with _settings_kept(), _silence():
            torch.set_grad_enabled(True)  # whatever the notebook has set: an answer may be asked to train
            torch.default_generator.manual_seed(SEED)  # so that a mistake that draws noise is recognised too
            answer = function(*given)
            outcome = _judge_type(answer)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # sys.exit, asserts, anything: it is the learner's, and it is reported
        if isinstance(problem, NotImplementedError) and _raised_by(function, problem):
            outcome = Outcome("nothing")
        else:
            outcome = Outcome("error", detail=_describe(problem, function), error=type(problem).__name__)
    changed = next((i for i, (a, b) in enumerate(zip(arguments, given, strict=True)) if _differs(a, b)), None)
    return replace(outcome, changed=changed)


class _Nowhere(io.TextIOBase):
    """A file that keeps nothing of what is written to it."""

    def write(self, text: str) -> int:
        return len(text)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with (
        contextlib.redirect_stdout(_Nowhere()),
        contextlib.redirect_stderr(_Nowhere()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _settings_kept() -> Iterator[None]:
    """Put back whatever of Python's, torch's and the course's settings the answer has changed."""
    generator_state = torch.default_generator.get_state()
    gradients, dtype, device = torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_default_device()
    threads, exact = torch.get_num_threads(), _exact()
    language, folder = lang.current(), _folder()
    try:
        yield
    finally:
        if torch.get_default_device() != device:
            torch.set_default_device(None if device.type == "cpu" else device)
        torch.default_generator.set_state(generator_state)
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if _exact() != exact:  # asked first: the call imports torch's compiler, seconds of it
            torch.use_deterministic_algorithms(exact[0], warn_only=exact[1])
        if lang.current() != language:
            lang.use(language)
        if folder is not None and _folder() != folder:
            os.chdir(folder)


def _exact() -> tuple[bool, bool]:
    enabled = torch.are_deterministic_algorithms_enabled()
    return enabled, torch.is_deterministic_algorithms_warn_only_enabled()


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it has been removed meanwhile
        return None


def _judge_type(answer: object) -> Outcome:
    if inspect.iscoroutine(answer):
        answer.close()  # or Python warns that nobody awaited it
    if answer is None or answer is Ellipsis or answer is NotImplemented:
        return Outcome("nothing", detail="None" if answer is None else "")
    if isinstance(answer, list | tuple | range):
        listed = _tensor_of(answer)
        if isinstance(listed, str):
            return Outcome("type", detail=listed)
        answer = listed
    if isinstance(answer, np.ndarray) and np.issubdtype(answer.dtype, np.integer):
        answer = torch.from_numpy(answer.astype(np.int64))
    if not isinstance(answer, Tensor):
        return Outcome("type", detail=type(answer).__name__)
    plain = answer.detach().as_subclass(Tensor)
    if plain.is_nested or plain.is_meta:
        return Outcome("type", detail="nested Tensor" if plain.is_nested else "meta Tensor")
    if plain.is_complex() or (plain.is_floating_point() and plain.element_size() < 4):
        return Outcome("dtype", detail=str(plain.dtype))
    if plain.numel() > MOST:
        return Outcome("answer", torch.empty(plain.shape, dtype=torch.float64, device="meta"))
    value = plain.to("cpu").to_dense().to(torch.float64).clone()
    return Outcome("answer", value, grad=answer.requires_grad, dtype=plain.dtype)


def _tensor_of(answer: list | tuple | range) -> Tensor | str:
    """A list of whole numbers (timesteps), or of such lists (sizes), as a tensor; else the list's kind.

    Lists of other numbers stay lists: where the arithmetic is the task, a tensor is asked for.
    """
    if len(answer) > MOST:
        return type(answer).__name__
    rows = list(answer)
    if not rows or not all(isinstance(row, list | tuple) for row in rows):
        rows = [answer]
    kinds = {type(number).__name__ for row in rows for number in row if not is_whole(number)}
    if kinds or len({len(row) for row in rows}) > 1:
        return f"{type(answer).__name__}[{', '.join(sorted(kinds))}]" if kinds else type(answer).__name__
    most = 2**63 - 1  # beyond it a tensor cannot hold the number; no exercise's answer is near
    held = [[min(max(int(number), -most), most) for number in row] for row in rows]
    return torch.tensor(held if rows != [answer] else held[0], dtype=torch.int64, device="cpu")


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


def returns_a_value(function: Callable[..., object]) -> bool:
    """Whether the function's own code holds a ``return`` of something that is not plainly None."""
    if isinstance(function, Elsewhere):
        return function.returns_a_value
    # Its bytecode, because that is always at hand: a notebook's or a terminal's source may not be.
    try:
        steps = list(dis.get_instructions(inspect.unwrap(function).__code__))
    except Exception:  # a callable object may raise anything when it is asked
        return False
    for before, step in pairwise(steps):
        given = step if step.opname == "RETURN_CONST" else before  # Python 3.12 and 3.13 join the two
        plain = given.opname in ("LOAD_CONST", "RETURN_CONST") and given.argval in (None, ...)
        if step.opname in ("RETURN_VALUE", "RETURN_CONST") and not plain:
            return True
    return False


def _file(function: Callable[..., object]) -> str | None:
    """The file (or notebook cell) a function is written in; None where it does not say."""
    try:
        return str(function.__code__.co_filename)
    except Exception:  # a callable object may raise anything when it is asked
        return None


def _raised_by(function: Callable[..., object], problem: BaseException) -> bool:
    """Whether a ``raise`` of the learner's own raised it; torch raises NotImplementedError too."""
    last = problem.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    file = _file(function)
    if last is None or file is None or last.tb_frame.f_code.co_filename != file:
        return False
    return last.tb_frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _describe(problem: BaseException, function: Callable[..., object]) -> str:
    """The error's name and first line, and the line of the learner's own code in which it happened."""
    kind = type(problem).__name__
    try:
        message = str(problem).strip().splitlines()[0][:200]
        text = f"{kind}: {message}"
    except BaseException:  # an empty message, or an exception whose own __str__ raises: the name will do
        text = kind
    file = _file(function)
    own = [frame for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == file]
    return f"{text} ← {own[-1].line}" if own and own[-1].line else text
