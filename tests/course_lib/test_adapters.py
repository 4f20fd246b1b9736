"""Whole trajectories of diffusers' schedulers equal ours, step by step, and a planted mistake is seen."""

from __future__ import annotations

from functools import partial

import identities as ids
import pytest
import torch
from support import error, noise

from course_lib import adapters, samplers, schedules

SCHEDULES = {"linear": schedules.linear(), "cosine": schedules.cosine()}
VARIANCES = {"fixed_small": "beta_tilde", "fixed_large": "beta"}
X_T = noise(3, 1, 2, 3, seed=9)
SEED = 4


@pytest.fixture(scope="module")
def diffusers():
    """Imported once, for this module only: it takes seconds."""
    return pytest.importorskip("diffusers", reason="diffusers belongs to the test dependencies")


def model_of(schedule):
    """The exact model of three Gaussians over (1, 2, 3) images: it depends on t at every t."""
    return ids.make_mixture(ids.namespace(), (1, 2, 3)).optimal_eps(schedule)


def ours(step, schedule, visited=None) -> list[torch.Tensor]:
    g = torch.Generator().manual_seed(SEED)
    run = samplers.sample(model_of(schedule), step, X_T, schedule, visited, g)
    return [state.x_t for state in run]


def theirs(scheduler, model, **options) -> list[torch.Tensor]:
    g, x, states = torch.Generator().manual_seed(SEED), X_T, [X_T]
    for t in scheduler.timesteps:
        eps_hat = model(x, torch.full((len(x),), int(t)))
        x = scheduler.step(eps_hat, t, x, generator=g, **options).prev_sample
        states.append(x)
    return states


def worst(a: list[torch.Tensor], b: list[torch.Tensor]) -> float:
    assert len(a) == len(b)
    return max(error(x, y) for x, y in zip(a, b, strict=True))


def ddpm(diffusers, schedule, variance):
    plain = diffusers.DDPMScheduler(num_train_timesteps=1000, variance_type=variance, clip_sample=False)
    return adapters.align(plain, schedule)


def ddim(diffusers, schedule, steps):
    plain = diffusers.DDIMScheduler(num_train_timesteps=1000, clip_sample=False, timestep_spacing="trailing")
    plain.set_timesteps(steps)
    return adapters.align(plain, schedule)


@pytest.mark.parametrize("variance", VARIANCES)
@pytest.mark.parametrize("name", SCHEDULES)
def test_ddpm_trajectories_agree(diffusers, name, variance):
    schedule = SCHEDULES[name]
    model = adapters.to_zero_based(model_of(schedule))
    a = ours(partial(samplers.ddpm_step, variance=VARIANCES[variance]), schedule)
    b = theirs(ddpm(diffusers, schedule, variance), model)
    assert len(a) == 1001 and worst(a, b) < 1e-6


@pytest.mark.parametrize("eta", [0.0, 1.0])
@pytest.mark.parametrize("steps", [1000, 50, 8])
@pytest.mark.parametrize("name", SCHEDULES)
def test_ddim_trajectories_agree(diffusers, name, steps, eta):
    schedule = SCHEDULES[name]
    model = adapters.to_zero_based(model_of(schedule))
    visited = list(range(1000, -1, -1000 // steps))
    a = ours(partial(samplers.ddim_step, eta=eta), schedule, visited)
    b = theirs(ddim(diffusers, schedule, steps), model, eta=eta)
    assert len(a) == steps + 1 and worst(a, b) < 1e-6


def test_planted_mistakes_are_seen(diffusers):
    """The comparison is sharp: each of these moves some state by more than 1e-3."""
    schedule = SCHEDULES["linear"]
    model = model_of(schedule)
    right = adapters.to_zero_based(model)
    a = ours(partial(samplers.ddpm_step, variance="beta_tilde"), schedule)

    def run(table=schedule, variance="fixed_small", asked=right):
        return worst(a, theirs(ddpm(diffusers, table, variance), asked))

    assert run() < 1e-6
    assert run(asked=lambda x, t: model(x, t.clamp(min=1))) > 1e-3  # nobody added 1
    assert run(asked=lambda x, t: model(x, (t + 2).clamp(max=1000))) > 1e-3  # somebody added 2
    assert run(variance="fixed_large") > 1e-3
    assert run(table=schedules.from_betas(schedule.beta[1:].flip(0))) > 1e-3
    b = ours(samplers.ddim_step, schedule, list(range(1000, -1, -20)))
    assert worst(b, theirs(ddim(diffusers, schedule, 50), right, eta=0.5)) > 1e-3
    assert (
        worst(b, theirs(ddim(diffusers, schedule, 50), lambda x, t: model(x, t.clamp(min=1)), eta=0.0)) > 1e-3
    )


def test_align_gives_float64_tables_shifted_by_one(diffusers):
    schedule = SCHEDULES["cosine"]
    scheduler = ddim(diffusers, schedule, 10)
    for name, want in (("betas", "beta"), ("alphas", "alpha"), ("alphas_cumprod", "alpha_bar")):
        table = getattr(scheduler, name)
        assert table.dtype == torch.float64 and table.shape == (1000,)
        assert (
            error(table[0], getattr(schedule, want)[1])
            == 0
            == error(table[999], getattr(schedule, want)[1000])
        )
    assert float(scheduler.final_alpha_cumprod) == 1
    scheduler.betas.zero_()
    assert float(schedule.beta[1]) > 0  # a copy, not the schedule's own table


def test_zero_based_models_see_one_less_and_back():
    seen = []

    def theirs_model(x_t, t):
        seen.append(t.tolist())
        return x_t

    x, t = noise(2, 3), torch.tensor([1, 1000])
    adapters.from_zero_based(theirs_model)(x, t)
    adapters.to_zero_based(adapters.from_zero_based(theirs_model))(x, t - 1)
    assert seen == [[0, 999], [0, 999]]
