"""Several processes train as one does: the same losses and weights, one voice, one file, one Ctrl-C."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from course_lib import checkpoints, data, lang, ranks, schedules, training
from course_lib.mlp import MLP
from course_lib.parameterisations import EpsModel
from course_lib.unet import UNet
from course_tools import cli, train

ROOT = Path(__file__).parents[2]
PATIENCE = 900  # seconds, for a machine that has other things to do as well
RECIPE = training.Recipe(steps=8, batch_size=12, warmup=3, precision="fp32", ema_decay=0.9)
# Forked processes need not load torch again; what CUDA has begun cannot be forked.
FORK = "fork" in multiprocessing.get_all_start_methods() and not torch.cuda.is_available()
PROCESSES = multiprocessing.get_context("fork" if FORK else "spawn")


def _one(task: Callable[..., object], rank: int, size: int, port: int, folder: Path, given: tuple) -> None:
    """One of the processes, told what torchrun tells it; what it says goes into a file of its own."""
    torch.set_num_threads(1)
    if size > 1:
        told = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "MASTER_PORT": port}
        os.environ |= {name: str(value) for name, value in told.items()}
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "TORCHELASTIC_RUN_ID": "test"}
    sys.stdout, sys.stderr = ((folder / f"{name}-{rank}").open("w") for name in ("out", "err"))
    try:
        status = task(*given)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(int(status or 0))


def run(task: Callable[..., object], size: int, folder: Path, *given: object) -> list[int | None]:
    """Run ``task`` in ``size`` processes and give their exit statuses."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = [
        PROCESSES.Process(target=_one, args=(task, rank, size, port, folder, given)) for rank in range(size)
    ]
    for one in started:
        one.start()
    for one in started:
        one.join(PATIENCE)
        if one.is_alive():
            one.kill()
    return [one.exitcode for one in started]


def said(folder: Path, rank: int) -> tuple[str, str]:
    """What a process wrote to stdout and to stderr."""
    out, err = ((folder / f"{name}-{rank}").read_text(encoding="utf-8") for name in ("out", "err"))
    return out, err


# the same run


def a_unet() -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor | None]:
    """A small network, with images and labels for it."""
    images = torch.randn(30, 1, 4, 4, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
    return UNet(widths=(4, 8), embedding=8, time_width=8), images, torch.arange(30) % 10


def an_mlp() -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor | None]:
    """A small network, with points for it."""
    points = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
    return MLP(width=16, depth=1, time_width=8), points, None


def curve(folder: Path, stop: int, average: bool) -> None:
    """Train both networks; keep every step's losses, and the weights after the last."""
    with ranks.joined("cpu") as place:
        if not average:  # a planted mistake: each process goes its own way
            training.ranks = type("Own", (), {**vars(ranks), "summed": staticmethod(lambda x: x)})
        for make in (a_unet, an_mlp):
            torch.manual_seed(1 + place.rank)  # weights drawn otherwise must become the first one's
            net, x, y = make()
            model = EpsModel(net.double(), schedules.linear(100), "v")
            state = folder / f"{make.__name__}.state.safetensors"
            one = training.Run(model, x.double(), y, RECIPE, state, "cpu")
            seen = []
            for progress in one.steps(save_every=100):
                seen.append([progress.loss, *progress.by_t])
                if progress.step == stop:
                    break
            parts = [held[k].flatten() for held in (net.state_dict(), one.ema.weights) for k in sorted(held)]
            torch.save((torch.tensor(seen), torch.cat(parts)), folder / f"{make.__name__}-{place.rank}.pt")


def kept(folder: Path, make: Callable, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses and weights of one process."""
    return torch.load(folder / f"{make.__name__}-{rank}.pt")


def apart(one: tuple[torch.Tensor, torch.Tensor], other: tuple[torch.Tensor, torch.Tensor]) -> float:
    """The largest absolute difference of two runs' losses or weights; infinite where one has a NaN more."""
    if any(
        a.shape != b.shape or not torch.equal(a.isnan(), b.isnan()) for a, b in zip(one, other, strict=True)
    ):
        return float("inf")
    return max(float((a - b).nan_to_num().abs().max()) for a, b in zip(one, other, strict=True))


# Sums in another order, in float64, since Adam divides a gradient by its own size, be that mostly rounding;
# the recent errors are kept in float32.
CLOSE = 1e-6


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this process makes of it, alone; what torch loads for that, the forked ones have already."""
    folder = tmp_path_factory.mktemp("alone")
    curve(folder, 0, True)
    return folder


def test_two_processes_train_as_one(alone: Path, tmp_path: Path) -> None:
    both, astray = tmp_path / "both", tmp_path / "astray"
    assert run(curve, 2, both, both, 0, True) == [0, 0], (said(both, 0), said(both, 1))
    assert run(curve, 2, astray, astray, 0, False) == [0, 0], (said(astray, 0), said(astray, 1))
    for make in (a_unet, an_mlp):
        want = kept(alone, make, 0)
        assert want[0].shape == (8, 11) and apart(kept(both, make, 0), kept(both, make, 1)) == 0
        assert apart(kept(both, make, 0), want) < CLOSE < 1e-2 < apart(kept(astray, make, 0), want)
    names = {path.name for path in both.glob("*.safetensors")}
    assert names == {"a_unet.state.safetensors", "an_mlp.state.safetensors"}


def test_a_run_goes_on_with_another_number_of_processes(alone: Path, tmp_path: Path) -> None:
    """Alone for two steps, in two processes up to the fifth, then alone again."""
    curve(tmp_path, 2, True)
    assert run(curve, 2, tmp_path, tmp_path, 5, True) == [0, 0], said(tmp_path, 0)
    curve(tmp_path, 0, True)
    for make in (a_unet, an_mlp):
        losses, weights = kept(alone, make, 0)
        assert apart(kept(tmp_path, make, 0), (losses[5:], weights)) < CLOSE
        assert apart((kept(tmp_path, make, 1)[0], weights), (losses[2:5], weights)) < CLOSE


# the command


def tiny(batch: int, *argv: str) -> int:
    """`course` itself, with a network and batches that take a second instead of an hour."""
    small = partial(UNet, widths=(4, 8), embedding=8, time_width=8)
    train.digits = partial(train.digits, network=small)
    train.STAGES = tuple(
        replace(recipe, batch_size=batch, warmup=5, precision="fp32") for recipe in train.STAGES
    )
    return cli.main(list(argv))


def call(folder: Path, steps: int) -> list[str]:
    """The words after `course` that train in a folder."""
    out, state = folder / "out.safetensors", folder / "state.safetensors"
    return [
        "train",
        "digits",
        "--steps",
        str(steps),
        "--out",
        str(out),
        "--state",
        str(state),
        "--device",
        "cpu",
    ]


def test_the_command_speaks_once_and_writes_once(tmp_path: Path) -> None:
    assert run(tiny, 2, tmp_path, 8, *call(tmp_path, 3)) == [0, 0], said(tmp_path, 0)
    out, state = tmp_path / "out.safetensors", tmp_path / "state.safetensors"
    stages = [
        lang.text(
            "train.stage",
            stage=stage,
            stages=len(train.STAGES),
            steps=3,
            weights=recipe.weights,
            state=train.stage_state(state, stage),
        )
        for stage, recipe in enumerate(train.STAGES, 1)
    ]
    first, second = said(tmp_path, 0), said(tmp_path, 1)
    assert first[0].splitlines() == [*stages, lang.text("cli.train_done", path=out)]
    assert lang.text("training.bar") in first[1] and second == ("", "")
    card = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["images_seen"] == [24] * len(train.STAGES) and card["machine"][1].endswith(
        "fp32, 2 processes"
    )
    assert card["made_by"] == "course train digits --steps 3 --device cpu"
    checkpoints.load(out, "cpu")


def test_a_batch_that_cannot_be_shared_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process keeps its sentence to itself until torchrun would have ended it."""
    slept = tmp_path / "slept"
    monkeypatch.setattr(cli.time, "sleep", lambda seconds: slept.write_text(str(seconds)))
    assert run(tiny, 2, tmp_path, 9, *call(tmp_path, 3)) == [1, 1]
    told = lang.text("error.ranks_batch", batch=9, size=2, more=10)
    assert said(tmp_path, 0)[1].splitlines() == [told]
    if FORK:
        assert slept.read_text() == str(cli.PATIENCE)
    assert not (tmp_path / "out.safetensors").exists()


def a_loss(folder: Path, lost: int) -> float:
    """Train, but process ``lost`` ends without a word in its third step."""
    with ranks.joined("cpu") as place:
        ranks.PATIENCE = 0
        net, x, y = an_mlp()
        state = folder / "state.safetensors"
        one = training.Run(EpsModel(net, schedules.linear(100)), x, y, RECIPE, state, "cpu")
        for progress in one.steps(save_every=100):
            if progress.step == 2 and place.rank == lost:
                os._exit(9)
    return 0


def losing(folder: Path, lost: int) -> int:
    """``a_loss``, its sentence written to stderr."""
    try:
        a_loss(folder, lost)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def test_where_another_process_ends_the_state_is_kept(tmp_path: Path) -> None:
    assert run(losing, 2, tmp_path, tmp_path, 1) == [1, 9]
    assert said(tmp_path, 0)[1].splitlines()[-1] == lang.text("error.rank_lost")
    assert checkpoints.read_note(tmp_path / "state.safetensors")["step"] == 2


SCRIPT = """
import sys
sys.path[:0] = {paths!r}
import test_torchrun
sys.exit(test_torchrun.tiny(8, *sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("processes", [1, 2])
def test_ctrl_c_leaves_a_state_to_go_on_from(tmp_path: Path, processes: int) -> None:
    """The real thing: torchrun, and the signal that a terminal sends to all that run in it."""
    script, log = tmp_path / "script.py", tmp_path / "log"
    script.write_text(SCRIPT.format(paths=[str(ROOT), str(Path(__file__).parent)]), encoding="utf-8")
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    line = [sys.executable, *(torchrun if processes > 1 else []), str(script), *call(tmp_path, 3000)]
    with log.open("w") as errors:
        going = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE
        while not re.search(r"\b[2-9]\d*/3000", log.read_text(encoding="utf-8")):
            assert going.poll() is None and time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        os.killpg(going.pid, signal.SIGINT)
        status = going.wait(PATIENCE)
    finally:
        if going.poll() is None:
            os.killpg(going.pid, signal.SIGKILL)
    told, state = log.read_text(encoding="utf-8"), tmp_path / "state.safetensors"
    assert status == (130 if processes == 1 else 1), told  # torchrun's own status is 1
    assert told.count(lang.text("cli.train_stopped", state=state)) == 1, told
    assert processes > 1 or "Traceback" not in told
    step = checkpoints.read_note(state)["step"]
    assert step >= 2 and not (tmp_path / "out.safetensors").exists()
    # the state is whole: a run of the same recipe takes it up there
    recipe = replace(train.stages(3000)[0], batch_size=8, warmup=5, precision="fp32")
    model = EpsModel(UNet(widths=(4, 8), embedding=8, time_width=8), schedules.linear(), "v")
    goes_on = training.Run(model, *data.digits("train"), recipe, state, "cpu")
    assert next(goes_on.steps()).step == step + 1
