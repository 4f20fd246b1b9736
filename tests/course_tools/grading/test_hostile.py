"""Every hostile answer ends as a row with a reason, scores nothing, and harms nobody beside it.

All of hostile.py is graded in one stage, each beside a right answer of another learner: as the user who runs
the tests and, where that is root, once more as a user without rights.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hostile import HOSTILE, RIGHT

from course_tools.grading import sandbox
from course_tools.grading.tasks import Limits, Task, Verdict

CHAPTER, EXERCISE = "02_forward", "forward.q_step"
LIMITS = Limits(seconds=1.5, memory_mb=400, output_mb=2)
RUN = """
import json, sys
from course_tools.grading import stage
from course_tools.grading.tasks import Limits, Task
said = json.load(sys.stdin)
tasks = [Task(**task) for task in said["tasks"]]
for place, verdict in stage.grade("02_forward", tasks, Limits(**said["limits"]), jobs=2):
    print(place, verdict.to_json(), flush=True)
"""
# What root has in addition is the right to read everything, since Python may lie in root's own folder.
PLAIN = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
PLAIN += ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
ROOT = sys.platform == "linux" and os.geteuid() == 0
# What meets the sandbox, and not only limits on time and memory: as the plain user it is another sandbox.
FOR_PLAIN = [
    name
    for name, one in HOSTILE.items()
    if name in ("loop", "memory")
    or (not {"time", "memory"} & set(one.reasons) and not name.startswith(("output", "huge", "long", "deep")))
]
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="grading needs fork"),
    pytest.mark.skipif(bool({"processes", "files"} & set(sandbox.missing())), reason="no sandbox here"),
]


class Graded:
    """The verdicts of one run, and the folder that the answers were after."""

    def __init__(self, place: Path, names: list[str], command: list[str], **more: str):
        self.place, self.names = place, names
        place.mkdir(mode=0o777)
        place.chmod(0o777)
        for file in (place / "other.ipynb", place / "grades.csv"):
            file.write_text("kept")
            file.chmod(0o666)
            os.utime(file, (1, 1))
        tasks = []
        for name in names:
            source = HOSTILE[name].source.replace("PLACE", str(place))
            tasks += [
                Task(name, CHAPTER, EXERCISE, "en", source),
                Task("right", CHAPTER, EXERCISE, "id", RIGHT),
            ]
        said = json.dumps({"tasks": [asdict(task) for task in tasks], "limits": asdict(LIMITS)})
        root = str(Path(sandbox.COURSE).parent)
        done = subprocess.run(
            [*command, sys.executable, "-c", RUN],
            input=said, text=True, capture_output=True, cwd="/", timeout=900,
            env={**os.environ, "PYTHONPATH": root, "SECRET": "4711", **more},
        )  # fmt: skip
        # Matplotlib says where it keeps its cache, where the plain user's home is not to its liking.
        self.errors = [line for line in done.stderr.splitlines() if "atplotlib" not in line]
        rows = [line.split(" ", 1) for line in done.stdout.splitlines()]
        self.rows = [(int(place), Verdict.from_json(row)) for place, row in rows]
        self.verdicts = {v.learner: v for _, v in self.rows if v.learner != "right"}
        self.right = [v for _, v in self.rows if v.learner == "right"]


@pytest.fixture(
    scope="module",
    params=[
        "self",
        pytest.param(
            "plain",
            marks=pytest.mark.skipif(
                not ROOT or not shutil.which("setpriv"), reason="needs root and setpriv"
            ),
        ),
    ],
)
def graded(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grading")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    plain = request.param == "plain"
    if not plain:
        return Graded(folder / "place", list(HOSTILE), [])
    home = folder / "home"
    home.mkdir()
    home.chmod(0o777)
    return Graded(folder / "place", FOR_PLAIN, PLAIN, HOME=str(home))


def test_every_answer_has_exactly_one_row(graded):
    assert graded.errors == []
    assert sorted(place for place, _ in graded.rows) == list(range(2 * len(graded.names)))
    assert list(graded.verdicts) != [] and set(graded.verdicts) == set(graded.names)


def test_each_ends_with_its_reason_and_without_a_point(graded):
    wrong = {}
    for name, verdict in graded.verdicts.items():
        want = HOSTILE[name]
        fits = verdict.status == want.status and (not want.reasons or verdict.reason in want.reasons)
        if not fits or verdict.score != want.passes:
            wrong[name] = verdict
    assert wrong == {}


def test_the_right_answers_beside_them_pass(graded):
    assert len(graded.right) == len(graded.names)
    told = {(v.status, v.reason, v.mistake, v.broken, v.lines, v.claims, v.example) for v in graded.right}
    assert len(told) == 1 and all(v.score == 1 for v in graded.right), told


def test_nothing_was_written_or_touched(graded):
    assert sorted(os.listdir(graded.place)) == ["grades.csv", "other.ipynb"]
    for name in ("grades.csv", "other.ipynb"):
        file = graded.place / name
        assert file.read_text() == "kept"
        assert file.stat().st_mode & 0o777 == 0o666 and file.stat().st_mtime == 1
    homes = (Path.home(), graded.place.with_name("home"), Path("/"))
    assert not any((home / "written").exists() for home in homes)


def test_nobody_is_told_what_is_the_instructor_s(graded):
    assert not any("4711" in verdict.to_json() for _, verdict in graded.rows)


def test_what_an_error_says_is_cut_and_whole(graded):
    for _, verdict in graded.rows:
        assert len(verdict.to_json()) < 10_000
        "".join(verdict.lines).encode("utf-8")  # no halves of characters
        hidden = {"\x1b", "\x07", "\u202e", "\u2066", "\u200b", "\u2028"}
        assert not hidden & set("".join(verdict.lines))
    where = graded.verdicts["says_where"].lines
    assert "<object object at 0x…>" in where[0]  # the same on every run


def test_no_process_is_left_behind(graded):
    if not Path("/proc").is_dir():
        pytest.skip("no list of processes")
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"course_tools.grading.stage" in command and str(os.getpid()).encode() in command:
            left.append(folder.name)
    assert left == []
