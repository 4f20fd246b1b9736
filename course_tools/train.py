"""`course train digits` and `course train classifier`: each makes one file in data/ and its card."""

from __future__ import annotations

import platform
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F

from course_lib import checkpoints, data, device, metrics, schedules, training
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet

DATA = "data/digits-train.npy.xz: 18,000 MNIST training digits, 1,800 a class"
EPOCHS = 14


def _machine(where: torch.device, bf16: bool) -> str:
    name = torch.cuda.get_device_name(where) if where.type == "cuda" else platform.machine()
    return f"{where.type} ({name}), {torch.get_num_threads()} threads, {'bf16' if bf16 else 'fp32'}"


def command(name: str, **used: object) -> str:
    """The command line that trains ``name`` with the options in ``used`` (None: the default was used)."""
    options = [f"--{option} {value}" for option, value in used.items() if value is not None]
    return " ".join(["course train", name, *options])


def options(recipe: training.Recipe, device: str) -> dict[str, object]:
    """The options of `course train digits` that give this recipe, each None where it is the default."""
    steps = None if recipe.steps == training.Recipe.steps else recipe.steps
    return {"steps": steps, "seed": recipe.seed or None, "device": None if device == "auto" else device}


def digits(out: Path, state: Path, recipe: training.Recipe, device: str = "auto") -> Path:
    """Train the class-conditional digits model and write it to ``out`` with its card."""
    torch.manual_seed(recipe.seed)
    model = EpsModel(UNet(), schedules.linear(), "v")
    images, labels = data.digits("train")
    run = training.train(training.Run(model, images, labels, recipe, state, device))
    about = {
        "name": "digits",
        "made_by": command("digits", **options(recipe, device)),
        "data": DATA,
        "licence": "CC BY-SA 3.0",
        "images_seen": recipe.steps * recipe.batch_size,
        "seconds": round(run.seconds),
        "machine": _machine(run.images.device, model.bf16),
        "torch": torch.__version__,
        "recipe": asdict(recipe),
        "seed": recipe.seed,
        "predicts": model.kind,
        "schedule": model.schedule.spec,
        "model": model.net.config,
        "parameters": sum(p.numel() for p in model.net.parameters()),
        "eps_error_by_tenth_of_t": [float(f"{v:.3g}") for v in run.recent],
        "metrics": {},
    }
    checkpoints.save(out, run.averaged(), about)
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


def classifier(out: Path, epochs: int = EPOCHS, batch: int = 128, seed: int = 0) -> Path:
    """Train the classifier that the metrics use and write it, with reference statistics and card."""
    from tqdm.auto import tqdm

    torch.manual_seed(seed)
    g = torch.Generator().manual_seed(seed)
    images, labels = data.digits("train")
    model = metrics.Classifier()
    bf16 = device.use_bf16("auto", torch.device("cpu"))
    device.prepare(model, "auto", "cpu")
    average = training.EMA(model, 0.995)
    steps = epochs * (len(images) // batch)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for step in tqdm(range(steps), unit=""):
        if step % (len(images) // batch) == 0:
            order = torch.randperm(len(images), generator=g)
        at = order[(step % (len(images) // batch)) * batch :][:batch]
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(_jitter(images[at], g))
        loss = F.cross_entropy(logits.float(), labels[at], label_smoothing=0.05)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        rate.step()
        average.update(model, step + 1)
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
        "machine": _machine(torch.device("cpu"), bf16),
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "metrics": {"test_accuracy": right, "test_images": len(truth)},
    }
    checkpoints.save(out, model, about, half=False)
    print(f"test accuracy {right:.4f} (N = {len(truth)})")
    return out
