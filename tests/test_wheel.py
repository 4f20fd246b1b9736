"""The wheel holds everything that a learner needs, and works without the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course_lib import lang

ROOT = Path(__file__).parents[1]
MOST = 30e6  # bytes, unpacked

USE = """
import json, sys
from pathlib import Path

import course_lib
from course_lib import data, files, lang
from course_tools import editions

images, labels = data.digits("test")
print(json.dumps({
    "package": course_lib.__file__,
    "digits": len(images),
    "font": files.FONT.is_file(),
    "welcome": [(files.notebooks_folder() / code / editions.WELCOME).is_file() for code in lang.LANGUAGES],
    "laid": editions.lay(files.notebooks_folder() / "ko", Path(sys.argv[1])),
    "name": lang.text("exercise.passed", "ko"),
}))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's wheel, built without the network and unpacked."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("no uv here to build the wheel with; CI has one")
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--offline", "--python", sys.executable, "--out-dir", str(folder)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, encoding="utf-8")
    if done.returncode and "hatchling" in done.stderr and "network was disabled" in done.stderr:
        pytest.skip("uv has no hatchling in its cache, and a test fetches nothing")
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "site")
    return folder / "site"


def beside(package: str, pattern: str) -> set[Path]:
    """The files of the checkout that must lie at the same place in the wheel."""
    found = (path for path in (ROOT / package).glob(pattern) if path.is_file())
    return {path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts}


def test_it_holds_everything_a_learner_needs(unpacked: Path) -> None:
    inside = {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()}
    for package, pattern in (
        ("course_lib", "**/*.py"), ("course_tools", "**/*.py"), ("course_lib/strings", "*.toml"),
        ("course_lib/fonts", "*"), ("course_lib/ledger", "*.toml"), ("course_lib/widgets/static", "*.js"),
        ("course_lib/widgets/static", "*.css"), ("course_tools/jupyter", "**/*"),
    ):  # fmt: skip
        wanted = beside(package, pattern)
        assert wanted, package
        assert wanted <= inside, wanted - inside
    for name in ("data", *(f"notebooks/{code}" for code in lang.LANGUAGES)):
        wanted = {Path("course_lib", f"_{path.as_posix()}") for path in beside(name, "*")}
        assert wanted, name
        assert wanted <= inside, wanted - inside


def test_it_holds_no_more_than_that(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir()}
    assert {name.split("-")[0] for name in tops} == {"course_lib", "course_tools", "difusi"}
    assert {path.name for path in (unpacked / "course_lib/_notebooks").iterdir()} == set(lang.LANGUAGES)
    assert not list(unpacked.rglob("*.ipynb_checkpoints"))
    assert sum(path.stat().st_size for path in unpacked.rglob("*")) <= MOST


def test_it_works_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", USE, str(tmp_path / "ko")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert Path(said["package"]).is_relative_to(unpacked)  # an editable install of the checkout comes later
    assert said["digits"] == 10_000 and said["font"] and said["welcome"] == [True] * 3
    assert said["laid"] == [] and (tmp_path / "ko" / "00_welcome.ipynb").is_file()
    assert said["name"] == lang.text("exercise.passed", "ko")
