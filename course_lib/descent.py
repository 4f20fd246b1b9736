"""Training in a notebook cell: Adam for some seconds on whatever loss a function draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from course_lib import lang
from course_lib.checks import check_positive, check_whole


def check_net(net: object) -> None:
    """ValueError unless ``net`` is a network with weights to train."""
    if not isinstance(net, nn.Module) or next(net.parameters(), None) is None:
        got = getattr(net, "__name__", type(net).__name__)
        raise ValueError(lang.text("error.descent_net", got=got))


def descend(net: nn.Module, draw: Callable[[], Tensor], steps: int, learning_rate: float) -> Iterator[float]:
    """Minimise the mean of what ``draw`` answers, yielding it after each step.

    Adam (Kingma & Ba 2015), its rate falling from ``learning_rate`` along half a cosine to 0. draw: the
    losses of a fresh batch, (B,). A net whose weights are frozen (a loaded checkpoint's) is made trainable.
    ValueError for steps < 1, a rate that is no number above 0 or a net without weights, and where a loss is
    not finite. For runs that last hours, with a state and an average, there is ``training.Run``.
    """
    check_net(net)
    steps, highest = check_whole("steps", steps), check_positive("learning_rate", learning_rate)
    if not any(p.requires_grad for p in net.parameters()):
        net.requires_grad_(True)

    def run() -> Iterator[float]:
        optimiser = torch.optim.Adam(net.parameters(), lr=highest, fused=True)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        for step in range(1, steps + 1):
            loss = draw().mean()
            if not math.isfinite(found := float(loss.detach())):
                raise ValueError(lang.text("error.descent", step=step))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            falling.step()
            yield found

    return run()
