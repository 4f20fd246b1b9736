"""Takes the course's own solution away from an answer, in the answer's process, and notes who asks for it.

What the answer has no right to is gone, not hidden: the code of the reference, of the mistakes and of the
properties is replaced, so that the functions can be found and called, and only say that they were.
"""

from __future__ import annotations

import errno
import linecache
import os
import sys
import types
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

import course_lib
from course_lib import exercises
from course_lib.exercises import Exercise, running

SOLUTION, FILES, NETWORK, PROCESSES, OUTPUT = "solution", "files", "network", "processes", "output"
# What the answer tried, in order. It lies in the answer's reach, so it only ever explains a wrong answer.
noted: list[str] = []
_HIDDEN = "course_lib.exercises"


class SolutionUsed(Exception):  # noqa: N818  (nothing is wrong with the program)
    """The answer asked for the course's own solution."""


def note(what: str) -> None:
    """Remember once what the answer tried."""
    if what not in noted:
        noted.append(what)


def used(*arguments: object, **named: object) -> NoReturn:
    """What stands in the place of every function that an answer may not use."""
    note(SOLUTION)
    raise SolutionUsed


def _withheld(exercise: Exercise) -> Iterator[object]:
    yield from (exercise.reference, exercise.shown)
    room, _, known = exercise.name.rpartition(".")  # what the library calls by the exercise's own name
    yield getattr(sys.modules.get(f"course_lib.{room}"), known, None)
    for each in exercises.EXERCISES.values():  # with the others' mistakes and properties, for good measure
        yield each.given
        for one in (*each.mistakes, *each.properties):
            yield from (getattr(one, "answer", None), getattr(one, "test", None))
    for name, module in list(sys.modules.items()):
        if name.startswith("course_lib.exercises.chapter_"):
            yield from vars(module).values()


@cache
def _blocked(free: int) -> types.CodeType:
    """Code that only says that it was asked for. It names so many variables of an outer function."""
    names = [f"v{n}" for n in range(free)]
    lines = [
        f"def outer({', '.join(names)}):",
        "    def blocked(*arguments, **named):",
        f"        [{', '.join(names)}]",
        "        from course_tools.grading.guard import used",
        "        used()",
        "    return blocked",
    ]
    made: dict[str, Any] = {}
    exec("\n".join(lines), made)
    return made["outer"](*names).__code__


def _take_away(function: object) -> None:
    """Replace a function's code; what is no function of the course is left alone."""
    while hasattr(function, "__wrapped__"):
        getattr(function, "cache_clear", lambda: None)()
        function = function.__wrapped__
    if isinstance(function, types.MethodType):
        function = function.__func__
    if isinstance(function, types.FunctionType) and function.__module__.startswith("course_lib."):
        function.__code__ = _blocked(len(function.__code__.co_freevars))


class _Shown:
    """What ``check``, ``solution`` and ``overview`` give an answer: nothing to see."""

    def __repr__(self) -> str:
        return ""


def _inert(*arguments: object, **named: object) -> _Shown:
    return _Shown()


def _asked(*arguments: object, **named: object) -> _Shown:
    note(SOLUTION)
    return _Shown()


class _Exercises(types.ModuleType):
    """Stands where ``course_lib.exercises`` was: checking does nothing, and the rest is withheld."""

    check, overview, export, solution = (staticmethod(f) for f in (_inert, _inert, _inert, _asked))

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        used()


class _Finder:
    """Refuses to import again what was taken away."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == _HIDDEN or name.startswith(f"{_HIDDEN}."):
            used()


def withhold(exercise: Exercise, namespace: dict[str, Any]) -> None:
    """Take everything that solves ``exercise`` out of this process's reach."""
    for function in list(_withheld(exercise)):
        _take_away(function)
    shown = {id(getattr(exercises, name)): name for name in ("check", "solution", "overview", "export")}
    stand_in = _Exercises(_HIDDEN)
    stand_in.__path__ = []  # a package, so that what lies in it is asked for, and refused
    for name, value in list(namespace.items()):
        if id(value) in shown:
            namespace[name] = getattr(stand_in, shown[id(value)])
        elif value is exercises:
            namespace[name] = stand_in
    exercises.EXERCISES.clear()
    for name in list(sys.modules):
        if name.startswith(_HIDDEN):
            del sys.modules[name]
    sys.modules[_HIDDEN] = stand_in
    course_lib.exercises = stand_in
    sys.meta_path.insert(0, _Finder)
    linecache.clearcache()


_EVENTS = {
    "socket": NETWORK, "os.fork": PROCESSES, "os.forkpty": PROCESSES, "os.exec": PROCESSES,
    "os.posix_spawn": PROCESSES, "os.system": PROCESSES, "subprocess.Popen": PROCESSES, "os.kill": PROCESSES,
    "os.killpg": PROCESSES, "_thread.start_new_thread": PROCESSES, "signal.pthread_kill": PROCESSES,
    "os.remove": FILES, "os.rename": FILES, "os.mkdir": FILES, "os.rmdir": FILES, "os.link": FILES,
    "os.symlink": FILES, "os.truncate": FILES, "os.chmod": FILES, "os.chown": FILES, "os.utime": FILES,
}  # fmt: skip
_WRITES = 0o3 | 0o100 | 0o1000  # any but reading


def _describing() -> bool:
    """Whether it is an error's own description that looks for the lines of code."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code is not running._describe.__code__:
        frame = frame.f_back
    return frame is not None


def watch(course: str) -> None:
    """From now on note what the answer tries that it may not; reading the course's own code is refused.

    Only to explain: an answer can do the same things without Python's noticing, and meets the sandbox then.
    """

    def hook(event: str, arguments: tuple) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, bytes):
                path = path.decode(errors="replace")
            if isinstance(flags, int) and flags & _WRITES:
                note(FILES)
            elif isinstance(path, str) and path.startswith(course) and path.endswith((".py", ".pyc")):
                if not _describing():
                    note(SOLUTION)
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        elif event.partition(".")[0] == "socket":
            note(NETWORK)
        elif event in _EVENTS:
            note(_EVENTS[event])

    sys.addaudithook(hook)
