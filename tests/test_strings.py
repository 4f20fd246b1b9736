"""The sentences: the same keys and placeholders in every language, every key used, every used key there."""

from __future__ import annotations

import ast
import string
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from course_lib import lang

ROOT = Path(__file__).parents[1]
STRINGS = ROOT / "course_lib" / "strings"
AREAS = sorted({path.name.removesuffix(".en.toml") for path in STRINGS.glob("*.en.toml")})


def placeholders(sentence: str) -> Counter[str]:
    """The names between braces, with how often each stands there."""
    return Counter(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def unequal(tables: dict[str, dict[str, str]]) -> list[str]:
    """What differs between languages: keys that one lacks, placeholders that are not the same."""
    problems = []
    for key in sorted({key for table in tables.values() for key in table}):
        lacking = [code for code, table in tables.items() if key not in table]
        if lacking:
            problems.append(f"{key} is missing in {', '.join(lacking)}")
        elif len({frozenset(placeholders(table[key])) for table in tables.values()}) > 1:
            problems.append(f"{key} has other placeholders in one language")
        elif not all(table[key].strip() for table in tables.values()):
            problems.append(f"{key} is empty in one language")
    return problems


def area_tables(name: str) -> dict[str, dict[str, str]]:
    files = {code: STRINGS / (f"{name}.{code}.toml" if name else f"{code}.toml") for code in lang.LANGUAGES}
    return {
        code: lang._flatten(tomllib.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
        for code, path in files.items()
    }


def test_a_planted_difference_is_seen() -> None:
    assert unequal({"en": {"a.b": "{x} and {y}"}, "ko": {"a.b": "{y} {x}"}}) == []
    assert unequal({"en": {"a.b": "x"}, "ko": {}}) == ["a.b is missing in ko"]
    assert unequal({"en": {"a.b": "{x}"}, "ko": {"a.b": "{z}"}}) == [
        "a.b has other placeholders in one language"
    ]
    assert unequal({"en": {"a.b": "x"}, "ko": {"a.b": " "}}) == ["a.b is empty in one language"]


@pytest.mark.parametrize("area", ["", *AREAS])
def test_the_languages_say_the_same(area: str) -> None:
    assert unequal(area_tables(area)) == []


def test_no_key_is_written_twice() -> None:
    for code in lang.LANGUAGES:
        count = Counter(key for area in ["", *AREAS] for key in area_tables(area)[code])
        assert not [key for key, times in count.items() if times > 1], code


def _call_name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


class Used:
    """The keys that a piece of code asks for: by name, and by the beginning of a composed name."""

    def __init__(self, source: str):
        self.asked: set[str] = set()
        self.mentioned: set[str] = set()
        self.beginnings: set[str] = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.mentioned.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if "." in start and " " not in start:
                    self.beginnings.add(start)
            if isinstance(node, ast.Call) and _call_name(node) == "text" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self.asked.add(key.value)


def code() -> list[Used]:
    folders = ("course_lib", "course_tools", "notebooks/source")
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Used(path.read_text(encoding="utf-8")) for path in paths]


def test_the_reader_of_code_sees_what_it_should() -> None:
    used = Used("lang.text('a.b', x=1)\ntext(f'c.{name}')\nkey = 'd.e'\nframe.text(3)\nf'{x}.png'")
    assert used.asked == {"a.b"}
    assert used.beginnings == {"c."}
    assert "d.e" in used.mentioned


def test_every_sentence_asked_for_exists() -> None:
    known = set(lang.strings("en"))
    assert not sorted({key for used in code() for key in used.asked if "." in key} - known)


def test_no_sentence_is_left_over() -> None:
    read = code()
    mentioned = {key for used in read for key in used.mentioned}
    beginnings = tuple({start for used in read for start in used.beginnings})
    left = [key for key in lang.strings("en") if key not in mentioned and not key.startswith(beginnings)]
    assert left == []
