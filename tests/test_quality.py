"""The whole project reads clean: ruff, mypy, the built notebooks; nothing of one machine stands in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A Python module's command line, from the repository's root."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.mark.parametrize(
    "command", ["ruff check .", "ruff format --check .", "mypy", "course_tools.cli build --check"]
)
def test_it_is_clean(command: str) -> None:
    done = run(*command.split())
    assert done.returncode == 0, done.stdout + done.stderr


PLACES = r"(?<![\w.~}>-])/(?:home/\w+|root|work|tmp|Users/\w+)/\w"
REGISTRIES = r"registry\.npmjs|files\.pythonhosted|pypi\.org/simple"
PATHS = re.compile(f"{PLACES}|{REGISTRIES}")


def tracked() -> list[Path]:
    """The text files of the repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if done.returncode:
        pytest.skip("not a git checkout: nothing says which files belong to the repository")
    names = [name for name in done.stdout.decode().split("\0") if name]
    suffixes = (".py", ".md", ".toml", ".yml", ".ipynb", ".js", ".css", ".json", ".txt", "")
    return [ROOT / name for name in names if Path(name).suffix in suffixes and (ROOT / name).is_file()]


def test_no_path_of_one_machine_and_no_registry() -> None:
    # Put together here: written out, they would be what this test looks for.
    root, temporary, work = ("/".join(("", place, "x")) for place in ("root", "tmp", "work"))
    assert PATHS.search(f"see {root}") and PATHS.search(f'"{temporary}"')
    assert not PATHS.search(f"https://example.org{work}")
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked()
        for hit in [PATHS.search(path.read_text(encoding="utf-8"))]
        if hit and path != Path(__file__)
    ]
    assert found == []
