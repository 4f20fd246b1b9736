"""The noise predictor: a small class-conditional U-Net.

Same size in and out; each level halves the image and widens the channels, the way back up reads the
way down through skip connections, and t and y reach every block. Attention sits at the lowest
resolution, where every pixel can afford to look at every other.

Sources: Ronneberger et al. 2015 (the shape); Ho et al. 2020, appendix B; Dhariwal & Nichol 2021,
section 3 (scale and shift from the embedding).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import data, lang
from course_lib.checks import (
    check_bool,
    check_dtype,
    check_even,
    check_not_empty,
    check_tensor,
    check_timesteps,
    check_whole,
)

Layer = TypeVar("Layer", bound=nn.Module)


def time_embedding(t: Int[Tensor, " B"], width: int, longest: float = 10_000.0) -> Float[Tensor, "B width"]:
    """Write each timestep as ``width`` sines and cosines, from fast to slow.

    [cos(t / longest^(2k/width)), sin(t / longest^(2k/width))],  k = 0 .. width/2 - 1.

    Source: Vaswani et al. 2017, section 3.5. t (B,) integers; width even.
    """
    k = torch.arange(width // 2, device=t.device, dtype=torch.float32)
    angles = t.float()[:, None] * torch.exp(-math.log(longest) * 2 * k / width)[None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def check_inputs(x_t: Tensor, t: Tensor, y: Tensor | None, channels: int, classes: int) -> None:
    """ValueError for images, timesteps or labels that a network of this size cannot take.

    Labels on an accelerator are checked for their shape and kind only.
    """
    check_tensor("x_t", x_t)
    if x_t.ndim != 4 or x_t.shape[1] != channels:
        want = f"(B, {channels}, H, W)"
        raise ValueError(lang.text("error.image_shape", got=tuple(x_t.shape), want=want))
    if 0 in x_t.shape[2:]:
        check_not_empty("x_t", x_t)
    check_timesteps(t, len(x_t))
    if y is not None and classes:
        # A look at labels on a GPU would make every call wait for it; Run and guide have looked at theirs.
        if getattr(y, "device", x_t.device).type == "cpu":
            data.check_labels(y, len(x_t), classes)
        else:
            data.check_label_shape(y, len(x_t))


def _groups(channels: int) -> int:
    return math.gcd(8, channels)


def zeroed(layer: Layer) -> Layer:
    """The layer, starting at zero: it leaves its block the identity, and the untrained network's answer 0."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


def _silu(h: Tensor, kept: Tensor | None = None) -> Tensor:
    # Without gradients it overwrites h, unless that is the tensor to be kept: a tenth of a call's time.
    return F.silu(h, inplace=not torch.is_grad_enabled() and h is not kept)


class Pointwise(nn.Conv2d):
    """A 1 x 1 convolution: one matrix for every pixel, multiplied as such where the images are contiguous.

    There (bfloat16 on a CPU) it takes a quarter of the time that oneDNN's convolution takes, backward
    included; channels-last, the convolution is as fast.
    """

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__(channels_in, channels_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.bias is None or not x.is_contiguous():
            return super().forward(x)
        matrices = self.weight.flatten(1).expand(len(x), -1, -1)
        return torch.baddbmm(self.bias[:, None], matrices, x.flatten(2)).unflatten(2, x.shape[2:])


class ResidualBlock(nn.Module):
    """Two convolutions around the embedding's scale and shift; its last convolution starts at zero."""

    def __init__(self, channels_in: int, channels_out: int, embedding: int):
        super().__init__()
        self.norm_1 = nn.GroupNorm(_groups(channels_in), channels_in)
        self.conv_1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.scale_shift = nn.Linear(embedding, 2 * channels_out)
        self.norm_2 = nn.GroupNorm(_groups(channels_out), channels_out)
        self.conv_2 = zeroed(nn.Conv2d(channels_out, channels_out, 3, padding=1))
        same = channels_in == channels_out
        self.bypass = nn.Identity() if same else Pointwise(channels_in, channels_out)

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:
        scale, shift = self.scale_shift(emb)[:, :, None, None].chunk(2, dim=1)
        h = self.norm_2(self.conv_1(_silu(self.norm_1(x), kept=x)))
        h = h * (1 + scale) + shift if torch.is_grad_enabled() else h.mul_(1 + scale).add_(shift)
        return self.bypass(x) + self.conv_2(_silu(h))


class Attention(nn.Module):
    """Self-attention over all pixels of a feature map, added to its input: softmax(q^T k / sqrt(d)) v a head.

    Source: Vaswani et al. 2017, eq. 1.
    """

    def __init__(self, channels: int, heads: int = 4):
        super().__init__()
        self.heads = math.gcd(heads, channels)
        self.norm = nn.GroupNorm(_groups(channels), channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        # Written out: for 7 x 7 pixels PyTorch's fused attention is the slower one in bfloat16 on a CPU.
        q, k, v = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, h * w).unbind(1)
        looks = (q.transpose(-1, -2) @ k / math.sqrt(c // self.heads)).softmax(dim=-1)  # (B, heads, HW, HW)
        return x + self.out((v @ looks.transpose(-1, -2)).reshape(b, c, h, w))


class Conditional(nn.Module):
    """What the networks of images share: how t and y are told, and what is asked of a call's arguments.

    embedding: how many numbers tell t and y together; channels, classes, time_width and time as of ``UNet``.
    """

    def __init__(self, channels: int, classes: int, time_width: int, embedding: int, time: bool = True):
        super().__init__()
        self.channels, self.classes, self.time_width = channels, classes, time_width
        self.time = self.constant = None
        if time:
            self.time = nn.Sequential(
                nn.Linear(time_width, embedding), nn.SiLU(), nn.Linear(embedding, embedding)
            )
        else:
            self.constant = nn.Parameter(torch.zeros(embedding))
        self.label = nn.Embedding(classes + 1, embedding) if classes else None

    @property
    def weight(self) -> Tensor:
        """One of the weights, which tells where and in which dtype the network computes."""
        return next(self.parameters())

    @property
    def null_label(self) -> int:
        """The label that means "no class"."""
        return self.classes

    def embed(self, t: Int[Tensor, " B"], y: Int[Tensor, " B"] | None = None) -> Float[Tensor, "B E"]:
        """What t and y tell every block: a time embedding plus a label embedding."""
        if self.constant is None:
            assert self.time is not None  # for mypy: one of the two is there
            emb = self.time(time_embedding(t, self.time_width).to(next(self.time.parameters()).dtype))
        else:
            emb = self.constant.expand(len(t), -1)
        if self.label is not None:
            y = torch.full_like(t, self.null_label) if y is None else y
            emb = emb + self.label(y.long())
        elif y is not None:
            raise ValueError(lang.text("error.no_labels"))
        return F.silu(emb)

    def check(self, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> None:
        """ValueError for images, timesteps or labels that this network cannot take."""
        check_inputs(x_t, t, y, self.channels, self.classes)
        check_dtype(x_t, self.weight)

    def __call__(self, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> Any:
        """``forward`` of arguments that were checked: before it, since a compiled one looks at no values."""
        self.check(x_t, t, y)
        return super().__call__(x_t, t, y)


class UNet(Conditional):
    """A class-conditional noise predictor, ``(x_t, t, y) -> answer`` of x_t's shape.

    widths: channels at each resolution, the first at full size, each next at half of it.
    classes: labels run 0..classes-1; the label ``classes`` is the null label ("no class"), which is
    also what y=None means. classes=0 builds a model without labels.
    time_width: how many sines and cosines tell t apart, an even number.
    skips=False hands nothing across from the way down to the way up; time=False puts one learned vector
    in the place of the embedding of t, so that every t gets the same answer. Both are there to be compared.
    Any image size works: a level of odd size is rounded up on the way down and cut on the way back.
    ValueError for sizes that no network has.
    """

    def __init__(
        self,
        channels: int = 1,
        widths: Sequence[int] = (32, 64, 128),
        classes: int = 10,
        embedding: int = 128,
        attention: bool = True,
        time_width: int = 64,
        skips: bool = True,
        time: bool = True,
    ):
        try:
            widths = list(widths)
        except TypeError:
            raise ValueError(lang.text("error.list", name="widths", got=repr(widths))) from None
        check_not_empty("widths", widths)
        for name, chosen in (("attention", attention), ("skips", skips), ("time", time)):
            check_bool(name, chosen)
        sizes = {"channels": channels, "embedding": embedding, "time_width": time_width}
        sizes |= {f"widths[{i}]": width for i, width in enumerate(widths)}
        for name, size in sizes.items():
            check_whole(name, size)
        check_whole("classes", classes, 0)
        check_even("time_width", time_width)
        super().__init__(channels, classes, time_width, embedding, time)
        self.config = {
            "channels": channels, "widths": list(widths), "classes": classes,
            "embedding": embedding, "attention": attention, "time_width": time_width,
        }  # fmt: skip
        # Only what is left out is noted, so that older cards and training states still describe this network.
        self.config |= {part: False for part, there in (("skips", skips), ("time", time)) if not there}
        self.skips = skips
        self.stem = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        for width, wider in pairwise(widths):
            self.down.append(ResidualBlock(width, width, embedding))
            self.shrink.append(nn.Conv2d(width, wider, 3, stride=2, padding=1))
        deepest = widths[-1]
        self.middle_1 = ResidualBlock(deepest, deepest, embedding)
        self.attention = Attention(deepest) if attention else nn.Identity()
        self.middle_2 = ResidualBlock(deepest, deepest, embedding)
        self.grow, self.up = nn.ModuleList(), nn.ModuleList()
        for width, wider in zip(widths[-2::-1], widths[:0:-1], strict=True):
            self.grow.append(nn.Conv2d(wider, width, 3, padding=1))
            self.up.append(ResidualBlock(2 * width if skips else width, width, embedding))
        self.norm = nn.GroupNorm(_groups(widths[0]), widths[0])
        self.head = zeroed(nn.Conv2d(widths[0], channels, 3, padding=1))

    def forward(
        self,
        x_t: Float[Tensor, "B C H W"],
        t: Int[Tensor, " B"],
        y: Int[Tensor, " B"] | None = None,
    ) -> Float[Tensor, "B C H W"]:
        """The network's answer for images x_t (B, C, H, W) at timesteps t (B,) with labels y (B,).

        ValueError for images, timesteps or labels of another shape, and for a label above the null label.
        """
        for _, h in self.flow(x_t, self.embed(t, y)):
            answer = h
        return answer

    def flow(self, x_t: Tensor, emb: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Every stage's name and feature map, in the order in which x_t runs through them; "head" is last."""
        yield "stem", (h := self.stem(x_t))
        sizes, skips = [], []
        for level, (block, shrink) in enumerate(zip(self.down, self.shrink, strict=True), 1):
            yield f"down_{level}", (h := block(h, emb))
            sizes.append(h.shape[-2:])
            skips.append([h] if self.skips else [])
            yield f"shrink_{level}", (h := shrink(h))
        yield "middle_1", (h := self.middle_1(h, emb))
        yield "attention", (h := self.attention(h))
        yield "middle_2", (h := self.middle_2(h, emb))
        for level, (grow, block) in enumerate(zip(self.grow, self.up, strict=True), 1):
            yield f"grow_{level}", (h := F.interpolate(grow(h), size=sizes.pop(), mode="nearest"))
            yield f"up_{level}", (h := block(torch.cat([h, *skips.pop()], dim=1), emb))
        yield "head", self.head(_silu(self.norm(h), kept=h))


@torch.no_grad()
def feature_maps(
    net: UNet,
    x_t: Float[Tensor, "B C H W"],
    t: Int[Tensor, " B"],
    y: Int[Tensor, " B"] | None = None,
) -> dict[str, Float[Tensor, "B _ _ _"]]:
    """What each stage of the network makes of x_t, by name, from "stem" to "head" (the network's answer).

    For three levels: stem, down_1, shrink_1, down_2, shrink_2, middle_1, attention, middle_2, grow_1, up_1,
    grow_2, up_2, head. Level 1 of the way up is the lowest one; grow_1 is the map after it was enlarged.
    Arguments as of the network's call, on any device: the maps lie on the network's. Of an ``EpsModel`` pass
    ``model.net``. ValueError where the call has one.
    """
    if not isinstance(net, UNet):
        raise ValueError(lang.text("error.feature_net", got=type(net).__name__))
    if isinstance(x_t, Tensor) and x_t.is_floating_point():
        x_t = x_t.to(net.weight.dtype)  # float64 images, say, as an EpsModel takes them too
    net.check(x_t, t, y)
    home = net.weight.device
    labels = None if y is None else y.to(home)
    return dict(net.flow(x_t.to(home), net.embed(t.to(home), labels)))
