"""Data: the digits are whole and balanced, pixels map exactly, and what is wrong or absent is named."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import struct
from types import SimpleNamespace
from urllib.error import URLError

import pytest
import torch
from support import FLOAT32, error, refuses

from course_lib import data


@pytest.mark.parametrize(("split", "count"), [("train", 18_000), ("test", 10_000)])
def test_digits_are_whole(split, count):
    images, labels = data.digits(split)
    assert images.shape == (count, 1, 28, 28) and images.dtype == torch.float32
    assert labels.shape == (count,) and labels.dtype == torch.int64
    assert float(images.min()) == -1 and float(images.max()) == 1
    assert data.check_images(images) is images
    # MNIST's published statistics; a sample of 18,000 images varies by about 1e-3
    assert (
        abs(float((images + 1).mean() / 2) - 0.1307) < 3e-3 and abs(float(images.std() / 2) - 0.3081) < 3e-3
    )


def test_classes_are_balanced():
    assert torch.bincount(data.digits("train")[1]).tolist() == [1800] * 10
    # the counts of MNIST's whole test set
    want = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert torch.bincount(data.digits("test")[1]).tolist() == want


def test_no_training_image_is_also_a_test_image():
    seen = {hashlib.sha256(x.numpy().tobytes()).digest() for x in data.digits("train")[0]}
    assert not any(hashlib.sha256(x.numpy().tobytes()).digest() in seen for x in data.digits("test")[0])


def test_every_shipped_file_matches_its_checksum():
    for name, want in data.checksums().items():
        assert hashlib.sha256(data.verified(name).read_bytes()).hexdigest() == want, name
    shipped = {p.name for p in data.folder().iterdir() if p.suffix in (".xz", ".safetensors")}
    assert shipped == set(data.checksums())


def test_changing_what_was_returned_changes_nothing_for_the_next_caller():
    images, labels = data.digits("test")
    images.zero_()
    labels.zero_()
    assert data.digits("test")[0].abs().max() == 1 and data.digits("test")[1].max() == 9
    data.one_of_each()[0].zero_()
    assert data.one_of_each()[0].abs().max() == 1


def test_one_of_each():
    images, labels = data.one_of_each()
    assert labels.tolist() == list(range(10)) and images.shape == (10, 1, 28, 28)
    whole, names = data.digits("test")
    assert error(images[3], whole[(names == 3).nonzero()[0, 0]]) == 0
    assert error(data.one_of_each(skip=1)[0][3], whole[(names == 3).nonzero()[1, 0]]) == 0


def test_to_unit_maps_0_to_minus_1_and_255_to_1():
    pixels = torch.arange(256, dtype=torch.uint8)
    got = data.to_unit(pixels)
    assert got.dtype == torch.float32 and float(got[0]) == -1 and float(got[255]) == 1
    assert error(got, torch.arange(256, dtype=torch.float64) / 127.5 - 1) < FLOAT32
    assert torch.equal(((got + 1) * 127.5).round().to(torch.uint8), pixels)


def test_bad_images_are_named(unchecked):
    good = torch.zeros(2, 1, 3, 3)
    bad = good.clone()
    bad[0, 0, 0, 0], bad[1, 0, 0, 0] = float("nan"), float("-inf")
    refuses(lambda: data.check_images(bad), "error.not_finite", count=2)
    refuses(lambda: data.check_images(good + 255), "error.image_range", low="255", high="255")
    refuses(lambda: data.check_images(good - 1.5), "error.image_range", low="-1.5", high="-1.5")
    refuses(lambda: data.check_images(good.byte()), "error.float_images", got=torch.uint8)
    refuses(lambda: data.check_images(good[0]), "error.image_shape", got=(1, 3, 3), want="(N, C, H, W)")
    refuses(lambda: data.to_unit(good), "error.uint8", got=torch.float32)
    refuses(lambda: data.check_images(good[:0]), "error.empty", name="images")
    for call in (data.check_images, data.to_unit):
        for x, got in ((None, "NoneType"), ([0.0], "list"), (good.numpy(), "ndarray")):
            refuses(lambda call=call, x=x: call(x), "error.tensor", name="images", got=got)
    for edge in (good - 1, good + 1):
        assert data.check_images(edge) is edge


def test_unknown_names_are_named(unchecked):
    refuses(lambda: data.digits("valid"), "error.split", got="'valid'", allowed="train, test")
    refuses(lambda: data.full("mnist", "valid"), "error.split", got="'valid'", allowed="train, test")
    refuses(lambda: data.full("cifar"), "error.dataset", got="'cifar'", allowed="mnist, fashion")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the test digits that may be spoilt."""
    for name in ("digits-test.npy.xz", "checksums.json"):
        shutil.copy(data.folder() / name, tmp_path / name)
    data.checksums()
    monkeypatch.setattr(data, "folder", lambda: tmp_path)
    data._digits.cache_clear()
    yield tmp_path
    data._digits.cache_clear()


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b[:1000], lambda b: b"", lambda b: b[:-9] + b"x" + b[-8:]]
)
def test_a_corrupt_file_is_named_with_both_checksums(elsewhere, spoil):
    path = elsewhere / "digits-test.npy.xz"
    path.write_bytes(spoil(path.read_bytes()))
    got = hashlib.sha256(path.read_bytes()).hexdigest()
    want = data.checksums()[path.name]
    refuses(lambda: data.digits("test"), "error.checksum", path=path, want=want[:16], got=got[:16])


def test_a_missing_file_is_named(elsewhere):
    path = elsewhere / "digits-train.npy.xz"
    refuses(lambda: data.digits("train"), "error.file_missing", FileNotFoundError, path=path)


def test_the_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "here"))
    assert data.cache_folder() == tmp_path / "here"
    monkeypatch.delenv("COURSE_CACHE")
    assert data.cache_folder().parts[-2:] == (".cache", "difusi")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_CACHE", "~/x")
    assert data.cache_folder() == tmp_path / "x"
    monkeypatch.setenv("COURSE_CACHE", "~nobody-of-this-name/x")
    refuses(data.cache_folder, "error.cache_home", path="~nobody-of-this-name/x")


@pytest.mark.parametrize(("name", "cls"), [("mnist", "MNIST"), ("fashion", "FashionMNIST")])
def test_full_sets_come_through_torchvisions_loader(name, cls, monkeypatch, tmp_path):
    from torchvision import datasets

    pixels = torch.randint(0, 256, (60_000, 28, 28), dtype=torch.uint8)
    asked, waits = [], []

    def loader(root, train, download):
        asked.append((root, train, download))
        waits.append(socket.getdefaulttimeout())
        n = data.SIZES["train" if train else "test"]
        return SimpleNamespace(data=pixels[:n], targets=torch.arange(n) % 10)

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets, cls, loader)
    images, labels = data.full(name, "test")
    assert asked == [(tmp_path, False, True)]
    assert images.shape == (10_000, 1, 28, 28)
    assert error(images[:9, 0], data.to_unit(pixels[:9])) == 0
    assert labels[:5].tolist() == [0, 1, 2, 3, 4] and labels.dtype == torch.int64
    assert len(data.full(name)[0]) == 60_000
    assert asked[-1] == (tmp_path, True, True)
    assert (
        waits == [15, 15] and socket.getdefaulttimeout() is None
    )  # no endless wait, and nothing left behind


@pytest.mark.parametrize(
    "problem",
    [
        URLError("no route"),
        OSError(101, "Network is unreachable"),
        TimeoutError("timed out"),
        RuntimeError("Error downloading x.gz:\nTried a, got:\nno route\nTried b, got:\ntimed out\n\n"),
    ],
)
def test_no_network_is_said_in_one_sentence(problem, monkeypatch, tmp_path):
    from torchvision import datasets

    def loader(*_, **__):
        raise problem

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets, "FashionMNIST", loader)
    refuses(
        lambda: data.full("fashion"),
        "error.download",
        ConnectionError,
        name="fashion",
        folder=tmp_path,
        problem=str(problem).strip().splitlines()[-1],
    )
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("number", sorted(data.UNWRITABLE))
def test_a_cache_that_cannot_be_written_is_no_network_trouble(number, monkeypatch, tmp_path):
    from torchvision import datasets

    def loader(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets, "MNIST", loader)
    refuses(lambda: data.full("mnist"), "error.write", path=tmp_path, problem=os.strerror(number))


def test_the_real_loader_with_a_cache_that_is_a_file(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("here")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    with pytest.raises(ValueError, match="cannot be written"):
        data.full("mnist")


def test_bad_labels_are_named(unchecked):
    good = torch.tensor([0, 9, 3])
    assert data.check_labels(good, 3, 9) is good
    refuses(lambda: data.check_labels(good, 2, 9), "error.label_shape", got=(3,), want=(2,))
    refuses(lambda: data.check_labels(good[None], 3, 9), "error.label_shape", got=(1, 3), want=(3,))
    refuses(lambda: data.check_labels(good.float(), 3, 9), "error.label_dtype", got=torch.float32)
    refuses(lambda: data.check_labels(good > 1, 3, 9), "error.label_dtype", got=torch.bool)
    refuses(lambda: data.check_labels(good, 3, 8), "error.label", got=9, last=8)
    refuses(lambda: data.check_labels(good - 1, 3, 9), "error.label", got=-1, last=9)
    refuses(lambda: data.check_labels([0, 9, 3], 3, 9), "error.tensor", name="labels", got="list")
    refuses(lambda: data.check_labels(good * 1j, 3, 9), "error.label_dtype", got=torch.complex64)


def test_skipping_too_far_is_named(unchecked):
    for skip in (892, 10**6, -1, 1.0):
        refuses(
            lambda skip=skip: data.one_of_each(skip=skip),
            "error.whole", name="skip", allowed="0..891", got=repr(skip),
        )  # fmt: skip
    assert len(data.one_of_each(skip=891)[0]) == 10


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"3", b"\xff\xfe", b'{"a": 3}', b"[" * 100_000])
def test_a_damaged_list_of_checksums_is_named(content, elsewhere):
    path = elsewhere / "checksums.json"
    path.write_bytes(content)
    data.checksums.cache_clear()
    try:
        refuses(lambda: data.digits("test"), "error.checksums", path=path)
        path.unlink()
        refuses(lambda: data.digits("test"), "error.file_missing", FileNotFoundError, path=path)
    finally:
        data.checksums.cache_clear()


def idx(*shape: int) -> bytes:
    return struct.pack(f">{1 + len(shape)}i", 0x0800 + len(shape), *shape)


GOOD_LABELS = idx(10_000) + bytes(10_000)
GOOD_IMAGES = idx(10_000, 28, 28) + bytes(10_000 * 784)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (b"garbage", GOOD_LABELS), (b"", GOOD_LABELS), (GOOD_IMAGES[:-1], GOOD_LABELS),
        (GOOD_IMAGES, bytes(8)),
        (idx(5, 28, 28) + bytes(5 * 784), GOOD_LABELS), (GOOD_IMAGES, idx(5) + bytes(5)),
        (GOOD_IMAGES, GOOD_LABELS[:-1] + b"\x0b"), (idx(0, 28, 28), idx(0)),
    ],
)  # fmt: skip
def test_damaged_downloads_are_not_trusted(images, labels, monkeypatch, tmp_path):
    """torchvision's own loader, with files already there: it takes them as they are."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for kind in ("train", "t10k"):
        (raw / f"{kind}-images-idx3-ubyte").write_bytes(images)
        (raw / f"{kind}-labels-idx1-ubyte").write_bytes(labels)
    refuses(lambda: data.full("mnist", "test"), "error.cached", name="mnist", folder=raw)


def test_whole_downloads_are_read(monkeypatch, tmp_path):
    """The files that the test above spoils are right otherwise."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for kind in ("train", "t10k"):
        (raw / f"{kind}-images-idx3-ubyte").write_bytes(GOOD_IMAGES)
        (raw / f"{kind}-labels-idx1-ubyte").write_bytes(GOOD_LABELS)
    assert data.full("mnist", "test")[0].shape == (10_000, 1, 28, 28)


def test_torchvisions_own_loader_without_network(monkeypatch, tmp_path):
    """Not a stand-in: the real loader, with every connection refused, ends in our sentence."""
    import urllib.request

    def offline(*_, **__):
        raise URLError("no route to host")

    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(urllib.request, "urlopen", offline)
    with pytest.raises(ConnectionError) as caught:
        data.full("mnist")
    assert str(tmp_path) in str(caught.value) and "data.digits()" in str(caught.value)
