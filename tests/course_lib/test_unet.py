"""The U-Net: it reads t, y and every item by itself, takes any size, and learns with every weight."""

from __future__ import annotations

import copy

import pytest
import torch
from support import FLOAT32, error, noise, refuses
from torch import Tensor, nn

from course_lib.unet import Pointwise, UNet, time_embedding


def woken(net: UNet, seed: int = 0) -> UNet:
    """The network with small random numbers where it starts at zero, as after some training."""
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=g))
    return net.eval()


def make(**changed) -> UNet:
    torch.manual_seed(0)
    return woken(UNet(**({"widths": (8, 16, 24), "embedding": 16, "time_width": 16} | changed)))


def images(*shape: int, seed: int = 0) -> Tensor:
    return noise(*shape, seed=seed).float()


X, T, Y = images(4, 1, 8, 8), torch.tensor([1, 40, 500, 1000]), torch.tensor([0, 3, 9, 10])


def test_the_untrained_answer_is_zero():
    net = UNet(widths=(8, 16), embedding=16)
    assert error(net(X, T, Y), 0 * X) == 0


@torch.no_grad()
def test_it_depends_on_t_and_y_and_x():
    net = make()
    base = net(X, T, Y)
    assert base.shape == X.shape
    t_moved, y_moved = net(X, T + torch.tensor([1, 0, 0, -1]), Y), net(X, T, torch.tensor([1, 3, 9, 4]))
    for moved in (t_moved, y_moved):
        changed = (moved - base).abs().flatten(1).amax(1)
        assert changed[0] > 1e-3 and changed[3] > 1e-3
        assert float(changed[1:3].max()) < FLOAT32 * float(base.abs().max())
    answers = torch.cat([net(X[:1], torch.tensor([t])) for t in (1, 2, 10, 100, 500, 999, 1000)]).flatten(1)
    assert float((torch.cdist(answers, answers) + torch.eye(7)).min()) > 1e-3  # all seven differ


@torch.no_grad()
def test_no_label_is_the_null_label():
    net = make()
    assert error(net(X, T), net(X, T, torch.full((4,), net.null_label))) == 0
    assert error(net(X, T), net(X, T, torch.zeros(4).long())) > 1e-3
    plain = make(classes=0)
    assert plain.label is None and plain(X, T).shape == X.shape


@torch.no_grad()
def test_items_of_a_batch_do_not_mix(where):
    net = make().to(where)
    x, t, y = X.to(where), T.to(where), Y.to(where)
    base = net(x, t, y)
    order = torch.tensor([2, 0, 3, 1])
    scale = FLOAT32 * float(base.abs().max())
    assert error(net(x[order], t[order], y[order]), base[order]) < scale
    for i in range(4):
        assert error(net(x[i : i + 1], t[i : i + 1], y[i : i + 1]), base[i : i + 1]) < scale


@torch.no_grad()
def test_the_device_agrees_with_the_cpu(where):
    net = make()
    want = net(X, T, Y)
    got = copy.deepcopy(net).to(where)(X.to(where), T.to(where), Y.to(where))
    # TF32 keeps 10 bits where a GPU uses it for convolutions
    assert error(got, want) < (FLOAT32 if where.type == "cpu" else 2**-8) * float(want.abs().max())


@torch.no_grad()
@pytest.mark.parametrize("size", [(29, 31), (7, 5), (1, 1), (28, 28), (2, 13)])
def test_any_size_goes_in_and_comes_out(size):
    assert make()(images(2, 1, *size), T[:2], Y[:2]).shape == (2, 1, *size)


@torch.no_grad()
@pytest.mark.parametrize(
    "changed", [{"channels": 3}, {"widths": (6, 10)}, {"widths": (8,)}, {"attention": False}]
)
def test_other_shapes_of_network(changed):
    net = make(**changed)
    x = images(2, net.channels, 9, 9)
    assert net(x, T[:2]).shape == x.shape
    again = UNet(**net.config)
    again.load_state_dict(net.state_dict())
    assert error(again.eval()(x, T[:2]), net(x, T[:2])) == 0


def test_every_weight_learns():
    """At the first step only the last layer's gradient is not 0; after a few, every weight's is."""
    torch.manual_seed(0)
    net = UNet(widths=(8, 16, 24), embedding=16, time_width=16)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-2)
    y = torch.tensor([0, 3, 9, 10])
    for _ in range(4):
        optimiser.zero_grad()
        (net(X, T, y) - images(4, 1, 8, 8, seed=1)).square().mean().backward()
        optimiser.step()
    still = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert still == []
    assert net.label.weight.grad[[0, 3, 9, 10]].abs().amax(1).min() > 0


@torch.no_grad()
def test_skip_connections_matter():
    """With the deep way cut off, the input still reaches the output; a skip cut changes the answer."""
    net = make()
    base = net(X, T, Y)
    for level, block in enumerate(net.up):

        def cut(module, args, level=level):
            h, emb = args
            half = h.shape[1] // 2
            return torch.cat([h[:, :half], 0 * h[:, half:]], 1), emb

        hook = block.register_forward_pre_hook(cut)
        assert error(net(X, T, Y), base) > 1e-3, level
        hook.remove()
    deaf = copy.deepcopy(net)
    nn.init.zeros_(deaf.grow[-1].weight)
    assert error(deaf(X, T, Y), deaf(X.flip(-1), T, Y)) > 1e-3


@torch.no_grad()
def test_attention_sees_the_far_corner():
    """One level, so convolutions reach 6 pixels at most: only attention carries a corner to its opposite."""
    x, far = images(1, 1, 24, 24), images(1, 1, 24, 24)
    far[..., 0, 0] += 5
    for attention in (True, False):
        net = make(widths=(8,), attention=attention)
        for module in net.modules():  # GroupNorm would carry the corner everywhere too
            if isinstance(module, nn.GroupNorm):
                module.forward = lambda h: h
        moved = (net(far, T[:1]) - net(x, T[:1]))[..., -1, -1].abs().max()
        assert bool(moved > 0) == attention


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("size", [(3, 5), (1, 1)])
def test_pointwise_is_the_1x1_convolution(layout, size):
    """Value and gradients, to every input and weight, in both layouts."""
    torch.manual_seed(0)
    layer = Pointwise(6, 4).double().to(memory_format=layout)
    g = noise(4, 4, *size, seed=1)

    def answers(apply) -> list[Tensor]:
        x = noise(4, 6, *size).to(memory_format=layout).requires_grad_()
        out = apply(x)
        return [out, *torch.autograd.grad(out, [x, layer.weight, layer.bias], g)]

    def convolution(x: Tensor) -> Tensor:
        return torch.einsum("oi,bihw->bohw", layer.weight[:, :, 0, 0], x) + layer.bias[:, None, None]

    for got, want in zip(answers(layer), answers(convolution), strict=True):
        assert got.shape == want.shape
        assert error(got, want) < 1e-13 * (1 + float(want.detach().abs().max()))


def test_time_embedding_is_its_formula():
    t = torch.tensor([1, 17, 1000])
    got = time_embedding(t, 8)
    k = torch.arange(4, dtype=torch.float64)
    angles = t[:, None] / 10_000 ** (2 * k / 8)
    assert error(got, torch.cat([angles.cos(), angles.sin()], 1)) < 1000 * FLOAT32 / 16
    every = time_embedding(torch.arange(1, 1001), 64)
    assert float((torch.cdist(every, every) + 9 * torch.eye(1000)).min()) > 0.1  # no two timesteps look alike


def test_bad_input_is_named(unchecked):
    net = make()
    want = "(B, 1, H, W)"
    refuses(lambda: net(images(2, 3, 8, 8), T[:2]), "error.image_shape", got=(2, 3, 8, 8), want=want)
    refuses(lambda: net(images(1, 8, 8), T[:1]), "error.image_shape", got=(1, 8, 8), want=want)
    refuses(lambda: net(X, T[:1]), "error.t_shape", got=(1,), want=(4,))
    refuses(lambda: net(X, T, Y[:1]), "error.label_shape", got=(1,), want=(4,))
    refuses(lambda: net(X, T, Y + 1), "error.label", got=11, last=10)
    refuses(lambda: net(X, T, Y - 1), "error.label", got=-1, last=10)
    refuses(lambda: net(X, T, Y.float()), "error.label_dtype", got=torch.float32)
    assert error(net(X, T, Y.byte()), net(X, T, Y)) == 0
    refuses(lambda: make(classes=0)(X, T, Y), "error.no_labels")
    refuses(lambda: net([0.0], T), "error.tensor", name="x_t", got="list")
    refuses(lambda: net(X, 3), "error.tensor", name="t", got="int")
    refuses(lambda: net(X, T, [1, 2, 3, 4]), "error.tensor", name="labels", got="list")


def test_sizes_that_no_network_has_are_named(unchecked):
    refuses(lambda: UNet(widths=()), "error.empty", name="widths")
    for name, bad in (("channels", 0), ("embedding", -1), ("time_width", 2.5)):
        refuses(
            lambda name=name, bad=bad: UNet(**{name: bad}),
            "error.whole", name=name, allowed="1, 2, 3, …", got=repr(bad),
        )  # fmt: skip
    refuses(
        lambda: UNet(widths=(8, 0)), "error.whole", name="widths[1]", allowed="1, 2, 3, …", got="0"
    )  # fmt: skip
    refuses(lambda: UNet(classes=-1), "error.whole", name="classes", allowed="0, 1, 2, …", got="-1")
    refuses(lambda: UNet(time_width=3), "error.whole", name="time_width", allowed="2, 4, 6, …", got=3)
