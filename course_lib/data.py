"""Real images, offline first.

``digits`` reads the MNIST subset that ships with the course; ``full`` fetches a whole data set once
through torchvision. Every image comes as float32 in [-1, 1], which is what the forward process expects.
"""

from __future__ import annotations

import errno
import json
from functools import cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from course_lib import lang
from course_lib.checks import check_not_empty, check_tensor, check_whole
from course_lib.files import data_folder, sha256

UNWRITABLE = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST,
}  # fmt: skip
SIZES = {"train": 60_000, "test": 10_000}  # of MNIST, and of Fashion-MNIST
Images = Float[Tensor, "N C H W"]
Labels = Int[Tensor, " N"]


folder = data_folder


@cache
def checksums() -> dict[str, str]:
    """The expected SHA-256 of each file in data/; ValueError where the list of them is damaged."""
    path = folder() / "checksums.json"
    if not path.is_file():
        raise FileNotFoundError(lang.text("error.file_missing", path=path))
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # not JSON, or not even UTF-8
        listed = None
    if not isinstance(listed, dict) or not all(isinstance(v, str) for v in listed.values()):
        raise ValueError(lang.text("error.checksums", path=path))
    return listed


@cache
def _verified(path: Path, want: str | None) -> Path:
    if not path.is_file():
        raise FileNotFoundError(lang.text("error.file_missing", path=path))
    if want is None:
        raise ValueError(lang.text("error.unlisted", path=path))
    got = sha256(path)
    if got != want:
        raise ValueError(lang.text("error.checksum", path=path, want=want[:16], got=got[:16]))
    return path


def verified(name: str) -> Path:
    """The path of data/``name``, once its checksum is seen to be right.

    Raises FileNotFoundError where it is missing and ValueError where it is corrupt or truncated (naming
    both checksums) or has no checksum at all.
    """
    return _verified(folder() / name, checksums().get(name))


def to_unit(images: UInt8[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Map 0..255 to [-1, 1]: x_0 = pixel / 127.5 - 1.

    Source: Ho et al. 2020, section 3.3. images: uint8 of any shape; ValueError for another dtype.
    """
    check_tensor("images", images)
    if images.dtype != torch.uint8:
        raise ValueError(lang.text("error.uint8", got=images.dtype))
    return images.float() / 127.5 - 1


def check_images(x_0: Images) -> Images:
    """``x_0`` if it is (N, C, H, W), not empty, floating, finite and within [-1, 1]; otherwise ValueError."""
    check_tensor("images", x_0)
    if x_0.ndim != 4:
        raise ValueError(lang.text("error.image_shape", got=tuple(x_0.shape), want="(N, C, H, W)"))
    if not x_0.is_floating_point():
        raise ValueError(lang.text("error.float_images", got=x_0.dtype))
    check_not_empty("images", x_0)
    if not torch.isfinite(x_0).all():
        raise ValueError(lang.text("error.not_finite", count=int((~torch.isfinite(x_0)).sum())))
    low, high = (float(v) for v in x_0.aminmax())
    if low < -1.001 or high > 1.001:
        raise ValueError(lang.text("error.image_range", low=f"{low:.3g}", high=f"{high:.3g}"))
    return x_0


def check_divides(images: Tensor, factor: int) -> None:
    """ValueError unless both sides of (B, C, H, W) images are multiples of ``factor``, and not 0."""
    height, width = images.shape[-2:]
    if height % factor or width % factor or not height or not width:
        raise ValueError(lang.text("error.divides", height=height, width=width, factor=factor))


def check_points(x_0: Float[Tensor, "N d"]) -> Float[Tensor, "N d"]:
    """``x_0`` if it is (N, d), not empty, floating and finite, of any size; otherwise ValueError."""
    check_tensor("points", x_0)
    if x_0.ndim != 2:
        raise ValueError(lang.text("error.points_shape", name="points", want="(N, d)", got=tuple(x_0.shape)))
    if not x_0.is_floating_point():
        raise ValueError(lang.text("error.points_float", got=x_0.dtype))
    check_not_empty("points", x_0)
    if not torch.isfinite(x_0).all():
        raise ValueError(lang.text("error.points_finite", count=int((~torch.isfinite(x_0)).sum())))
    return x_0


def check_label_shape(labels: Int[Tensor, " N"], count: int) -> None:
    """ValueError unless ``labels`` holds ``count`` whole numbers; which ones, no accelerator is asked."""
    check_tensor("labels", labels)
    if labels.shape != (count,):
        raise ValueError(lang.text("error.label_shape", got=tuple(labels.shape), want=(count,)))
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise ValueError(lang.text("error.label_dtype", got=labels.dtype))


def check_labels(labels: Int[Tensor, " N"], count: int, last: int) -> Int[Tensor, " N"]:
    """``labels`` if it holds ``count`` whole numbers in 0..last; otherwise ValueError."""
    check_label_shape(labels, count)
    low, high = (int(v) for v in labels.aminmax()) if count else (0, 0)
    if low < 0 or high > last:
        raise ValueError(lang.text("error.label", got=low if low < 0 else high, last=last))
    return labels


@cache
def _digits(split: str) -> tuple[Images, Labels]:
    import lzma

    if split not in ("train", "test"):
        raise ValueError(lang.text("error.split", got=repr(split), allowed="train, test"))
    with lzma.open(verified(f"digits-{split}.npy.xz")) as file:
        packed = np.load(file, allow_pickle=False)  # (N, 785): the label, then the pixels row by row
    images = torch.from_numpy(packed[:, 1:].reshape(-1, 1, 28, 28).copy())
    return to_unit(images), torch.from_numpy(packed[:, 0].astype(np.int64))


def digits(split: str = "train") -> tuple[Images, Labels]:
    """Handwritten digits that ship with the course: 18,000 of MNIST's training set or its whole test set.

    images (N, 1, 28, 28) float32 in [-1, 1]; labels (N,) int64 in 0..9.

    Source: LeCun, Cortes & Burges 1998 (data/README.md has licence and checksum).
    split "train" (18,000 images) or "test" (10,000); ValueError for another, or for a corrupt file.
    """
    images, labels = _digits(split)
    return images.clone(), labels.clone()


def one_of_each(split: str = "test", skip: int = 0) -> tuple[Images, Labels]:
    """Ten digits, one of each class 0..9: the ``skip``-th of its kind in the split.

    ValueError where a class has no such digit.
    """
    images, labels = _digits(split)
    skip = check_whole("skip", skip, 0, int(labels.bincount().min()) - 1)
    at = torch.tensor([int((labels == c).nonzero()[skip, 0]) for c in range(10)])
    return images[at], labels[at]


def cache_folder() -> Path:
    """Where downloaded data sets are kept: COURSE_CACHE, else ~/.cache/difusi."""
    import os

    asked = os.environ.get("COURSE_CACHE") or "~/.cache/difusi"
    try:
        return Path(asked).expanduser()
    except RuntimeError:  # nobody knows where this home is
        raise ValueError(lang.text("error.cache_home", path=asked)) from None


def full(name: str, split: str = "train") -> tuple[Images, Labels]:
    """A whole data set through torchvision's loader: downloaded once, with progress and checksums.

    name "mnist" (60,000 / 10,000 digits) or "fashion" (Fashion-MNIST, the same sizes); split "train" or
    "test". Raises ValueError for another name, a folder that cannot be written or downloaded files that are
    damaged, ConnectionError with what to do where there is no network.
    """
    classes = {"mnist": "MNIST", "fashion": "FashionMNIST"}
    if name not in classes:
        raise ValueError(lang.text("error.dataset", got=repr(name), allowed=", ".join(classes)))
    if split not in ("train", "test"):
        raise ValueError(lang.text("error.split", got=repr(split), allowed="train, test"))
    import socket
    import zlib

    from torchvision import datasets  # slow to import: only whoever asks for a full set pays for it

    root = cache_folder()
    raw, before = root / classes[name] / "raw", socket.getdefaulttimeout()
    damaged = ValueError(lang.text("error.cached", name=name, folder=raw))
    socket.setdefaulttimeout(15)  # a network that swallows packets would otherwise hold us for ever
    try:
        dataset = getattr(datasets, classes[name])(root, train=split == "train", download=True)
    except (OSError, RuntimeError) as problem:  # URLError is an OSError; all mirrors failing a RuntimeError
        if isinstance(problem, OSError) and problem.errno in UNWRITABLE:
            raise ValueError(lang.text("error.write", path=root, problem=problem.strerror)) from None
        if isinstance(problem, RuntimeError) and not str(problem).startswith("Error downloading"):
            raise damaged from None
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[-1]  # of the last mirror
        raise ConnectionError(lang.text("error.download", name=name, folder=root, problem=reason)) from None
    except (ValueError, AssertionError, LookupError, EOFError, zlib.error):  # what parsing garbage ends in
        raise damaged from None
    finally:
        socket.setdefaulttimeout(before)
    pixels, targets, count = dataset.data, dataset.targets.to(torch.int64), SIZES[split]
    if pixels.shape != (count, 28, 28) or targets.shape != (count,) or int(targets.max()) > 9:
        raise damaged
    return to_unit(pixels.unsqueeze(1)), targets
