"""Which device and which precision to compute with: decided by what the machine can do, not by its name."""

from __future__ import annotations

import time
from functools import cache
from typing import TypeVar

import torch
from torch import nn

from course_lib import lang

Model = TypeVar("Model", bound=nn.Module)
PRECISIONS = ("auto", "fp32", "bf16")


def pick(device: str | torch.device = "auto") -> torch.device:
    """The device to use: ``"auto"`` is cuda where there is one, else mps, else cpu."""
    if isinstance(device, torch.device):
        return device
    if device != "auto":
        try:
            asked = torch.device(device)
        except (RuntimeError, TypeError):
            raise ValueError(lang.text("error.device", got=repr(device))) from None
        if asked.type not in ("cpu", "cuda", "mps"):  # torch has names for more than the course can use
            raise ValueError(lang.text("error.device", got=repr(device)))
        absent = {"cuda": torch.cuda, "mps": torch.backends.mps}.get(asked.type)
        count = torch.cuda.device_count() if asked.type == "cuda" else 1
        if (absent is not None and not absent.is_available()) or (asked.index or 0) >= count:
            raise ValueError(lang.text("error.device_absent", got=repr(device)))
        return asked
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@cache
def fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 autocast beats float32 here by a fifth or more, timed once a process (about 0.1 s)."""
    if device.type == "cuda":
        # From compute capability 8 on in hardware; torch.cuda.is_bf16_supported counts emulation too.
        return torch.cuda.get_device_capability(device)[0] >= 8
    if device.type != "cpu":
        return False
    with torch.random.fork_rng(devices=[]):  # asking for a precision must not change what is drawn later
        wide, narrow = (nn.Conv2d(64, 64, 3, padding=1) for _ in range(2))
    layers = {False: wide.to(memory_format=torch.channels_last), True: narrow}
    x = torch.zeros(16, 64, 28, 28)
    best = {False: float("inf"), True: float("inf")}
    for _ in range(8):  # in turn, and the best of each: another process's load then hurts neither more
        for bf16, layer in layers.items():
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                start = time.perf_counter()
                layer(x)
                best[bf16] = min(best[bf16], time.perf_counter() - start)
    return best[True] * 1.2 < best[False]


def check_precision(precision: str) -> str:
    """``precision`` if it is one of PRECISIONS, otherwise a ValueError that lists them."""
    if precision not in PRECISIONS:
        raise ValueError(lang.text("error.precision", got=repr(precision), allowed=", ".join(PRECISIONS)))
    return precision


def use_bf16(precision: str, device: torch.device) -> bool:
    """Whether ``precision`` ("auto", "fp32" or "bf16") means bfloat16 autocast on this device."""
    check_precision(precision)
    return precision == "bf16" or (precision == "auto" and fast_bf16(device))


def check_backend(backend: str, device: torch.device) -> str:
    """``backend`` if torch.compile can use it on this device, otherwise a ValueError that says why not."""
    if backend not in torch.compiler.list_backends(()):
        raise ValueError(lang.text("error.backend", got=repr(backend)))
    if problem := _trial(backend, device):
        raise ValueError(lang.text("error.compile", device=device, problem=problem))
    return backend


@cache
def _trial(backend: str, device: torch.device) -> str:
    """Why torch.compile fails here (nothing where it works), tried out once a process."""
    try:
        torch.compile(lambda x: x + 1, backend=backend)(torch.zeros(2, device=device))
    except Exception as problem:  # its parts raise errors of many kinds, with no common ancestor but this
        return type(problem).__name__ + ": " + " ".join(str(problem).split())[:120].rstrip(".: ")
    return ""


def prepare(
    model: Model,
    precision: str = "auto",
    device: str | torch.device = "auto",
    compile: bool | str = False,
) -> Model:
    """Move a model to the device and lay it out for its precision ("auto", "fp32" or "bf16").

    Convolutions in float32 run faster channels-last on a CPU, those in bfloat16 do not.
    compile: let torch.compile translate the network, which its first call waits for, and the first one of
    another kind (with labels, say); True for its usual backend, or another's name. The names of the weights
    stay, and the answers up to rounding. ValueError where it cannot work here (a CPU needs a C++ compiler).
    """
    where = pick(device)
    backend = check_backend("inductor" if compile is True else compile, where) if compile else None
    bf16 = use_bf16(precision, where)
    last = where.type == "cuda" or not bf16
    model.to(where)
    model.to(memory_format=torch.channels_last if last else torch.contiguous_format)
    if hasattr(model, "bf16"):  # an EpsModel: it opens the autocast by itself
        setattr(model, "bf16", bf16)  # noqa: B010 (mypy knows no attributes of a Module)
    if backend is not None:
        net = getattr(model, "net", model)  # in place: a wrapper would rename its weights
        net.compile(backend=backend)
    return model
