"""Processes that share a batch, and one that is alone (several: tests/course_tools/test_torchrun.py)."""

from __future__ import annotations

import pytest
import torch
from support import refuses

from course_lib import device, lang, ranks


@pytest.fixture
def two(monkeypatch):
    """What torchrun tells the second of two processes."""
    for name, value in {"WORLD_SIZE": "2", "RANK": "1", "MASTER_ADDR": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)


def test_a_process_knows_its_place_before_it_joins(two, monkeypatch):
    assert ranks.told() == ranks.Ranks(1, 2) and not ranks.told().first
    assert ranks.here() == ranks.Ranks()
    monkeypatch.delenv("MASTER_ADDR")  # another launcher's WORLD_SIZE: nobody to join
    assert ranks.told() == ranks.Ranks()
    with ranks.joined("cpu") as place:
        assert place == ranks.Ranks()


def test_one_gpu_named_for_all_processes_is_refused(two, monkeypatch, unchecked):
    monkeypatch.setattr(device, "pick", torch.device)
    refuses(lambda: ranks.joined("cuda:1").__enter__(), "error.ranks_index", got="'cuda:1'")
    refuses(lambda: ranks.joined("mps").__enter__(), "error.ranks_device", got="'mps'")


def test_trouble_of_ones_own_is_not_called_another_process_s(monkeypatch):
    waited = []
    monkeypatch.setattr(ranks.time, "sleep", waited.append)

    def failing(problem):
        def collective(x, *more):
            raise problem

        monkeypatch.setattr(ranks.dist, "all_reduce", collective)
        with pytest.raises((ValueError, RuntimeError)) as caught:
            ranks.summed(torch.zeros(2))
        return caught.value

    full = torch.OutOfMemoryError("full")
    assert failing(full) is full and waited == []
    broken = RuntimeError("Connection reset by peer")
    said = failing(broken)
    assert str(said) == lang.text("error.rank_lost") and said.__cause__ is broken
    assert waited == [ranks.PATIENCE]
