"""The same judging over several machines: a chapter's tasks in chunks, for the workers of a Dask scheduler.

Each worker starts stages of its own. Dask is an optional extra, and nothing else imports this room.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from course_lib import lang
from course_tools.grading import journal, stage
from course_tools.grading.tasks import Judge, Limits, Task, Verdict

CHUNK = 25  # tasks that a worker takes at a time: it runs the chapter once for each chunk
PATIENCE = 10.0  # seconds in which a scheduler must answer


def judge_chunk(chapter: str, tasks: Sequence[str], limits: str) -> list[tuple[int, str]]:
    """On a worker: the verdicts of some tasks of one chapter, in and out as JSON lines."""
    given = [Task.from_json(line) for line in tasks]
    verdicts = stage.grade(chapter, given, Limits.from_json(limits), 1)
    return [(number, verdict.to_json()) for number, verdict in verdicts]


@contextmanager
def connected(address: str) -> Iterator[Judge]:
    """What judges a chapter on the workers of the scheduler at ``address``.

    ValueError, in one sentence, without Dask, a scheduler, workers, or the same edition on each of them.
    """
    try:
        from distributed import Client, as_completed
    except ModuleNotFoundError:
        raise ValueError(lang.text("grade.no_dask")) from None
    logging.getLogger("distributed").setLevel(logging.ERROR)  # a lost worker is told by its rows
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as problem:
        said = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise ValueError(lang.text("grade.no_scheduler", address=address, problem=said)) from None

    def judge(
        chapter: str, tasks: Sequence[Task], limits: Limits, jobs: int
    ) -> Iterator[tuple[int, Verdict]]:
        lines = [task.to_json() for task in tasks]
        sent = {
            client.submit(
                judge_chunk, chapter, lines[at : at + CHUNK], limits.to_json(), pure=False, retries=1
            ): at
            for at in range(0, len(lines), CHUNK)
        }
        try:
            for future in as_completed(list(sent), loop=client.loop):
                if future.status != "finished":
                    continue  # a worker was lost, twice: its tasks become rows of their own
                for number, verdict in future.result():
                    yield sent[future] + number, Verdict.from_json(verdict)
        finally:
            with suppress(Exception):  # the scheduler itself may be gone
                client.cancel(list(sent))

    try:
        _same_edition(client, address)
        yield judge
    finally:
        with suppress(Exception):
            client.close(timeout=1)


def _same_edition(client: Any, address: str) -> None:
    # Asked by its module's name: a worker without the course fails there, and is named too.
    workers = client.run(journal.edition, on_error="return")
    if not workers:
        raise ValueError(lang.text("grade.no_workers", address=address))
    for worker, found in sorted(workers.items()):
        if found != journal.edition():
            raise ValueError(lang.text("grade.other_edition", worker=worker))
