"""How fast 200 one-chapter submissions are graded; run it as a script: it prints its figures.

The mixture is a class's: solved, half done, untouched, every named mistake of some exercises, and hostile
ones (endless loops, memory, output, exits, files). No two learners' answers are the same text, so that
nothing is saved by judging equal answers once.
"""

from __future__ import annotations

import csv
import io
import json
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "course_tools" / "grading"))

from handed_in import CHAPTER, Q_STEP, TO_UNIT, cell, lay, notebook

from course_lib import lang
from course_tools import build, source
from course_tools.grading import grade, submissions

LEARNERS = 200
TARGET = 15 * 60  # seconds, on two cores
WRONG = {
    "q_step": [
        Q_STEP.replace("beta.sqrt() *", "beta *"),
        Q_STEP.replace("(1 - beta).sqrt() * x_prev", "x_prev"),
        Q_STEP.replace("(1 - beta).sqrt()", "(1 - beta)"),
        Q_STEP.replace(".view(-1, 1, 1, 1)", ""),
    ],
    "to_unit": [TO_UNIT.replace("127.5", by) for by in ("128", "255", "127")],
    "alpha_bar": [
        "def alpha_bar(beta):\n    return (1 - beta).cumsum(0)\n",
        "def alpha_bar(beta):\n    return 1 - beta\n",
        "def alpha_bar(beta):\n    return 1 - beta.cumsum(0)\n",
    ],
}
HOSTILE = {
    "q_step": ["def q_step(*a):\n    while True: pass\n", "import sys\nsys.exit(0)\n" + Q_STEP],
    "to_unit": [
        "def to_unit(images):\n    return bytearray(20 << 30)\n",
        "def to_unit(images):\n    while True: print('x' * 10**6, flush=True)\n",
        "import os\ndef to_unit(images):\n    while True: os.fork()\n",
        "def to_unit(images):\n    open('outside', 'w')\n",
        "import os\ndef to_unit(images):\n    os._exit(1)\n",
    ],
}  # fmt: skip


def solved(language: str) -> dict[str, str]:
    """The chapter's solved cells by the exercise's short name."""
    path = build.NOTEBOOKS / "source" / f"{CHAPTER}.py"
    found = {}
    for one in source.parse(source.read(path)[0], CHAPTER)[0]:
        if "exercise" in one.fields:
            text = build.solution(one.text, True, language)
            found[one.fields["exercise"].rpartition(".")[2]] = text
    return found


def hand_in(folder: Path) -> Counter[str]:
    """Lay the submissions; returns how many of each kind."""
    draw = random.Random(0)
    kinds: Counter[str] = Counter()
    for number in range(LEARNERS):
        language = lang.LANGUAGES[number % 3]
        kind = ("solved", "solved", "mistakes", "mistakes", "half", "untouched", "hostile")[number % 7]
        right = solved(language)
        answers = dict(right) if kind in ("solved", "mistakes", "hostile") else {}
        if kind == "half":
            answers = {name: right[name] for name in draw.sample(sorted(right), len(right) // 2)}
        wrong = {"mistakes": WRONG, "hostile": HOSTILE}.get(kind, {})
        for name, choices in wrong.items():
            if kind == "mistakes" or draw.random() < 0.5:
                answers[name] = draw.choice(choices)
        content = notebook(language, **answers)
        for name in answers:
            cell(content, name)["source"].append(f"\n# {number}")
        lay(folder / f"learner {number:03}" / f"{CHAPTER}.ipynb", content)
        kinds[kind] += 1
    return kinds


def main() -> None:
    """Print seconds, seconds for each answer and what came out, beside the target."""
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name, "in"), Path(name, "out")
        kinds = hand_in(folder)
        tasks = grade.plan(submissions.collect(folder)[0])[0]
        different = len({json.dumps([t.exercise, t.language, t.source]) for t in tasks})
        jobs = int(sys.argv[1]) if len(sys.argv) > 1 else grade.cores()
        start = time.monotonic()
        grade.run(folder, out, jobs)
        seconds = time.monotonic() - start
        table = (out / "verdicts.csv").read_text(encoding="utf-8-sig")
    rows = [(row["status"], row["reason"], row["mistake"]) for row in csv.DictReader(io.StringIO(table))]
    found = Counter(f"{status} {reason or (mistake and 'named')}".strip() for status, reason, mistake in rows)
    print(f"machine: {platform.machine()}, {jobs} jobs on {grade.cores()} cores, {platform.python_version()}")
    print(f"{LEARNERS} submissions: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    print(f"{len(tasks)} answers, {different} different; came out: {dict(sorted(found.items()))}")
    print(f"{seconds:.0f} s (target {TARGET} on two cores), {seconds / different:.2f} s for each one judged")


if __name__ == "__main__":
    main()
