"""Bad input to a widget, case by case: one sentence, the right one, in every language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from course_lib import lang

Case = tuple[Callable[[], object], str, dict[str, Any]]  # a call, the key of its error, what the error names


def refusals(bad: Mapping[str, Case]) -> Callable[..., None]:
    """The test that each call of ``bad`` raises ``widgets.error.<key>`` with these values."""

    @pytest.mark.parametrize("language", lang.LANGUAGES)
    @pytest.mark.parametrize("name", bad)
    def test(name: str, language: str, unchecked: None) -> None:
        lang.use(language)
        call, key, values = bad[name]
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == lang.text(f"widgets.error.{key}", **values)

    return test
