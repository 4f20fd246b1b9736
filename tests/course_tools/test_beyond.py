"""The models of the last chapter: trained as the library trains, on what their cards say."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from course_lib import (
    autoencoder,
    checkpoints,
    data,
    guidance,
    lang,
    memory,
    metrics,
    samplers,
    schedules,
    superres,
    training,
)
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import beyond, cards, cli, make_digits, networks

SHIPPED = [name for name in beyond.RECIPES if checkpoints.card_path(name).is_file()]


def test_the_command_line_names_the_same_models() -> None:
    assert tuple(beyond.MAKERS) == tuple(beyond.RECIPES) == cli.BEYOND
    assert set(cli.BY_EPOCHS) == {"classifier", "autoencoder"}
    assert {*cli.BEYOND, *cli.BY_EPOCHS, *cli.SMALL, "digits"} == set(cli.MODELS)


def test_a_run_on_latents_learns_them_in_their_own_units() -> None:
    """x_0 of a batch is a latent, not what was made of it to lie within [-1, 1]."""
    latents = beyond.latents(autoencoder.load(), data.digits("train")[0][:60], batch=25)
    assert latents.shape == (60, 4, 7, 7)
    largest = float(latents.abs().max())
    assert largest > 2
    net = UNet(channels=4, widths=(8,), classes=0, embedding=8)
    model = EpsModel(net, schedules.linear(), "v")
    run = beyond._Latents(model, latents / largest, None, training.Recipe(), unit=largest)
    x_0 = run.batch()[0]
    assert float(memory.nearest(x_0, latents).distance.max()) < 1e-5
    run = beyond._Latents(model, latents / largest, None, training.Recipe())
    assert abs(float(run.batch()[0].std()) - 1 / largest) < 0.1  # what a run without it would learn


def test_a_run_on_small_pictures_tells_those_of_its_own_images() -> None:
    images = data.digits("train")[0][:60]
    run = beyond._Lows(
        EpsModel(superres.SuperRes(), schedules.linear(), "v"), images, None, training.Recipe()
    )
    x_0, t, eps, low = run.batch()
    assert low is not None and torch.equal(low, superres.shrink(x_0))
    assert x_0.shape == eps.shape == (128, 1, 28, 28) and t.shape == (128,)


def test_the_few_are_spread_over_the_classes() -> None:
    images, labels = beyond.few()
    assert images.shape == (beyond.FEW, 1, 28, 28)
    assert labels.bincount().tolist() == [beyond.FEW // 10] * 10
    every, truth = data.digits("train")
    first = next(k for k in range(len(truth)) if truth[k] == 7)
    assert torch.equal(images[labels == 7][0], every[first])


@pytest.mark.parametrize("name", beyond.RECIPES)
def test_each_can_be_trained_from_the_command_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two steps, the second in a run that goes on; the card says what it was made of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(beyond, "latents", lambda net, images: torch.randn(len(images), 4, 7, 7))
    call = ["train", name, "--steps", "2", "--device", "cpu", "--threads", "1", "--out", "one.safetensors"]
    torch.manual_seed(1)
    assert cli.main(call) == 0
    card = checkpoints.card(tmp_path / "one.safetensors")
    model = checkpoints.load(tmp_path / "one.safetensors", "cpu")
    assert card["name"] == name and card["made_by"] == f"course train {name} --steps 2 --device cpu"
    assert card["images_seen"] == 2 * beyond.RECIPES[name].batch_size
    assert card["parameters"] == networks.parameters(model.net) < 400_000
    if name == "latent":
        assert card["autoencoder"] == cards.digest("autoencoder")
        assert model.classes == 10 and model.net.channels == 4
    if name == "overfitted":
        assert f"first {beyond.FEW // 10} of each class" in card["data"] and model.classes == 0
    if name == "superres":
        assert isinstance(model.net, superres.SuperRes)


def test_the_autoencoder_can_be_trained_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = (part[:256] for part in data.digits("train"))
    test, truth = (part[:100] for part in data.digits("test"))
    tiny = SimpleNamespace(digits=lambda split: (images, labels) if split == "train" else (test, truth))
    monkeypatch.setattr(beyond, "data", tiny)
    monkeypatch.chdir(tmp_path)
    recorded: list[str] = []
    monkeypatch.setattr(make_digits, "record_checksum", recorded.append)
    assert cli.main(["train", "autoencoder", "--epochs", "2", "--out", "one.safetensors"]) == 0
    card = checkpoints.card(tmp_path / "one.safetensors")
    assert card["made_by"] == "course train autoencoder --epochs 2" and card["metrics"]["test_images"] == 100
    net = autoencoder.load(tmp_path / "one.safetensors")
    back = net.decode(net.encode(test))
    assert abs(float((back - test).square().mean().sqrt()) - card["metrics"]["rms_error"]) < 1e-3
    assert abs(float(net.encode(images).std()) - 1) < 0.02
    assert recorded == []


@pytest.mark.parametrize("option", ["--steps", "--state", "--device"])
def test_the_autoencoder_counts_epochs(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "autoencoder", option, "3"]) == 2
    want = lang.text("cli.not_for", option=option, command="train", name="autoencoder")
    assert capsys.readouterr().err.strip() == want


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_what_its_card_says(name: str) -> None:
    card = checkpoints.card(name)
    model = checkpoints.load(name, "cpu", "fp32")
    assert card["name"] == name and card["parameters"] == networks.parameters(model.net)
    assert asdict(training.Recipe()) | card["recipe"] == asdict(beyond.RECIPES[name])
    assert card["made_by"] == f"course train {name}"
    assert checkpoints.card_path(name).with_suffix(".safetensors").stat().st_size < 700_000
    if name == "latent":  # of these latents, and of no others
        assert card["autoencoder"] == cards.digest("autoencoder")


def test_what_ships_does_what_the_chapter_shows() -> None:
    """Ten of each: latents become digits, small pictures large ones, and the overfitted model recites."""
    g = torch.Generator().manual_seed(0)
    noise, y = torch.randn(10, 1, 28, 28, generator=g), torch.arange(10)

    latent = checkpoints.load("latent", "cpu")
    asked, x_T = guidance.guide(latent, y, w=1.0), torch.randn(10, 4, 7, 7, generator=g)
    walk = samplers.sample(asked, samplers.ddpm_step, x_T, latent.schedule, samplers.times(1000, 40), g)
    assert metrics.accuracy(autoencoder.load().decode(samplers.final(walk)), y) >= 0.8

    model = checkpoints.load("superres", "cpu")
    digits, _ = data.one_of_each("test")
    low = superres.shrink(digits)
    visited = samplers.times(1000, 20)
    walk = samplers.sample(superres.ask(model, low), samplers.ddim_step, noise, model.schedule, visited)
    large = samplers.final(walk)
    assert float(superres.consistency_error(large, low).max()) < 0.1
    assert (
        float((large - digits).square().mean()) < float((superres.enlarge(low) - digits).square().mean()) / 2
    )

    model, (few, _) = checkpoints.load("overfitted", "cpu"), beyond.few()
    drawn = samplers.final(samplers.sample(model, samplers.ddim_step, noise, model.schedule, visited))
    assert memory.share(drawn, few) >= 0.6 > 0.2 > memory.share(digits, few)
