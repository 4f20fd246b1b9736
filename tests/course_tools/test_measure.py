"""Measured figures: a spread only where there is one, and the table that README.md shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from course_lib import checkpoints, data, lang, losses, metrics, schedules, training
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import cli, measure, train

CARD = {
    "name": "digits",
    "metrics": {
        "N": 5000,
        "w": 0,
        "floor": {"mean": 0.4, "std": 0.012, "each": []},
        "ancestral-50": {
            "accuracy": {"mean": 0.98765, "std": None, "each": [0.98765]},
            "frechet": {"mean": 1.0, "std": None, "each": [1.0]},
        },
        "ddim-50": {
            "accuracy": {"mean": 0.97, "std": 0.001, "each": []},
            "frechet": {"mean": 2.5, "std": 0.1, "each": []},
        },
    },
}
TABLE = """\
| sampler | accuracy | Fréchet distance | × floor |
| --- | --- | --- | --- |
| floor: 5000 real digits | | 0.400 ± 0.012 | 1 |
| ancestral-50, N = 5000 | 0.9877 | 1.000 | 2.50 |
| ddim-50, N = 5000 | 0.9700 ± 0.0010 | 2.500 ± 0.100 | 6.25 |"""


def test_one_seed_has_no_spread() -> None:
    assert measure.spread([0.5]) == {"mean": 0.5, "std": None, "each": [0.5]}
    assert measure.spread([0.5, 0.7])["std"] == round(0.02**0.5, 4)
    assert "±" not in measure.shown(measure.spread([0.5]), 3)
    assert measure.shown(measure.spread([0.5, 0.7]), 2) == "0.60 ± 0.14"


def test_the_table() -> None:
    assert measure.table(CARD) == TABLE


def test_a_card_without_figures_has_no_table() -> None:
    for card in ({"name": "x"}, {"name": "x", "metrics": {}}):
        with pytest.raises(ValueError, match="holds no figures"):
            measure.table(card)


def test_the_command_prints_the_table_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checkpoints, "card", lambda name: CARD)
    monkeypatch.setattr(measure, "measure", lambda *given: pytest.fail("measured"))
    assert cli.main(["measure", "digits", "--table"]) == 0
    assert capsys.readouterr().out == TABLE + "\n"


def test_every_sampler_can_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list = []
    monkeypatch.setattr(measure, "measure", lambda *given, **named: told.append((given, named)))
    for name in measure.SAMPLERS:
        assert cli.main(["measure", "digits", "--sampler", name, "--n", "20"]) == 0
    assert cli.main(["measure", "digits"]) == 0 and told.pop() == (("digits", 5000, 1), {})
    assert told == [(("digits", 20, 1), {"only": [name]}) for name in measure.SAMPLERS]
    assert cli.main(["measure", "digits", "--sampler", "euler"]) == 2
    allowed = ", ".join(measure.SAMPLERS)
    assert capsys.readouterr().err.strip() == lang.text("cli.sampler", got="'euler'", allowed=allowed)


def test_measuring_prints_no_spread_that_was_not_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draws = torch.zeros(4, 1, 28, 28), torch.arange(4)
    monkeypatch.setattr(checkpoints, "load", lambda name: None)
    monkeypatch.setattr(measure, "draw", lambda *given: draws)
    monkeypatch.setattr(metrics, "floor", lambda n, seed: 0.5 + seed)
    monkeypatch.setattr(metrics, "accuracy", lambda images, labels: 0.25)
    monkeypatch.setattr(metrics, "frechet", lambda images: 5.0)
    figures = measure.measure("digits", 4, 1, ["ddim-50"])
    floor, row = capsys.readouterr().out.splitlines()
    assert "±" in floor and "±" not in row and "(2.00 x floor)" in row
    assert figures["ddim-50"]["frechet"] == {"mean": 5.0, "std": None, "each": [5.0]}


def test_a_card_keeps_the_other_samplers_of_the_same_n(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD), encoding="utf-8")
    monkeypatch.setattr(checkpoints, "card_path", lambda name: path)
    monkeypatch.setattr(checkpoints, "card", lambda name: json.loads(path.read_text(encoding="utf-8")))
    measure.into_card("digits", {"N": 5000, "w": 0, "floor": {}, "ancestral-50-beta": {}})
    after = checkpoints.card("digits")["metrics"]
    assert after["ddim-50"] == CARD["metrics"]["ddim-50"] and "ancestral-50-beta" in after  # type: ignore[index]
    measure.into_card("digits", {"N": 100, "w": 0, "floor": {}, "ancestral-50-beta": {}})
    assert set(checkpoints.card("digits")["metrics"]) == {"N", "w", "floor", "ancestral-50-beta"}


def small_model() -> EpsModel:
    """A network of random weights on ten timesteps."""
    torch.manual_seed(0)
    net = UNet(widths=(4, 8), embedding=8, time_width=8)
    torch.nn.init.normal_(net.head.weight, std=0.1)
    return EpsModel(net, schedules.linear(10, 1e-3, 0.4), "v").eval()


def test_the_bound_is_that_of_the_library(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two variances for one pass of the network, each as if it had been measured alone."""
    model, asked = small_model(), []
    model.net.register_forward_pre_hook(lambda net, given: asked.append(len(given[0])))
    monkeypatch.setattr(checkpoints, "load", lambda name, precision: model)
    figures = measure.bound("digits", 6, seed=3, batch=4)
    assert sum(asked) == 6 * 10
    assert {k: figures[k] for k in ("N", "seed", "decoder", "d")} == {
        "N": 6, "seed": 3, "decoder": "discrete", "d": 784,
    }  # fmt: skip
    assert figures["weights"] == data.checksums()["digits.safetensors"]
    images, _ = data.digits("test")
    at = torch.randperm(10_000, generator=torch.Generator().manual_seed(3))[:6]
    for variance in ("beta", "beta_tilde"):
        bits = []
        for i, part in enumerate(images[at].split(4)):
            g = torch.Generator().manual_seed(3_000_000 + i)
            terms = losses.vlb_terms(model, part, model.schedule, g, variance=variance, decoder="discrete")
            bits.append(losses.bits_per_dim(terms, 784))
        each = torch.cat(bits, 1)
        got = figures[variance]
        assert abs(got["mean"] - float(each.sum(0).mean())) < 1e-4
        assert abs(got["std"] - float(each.sum(0).std())) < 1e-4
        assert abs(sum(got["parts"].values()) - got["mean"]) < 1e-3 * got["mean"]
        assert abs(got["parts"]["L_0"] / float(each[0].mean()) - 1) < 1e-3
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2 and all("bits/dim" in line and "N = 6" in line for line in shown)
    assert figures["beta"]["mean"] != figures["beta_tilde"]["mean"]


def test_the_bound_goes_into_the_card_beside_everything_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD | {"bound": {"N": 1}}), encoding="utf-8")
    monkeypatch.setattr(checkpoints, "card_path", lambda name: path)
    told: list = []
    monkeypatch.setattr(measure, "bound", lambda *given: told.append(given) or {"N": given[1]})
    assert cli.main(["measure", "digits", "--bound"]) == 0
    assert json.loads(path.read_text(encoding="utf-8"))["bound"] == {"N": 1}  # not asked to write
    assert cli.main(["measure", "digits", "--bound", "--n", "12", "--write"]) == 0
    assert json.loads(path.read_text(encoding="utf-8")) == CARD | {"bound": {"N": 12}}
    assert told == [("digits", 100), ("digits", 12)]


@pytest.mark.parametrize("option", [["--sampler", "ddim-50"], ["--seeds", "2"], ["--table"]])
def test_options_that_the_bound_does_not_know(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["measure", "digits", "--bound", *option]) == 2
    said = lang.text("cli.not_with", option=option[0], other="--bound")
    assert capsys.readouterr().err.strip() == said


def test_a_card_says_how_it_was_made() -> None:
    assert train.command("digits", steps=None, seed=None) == "course train digits"
    assert train.command("digits", steps=3, device="cuda") == "course train digits --steps 3 --device cuda"
    assert train.options(training.Recipe(), "auto") == {"steps": None, "seed": None, "device": None}
    used = train.options(training.Recipe(steps=3, seed=7), "cpu")
    assert used == {"steps": 3, "seed": 7, "device": "cpu"}
