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
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib import device, samplers, schedules, walks
from course_lib.guidance import guide
from course_lib.parameterisations import EpsModel
from course_lib.samplers import ddim_step, ddpm_step, final, sample
from course_lib.unet import UNet

LIB = ids.namespace()
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
        ids.noise_is_fresh, ids.trajectory_repeats_the_steps, ids.ancestral_walk_keeps_the_marginals,
        ids.dpm_step_is_algorithm_2, ids.dpm_is_of_second_order, ids.grids_are_their_definition,
        ids.log_snr_times_are_even,
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


def mean_of(x_t, t, eps_hat, root="alpha"):
    beta, alpha_bar = LINEAR.beta[t], LINEAR.alpha_bar[t]
    under = alpha_bar if root == "alpha_bar" else 1 - beta
    return (x_t - beta / (1 - alpha_bar) ** 0.5 * eps_hat) / under**0.5


LINEAR = LIB.linear()
# The step rules that notes and first attempts contain.
WRONG = {
    "x_t less eps_hat": lambda x_t, t, eps_hat, z: x_t - eps_hat + (t > 1) * LINEAR.beta[t] ** 0.5 * z,
    "alpha_bar under the root": lambda x_t, t, eps_hat, z: (
        mean_of(x_t, t, eps_hat, "alpha_bar") + (t > 1) * LINEAR.beta[t] ** 0.5 * z
    ),
    "beta without its root": lambda x_t, t, eps_hat, z: (
        mean_of(x_t, t, eps_hat) + (t > 1) * LINEAR.beta[t] * z
    ),
    "noise at the last step": lambda x_t, t, eps_hat, z: mean_of(x_t, t, eps_hat) + LINEAR.beta[t] ** 0.5 * z,
    "eps_hat again as z": lambda x_t, t, eps_hat, z: (
        mean_of(x_t, t, eps_hat) + (t > 1) * LINEAR.beta[t] ** 0.5 * eps_hat
    ),
    "tables one step early": lambda x_t, t, eps_hat, z: (
        mean_of(x_t, max(t - 1, 1), eps_hat) + (t > 1) * LINEAR.beta[t] ** 0.5 * z
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_sampler_leaves_the_marginals(name):
    with pytest.raises(AssertionError):
        ids.ancestral_walk_keeps_the_marginals(LIB, WRONG[name])


@pytest.mark.parametrize("told", [-1, 1])
def test_a_model_told_another_t_leaves_the_marginals(told):
    with pytest.raises(AssertionError):
        ids.ancestral_walk_keeps_the_marginals(LIB, told=told)


def test_the_right_rule_written_here_keeps_the_marginals():
    """So that what the wrong ones are refused for is their mistake."""
    ids.ancestral_walk_keeps_the_marginals(
        LIB, lambda x_t, t, eps_hat, z: mean_of(x_t, t, eps_hat) + (t > 1) * LINEAR.beta[t] ** 0.5 * z
    )


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers' own
@pytest.mark.parametrize("visited", [samplers.times(1000, 12), [1000, 700, 690, 90, 3, 1, 0], [800, 0]])
@ALL_KINDS
def test_dpm_is_diffusers_second_order_solver(kind, visited):
    """Its two updates in float64 (its own ``step`` rounds the image to float32 first)."""
    diffusers = pytest.importorskip("diffusers", reason="diffusers belongs to the test dependencies")
    schedule = ids.schedule_of(LIB, kind)
    visited = visited if schedule.T == 1000 else [5, 4, 2, 1, 0]
    model, x_T = ids.make_mixture(LIB, (1, 2, 3)).optimal_eps(schedule), noise(3, 1, 2, 3)
    ours = list(sample(model, samplers.dpm_step, x_T, schedule, visited))

    theirs = diffusers.DPMSolverMultistepScheduler(num_train_timesteps=1000, solver_order=2)
    theirs.set_timesteps(len(visited) - 1)
    alpha_bar = schedule.alpha_bar[visited]
    theirs.sigmas = ((1 - alpha_bar) / alpha_bar).sqrt()
    x_t, before = x_T, None
    for k, (t, state) in enumerate(zip(visited[:-1], ours, strict=False)):
        theirs._step_index = k
        assert error(state.x_t, x_t) < 1e-9
        x_0_hat = LIB.predict_x_0(x_t, t, model(x_t, torch.full((3,), t)), schedule)
        if before is None or visited[k + 1] == 0:
            x_t = theirs.dpm_solver_first_order_update(x_0_hat, sample=x_t)
        else:
            x_t = theirs.multistep_dpm_solver_second_order_update([before, x_0_hat], sample=x_t)
        before = x_0_hat
    assert error(ours[-1].x_t, x_t) < 1e-9


def test_the_second_order_solver_wins_on_its_own_grid_only():
    """On the two-humped data of the figures; the truth is DDIM's at all 1000 steps."""
    schedule = schedules.linear()
    model = LIB.Mixture([0.5, 0.5], torch.tensor([[-1.0], [1.0]]).double(), 0.15).optimal_eps(schedule)
    x_T = noise(400, 1)
    truth = final(sample(model, ddim_step, x_T, schedule))

    def far(step, visited):
        return float((final(sample(model, step, x_T, schedule, visited)) - truth).square().mean().sqrt())

    for steps, times_better in ((10, 1.4), (20, 2.5), (50, 3)):
        own = samplers.log_snr_times(schedule, steps)
        assert far(samplers.dpm_step, own) < far(ddim_step, own) / times_better
    # linspace ends with a leap from t = 112 to 1, over which a straight line says nothing
    even = samplers.times(1000, 10)
    assert far(samplers.dpm_step, even) > 2 * far(ddim_step, even)


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
    "all": lambda x_t, t, t_next, eps_hat, z, schedule, previous: x_t + t - t_next + 0 * z,
    "previous": lambda x_t, previous: x_t + (1 if previous is None else previous.x_t * 0 + 1),
    "anything": lambda **given: given["x_t"] + len(given) - 6,
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


class Tensors(TorchDispatchMode):
    """Counts the tensors that operations made and that are alive, and the most there ever were."""

    def __init__(self):
        super().__init__()
        self.made, self.most = [], 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor):
            self.made = [ref for ref in self.made if ref() is not None]
            self.made.append(weakref.ref(out))
            self.most = max(self.most, len(self.made))
        return out


@pytest.mark.parametrize("step", [ddpm_step, ddim_step, samplers.dpm_step])
def test_memory_does_not_grow_with_the_steps(step):
    schedule = schedules.linear()
    assert schedule.alpha_bars  # its tables are made once

    def most(steps):
        with Tensors() as tensors:
            final(sample(lambda x_t, t: 0.1 * x_t, step, noise(2, 3), schedule, samplers.times(1000, steps)))
        return tensors.most

    assert 0 < most(300) == most(20)


def test_a_step_is_a_tuple_of_four_and_reads_x_0_once():
    x_t, eps_hat, asked = noise(2, 3), noise(2, 3, seed=1), []

    def read():
        asked.append(torch.is_grad_enabled())
        return 2 * x_t

    state = samplers.Step(7, x_t, read, eps_hat)
    assert not asked and len(state) == 4 and state._fields == ("t", "x_t", "x_0_hat", "eps_hat")
    t, x, x_0_hat, eps = state
    assert (t, x is x_t, eps is eps_hat) == (7, True, True) and error(x_0_hat, 2 * x_t) == 0
    assert state.x_0_hat is x_0_hat is state[2] and state[1:][1] is x_0_hat and asked == [False]
    assert samplers.Step(0, x_t, x_t, eps_hat).x_0_hat is x_t
    assert repr(state) == "Step(t=7, x_t=(2, 3))"


def test_the_step_before_is_given_as_it_was():
    """Whoever receives a state may write into its images: the next step must not see that."""
    schedule, visited = schedules.linear(50), samplers.times(50, 8)
    model, seen = ids.make_mixture(LIB, (1,)).optimal_eps(schedule), []

    def watching(x_t, t, t_next, eps_hat, schedule, previous):
        seen.append(None if previous is None else previous.t)
        return samplers.dpm_step(x_t, t, t_next, eps_hat, schedule, previous)

    right = final(sample(model, samplers.dpm_step, noise(3, 1), schedule, visited))
    for spoil in (0, 1, 2):  # each of its images in turn
        for state in sample(model, watching, noise(3, 1), schedule, visited):
            if state.t:
                (state.x_t, state.x_0_hat, state.eps_hat)[spoil].zero_()
        assert error(state.x_t, right) == 0 and seen == [None, *visited[:-2]]
        seen.clear()


def test_the_step_before_is_itself_a_copy():
    """A rule of one's own may read any of its images."""
    schedule, kept = schedules.linear(50), []

    def watching(x_t, t, t_next, eps_hat, schedule, previous):
        if previous is not None:
            for now, then in zip(previous[1:], kept, strict=True):
                assert error(now, then) == 0
        return ddim_step(x_t, t, t_next, eps_hat, schedule)

    for state in sample(lambda x_t, t: 0.1 * x_t, watching, noise(3, 1), schedule, samplers.times(50, 8)):
        kept = [x.clone() for x in state[1:]]
        for x in state[1:]:
            x.fill_(7) if state.t else None


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
    allowed = "x_t, t, t_next, eps_hat, z, schedule, previous"

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
    for name in ("Leading", "karras", None):
        refuses(
            lambda name=name: samplers.times(10, 5, name),
            "error.grid", got=repr(name), allowed="linspace, leading, trailing",
        )  # fmt: skip
    for steps in (0, 11, 2.5, None):
        refuses(lambda steps=steps: samplers.log_snr_times(schedule, steps), "error.steps", got=steps, T=10)
    refuses(
        lambda: next(sample(lambda x_t, t: x_t[:1], ddim_step, x, schedule)),
        "error.model_shape_at", step=1, steps=10, t=10, want=(2, 3), got=(1, 3),
    )  # fmt: skip
    refuses(
        lambda: final(sample(lambda x_t, t: None if int(t[0]) == 4 else x_t, ddim_step, x, schedule)),
        "error.model_shape_at", step=7, steps=10, t=4, want=(2, 3), got="NoneType",
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
        "error.rule_shape_at", rule="<lambda>", step=1, steps=10, t=10, want=(2, 3), got=got,
    )  # fmt: skip

    def late(x_t, t):
        return rule(x_t) if t == 4 else x_t

    refuses(
        lambda: final(sample(zero, late, x, schedule)),
        "error.rule_shape_at", rule="late", step=7, steps=10, t=4, want=(2, 3), got=got,
    )  # fmt: skip


def test_an_answer_on_another_device_is_named(unchecked):
    """No second device is needed: the message is about where the two lie."""
    x, schedule = noise(2, 3), schedules.linear(10)

    def model(x_t, t):
        return x_t.to("meta") if int(t[0]) == 4 else x_t

    def rule(x_t, t):
        return x_t.to("meta") if t == 4 else x_t

    at = {"step": 7, "steps": 10, "t": 4, "want": "cpu", "got": "meta"}
    refuses(lambda: final(sample(model, ddim_step, x, schedule)), "error.model_device", **at)
    refuses(lambda: final(sample(zero, rule, x, schedule)), "error.rule_device", rule="rule", **at)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_walk_keeps_the_dtype_that_it_began_with(dtype):
    x, schedule = noise(2, 3).to(dtype), schedules.linear(10)

    def model(x_t, t):
        return 0.1 * x_t.double()

    def rule(x_t, t, t_next, eps_hat, schedule):
        return ddim_step(x_t, t, t_next, eps_hat, schedule).double()

    for step in (ddim_step, samplers.dpm_step, rule):
        for state in sample(model, step, x, schedule):
            assert {x.dtype for x in (state.x_t, state.x_0_hat, state.eps_hat)} == {dtype}


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


def spoilt(at, value):
    return lambda x_t, t: 0 * x_t + (value if int(t[0]) == at else 0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_model_that_answers_nan_is_named_with_its_step(value, where):
    x_T, schedule = noise(2, 3).to(where), schedules.linear(100)
    visited = [100, 76, 51, 26, 1, 0]
    refuses(
        lambda: final(sample(spoilt(51, value), ddim_step, x_T, schedule, visited)),
        "error.model_nan", step=3, steps=5, t=51,
    )  # fmt: skip


def test_a_model_that_diverges_for_a_rule_that_does_not_ask_is_named_too():
    model, schedule = spoilt(5, float("nan")), schedules.linear(10)
    refuses(
        lambda: final(sample(model, lambda x_t: x_t, noise(2, 3), schedule)),
        "error.model_nan", step=6, steps=10, t=5,
    )  # fmt: skip


def test_a_rule_that_returns_nan_is_named_with_its_step(where):
    def root_of_a_negative(x_t, t):
        return (t - 5.5 + 0 * x_t) ** 0.5

    def grows(x_t, t):
        return 1e200 * x_t

    x_T, schedule = (0.1 * noise(2, 3)).clamp(-0.4, 0.4).to(where), schedules.linear(10)
    refuses(
        lambda: final(sample(zero, root_of_a_negative, x_T, schedule)),
        "error.rule_nan", rule="root_of_a_negative", step=6, steps=10, t=5,
    )  # fmt: skip
    refuses(
        lambda: final(sample(zero, partial(grows), x_T, schedule)),
        "error.rule_nan", rule="grows", step=2, steps=10, t=9,
    )  # fmt: skip
    refuses(
        lambda: final(sample(zero, ddim_step, x_T / 0, schedule)), "error.start_nan", name="x_T"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "key", "values"),
    [
        (1, "error.model_nan", {"step": 1, "steps": 2, "t": 9}),
        (2, "error.rule_nan", {"step": 1, "steps": 2, "t": 9, "rule": "mine"}),
        (3, "error.model_nan", {"step": 2, "steps": 2, "t": 4}),
        (4, "error.rule_nan", {"step": 2, "steps": 2, "t": 4, "rule": "mine"}),
    ],
)
def test_on_an_accelerator_the_first_nan_is_named_at_the_end(at, key, values):
    """The same notes, kept where an accelerator would keep them, and read once."""

    def watched(bad):
        watch = walks.Watch([9, 4], "mine", noise(2, 3))
        watch.kept = torch.zeros(5)
        for k in range(1, 5):
            watch.look(torch.full((2, 3), 3e38 if k < bad else float("inf")))
        watch.close()

    watched(5)
    refuses(lambda: watched(at), key, **values)


def test_finite_numbers_with_an_infinite_sum_are_fine(where):
    big = torch.full((2, 3), 3e38, device=where)
    run = sample(zero, lambda x_t: 1.0 * x_t, big, schedules.linear(3))
    assert error(final(run), big) == 0
    half = torch.full((2, 3000), 100.0, dtype=torch.float16, device=where)
    assert error(final(sample(zero, lambda x_t: 1.0 * x_t, half, schedules.linear(3))), half) == 0


def test_states_survive_answers_in_one_buffer():
    """A model or rule that fills the same tensor at each call changes no Step already handed out."""
    schedule, x, buffers = schedules.linear(5), noise(2, 3), torch.empty(2, 2, 3, dtype=torch.float64)
    half = partial(torch.mul, other=0.5)
    rules = (lambda x_t: 0.9 * x_t), (lambda x_t: torch.mul(x_t, 0.9, out=buffers[0]))
    models = (lambda x, t: half(x)), (lambda x, t: half(x, out=buffers[1]))
    want, got = (list(sample(model, rule, x, schedule)) for model, rule in zip(models, rules, strict=True))
    for one, other in zip(got, want, strict=True):
        assert error(one.x_t, other.x_t) == 0 == error(one.eps_hat, other.eps_hat)


def test_a_start_that_requires_a_gradient_is_no_trouble():
    x_T = noise(2, 3).requires_grad_()
    assert not final(sample(zero, ddim_step, x_T, schedules.linear(3))).requires_grad


def test_a_generator_on_another_device_is_named(unchecked):
    """No second device is needed: the message is about where the two lie."""
    x, schedule = noise(2, 3).to("meta"), schedules.linear(10)
    g = torch.Generator()
    refuses(
        lambda: sample(zero, ddpm_step, x, schedule, generator=g), "error.generator", got="cpu", want="meta"
    )
    sample(zero, ddim_step, x, schedule, generator=g)  # draws nothing


def test_a_timestep_for_every_image_is_known_until_it_is_written_to(unchecked):
    table, x = schedules.linear(10).alpha_bar, noise(3, 2)
    t = schedules.every(4, x)
    assert t.dtype == torch.int64 and t.tolist() == [4, 4, 4]
    assert schedules.gather(table, t, x) == float(table[4])
    t -= 1
    assert error(schedules.gather(table, t, x), table[3].expand(3, 1)) == 0
    refuses(
        lambda: schedules.gather(table, schedules.every(11, x), x), "error.t_range", got=11, first=1, T=10
    )
    refuses(lambda: schedules.gather(table, schedules.every(0, x), x), "error.t_zero", got=0, first=1, T=10)
    with torch.inference_mode():
        assert error(schedules.gather(table, schedules.every(4, x), x), table[4].expand(3, 1)) == 0


def test_no_step_waits_for_the_device():
    """Between the first and the last state the host never waits: not for checks, tables or finite numbers."""
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    schedule, x_T = schedules.linear(), torch.randn(2, 1, 28, 28, device="cuda")
    small = partial(UNet, widths=(4, 8), embedding=8, time_width=8)
    plain, knowing = (EpsModel(small(classes=n), schedule, "v").cuda().eval() for n in (0, 10))
    labels = torch.tensor([3, 8])  # on the CPU, as a reader writes them
    for model in (zero, plain, guide(knowing, labels), guide(knowing, labels, w=2.0)):
        for step in (ddpm_step, ddim_step, samplers.dpm_step):
            run = sample(model, step, x_T, schedule, samplers.times(1000, 6), torch.Generator("cuda"))
            next(run)
            torch.cuda.set_sync_debug_mode("error")
            try:
                for _ in range(5):
                    _ = next(run)
            finally:
                torch.cuda.set_sync_debug_mode("default")
            assert next(run).t == 0


def test_the_same_noise_gives_the_same_picture_on_the_device(where):
    """Ancestral, with the noise supplied: the devices' own generators draw different numbers."""
    schedule, visited = schedules.linear(), samplers.times(1000, 20)
    model, x_T = ids.make_mixture(LIB, (1, 2, 3)).optimal_eps(schedule), noise(3, 1, 2, 3)
    supplied = {t: noise(3, 1, 2, 3, seed=t) for t in visited}

    def rule(x_t, t, t_next, eps_hat, schedule):
        return ddpm_step(x_t, t, eps_hat, supplied[t].to(x_t), schedule, t_next=t_next)

    here = final(sample(model, rule, x_T, schedule, visited))
    assert error(final(sample(model, rule, x_T.to(where), schedule, visited)), here) < 1e-10


def drawn(where, precision: str, rule, seed: int = 1) -> torch.Tensor:
    """Four small images that a woken U-Net draws there in 10 steps, all noise supplied."""
    schedule, visited = schedules.linear(), samplers.times(1000, 10)
    torch.manual_seed(0)
    net = UNet(widths=(8, 16), embedding=16, time_width=16)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    model, x_T = EpsModel(net.eval(), schedule, "v"), noise(4, 1, 8, 8)
    if precision == "fp64":
        model.double()
    else:
        device.prepare(model, precision, where)
        x_T = x_T.float().to(where)
    supplied = {t: noise(4, 1, 8, 8, seed=seed + t) for t in visited}

    def ancestral(x_t, t, t_next, eps_hat, schedule):
        return ddpm_step(x_t, t, eps_hat, supplied[t].to(x_t), schedule, t_next=t_next)

    labels = torch.tensor([0, 3, 9, 5])
    step = ancestral if rule == "ancestral" else ddim_step
    return final(sample(guide(model, labels), step, x_T, schedule, visited))


@pytest.mark.parametrize("rule", ["ddim", "ancestral"])
def test_a_network_draws_the_same_on_the_device(where, rule):
    """In float32 (no TF32) and in bfloat16, against float64 on the CPU."""
    want = drawn(torch.device("cpu"), "fp64", rule)
    scale = float(want.abs().max())
    for precision, least, most in (("fp32", 0, 4 * FLOAT32), ("bf16", 2**-12, 2**-5)):
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # cuBLAS uses none by default
            got = drawn(where, precision, rule)
        assert got.device.type == where.type and got.dtype == torch.float32
        assert least < error(got, want) / scale < most
    if rule == "ancestral":  # other noise is far away
        assert error(drawn(where, "fp32", rule, seed=2), want) > 2**-3 * scale


def test_steps_and_times_take_no_tensor_of_fractions(unchecked):
    steps, visited = torch.tensor(5.0), torch.tensor([10.0, 5.0, 0.0])
    refuses(lambda: samplers.times(10, steps), "error.steps", got=steps, T=10)
    refuses(lambda: samplers.log_snr_times(schedules.linear(10), steps), "error.steps", got=steps, T=10)
    refuses(lambda: walks.check_times(visited, 10), "error.times", T=10, got="10.0, 5.0, 0.0")
    assert walks.check_times(visited.long(), 10) == [10, 5, 0]
    assert walks.check_times(None, 3) == [3, 2, 1, 0]


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
    refuses(lambda: samplers.dpm_step(x, 5, 5, x, schedule), "error.t_next", t=5, got=5)
    refuses(lambda: samplers.dpm_step(x, 0, 0, x, schedule), "error.t_zero", got=0, first=1, T=10)
    refuses(
        lambda: samplers.dpm_step(x, t, 4, x, schedule), "error.one_t", rule="dpm_step", got="Tensor (2,)"
    )
    for at in (5, 4, 11):
        before = samplers.Step(at, x, x, x)
        refuses(
            lambda before=before: samplers.dpm_step(x, 5, 4, x, schedule, before),
            "error.previous", t=5, T=10, got=before.t,
        )  # fmt: skip
    other = samplers.Step(8, wide, wide, wide)
    refuses(
        lambda: samplers.dpm_step(x, 5, 4, x, schedule, other),
        "error.noise_shape", eps="previous.x_t", x="x_t", want=(2, 3), got=(1, 3),
    )  # fmt: skip
    said = {"want": (2, 3), "got": (1, 3), "x": "x_t"}
    refuses(lambda: ddpm_step(x, 5, wide, x, schedule), "error.noise_shape", eps="eps_hat", **said)
    refuses(lambda: ddpm_step(x, 5, x, wide, schedule), "error.noise_shape", eps="z", **said)
    refuses(lambda: ddim_step(x, 5, 4, wide, schedule), "error.noise_shape", eps="eps_hat", **said)
    refuses(lambda: ddim_step(x, 5, 4, x, schedule, 1.0, wide), "error.noise_shape", eps="z", **said)


def writes(x_t, t, eps_hat):
    if t == 4:
        x_t -= 0.1 * eps_hat
        return x_t
    return x_t - 0.1 * eps_hat


def writing(x_t, t):
    return x_t.mul_(0.1) if int(t[0]) == 4 else 0.1 * x_t


@pytest.mark.parametrize("first", [4, 10])
def test_who_writes_into_x_t_is_named_and_spoils_nothing(first, where, unchecked):
    """At the first step it would be the caller's x_T, later a state that was yielded before."""
    x, schedule = noise(2, 3).to(where), schedules.linear(10)
    before, visited = x.clone(), list(range(first, -1, -1))
    at = {"step": first - 3, "steps": first, "t": 4}
    for model, rule, key, who in (
        (lambda x_t, t: 0.1 * x_t, writes, "error.rule_writes", {"rule": "writes"}),
        (writing, ddim_step, "error.model_writes", {}),
    ):
        states, kept = [], []

        def walk(model=model, rule=rule, states=states, kept=kept):
            for state in sample(model, rule, x, schedule, visited):
                states.append(state)
                kept.append(state.x_t.clone())

        refuses(walk, key, **at, **who)
        assert error(x, before) == 0 and len(states) == 3 * (first - 4)  # in three languages
        assert all(error(state.x_t, then) == 0 for state, then in zip(states, kept, strict=True))
    with torch.inference_mode():
        refuses(lambda: final(sample(writing, ddim_step, x, schedule, [4, 0])), "error.model_writes",
                step=1, steps=1, t=4)  # fmt: skip
        assert error(x, before) == 0


def test_a_rule_that_hands_x_t_back_has_not_written(unchecked):
    x, schedule = noise(2, 3), schedules.linear(10)
    assert error(final(sample(lambda x_t, t: x_t, lambda x_t: x_t, x, schedule)), x) == 0
    with torch.inference_mode():
        assert error(final(sample(lambda x_t, t: x_t, lambda x_t: x_t, x.clone(), schedule)), x) == 0


def test_the_librarys_own_rules_cost_no_copy_a_step():
    """One copy of x_T for the whole walk, and none of the later states."""
    schedule, visited = schedules.linear(), samplers.times(1000, 9)
    for step in (ddpm_step, ddim_step):
        names = []

        class Names(TorchDispatchMode):
            def __torch_dispatch__(self, func, types, args=(), kwargs=None, names=names):
                names.append(func.overloadpacket.__name__)
                return func(*args, **(kwargs or {}))

        with Names():
            final(sample(lambda x_t, t: 0.1 * x_t, step, noise(2, 3), schedule, visited))
        assert names.count("clone") == 1


@pytest.mark.parametrize(
    ("turn", "dtype"),
    [
        (lambda x: x.long(), torch.int64), (lambda x: x > 0, torch.bool), (lambda x: x + 0j, torch.complex128)
    ],
)  # fmt: skip
def test_an_answer_of_another_kind_of_number_is_named(turn, dtype, unchecked):
    x, schedule = noise(2, 3), schedules.linear(10)

    def late(x_t, t):
        return turn(x_t) if int(t) == 4 else 0.1 * x_t

    at = {"step": 7, "steps": 10, "t": 4, "got": dtype}
    refuses(lambda: final(sample(zero, late, x, schedule)), "error.rule_dtype_at", rule="late", **at)
    model = ids.make_mixture(LIB, (3,)).optimal_eps(schedule)
    refuses(
        lambda: final(sample(lambda x_t, t: late(model(x_t, t), t[0]), ddim_step, x, schedule)),
        "error.model_dtype_at", **at,
    )  # fmt: skip


def test_what_no_walk_can_begin_with_is_named(unchecked):
    x, schedule = noise(2, 3), schedules.linear(10)

    def told(x_t, t, y):
        return x_t

    for bad, got in ((None, "NoneType"), ("linear", "str"), (schedules.linear, "linear"), (10, "int")):
        refuses(lambda bad=bad: sample(zero, ddim_step, x, bad), "error.schedule_kind", got=got)
    refuses(lambda: samplers.log_snr_times(20, 5), "error.schedule_kind", got="int")
    for bad, got in ((None, "NoneType"), (told, "told"), (lambda: x, "<lambda>")):
        refuses(lambda bad=bad: sample(bad, ddim_step, x, schedule), "error.model_call", got=got)
    allowed = ", ".join(walks.GIVEN)
    for bad, got in ((None, "NoneType"), (x, "Tensor"), (max, "max"), (torch.add, "add")):
        refuses(lambda bad=bad: sample(zero, bad, x, schedule), "error.step_call", got=got, allowed=allowed)
    refuses(lambda: sample(zero, ddpm_step, x, schedule, generator=0), "error.generator_kind", got="int")
    for bad in (None, [], [1]):
        refuses(lambda bad=bad: final(bad), "error.no_steps")
    x = noise(2, 2)
    assert error(final(sample(torch.mul, lambda x_t: x_t, x, schedule)), x) == 0  # a builtin may be a model


def test_what_is_no_step_before_is_named(unchecked):
    x, schedule = noise(2, 3), schedules.linear(20)
    for bad in (5, samplers.Step("a", x, x, x)):
        refuses(
            lambda bad=bad: samplers.dpm_step(x, 10, 5, x, schedule, bad),
            "error.previous", t=10, T=20, got=bad,
        )  # fmt: skip
    refuses(
        lambda: samplers.dpm_step(x, 10, 5, x, schedule, samplers.Step(20, x, x[:1], x)),
        "error.noise_shape", eps="previous.x_0_hat", x="x_t", want=(2, 3), got=(1, 3),
    )  # fmt: skip
