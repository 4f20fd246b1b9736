"""Measured figures: a spread only where there is one, and the table that README.md shows."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from course_lib import checkpoints, data, files, lang, losses, metrics, samplers, schedules, training
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import cards, cli, draws, measure, networks, targets, train

CARD: dict[str, Any] = {
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
    assert cards.spread([0.5]) == {"mean": 0.5, "std": None, "each": [0.5]}
    assert cards.spread([0.5, 0.7])["std"] == round(0.02**0.5, 4)
    assert "±" not in cards.shown(cards.spread([0.5]), 3)
    assert cards.shown(cards.spread([0.5, 0.7]), 2) == "0.60 ± 0.14"


def test_the_table() -> None:
    assert cards.table(CARD) == TABLE


def test_a_card_without_figures_has_no_table() -> None:
    for card in ({"name": "x"}, {"name": "x", "metrics": {}}):
        with pytest.raises(ValueError, match="holds no figures"):
            cards.table(card)


def test_the_command_prints_the_table_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = CARD["metrics"] | {"weights": cards.digest("digits")}
    monkeypatch.setattr(checkpoints, "card", lambda name: CARD | {"metrics": now})
    monkeypatch.setattr(measure, "measure", lambda *given, **named: pytest.fail("measured"))
    assert cli.main(["measure", "digits", "--table"]) == 0
    assert capsys.readouterr().out == TABLE + "\n"
    for other in ({"weights": "0" * 64}, {}):
        card = CARD | {"metrics": CARD["metrics"] | other}
        monkeypatch.setattr(checkpoints, "card", lambda name, card=card: card)
        assert cli.main(["measure", "digits", "--table"]) == 1
        assert capsys.readouterr() == ("", lang.text("measure.stale", name="digits") + "\n")


def test_the_shipped_card_carries_no_figures_of_other_weights() -> None:
    card = checkpoints.card("digits")
    if "weights" in card["metrics"] or isinstance(card["recipe"], list):
        assert cards.current("digits") == card


def test_the_table_shows_seconds_where_they_were_taken() -> None:
    timed = CARD["metrics"]["ddim-50"] | {"seconds_16": 1.25}
    rows = cards.table(CARD | {"metrics": CARD["metrics"] | {"ddim-50": timed}}).splitlines()
    assert [row.count("|") for row in rows] == [6] * 5
    assert rows[0].endswith("| × floor | seconds for 16 |") and rows[-1].endswith("| 6.25 | 1.25 |")
    assert rows[2].endswith("| 1 | |") and rows[3].endswith("| 2.50 | |")


def test_every_sampler_can_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list = []
    monkeypatch.setattr(measure, "measure", lambda *given, **named: told.append((given, named)))
    for name in draws.SAMPLERS:
        assert cli.main(["measure", "digits", "--sampler", name, "--n", "20"]) == 0
    assert cli.main(["measure", "digits", "--write"]) == 0
    assert told.pop() == (("digits", 5000, 1), {"write": True, "compile": False})
    plain = {"write": False, "compile": False}
    assert told == [(("digits", 20, 1), {"only": [name], **plain}) for name in draws.SAMPLERS]
    assert cli.main(["measure", "digits", "--sampler", "euler"]) == 2
    allowed = ", ".join(draws.SAMPLERS)
    assert capsys.readouterr().err.strip() == lang.text("cli.sampler", got="'euler'", allowed=allowed)
    assert cli.main(["measure", "digits", "--all", "--seeds", "3"]) == 0
    given, named = told.pop()
    assert given == ("digits", 5000, 3) and sorted(named["only"]) == sorted(draws.SAMPLERS)
    calls = [draws.SAMPLERS[name].calls(schedules.linear()) for name in named["only"]]
    assert all(a <= b for a, b in pairwise(calls)) and calls[0] == 10 and calls[-1] == 1000


def test_each_sampler_is_what_its_name_says() -> None:
    for name, (step, times) in draws.SAMPLERS.items():
        rule, steps, *rest = name.split("-")
        assert len(draws.visited(schedules.linear(), times)) == int(steps) + 1
        plain = step.func if isinstance(step, partial) else step
        want = {"ancestral": "ddpm_step", "ddpm": "ddpm_step", "ddim": "ddim_step", "dpm": "dpm_step"}
        assert plain.__name__ == want[rule]
        if plain.__name__ == "ddpm_step":  # Algorithm 2 as published, and the respaced chain with beta_tilde
            wanted = "beta" if rest or rule == "ddpm" else "beta_tilde"
            assert isinstance(step, partial) and step.keywords == {"variance": wanted}


class Desk:
    """A measuring desk: no samples are drawn, and every figure comes off a list."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path):
        self.path = folder / "mine.safetensors"
        model = small_model()
        about = {"model": model.net.config, "schedule": model.schedule.spec, "predicts": "v", "metrics": {}}
        checkpoints.save(self.path, model.net, about)
        self.drawn: list[tuple[object, int]] = []
        self.clocked: list[list[str]] = []
        monkeypatch.chdir(folder)
        monkeypatch.setattr(draws, "draw", self.draw)
        monkeypatch.setattr(draws, "clock", self.clock)
        monkeypatch.setattr(metrics, "floor", lambda n, seed: 0.5 + seed)
        monkeypatch.setattr(metrics, "accuracy", lambda images, labels: float(images))
        monkeypatch.setattr(metrics, "frechet", lambda images: 5.0 * float(images))

    def draw(
        self, model: object, step: object, times: object, n: int, seed: int, state: Path | None, about: dict
    ) -> tuple:
        """The seed itself, plus one, in the place of images."""
        self.drawn.append((times, seed))
        return torch.tensor(1.0 + seed), torch.arange(4)

    def clock(self, model: object, names: list[str]) -> dict[str, float]:
        """One second more at each call."""
        self.clocked.append(list(names))
        return {name: float(len(self.clocked)) for name in names}

    def card(self) -> dict:
        """The figures on disk."""
        return checkpoints.card(self.path)["metrics"]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    """A desk with a small model on it."""
    yield Desk(monkeypatch, tmp_path)


def test_measuring_prints_no_spread_that_was_not_measured(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = measure.measure(desk.path, 4, 1, ["ddim-50"])
    floor, row = capsys.readouterr().out.splitlines()
    assert "±" in floor and "±" not in row and "(2.00 x floor)" in row and "1 s for 16" in row
    assert figures["ddim-50"]["frechet"] == {"mean": 5.0, "std": None, "each": [5.0]}
    assert figures["weights"] == files.sha256(desk.path) and desk.card() == {}  # not asked to write


def test_what_is_measured_is_written_at_once_and_not_measured_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the second sampler's second seed: one seed is lost, and nothing else."""
    whole = desk.draw

    def stopped(*given, **named) -> tuple:
        if given[2] == 20 and given[4] == 1:
            raise KeyboardInterrupt
        return whole(*given, **named)

    monkeypatch.setattr(draws, "draw", stopped)
    names = ["ddim-10", "ddim-20", "ddim-50"]
    with pytest.raises(KeyboardInterrupt):
        measure.measure(desk.path, 4, 2, names, write=True)
    held = desk.card()
    assert held["ddim-10"]["accuracy"]["each"] == [1.0, 2.0] and "ddim-50" not in held
    assert held["ddim-20"]["frechet"]["each"] == [5.0] and held["floor"]["mean"] == 2.5
    monkeypatch.setattr(draws, "draw", whole)
    desk.drawn.clear()
    figures = measure.measure(desk.path, 4, 2, names, write=True)
    assert desk.drawn == [(20, 1), (50, 0), (50, 1)] and desk.card() == figures
    assert all(figures[name]["frechet"]["std"] == round(5 / 2**0.5, 4) for name in names)
    desk.drawn.clear()
    assert measure.measure(desk.path, 4, 2, names, write=True) == figures and not desk.drawn
    measure.measure(desk.path, 4, 3, ["ddim-10"], write=True)  # one more seed
    assert desk.drawn == [(10, 2)] and desk.card()["ddim-10"]["accuracy"]["mean"] == 2.0
    measure.measure(desk.path, 4, 1, ["ddim-10"])  # not into the card, so not from it either
    assert desk.drawn == [(10, 2), (10, 0)]


def test_seconds_are_those_of_one_machine(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["ddim-10", "ddim-20"]
    measure.measure(desk.path, 4, 1, names, write=True)
    measure.measure(desk.path, 4, 2, names, write=True)
    assert desk.clocked == [names]  # known already
    monkeypatch.setattr(training, "machine", lambda where, bf16: "another machine")
    measure.measure(desk.path, 4, 2, names[:1], write=True)
    assert desk.clocked == [names, names[:1]] and desk.card()["machine"] == "another machine"
    assert desk.card()["ddim-10"]["seconds_16"] == 2.0 and "seconds_16" not in desk.card()["ddim-20"]
    assert desk.card()["ddim-20"]["accuracy"]["each"] == [1.0, 2.0]


def test_figures_of_other_weights_or_another_n_are_dropped(desk: Desk) -> None:
    measure.measure(desk.path, 4, 1, ["ddim-10", "ddim-20"], write=True)
    old = desk.card()
    net = small_model().net
    torch.nn.init.zeros_(net.head.weight)
    checkpoints.save(desk.path, net, checkpoints.card(desk.path))  # retrained, and its card kept by mistake
    with pytest.raises(ValueError) as caught:
        cards.current(desk.path)
    assert str(caught.value) == lang.text("measure.stale", name="?")
    desk.drawn.clear()
    measure.measure(desk.path, 4, 1, ["ddim-10"], write=True)
    new = cards.current(desk.path)["metrics"]
    assert desk.drawn == [(10, 0)] and "ddim-20" not in new and new["weights"] != old["weights"]
    old = checkpoints.card(desk.path)
    checkpoints.save(desk.path, small_model().net, old)  # other weights and another N at once
    measure.measure(desk.path, 6, 1, ["ddim-20"], write=True)
    assert "ddim-10" not in desk.card() and desk.card()["N"] == 6


def test_another_n_does_not_throw_figures_away(desk: Desk) -> None:
    """Refused before anything is drawn or timed; without figures, or without --write, it is measured."""
    measure.measure(desk.path, 20, 2, ["dpm-10", "ddim-10"], write=True)
    before = desk.path.with_suffix(".json").read_bytes()
    desk.drawn.clear()
    desk.clocked.clear()
    with pytest.raises(ValueError) as caught:
        measure.measure(desk.path, 30, 1, ["dpm-10"], write=True)
    assert str(caught.value) == lang.text("measure.other_n", name="?", held=20, n=30)
    assert not desk.drawn and not desk.clocked
    assert desk.path.with_suffix(".json").read_bytes() == before
    assert measure.measure(desk.path, 30, 1, ["dpm-10"])["N"] == 30 and desk.drawn == [
        (draws.SAMPLERS["dpm-10"].times, 0)
    ]
    assert desk.path.with_suffix(".json").read_bytes() == before
    cards.write_card(desk.path, metrics={})
    assert measure.measure(desk.path, 30, 1, ["dpm-10"], write=True) == desk.card()


def test_another_n_is_refused_from_the_command_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped model's figures, and its bound."""
    weights = cards.digest("digits")
    held = checkpoints.card("digits") | {
        "metrics": GOOD | {"weights": weights},
        "bound": {"N": 100, "weights": weights},
    }
    path = tmp_path / "card.json"
    path.write_text(json.dumps(held), encoding="utf-8")
    monkeypatch.setattr(checkpoints, "card", lambda name: json.loads(path.read_text(encoding="utf-8")))
    monkeypatch.setattr(checkpoints, "card_path", lambda name: path)
    monkeypatch.setattr(cards, "digest", lambda name: weights)
    monkeypatch.setattr(draws, "draw", lambda *given, **named: pytest.fail("drawn"))
    monkeypatch.setattr(measure, "bound", lambda *given, **named: pytest.fail("measured"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "card.safetensors").touch()
    for argv, was in ((["--n", "200"], 5000), (["--n", "200", "--bound"], 100)):
        assert cli.main(["measure", "digits", *argv, "--write"]) == 1
        said = lang.text("measure.other_n", name="digits", held=was, n=200)
        assert capsys.readouterr() == ("", said + "\n")
    assert json.loads(path.read_text(encoding="utf-8")) == held


def test_two_that_measure_at_once_lose_no_figures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one draws ddim-10, another measures more of dpm-10, and a sampler of its own; then both again."""
    measure.measure(desk.path, 4, 1, ["dpm-10"], write=True)
    draw = desk.draw
    others = iter([(3, ["dpm-10", "ddim-20"]), (2, ["ddim-10"])])

    def meanwhile(*given, **named) -> tuple:
        with monkeypatch.context() as patch:
            patch.setattr(draws, "draw", draw)
            for seeds, names in others:
                measure.measure(desk.path, 4, seeds, names, write=True)
        return draw(*given, **named)

    monkeypatch.setattr(draws, "draw", meanwhile)
    figures = measure.measure(desk.path, 4, 1, ["ddim-10"], write=True)
    seeds = {name: len(desk.card()[name]["frechet"]["each"]) for name in ("dpm-10", "ddim-10", "ddim-20")}
    assert seeds == {"dpm-10": 3, "ddim-10": 2, "ddim-20": 3} and figures == desk.card()


def test_a_card_that_came_to_another_n_meanwhile_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = desk.draw

    def meanwhile(*given, **named) -> tuple:
        with monkeypatch.context() as patch:
            patch.setattr(draws, "draw", draw)
            measure.measure(desk.path, 6, 1, ["dpm-10"], write=True)
        return draw(*given, **named)

    monkeypatch.setattr(draws, "draw", meanwhile)
    with pytest.raises(ValueError) as caught:
        measure.measure(desk.path, 4, 1, ["ddim-10"], write=True)
    assert str(caught.value) == lang.text("measure.other_n", name="?", held=6, n=4)
    assert desk.card()["N"] == 6 and "dpm-10" in desk.card()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock; there the card is not guarded")
def test_writers_wait_for_each_other(desk: Desk) -> None:
    """Eight threads that each add a part of the card, slowly: between reading and writing nobody writes."""

    def add(k: int) -> None:
        def change(card: dict) -> dict:
            time.sleep(0.02)
            return card | {f"part-{k}": k}

        cards.change_card(desk.path, change)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    card = checkpoints.card(desk.path)
    assert [card.get(f"part-{k}") for k in range(8)] == list(range(8))
    assert {path.name for path in desk.path.parent.iterdir()} == {"mine.json", "mine.safetensors"}


DAMAGES: list[tuple[str, object, str]] = [
    ("", [1], ""),
    ("", "x", ""),
    ("floor", "x", "floor"),
    ("floor", {}, "floor.mean"),
    ("floor", {"mean": 0, "std": None, "each": []}, "floor.mean"),
    ("N", "5000", "N"),
    ("N", None, "N"),
    ("dpm-10", {}, "dpm-10.accuracy"),
    ("dpm-10", 3, "dpm-10"),
    ("dpm-10.frechet", None, "dpm-10.frechet"),
    ("dpm-10.frechet.each", None, "dpm-10.frechet.each"),
    ("dpm-10.frechet.each", [0.6], "dpm-10.frechet.each"),
    ("dpm-10.frechet.each", [0.6, 0.6, "0.6"], "dpm-10.frechet.each"),
    ("dpm-10.frechet.mean", "0.9", "dpm-10.frechet.mean"),
    ("dpm-10.frechet.mean", 0.59, "dpm-10.frechet.mean"),  # not that of the seeds
    ("dpm-10.accuracy.std", "0.1", "dpm-10.accuracy.std"),
    ("dpm-10.seconds_16", 0, "dpm-10.seconds_16"),
    ("dpm-10.seconds_16", None, "dpm-10.seconds_16"),
]


@pytest.mark.parametrize(("at", "value", "part"), DAMAGES)
def test_a_card_edited_by_hand_gets_one_sentence(
    at: str,
    value: object,
    part: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    held = json.loads(json.dumps({"name": "digits", "metrics": GOOD | {"weights": cards.digest("digits")}}))
    about = checkpoints.card("digits")
    path = checkpoints.card_path("digits")
    monkeypatch.setattr(checkpoints, "card", lambda name: about | held)
    monkeypatch.setattr(draws, "draw", lambda *given, **named: pytest.fail("drawn"))
    monkeypatch.setattr(draws, "clock", lambda model, names: pytest.fail("timed"))
    assert cli.main(["measure", "digits", "--check"]) == 0  # before the edit
    capsys.readouterr()
    *way, last = ["metrics", *at.split(".")] if at else ["metrics"]
    table = held
    for key in way:
        table = table[key]
    table[last] = value
    said = lang.text("measure.damaged", path=path, part=f"metrics.{part}".rstrip("."))
    for option in ("--check", "--table", "--write"):
        assert cli.main(["measure", "digits", option]) == 1
        assert capsys.readouterr() == ("", said + "\n")


@pytest.mark.parametrize("name", ["digits", *networks.SMALL])
def test_the_figures_that_ship_are_sound(name: str) -> None:
    for part in ("metrics", "compared"):
        cards.sound(name, part)


def test_more_samples_than_real_digits_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The floor of N samples is measured from as many training digits."""
    most = len(data.digits("train")[0])
    assert cli.main(["measure", "digits", "--n", str(most + 1)]) == 2
    said = lang.text("cli.whole", option="--n", low=10, high=most, got=repr(str(most + 1)))
    assert capsys.readouterr().err.strip() == said


def test_samples_and_times_come_from_the_named_sampler(monkeypatch: pytest.MonkeyPatch) -> None:
    model, asked = small_model(), []
    model.net.register_forward_pre_hook(lambda net, given: asked.append((len(given[0]), given[2].tolist())))
    images, labels = draws.draw(model, samplers.ddim_step, 5, 12, seed=1, batch=10)
    assert images.shape == (12, 1, 28, 28) and labels.tolist() == [*range(10), 0, 1]
    assert [size for size, _ in asked] == [10] * 5 + [2] * 5 and asked[-1][1] == [0, 1]
    assert torch.equal(images, draws.draw(model, samplers.ddim_step, 5, 12, seed=1, batch=10)[0])
    assert not torch.equal(images, draws.draw(model, samplers.ddim_step, 5, 12, seed=2, batch=10)[0])
    grid = partial(samplers.log_snr_times, steps=4)
    assert draws.visited(model.schedule, grid) == samplers.log_snr_times(model.schedule, 4)
    asked.clear()
    monkeypatch.setitem(draws.SAMPLERS, "ddim-50", draws.Sampler(samplers.ddim_step, 3))
    monkeypatch.setitem(draws.SAMPLERS, "dpm-10", draws.Sampler(samplers.dpm_step, grid))
    now = iter([0.0, 1.0, 1.0, 5.0, 5.0, 8.0, 8.0, 8.5, 8.5, 10.5, 10.5, 11.0])
    monkeypatch.setattr(draws.time, "perf_counter", lambda: next(now))
    assert draws.clock(model, ["ddim-50", "dpm-10"]) == {"ddim-50": 2.0, "dpm-10": 0.5}
    assert [size for size, _ in asked] == [16] * (1 + 3 * (3 + 4))


class Stops:
    """Counts how often a network is asked, and presses Ctrl-C when it is for the ``at``-th time."""

    def __init__(self, model: EpsModel, at: int | None = None):
        self.asked, self.at = 0, at
        model.net.register_forward_pre_hook(self)

    def __call__(self, net: object, given: object) -> None:
        self.asked += 1
        if self.asked == self.at:
            raise KeyboardInterrupt


NOISY = partial(samplers.ddpm_step, variance="beta")


@pytest.mark.parametrize(("step", "steps"), [(NOISY, 10), (samplers.ddim_step, 5)])
def test_an_interrupted_draw_goes_on_where_it_stopped(
    step: Callable[..., torch.Tensor], steps: int, tmp_path: Path
) -> None:
    """Stopped twice in three batches: bit for bit an undisturbed draw, and no batch drawn again."""
    how, state = {"seed": 4, "batch": 10}, tmp_path / "state.safetensors"
    whole, labels = draws.draw(small_model(), step, steps, 24, **how)
    asked = 0
    for stop in (steps + 2, steps + 1):  # in the second batch; then at the beginning of the third
        model = small_model()
        counter = Stops(model, stop)
        with pytest.raises(KeyboardInterrupt):
            draws.draw(model, step, steps, 24, **how, state=state)
        asked += counter.asked
    torch.manual_seed(99)  # what else the process draws changes nothing
    model = small_model()
    counter = Stops(model)
    images, again = draws.draw(model, step, steps, 24, **how, state=state)
    assert torch.equal(images, whole) and torch.equal(again, labels)
    assert counter.asked == steps and asked == 2 * steps + 3
    # a finished one is not drawn again, either
    counter.at = counter.asked + 1
    assert torch.equal(draws.draw(model, step, steps, 24, **how, state=state)[0], whole)
    # planted: with the generator anew the last batch would be another
    tensors, note = checkpoints.read_tensors(state)
    tensors = {"images": tensors["images"][:20], "generator": torch.Generator().manual_seed(4).get_state()}
    checkpoints.write_tensors(state, tensors, note)
    astray = draws.draw(small_model(), step, steps, 24, **how, state=state)[0]
    assert torch.equal(astray[:20], whole[:20]) and not torch.equal(astray[20:], whole[20:])


@pytest.mark.parametrize(
    "other",
    [
        {"n": 26}, {"seed": 5}, {"batch": 5}, {"times": 4}, {"about": {"weights": "other"}},
        {"step": samplers.ddim_step, "about": {"sampler": "other"}}, {"machine": "fp32"}, {"damaged": True},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_a_state_of_another_draw_is_not_gone_on_from(
    other: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state.safetensors"
    how = {"step": NOISY, "times": 10, "n": 24, "seed": 4, "batch": 10, "about": {"weights": "these"}}
    model = small_model()
    Stops(model, 15)
    with pytest.raises(KeyboardInterrupt):
        draws.draw(model, state=state, **how)
    if other.pop("damaged", False):
        state.write_bytes(state.read_bytes()[:-9])
    if said := other.pop("machine", None):
        monkeypatch.setattr(training, "machine", lambda where, bf16: said)
    now = how | other
    want = draws.draw(small_model(), **now)[0]
    model = small_model()
    counter = Stops(model)
    assert torch.equal(draws.draw(model, state=state, **now)[0], want)
    calls = len(draws.visited(model.schedule, now["times"])) - 1
    assert counter.asked == calls * -(-now["n"] // now["batch"])


def test_an_interrupted_seed_gives_the_same_figures_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Through `measure` itself: two batches, Ctrl-C in the second, the same command once more."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(draws, "clock", lambda model, names: dict.fromkeys(names, 1.0))
    monkeypatch.setattr(metrics, "floor", lambda n, seed: 0.5)
    monkeypatch.setitem(draws.SAMPLERS, "ddim-50", draws.Sampler(NOISY, 10))
    path, model = tmp_path / "mine.safetensors", small_model()
    about = {"model": model.net.config, "schedule": model.schedule.spec, "predicts": "v", "metrics": {}}
    checkpoints.save(path, model.net, about)
    want = measure.measure(path, 260, 2, ["ddim-50"])
    assert not draws.RUNS.exists()  # not asked to write
    load = checkpoints.load

    def stopping(name: Path) -> EpsModel:
        loaded = load(name)
        Stops(loaded, 10 + 10 + 10 + 3)  # seed 1, its second batch
        return loaded

    state = draws.state_path(path, "ddim-50", 1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(checkpoints, "load", stopping)
        measure.measure(path, 260, 2, ["ddim-50"], write=True)
    assert list(draws.RUNS.iterdir()) == [state]
    assert checkpoints.read_tensors(state)[0]["images"].shape == (250, 1, 28, 28)
    about = {"weights": want["weights"], "sampler": "ddim-50", "compiled": False}
    assert checkpoints.read_note(state)["about"] == about
    got = measure.measure(path, 260, 2, ["ddim-50"], write=True)
    assert got == want and not list(draws.RUNS.iterdir())
    assert checkpoints.card(path)["metrics"] == got


def test_only_the_samples_are_drawn_by_a_compiled_network(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is the plain network's; what a compiled one left half-done goes on with a compiled one."""
    load, draw, clock = checkpoints.load, desk.draw, desk.clock
    compiled: list[object] = []
    used: list[tuple[str, bool, bool]] = []

    def loaded(name: Path, compile: bool = False) -> EpsModel:
        model = load(name)
        compiled.extend([model] if compile else [])
        return model

    def drawn(model: object, *given, about: dict, **named) -> tuple:
        used.append(("draw", model in compiled, about["compiled"]))
        return draw(model, *given, about=about, **named)

    def clocked(model: object, names: list[str]) -> dict[str, float]:
        used.append(("clock", model in compiled, False))
        return clock(model, names)

    monkeypatch.setattr(checkpoints, "load", loaded)
    monkeypatch.setattr(draws, "draw", drawn)
    monkeypatch.setattr(draws, "clock", clocked)
    for compile in (False, True):
        measure.measure(desk.path, 4, 1, ["dpm-10"], compile=compile)
    assert used == [
        ("clock", False, False),
        ("draw", False, False),
        ("clock", False, False),
        ("draw", True, True),
    ]


def test_ctrl_c_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*given: object, **named: object) -> dict:
        raise KeyboardInterrupt

    monkeypatch.setattr(measure, "measure", stopped)
    monkeypatch.setattr(measure, "bound", stopped)
    monkeypatch.setattr(networks, "compare", stopped)
    for argv, key in (
        (["digits"], "measure_stopped_lost"), (["digits", "--all", "--write"], "measure_stopped"),
        (["digits", "--bound", "--write"], "train_stopped_nothing"),
        (["networks"], "measure_stopped_lost"), (["networks", "--write"], "measure_stopped"),
    ):  # fmt: skip
        assert cli.main(["measure", *argv]) == 130
        said = lang.text(f"cli.{key}", folder=Path.cwd())  # runs/ lies there, and in no other folder
        assert capsys.readouterr().err.strip() == said
        assert (str(Path.cwd()) in said) is (key == "measure_stopped")


# the targets


def measured(frechet: float, accuracy: float = 0.99, seconds: float = 1.0) -> dict:
    """A sampler's figures over three seeds."""
    return {
        "accuracy": {"mean": accuracy, "std": 0.0, "each": [accuracy] * 3},
        "frechet": {"mean": frechet, "std": 0.0, "each": [frechet] * 3},
        "seconds_16": seconds,
    }


GOOD = {
    "N": 5000, "w": 0, "floor": {"mean": 0.1, "std": 0.01, "each": [0.1]},
    "ancestral-50": measured(0.2, 0.985), "ddim-50": measured(0.4, 0.9),
    "ddpm-1000": measured(0.2, 0.9, 20.0), "dpm-10": measured(0.6, 0.9),
}  # fmt: skip
FAILURES = {  # one for each target, a little beyond its limit
    "accuracy, ancestral-50 ≥ 0.985": {"ancestral-50": measured(0.2, 0.9849)},
    "floor's, ancestral-50 ≤ 2": {"ancestral-50": measured(0.2001, 0.985)},
    "floor's, ddim-50 ≤ 4": {"ddim-50": measured(0.4001), "ddpm-1000": measured(0.3, 0.9, 20.0)},
    "ddpm-1000, ddim-50 ≤ 2": {"ddpm-1000": measured(0.1999, 0.9, 20.0), "dpm-10": measured(0.5)},
    "as fast as ddpm-1000, ddim-50 ≥ 20": {"ddim-50": measured(0.4, 0.9, 1.001)},
    "ddpm-1000, dpm-10 ≤ 3": {"dpm-10": measured(0.6001)},
}


def test_every_target_has_a_planted_failure() -> None:
    assert targets.missed(GOOD) == [] and len(FAILURES) == len(targets.TARGETS)
    for target, (says, change) in zip(targets.TARGETS, FAILURES.items(), strict=True):
        lines = targets.missed(GOOD | change)
        assert len(lines) == 1 and says in lines[0] and lines[0].startswith("MISSED"), lines
        assert target.text() in lines[0] and target.met(GOOD) and target.met(GOOD | change) is False


def test_a_figure_that_is_no_number_meets_nothing() -> None:
    bad = measured(float("nan"), float("nan"), float("nan"))
    assert len(targets.missed(GOOD | dict.fromkeys(("ancestral-50", "ddim-50", "dpm-10"), bad))) == 6


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"N": 1000}, 6),
        ({"ddpm-1000": None}, 3),
        ({"dpm-10": None}, 1),
        ({"ddim-50": {k: v for k, v in measured(0.4).items() if k != "seconds_16"}}, 1),
        ({"ancestral-50": measured(0.2) | {"frechet": {"mean": 0.2, "std": None, "each": [0.2]}}}, 2),
        ({"floor": None}, 2),
    ],
)
def test_what_was_not_measured_is_not_met(change: dict, count: int) -> None:
    """Too few samples or seeds, a sampler left out, a time of another machine dropped."""
    figures = {k: v for k, v in (GOOD | change).items() if v is not None}
    lines = targets.missed(figures)
    assert len(lines) == count and all(line.startswith("NOT MEASURED") for line in lines)
    assert len(targets.missed({})) == 6


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_check_prints_every_target_and_measures_nothing(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_LANG", language)
    monkeypatch.setattr(measure, "measure", lambda *given, **named: pytest.fail("measured"))
    weights = {"weights": cards.digest("digits")}
    for change, status in (({}, 0), ({"dpm-10": measured(0.6001)}, 1), ({"N": 20}, 1)):
        card = {"name": "digits", "metrics": GOOD | weights | change}
        monkeypatch.setattr(checkpoints, "card", lambda name, card=card: card)
        assert cli.main(["measure", "digits", "--check"]) == status
        lines = capsys.readouterr().out.splitlines()
        assert lines == [targets.verdict(target, card["metrics"]) for target in targets.TARGETS]
    stale = {"name": "digits", "metrics": GOOD | {"weights": "0" * 64}}
    monkeypatch.setattr(checkpoints, "card", lambda name: stale)
    assert cli.main(["measure", "digits", "--check"]) == 1
    assert capsys.readouterr().err.strip() == lang.text("measure.stale", language, name="digits")


def test_one_figure_a_target() -> None:
    """The figures that stand in the lines, each by hand."""
    figures = [target.figure(GOOD) for target in targets.TARGETS]
    want = [0.985, 2.0, 4.0, 2.0, 20.0, 3.0]
    assert max(abs(a - b) for a, b in zip(figures, want, strict=True)) < 1e-9


def test_a_row_of_a_table() -> None:
    assert cards.row(["a", 0, "", 1.5]) == "| a | 0 | | 1.5 |"


def test_a_card_keeps_the_other_samplers_of_the_same_n(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD), encoding="utf-8")
    monkeypatch.setattr(checkpoints, "card_path", lambda name: path)
    monkeypatch.setattr(checkpoints, "card", lambda name: json.loads(path.read_text(encoding="utf-8")))
    new = {"w": 0, "floor": CARD["metrics"]["floor"], "ancestral-50-beta": CARD["metrics"]["ddim-50"]}
    cards.into_card("digits", {"N": 5000, **new})
    after = checkpoints.card("digits")["metrics"]
    assert after["ddim-50"] == CARD["metrics"]["ddim-50"] and "ancestral-50-beta" in after
    cards.into_card("digits", {"N": 100, **new})
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


@pytest.mark.parametrize(
    ("option", "other"),
    [
        (["--sampler", "ddim-50"], ["--bound"]), (["--seeds", "2"], ["--bound"]), (["--table"], ["--bound"]),
        (["--all"], ["--bound"]), (["--all"], ["--table"]), (["--all"], ["--sampler", "ddim-50"]),
        (["--bound"], ["--check"]), (["--table"], ["--check"]), (["--all"], ["--check"]),
        (["--sampler", "ddim-50"], ["--check"]), (["--seeds", "3"], ["--check"]),
        (["--n", "20"], ["--check"]), (["--write"], ["--check"]), (["--compile"], ["--check"]),
        (["--compile"], ["--bound"]),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(
    option: list[str], other: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["measure", "digits", *other, *option]) == 2
    assert capsys.readouterr().err.strip() == lang.text("cli.not_with", option=option[0], other=other[0])


def test_a_card_says_how_it_was_made() -> None:
    assert train.command("digits", steps=None, seed=None) == "course train digits"
    assert train.command("digits", steps=3, device="cuda") == "course train digits --steps 3 --device cuda"
    assert train.command("digits", compile=True) == "course train digits --compile"
    assert train.options(train.STAGES[0], train.STAGES[0], "auto") == dict.fromkeys(
        ("steps", "seed", "device", "compile")
    )
    used = train.options(train.stages(3, 7)[0], train.STAGES[0], "cpu")
    assert used == {"steps": 3, "seed": 7, "device": "cpu", "compile": None}


def test_the_stages_are_those_of_the_shipped_model() -> None:
    assert list(train.stages()) == [training.Recipe(**held) for held in checkpoints.card("digits")["recipe"]]
    short = train.stages(5, 40)
    assert [recipe.steps for recipe in short] == [5] * len(train.STAGES)
    assert [recipe.seed for recipe in short] == [40, 41, 42, 43]
    assert short[1] == replace(train.STAGES[1], steps=5, seed=41)


def finished(path: Path, **how: object) -> training.Run:
    """A training run of two steps that has come to its end."""
    recipe = training.Recipe(steps=2, batch_size=4, precision="fp32", **how)
    images, labels = data.digits("train")
    run = training.Run(small_model(), images[:20], labels[:20], recipe, path, "cpu")
    return training.train(run)


def test_a_finished_state_becomes_a_model_and_its_card(tmp_path: Path) -> None:
    state, out = tmp_path / "state.safetensors", tmp_path / "out.safetensors"
    run = finished(state, seed=5)
    assert train.finish(out, [state], made_by="by hand") == out
    model, card = checkpoints.load(out, "cpu", "fp32"), checkpoints.card(out)
    for name, value in train.rounded(run.averaged()).state_dict().items():
        assert torch.equal(value, model.net.state_dict()[name])
    assert card["recipe"] == asdict(run.recipe) and card["images_seen"] == 8 and card["metrics"] == {}
    assert card["made_by"] == "by hand" and card["machine"] == training.machine(torch.device("cpu"), False)
    # an earlier stage by its card, written before there were clip and weights
    old = tmp_path / "old.json"
    bare = {k: v for k, v in card["recipe"].items() if k not in ("clip", "weights")}
    old.write_text(json.dumps(card | {"recipe": bare, "seconds": 77}), encoding="utf-8")
    card = checkpoints.card(train.finish(tmp_path / "two.safetensors", [old, state]))
    assert card["recipe"] == [asdict(run.recipe)] * 2 and card["images_seen"] == [8, 8]
    assert card["seconds"] == [77, round(run.seconds)] and len(card["machine"]) == len(card["torch"]) == 2


def test_an_unfinished_state_becomes_no_model(tmp_path: Path) -> None:
    state, out = tmp_path / "state.safetensors", tmp_path / "out.safetensors"
    images, labels = data.digits("train")
    recipe = training.Recipe(steps=2, batch_size=4, precision="fp32")
    run = training.Run(small_model(), images[:20], labels[:20], recipe, state, "cpu")
    next(run.steps())
    run.save()
    with pytest.raises(ValueError) as caught:
        train.finish(out, [state])
    assert str(caught.value) == lang.text("train.unfinished", path=state, step=1, steps=2)
    assert not out.exists()
