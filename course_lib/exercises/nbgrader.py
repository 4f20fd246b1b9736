"""Under nbgrader, which gives a check's cell its point unless the cell ends with an error.

``nbgrader autograde`` and ``nbgrader validate`` say in the environment that it is they who run the notebook.
"""

from __future__ import annotations

import os

from course_lib.exercises.judging import Result


def mode() -> str:
    """What nbgrader is doing, "autograde" or "validate"; "" where no nbgrader runs the notebook."""
    said = os.environ.get("NBGRADER_EXECUTION", "")
    return said if said in ("autograde", "validate") else ""


def show(result: Result) -> Result:
    """The result itself if it passed; else it is displayed, and AssertionError costs the cell its point."""
    if not result.passed:
        from IPython.display import display

        display(result)
        raise AssertionError(f"{result.name}: {result.title}")
    return result
