"""Four networks of one size: equal in parameters, trained alike, and measured as the cards say."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from torch import nn

from course_lib import checkpoints, data, files, lang, schedules, training
from course_lib.dit import DiT
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import cards, cli, measure, networks

SHIPPED = [name for name in networks.SMALL if checkpoints.card_path(name).is_file()]


def test_the_command_line_names_the_same_networks() -> None:
    assert tuple(networks.SMALL) == cli.SMALL


def test_the_four_are_of_one_size_and_depth() -> None:
    sizes = {name: networks.parameters(make()) for name, make in networks.SMALL.items()}
    least, most = min(sizes.values()), max(sizes.values())
    assert least > 280_000 and most < 330_000
    for name, size in sizes.items():
        assert abs(size / sizes["small-unet"] - 1) < 0.03, name
    nets = {name: make() for name, make in networks.SMALL.items()}
    levels = {name: len(net.down) for name, net in nets.items() if isinstance(net, UNet)}
    assert set(levels.values()) == {2} and len(levels) == 3
    assert isinstance(nets["small-dit"], DiT)
    without = UNet(**{**nets["small-unet"].config, "skips": False})  # not widened, it would be too small
    assert abs(networks.parameters(without) / sizes["small-unet"] - 1) > 0.03


def test_flops_are_counted() -> None:
    """Against the count by hand: 2 for each multiplication of a weight and a number."""

    class Known(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.point = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 1, 1)
            self.told = nn.Linear(5, 7)

        def forward(self, x: torch.Tensor, t: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            self.told(torch.zeros(len(t), 5))
            return self.point(self.conv(x))

    pixels = 28 * 28
    assert networks.flops(Known()) == 2 * (9 * 3 * pixels + 3 * pixels + 35)
    unet, dit = UNet(), DiT()
    assert networks.flops(unet) > 100e6
    block = 49 * (3 + 1 + 8) * 64**2 + 6 * 64**2 + 2 * 49**2 * 64  # tokens, adaLN, attention
    rest = 49 * 16 * 64 * 2 + (64 * 64) * 2 + 2 * 64**2  # patches in and out, time, last adaLN
    assert networks.flops(dit) == 2 * (4 * block + rest)


def test_every_model_is_timed_in_each_round_on_one_thread() -> None:
    asked: list[tuple[str, int, int]] = []

    class Counts(nn.Module):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def forward(self, x: torch.Tensor, t: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            asked.append((self.name, len(x), torch.get_num_threads()))
            return x

    before = torch.get_num_threads()
    models = {name: EpsModel(Counts(name), schedules.linear()) for name in "ab"}
    took = networks.milliseconds(models, batch=3, rounds=4)
    assert torch.get_num_threads() == before
    assert asked == [("a", 3, 1), ("b", 3, 1)] * 6
    assert {name: len(each) for name, each in took.items()} == {"a": 4, "b": 4}
    assert min(min(each) for each in took.values()) > 0


class Off(nn.Module):
    """A network that answers v exactly, but for ``by`` added: it knows each image's noise from its x_t."""

    classes = 10

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by, self.asked = by, []
        self.images, self.labels = (part[:20] for part in data.digits("test"))
        self.schedule = schedules.linear()

    def forward(self, x_t: torch.Tensor, t: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        at = len(self.asked) % 20
        x_0 = self.images[at : at + len(x_t)]
        assert torch.equal(y, self.labels[at : at + len(x_t)])
        self.asked += t.tolist()
        kept = self.schedule.alpha_bar[t].float()[:, None, None, None]
        eps = (x_t - kept.sqrt() * x_0) / (1 - kept).sqrt()
        return kept.sqrt() * eps - (1 - kept).sqrt() * x_0 + self.by


def test_held_out_errors_are_those_of_v_and_eps_in_each_tenth() -> None:
    net = Off(0.1)
    found = networks.held_out(EpsModel(net, net.schedule, "v"), images=20, seed=3, batch=10)
    tenths = torch.tensor(net.asked).reshape(10, 20)
    for k, (low, high) in enumerate(zip(tenths.amin(1), tenths.amax(1), strict=True)):
        assert 100 * k < low and high <= 100 * (k + 1)
    assert max(abs(v - 0.01) for v in found["v"]) < 1e-5  # 0.1^2 everywhere
    want = [0.01 * float(net.schedule.alpha_bar[t].mean()) for t in tenths]
    assert max(abs(e / w - 1) for e, w in zip(found["eps"], want, strict=True)) < 0.01
    exact = networks.held_out(EpsModel(Off(0.0), net.schedule, "v"), images=20, seed=3, batch=10)
    assert max(exact["v"]) < 1e-6


def figures(name: str, weights: str) -> dict:
    """A card with everything that the table shows."""
    quality = {
        "N": 1000, "w": 0, "weights": weights, "floor": {"mean": 0.5, "std": 0.1, "each": []},
        **{
            sampler: {"accuracy": {"mean": a, "std": None}, "frechet": {"mean": f, "std": None}}
            for sampler, a, f in (("ancestral-50", 0.95, 1.0), ("ddim-50", 0.9, 2.5))
        },
    }  # fmt: skip
    return {
        "name": name,
        "cost": {"parameters": 310_577, "flops": 62_200_000, "ms": 4.25, "machine": "cpu, 1 threads"},
        "held_out": {"weights": weights, "v": [0.1 * k for k in range(10)]},
        "metrics" if name in networks.SMALL else "compared": quality,
    }


@pytest.fixture
def held_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict]:
    """Cards of this test's own; their weights' digest is "now"."""
    held = {name: figures(name, "now") for name in networks.NAMES}
    monkeypatch.setattr(checkpoints, "card", lambda name: json.loads(json.dumps(held[name])))
    monkeypatch.setattr(checkpoints, "card_path", lambda name: Path(name))
    monkeypatch.setattr(files, "write_json", lambda path, about: held.__setitem__(str(path), about))
    monkeypatch.setattr(cards, "digest", lambda name: "now")
    return held


def test_the_table(held_cards: dict[str, dict], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["measure", "networks", "--table"]) == 0
    lines = capsys.readouterr().out.splitlines()
    row = "| small-dit | 310577 | 62.2 | 4.2 | 0.9500 | 1.000 | 2.00 | 0.9000 | 2.500 | 5.00 |"
    assert row in lines and row.replace("small-dit", "digits") in lines
    assert "N = 1000; floor 0.500 ± 0.100; cpu, 1 threads." in lines
    assert lines[-1] == "| digits | " + " | ".join(f"{0.1 * k:.4f}" for k in range(10)) + " |"
    widths = [line.count("|") for line in lines if line.startswith("|")]
    assert widths == [11] * 7 + [12] * 7


def test_a_card_without_figures_or_with_those_of_other_weights_has_no_table(
    held_cards: dict[str, dict], capsys: pytest.CaptureFixture[str]
) -> None:
    for part in ("cost", "held_out", "metrics"):
        kept = held_cards["small-dit"].pop(part)
        assert cli.main(["measure", "networks", "--table"]) == 1
        assert capsys.readouterr().err.strip() == lang.text("networks.none", name="small-dit")
        held_cards["small-dit"][part] = kept
    for part in ("held_out", "metrics"):
        held_cards["small-dit"][part]["weights"] = "before"
        assert cli.main(["measure", "networks", "--table"]) == 1
        assert capsys.readouterr().err.strip() == lang.text("networks.stale", name="small-dit")
        held_cards["small-dit"][part]["weights"] = "now"
    held_cards["digits"]["compared"]["weights"] = "before"
    assert cli.main(["measure", "networks", "--table"]) == 1
    assert capsys.readouterr().err.strip() == lang.text("networks.stale", name="digits")


def test_what_was_measured_goes_into_the_cards(
    held_cards: dict[str, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list = []

    def measured(name: str, n: int, seeds: int, only: tuple[str, ...], write: bool = False) -> dict:
        told.append((name, n, seeds, tuple(only), write))
        return {"N": n, "weights": "now"}

    nets = {name: DiT(width=8, depth=1, heads=2) for name in networks.NAMES}
    made = lambda name, *given: EpsModel(nets[name], schedules.linear(), "v")  # noqa: E731
    monkeypatch.setattr(checkpoints, "load", made)
    monkeypatch.setattr(measure, "measure", measured)
    monkeypatch.setattr(networks, "milliseconds", lambda models: {name: [3.0, 1.0, 2.0] for name in models})
    monkeypatch.setattr(networks, "held_out", lambda model: {"v": [0.5]})
    before = json.dumps(held_cards)
    assert cli.main(["measure", "networks", "--n", "20", "--seeds", "2"]) == 0
    assert json.dumps(held_cards) == before
    assert told == [(name, 20, 2, networks.SAMPLERS, False) for name in networks.NAMES]
    told.clear()
    del held_cards["digits"]["compared"]
    assert cli.main(["measure", "networks", "--write"]) == 0
    assert told == [(name, 1000, 1, networks.SAMPLERS, name != "digits") for name in networks.NAMES]
    for name in networks.NAMES:
        cost = held_cards[name]["cost"]
        assert (cost["ms"], cost["ms_range"], cost["batch"]) == (2.0, [1.0, 3.0], 16)
        assert cost["parameters"] == networks.parameters(nets[name])
        assert held_cards[name]["held_out"] == {"weights": "now", "v": [0.5]}
    digits = held_cards["digits"]
    assert digits["compared"] == {"N": 1000, "weights": "now"}
    assert "metrics" not in digits or digits["metrics"] != digits["compared"]


def test_another_n_does_not_throw_figures_away(
    held_cards: dict[str, dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of any of the five, and before the first is timed."""
    monkeypatch.setattr(checkpoints, "load", lambda name, *given: None)
    monkeypatch.setattr(networks, "milliseconds", lambda models: pytest.fail("timed"))
    for other in networks.NAMES:
        for name in networks.NAMES:
            part = held_cards[name]["metrics" if name in networks.SMALL else "compared"]
            part["N"] = 1000 if name == other else 50
        before = json.dumps(held_cards)
        assert cli.main(["measure", "networks", "--n", "50", "--write"]) == 1
        said = lang.text("measure.other_n", name=other, held=1000, n=50)
        assert capsys.readouterr().err.strip() == said
        assert json.dumps(held_cards) == before


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("metrics", [1], "metrics"),
        ("cost", 3, "cost"),
        ("cost", {"parameters": "many"}, "cost"),
        ("held_out", None, "held_out"),
        ("held_out", {"weights": "now", "v": [0.1] * 9}, "held_out"),
        ("held_out", {"weights": "now", "v": "0.1"}, "held_out"),
    ],
)
def test_a_card_edited_by_hand_gets_one_sentence(
    part: str, value: object, said: str, held_cards: dict[str, dict], capsys: pytest.CaptureFixture[str]
) -> None:
    held_cards["small-dit"][part] = value
    assert cli.main(["measure", "networks", "--table"]) == 1
    want = lang.text("measure.damaged", path="small-dit", part=said)
    assert capsys.readouterr() == ("", want + "\n")


def test_rows_that_do_not_belong_in_one_table_have_none(
    held_cards: dict[str, dict], capsys: pytest.CaptureFixture[str]
) -> None:
    """One N, floor and machine stand below the table, so they must hold for all of it."""
    small = held_cards["small-dit"]
    for part, key, what, got, want in (
        (small["metrics"], "N", "N", 500, 1000),
        (small["metrics"]["floor"], "mean", "floor", 0.25, 0.5),
        (small["cost"], "machine", "machine", "cuda", "cpu, 1 threads"),
    ):
        part[key] = got
        assert cli.main(["measure", "networks", "--table"]) == 1
        said = {"name": "small-dit", "what": what, "got": got, "other": "small-unet", "want": want}
        assert capsys.readouterr().err.strip() == lang.text("networks.mixed", **said)
        part[key] = want
    assert cli.main(["measure", "networks", "--table"]) == 0


@pytest.mark.parametrize("option", [["--sampler", "ddim-50"], ["--all"], ["--bound"], ["--check"]])
def test_options_of_the_digits_are_refused(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["measure", "networks", *option]) == 2
    want = lang.text("cli.not_for", option=option[0], command="measure", name="networks")
    assert capsys.readouterr().err.strip() == want


@pytest.mark.parametrize("name", networks.SMALL)
def test_each_can_be_trained_again_and_loads(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two steps of the real recipe, from the command line; twice gives the same weights."""
    monkeypatch.chdir(tmp_path)
    call = ["train", name, "--steps", "2", "--device", "cpu", "--threads", "1"]
    for out in ("one", "two"):
        assert cli.main([*call, "--out", f"{out}.safetensors", "--no-resume"]) == 0
    one, two = (checkpoints.read_tensors(Path(f"{out}.safetensors"))[0] for out in ("one", "two"))
    assert one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)
    model = checkpoints.load(tmp_path / "one.safetensors", "cpu")
    assert model.net.config == networks.SMALL[name]().config and model.kind == "v"
    card = checkpoints.card(tmp_path / "one.safetensors")
    assert card["made_by"] == f"course train {name} --steps 2 --device cpu"
    assert card["name"] == name and card["images_seen"] == 2 * networks.RECIPE.batch_size
    assert card["parameters"] == networks.parameters(model.net)


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_was_made_by_the_recipe(name: str) -> None:
    card = checkpoints.card(name)
    model = checkpoints.load(name, "cpu", "fp32")
    assert model.net.config == networks.SMALL[name]().config
    assert asdict(training.Recipe()) | card["recipe"] == asdict(networks.RECIPE)
    assert card["made_by"] == f"course train {name}"
    assert card["images_seen"] == networks.RECIPE.steps * networks.RECIPE.batch_size
    assert card["cost"]["parameters"] == networks.parameters(model.net) == card["parameters"]
    assert card["cost"]["flops"] == networks.flops(model.net)


def test_all_four_ship() -> None:
    assert list(networks.SMALL) == SHIPPED
    small = [checkpoints.card_path(name).with_suffix(".safetensors").stat().st_size for name in SHIPPED]
    assert max(small) < 700_000
