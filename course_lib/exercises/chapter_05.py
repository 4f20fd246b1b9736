"""Chapter 05: the sizes in a U-Net, t as sines and cosines, an image in patches, half of a DiT block."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from course_lib import dit, unet
from course_lib.exercises.core import Call, Comparison, Exercise, Mistake, Property
from course_lib.exercises.inputs import draw

# ---- unet.time_embedding


def time_embedding(t: Tensor, width: int) -> Tensor:
    """The library's embedding with its usual longest wavelength."""
    return unet.time_embedding(t, width)


# Small t: with the slow frequencies upside down, float32 would lose the angle of a large one.
_TIMES = [(torch.tensor([2]), 4), (torch.tensor([1, 3, 2]), 4), (torch.tensor([5, 40]), 8)]


def _on_the_circle(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    got = call(torch.tensor([1, 7, 30]), 8)
    yield Comparison(got.square().sum(1), torch.full((3,), 4.0))


def _fastest(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    t = torch.tensor([1, 2, 9])
    yield Comparison(call(t, 6)[:, [0, 3]], torch.stack([t.double().cos(), t.double().sin()], dim=1))


def _slowest(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for width in (2, 4, 16):
        got = call(torch.tensor([30]), width)[0, [width // 2 - 1, width - 1]]
        angle = 30 / 10_000 ** ((width - 2) / width)
        yield Comparison(got, torch.tensor([math.cos(angle), math.sin(angle)]))


def _only_the_distance(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    early, late = call(torch.tensor([2, 5]), 8), call(torch.tensor([22, 25]), 8)
    yield Comparison((early[0] * early[1]).sum(), (late[0] * late[1]).sum())


def _angles(t: Tensor, width: int, exponent: Callable[[Tensor, int], Tensor] | None = None) -> Tensor:
    k = torch.arange(width // 2, dtype=torch.float32)
    power = 2 * k / width if exponent is None else exponent(k, width)
    return t.float()[:, None] * torch.exp(-math.log(10_000) * power)


def _joined(angles: Tensor) -> Tensor:
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def _waves(exponent: Callable[[Tensor, int], Tensor]) -> Callable[[Tensor, int], Tensor]:
    return lambda t, width: _joined(_angles(t, width, exponent))


def _written(write: Callable[[Tensor], Tensor]) -> Callable[[Tensor, int], Tensor]:
    """The right angles, made into an embedding by ``write``."""
    return lambda t, width: write(_angles(t, width))


def _interleaved(angles: Tensor) -> Tensor:
    return torch.stack([angles.cos(), angles.sin()], dim=2).flatten(1)


def _interleaved_sines_first(angles: Tensor) -> Tensor:
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)


TIME_EMBEDDING = Exercise(
    "unet.time_embedding",
    chapter=5,
    reference=time_embedding,
    shown=unet.time_embedding,
    probes=_TIMES,
    hidden=[(torch.tensor([1]), 2), (torch.tensor([3, 7]), 10), (torch.tensor([11, 2, 25, 60]), 16)],
    properties=[
        Property("embedding_circle", _on_the_circle),
        Property("embedding_fastest", _fastest),
        Property("embedding_slowest", _slowest),
        Property("embedding_distance", _only_the_distance),
    ],
    mistakes=[
        Mistake("one_frequency", _waves(lambda k, width: 0 * k)),
        Mistake("whole_exponent", _waves(lambda k, width: -(-k // (width // 2)))),
        # What torch makes of a whole number to a negative whole power is 0.
        Mistake(
            "waves_stand_still", lambda t, width: _joined(_angles(t, width) * (torch.arange(width // 2) == 0))
        ),
        Mistake("growing", _waves(lambda k, width: -2 * k / width)),
        Mistake("k_for_2k", _waves(lambda k, width: k / width)),
        Mistake("doubled_twice", _waves(lambda k, width: 4 * k / width)),
        Mistake("ends_included", _waves(lambda k, width: k / (width // 2 - 1))),
        Mistake("starts_at_one", _waves(lambda k, width: 2 * (k + 1) / width)),
        Mistake("t_over_T", lambda t, width: _joined(_angles(t / 1000, width))),
        Mistake("sines_first", _written(lambda angles: torch.cat([angles.sin(), angles.cos()], dim=1))),
        Mistake("interleaved", _written(_interleaved)),
        Mistake("interleaved_sines_first", _written(_interleaved_sines_first)),
        Mistake("sines_only", _written(torch.sin)),
        Mistake("sines_twice", _written(lambda angles: torch.cat([angles.sin(), angles.sin()], dim=1))),
        Mistake("stacked_down", _written(lambda angles: torch.cat([angles.cos(), angles.sin()], dim=0))),
        Mistake("transposed", lambda t, width: unet.time_embedding(t, width).T),
    ],
)

# ---- unet.shapes

Shape = tuple[int, int, int]


def shapes(size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    """What leaves each level of a U-Net, (channels, height, width): first all the way down, then up again.

    A stride of 2 takes every other row, so an odd size is rounded up; each step up takes the skip's size.
    """
    height, width = size
    down = [(widths[0], height, width)]
    for channels in widths[1:]:
        height, width = (height + 1) // 2, (width + 1) // 2
        down.append((channels, height, width))
    return down + down[-2::-1]


_SIZES = [((4, 6), (8, 16)), ((28, 28), (32, 64, 128)), ((13, 22), (8, 16, 24, 40)), ((5, 5), (4,))]


def _same_size_out(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for size, widths in _SIZES:
        got = call(size, widths)
        yield Comparison(got[-1], torch.tensor([widths[0], *size]))


def _there_and_back(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    for size, widths in _SIZES:
        got = call(size, widths)
        yield Comparison(got, got.flip(0))


def _middle(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    got = call((7, 9), (8, 16, 32))
    yield Comparison(got[2], torch.tensor([32, 2, 3]))


def _halved(size: tuple[int, int], up: bool = True) -> tuple[int, int]:
    height, width = (n + 1 if up else n for n in size)
    return height // 2, width // 2


def _down(size: tuple[int, int], widths: tuple[int, ...], up: bool = True) -> list[Shape]:
    rows = [(widths[0], *size)]
    for channels in widths[1:]:
        size = _halved(size, up)
        rows.append((channels, *size))
    return rows


def _rows(make: Callable[[list[Shape], tuple[int, int], tuple[int, ...]], list]) -> Callable:
    """An answer made of the right rows of the way down, the size and the widths."""
    return lambda size, widths: make(_down(size, widths), size, widths)


def _floored(size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    down = _down(size, widths, up=False)
    return down + down[-2::-1]


def _rounded(size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    (height, width), down = size, list[Shape]()
    for channels in widths:
        down.append((channels, height, width))
        height, width = round(height / 2), round(width / 2)
    return down + down[-2::-1]


def _doubled(down: list[Shape], size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    """The way up by doubling, from the rows of the way down."""
    rows, (_, height, width) = list(down), down[-1]
    for channels in widths[-2::-1]:
        height, width = 2 * height, 2 * width
        rows.append((channels, height, width))
    return rows


def _halved_at_once(size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    down = _down(_halved(size), widths)
    return down + down[-2::-1]


def _wide_on_the_way_up(down: list[Shape], size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    up = [(wider, *row[1:]) for row, wider in zip(down[-2::-1], widths[:0:-1], strict=True)]
    return down + up


def _concatenated(down: list[Shape], *rest: object) -> list[Shape]:
    return down + [(2 * channels, height, width) for channels, height, width in down[-2::-1]]


def _grown_and_skip(down: list[Shape], size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    up = [(row[0] + wider, *row[1:]) for row, wider in zip(down[-2::-1], widths[:0:-1], strict=True)]
    return down + up


def _constant_size(size: tuple[int, int], widths: tuple[int, ...]) -> list[Shape]:
    return [(channels, *size) for channels in (*widths, *widths[-2::-1])]


SHAPES = Exercise(
    "unet.shapes",
    chapter=5,
    reference=shapes,
    probes=_SIZES,
    hidden=[((9, 3), (6, 10, 12)), ((32, 15), (4, 4)), ((31, 33), (2, 3, 5, 7, 11)), ((1, 2), (8, 9))],
    properties=[
        Property("shapes_out", _same_size_out),
        Property("shapes_middle", _middle),
        Property("shapes_back", _there_and_back),
    ],
    mistakes=[
        Mistake("floored", _floored),
        Mistake("doubled", _rows(_doubled)),
        Mistake(
            "floored_and_doubled", lambda size, widths: _doubled(_down(size, widths, False), size, widths)
        ),
        Mistake("rounded", _rounded),
        Mistake("halved_at_once", _halved_at_once),
        Mistake("wide_on_the_way_up", _rows(_wide_on_the_way_up)),
        Mistake("concatenated", _rows(_concatenated)),
        Mistake("grown_and_skip", _rows(_grown_and_skip)),
        Mistake("constant_size", _constant_size),
        Mistake("only_down", _rows(lambda down, size, widths: down)),
        Mistake("deepest_twice", _rows(lambda down, size, widths: down + down[::-1])),
        Mistake("channels_last", _rows(lambda down, *_: [(h, w, c) for c, h, w in down + down[-2::-1]])),
        Mistake("sizes_swapped", _rows(lambda down, *_: [(c, w, h) for c, h, w in down + down[-2::-1]])),
    ],
    lists=True,
    most=15,
)

# ---- dit.patchify


def _counted(*shape: int) -> Tensor:
    """Images whose pixels are 0, 1, 2, …, so that a token says where it was cut."""
    return torch.arange(math.prod(shape), dtype=torch.float64).reshape(shape)


_IMAGES = [
    (_counted(1, 1, 2, 4), 2),
    (_counted(1, 2, 4, 2), 2),
    (_counted(1, 1, 4, 4), 2),
    (_counted(1, 1, 2, 3), 1),
    (_counted(2, 3, 4, 6), 2),
    (_counted(2, 1, 6, 9), 3),
]


def _first_token(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x = _counted(2, 3, 4, 6)
    yield Comparison(call(x, 2)[:, 0], x[:, :, :2, :2].flatten(1))


def _second_token(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x = _counted(2, 3, 2, 4)  # two tokens in all: what is shown to be wrong is one that the claim names
    yield Comparison(call(x, 2)[:, 1], x[:, :, :2, 2:4].flatten(1))


def _patch_of_one(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x = _counted(1, 2, 2, 3)
    yield Comparison(call(x, 1)[0], x[0].flatten(1).T)


def _one_patch(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    x = _counted(2, 2, 3, 3)
    yield Comparison(call(x, 3), x.flatten(1)[:, None])


def _cut(order: str, axes: str = "bchpwq") -> Callable[[Tensor, int], Tensor]:
    """Tokens whose axes come in ``order``: b image, c channel, h and w patch, p row and q column in it."""

    def answer(x: Tensor, patch: int) -> Tensor:
        b, c, height, width = x.shape
        h, w = height // patch, width // patch
        sizes = {"b": b, "c": c, "h": h, "w": w, "p": patch, "q": patch}
        tiles = x.reshape([sizes[axis] for axis in axes])
        return tiles.permute([axes.index(axis) for axis in order]).reshape(b, h * w, -1)

    return answer


def _whole_grid(x: Tensor, patch: int) -> Tensor:
    tokens = dit.patchify(x, patch)
    return tokens.reshape(len(x), x.shape[2] // patch, x.shape[3] // patch, -1)


def _count_for_size(x: Tensor, patch: int) -> Tensor:
    # ``patch`` read as the number of patches along a side.
    b, c, height, width = x.shape
    tiles = x.reshape(b, c, patch, height // patch, patch, width // patch)
    return tiles.permute(0, 2, 4, 1, 3, 5).reshape(b, patch * patch, -1)


def _channels_as_tokens(x: Tensor, patch: int) -> Tensor:
    return dit.patchify(x.flatten(0, 1)[:, None], patch).reshape(len(x), -1, patch**2)


def _reshaped(x: Tensor, patch: int) -> Tensor:
    return x.reshape(len(x), -1, x.shape[1] * patch**2)


def _windows(x: Tensor, patch: int) -> Tensor:
    """Tokens whose corners are 0, 1, 2, … instead of multiples of ``patch``."""
    rows, columns = x.shape[2] // patch, x.shape[3] // patch
    cut = [x[:, :, i : i + patch, j : j + patch] for i in range(rows) for j in range(columns)]
    return torch.stack([token.flatten(1) for token in cut], dim=1)


PATCHIFY = Exercise(
    "dit.patchify",
    chapter=5,
    reference=dit.patchify,
    probes=_IMAGES,
    hidden=[
        (_counted(1, 2, 6, 3), 3),
        (_counted(3, 2, 4, 8), 4),
        (_counted(2, 4, 10, 5), 5),
        (_counted(1, 3, 2, 2), 1),
    ],
    properties=[
        Property("patches_one", _one_patch),
        Property("patches_of_one", _patch_of_one),
        Property("patches_first", _first_token),
        Property("patches_second", _second_token),
    ],
    mistakes=[
        Mistake("reshaped", _reshaped),
        Mistake("column_by_column", _cut("bwhcpq")),
        Mistake("patches_transposed", _cut("bhwcqp")),
        Mistake("all_transposed", _cut("bwhcqp")),
        Mistake("channels_last", _cut("bhwpqc")),
        Mistake("channels_first", _cut("bchwpq")),
        Mistake("every_other_pixel", _cut("bhwcpq", axes="bcphqw")),
        Mistake("patches_split_last", _cut("bhwcpq", axes="bchwpq")),
        Mistake("sliding", _windows),
        Mistake("every_window", lambda x, patch: functional.unfold(x, patch).mT),
        Mistake("count_for_size", _count_for_size),
        Mistake("channels_as_tokens", _channels_as_tokens),
        Mistake("not_transposed", lambda x, patch: dit.patchify(x, patch).mT),
        Mistake("grid_kept", _whole_grid),
        Mistake("batch_flattened", lambda x, patch: dit.patchify(x, patch).flatten(0, 1)),
    ],
    most=16,
)

# ---- dit.steered


def steered(
    h: Tensor, shift: Tensor, scale: Tensor, gate: Tensor, inner: Callable[[Tensor], Tensor]
) -> Tensor:
    """Half a DiT block: h + gate inner( (1 + scale) norm(h) + shift ), a vector for all of an image's tokens.

    Source: Peebles & Xie 2023, figure 3 (adaLN-Zero).
    """
    normed = functional.layer_norm(h, h.shape[-1:], eps=1e-6)
    return h + gate[:, None] * inner((1 + scale[:, None]) * normed + shift[:, None])


@dataclass(frozen=True)
class _Inner:
    """Stands for attention or MLP: mixes the tokens and the numbers of each, and is not linear."""

    a: float = 0.5
    b: float = 0.2
    c: float = 0.0

    def __call__(self, x: Tensor) -> Tensor:
        return self.a * x.flip(1) + self.b * x.roll(1, -1) ** 2 + self.c

    def __repr__(self) -> str:
        return "inner"


def _tokens(b: int, n: int, width: int, inner: _Inner | None = None) -> tuple[Any, ...]:
    vectors = [draw(b, width).roll(k, -1) * factor for k, factor in enumerate((1.0, 0.5, 0.8))]
    return (3 * draw(b, n, width) + 1, *vectors, inner or _Inner())


# One token of two numbers; several; and B == N, where a vector without its new axis runs along the images.
_TOKENS = [_tokens(1, 1, 2), _tokens(2, 3, 4), _tokens(3, 3, 4)]


def _at_zero_nothing(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    h, shift, scale, gate, inner = _tokens(2, 3, 4)
    yield Comparison(call(h, shift, scale, 0 * gate, inner), h)


def _at_zero_plain(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    h, shift, scale, gate, inner = _tokens(2, 3, 4)
    normed = functional.layer_norm(h, (4,), eps=1e-6)
    yield Comparison(call(h, 0 * shift, 0 * scale, 0 * gate + 1, inner), h + inner(normed))


def _shift_alone(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    # With scale -1 nothing is left of the tokens, and inner sees the shift alone.
    h, shift, scale, gate, inner = _tokens(2, 3, 4)
    seen = inner(shift[:, None].expand(2, 3, 4))
    yield Comparison(call(h, shift, 0 * scale - 1, 0 * gate + 1, inner), h + seen)


def _each_its_own(exercise: Exercise, call: Call) -> Iterator[Comparison]:
    h, shift, scale, gate, inner = _tokens(3, 3, 4)
    alone = [call(*(x[i : i + 1] for x in (h, shift, scale, gate)), inner) for i in range(3)]
    yield Comparison(call(h, shift, scale, gate, inner), torch.cat(alone))


def _completed(make: Callable[..., Tensor], wide: Callable[[Tensor], Tensor] | None = None) -> Callable:
    """A last line made of (h, normed, shift, scale, gate, inner), the three vectors laid out by ``wide``."""

    def answer(h: Tensor, shift: Tensor, scale: Tensor, gate: Tensor, inner: Callable) -> Tensor:
        normed = functional.layer_norm(h, h.shape[-1:], eps=1e-6)
        vectors = [(wide or (lambda x: x[:, None]))(x) for x in (shift, scale, gate)]
        return make(h, normed, *vectors, inner)

    return answer


def _right_line(h: Tensor, n: Tensor, m: Tensor, s: Tensor, g: Tensor, inner: Callable) -> Tensor:
    return h + g * inner((1 + s) * n + m)


STEERED = Exercise(
    "dit.steered",
    chapter=5,
    kind="complete",
    reference=steered,
    probes=_TOKENS,
    hidden=[
        _tokens(1, 4, 6, _Inner(-1.0, 0.3, 0.7)),
        _tokens(4, 2, 8, _Inner(0.1, -0.4)),
        _tokens(2, 2, 4, _Inner(1.0, 0.1, -0.2)),
    ],
    properties=[
        Property("steered_zero", _at_zero_nothing),
        Property("steered_plain", _at_zero_plain),
        Property("steered_shift", _shift_alone),
        Property("steered_own", _each_its_own),
    ],
    mistakes=[
        Mistake("scale_without_1", _completed(lambda h, n, m, s, g, inner: h + g * inner(s * n + m))),
        Mistake("no_way_round", _completed(lambda h, n, m, s, g, inner: g * inner((1 + s) * n + m))),
        Mistake("normed_kept", _completed(lambda h, n, m, s, g, inner: n + g * inner((1 + s) * n + m))),
        Mistake("not_normed", _completed(lambda h, n, m, s, g, inner: h + g * inner((1 + s) * h + m))),
        Mistake("gate_over_all", _completed(lambda h, n, m, s, g, inner: g * (h + inner((1 + s) * n + m)))),
        Mistake("gate_inside", _completed(lambda h, n, m, s, g, inner: h + inner(g * ((1 + s) * n + m)))),
        Mistake("no_gate", _completed(lambda h, n, m, s, g, inner: h + inner((1 + s) * n + m))),
        Mistake("gate_with_1", _completed(lambda h, n, m, s, g, inner: h + (1 + g) * inner((1 + s) * n + m))),
        Mistake("steered_after", _completed(lambda h, n, m, s, g, inner: h + g * ((1 + s) * inner(n) + m))),
        Mistake("shift_scaled", _completed(lambda h, n, m, s, g, inner: h + g * inner((1 + s) * (n + m)))),
        Mistake("swapped", _completed(lambda h, n, m, s, g, inner: h + g * inner((1 + m) * n + s))),
        Mistake("no_shift", _completed(lambda h, n, m, s, g, inner: h + g * inner((1 + s) * n))),
        Mistake("not_inner", _completed(lambda h, n, m, s, g, inner: h + g * ((1 + s) * n + m))),
        Mistake("over_the_tokens", _completed(_right_line, wide=lambda x: x)),
        Mistake("axis_at_the_end", _completed(_right_line, wide=lambda x: x[..., None])),
        Mistake("first_image_for_all", _completed(_right_line, wide=lambda x: x[:1, None])),
    ],
)

EXERCISES = (SHAPES, TIME_EMBEDDING, PATCHIFY, STEERED)  # in the chapter's order
