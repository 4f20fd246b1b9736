"""A benchmark with --check must fail where a target is missed: each is missed here once, on made-up times."""

from __future__ import annotations

import math
from collections.abc import Iterator

import bench_report
import bench_sampling
import pytest

FAST = {"DDPM, ours": 55.0, "DDPM, diffusers": 164.0, "DDIM, ours": 11.0, "DDIM, diffusers": 80.0}


def test_what_meets_every_target_misses_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_sampling.judge_arithmetic(FAST) == []
    bench_report.close([], check=True)
    assert capsys.readouterr().out.strip() == "every target met"


@pytest.mark.parametrize(
    ("slow", "says"),
    [
        ({"DDPM, ours": 60.5}, "DDPM, µs a step: 60.5 > 60"),
        ({"DDPM, diffusers": 140.0}, "DDPM, of diffusers' time: 0.393 > 0.37"),
        ({"DDIM, ours": 12.0, "DDIM, diffusers": 79.0}, "DDIM, of diffusers' time: 0.152 > 0.15"),
        ({"DDIM, ours": 12.1, "DDIM, diffusers": 90.0}, "DDIM, µs a step: 12.1 > 12"),
        ({"DDIM, ours": math.nan}, "DDIM, µs a step: nan > 12"),
    ],
)
def test_a_planted_miss_is_named(slow: dict[str, float], says: str) -> None:
    missed = bench_sampling.judge_arithmetic(FAST | slow)
    assert missed[0] == says and len(missed) == (2 if "nan" in says else 1)


@pytest.mark.parametrize(("long", "missed"), [(21.0, 0), (19.0, 1)])
def test_the_long_walk_is_compared_round_by_round(
    long: float, missed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine twice as slow in one round changes both times of it, not their ratio."""

    def clock() -> Iterator[float]:
        now = 0.0
        for slowness in (1, 2, 1):
            for took in (long, 1.0):
                yield now
                now += took * slowness
                yield now

    ticks = clock()
    monkeypatch.setattr(bench_sampling.time, "perf_counter", lambda: next(ticks))
    order: list[str] = []
    lines = bench_sampling.turns(lambda: order.append("long"), lambda: order.append("short"), 3)
    assert order == ["short", *["long", "short"] * 3]
    assert len(lines) == missed and f"ratio {long}" in capsys.readouterr().out


def test_check_exits_1_where_anything_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    bench_report.close(["a: 2.00 > 1"], check=False)
    with pytest.raises(SystemExit) as left:
        bench_report.close(["a: 2.00 > 1"], check=True)
    assert left.value.code == 1 and capsys.readouterr().out.count("missed: a: 2.00 > 1") == 2
