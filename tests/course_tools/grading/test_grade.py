"""`course grade` from the folder to the report: resumed, repeated, interrupted, refused in one sentence."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from handed_in import (
    BETA_FOR_ROOT,
    CHAPTER,
    OVER_255,
    Q_STEP,
    TO_UNIT,
    cell,
    counting,
    lay,
    notebook,
    stand_in,
)

from course_lib import lang
from course_lib.exercises import names
from course_tools import cli
from course_tools.grading import grade, stage, submissions
from course_tools.grading.journal import JOURNAL, Journal
from course_tools.grading.tasks import Limits, Task, Verdict

FILES = {"grades.csv", "index.html", "junit.xml", "verdicts.csv"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six learners: right, wrong, both, hostile, unreadable, and one with two chapters."""
    place = tmp_path / "in"
    lay(place / "sari_02_forward.ipynb", notebook("id", q_step=Q_STEP, to_unit=TO_UNIT))
    lay(place / "<script>_02_forward.ipynb", notebook("ko", q_step=BETA_FOR_ROOT))
    lay(place / "=cmd_02_forward.ipynb", notebook(q_step="# hangs\n" + Q_STEP))
    lay(place / "김 지수" / "02_forward.ipynb", notebook("ko", q_step=Q_STEP, to_unit=OVER_255))
    lay(place / "김 지수" / "01_intuition.ipynb", notebook("ko", "01_intuition"))
    lay(place / "class" / "budi" / "x.ipynb", b"{")
    return place


def run(folder: Path, out: Path, judge: Callable = stand_in, **more) -> int:
    return grade.run(folder, out, judge=judge, **more)


def read(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir() if not path.name.startswith(".")}


def rows(out: Path, name: str = "grades.csv") -> dict[str, dict[str, str]]:
    text = (out / name).read_bytes().decode("utf-8-sig")
    return {row["learner"]: row for row in csv.DictReader(io.StringIO(text))}


def test_every_submission_is_a_row_and_the_others_go_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(folder, out) == 0
    assert set(read(out)) == FILES
    found = rows(out)
    assert {name: row["passed"] for name, row in found.items()} == {
        "sari": "2", "<script>": "0", "'=cmd": "0", "김 지수": "1", "class/budi": "0",
    }  # fmt: skip
    assert (found["class/budi"]["total"], found["class/budi"]["not_graded"]) == ("0", "json")
    assert int(found["김 지수"]["total"]) > int(found["sari"]["total"]) == len(names(2))
    said = capsys.readouterr().out
    assert lang.text("grade.refused", count=1) in said and str(out / "index.html") in said


def test_the_result_is_the_same_on_every_run_and_with_any_number_of_jobs(
    folder: Path, tmp_path: Path
) -> None:
    for name, jobs in (("one", 1), ("again", 1), ("two", 2), ("many", 16)):
        assert run(folder, tmp_path / name, jobs=jobs) == 0
    first = read(tmp_path / "one")
    assert all(read(tmp_path / name) == first for name in ("again", "two", "many"))
    assert run(folder, tmp_path / "one") == 0 and read(tmp_path / "one") == first
    assert run(folder, tmp_path / "one", again=True) == 0 and read(tmp_path / "one") == first


def test_equal_answers_are_judged_once_and_none_twice(folder: Path, tmp_path: Path) -> None:
    lay(folder / "copy_02_forward.ipynb", (folder / "sari_02_forward.ipynb").read_bytes())
    calls: list[str] = []
    run(folder, tmp_path / "out", counting(calls))
    read_in, _ = submissions.collect(folder)
    tasks = grade.plan(read_in)[0]
    unique = {(task.exercise, task.language, task.source) for task in tasks}
    assert len(calls) == len(unique) < len(tasks)
    assert rows(tmp_path / "out")["copy"]["passed"] == "2"
    run(folder, tmp_path / "out", counting(calls))
    assert len(calls) == len(unique)  # the second run had nothing left to judge
    run(folder, tmp_path / "out", counting(calls), again=True)
    assert len(calls) == 2 * len(unique)
    run(folder, tmp_path / "out", counting(calls), limits=Limits(seconds=1.0))
    assert len(calls) == 3 * len(unique)  # under other limits a verdict may be another


def test_an_edited_answer_alone_is_judged_again(folder: Path, tmp_path: Path) -> None:
    calls: list[str] = []
    run(folder, tmp_path / "out", counting(calls))
    calls.clear()
    lay(folder / "sari_02_forward.ipynb", notebook("id", q_step=BETA_FOR_ROOT, to_unit=TO_UNIT))
    run(folder, tmp_path / "out", counting(calls))
    assert calls == ["forward.q_step"]
    assert rows(tmp_path / "out")["sari"]["passed"] == "1"


def test_ctrl_c_writes_what_is_done_and_the_same_command_goes_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, calls = tmp_path / "out", list[str]()
    assert run(folder, out, counting(calls, stop_after=4), jobs=1) == 130
    tasks = grade.plan(submissions.collect(folder)[0])[0]
    said = capsys.readouterr().err
    assert len(calls) == 4 and set(read(out)) == FILES
    assert str(out) in said and f"of {len(tasks)}" in said and "same command" in said
    assert "not finished" in (out / "index.html").read_text(encoding="utf-8")
    assert run(folder, out, counting(calls)) == 0
    unique = {(task.exercise, task.language, task.source) for task in tasks}
    assert len(calls) == len(unique)  # nothing was judged twice
    assert run(folder, tmp_path / "whole") == 0
    assert read(out) == read(tmp_path / "whole")


def test_a_journal_whose_last_line_was_cut_goes_on(folder: Path, tmp_path: Path) -> None:
    out, calls = tmp_path / "out", list[str]()
    run(folder, out, counting(calls))
    journal, before = out / JOURNAL, len(calls)
    content = journal.read_bytes()
    lines = content.splitlines(keepends=True)
    cut = b"".join(lines[:3]) + b'{"no": 1}\n[]\n"x"\n' + lines[3][:30]
    journal.write_bytes(cut + b"\n" + lines[-1][:-1])  # the last one, "written", without its end
    calls.clear()
    assert run(folder, out, counting(calls)) == 0
    assert len(calls) == before - 3
    calls.clear()
    assert run(folder, out, counting(calls)) == 0 and calls == []


def test_a_broken_off_verdict_is_tried_again_the_next_time(folder: Path, tmp_path: Path) -> None:
    def breaks(chapter: str, tasks: list[Task], limits: Limits, jobs: int):
        yield from list(stand_in(chapter, tasks, limits, jobs))[:1]

    assert run(folder, tmp_path / "out", breaks) == 0
    assert "crash" in (tmp_path / "out" / "verdicts.csv").read_text(encoding="utf-8-sig")
    assert run(folder, tmp_path / "out") == 0
    assert run(folder, tmp_path / "other") == 0
    assert read(tmp_path / "out") == read(tmp_path / "other")


def test_a_verdict_counts_for_the_answers_own_learner_only(folder: Path, tmp_path: Path) -> None:
    def mixes_up(chapter: str, tasks: list[Task], limits: Limits, jobs: int):
        for number, verdict in stand_in(chapter, tasks, limits, jobs):
            yield number, Verdict("somebody", "x", "y", verdict.status, language="xx")
            yield number, Verdict("sari", CHAPTER, "forward.q_step", "passed")
            yield 10**9, verdict

    run(folder, tmp_path / "out", mixes_up)
    run(folder, tmp_path / "plain")
    assert rows(tmp_path / "out") == rows(tmp_path / "plain")


def test_a_note_says_where_an_answer_was_found(folder: Path, tmp_path: Path) -> None:
    content = notebook("ko")
    content["cells"].remove(cell(content, "q_step"))
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": Q_STEP})
    lay(folder / "nina_02_forward.ipynb", content)
    run(folder, tmp_path / "out")
    assert rows(tmp_path / "out")["nina"]["passed"] == "1"
    assert lang.text("grade.note_found", "ko") in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_chapters_share_the_jobs_and_an_error_in_one_is_said() -> None:
    shares: dict[str, int] = {}

    def judge(chapter: str, tasks: list[Task], limits: Limits, jobs: int):
        shares[chapter] = jobs
        if chapter == "bad":
            raise OSError(errno.ENOMEM, "no memory")
        return stand_in(chapter, tasks, limits, jobs)

    many = [Task("a", "big", "x", "en", str(n)) for n in range(90)]
    few = [Task("a", "small", "x", "en", str(n)) for n in range(10)]
    assert len(list(grade.work([*few, *many], Limits(), 4, judge))) == 100
    assert shares == {"big": 4, "small": 1}
    with pytest.raises(OSError, match="no memory"):
        list(grade.work([*many, Task("a", "bad", "x", "en", "")], Limits(), 4, judge))


# ---- the command's own bad input


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_a_wrong_call_gets_one_sentence(
    folder: Path,
    tmp_path: Path,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(stage, "grade", None)
    monkeypatch.setenv("COURSE_LANG", language)
    empty, gone, out = tmp_path / "empty", tmp_path / "gone", tmp_path / "out"
    empty.mkdir()
    full = lay(tmp_path / "full" / "mine.txt", b"precious").parent
    whole = {"low": 1, "high": 1024, "option": "--jobs"}
    calls: list[tuple[list[object], int, str, dict]] = [
        ([], 2, "cli.grade_needs", {}),
        ([folder], 2, "cli.grade_needs", {}),
        (["", "--out", out], 2, "cli.grade_needs", {}),
        ([folder, "--out"], 2, "cli.needs_value", {"option": "--out", "command": "grade"}),
        ([folder, "--out", ""], 2, "cli.needs_value", {"option": "--out", "command": "grade"}),
        ([folder, "--out", out, "--jobs", "0"], 2, "cli.whole", {**whole, "got": "'0'"}),
        ([folder, "--out", out, "--jobs", "two"], 2, "cli.whole", {**whole, "got": "'two'"}),
        ([folder, "--out", out, "x"], 2, "cli.unknown_option", {"command": "grade", "got": "'x'"}),
        ([gone, "--out", out], 1, "grade.no_folder", {"path": gone}),
        ([full / "mine.txt", "--out", out], 1, "grade.no_folder", {"path": full / "mine.txt"}),
        ([empty, "--out", out], 1, "grade.no_notebooks", {"path": empty}),
        ([folder, "--out", folder], 1, "grade.inside", {"path": folder, "out": folder}),
        ([folder, "--out", folder / "r"], 1, "grade.inside", {"path": folder, "out": folder / "r"}),
        ([folder, "--out", tmp_path], 1, "grade.inside", {"path": folder, "out": tmp_path}),
        ([folder, "--out", full], 1, "grade.taken", {"path": full}),
        ([folder, "--out", full / "mine.txt"], 1, "grade.taken", {"path": full / "mine.txt"}),
    ]
    for argv, status, key, values in calls:
        assert cli.main(["grade", *map(str, argv)]) == status, argv
        lines = capsys.readouterr().err.splitlines()
        assert lines == [lang.text(key, language, **values)]
    assert (full / "mine.txt").read_bytes() == b"precious"
    assert not out.exists() and not gone.exists() and list(empty.iterdir()) == []


def test_help_says_it_in_three_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    said = capsys.readouterr().out
    for code in lang.LANGUAGES:
        assert len(lang.text("cli.grade_how", code).splitlines()) == 3
    assert lang.text("cli.grade_how") in said
    usage, *listed = said.split("\n\n")
    assert " SUBMISSIONS --out REPORT " in usage  # neither may be left out
    options = re.findall(r"^  (?:-h, )?(--[a-z]+)", "\n".join(listed), re.M)
    assert re.findall(r"--[a-z]+|-h", usage) == ["-h" if o == "--help" else o for o in options]


def test_the_command_hands_over_what_it_was_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, Limits]] = []

    def judge(chapter: str, tasks: list[Task], limits: Limits, jobs: int = 1):
        seen.append((jobs, limits))
        return stand_in(chapter, tasks, limits, jobs)

    monkeypatch.setattr(stage, "grade", judge)
    line = ["grade", str(folder), "--out", str(tmp_path / "out"), "--jobs", "1", "--seconds", "3"]
    assert cli.main([*line, "--memory", "512"]) == 0
    assert set(seen) == {(1, Limits(seconds=3, memory_mb=512))}


def test_a_report_that_was_edited_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(folder, out)
    (out / "notes.txt").write_text("mine")  # what lies beside a report stays
    run(folder, out)
    (out / "grades.csv").write_text("with remarks")
    for again in (False, True):
        with pytest.raises(ValueError, match=str(out / "grades.csv")):
            run(folder, out, again=again)
    assert (out / "grades.csv").read_text() == "with remarks"
    (out / "grades.csv").unlink()
    assert run(folder, out, again=True) == 0 and set(read(out)) == FILES | {"notes.txt"}


def test_two_runs_do_not_share_a_report(folder: Path, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "out")
    with pytest.raises(ValueError, match="Another `course grade`"):
        run(folder, tmp_path / "out")
    journal.close()
    assert run(folder, tmp_path / "out") == 0


def test_a_link_in_the_place_of_the_journal_is_not_followed(folder: Path, tmp_path: Path) -> None:
    target = lay(tmp_path / "precious", b"precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / JOURNAL).symlink_to(target)
    with pytest.raises(ValueError, match="cannot be read"):
        run(folder, tmp_path / "out")
    assert target.read_bytes() == b"precious"


def test_a_full_disk_is_said_in_one_sentence_and_nothing_is_lost(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, calls, keep = tmp_path / "out", list[str](), Journal.keep

    def full(self: Journal, name: str, verdict: Verdict) -> None:
        if len(self.verdicts) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        keep(self, name, verdict)

    monkeypatch.setattr(stage, "grade", counting(calls))
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "keep", full)
        assert cli.main(["grade", str(folder), "--out", str(out)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert os.strerror(errno.ENOSPC) in line
    assert cli.main(["grade", str(folder), "--out", str(out)]) == 0
    assert set(read(out)) == FILES
    kept = [json.loads(line) for line in (out / JOURNAL).read_bytes().splitlines()]
    assert len({entry["id"] for entry in kept if "id" in entry}) == sum("id" in entry for entry in kept)


def test_windows_is_told_where_to_run_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "fork")
    with pytest.raises(ValueError, match="WSL"):
        run(folder, tmp_path / "out")


# ---- with the real stage


def test_the_real_thing_twice_over_gives_the_same_report(folder: Path, tmp_path: Path) -> None:
    shutil.rmtree(folder / "김 지수")
    lay(folder / "=cmd_02_forward.ipynb", notebook(q_step="import os\nos._exit(0)\n" + Q_STEP))
    lay(folder / "end_02_forward.ipynb", notebook("ko", to_unit="def to_unit(images):\n    while True: 0\n"))
    out = [tmp_path / "one", tmp_path / "two"]
    for place, jobs in zip(out, ("1", "2"), strict=True):
        line = ["grade", str(folder), "--out", str(place), "--jobs", jobs, "--seconds", "2"]
        assert cli.main(line) == 0
    for name in ("grades.csv", "index.html"):
        assert (out[0] / name).read_bytes() == (out[1] / name).read_bytes()
    assert {name: row["passed"] for name, row in rows(out[0]).items()} == {
        "sari": "2", "<script>": "0", "'=cmd": "0", "end": "0", "class/budi": "0",
    }  # fmt: skip
    page = (out[0] / "index.html").read_text(encoding="utf-8")
    assert lang.text("hint.forward.q_step.beta_for_root", "ko").split("`")[0] in page
    assert lang.text("grade.reason_time", "ko") in page
    assert lang.text("grade.reason_exit", "en").partition("`")[0] in page


def test_a_real_ctrl_c_ends_within_seconds_and_leaves_no_process(folder: Path, tmp_path: Path) -> None:
    for n in range(20):
        slow = f"def to_unit(images):\n    while True: {n}\n"
        lay(folder / f"slow{n}_02_forward.ipynb", notebook(to_unit=slow))
    out = tmp_path / "out"
    line = [sys.executable, "-m", "course_tools.cli", "grade", str(folder), "--out", str(out)]
    root = Path(grade.__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    process = subprocess.Popen(
        line, env=environment, stderr=subprocess.PIPE, start_new_session=True, text=True
    )
    journal, end = out / JOURNAL, time.monotonic() + 120
    while time.monotonic() < end and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.2)
    os.killpg(process.pid, 2)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "Stopped." in said and "Traceback" not in said
    assert set(read(out)) == FILES
    time.sleep(1)
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert f"grading.stage {process.pid}" not in left and f" {process.pid}\n" not in left
