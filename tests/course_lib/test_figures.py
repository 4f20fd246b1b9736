"""Figures: Hangul and formulas together, images of every accepted kind, alt text in the page."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from course_lib import figures, lang

LABELS = [
    "확산 모델의 전방 과정",
    r"노이즈 $\sqrt{1-\bar\alpha_t}\,\epsilon$ 와 신호 $x_0$",
    r"$\hat x_0$ 가 흐려집니다 $-1.5$",
    "− 노이즈",
    "Derau pada langkah waktu ‘t’ – simpangan baku “kecil” …",
    r"gambar bersih $x_0 \in [-1, 1]$",
    "β̃ ᾱ √ ε ∈ ≤ × − ‖x‖²",
]


@pytest.fixture(autouse=True)
def _restore():
    yield
    plt.close("all")
    mpl.rcdefaults()
    figures.use()


def draw_all_labels(finish: Callable[[Figure], object]) -> None:
    """Draw every label as title, axis label, tick and legend entry, on axes with minus signs."""
    fig, (ax, log) = figures.axes(LABELS[0], LABELS[1], columns=2)
    ax.plot([-2, -1, 0], [-3e-5, 0, 2e-5], label=LABELS[2])
    ax.legend(title=LABELS[3])
    ax.set_title(LABELS[4])
    ax.text(-2, 0, LABELS[5])
    ax.text(-2, 1e-5, LABELS[6])
    log.plot([1, 2, 3], [1e-4, 1e-2, 10])
    log.set_yscale("log")
    finish(fig)


def missing_glyphs(caplog, finish: Callable[[Figure], object]) -> list[str]:
    """What matplotlib complains about: a warning for plain text, but only a log line inside mathtext."""
    with warnings.catch_warnings(record=True) as seen, caplog.at_level("WARNING"):
        warnings.simplefilter("always")
        draw_all_labels(finish)
    said = [str(w.message) for w in seen] + [record.getMessage() for record in caplog.records]
    return [message for message in said if "glyph" in message.lower() or "font" in message.lower()]


@pytest.fixture
def show(monkeypatch) -> Callable[[Figure], object]:
    monkeypatch.setattr(lang, "text", lambda key, **_: key)
    return lambda fig: figures.show(fig, "alt")


def test_no_glyph_is_missing(caplog, show):
    assert missing_glyphs(caplog, show) == []


@pytest.mark.parametrize("family", [["DejaVu Sans"], ["DejaVu Sans", "NanumGothic"]])
def test_the_glyph_test_catches_a_wrong_font_order(family, caplog, show):
    mpl.rcParams["font.family"] = family
    assert len(missing_glyphs(caplog, show)) > 5


def test_the_glyph_test_catches_a_log_axis_without_a_minus_sign(caplog):
    assert any("2212" in message for message in missing_glyphs(caplog, lambda fig: fig.canvas.draw()))


def test_the_font_ships_with_its_licence():
    assert figures.FONT.is_file()
    licence = (figures.FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "Version 1.1 - 26 February 2007" in licence
    assert "with Reserved Font Name Nanum" in licence
    from matplotlib import font_manager

    assert font_manager.findfont("NanumGothic", fallback_to_default=False)


def test_using_the_style_twice_adds_the_font_once():
    from matplotlib import font_manager

    figures.use()
    figures.use()
    assert [f.fname for f in font_manager.fontManager.ttflist].count(str(figures.FONT)) == 1


def test_lines_differ_in_colour_and_in_dashes():
    assert len(set(figures.COLOURS)) == len(set(figures.DASHES)) == len(figures.COLOURS) >= 6
    _, ax = figures.axes()
    first, second = ax.plot([0, 1], np.eye(2))
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_reads_every_kind_the_same(channels):
    want = np.arange(2 * 4 * 5 * channels, dtype=np.uint8).reshape(2, 4, 5, channels)
    first = want.transpose(0, 3, 1, 2).copy()
    floats = torch.from_numpy(first).float() / 127.5 - 1
    for images in (want, first, torch.from_numpy(first), floats, floats.double(), floats.numpy()):
        np.testing.assert_array_equal(figures.pixels(images), want)
    if channels == 1:
        np.testing.assert_array_equal(figures.pixels(want[..., 0]), want)


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (np.zeros((2, 3), np.uint8), "(2, 3)"),
        (np.zeros((2, 5, 6, 7), np.uint8), "(2, 5, 6, 7)"),
        (np.zeros((2, 3, 3), np.int64), "int64"),
        (torch.full((1, 1, 2, 2), float("nan")), "NaN"),
    ],
)
def test_bad_images_are_named(images, says):
    with pytest.raises(ValueError, match=r"\S") as problem:
        figures.strip(images)
    lang.use("en")
    assert says in str(problem.value)


def test_strip_shows_the_pixels_and_the_titles():
    x = torch.linspace(-1, 1, 3 * 16).reshape(3, 1, 4, 4)
    fig = figures.strip(x, titles=[r"$x_0$", r"$x_1$", r"$x_2$"])
    assert [ax.get_title() for ax in fig.axes] == [r"$x_0$", r"$x_1$", r"$x_2$"]
    shown = np.stack([np.asarray(ax.images[0].get_array()) for ax in fig.axes])
    np.testing.assert_array_equal(shown, figures.pixels(x)[..., 0])
    # The grey scale is fixed: an almost black image must not be stretched to white.
    assert {ax.images[0].get_clim() for ax in fig.axes} == {(0, 255)}


def test_grid_checks_the_number_of_titles():
    x = torch.zeros(2, 3, 4, 4)
    fig = figures.grid([x, x[:1]], titles=["a", "b"], row_titles=["r", "s"])
    assert [ax.get_ylabel() for ax in fig.axes] == ["r", "", "s", ""]
    lang.use("en")
    with pytest.raises(ValueError, match="titles must hold one title for each of the 2"):
        figures.grid([x], titles=["a"])
    with pytest.raises(ValueError, match="row_titles"):
        figures.grid([x], row_titles=["a", "b"])
    with pytest.raises(ValueError, match="no image"):
        figures.grid([])


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_show_puts_the_alt_text_into_the_page(monkeypatch, language):
    monkeypatch.setattr(lang, "strings", lambda code: {"alt.test.one": f'{code} "7" < {{T}} ~ 가'})
    monkeypatch.setattr(lang, "_chosen", language)
    picture = figures.show(figures.strip(torch.zeros(1, 1, 4, 4)), "alt.test.one", T=1000)
    assert repr(picture) == f'{language} "7" < 1000 ~ 가'
    page = picture._repr_html_()
    assert f'alt="{language} &quot;7&quot; &lt; 1000 ~ 가"' in page
    assert 'src="data:image/png;base64,' in page
    assert picture.png.startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_the_same_figure_gives_the_same_bytes(show):
    one, two = (figures.strip(torch.zeros(2, 1, 4, 4), titles=["$x_0$", "가"]) for _ in range(2))
    assert show(one).png == show(two).png
