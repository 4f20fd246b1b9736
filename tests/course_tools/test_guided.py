"""`course measure guidance`: what is drawn, merged, refused when stale, and shown as a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from course_lib import checkpoints, lang, metrics, samplers, schedules
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import cards, cli, draws, guided

KEYS = list(guided.GUIDES)


def small_model() -> EpsModel:
    """A tiny network whose answers depend on the label."""
    torch.manual_seed(0)
    net = UNet(widths=(8, 8), embedding=8)
    torch.nn.init.normal_(net.head.weight, std=0.1)
    return EpsModel(net, schedules.linear(), "v").eval()


class Desk:
    """A measuring desk: no samples are drawn, and every figure comes off a list."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path):
        self.path = folder / "mine.safetensors"
        model = small_model()
        about = {"name": "mine", "schedule": model.schedule.spec, "predicts": "v"}
        checkpoints.save(self.path, model.net, about | {"model": model.net.config})
        self.drawn: list[tuple[dict, int]] = []
        self.stop: tuple[str, int] | None = None
        monkeypatch.chdir(folder)
        monkeypatch.setattr(draws, "draw", self.draw)
        monkeypatch.setattr(metrics, "real", lambda n, seed: (torch.tensor(float(seed)), torch.arange(4)))
        monkeypatch.setattr(metrics, "accuracy", lambda images, labels: float(images))
        monkeypatch.setattr(metrics, "frechet", lambda images: 5 + 2 * float(images))
        monkeypatch.setattr(metrics, "within_class_spread", lambda images, labels: 4 + float(images))

    def draw(
        self,
        model: EpsModel,
        step: object,
        times: object,
        n: int,
        seed: int,
        state: Path | None,
        about: dict,
        how: dict,
    ) -> tuple:
        """The strength plus the seed in the place of images."""
        assert times == 50 and step is samplers.ddim_step and about["sampler"] == "ddim-50"
        assert guided.GUIDES[about["guidance"]] == how
        if (about["guidance"], seed) == self.stop:
            raise KeyboardInterrupt
        self.drawn.append((how, seed))
        return torch.tensor(how["w"] + seed), torch.arange(4)

    def card(self) -> dict:
        """The card on disk."""
        return checkpoints.card(self.path)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A desk with a small model on it."""
    return Desk(monkeypatch, tmp_path)


def test_the_guides_are_eight_strengths_and_two_remedies() -> None:
    assert [how["w"] for how in guided.GUIDES.values()][:8] == [-1, -0.5, 0, 0.5, 1, 2, 4, 8]
    assert all(how.keys() == {"w"} for how in list(guided.GUIDES.values())[:8])
    rest = list(guided.GUIDES.values())[8:]
    assert [(how["w"], *sorted(how.keys() - {"w"})) for how in rest] == [
        (4.0, "interval"), (8.0, "interval"), (4.0, "rescale"), (8.0, "rescale"),
    ]  # fmt: skip
    for how in guided.GUIDES.values():  # every one of them can be asked for
        guide(small_model(), torch.tensor([1]), **how)


@pytest.mark.parametrize("key", ["w=0", "w=2", "w=4 phi=0.7"])
def test_what_is_drawn_is_the_guided_model(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model()
    how, bound = guided.GUIDES[key], []
    monkeypatch.setattr(draws, "guide", lambda *given, **named: bound.append(named) or guide(*given, **named))
    got, labels = draws.draw(model, samplers.ddim_step, 4, 12, seed=3, batch=12, how=how)
    g = torch.Generator().manual_seed(3)
    x_T = torch.randn(12, 1, 28, 28, generator=g)
    assert bound == [how]  # once a batch: at every step it would make the host wait for the labels
    asked = guide(model, labels, **how)
    run = samplers.sample(asked, samplers.ddim_step, x_T, model.schedule, samplers.times(1000, 4), g)
    assert torch.equal(got, samplers.final(run).clamp(-1, 1))
    plain = draws.draw(model, samplers.ddim_step, 4, 12, seed=3, batch=12)[0]
    assert torch.equal(got, plain) is (key == "w=0")


def test_figures_go_into_the_card_and_are_not_measured_again(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    before = desk.card()
    assert guided.measure(desk.path, 20)["w=2"]["spread"]["each"] == [6.0]
    assert desk.card() == before and len(desk.drawn) == len(KEYS)  # not asked to write
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1 + len(KEYS) and "accuracy 2.0000  frechet 9.000 (1.00 x floor)" in said[6]
    assert "spread 6.000 (1.00 x real)" in said[6]
    desk.drawn.clear()
    desk.stop = ("w=1", 1)
    with pytest.raises(KeyboardInterrupt):
        guided.measure(desk.path, 20, 2, write=True)
    held = desk.card()[guided.PART]
    assert held["w=0.5"]["accuracy"]["each"] == [0.5, 1.5] and held["w=1"]["frechet"]["each"] == [7.0]
    assert "w=2" not in held and held["floor"]["mean"] == 9.0 and held["real_spread"]["mean"] == 6.0
    desk.stop = None
    desk.drawn.clear()
    figures = guided.measure(desk.path, 20, 2, write=True)
    assert figures == desk.card()[guided.PART] and desk.drawn[0] == ({"w": 1.0}, 1)
    assert len(desk.drawn) == 2 * len(KEYS) - 9
    assert {key: value for key, value in desk.card().items() if key != guided.PART} == before
    desk.drawn.clear()
    assert guided.measure(desk.path, 20, 2, write=True) == figures and not desk.drawn


def test_figures_of_other_weights_or_another_n(desk: Desk) -> None:
    guided.measure(desk.path, 20, 1, ["w=2"], write=True)
    with pytest.raises(ValueError) as caught:
        guided.measure(desk.path, 30, 1, ["w=2"], write=True)
    assert str(caught.value) == lang.text("measure.other_n", name="mine", held=20, n=30)
    other = small_model().net
    torch.nn.init.zeros_(other.head.weight)
    checkpoints.save(desk.path, other, desk.card())
    with pytest.raises(ValueError) as caught:
        guided.table(desk.path)
    assert str(caught.value) == lang.text("guidance.stale", name="mine")
    desk.drawn.clear()
    guided.measure(desk.path, 20, 1, ["w=4"], write=True)
    assert desk.drawn == [({"w": 4.0}, 0)] and "w=2" not in desk.card()[guided.PART]
    with pytest.raises(ValueError) as caught:
        guided.table(desk.path)
    assert str(caught.value) == lang.text("guidance.none", name="mine")


def test_two_that_measure_at_once_lose_no_figures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = desk.draw

    def meanwhile(*given, **named) -> tuple:
        with monkeypatch.context() as patch:
            patch.setattr(draws, "draw", draw)
            guided.measure(desk.path, 20, 3, ["w=4", "w=8 phi=0.7"], write=True)
        return draw(*given, **named)

    monkeypatch.setattr(draws, "draw", meanwhile)
    figures = guided.measure(desk.path, 20, 1, ["w=0", "w=4"], write=True)
    seeds = {key: len(figures[key]["spread"]["each"]) for key in KEYS if key in figures}
    assert seeds == {"w=0": 1, "w=4": 3, "w=8 phi=0.7": 3}


def test_the_table(desk: Desk) -> None:
    guided.measure(desk.path, 20, 2, write=True)
    lines = guided.table(desk.path).splitlines()
    assert lines[2] == "| 20 real digits | | 9.000 ± 3.162 | 1 | 6.000 ± 1.581 | 1 |"
    # std of two seeds that differ by d: d / sqrt(2)
    assert lines[8] == ("| w=2 | 2.5000 ± 0.7071 | 10.000 ± 1.414 | 1.11 | 6.500 ± 0.707 | 1.08 |")
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[3:-2]] == KEYS
    assert lines[-1] == "N = 20, seeds: 2, ddim-50."


@pytest.mark.parametrize(
    ("at", "value", "part"),
    [
        ("", [1], ""),
        ("floor", {"mean": 0, "std": None, "each": []}, "floor.mean"),
        ("real_spread", None, "real_spread"),
        ("real_spread.mean", 0, "real_spread.mean"),
        ("real_spread.mean", -1, "real_spread.mean"),
        ("N", float("nan"), "N"),
        ("w=2.accuracy.mean", float("nan"), "w=2.accuracy.mean"),
        ("w=2.frechet.each", [float("inf")], "w=2.frechet.each"),
        ("w=2", 3, "w=2"),
        ("w=2.spread", None, "w=2.spread"),
        ("w=2.spread.mean", "6", "w=2.spread.mean"),
        ("w=2.spread.each", [7.0], "w=2.spread.mean"),  # not that of the seeds
        ("w=2.spread.each", [6.0, 6.0], "w=2.spread.each"),
        ("w=8 phi=0.7.frechet", {}, None),
    ],
)
def test_a_card_edited_by_hand_gets_one_sentence(
    desk: Desk, at: str, value: object, part: str | None
) -> None:
    guided.measure(desk.path, 20, 1, write=True)
    card = desk.card()
    *way, last = [guided.PART, *at.split(".")] if at else [guided.PART]
    if part is None:
        way, last, part = [guided.PART, "w=8 phi=0.7"], "frechet", "w=8 phi=0.7.frechet.mean"
    table = card
    for key in way:
        table = table[key]
    table[last] = value
    desk.path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    path = checkpoints.card_path(desk.path)
    said = lang.text("measure.damaged", path=path, part=f"guidance.{part}".rstrip("."))
    desk.drawn.clear()
    for call in (lambda: guided.table(desk.path), lambda: guided.measure(desk.path, 20, write=True)):
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == said
    assert not desk.drawn


def test_too_few_samples_for_a_spread_are_refused_at_once(desk: Desk) -> None:
    for language in lang.LANGUAGES:
        lang.use(language)
        with pytest.raises(ValueError) as caught:
            guided.measure(desk.path, 19)
        assert str(caught.value) == lang.text("guidance.too_few", got=19)
    assert not desk.drawn


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told: list = []
    monkeypatch.setattr(guided, "measure", lambda *given, **named: told.append((given, named)))
    assert cli.main(["measure", "guidance"]) == 0
    assert cli.main(["measure", "guidance", "--n", "40", "--seeds", "3", "--write", "--compile"]) == 0
    assert told == [
        ((), {"n": 1000, "seeds": 1, "write": False, "compile": False}),
        ((), {"n": 40, "seeds": 3, "write": True, "compile": True}),
    ]
    monkeypatch.setattr(guided, "table", lambda: "| a table |")
    assert cli.main(["measure", "guidance", "--table"]) == 0
    assert capsys.readouterr().out == "| a table |\n"
    for option in (["--sampler", "ddim-10"], ["--all"], ["--bound"], ["--check"]):
        assert cli.main(["measure", "guidance", *option]) == 2
        said = lang.text("cli.not_for", option=option[0], command="measure", name="guidance")
        assert capsys.readouterr().err.strip() == said
    assert len(told) == 2

    def stopped(**named: object) -> dict:
        raise KeyboardInterrupt

    monkeypatch.setattr(guided, "measure", stopped)
    for argv, key in (([], "measure_stopped_lost"), (["--write"], "measure_stopped")):
        assert cli.main(["measure", "guidance", *argv]) == 130
        assert capsys.readouterr().err.strip() == lang.text(f"cli.{key}", folder=Path.cwd())


def test_the_figures_that_ship_are_sound() -> None:
    cards.sound("digits", guided.PART, names=guided.GUIDES, kinds=guided.KINDS)
