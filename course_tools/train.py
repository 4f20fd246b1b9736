"""`course train digits` and `course train classifier`, and how any trained model becomes a file and its card.

The four small networks are trained by ``networks.small``, which finishes them here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib import checkpoints, data, device, files, lang, metrics, ranks, schedules, training
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet

DATA = "data/digits-train.npy.xz: 18,000 MNIST training digits, 1,800 a class"
EPOCHS = 14
STAGES = (  # each starts from the averaged weights of the one before, as a float16 file holds them
    training.Recipe(),
    training.Recipe(steps=10_000, learning_rate=5e-4, weights="min-snr", seed=1),
    training.Recipe(steps=12_000, learning_rate=8e-4, seed=2),
    training.Recipe(steps=14_000, learning_rate=6e-4, ema_decay=0.9995, seed=3),
)


def command(name: str, **used: object) -> str:
    """The command line that trains ``name`` with the options in ``used`` (None: default; True: a switch)."""
    options = [
        f"--{option}" if value is True else f"--{option} {value}"
        for option, value in used.items()
        if value is not None
    ]
    return " ".join(["course train", name, *options])


def stages(steps: int | None = None, seed: int = 0) -> tuple[training.Recipe, ...]:
    """The recipes of the digits model, one a stage: each with ``steps`` steps of its own, and its own seed.

    Stage k is seeded with ``seed`` + k - 1, so that no two draw the same batches.
    """
    recipes = tuple(replace(recipe, seed=seed + recipe.seed) for recipe in STAGES)
    return recipes if steps is None else tuple(replace(recipe, steps=steps) for recipe in recipes)


def options(
    recipe: training.Recipe, default: training.Recipe, device: str, compile: bool = False
) -> dict[str, object]:
    """The options of `course train` that make ``recipe`` of the ``default``, each None where not needed."""
    steps = None if recipe.steps == default.steps else recipe.steps
    seed = recipe.seed - default.seed
    return {
        "steps": steps,
        "seed": seed or None,
        "device": None if device == "auto" else device,
        "compile": compile or None,
    }


def stage_state(state: Path, stage: int) -> Path:
    """Where stage 1, 2, … keeps its state: ``state`` itself, then NAME.stage-2.SUFFIXES beside it."""
    stem, dot, suffix = state.name.partition(".")
    return state if stage == 1 else state.with_name(f"{stem}.stage-{stage}{dot}{suffix}")


def rounded(net: nn.Module) -> nn.Module:
    """``net`` with the weights that a checkpoint of it holds: rounded to float16, in place."""
    with torch.no_grad():
        for value in net.state_dict().values():
            if value.is_floating_point():
                value.copy_(value.half())
    return net


def stage_states(state: Path) -> list[Path]:
    """Where each stage of the digits model keeps its state."""
    return [stage_state(state, stage) for stage in range(1, len(STAGES) + 1)]


def weights_name(net: nn.Module) -> str:
    """A name for a network's weights, by which a stage knows those that it began with: 16 hex digits.

    Not the checksum of a file (``cards.digest``, ``checkpoints.read_tensors``), which tells whether its
    bytes are those that were written.
    """
    found = hashlib.sha256()
    for name, value in net.state_dict().items():
        found.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]


def _note(state: Path) -> dict[str, Any]:
    """What a state says of its run; ValueError where it is none, whole, with a recipe in it."""
    _, note = checkpoints.read_tensors(state, "error.no_state")
    if not isinstance(note.get("recipe"), dict):
        raise ValueError(lang.text("error.no_state", path=state, got=files.sha256(state)[:16]))
    return note


def _check_leftover(state: Path, recipes: Sequence[training.Recipe]) -> None:
    """ValueError, now and not when stage 1 is done, where a later stage has a state that cannot follow it."""
    paths = [stage_state(state, stage) for stage in range(1, len(recipes) + 1)]
    notes = [_note(path) if path.is_file() else None for path in paths]
    for stage, recipe in enumerate(recipes[1:], 2):
        path, held = paths[stage - 1], notes[stage - 1]
        if held is None:
            continue
        if asdict(training.Recipe()) | held["recipe"] != asdict(recipe):
            raise ValueError(lang.text("error.resume", path=path))
        if (notes[stage - 2] or {}).get("step") != recipes[stage - 2].steps:
            state = paths[stage - 2]
            raise ValueError(
                lang.text("train.leftover", path=path, stage=stage, earlier=stage - 1, state=state)
            )


def digits(
    out: Path,
    state: Path,
    recipes: Sequence[training.Recipe] = STAGES,
    device: str = "auto",
    compile: bool = False,
    network: Callable[[], nn.Module] = UNet,
) -> Path:
    """Train the class-conditional digits model, stage after stage, and write it to ``out`` with its card.

    Each stage keeps its state in a file of its own (``stage_state``): what is done is not done again.
    ValueError, before anything is trained, where a later stage has a state and the one before is not done.
    """
    images, labels = data.digits("train")
    if ranks.here().first:
        _check_leftover(state, recipes)
    torch.manual_seed(recipes[0].seed)
    net = network()
    start, states = None, []
    for stage, recipe in enumerate(recipes, 1):
        states.append(stage_state(state, stage))
        if ranks.here().first:
            said: dict[str, Any] = {"stage": stage, "stages": len(recipes), "state": states[-1]}
            print(lang.text("train.stage", steps=recipe.steps, weights=recipe.weights, **said), flush=True)
        model = EpsModel(net, schedules.linear(), "v")
        run = training.train(training.Run(model, images, labels, recipe, states[-1], device, start, compile))
        net = rounded(run.averaged())
        start = weights_name(net)
    if ranks.here().first:
        finish(out, states, made_by=command("digits", **options(recipes[0], STAGES[0], device, compile)))
    return out


def _stage(path: Path) -> dict[str, Any]:
    """What one stage was: by the state in which it ended, or by the card of the model that it made."""
    if path.suffix == ".json":
        card = checkpoints.card(path.with_suffix(".safetensors"))
        one = {key: card[key] for key in ("recipe", "images_seen", "seconds", "machine", "torch")}
        return one | {"recipe": asdict(training.Recipe()) | card["recipe"]}  # a setting not recorded yet
    note = _note(path)
    recipe = asdict(training.Recipe()) | note["recipe"]
    if note["step"] != recipe["steps"]:
        raise ValueError(lang.text("train.unfinished", path=path, step=note["step"], steps=recipe["steps"]))
    here = training.machine(torch.device(note["device"]), note["bf16"])
    return {
        "recipe": recipe,
        "images_seen": recipe["steps"] * recipe["batch_size"],
        "seconds": round(note["seconds"]),
        "machine": note.get("machine", here),  # a state from before it was recorded
        "torch": note.get("torch", torch.__version__),
    }


def finish(
    out: Path, stages: Sequence[Path], name: str = "digits", made_by: str = "course train digits"
) -> Path:
    """Write the model that a finished training left in its state file, with the card that says how.

    stages: the state file of each stage, or for an earlier one the card (.json) of the model that it made. Of
    several stages the card's recipe, images_seen, seconds, machine and torch are lists, an item a stage. Its
    metrics are empty: what was measured before belongs to other weights. ValueError for a state that is not
    at its recipe's last step.
    """
    tensors, note = checkpoints.read_tensors(stages[-1], "error.no_state")
    each = [_stage(path) for path in stages]
    with torch.random.fork_rng(devices=[]):
        net = checkpoints.NETWORKS[note.get("network", "UNet")](**note["model"])
    average = {k.removeprefix("ema."): v for k, v in tensors.items() if k.startswith("ema.")}
    net.load_state_dict(average)
    about: dict[str, Any] = {"name": name, "made_by": made_by, "data": DATA, "licence": "CC BY-SA 3.0"}
    about |= {key: [one[key] for one in each] if len(each) > 1 else each[0][key] for key in each[0]}
    about |= {
        "predicts": note["predicts"],
        "schedule": note["schedule"],
        "model": net.config,
        "parameters": sum(p.numel() for p in net.parameters()),
        "eps_error_by_tenth_of_t": [float(f"{v:.3g}") for v in tensors["recent"]],
        "metrics": {},
    }
    checkpoints.save(out, net, about)
    return out


def _jitter(x: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Small random rotations, scales, shears and shifts: the augmentation of the classifier."""
    n = len(x)

    def uniform(width: float) -> torch.Tensor:
        return (torch.rand(n, generator=g) * 2 - 1) * width

    angle, scale, shear = uniform(0.26), 1 + uniform(0.12), uniform(0.2)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = angle.cos() * scale, -angle.sin() * scale + shear
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin() * scale, angle.cos() * scale
    theta[:, :, 2] = torch.stack([uniform(0.15), uniform(0.15)], 1)
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    return F.grid_sample(x + 1, grid, align_corners=False) - 1


def passes(
    optimiser: torch.optim.Optimizer,
    loss: Callable[[Tensor], Tensor],
    count: int,
    epochs: int,
    batch: int,
    generator: torch.Generator,
) -> Iterator[int]:
    """Minimise ``loss(places)`` in shuffled passes over ``count`` items, yielding each step's number from 1.

    The rate rises to the optimiser's own and falls to 0, once (Smith & Topin 2019).
    """
    from tqdm.auto import tqdm

    a_pass = count // batch
    steps = epochs * a_pass
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, optimiser.defaults["lr"], total_steps=steps)
    for step in tqdm(range(steps), unit=""):
        if step % a_pass == 0:
            order = torch.randperm(count, generator=generator)
        found = loss(order[step % a_pass * batch :][:batch])
        optimiser.zero_grad(set_to_none=True)
        found.backward()
        optimiser.step()
        rate.step()
        yield step + 1


def classifier(out: Path, epochs: int = EPOCHS, batch: int = 128, seed: int = 0) -> Path:
    """Train the classifier that the metrics use and write it, with reference statistics and card."""
    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    images, labels = data.digits("train")
    model = metrics.Classifier()
    bf16 = device.use_bf16("auto", torch.device("cpu"))
    device.prepare(model, "auto", "cpu")
    average = training.EMA(model, 0.995)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)

    def loss(at: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(_jitter(images[at], g))
        return F.cross_entropy(logits.float(), labels[at], label_smoothing=0.05)

    for step in passes(optimiser, loss, len(images), epochs, batch, g):
        average.update(model, step)
    model.load_state_dict(average.weights)
    model.eval().to(memory_format=torch.contiguous_format)
    test, truth = data.digits("test")
    with torch.no_grad():
        parts = [(model.features(p), model(p).argmax(1)) for p in test.split(500)]
    mean, covariance = metrics.moments(torch.cat([f for f, _ in parts]))
    model.reference_mean.copy_(mean)
    model.reference_covariance.copy_(covariance)
    right = float((torch.cat([guess for _, guess in parts]) == truth).double().mean())
    about = {
        "name": "classifier",
        "made_by": command("classifier", epochs=None if epochs == EPOCHS else epochs, seed=seed or None),
        "data": DATA + ", with small random affine jitter; reference statistics: MNIST's 10,000 test digits",
        "licence": "CC BY-SA 3.0",
        "epochs": epochs,
        "seed": seed,
        "machine": training.machine(torch.device("cpu"), bf16),
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "metrics": {"test_accuracy": right, "test_images": len(truth)},
    }
    checkpoints.save(out, model, about, half=False)
    print(f"test accuracy {right:.4f} (N = {len(truth)})")
    return out
