"""The same rows through Dask: a real scheduler with two worker processes, and each way it can be missing."""

from __future__ import annotations

import builtins
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from handed_in import BETA_FOR_ROOT, OVER_255, Q_STEP, TO_UNIT, lay, notebook

import course_lib
from course_lib import lang
from course_tools import cli
from course_tools.grading import grade, journal, spread
from course_tools.grading.tasks import Limits, Task


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    lay(place / "sari_02_forward.ipynb", notebook("id", q_step=Q_STEP, to_unit=TO_UNIT))
    lay(place / "budi_02_forward.ipynb", notebook("ko", q_step=BETA_FOR_ROOT, to_unit=OVER_255))
    lay(place / "nina_02_forward.ipynb", notebook("en", q_step="import os\nos._exit(0)"))
    lay(place / "bad.ipynb", b"{")
    return place


@pytest.fixture(scope="module")
def cluster() -> Iterator:
    """A scheduler and two workers, each in a process of its own, without a dashboard."""
    distributed = pytest.importorskip("distributed", reason="dask belongs to the test dependencies")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        made.wait_for_workers(2)
        yield made


def test_the_rows_are_those_of_this_machine(folder: Path, tmp_path: Path, cluster, monkeypatch) -> None:
    monkeypatch.setattr(spread, "CHUNK", 8)  # several chunks, so that both workers judge
    line = ["grade", str(folder), "--out"]
    assert cli.main([*line, str(tmp_path / "here")]) == 0
    assert cli.main([*line, str(tmp_path / "there"), "--scheduler", cluster.scheduler_address]) == 0
    for name in ("grades.csv", "index.html"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_a_chunk_that_fails_becomes_rows_of_its_own(cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [Task("a", "02_forward", "x", "en", str(n)) for n in range(2)]
    monkeypatch.setattr(Task, "to_json", lambda self: "no task")
    with spread.connected(cluster.scheduler_address) as judge:
        found = list(grade.work(tasks, Limits(), 1, judge))
    assert [(task, verdict.status, verdict.reason) for task, verdict in found] == [
        (task, "stopped", "crash") for task in tasks
    ]


def test_workers_of_another_edition_are_refused(
    cluster, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(journal.edition.cache_clear)
    monkeypatch.setattr(course_lib, "__version__", "77")  # here; the workers are processes of their own
    journal.edition.cache_clear()
    with pytest.raises(ValueError, match="another edition"), spread.connected(cluster.scheduler_address):
        pass


def test_a_scheduler_without_workers_is_said() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as alone,
        pytest.raises(ValueError, match="no workers"),
        spread.connected(alone.scheduler_address),
    ):
        pass


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:{port}", "127.0.0.1:{port}", "nonsense://x", "", "tcp://"]
)
def test_an_address_where_nobody_answers_is_said_in_one_sentence(
    folder: Path,
    tmp_path: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(spread, "PATIENCE", 1.0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = address.format(port=probe.getsockname()[1])
    assert cli.main(["grade", str(folder), "--out", str(tmp_path / "out"), "--scheduler", address]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("No Dask scheduler answers at")


def test_without_dask_one_sentence_says_how_to_get_it(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = builtins.__import__

    def lacking(name: str, of: dict | None = None, *rest):
        # For our own import only: Dask's threads of an earlier test may still be ending.
        if name == "distributed" and of and of["__name__"] == spread.__name__:
            raise ModuleNotFoundError(name=name)
        return real(name, of, *rest)

    monkeypatch.setattr(builtins, "__import__", lacking)
    assert cli.main(["grade", str(folder), "--out", str(tmp_path / "out"), "--scheduler", "x:1"]) == 1
    assert capsys.readouterr().err == lang.text("grade.no_dask") + "\n"
