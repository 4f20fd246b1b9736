"""Languages: chosen, guessed from the locale, or refused by name."""

from __future__ import annotations

import pytest
from support import refuses

from course_lib import lang


@pytest.fixture
def unchosen(monkeypatch):
    monkeypatch.setattr(lang, "_chosen", None)
    monkeypatch.setattr(lang.locale, "getlocale", lambda: (None, None))
    for name in ("COURSE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("language", lang.LANGUAGES)
def test_the_chosen_language_is_spoken(language):
    lang.use(language)
    assert lang.current() == language
    assert lang.text("error.too_few", got=7) == lang.strings(language)["error.too_few"].format(got=7)
    assert "7" in lang.text("error.too_few", got=7)


def test_languages_differ():
    said = {lang.text("error.too_few", language, got=1) for language in lang.LANGUAGES}
    assert len(said) == len(lang.LANGUAGES)


@pytest.mark.parametrize(
    ("variable", "value", "want"),
    [
        ("COURSE_LANG", "ko", "ko"), ("LANG", "ko_KR.UTF-8", "ko"), ("LC_ALL", "id_ID", "id"),
        ("LANG", "in_ID.UTF-8", "id"), ("LC_MESSAGES", "en-GB", "en"), ("LANG", "fr_FR.UTF-8", None),
        ("LANG", "C.UTF-8", None),
    ],
)  # fmt: skip
def test_the_locale_is_read(unchosen, monkeypatch, variable, value, want):
    monkeypatch.setenv(variable, value)
    assert lang.from_locale() == want
    assert lang.current() == (want or "en")


def test_course_lang_comes_before_the_systems(unchosen, monkeypatch):
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    monkeypatch.setenv("COURSE_LANG", "id")
    assert lang.current() == "id"
    lang.use("en")
    assert lang.current() == "en"


def test_windows_names_of_languages(unchosen, monkeypatch):
    monkeypatch.setattr(lang.locale, "getlocale", lambda: ("Indonesian_Indonesia", "1252"))
    assert lang.current() == "id"


@pytest.mark.parametrize("bad", ["fr", "", "EN", None])
def test_an_unknown_language_is_refused(bad, unchecked):
    refuses(lambda: lang.use(bad), "error.language", got=repr(bad), allowed="en, id, ko")


def test_an_unknown_language_of_one_sentence_is_refused():
    refuses(
        lambda: lang.text("error.too_few", "fr", got=1), "error.language", got="'fr'", allowed="en, id, ko"
    )


def test_a_refused_choice_changes_nothing():
    lang.use("ko")
    with pytest.raises(ValueError):
        lang.use("fr")
    assert lang.current() == "ko"
