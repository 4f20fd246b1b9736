"""What every benchmark prints around its tables: the machine before them, what was missed after them."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import version

import torch


def machine(packages: Iterable[str] = (), also: str = "") -> str:
    """One line: processor, threads, and the versions of Python, torch and the packages compared with."""
    parts = [
        platform.machine(),
        f"{os.cpu_count()} CPU cores",
        f"{torch.get_num_threads()} threads",
        f"Python {platform.python_version()}",
        f"torch {torch.__version__}",
        *(f"{package} {version(package)}" for package in packages),
    ]
    return ", ".join(parts) + (f"; {also}" if also else "")


def over(what: str, figure: float, limit: float, digits: int = 2) -> list[str]:
    """The line that says that a figure, which may be ``limit`` at most, is more (or is no number)."""
    return [] if figure <= limit else [f"{what}: {figure:.{digits}f} > {limit:g}"]


def under(what: str, figure: float, limit: float, digits: int = 2) -> list[str]:
    """The line that says that a figure, which must be ``limit`` at least, is less (or is no number)."""
    return [] if figure >= limit else [f"{what}: {figure:.{digits}f} < {limit:g}"]


def close(missed: list[str], check: bool) -> None:
    """Print what missed its target; with ``check``, exit 1 where anything did."""
    print("\n" + ("\n".join(f"missed: {line}" for line in missed) or "every target met"))
    if check and missed:
        sys.exit(1)
