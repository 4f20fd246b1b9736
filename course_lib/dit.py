"""The same task by a small diffusion transformer: no convolution, no levels, no skip connections.

The image is cut into patches, each patch is one token, and every block lets all tokens look at all others.
t and y reach a block as scale, shift and gate of its two halves (adaLN-Zero).

Sources: Peebles & Xie 2023, section 3.2; Vaswani et al. 2017 (the block); Dosovitskiy et al. 2021 (patches).
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import lang
from course_lib.checks import check_even, check_tensor, check_whole, is_whole
from course_lib.unet import Conditional, time_embedding, zeroed


def patchify(x: Float[Tensor, "B C H W"], patch: int) -> Float[Tensor, "B N D"]:
    """Cut each image into patches and write each patch as one row of numbers, row by row of patches.

    (B, C, H, W) -> (B, H W / patch^2, C patch^2).

    Source: Dosovitskiy et al. 2021, section 3.1. patch divides H and W; ValueError otherwise.
    """
    check_tensor("x", x)
    if x.ndim != 4:
        raise ValueError(lang.text("error.image_shape", got=tuple(x.shape), want="(B, C, H, W)"))
    check_whole("patch", patch)
    height, width = x.shape[-2:]
    if not height * width or height % patch or width % patch:
        raise ValueError(lang.text("error.patch", height=height, width=width, patch=patch))
    tiles = x.unflatten(3, (width // patch, patch)).unflatten(2, (height // patch, patch))
    return tiles.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def unpatchify(tokens: Float[Tensor, "B N D"], patch: int, size: tuple[int, int]) -> Float[Tensor, "B C H W"]:
    """Lay the patches down where ``patchify`` took them up: its inverse.

    Source: Peebles & Xie 2023, section 3.2 (decoder). size: (H, W), which patch divides; ValueError for
    tokens that do not fill it.
    """
    check_tensor("tokens", tokens)
    if tokens.ndim != 3:
        raise ValueError(lang.text("error.token_shape", got=tuple(tokens.shape)))
    check_whole("patch", patch)
    if not isinstance(size, tuple | list) or len(size) != 2 or not all(is_whole(s) and s > 0 for s in size):
        raise ValueError(lang.text("error.size", got=repr(size)))
    (height, width), (n, d) = size, tokens.shape[1:]
    if height % patch or width % patch or n != height * width // patch**2 or d % patch**2:
        raise ValueError(lang.text("error.tokens", got=f"{n}, {d}", height=height, width=width, patch=patch))
    tiles = tokens.unflatten(2, (-1, patch, patch)).unflatten(1, (height // patch, width // patch))
    return tiles.permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)


def position_embedding(rows: int, columns: int, width: int) -> Float[Tensor, "N width"]:
    """Where each patch lies: half of the numbers tell its row and half its column, as t is told.

    Source: Dosovitskiy et al. 2021, appendix D.4 (2-D positions), with the sines of Vaswani et al. 2017,
    section 3.5. (rows columns, width); width a multiple of 4.
    """
    row = time_embedding(torch.arange(rows), width // 2).repeat_interleave(columns, 0)
    column = time_embedding(torch.arange(columns), width // 2).repeat(rows, 1)
    return torch.cat([row, column], dim=1)


class Block(nn.Module):
    """Attention over all tokens, then a small network for each token, both steered by t and y.

    h <- h + gate_1 attention( (1 + scale_1) norm(h) + shift_1 )
    h <- h + gate_2 mlp( (1 + scale_2) norm(h) + shift_2 )

    The six vectors are linear in the embedding and start at 0, so that a new block is the identity.

    Source: Peebles & Xie 2023, figure 3 (DiT block with adaLN-Zero).
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width)
        )
        self.steer = zeroed(nn.Linear(width, 6 * width))

    def attention(self, h: Tensor) -> Tensor:
        """softmax(q k^T / sqrt(d)) v in each head (Vaswani et al. 2017, eq. 1)."""
        q, k, v = self.qkv(h).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # (B, heads, N, d)
        looks = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(dim=-1)  # (B, heads, N, N)
        return self.out((looks @ v).transpose(1, 2).flatten(2))

    def forward(self, h: Tensor, emb: Tensor) -> Tensor:
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = self.steer(emb)[:, None].chunk(6, dim=2)
        h = h + gate_1 * self.attention((1 + scale_1) * self.norm(h) + shift_1)
        return h + gate_2 * self.mlp((1 + scale_2) * self.norm(h) + shift_2)


class DiT(Conditional):
    """A class-conditional diffusion transformer, ``(x_t, t, y) -> answer`` of x_t's shape.

    size: height and width of the images; patch: of a patch, a divisor of size; width: of a token, a multiple
    of 4 and of heads; depth: blocks; classes and time_width as of ``UNet``. The untrained answer is 0.
    ValueError for sizes that no network has.
    """

    def __init__(
        self,
        channels: int = 1,
        size: int = 28,
        patch: int = 4,
        width: int = 64,
        depth: int = 4,
        heads: int = 4,
        classes: int = 10,
        time_width: int = 64,
    ):
        config = {
            "channels": channels, "size": size, "patch": patch, "width": width, "depth": depth,
            "heads": heads, "classes": classes, "time_width": time_width,
        }  # fmt: skip
        for name, value in config.items():
            check_whole(name, value, 0 if name == "classes" else 1)
        check_even("time_width", time_width)
        step = math.lcm(4, heads)
        if width % step:
            allowed = f"{step}, {2 * step}, {3 * step}, …"
            raise ValueError(lang.text("error.whole", name="width", allowed=allowed, got=repr(width)))
        if size % patch:
            raise ValueError(lang.text("error.patch", height=size, width=size, patch=patch))
        super().__init__(channels, classes, time_width, width)
        self.config, self.size, self.patch = config, size, patch
        self.stem = nn.Linear(channels * patch**2, width)
        where = position_embedding(size // patch, size // patch, width)
        self.register_buffer("positions", where, persistent=False)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.steer = zeroed(nn.Linear(width, 2 * width))
        self.head = zeroed(nn.Linear(width, channels * patch**2))

    def check(self, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> None:
        """ValueError for images, timesteps or labels that this network cannot take."""
        super().check(x_t, t, y)
        if x_t.shape[-2:] != (self.size, self.size):
            want = f"(B, {self.channels}, {self.size}, {self.size})"
            raise ValueError(lang.text("error.image_shape", got=tuple(x_t.shape), want=want))

    def forward(
        self,
        x_t: Float[Tensor, "B C H W"],
        t: Int[Tensor, " B"],
        y: Int[Tensor, " B"] | None = None,
    ) -> Float[Tensor, "B C H W"]:
        """The network's answer for images x_t (B, C, H, W) at timesteps t (B,) with labels y (B,).

        ValueError for images, timesteps or labels of another shape, and for a label above the null label.
        """
        emb = self.embed(t, y)
        h = self.stem(patchify(x_t, self.patch)) + self.positions
        for block in self.blocks:
            h = block(h, emb)
        shift, scale = self.steer(emb)[:, None].chunk(2, dim=2)
        tokens = self.head((1 + scale) * self.norm(h) + shift)
        return unpatchify(tokens, self.patch, (self.size, self.size))
