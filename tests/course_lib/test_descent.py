"""The small training loop: it finds a minimum, its rate falls to nothing, and what is refused."""

from __future__ import annotations

import torch
from support import error, noise, refuses
from torch import nn

from course_lib.descent import descend


def line() -> tuple[nn.Linear, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    x = noise(64, 2).float()
    return nn.Linear(2, 1), x, x @ torch.tensor([[2.0], [-1.0]]) + 0.5


def test_it_finds_the_minimum():
    net, x, y = line()
    losses = list(descend(net, lambda: (net(x) - y).square().mean(1), 400, 0.1))
    assert len(losses) == 400 and losses[-1] < 1e-6 < losses[0]
    assert error(net.weight, torch.tensor([[2.0, -1.0]])) < 1e-3 > error(net.bias, torch.tensor([0.5]))


def test_the_rate_falls_along_half_a_cosine():
    """Adam's first step is as long as its rate; on one constant slope each is, whatever the slope."""
    net = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(net.weight)
    at = [0.0]
    for _ in descend(net, lambda: 5 * net.weight.flatten(), 4, 0.1):
        at.append(float(net.weight.detach()))
    moved = torch.tensor(at).diff()
    want = -0.1 * 0.5 * (1 + torch.cos(torch.pi * torch.arange(4) / 4))
    assert error(moved, want) < 1e-6


def test_frozen_weights_thaw():
    net, x, y = line()
    net.requires_grad_(False)
    losses = list(descend(net, lambda: (net(x) - y).square().mean(1), 20, 0.1))
    assert losses[-1] < losses[0] and net.weight.requires_grad


def test_bad_input_is_named(unchecked):
    net, x, y = line()
    draw = lambda: (net(x) - y).square().mean(1)  # noqa: E731
    refuses(lambda: descend(net, draw, 0, 0.1), "error.whole", name="steps", allowed="1, 2, 3, …", got="0")
    for rate in (0, -1.0, float("nan"), "fast"):
        refuses(
            lambda rate=rate: descend(net, draw, 3, rate),
            "error.positive",
            name="learning_rate",
            got=repr(rate),
        )
    for none, got in ((nn.Identity(), "Identity"), (None, "NoneType"), (line, "line")):
        refuses(lambda none=none: descend(none, draw, 3, 0.1), "error.descent_net", got=got)
    before = net.weight.detach().clone()
    refuses(lambda: list(descend(net, lambda: draw() / 0, 3, 0.1)), "error.descent", step=1)
    assert error(net.weight, before) == 0
