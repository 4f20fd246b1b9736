"""Who may import whom (DESIGN 4.10), read from the code and seen again in a fresh process."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What draws; every other module of course_lib itself counts as maths.
NOT_MATHS = {"figures", "pictures"}
MATHS = sorted(path.stem for path in (ROOT / "course_lib").glob("[a-z]*.py") if path.stem not in NOT_MATHS)
PICTURES = ("matplotlib", "IPython", "ipywidgets", "anywidget", "course_lib.widgets", "course_lib.figures")


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


LIBRARY = modules("course_lib")
TOOLS = modules("course_tools")


def imports(source: str, name: str = "", typing_too: bool = True) -> set[str]:
    """The dotted names that a module imports, at once or lazily, and those that only a type checker sees."""

    def nodes(tree: ast.AST) -> Iterator[ast.AST]:
        for node in ast.iter_child_nodes(tree):
            typing_only = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
            if typing_too or not typing_only:
                yield node
                yield from nodes(node)

    found = set()
    for node in nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(name.split(".")[: -node.level]) + "." if node.level else ""
            base = f"{parent}{node.module or ''}".rstrip(".")
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def forbidden(found: set[str], roots: tuple[str, ...]) -> set[str]:
    """Those of the imported names that lie in one of ``roots``."""
    return {name for name in found for root in roots if name == root or name.startswith(root + ".")}


def loaded(statement: str) -> set[str]:
    """The modules in memory after a statement in a fresh Python."""
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("source", ["import matplotlib.pyplot as plt", "from IPython import display"])
def test_the_rule_sees_a_planted_import(source: str) -> None:
    lazily = f"def f():\n    {source}"
    assert forbidden(imports(source), PICTURES)
    assert forbidden(imports(lazily), PICTURES)
    assert imports(lazily, typing_too=False) == imports(lazily)
    assert not imports(f"if TYPE_CHECKING:\n    {source}", typing_too=False)
    assert not forbidden(imports("import matplotlibrary"), PICTURES)
    assert imports("from . import figures", "course_lib.forward") >= {"course_lib.figures"}
    assert imports("from .widgets import player", "course_lib.forward") >= {"course_lib.widgets"}


def test_what_is_no_maths_exists_and_the_rest_is_maths() -> None:
    assert {path.stem for path in (ROOT / "course_lib").glob("*.py")} >= NOT_MATHS
    assert {"forward", "samplers", "schedules", "unet"} <= set(MATHS)


@pytest.mark.parametrize("name", MATHS)
def test_maths_draws_nothing(name: str) -> None:
    dotted = f"course_lib.{name}"
    assert not forbidden(imports(LIBRARY[dotted].read_text(encoding="utf-8"), dotted), PICTURES)


def test_maths_draws_nothing_through_others_either() -> None:
    names = ", ".join(MATHS)
    assert not forbidden(loaded(f"from course_lib import {names}"), (*PICTURES, "torchvision", "diffusers"))


def test_the_ledger_draws_only_when_asked_for_a_picture() -> None:
    ledger = [name for name in LIBRARY if name.startswith("course_lib.ledger")]
    assert len(ledger) > 5
    for name in set(ledger) - {"course_lib.ledger.page"}:
        assert not forbidden(imports(LIBRARY[name].read_text(encoding="utf-8"), name), PICTURES), name
    assert not forbidden(loaded("import course_lib.ledger"), (*PICTURES, "torchvision", "diffusers"))


WIDGETS = [name for name in LIBRARY if name.startswith("course_lib.widgets")]


def test_widgets_know_no_torch() -> None:
    assert WIDGETS
    for name in WIDGETS:
        assert not forbidden(imports(LIBRARY[name].read_text(encoding="utf-8"), name), ("torch",)), name
    assert not forbidden(loaded("import " + ", ".join(WIDGETS)), ("torch",))


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_does_not_know_the_tools(name: str) -> None:
    found = imports(LIBRARY[name].read_text(encoding="utf-8"), name)
    assert not forbidden(found, ("course_tools", "tests", "pytest", "diffusers"))


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """A cycle of the graph, or an empty list."""
    done: set[str] = set()

    def visit(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        done.add(node)
        for following in sorted(graph.get(node, ())):
            if found := visit(following, [*trail, node]):
                return found
        return []

    for start in sorted(graph):
        if found := visit(start, []):
            return found
    return []


def needs_of(name: str, typing_too: bool = True, package: dict[str, Path] = LIBRARY) -> set[str]:
    """The modules of its own package that one of them imports."""
    path = package[name]
    # A lazy import only hides a cycle, so it counts; one for the type checker alone does not run at all.
    needs = imports(path.read_text(encoding="utf-8"), name, typing_too) & set(package)
    # `from package import module` inside package needs the module only
    return needs - {name if path.name == "__init__.py" else name.rpartition(".")[0]}


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """Everything that ``start`` needs, through others too."""
    found, waiting = set[str](), [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def upstream(graph: dict[str, set[str]], chain: list[str]) -> list[tuple[str, str]]:
    """The pairs (earlier, later) of a declared order in which the earlier one needs the later one."""
    pairs = ((early, late) for i, early in enumerate(chain) for late in chain[i + 1 :])
    return [(early, late) for early, late in pairs if late in reached(graph, early)]


def test_the_flow_is_the_one_that_contributing_declares() -> None:
    assert upstream({"a": {"x"}, "x": {"c"}, "c": set()}, ["a", "b", "c"]) == [("a", "c")]
    assert upstream({"c": {"b"}, "b": {"a"}}, ["a", "b", "c"]) == []
    house = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chains = [
        [f"course_lib.{name.strip()}" for name in found.split("→")]
        for found in re.findall(r"`([a-z_]+(?: → [a-z_]+)+)`", house)
    ]
    assert len(chains) == 2 and all(name in LIBRARY for chain in chains for name in chain)
    graph = {name: needs_of(name, typing_too=False) for name in LIBRARY}
    assert [upstream(graph, chain) for chain in chains] == [[], []]
    # The two stand side by side: what trains needs no sampler, and what samples no loss.
    shared = {"course_lib.data", "course_lib.forward"}
    for one, other in (chains, chains[::-1]):
        for name in set(one) - shared:
            assert not reached(graph, name) & set(other) - shared, name


def test_no_module_needs_itself() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    for package in (LIBRARY, TOOLS):
        assert cycle({name: needs_of(name, typing_too=False, package=package) for name in package}) == []


def test_import_course_lib_is_quick_and_loads_little() -> None:
    heavy = ("torchvision", "anywidget", "ipywidgets", "matplotlib", "IPython", "diffusers")
    assert not forbidden(loaded("import course_lib"), heavy)
    # Processor time, not the clock's: a busy machine must not decide this.
    code = (
        "import time, torch; start = time.process_time()\n"
        f"import course_lib; from course_lib import {', '.join(MATHS)}\n"
        "print(time.process_time() - start)"
    )
    runs = [
        float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout)
        for _ in range(2)
    ]
    assert min(runs) <= 0.3
