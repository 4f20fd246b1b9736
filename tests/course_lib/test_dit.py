"""The small transformer: patches come back where they were, and t, y and every patch are heard."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from support import FLOAT32, error, noise, refuses
from torch import Tensor, nn

from course_lib import checkpoints, schedules
from course_lib.dit import Block, DiT, patchify, position_embedding, unpatchify
from course_lib.unet import time_embedding


def make(**changed) -> DiT:
    """A small network with random numbers where it starts at zero, as after some training."""
    torch.manual_seed(0)
    net = DiT(**({"size": 8, "patch": 2, "width": 16, "depth": 2, "heads": 2, "time_width": 16} | changed))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape))
    return net.eval()


def images(*shape: int, seed: int = 0) -> Tensor:
    return noise(*shape, seed=seed).float()


X, T, Y = images(4, 1, 8, 8), torch.tensor([1, 40, 500, 1000]), torch.tensor([0, 3, 9, 10])


def in_rows(cut, lay) -> None:
    """The identity of the two: patch i of image b, laid out channel by channel, and back again."""
    x = torch.arange(2 * 3 * 6 * 10, dtype=torch.float64).reshape(2, 3, 6, 10)
    tokens = cut(x, 2)
    assert tokens.shape == (2, 15, 12)
    for row in range(3):
        for column in range(5):
            patch = x[:, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            assert error(tokens[:, 5 * row + column].reshape(2, 3, 2, 2), patch) == 0
    assert error(lay(tokens, 2, (6, 10)), x) == 0


def test_patches_are_cut_in_rows_and_laid_back() -> None:
    in_rows(patchify, unpatchify)
    x = noise(2, 1, 28, 28)
    for patch in (1, 2, 4, 7, 14, 28):
        assert error(unpatchify(patchify(x, patch), patch, (28, 28)), x) == 0
    wrong = [  # each pair is an inverse pair, and still not this one
        (
            lambda x, p: patchify(x.transpose(2, 3), p),
            lambda k, p, s: unpatchify(k, p, s[::-1]).transpose(2, 3),
        ),
        (lambda x, p: patchify(x, p).flip(1), lambda k, p, s: unpatchify(k.flip(1), p, s)),
        (
            lambda x, p: patchify(x, p).unflatten(2, (3, -1)).transpose(2, 3).flatten(2),
            lambda k, p, s: unpatchify(k.unflatten(2, (-1, 3)).transpose(2, 3).flatten(2), p, s),
        ),
        (patchify, lambda k, p, s: unpatchify(k, p, s).flip(3)),
        (lambda x, p: patchify(x, p)[:, :, :8], unpatchify),
    ]
    for cut, lay in wrong:
        with pytest.raises((AssertionError, ValueError)):
            in_rows(cut, lay)


def test_positions_tell_row_and_column() -> None:
    where = position_embedding(3, 5, 8).reshape(3, 5, 8)
    for row in range(3):
        for column in range(5):
            assert error(where[row, column, :4], time_embedding(torch.tensor([row]), 4)[0]) == 0
            assert error(where[row, column, 4:], time_embedding(torch.tensor([column]), 4)[0]) == 0
    every = position_embedding(7, 7, 64)
    assert float((torch.cdist(every, every) + 9 * torch.eye(49)).min()) > 0.1


def test_the_untrained_answer_is_zero_and_a_new_block_the_identity() -> None:
    net = DiT()
    x = images(4, 1, 28, 28)
    assert error(net(x, T, Y), 0 * x) == 0
    block, h = Block(16, 2), images(3, 5, 16)
    assert error(block(h, images(3, 16, seed=1)), h) == 0


@torch.no_grad()
def test_a_block_is_its_formula() -> None:
    """Against PyTorch's own attention and normalisation, in float64."""
    torch.manual_seed(0)
    block = Block(16, 4).double()
    nn.init.normal_(block.steer.weight, std=0.3)
    nn.init.normal_(block.steer.bias, std=0.3)
    h, emb = noise(3, 5, 16), noise(3, 16, seed=1)
    oracle = nn.MultiheadAttention(16, 4, batch_first=True).double()
    oracle.in_proj_weight.copy_(block.qkv.weight)
    oracle.in_proj_bias.copy_(block.qkv.bias)
    oracle.out_proj.weight.copy_(block.out.weight)
    oracle.out_proj.bias.copy_(block.out.bias)

    def formula(order: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> Tensor:
        six = F.linear(emb, block.steer.weight, block.steer.bias).reshape(3, 1, 6, 16)
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = (six[:, :, i] for i in order)
        x = F.layer_norm(h, (16,), eps=1e-6) * (1 + scale_1) + shift_1
        mid = h + gate_1 * oracle(x, x, x, need_weights=False)[0]
        x = F.layer_norm(mid, (16,), eps=1e-6) * (1 + scale_2) + shift_2
        return mid + gate_2 * block.mlp(x)

    assert error(block(h, emb), formula()) < 1e-13 * float(h.abs().max())
    for order in ((1, 0, 2, 3, 4, 5), (0, 1, 5, 3, 4, 2), (3, 4, 5, 0, 1, 2)):
        assert error(block(h, emb), formula(order)) > 1e-3


@torch.no_grad()
def test_it_depends_on_t_and_y_and_no_label_is_the_null_label() -> None:
    net = make()
    base = net(X, T, Y)
    assert base.shape == X.shape
    for moved in (net(X, T + torch.tensor([1, 0, 0, -1]), Y), net(X, T, torch.tensor([1, 3, 9, 4]))):
        changed = (moved - base).abs().flatten(1).amax(1)
        assert changed[0] > 1e-3 and changed[3] > 1e-3
        assert float(changed[1:3].max()) < FLOAT32 * float(base.abs().max())
    assert error(net(X, T), net(X, T, torch.full((4,), net.null_label))) == 0
    assert error(net(X, T), net(X, T, torch.zeros(4).long())) > 1e-3
    plain = make(classes=0)
    assert plain.label is None and plain(X, T).shape == X.shape
    refuses(lambda: plain(X, T, Y), "error.no_labels")


@torch.no_grad()
def test_items_of_a_batch_do_not_mix(where) -> None:
    net = make().to(where)
    x, t, y = X.to(where), T.to(where), Y.to(where)
    base = net(x, t, y)
    order = torch.tensor([2, 0, 3, 1])
    scale = 4 * FLOAT32 * float(base.abs().max())
    assert error(net(x[order], t[order], y[order]), base[order]) < scale
    for i in range(4):
        assert error(net(x[i : i + 1], t[i : i + 1], y[i : i + 1]), base[i : i + 1]) < scale


@torch.no_grad()
def test_every_patch_hears_every_other_and_knows_its_place() -> None:
    net = make()
    far = X.clone()
    far[..., 0, 0] += 1
    assert float((net(far, T) - net(X, T)).abs()[..., -2:, -2:].amin((1, 2, 3)).min()) > 0
    deaf = make()
    for block in deaf.blocks:
        nn.init.zeros_(block.out.weight)  # no token looks at another any more
    assert error(deaf(far, T)[..., 2:, 2:], deaf(X, T)[..., 2:, 2:]) == 0
    order = torch.randperm(16, generator=torch.Generator().manual_seed(0))

    def shuffled(x: Tensor) -> Tensor:
        return unpatchify(patchify(x, 2)[:, order], 2, (8, 8))

    assert error(net(shuffled(X), T), shuffled(net(X, T))) > 1e-2
    net.positions.zero_()  # without its places it is a map of sets of patches
    assert error(net(shuffled(X), T), shuffled(net(X, T))) < 100 * FLOAT32


def test_every_weight_learns() -> None:
    torch.manual_seed(0)
    net = DiT(size=8, patch=2, width=16, depth=2, heads=2, time_width=16)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(4):
        optimiser.zero_grad()
        (net(X, T, Y) - images(4, 1, 8, 8, seed=1)).square().mean().backward()
        optimiser.step()
    still = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert still == []


@torch.no_grad()
def test_it_goes_to_disk_and_back(tmp_path: Path) -> None:
    net = make(channels=3, patch=4)
    x = images(2, 3, 8, 8)
    about = {"model": net.config, "schedule": schedules.linear().spec, "predicts": "v"}
    checkpoints.save(tmp_path / "small.safetensors", net, about, half=False)
    assert checkpoints.card(tmp_path / "small.safetensors")["network"] == "DiT"
    model = checkpoints.load(tmp_path / "small.safetensors", "cpu", "fp32")
    assert isinstance(model.net, DiT) and model.classes == 10
    assert error(model.net(x, T[:2], Y[:2]), net(x, T[:2], Y[:2])) == 0


def test_bad_input_is_named(unchecked) -> None:
    net = make()
    refuses(
        lambda: net(images(2, 3, 8, 8), T[:2]), "error.image_shape", got=(2, 3, 8, 8), want="(B, 1, H, W)"
    )
    refuses(
        lambda: net(images(2, 1, 8, 6), T[:2]), "error.image_shape", got=(2, 1, 8, 6), want="(B, 1, 8, 8)"
    )
    refuses(lambda: net(X, T[:1]), "error.t_shape", got=(1,), want=(4,))
    refuses(lambda: net(X, T, Y + 1), "error.label", got=11, last=10)
    refuses(lambda: net(X, 3), "error.tensor", name="t", got="int")
    refuses(lambda: patchify([1.0], 2), "error.tensor", name="x", got="list")
    refuses(lambda: patchify(X, 3), "error.patch", height=8, width=8, patch=3)
    refuses(lambda: patchify(X[:, :, :0], 4), "error.patch", height=0, width=8, patch=4)
    refuses(lambda: patchify(X, 0), "error.whole", name="patch", allowed="1, 2, 3, …", got="0")
    refuses(lambda: patchify(X[0], 2), "error.image_shape", got=(1, 8, 8), want="(B, C, H, W)")
    tokens = patchify(X, 2)
    refuses(lambda: unpatchify(tokens[0], 2, (8, 8)), "error.token_shape", got=(16, 4))
    for bad in (tokens[:, 1:], tokens[:, :, 1:]):
        got = f"{bad.shape[1]}, {bad.shape[2]}"
        refuses(
            lambda bad=bad: unpatchify(bad, 2, (8, 8)), "error.tokens", got=got, height=8, width=8, patch=2
        )
    refuses(lambda: unpatchify(tokens, 2, (8, 7)), "error.tokens", got="16, 4", height=8, width=7, patch=2)


def test_sizes_that_no_network_has_are_named(unchecked) -> None:
    refuses(lambda: DiT(patch=3), "error.patch", height=28, width=28, patch=3)
    refuses(lambda: DiT(patch=56), "error.patch", height=28, width=28, patch=56)
    for name in ("channels", "size", "patch", "width", "depth", "heads", "time_width"):
        refuses(
            lambda name=name: DiT(**{name: 0}), "error.whole", name=name, allowed="1, 2, 3, …", got="0"
        )  # fmt: skip
    refuses(lambda: DiT(classes=-1), "error.whole", name="classes", allowed="0, 1, 2, …", got="-1")
    refuses(lambda: DiT(time_width=3), "error.whole", name="time_width", allowed="2, 4, 6, …", got=3)
    for heads, step in ((4, 4), (8, 8), (3, 12)):
        allowed = f"{step}, {2 * step}, {3 * step}, …"
        refuses(
            lambda heads=heads: DiT(width=62, heads=heads),
            "error.whole",
            name="width",
            allowed=allowed,
            got="62",
        )


@pytest.mark.parametrize("size", [28, None, (28.0, 28), ("28", "28"), (-28, -28), (28, 28, 28)])
def test_a_size_is_two_whole_numbers(size, unchecked):
    tokens = torch.zeros(1, 49, 16)
    refuses(lambda: unpatchify(tokens, 4, size), "error.size", got=repr(size))
