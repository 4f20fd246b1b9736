"""Chapter 05's exercises: right answers in another form, the real network's sizes, lists as answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib import dit, lang, unet
from course_lib.exercises import check, solution
from course_lib.exercises.chapter_05 import _SIZES, shapes, steered

# ---- unet.time_embedding


def frequencies(width, base=10_000.0):
    return torch.tensor([1 / base ** (2 * k / width) for k in range(width // 2)], dtype=torch.float64)


def by_outer(t, width):
    angles = torch.outer(t.double(), frequencies(width))
    return torch.hstack([torch.cos(angles), torch.sin(angles)])


def by_arange_of_evens(t, width):
    angles = t[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return torch.cat((angles.cos(), angles.sin()), -1)


def by_loop(t, width):
    rows = []
    for one in t.tolist():
        angles = [one * math.exp(-math.log(10_000) * 2 * k / width) for k in range(width // 2)]
        rows.append([math.cos(a) for a in angles] + [math.sin(a) for a in angles])
    return torch.tensor(rows)


def by_complex(t, width):
    turned = torch.exp(1j * torch.outer(t.double(), frequencies(width)))
    return torch.cat([turned.real, turned.imag], dim=1)


def in_place(t, width):
    answer = torch.empty(len(t), width)
    for k in range(width // 2):
        answer[:, k] = torch.cos(t * 10_000 ** (-2 * k / width))
        answer[:, width // 2 + k] = torch.sin(t * 10_000 ** (-2 * k / width))
    return answer


def by_logspace(t, width):
    angles = t[:, None] * torch.logspace(0, -4, width // 2 + 1)[:-1]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


@pytest.mark.parametrize(
    "answer",
    [unet.time_embedding, by_outer, by_arange_of_evens, by_loop, by_complex, in_place, by_logspace],
)
def test_an_embedding_written_differently_passes(answer):
    assert check("unet.time_embedding", answer).passed, check("unet.time_embedding", answer)


def test_integer_division_kills_the_frequencies_and_is_named():
    def answer(t, width):
        k = torch.arange(width // 2)
        angles = t[:, None] / 10_000 ** (2 * k // width)
        return torch.cat([angles.cos(), angles.sin()], dim=1)

    assert check("unet.time_embedding", answer).mistake == "one_frequency"


@pytest.mark.parametrize(("base", "mistake"), [(10_000, "waves_stand_still"), (1e4, "whole_exponent")])
def test_a_whole_exponent_is_named_whatever_the_base(base, mistake):
    def answer(t, width):
        k, K = torch.arange(width // 2), width // 2
        angles = t[:, None] * base ** (-k // K)
        return torch.cat([angles.cos(), angles.sin()], dim=1)

    assert check("unet.time_embedding", answer).mistake == mistake


@pytest.mark.parametrize(
    "wave",
    [
        lambda k, K: 2 * math.pi * 10_000.0 ** (-k / K),
        lambda k, K: 1000.0 ** (-k / K),
        lambda k, K: torch.exp(-k / K),
        lambda k, K: 10_000.0 ** (-k.flip(0) / K),
    ],
)
def test_other_frequencies_fail(wave):
    def answer(t, width):
        angles = t[:, None] * wave(torch.arange(width // 2), width // 2)
        return torch.cat([angles.cos(), angles.sin()], dim=1)

    assert check("unet.time_embedding", answer).broken in ("embedding_fastest", "embedding_slowest")


def test_shapes_that_do_not_fit_together_are_explained():
    result = check("unet.time_embedding", lambda t, width: t * frequencies(width))
    assert (result.status, result.lines[-1]) == ("failed", lang.text("exercise.shapes_apart"))


def test_an_embedding_in_float16_is_told_to_be_longer():
    result = check("unet.time_embedding", lambda t, width: unet.time_embedding(t, width).half())
    assert result.lines == (lang.text("exercise.dtype", got="torch.float16"),)


def test_an_embedding_of_one_angle_for_all_timesteps_fails():
    result = check("unet.time_embedding", lambda t, width: unet.time_embedding(t * 0 + t[0], width))
    assert result.status == "failed"


# ---- unet.shapes


def by_ceil(size, widths):
    rows, (height, width) = [], size
    for level, channels in enumerate(widths):
        rows.append([channels, math.ceil(height / 2**level), math.ceil(width / 2**level)])
    return rows + rows[:-1][::-1]


@pytest.mark.parametrize(
    "answer",
    [
        by_ceil,
        lambda size, widths: torch.tensor(by_ceil(size, widths)),
        lambda size, widths: tuple(map(tuple, by_ceil(size, widths))),
        lambda size, widths: [torch.Size(row) for row in by_ceil(size, widths)],
        lambda size, widths: [[np.int64(n) for n in row] for row in by_ceil(size, widths)],
        lambda size, widths: np.array(by_ceil(size, widths), dtype=np.int32),
    ],
)
def test_sizes_may_come_as_lists_tuples_or_a_tensor(answer):
    assert check("unet.shapes", answer).passed, check("unet.shapes", answer)


def halved(half):
    def answer(size, widths):
        rows, (height, width) = [], size
        for channels in widths:
            rows.append((channels, height, width))
            height, width = half(height), half(width)
        return rows + rows[-2::-1]

    return answer


@pytest.mark.parametrize(
    ("half", "mistake"),
    [(lambda n: round(n / 2), "rounded"), (lambda n: n // 2, "floored"), (lambda n: n // 2 + 1, "")],
)
def test_sizes_rounded_another_way_fail(half, mistake):
    assert check("unet.shapes", halved(lambda n: -(-n // 2))).passed
    result = check("unet.shapes", halved(half))
    assert (result.status, result.mistake) == ("failed", mistake)


@pytest.mark.parametrize(("size", "widths"), _SIZES)
def test_the_shapes_are_those_of_the_network_itself(size, widths):
    net = unet.UNet(widths=widths, classes=0, embedding=8, time_width=8)
    maps = unet.feature_maps(net, torch.zeros(1, 1, *size), torch.ones(1, dtype=torch.int64))
    levels = range(1, len(widths))
    rows = ["stem", *(f"shrink_{n}" for n in levels), *(f"up_{n}" for n in levels)]
    assert [tuple(maps[row].shape[1:]) for row in rows] == shapes(size, widths)


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (lambda size, widths: [(8.0, 4.0, 6.0)], "list[float]"),
        (lambda size, widths: ("8, 4, 6", 3), "tuple[str]"),
        (lambda size, widths: [(8, 4, 6), (16, 2)], "list"),
        (lambda size, widths: [True, False], "list[bool]"),
        (lambda size, widths: [torch.tensor(8)], "list[Tensor]"),
        (lambda size, widths: range(10**9), "range"),
        (lambda size, widths: "shapes", "str"),
        (lambda size, widths: torch.tensor(by_ceil(size, widths)).float(), "Tensor[float32]"),
        (lambda size, widths: torch.tensor(by_ceil(size, widths)).double(), "Tensor[float64]"),
        (lambda size, widths: np.array(by_ceil(size, widths)) / 1, "ndarray"),
    ],
)
def test_what_is_no_list_of_whole_numbers_is_told_in_one_sentence(answer, got):
    result = check("unet.shapes", answer)
    assert (result.status, result.lines) == ("failed", (lang.text("exercise.list", got=got),))


def test_a_list_where_a_tensor_is_asked_for_is_refused_as_before():
    result = check("unet.time_embedding", lambda t, width: unet.time_embedding(t, width).tolist())
    assert result.lines == (lang.text("exercise.type", got="list[float]"),)


def test_lists_of_another_length_are_shown_in_full():
    result = check("unet.shapes", lambda size, widths: shapes(size, widths)[:2])
    assert result.example.inputs == "size = (4, 6), widths = (8, 16)"
    assert result.example.expected == "[[8, 4, 6], [16, 2, 3], [8, 4, 6]]"
    assert result.example.got == "[[8, 4, 6], [16, 2, 3]]"


# ---- dit.patchify


def by_unfold(x, patch):
    return F.unfold(x, patch, stride=patch).mT


def by_loops(x, patch):
    height, width = x.shape[2:]
    cut = [
        x[:, :, i : i + patch, j : j + patch].flatten(1)
        for i in range(0, height, patch)
        for j in range(0, width, patch)
    ]
    return torch.stack(cut, dim=1)


def by_loops_from(x, patch, corners):
    """Windows whose corners are ``corners`` of the number of patches along a side."""
    rows, columns = (corners(n // patch) for n in x.shape[2:])
    cut = [x[:, :, i : i + patch, j : j + patch].flatten(1) for i in rows for j in columns]
    return torch.stack(cut, dim=1)


def split_last(x, patch):
    b, c, height, width = x.shape
    tiles = x.reshape(b, c, height // patch, width // patch, patch, patch)
    return tiles.permute(0, 2, 3, 1, 4, 5).reshape(b, -1, c * patch**2)


def by_einops_of_hand(x, patch):
    b, c, height, width = x.shape
    x = x.reshape(b, c, height // patch, patch, width // patch, patch)
    return torch.einsum("nchpwq->nhwcpq", x).reshape(b, -1, c * patch * patch)


def by_convolution(x, patch):
    numbers = x.shape[1] * patch**2
    each = torch.eye(numbers, dtype=x.dtype).view(numbers, -1, patch, patch)
    return F.conv2d(x, each, stride=patch).flatten(2).mT


@pytest.mark.parametrize(
    "answer",
    [
        dit.patchify, by_unfold, by_loops, by_einops_of_hand, by_convolution,
        lambda x, patch: F.pixel_unshuffle(x, patch).flatten(2).mT,
        lambda x, patch: by_loops(x.float(), patch),
    ],
)  # fmt: skip
def test_patches_cut_differently_pass(answer):
    assert check("dit.patchify", answer).passed, check("dit.patchify", answer)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x, patch: F.unfold(x, patch, stride=patch), "not_transposed"),
        (lambda x, patch: by_unfold(x.mT, patch), "all_transposed"),
        (lambda x, patch: by_loops(x, patch).flatten(0, 1), "batch_flattened"),
        (lambda x, patch: x.reshape(len(x), -1, patch * patch * x.shape[1]), "reshaped"),
        (lambda x, patch: F.pixel_unshuffle(x, x.shape[2] // patch).flatten(2), ""),
        (
            lambda x, patch: (
                x.unfold(2, patch, patch).unfold(3, patch, patch).reshape(by_unfold(x, patch).shape)
            ),
            "channels_first",
        ),
        (lambda x, patch: F.unfold(x, patch).mT, "every_window"),
        (lambda x, patch: by_loops_from(x, patch, range), "sliding"),
        (lambda x, patch: split_last(x, patch), "patches_split_last"),
        (lambda x, patch: F.avg_pool2d(x, patch).flatten(2).mT, ""),
    ],
)
def test_the_slips_of_cutting_are_named(answer, mistake):
    result = check("dit.patchify", answer)
    assert (result.status, result.mistake) == ("failed", mistake)


def test_what_is_shown_of_a_wrong_second_token_lies_in_it():
    def answer(x, patch):  # token 0 is right, and all others are it once more
        return by_unfold(x, patch)[:, :1].expand(-1, x.shape[2] * x.shape[3] // patch**2, -1)

    result = check("dit.patchify", lambda x, p: by_unfold(x, p) if p == 1 else answer(x, p))
    assert result.broken == "patches_second"
    assert result.example.expected.startswith("answer[0, 1, ")


def test_the_solutions_are_the_library_s_where_it_has_them():
    assert "longest" in solution("unet.time_embedding").source
    assert "tiles.permute" in solution("dit.patchify").source


# ---- dit.steered


def normed(h):
    return (h - h.mean(-1, keepdim=True)) / (h.var(-1, correction=0, keepdim=True) + 1e-6).sqrt()


def by_repeating(h, shift, scale, gate, inner):
    shift, scale, gate = (x.unsqueeze(1).repeat(1, h.shape[1], 1) for x in (shift, scale, gate))
    return torch.addcmul(h, gate, inner(normed(h) + scale * normed(h) + shift))


def by_einsum(h, shift, scale, gate, inner):
    seen = torch.einsum("bnd,bd->bnd", normed(h), 1 + scale) + shift.view(len(h), 1, -1)
    return torch.einsum("bnd,bd->bnd", inner(seen), gate) + h


def image_by_image(h, shift, scale, gate, inner):
    parts = zip(h.split(1), shift, scale, gate, strict=True)
    return torch.cat([one + g * inner((1 + s) * normed(one) + m) for one, m, s, g in parts])


@pytest.mark.parametrize("answer", [steered, by_repeating, by_einsum, image_by_image])
def test_a_line_completed_differently_passes(answer):
    assert check("dit.steered", answer).passed, check("dit.steered", answer)


@pytest.mark.parametrize(
    ("answer", "mistake", "broken"),
    [
        (
            lambda h, m, s, g, inner: h + g[:, None] * inner(s[:, None] * normed(h) + m[:, None]),
            "scale_without_1",
            "",
        ),
        (lambda h, m, s, g, inner: h + g * inner((1 + s) * normed(h) + m), "over_the_tokens", ""),
        (
            lambda h, m, s, g, inner: h + g[..., None] * inner((1 + s[..., None]) * normed(h) + m[..., None]),
            "axis_at_the_end",
            "",
        ),
        (lambda h, m, s, g, inner: h, "", "steered_plain"),
        (lambda h, m, s, g, inner: steered(h, m, s, g[:1].expand_as(g), inner), "", "steered_own"),
        (lambda h, m, s, g, inner: steered(h, m, s.mean(1, True), g, inner), "", "agrees"),
    ],
)
def test_a_line_completed_wrongly_fails(answer, mistake, broken):
    result = check("dit.steered", answer)
    assert (result.status, result.mistake, result.broken) == ("failed", mistake, broken)


def test_the_completed_line_is_the_library_s_block():
    torch.manual_seed(0)
    block = dit.Block(8, 2).double()
    torch.nn.init.normal_(block.steer.weight)
    h, e = torch.randn(2, 5, 8, dtype=torch.float64), torch.randn(2, 8, dtype=torch.float64)
    m_1, s_1, g_1, m_2, s_2, g_2 = block.steer(e).chunk(6, dim=1)
    by_hand = steered(steered(h, m_1, s_1, g_1, block.attention), m_2, s_2, g_2, block.mlp)
    torch.testing.assert_close(by_hand, block(h, e), rtol=0, atol=1e-12)
