"""The READMEs promise nothing that is not there: links, pictures, figures, and the code that they show."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import course_lib
from course_lib import checkpoints, files
from course_tools import cards, parity

ROOT = Path(__file__).parents[1]
READMES = sorted(path.name for path in ROOT.glob("README*.md"))
_PLACEHOLDER = re.compile(r"\b[A-Z][A-Z_]*_TABLE\b")
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def dead(page: str, root: Path = ROOT) -> list[str]:
    """The relative links and pictures of a page that lead nowhere."""
    found = parity.facts(page)
    targets = [target for target in (*found.links, *found.images) if not re.match(r"[a-z]+:|#", target)]
    return [target for target in targets if not (root / target.partition("#")[0]).exists()]


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    page = "[a](there.md#x) ![b](gone.png) [c](gone.md) [d](https://example.org) [e](#here) `[f](x.md)`"
    assert sorted(dead(page, tmp_path)) == ["gone.md", "gone.png"]
    assert _PLACEHOLDER.search("x\nSOME_TABLE\n") and not _PLACEHOLDER.search("| TABLE | x_TABLE |")


@pytest.mark.parametrize("name", READMES)
def test_links_pictures_and_tables_are_there(name: str) -> None:
    assert dead(text(name)) == []
    assert not parity.facts(text(name)).without_alt
    assert not _PLACEHOLDER.findall(text(name))


def test_every_language_has_its_readme() -> None:
    assert READMES == ["README.id.md", "README.ko.md", "README.md"]


def test_the_metrics_are_those_of_the_card() -> None:
    assert cards.table(checkpoints.card("digits")) in text("README.md")


def test_the_bound_is_that_of_the_card() -> None:
    bound = measured_bound(checkpoints.card("digits"))
    assert f"N = {bound['N']} test digits" in text("README.md")
    for variance in ("beta", "beta_tilde"):
        assert f"{cards.shown(bound[variance], 3)} " in text("README.md")


def measured_bound(card: dict) -> dict:
    """The bound that a card holds; where it holds none, or another model's, what to do about it."""
    assert card.get("bound"), "no bound was measured: course measure digits --bound --write"
    weights = files.sha256(checkpoints.card_path("digits").with_suffix(".safetensors"))
    stale = "the bound is that of other weights: course measure digits --bound --write"
    assert card["bound"].get("weights") == weights, stale
    return card["bound"]


def test_a_bound_that_is_missing_or_of_other_weights_is_said() -> None:
    card = checkpoints.card("digits")
    for bound, said in ((None, "no bound"), (card["bound"] | {"weights": "0" * 64}, "other weights")):
        with pytest.raises(AssertionError, match=f"{said}.*course measure digits --bound --write"):
            measured_bound(card | {"bound": bound})


def unmapped(page: str, rooms: set[str]) -> set[str]:
    """The rooms that the map does not name, or names twice, and the names on it that are no room."""
    named = Counter(re.findall(r"[a-z_]+", " ".join(re.findall(r"^- .*: ([a-z_, ]+)\.$", page, re.M))))
    return {name for name in rooms | set(named) if named[name] != (name in rooms)}


@pytest.mark.parametrize("name", READMES)
def test_every_room_is_on_the_map_that_the_readme_links(name: str) -> None:
    assert "](course_lib/__init__.py)" in text(name)
    rooms = {path.stem for path in (ROOT / "course_lib").glob("[a-z]*.py")}
    rooms |= {path.parent.name for path in (ROOT / "course_lib").glob("*/__init__.py")}
    assert unmapped(course_lib.__doc__ or "", rooms) == set()
    assert unmapped("- x y: a, b, d, b.\n- z: e.\nno: c.", {"a", "b", "c", "e"}) == {"b", "c", "d"}


def tabled(page: str) -> list[str]:
    """The rooms that a package's own table names, `chapter_01` … `chapter_10` as all of them."""
    found: list[str] = []
    for row in re.findall(r"^\| (`.*?) \|", page, re.M):
        first, *last = re.findall(r"`(\w+)`", row)
        stem, start = first.rstrip("0123456789"), first[len(first.rstrip("0123456789")) :]
        end = last[0].removeprefix(stem) if last else start
        found += [f"{stem}{n:02}" for n in range(int(start), int(end) + 1)] if start else [first]
    return found


@pytest.mark.parametrize("package", ["course_lib/exercises", "course_tools/grading"])
def test_every_room_of_a_package_is_in_its_own_table(package: str) -> None:
    rooms = sorted(path.stem for path in (ROOT / package).glob("[a-z]*.py"))
    assert sorted(tabled((ROOT / package / "__init__.py").read_text(encoding="utf-8"))) == rooms
    assert tabled("| Room | x |\n|---|---|\n| `a_b` | `c` |\n| `d_09` … `d_11` | e |") == [
        *("a_b", "d_09", "d_10", "d_11"),
    ]


@pytest.mark.parametrize("name", READMES)
def test_every_model_is_named(name: str) -> None:
    made = {path.stem for path in (ROOT / "data").glob("*.safetensors")}
    asked = re.findall(r"`course train ([a-z|-]+)`", text(name))
    trained = {model for each in asked for model in each.split("|")}
    assert trained <= made
    assert name != "README.md" or trained == made


@pytest.mark.parametrize("name", READMES)
def test_its_code_runs(name: str) -> None:
    for code in _PYTHON.findall(text(name)):
        names: dict = {}
        exec(compile(code, name, "exec"), names)  # on the CPU: it asks for no device
        if "x_0" in names:
            assert names["x_0"].shape == (10, 1, 28, 28) and names["x_0"].isfinite().all()


def test_the_readme_shows_code() -> None:
    assert _PYTHON.search(text("README.md"))
