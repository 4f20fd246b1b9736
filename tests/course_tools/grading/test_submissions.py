"""Reading what learners hand in: whose, which chapter, which answers, and why one cannot be read."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest
from handed_in import ALPHA_BAR, CHAPTER, Q_STEP, TO_UNIT, cell, lay, notebook

from course_lib import lang
from course_lib.exercises import EXERCISES
from course_tools.grading import submissions
from course_tools.grading.submissions import Answer, Submission, chapters, collect, learner_of


def only(folder: Path) -> Submission:
    """The one submission of a folder in which nothing is refused."""
    [one], refused = collect(folder)
    assert refused == []
    return one


def answer(one: Submission, name: str) -> Answer:
    return next(a for a in one.answers if a.exercise.endswith(f".{name}"))


def edited(tmp_path: Path, content: dict) -> Submission:
    lay(tmp_path / "in" / "sari_02_forward.ipynb", content)
    return only(tmp_path / "in")


def reasons(folder: Path) -> dict[str, str]:
    return {one.path: one.reason for one in collect(folder)[1]}


def test_the_built_notebooks_say_which_exercises_there_are() -> None:
    asked = {asked.name: stem for stem, one in chapters().items() for asked in one.asked}
    assert set(asked) == set(EXERCISES)
    for name, exercise in EXERCISES.items():
        assert int(asked[name][:2]) == exercise.chapter
    for one in chapters().values():
        assert all(exercise.function and exercise.stubs for exercise in one.asked)
        assert set(one.titles) == set(lang.LANGUAGES)


def test_one_more_chapter_with_one_more_exercise_needs_no_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code(key: str, text: str, **more: str) -> dict:
        return {"cell_type": "code", "id": key, "metadata": {"key": key, **more}, "source": text}

    for language in lang.LANGUAGES:
        content = notebook(language)
        content["metadata"]["course"]["chapter"] = "11_more"
        content["cells"] += [
            code("ex-new", "def new(x):\n    ...", exercise="more.new"),
            code("check-new", 'check("more.new", new)', check="more.new"),
        ]
        lay(tmp_path / "course" / language / "11_more.ipynb", content)
    content["cells"][-2]["source"] = "def new(x):\n    return x"
    lay(tmp_path / "in" / "sari.ipynb", content)
    more = chapters(tmp_path / "course")
    monkeypatch.setattr(submissions, "chapters", lambda: more)
    [one], _ = collect(tmp_path / "in")
    assert (one.chapter, more["11_more"].asked[-1].function) == ("11_more", "new")
    assert (one.answers[-1].exercise, one.answers[-1].source) == ("more.new", "def new(x):\n    return x")


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_answers_are_taken_by_their_cell_in_every_language(tmp_path: Path, language: str) -> None:
    one = edited(tmp_path, notebook(language, q_step=Q_STEP))
    assert (one.learner, one.chapter, one.language) == ("sari", CHAPTER, language)
    assert answer(one, "q_step") == Answer("forward.q_step", Q_STEP)
    assert not answer(one, "to_unit").attempted and "..." in answer(one, "to_unit").source
    assert [a.exercise for a in one.answers] == [asked.name for asked in chapters()[CHAPTER].asked]


@pytest.mark.parametrize(
    ("path", "learner"),
    [
        ("sari_02_forward.ipynb", "sari"),
        ("sari-02_forward (1).ipynb", "sari"),
        ("02_forward_sari.ipynb", "sari"),
        ("sari.ipynb", "sari"),
        ("02_forward.ipynb", "02_forward"),
        ("a b/02_forward.ipynb", "a b"),
        ("class/sari/02_forward.ipynb", "class/sari"),
        ("sari/02_forward/02_forward.ipynb", "sari"),
        ("02_forward/sari.ipynb", "sari"),
        ("sari/id/02_forward.ipynb", "sari"),
        ("ko/02_forward.ipynb", "ko"),
        ("=cmd|'x'!A1_02_forward.ipynb", "=cmd|'x'!A1"),
        ("<script>alert(1)<_script>/x.ipynb", "<script>alert(1)<_script>"),
        (unicodedata.normalize("NFD", "김지수") + "_02_forward.ipynb", "김지수"),
        ("a\x1b[31m\n\u202eb_02_forward.ipynb", "a�[31m��b"),
        ("sari\u200b_02_forward.ipynb", "sari�"),
        ("sa\u200dri/x.ipynb", "sa�ri"),
        ("김\u3164지수/x.ipynb", "김�지수"),
        ("علی\u200cرضا/x.ipynb", "علی\u200cرضا"),
        ("sari_02_forward.ipynb.txt", "sari"),
        ("sari_02_forward.IPYNB.json", "sari"),
        ("sari_02_forward.zip", "sari"),
        ("class/sari/all.tar.gz", "class/sari"),
        (os.fsdecode(b"\xff\xfe/x.ipynb"), "\\xff\\xfe"),
    ],
)
def test_whose_a_notebook_is(path: str, learner: str) -> None:
    assert learner_of(Path(path)) == learner
    learner.encode("utf-8")


def test_order_of_cells_and_everything_else_that_was_edited_do_not_matter(tmp_path: Path) -> None:
    plain = edited(tmp_path / "a", notebook(q_step=Q_STEP, to_unit=TO_UNIT))
    content = notebook(q_step=Q_STEP, to_unit=TO_UNIT)
    cell(content, "q_step", "check")["source"] = ["print('✓ Passed')"]
    content["cells"] = [
        {"cell_type": "code", "metadata": {}, "source": "import os; os._exit(0)", "outputs": []},
        {"cell_type": "markdown"}, 7, None, [], {"cell_type": "code", "source": 3, "metadata": 4},
        {"cell_type": "code", "source": ["a", 1], "metadata": {"exercise": ["x"], "key": {}}, "id": []},
        *reversed(content["cells"]),
    ]  # fmt: skip
    content["metadata"]["course"]["edition"] = {"x": 1}
    assert edited(tmp_path / "b", content) == plain


def test_a_deleted_cell_is_missing_and_an_emptied_one_too(tmp_path: Path) -> None:
    content = notebook(q_step=" \n", to_unit=TO_UNIT)
    content["cells"].remove(cell(content, "alpha_bar"))
    one = edited(tmp_path, content)
    assert (answer(one, "alpha_bar").reason, answer(one, "q_step").reason) == ("missing", "missing")
    assert answer(one, "to_unit").source == TO_UNIT


def test_a_cell_that_lost_its_metadata_is_known_by_its_id(tmp_path: Path) -> None:
    content = notebook("ko", q_step=Q_STEP)
    for one in content["cells"]:
        one["metadata"] = {}
    content["metadata"] = {}
    for name in ("02_forward.ipynb", "x.ipynb"):
        lay(tmp_path / "in" / "sari" / name, content)
    one = only(tmp_path / "in")
    assert (one.chapter, one.language) == (CHAPTER, "ko")
    assert answer(one, "q_step") == Answer("forward.q_step", Q_STEP)


def test_an_answer_in_a_cell_of_its_own_is_found_by_its_function_and_noted(tmp_path: Path) -> None:
    content = notebook()
    content["cells"].remove(cell(content, "q_step"))
    for source in (Q_STEP, TO_UNIT, "to_unit = 5  # q_step"):
        content["cells"].append({"cell_type": "code", "metadata": {}, "source": source})
    for one in content["cells"]:
        one.pop("id", None)
    one = edited(tmp_path, content)
    assert answer(one, "q_step") == Answer("forward.q_step", Q_STEP, note="found")
    assert answer(one, "to_unit").reason == "duplicated"


def test_an_answer_in_its_own_cell_counts_before_any_other(tmp_path: Path) -> None:
    content = notebook(to_unit=TO_UNIT)
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": "def to_unit(x):\n    return x"})
    assert answer(edited(tmp_path, content), "to_unit") == Answer("data.to_unit", TO_UNIT)


def test_duplicates(tmp_path: Path) -> None:
    def twice(name: str, *sources: str) -> Answer:
        content = notebook()
        original = cell(content, name)
        for source in sources:
            content["cells"].append({**original, "source": source, "id": f"x{len(content['cells'])}"})
        return answer(edited(tmp_path, content), name)

    assert twice("q_step", Q_STEP) == Answer("forward.q_step", Q_STEP)  # beside the stub
    assert twice("q_step", Q_STEP, Q_STEP) == Answer("forward.q_step", Q_STEP)
    assert twice("q_step", Q_STEP, Q_STEP + "# x").reason == "duplicated"
    assert twice("q_step", "half = 0.5", Q_STEP).source == f"half = 0.5\n\n{Q_STEP}"  # a cell split in two


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("json", b"no notebook"),
        ("json", json.dumps(notebook()).encode()[:-400]),
        ("json", b"[" * 2_000_000),
        ("json", b'{"cells": [' + b"9" * 10_000 + b"]}"),
        ("empty", b""),
        ("empty", b" \n\n"),
        ("utf8", json.dumps(notebook()).encode("utf-16")),
        ("utf8", b'{"cells": ["\xff"]}'),
        ("notebook", b"[]"),
        ("notebook", b'{"cells": {"a": 1}}'),
        ("notebook", b'{"worksheets": [{"cells": []}], "nbformat": 3}'),
        ("size", b'{"cells": [' + b"{}," * 5000 + b"{}]}"),
        ("chapter", b'{"cells": []}'),
        (
            "chapter",
            json.dumps({**notebook(), "cells": [], "metadata": {"course": {"chapter": "x"}}}).encode(),
        ),
        ("chapter", (submissions.notebooks_folder() / "en" / "00_welcome.ipynb").read_bytes()),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_cannot_be_read_is_refused_with_its_reason_beside_a_good_one(
    tmp_path: Path, reason: str, content: bytes
) -> None:
    lay(tmp_path / "good_02_forward.ipynb", notebook(q_step=Q_STEP))
    lay(tmp_path / "bad.ipynb", content)
    [good], [bad] = collect(tmp_path)
    assert (good.learner, bad.learner, bad.path) == ("good", "bad", "bad.ipynb")
    assert bad.reason == reason
    for language in lang.LANGUAGES:
        assert "bad.ipynb" in lang.text(f"grade.file_{reason}", language, path=bad.path)


def test_a_byte_order_mark_and_half_a_character_are_no_harm(tmp_path: Path) -> None:
    content = json.dumps(notebook(q_step=Q_STEP + "# \ud800"))
    lay(tmp_path / "a_02_forward.ipynb", b"\xef\xbb\xbf" + content.encode())
    assert answer(only(tmp_path), "q_step").source == Q_STEP + "# ?"


def test_a_100_mb_notebook_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path / "big_02_forward.ipynb", notebook())
    os.truncate(path, 100_000_000)
    monkeypatch.setattr(json, "loads", None)
    assert reasons(tmp_path) == {"big_02_forward.ipynb": "size"}


def test_an_endless_answer_is_refused_but_not_its_notebook(tmp_path: Path) -> None:
    one = edited(tmp_path, notebook(q_step=Q_STEP + "#" * submissions.MOST_SOURCE, to_unit=TO_UNIT))
    assert (answer(one, "q_step").reason, answer(one, "to_unit").reason) == ("long", "")


def test_links_pipes_and_forbidden_files_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    secret = lay(tmp_path / "secret" / "other_02_forward.ipynb", notebook(q_step=Q_STEP))
    lay(folder / "good_02_forward.ipynb", notebook())
    (folder / "link_02_forward.ipynb").symlink_to(secret)
    (folder / "gone_02_forward.ipynb").symlink_to("nowhere")
    (folder / "folder").symlink_to(secret.parent)
    (folder / "self").symlink_to(folder)
    os.mkfifo(folder / "pipe_02_forward.ipynb")
    read, refused = collect(folder)
    assert [one.learner for one in read] == ["good"]
    assert {one.path: one.reason for one in refused} == {
        "link_02_forward.ipynb": "symlink",
        "gone_02_forward.ipynb": "symlink",
        "folder": "symlink",
        "self": "symlink",
        "pipe_02_forward.ipynb": "unreadable",
    }


def test_a_link_to_itself_or_to_nowhere_stops_nobody(tmp_path: Path) -> None:
    lay(tmp_path / "good" / "02_forward.ipynb", notebook())
    (tmp_path / "good" / "self").symlink_to("self")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "long").symlink_to("x" * 300)
    (tmp_path / "nowhere").symlink_to("nothing/there")
    (tmp_path / "self.ipynb").symlink_to("self.ipynb")
    assert [one.learner for one in collect(tmp_path)[0]] == ["good"]
    assert reasons(tmp_path) == {"self.ipynb": "symlink"}


def test_two_submissions_of_one_learner_are_both_rows(tmp_path: Path) -> None:
    lay(tmp_path / "sari" / "02_forward.ipynb", notebook(q_step=Q_STEP))
    lay(tmp_path / "sari" / "new.ipynb", notebook("id", q_step=Q_STEP.replace("1 -", "1.0 -")))
    lay(tmp_path / "budi_02_forward.ipynb", notebook(q_step=Q_STEP))
    [budi], refused = collect(tmp_path)
    assert budi.learner == "budi"
    assert [(r.learner, r.path, r.reason, r.chapter, r.language) for r in refused] == [
        ("sari", "sari/02_forward.ipynb", "twice", CHAPTER, "en"),
        ("sari", "sari/new.ipynb", "twice", CHAPTER, "id"),
    ]


def test_a_copy_and_an_untouched_one_are_no_second_submission(tmp_path: Path) -> None:
    lay(tmp_path / "sari" / "en" / "02_forward.ipynb", notebook(q_step=Q_STEP))
    lay(tmp_path / "sari" / "en" / "02_forward (copy).ipynb", notebook(q_step=Q_STEP))
    lay(tmp_path / "sari" / "ko" / "02_forward.ipynb", notebook("ko"))
    lay(tmp_path / "sari" / "en" / "01_intuition.ipynb", notebook(chapter="01_intuition"))
    read, refused = collect(tmp_path)
    assert refused == [] and [(one.learner, one.chapter) for one in read] == [
        ("sari", "01_intuition"),
        ("sari", CHAPTER),
    ]
    assert answer(read[1], "q_step").source == Q_STEP


def test_hidden_files_are_no_submissions_and_a_folder_without_any_is_a_row(tmp_path: Path) -> None:
    lay(tmp_path / "a" / ".ipynb_checkpoints" / "02_forward-checkpoint.ipynb", notebook())
    lay(tmp_path / "a" / "02_forward.ipynb", notebook())
    lay(tmp_path / "__MACOSX" / "a" / "._02_forward.ipynb", b"x")
    lay(tmp_path / "b" / "answers.zip", b"x")
    lay(tmp_path / "notes.txt", b"x")
    (tmp_path / "c").mkdir()
    assert len(collect(tmp_path)[0]) == 1
    assert reasons(tmp_path) == {"b/answers.zip": "archive", "c": "nothing"}


def test_an_archive_is_a_row_unless_it_was_unpacked(tmp_path: Path) -> None:
    lay(tmp_path / "sari.zip", b"x")
    lay(tmp_path / "sari" / "02_forward.ipynb", notebook())
    lay(tmp_path / "sari" / "all.7z", b"x")
    lay(tmp_path / "budi_02_forward.TAR.GZ", b"x")
    read, refused = collect(tmp_path)
    assert [one.learner for one in read] == ["sari"]
    assert [(one.learner, one.path, one.reason) for one in refused] == [
        ("budi", "budi_02_forward.TAR.GZ", "archive")
    ]


def test_a_notebook_that_a_browser_renamed_is_read(tmp_path: Path) -> None:
    lay(tmp_path / "sari_02_forward.ipynb.txt", notebook(q_step=Q_STEP))
    assert answer(only(tmp_path), "q_step").source == Q_STEP


def test_a_notebook_without_any_metadata_still_tells_tried_from_untried(tmp_path: Path) -> None:
    content = notebook("ko", q_step=Q_STEP)
    for one in content["cells"]:
        one["metadata"] = {}
        one.pop("id", None)
    found = edited(tmp_path, {"cells": content["cells"], "metadata": {"colab": {}}})
    assert found.language == "ko"
    assert answer(found, "q_step") == Answer("forward.q_step", Q_STEP, note="found")
    untried = answer(found, "to_unit")
    assert (untried.reason, untried.attempted) == ("", False) and "def to_unit" in untried.source


def test_an_answer_is_found_where_its_own_cell_only_says_so_in_a_comment(tmp_path: Path) -> None:
    content = notebook(q_step="# see below\n\n")
    assert answer(edited(tmp_path / "a", content), "q_step") == Answer("forward.q_step", "# see below\n\n")
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": Q_STEP})
    found = answer(edited(tmp_path / "b", content), "q_step")
    assert found == Answer("forward.q_step", Q_STEP, note="found")


def test_an_answer_in_its_check_cell_is_found(tmp_path: Path) -> None:
    content = notebook()
    check = cell(content, "q_step", "check")
    check["source"] = [Q_STEP, "\n", *check["source"]]
    assert answer(edited(tmp_path, content), "q_step").source.startswith(Q_STEP)


def test_the_cells_count_more_than_a_wrong_chapter(tmp_path: Path) -> None:
    content = notebook(q_step=Q_STEP)
    content["metadata"]["course"] = {"chapter": "03_elbo", "language": "xx"}
    one = edited(tmp_path, content)
    assert (one.chapter, one.language) == (CHAPTER, "en")
    assert answer(one, "q_step").source == Q_STEP


def test_a_notebook_with_nothing_left_but_its_name_counts_as_that_chapter(tmp_path: Path) -> None:
    lay(tmp_path / "sari_02_forward.ipynb", {"cells": [{"cell_type": "code", "source": ALPHA_BAR}]})
    one = only(tmp_path)
    assert one.chapter == CHAPTER and answer(one, "alpha_bar") == Answer(
        "schedules.alpha_bar", ALPHA_BAR, note="found"
    )


@pytest.mark.parametrize(
    ("language", "cells"),
    [
        ("id", [{"cell_type": "code", "source": 'from course_lib import lang\n\nlang.use("id")'}]),
        ("en", [{"cell_type": "code", "source": 'lang.use("xx")'}]),
        ("ko", [{"cell_type": "markdown", "source": ["# 내 노트"]}]),
        ("id", [{"cell_type": "markdown", "source": notebook("id")["cells"][0]["source"]}]),
        ("en", []),
        ("en", [{"cell_type": "markdown", "source": [[["# 내 노트"]], 3]}]),
    ],
)
def test_the_language_where_the_notebook_no_longer_says_it(
    tmp_path: Path, language: str, cells: list[dict]
) -> None:
    assert edited(tmp_path, {"cells": cells}).language == language


def test_texts_made_to_be_slow_are_read_quickly(tmp_path: Path) -> None:
    # Each was quadratic in some plausible pattern: minutes, where reading takes a second at most.
    for name, source in {"a": "\n" * 5_000_000, "b": "q_step:\n" * 600_000, "c": "async " * 900_000}.items():
        content = notebook()
        content["cells"].append({"cell_type": "code", "metadata": {}, "source": source})
        cell(content, "q_step")["source"] = source[: submissions.MOST_SOURCE]
        lay(tmp_path / f"{name}_02_forward.ipynb", {"cells": content["cells"]})
    start = os.times().user
    assert len(collect(tmp_path)[0]) == 3
    assert os.times().user - start < 10


def test_nothing_depends_on_the_order_in_which_a_disk_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        lay(tmp_path / name / "02_forward.ipynb", notebook(q_step=Q_STEP))
        lay(tmp_path / f"{name}x.ipynb", b"x")
    once = collect(tmp_path)
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda place: sorted(scan(place), key=lambda e: e.name, reverse=True))
    assert collect(tmp_path) == once
