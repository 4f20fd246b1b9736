"""Models on disk: weights as safetensors, and beside them a card that says what they are.

No pickle is ever written or read. Every file is written beside its target and then renamed, so an
interruption leaves either the old file or the new one, never half of one.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor, nn

from course_lib import data, lang, schedules
from course_lib.device import prepare
from course_lib.dit import DiT
from course_lib.files import sha256, write_atomically, write_json
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.superres import SuperRes
from course_lib.unet import UNet

NETWORKS: dict[str, type[nn.Module]] = {"UNet": UNet, "MLP": MLP, "DiT": DiT, "SuperRes": SuperRes}


def write_tensors(path: Path, tensors: dict[str, Tensor], note: dict[str, Any]) -> None:
    """Write tensors and a JSON-able note into one safetensors file, atomically."""
    plain = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    about = json.dumps(note)
    write_atomically(path, to_bytes(plain, {"note": about, "sha256": _digest(plain, about)}))


def _digest(tensors: dict[str, Tensor], note: str) -> str:
    # Of what the file says, not of its bytes: a flipped bit in a number leaves a readable file.
    digest = hashlib.sha256(note.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def read_tensors(path: Path, refusal: str = "error.checkpoint") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what ``write_tensors`` wrote.

    ValueError, with the sentence ``refusal`` (it names the SHA-256), where it is corrupt or cut short, or
    says anything else than what was written.
    """
    try:
        if not path.is_file():
            raise FileNotFoundError(lang.text("error.file_missing", path=path))
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        about = metadata.get("note", "{}")
        note = json.loads(about)
        if not isinstance(note, dict) or metadata.get("sha256", want := _digest(tensors, about)) != want:
            raise ValueError
        return tensors, note
    except FileNotFoundError:
        raise
    except (SafetensorError, ValueError, RecursionError):
        raise _refused(path, refusal) from None
    except OSError as problem:
        raise _unreadable(path, problem) from None


def read_note(path: Path, refusal: str = "error.no_state") -> dict[str, Any]:
    """The note alone of what ``write_tensors`` wrote, without its tensors.

    ValueError, with the sentence ``refusal`` (of a training state), where there is none.
    """
    try:
        with safe_open(path, framework="pt") as file:
            note = json.loads((file.metadata() or {}).get("note", "{}"))
        if not isinstance(note, dict):
            raise ValueError
    except (SafetensorError, ValueError, RecursionError):
        raise _refused(path, refusal) from None
    except OSError as problem:
        raise _unreadable(path, problem) from None
    return note


def _refused(path: Path, refusal: str = "error.checkpoint") -> ValueError:
    return ValueError(lang.text(refusal, path=path, got=sha256(path)[:16]))


def _unreadable(path: Path, problem: OSError) -> ValueError:
    return ValueError(lang.text("error.unreadable", path=path, problem=problem.strerror or problem))


def _files(name: str | Path) -> tuple[Path, Path]:
    if not isinstance(name, str | Path):
        raise ValueError(lang.text("error.checkpoint_name", got=type(name).__name__))
    path = Path(name)
    if path.suffix != ".safetensors":
        path = data.folder() / f"{name}.safetensors"
    return path, path.with_suffix(".json")


def card_path(name: str | Path) -> Path:
    """Where the card of a checkpoint lies: beside its weights, with the suffix .json."""
    return _files(name)[1]


def card(name: str | Path) -> dict[str, Any]:
    """The model card of a checkpoint: data, steps, seconds, device, seed, metrics."""
    path = card_path(name)
    try:
        if not path.is_file():
            raise FileNotFoundError(lang.text("error.file_missing", path=path))
        about = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # not JSON, or not even UTF-8
        raise _refused(path, "error.card") from None
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise _unreadable(path, problem) from None
    if not isinstance(about, dict):
        raise _refused(path, "error.card")
    return about


def load_weights(module: nn.Module, name: str | Path) -> dict[str, Any]:
    """Fill ``module`` from a checkpoint, in float32, and return the note in its file.

    ValueError where the file is corrupt (checksum named; NaN and infinity count as that) or does not fit.
    """
    path, _ = _files(name)
    if path.resolve().parent == data.folder().resolve():
        path = data.verified(path.name)
    tensors, note = read_tensors(path)
    if not all(v.isfinite().all() for v in tensors.values()):
        raise _refused(path)
    kept = module.state_dict()  # int64 or complex weights would be rounded, or halved, to fit
    if any(v.is_floating_point() != kept[k].is_floating_point() for k, v in tensors.items() if k in kept):
        raise ValueError(lang.text("error.checkpoint_fit", path=path))
    try:
        module.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
    except RuntimeError:
        raise ValueError(lang.text("error.checkpoint_fit", path=path)) from None
    return note


def _described(about: dict[str, Any]) -> dict[str, Any]:
    """What a card says about how its weights must be used: another schedule would be wrong in silence."""
    return {key: about[key] for key in ("network", "model", "schedule", "predicts") if key in about}


def load(
    name: str | Path = "digits",
    device: str | torch.device = "auto",
    precision: str = "auto",
    compile: bool | str = False,
) -> EpsModel:
    """A trained noise predictor ``(x_t, t[, y]) -> eps_hat``, ready to sample from.

    name: a checkpoint in data/ ("digits") or the path of a .safetensors file with its card beside it.
    precision: "fp32", "bf16", or "auto" for whichever this machine computes faster.
    compile: as of ``device.prepare``, for many calls: the first one takes many times as long.
    The card's "network" names its kind, a name of NETWORKS ("UNet" where it names none).
    FileNotFoundError where it is missing; ValueError where it is corrupt, its card describes no network or
    schedule of this library, or this machine cannot compute as asked.
    """
    about = card(name)
    if not {"model", "schedule", "predicts"} <= about.keys():  # the classifier's card, say
        raise ValueError(lang.text("error.checkpoint_fit", path=_files(name)[0]))
    try:
        with torch.random.fork_rng(
            devices=[]
        ):  # its random weights are overwritten: the reader's seed still counts
            net = NETWORKS[about.get("network", "UNet")](**about["model"]).float()  # whatever torch's default
        model = EpsModel(net, schedules.from_spec(about["schedule"]), about["predicts"])
    except (KeyError, TypeError, ValueError, RuntimeError):  # settings that no network or schedule has
        raise ValueError(lang.text("error.checkpoint_fit", path=_files(name)[0])) from None
    written = load_weights(model.net, name).get("describes")
    if written is not None and written != _described(about):
        raise ValueError(lang.text("error.checkpoint_fit", path=_files(name)[0]))
    model.requires_grad_(False)
    return prepare(model.eval(), precision, device, compile)


def save(path: Path, module: nn.Module, about: dict[str, Any], half: bool = True) -> None:
    """Write the module's weights (float16 unless ``half=False``) and its card beside them.

    ``path`` is taken as it stands: unlike in ``load``, no name leads into the course's own data/. The card
    of any other network than a ``UNet`` says so, in "network".
    """
    if path.suffix != ".safetensors":  # its card could not be told from it
        raise ValueError(lang.text("error.suffix", path=path))
    kind = torch.float16 if half else torch.float32
    tensors = {k: v.to(kind) if v.is_floating_point() else v for k, v in module.state_dict().items()}
    for name, network in NETWORKS.items():
        if isinstance(module, network) and network is not UNet:
            about = about | {"network": name}
    write_tensors(path, tensors, {"describes": json.loads(json.dumps(_described(about)))})
    write_json(path.with_suffix(".json"), about)
