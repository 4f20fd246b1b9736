"""Messages between a judge and an answer: a length, one JSON object, and the raw numbers of its tensors.

Whatever arrives is taken for hostile: lengths, names, shapes and types are checked before they are used, and
nothing is ever unpickled. ``Garbage`` says that a message is none.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

HEADER = struct.Struct("!II")
MOST_JSON, MOST_BYTES = 2**18, 2**26  # of one message: its JSON, and its tensors' numbers
MOST_PLACES = 10_000  # entries of a list, of a message's lists together
DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
        torch.complex64,
        torch.complex128,
    )
}


class Garbage(Exception):  # noqa: N818  (it is about what came, and no error of ours)
    """What arrived is no message."""


class Closed(Exception):  # noqa: N818
    """The other side is gone."""


def encode(value: object, numbers: list[bytes]) -> Any:
    """A value as JSON, its tensors' numbers appended to ``numbers``; TypeError for what has no form here."""
    # Exact types: a subclass may answer anything when it is asked about itself.
    if value is None or type(value) in (bool, str):
        return value
    if type(value) is int:
        return {"int": str(value)}
    if type(value) is float:
        return {"float": value.hex()}
    if type(value) in (list, tuple):
        return {type(value).__name__: [encode(one, numbers) for one in value]}  # type: ignore[attr-defined]
    if not isinstance(value, Tensor):
        raise TypeError(type(value).__name__)
    plain = value.detach().as_subclass(Tensor)
    told = {
        "dtype": str(plain.dtype).removeprefix("torch."),
        "shape": list(plain.shape),
        "grad": bool(value.requires_grad),
        "meta": plain.is_meta,
    }
    if not plain.is_meta:
        raw = plain.to("cpu").contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        numbers.append(raw)
    return {"tensor": told}


def decode(value: Any, numbers: memoryview) -> object:
    """The value that ``encode`` wrote; its tensors' numbers are taken from ``numbers``, all of them."""
    reader = _Reader(numbers)
    found = reader.value(value)
    if reader.at != len(numbers):
        raise Garbage("numbers left over")
    return found


class _Reader:
    def __init__(self, numbers: memoryview):
        self.numbers, self.at, self.places = numbers, 0, 0

    def value(self, value: Any, depth: int = 0) -> object:
        self.places += 1
        if self.places > MOST_PLACES or depth > 20:
            raise Garbage("too much")
        if value is None or isinstance(value, bool | str):
            return value
        if not isinstance(value, dict) or len(value) != 1:
            raise Garbage("no value")
        ((kind, held),) = value.items()
        if kind in ("int", "float") and isinstance(held, str) and len(held) < 400:
            try:
                return int(held) if kind == "int" else float.fromhex(held)
            except (ValueError, OverflowError):
                raise Garbage("no number") from None
        if kind in ("list", "tuple") and isinstance(held, list):
            found = [self.value(one, depth + 1) for one in held]
            return found if kind == "list" else tuple(found)
        if kind == "tensor" and isinstance(held, dict):
            return self.tensor(**held) if set(held) == {"dtype", "shape", "grad", "meta"} else self.tensor()
        raise Garbage("no value")

    def tensor(self, dtype: Any = None, shape: Any = None, grad: Any = None, meta: Any = None) -> Tensor:
        kind = DTYPES.get(dtype) if isinstance(dtype, str) else None
        whole = isinstance(shape, list) and len(shape) <= 32 and all(type(n) is int and n >= 0 for n in shape)
        if kind is None or not whole or type(grad) is not bool or type(meta) is not bool:
            raise Garbage("no tensor")
        size = math.prod(shape)
        if math.prod(max(n, 1) for n in shape) > 2**53:
            raise Garbage("too large")
        if meta:
            return torch.empty(shape, dtype=kind, device="meta")
        if not size:  # torch does not view what is empty as another type
            return torch.empty(shape, dtype=kind)
        stop = self.at + size * kind.itemsize
        if stop > len(self.numbers):
            raise Garbage("too few numbers")
        # Copied, so that the tensor owns its numbers; a byte that is no truth value would be undefined.
        raw = torch.from_numpy(np.frombuffer(self.numbers[self.at : stop], dtype=np.uint8).copy())
        self.at = stop
        found = raw.ne(0) if kind is torch.bool else raw.view(kind)
        found = found.reshape(shape)
        return found.requires_grad_() if grad and (kind.is_floating_point or kind.is_complex) else found


def pack(message: dict[str, Any], numbers: Sequence[bytes] = ()) -> bytes:
    """One message as bytes; OverflowError where it is too long to be read."""
    text = json.dumps(message).encode()
    blob = b"".join(numbers)
    if len(text) > MOST_JSON or len(blob) > MOST_BYTES:
        raise OverflowError("too long")
    return HEADER.pack(len(text), len(blob)) + text + blob


def send(fd: int, data: bytes) -> None:
    """Write it all; Closed where nobody reads."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(fd, left) :]
        except OSError:
            raise Closed from None


def receive(read: Callable[[int], bytes]) -> tuple[dict[str, Any], memoryview]:
    """One message and its numbers, by ``read``, which gives so many bytes; Garbage for what is no message."""
    length, size = HEADER.unpack(read(HEADER.size))
    if length > MOST_JSON or size > MOST_BYTES:
        raise Garbage("too long")
    try:
        message = json.loads(read(length))
    except (ValueError, RecursionError):
        raise Garbage("no JSON") from None
    if not isinstance(message, dict):
        raise Garbage("no object")
    return message, memoryview(read(size))


def read_all(fd: int, size: int) -> bytes:
    """So many bytes, however long they take; Closed where they never come."""
    parts = []
    while size:
        part = os.read(fd, min(size, 2**20))
        if not part:
            raise Closed
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
