"""`course grade`: from a folder of notebooks to a report, gone on with where an earlier run was stopped."""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import ceil
from pathlib import Path
from queue import SimpleQueue

from tqdm import tqdm

from course_lib import lang
from course_tools.grading import stage, submissions
from course_tools.grading.journal import Journal, identity
from course_tools.grading.submissions import Refusal, Submission
from course_tools.grading.tasks import FAILED, MISSING, REFUSED, STOPPED, Judge, Limits, Task, Verdict

HANDS = 2.0  # seconds that a stopped run waits for its stages to end


def _places(folder: Path, out: Path) -> None:
    """ValueError where the submissions cannot be read, or lie in the report's way."""
    if not folder.is_dir():
        raise ValueError(lang.text("grade.no_folder", path=folder))
    one, other = folder.resolve(), out.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise ValueError(lang.text("grade.inside", path=folder, out=out))


def cores() -> int:
    """How many of the machine's cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def plan(read: Iterable[Submission]) -> tuple[list[Task], list[Verdict], dict[tuple[str, str], str]]:
    """The answers to judge, the verdicts that are clear without, and the notes on (learner, exercise)."""
    tasks, clear, notes = [], [], {}
    for one in read:
        for answer in one.answers:
            about = (one.learner, one.chapter, answer.exercise)
            if answer.reason:
                status = MISSING if answer.reason == "missing" else FAILED
                clear.append(Verdict(*about, status, answer.reason, language=one.language))
                continue
            tasks.append(Task(*about, one.language, answer.source))
            if answer.note:
                notes[one.learner, answer.exercise] = answer.note
    return tasks, clear, notes


def _refused(refusals: Sequence[Refusal], read: Sequence[Submission]) -> Iterator[Verdict]:
    """A row for each notebook that is not graded, in its learner's language where that is known."""
    spoken = {one.learner: one.language for one in reversed(read)}
    for one in refusals:
        language = one.language or spoken.get(one.learner) or lang.current()
        says = lang.text(f"grade.file_{one.reason}", language, path=one.path.replace("`", "'"))
        yield Verdict(one.learner, one.chapter, "", REFUSED, one.reason, lines=(says,), language=language)


def work(
    tasks: Sequence[Task], limits: Limits, jobs: int, judge: Judge, abreast: int | None = None
) -> Iterator[tuple[Task, Verdict]]:
    """Judge the tasks chapter by chapter, in no order; each gets exactly one verdict.

    Up to ``abreast`` chapters (default: ``jobs``) at once, and the jobs are shared out by their sizes.
    """
    groups: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        groups[task.chapter].append(task)
    waiting = sorted(groups.items(), key=lambda item: -len(item[1]))
    hands = min(abreast or jobs, len(waiting))
    done: SimpleQueue[tuple[Task, Verdict] | BaseException | None] = SimpleQueue()
    stop = threading.Event()

    def one(chapter: str, group: list[Task]) -> None:
        share = min(len(group), max(1, ceil(jobs * len(group) / len(tasks))))
        left = dict(enumerate(group))
        verdicts = judge(chapter, group, limits, share)
        for number, verdict in verdicts:
            if stop.is_set():
                getattr(verdicts, "close", lambda: None)()
                return
            if task := left.pop(number, None):
                done.put((task, _of(task, verdict)))
        for task in left.values():
            done.put((task, _of(task, Verdict("", "", "", STOPPED, "crash"))))

    def several() -> None:
        try:
            while not stop.is_set():
                try:
                    chapter, group = waiting.pop(0)
                except IndexError:
                    break
                one(chapter, group)
            done.put(None)
        except BaseException as problem:  # the main thread raises it
            done.put(problem)

    threads = [threading.Thread(target=several, daemon=True) for _ in range(hands)]
    try:
        for thread in threads:
            thread.start()
        while hands:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                hands -= 1
            else:
                yield result
    finally:
        stop.set()
        for thread in threads:
            thread.join(HANDS / len(threads))


def _of(task: Task, verdict: Verdict) -> Verdict:
    """A verdict as that of ``task``, whoever's equal answer was judged."""
    about = {name: getattr(task, name) for name in ("learner", "chapter", "exercise", "language")}
    return replace(verdict, **about)


def run(
    folder: Path,
    out: Path,
    jobs: int | None = None,
    limits: Limits | None = None,
    scheduler: str | None = None,
    again: bool = False,
    judge: Judge | None = None,
) -> int:
    """Grade every notebook below ``folder`` and write the report into ``out``; returns the exit status.

    ValueError, in one sentence, for folders that cannot be used and machines that cannot grade.
    """
    limits, jobs, abreast = limits or Limits(), jobs or cores(), None
    if not stage.supported():
        raise ValueError(lang.text("grade.no_fork"))
    _places(folder, out)
    read, refusals = submissions.collect(folder)
    if not read and not refusals:
        raise ValueError(lang.text("grade.no_notebooks", path=folder))
    tasks, clear, notes = plan(read)
    clear += _refused(refusals, read)
    with ExitStack() as held:
        journal = Journal(out, again)
        held.callback(journal.close)
        if judge is None and scheduler is not None:
            from course_tools.grading import spread

            judge = held.enter_context(spread.connected(scheduler))
            abreast = len(submissions.chapters())
        elif judge is None:
            from course_tools.grading import sandbox

            judge = stage.grade
            if off := ", ".join(lang.text(f"grade.off_{name}") for name in sandbox.missing()):
                print(lang.text("grade.unguarded", what=off), file=sys.stderr, flush=True)
        names = {task: identity(task, limits) for task in tasks}
        stopped = not _judge_the_rest(journal, names, limits, jobs, judge, abreast)
        passed, total, done = _write(journal, tasks, clear, names, notes, limits)
    if stopped:
        print(lang.text("grade.stopped", done=done, total=len(tasks), path=out), file=sys.stderr)
        return 130
    if refusals:
        print(lang.text("grade.refused", count=len(refusals)))
    learners = len({one.learner for one in read} | {one.learner for one in refusals})
    path = out / "index.html"
    print(lang.text("grade.done", passed=passed, total=total, learners=learners, path=path))
    return 0


def _judge_the_rest(
    journal: Journal, names: dict[Task, str], limits: Limits, jobs: int, judge: Judge, abreast: int | None
) -> bool:
    """Judge what the journal does not know yet, equal answers once; False where Ctrl-C ended it."""
    known = sum(name in journal.verdicts for name in names.values())
    if known:
        print(lang.text("grade.earlier", count=known, total=len(names)), flush=True)
    new = {name: task for task, name in reversed(names.items()) if name not in journal.verdicts}
    try:
        with tqdm(total=len(new), desc=lang.text("grade.bar"), disable=None, leave=False) as bar:
            for task, verdict in work(list(new.values())[::-1], limits, jobs, judge, abreast):
                journal.keep(names[task], verdict)
                bar.update()
    except KeyboardInterrupt:
        return False
    return True


def _write(
    journal: Journal,
    tasks: Sequence[Task],
    clear: Sequence[Verdict],
    names: dict[Task, str],
    notes: dict[tuple[str, str], str],
    limits: Limits,
) -> tuple[int, int, int]:
    """Write the report; returns how many answers passed, of how many, and how many were judged."""
    from course_tools.grading import report  # it loads torch: after what can be refused at once

    verdicts, waiting = list(clear), []
    for task in tasks:
        if (found := journal.verdicts.get(names[task])) is None:
            waiting.append(task)
            continue
        note = notes.get((task.learner, task.exercise))
        lines = (*found.lines, lang.text(f"grade.note_{note}", task.language)) if note else found.lines
        verdicts.append(replace(_of(task, found), lines=lines))
    journal.write(report.files(verdicts, waiting, limits))
    return *report.Sheet(verdicts, waiting).score, len(tasks) - len(waiting)
