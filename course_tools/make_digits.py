"""Make data/digits-*.npy.xz from the full MNIST: `python -m course_tools.make_digits`.

The test set is kept whole (so that measures need no download); the training set is a class-balanced
18,000 chosen with seed 0. Each row is one uint8 label and 784 pixels; xz takes about 138 bytes of it.
"""

from __future__ import annotations

import json
import lzma

import numpy as np
import torch

from course_lib import data, files

PER_CLASS = 1_800


def _pack(images: torch.Tensor, labels: torch.Tensor) -> bytes:
    import io

    pixels = ((images.flatten(1) + 1) * 127.5).round().to(torch.uint8).numpy()
    rows = np.concatenate([labels.numpy().astype(np.uint8)[:, None], pixels], axis=1)
    buffer = io.BytesIO()
    np.save(buffer, rows, allow_pickle=False)
    return lzma.compress(buffer.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def _balanced(labels: torch.Tensor) -> torch.Tensor:
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    chosen = [order[labels[order] == c][:PER_CLASS] for c in range(10)]
    return torch.cat(chosen).sort().values


def record_checksum(name: str) -> None:
    """Write the SHA-256 of data/``name`` into data/checksums.json."""
    path = data.folder() / "checksums.json"
    table = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    table[name] = files.sha256(data.folder() / name)
    files.write_json(path, dict(sorted(table.items())))


def main() -> None:
    """Write both files and their checksums."""
    for split in ("train", "test"):
        images, labels = data.full("mnist", split)
        if split == "train":
            keep = _balanced(labels)
            images, labels = images[keep], labels[keep]
        name = f"digits-{split}.npy.xz"
        files.write_atomically(data.folder() / name, _pack(images, labels))
        record_checksum(name)
        print(name, len(labels), (data.folder() / name).stat().st_size)


if __name__ == "__main__":
    main()
