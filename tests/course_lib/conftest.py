"""What the tests of course_lib share: a device to run on, and the library as a learner has it."""

from __future__ import annotations

import jaxtyping
import pytest
import torch


@pytest.fixture
def unchecked(monkeypatch):
    """The library as a learner has it: jaxtyping's own check, on under pytest, would answer before ours."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture(params=["cpu", "cuda"])
def where(request) -> torch.device:
    """Each device in turn."""
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    return torch.device(request.param)
