"""The noise predictor: a small class-conditional U-Net.

Same size in and out; each level halves the image and widens the channels, the way back up reads the
way down through skip connections, and t and y reach every block. Attention sits at the lowest
resolution, where every pixel can afford to look at every other.

Sources: Ronneberger et al. 2015 (the shape); Ho et al. 2020, appendix B; Dhariwal & Nichol 2021,
section 3 (scale and shift from the embedding).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import data, lang
from course_lib.checks import check_even, check_not_empty, check_tensor, check_whole


def time_embedding(t: Int[Tensor, " B"], width: int, longest: float = 10_000.0) -> Float[Tensor, "B width"]:
    """Write each timestep as ``width`` sines and cosines, from fast to slow.

    [cos(t / longest^(2k/width)), sin(t / longest^(2k/width))],  k = 0 .. width/2 - 1.

    Source: Vaswani et al. 2017, section 3.5. t (B,) integers; width even.
    """
    k = torch.arange(width // 2, device=t.device, dtype=torch.float32)
    angles = t.float()[:, None] * torch.exp(-math.log(longest) * 2 * k / width)[None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def _groups(channels: int) -> int:
    return math.gcd(8, channels)


def _zero(layer: nn.Module) -> nn.Module:
    # A layer that starts at zero leaves its block the identity, and the untrained network's answer 0.
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


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
        self.conv_2 = _zero(nn.Conv2d(channels_out, channels_out, 3, padding=1))
        same = channels_in == channels_out
        self.bypass = nn.Identity() if same else Pointwise(channels_in, channels_out)

    def forward(self, x: Tensor, emb: Tensor) -> Tensor:
        scale, shift = self.scale_shift(emb)[:, :, None, None].chunk(2, dim=1)
        h = self.conv_1(F.silu(self.norm_1(x)))
        h = self.norm_2(h) * (1 + scale) + shift
        return self.bypass(x) + self.conv_2(F.silu(h))


class Attention(nn.Module):
    """Self-attention over all pixels of a feature map, added to its input: softmax(q^T k / sqrt(d)) v a head.

    Source: Vaswani et al. 2017, eq. 1.
    """

    def __init__(self, channels: int, heads: int = 4):
        super().__init__()
        self.heads = math.gcd(heads, channels)
        self.norm = nn.GroupNorm(_groups(channels), channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = _zero(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        # Written out: for 7 x 7 pixels PyTorch's fused attention is the slower one in bfloat16 on a CPU.
        q, k, v = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, h * w).unbind(1)
        looks = (q.transpose(-1, -2) @ k / math.sqrt(c // self.heads)).softmax(dim=-1)  # (B, heads, HW, HW)
        return x + self.out((v @ looks.transpose(-1, -2)).reshape(b, c, h, w))


class UNet(nn.Module):
    """A class-conditional noise predictor, ``(x_t, t, y) -> answer`` of x_t's shape.

    widths: channels at each resolution, the first at full size, each next at half of it.
    classes: labels run 0..classes-1; the label ``classes`` is the null label ("no class"), which is
    also what y=None means. classes=0 builds a model without labels.
    time_width: how many sines and cosines tell t apart, an even number.
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
    ):
        super().__init__()
        check_not_empty("widths", widths)
        sizes = {"channels": channels, "embedding": embedding, "time_width": time_width}
        sizes |= {f"widths[{i}]": width for i, width in enumerate(widths)}
        for name, size in sizes.items():
            check_whole(name, size)
        check_whole("classes", classes, 0)
        check_even("time_width", time_width)
        self.config = {
            "channels": channels, "widths": list(widths), "classes": classes,
            "embedding": embedding, "attention": attention, "time_width": time_width,
        }  # fmt: skip
        self.channels, self.classes, self.time_width = channels, classes, time_width
        self.time = nn.Sequential(
            nn.Linear(time_width, embedding), nn.SiLU(), nn.Linear(embedding, embedding)
        )
        self.label = nn.Embedding(classes + 1, embedding) if classes else None
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
            self.up.append(ResidualBlock(2 * width, width, embedding))
        self.norm = nn.GroupNorm(_groups(widths[0]), widths[0])
        self.head = _zero(nn.Conv2d(widths[0], channels, 3, padding=1))

    @property
    def null_label(self) -> int:
        """The label that means "no class"."""
        return self.classes

    def embed(self, t: Int[Tensor, " B"], y: Int[Tensor, " B"] | None = None) -> Float[Tensor, "B E"]:
        """What t and y tell every block: a time embedding plus a label embedding."""
        emb = self.time(time_embedding(t, self.time_width).to(self.stem.weight.dtype))
        if self.label is not None:
            y = torch.full_like(t, self.null_label) if y is None else y
            emb = emb + self.label(y.long())
        elif y is not None:
            raise ValueError(lang.text("error.no_labels"))
        return F.silu(emb)

    def forward(
        self,
        x_t: Float[Tensor, "B C H W"],
        t: Int[Tensor, " B"],
        y: Int[Tensor, " B"] | None = None,
    ) -> Float[Tensor, "B C H W"]:
        """The network's answer for images x_t (B, C, H, W) at timesteps t (B,) with labels y (B,).

        ValueError for images, timesteps or labels of another shape, and for a label above the null label.
        """
        check_tensor("x_t", x_t)
        check_tensor("t", t)
        if x_t.ndim != 4 or x_t.shape[1] != self.channels:
            raise ValueError(
                lang.text("error.image_shape", got=tuple(x_t.shape), want=f"(B, {self.channels}, H, W)")
            )
        if t.shape != x_t.shape[:1]:  # a single t would broadcast in silence
            raise ValueError(lang.text("error.t_shape", got=tuple(t.shape), want=(len(x_t),)))
        if y is not None and self.label is not None:
            data.check_labels(y, len(x_t), self.null_label)
        emb = self.embed(t, y)
        h = self.stem(x_t)
        skips = []
        for block, shrink in zip(self.down, self.shrink, strict=True):
            h = block(h, emb)
            skips.append(h)
            h = shrink(h)
        h = self.middle_2(self.attention(self.middle_1(h, emb)), emb)
        for grow, block in zip(self.grow, self.up, strict=True):
            skip = skips.pop()
            h = F.interpolate(grow(h), size=skip.shape[-2:], mode="nearest")
            h = block(torch.cat([h, skip], dim=1), emb)
        return self.head(F.silu(self.norm(h)))
