"""The command `course`: reads the command line and hands over to one module for each command.

Nothing heavy is imported before a command needs it, so that `course --help` answers at once.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from course_lib import lang
from course_lib.lang import text

SMALL = ("small-unet", "small-no-skips", "small-no-time", "small-dit")
BEYOND = ("latent", "superres", "overfitted")
BY_EPOCHS = ("classifier", "autoencoder")  # without a state to go on from
MODELS = ("digits", *BY_EPOCHS, *SMALL, *BEYOND)
RUNS = Path("runs")
PATIENCE = 10  # seconds
TORCHRUN = "torchrun --nproc-per-node 2 -m course_tools.cli train digits"
BOUND_N = 100  # test digits: about five minutes on one thread
NETWORKS_N = 1000
GUIDANCE_N = 1000
MOST_N = 18_000  # real digits, from which the floor is measured


class Misuse(Exception):  # noqa: N818  (it is the caller's, not the program's)
    """The command line asks for something that does not exist; its text is the sentence to show (exit 2)."""


class _Format(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable, groups: Iterable, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, f"{text('cli.usage')}: ")


class _Parser(argparse.ArgumentParser):
    """An argument parser that speaks the reader's language."""

    def __init__(self, command: str):
        about = text(f"cli.about_{command}")
        super().__init__(
            prog=f"course {command}",
            description=about,
            add_help=False,
            allow_abbrev=False,
            formatter_class=_Format,
        )
        self.command = command
        self.options = self.add_argument_group(text("cli.options"))
        self.options.add_argument("-h", "--help", action="help", help=text("cli.help"))

    def option(self, name: str, about: str, **how: Any) -> None:
        """Add an option; ``about`` is its sentence in the help."""
        self.options.add_argument(name, help=about, **how)

    def path(self, name: str, about: str, kind: str) -> None:
        """Add an option that names a file or a folder."""

        def read(given: str) -> Path:
            if not given.strip():  # an empty variable in a script would mean the current folder
                raise Misuse(text("cli.needs_value", option=name, command=self.command))
            return Path(given)

        self.option(name, about, type=read, metavar=kind)

    def whole(self, name: str, about: str, low: int = 0, high: int = 2**63 - 1, **how: object) -> None:
        """Add an option that takes a whole number from ``low`` to ``high``."""

        def read(given: str) -> int:
            if not re.fullmatch(r"[0-9]+", given) or not low <= int(given) <= high:
                raise Misuse(text("cli.whole", option=name, low=low, high=high, got=repr(given)))
            return int(given)

        self.option(name, about, type=read, metavar="N", **how)

    def name(self, allowed: tuple[str, ...]) -> None:
        """Add the one name that the command works on."""

        def read(given: str) -> str:
            if given not in allowed:
                listed = ", ".join(allowed)
                raise Misuse(text("cli.name", command=self.command, got=repr(given), allowed=listed))
            return given

        self.allowed = allowed
        about = text("cli.name_help", allowed=", ".join(allowed))
        self.options.add_argument("name", type=read, help=about)

    def read(self, argv: list[str]) -> argparse.Namespace:
        """The arguments, or Misuse for any that the command does not know."""
        self.argv = argv
        arguments, unknown = self.parse_known_args(argv)
        if unknown:
            raise Misuse(text("cli.unknown_option", command=self.command, got=repr(unknown[0])))
        return arguments

    def error(self, message: str) -> NoReturn:
        """Misuse instead of argparse's English sentence."""
        if found := re.match(r"argument ([^:]*/)?(--?[\w-]+): expected", message):
            raise Misuse(text("cli.needs_value", option=found[2], command=self.command))
        if message.endswith(": name"):  # the following arguments are required: name
            raise Misuse(text("cli.no_name", command=self.command, allowed=", ".join(self.allowed)))
        line = shlex.join([self.command, *self.argv])
        raise Misuse(text("cli.not_understood", line=line, command=self.command))


def _language(given: str) -> str:
    try:
        return lang.check(given)
    except ValueError as problem:
        raise Misuse(str(problem)) from None


def _lab(argv: list[str]) -> int:
    from course_tools import lab

    parser = _Parser("lab")
    parser.option("--lang", text("cli.lab_lang"), type=_language, metavar="|".join(lang.LANGUAGES))
    parser.option("--dir", text("cli.lab_dir"), metavar="DIR")
    parser.whole("--port", text("cli.lab_port"), 1, 65535)
    parser.option("--no-browser", text("cli.lab_no_browser"), action="store_true")
    given = parser.read(argv)
    return lab.run(given.lang, given.dir, given.port, browser=not given.no_browser)


def _build(argv: list[str]) -> int:
    parser = _Parser("build")
    parser.option("--check", text("cli.build_check"), action="store_true")
    parser.option("--stamp", text("cli.build_stamp"), action="store_true")
    parser.path("--solved", text("cli.build_solved"), "DIR")
    parser.epilog = text("cli.build_how")
    given = parser.read(argv)
    from course_tools import build

    return build.run(check=given.check, stamp=given.stamp, solved=given.solved)


def taken(path: Path) -> Path | None:
    """What lies already where a model would be written: its file, or its card; None where nothing does."""
    return next((one for one in (path, path.with_suffix(".json")) if os.path.lexists(one)), None)


def free(path: Path, files: Callable[[Path], list[Path]] = lambda one: [one]) -> Path:
    """``path``, or the first of path-2, path-3 … of which neither file nor card exists yet.

    files: those that such a path stands for, of which none may exist.
    """
    stem, dot, suffix = path.name.partition(".")
    candidate, n = path, 1
    while any(taken(one) for one in files(candidate)):
        n += 1
        candidate = path.with_name(f"{stem}-{n}{dot}{suffix}")
    return candidate


def output(name: str, out: Path | None, force: bool, data: Path) -> Path:
    """Where a freshly trained model is to go, so that no file is replaced unless ``force`` says so."""
    path = out or data / f"{name}.safetensors"
    if path.suffix != ".safetensors":  # a bare name would mean the model that ships
        raise Misuse(text("cli.train_suffix", path=path, better=path.with_name(path.name + ".safetensors")))
    there = taken(path)
    if force or there is None:
        return path
    if out is not None:
        raise Misuse(text("cli.train_exists", path=there))
    elsewhere = free(RUNS / f"{name}.safetensors")
    print(text("cli.train_elsewhere", path=there, out=elsewhere))
    return elsewhere


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Hold ``state`` for this process only: two runs with one file would overwrite each other."""
    lock = state.with_name(f".{state.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError as problem:
        raise ValueError(text("error.write", path=lock.parent, problem=problem.strerror)) from None
    with file:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(text("cli.train_busy", state=state)) from None
        yield


def resuming(argv: list[str], state: Path) -> list[str]:
    """The words after `course train` that go on from ``state`` where ``argv`` asked for a new run."""
    kept: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--state":
            next(words, None)
        elif word not in ("--resume", "--no-resume") and not word.startswith("--state="):
            kept.append(word)
    return [*kept, "--state", str(state)]


def _train(argv: list[str]) -> int:
    parser = _Parser("train")
    parser.name(MODELS)
    parser.whole("--steps", text("cli.train_steps"), 1)
    parser.whole("--epochs", text("cli.train_epochs"), 1)
    parser.option("--resume", text("cli.train_resume"), action=argparse.BooleanOptionalAction)
    parser.path("--state", text("cli.train_state"), "FILE")
    parser.path("--out", text("cli.train_out"), "FILE")
    parser.option("--force", text("cli.train_force"), action="store_true")
    parser.option("--device", text("cli.train_device"), metavar="NAME")
    parser.whole("--seed", text("cli.train_seed"), default=0)
    parser.whole("--threads", text("cli.train_threads"), 1, 1024)
    parser.option("--compile", text("cli.train_compile"), action="store_true", default=None)
    parser.epilog = text("cli.train_several", line=TORCHRUN)
    given = parser.read(argv)
    foreign = ("steps", "resume", "state", "device", "compile") if given.name in BY_EPOCHS else ("epochs",)
    for option in foreign:
        if getattr(given, option) is not None:
            raise Misuse(text("cli.not_for", option=f"--{option}", command="train", name=given.name))

    import torch

    from course_lib import data, device, files, ranks
    from course_tools import beyond, make_digits, networks, train

    if given.threads:
        torch.set_num_threads(given.threads)
    device.pick(given.device or "auto")  # a wrong name is reported before anything is announced
    out = output(given.name, given.out, given.force, data.folder())
    state, states = None, list[Path]()
    if given.name not in BY_EPOCHS:
        stages = train.stage_states if given.name == "digits" else lambda one: [one]
        state = given.state or RUNS / f"{given.name}.state.safetensors"
        state = free(state, stages) if given.resume is False else state
        states = stages(state)
        for one in states:
            if one.resolve() in (out.resolve(), out.with_suffix(".json").resolve()):
                raise Misuse(text("cli.train_same", path=one))
    for path in (out, out.with_suffix(".json"), *states):
        files.check_writable(path)  # now, not after hours of training
    try:
        if state is not None:
            steps = {} if given.steps is None else {"steps": given.steps}
            on, compile = given.device or "auto", bool(given.compile)
            with ranks.joined(on), alone(state) if ranks.here().first else nullcontext():
                if given.name == "digits":
                    train.digits(out, state, train.stages(given.steps, given.seed), on, compile)
                elif given.name in BEYOND:
                    recipe = replace(beyond.RECIPES[given.name], seed=given.seed, **steps)
                    beyond.denoiser(given.name, out, state, recipe, on, compile)
                else:
                    recipe = replace(networks.RECIPE, seed=given.seed, **steps)
                    networks.small(given.name, out, state, recipe, on, compile)
        else:
            epochs = {} if given.epochs is None else {"epochs": given.epochs}
            made = beyond.codec if given.name == "autoencoder" else train.classifier
            made(out, seed=given.seed, **epochs)
    except KeyboardInterrupt:
        if "TORCHELASTIC_RUN_ID" in os.environ:  # it sends the signal once more; all is written by now
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        stopped = text("cli.train_stopped_nothing")
        if kept := ", ".join(str(one) for one in states if one.exists()):
            stopped = text("cli.train_stopped", state=kept)
            if given.resume is False:  # the same command would begin anew
                line = shlex.join(["course", "train", *resuming(argv, states[0])])
                stopped = text("cli.train_stopped_new", state=kept, line=line)
        print(f"\n{stopped}", file=sys.stderr)
        return 130
    if out.resolve().parent == data.folder().resolve() and first_process():
        make_digits.record_checksum(out.name)
    print(text("cli.train_done", path=out))
    return 0


def _measure(argv: list[str]) -> int:
    parser = _Parser("measure")
    parser.name(("digits", "networks", "guidance"))
    about = text("cli.measure_n", default=5000, networks=NETWORKS_N, guidance=GUIDANCE_N, bound=BOUND_N)
    parser.whole("--n", about, 10, MOST_N)
    parser.whole("--seeds", text("cli.measure_seeds", default=1), 1)
    parser.option("--sampler", text("cli.measure_sampler"), action="append", metavar="NAME")
    parser.option("--all", text("cli.measure_all"), action="store_true")
    parser.option("--bound", text("cli.measure_bound"), action="store_true")
    parser.option("--write", text("cli.measure_write"), action="store_true")
    parser.option("--compile", text("cli.measure_compile"), action="store_true")
    parser.option("--table", text("cli.measure_table"), action="store_true")
    parser.option("--check", text("cli.measure_check"), action="store_true")
    given = parser.read(argv)
    if given.check and given.name == "digits":
        for option in ("write", "bound", "table", "all", "sampler", "seeds", "n", "compile"):
            if getattr(given, option):
                raise Misuse(text("cli.not_with", option=f"--{option}", other="--check"))
    try:
        measures = {"networks": _measure_networks, "guidance": _measure_guidance}
        return measures.get(given.name, _measure_samples)(given)
    except KeyboardInterrupt:
        if given.check or given.table:
            raise
        stopped = "cli.train_stopped_nothing"  # a bound
        if not given.bound:
            stopped = "cli.measure_stopped" if given.write else "cli.measure_stopped_lost"
        print(f"\n{text(stopped, folder=Path.cwd())}", file=sys.stderr)
        return 130


def _measure_samples(given: argparse.Namespace) -> int:
    from course_lib import checkpoints, files, schedules
    from course_tools import cards, draws, measure, targets

    if given.check:
        return targets.check(cards.current(given.name).get("metrics") or {})
    for option, used in (("--table", given.table), ("--all", given.all)):
        if used and given.bound:
            raise Misuse(text("cli.not_with", option=option, other="--bound"))
    if given.all and (other := "--table" if given.table else "--sampler" if given.sampler else None):
        raise Misuse(text("cli.not_with", option="--all", other=other))
    if given.table:
        print(cards.table(cards.current(given.name)))
        return 0
    if given.bound:
        options = {"--sampler": given.sampler, "--seeds": given.seeds, "--compile": given.compile}
        for option, used in options.items():
            if used:
                raise Misuse(text("cli.not_with", option=option, other="--bound"))
        n = given.n or BOUND_N
        if given.write:
            files.check_writable(checkpoints.card_path(given.name))  # now, not after an hour
            cards.require_same_n(given.name, "bound", n)
        figures = measure.bound(given.name, n)
        if given.write:
            cards.write_card(given.name, bound=figures)
        return 0
    for sampler in given.sampler or ():
        if sampler not in draws.SAMPLERS:
            allowed = ", ".join(draws.SAMPLERS)
            raise Misuse(text("cli.sampler", got=repr(sampler), allowed=allowed))
    names = given.sampler
    if given.all:
        names = draws.cheapest_first(schedules.from_spec(checkpoints.card(given.name)["schedule"]))
    only = {"only": names} if names else {}
    measure.measure(
        given.name, given.n or 5000, given.seeds or 1, write=given.write, compile=given.compile, **only
    )
    return 0


def _refuse(given: argparse.Namespace, *options: str) -> None:
    """Misuse for an option that means nothing to what is measured."""
    for option in options:
        if getattr(given, option):
            raise Misuse(text("cli.not_for", option=f"--{option}", command="measure", name=given.name))


def _measure_networks(given: argparse.Namespace) -> int:
    _refuse(given, "sampler", "all", "bound", "check", "compile")
    from course_tools import networks

    if given.table:
        print(networks.table())
    else:
        networks.compare(given.n or NETWORKS_N, given.seeds or 1, given.write)
    return 0


def _measure_guidance(given: argparse.Namespace) -> int:
    _refuse(given, "sampler", "all", "bound", "check")
    from course_tools import guided

    if given.table:
        print(guided.table())
    else:
        guided.measure(
            n=given.n or GUIDANCE_N, seeds=given.seeds or 1, write=given.write, compile=given.compile
        )
    return 0


def _grade(argv: list[str]) -> int:
    parser = _Parser("grade")
    parser.usage = (
        "%(prog)s [-h] SUBMISSIONS --out REPORT [--jobs N] [--seconds N] [--memory N]"
        " [--scheduler ADDRESS] [--again]"
    )
    about = text("cli.grade_submissions")
    parser.options.add_argument("submissions", nargs="?", metavar="SUBMISSIONS", help=about)
    parser.path("--out", text("cli.grade_out"), "REPORT")
    parser.whole("--jobs", text("cli.grade_jobs"), 1, 1024)
    parser.whole("--seconds", text("cli.grade_seconds", default=10), 1, 3600)
    parser.whole("--memory", text("cli.grade_memory", default=2048), 64, 2**20)
    parser.option("--scheduler", text("cli.grade_scheduler"), metavar="ADDRESS")
    parser.option("--again", text("cli.grade_again"), action="store_true")
    parser.epilog = text("cli.grade_how")
    given = parser.read(argv)
    if not (given.submissions or "").strip() or given.out is None:
        raise Misuse(text("cli.grade_needs"))
    from course_tools.grading import grade, tasks

    asked = {"seconds": given.seconds, "memory_mb": given.memory}
    limits = replace(tasks.Limits(), **{name: value for name, value in asked.items() if value})
    folder = Path(given.submissions)
    return grade.run(folder, given.out, given.jobs, limits, given.scheduler, given.again)


def _test(argv: list[str]) -> int:
    if argv in (["-h"], ["--help"]):
        _Parser("test").print_help()
        return 0
    from course_tools import testing

    return testing.run(argv)


def _doctor(argv: list[str]) -> int:
    _Parser("doctor").read(argv)
    from course_tools import doctor

    return doctor.run()


class Command(NamedTuple):
    """One command: its name and what runs it."""

    name: str
    run: Callable[[list[str]], int]


COMMANDS = (
    Command("lab", _lab),
    Command("build", _build),
    Command("train", _train),
    Command("measure", _measure),
    Command("grade", _grade),
    Command("test", _test),
    Command("doctor", _doctor),
)


def overview() -> str:
    """What `course --help` shows."""
    lines = [text("cli.title"), "", f"{text('cli.commands')}:"]
    lines += [f"  course {c.name:8} {text(f'cli.about_{c.name}')}" for c in COMMANDS]
    return "\n".join([*lines, "", text("cli.more")])


def _speak(argv: list[str]) -> None:
    """Choose the language of the command itself: --lang, else as `course lab` would, without asking."""
    from course_lib import progress
    from course_tools import lab

    asked = [following for option, following in pairwise(argv) if option == "--lang"]
    asked += [option.removeprefix("--lang=") for option in argv if option.startswith("--lang=")]
    for language in (*asked, lang.from_environment()):
        if language in lang.LANGUAGES:
            return lang.use(language)
    with suppress(ValueError):  # no home folder: whichever command needs one says so
        if remembered := lab.remembered(progress.home()):
            lang.use(remembered)
    return None


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 well, 1 it could not be done, 2 it was called wrongly."""
    try:
        try:
            return _answer(sys.argv[1:] if argv is None else argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        with suppress(OSError):  # Python would flush once more at its end, and complain
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def first_process() -> bool:
    """Whether this process speaks and writes for those that torchrun started with it (alone, it does).

    Under torchrun as ``ranks.told().first``, but without the second that importing torch takes.
    """
    return "TORCHELASTIC_RUN_ID" not in os.environ or os.environ.get("RANK", "0") == "0"


def _answer(argv: list[str]) -> int:
    if first_process():
        return _aloud(argv)
    said = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(said):
        status = _aloud(argv)
    if status == 1:  # what is wrong for all the first process says, and torchrun then ends this one
        time.sleep(PATIENCE)
        print(said.getvalue(), end="", file=sys.stderr)
    return status


def _aloud(argv: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Hangul must not end in a traceback
    try:
        _speak(argv)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    if argv[:1] in ([], ["-h"], ["--help"]):
        print(overview())
        return 0 if argv else 2
    runs = {command.name: command.run for command in COMMANDS}
    try:
        if argv[0] not in runs:
            raise Misuse(text("cli.unknown_command", got=repr(argv[0]), allowed=", ".join(runs)))
        return runs[argv[0]](argv[1:])
    except Misuse as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as problem:
        print(text("cli.module", name=problem.name), file=sys.stderr)
        return 1
    except (ValueError, OSError) as problem:
        if os.environ.get("COURSE_DEBUG"):  # for a maintainer who wants the traceback, not the sentence
            raise
        if isinstance(problem, OSError) and problem.errno is not None:  # the system's own words
            where = "" if problem.filename is None else f" ({problem.filename})"
            said = f"{problem.strerror}{where}"
            print(text("cli.system", line=shlex.join(argv), problem=said), file=sys.stderr)
        else:
            print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(text("cli.interrupted"), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
