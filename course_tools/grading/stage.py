"""A chapter's warm process: it runs the canonical notebook and, at each exercise, forks for every answer.

``grade`` starts it and yields the verdicts. Inside: ``main`` → one judge's process for each task, which alone
reads the answer's text → one answer's process, in the sandbox. What one learner wrote is never in the memory
of another's answer, and of the notebook only what stands above the exercise is.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import linecache
import os
import pkgutil
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from course_lib import lang
from course_lib.files import notebooks_folder
from course_tools import build, source
from course_tools.grading.tasks import FAILED, STOPPED, Limits, Task, Verdict

PATIENCE = 60.0  # seconds that a judge may take beyond what its answer may
MOST_JOBS = 256  # at a time: each holds a file open, and a process may hold about a thousand
CELL = "answer.py"  # the file name that an error's lines are looked up under
_LENGTH = 12  # digits of the length of what the stage reads first
_STEM = re.compile(r"[a-z0-9_]+")
_ABOVE = re.compile(r"\A\s*%%(time|capture)\b[^\r\n]*")
# What of the environment a stage is given: no learner's error may show an instructor's secrets.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH")
_SET = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}


# ---- outside: what ``grade`` does


def supported() -> bool:
    """Whether this system can grade at all: it takes a process that forks."""
    return hasattr(os, "fork")


def grade(
    chapter: str, tasks: Sequence[Task], limits: Limits, jobs: int = 1
) -> Iterator[tuple[int, Verdict]]:
    """Judge the tasks of one chapter; yields (place in ``tasks``, verdict) as they are ready.

    A stage that dies is started once more for what is left; what is left then is stopped with the reason
    "crash". Every task gets exactly one verdict.
    """
    waiting = dict(enumerate(tasks))
    for _ in range(2):
        if waiting:
            for place, verdict in _once(chapter, waiting, limits, jobs):
                if place in waiting:
                    yield place, replace(verdict, learner=waiting.pop(place).learner)
    for place, task in waiting.items():
        yield place, _verdict(task, STOPPED, "crash")


def _verdict(task: Task, status: str, reason: str = "", **more: Any) -> Verdict:
    known = (task.learner, task.chapter, task.exercise, status, reason)
    return Verdict(*known, language=task.language, **more)


def _once(chapter: str, waiting: dict[int, Task], limits: Limits, jobs: int) -> Iterator[tuple[int, Verdict]]:
    """What one run of the stage gives."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as file:
        _write(file, chapter, waiting, limits, jobs)
        more = {"COURSE_HOME": home, "TMPDIR": home, "PYTHONPATH": str(Path(lang.__file__).parents[1])}
        told, tells = os.pipe()
        with subprocess.Popen(
            [sys.executable, "-m", "course_tools.grading.stage", str(tells), str(os.getpid())],
            stdin=file,
            stdout=subprocess.DEVNULL,
            pass_fds=[tells],
            env=environment | _SET | more,
            cwd=home,
        ) as process:
            os.close(tells)
            try:
                with os.fdopen(told, "rb") as lines:
                    for line in lines:
                        if not line.endswith(b"\n"):  # the stage was killed while it wrote
                            break
                        place, _, found = line.partition(b" ")
                        yield int(place), Verdict.from_json(found)
            finally:
                process.kill()


def _write(file: Any, chapter: str, waiting: dict[int, Task], limits: Limits, jobs: int) -> None:
    """As the stage reads it: how long the head is, the head, which says where each task lies, the tasks."""
    # Whose an answer is the stage is not told: its memory is an answer's, when that is forked.
    lines = {place: replace(task, learner="").to_json().encode() for place, task in waiting.items()}
    entries, at = [], 0
    for place, task in waiting.items():
        entries.append([place, task.exercise, at, len(lines[place])])
        at += len(lines[place])
    head = {"chapter": chapter, "limits": limits.to_json(), "jobs": jobs, "entries": entries}
    told = json.dumps(head).encode()
    file.write(b"%*d" % (_LENGTH, len(told)) + told + b"".join(lines.values()))
    file.flush()


# ---- inside


class Cell:
    """One code cell of the canonical notebook; of an exercise's cell the text stays in its file."""

    def __init__(self, key: str, text: str | None, exercise: str = "", answer: str = ""):
        self.key, self.text, self.exercise, self.answer = key, text, exercise, answer


def _source(chapter: str) -> Path:
    """Where the chapter's source lies in a checkout; an installed course has none."""
    return build.NOTEBOOKS / "source" / f"{chapter}.py"


def _read(chapter: str) -> Iterator[tuple[str, str, dict]]:
    """(key, text, fields) of the chapter's code cells, solved; where only the built notebook is, unsolved."""
    if not _STEM.fullmatch(chapter):
        return
    path = _source(chapter)
    if path.is_file():
        for cell in source.parse(source.read(path)[0], chapter)[0]:
            if not cell.is_prose:
                solved = build.solution(cell.text, True, source.REFERENCE)
                yield cell.key, solved if "exercise" in cell.fields else cell.text, cell.fields
        return
    path = notebooks_folder() / source.REFERENCE / f"{chapter}.ipynb"
    if path.is_file():
        for found in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if found["cell_type"] == "code":
                yield found["metadata"].get("key", ""), "".join(found["source"]), found["metadata"]


def cells(chapter: str) -> list[Cell]:
    """The code cells of a chapter but for the checks, in order; none where there is no such chapter."""
    asked = {fields["check"]: text for _, text, fields in _read(chapter) if "check" in fields}
    found = []
    for key, text, fields in _read(chapter):
        name = fields.get("exercise")
        if name:
            found.append(Cell(key, None, name, _checked(asked.get(name, ""), name)))
        elif "check" not in fields:
            found.append(Cell(key, text))
    return found


def _checked(text: str, name: str) -> str:
    """What a check cell passes to ``check``: the expression that gives the answer."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and len(node.args) == 2 and ast.unparse(node.func).endswith("check"):
            return ast.unparse(node.args[1])
    return name.rpartition(".")[2]


def _solved(chapter: str, key: str) -> str:
    return next(text for found, text, _ in _read(chapter) if found == key)


class _Nothing:
    """Takes the place of IPython's shell: whatever is asked of it does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments, **named: None


def _namespace() -> dict[str, Any]:
    """Where the notebook runs: a ``__main__`` of its own, as in a kernel."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    vars(main).update(display=lambda *shown, **named: None, get_ipython=_Nothing)
    return vars(main)


def run_cell(text: str, name: str, namespace: dict[str, Any]) -> None:
    """Run one of the course's own cells, what it prints unheard."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(text, name, "exec"), namespace)


def _warm() -> None:
    """Load what an answer may use: it will not be able to read the course's code later."""
    import torch

    import course_lib

    torch.set_num_threads(1)
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        with contextlib.suppress(ImportError):  # of an optional package
            __import__(module.name)
    for language in lang.LANGUAGES:
        lang.strings(language)


def define(text: str, answer: str, namespace: dict[str, Any]) -> object:
    """Run an answer's cell, and what ``answer`` then names.

    An error after the function was defined leaves the function, as it does in a notebook.
    """
    linecache.cache[CELL] = (len(text), None, text.splitlines(keepends=True), CELL)
    namespace.pop(re.split(r"\W", answer)[0], None)  # it must be the cell that defines it
    code = compile(text, CELL, "exec")
    try:
        exec(code, namespace)
    except BaseException:
        if isinstance(sys.exc_info()[1], SystemExit | KeyboardInterrupt | MemoryError):
            raise
        with contextlib.suppress(Exception):
            return eval(answer, namespace)
        raise
    return eval(answer, namespace)


def plain(text: str) -> str:
    """A cell's text as Python: IPython's own lines (%time, !ls, x?) become calls of its shell.

    What %%time and %%capture stand above is run as it is.
    """
    text = _ABOVE.sub("", text)
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        compile(text, CELL, "exec", ast.PyCF_ONLY_AST)
        return text
    from IPython.core.inputtransformer2 import TransformerManager

    with contextlib.suppress(Exception):  # it tokenizes what is no Python
        return TransformerManager().transform_cell(text)
    return text


def judge_task(task: Task, answer: str, namespace: dict[str, Any], box: Any, limits: Limits) -> Verdict:
    """The verdict on one task: in the judge's process, with the answer in another one."""
    from course_lib.exercises import EXERCISES
    from course_tools.grading import guard
    from course_tools.grading.sandbox import COURSE

    exercise = EXERCISES[task.exercise]

    def prepare() -> tuple[Callable[[], object], list[str]]:
        guard.withhold(exercise, namespace)
        guard.watch(str(COURSE))
        return lambda: define(plain(task.source), answer, namespace), guard.noted

    return judge_apart(task, exercise, box, limits, prepare)


def judge_apart(task: Task, exercise: Any, box: Any, limits: Limits, prepare: Callable) -> Verdict:
    """The verdict on what ``prepare`` gives in the answer's process (see ``remote.start``)."""
    from course_tools.grading import remote, sandbox

    lang.use(task.language if task.language in lang.LANGUAGES else source.REFERENCE)
    started = time.monotonic()
    answer = remote.start(box, limits, prepare)
    sandbox.limit_memory(max(limits.memory_mb, 1024))  # what comes from the answer must not fill the judge
    try:
        verdict = _judged(task, exercise, answer)
    except remote.Stopped as stopped:
        reason = "output" if answer.printed_too_much() else stopped.reason
        verdict = _verdict(task, STOPPED, reason)
    except MemoryError:
        verdict = _verdict(task, STOPPED, "memory")
    finally:
        answer.end()
    return replace(verdict, seconds=round(time.monotonic() - started, 3))


_UNREADABLE = ("SyntaxError", "IndentationError", "TabError")


def _reason(answer: Any) -> str:
    """Of what the answer tried the first; but that it asked for the solution says most."""
    return "solution" if "solution" in answer.noted else next(iter(answer.noted), "")


def _judged(task: Task, exercise: Any, answer: Any) -> Verdict:
    from course_lib.exercises.judging import judge

    found = answer.defined()
    if found["what"] == "error":
        reason = "syntax" if found["error"] in _UNREADABLE else _reason(answer) or "definition"
        lines = (lang.text("exercise.error", got=found["says"]),)
        return _verdict(task, FAILED, reason, broken="runs", lines=lines)
    given = {"nothing": None, "object": type(found["name"] or "object", (), {})()}
    result = judge(exercise, given.get(found["what"], answer), hidden=True)
    shown = result.example
    reason = _reason(answer) if result.status == FAILED else ""
    if reason == "solution":
        return _verdict(task, FAILED, reason)
    return _verdict(
        task,
        result.status,
        reason,
        mistake=result.mistake,
        broken=result.broken,
        lines=result.lines,
        claims=result.claims,
        example=(shown.inputs, shown.expected, shown.got) if shown else (),
    )


class Stage:
    """Forks a judge for each task, at most ``jobs`` at a time, and passes on what they say."""

    def __init__(self, out: int, head: dict[str, Any], start: int):
        self.out, self.start = out, start
        self.chapter, self.jobs = str(head["chapter"]), min(int(head["jobs"]), MOST_JOBS)
        self.limits = Limits.from_json(head["limits"])
        self.waiting: dict[str, list[list]] = {}
        for entry in head["entries"]:
            self.waiting.setdefault(entry[1], []).append(entry)
        self.running: dict[int, tuple[int, list, list[bytes], float]] = {}  # by the end of the judge's pipe

    def run(self) -> None:
        """The notebook from its first cell to its last exercise that is asked for."""
        if found := cells(self.chapter):
            self._run(found)
        for entries in self.waiting.values():
            for entry in entries:
                self._write(entry, _verdict(self._task(entry), STOPPED, "chapter"))

    def _run(self, found: list[Cell]) -> None:
        _warm()
        from course_lib.exercises import EXERCISES
        from course_tools.grading.sandbox import Box

        namespace, box = _namespace(), Box()
        run_cell(f'from course_lib import lang\n\nlang.use("{source.REFERENCE}")', "lang", namespace)
        for cell in found:
            if not self.waiting:
                break
            if cell.exercise in EXERCISES:
                for entry in self.waiting.pop(cell.exercise, []):
                    self._collect(self.jobs - 1)
                    self._fork(entry, cell, namespace, box)
                self._collect(0)
            text = cell.text or _solved(self.chapter, cell.key)
            # Unsolved, a later cell may fail that wants a solved one; what an answer needs stands above both.
            with contextlib.suppress(*([] if _source(self.chapter).is_file() else [Exception])):
                run_cell(text, cell.key, namespace)

    def _task(self, entry: list) -> Task:
        return Task.from_json(os.pread(0, entry[3], self.start + entry[2]))

    def _fork(self, entry: list, cell: Cell, namespace: dict[str, Any], box: Any) -> None:
        from course_tools.grading import sandbox

        told, tells = os.pipe()
        stage, pid = os.getpid(), os.fork()
        if pid == 0:
            try:
                sandbox.dies_with_parent(stage)
                self.running.clear()  # of the others nothing is left in the answer's memory
                verdict = judge_task(self._task(entry), cell.answer, namespace, box, self.limits)
                with os.fdopen(tells, "wb") as pipe:
                    pipe.write(verdict.to_json().encode())
                os._exit(0)
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(1)
        os.close(tells)
        until = time.monotonic() + 3 * self.limits.seconds + PATIENCE
        self.running[told] = (pid, entry, [], until)

    def _collect(self, most: int) -> None:
        """Wait until no more than ``most`` judges are at work."""
        while len(self.running) > max(0, most):
            ready, _, _ = select.select(list(self.running), [], [], 1.0)
            for pipe in list(self.running):
                pid, _, parts, until = self.running[pipe]
                if pipe in ready:
                    parts.append(os.read(pipe, 2**16))
                    if not parts[-1]:
                        self._ended(pipe)
                elif time.monotonic() > until:
                    os.kill(pid, signal.SIGKILL)
                    self._ended(pipe)

    def _ended(self, pipe: int) -> None:
        pid, entry, parts, _ = self.running.pop(pipe)
        os.close(pipe)
        os.waitpid(pid, 0)
        try:
            verdict = Verdict.from_json(b"".join(parts))
        except ValueError:  # the judge itself ended
            verdict = _verdict(self._task(entry), STOPPED, "crash")
        self._write(entry, verdict)

    def _write(self, entry: list, verdict: Verdict) -> None:
        left = memoryview(f"{entry[0]} {verdict.to_json()}\n".encode())
        while left:
            left = left[os.write(self.out, left) :]


def main(out: int, parent: int) -> NoReturn:
    """``python -m course_tools.grading.stage OUT PARENT``: the tasks come on stdin, a file."""
    from course_tools.grading import sandbox

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sandbox.dies_with_parent(parent)
    sandbox.undumpable()
    # No more than the head: what learners wrote is not for this process to hold.
    start = _LENGTH + int(os.pread(0, _LENGTH, 0))
    head = json.loads(os.pread(0, start - _LENGTH, _LENGTH))
    Stage(out, head, start).run()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
