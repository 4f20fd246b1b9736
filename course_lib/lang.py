"""Every sentence the code shows a person, in the reader's language.

The sentences lie in ``strings/<lang>.toml`` and ``strings/<area>.<lang>.toml``; a test keeps the keys
and placeholders of the languages equal.
"""

from __future__ import annotations

import locale
import os
import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "id", "ko")
_STRINGS = Path(__file__).parent / "strings"
_chosen: str | None = None


def _flatten(table: dict, prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat.update(_flatten(value, name + ".") if isinstance(value, dict) else {name: value})
    return flat


@cache
def strings(language: str) -> dict[str, str]:
    """All sentences of one language, keyed ``table.name``, from all its files."""
    merged: dict[str, str] = {}
    for path in sorted([_STRINGS / f"{language}.toml", *_STRINGS.glob(f"*.{language}.toml")]):
        merged.update(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
    return merged


def check(language: str) -> str:
    """``language`` if the course speaks it; otherwise a ValueError that lists those it speaks."""
    if language not in LANGUAGES:
        raise ValueError(text("error.language", got=repr(language), allowed=", ".join(LANGUAGES)))
    return language


def use(language: str) -> None:
    """Show every sentence in ``language`` ("en", "id" or "ko") from now on."""
    global _chosen
    _chosen = check(language)


def from_environment() -> str | None:
    """The language that COURSE_LANG names, if it is set; ValueError where the course does not speak it."""
    asked = os.environ.get("COURSE_LANG")
    return check(_code(asked)) if asked else None


def _code(value: str) -> str:
    code = value.replace("-", "_").split("_")[0].split(".")[0].lower()
    return {"indonesian": "id", "korean": "ko", "english": "en", "in": "id"}.get(code, code)


def from_locale() -> str | None:
    """The language that COURSE_LANG or the system's locale asks for, or None where the course lacks it."""
    asked = [os.environ.get(name) for name in ("COURSE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    asked.append(locale.getlocale()[0])
    for value in filter(None, asked):
        if _code(value) in LANGUAGES:
            return _code(value)
    return None


def current() -> str:
    """The language in use: the chosen one, else the locale's, else English."""
    return _chosen or from_locale() or "en"


def text(key: str, language: str | None = None, **values: object) -> str:
    """The sentence ``key`` (such as ``"error.t_range"``) with its placeholders filled in."""
    return strings(check(language) if language else current())[key].format(**values)
