"""The U-Net: it reads t, y and every item by itself, takes any size, and learns with every weight."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from support import FLOAT32, error, noise, refuses
from torch import Tensor, nn

from course_lib import checkpoints, schedules
from course_lib.dit import DiT
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.unet import Pointwise, ResidualBlock, UNet, feature_maps, time_embedding


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
    "changed",
    [
        {"channels": 3},
        {"widths": (6, 10)},
        {"widths": (8,)},
        {"attention": False},
        {"skips": False},
        {"time": False},
        {"skips": False, "time": False, "classes": 0},
    ],
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


def by_hand(net: UNet, x: Tensor, emb: Tensor, skips: bool = True) -> Tensor:
    """The network's answer, written for three levels without a loop."""
    a = net.down[0](net.stem(x), emb)
    b = net.down[1](net.shrink[0](a), emb)
    h = net.shrink[1](b)
    h = net.middle_2(net.attention(net.middle_1(h, emb)), emb)
    h = F.interpolate(net.grow[0](h), size=b.shape[-2:])
    h = net.up[0](torch.cat([h, b], 1) if skips else h, emb)
    h = F.interpolate(net.grow[1](h), size=a.shape[-2:])
    h = net.up[1](torch.cat([h, a], 1) if skips else h, emb)
    return net.head(F.silu(net.norm(h)))


@torch.no_grad()
@pytest.mark.parametrize("size", [(8, 8), (7, 5)])
def test_the_flow_is_the_one_written_by_hand(size):
    x = images(4, 1, *size)
    net, deaf = make(), make(skips=False)
    assert error(net(x, T, Y), by_hand(net, x, net.embed(T, Y))) == 0
    assert error(deaf(x, T, Y), by_hand(deaf, x, deaf.embed(T, Y), skips=False)) == 0


@torch.no_grad()
def test_without_skips_nothing_goes_across():
    """With the deep way cut off, the answer knows nothing of the input; with skips it does."""
    for skips in (True, False):
        net = make(skips=skips)
        nn.init.zeros_(net.grow[-1].weight)
        moved = error(net(X, T, Y), net(X.flip(-1), T, Y))
        assert (moved > 1e-3) == skips and (skips or moved == 0)
    with_skips, without = make(), make(skips=False)
    assert len(with_skips.up) == len(without.up) and len(with_skips.down) == len(without.down)


def test_without_time_every_t_is_the_same_and_labels_still_count():
    net = make(time=False)
    assert not any("time" in name for name, _ in net.named_parameters())
    with torch.no_grad():
        base = net(X, T, Y)
        assert error(net(X, T.flip(0), Y), base) == 0
        assert error(net(X, T, Y.flip(0)), base) > 1e-3
    plain = make(time=False, classes=0)
    for one in (net, plain):
        torch.manual_seed(0)
        nn.init.zeros_(one.constant)
        (one(X, T) - images(4, 1, 8, 8, seed=1)).square().mean().backward()
        assert one.constant.grad.abs().min() > 0


def test_feature_maps_are_what_the_layers_saw():
    net = make()
    seen: dict[str, Tensor] = {}
    layers = {
        "stem": net.stem, "down_1": net.down[0], "shrink_1": net.shrink[0], "down_2": net.down[1],
        "shrink_2": net.shrink[1], "middle_1": net.middle_1, "attention": net.attention,
        "middle_2": net.middle_2, "grow_1": net.grow[0], "up_1": net.up[0], "grow_2": net.grow[1],
        "up_2": net.up[1], "head": net.head,
    }  # fmt: skip
    for name, layer in layers.items():
        layer.register_forward_hook(lambda m, given, out, name=name: seen.__setitem__(name, out))
    x = images(2, 1, 28, 28)
    maps = feature_maps(net, x, T[:2], Y[:2])
    assert list(maps) == list(layers)
    assert not any(one.requires_grad for one in maps.values())
    sides = [one.shape[-1] for one in maps.values()]
    assert sides == [28, 28, 14, 14, 7, 7, 7, 7, 14, 14, 28, 28, 28]
    assert [one.shape[1] for one in maps.values()] == [8, 8, 16, 16, 24, 24, 24, 24, 16, 16, 8, 8, 1]
    for name, one in maps.items():
        want = F.interpolate(seen[name], scale_factor=2) if name.startswith("grow") else seen[name]
        assert error(one, want.detach()) == 0, name
    with torch.no_grad():
        assert error(maps["head"], net(x, T[:2], Y[:2])) == 0


@torch.no_grad()
def test_the_shipped_network_is_the_default_one():
    """Options that were added later leave its configuration, its names and its answers alone."""
    net = checkpoints.load("digits", "cpu", "fp32").net
    assert net.config == UNet().config and set(net.config) == {
        "channels", "widths", "classes", "embedding", "attention", "time_width",
    }  # fmt: skip
    assert make(skips=False).config["skips"] is False and make(time=False).config["time"] is False
    x = images(2, 1, 28, 28)
    want = by_hand(net, x, net.embed(T[:2], Y[:2]))
    assert error(net(x, T[:2], Y[:2]), want) < 2e-7 * float(want.abs().max())


def test_what_is_overwritten_without_gradients_is_missed_by_nobody():
    """The same answer with and without, also where a layer hands on its input; maps and x_t stay."""
    for without_norms in (False, True):
        net = make()
        if without_norms:
            for block in (m for m in net.modules() if isinstance(m, ResidualBlock)):
                block.norm_1 = block.norm_2 = nn.Identity()
            net.norm = nn.Identity()
        x = X.clone()
        want = net(x, T, Y)
        assert want.requires_grad
        with torch.no_grad():
            assert error(net(x, T, Y), want.detach()) == 0
        assert error(x, X) == 0
        maps = feature_maps(net, x, T, Y)
        for name, h in net.flow(x, net.embed(T, Y)):
            assert error(maps[name], h.detach()) == 0, name


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
    refuses(lambda: make(time=False)(X, T[:1]), "error.t_shape", got=(1,), want=(4,))
    refuses(lambda: feature_maps(net, X, T[:1]), "error.t_shape", got=(1,), want=(4,))
    refuses(lambda: feature_maps(net, X, T, Y + 1), "error.label", got=11, last=10)
    refuses(lambda: net(X, T, [1, 2, 3, 4]), "error.tensor", name="labels", got="list")


def test_feature_maps_of_another_network_are_refused(unchecked):
    for other in (
        EpsModel(make(), schedules.linear()),
        DiT(size=8, patch=2, width=16, heads=2, time_width=16),
    ):
        refuses(lambda other=other: feature_maps(other, X, T), "error.feature_net", got=type(other).__name__)


def test_feature_maps_lie_where_the_network_does():
    """A reader's tensors lie on the CPU, the network perhaps on a GPU; meta stands for that."""
    net = make().to("meta")
    for maps in (feature_maps(net, X, T, Y), feature_maps(net, X, T)):
        assert {h.device.type for h in maps.values()} == {"meta"} and maps["head"].shape == X.shape


def test_labels_off_the_cpu_are_checked_as_far_as_nothing_waits(unchecked):
    net = make().to("meta")
    x, t, y = (given.to("meta") for given in (X, T, Y))
    assert net(x, t, y).shape == X.shape
    refuses(lambda: net(x, t, y[:1]), "error.label_shape", got=(1,), want=(4,))
    refuses(lambda: net(x, t, y.float()), "error.label_dtype", got=torch.float32)
    refuses(lambda: net(x, t, [1, 2, 3, 4]), "error.tensor", name="labels", got="list")


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


def test_a_part_is_there_or_not(unchecked):
    """By truth "no" would be with skips, and None without."""
    for part in ("attention", "skips", "time"):
        for bad in ("no", None, 0, 1, [1], torch.tensor(True)):
            refuses(lambda part=part, bad=bad: UNet(**{part: bad}), "error.bool", name=part, got=repr(bad))
    for bad in (8, None):
        refuses(lambda bad=bad: UNet(widths=bad), "error.list", name="widths", got=repr(bad))


@pytest.mark.parametrize(
    ("t", "dtype"),
    [(T / 1000, torch.float32), (T > 0, torch.bool), (T + 0j, torch.complex64)],
)
def test_t_is_no_fraction(t, dtype, unchecked):
    """t / T, the classic slip, would be told as almost one and the same t."""
    transformer = DiT(size=X.shape[-1], patch=1, width=8, depth=1, heads=2, time_width=8)
    for net in (UNet(widths=(4, 8), embedding=8, time_width=8), transformer):
        refuses(lambda net=net: net(X, t), "error.t_dtype", got=dtype)
    refuses(lambda: feature_maps(UNet(widths=(4, 8)), X, t), "error.t_dtype", got=dtype)
    refuses(lambda: MLP()(torch.zeros(4, 2), t), "error.t_dtype", got=dtype)


def test_images_and_weights_are_of_one_dtype(unchecked):
    net = UNet(widths=(4, 8), embedding=8, time_width=8)
    refuses(lambda: net(X.long(), T), "error.float_images", got=torch.int64)
    refuses(lambda: net(X.double(), T), "error.weights_dtype", got=torch.float64, want=torch.float32)
    refuses(lambda: net(X[:, :, :0], T), "error.empty", name="x_t")
    refuses(lambda: MLP()(torch.zeros(4, 2).double(), T), "error.weights_dtype",
            got=torch.float64, want=torch.float32)  # fmt: skip
    with torch.autocast("cpu", torch.bfloat16):
        assert net.bfloat16()(X, T).shape == X.shape
    wide = UNet(widths=(4, 8), embedding=8, time_width=8).double()
    assert {h.dtype for h in feature_maps(wide, X, T).values()} == {torch.float64}
    assert {h.dtype for h in feature_maps(wide.float(), X.double(), T).values()} == {torch.float32}
