"""Several processes that train one model together, as torchrun starts them: who is who, what they share."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor

from course_lib import device, lang

PATIENCE = 15  # seconds


class Ranks(NamedTuple):
    """This process's place among those that compute together: one of one, where it computes alone."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and speaks."""
        return self.rank == 0

    def share(self, batch: int) -> slice:
        """Which part of a batch is this process's; ValueError where the parts would be unequal."""
        if batch % self.size:
            more = self.size * -(-batch // self.size)
            raise ValueError(lang.text("error.ranks_batch", batch=batch, size=self.size, more=more))
        part = batch // self.size
        return slice(self.rank * part, (self.rank + 1) * part)

    def agree(self, answer: bool, where: torch.device) -> bool:
        """The first process's answer."""
        return answer if self.size == 1 else bool(from_first(torch.tensor([int(answer)], device=where)))


def here() -> Ranks:
    """This process's place, as ``joined`` (or ``torch.distributed`` itself) has set it up."""
    if dist.is_available() and dist.is_initialized():
        return Ranks(dist.get_rank(), dist.get_world_size())
    return Ranks()


def told() -> Ranks:
    """This process's place as its environment tells it (torchrun's, say), before anything is joined."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size <= 1 or "MASTER_ADDR" not in os.environ:
        return Ranks()
    return Ranks(int(os.environ.get("RANK", "0")), size)


@contextmanager
def joined(where: str = "auto") -> Iterator[Ranks]:
    """Join the other processes that torchrun started: over gloo on the CPU, over nccl on GPUs, one each.

    Without torchrun, or with one process only, nothing is joined. Afterwards "cuda" means this process's own
    GPU. ValueError where it has none, where one GPU is named for all of them ("cuda:1"), or for a device on
    which processes cannot compute together.
    """
    if told().size == 1:
        yield Ranks()
        return
    picked = device.pick(where)
    if picked.type not in ("cpu", "cuda"):
        raise ValueError(lang.text("error.ranks_device", got=repr(picked.type)))
    if picked.type == "cuda":
        if picked.index is not None:
            raise ValueError(lang.text("error.ranks_index", got=repr(str(picked))))
        torch.cuda.set_device(device.pick(f"cuda:{os.environ.get('LOCAL_RANK', '0')}"))
    dist.init_process_group("nccl" if picked.type == "cuda" else "gloo")
    try:
        yield here()
    finally:
        dist.destroy_process_group()


def summed(x: Tensor) -> Tensor:
    """The sum of every process's ``x``, in place; ValueError where that fails, since another has ended."""
    return _done(dist.all_reduce, x)


def from_first(x: Tensor) -> Tensor:
    """The first process's ``x``, in place of one's own; ValueError where that fails, as in ``summed``."""
    return _done(dist.broadcast, x, 0)


def _done(collective: Callable[..., object], x: Tensor, *more: object) -> Tensor:
    try:
        collective(x, *more)
    except torch.OutOfMemoryError:  # this process's own trouble
        raise
    except RuntimeError as broken:  # a connection, most likely; the traceback tells
        time.sleep(PATIENCE)  # until the other process has said what was wrong
        raise ValueError(lang.text("error.rank_lost")) from broken
    return x


@contextmanager
def file(path: Path | None, where: torch.device) -> Iterator[Path | None]:
    """The first process's file, or None where it has none: elsewhere a copy, gone when the block ends."""
    ranks = here()
    found = path if path is not None and ranks.first and path.is_file() else None
    if ranks.size == 1:
        yield found
        return
    content = b"" if found is None else found.read_bytes()
    length = int(from_first(torch.tensor([-1 if found is None else len(content)], device=where)))
    if length < 0:
        yield None
        return
    sent = torch.zeros(length, dtype=torch.uint8, device=where)
    if content:
        sent.copy_(torch.frombuffer(bytearray(content), dtype=torch.uint8))
    from_first(sent)
    if ranks.first:
        yield found
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "state.safetensors"
        copy.write_bytes(sent.cpu().numpy().tobytes())
        yield copy
