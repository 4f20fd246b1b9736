"""Schedules: the tables are what the papers define, and a bad t or beta is named."""

from __future__ import annotations

import json

import identities as ids
import numpy as np
import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import losses, samplers, schedules
from course_lib.schedules import gather

LIB = ids.namespace()


@pytest.mark.parametrize("kind", ids.KINDS)
def test_tables_are_their_definitions(kind):
    ids.schedule_tables(LIB, kind)


def test_linear_endpoints():
    ids.linear_endpoints(LIB)


def test_cosine_formula_and_clip():
    ids.cosine_follows_its_formula(LIB)
    assert int((schedules.cosine().beta == 0.999).sum()) == 1


@pytest.mark.parametrize("kind", ids.KINDS)
def test_tables_have_slot_0_for_the_clean_image(kind):
    schedule = ids.schedule_of(LIB, kind)
    for name in ("beta", "alpha", "alpha_bar", "beta_tilde", "snr"):
        table = getattr(schedule, name)
        assert table.shape == (schedule.T + 1,) and table.dtype == torch.float64, name
    assert float(schedule.beta[0]) == 0 == float(schedule.beta_tilde[0])
    assert float(schedule.alpha_bar[0]) == 1
    assert float(schedule.beta_tilde[1]) == 0
    assert float(schedule.snr[0]) == float("inf")
    assert (schedule.alpha_bar.diff() < 0).all() and (schedule.snr.diff() < 0).all()
    assert (schedule.beta_tilde <= schedule.beta).all()


def test_from_betas_is_the_inverse_of_beta():
    betas = [0.3, 0.05, 0.2]
    assert schedules.from_betas(betas).beta.tolist() == [0.0, *betas]
    assert schedules.from_betas(torch.tensor(betas, dtype=torch.float64)).beta.tolist() == [0.0, *betas]


@pytest.mark.parametrize("kind", ids.KINDS)
def test_spec_builds_the_same_schedule_again(kind):
    schedule = ids.schedule_of(LIB, kind)
    again = schedules.from_spec(schedule.spec)
    assert error(again.alpha_bar, schedule.alpha_bar) == 0 and again.spec == schedule.spec
    assert repr(schedule).startswith(f"Schedule(name={kind}, T={schedule.T}")


def test_one_step_schedule():
    assert schedules.linear(T=1).beta.tolist() == [0.0, 1e-4]


def test_gather_broadcasts_over_the_items(where):
    schedule = schedules.linear()
    t = torch.tensor([1, 500, 1000])
    for dtype in (torch.float32, torch.float64):
        x = noise(3, 2, 4, 4).to(where, dtype)
        got = gather(schedule.alpha_bar, t.to(where), x)
        assert got.shape == (3, 1, 1, 1) and got.dtype == dtype and got.device.type == where.type
        assert error(got[:, 0, 0, 0], schedule.alpha_bar[t]) < FLOAT32
    assert gather(schedule.alpha_bar, 500, noise(3, 2)) == float(schedule.alpha_bar[500])
    assert error(gather(schedule.alpha_bar, t, noise(3)), schedule.alpha_bar[t]) == 0


def test_any_integers_are_timesteps(unchecked):
    """uint8 above all: torch would take it for a mask."""
    schedule, x = schedules.linear(), noise(4, 2)
    at = [1, 0, 200, 3]
    want = schedule.alpha_bar[at][:, None]
    for dtype in (torch.uint8, torch.int16, torch.int32, torch.int64):
        t = torch.tensor(at, dtype=dtype)
        assert error(gather(schedule.alpha_bar, t, x, first=0), want) == 0, dtype
    assert error(gather(schedule.alpha_bar, torch.ones(4, dtype=torch.uint8), x), want[:1].expand(4, 1)) == 0
    assert gather(schedule.alpha_bar, np.int64(5), x) == float(schedule.alpha_bar[5])


def test_numpys_whole_numbers_build_schedules(unchecked):
    for make in (schedules.linear, schedules.cosine):
        assert error(make(np.int64(10)).beta, make(10).beta) == 0
        assert json.loads(json.dumps(make(np.int64(10)).spec)) == make(10).spec


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_signal_and_noise_are_rounded_once(dtype, where):
    """Square roots in float64, one rounding to the image's dtype; an int t gives the same numbers."""
    schedule, t = schedules.linear(), torch.tensor([1, 2, 3, 40, 1000])
    x = noise(5, 2, 2).to(where, dtype)
    signal, left = schedules.signal_noise(t.to(where), x, schedule)
    for got, table in ((signal, schedule.alpha_bar), (left, 1 - schedule.alpha_bar)):
        assert got.shape == (5, 1, 1) and got.dtype == dtype and got.device.type == where.type
        want = table[t].sqrt()
        assert error(got[:, 0, 0] / want.to(where), torch.ones(5)) <= torch.finfo(dtype).eps / 2 + 1e-15
    for i, at in enumerate(t.tolist()):
        assert schedules.signal_noise(at, x, schedule) == (float(signal[i]), float(left[i]))


def test_bad_t_is_named(unchecked):
    table, x = schedules.linear().beta, noise(2, 3)

    def at(t, first=1):
        return lambda: gather(table, t, x, first)

    refuses(at(1001), "error.t_range", got=1001, first=1, T=1000)
    refuses(at(-1), "error.t_range", got=-1, first=1, T=1000)
    refuses(at(-1, 0), "error.t_range", got=-1, first=0, T=1000)
    refuses(at(0), "error.t_zero", got=0, first=1, T=1000)
    refuses(at(torch.tensor([0, 5])), "error.t_zero", got=0, first=1, T=1000)
    refuses(at(torch.tensor([5, 1001])), "error.t_range", got=1001, first=1, T=1000)
    refuses(at(torch.tensor([-3, 5])), "error.t_range", got=-3, first=1, T=1000)
    refuses(at(torch.tensor([1.0, 2.0])), "error.t_dtype", got=torch.float32)
    refuses(at(torch.tensor([True, True])), "error.t_dtype", got=torch.bool)
    for dtype in (torch.complex64, torch.uint16, torch.uint64):
        refuses(at(torch.ones(2).to(dtype)), "error.t_dtype", got=dtype)
    for t, got in (
        (3.0, "float"),
        (True, "bool"),
        ([1, 2], "list"),
        (np.array([1, 2]), "ndarray"),
        (None, "NoneType"),
    ):
        refuses(at(t), "error.t_type", got=got)
    refuses(
        lambda: gather(table, torch.tensor([1, 2]), torch.tensor(1.0)), "error.t_shape", got=(2,), want=()
    )
    refuses(lambda: gather(table, 1, [1.0]), "error.tensor", name="x", got="list")
    refuses(at(torch.tensor([1, 2, 3])), "error.t_shape", got=(3,), want=(2,))
    refuses(at(torch.tensor([[1], [2]])), "error.t_shape", got=(2, 1), want=(2,))
    refuses(at(torch.tensor(1)), "error.t_shape", got=(), want=(2,))


def test_bad_schedules_are_named(unchecked):
    refuses(lambda: schedules.linear(0), "error.T", got="0")
    refuses(lambda: schedules.cosine(10.0), "error.T", got="10.0")
    refuses(lambda: schedules.linear(True), "error.T", got="True")
    refuses(lambda: schedules.linear(beta_1=0.0), "error.betas_range", t=1, got=0.0)
    refuses(lambda: schedules.linear(10, beta_T=1.0), "error.betas_range", t=10, got=1.0)
    refuses(lambda: schedules.from_betas([0.1, float("nan")]), "error.betas_range", t=2, got=float("nan"))
    refuses(lambda: schedules.from_betas([]), "error.betas_shape", got=(0,))
    refuses(lambda: schedules.from_betas(torch.ones(2, 2) / 2), "error.betas_shape", got=(2, 2))
    refuses(lambda: schedules.cosine(s=-1.0), "error.cosine_s", got=-1.0)
    refuses(lambda: schedules.linear(10, "x"), "error.number", name="beta_1", got="'x'")
    refuses(lambda: schedules.linear(10, beta_T=None), "error.number", name="beta_T", got="None")
    refuses(lambda: schedules.cosine(s=None), "error.number", name="s", got="None")
    refuses(lambda: schedules.cosine(beta_max="1"), "error.number", name="beta_max", got="'1'")
    for betas in (None, {"a": 0.1}, ["a"], [0.1j], np.array([0.1j]), (b for b in [0.1])):
        refuses(
            lambda betas=betas: schedules.from_betas(betas),
            "error.numbers", name="betas", got=type(betas).__name__,
        )  # fmt: skip


def test_a_beta_that_rounds_away_is_named(unchecked):
    """1 - alpha_bar would be 0 there, and beta_tilde 0 / 0."""
    refuses(lambda: schedules.from_betas([1e-20, 0.1]), "error.betas_tiny", t=1, got=1e-20)
    refuses(lambda: schedules.linear(3, 1e-3, 1e-17), "error.betas_tiny", t=3, got=1e-17)
    assert schedules.from_betas([1e-15] * 3).beta_tilde.isfinite().all()


def test_bad_specs_are_named(unchecked):
    allowed = "linear, cosine, from_betas"
    for spec, got in (({"name": "square"}, "'square'"), ({}, "None"), (None, "None"), ({"name": []}, "[]")):
        refuses(lambda spec=spec: schedules.from_spec(spec), "error.schedule_name", got=got, allowed=allowed)
    spec = schedules.linear(10).spec
    fewer = {k: v for k, v in spec.items() if k != "T"}
    for other, got in ((spec | {"s": 1}, "T, beta_1, beta_T, s"), (fewer, "beta_1, beta_T")):
        refuses(
            lambda other=other: schedules.from_spec(other),
            "error.schedule_keys", name="linear", want="T, beta_1, beta_T", got=got,
        )  # fmt: skip
    refuses(
        lambda: schedules.from_spec({"name": "from_betas"}),
        "error.schedule_keys", name="from_betas", want="T, betas", got="",
    )  # fmt: skip
    own = schedules.from_betas([0.1, 0.2])
    assert error(schedules.from_spec(own.spec).beta, own.beta) == 0


def test_a_variance_is_chosen_by_name_in_one_place(unchecked):
    schedule = schedules.linear(20)
    assert (
        schedule.variance("beta") is schedule.beta and schedule.variance("beta_tilde") is schedule.beta_tilde
    )
    x = noise(2, 3)
    for bad in ("sigma", "", None, []):
        for call in (
            lambda bad=bad: schedule.variance(bad),
            lambda bad=bad: losses.weights(schedule, bad),
            lambda bad=bad: samplers.ddpm_step(x, 3, x, x, schedule, bad),
        ):
            refuses(call, "error.variance_name", got=repr(bad), allowed="beta, beta_tilde")


def test_a_spec_that_is_only_a_name_is_refused(unchecked):
    want = "T, beta_1, beta_T"
    refuses(lambda: schedules.from_spec("linear"), "error.schedule_keys", name="linear", want=want,
            got="'linear'")  # fmt: skip
