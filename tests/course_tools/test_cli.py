"""The command line: one clear sentence in the reader's language for whatever is called wrongly."""

from __future__ import annotations

import ast
import errno
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import torch

import course_lib
import course_tools
from course_lib import checkpoints, data, files, forward, lang, losses, schedules, training
from course_lib.parameterisations import EpsModel
from course_lib.schedules import gather
from course_lib.unet import UNet
from course_tools import cli, doctor, lab, make_digits, networks, testing, train

ROOT = Path(__file__).parents[2]


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was written to stderr: exactly one line."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("language", lang.LANGUAGES)
@pytest.mark.parametrize(
    ("argv", "key", "values"),
    [
        (
            ["dance"],
            "cli.unknown_command",
            {"got": "'dance'", "allowed": "lab, build, train, measure, grade, test, doctor"},
        ),
        (["lab", "--lang", "xx"], "error.language", {"got": "'xx'", "allowed": "en, id, ko"}),
        (
            ["lab", "--port", "http"],
            "cli.whole",
            {"option": "--port", "low": 1, "high": 65535, "got": "'http'"},
        ),
        (["lab", "--port", "0"], "cli.whole", {"option": "--port", "low": 1, "high": 65535, "got": "'0'"}),
        (["lab", "--port"], "cli.needs_value", {"option": "--port", "command": "lab"}),
        (["lab", "--loud"], "cli.unknown_option", {"command": "lab", "got": "'--loud'"}),
        (["build", "--check=3"], "cli.not_understood", {"line": "build --check=3", "command": "build"}),
        (["train"], "cli.no_name", {"command": "train", "allowed": ", ".join(cli.MODELS)}),
        (
            ["train", "cats"],
            "cli.name",
            {"command": "train", "got": "'cats'", "allowed": ", ".join(cli.MODELS)},
        ),
        (
            ["train", "classifier", "--steps", "3"],
            "cli.not_for",
            {"option": "--steps", "command": "train", "name": "classifier"},
        ),
        (["doctor", "now"], "cli.unknown_option", {"command": "doctor", "got": "'now'"}),
    ],
)
def test_a_wrong_call_gets_one_sentence_and_exit_2(
    argv: list[str],
    key: str,
    values: dict,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COURSE_LANG", language)
    assert cli.main(argv) == 2
    assert sentence(capsys) == lang.text(key, language, **values)


def test_a_sentence_from_the_library_becomes_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> int:
        raise ValueError("what, and what to do")

    monkeypatch.setattr(doctor, "run", fails)
    assert cli.main(["doctor"]) == 1
    assert sentence(capsys) == "what, and what to do"
    monkeypatch.setenv("COURSE_DEBUG", "1")
    with pytest.raises(ValueError, match="what to do"):
        cli.main(["doctor"])


def test_help_and_no_command_list_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    helped = capsys.readouterr().out
    assert cli.main([]) == 2
    assert capsys.readouterr().out == helped
    for command in cli.COMMANDS:
        assert f"course {command.name} " in helped


@pytest.mark.parametrize("command", [command.name for command in cli.COMMANDS])
def test_each_command_has_help_in_korean(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_LANG", "ko")
    try:
        assert cli.main([command, "--help"]) == 0
    except SystemExit as end:  # argparse's own way out of --help
        assert end.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("사용법: course " + command)
    assert "usage" not in shown
    assert "show this" not in shown


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from course_tools import cli; cli.main(['--help'])\n"
        "heavy = {'torch', 'numpy', 'matplotlib', 'jupyterlab', 'IPython', 'pytest'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# Pythons that are too old


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_an_old_python_gets_the_sentence(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", language)
    told = course_lib.python_too_old((3, 10, 13))
    assert told == lang.text("cli.python_too_old", language, got="3.10.13")
    assert course_lib.python_too_old((3, 11, 0)) is None
    assert course_lib.python_too_old((4, 0, 0)) is None


def test_the_check_is_written_so_that_an_old_python_can_read_it() -> None:
    for package, needs in ((course_lib, {"os", "sys"}), (course_tools, {"course_lib", "sys"})):
        source = Path(package.__file__).read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 7))
        tree = ast.parse(source)
        newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match, ast.ImportFrom)
        assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
        imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
        assert imported == needs
        guard = f"import sys; sys.version_info = (3, 9, 1); import {package.__name__}.lang"
        done = subprocess.run([sys.executable, "-c", guard], cwd=ROOT, capture_output=True, text=True)
        told = lang.text("cli.python_too_old", got="3.9.1")
        assert done.stderr.splitlines()[-1].removeprefix("ImportError: ") == told


def old_pythons() -> list[str]:
    """The Pythons older than 3.11 on the PATH that are more than a name."""
    found = filter(None, (shutil.which(f"python3.{minor}") for minor in range(6, 11)))
    asked = "import sys; sys.exit(sys.version_info >= (3, 11))"
    return [
        name for name in found if subprocess.run([name, "-c", asked], capture_output=True).returncode == 0
    ]


def test_a_real_old_python_says_it() -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python older than 3.11 on the PATH; the two tests above check the same code")
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    for python in pythons:
        call = [python, "-B", "-c", "import course_tools.cli"]
        done = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True)
        assert done.returncode == 1
        assert done.stderr.decode().startswith("The course needs Python 3.11 or newer; this is Python 3.")
        assert len(done.stderr.splitlines()) == 1


# course train


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder and a data/ of this test's own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(data, "folder", lambda: tmp_path / "data")
    return tmp_path


def test_a_new_model_never_replaces_a_file_unasked(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = workplace / "data" / "digits.safetensors"
    assert cli.output("digits", None, False, data.folder()) == shipped
    shipped.write_bytes(b"precious")
    elsewhere = cli.output("digits", None, False, data.folder())
    assert elsewhere == Path("runs/digits.safetensors")
    assert capsys.readouterr().out.strip() == lang.text("cli.train_elsewhere", path=shipped, out=elsewhere)
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"also")
    assert cli.output("digits", None, False, data.folder()) == Path("runs/digits-2.safetensors")
    assert cli.output("digits", None, True, data.folder()) == shipped
    with pytest.raises(cli.Misuse, match=r"exists already .* --force"):
        cli.output("digits", elsewhere, False, data.folder())
    assert cli.output("digits", elsewhere, True, data.folder()) == elsewhere


def test_train_hands_on_what_it_was_told_and_records_the_checksum(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list = []
    recorded: list = []

    def digits(out: Path, state: Path, recipes: tuple[training.Recipe, ...], on: str, compile: bool) -> Path:
        told.append((out, state, recipes, on, compile))
        out.write_bytes(b"new")
        return out

    monkeypatch.setattr(train, "digits", digits)
    monkeypatch.setattr(make_digits, "record_checksum", recorded.append)
    call = ["train", "digits", "--steps", "7", "--seed", "3", "--device", "cpu"]
    assert cli.main(call) == 0
    state = Path("runs/digits.state.safetensors")
    recipes = train.stages(7, 3)
    assert told[-1] == (workplace / "data" / "digits.safetensors", state, recipes, "cpu", False)
    assert recorded == ["digits.safetensors"]

    state.write_bytes(b"an earlier run")
    assert cli.main([*call, "--no-resume", "--out", "mine.safetensors", "--compile"]) == 0
    second = Path("runs/digits-2.state.safetensors")
    assert told[-1] == (Path("mine.safetensors"), second, recipes, "cpu", True)
    assert recorded == ["digits.safetensors"]
    assert state.read_bytes() == b"an earlier run"


def test_ctrl_c_says_where_the_state_lies(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = [Path("runs/digits.state.safetensors")]

    def digits(*given: object) -> Path:
        for state in begun:
            state.write_bytes(b"half way")
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "digits", digits)
    for more in ([], [Path("runs/digits.stage-2.state.safetensors")]):
        begun += more
        assert cli.main(["train", "digits"]) == 130
        named = ", ".join(map(str, begun))
        assert capsys.readouterr().err.strip() == lang.text("cli.train_stopped", state=named)
    assert not (workplace / "data" / "digits.safetensors").exists()


def held_out(model: EpsModel) -> dict[str, torch.Tensor]:
    """The error that each loss counts, of 600 test digits; the same t and noise for every model."""
    images, labels = data.digits("test")
    g = torch.Generator().manual_seed(0)
    t = torch.randint(1, 1001, (600,), generator=g)
    eps = torch.randn(600, 1, 28, 28, generator=g)
    with torch.no_grad():
        eps_hat = model(forward.q_sample(images[:600], t, eps, model.schedule), t, labels[:600])
    error = losses.per_image(eps_hat, eps)
    of_v = error / gather(model.schedule.alpha_bar, t, error)  # Salimans & Ho 2022, appendix D
    return {"simple": of_v, "min-snr": error}


def lower_by(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor], loss: str = "min-snr") -> float:
    """By how many of its standard errors the mean falls, image by image."""
    fall = (before[loss] - after[loss]).double()
    return float(fall.mean() / (fall.std() / len(fall) ** 0.5))


def test_a_tiny_training_moves_the_numbers_the_right_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All stages from the command: the held-out error falls, and each keeps what the one before won."""

    def network() -> UNet:
        return UNet(widths=(8, 16), embedding=16, time_width=16)

    how = {"batch_size": 16, "warmup": 5, "ema_decay": 0.9, "precision": "fp32"}
    tiny = tuple(replace(recipe, **how, learning_rate=5 * recipe.learning_rate) for recipe in train.STAGES)
    monkeypatch.setattr(train, "digits", partial(train.digits, network=network))
    monkeypatch.setattr(train, "STAGES", tiny)
    out, state = tmp_path / "tiny.safetensors", tmp_path / "state.safetensors"
    call = ["train", "digits", "--steps", "40", "--out", str(out), "--state", str(state), "--device", "cpu"]
    assert cli.main(call) == 0
    said = capsys.readouterr().out.splitlines()
    every = {"stages": len(tiny), "steps": 40}
    assert said[: len(tiny)] == [
        lang.text("train.stage", stage=k, weights=recipe.weights, state=train.stage_state(state, k), **every)
        for k, recipe in enumerate(tiny, 1)
    ]
    torch.manual_seed(0)
    untrained = held_out(EpsModel(network(), schedules.linear(), "v"))
    errors = [untrained]
    for stage in range(1, len(tiny) + 1):
        path = tmp_path / f"after-{stage}.safetensors"
        train.finish(path, [train.stage_state(state, k) for k in range(1, stage + 1)])
        errors.append(held_out(checkpoints.load(path, "cpu", "fp32")))
    falls = [
        lower_by(before, after, recipe.weights)
        for (before, after), recipe in zip(pairwise(errors), tiny, strict=True)
    ]
    assert min(falls) > 5, falls
    assert lower_by(untrained, errors[1]) > 5  # by the error of eps_hat too
    # Later stages that did not start from the first one's weights are seen to fall behind.
    astray = train.digits(tmp_path / "astray.safetensors", tmp_path / "a.state", train.stages(40)[1:], "cpu")
    assert lower_by(held_out(checkpoints.load(astray, "cpu", "fp32")), errors[-1]) > 5
    # Done already: nothing is trained again, and the same model comes out.
    card, (before, _) = checkpoints.card(out), checkpoints.read_tensors(out)
    monkeypatch.setattr(training.Run, "_one_step", lambda run: pytest.fail("trained again"))
    assert cli.main([*call, "--force"]) == 0
    after, _ = checkpoints.read_tensors(out)
    assert checkpoints.card(out) == card and card["images_seen"] == [640] * len(tiny)
    assert before.keys() == after.keys() and all(torch.equal(before[k], after[k]) for k in before)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stages, of a network and with batches that take no time."""
    small = partial(UNet, widths=(4, 8), embedding=8, time_width=8)
    stages = tuple(replace(recipe, batch_size=4, precision="fp32") for recipe in train.STAGES)
    monkeypatch.setattr(train, "digits", partial(train.digits, network=small))
    monkeypatch.setattr(train, "STAGES", stages)


def call(folder: Path, state: str, *more: str) -> list[str]:
    """The command that trains two steps a stage in a folder."""
    where = [
        "--state",
        str(folder / f"{state}.state.safetensors"),
        "--out",
        str(folder / f"{state}.safetensors"),
    ]
    return ["train", "digits", "--steps", "2", "--device", "cpu", "--force", *where, *more]


def test_a_second_stage_does_not_go_on_from_another_first(
    tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(call(tmp_path, "a")) == 0
    torch_seed = torch.manual_seed
    monkeypatch.setattr(torch, "manual_seed", lambda seed: torch_seed(seed + 1))
    assert cli.main(call(tmp_path, "b")) == 0
    shutil.copy(tmp_path / "b.state.safetensors", tmp_path / "a.state.safetensors")
    (tmp_path / "a.safetensors").unlink()
    capsys.readouterr()
    assert cli.main(call(tmp_path, "a")) == 1
    assert "start" in capsys.readouterr().err and not (tmp_path / "a.safetensors").exists()


def test_a_leftover_second_stage_is_noticed_before_the_first_is_trained(
    tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the first stage is missing or half done, or the second is one of another recipe."""
    assert cli.main(call(tmp_path, "a")) == 0
    monkeypatch.setattr(training.Run, "_one_step", lambda run: pytest.fail("trained"))
    state = tmp_path / "a.state.safetensors"
    second, (tensors, note) = train.stage_state(state, 2), checkpoints.read_tensors(state)
    leftover = lang.text("train.leftover", path=second, stage=2, earlier=1, state=state)
    state.unlink()
    capsys.readouterr()
    assert cli.main(call(tmp_path, "a")) == 1
    assert sentence(capsys) == leftover
    checkpoints.write_tensors(state, tensors, note | {"step": 1})
    assert cli.main(call(tmp_path, "a")) == 1
    assert sentence(capsys) == leftover
    checkpoints.write_tensors(state, tensors, note)
    tensors, note = checkpoints.read_tensors(second)
    recipe = note["recipe"]
    checkpoints.write_tensors(second, tensors, note | {"recipe": recipe | {"steps": 3}})
    assert cli.main(call(tmp_path, "a")) == 1
    assert sentence(capsys) == lang.text("error.resume", path=second)
    checkpoints.write_tensors(second, tensors, note | {"recipe": recipe})
    assert cli.main(call(tmp_path, "a")) == 0


@pytest.mark.parametrize("recipe", [None, [1], "text", "no recipe", "damaged"])
def test_a_second_stage_without_a_recipe_gets_one_sentence(
    recipe: object,
    tiny: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Some other safetensors file under that name, or a cut one: said before the first stage is trained."""
    monkeypatch.setattr(training.Run, "_one_step", lambda run: pytest.fail("trained"))
    second = train.stage_state(tmp_path / "a.state.safetensors", 2)
    note = {"step": 2} if recipe == "no recipe" else {"step": 2, "recipe": recipe}
    checkpoints.write_tensors(second, {"x": torch.zeros(9)}, note)
    if recipe == "damaged":
        second.write_bytes(second.read_bytes()[:-1])
    assert cli.main(call(tmp_path, "a")) == 1
    assert sentence(capsys) == lang.text("error.no_state", path=second, got=files.sha256(second)[:16])


@pytest.mark.parametrize("blocked", ["a.stage-2.state.safetensors", "a.json"])
def test_whatever_is_written_at_the_end_is_checked_at_the_start(
    blocked: str,
    tiny: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A folder where the second stage's state or the card is to go."""
    monkeypatch.setattr(training.Run, "_one_step", lambda run: pytest.fail("trained"))
    (tmp_path / blocked).mkdir()
    assert cli.main(call(tmp_path, "a")) == 1
    problem = os.strerror(errno.EISDIR)
    want = lang.text("error.write", path=tmp_path / blocked, problem=problem)
    assert capsys.readouterr() == ("", want + "\n")


def test_a_new_run_takes_no_leftover_stage(
    tiny: None, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--no-resume passes over a name of which any stage's file exists."""
    taken = [Path("runs/digits.stage-2.state.safetensors"), Path("runs/digits-2.stage-2.state.safetensors")]
    taken[0].parent.mkdir()
    for path in taken:
        path.write_bytes(b"left over")
    told: list = []
    monkeypatch.setattr(train, "digits", lambda out, state, *rest: told.append(state))
    monkeypatch.setattr(make_digits, "record_checksum", lambda name: None)
    assert cli.main(["train", "digits", "--no-resume"]) == 0
    assert told == [Path("runs/digits-3.state.safetensors")]
    monkeypatch.setattr(networks, "small", lambda name, out, state, *rest: told.append(state))
    Path("runs/small-dit.stage-2.state.safetensors").touch()  # a name that means nothing to one stage
    assert cli.main(["train", "small-dit", "--no-resume"]) == 0
    assert told[1] == Path("runs/small-dit.state.safetensors")


@pytest.mark.parametrize("named", [[], ["--state", "mine.state"], ["--state=mine.state"]])
def test_ctrl_c_in_a_new_run_gives_the_command_that_goes_on(
    named: list[str], workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command would begin anew; the one that is named takes up the state that was left."""
    first = Path("mine.state" if named else "runs/digits.state.safetensors")
    first.parent.mkdir(exist_ok=True)
    first.write_bytes(b"an earlier run")
    told: list[Path] = []

    def digits(out: Path, state: Path, *rest: object) -> Path:
        told.append(state)
        state.write_bytes(b"half way")
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "digits", digits)
    kept = Path("mine-2.state" if named else "runs/digits-2.state.safetensors")
    start = ["train", "digits", *named, "--no-resume", "--steps", "7"]
    assert cli.main(start) == 130
    line = f"course train digits --steps 7 --state {kept}"
    assert capsys.readouterr().err.strip() == lang.text("cli.train_stopped_new", state=kept, line=line)
    assert cli.main(line.split()[1:]) == 130
    assert capsys.readouterr().err.strip() == lang.text("cli.train_stopped", state=kept)
    assert told == [kept, kept] and first.read_bytes() == b"an earlier run"


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_help_of_train_names_every_model_and_torchrun(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_LANG", language)
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    shown = capsys.readouterr().out
    assert cli.TORCHRUN in shown and "-m course_tools.cli train digits" in cli.TORCHRUN
    assert "runs/NAME.state.safetensors" in shown and "digits.state" not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock; there the state is not guarded")
def test_two_runs_cannot_share_a_state(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list = []
    monkeypatch.setattr(train, "digits", lambda *told: started.append(told))
    monkeypatch.setattr(make_digits, "record_checksum", lambda name: None)
    state = Path("runs/digits.state.safetensors")
    with cli.alone(state):
        assert cli.main(["train", "digits"]) == 1
    assert sentence(capsys) == lang.text("cli.train_busy", state=state)
    assert not started
    assert cli.main(["train", "digits"]) == 0
    assert len(started) == 1


def test_a_wrong_device_is_said_before_anything_else(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "data" / "digits.safetensors").write_bytes(b"")
    assert cli.main(["train", "digits", "--device", "abacus"]) == 1
    assert capsys.readouterr() == ("", lang.text("error.device", got="'abacus'") + "\n")


# course test


def test_missing_tools_are_fetched_by_uv_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list = []
    monkeypatch.setattr(testing, "missing", lambda: ["xdist"])
    monkeypatch.setattr(testing, "_call", lambda command, extra: calls.append((command, extra)) or 5)
    monkeypatch.setenv("UV", "uv-here")
    monkeypatch.delenv(testing.ALREADY, raising=False)
    assert cli.main(["test", "-k", "x"]) == 5
    wanted = ["uv-here", "run", "--quiet", "--group", "test", "course", "test", "-k", "x"]
    assert calls == [(wanted, {testing.ALREADY: "1"})]
    monkeypatch.setenv(testing.ALREADY, "1")
    with pytest.raises(ValueError, match=r"missing: xdist. Run: pip install uv && uv run course test"):
        testing.run([])
    assert len(calls) == 1


def test_test_runs_pytest_over_two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list = []
    monkeypatch.setattr(testing, "missing", lambda: [])
    monkeypatch.setattr(testing, "_call", lambda command, extra: calls.append((command, extra)) or 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert cli.main(["test", "tests/x.py"]) == 0
    (command, extra) = calls[0]
    assert command[1:] == ["-m", "pytest", "-n", "2", "--dist", "loadscope", "tests/x.py"]
    assert extra == {"OMP_NUM_THREADS": "1"}


def test_the_last_line_is_pytests_own_count() -> None:
    command = [sys.executable, "-m", "course_tools.cli", "test", "tests/test_readme.py", "-k", "dead_link"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"=+ 1 passed.* in [\d.]+s.*=+", done.stdout.splitlines()[-1])


def test_without_a_checkout_test_says_where_the_tests_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(testing, "ROOT", tmp_path)
    assert cli.main(["test"]) == 1
    assert sentence(capsys) == lang.text("testing.no_checkout")


def test_the_exit_status_of_the_tests_is_passed_on() -> None:
    assert testing._call([sys.executable, "-c", "import os; os._exit(int(os.environ['N']))"], {"N": "3"}) == 3


def test_build_and_lab_hand_on_what_they_were_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from course_tools import build

    told: list = []
    monkeypatch.setattr(build, "run", lambda **given: told.append(given) or 0)
    monkeypatch.setattr(lab, "run", lambda *given, **named: told.append((*given, named)) or 0)
    assert cli.main(["build", "--check", "--solved", "there"]) == 0
    assert cli.main(["lab", "--lang", "ko", "--dir", "d", "--port", "9000", "--no-browser"]) == 0
    assert told == [
        {"check": True, "stamp": False, "solved": Path("there")},
        ("ko", "d", 9000, {"browser": False}),
    ]


@pytest.mark.parametrize("out", ["digits", "runs/mine", "model.bin"])
def test_out_must_name_a_safetensors_file(workplace: Path, out: str) -> None:
    """A bare name would mean the model that ships, which would then be replaced unasked."""
    better = Path(out).with_name(Path(out).name + ".safetensors")
    with pytest.raises(cli.Misuse) as caught:
        cli.output("digits", Path(out), True, data.folder())
    assert str(caught.value) == lang.text("cli.train_suffix", path=Path(out), better=better)


def test_a_file_with_the_cards_name_is_not_overwritten(workplace: Path) -> None:
    (workplace / "mine.json").write_text('{"mine": 1}', encoding="utf-8")
    with pytest.raises(cli.Misuse, match="--force"):
        cli.output("digits", Path("mine.safetensors"), False, data.folder())
    assert cli.free(workplace / "mine.safetensors") == workplace / "mine-2.safetensors"


def test_state_and_out_are_two_files(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = ["--state", "x.safetensors", "--out", "x.safetensors"]
    assert cli.main(["train", "digits", "--steps", "2", *same]) == 2
    assert capsys.readouterr().err.strip() == lang.text("cli.train_same", path="x.safetensors")


def test_an_unknown_course_lang_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_LANG", "xx")
    assert cli.main(["doctor"]) == 2
    assert capsys.readouterr().err.strip() == lang.text("error.language", got="'xx'", allowed="en, id, ko")


def test_no_home_folder_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_HOME", "~nobody-of-this-name/course")
    for ask in (["lab"], ["lab", "--lang", "ko"]):
        assert cli.main(ask) == 1
        assert sentence(capsys) == lang.text("progress.no_home")
    assert cli.main(["lab", "--dir", "~nobody-of-this-name/x"]) == 1
    assert sentence(capsys) == lang.text("lab.no_home", path="~nobody-of-this-name/x")
    monkeypatch.delenv("COURSE_LANG")  # then the language last chosen is looked for, and nobody has one
    assert cli.main(["--help"]) == 0
    assert doctor.home().sentence == lang.text("progress.no_home")


def test_an_error_of_the_system_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from course_tools import doctor

    def refuse() -> int:
        raise PermissionError(13, "Permission denied", "/somewhere")

    monkeypatch.setattr(doctor, "run", refuse)
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().err.strip() == lang.text(
        "cli.system", line="doctor", problem="Permission denied (/somewhere)"
    )


def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from course_tools import doctor

    def absent() -> int:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(doctor, "run", absent)
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().err.strip() == lang.text("cli.module", name="torch")


@pytest.mark.parametrize("code", ["KO", "ko_KR.UTF-8"])
def test_course_lang_may_be_a_locale(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_LANG", code)
    assert cli.main(["--help"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == lang.text("cli.more", "ko")
    assert lab.choose(None, Path("nowhere")) == ("ko", False)


@pytest.mark.parametrize(
    ("command", "option"), [("build", "--solved"), ("train", "--out"), ("train", "--state")]
)
def test_an_empty_path_is_no_path(command: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, *(["digits"] if command == "train" else []), option, ""]) == 2
    assert sentence(capsys) == lang.text("cli.needs_value", option=option, command=command)


def test_the_state_is_not_the_card_either_and_the_default_state_counts(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", "digits", "--state", "x.json", "--out", "x.safetensors"]) == 2
    assert sentence(capsys) == lang.text("cli.train_same", path="x.json")
    state = Path("runs/digits.state.safetensors")
    assert cli.main(["train", "digits", "--force", "--out", f"runs/../{state}"]) == 2
    assert sentence(capsys) == lang.text("cli.train_same", path=state)


def test_the_card_in_the_way_is_the_file_that_is_named(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workplace / "mine.json").write_text("{}", encoding="utf-8")
    assert cli.main(["train", "digits", "--out", "mine.safetensors"]) == 2
    assert sentence(capsys) == lang.text("cli.train_exists", path="mine.json")


@pytest.mark.parametrize("option", ["--out", "--state"])
@pytest.mark.parametrize(
    ("path", "why"), [("file/x.safetensors", errno.ENOTDIR), ("x.safetensors", errno.EISDIR)]
)
def test_what_cannot_be_written_is_said_before_training(
    option: str,
    path: str,
    why: int,
    workplace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (workplace / "file").write_text("in the way", encoding="utf-8")
    (workplace / "x.safetensors").mkdir()
    monkeypatch.setattr(train, "digits", lambda *told: pytest.fail("trained"))
    assert cli.main(["train", "digits", "--force", option, path]) == 1
    why = errno.EEXIST if why == errno.ENOTDIR else why  # what making the folder meets
    assert sentence(capsys) == lang.text("error.write", path=workplace / path, problem=os.strerror(why))


def test_what_fails_inside_a_run_is_not_blamed_on_its_lock(workplace: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"^what is missing$"), cli.alone(Path("runs/x")):
        raise FileNotFoundError("what is missing")
    (workplace / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ValueError, match="file cannot be written"), cli.alone(Path("file/x")):
        pytest.fail("entered")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
@pytest.mark.parametrize("option", [["--help"], ["train", "--help"]])
def test_a_reader_who_leaves_is_no_trouble(option: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "course_tools.cli", *option]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode in (0, 1)  # 0 where argparse itself swallows it
    assert done.stderr == ""
