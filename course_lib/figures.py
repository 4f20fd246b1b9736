"""Still pictures: one style for the whole course, in which Hangul, formulas and minus signs are right.

Importing this module sets the style. Labels in figures are symbols; the sentences stand in the chapter's
prose and in the alt text, which ``show`` takes from the strings.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from cycler import cycler
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor

from course_lib import frames, lang
from course_lib.files import FONT

# Okabe & Ito's colours, told apart by colour-blind readers; the dashes tell them apart without colour.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (3, 3)), (0, (9, 2)))

STYLE: dict[str, Any] = {
    # Nanum first: with DejaVu first, every label with a formula in it loses its Hangul.
    "font.family": ["NanumGothic", "DejaVu Sans"],
    "font.size": 12,
    "mathtext.fontset": "dejavusans",
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=DASHES),
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.alpha": 0.3,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "legend.handlelength": 3.5,  # long enough to show the dash pattern
    # White paper under dark ink: as readable in a dark theme as in a light one.
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 110,
}


def use() -> None:
    """Set the course's fonts and style for every figure from now on."""
    if str(FONT) not in {font.fname for font in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(FONT)
    mpl.rcParams.update(STYLE)  # type: ignore[arg-type]  # newer stubs want each key as a literal


use()

Images = Tensor | np.ndarray


def pixels(images: Images) -> np.ndarray:
    """Any images as (N, H, W, C) uint8.

    images: (N, C, H, W) floats in [-1, 1], or uint8 as (N, H, W), (N, H, W, C) or (N, C, H, W), C = 1 or
    3. ValueError for another shape.
    """
    if isinstance(images, np.ndarray) and np.issubdtype(images.dtype, np.floating):
        images = torch.from_numpy(images)
    if isinstance(images, Tensor) and images.is_floating_point():
        return frames.to_uint8(images)
    array = np.asarray(images)
    if array.dtype != np.uint8:
        raise ValueError(lang.text("error.uint8", got=array.dtype))
    if array.ndim == 3:
        return array[..., None]
    if array.ndim == 4 and array.shape[-1] in (1, 3):
        return array
    if array.ndim == 4 and array.shape[1] in (1, 3):
        return array.transpose(0, 2, 3, 1)
    raise ValueError(lang.text("error.image_shape", got=array.shape, want="(N, C, H, W), (N, H, W)"))


def strip(images: Images, titles: Sequence[str] | None = None, size: float = 1.3) -> Figure:
    """One row of images, each with its title (a symbol) above it; ``size`` is an image's width in inches."""
    return grid([images], titles, size=size)


def grid(
    rows: Sequence[Images],
    titles: Sequence[str] | None = None,
    row_titles: Sequence[str] | None = None,
    size: float = 1.3,
) -> Figure:
    """Several rows of images, titles above the first row and row titles at the left.

    Raises ValueError where there are not exactly as many titles as there are columns, or rows.
    """
    arrays = [pixels(row) for row in rows]
    columns = max((len(array) for array in arrays), default=0)
    for name, given, want in (("titles", titles, columns), ("row_titles", row_titles, len(arrays))):
        if given is not None and len(given) != want:
            raise ValueError(lang.text("figure.titles", name=name, got=len(given), want=want))
    if columns == 0:
        raise ValueError(lang.text("figure.empty"))
    fig, table = plt.subplots(
        len(arrays),
        columns,
        figsize=(size * columns, size * (len(arrays) + 0.25)),
        squeeze=False,
        layout="constrained",
    )
    for ax in table.flat:
        ax.grid(False)
        ax.set(xticks=[], yticks=[], frame_on=False)
    for i, array in enumerate(arrays):
        for ax, picture in zip(table[i], array, strict=False):
            ax.imshow(
                picture.squeeze(-1) if picture.shape[-1] == 1 else picture, cmap="gray", vmin=0, vmax=255
            )
        if row_titles is not None:
            table[i, 0].set_ylabel(row_titles[i], rotation=0, ha="right", va="center", labelpad=8)
    for ax, title in zip(table[0], titles or (), strict=False):
        ax.set_title(title)
    return fig


def axes(xlabel: str = "", ylabel: str = "", columns: int = 1, size: tuple[float, float] = (5.0, 3.2)) -> Any:
    """An empty plot: ``fig, ax``; with ``columns`` > 1, ax is an array of plots side by side."""
    fig, table = plt.subplots(
        1, columns, figsize=(size[0] * columns, size[1]), squeeze=False, layout="constrained"
    )
    for ax in table.flat:
        ax.set(xlabel=xlabel, ylabel=ylabel)
    return fig, table[0, 0] if columns == 1 else table[0]


@dataclass(frozen=True)
class Picture:
    """A finished figure with its alt text; a notebook shows the image, a plain terminal the words."""

    png: bytes
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.png).decode()
        style = "max-width:100%;height:auto;background:white"
        return f'<img alt="{html.escape(self.alt)}" style="{style}" src="data:image/png;base64,{source}">'


def show(fig: Figure, alt_key: str, **values: Any) -> Picture:
    """Close ``fig`` and give its picture with the alt text of ``alt_key`` in the reader's language.

    Make it a cell's last line. ``values`` fill the alt text's placeholders; KeyError for a key that the
    strings lack.
    """
    alt = lang.text(alt_key, **values)
    for ax in fig.axes:
        # Tick labels are numbers. Nanum has no minus sign, and inside a formula (10^-2 on a log axis)
        # matplotlib looks in the first font only.
        ax.tick_params(which="both", labelfontfamily="DejaVu Sans")
    file = io.BytesIO()
    # Without the Software entry the bytes do not depend on matplotlib's version string.
    fig.savefig(file, format="png", bbox_inches="tight", metadata={"Software": None})
    plt.close(fig)  # or the inline backend would show it a second time, without alt text
    return Picture(file.getvalue(), alt)
