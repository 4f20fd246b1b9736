"""An answer that runs in another process, seen from both sides of its socket.

``start`` forks the answer's process out of the judge's. The judge keeps an ``Answer``, which
``course_lib.exercises`` judges like any function; the other process runs ``serve``. What the judge believes
of it are values: they travel as ``wire`` has them, and each field is checked here once more.

A model among the arguments stays with the judge. The answer gets a stand-in that asks for each call.
"""

from __future__ import annotations

import builtins
import io
import os
import pickle
import re
import select
import signal
import socket
import sys
import tempfile
import time
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from course_lib.exercises.running import MOST, Elsewhere, Outcome, returns_a_value, run
from course_tools.grading import wire
from course_tools.grading.sandbox import Box
from course_tools.grading.tasks import Limits
from course_tools.grading.wire import Closed, Garbage

# Of the clock, for one second of the answer's own: a busy machine may let it wait, and it may sleep.
PATIENCE = 3.0
BROKEN = 70  # the exit code of an answer's process that could not go on
KINDS = ("answer", "nothing", "type", "dtype", "error")
# What an answer's process may say of itself: other reasons are for the judge to give.
NOTES = frozenset(("solution", "files", "network", "processes", "memory", "output", "exit"))
# Controls, halves of characters, line ends and what turns the writing round or shows nothing at all.
_NOT_READ = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
MOST_SAID, MOST_NAME = 1000, 100  # characters of an error, and of a type's name
_PLACE = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")  # in memory, as <object at 0x7f…> says it: other on every run


class Stopped(Exception):  # noqa: N818  (it ends the judging of one answer)
    """The answer's process is no more; ``reason`` says why."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


# ---- the judge's side


def _text(value: Any, most: int) -> str:
    """A string from the other side, cut, and without what is no character to be read."""
    if not isinstance(value, str):
        raise Garbage("no text")
    return _PLACE.sub("0x…", _NOT_READ.sub("\ufffd", value[:most]))


def _name(value: Any) -> str:
    name = _text(value, MOST_NAME)
    return name if name.isidentifier() else "object"


class Answer(Elsewhere):
    """The judge's end: asks the other process for outcomes, and answers for the models meanwhile."""

    def __init__(self, fd: int, pid: int, limits: Limits, output: int):
        self.fd, self.pid, self.limits, self.output = fd, pid, limits, output
        self.left = limits.seconds * PATIENCE
        self.noted: tuple[str, ...] = ()
        os.set_blocking(fd, False)

    def defined(self) -> dict[str, Any]:
        """What the answer's cell left behind: "what" it is, its type's "name", its error."""
        message, _ = self._exchange(b"")
        if message.get("is") != "defined":
            raise Stopped("protocol")
        self.returns_a_value = message.get("returns") is True
        try:
            self._note(message)
            found = {key: _text(message.get(key), MOST_SAID) for key in ("what", "says", "error")}
            return {**found, "name": _name(message.get("name"))}
        except Garbage:
            raise Stopped("protocol") from None

    def outcome(self, arguments: tuple[object, ...]) -> Outcome:
        """What one call did; Stopped where the other process does not say."""
        models: list[Callable[..., object]] = []
        blob = _pickled(arguments, models)
        message, numbers = self._exchange(wire.pack({"do": "call"}, [blob]), models)
        try:
            return self._outcome(message, numbers, len(arguments))
        except Garbage:
            raise Stopped("protocol") from None

    def _note(self, message: dict[str, Any]) -> None:
        noted = message.get("noted")
        if not isinstance(noted, list) or len(noted) > 10 or not all(one in NOTES for one in map(str, noted)):
            raise Garbage("no notes")
        self.noted = tuple(map(str, noted))

    def _outcome(self, message: dict[str, Any], numbers: memoryview, count: int) -> Outcome:
        if message.get("is") != "outcome" or message.get("kind") not in KINDS:
            raise Garbage("no outcome")
        self._note(message)
        value = wire.decode(message.get("value"), numbers)
        if (value is not None) != (message["kind"] == "answer"):
            raise Garbage("no answer")
        if isinstance(value, Tensor):
            large = value.numel() > MOST
            if value.dtype != torch.float64 or value.requires_grad or value.is_meta != large:
                raise Garbage("no answer")
        elif value is not None:
            raise Garbage("no tensor")
        changed = message.get("changed")
        if changed is not None and (type(changed) is not int or not 0 <= changed < count):
            raise Garbage("no place")
        return Outcome(
            message["kind"],
            value,
            _text(message.get("detail"), MOST_SAID),
            _text(message.get("error"), MOST_NAME),
            changed,
            message.get("grad") is True,
            wire.DTYPES.get(_text(message.get("dtype"), MOST_NAME)) if value is not None else None,
        )

    def _exchange(
        self, data: bytes, models: list[Callable[..., object]] | None = None
    ) -> tuple[dict[str, Any], memoryview]:
        """Send, and wait for what is no question about a model; the time that it takes is the answer's."""
        started = time.monotonic()
        until = started + self.left
        try:
            while True:
                self._send(data, until)
                message, numbers = wire.receive(lambda size: self._read(size, until))
                if message.get("is") != "model":
                    return message, numbers
                data = _asked(message, numbers, models or [])
        except Garbage:
            raise Stopped("protocol") from None
        except Closed:
            raise Stopped(self.ending()) from None
        finally:
            self.left -= time.monotonic() - started

    def _wait(self, event: int, until: float) -> None:
        waiting = select.poll()
        waiting.register(self.fd, event)
        while not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
            if time.monotonic() >= until:
                raise Stopped("time")

    def _send(self, data: bytes, until: float) -> None:
        left = memoryview(data)
        while left:
            self._wait(select.POLLOUT, until)
            try:
                left = left[os.write(self.fd, left) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Closed from None

    def _read(self, size: int, until: float) -> bytes:
        parts = []
        while size:
            self._wait(select.POLLIN, until)
            try:
                part = os.read(self.fd, min(size, 2**20))
            except BlockingIOError:
                continue
            except OSError:
                raise Closed from None
            if not part:
                raise Closed
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def ending(self) -> str:
        """Why the other process ended by itself."""
        # It may only have closed its socket: then it is ended now, and that is how it left.
        ended, status, used = os.wait4(self.pid, os.WNOHANG)
        until = time.monotonic() + 0.5
        while not ended and time.monotonic() < until:
            time.sleep(0.005)
            ended, status, used = os.wait4(self.pid, os.WNOHANG)
        if not ended:
            return "exit"
        self.pid = 0
        if self.printed_too_much():
            return "output"
        if os.WIFEXITED(status):
            return "crash" if os.WEXITSTATUS(status) == BROKEN else "exit"
        late = used.ru_utime + used.ru_stime > self.limits.seconds - 0.5
        return "time" if late and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXCPU) else "crash"

    def printed_too_much(self) -> bool:
        """Whether the answer wrote as much as it may."""
        return os.fstat(self.output).st_size >= self.limits.output_mb * 2**20

    def end(self) -> None:
        """End the other process and everything of its session."""
        if self.pid:
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError, PermissionError):
                    kill(self.pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
            self.pid = 0
        os.close(self.fd)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, models: list[Callable[..., object]]):
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.models = models

    def persistent_id(self, value: Any) -> object:
        if not callable(value) or isinstance(value, type):
            return None
        home = sys.modules.get(str(getattr(value, "__module__", None)))
        name = getattr(value, "__qualname__", None)
        if isinstance(value, types.BuiltinFunctionType) or (home and getattr(home, str(name), None) is value):
            return None  # found by its name on the other side, as pickle's own helpers are
        self.models.append(value)
        weights: dict[str, Tensor] | None = None
        if isinstance(value, nn.Module):
            weights = {n: w.detach() for n, w in value.named_parameters() if "." not in n}
        return len(self.models) - 1, type(value).__name__, repr(value), weights


def _pickled(arguments: tuple[object, ...], models: list[Callable[..., object]]) -> bytes:
    """The arguments as bytes; each model is put in ``models``, and only its place is told."""
    file = io.BytesIO()
    _Pickler(file, models).dump(arguments)
    return file.getvalue()


def _asked(message: dict[str, Any], numbers: memoryview, models: list[Callable[..., object]]) -> bytes:
    """The answer to a question about a model: what it gives for these arguments, or the error it raises."""
    which = message.get("which")
    if type(which) is not int or not 0 <= which < len(models):
        raise Garbage("no model")
    given = wire.decode(message.get("given"), numbers)
    if not isinstance(given, list) or len(given) != 2 or not isinstance(given[0], list):
        raise Garbage("no arguments")
    names = given[1]
    if not isinstance(names, list) or not all(isinstance(one, tuple) and len(one) == 2 for one in names):
        raise Garbage("no arguments")
    held: list[bytes] = []
    try:
        with torch.set_grad_enabled(message.get("grad") is True):
            value = models[which](*given[0], **{str(name): value for name, value in names})
        return wire.pack({"value": wire.encode(value, held)}, held)
    except Exception as problem:
        return wire.pack({"raised": type(problem).__name__, "says": str(problem)[:MOST_SAID]})


# ---- the answer's side


class _Line:
    """The answer's end of the socket."""

    def __init__(self, fd: int, noted: list[str]):
        self.fd, self.noted = fd, noted

    def say(self, message: dict[str, Any], value: object = None) -> None:
        held: list[bytes] = []
        encoded = wire.encode(value, held)
        wire.send(self.fd, wire.pack({**message, "value": encoded, "noted": self.noted}, held))

    def hear(self) -> tuple[dict[str, Any], memoryview]:
        return wire.receive(lambda size: wire.read_all(self.fd, size))

    def ask(self, which: int, given: tuple, named: dict) -> object:
        """What the judge's model gives."""
        held: list[bytes] = []
        told = wire.encode([list(given), list(named.items())], held)
        grad = torch.is_grad_enabled()
        wire.send(self.fd, wire.pack({"is": "model", "which": which, "given": told, "grad": grad}, held))
        message, numbers = self.hear()
        if "raised" in message:
            kind = getattr(builtins, message["raised"], RuntimeError)
            raise kind(message["says"])
        value = wire.decode(message["value"], numbers)
        if isinstance(value, Tensor) and value.requires_grad:
            return _Weighed.apply(torch.ones((), requires_grad=True), value.detach())
        return value


class _Weighed(torch.autograd.Function):
    """A model's answer, with its weights behind it; their gradient is nobody's concern here."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, value: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return torch.zeros(()), None


def _stand_in(line: _Line, which: int, name: str, shown: str, weights: dict[str, Tensor] | None) -> object:
    """What the answer gets for a model: of the same type's name, text and weights."""

    def call(self: object, *given: object, **named: object) -> object:
        return line.ask(which, given, named)

    base, method = (object, "__call__") if weights is None else (nn.Module, "forward")
    made = type(name, (base,), {method: call, "__repr__": lambda self: shown})()
    for key, weight in (weights or {}).items():
        setattr(made, key, nn.Parameter(weight))
    return made


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, line: _Line):
        super().__init__(file)
        self.line = line

    def persistent_load(self, told: Any) -> object:
        return _stand_in(self.line, *told)


def serve(fd: int, define: Callable[[], object], noted: list[str]) -> None:
    """Define the answer, then run it for every call that the judge asks for, until the judge hangs up."""
    line = _Line(fd, noted)
    function, told = _define(define, noted)
    line.say({"is": "defined", **told})
    while True:
        _, blob = line.hear()
        try:
            arguments = _Unpickler(io.BytesIO(blob), line).load()
            outcome = run(function, arguments)  # type: ignore[arg-type]
        except Closed:
            raise
        except BaseException as problem:  # KeyboardInterrupt, which gets through ``run``
            outcome = Outcome("error", detail=type(problem).__name__, error=type(problem).__name__)
        _note_limit(outcome.error, outcome.detail, noted)
        dtype = str(outcome.dtype).removeprefix("torch.")
        fields = {name: getattr(outcome, name) for name in ("kind", "changed", "grad")}
        fields |= {"detail": outcome.detail[:MOST_SAID], "error": outcome.error[:MOST_NAME]}
        line.say({"is": "outcome", **fields, "dtype": dtype}, outcome.value)


def _note_limit(error: str, says: str, noted: list[str]) -> None:
    """Note which limit the answer met, where its error says so."""
    met = {
        "memory": error == "MemoryError" or "t allocate memory" in says,
        "output": "[Errno 27]" in says,  # EFBIG
        "exit": error == "SystemExit",
        "processes": "start new thread" in says,
        "files": "[Errno 13]" in says and not noted,  # EACCES, as Landlock says it
    }
    noted += [name for name, so in met.items() if so and name not in noted]


def _define(define: Callable[[], object], noted: list[str]) -> tuple[object, dict[str, Any]]:
    told: dict[str, Any] = {"what": "function", "name": "", "says": "", "error": "", "returns": False}
    try:
        function = define()
    except BaseException as problem:
        error = type(problem).__name__
        try:
            says = f"{error}: {str(problem).splitlines()[0]}"
        except BaseException:  # no message, or its own __str__ raises
            says = error
        _note_limit(error, says, noted)
        return None, {**told, "what": "error", "says": says[:MOST_SAID], "error": error[:MOST_NAME]}
    if function is None or function is Ellipsis:
        told["what"] = "nothing"
    elif not callable(function):
        told |= {"what": "object", "name": type(function).__name__[:MOST_NAME]}
    else:
        told["returns"] = returns_a_value(function)
    return function, told


def start(box: Box, limits: Limits, prepare: Callable[[], tuple[Callable[[], object], list[str]]]) -> Answer:
    """Fork the answer's process. It enters the sandbox; ``prepare``, which still trusts nobody's text, gives
    what defines the answer, and the list in which is noted what it tries.
    """
    mine, its = socket.socketpair()
    output = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as this process)
    judge = os.getpid()
    pid = os.fork()
    if pid:
        its.close()
        return Answer(mine.detach(), pid, limits, os.dup(output.fileno()))
    _answer(box, limits, prepare, its.detach(), output.fileno(), judge)


def _answer(box: Box, limits: Limits, prepare: Callable, fd: int, output: int, judge: int) -> NoReturn:
    try:
        box.enter(limits, fd, output, judge)
        serve(fd, *prepare())
    finally:
        os._exit(BROKEN)
