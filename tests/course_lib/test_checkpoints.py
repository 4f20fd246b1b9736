"""Checkpoints: what goes in comes out, half a file is never left, and what is wrong is named."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
from pathlib import Path

import pytest
import torch
from support import error, noise, refuses
from torch import nn

from course_lib import checkpoints, data, schedules
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet

CONFIG = {"channels": 1, "widths": [4, 8], "classes": 3, "embedding": 8, "attention": True, "time_width": 8}
ABOUT = {"model": CONFIG, "schedule": schedules.cosine(30).spec, "predicts": "v", "note": "숫자"}
X, T, Y = noise(2, 1, 5, 5).float(), torch.tensor([3, 30]), torch.tensor([0, 2])


@pytest.fixture
def net() -> UNet:
    torch.manual_seed(0)
    net = UNet(**CONFIG)
    nn.init.normal_(net.head.weight)
    return net.eval()


@pytest.fixture
def path(tmp_path, net) -> Path:
    checkpoints.save(tmp_path / "model.safetensors", net, ABOUT, half=False)
    return tmp_path / "model.safetensors"


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@torch.no_grad()
def test_round_trip(path, net, where):
    model = checkpoints.load(path, where, "fp32")
    assert checkpoints.card(path) == ABOUT
    assert model.kind == "v" and model.classes == 3 and not model.training
    assert error(model.schedule.alpha_bar, schedules.cosine(30).alpha_bar) == 0
    assert all(torch.equal(v.cpu(), net.state_dict()[k]) for k, v in model.net.state_dict().items())
    assert not any(p.requires_grad for p in model.parameters())
    want = EpsModel(net, schedules.cosine(30), "v")(X, T, Y)
    got = model(X.to(where), T.to(where), Y.to(where))
    assert error(got, want) < (1e-6 if where.type == "cpu" else 2**-8) * float(want.abs().max())


def test_half_precision_rounds_once_and_halves_the_size(path, net, tmp_path):
    half = tmp_path / "half.safetensors"
    checkpoints.save(half, net, ABOUT)
    loaded = checkpoints.load(half, "cpu", "fp32").net.state_dict()
    assert all(torch.equal(v, net.state_dict()[k].half().float()) for k, v in loaded.items())
    weights = sum(v.numel() for v in net.state_dict().values())
    assert path.stat().st_size - half.stat().st_size >= 2 * weights - 64


def test_tensors_and_note_round_trip(tmp_path):
    path = tmp_path / "deeper" / "state.safetensors"
    tensors = {"a": noise(3, 2).T, "b": torch.arange(3), "c": torch.tensor(True)}
    checkpoints.write_tensors(path, tensors, {"step": 3, "recipe": {"x": [1, 2.5]}})
    back, note = checkpoints.read_tensors(path)
    assert note == {"step": 3, "recipe": {"x": [1, 2.5]}}
    assert all(torch.equal(back[k], tensors[k]) and back[k].dtype == tensors[k].dtype for k in tensors)


@pytest.mark.parametrize("keep", [0, 5, 40, -1])
def test_a_truncated_file_is_named_with_its_sha(path, keep, unchecked):
    content = path.read_bytes()
    path.write_bytes(content[:keep])
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint", path=path, got=sha(path))


def test_a_flipped_header_is_named(path):
    content = bytearray(path.read_bytes())
    content[12] ^= 0xFF
    path.write_bytes(content)
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint", path=path, got=sha(path))


@pytest.mark.parametrize(
    "content", [b"", b'{"model": ', b"\xff\xfe", b"[]", b'"x"', b"null", b"3", b"[" * 100_000]
)
def test_a_broken_card_is_named(path, content):
    card = path.with_suffix(".json")
    card.write_bytes(content)
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.card", path=card, got=sha(card))


def test_weights_that_do_not_fit_are_named(path, net):
    card = path.with_suffix(".json")
    card.write_text(json.dumps(ABOUT | {"model": CONFIG | {"widths": [4, 12]}}))
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint_fit", path=path)
    card.write_text(json.dumps({"name": "something else"}))
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint_fit", path=path)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": CONFIG | {"wings": 2}}, {"model": None}, {"model": CONFIG | {"widths": []}},
        {"model": CONFIG | {"time_width": 3}}, {"schedule": None}, {"schedule": "linear"},
        {"schedule": {"name": "linear", "S": 3}},
        {"schedule": {"name": "cosine"}}, {"predicts": "noise"}, {"predicts": []},
        {"network": "GAN"}, {"network": []}, {"network": "MLP"},
    ],
)  # fmt: skip
def test_a_card_with_settings_that_do_not_exist_is_named(path, changed, unchecked):
    card = path.with_suffix(".json")
    card.write_text(json.dumps(ABOUT | changed))  # no reason to call the weights corrupt
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint_fit", path=path)


@pytest.mark.parametrize(
    "changed",
    [{"schedule": schedules.cosine(31).spec}, {"schedule": schedules.linear(30).spec}, {"predicts": "eps"}],
)
def test_a_card_of_another_schedule_or_kind_than_the_weights_is_named(path, changed, unchecked):
    """The weights fit the network, so nothing else would say that samples and bounds are wrong."""
    path.with_suffix(".json").write_text(json.dumps(ABOUT | {"metrics": {"N": 3}}))
    checkpoints.load(path, "cpu", "fp32")  # what else a card says may change
    path.with_suffix(".json").write_text(json.dumps(ABOUT | changed))
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint_fit", path=path)


def test_the_shipped_weights_say_their_schedule_too():
    note = checkpoints.read_note(data.folder() / "digits.safetensors")
    card = checkpoints.card("digits")
    assert note["describes"] == {key: card[key] for key in ("model", "schedule", "predicts")}


def test_every_flipped_bit_of_a_number_or_a_note_is_seen(tmp_path):
    path = tmp_path / "state.safetensors"
    checkpoints.write_tensors(path, {"a": noise(3, 2), "step": torch.tensor(7)}, {"step": 7, "bf16": False})
    whole, note = path.read_bytes(), checkpoints.read_note(path)
    assert checkpoints.read_tensors(path)[1] == note == {"step": 7, "bf16": False}
    begin = 8 + int.from_bytes(whole[:8], "little")
    digits = [whole.index(b'step\\": 7') + 8]
    for at in (*range(begin, len(whole)), *digits):
        spoilt = bytearray(whole)
        spoilt[at] ^= 1
        path.write_bytes(spoilt)
        refuses(lambda: checkpoints.read_tensors(path), "error.checkpoint", path=path, got=sha(path))


def test_a_network_for_points_comes_back_as_one(tmp_path):
    torch.manual_seed(0)
    net = MLP(d=3, width=8, depth=2, time_width=4)
    nn.init.normal_(net.head.weight)
    about = {"model": net.config, "schedule": schedules.cosine(30).spec, "predicts": "x_0"}
    checkpoints.save(tmp_path / "points.safetensors", net, about, half=False)
    model = checkpoints.load(tmp_path / "points.safetensors", "cpu", "fp32")
    x, t = noise(2, 3).float(), torch.tensor([3, 30])
    assert type(model.net) is MLP and model.net.config == net.config and not model.training
    assert error(model(x, t), EpsModel(net, schedules.cosine(30), "x_0")(x, t)) == 0
    assert checkpoints.card(tmp_path / "points.safetensors") == about | {"network": "MLP"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_named(path, net, value):
    net.stem.bias.data[0] = value
    checkpoints.save(path, net, ABOUT)
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint", path=path, got=sha(path))


def test_a_card_that_may_not_be_read_is_named(path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    card = path.with_suffix(".json")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", denied)
        with pytest.raises(
            ValueError, match="cannot be read"
        ) as caught:  # in English: the strings are files too
            checkpoints.card(path)
    assert str(card) in str(caught.value) and "Permission denied" in str(caught.value)
    monkeypatch.setattr(checkpoints, "safe_open", denied)
    refuses(
        lambda: checkpoints.load(path), "error.unreadable", path=path, problem="Permission denied"
    )  # fmt: skip


def test_a_note_of_another_kind_is_named(path, unchecked):
    checkpoints.write_tensors(path, {"a": torch.zeros(1)}, [])
    refuses(lambda: checkpoints.read_tensors(path), "error.checkpoint", path=path, got=sha(path))


def test_a_checkpoint_without_a_name_is_refused(unchecked):
    for name in (None, 3):
        refuses(
            lambda name=name: checkpoints.load(name), "error.checkpoint_name", got=type(name).__name__
        )  # fmt: skip


def test_missing_files_are_named(path):
    nowhere = data.folder() / "nothing.json"
    refuses(lambda: checkpoints.load("nothing"), "error.file_missing", FileNotFoundError, path=nowhere)
    path.unlink()
    refuses(lambda: checkpoints.load(path), "error.file_missing", FileNotFoundError, path=path)
    card = path.with_suffix(".json")
    card.unlink()
    refuses(lambda: checkpoints.card(path), "error.file_missing", FileNotFoundError, path=card)


def test_loading_draws_nothing_from_the_readers_seed(path):
    before = torch.get_rng_state()
    checkpoints.load(path, "cpu", "fp32")
    assert torch.equal(torch.get_rng_state(), before)


class Trap:
    """Unpickling this would create a file."""

    def __init__(self, where: Path):
        self.where = str(where)

    def __reduce__(self):
        return open, (self.where, "w")


def test_a_pickle_is_never_loaded(path, tmp_path):
    trap = tmp_path / "sprung"
    path.write_bytes(pickle.dumps(Trap(trap)))
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint", path=path, got=sha(path))
    torch.save({"trap": Trap(trap)}, path)
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint", path=path, got=sha(path))
    assert not trap.exists()
    pickle.loads(pickle.dumps(Trap(trap))).close()
    assert trap.exists()  # the trap works: it is the library that did not step into it


def test_a_failed_write_leaves_the_old_file_and_no_litter(path, net, monkeypatch):
    before, listing = path.read_bytes(), sorted(path.parent.iterdir())

    def broken(*_):
        raise OSError(5, "Input/output error")

    nn.init.zeros_(net.head.weight)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", broken)
        refuses(
            lambda: checkpoints.save(path, net, ABOUT), "error.write", path=path, problem="Input/output error"
        )
    assert path.read_bytes() == before and sorted(path.parent.iterdir()) == listing
    checkpoints.save(path, net, ABOUT)
    assert path.read_bytes() != before and sorted(path.parent.iterdir()) == listing


def test_a_folder_that_cannot_be_written_is_named(tmp_path, net):
    (tmp_path / "file").write_text("here")
    target = tmp_path / "file" / "model.safetensors"
    refuses(
        lambda: checkpoints.save(target, net, ABOUT),
        "error.write",
        path=target,
        problem=os.strerror(errno.EEXIST),
    )


def test_a_changed_file_in_data_is_named_with_both_checksums(path, monkeypatch):
    monkeypatch.setattr(data, "folder", lambda: path.parent)
    monkeypatch.setattr(data, "checksums", lambda: {"model.safetensors": "ab" * 32})
    refuses(
        lambda: checkpoints.load("model", "cpu", "fp32"),
        "error.checksum", path=path, want="ab" * 8, got=sha(path),
    )  # fmt: skip


def test_a_path_into_data_by_another_way_is_verified_too(path, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(path.parent, target_is_directory=True)
    monkeypatch.setattr(data, "folder", lambda: path.parent)
    monkeypatch.setattr(data, "checksums", lambda: {"model.safetensors": "cd" * 32})
    for way in (tmp_path / "link" / path.name, path.parent / ".." / path.parent.name / path.name):
        refuses(
            lambda way=way: checkpoints.load(way, "cpu", "fp32"),
            "error.checksum", path=path, want="cd" * 8, got=sha(path),
        )  # fmt: skip
    monkeypatch.setattr(data, "checksums", lambda: {})
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.unlisted", path=path)


def test_save_takes_its_path_as_it_stands(net, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "folder", lambda: tmp_path)
    (tmp_path / "digits.safetensors").write_bytes(b"shipped")
    for bare in (Path("digits"), tmp_path / "digits.json"):
        refuses(lambda bare=bare: checkpoints.save(bare, net, ABOUT), "error.suffix", path=bare)
    assert [p.name for p in tmp_path.iterdir()] == ["digits.safetensors"]


@pytest.fixture
def double():
    """torch's default dtype is float64, as some readers have it."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def test_under_another_default_dtype_the_networks_are_still_float32(double):
    from course_lib import metrics

    model = checkpoints.load("small-unet", "cpu", "fp32")
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    metrics.classifier.cache_clear()
    images, labels = data.digits("test")
    assert metrics.accuracy(images[:50], labels[:50]) > 0.9  # its card states 99 %
    metrics.classifier.cache_clear()


@pytest.mark.parametrize("kind", [torch.int64, torch.complex64])
def test_weights_of_another_kind_do_not_fit(path, kind):
    tensors, note = checkpoints.read_tensors(path)
    name = next(iter(tensors))
    checkpoints.write_tensors(path, tensors | {name: tensors[name].to(kind)}, note)
    refuses(lambda: checkpoints.load(path, "cpu", "fp32"), "error.checkpoint_fit", path=path)


def test_a_cut_state_is_no_checkpoint(path):
    """Nothing can be installed in its place."""
    path.write_bytes(path.read_bytes()[:50])
    refuses(lambda: checkpoints.read_note(path), "error.no_state", path=path, got=sha(path))
