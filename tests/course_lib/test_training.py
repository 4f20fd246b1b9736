"""Training: resuming changes nothing, interruptions lose nothing, and the recipe is kept to."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import (
    checkpoints,
    device,
    forward,
    lang,
    losses,
    parameterisations,
    ranks,
    schedules,
    signals,
    training,
)
from course_lib.dit import DiT
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.training import EMA, Recipe, Run
from course_lib.unet import UNet

RECIPE = Recipe(steps=8, batch_size=4, warmup=3, precision="fp32", ema_decay=0.9)
IMAGES = noise(12, 1, 4, 4).float().clamp(-1, 1)
LABELS = torch.arange(12) % 10
SCHEDULE = schedules.linear(100)


def make(
    state=None, recipe=RECIPE, images=IMAGES, labels=LABELS, classes=10, where="cpu", widths=(4, 8),
    kind="v", schedule=SCHEDULE, **more,
) -> Run:  # fmt: skip
    torch.manual_seed(1)
    net = UNet(widths=widths, embedding=8, time_width=8, classes=classes)
    return Run(EpsModel(net, schedule, kind), images, labels, recipe, state, device=str(where), **more)


def weights(run: Run) -> dict[str, torch.Tensor]:
    now = {f"net.{k}": v.clone() for k, v in run.model.net.state_dict().items()}
    return now | {f"ema.{k}": v.clone() for k, v in run.ema.weights.items()}


def same(a: dict, b: dict) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_ema_is_its_formula():
    layer = torch.nn.Linear(1, 1, bias=False).double()
    layer.weight.data.fill_(2.0)
    ema, want = EMA(layer, 0.5), 2.0
    for step, value in enumerate([3.0, -1.0, 4.0, 4.0, 0.5, 7.0, 1.0, 2.0], start=1):
        layer.weight.data.fill_(value)
        ema.update(layer, step)
        d = min(0.5, (1 + step) / (10 + step))
        want = d * want + (1 - d) * value
        assert abs(float(ema.weights["weight"]) - want) < 1e-14
    assert min(0.5, 2 / 11) < 0.5 == min(0.5, 9 / 18)  # the run above saw both sides of the minimum


def test_learning_rate_warms_up_and_falls_to_0():
    recipe = Recipe(steps=100, warmup=10, learning_rate=1e-3)
    rates = [training.learning_rate(s, recipe) for s in range(100)]
    assert abs(rates[0] - 1e-4) < 1e-18 and abs(rates[9] - 1e-3) < 1e-18 and abs(rates[10] - 1e-3) < 1e-18
    assert abs(rates[55] - 5e-4) < 1e-18 and all(a > b for a, b in pairwise(rates[10:]))
    assert 0 < rates[-1] < 1e-6


def test_a_compiled_run_is_the_same_run_up_to_rounding(tmp_path, unchecked):
    """Half of it compiled, the rest not; the state says which half made it."""
    plain, state = make(), tmp_path / "state.safetensors"
    wanted = [p.loss for p in plain.steps()]
    fast = make(state, compile="aot_eager")
    steps = fast.steps()
    seen = [next(steps).loss for _ in range(4)]
    steps.close()
    assert checkpoints.read_note(state)["machine"].endswith(", compiled")
    assert fast.model.net._compiled_call_impl is not None and not fast.averaged().training
    rest = make(state)
    seen += [p.loss for p in rest.steps()]
    assert error(torch.tensor(seen), torch.tensor(wanted)) < 1e3 * FLOAT32
    after, want = weights(rest), weights(plain)
    assert max(error(after[name], want[name]) for name in want) < 1e3 * FLOAT32
    assert not checkpoints.read_note(state)["machine"].endswith(", compiled")
    refuses(lambda: make(compile="nowhere"), "error.backend", got="'nowhere'")


def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path, where):
    straight = make(where=where)
    losses = [p.loss for p in straight.steps()]
    for stop in (1, 4, 7):
        state = tmp_path / f"{stop}.safetensors"
        first = make(state, where=where)
        early = []
        for progress in first.steps(save_every=100):
            early.append(progress.loss)
            if progress.step == stop:
                break
        assert not same(weights(first), weights(straight))
        second = make(state, where=where)
        assert second.step == stop
        late = [p.loss for p in second.steps()]
        if where.type == "cpu":
            assert early + late == losses and same(weights(second), weights(straight))
        else:  # CUDA's scatter and reduction orders are not fixed
            assert error(torch.tensor(early + late), torch.tensor(losses)) < 1e3 * FLOAT32
        assert second.step == RECIPE.steps and list(second.steps()) == []


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("where_it_strikes", ["forward", "backward", "between"])
def test_ctrl_c_loses_nothing(tmp_path, monkeypatch, kind, where_it_strikes):
    """Stopped inside a step, that step is drawn again on resuming: the end is the same, bit for bit."""
    straight = make()
    list(straight.steps())
    run = make(tmp_path / "state.safetensors")
    steps = run.steps(save_every=100)
    for _ in range(5):
        next(steps)

    def strike(*_, **__):
        raise kind

    if where_it_strikes == "between":
        steps.close()
    else:
        target = (run.model.net, "forward") if where_it_strikes == "forward" else (torch.Tensor, "backward")
        with monkeypatch.context() as patch, pytest.raises(kind):
            patch.setattr(*target, strike)
            next(steps)
    again = make(tmp_path / "state.safetensors")
    assert again.step == 5
    list(again.steps())
    assert same(weights(again), weights(straight))


def test_a_half_made_update_is_never_saved(tmp_path, monkeypatch):
    """Ctrl-C between the weights' update and the average's: the last whole state stays on disk."""
    run = make(tmp_path / "state.safetensors")
    steps = run.steps(save_every=2)
    for _ in range(3):
        next(steps)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(run.ema, "update", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        next(steps)
    again, straight = make(tmp_path / "state.safetensors"), make()
    assert again.step == 2
    list(again.steps())
    list(straight.steps())
    assert same(weights(again), weights(straight))


@pytest.mark.parametrize("part", ["optimiser", "ema", "save"])
def test_ctrl_c_in_the_middle_of_an_update_waits_for_its_end(tmp_path, monkeypatch, part):
    run = make(tmp_path / "state.safetensors")
    steps = run.steps(save_every=4)
    for _ in range(3):
        next(steps)
    place, name = {
        "optimiser": (run.optimiser, "step"),
        "ema": (run.ema, "update"),
        "save": (checkpoints, "write_tensors"),
    }[part]
    whole = getattr(place, name)

    def interrupted(*given):
        signal.raise_signal(signal.SIGINT)
        return whole(*given)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(place, name, interrupted)
        next(steps)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    again, straight = make(tmp_path / "state.safetensors"), make()
    assert again.step == 4
    list(again.steps())
    list(straight.steps())
    assert same(weights(again), weights(straight))


def test_training_outside_the_main_thread_works(tmp_path):
    run = make(tmp_path / "state.safetensors")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: next(run.steps())).result()
    assert run.step == 1


def test_a_failed_write_leaves_the_old_state(tmp_path, monkeypatch):
    path = tmp_path / "state.safetensors"
    run = make(path)
    steps = run.steps(save_every=100)
    next(steps)
    run.save()
    before = path.read_bytes()
    next(steps)

    def broken(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", broken)
        refuses(run.save, "error.write", path=path, problem="No space left on device")
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert make(path).step == 1


def test_saving_happens_at_each_interval_and_at_the_end(tmp_path, monkeypatch):
    saved, run = [], make(tmp_path / "state.safetensors")
    save = run.save
    monkeypatch.setattr(run, "save", lambda: (saved.append(run.step), save()))
    list(run.steps(save_every=3))
    assert saved == [3, 6, 8]


def test_without_a_state_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    list(make().steps(save_every=1))
    assert list(tmp_path.iterdir()) == []


def test_label_dropout_gives_the_null_label_its_share():
    run = make(recipe=replace(RECIPE, batch_size=20_000, label_dropout=0.1))
    x_0, t, eps, y = run.batch()
    share = float((y == 10).double().mean())
    assert abs(share - 0.1) < 5 * (0.1 * 0.9 / 20_000) ** 0.5
    # whatever label remains is the image's own
    whose = torch.cdist(x_0.flatten(1), IMAGES.flatten(1)).argmin(1)
    assert torch.equal(y[y != 10], LABELS[whose][y != 10])
    assert int(t.min()) == 1 and int(t.max()) == 100
    counts = torch.bincount(t, minlength=101)[1:].double()
    assert float((counts - 200).abs().max()) < 5 * 200**0.5
    assert abs(float(eps.mean())) < 5 * eps.numel() ** -0.5
    assert not (make(recipe=replace(RECIPE, label_dropout=0.0)).batch()[3] == 10).any()
    assert make(labels=None, classes=0).batch()[3] is None


def test_the_loss_falls_in_each_tenth_of_t_that_was_drawn():
    run = make()
    error_of_image, t = torch.tensor([1.0, 3.0, 5.0]), torch.tensor([1, 10, 100])
    run._record(error_of_image, t)
    assert run.recent.isnan().tolist() == [False] + 8 * [True] + [False]
    assert error(run.recent[[0, 9]], torch.tensor([2.0, 5.0])) == 0
    run._record(torch.tensor([4.0]), torch.tensor([11]))
    run._record(torch.tensor([12.0]), torch.tensor([10]))
    assert error(run.recent[[0, 1, 9]], torch.tensor([0.98 * 2 + 0.02 * 12, 4.0, 5.0])) < FLOAT32
    progress = list(run.steps())[-1]
    assert progress.step == 8 and len(progress.by_t) == 10 == training.BUCKETS
    assert progress.recent is run.recent  # left where it was computed until by_t is read


def test_training_learns():
    """One image only: the loss of a short run falls well below that of the zero answer."""
    recipe = replace(RECIPE, steps=150, batch_size=32, warmup=5, learning_rate=1e-2)
    losses = [p.loss for p in make(recipe=recipe, images=IMAGES[:1], labels=LABELS[:1]).steps()]
    assert sum(losses[-10:]) < 0.5 * sum(losses[:3]) / 3 * 10


def test_averaged_is_a_separate_network():
    run = make()
    list(run.steps())
    net = run.averaged()
    assert not net.training
    assert all(torch.equal(v, run.ema.weights[k]) for k, v in net.state_dict().items())
    net.stem.weight.data.zero_()
    assert run.ema.weights["stem.weight"].abs().max() > 0 < run.model.net.stem.weight.abs().max()


def test_train_shows_a_bar_and_reports_each_step(capsys):
    seen = []
    run = training.train(make(), each=lambda p: seen.append(p.step))
    assert seen == list(range(1, 9)) and run.step == 8
    assert lang.text("training.bar") in capsys.readouterr().err


def test_bad_input_is_named(tmp_path, unchecked):
    path = tmp_path / "state.safetensors"
    run = make(path)
    next(run.steps())
    run.save()
    refuses(lambda: make(path, replace(RECIPE, learning_rate=1.0)), "error.resume", path=path)
    refuses(lambda: make(path, replace(RECIPE, clip=2.0)), "error.resume", path=path)
    strange = tmp_path / "strange.safetensors"
    checkpoints.write_tensors(strange, {"a": torch.zeros(1)}, {})
    refuses(lambda: make(strange), "error.resume", path=strange)
    short = tmp_path / "short.safetensors"
    short.write_bytes(path.read_bytes()[:-100])
    refuses(lambda: make(short), "error.no_state", path=short, got=_sha(short))
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    refuses(lambda: make(notes), "error.no_state", path=notes, got=_sha(notes))
    said = lang.text("error.no_state", "en", path=notes, got="")
    assert "If this training wrote it, delete it" in said  # it may be somebody's own file
    assert "choose another" in said
    for every in (0, -1, 1.5, None):
        refuses(
            lambda every=every: next(make().steps(every)),
            "error.whole", name="save_every", allowed="1, 2, 3, …", got=repr(every),
        )  # fmt: skip
    bad = IMAGES.clone()
    bad[0, 0, 0, 0], bad[1, 0, 0, 0] = float("nan"), float("inf")
    refuses(lambda: make(images=bad), "error.not_finite", count=2)
    refuses(
        lambda: make(images=(IMAGES + 1) * 127.5),
        "error.image_range",
        low=_g((IMAGES + 1) * 127.5, 0),
        high=_g((IMAGES + 1) * 127.5, 1),
    )
    refuses(lambda: make(images=IMAGES.byte()), "error.float_images", got=torch.uint8)
    refuses(lambda: make(images=IMAGES[0]), "error.image_shape", got=(1, 4, 4), want="(N, C, H, W)")
    refuses(
        lambda: make(recipe=replace(RECIPE, precision="half")),
        "error.precision", got="'half'", allowed="auto, fp32, bf16",
    )  # fmt: skip


def test_a_state_of_another_run_is_refused_by_what_differs(tmp_path, unchecked):
    path = tmp_path / "state.safetensors"
    run = make(path)
    next(run.steps())
    run.save()
    before, _ = checkpoints.read_tensors(path)
    _, note = checkpoints.read_tensors(path)
    net, wider, cosine = note["model"], note["model"] | {"widths": [4, 12]}, schedules.cosine(100)
    other = make(tmp_path / "other.safetensors", images=-IMAGES)
    renamed = make(tmp_path / "other.safetensors", labels=LABELS.flip(0))
    cases = {
        "predicts": ({"kind": "eps"}, "v", "eps"),
        "schedule": ({"schedule": cosine}, SCHEDULE.spec, cosine.spec),
        "model": ({"widths": (4, 12)}, net, wider),
        "data": ({"images": -IMAGES}, note["data"], other._about["data"]),
    }
    for what, (changed, was, now) in cases.items():
        refuses(
            lambda changed=changed: make(path, **changed),
            "error.resume_other", path=path, what=what, was=was, now=now,
        )  # fmt: skip
    refuses(
        lambda: make(path, labels=LABELS.flip(0)),
        "error.resume_other", path=path, what="data", was=note["data"], now=renamed._about["data"],
    )  # fmt: skip
    checkpoints.write_tensors(path, before, note | {"device": "cuda"})
    refuses(
        lambda: make(path), "error.resume_other", path=path, what="device", was="cuda", now="cpu"
    )  # its random generator has another state there


def test_a_state_from_before_the_settings_were_recorded_still_resumes(tmp_path):
    path = tmp_path / "state.safetensors"
    run, straight = make(path), make()
    next(run.steps())
    run.save()
    tensors, note = checkpoints.read_tensors(path)
    recipe = {k: v for k, v in note["recipe"].items() if k != "clip"}
    old = {"step": note["step"], "seconds": note["seconds"], "recipe": recipe}
    checkpoints.write_tensors(path, tensors, old)
    again = make(path)
    assert again.step == 1
    list(again.steps())
    list(straight.steps())
    assert same(weights(again), weights(straight))


def _without(name):
    return lambda tensors, note: (tensors.pop(name, None), note.pop(name, None))


def _with(name, value):
    return lambda tensors, note: tensors.update({name: value(tensors[name])})


def _note(name, value):
    return lambda tensors, note: note.update({name: value})


def _nan(x):
    return torch.full_like(x, float("nan"))


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (_without("generator"), "generator"), (_with("generator", torch.Tensor.float), "generator"),
        (_with("generator", lambda x: x[:-1]), "generator"),
        (_without("recent"), "recent"), (_with("recent", lambda x: x[1:]), "recent"),
        (_without("step"), "step"), (_note("step", "3"), "step"), (_note("step", 9), "step"),
        (_note("step", -1), "step"), (_note("step", True), "step"),
        (_without("seconds"), "seconds"), (_note("seconds", None), "seconds"),
        (_without("net.stem.bias"), "net"), (_with("net.stem.bias", _nan), "net"),
        (_without("ema.stem.bias"), "ema"), (_with("ema.stem.bias", _nan), "ema"),
        (_with("ema.stem.bias", torch.Tensor.double), "ema"),
        (_with("ema.stem.bias", lambda x: x[1:]), "ema"),
        (_with("adam.0.exp_avg", lambda x: x[1:]), "adam.0.exp_avg"),
        (_with("adam.0.exp_avg_sq", _nan), "adam.0.exp_avg_sq"),
        (lambda tensors, note: tensors.update({"adam.x.step": torch.tensor(1.0)}), "adam.x.step"),
        (lambda tensors, note: tensors.update({"adam.999.step": torch.tensor(1.0)}), "adam.999.step"),
        (lambda tensors, note: [tensors.pop(k) for k in list(tensors) if k.startswith("adam.")], "adam"),
    ],
)  # fmt: skip
def test_a_state_that_is_not_whole_is_named(tmp_path, spoil, part, unchecked):
    """A valid file all the same: going on from it would crash later, or train on from half a state."""
    path = tmp_path / "state.safetensors"
    run = make(path)
    next(run.steps())
    run.save()
    tensors, note = checkpoints.read_tensors(path)
    assert make(path).step == 1
    spoil(tensors, note)
    checkpoints.write_tensors(path, tensors, note)
    before = path.read_bytes()
    refuses(lambda: make(path), "error.state_part", path=path, part=part)
    assert path.read_bytes() == before


def test_a_recipe_of_another_kind_is_named(tmp_path, unchecked):
    path = tmp_path / "state.safetensors"
    for recipe in ([], 3, "x", None):
        checkpoints.write_tensors(path, {"a": torch.zeros(1)}, {"recipe": recipe})
        refuses(lambda: make(path), "error.resume", path=path)


def test_a_resumed_run_keeps_its_precision(tmp_path, monkeypatch):
    """ "auto" is timed, and the timing may come out otherwise: the run goes on as it began."""
    path, recipe = tmp_path / "state.safetensors", replace(RECIPE, precision="auto")
    for began in (True, False):
        monkeypatch.setattr(device, "fast_bf16", lambda _, began=began: began)
        run = make(path, recipe)
        next(run.steps())
        run.save()
        monkeypatch.setattr(device, "fast_bf16", lambda _, began=began: not began)
        assert make(path, recipe).model.bf16 == began
        path.unlink()


def test_bad_labels_are_named(unchecked):
    refuses(lambda: make(labels=LABELS[:11]), "error.label_shape", got=(11,), want=(12,))
    refuses(lambda: make(labels=LABELS + 1), "error.label", got=10, last=9)
    refuses(lambda: make(labels=LABELS - 1), "error.label", got=-1, last=9)
    refuses(lambda: make(labels=LABELS.float()), "error.label_dtype", got=torch.float32)
    refuses(lambda: make(labels=None), "error.labels_needed", classes=10)
    refuses(lambda: make(classes=0), "error.no_labels")


@pytest.mark.parametrize(
    ("name", "bad", "allowed"),
    [
        ("steps", 0, "1, 2, 3, …"), ("steps", 2.5, "1, 2, 3, …"), ("batch_size", 0, "1, 2, 3, …"),
        ("batch_size", True, "1, 2, 3, …"), ("warmup", -1, "0, 1, 2, …"),
        ("learning_rate", 0.0, "(0, ∞)"), ("learning_rate", float("nan"), "(0, ∞)"), ("clip", 0.0, "(0, ∞)"),
        ("learning_rate", "x", "(0, ∞)"), ("clip", None, "(0, ∞)"), ("ema_decay", "x", "[0, 1)"),
        ("label_dropout", [], "[0, 1]"), ("ema_decay", 1.0, "[0, 1)"), ("label_dropout", 1.5, "[0, 1]"),
        ("label_dropout", -0.1, "[0, 1]"),
    ],
)  # fmt: skip
def test_bad_recipes_are_named(name, bad, allowed, unchecked):
    refuses(lambda: Recipe(**{name: bad}), "error.recipe", name=name, allowed=allowed, got=repr(bad))


@pytest.mark.parametrize("bad", ["a", None, 1.5, True, 2**64, -(2**63) - 1])
def test_bad_seeds_are_named(bad, unchecked):
    refuses(lambda: Recipe(seed=bad), "error.recipe", name="seed", allowed="[-2^63, 2^64)", got=repr(bad))
    assert Recipe(seed=-1).seed == -1 and Recipe(seed=2**64 - 1).seed


def test_an_older_run_does_not_overwrite_a_newer_state(tmp_path, unchecked):
    """Two open notebooks share a state file: the second would have begun it anew without a word."""
    path = tmp_path / "state.safetensors"
    first, second, third = make(path), make(path), make(path)
    steps = third.steps(save_every=100)
    next(steps)
    training.train(first)
    before = path.read_bytes()
    newer = {"path": path, "held": 8, "kept": 0}
    refuses(lambda: next(second.steps()), "error.state_newer", **newer)
    assert second.step == 0
    next(steps)
    refuses(third.save, "error.state_newer", **newer)
    assert path.read_bytes() == before and third.step == 2  # in memory nothing is lost
    again = make(path)
    assert again.step == 8
    path.unlink()  # a reader who begins anew
    third.save()
    assert make(path).step == 2


@pytest.mark.parametrize("where", ["folder", "file/state.safetensors", "x" * 300, "loop/state.safetensors"])
def test_a_state_that_cannot_be_written_is_named_before_any_step(where, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for given in (tmp_path / where, str(tmp_path / where)):
        with pytest.raises(ValueError) as caught:
            make(given)
        reason = str(caught.value).partition("(")[2].partition(")")[0]
        assert reason and str(caught.value) in {
            lang.text("error.write", path=path, problem=reason)
            for path in (tmp_path / where, (tmp_path / where).absolute())
        }


def test_a_state_may_be_a_string_and_nothing_else(tmp_path, monkeypatch, unchecked):
    run = make(str(tmp_path / "state.safetensors"))
    next(run.steps())
    run.save()
    assert make(tmp_path / "state.safetensors").step == 1
    refuses(lambda: make(3), "error.state_path", got="int")


def test_bad_weights_are_named(unchecked):
    refuses(lambda: Recipe(weights="elbo"), "error.weights", got="'elbo'", allowed="simple, vlb, min-snr")


def test_clip_bounds_the_gradient(monkeypatch):
    asked, whole = [], torch.nn.utils.clip_grad_norm_

    def clip(weights, longest):
        asked.append(longest)
        return whole(weights, longest)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", clip)
    list(make(recipe=replace(RECIPE, clip=0.25, steps=2)).steps())
    assert asked == [0.25, 0.25]


# --- points, a time limit, a loaded model, weights of the loss

POINTS = noise(40, 2).float() * 30


def points_run(state=None, points=POINTS, kind="eps", **how) -> Run:
    torch.manual_seed(1)
    model = EpsModel(MLP(width=8, depth=1, time_width=4), SCHEDULE, kind)
    return Run(model, points, None, replace(RECIPE, **how), state, device="cpu")


def test_points_of_any_size_are_trained_on_and_resumed(tmp_path):
    straight = points_run()
    losses_straight = [p.loss for p in straight.steps()]
    for progress in points_run(tmp_path / "state.safetensors").steps():
        if progress.step == 3:
            break
    again = points_run(tmp_path / "state.safetensors")
    assert again.step == 3 and [p.loss for p in again.steps()] == losses_straight[3:]
    assert same(weights(again), weights(straight))
    x_0, _, eps, y = straight.batch()
    assert x_0.shape == eps.shape == (4, 2) and y is None
    assert next(points_run(points=POINTS.double()).steps()).loss > 0


def test_points_are_never_computed_in_bfloat16_unasked(monkeypatch):
    monkeypatch.setattr(device, "fast_bf16", lambda _: True)
    assert not points_run(precision="auto").model.bf16 and points_run(precision="bf16").model.bf16
    assert make(recipe=replace(RECIPE, precision="auto")).model.bf16


def test_bad_points_are_named(unchecked):
    bad = POINTS.clone()
    bad[0, 0], bad[3, 1] = float("nan"), float("inf")
    refuses(lambda: points_run(points=bad), "error.points_finite", count=2)
    refuses(lambda: points_run(points=POINTS.long()), "error.points_float", got=torch.int64)
    refuses(lambda: points_run(points=POINTS[:0]), "error.empty", name="points")
    refuses(lambda: points_run(points=POINTS.tolist()), "error.tensor", name="images", got="list")


def test_train_stops_after_its_seconds_and_goes_on_later(tmp_path, monkeypatch):
    """Each step takes one second of this clock; saved where it stopped, though save_every is far off."""
    now = iter(range(1000))
    monkeypatch.setattr(training.time, "perf_counter", lambda: float(next(now)))
    path, straight = tmp_path / "state.safetensors", make()
    list(straight.steps())
    first = training.train(make(path), seconds=2.5)
    assert first.step == 3 == make(path).step and first.seconds == 3
    assert training.train(make(path), seconds=1e-9).step == 4  # at least one step
    run = make(path)
    assert training.train(run, seconds=2).step == 6 and run.seconds == 6
    assert training.train(run).step == 8 and same(weights(run), weights(straight))


@pytest.mark.parametrize("bad", [0, -1.0, float("nan"), "1", True])
def test_bad_seconds_are_named(bad, unchecked):
    refuses(lambda: training.train(make(), seconds=bad), "error.seconds", got=repr(bad))


def test_a_loaded_model_is_trained_further(tmp_path):
    run = make()
    about = {"model": run.model.net.config, "schedule": SCHEDULE.spec, "predicts": "v"}
    checkpoints.save(tmp_path / "model.safetensors", run.model.net, about)
    model = checkpoints.load(tmp_path / "model.safetensors", "cpu", "fp32")
    assert not any(p.requires_grad for p in model.parameters())
    before = {k: v.clone() for k, v in model.net.state_dict().items()}
    list(Run(model, IMAGES, LABELS, RECIPE, device="cpu").steps())
    assert not same(before, model.net.state_dict())
    some = make().model
    some.net.stem.requires_grad_(False)  # whoever freezes a part means it
    kept = some.net.stem.weight.clone()
    list(Run(some, IMAGES, LABELS, RECIPE, device="cpu").steps())
    assert torch.equal(kept, some.net.stem.weight)


@pytest.mark.parametrize("kind", ["eps", "x_0", "v"])
@pytest.mark.parametrize(("name", "table"), [("vlb", losses.weights), ("min-snr", losses.min_snr)])
def test_weights_count_the_error_of_eps_hat(kind, name, table):
    """The loss of a step is the table's w_t times the error of eps_hat, whatever the network answers."""
    run = points_run(kind=kind, weights=name)
    state = run.generator.get_state()
    x_0, t, eps, _ = run.batch()
    run.generator.set_state(state)
    x_t = forward.q_sample(x_0, t, eps, SCHEDULE)
    wrong = (run.model(x_t, t) - eps).square().mean(1)
    want = float((table(SCHEDULE)[t] * wrong).mean().detach())
    assert abs(next(run.steps()).loss / want - 1) < 1e3 * FLOAT32
    others = [points_run(kind=kind, weights=other) for other in ("simple", "vlb", "min-snr") if other != name]
    assert all(abs(next(other.steps()).loss / want - 1) > 0.01 for other in others)


@pytest.mark.parametrize("kind", ["eps", "x_0", "v"])
def test_a_step_computes_what_the_formulas_say(kind):
    """Tables on the run's device stand in for q_sample, target and to_eps: the same numbers."""
    run = points_run(kind=kind)
    t = torch.arange(1, 101)
    x_0, eps, answer = (noise(100, 2, seed=seed).float() for seed in range(3))
    x_t = forward.q_sample(x_0, t, eps, SCHEDULE)
    assert error(run._mix("x_t", t, x_0, eps), x_t) < FLOAT32
    want = parameterisations.target(kind, x_0, t, eps, SCHEDULE)
    assert error(run._mix("target", t, x_0, eps), want) < FLOAT32
    want = parameterisations.to_eps(kind, answer, x_t, t, SCHEDULE)
    assert error(run._mix("eps_hat", t, answer, x_t) / want.abs().max(), want / want.abs().max()) < FLOAT32
    for name in ("x_t", "target", "eps_hat"):
        off = run._mix(name, t.roll(1), x_0, eps)
        if name == "x_t" or kind == "v":
            assert error(off, run._mix(name, t, x_0, eps)) > 0.1


def test_a_run_that_began_elsewhere_is_refused(tmp_path, unchecked):
    def begun(start):
        return replace_start(make(tmp_path / f"{start}.safetensors"), start)

    def replace_start(run, start):
        return Run(run.model, IMAGES, LABELS, RECIPE, path, device="cpu", start=start)

    path = tmp_path / "state.safetensors"
    run = begun("a")
    next(run.steps())
    run.save()
    assert begun("a").step == 1 and begun(None).step == 1
    refuses(lambda: begun("b"), "error.resume_other", path=path, what="start", was="a", now="b")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("weights", ["simple", "min-snr"])
def test_a_step_waits_for_the_gpu_once(weights):
    """Only the losses' finite check reads numbers back; without labels, which a network checks by reading."""
    run = make(recipe=replace(RECIPE, weights=weights), labels=None, classes=0, where="cuda")
    run._one_step()  # what happens once only
    waits, seen = [], torch.Tensor.tolist
    torch.cuda.set_sync_debug_mode("error")
    try:
        with pytest.MonkeyPatch.context() as patch:

            def once(x):
                waits.append(tuple(x.shape))
                torch.cuda.set_sync_debug_mode("default")
                try:
                    return seen(x)
                finally:
                    torch.cuda.set_sync_debug_mode("error")

            patch.setattr(torch.Tensor, "tolist", once)
            run._one_step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert waits == [(3,)]


@pytest.mark.parametrize("weights", ["simple", "min-snr"])
def test_the_error_of_eps_hat_has_a_gradient_only_where_it_is_the_loss(weights, monkeypatch):
    run, graphs, own = make(recipe=replace(RECIPE, weights=weights)), [], losses.per_image

    def seen(one, other):
        graphs.append(one.requires_grad)
        return own(one, other)

    monkeypatch.setattr(losses, "per_image", seen)
    next(run.steps())
    assert graphs == ([False, True] if weights == "simple" else [True])


@pytest.mark.parametrize("kept", [True, False])
def test_ctrl_c_in_a_notebook_says_how_to_go_on(tmp_path, kept):
    """And so it is: the same run, or a new one with this state, ends as if nothing had happened."""
    path = tmp_path / "state.safetensors" if kept else None
    run, straight = make(path), make()

    def pressed(progress):
        if progress.step == 3:
            raise KeyboardInterrupt

    for language in lang.LANGUAGES:
        lang.use(language)
        with pytest.raises(KeyboardInterrupt) as caught:
            training.train(make(path) if language != "ko" else run, each=pressed)
        key = "training.stopped_saved" if kept else "training.stopped"
        assert str(caught.value) == lang.text(key, step=3, steps=8, path=path)
        if kept:
            path.unlink()
    training.train(straight)
    training.train(run)
    assert same(weights(run), weights(straight))


def test_before_the_first_step_ends_no_file_is_named(tmp_path, monkeypatch):
    run = make(tmp_path / "state.safetensors")
    monkeypatch.setattr(run, "_one_step", lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt) as caught:
        training.train(run)
    assert str(caught.value) == lang.text("training.stopped", step=0, steps=8, path=run.state)


def test_a_run_of_several_goes_on_after_ctrl_c_in_the_same_program(monkeypatch):
    run = make()
    run.ranks = ranks.Ranks(0, 2)  # the other one is silent
    monkeypatch.setattr(ranks, "summed", lambda x: x)
    seen = []
    with pytest.raises(KeyboardInterrupt):
        for progress in run.steps():
            seen.append(progress.step)
            if progress.step == 2:
                signal.raise_signal(signal.SIGINT)
    assert seen == [1, 2, 3] and [progress.step for progress in run.steps()] == [4, 5, 6, 7, 8]


def test_processes_send_each_other_what_changes_only(monkeypatch):
    """A transformer's places are a constant buffer, a normalisation's running mean is none."""
    net = DiT(size=4, patch=2, width=8, depth=1, heads=2, time_width=8)
    still = Run(EpsModel(net, SCHEDULE), IMAGES, LABELS, RECIPE, device="cpu")
    moving = sick_run(Sick())
    assert len(list(net.buffers())) == 1 and len(list(moving.model.net.buffers())) == 3
    for run, more in ((still, 0), (moving, 4)):
        sent = []
        run.ranks = ranks.Ranks(0, 2)
        monkeypatch.setattr(ranks, "summed", lambda x, sent=sent: sent.append(x.numel()) or x)
        next(run.steps())
        weighed = sum(p.numel() for p in run.model.net.parameters())
        assert sent == [2 * RECIPE.batch_size + 1 + weighed + more]


# --- losses that are not finite


class Sick(torch.nn.Module):
    """A network that falls ill at its k-th call: its answer, or only its gradient, is NaN for some t."""

    classes = 0

    def __init__(self, ill_at=0, ill=lambda t: t > 0, gradient=False):
        super().__init__()
        torch.manual_seed(1)
        self.norm, self.layer = torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 2)
        self.ill_at, self.ill, self.gradient, self.calls = ill_at, ill, gradient, 0

    def forward(self, x, t):
        self.calls += 1
        answer = self.layer(self.norm(x))
        if self.calls != self.ill_at:
            return answer
        if self.gradient:  # sqrt(0) is 0, and its slope infinite
            return answer + (0 * answer).sqrt()
        return torch.where(self.ill(t)[:, None], torch.nan, answer)


def sick_run(net, state=None, **how) -> Run:
    model = EpsModel(net, SCHEDULE)
    return Run(model, POINTS / 30, None, replace(RECIPE, **how), state, device="cpu")


def next_t(run: Run) -> torch.Tensor:
    """The t that the run's next step will draw."""
    state = run.generator.get_state()
    t = run.batch()[1]
    run.generator.set_state(state)
    return t


@pytest.mark.parametrize("gradient", [False, True])
def test_a_loss_that_is_not_finite_stops_before_the_update(tmp_path, gradient):
    path = tmp_path / "state.safetensors"
    run = sick_run(Sick(4, gradient=gradient), path)
    steps = run.steps(save_every=3)
    for _ in range(3):
        next(steps)
    before, held = path.read_bytes(), weights(run)
    t = ", ".join(map(str, next_t(run).unique().tolist()))
    key = "error.gradient_finite" if gradient else "error.loss_finite"
    refuses_next(steps, key, step=4, t=t, last=3)
    assert path.read_bytes() == before
    assert same(weights(run), held)  # the norm's running mean too, though it has seen the bad batch
    assert all(bool(v.isfinite().all()) for v in held.values())
    again, straight = sick_run(Sick(), path), sick_run(Sick())
    assert again.step == 3
    list(again.steps())
    list(straight.steps())
    assert same(weights(again), weights(straight))


def test_the_last_good_step_is_saved_and_only_the_bad_t_are_named(tmp_path):
    path = tmp_path / "state.safetensors"
    run = sick_run(Sick(4, lambda t: t == t.max()), path)
    steps = run.steps(save_every=100)
    for _ in range(3):
        next(steps)
    refuses_next(steps, "error.loss_finite", step=4, t=str(int(next_t(run).max())), last=3)
    assert sick_run(Sick(), path).step == 3


def test_many_bad_t_are_named_by_their_range():
    run = sick_run(Sick(1), batch_size=30)
    t = next_t(run)
    refuses_next(run.steps(), "error.loss_finite", step=1, t=f"{int(t.min())}..{int(t.max())}", last=0)
    assert run.step == 0 and all(bool(v.isfinite().all()) for v in weights(run).values())


@pytest.mark.parametrize("gradient", [False, True])
def test_the_advice_after_a_loss_that_is_not_finite_can_be_followed(tmp_path, gradient):
    """A new Run of this model, with a smaller learning_rate and another state file, goes on to its end."""
    path, other = tmp_path / "state.safetensors", tmp_path / "other.safetensors"
    run = sick_run(Sick(4, gradient=gradient), path)
    with pytest.raises(ValueError):
        list(run.steps())
    gentler = replace(run.recipe, learning_rate=run.recipe.learning_rate / 10)
    refuses(lambda: Run(run.model, run.images, None, gentler, path, device="cpu"), "error.resume", path=path)
    kept = {k: v.clone() for k, v in run.model.net.state_dict().items()}
    again = Run(run.model, run.images, None, gentler, other, device="cpu")
    assert again.step == 0 and same(kept, again.model.net.state_dict())
    seen = list(again.steps())
    assert again.step == gentler.steps and all(math.isfinite(progress.loss) for progress in seen)
    assert not same(kept, again.model.net.state_dict())


def refuses_next(steps, key: str, **values: object) -> None:
    """The next step raises the sentence ``key``; once only, for a generator ends with it."""
    with pytest.raises(ValueError) as caught:
        next(steps)
    assert str(caught.value) == lang.text(key, **values)


def _g(x: torch.Tensor, end: int) -> str:
    return f"{float(x.aminmax()[end]):.3g}"


def _sha(path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


# --- SIGTERM


def goes_on_as_if_nothing_had_happened(path, step):
    again, straight = make(path), make()
    assert again.step == step
    list(again.steps())
    list(straight.steps())
    assert same(weights(again), weights(straight))


@pytest.mark.parametrize("part", ["forward", "optimiser", "write_tensors", "between", "last"])
def test_sigterm_stops_after_the_step_saves_and_says_so(tmp_path, monkeypatch, capsys, part):
    path = tmp_path / "state.safetensors"
    run = make(path)
    place, name = {
        "forward": (run.model.net, "forward"),
        "optimiser": (run.optimiser, "step"),
        "write_tensors": (checkpoints, "write_tensors"),
    }.get(part, (run, "_check_newest"))
    whole, stop = getattr(place, name), 8 if part == "last" else 4
    before, seen = signal.getsignal(signal.SIGTERM), []

    def struck(*given, **named):
        if run.step == (4 if part == "write_tensors" else 3) and name != "_check_newest":
            signal.raise_signal(signal.SIGTERM)
        return whole(*given, **named)

    def each(progress):
        seen.append(signal.getsignal(signal.SIGTERM) != before)
        if progress.step == stop and part in ("between", "last"):
            signal.raise_signal(signal.SIGTERM)

    with monkeypatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(place, name, struck)
        training.train(run, save_every=4, each=each)
    assert caught.value.code == 143 and all(seen)
    assert signal.getsignal(signal.SIGTERM) is before is signal.SIG_DFL
    said = lang.text("training.terminated_saved", step=stop, steps=8, path=path)
    assert capsys.readouterr().err.splitlines()[-1] == said
    goes_on_as_if_nothing_had_happened(path, stop)


def test_sigterm_is_ours_in_the_main_thread_and_while_nobody_else_answers_it(tmp_path):
    run = make(tmp_path / "state.safetensors")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: list(run.steps())).result()
    for other in (signal.SIG_IGN, lambda number, frame: None):
        before = signal.signal(signal.SIGTERM, other)
        try:
            steps = make().steps()
            next(steps)
            assert signal.getsignal(signal.SIGTERM) is other
            signal.raise_signal(signal.SIGTERM)
            assert len(list(steps)) == 7
        finally:
            signal.signal(signal.SIGTERM, before)


def test_of_several_processes_all_stop_after_the_same_step(monkeypatch):
    run = make()
    run.ranks = ranks.Ranks(0, 2)  # the other one is silent
    monkeypatch.setattr(ranks, "summed", lambda x: x)
    seen = []
    with pytest.raises(signals.Terminated):
        for progress in run.steps():
            seen.append(progress.step)
            if progress.step == 2:
                signal.raise_signal(signal.SIGTERM)
    assert seen == [1, 2, 3] and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


SCRIPT = """
import sys
sys.path[:0] = {paths!r}
import test_training
from course_lib import training
run = test_training.make({state!r}, test_training.replace(test_training.RECIPE, steps=10**6))
training.train(run, each=lambda p: p.step == 3 and print("going", flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_a_killed_program_ends_with_status_143(tmp_path):
    state, here = tmp_path / "state.safetensors", Path(__file__).parent
    code = SCRIPT.format(paths=[str(here.parents[1]), str(here)], state=str(state))
    going = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert going.stdout is not None and going.stdout.readline() == "going\n"
    going.terminate()
    _, told = going.communicate(timeout=120)
    step = checkpoints.read_note(state)["step"]
    assert going.returncode == 143 and "Traceback" not in told and step >= 3
    said = (lang.text("training.terminated_saved", language, step=step, steps=10**6, path=state)
            for language in lang.LANGUAGES)  # fmt: skip
    assert told.splitlines()[-1] in said


def test_under_another_default_dtype_a_run_is_the_same():
    """Its recent errors are float32 whatever torch's default."""
    straight = make()
    list(straight.steps())
    torch.set_default_dtype(torch.float64)
    try:
        torch.manual_seed(1)
        net = UNet(widths=(4, 8), embedding=8, time_width=8)
        run = Run(EpsModel(net, SCHEDULE, "v"), IMAGES.double(), LABELS, RECIPE, device="cpu")
        assert len(list(run.steps())) == 8 and run.recent.dtype == torch.float32
    finally:
        torch.set_default_dtype(torch.float32)
    assert straight.recent.dtype == torch.float32
