"""What a built notebook says a check will show is what the check shows."""

from __future__ import annotations

from itertools import cycle

import pytest

from course_lib import lang
from course_lib.exercises import EXERCISES, check, expected


@pytest.mark.parametrize(("name", "language"), list(zip(EXERCISES, cycle(lang.LANGUAGES), strict=False)))
def test_what_is_expected_is_what_check_says(name, language, home):
    exercise = EXERCISES[name]
    stub = exercise.given or (lambda *arguments: ...)
    before = {solved: expected(name, solved, language) for solved in (False, True)}
    lang.use(language)
    for solved, answer in ((False, stub), (True, exercise.reference)):
        result = check(name, answer)
        assert result == before[solved]
        assert (repr(result), result._repr_html_()) == (repr(before[solved]), before[solved]._repr_html_())
        assert result.status == ("passed" if solved else "not_attempted")


def test_a_name_or_a_language_that_is_none_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        expected("nobody.knows", True, "en")
    with pytest.raises(ValueError, match="xx"):
        expected("data.to_unit", True, "xx")
