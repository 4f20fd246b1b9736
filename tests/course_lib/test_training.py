"""Training: resuming changes nothing, interruptions lose nothing, and the recipe is kept to."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import checkpoints, device, lang, schedules, training
from course_lib.parameterisations import EpsModel
from course_lib.training import EMA, Recipe, Run
from course_lib.unet import UNet

RECIPE = Recipe(steps=8, batch_size=4, warmup=3, precision="fp32", ema_decay=0.9)
IMAGES = noise(12, 1, 4, 4).float().clamp(-1, 1)
LABELS = torch.arange(12) % 10
SCHEDULE = schedules.linear(100)


def make(
    state=None, recipe=RECIPE, images=IMAGES, labels=LABELS, classes=10, where="cpu", widths=(4, 8),
    kind="v", schedule=SCHEDULE,
) -> Run:  # fmt: skip
    torch.manual_seed(1)
    net = UNet(widths=widths, embedding=8, time_width=8, classes=classes)
    return Run(EpsModel(net, schedule, kind), images, labels, recipe, state, device=str(where))


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
    assert "elete" not in lang.text("error.no_state", path=notes, got="")  # it may be somebody's own file
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


def test_clip_bounds_the_gradient(monkeypatch):
    asked = []
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda _, longest: asked.append(longest))
    list(make(recipe=replace(RECIPE, clip=0.25, steps=2)).steps())
    assert asked == [0.25, 0.25]


def _g(x: torch.Tensor, end: int) -> str:
    return f"{float(x.aminmax()[end]):.3g}"


def _sha(path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
