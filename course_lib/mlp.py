"""The noise predictor for points: a small residual network without convolutions."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib import lang
from course_lib.checks import check_dtype, check_even, check_tensor, check_timesteps, check_whole
from course_lib.unet import time_embedding


class MLP(nn.Module):
    """A noise predictor for points, ``(x_t, t) -> answer`` of x_t's shape.

    h <- h + W_2 silu( W_1 silu(h) + emb(t) ),  ``depth`` times.

    d: numbers a point has; width of every hidden layer; depth: how many residual blocks; time_width: how
    many sines and cosines tell t apart, an even number. The last layer starts at zero, so the untrained
    network answers 0. ValueError for sizes that no network has.
    """

    classes = 0

    def __init__(self, d: int = 2, width: int = 128, depth: int = 3, time_width: int = 32):
        super().__init__()
        self.config = {"d": d, "width": width, "depth": depth, "time_width": time_width}
        for name, size in self.config.items():
            check_whole(name, size)
        check_even("time_width", time_width)
        self.d, self.time_width = d, time_width
        self.time = nn.Sequential(nn.Linear(time_width, width), nn.SiLU(), nn.Linear(width, width))
        self.stem = nn.Linear(d, width)
        self.first = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.second = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.head = nn.Linear(width, d)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x_t: Float[Tensor, "B d"], t: Int[Tensor, " B"]) -> Float[Tensor, "B d"]:
        """The network's answer for points x_t (B, d) at timesteps t (B,); ValueError for another shape."""
        check_tensor("x_t", x_t)
        if x_t.ndim != 2 or x_t.shape[1] != self.d:
            want = f"(B, {self.d})"
            raise ValueError(lang.text("error.points_shape", name="x_t", want=want, got=tuple(x_t.shape)))
        check_timesteps(t, len(x_t))
        check_dtype(x_t, self.stem.weight)
        emb = self.time(time_embedding(t, self.time_width).to(self.stem.weight.dtype))
        h = self.stem(x_t)
        for first, second in zip(self.first, self.second, strict=True):
            h = h + second(F.silu(first(F.silu(h)) + emb))
        return self.head(F.silu(h))
