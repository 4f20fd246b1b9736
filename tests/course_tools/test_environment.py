"""environment.yml is pyproject.toml's set, CI runs the README's own command, and no lock file is kept."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import course_lib
from course_tools import testing

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEST_COMMAND = "pip install uv && uv run course test"


def listed(environment: str) -> tuple[list[str], list[str]]:
    """The conda and the pip requirements of an environment.yml of our simple kind."""
    dependencies = environment.split("dependencies:\n")[1]
    conda = re.findall(r"^  - (?!pip:)(.+)$", dependencies, re.M)
    pip = re.findall(r"^      - (.+)$", dependencies, re.M)
    return conda, pip


def test_the_reader_of_environments_sees_both_lists() -> None:
    text = "name: x\ndependencies:\n  - python>=3.9\n  - pip:\n      - a>=1\n      - -e .\n"
    assert listed(text) == (["python>=3.9"], ["a>=1", "-e ."])


def test_conda_gets_what_pip_gets() -> None:
    conda, pip = listed((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert conda == [f"python{PROJECT['project']['requires-python']}", "pip"]
    assert pip == [*PROJECT["project"]["dependencies"], "-e ."]  # the last is the course itself


def test_course_test_looks_for_every_test_dependency() -> None:
    group = {re.split("[<>=]", line)[0] for line in PROJECT["dependency-groups"]["test"]}
    assert {name.replace("xdist", "pytest-xdist") for name in testing.MODULES} == group


def test_the_learners_install_has_no_test_dependencies() -> None:
    assert PROJECT["tool"]["uv"]["default-groups"] == []


def test_the_package_knows_its_version() -> None:
    assert course_lib.__version__ == PROJECT["project"]["version"]


def test_ci_and_readme_run_the_same_command() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == TEST_COMMAND
    for name in ("README.md", "README.id.md", "README.ko.md"):
        assert TEST_COMMAND in (ROOT / name).read_text(encoding="utf-8"), name


def test_ci_looks_for_the_browsers_that_the_tests_look_for() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r'^browsers="(.*)"$', script, re.M) == [" ".join(testing.BROWSERS)]


def test_ci_is_a_script_that_can_run() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here; CI has one")
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    assert subprocess.run([bash, "-n", str(script)]).returncode == 0


@pytest.mark.parametrize("name", ["uv.lock", "package-lock.json"])
def test_lock_files_stay_out(name: str) -> None:
    # They carry the addresses of package registries; [tool.uv] exclude-newer fixes the versions instead.
    assert name in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", PROJECT["tool"]["uv"]["exclude-newer"])
