"""Colour pictures: shape, range, the cloth's symmetry, the letters' presence, and refusals."""

from __future__ import annotations

import pytest
import torch

from course_lib import data, pictures

DRAWERS = [pictures.batik, pictures.hangul, pictures.difusi]


@pytest.mark.parametrize("draw", DRAWERS)
def test_a_picture_is_one_colour_image_in_range(draw):
    x = draw(size=53)
    assert x.shape == (1, 3, 53, 53) and x.dtype == torch.float32
    data.check_images(x)
    assert x.min() < -0.6 and x.max() > 0.8  # ink and cream, not a grey sheet
    assert (x[:, 0] - x[:, 2]).abs().max() > 0.3  # in colour


@pytest.mark.parametrize("draw", DRAWERS)
def test_every_call_draws_the_same_picture(draw):
    assert torch.equal(draw(size=40), draw(size=40))


@pytest.mark.parametrize("draw", DRAWERS)
def test_sizes_show_one_picture(draw):
    small, large = draw(size=32), draw(size=128)
    pooled = torch.nn.functional.avg_pool2d(large, 4)
    assert (small - pooled).abs().mean() < 0.12


@pytest.mark.parametrize("tiles", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("size", [31, 64])
def test_the_cloth_equals_its_mirror_images_and_quarter_turns(size, tiles):
    x = pictures.batik(size, tiles)
    for twin in (x.flip(-1), x.flip(-2), x.mT, x.rot90(1, (-2, -1))):
        assert torch.equal(x, twin)


def test_the_cloth_repeats_from_tile_to_tile():
    x = pictures.batik(size=96, tiles=4)
    assert torch.equal(x[..., :24], x[..., 24:48])
    assert torch.equal(x[..., :24, :], x[..., 72:, :])
    assert not torch.equal(x[..., :12], x[..., 12:24])  # a half tile is no repeat


def test_the_word_breaks_the_symmetry_of_its_cloth():
    x = pictures.difusi(size=64)
    assert torch.equal(x[..., :8, :], x[..., :8, :].flip(-1))  # the cloth above the word
    assert not torch.equal(x, x.flip(-1))  # the word itself


def test_another_word_is_another_picture():
    assert not torch.equal(pictures.hangul("확산", 48), pictures.hangul("확률", 48))


@pytest.mark.parametrize("draw", DRAWERS)
@pytest.mark.parametrize("size", [0, 15, 1025, 64.0, True, "64"])
def test_a_bad_size_is_refused(draw, size, unchecked):
    with pytest.raises(ValueError, match="size"):
        draw(size=size)


@pytest.mark.parametrize("tiles", [0, 17, 2.5])
def test_a_bad_number_of_tiles_is_refused(tiles, unchecked):
    with pytest.raises(ValueError, match="tiles"):
        pictures.batik(32, tiles)


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "ㄱ" * 13, 7])
def test_a_bad_word_is_refused(text, unchecked):
    with pytest.raises(ValueError, match="text"):
        pictures.hangul(text, 32)


def test_a_letter_the_font_lacks_is_named():
    with pytest.raises(ValueError, match="ꦧ"):
        pictures.hangul("ꦧ", 32)
