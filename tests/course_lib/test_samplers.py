"""Samplers: the steps' identities, and the loop visits, draws, keeps and leaks exactly what it says."""

from __future__ import annotations

import weakref
from functools import partial
from itertools import pairwise

import identities as ids
import numpy as np
import pytest
import torch
from support import FLOAT32, error, noise, refuses

from course_lib import samplers, schedules
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel
from course_lib.samplers import ddim_step, ddpm_step, final, sample
from course_lib.unet import UNet

LIB = ids.library()
ALL_KINDS = pytest.mark.parametrize("kind", ids.KINDS)


def zero(x_t, t):
    return torch.zeros_like(x_t)


@ALL_KINDS
def test_the_ancestral_step_is_the_posterior(kind):
    ids.ancestral_step_is_the_posterior(LIB, kind)


@pytest.mark.parametrize(
    "identity",
    [
        ids.respaced_step_is_the_ancestral_one, ids.ddim_keeps_the_variance, ids.visits_every_timestep,
        ids.noise_is_fresh, ids.trajectory_repeats_the_steps,
    ],
)  # fmt: skip
def test_identity(identity):
    identity(LIB)


@ALL_KINDS
def test_ddim_stays_on_the_path_of_the_true_noise(kind):
    ids.ddim_stays_on_the_path(LIB, kind)


@ALL_KINDS
def test_ddim_at_eta_1_is_ddpm(kind):
    ids.ddim_at_eta_1_is_ddpm(LIB, kind)


@pytest.mark.parametrize("visited", [None, samplers.times(200, 17)])
def test_whole_runs_of_ddim_at_eta_1_and_ddpm_agree(visited):
    """The same seed draws the same noise for both, so the two pictures are one."""
    schedule, x_T = schedules.linear(200), noise(4, 1, 2, 3)
    model = ids.make_mixture(LIB, (1, 2, 3)).optimal_eps(schedule)
    a, b = (
        final(sample(model, step, x_T, schedule, visited, torch.Generator().manual_seed(5)))
        for step in (partial(ddpm_step, variance="beta_tilde"), partial(ddim_step, eta=1.0))
    )
    assert error(a, b) < 1e-10  # 200 steps, each losing up to 1e4 eps where 1 - alpha_bar is 1e-4


def test_times_fall_from_T_to_0_without_repeats():
    for T in (1, 2, 3, 7, 50, 999, 1000):
        for steps in sorted({1, 2, 3, 5, 7, 20, 49, 50, T // 2, T - 1, T}):
            if not 1 <= steps <= T:
                continue
            got = samplers.times(T, steps)
            assert len(got) == steps + 1 and got[0] == T and got[-1] == 0
            assert all(a > b for a, b in pairwise(got)), (T, steps)
            if steps > 1:
                assert got[-2] == 1
                even = [T - k * (T - 1) / (steps - 1) for k in range(steps)]
                assert max(abs(a - b) for a, b in zip(got, even, strict=False)) <= 0.5
    assert samplers.times(1000, 1000) == list(range(1000, -1, -1))


def test_given_times_are_the_visited_ones():
    asked = []

    def model(x_t, t):
        asked.append(int(t[0]))
        return 0 * x_t

    states = list(sample(model, ddim_step, noise(2, 3), schedules.linear(), [700, 300, 2, 0]))
    assert asked == [700, 300, 2] and [s.t for s in states] == [700, 300, 2, 0]
    assert error(states[-1].x_t, states[-1].x_0_hat) == 0 == error(states[-1].eps_hat, 0 * noise(2, 3))


def test_ddim_at_eta_0_draws_no_noise():
    g = torch.Generator().manual_seed(1)
    before = g.get_state()
    final(sample(zero, ddim_step, noise(2, 3), schedules.linear(20), generator=g))
    assert torch.equal(g.get_state(), before)
    final(sample(zero, partial(ddim_step, eta=0.0), noise(2, 3), schedules.linear(20), generator=g))
    assert torch.equal(g.get_state(), before)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    final(sample(zero, ddpm_step, noise(2, 3), schedules.linear(20), generator=g))
    assert torch.equal(torch.rand(1), expected)  # noise comes from the generator, never from the global one


def test_same_seed_same_picture(where):
    schedule = schedules.linear(20)
    model = ids.make_mixture(LIB, (1, 2, 3)).optimal_eps(schedule)
    x_T = noise(3, 1, 2, 3).to(where)

    def picture(seed):
        return final(
            sample(model, ddpm_step, x_T, schedule, generator=torch.Generator(where).manual_seed(seed))
        )

    assert error(picture(1), picture(1)) == 0 < error(picture(1), picture(2))
    assert picture(1).device.type == where.type


def test_a_run_on_the_device_equals_the_cpus(where):
    schedule = schedules.cosine(50)
    model = ids.make_mixture(LIB, (1, 2, 3)).optimal_eps(schedule)
    x_T = noise(3, 1, 2, 3)
    here = list(sample(model, ddim_step, x_T, schedule))
    there = list(sample(model, ddim_step, x_T.to(where), schedule))
    for a, b in zip(here, there, strict=True):
        assert all(error(u, v) < 1e-10 for u, v in zip(a[1:], b[1:], strict=True))
    single = list(sample(model, ddim_step, x_T.float().to(where), schedule))
    assert single[-1].x_t.dtype == torch.float32 and error(single[-1].x_t, here[-1].x_t) < 1e3 * FLOAT32


RULES = {
    "x_t": lambda x_t: x_t + 1,
    "x_t, eps_hat": lambda x_t, eps_hat: x_t + 1 + 0 * eps_hat,
    "eps_hat, t, x_t": lambda eps_hat, t, x_t: x_t + t / t,
    "z": lambda z, x_t: x_t + 1 + 0 * z,
    "t, t_next": lambda x_t, t, t_next: x_t + t - t_next,
    "schedule": lambda x_t, schedule: x_t + schedule.alpha_bar[0].item(),
    "all": lambda x_t, t, t_next, eps_hat, z, schedule: x_t + t - t_next + 0 * z,
    "anything": lambda **given: given["x_t"] + len(given) - 5,
    "an option": lambda x_t, step=1: x_t + step,
    "bound": partial(lambda x_t, schedule: x_t + schedule, schedule=1),
}


@pytest.mark.parametrize("names", RULES)
def test_a_learners_rule_names_only_what_it_needs(names):
    assert error(final(sample(zero, RULES[names], noise(2, 3), schedules.linear(7))), noise(2, 3) + 7) < 1e-14


def test_a_learners_ddim_without_default_noise_runs_at_eta_0():
    def my_ddim(x_t, t, t_next, eps_hat, z, schedule, eta=0.0):
        return ddim_step(x_t, t, t_next, eps_hat, schedule, eta, z)

    x_T, schedule = noise(2, 3), schedules.linear(7)
    assert (
        error(final(sample(zero, my_ddim, x_T, schedule)), final(sample(zero, ddim_step, x_T, schedule))) == 0
    )


def test_final_is_the_last_state():
    schedule, model = schedules.linear(9), ids.make_mixture(LIB, (1,)).optimal_eps(schedules.linear(9))
    states = list(sample(model, ddim_step, noise(3, 1), schedule))
    assert error(final(sample(model, ddim_step, noise(3, 1), schedule)), states[-1].x_t) == 0
    assert error(final(states[:4]), states[3].x_t) == 0


def test_no_state_is_kept():
    """A consumer that keeps nothing leaves at most the current image and the one before it alive."""
    alive = []
    for state in sample(lambda x_t, t: 0.1 * x_t, ddim_step, noise(2, 3), schedules.linear(30)):
        alive.append(weakref.ref(state.x_t))
        assert sum(ref() is not None for ref in alive) <= 3
    start = noise(2, 3)
    before = start.clone()
    final(sample(zero, ddpm_step, start, schedules.linear(5)))
    assert error(start, before) == 0


def test_grad_mode_does_not_leak_between_yields():
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    inside = []

    def model(x_t, t):
        inside.append(torch.is_grad_enabled())
        return weight * x_t

    for state in sample(model, ddim_step, noise(2, 3), schedules.linear(4)):
        assert torch.is_grad_enabled() and not state.x_t.requires_grad
    assert inside == [False] * 4
    with torch.no_grad():
        for _ in sample(model, ddim_step, noise(2, 3), schedules.linear(4)):
            assert not torch.is_grad_enabled()


@pytest.mark.parametrize("variance", samplers.VARIANCES)
def test_ddpm_with_the_exact_model_reproduces_a_gaussian(variance):
    n, mean, std = 4000, 0.4, 0.3
    schedule = schedules.linear()
    mixture = LIB.Mixture([1.0], torch.full((1, 1), mean, dtype=torch.float64), std)
    g = torch.Generator().manual_seed(0)
    x_T = torch.randn(n, 1, dtype=torch.float64, generator=g)
    step = partial(ddpm_step, variance=variance)
    x = final(sample(mixture.optimal_eps(schedule), step, x_T, schedule, generator=g))
    assert abs(float(x.mean()) - mean) < 4 * std * n**-0.5
    assert abs(float(x.std()) - std) < 4 * std * (2 * n) ** -0.5


def test_bad_times_and_steps_are_named(unchecked):
    schedule, x = schedules.linear(10), noise(2, 3)

    def run(visited):
        return lambda: sample(zero, ddim_step, x, schedule, visited)

    refuses(run([10, 5]), "error.times", T=10, got="10, 5")
    refuses(run([11, 5, 0]), "error.times", T=10, got="11, 5, 0")
    refuses(run([10, 5, 5, 3, 0]), "error.times", T=10, got="10, 5, 5, 3, …")
    refuses(run([1, 2, 0]), "error.times", T=10, got="1, 2, 0")
    refuses(run([0]), "error.times", T=10, got="0")
    refuses(run([]), "error.times", T=10, got="")
    for bad, got in (
        ([10.5, 0], "10.5, 0"), ("10", "1, 0"), ([True, 0], "True, 0"), ([float("nan"), 0], "nan, 0"),
        ([10, None, 0], "10, None, 0"), (5, "5"), (torch.tensor([9.0, 0.0]), "9.0, 0.0"),
    ):  # fmt: skip
        refuses(run(bad), "error.times", T=10, got=got)
    refuses(lambda: samplers.times(2.5, 1), "error.T", got="2.5")
    for steps in (0, 11, -1, 2.5, "3", True):
        refuses(lambda steps=steps: samplers.times(10, steps), "error.steps", got=steps, T=10)

    def one_back(x_t, t, eps_hat):
        return x_t

    refuses(lambda: sample(zero, one_back, x, schedule, [10, 5, 0]), "error.cannot_skip", step="one_back")
    allowed = "x_t, t, t_next, eps_hat, z, schedule"

    def misnamed(x_t, eps):
        return x_t

    refuses(
        lambda: sample(zero, misnamed, x, schedule),
        "error.step_names",
        step="misnamed",
        got="eps",
        allowed=allowed,
    )
    refuses(lambda: final([]), "error.no_steps")
    refuses(
        lambda: next(sample(lambda x_t, t: x_t[:1], ddim_step, x, schedule)),
        "error.model_shape", t=10, want=(2, 3), got=(1, 3),
    )  # fmt: skip
    refuses(
        lambda: next(sample(lambda x_t, t: None, ddim_step, x, schedule)),
        "error.model_shape", t=10, want=(2, 3), got="NoneType",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "got"),
    [
        (lambda x_t: x_t[:1], (1, 3)), (lambda x_t: x_t.mean(), ()), (lambda x_t: None, "NoneType"),
        (lambda x_t: (x_t, x_t), "tuple"), (lambda x_t: x_t.numpy(), "ndarray"),
    ],
)  # fmt: skip
def test_a_rule_that_answers_with_something_else_is_named(rule, got, unchecked):
    """Another shape would be walked on with: the batch would change in silence."""
    x, schedule = noise(2, 3), schedules.linear(10)
    refuses(
        lambda: next(sample(zero, rule, x, schedule)),
        "error.rule_shape", step="<lambda>", t=10, want=(2, 3), got=got,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("x_T", "key", "values"),
    [
        (None, "error.tensor", {"name": "x_T", "got": "NoneType"}),
        (np.zeros((2, 3)), "error.tensor", {"name": "x_T", "got": "ndarray"}),
        (torch.tensor(1.0), "error.image_shape", {"got": (), "want": "(B, …)"}),
        (torch.ones(2, 3, dtype=torch.uint8), "error.float_images", {"got": torch.uint8}),
    ],
)
def test_a_start_that_is_no_batch_of_images_is_named(x_T, key, values, unchecked):
    refuses(lambda: sample(zero, ddim_step, x_T, schedules.linear(10)), key, **values)


def test_a_tensor_of_times_is_welcome(unchecked):
    states = list(sample(zero, ddim_step, noise(2, 3), schedules.linear(10), torch.tensor([9, 4, 0])))
    assert [s.t for s in states] == [9, 4, 0]


def test_numpys_whole_numbers_are_numbers_of_steps(unchecked):
    assert samplers.times(np.int64(10), np.int32(4)) == samplers.times(10, 4)
    assert all(type(t) is int for t in samplers.times(np.int64(10), np.int32(4)))


def test_a_model_is_sampled_with_its_own_schedule_only(unchecked):
    """An equal schedule made anew is the same one; any other would answer in silence, and wrongly."""
    own, x = schedules.linear(10), noise(2, 1, 2, 2)
    plain = EpsModel(torch.nn.Conv2d(1, 1, 1), own)
    knowing = EpsModel(UNet(widths=(4, 8), embedding=8, time_width=8), own)
    models = {
        "mixture": ids.make_mixture(LIB, (1, 2, 2)).optimal_eps(own),
        "network": plain,
        "guided": guide(knowing, torch.tensor([1, 2]), w=1.0),
    }
    for name, model in models.items():
        assert sample(model, ddim_step, x, schedules.linear(10)), name
        for other in (schedules.cosine(10), schedules.linear(9), schedules.linear(10, beta_T=0.03)):
            refuses(
                lambda model=model, other=other: sample(model, ddim_step, x, other),
                "error.other_schedule", own=own, got=other,
            )  # fmt: skip


def test_bad_steps_are_named(unchecked):
    schedule, x, wide = schedules.linear(10), noise(2, 3), noise(1, 3)
    refuses(
        lambda: ddpm_step(x, 5, x, x, schedule, "small"),
        "error.variance_name", got="'small'", allowed="beta, beta_tilde",
    )  # fmt: skip
    refuses(lambda: ddpm_step(x, 0, x, x, schedule), "error.t_zero", got=0, first=1, T=10)
    refuses(lambda: ddpm_step(x, 11, x, x, schedule), "error.t_range", got=11, first=1, T=10)
    refuses(lambda: ddpm_step(x, 5, x, x, schedule, t_next=5), "error.t_next", t=5, got=5)
    refuses(lambda: ddim_step(x, 5, 6, x, schedule), "error.t_next", t=5, got=6)
    refuses(lambda: ddim_step(x, 5, -1, x, schedule), "error.t_next", t=5, got=-1)
    refuses(lambda: ddim_step(x, 5, 4, x, schedule, 1.5, x), "error.eta", got=1.5)
    refuses(lambda: ddim_step(x, 5, 4, x, schedule, float("nan"), x), "error.eta", got=float("nan"))
    refuses(lambda: ddim_step(x, 5, 4, x, schedule, "1"), "error.number", name="eta", got="'1'")
    refuses(lambda: ddim_step(x, 5, 4, x, schedule, 0.5), "error.eta_noise", got=0.5)
    t = torch.tensor([5, 5])
    refuses(lambda: ddpm_step(x, t, x, x, schedule), "error.one_t", rule="ddpm_step", got="Tensor (2,)")
    refuses(
        lambda: ddpm_step(x, 5, x, x, schedule, t_next=t), "error.one_t", rule="ddpm_step", got="Tensor (2,)"
    )
    refuses(lambda: ddim_step(x, t, 4, x, schedule), "error.one_t", rule="ddim_step", got="Tensor (2,)")
    refuses(lambda: ddim_step(x, 5, t, x, schedule), "error.one_t", rule="ddim_step", got="Tensor (2,)")
    refuses(lambda: ddim_step(x, 5, 4.0, x, schedule), "error.one_t", rule="ddim_step", got="float")
    assert error(ddim_step(x, np.int64(5), np.int64(4), x, schedule), ddim_step(x, 5, 4, x, schedule)) == 0
    said = {"want": (2, 3), "got": (1, 3), "x": "x_t"}
    refuses(lambda: ddpm_step(x, 5, wide, x, schedule), "error.noise_shape", eps="eps_hat", **said)
    refuses(lambda: ddpm_step(x, 5, x, wide, schedule), "error.noise_shape", eps="z", **said)
    refuses(lambda: ddim_step(x, 5, 4, wide, schedule), "error.noise_shape", eps="eps_hat", **said)
    refuses(lambda: ddim_step(x, 5, 4, x, schedule, 1.0, wide), "error.noise_shape", eps="z", **said)
