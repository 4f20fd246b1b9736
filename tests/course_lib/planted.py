"""A copy of one module with a planted mistake, for identities that must reject it."""

from __future__ import annotations
import __future__

import inspect
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest


def planted(module: ModuleType, right: str, wrong: str) -> SimpleNamespace:
    """The names of ``module`` as its source would give them if it read ``wrong`` for ``right``.

    LookupError, which no ``raises(AssertionError)`` takes for a caught mistake, where ``right`` is not there
    exactly once.
    """
    source = inspect.getsource(module)
    if source.count(right) != 1:
        raise LookupError(f"{module.__name__} holds {right!r} {source.count(right)} times")
    name = f"{module.__name__}_planted"
    space = sys.modules.setdefault(name, ModuleType(name)).__dict__  # dataclasses ask for their module
    flags = __future__.annotations.compiler_flag
    exec(compile(source.replace(right, wrong), f"mutant of {module.__name__}", "exec", flags=flags), space)
    return SimpleNamespace(**space)


def rejects(
    module: ModuleType, right: str, wrong: str, identity: Callable[[SimpleNamespace], object]
) -> None:
    """The test fails unless ``identity`` does on ``module`` with this mistake planted."""
    mutant = planted(module, right, wrong)  # outside: a mistake that is not planted is not caught
    with pytest.raises(AssertionError):
        identity(mutant)
